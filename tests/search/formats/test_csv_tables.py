import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.search.formats import csv_tables
from evisynth.search.formats.csv_tables import read, recognise

EXPORTS = Path(__file__).resolve().parents[3] / "../shared/data/exports"
COUNTS = {
    "cinahl.csv": 10, "cochrane_central.csv": 3, "covidence.csv": 10, "ctgov.csv": 15, "embase_com.csv": 10,
    "google_scholar.csv": 10, "openalex.csv": 8, "publish_or_perish.csv": 40, "pubmed.csv": 10, "rayyan.csv": 10,
    "scopus.csv": 8, "zotero.csv": 10,
}  # fmt: skip


def export(name):
    path = EXPORTS / name
    if not path.exists():
        pytest.skip("the shared export samples are not here")
    return path.read_text("utf-8-sig")


def table(*rows, delimiter=",", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)
    return out.getvalue()


def lost_or_wrong(reading):
    return [problem for problem in reading.problems if problem.message.startswith("Row")]


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_real_exports_give_all_their_records(name, count):
    text = export(name)
    reading = read(text)
    assert recognise(text[:20_000])
    assert (reading.found, len(reading.records), reading.lost) == (count, count, 0)
    assert lost_or_wrong(reading) == []
    assert all(record.title and record.database and record.raw in text for record in reading.records)


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_real_exports_give_authors_to_all_but_trials(name, count):
    with_authors = sum(bool(record.authors) for record in read(export(name)).records)
    assert with_authors == (0 if name == "ctgov.csv" else count)


def test_embase_com_is_read_with_its_preamble_and_repeated_headers():
    header = [
        "Title",
        "Author Names",
        "Source",
        "Source title",
        "Publication Year",
        "First Page",
        "Last Page",
        "ISSN",
        "PUI",
        "DOI",
    ]
    first = [
        "Milk, a trial",
        "Smith A.B., De Jong C., WHO",
        "J Inv (2001) 1:2",
        "J Inv",
        "2001",
        "343",
        "7",
        "1234-5678 (electronic)",
        "L1",
        "",
    ]
    second = [
        "Water",
        "Roe J.",
        "J Inv (2002) 2:3 Article Number: e77. Date",
        "J Inv",
        "2002",
        "",
        "",
        "",
        "L2",
        "10.1000/A",
    ]
    text = (
        '"SEARCH QUERY","milk:ti"\n-----\n\n'
        + table(header, first, quoting=csv.QUOTE_ALL)
        + '"SEARCH QUERY","milk:ti"\n-----\n\n'
        + table(header, second)
    )
    reading = read(text)
    assert [record.accession for record in reading.records] == ["L1", "L2"]
    assert reading.records[0].authors == ("Smith, A.B.", "De Jong, C.", "WHO")
    assert [record.pages for record in reading.records] == ["343-347", "e77"]
    assert (reading.found, reading.lost) == (2, 0)
    assert [problem.line for problem in reading.problems] == [1, 2, 6, 7, 9]
    assert reading.records[1].line == 10


def test_cinahl_pages_issns_and_dates_are_taken_out_of_their_spreadsheet_clothes():
    text = 'Article Title,Author,Journal Title,ISSN,Publication Date,First Page,Page Count,Accession Number\n"Milk","Roe, J",J Inv,="12345678",="4/3/2024","118","10","7"\n'
    (record,) = read(text).records
    assert (record.issn, record.year, record.pages) == (("1234-5678",), 2024, "118-127")


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Liu F.; De Souza C.-M.", ("Liu, F.", "De Souza, C.-M.")),
        ("Liu F., De Souza C.-M.", ("Liu, F.", "De Souza, C.-M.")),
        ("Liu, F., De Souza, C.-M.", ("Liu, F.", "De Souza, C.-M.")),
        ("[No author name available]", ()),
    ],
)
def test_all_three_author_lists_of_scopus_are_divided(cell, names):
    (record,) = read(
        table(
            ["Authors", "Title", "Source title", "Art. No.", "EID"],
            [cell, "Milk", "J Inv", "4063", "2-s2.0-1"],
        )
    ).records
    assert (record.authors, record.pages, record.accession) == (names, "4063", "2-s2.0-1")


def test_scopus_full_names_are_preferred_and_lose_their_numbers():
    text = table(
        ["Authors", "Author full names", "Title", "Source title", "EID"],
        ["Liu F.", "Liu, Fengyuan (60410297700)", "Milk", "J", "2-s2.0-1"],
    )
    assert read(text).records[0].authors == ("Liu, Fengyuan",)


def test_volume_issue_and_pages_of_pubmed_are_taken_out_of_the_citation():
    records = read(export("pubmed.csv")).records
    assert (records[0].volume, records[0].issue, records[0].pages) == ("63", "2", "103640")
    assert records[4].pages == "117-155"
    assert records[0].authors == ("Griffin, DK", "Larkin, DM", "O'Connor, RE")
    assert all(record.volume and record.pages and record.pmid and record.doi for record in records)


