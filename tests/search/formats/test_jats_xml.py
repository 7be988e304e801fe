import pytest

from evisynth.errors import DataError
from evisynth.search.formats import read_bytes
from evisynth.search.formats.jats_xml import read, recognise


def article(meta, *, journal="", tag="<article>", rest=""):
    return f"{tag}<front><journal-meta>{journal}</journal-meta><article-meta>{meta}</article-meta></front>{rest}</article>"


def titled(text):
    return f"<title-group><article-title>{text}</article-title></title-group>"


def one(meta, **parts):
    reading = read(article(meta, **parts))
    assert (reading.found, reading.problems) == (1, [])
    return reading.records[0]


def test_marks_of_footnotes_are_no_part_of_the_title_and_markup_is_taken_away():
    assert one(
        titled("Drops<fn><p>Funded.</p></fn> of H<sub>2</sub>O<xref>*</xref>: a <italic>trial</italic>")
    ).title == ("Drops of H2O: a trial")


def test_titles_in_further_languages_are_kept_in_both_editions_of_the_tags():
    new = "<title-group><article-title>Milk</article-title><trans-title-group><trans-title>Leche</trans-title></trans-title-group></title-group>"
    old = "<title-group><article-title>Milk</article-title><trans-title>Leche</trans-title></title-group>"
    assert one(new).other_titles == one(old).other_titles == ("Leche",)


def test_editors_and_the_members_of_a_group_are_no_authors():
    people = (
        '<contrib-group><contrib contrib-type="author"><name-alternatives><name><surname>Ito</surname><given-names>K</given-names>'
        "</name><string-name>Ito K</string-name></name-alternatives></contrib>"
        '<contrib contrib-type="author"><collab><institution>Milk Group</institution><contrib-group><contrib><name><surname>Member'
        "</surname></name></contrib></contrib-group></collab></contrib>"
        '<contrib contrib-type="editor"><name><surname>Editor</surname></name></contrib>'
        '<contrib contrib-type="author"><anonymous/></contrib></contrib-group>'
    )
    assert one(titled("Milk") + people).authors == ("Ito, K", "Milk Group")


@pytest.mark.parametrize(
    ("dates", "year"),
    [
        (
            '<pub-date pub-type="epub"><year>2018</year></pub-date><pub-date pub-type="ppub"><year>2019</year></pub-date>',
            2019,
        ),
        ('<pub-date pub-type="collection"><year>2020</year></pub-date>', 2020),
        ('<pub-date date-type="pub" iso-8601-date="2021-03-01"/>', 2021),
        ('<pub-date pub-type="odd"><year>1999</year></pub-date>', 1999),
        ("", None),
    ],
)
def test_the_year_of_the_issue_goes_before_that_of_the_web(dates, year):
    assert one(titled("Milk") + dates).year == year


def test_pictures_and_summaries_are_no_abstracts():
    meta = titled("Milk") + (
        '<abstract abstract-type="graphical"><p>A picture</p></abstract>'
        "<abstract><title>Abstract</title><sec><title>Methods.</title><p>Drops.</p></sec></abstract>"
        '<abstract abstract-type="plain-language-summary"><p>In short.</p></abstract><trans-abstract><p>Leche.</p></trans-abstract>'
    )
    record = one(meta)
    assert (record.abstract, record.other_abstracts) == ("Methods: Drops.", ("In short.", "Leche."))


def test_ids_of_references_are_not_those_of_the_article():
    rest = '<back><ref-list><ref><pub-id pub-id-type="doi">10.1234/other</pub-id></ref></ref-list></back>'
    record = one(titled("Milk") + '<article-id pub-id-type="pmc">7</article-id>', rest=rest)
    assert (record.doi, record.pmcid, record.database) == ("", "PMC7", "PubMed Central")


def test_prefixes_are_known_whether_the_article_declares_them_or_its_set():
    link = '<self-uri xlink:href="https://example.org/7"/>'
    declared = '<article xmlns:xlink="http://www.w3.org/1999/xlink" xml:lang="de">'
    assert one(titled("Milk") + link).links == ("https://example.org/7",)
    record = one(titled("Milk") + link, tag=declared)
    assert (record.links, record.language) == (("https://example.org/7",), "de")


def test_a_damaged_article_costs_no_other():
    texts = [article(titled(f"Trial {n}")) for n in range(3)]
    reading = read(
        "<pmc-articleset>"
        + "\n".join([texts[0], texts[1].replace("</front>", ""), texts[2]])
        + "</pmc-articleset>"
    )
    assert [record.title for record in reading.records] == ["Trial 0", "Trial 1", "Trial 2"]
    assert [(problem.line, "Record 2 is damaged" in problem.message) for problem in reading.problems] == [
        (2, True)
    ]


def test_parts_of_an_article_are_no_records():
    rest = '<sub-article id="s1"><front-stub><title-group><article-title>Leche</article-title></title-group></front-stub></sub-article>'
    assert one(titled("Milk"), rest=rest).title == "Milk"


def test_an_article_without_title_and_ids_is_lost():
    reading = read("<pmc-articleset><article/>" + article(titled("Milk")) + "</pmc-articleset>")
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)


def test_entities_are_refused():
    with pytest.raises(DataError, match="declares the entity"):
        read('<!DOCTYPE x [<!ENTITY a "b">]>' + article(titled("&a;")))


def test_it_is_recognised_by_its_set_or_its_front_matter():
    assert recognise("<pmc-articleset>\n<article>")
    assert recognise(article(titled("Milk")))
    assert not recognise("<article><h1>Milk</h1></article>")
    assert not recognise("<PubmedArticleSet><PubmedArticle/>")
    assert read_bytes(article(titled("Milk")).encode()).format == "jats-xml"
