"""The runs of the searches divide the boxes of the flow among them, and each run adds up."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.reporting.flow import Flow, FlowInput, count_flow
from evisynth.reporting.updates import BOXES, RunsOf, count_runs, run_problems, updated

REASONS = {"not-randomised": "Not randomised"}
GIVEN = FlowInput(
    sources=[("a", "MEDLINE", "database", 3), ("b", "MEDLINE", "database", 4)],
    groups=5,
    screened=dict.fromkeys("1234", "included") | {"5": "excluded"},
    sought=dict.fromkeys("1234"),
    assessed={"1": ("included", ""), "2": ("excluded", "not-randomised"), "3": ("included", ""), "4": ("included", "")},
    study_status={"1": "included", "3": "included", "4": "included"},
    studies={"included": 2},
    reasons=REASONS,
)  # fmt: skip
OF = RunsOf(
    sources={"a": 0, "b": 1},
    groups={"1": 0, "2": 0, "3": 1, "4": 1, "5": 1},
    already_there={1: 1},
    studies_of={"1": ["old"], "3": ["old"], "4": ["new"]},
    status={"old": "included", "new": "included"},
)


def test_a_run_counts_what_it_was_the_first_to_find():
    first, second = count_runs(GIVEN, OF)
    assert (first.flow.records, first.already_there, first.duplicates, first.flow.screened) == (3, 0, 1, 2)
    assert (second.flow.records, second.already_there, second.duplicates, second.flow.screened) == (
        4,
        1,
        0,
        3,
    )
    assert [run.title for run in (first, second)] == ["The review's own searches", "Update 1"]
    assert run_problems(count_flow(GIVEN), (first, second)) == ()


def test_a_new_report_of_a_study_included_before_is_told_apart_from_those_of_new_studies():
    whole = updated(count_flow(GIVEN), count_runs(GIVEN, OF))
    assert (whole.previous_studies, whole.previous_reports) == (1, 1)
    assert (whole.last.flow.included_studies, whole.last.reports_of_new_studies) == (1, 1)
    assert whole.last.further_reports == 1
    assert (whole.total_studies, whole.total_reports) == (2, 3)


def test_a_report_of_an_earlier_and_of_a_new_study_is_one_of_a_new_study():
    of = replace(OF, studies_of=OF.studies_of | {"4": ["old", "new"]})
    assert count_runs(GIVEN, of)[1].further_reports == 1
    assert count_runs(GIVEN, of)[1].reports_of_new_studies == 1


def test_a_study_without_an_included_report_counts_in_the_last_run():
    of = replace(OF, status=OF.status | {"lost": "ongoing"})
    given = replace(GIVEN, studies={"included": 2, "ongoing": 1})
    runs = count_runs(given, of)
    assert [run.flow.ongoing_studies for run in runs] == [0, 1]
    assert run_problems(count_flow(given), runs) == ()


def test_searches_that_were_run_once_are_no_runs():
    assert count_runs(GIVEN, replace(OF, sources={"a": 2, "b": 2})) == ()
    assert run_problems(count_flow(GIVEN), ()) == ()


def test_a_box_that_is_not_the_sum_of_the_runs_is_told():
    runs = count_runs(GIVEN, OF)
    flow = replace(count_flow(GIVEN), included_studies=3)
    assert run_problems(flow, runs) == (
        "included studies (3) is not the sum over the runs of the searches (1 + 1)",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"already_there": 2}, "Update 1: records found before (2) are more than records removed (1)"),
        ({"further_reports": 3}, "Update 1: further reports (3) are more than included reports (2)"),
    ],
)
def test_a_part_that_is_more_than_its_whole_is_told(change, message):
    first, second = count_runs(GIVEN, OF)
    assert message in run_problems(count_flow(GIVEN), (first, replace(second, **change)))


def test_every_count_of_the_flow_is_checked():
    assert set(BOXES) == {field.name for field in fields(Flow) if field.type is int}


STATES = ["waiting", "conflict", "included", "excluded"]


@st.composite
def reviews(draw):
    """A review in any consistent state, its records found by up to three runs of the searches."""
    numbers = draw(st.lists(st.integers(0, 4), min_size=2, max_size=3, unique=True).map(sorted))
    groups = {str(n): draw(st.sampled_from(numbers)) for n in range(draw(st.integers(0, 20)))}
    screened = {group: draw(st.sampled_from(STATES)) for group in groups}
    included = [group for group, state in screened.items() if state == "included"]
    sought = {group: draw(st.sampled_from([None, None, "lost"])) for group in included if draw(st.booleans())}
    assessed = {
        group: (draw(st.sampled_from(STATES)), draw(st.sampled_from(["", *REASONS])))
        for group, why in sought.items()
        if why is None and draw(st.booleans())
    }
    status = {study: draw(st.sampled_from(["included", "ongoing", "awaiting"])) for study in "uvw"}
    studies_of = {group: draw(st.lists(st.sampled_from("uvw"), max_size=2, unique=True)) for group in sought}
    order = ["included", "ongoing", "awaiting"]
    first = {number: sum(run == number for run in groups.values()) for number in numbers}
    there = {number: draw(st.integers(0, 3)) for number in numbers[1:]}
    copies = draw(st.integers(0, 3))
    sources = [
        (f"s{number}", "MEDLINE", "database", first[number] + there.get(number, 0) + copies)
        for number in numbers
    ]
    given = FlowInput(
        sources=sources,
        groups=len(groups),
        screened=screened,
        sought=sought,
        assessed=assessed,
        study_status={
            group: min((status[study] for study in of), key=order.index)
            for group, of in studies_of.items()
            if of
        },
        studies={name: list(status.values()).count(name) for name in order},
        reasons=REASONS,
    )
    return given, RunsOf({f"s{n}": n for n in numbers}, groups, there, studies_of, status)


@given(reviews())
def test_the_runs_always_add_up_to_the_review(review):
    given, of = review
    flow, runs = count_flow(given), count_runs(given, of)
    assert run_problems(flow, runs) == ()
    whole = updated(flow, runs)
    last = whole.last
    assert whole.previous_studies + last.flow.included_studies == whole.total_studies
    assert whole.previous_reports + last.reports_of_new_studies + last.further_reports == whole.total_reports
    assert last.flow.records == last.already_there + last.duplicates + last.flow.screened
