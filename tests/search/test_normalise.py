import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.search.normalise import (
    author_name,
    author_on_one_line,
    clean_doi,
    clean_pmcid,
    clean_pmid,
    issn_list,
    one_line,
    page_range,
    registry_ids,
    unique,
    year_of,
)

SICI = "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2"


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1016/J.Jaci.2007.10.029", "10.1016/j.jaci.2007.10.029"),
        ("https://doi.org/10.1016/j.x", "10.1016/j.x"),
        ("http://dx.doi.org/10.1016/j.x", "10.1016/j.x"),
        ("doi:10.1016/j.x.", "10.1016/j.x"),
        ("10.1016/j.x [doi]", "10.1016/j.x"),
        ("(10.1016/s0140-6736(05)12345-6).", "10.1016/s0140-6736(05)12345-6"),
        (SICI.upper(), SICI),
        (SICI.replace("<", "&lt;").replace(">", "&gt;"), SICI),
        (
            "https://example.org/record.uri?eid=2-s2.0-1&doi=10.1038%2fs41598-023-39759-2&partnerID=40",
            "10.1038/s41598-023-39759-2",
        ),
        ("https://journals.example.org/doi/full/10.1177/21501319221121462", "10.1177/21501319221121462"),
        ("https://onlinelibrary.example.org/doi/10.1111/cea.1/abstract", "10.1111/cea.1"),
        ("10.1234/a; 10.1234/b", "10.1234/a"),
        ("10.1234/a;10.1234/b", "10.1234/a"),
        ("https://www.cochranelibrary.com/central/doi/10.1002/central/CN-1/full", ""),
        ("10.1234/", ""),
        ("S0165-1781(23)00613-3 [pii]", ""),
        ("Version 10.1 of the programme", ""),
        ("", ""),
    ],
)
def test_a_doi_is_found_in_text_and_brought_into_one_form(text, doi):
    assert clean_doi(text) == doi


@given(st.text())
def test_a_clean_doi_is_its_own_clean_form(text):
    doi = clean_doi(text)
    assert clean_doi(doi) == doi or not doi


@given(st.text(st.sampled_from("10./)(]<>;,a&%3D ?"), max_size=40))
def test_no_text_breaks_the_search_for_a_doi(text):
    doi = clean_doi("10.1234/" + text)
    assert doi == doi.strip()


