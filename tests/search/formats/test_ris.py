import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evisynth.search.formats import read_bytes
from evisynth.search.formats.ris import read, recognise

PLAIN = """TY  - JOUR
AU  - Ito, Kenji
AU  - Nuñez, A. B.
TI  - Oral drops for milk allergy
JF  - Journal of Invented Allergy
JA  - J Inv Allergy
PY  - 2019
VL  - 12
IS  - 3
SP  - 101
EP  - 9
SN  - 1234-5678
DO  - https://doi.org/10.1234/JIA.2019.7
AB  - Background: milk. Results: drops.
KW  - milk
KW  - drops
LA  - English
UR  - https://example.org/7
ER  -\x20
"""


def one(text):
    reading = read(text)
    assert reading.found == len(reading.records) == 1
    return reading.records[0]


def with_lines(*lines, kind="JOUR"):
    return "\n".join([f"TY  - {kind}", "TI  - A title", *lines, "ER  - ", ""])


def messages(reading):
    return [problem.message for problem in reading.problems]


def test_a_plain_record_gives_all_its_fields():
    record = one(PLAIN)
    assert record.title == "Oral drops for milk allergy"
    assert record.authors == ("Ito, Kenji", "Nuñez, A. B.")
    assert (record.journal, record.journal_abbreviation) == ("Journal of Invented Allergy", "J Inv Allergy")
    assert (record.year, record.volume, record.issue, record.pages) == (2019, "12", "3", "101-109")
    assert record.doi == "10.1234/jia.2019.7"
    assert record.issn == ("1234-5678",)
    assert record.keywords == ("milk", "drops")
    assert (record.type, record.language) == ("JOUR", "English")
    assert record.links == ("https://example.org/7",)
    assert (record.number, record.line) == (1, 1)
    assert record.raw == PLAIN.rstrip("\n")
    assert read(PLAIN).problems == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_make_no_difference(newline):
    assert one(PLAIN.replace("\n", newline)) == one(PLAIN)


@pytest.mark.parametrize("layout", ["  - ", "  -  ", " - ", "- ", "\xa0\xa0- ", "  -"])
def test_blanks_around_the_hyphen_make_no_difference(layout):
    record = one(PLAIN.replace("  - ", layout))
    assert (record.title, record.authors, record.pages) == (one(PLAIN).title, one(PLAIN).authors, "101-109")


def test_indented_tags_are_read_where_all_are_indented():
    record = one(re.sub("^", "    ", PLAIN, flags=re.MULTILINE))
    assert record.authors == ("Ito, Kenji", "Nuñez, A. B.")


def test_byte_order_marks_are_no_part_of_a_record():
    record = one("\ufeff" + PLAIN)
    assert record == one(PLAIN)
    both = read("\ufeff" + PLAIN + "\ufeff" + PLAIN)
    assert (both.found, len(both.records)) == (2, 2)


def test_a_missing_er_loses_neither_record_and_is_noted():
    reading = read(PLAIN.replace("ER  - \n", "") + PLAIN)
    assert [record.title for record in reading.records] == ["Oral drops for milk allergy"] * 2
    assert [record.authors for record in reading.records] == [("Ito, Kenji", "Nuñez, A. B.")] * 2
    assert reading.found == 2
    assert [(problem.line, problem.lost_record) for problem in reading.problems] == [(1, False)]
    assert "no ER line" in reading.problems[0].message


def test_the_last_record_may_lack_its_er():
    reading = read(PLAIN + PLAIN.replace("ER  - \n", ""))
    assert (reading.found, len(reading.records)) == (2, 2)


def test_text_after_the_last_record_without_er_is_not_part_of_it():
    reading = read(PLAIN.replace("ER  - \n", "") + "\n1 exp Milk/ (1234)\n2 drops.mp. (99)\n")
    assert reading.records[0].links == ("https://example.org/7",)
    assert messages(reading)[1].endswith("(2 lines)")


