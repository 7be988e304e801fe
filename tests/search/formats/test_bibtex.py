import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.search.formats.bibtex import read, recognise
from evisynth.search.formats.latex import plain_address, plain_text

EXPORTS = Path(__file__).resolve().parents[3] / "../shared/data/exports"
COUNTS = {
    "scielo.bib": 13,
    "wos_book.bib": 2,
    "scopus_export.bib": 21,
    "latin1.bib": 1,
    "ebsco_export.bib": 2,
}


def export(name):
    path = EXPORTS / name
    if not path.exists():
        pytest.skip("the shared export samples are not here")
    return path.read_text("cp1252" if name == "latin1.bib" else "utf-8-sig")


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_real_exports_give_all_their_records(name, count):
    reading = read(export(name))
    assert (reading.found, len(reading.records), reading.lost) == (count, count, 0)
    assert all(record.title and record.authors and record.raw.startswith("@") for record in reading.records)


def test_two_entries_of_scielo_with_one_key_are_two_records():
    titles = [record.title for record in read(export("scielo.bib")).records if "MARTA2012" in record.raw]
    assert len(titles) == len(set(titles)) == 2


def test_the_entry_of_ebsco_with_an_open_brace_is_read_field_by_field():
    reading = read(export("ebsco_export.bib"))
    record = reading.records[1]
    assert (record.title, record.authors) == ("When sharing fixes prices.", ("Cruise, Tom",))
    assert record.journal == "Journal of Technology"
    damaged = [problem for problem in reading.problems if "damaged" in problem.message]
    assert [(problem.line, problem.lost_record) for problem in damaged] == [(15, False)]


def test_scielo_dois_and_authors_are_found_where_scielo_writes_them():
    record = read(export("scielo.bib")).records[1]
    assert record.doi == "10.15517/aie.v19i1.35379"  # in crossref
    assert record.authors == ("Cervantes, Giselle Miranda", "Dengo, Marie-Claire Vargas")


def test_web_of_science_keys_with_blanks_and_names_with_hyphens_are_read():
    record = read(export("wos_book.bib")).records[1]
    assert record.accession == "WOS:000377304008056"
    assert record.title.endswith("ACADEMIC ACHIEVEMENT IN SINGLE SEX AND CO-ED SCHOOLING")
    assert record.keywords[0] == "Language learning strategies"
    assert record.issn == ("2340-1095",)


GOOGLE_SCHOLAR = """@article{smith2001milk,
  title={Milk and {\\ss}-casein: effects on {H}elicobacter},
  author={Smith, Ann B and M{\\"u}ller, J{\\'e}r{\\^o}me and others},
  journal={Journal of Invented Trials},
  volume={7},
  number={2},
  pages={118--127},
  year={2001},
  publisher={Invented Press}
}
"""