def test_rayyan_gives_doi_and_embase_number_out_of_left_over_lines():
    record = read(export("rayyan.csv")).records[0]
    assert (record.doi, record.accession) == ("10.1038/s41467-024-48400-3", "L2029880245")
    assert record.links == (
        "https://www.embase.com/search/results?subaction=viewrecord&id=L2029880245&from=export",
    )


def test_openalex_lists_are_divided_and_names_turned():
    records = read(export("openalex.csv")).records
    assert records[0].authors == ("Aria, Massimo", "Cuccurullo, Corrado")
    assert records[3].authors[2] == "de Pablo Valenciano, Jaime"
    assert records[5].pmid == "35434524"
    assert records[0].accession == "W2755950973"


def test_cut_author_lists_and_year_zero_of_google_scholar_give_what_is_known():
    header = ["Cites", "Authors", "Title", "Year", "Source", "GSRank", "DOI"]
    (record,) = read(
        table(
            header,
            ["3", "KC McGoogan, A van der Berg, ...", "Lemurs …", "0", "American Journal of …", "1", ""],
        )
    ).records
    assert (record.authors, record.year) == (("McGoogan, KC", "van der Berg, A"), None)


def test_a_registry_table_gives_trials():
    header = [
        "NCT Number",
        "Study Title",
        "Study URL",
        "Acronym",
        "Brief Summary",
        "Conditions",
        "Interventions",
        "Other IDs",
        "First Posted",
    ]
    row = [
        "NCT00000001",
        "Milk",
        "https://clinicaltrials.gov/study/NCT00000001",
        "MILKY",
        "Given.",
        "Milk Allergy|Asthma",
        "DRUG: Milk|OTHER: Water",
        "ISRCTN12345678|X1",
        "2011-01-04",
    ]
    (record,) = read(table(header, row)).records
    assert record.registry_ids == ("NCT00000001", "ISRCTN12345678")
    assert (record.type, record.year) == ("trial registration", 2011)
    assert record.keywords == ("MILKY", "Milk Allergy", "Asthma", "Milk", "Water")


def test_zotero_numbers_in_extra_are_found_and_attachments_are_no_records():
    header = ["Key", "Item Type", "Title", "Publication Title", "Author", "Extra"]
    reading = read(
        table(
            header,
            ["A", "journalArticle", "Milk", "J", "Roe, J", "PMID: 123\nPMCID: PMC77"],
            ["B", "attachment", "PDF", "", "", ""],
        )
    )
    assert [(record.pmid, record.pmcid, record.accession) for record in reading.records] == [
        ("123", "PMC77", "A")
    ]
    assert (reading.found, reading.lost) == (1, 0)


def test_web_of_science_tabs_with_open_quotes_lose_nothing():
    text = 'PT\tAU\tTI\tSO\tPY\tBP\tEP\tUT\nJ\tSmith, A; Roe, J\t"Milk\tJ INV\t2001\t343\t347\tWOS:1\nJ\tLee, B\tWater\tJ INV\t2002\t1\t9\tWOS:2\n'
    reading = read(text)
    assert [(record.title, record.pages) for record in reading.records] == [
        ('"Milk', "343-347"),
        ("Water", "1-9"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_an_unknown_table_is_read_by_its_column_names(delimiter):
    rows = [
        ["ID", "Title", "Authors", "Publication_Year", "Reviewer"],
        ["7", 'Milk; a "trial", and\nwater', "Smith J, Roe A", "2001", "me"],
    ]
    reading = read(table(*rows, delimiter=delimiter))
    (record,) = reading.records
    assert record.title == 'Milk; a "trial", and water'
    assert (record.authors, record.year, record.accession) == (("Smith, J", "Roe, A"), 2001, "7")
    assert [problem.message for problem in reading.problems] == [
        "The table is of no known database; read by the names of its columns: Title, Authors, Publication_Year, ID.",
        "Columns that are not used (they stay with the records as they are): Reviewer.",
    ]


def test_the_columns_of_a_plain_reference_table_are_all_known():
    (header,) = csv.reader(
        ["id,author,title,year,journal,volume,number,pages,doi,abstract,isbn,pmid,database"]
    )
    (record,) = read(
        table(
            header,
            [
                "7",
                "Roe, J",
                "Milk",
                "2001",
                "J Inv",
                "1",
                "2",
                "343-7",
                "10.1000/A",
                "Drunk.",
                "1234-5678",
                "55",
                "Scopus",
            ],
        )
    ).records
    assert (record.volume, record.issue, record.pages, record.doi) == ("1", "2", "343-347", "10.1000/a")
    assert (record.issn, record.pmid, record.database, record.authors) == (
        ("1234-5678",),
        "55",
        "Scopus",
        ("Roe, J",),
    )


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("D. Scott Mackay, J. van der Berg", ("Mackay, D. Scott", "van der Berg, J.")),
        ("Mackay, Douglas Scott", ("Mackay, Douglas Scott",)),
        ("Mackay, D., Berg, J.", ("Mackay, D.", "Berg, J.")),
        ("Mackay DS and Berg J", ("Mackay, DS", "Berg, J")),
        ("Milk Study Group", ("Milk Study Group",)),
    ],
)
def test_authors_of_an_unknown_table_are_divided_by_the_signs_in_it(cell, names):
    assert read(table(["title", "author"], ["Milk", cell])).records[0].authors == names


