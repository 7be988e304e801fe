"""The boxes of the flow diagram: counted from states, and adding up."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.reporting.flow import Flow, FlowInput, count_flow

STATES = ["waiting", "conflict", "included", "excluded"]
REASONS = {"not-randomised": "Not randomised", "no-outcome": "No outcome"}


def given_flow(**changed) -> FlowInput:
    plain = FlowInput(
        sources=[
            ("a", "MEDLINE", "database", 3),
            ("b", "ISRCTN", "register", 2),
            ("c", "Letters", "contact", 1),
        ],
        groups=5,
        screened={"1": "included", "2": "included", "3": "included", "4": "excluded", "5": "excluded"},
        sought={"1": None, "2": None, "3": "lost"},
        assessed={"1": ("included", ""), "2": ("excluded", "no-outcome")},
        study_status={"1": "included"},
        studies={"included": 1},
        reasons=REASONS,
    )
    return replace(plain, **changed)


def test_a_finished_review_adds_up_and_has_no_open_end():
    flow = count_flow(given_flow())
    assert flow.problems() == flow.open_ends() == ()
    assert (flow.records, flow.duplicates_removed, flow.screened) == (6, 1, 5)
    assert (flow.sought, flow.not_retrieved, flow.assessed, flow.included_reports) == (3, 1, 2, 1)


def test_sources_stand_in_the_box_of_their_kind():
    flow = count_flow(given_flow())
    assert [[line.label for line in box] for box in (flow.databases, flow.registers, flow.other_sources)] == [
        ["MEDLINE"], ["ISRCTN"], ["Letters"],
    ]  # fmt: skip


def test_reasons_stand_in_the_order_of_the_protocol_and_none_is_lost():
    assessed = {"1": ("excluded", "no-outcome"), "2": ("excluded", ""), "3": ("excluded", "not-randomised")}
    flow = count_flow(given_flow(assessed=assessed, sought=dict.fromkeys("123"), study_status={}))
    assert [(line.label, line.n) for line in flow.exclusion_reasons] == [
        ("Not randomised", 1), ("No outcome", 1), ("reason not given", 1),
    ]  # fmt: skip
    assert flow.problems() == ()


def test_what_waits_is_told_in_words():
    flow = count_flow(
        given_flow(
            sought={"1": None},
            assessed={},
            screened=given_flow().screened | {"6": "waiting", "7": "conflict"},
        )
    )
    assert flow.open_ends() == (
        "1 record waits for a decision on title and abstract",
        "1 record is in conflict on title and abstract",
        "2 included records have no row in reports.csv: the report is still to be sought",
        "1 report waits for a decision in full text",
    )


def test_a_report_sought_of_an_excluded_record_does_not_add_up():
    flow = count_flow(given_flow(sought={**given_flow().sought, "4": None}))
    assert flow.problems() == (
        "records screened (5) is not the sum of records excluded, open, and going on to full text (6)",
    )


@pytest.mark.parametrize(
    "box", [field.name for field in fields(Flow) if field.type is int and not field.name.endswith("_studies")]
)
def test_no_box_can_be_changed_without_it_showing(box):
    flow = count_flow(given_flow())
    assert replace(flow, **{box: getattr(flow, box) + 1}).problems() != ()


@st.composite
def reviews(draw) -> FlowInput:
    """A review in any consistent state: only included records are sought, only retrieved reports are read."""
    screened = {str(n): state for n, state in enumerate(draw(st.lists(st.sampled_from(STATES), max_size=30)))}
    included = [group for group, state in screened.items() if state == "included"]
    sought = {group: draw(st.sampled_from([None, "lost", ""])) for group in included if draw(st.booleans())}
    retrieved = [group for group, why in sought.items() if why is None]
    assessed = {
        group: (draw(st.sampled_from(STATES)), draw(st.sampled_from(["", *REASONS, "unknown"])))
        for group in retrieved
        if draw(st.booleans())
    }
    status = {
        group: draw(st.sampled_from(["included", "ongoing", "awaiting"]))
        for group in screened
        if draw(st.booleans())
    }
    kinds = st.sampled_from(["database", "register", "website", "citations", "contact"])
    extra = draw(st.lists(st.tuples(st.just("x"), st.just("X"), kinds, st.integers(0, 9)), max_size=4))
    sources = [("a", "A", "database", len(screened)), *extra]
    return FlowInput(sources, len(screened), screened, sought, assessed, status, {"included": 1}, REASONS)


@given(reviews())
def test_the_boxes_always_add_up_when_the_states_are_consistent(review):
    flow = count_flow(review)
    assert flow.problems() == ()
    assert sum(line.n for line in flow.databases + flow.registers + flow.other_sources) == flow.records
    assert all(getattr(flow, field.name) >= 0 for field in fields(Flow) if field.type is int)
