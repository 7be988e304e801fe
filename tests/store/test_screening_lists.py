import pytest

from evisynth.store import models
from evisynth.store.notes import add_note, postpone, put_label, remove_label, remove_note, resume, said_about
from evisynth.store.screening_items import RANGE
from evisynth.store.screening_lists import (
    ORDERS,
    Filters,
    last_voted,
    listed,
    next_to_screen,
    start_of,
    words_of,
)
from evisynth.store.voting import Refused, item_of, to_screen, vote
from support.many_records import made_review, member

STAGE = "title-abstract"

EVERY, NONE = (lambda _row: True), (lambda _row: False)

pytestmark = pytest.mark.django_db


@pytest.fixture
def review():
    return made_review(12, 3)


def key_of(item):
    return item.group.best.key if item else None


def walk(who, order="random", filters=None, after=None):
    """The records in the order in which they come when each gets a vote."""
    seen = []
    while (item := next_to_screen(who, STAGE, order, filters, after)) is not None:
        seen.append(key_of(item))
        vote(who, STAGE, seen[-1], "include")
        after = item
    return seen


@pytest.mark.parametrize("order", ["random", "newest", "title"])
def test_every_record_comes_once_in_each_order(review, order):
    assert sorted(walk(member(review, "p1"), order)) == sorted(f"made:{number}" for number in range(1, 13))


def test_newest_begins_with_the_newest(review):
    assert walk(member(review, "p1"), "newest")[:2] == ["made:12", "made:11"]


def test_the_random_order_is_that_of_the_seed_and_the_same_for_two(review):
    one, two = walk(member(review, "p1")), walk(member(review, "p2"))
    assert one == two != sorted(one)


def test_a_third_person_begins_further_on_where_two_votes_are_needed(review):
    assert [start_of(member(review, key), STAGE) for key in ("p1", "p2", "p3")] == [0, 0, RANGE // 2]


def test_the_order_wraps_around_once_and_brings_what_was_skipped(review):
    who = member(review, "p1")
    all_of_them = list(listed(who, STAGE, "random", Filters()))
    last = all_of_them[-1]
    assert key_of(next_to_screen(who, STAGE, "random", None, last)) == key_of(all_of_them[0])


def test_what_is_put_off_comes_last(review):
    who = member(review, "p1")
    first = key_of(next_to_screen(who, STAGE))
    postpone(who, STAGE, first)
    postpone(who, STAGE, first)
    assert walk(who)[-1] == first
    resume(who, STAGE, first)
    assert not models.Postponed.objects.exists()


def test_without_a_place_the_random_order_goes_on_behind_the_last_vote(review):
    who = member(review, "p1")
    third = list(listed(who, STAGE, "random", Filters()))[2]
    vote(who, STAGE, key_of(third), "exclude")
    assert last_voted(who, STAGE) == third
    assert key_of(next_to_screen(who, STAGE)) == key_of(list(listed(who, STAGE, "random", Filters()))[3])


def test_the_votes_of_others_have_no_effect_on_what_comes_next_while_a_record_waits(review):
    before = key_of(next_to_screen(member(review, "p1"), STAGE))
    vote(member(review, "p2"), STAGE, before, "exclude")
    assert key_of(next_to_screen(member(review, "p1"), STAGE)) == before


def test_a_portion_limits_what_a_person_is_asked(review):
    who = member(review, "p1")
    models.Portion.objects.create(review=review, position=1, stage=STAGE, person=who, start=0, end=50)
    below = models.ScreeningItem.objects.filter(review=review, shuffled__lt=RANGE // 2)
    assert sorted(walk(who)) == sorted(key_of(item) for item in below)


@pytest.mark.parametrize("order", ["random", "newest", "title"])
def test_the_quick_way_to_the_next_record_finds_what_the_list_of_what_waits_begins_with(review, order):
    who = member(review, "p1")
    for number in (2, 5, 7):
        vote(who, STAGE, f"made:{number}", "include")
    postpone(who, STAGE, "made:3")
    for portions in ([], [(0, 30)], [(10, 40.5), (70, 100)]):
        models.Portion.objects.all().delete()
        for at, (start, end) in enumerate(portions):
            models.Portion.objects.create(
                review=review, position=at, stage=STAGE, person=who, start=start, end=end
            )
        by = ORDERS[order]
        waiting = to_screen(who, STAGE).order_by(by, "-pk" if by.startswith("-") else "pk")
        assert next_to_screen(who, STAGE, order, None, _before(review, by)) == waiting.first()
        asked = list(listed(who, STAGE, order, Filters()))
        for after in asked:
            behind = [item for item in asked[asked.index(after) + 1 :] if item in waiting]
            expected = behind[0] if behind else waiting.first()
            assert next_to_screen(who, STAGE, order, None, after) == expected


def _before(review, by):
    """A place before all items."""
    item = models.ScreeningItem.objects.filter(review=review).first()
    item.pk = 2**60 if by.startswith("-") else 0
    item.shuffled, item.title, item.year = -1, "", 9999
    return item


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        (Filters(words="study 7"), lambda row: "7" in row.title),
        (Filters(words='"study 11"'), lambda row: row.key == "made:11"),
        (Filters(words="BACKGROUND works"), EVERY),
        (Filters(words="%"), NONE),
        (Filters(words="Köln"), lambda row: row.key == "made:4"),
        (Filters(words='say"so'), lambda row: row.key == "made:4"),
        (Filters(words="10.9999"), NONE),
        (Filters(year_from=1985, year_to=1987), lambda row: 1985 <= row.year <= 1987),
        (Filters(source="made"), EVERY),
        (Filters(source="other"), NONE),
        (Filters(state="excluded"), NONE),
        (Filters(vote="none"), EVERY),
        (Filters(vote="any"), NONE),
    ],
)
def test_filters_keep_what_fits(review, filters, fits):
    row = models.Record.objects.get(key="made:4")
    row.fields["abstract"] += ' in Köln \\ say"so'
    row.save()
    found = {key_of(item) for item in listed(member(review, "p1"), STAGE, "title", filters)}
    assert found == {row.key for row in models.Record.objects.filter(review=review) if fits(row)}