def test_the_separator_line_of_a_spreadsheet_is_no_header():
    reading = read("sep=;\nTitle;Year\nMilk, warm;2001\n")
    assert [(record.title, record.year) for record in reading.records] == [("Milk, warm", 2001)]


def test_two_columns_with_one_name_give_the_first_that_is_filled():
    reading = read("title,abstract,label,label,title\n,Drunk.,1,0,Milk\n")
    assert [record.title for record in reading.records] == ["Milk"]


def test_a_row_with_fewer_cells_is_read_and_reported():
    reading = read('title,authors,year\nMilk,"Roe, J",2001\nWater\nSalt,"Lee, B",2003\n')
    assert [record.title for record in reading.records] == ["Milk", "Water", "Salt"]
    assert [(problem.line, problem.message) for problem in lost_or_wrong(reading)] == [
        (3, "Row 2 has 1 cells where the header has 3; check its fields.")
    ]


def test_a_title_with_unquoted_commas_is_put_together_and_reported():
    reading = read(
        'Authors,Title,Publication,Volume,Number,Pages,Year,Publisher\n"Roe, J; ",Milk, water, and salt,J Inv,1,2,3-9,2001,Press\n'
    )
    (record,) = reading.records
    assert (record.title, record.journal, record.year) == ("Milk, water, and salt", "J Inv", 2001)
    assert len(lost_or_wrong(reading)) == 1


def test_a_row_without_title_is_kept_if_it_can_be_known_and_lost_if_not():
    reading = read("title,doi,reviewer\n,10.1000/a,me\n,,me\n,,\n")
    assert (reading.found, len(reading.records), reading.lost) == (2, 1, 1)
    assert [(problem.line, problem.lost_record) for problem in lost_or_wrong(reading)] == [
        (2, False),
        (3, True),
    ]


@pytest.mark.parametrize(
    "bad",
    ['"Water,"Lee, B",2002', 'Water,"Lee, B,2002', '"Water",Lee,"2002', '"Water,Lee,2002'],
    ids=["title", "author", "year", "whole row"],
)
def test_an_open_quote_does_not_swallow_the_rows_after_it(bad):
    rows = "".join(f'"Trial {n}","Roe, J",2003\n' for n in range(20))
    reading = read(f'title,authors,year\n"Milk","Roe, J",2001\n{bad}\n{rows}')
    titles = [record.title for record in reading.records]
    assert titles[0] == "Milk"
    assert "Water" in titles[1]
    assert titles[2:] == [f"Trial {n}" for n in range(20)]
    assert reading.found == len(reading.records)


def test_a_cell_longer_than_the_limit_of_pythons_reader_is_read():
    reading = read(table(["title", "year", "references"], ["Milk", "2001", "x" * 300_000]))
    assert [record.year for record in reading.records] == [2001]


def test_hostile_quoting_is_cut_again_for_a_bounded_number_of_rows(monkeypatch):
    cut = []
    one_line_row = csv_tables._one_line_row
    monkeypatch.setattr(
        csv_tables, "_one_line_row", lambda line, table: cut.append(line) or one_line_row(line, table)
    )
    reading = read("title,year\n" + '"a"b"c,"d\n' * 5_000)
    assert reading.found == len(reading.records)
    assert 0 < len(cut) <= csv_tables.MOST_REPAIRS


def test_text_without_a_header_is_an_error_that_says_what_is_needed():
    with pytest.raises(DataError, match="column for the title"):
        read("a,b\n1,2\n")
    assert not recognise("a,b\n1,2\n")


@pytest.mark.parametrize(
    "head",
    [
        "TY  - JOUR\nTI  - Milk\nER  - \n",
        "@article{k,\n title = {Milk},\n author = {Roe}}",
        "<xml><title>Milk</title>",
        "",
        "Title\n",
    ],
)
def test_other_formats_are_not_taken_for_tables(head):
    assert not recognise(head)


CELL = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufeff"), max_size=30)
TITLES = st.lists(st.tuples(CELL.map(lambda text: f"T{text}"), CELL), max_size=8)