def test_bibtex_of_google_scholar_is_read():
    reading = read(GOOGLE_SCHOLAR)
    (record,) = reading.records
    assert record.title == "Milk and ß-casein: effects on Helicobacter"
    assert record.authors == ("Smith, Ann B", "Müller, Jérôme")
    assert (record.volume, record.issue, record.pages, record.year) == ("7", "2", "118-127", 2001)
    assert (record.journal, record.type, record.number, record.line) == (
        "Journal of Invented Trials",
        "article",
        1,
        1,
    )
    assert record.raw == GOOGLE_SCHOLAR.strip()
    assert reading.problems == []


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Smith, Ann and Doe, Jo", ("Smith, Ann", "Doe, Jo")),
        ("Ann Smith and Jan van der Berg", ("Smith, Ann", "van der Berg, Jan")),
        ("J. {Cleland-Huang} and P. {Lee}", ("Cleland-Huang, J.", "Lee, P.")),
        (
            "{World Health Organization} and {Barnes and Noble Group}",
            ("World Health Organization", "Barnes and Noble Group"),
        ),
        ("Smith, Jr, Ann", ("Smith, Ann Jr",)),
        ("Smith JA and Doe B", ("Smith, JA", "Doe, B")),
        ("Curie, Marie, Meitner, Lise", ("Curie, Marie", "Meitner, Lise")),
        ("Curie, Marie; Meitner, Lise", ("Curie, Marie", "Meitner, Lise")),
        ("Curie, Marie,  Meitner, Lise,  Noether, Emmy", ("Curie, Marie", "Meitner, Lise", "Noether, Emmy")),
        ("null", ()),
    ],
)
def test_authors_are_divided_as_databases_write_them(written, names):
    (record,) = read(f"@article{{k, title={{T}}, author={{{written}}}}}").records
    assert record.authors == names


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"{\"o}\"{o}{\"{o}}\"o", "öööö"),
        (r"\'{\i} {\'\i} \c{c} {\v s} \v{S} {\aa} \o{} \AE{}sir {\L}\'od\'z", "í í ç š Š å ø Æsir Łódź"),
        (r"\textit{in vitro} and \emph{in \textbf{vivo}}", "in vitro and in vivo"),
        (r"R\&D, 50\% of \$10 \#1 a\_b \{set\}", "R&D, 50% of $10 #1 a_b {set}"),
        (r"$\beta$-blockers, 10$^{-3}$, CO$_2$, $\geq$5", "β-blockers, 10-3, CO2, ≥5"),
        (r"TGF-$\beta$ and IL$_6$ at $p < 0.05$", "TGF-β and IL6 at $p < 0.05$"),
        ("costs of $5 and $10", "costs of $5 and $10"),
        ("``quoted'' 1990--2000~AD", "“quoted” 1990–2000 AD"),
        (r"an \unknowncommand here", r"an \unknowncommand here"),
        ("{The {COVID}-19} pandemic", "The COVID-19 pandemic"),
    ],
)
def test_latex_becomes_plain_text(latex, plain):
    assert plain_text(latex) == plain


def test_an_address_keeps_its_signs():
    assert (
        plain_address(r"\url{https://example.org/~a\_b?x=1\%20--2\&y}")
        == "https://example.org/~a_b?x=1%20--2&y"
    )


def test_abbreviations_are_put_in_and_joined():
    text = '@string{jit = "Journal of Invented Trials"}\n@article(k, title = "Part " # {one}, journal = jit, month = jan, year = 2001)'
    reading = read(text)
    (record,) = reading.records
    assert (record.title, record.journal, record.year) == ("Part one", "Journal of Invented Trials", 2001)
    assert reading.problems == []


def test_entries_without_key_or_with_one_key_are_records_of_their_own():
    text = "".join(
        f"@article{{{key}\n title={{Trial {n}}},\n}}\n"
        for n, key in enumerate(["null,", "null,", ",", "two words,"])
    )
    reading = read(text)
    assert [record.title for record in reading.records] == ["Trial 0", "Trial 1", "Trial 2", "Trial 3"]
    assert (reading.found, reading.problems) == (4, [])


def test_a_field_that_is_there_twice_does_not_cost_the_entry():
    (record,) = read("@article{k,\n title={First},\n note={a},\n note={b},\n title={Second},\n}").records
    assert record.title == "First"


@pytest.mark.parametrize(
    "damaged",
    [
        "@article{b,\n title={Two},\n abstract={open { brace},\n year={2002}\n}\n",
        "@article{b,\n title={Two},\n year={2002}\n\n",  # no end
        '@article{b,\n title="Two",\n abstract="open quote,\n year={2002},\n}\n',
        "@article{b\n title={Two},\n year={2002},\n}\n",  # no comma after the key
        "@article{b,\n title={Two}\n year={2002},\n}\n",  # no comma between fields
        "@article{b, title={Two}, stray, year={2002}}\n",
    ],
)
def test_a_damaged_entry_is_read_and_costs_no_other(damaged):
    reading = read("@article{a,\n title={One},\n}\n" + damaged + "@article{c,\n title={Three},\n}\n")
    assert [(record.title, record.line) for record in reading.records][::2] == [
        ("One", 1),
        ("Three", 4 + damaged.count("\n")),
    ]
    assert (reading.records[1].title, reading.records[1].year) == ("Two", 2002)
    assert (reading.found, reading.lost) == (3, 0)
    assert [problem.line for problem in reading.problems if "damaged" in problem.message] == [4]