@pytest.mark.parametrize(
    ("text", "pmid"),
    [
        ("21314913", "21314913"),
        (" 21314913 ", "21314913"),
        ("00012345", "12345"),
        ("21314913.0", "21314913"),
        ("PUBMED 21314913", "21314913"),
        ("PMID: 21314913", "21314913"),
        ("MEDLINE:21314913", "21314913"),
        ("21314913[pmid]", "21314913"),
        ("https://pubmed.ncbi.nlm.nih.gov/21314913/", "21314913"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/21314913", "21314913"),
        ("https://example.org/?sid=pubmed&issn=22267190", ""),
        ("PMC5887696", ""),
        ("L39097156", ""),
        ("123456789", ""),
        ("0", ""),
        ("", ""),
    ],
)
def test_a_pmid_is_a_number_that_is_called_one(text, pmid):
    assert clean_pmid(text) == pmid


@pytest.mark.parametrize(
    ("text", "pmcid"),
    [
        ("PMC5887696", "PMC5887696"),
        ("pmc 5887696", "PMC5887696"),
        ("5887696", "PMC5887696"),
        ("L5887696", ""),
        ("", ""),
    ],
)
def test_a_pmcid_has_its_prefix(text, pmcid):
    assert clean_pmcid(text) == pmcid


def test_registry_numbers_are_found_in_order_and_once():
    found = registry_ids(
        "ClinicalTrials.gov NCT01234567; ISRCTN 12345678, nct01234567",
        "EudraCT number: 2010-019180-10, EUCTR2010-019180-10-GB, ACTRN12605000123456",
        "ChiCTR-TRC-10000123 and ChiCTR1900023456, UMIN000012345, jRCTs031180117, CTRI/2010/091/000123",
    )
    assert found == (
        "NCT01234567",
        "ISRCTN12345678",
        "EUCTR2010-019180-10",
        "EUCTR2010-019180-10-GB",
        "ACTRN12605000123456",
        "ChiCTR-TRC-10000123",
        "ChiCTR1900023456",
        "UMIN000012345",
        "jRCTs031180117",
        "CTRI/2010/091/000123",
    )


def test_numbers_of_the_eu_register_ctis_get_their_prefix():
    found = registry_ids(
        "CTIS2022-501234-12-00; EU CT number: 2023-505613-24-01, EUCT 2023-505613-24",
        "EU-CT: 2024-511111-11-00",
    )
    assert found == (
        "CTIS2022-501234-12-00",
        "CTIS2023-505613-24-01",
        "CTIS2023-505613-24",
        "CTIS2024-511111-11-00",
    )
    assert registry_ids("2022-501234-12-00", "EUCTR2022-501234-12-DE") == ("EUCTR2022-501234-12-DE",)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("nct01234567", "NCT01234567"),
        ("Nct01234567", "NCT01234567"),
        ("isrctn12345678", "ISRCTN12345678"),
        ("Eudract number 2010-019180-10", "EUCTR2010-019180-10"),
        ("eudract: 2010-019180-10", "EUCTR2010-019180-10"),
        ("EUDRACT 2010-019180-10", "EUCTR2010-019180-10"),
        ("EU CT 2024-511111-11-00", "CTIS2024-511111-11-00"),
        ("chictr1900023456", "ChiCTR1900023456"),
        ("ACTRN12605000123456", "ACTRN12605000123456"),
        ("IRCT20190101012345N1", "IRCT20190101012345N1"),
        ("PACTR201901234567890", "PACTR201901234567890"),
        ("jRCT1031180117", "jRCT1031180117"),
        ("KCT0001234", "KCT0001234"),
        ("TCTR20190101001", "TCTR20190101001"),
        ("SLCTR/2019/001", "SLCTR/2019/001"),
        ("CTRI/2010/091/000123", "CTRI/2010/091/000123"),
        ("UMIN 000012345", "UMIN000012345"),
        ("DRKS00012345", "DRKS00012345"),
        ("NTR1234", "NTR1234"),
        ("RBR-6abcde", "RBR-6abcde"),
    ],
)
def test_each_registry_is_known_by_its_own_number_alone(text, number):
    assert registry_ids(f"Registered (see {text}).", "An RCT of CT, protected and contracted; NCT.") == (
        number,
    )


def test_a_dutch_number_is_known_by_the_one_in_brackets_behind_it():
    assert registry_ids("Registered as NL1234 (NTR5678).") == ("NL1234", "NTR5678")


@pytest.mark.parametrize("text", ["NCT123", "NCT012345678", "FUNCT01234567", "an RCT of 12345678", ""])
def test_what_only_looks_like_a_registry_number_is_none(text):
    assert registry_ids(text) == ()


def test_a_registry_number_is_not_put_together_from_two_texts():
    assert registry_ids("the NCT", "01234567") == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Smith JA", "Smith, JA"),
        ("Smith, J.A.", "Smith, J.A."),
        ("Smith J. A.", "Smith, J. A."),
        ("Smith J A", "Smith, J A"),
        ("Smith , John ", "Smith, John"),
        ("van der Berg AB", "van der Berg, AB"),
        ("Smith JA 3rd", "Smith, JA 3rd"),
        ("Östrom Å", "Östrom, Å"),
        ("Lefèvre J.-P.", "Lefèvre, J.-P."),
        ("SMITH JA", "SMITH, JA"),
        ("Smith, John, Jr.", "Smith, John, Jr."),
        ("Plato", "Plato"),
        ("WHO", "WHO"),
        ("Milk Oral Drops Study Group A", "Milk Oral Drops Study Group A"),
        ("Michele Demi Collado", "Michele Demi Collado"),
        ("[Anonymous]", ""),
        ("[No authors listed]", ""),
        ("", ""),
        (";", ""),
    ],
)
def test_authors_get_the_comma_that_they_lack(text, name):
    assert author_name(text) == name