@pytest.mark.parametrize("end", ["ER  -", "ER  -   ", "ER  - \n\n\n"])
def test_er_ends_a_record_whatever_blanks_follow(end):
    reading = read(PLAIN.replace("ER  - ", end) + PLAIN)
    assert (reading.found, len(reading.records), reading.problems) == (2, 2, [])


def test_er_with_text_behind_it_is_a_line_of_the_abstract():
    record = one(with_lines("AB  - Tumours were", "ER  - positive in 12 people.", "PY  - 2001"))
    assert record.abstract == "Tumours were ER - positive in 12 people."
    assert record.year == 2001


def test_a_record_without_ty_is_read_and_noted():
    reading = read("T1  - Without a type\nAU  - Ito, K\nER  - \n\n" + PLAIN)
    assert [record.title for record in reading.records] == ["Without a type", "Oral drops for milk allergy"]
    assert reading.found == 2
    assert "no TY line" in reading.problems[0].message


def test_a_record_between_others_that_lacks_its_ty_is_read():
    reading = read(PLAIN + "TI  - Second\nAU  - Ito, K\nER  - \n" + PLAIN)
    assert [record.title for record in reading.records][1] == "Second"
    assert reading.found == 3


def test_a_file_with_neither_ty_nor_er_is_one_record():
    assert one("TI  - Alone\nAU  - Ito, K\nJO  - J\n").title == "Alone"


def test_a_type_and_nothing_else_is_a_lost_record():
    reading = read("TY  - JOUR\nER  - \n" + PLAIN)
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)
    assert reading.problems[0].line == 1


def test_a_record_without_title_is_kept_and_noted():
    reading = read("TY  - JOUR\nAU  - Ito, K\nER  - \n")
    assert len(reading.records) == 1
    assert messages(reading) == ["This record has no title."]


def test_what_cochrane_and_ovid_put_between_records_is_reported_with_its_line():
    text = (
        "Record #1 of 2\nProvider: X\nContent: text/plain\n\n1.\n"
        + PLAIN
        + "\nLink to the Ovid Full Text or citation: http://x\n2.\n"
        + PLAIN
    )
    reading = read(text)
    assert len(reading.records) == 2
    assert [(problem.line, problem.text) for problem in reading.problems] == [
        (1, "Record #1 of 2"),
        (5, "1."),
        (26, "Link to the Ovid Full Text or citation: http://x"),
        (27, "2."),
    ]
    assert reading.lost == 0


def test_a_search_strategy_after_the_last_record_is_one_note():
    reading = read(PLAIN + "\nDatabase: Invented\nSearch Strategy:\n1 milk.mp.\n2 drops.mp.\n")
    assert [(problem.line, problem.text) for problem in reading.problems] == [(21, "Database: Invented")]
    assert "(4 lines)" in reading.problems[0].message


def test_tags_after_er_are_given_to_the_record_before():
    reading = read("TY  - JOUR\nT1  - A\nJF  - Journal\nER  -\nNL  - J Abbr\nC1  - stray\n\n2.\n" + PLAIN)
    assert reading.records[0].journal_abbreviation == "J Abbr"
    assert reading.records[0].raw.endswith("C1  - stray")
    assert [problem.line for problem in reading.problems] == [5, 8]
    assert "NL, C1" in reading.problems[0].message


def test_wrapped_lines_go_on_with_their_field():
    record = one(
        with_lines("AB  - First line", "   second line", "third line", "KW  - one", "   word", "two")
    )
    assert record.abstract == "First line second line third line"
    assert record.keywords == ("one word", "two")


def test_a_tag_written_once_and_followed_by_lines_has_one_value_a_line():
    record = one(with_lines("KW  - Milk", "Drops", "Allergy", "SN  - 1234-5678 (Print)", "8765-4321"))
    assert record.keywords == ("Milk", "Drops", "Allergy")
    assert record.issn == ("1234-5678", "8765-4321")


def test_text_under_a_tag_with_one_blank_is_no_tag_where_ty_has_two():
    assert (
        one(with_lines("AB  - Images were", "T2 - weighted and clear.")).abstract
        == "Images were T2 - weighted and clear."
    )


