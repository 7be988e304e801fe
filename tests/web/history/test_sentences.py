"""What an event did is a sentence; what is another now is told before and after; what says nothing is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.store import models
from evisynth.web.history.sentences import SENTENCES, SHOWN_RECORDS, Told, told

VOTE = {"stage": "title-abstract", "record": "medline:1", "decision": "exclude", "reason": "", "note": ""}
REPORT = {"report": "smith2010", "record": "medline:1", "retrieved": "no", "reason": "lost", "note": ""}
SOURCE = {"source": "medline", "name": "MEDLINE", "kind": "database", "note": "", "update": 0, "files": []}
STUDY = {"name": "Smith 2010", "design": "", "status": "included", "published": True,
         "reports": {"smith2010": {"role": "primary", "note": ""}}}  # fmt: skip


@pytest.mark.parametrize(
    ("what", "before", "after", "sentence"),
    [
        ("vote", None, VOTE, "medline:1 (title and abstract): exclude"),
        ("vote", VOTE | {"decision": "maybe", "note": "hm"}, VOTE | {"reason": "other", "note": "sure"},
         "medline:1 (title and abstract): exclude (other), with the note “sure”; before: maybe, with the note “hm”"),
        ("vote withdrawn", VOTE, VOTE | {"decision": "withdraw"},
         "medline:1 (title and abstract): taken back; before: exclude"),
        ("note", None, {"stage": "full-text", "record": "a:1", "text": "look"}, "a:1 (full text): “look”"),
        ("label", None, {"stage": "full-text", "label": "ask", "records": ["a:1", "a:2"]}, "“ask” on a:1, a:2"),
        ("report", None, REPORT, "smith2010 of medline:1 cannot be had: lost"),
        ("report", REPORT, REPORT | {"retrieved": "yes", "reason": ""},
         "smith2010 of medline:1 is retrieved; before, it cannot be had"),
        ("file removed", {"report": "smith2010", "file": "a.pdf", "sha256": ""}, None, "a.pdf of smith2010"),
        ("source removed", SOURCE | {"records": 1200}, None, "MEDLINE (medline) with its 1,200 records"),
        ("study made", None, {"smith-2010": STUDY}, "Smith 2010 (smith-2010) with the report smith2010"),
        ("report unlinked", {"smith-2010": STUDY}, {"smith-2010": STUDY | {"reports": {}}},
         "Smith 2010 (smith-2010); smith2010 went"),
        ("label added", None, {"label": "ask-us", "name": "ask us"}, "ask us"),
        ("reason renamed", {"reason": "r1", "text": "old"}, {"text": "new"}, "new"),
        ("invitation", None, {"name": "Eve", "roles": ["reader"], "as": ""}, "Eve as reader"),
        ("duplicates merged", None, {"decision": "merge", "pairs": [{"a": "a:1", "b": "b:2"}], "reason": "same DOI"},
         "a:1 and b:2, because: same DOI"),
    ],
)  # fmt: skip
def test_an_event_is_a_sentence(what, before, after, sentence):
    assert told(what, before, after).sentence == sentence


def test_a_change_is_told_before_and_after_and_what_is_the_same_is_not():
    found = told("source changed", SOURCE | {"update": 1}, SOURCE | {"note": "asked again"})
    assert found == Told("MEDLINE (medline)", (("note", "nothing", "asked again"), ("update", "1", "0")))


def test_zeros_and_empty_values_that_nobody_changed_are_left_out():
    found = told("records imported", None, {"files": [], "records": 3, "publications": 2, "to_check": 0, "there_before": 1,
                                            "duplicates": 0})  # fmt: skip
    assert found.facts == ()
    assert found.sentence.endswith(", and one is of a publication of before")
    assert told("something", {"a": ""}, {"b": 0, "c": None, "d": []}) == Told()


def test_an_import_is_told_by_its_files():
    file = {"name": "a.ris", "source": "medline", "records": 1200, "lost": 2, "problems": 3}
    found = told("records imported", None, {"files": [file], "records": 1200, "publications": 1000})
    assert found.sentence == (
        "a.ris into medline (1,200 records, 2 not read). Of 1,200 records came 1,000 new publications"
    )


def test_of_many_records_the_first_are_shown_and_the_rest_counted():
    found = told("votes", [], [VOTE | {"record": f"m:{number}"} for number in range(50)])
    assert found.sentence == "50 records at once"
    assert (len(found.first_records), found.more) == (SHOWN_RECORDS, 50 - SHOWN_RECORDS)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["record", "reports", "files", "pairs", "name", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(SENTENCES)), plain, plain)
def test_an_event_of_any_content_is_told_somehow(what, before, after):
    # A history may come with a folder that somebody else wrote.
    assert isinstance(told(what, before, after), Told)


def test_every_event_of_a_review_is_told_and_shown(small, owner):
    owner.post(
        "/r/small-review/searches/new/",
        {"key": "embase", "name": "Embase", "kind": "database", "update": "0"},
    )
    page = owner.get("/r/small-review/history/").content.decode()
    assert "Embase (embase)" in page
    assert "<dt>update</dt>" not in page
    for event in models.Event.objects.filter(review=small):
        assert told(event.what, event.before, event.after) is not None