def test_an_entry_in_which_no_title_can_be_found_is_lost_and_reported():
    reading = read("@article{a,\n title={One},\n}\n@article{b,\n year={2002}\n}\n")
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)
    assert [(problem.line, problem.lost_record) for problem in reading.problems] == [(4, True)]


def test_what_is_no_entry_is_reported():
    text = "Scopus\nEXPORT DATE: 7 July\n\n@comment{jabref-meta: x}\n@article{a, title={One}}\nstray words\n@article{b, title={Two}}"
    reading = read(text)
    assert [record.title for record in reading.records] == ["One", "Two"]
    assert [problem.line for problem in reading.problems] == [1, 4, 6]


def test_a_damaged_comment_or_abbreviation_is_no_lost_record():
    reading = read("@article{a, title={One}}\n@comment{no end\n@string{x = {no end\n@article{b, title={Two}}")
    assert [record.title for record in reading.records] == ["One", "Two"]
    assert (reading.found, reading.lost) == (2, 0)
    assert [(problem.line, problem.message) for problem in reading.problems] == [
        (2, "An @comment that is damaged; not used."),
        (3, "An @string that is damaged; not used."),
    ]


def test_five_hundred_entries_that_share_keys_are_five_hundred_records():
    # bibtexparser#230 and #378: entries of Web of Science and Scopus with one key were dropped in silence.
    text = "".join(
        f"@article{{ WOS:{number % 7},\nAuthor = {{Ito, Kenji and Nunez, Ana B.}},\nTitle = {{{{Trial {number}}}}},\n"
        f"Number-of-Cited-References = {{{{1}}}},\n{'Year = {{2019}}' if number % 50 else 'Year = {{2019'},\n}}\n\n"
        for number in range(500)
    )
    reading = read(text)
    assert [record.title for record in reading.records] == [f"Trial {number}" for number in range(500)]
    assert (reading.found, reading.lost) == (500, 0)
    assert sum("damaged" in problem.message for problem in reading.problems) == 10


def test_entries_on_one_line_are_told_apart():
    reading = read(
        "@article{a, title={One}} @article{b, title={Two, by me@home}}, @article{c, title={Three}}"
    )
    assert [record.title for record in reading.records] == ["One", "Two, by me@home", "Three"]


def test_fields_that_are_not_used_are_noted_once():
    reading = read("@book{a, title={One}, shelf={7}}\n@book{b, title={Two}, shelf={8}}")
    assert [problem.message for problem in reading.problems] == [
        "Fields that are not used (they stay with the records as they are): shelf."
    ]


def test_a_volume_without_title_has_its_book_title():
    (record,) = read("@proceedings{a, booktitle={Proceedings of one meeting}, year={2001}}").records
    assert (record.title, record.journal) == ("Proceedings of one meeting", "")


@given(
    st.lists(
        st.sampled_from(
            [
                "@article{",
                "k,",
                "title",
                "=",
                "{",
                "}",
                '"',
                "\n",
                " ",
                "Milk",
                ",",
                "#",
                "\\",
                "@string(",
                "(",
                ")",
            ]
        )
    )
)
def test_no_text_loses_an_entry_in_silence(parts):
    text = "".join(parts)
    reading = read(text)
    assert reading.found == len(reading.records) + reading.lost
    assert all(record.raw in text for record in reading.records)


@pytest.mark.parametrize("text", ["", "no entry at all, but = and {braces}", "@", "@article{", "@comment{x}"])
def test_text_without_entries_gives_no_record(text):
    reading = read(text)
    assert reading.records == []
    assert reading.found == reading.lost


def test_bibtexparser_writes_nothing_to_the_log(caplog):
    with caplog.at_level(logging.DEBUG):
        read("@article{a,\n title={One},\n")
    assert caplog.records == []
    assert not logging.getLogger("bibtexparser.splitter").disabled


def test_bibtex_is_recognised_and_other_text_is_not():
    assert recognise(GOOGLE_SCHOLAR)
    assert recognise("Scopus\nEXPORT DATE: 7 July 2022\n\n@ARTICLE{Lüddeckens2022207,\nauthor={A}")
    assert not recognise("TY  - JOUR\nAU  - me@example.org\nER  - \n")
    assert not recognise('{"@context": {"x": 1}}')
