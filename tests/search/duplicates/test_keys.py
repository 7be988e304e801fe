import pytest

from evisynth.search.duplicates.folding import bare_title, family_name, fold, name_words
from evisynth.search.duplicates.keys import (
    doi_key,
    journal_names,
    page_range,
    part_numbers,
    record_keys,
)
from evisynth.search.record import Record


@pytest.mark.parametrize(
    "text",
    [
        "Müller&#39;s β–blockers",
        "MÜLLER’S β-BLOCKERS",
        "M&uuml;ller's <i>β</i> — blockers",
        "mu\u0308llers beta blockers",
    ],
)
def test_case_accents_dashes_entities_markup_and_greek_letters_fold_to_one_text(text):
    assert fold(text) == "mullers beta blockers"


def test_a_less_than_sign_is_not_markup():
    assert fold("Born at <30 weeks and > 1500 g") == "born at 30 weeks and 1500 g"


def test_an_ampersand_is_the_word_and():
    assert fold("Allergy &amp; Asthma") == fold("Allergy & Asthma") == "allergy and asthma"


@pytest.mark.parametrize(
    "title",
    [
        "Oral immunotherapy in children with milk allergy.",
        "[Oral immunotherapy in children with milk allergy].",
        "Oral immunotherapy in children with milk allergy [abstract no: 134]",
        "Oral immunotherapy in children with milk allergy (letter) [Russian].",
        "Oral immunotherapy in children with milk allergy.[Erratum appears in Allergy. 2011;25(4):430]",
        "Oral immunotherapy in children with milk allergy [see comment",
    ],
)
def test_brackets_that_databases_add_are_no_part_of_the_title(title):
    assert bare_title(title) == "oral immunotherapy in children with milk allergy"


def test_a_correction_mark_inside_the_title_leaves_the_rest_in_place():
    assert (
        bare_title("Cisplatin or carboplatin [corrected], with cetuximab")
        == "cisplatin or carboplatin with cetuximab"
    )


def test_a_title_that_is_mostly_a_bracket_keeps_it():
    assert (
        bare_title("Milk (a very long remark that is the title)")
        == "milk a very long remark that is the title"
    )


@pytest.mark.parametrize("name", ["Müller, A.", "Mueller, A. B.", "MULLER, Anna", "Muller A"])
def test_transliterated_names_have_one_family_name(name):
    assert family_name(name) == "muller"


@pytest.mark.parametrize(
    ("name", "family"), [("De Botton, S.", "botton"), ("van der Berg, J.", "berg"), ("Li, W.", "li")]
)
def test_particles_are_left_out_of_the_family_name(name, family):
    assert family_name(name) == family


def test_initials_and_suffixes_are_no_words_of_a_name():
    assert name_words("Smith, J. W., Jr.") == ["smith"]


def test_a_record_without_authors_has_no_family_name():
    assert family_name("") == ""
    assert record_keys(Record()).authors == frozenset()


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ("343-7", ("343", "347")),
        ("343-347", ("343", "347")),
        ("pp. 343–347", ("343", "347")),
        ("343--347", ("343", "347")),
        ("343", ("343", "343")),
        ("0343-0347", ("343", "347")),
        ("S27", ("s27", "s27")),
        ("S 27-S 29", ("s27", "s29")),
        ("e1234", ("e1234", "e1234")),
        ("Art. No. 56", ("56", "56")),
        ("1195-203", ("1195", "1203")),
        ("no pagination", ("", "")),
        ("", ("", "")),
    ],
)
def test_page_styles_give_one_range(pages, expected):
    assert page_range(pages) == expected


def test_an_article_number_given_as_issue_is_the_page():
    keys = record_keys(Record(title="T", issue="e0143396"))
    assert (keys.first_page, keys.issue) == ("e143396", "")


@pytest.mark.parametrize(
    "doi",
    [
        "10.1016/J.JACI.2007.10.029",
        "https://doi.org/10.1016/j.jaci.2007.10.029",
        "doi: 10.1016/j.jaci.2007.10.029",
    ],
)
def test_a_doi_has_no_case_and_no_resolver(doi):
    assert doi_key(doi) == "10.1016/j.jaci.2007.10.029"


def test_a_cut_doi_is_none():
    assert doi_key("10.17705/1CAIS.") == ""