def test_empty_tags_are_empty_fields():
    record = one(with_lines("PD  - ", "AB  - ", "VL  -", "DO  - "))
    assert (record.abstract, record.volume, record.doi) == ("", "", "")


def test_unknown_tags_are_noted_once_with_a_count():
    reading = read(with_lines("QQ  - x", "QQ  - y") + with_lines("QQ  - z"))
    assert len(reading.problems) == 1
    assert "QQ (3 times in this file)" in reading.problems[0].message
    assert "QQ  - z" in reading.records[1].raw


def test_known_tags_that_no_field_holds_are_no_problem():
    assert read(with_lines("Y2  - 2020/01/01", "ID  - 7", "N1  - a note", "PB  - Press")).problems == []


def test_text_without_a_tag_under_ty_is_reported():
    reading = read("TY  - JOUR\nlost line\nTI  - A title\nER  - \n")
    assert [(problem.line, problem.text) for problem in reading.problems] == [(2, "lost line")]
    assert reading.records[0].type == "JOUR"


@pytest.mark.parametrize(
    ("line", "doi"),
    [
        ("DO  - 10.1/X", ""),
        ("DO  - doi:10.1234/X.", "10.1234/x"),
        ("L3  - 10.1234/x", "10.1234/x"),
        ("L2  - http://dx.doi.org/10.1234/x", "10.1234/x"),
        ("UR  - https://doi.org/10.1234/x", "10.1234/x"),
        ("N1  - J Inv. 2019;1:2. doi: 10.1234/x.", "10.1234/x"),
        ("N1  - Erratum: doi: 10.1234/x. Comment: doi: 10.1234/y.", ""),
        ("UR  - https://www.cochranelibrary.com/central/doi/10.1002/central/CN-1/full", ""),
    ],
)
def test_the_doi_is_found_where_the_dialects_put_it(line, doi):
    assert one(with_lines(line)).doi == doi


@pytest.mark.parametrize(
    ("lines", "pmid"),
    [
        (["C3  - PUBMED 21314913"], "21314913"),
        (["U1  - 21314913[pmid]"], "21314913"),
        (["UR  - https://pubmed.ncbi.nlm.nih.gov/21314913/"], "21314913"),
        (["DP  - NLM", "AN  - 21314913"], "21314913"),
        (["DB  - MEDLINE", "AN  - 21314913"], "21314913"),
        (["DB  - CINAHL", "AN  - 21314913"], ""),
        (["U1  - 102199191"], ""),
        (["ID  - 21314913"], ""),
    ],
)
def test_a_pmid_is_taken_only_where_the_export_calls_it_one(lines, pmid):
    assert one(with_lines(*lines)).pmid == pmid


@pytest.mark.parametrize(
    ("lines", "accession"),
    [
        (["AN  - CN-00778158"], "CN-00778158"),
        (["U2  - L373791783", "AN  - 1"], "L373791783"),
        (
            ["UR  - https://www.embase.com/search/results?subaction=viewrecord&id=L644585435&from=export"],
            "L644585435",
        ),
        (
            ["UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85189760133&doi=x"],
            "2-s2.0-85189760133",
        ),
        (["AN  - rayyan-1", "UR  - <Go to ISI>://WOS:000614610400014"], "WOS:000614610400014"),
        (["AN  - rayyan-1"], "rayyan-1"),
        (["ID  - biblio-1375373"], "biblio-1375373"),
        (["ID  - 895"], ""),
        (["ID  - RefID:888-ito2024"], ""),
    ],
)
def test_the_accession_number_is_the_databases_own(lines, accession):
    assert one(with_lines(*lines)).accession == accession


def test_the_notice_of_copyright_is_no_abstract():
    record = one(
        with_lines("AB  - The abstract.", "AB  - Copyright of J is the property of P and its content may not")
    )
    assert (record.abstract, record.other_abstracts) == ("The abstract.", ())


