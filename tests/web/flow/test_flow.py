"""The flow as pages and files show it, and the records behind each number."""

import csv
import io

import pytest

from evisynth.store import models
from evisynth.store.duplicates import find_duplicates
from evisynth.store.gather.flow import flow_of
from evisynth.store.gather.screening import read_reports, screen
from evisynth.store.lists import BOXES, listed
from evisynth.store.live_flow import live_flow
from evisynth.store.screening_items import rebuild
from evisynth.store.voting import vote, withdraw
from support import cast


@pytest.fixture
def fresh(db, tmp_path):
    return cast.load(tmp_path, change=cast.unscreened)


def counted(review):
    """The flow as the report counts it, from the same rows."""
    duplicates, _ = find_duplicates(review)
    screened = screen(review)
    reports, _ = read_reports(review, screened, duplicates)
    return flow_of(review, screened, reports, duplicates)[0]


def test_pages_and_report_count_the_same(small):
    shown = live_flow(small)
    assert shown == counted(small)
    rebuild(small)
    assert shown.problems() == ()


def test_the_flow_follows_each_vote(fresh):
    one = cast.plays(fresh, "ra", "Ann Owner").member
    two = cast.plays(fresh, "rb", "Bob Reviewer").member
    key = listed(fresh, "waiting").records[0].key
    before = live_flow(fresh)
    vote(one, "title-abstract", key, "exclude")
    assert live_flow(fresh).excluded_screening == before.excluded_screening
    vote(two, "title-abstract", key, "exclude")
    assert live_flow(fresh).excluded_screening == before.excluded_screening + 1
    assert live_flow(fresh).waiting_screening == before.waiting_screening - 1
    withdraw(two, "title-abstract", key)
    assert live_flow(fresh) == before


def test_each_box_lists_as_many_records_as_its_number_says(small):
    flow = live_flow(small)
    numbers = {
        "identified": flow.records,
        "duplicates": flow.duplicates_removed,
        "screened": flow.screened,
        "waiting": flow.waiting_screening,
        "conflicts": flow.conflicts_screening,
        "excluded": flow.excluded_screening,
        "not-sought": flow.not_sought_yet,
        "sought": flow.sought,
        "being-sought": flow.being_sought,
        "not-retrieved": flow.not_retrieved,
        "assessed": flow.assessed,
        "waiting-full-text": flow.waiting_full_text,
        "conflicts-full-text": flow.conflicts_full_text,
        "excluded-full-text": flow.excluded_full_text,
    }
    assert {box: listed(small, box).records.count() for box in numbers} == numbers
    assert set(numbers) | {"going-on", "included"} == set(BOXES)
    for line in (*flow.databases, *flow.registers, *flow.other_sources):
        assert listed(small, f"identified:{line.key}").records.count() == line.n
    for line in flow.exclusion_reasons:
        assert listed(small, f"excluded-full-text:{line.key}").records.count() == line.n
    for line in flow.not_retrieved_reasons:
        assert listed(small, f"not-retrieved:{line.key}").records.count() == line.n


@pytest.mark.parametrize("box", ["nothing", "identified:nowhere", "excluded-full-text:because"])
def test_a_list_that_there_is_not_is_not_found(reader, small, box):
    assert reader.get(f"/r/{small.slug}/records/{box}/").status_code == 404


def test_a_list_can_be_searched_by_title(reader, small):
    title = models.Record.objects.filter(review=small).first().title
    page = reader.get(f"/r/{small.slug}/records/identified/", {"q": title.upper()})
    assert title in page.content.decode()
    nothing = reader.get(f"/r/{small.slug}/records/identified/", {"q": "<script>"})
    assert "&lt;script&gt;" in nothing.content.decode()


@pytest.mark.parametrize(("kind", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_diagram_comes_as_a_file(reader, small, kind, start):
    answer = reader.get(f"/r/{small.slug}/flow/prisma-flow.{kind}")
    assert answer.content.startswith(start)
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_diagram_that_is_shown_runs_nothing(reader, small):
    answer = reader.get(f"/r/{small.slug}/flow/prisma-flow.svg", {"show": "1"})
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_the_table_for_prisma2020_has_each_number_under_the_key_of_that_program(reader, small):
    flow = live_flow(small)
    text = reader.get(f"/r/{small.slug}/flow/prisma-flow.csv").content.decode()
    rows = {row["data"]: row["n"] for row in csv.DictReader(io.StringIO(text))}
    assert rows["duplicates"] == str(flow.duplicates_removed)
    assert rows["records_screened"] == str(flow.screened)
    assert rows["new_studies"] == rows["total_studies"] == str(flow.included_studies)
    assert rows["dbr_excluded"].count(";") == len(flow.exclusion_reasons) - 1


def test_a_page_of_the_overview_costs_the_same_number_of_queries_whatever_the_review(
    reader, small, django_assert_max_num_queries
):
    reader.get(f"/r/{small.slug}/")
    with django_assert_max_num_queries(25):
        reader.get(f"/r/{small.slug}/")
