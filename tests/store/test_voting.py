"""One vote at a time, and twenty at once."""

import threading
from contextlib import nullcontext
from functools import partial

import pytest
from django.db import connection, connections

from evisynth.screening.decisions import Vote, state
from evisynth.store import models
from evisynth.store.history import breaks
from evisynth.store.screening_items import rebuild
from evisynth.store.voting import (
    Complete,
    Meanwhile,
    Refused,
    count_to_screen,
    item_of,
    settle,
    to_screen,
    vote,
    withdraw,
)
from support.lasting import in_file
from support.many_records import made_review, member

STAGE = "title-abstract"
CLIENTS = 20
ROUNDS = 5  # benchmarks/votes_at_once.py has a thousand


@pytest.fixture
def review(db):
    return made_review(6, 4)


@pytest.fixture
def at_once(transactional_db, tmp_path):
    """A review with many people in a database that takes several writers."""
    around = nullcontext() if connection.vendor == "postgresql" else in_file(tmp_path / "votes.sqlite3")
    with around:
        yield made_review(3 * ROUNDS, CLIENTS)


def together(acts):
    """Do all of it at the same moment, each in a thread with its own connection; gives what each raised, or None."""
    start, raised = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            start.wait()
            act()
        except Exception as error:  # noqa: BLE001 - told to the test
            raised[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    return raised


def holds(review, key):
    """The item agrees with the pure rule about its active votes, and nobody has two."""
    active = list(
        models.Decision.objects.filter(record__key=key, record__review=review, active=True).select_related(
            "person"
        )
    )
    people = [row.person.key for row in active]
    assert len(people) == len(set(people))
    item = item_of(review, STAGE, key)
    votes = [Vote(row.person.key, row.decision) for row in active]
    assert (item.state, item.votes) == (state(votes, 2).state, len(votes))
    return item


def chain_holds(review):
    parts = ("when", "who", "what", "before", "after", "previous", "hash")
    events = list(models.Event.objects.filter(review=review).order_by("position").values(*parts))
    assert events
    return not list(breaks(events))


def kept(review):
    return sorted(
        models.ScreeningItem.objects.filter(review=review).values_list(
            "stage", "group", "state", "reason", "votes", "settled"
        )
    )


def test_twenty_who_vote_alike_at_once_leave_two_votes_and_an_included_record(at_once):
    people = [member(at_once, f"p{number + 1}") for number in range(CLIENTS)]
    for number in range(1, ROUNDS + 1):
        key = f"made:{number}"
        raised = together([partial(vote, who, STAGE, key, "include") for who in people])
        assert raised.count(None) == 2
        assert all(isinstance(error, Complete) for error in raised if error is not None)
        assert holds(at_once, key).state == "included"
    for number in range(ROUNDS + 1, 2 * ROUNDS + 1):
        key = f"made:{number}"
        acts = [
            partial(vote, who, STAGE, key, "include" if at % 2 else "exclude")
            for at, who in enumerate(people)
        ]
        raised = together(acts)
        assert raised.count(None) == 2
        assert holds(at_once, key).state != "waiting"
    before = kept(at_once)
    rebuild(at_once)
    assert kept(at_once) == before
    assert chain_holds(at_once)


def test_one_person_in_twenty_windows_at_once_has_one_vote(at_once):
    who = member(at_once, "p1")
    for number in range(1, ROUNDS + 1):
        key = f"made:{number}"
        choices = ("include", "exclude", "maybe")
        raised = together([partial(vote, who, STAGE, key, choices[at % 3]) for at in range(CLIENTS)])
        assert raised == [None] * CLIENTS
        assert holds(at_once, key).votes == 1
        raised = together([partial(vote, who, STAGE, key, "include", seen="") for _ in range(CLIENTS)])
        assert all(error is None or isinstance(error, Meanwhile) for error in raised)
        assert holds(at_once, key).votes == 1
    before = kept(at_once)
    rebuild(at_once)
    assert kept(at_once) == before
    assert chain_holds(at_once)


def test_two_who_agree_include_and_two_who_differ_conflict(review):
    first, second = member(review, "p1"), member(review, "p2")
    vote(first, STAGE, "made:1", "include")
    assert item_of(review, STAGE, "made:1").state == "waiting"
    vote(second, STAGE, "made:1", "maybe")
    assert item_of(review, STAGE, "made:1").state == "included"
    assert item_of(review, "full-text", "made:1").state == "waiting"
    vote(first, STAGE, "made:2", "include")
    vote(second, STAGE, "made:2", "exclude")
    assert item_of(review, STAGE, "made:2").state == "conflict"


def test_the_same_vote_twice_is_written_once(review):
    first = member(review, "p1")
    assert vote(first, STAGE, "made:1", "include", note="a").row is not None
    assert vote(first, STAGE, "made:1", "include", note="a").row is None
    assert models.Event.objects.filter(review=review).count() == 1


def test_a_third_vote_is_refused_and_says_how_the_record_stands(review):
    for key in ("p1", "p2"):
        vote(member(review, key), STAGE, "made:1", "exclude")
    with pytest.raises(Complete, match="excluded now"):
        vote(member(review, "p3"), STAGE, "made:1", "include")


def test_a_stale_window_changes_no_vote(review):
    first = member(review, "p1")
    vote(first, STAGE, "made:1", "include", seen="")
    with pytest.raises(Meanwhile, match="you voted include"):
        vote(first, STAGE, "made:1", "exclude", seen="")
    assert vote(first, STAGE, "made:1", "exclude", seen="include").row.changes
    withdraw(first, STAGE, "made:1")
    with pytest.raises(Meanwhile, match="took back"):
        vote(first, STAGE, "made:1", "maybe", seen="exclude")


def test_a_withdrawn_vote_makes_the_record_wait_and_leaves_full_text_again(review):
    first, second = member(review, "p1"), member(review, "p2")
    vote(first, STAGE, "made:1", "include")
    vote(second, STAGE, "made:1", "include")
    withdraw(second, STAGE, "made:1")
    assert item_of(review, STAGE, "made:1").state == "waiting"
    with pytest.raises(Refused, match="full and text"):
        item_of(review, "full-text", "made:1")
    with pytest.raises(Refused, match="no vote"):
        withdraw(second, STAGE, "made:1")
    assert models.Decision.objects.filter(review=review).count() == 3


def test_replay_of_the_decisions_gives_the_kept_items(review):
    one, two, three = (member(review, key) for key in ("p1", "p2", "p3"))
    vote(one, STAGE, "made:1", "include")
    vote(two, STAGE, "made:1", "exclude")
    settle(three, STAGE, "made:1", "include")
    vote(one, STAGE, "made:2", "maybe")
    vote(one, STAGE, "made:2", "exclude")
    vote(two, STAGE, "made:2", "exclude")
    vote(two, STAGE, "made:3", "include")
    withdraw(two, STAGE, "made:3")
    vote(one, STAGE, "made:4", "include")
    vote(two, STAGE, "made:4", "include")
    before, active = (
        kept(review),
        set(models.Decision.objects.filter(active=True).values_list("pk", flat=True)),
    )
    rebuild(review)
    assert kept(review) == before
    assert set(models.Decision.objects.filter(active=True).values_list("pk", flat=True)) == active
    assert chain_holds(review)


def test_what_waits_is_counted_as_it_is_listed(review):
    one, two = member(review, "p1"), member(review, "p2")
    vote(one, STAGE, "made:1", "include")
    vote(two, STAGE, "made:1", "include")
    vote(one, STAGE, "made:2", "include")
    vote(two, STAGE, "made:3", "include")
    for who, left in ((one, 4), (two, 4), (member(review, "p3"), 5)):
        assert count_to_screen(who, STAGE) == to_screen(who, STAGE).count() == left


def test_what_a_reader_or_somebody_who_left_votes_is_refused(review):
    who = member(review, "p1")
    who.roles = ["reader"]
    with pytest.raises(Refused, match="Only a reviewer"):
        vote(who, STAGE, "made:1", "include")
    gone = member(review, "p2")
    gone.left = True
    with pytest.raises(Refused, match="Only a reviewer"):
        vote(gone, STAGE, "made:1", "include")
