from dataclasses import replace
from html.parser import HTMLParser

import pytest

from evisynth.reporting import duplicates_report
from evisynth.reporting.duplicates_report import Source, differing, linked_trials, merge_rows, merges_html
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
    text = page(RECORDS, [Source("old/<embase>.ris", "embase 1", 3, 1, 2)])
    assert (
        "<li><b>old/&lt;embase&gt;.ris</b> (its records: embase 1:…): 3 read, 1 not read, 2 problems</li>"
        in text
    )
    assert '<th scope="row"><a href="#merged">Duplicates removed</a></th><td>1</td>' in text
    assert "To check (1)" in text
    assert "Alike, but printed at two places." in text
    assert "Similar title, same journal or volume and first page. <span>score 1.00</span>" in text


def test_the_page_needs_nothing_from_outside_and_runs_nothing():
    tags = Page(page(RECORDS)).tags
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in tags}
    assert not any(name.startswith("on") or name == "src" for _, attrs in tags for name in attrs)
    assert all(attrs["href"].startswith("#") for _, attrs in tags if "href" in attrs)


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
    assert "The other merge is in the CSV file." in text


TWO_REASONS = {
    "m": MILK,
    "c": COPY,
    "d": replace(EGG, pmid="12345"),
    "e": replace(EGG, pmid="12345", journal="", volume="", pages=""),
}


def test_the_reasons_are_a_table_of_contents_and_folded_where_there_are_many(monkeypatch):
    records = TWO_REASONS
    text = page(records)
    reasons = {merge.reason for group in duplicate_groups(records).groups for merge in group.merges}
    assert len(reasons) == 2
    assert text.count("<details open>") == 2
    tags = Page(text).tags
    ids = {attrs["id"] for _, attrs in tags if "id" in attrs}
    assert {attrs["href"].removeprefix("#") for _, attrs in tags if "href" in attrs} <= ids
    for number in (1, 2):
        assert f'<a href="#reason-{number}">' in text
        assert f'<p id="reason-{number}">1 merged.</p>' in text
    monkeypatch.setattr(duplicates_report, "SHOWN_OPEN", 1)
    assert page(records).count("<details>") == 2


def test_a_reason_whose_merges_are_all_among_the_stronger_says_where_they_are(monkeypatch):
    monkeypatch.setattr(duplicates_report, "SHOWN_MERGES", 1)
    records = TWO_REASONS
    text = page(records)
    assert text.count('<table class="pair">') == 1
    assert "1 merged; in the CSV file." in text


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
    assert '<td data-of="registrations"><b>ct</b> Milk by mouth &lt;b&gt;</td>' in text
    assert '<th scope="row"><a href="#trials">Trials with two or more publications</a></th><td>1</td>' in text
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


@pytest.mark.browser
def test_no_word_breaks_on_a_narrow_page_and_a_link_opens_its_reason(narrow_page, monkeypatch):
    monkeypatch.setattr(duplicates_report, "SHOWN_OPEN", 0)
    words = replace(EGG, title="Immunohistochemistry in gastroenterology", pmid="9", journal="", pages="")
    narrow_page.set_content(
        page(
            TWO_REASONS
            | {
                "c": replace(COPY, abstract=""),
                "x": words,
                "y": replace(words, abstract="Immunohistochemistry of eosinophils. " * 9),
            }
        )
    )
    assert narrow_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert narrow_page.locator("details[open]").count() == 0
    narrow_page.click('a[href="#reason-2"]')
    assert narrow_page.locator("details[open]").count() == 1
    assert narrow_page.locator("#reason-2").is_visible()
    narrow_page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert narrow_page.evaluate(BROKEN_WORDS, "td, .pair th") == []


BROKEN_WORDS = """selector => {
  const broken = [];
  for (const cell of document.querySelectorAll(selector))
    for (const node of [...cell.childNodes].filter(each => each.nodeType === Node.TEXT_NODE))
      for (const word of node.textContent.matchAll(/[A-Za-z]{2,30}/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (range.getClientRects().length > 1) broken.push(word[0]);
      }
  return broken;
}"""