@given(TITLES, st.sampled_from([",", ";", "\t"]))
def test_every_row_written_by_a_spreadsheet_is_one_record_with_its_title(rows, delimiter):
    reading = read(table(["Title", "Abstract"], *rows, delimiter=delimiter, quoting=csv.QUOTE_ALL))
    assert reading.found == len(rows)
    assert [record.title for record in reading.records] == [" ".join(title.split()) for title, _ in rows]


@given(st.text(max_size=300))
def test_no_text_after_a_header_loses_a_row_in_silence(text):
    reading = read("Title,Year\n" + text.replace("\r", "\n"))
    assert reading.found == len(reading.records) + reading.lost


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_of_every_kind_end_a_row(newline):
    text = table(["Title", "Abstract"], ["Milk", "One\ntwo"], ["Water", "Three"])
    reading = read(text.replace("\n", newline))
    assert [(record.title, record.abstract) for record in reading.records] == [
        ("Milk", "One two"),
        ("Water", "Three"),
    ]


def test_a_carriage_return_within_a_cell_is_a_blank():
    assert [record.title for record in read("Title,Year\nMilk\rdrops,2001\nWater,2002\n").records] == [
        "Milk drops",
        "Water",
    ]


def test_a_quote_that_a_cut_row_left_open_costs_the_next_rows_nothing():
    rows = [["NCT0000000" + str(n), f"Trial {n}", f"First.\n\nSecond, of {n}.\nThird."] for n in range(1, 7)]
    lines = table(["NCT Number", "Study Title", "Brief Summary"], *rows).split("\n")
    whole = read("\n".join(lines)).records
    for cut in range(2, len(lines) - 5):
        reading = read("\n".join(lines[:cut] + lines[cut + 1 :]))
        kept = [record.title for record in reading.records if record.abstract.endswith("Third.")]
        assert set(kept) >= {record.title for record in whole[(cut - 1) // 4 + 1 :]}


def test_names_of_columns_may_have_blanks_or_underscores():
    for sign in " _":
        header = [
            name.replace(" ", sign) for name in ("Title", "Publication Year", "Pubmed ID", "Journal Title")
        ]
        (record,) = read(table(header, ["Milk", "2001", "55", "J Inv"])).records
        assert (record.year, record.pmid, record.journal) == (2001, "55", "J Inv")


def test_a_table_of_articles_with_a_column_of_nct_numbers_is_none_of_the_registry():
    (record,) = read(table(["Title", "Authors", "NCT Number"], ["Milk", "Roe, J", "NCT00000001"])).records
    assert (record.authors, record.registry_ids, record.type) == (("Roe, J",), ("NCT00000001",), "")


def test_a_keyword_with_a_colon_keeps_what_stands_before_it():
    (record,) = read(table(["Title", "Keywords"], ["Milk", "HIV: prevention; drops"])).records
    assert record.keywords == ("HIV: prevention", "drops")


def test_web_of_sciences_own_workbook_has_names_of_columns_in_words():
    header = [
        *(
            "Publication Type",
            "Authors",
            "Author Full Names",
            "Group Authors",
            "Article Title",
            "Source Title",
        ),
        *("Start Page", "End Page", "Publication Year", "UT (Unique WOS ID)", "Pubmed Id"),
    ]
    row = ["J", "Ito, K", "Ito, Kenji", "Milk Grp", "Milk", "J INV", "1", "9", "2001", "WOS:1", "55"]
    (record,) = read(table(header, row)).records
    assert (record.authors, record.accession, record.pages) == (("Ito, Kenji", "Milk Grp"), "WOS:1", "1-9")
    assert (record.database, record.year, record.pmid) == ("Web of Science", 2001, "55")


def test_names_of_the_service_of_europe_pmc_are_known_as_those_of_its_site():
    header = [
        "id",
        "source",
        "pmid",
        "title",
        "authorString",
        "journalTitle",
        "journalVolume",
        "pubYear",
        "pageInfo",
    ]
    (record,) = read(
        table(header, ["1", "MED", "55", "Milk", "Ito K, Roe J.", "J Inv", "12", "2001", "1-9"])
    ).records
    assert (record.database, record.authors, record.volume) == ("Europe PMC", ("Ito, K", "Roe, J"), "12")


def test_a_cell_beyond_all_bounds_costs_no_other_row():
    reading = read("Title,Abstract\nMilk," + "x" * 10_000_001 + "\nWater,y\n")
    assert [record.title for record in reading.records] == ["Milk", "Water"]


def test_numbers_of_registries_are_found_in_titles_and_abstracts_too():
    (record,) = read(
        table(["Title", "Abstract"], ["Milk (ISRCTN12345678)", "Registered: NCT01234567."])
    ).records
    assert record.registry_ids == ("ISRCTN12345678", "NCT01234567")