def test_titles_and_abstracts_in_further_languages_are_kept():
    record = one(with_lines("TT  - Un título", "TT  - Um título", "AB  - RESUMEN uno", "AB  - ABSTRACT one"))
    assert record.other_titles == ("Un título", "Um título")
    assert (record.abstract, record.other_abstracts) == ("RESUMEN uno", ("ABSTRACT one",))


def test_an_abstract_written_in_one_ab_a_section_is_one_abstract():
    record = one(with_lines("AB  - BACKGROUND: a", "AB  - METHODS: b", "AB  - RESULTS: c"))
    assert record.abstract == "BACKGROUND: a METHODS: b RESULTS: c"


@pytest.mark.parametrize("nothing", ["NA", "N/A", "[No abstract available]", "null"])
def test_a_word_for_nothing_is_no_abstract(nothing):
    assert one(with_lines(f"AB  - {nothing}")).abstract == ""


@pytest.mark.parametrize(
    ("kind", "lines", "journal"),
    [
        ("JOUR", ["T2  - The Journal"], "The Journal"),
        ("JOUR", ["JO  - The Journal", "T2  - Special issue"], "The Journal"),
        ("BOOK", ["T2  - A series"], ""),
        ("JOUR", ["JA  - The J"], "The J"),
        ("JOUR", ["C3  - PUBMED 1", "JA  - Trials"], "Trials"),
    ],
)
def test_t2_is_the_journal_of_articles_that_name_no_other(kind, lines, journal):
    assert one(with_lines(*lines, kind=kind)).journal == journal


def test_the_provider_is_the_database_where_no_database_is_named():
    assert one(with_lines("DP  - EBSCOhost")).database == "EBSCOhost"
    assert one(with_lines("DP  - http://bvsalud.org/", "DB  - LILACS")).database == "LILACS"
    assert one(with_lines("DP  - 2001 Jan")).database == ""


@pytest.mark.parametrize("date", ["2019//", "2019/04/03/", "2019///", "3 Apr 2019", "2019"])
def test_the_year_is_read_from_dates_of_any_spelling(date):
    assert one(with_lines(f"Y1  - {date}", "Y2  - 2024/01/01")).year == 2019


def test_year_zero_and_empty_years_are_no_year():
    assert one(with_lines("PY  - 0")).year is None
    assert one(with_lines("PY  - ", "Y1  - 2001//")).year == 2001


def test_ovids_missing_pages_are_no_pages():
    assert one(with_lines("SP  - No", "EP  - Specified")).pages == ""


def test_article_numbers_are_pages_where_there_are_no_others():
    assert one(with_lines("C7  - e15453")).pages == "e15453"


def test_authors_of_a1_and_au_are_given_once_and_same_names_twice():
    assert one(with_lines("AU  - Li, Y", "AU  - Li, Y", "A1  - Li, Y")).authors == ("Li, Y", "Li, Y")
    assert one(with_lines("A1  - Ito K", "A2  - Editor E")).authors == ("Ito, K",)


def test_a_registry_number_is_found_in_abstract_and_link():
    record = one(
        with_lines("AB  - Registered as NCT01234567.", "UR  - https://clinicaltrials.gov/show/NCT07654321")
    )
    assert record.registry_ids == ("NCT01234567", "NCT07654321")


def test_ris_is_recognised_by_its_content():
    assert recognise(PLAIN)
    assert recognise("\n\n1.\n" + PLAIN)
    assert recognise("T1  - a\nER  -\n")
    assert not recognise("PMID- 1\nTI  - a\nAU  - b\n")
    assert not recognise("id,title\n1,TY  - x\n")


def test_a_value_of_many_megabytes_is_cut_and_noted():
    reading = read(with_lines("AB  - " + "milk " * 600_000))
    assert len(reading.records[0].abstract) < 1_000_001
    assert "characters" in reading.problems[0].message


def test_a_hundred_thousand_authors_are_read_in_one_go():
    reading = read(with_lines(*(f"AU  - Ito, K{number}" for number in range(100_001))))
    assert len(reading.records[0].authors) == 100_000
    assert "100001 times" in reading.problems[0].message


