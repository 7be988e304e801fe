import pytest

from evisynth.store.history import START, breaks, event_hash


@pytest.fixture
def events():
    chain, before = [], START
    for what in ("imported medline.ris", "voted include on medline:1", "settled medline:2"):
        event = {
            "when": "2020-01-31T09:30:00Z",
            "who": "aa",
            "what": what,
            "before": None,
            "after": {"n": 1},
            "previous": before,
        }
        event["hash"] = before = event_hash(event)
        chain.append(event)
    return chain


def test_an_untouched_chain_holds(events):
    assert list(breaks(events)) == []


def test_an_empty_log_holds():
    assert list(breaks([])) == []


def test_a_changed_event_is_named(events):
    events[1]["what"] = "voted exclude on medline:1"
    assert [number for number, _ in breaks(events)] == [2]


def test_a_removed_event_is_named_where_the_chain_breaks(events):
    del events[1]
    assert [number for number, _ in breaks(events)] == [2]


def test_reordered_events_are_named(events):
    events[0], events[1] = events[1], events[0]
    assert [number for number, _ in breaks(events)] == [1, 2, 3]


def test_an_event_rehashed_after_a_change_breaks_the_next(events):
    events[0]["who"] = "bb"
    events[0]["hash"] = event_hash(events[0])
    assert [number for number, _ in breaks(events)] == [2]