@pytest.mark.parametrize("pmid", ["17945339", "PMID: 17945339", "017945339"])
def test_a_pmid_is_its_digits(pmid):
    assert record_keys(Record(pmid=pmid)).pmid == "17945339"


def test_a_journal_with_two_names_has_both():
    names = journal_names("Zhongguo zhen jiu [Chinese acupuncture & moxibustion]")
    assert ("zhongguo", "zhen", "jiu") in names
    assert ("chinese", "acupuncture", "moxibustion") in names


@pytest.mark.parametrize(
    ("title", "parts"),
    [("sleep part ii", {"2"}), ("a phase 3 trial", {"3"}), ("stress iv", {"4"}), ("milk allergy", set())],
)
def test_the_numbers_of_parts_are_read(title, parts):
    assert part_numbers(title) == parts


@pytest.mark.parametrize(
    ("title", "notice"),
    [
        ("Erratum: Milk allergy in children", "erratum"),
        ("Correction to: Milk allergy in children", "erratum"),
        ("Milk allergy in children: Author correction", "erratum"),
        ("RETRACTED: Milk allergy in children", "retraction"),
        ("Reply to Smith et al", "reply"),
        ("Milk allergy in children - Authors' reply", "reply"),
        ("Comment on: Milk allergy in children", "comment"),
        ("Re: Milk allergy in children", "comment"),
        ("Milk allergy in children", ""),
        ("Correctional health and milk allergy", ""),
        ("Milk allergy in children.[Erratum appears in Allergy 2011;25:430]", ""),
    ],
)
def test_a_title_announces_a_notice_about_another_text(title, notice):
    assert record_keys(Record(title=title)).notice == notice


@pytest.mark.parametrize(
    "title", ["Editorial", "Editor's Comments", "Book review", "Guest editorial: milk", "UNKNOWN"]
)
def test_titles_that_many_texts_share_are_serial(title):
    assert record_keys(Record(title=title)).serial


def test_an_ordinary_title_is_not_serial():
    assert not record_keys(Record(title="Introduction of milk into the diet of infants")).serial


@pytest.mark.parametrize(
    "record",
    [
        Record(title="T", database="ClinicalTrials.gov", accession="NCT01234567"),
        Record(
            title="T",
            database="Cochrane Library",
            type="Trial registry record",
            registry_ids=("NCT01234567",),
        ),
        Record(title="T", database="CENTRAL", journal="http://clinicaltrials.gov/show/NCT01234567"),
    ],
)
def test_registrations_are_recognised_with_their_number(record):
    keys = record_keys(record)
    assert keys.registration
    assert keys.registry_ids == ("nct01234567",)


def test_a_journal_article_with_a_trial_number_is_no_registration():
    record = Record(
        title="T", journal="Allergy", type="Journal Article", registry_ids=("NCT01234567",), pmid="1"
    )
    assert not record_keys(record).registration


def test_a_eudract_number_is_one_trial_in_every_country():
    numbers = ("EUCTR2011-001234-12-GB", "EUCTR2011-001234-12-DE", "2011-001234-12")
    assert record_keys(Record(registry_ids=numbers)).registry_ids == ("euctr201100123412",)


def test_titles_in_further_languages_are_keys_too():
    keys = record_keys(Record(title="Alergia a la leche", other_titles=("Milk allergy",)))
    assert keys.titles == {"alergiaalaleche", "milkallergy"}


@pytest.mark.parametrize(
    "text", ["", " ", "...", "\x00", "<i></i>", "[", "((((", "&&&;", "𝕏" * 50, "漢字の題"]
)
def test_hostile_text_gives_keys(text):
    record_keys(
        Record(title=text, authors=(text,), journal=text, pages=text, volume=text, doi=text, pmid=text)
    )


def test_a_sharp_s_that_begins_a_word_is_beta():
    assert fold("ß-Blocker und Straße, IL-1ß") == "beta blocker und strasse il 1beta"


def test_a_subtitle_after_a_semicolon_is_left_out_of_the_name():
    names = journal_names("Stroke; a journal of cerebral circulation")
    assert ("stroke",) in names


def test_pages_in_roman_numbers_are_pages():
    assert page_range("iii-xii") == ("iii", "xii")
    assert page_range("xiv") == ("xiv", "xiv")
    assert page_range("Epub ahead of print") == ("", "")
