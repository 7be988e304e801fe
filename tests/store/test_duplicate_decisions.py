"""People decide about duplicates: groups, items and doubtful pairs follow, decisions about records stay, all can be undone."""

import random

import pytest

from evisynth.store import models
from evisynth.store.duplicate_decisions import Refused, keep_apart, merge, take_out, withdraw
from evisynth.store.duplicates import find_duplicates
from evisynth.store.exchange.export import export_review
from evisynth.store.exchange.load import load_folder
from evisynth.store.history import breaks
from evisynth.store.merge_preview import effects_of_merging
from evisynth.store.screening_items import ready, rebuild
from evisynth.store.voting import vote
from support.cast import unscreened
from support.small_review import SmallReview
from support.updated_review import UpdatedReview

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(tmp_path):
    return _loaded(SmallReview(), tmp_path)


@pytest.fixture
def fresh(tmp_path):
    """The small review before anybody screened."""
    small = SmallReview()
    unscreened(small)
    return _loaded(small, tmp_path)


def _loaded(small, tmp_path):
    review, _ = load_folder(small.write(tmp_path), "small")
    ready(review)
    return review


def member(review, key="ra"):
    return models.Membership.objects.get(review=review, key=key)


def groups(review):
    """The groups as sets of keys."""
    found = {}
    for key, group in models.Record.objects.filter(review=review).values_list("key", "group"):
        found.setdefault(group, set()).add(key)
    return {frozenset(keys) for keys in found.values()}


def band(review):
    pairs = models.DoubtfulPair.objects.filter(review=review)
    return {frozenset(pair) for pair in pairs.values_list("record_a__key", "record_b__key")}


def rows(review):
    """Every group's row: its number, its records and how they were merged."""
    return {
        group.pk: (frozenset(group.records.values_list("key", flat=True)), group.size, str(group.merges))
        for group in models.DuplicateGroup.objects.filter(review=review)
    }


def items(review):
    found = models.ScreeningItem.objects.filter(review=review)
    fields = ("stage", "group__best__key", "state", "reason", "votes", "settled", "year", "title", "shuffled")
    return sorted(found.values_list(*fields))


def chain_holds(review):
    return not list(breaks(list(models.Event.objects.filter(review=review).values())))


def test_two_publications_are_merged_and_the_votes_on_both_count(fresh):
    vote(member(fresh, "ra"), "title-abstract", "medline:1", "include")
    vote(member(fresh, "rb"), "title-abstract", "medline:2", "include")
    decided = merge(member(fresh), "medline:1", "medline:2", "same trial")
    (group,) = decided.groups
    item = models.ScreeningItem.objects.get(stage="title-abstract", group=group)
    assert (item.state, item.votes) == ("included", 2)
    assert models.ScreeningItem.objects.filter(stage="full-text", group=group).count() == 1
    assert decided.differing == 0


def test_of_two_votes_of_one_person_the_first_counts_and_the_other_is_told(fresh):
    vote(member(fresh, "rb"), "title-abstract", "medline:2", "include")
    vote(member(fresh, "rb"), "title-abstract", "medline:1", "exclude")
    assert merge(member(fresh), "medline:1", "medline:2").differing == 0  # not open to another while it waits
    withdraw(member(fresh), [("medline:1", "medline:2")])
    decided = merge(member(fresh, "rb"), "medline:1", "medline:2")
    (group,) = decided.groups
    assert decided.differing == 1
    (active,) = models.Decision.objects.filter(record__group=group, active=True)
    assert (active.decision, active.record.key) == ("include", "medline:2")
    assert models.ScreeningItem.objects.get(group=group).votes == 1


def test_a_merge_is_taken_back_and_all_is_as_before_while_the_history_grows(review):
    before = groups(review), band(review), items(review)
    events = models.Event.objects.filter(review=review).count()
    merge(member(review), "medline:2", "medline:5")
    assert groups(review) != before[0]
    withdraw(member(review), [("medline:5", "medline:2")])
    assert (groups(review), band(review), items(review)) == before
    assert models.Event.objects.filter(review=review).count() == events + 2
    assert models.DuplicateDecision.objects.filter(review=review).count() == 3
    assert chain_holds(review)


def test_other_groups_keep_their_rows(review):
    before = rows(review)
    named = set(
        models.Record.objects.filter(key__in=("medline:2", "medline:5")).values_list("group", flat=True)
    )
    merge(member(review), "medline:2", "medline:5")
    assert {row: value for row, value in rows(review).items() if row not in named} == {
        row: value for row, value in before.items() if row not in named
    }