def test_own_votes_are_found_and_those_of_others_are_not(review):
    vote(member(review, "p1"), STAGE, "made:1", "maybe")
    vote(member(review, "p2"), STAGE, "made:2", "maybe")
    found = listed(member(review, "p1"), STAGE, "title", Filters(vote="maybe"))
    assert [key_of(item) for item in found] == ["made:1"]


def test_a_quoted_phrase_is_one_word():
    assert words_of('a "b  c" "" d"') == ["a", "b c", 'd"']


def test_labels_and_notes_are_hidden_from_others_until_the_record_has_its_votes(review):
    one, two, three = (member(review, key) for key in ("p1", "p2", "p3"))
    assert put_label(one, STAGE, ["made:1", "made:2"], " Milk  only ") == 2
    assert put_label(one, STAGE, ["made:1"], "milk ONLY") == 0
    add_note(one, STAGE, "made:1", "ask Ann")
    vote(one, STAGE, "made:1", "include", note="why")

    def seen(who):
        said = said_about(who, review, item_of(review, STAGE, "made:1"))
        return len(said.votes), [row.text for row in said.notes], [row.label.name for row in said.labels]

    assert seen(one) == (0, ["ask Ann"], ["Milk only"])
    assert seen(two) == seen(three) == (0, [], [])
    labelled = Filters(label="milk-only")
    assert not listed(two, STAGE, "title", labelled).exists()
    vote(two, STAGE, "made:1", "exclude")
    assert seen(two) == (1, ["ask Ann"], ["Milk only"])
    assert seen(three) == (2, ["ask Ann"], ["Milk only"])
    assert [key_of(item) for item in listed(three, STAGE, "title", labelled)] == ["made:1"]


def test_until_own_vote_opens_a_waiting_record_to_who_voted(review):
    review.votes_title_abstract, review.blinding = 3, "until own vote"
    review.save()
    vote(member(review, "p1"), STAGE, "made:1", "include")
    vote(member(review, "p2"), STAGE, "made:1", "exclude")
    item = item_of(review, STAGE, "made:1")
    assert len(said_about(member(review, "p2"), review, item).votes) == 1
    assert not said_about(member(review, "p3"), review, item).votes


def test_only_own_notes_and_labels_are_removed_and_the_history_keeps_them(review):
    one, two = member(review, "p1"), member(review, "p2")
    note = add_note(one, STAGE, "made:1", "a thought")
    put_label(one, STAGE, ["made:1"], "later")
    with pytest.raises(Refused, match="not yours"):
        remove_note(two, STAGE, "made:1", note.name)
    remove_label(two, STAGE, "made:1", "later")
    assert models.RecordLabel.objects.count() == 1
    remove_note(one, STAGE, "made:1", note.name)
    remove_label(one, STAGE, "made:1", "later")
    assert not models.Note.objects.exists()
    assert not models.RecordLabel.objects.exists()
    told = models.Event.objects.filter(review=review).order_by("position").values_list("what", flat=True)
    assert list(told) == ["note", "label", "note removed", "label removed"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_label_has_a_short_name(review, name):
    with pytest.raises(Refused, match="from 1 to 60"):
        put_label(member(review, "p1"), STAGE, ["made:1"], name)


def test_labels_of_any_script_get_keys_of_their_own(review):
    who = member(review, "p1")
    for name in ("牛乳", "أطفال", "Kühe", "Kuhe"):
        put_label(who, STAGE, ["made:1"], name)
    assert sorted(models.Label.objects.values_list("key", flat=True)) == [
        "kuhe",
        "kuhe-2",
        "label",
        "label-2",
    ]
