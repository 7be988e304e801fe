from dataclasses import replace
from html.parser import HTMLParser

import pytest

from evisynth.reporting import duplicates_report
from evisynth.reporting.duplicates_report import differing, linked_trials, merge_rows, merges_html
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
EGG = Record(
    title="Egg by mouth", authors=("Burks, A. W.",), year=2012, journal="NEJM", volume="367", pages="233-243"
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


REGISTERED = Record(
    title="Milk by mouth <b>",
    database="ClinicalTrials.gov",
    accession="NCT01234567",
    registry_ids=("NCT01234567",),
)
NAMES_IT = replace(MILK, registry_ids=("NCT01234567",))
TRIAL = {
    "ct": REGISTERED,
    "m": NAMES_IT,
    "c": replace(NAMES_IT, pages="343-7"),
    "e": replace(EGG, registry_ids=("NCT01234567",)),
}


def trial_of(records):
    grouping = duplicate_groups(records)
    return grouping, linked_trials(records, grouping)


def test_a_trial_names_each_publication_once_by_its_fullest_record():
    _, (trial,) = trial_of(TRIAL)
    assert (trial.numbers, trial.registrations, trial.reports) == (("nct01234567",), ("ct",), ("c", "e"))


def test_the_page_has_a_table_of_trials_and_none_where_there_are_none():
    grouping, trials = trial_of(TRIAL)
    text = merges_html(TRIAL, grouping, trials=trials)
    assert '<h2 id="trials">Trials (1)</h2>' in text
    assert "<td><b>ct</b> Milk by mouth &lt;b&gt;</td>" in text
    assert '<th scope="row">Trials with two or more publications</th><td>1</td>' in text
    assert 'id="trials"' not in page({"m": MILK})


def test_the_table_has_a_row_for_each_further_record_of_a_trial():
    head, *rows = merge_rows(TRIAL, *trial_of(TRIAL))
    told = [row[:5] for row in rows if row[0] == "trial"]
    assert told == [
        ["trial", "ct", "c", "trial nct01234567", ""],
        ["trial", "ct", "e", "trial nct01234567", ""],
    ]
    assert all(len(row) == len(head) for row in rows)


def test_a_trial_without_its_registration_starts_from_its_first_report():
    records = {name: record for name, record in TRIAL.items() if name != "ct"}
    _, *rows = merge_rows(records, *trial_of(records))
    assert [row[1:3] for row in rows if row[0] == "trial"] == [["c", "e"]]
