from dataclasses import replace
from html.parser import HTMLParser

import pytest

from evisynth.reporting import duplicates_report
from evisynth.reporting.duplicates_report import differing, merge_rows, merges_html
from evisynth.search.duplicates import duplicate_groups
from evisynth.search.record import Record

MILK = Record(
    title="Specific oral tolerance induction in children with severe cow's milk allergy",
    authors=("Longo, Giorgio", "Barbi, Egidio"),
    year=2008,
    journal="Journal of Allergy and Clinical Immunology",
    volume="121",
    pages="343-347",
    database="Embase",
)
COPY = replace(MILK, title=MILK.title.upper(), pages="343-7", database="MEDLINE", abstract="A" * 400)
ELSEWHERE = replace(MILK, journal="Allergy", volume="63", pages="S12")
RECORDS = {"m": MILK, "c": COPY, "e": ELSEWHERE}


class Page(HTMLParser):
    """Collects the tags, the texts of cells, and the rows that are marked."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.marked, self._row = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self._row = ("class", "differs") in attrs

    def handle_data(self, data):
        if self._row:
            self.marked.append(data)


def page(records, sources=()):
    return merges_html(records, duplicate_groups(records), sources)


def test_the_fields_that_differ_are_named_case_aside():
    assert differing(MILK, COPY) == ("pages", "abstract", "database")
    assert differing(MILK, replace(MILK, number=5)) == ()


def test_a_pair_is_shown_side_by_side_with_differing_fields_marked():
    marked = Page(page({"m": MILK, "c": COPY})).marked
    assert {"343-347", "343-7", "Embase", "MEDLINE", "differs"} <= set(marked)
    assert MILK.title not in marked


def test_the_page_gives_counts_reasons_scores_and_pairs_to_check():
    text = page(RECORDS, ["embase.ris"])
    assert "Read: embase.ris." in text
    assert '<th scope="row">Duplicates removed</th><td>1</td>' in text
    assert "To check (1)" in text
    assert "Alike, but printed at two places." in text
    assert "Similar title, same journal or volume and first page. <span>score 1.00</span>" in text


def test_the_page_needs_nothing_from_outside_and_runs_nothing():
    tags = Page(page(RECORDS)).tags
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in tags}
    assert not any(name.startswith("on") or name in {"src", "href"} for _, attrs in tags for name in attrs)


def test_hostile_text_stays_text():
    hostile = "<script>alert(1)</script>"
    records = {hostile: replace(MILK, title=hostile), "b": replace(MILK, title=hostile, pages="343")}
    text = page(records)
    assert hostile not in text
    assert "&lt;script&gt;" in text


def test_long_abstracts_are_cut_and_empty_fields_left_out():
    text = page({"m": COPY, "c": replace(COPY, database="AMED")})
    assert "A" * 300 + "…" in text
    assert "A" * 301 not in text
    assert "registry ids" not in text


def test_of_very_many_merges_the_page_shows_the_weakest_and_says_so(monkeypatch):
    monkeypatch.setattr(duplicates_report, "SHOWN_MERGES", 1)
    records = {"m": MILK, "c": COPY, "d": replace(MILK, pages="343", title=MILK.title[:60])}
    text = page(records)
    assert text.count('<table class="pair">') == 1
    assert "The other 1 merges are in the CSV file." in text


def test_a_library_without_duplicates_has_an_empty_report():
    text = page({"m": MILK})
    assert "Merged (0)" in text
    assert "Merges by reason" not in text


def test_the_table_has_a_row_a_pair_merged_ones_first():
    head, *rows = merge_rows(RECORDS, duplicate_groups(RECORDS))
    assert head[:8] == ["what", "a", "b", "reason", "score", "differ", "title a", "title b"]
    assert [row[0] for row in rows] == ["merged", "to check"]
    assert all(len(row) == len(head) for row in rows)
    assert rows[0][head.index("pages a")] != rows[0][head.index("pages b")]


@pytest.mark.parametrize("title", ["=HYPERLINK(1)", "+1", "@SUM(A1)"])
def test_no_cell_of_the_table_is_a_formula(title):
    records = {
        "m": replace(MILK, title=title + MILK.title),
        "c": replace(MILK, title=title + MILK.title, pages="343"),
    }
    _, row = merge_rows(records, duplicate_groups(records))
    assert "'" + title + MILK.title in row
