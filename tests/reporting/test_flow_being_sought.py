"""Reports that are being sought, in the flow of a review and of each run of its searches."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from evisynth.reporting.flow import FlowInput, count_flow
from evisynth.reporting.updates import RunsOf, count_runs, run_problems

FATES = ("not yet", "sought", "got", "lost", "no reason")


def reviewed(fates, first: int = 0) -> FlowInput:
    """A review of included records, one of each fate that is given; `first` of them are from the first source."""
    groups = {str(number): fate for number, fate in enumerate(fates)}
    why = {"got": None, "sought": "", "lost": "lost", "no reason": ""}
    return FlowInput(
        sources=[("a", "A", "database", first), ("b", "B", "database", len(groups) - first)],
        groups=len(groups),
        screened=dict.fromkeys(groups, "included"),
        sought={group: why[fate] for group, fate in groups.items() if fate != "not yet"},
        assessed={group: ("included", "") for group, fate in groups.items() if fate == "got"},
        study_status={},
        studies={},
        reasons={},
        being_sought=[group for group, fate in groups.items() if fate == "sought"],
    )


def test_a_report_being_sought_is_neither_retrieved_nor_given_up():
    flow = count_flow(reviewed(["not yet", "sought", "sought", "got", "lost", "no reason"]))
    assert (flow.not_sought_yet, flow.sought, flow.being_sought) == (1, 5, 2)
    assert (flow.not_retrieved, flow.assessed) == (2, 1)
    assert [line.key for line in flow.not_retrieved_reasons] == ["lost", "reason not given"]
    assert "2 reports are still being sought" in flow.open_ends()


@given(st.lists(st.sampled_from(FATES), max_size=12), st.integers(0, 12))
def test_the_boxes_add_up_in_the_review_and_over_its_runs(fates, first):
    first = min(first, len(fates))
    given_flow = reviewed(fates, first)
    runs = RunsOf(
        sources={"a": 0, "b": 1},
        groups={str(number): int(number >= first) for number in range(len(fates))},
        already_there={},
        studies_of={},
        status={},
    )
    flow = count_flow(given_flow)
    assert flow.problems() == ()
    assert flow.being_sought == fates.count("sought")
    assert run_problems(flow, count_runs(given_flow, runs)) == ()


def test_a_retrieved_report_is_not_being_sought_whatever_is_said():
    assert count_flow(replace(reviewed(["got"]), being_sought=["0", "unknown"])).being_sought == 0