def test_a_record_is_taken_out_of_its_group_and_put_back(review):
    before = groups(review)
    (pair,) = [group for group in before if "medline:1" in group and len(group) > 1]
    other = next(iter(pair - {"medline:1"}))
    take_out(member(review), other, "another trial")
    assert {frozenset({"medline:1"}), frozenset({other})} <= groups(review)
    withdraw(member(review), [(other, "medline:1")])
    assert groups(review) == before


def test_a_decision_is_changed_by_a_later_one(review):
    merge(member(review), "medline:2", "medline:5")
    keep_apart(member(review, "rb"), "medline:2", "medline:5")
    assert frozenset({"medline:2"}) in groups(review)
    last = models.DuplicateDecision.objects.filter(review=review).last()
    assert (last.decision, last.changes, last.person.key) == ("keep apart", True, "rb")


def test_the_same_decision_twice_writes_once(review):
    merge(member(review), "medline:2", "medline:5")
    count = models.DuplicateDecision.objects.count(), models.Event.objects.count()
    again = merge(member(review), "medline:5", "medline:2")
    assert again.rows == ()
    assert (models.DuplicateDecision.objects.count(), models.Event.objects.count()) == count


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda of: merge(of, "medline:3", "medline:9"), "no record medline:9"),
        (lambda of: merge(of, "medline:1", "pubmed:1"), "one publication already"),
        (lambda of: merge(of, "medline:1", "medline:1"), "two are needed"),
        (lambda of: keep_apart(of, "medline:1", "medline:1"), "two are needed"),
        (lambda of: take_out(of, "medline:2"), "in no group with others"),
        (lambda of: withdraw(of, [("medline:1", "medline:2")]), "Nothing is decided"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_nothing_is_written(review, act, message):
    before = groups(review), models.DuplicateDecision.objects.count(), models.Event.objects.count()
    with pytest.raises(Refused, match=message):
        act(member(review))
    assert (groups(review), models.DuplicateDecision.objects.count(), models.Event.objects.count()) == before


def test_a_merge_against_records_kept_apart_is_refused(review):
    # medline:3 and medline:4 are kept apart in the folder
    merge(member(review), "medline:3", "medline:5")
    before = groups(review)
    with pytest.raises(Refused, match="kept apart"):
        merge(member(review), "medline:4", "medline:5")
    assert groups(review) == before
    assert chain_holds(review)


def test_decisions_go_through_the_folder_and_give_the_same_groups(review, tmp_path):
    merge(member(review), "medline:2", "medline:5", "same")
    keep_apart(member(review, "rb"), "medline:2", "medline:5")
    withdraw(member(review), [("medline:3", "medline:4")])
    export_review(review, tmp_path / "one")
    again, problems = load_folder(tmp_path / "one", "again")
    assert problems == []
    export_review(again, tmp_path / "two")
    name = "duplicates.csv"
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert b",changes\n" in (tmp_path / "one" / name).read_bytes()
    ready(again)
    assert groups(again) == groups(review)
    assert find_duplicates(again)[1] == []


@pytest.mark.parametrize("seed", range(6))
def test_groups_found_anew_near_a_decision_equal_those_found_anew_everywhere(tmp_path, seed):
    review = _loaded(UpdatedReview(), tmp_path)
    chance = random.Random(seed)
    keys = sorted(models.Record.objects.filter(review=review).values_list("key", flat=True))
    stack, before = [], (groups(review), band(review), items(review))
    for _ in range(12):
        a, b = chance.sample(keys, 2)
        act = chance.choice([merge, keep_apart, lambda of, a, _: take_out(of, a)])
        try:
            decided = act(member(review), a, b)
        except Refused:
            continue
        stack += [(row.record_a.key, row.record_b.key) for row in decided.rows if not row.changes]
        here = rows(review), band(review), items(review)
        find_duplicates(review)
        assert (rows(review), band(review)) == here[:2]
        rebuild(review)
        assert items(review) == here[2]
    assert stack
    withdraw(member(review), stack[::-1])
    assert (groups(review), band(review), items(review)) == before
    assert chain_holds(review)


def test_what_a_merge_would_do_tells_states_and_own_votes_and_not_those_of_others(fresh):
    vote(member(fresh, "rb"), "title-abstract", "medline:2", "include")
    vote(member(fresh, "ra"), "title-abstract", "medline:1", "exclude")
    groups = tuple(models.Record.objects.get(key=key).group_id for key in ("medline:1", "medline:2"))
    (effect,) = effects_of_merging(member(fresh, "ra"), groups)
    assert effect.states == ("waiting", "waiting")
    assert effect.own == ("exclude", "")
    (effect,) = effects_of_merging(member(fresh, "rc"), groups)
    assert effect.own == ("", "")