@given(st.text(max_size=40))
def test_an_author_in_its_form_stays_as_it_is(text):
    assert author_name(author_name(text)) == author_name(text)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2019//", 2019),
        ("2012 Oct 1", 2012),
        ("2024/04/03/", 2024),
        ("4/3/2024", 2024),
        ("20180330", 2018),
        ("Jan-Feb 1998", 1998),
        ("c1899", 1899),
        ("0", None),
        ("12345", None),
        ("1066", None),
        ("", None),
    ],
)
def test_the_year_of_a_date_is_its_first_plausible_one(text, year):
    assert year_of(text) == year


@pytest.mark.parametrize(
    ("first", "last", "pages"),
    [
        ("343", "347", "343-347"),
        ("343", "7", "343-347"),
        ("343-7", "", "343-347"),
        ("343–7", "", "343-347"),
        ("43‐58", "", "43-58"),
        ("33-42", "42", "33-42"),
        ("283-98", "", "283-298"),
        ("1123-30", "", "1123-1130"),
        ("S12", "8", "S12-S18"),
        ("e1-e10", "", "e1-e10"),
        ("343-7; discussion 348", "", "343-347; discussion 348"),
        ("pp. 343-347", "", "343-347"),
        ("5", "5", "5"),
        ("39", "", "39"),
        ("", "39", "39"),
        ("e0006219", "", "e0006219"),
        ("CD000123", "", "CD000123"),
        ("1-16.e3", "", "1-16.e3"),
        ("xi + 131", "", "xi + 131"),
        ("No", "Specified", ""),
        ("no pagination", "", ""),
        ("", "", ""),
    ],
)
def test_pages_are_first_and_last_page_in_full(first, last, pages):
    assert page_range(first, last) == pages


@given(st.integers(1, 99_999), st.integers(0, 500))
def test_shortened_last_pages_are_completed(first, more):
    last = first + more
    digits = str(last)
    if len(digits) == len(str(first)):
        while len(digits) > 1 and digits[0] == str(first)[len(str(first)) - len(digits)]:
            digits = digits[1:]
    assert page_range(str(first), digits) == (f"{first}-{last}" if more else str(first))


def test_issns_are_found_with_and_without_hyphen_and_books_are_left_out():
    assert issn_list("1872-7123 (Electronic)", "03064530 (ISSN)", "1941014x", "1872-7123") == (
        "1872-7123",
        "0306-4530",
        "1941-014X",
    )
    assert issn_list("9783030581671", "978-3-030-58167-1", "0-7803-1234-5", "") == ()


odd_spaces = st.sampled_from(
    [
        " ",
        "  ",
        "\n",
        "\n  ",
        "\t",
        "\x0b",
        "\x1f",
        "\x85",
        "\xa0",
        "\u2028",
        "\u3000",
        "a",
        "é",
        "\x00",
        "\ufeff",
    ]
)


@given(st.one_of(st.text(), st.lists(odd_spaces, max_size=12).map("".join)))
def test_white_space_of_every_kind_is_one_blank(text):
    assert one_line(text) == " ".join(text.split())


@given(
    st.lists(st.one_of(odd_spaces, st.sampled_from([",", ";", "Ito", "K.", "WHO Group"])), max_size=8).map(
        "".join
    )
)
def test_an_author_on_one_line_is_the_author(text):
    assert author_on_one_line(one_line(text)) == author_name(text)


def test_white_space_is_one_blank():
    assert one_line(" a\t b\n\nc\u00a0d ") == "a b c d"
    assert unique(["a", "", "b", "a"]) == ("a", "b")