@pytest.mark.parametrize(
    "text", ["", "\n", "ER  - ", "TY  - ", "TY  -", "ER  -\nER  -\n", "TY", "\x00", "AB  - x"]
)
def test_odd_beginnings_raise_nothing(text):
    reading = read(text)
    assert reading.found == len(reading.records) + reading.lost


LINES = st.sampled_from(
    [
        *("TY  - JOUR", "T1  - A title", "AU  - Ito, K", "ER  - ", "ER  -", "", "  ", "2.", "Record #1 of 2"),
        *(
            "free text",
            "ER  - positive",
            "TY  - ",
            "AB  - text",
            "   wrapped",
            "NL  - J",
            "KW  - a",
            "QQ  - b",
        ),
        "TY  - " + "word " * 20,
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=25))
def test_every_line_is_in_a_record_or_reported(lines):
    reading = read("\n".join(lines))
    assert reading.found == len(reading.records) + reading.lost
    held = set()
    for record in reading.records:
        held |= set(range(record.line, record.line + record.raw.count("\n") + 1))
    loose = [number for number, line in enumerate(lines, start=1) if line.strip() and number not in held]
    reported = {problem.line for problem in reading.problems}
    counted = sum(
        int((re.findall(r"\((\d+) lines\)$", problem.message) or ["1"])[0])
        for problem in reading.problems
        if problem.line not in held
    )
    assert counted >= len([number for number in loose if not lines[number - 1].startswith(("ER", "TY"))])
    assert not loose or reported


def test_c5_is_the_pubmed_number_in_exports_of_embase_com_only():
    lines = "TY  - JOUR\nTI  - Milk\n{}\nC5  - 15368318\nER  - \n"
    embase, linked, other = (
        read(lines.format(line)).records[0]
        for line in ("U2  - L39097156", "UR  - https://www.embase.com/search/x", "AN  - 12345678")
    )
    assert (embase.pmid, linked.pmid, other.pmid) == ("15368318", "15368318", "")


names = st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=12)
words = st.lists(
    st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1), min_size=1, max_size=8
).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(words, st.lists(st.tuples(names, names), max_size=4)), min_size=1, max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["  - ", "  -  "]),
)
def test_what_is_written_as_ris_is_read_back(records, newline, encoding, hyphen):
    lines = []
    for title, authors in records:
        lines += [
            f"TY{hyphen}JOUR",
            f"TI{hyphen}{title}",
            *(f"AU{hyphen}{a}, {b}" for a, b in authors),
            f"ER{hyphen}",
            "",
        ]
    reading = read_bytes(newline.join(lines).encode(encoding), name="written.ris")
    assert [record.title for record in reading.records] == [title for title, _ in records]
    assert [record.authors for record in reading.records] == [
        tuple(f"{a}, {b}" for a, b in each) for _, each in records
    ]
    assert reading.encoding == encoding
    assert reading.problems == []


def test_two_records_that_lost_their_end_and_their_start_are_two():
    text = "TY  - JOUR\nTI  - Drops\nAU  - Ito, K\n\nTI  - Tea\nAU  - Mori, T\n\nTY  - JOUR\nTI  - Milk\nER  - \n"
    reading = read_bytes(text.encode())
    assert [record.title for record in reading.records] == ["Drops", "Tea", "Milk"]
    assert reading.found == 3
    assert any("no TY line" in problem.message for problem in reading.problems)


def test_the_link_that_ovid_puts_after_the_abbreviation_is_no_part_of_it():
    text = "TY  - JOUR\nTI  - Drops\nER  - \nNL  - J Hiccups\nLink to the Ovid Full Text or citation\n"
    (record,) = read_bytes(text.encode()).records
    assert record.journal_abbreviation in {"", "J Hiccups"}
    assert record.journal in {"J Hiccups", ""}
    assert "Link" not in record.journal + record.journal_abbreviation
