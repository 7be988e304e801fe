"""Changes of the team and of settings leave nothing that cannot be resolved, and move nothing in silence."""

import pytest

from evisynth.store import models
from evisynth.store import review_settings as settings
from evisynth.store.exchange.load import load_folder
from evisynth.store.history import breaks
from evisynth.store.history_reading import verify
from evisynth.store.invitations import Closed, accept, add_member, invite
from evisynth.store.screening_items import ready, rebuild
from evisynth.store.standing import decided, moves, rules_of, states
from evisynth.store.team import Refused, bring_back, change_roles, consequences, leave, remove, stuck_now
from evisynth.store.voting import vote
from support import cast
from support.small_review import SmallReview

pytestmark = pytest.mark.django_db
FIRST = "title-abstract"


def member(review, key):
    return models.Membership.objects.get(review=review, key=key)


def with_account(review, key):
    row = member(review, key)
    row.user = models.User.objects.create_user(f"{key}@example.org", name=row.name)
    row.save()
    return row


@pytest.fixture
def review(tmp_path):
    """The small review with its accounts, everything screened."""
    review, _ = load_folder(SmallReview().write(tmp_path))
    ready(review)
    for key in ("ra", "rb", "rc"):
        with_account(review, key)
    return review


@pytest.fixture
def fresh(tmp_path):
    """The same before any decision: seven groups of records wait."""
    review = cast.load(tmp_path / "fresh", "fresh", cast.unscreened)
    for key, name in (("ra", "o"), ("rb", "p"), ("rc", "q")):
        row = member(review, key)
        row.user = models.User.objects.create_user(f"{name}@example.org", name=row.name)
        row.save()
    return review


def events(review):
    rows = models.Event.objects.filter(review=review).order_by("position")
    return list(rows.values("when", "who", "what", "before", "after", "previous", "hash"))


def items(review):
    rows = models.ScreeningItem.objects.filter(review=review).select_related("group__best")
    return {(row.stage, row.group.best.key): (row.state, row.reason) for row in rows}


def test_the_last_owner_cannot_go_or_become_something_else(review):
    ra = member(review, "ra")
    for act in (
        lambda: remove(ra, "ra", "keep"),
        lambda: leave(ra, "keep"),
        lambda: change_roles(ra, "ra", ["reviewer"]),
    ):
        with pytest.raises(Refused, match="needs an owner"):
            act()
    assert member(review, "ra").roles == ["owner", "reviewer"]
    assert not member(review, "ra").left


def test_an_owner_without_an_account_is_not_enough(review):
    models.Membership.objects.filter(pk=member(review, "rb").pk).update(roles=["owner"], user=None)
    with pytest.raises(Refused, match="with an account"):
        leave(member(review, "ra"), "keep")


def test_an_owner_leaves_when_there_is_another(review):
    change_roles(member(review, "ra"), "rb", ["owner", "reviewer"])
    other = models.User.objects.create_user("dan@example.org", name="Dan")
    add_member(review, other, ["reviewer"])
    leave(member(review, "ra"), "keep")
    assert member(review, "ra").left
    assert [event["what"] for event in events(review)[-2:]] == ["roles changed", "left"]
    assert not list(breaks(events(review)))


def test_a_role_that_would_take_out_decisions_is_refused(review):
    before = items(review)
    with pytest.raises(Refused, match="has decided about"):
        change_roles(member(review, "ra"), "rb", ["reader"])
    change_roles(member(review, "ra"), "rb", ["reviewer", "statistician"])
    rebuild(review)
    assert items(review) == before


def test_unknown_roles_and_none_are_refused(review):
    for roles in ([], ["king"], ["reader", "king"]):
        with pytest.raises(Refused, match="at least one of the roles"):
            change_roles(member(review, "ra"), "rb", roles)


def test_somebody_who_is_no_longer_an_owner_changes_nothing(review):
    ra = member(review, "ra")
    models.Membership.objects.filter(pk=member(review, "rb").pk).update(roles=["owner"])
    models.Membership.objects.filter(pk=ra.pk).update(roles=["reviewer"])
    with pytest.raises(Refused, match="no longer an owner"):
        remove(ra, "rc", "keep")


def test_what_somebody_decided_stays_when_they_are_removed_and_brought_back(fresh):
    dan = add_member(fresh, models.User.objects.create_user("d@example.org", name="Dan"), ["reviewer"])
    for key in ("ra", "rb"):
        vote(member(fresh, key), FIRST, "medline:1", "include")
    before = items(fresh)
    remove(member(fresh, "ra"), "rb", "")
    assert items(fresh) == before
    assert member(fresh, "rb").left
    bring_back(member(fresh, "ra"), "rb")
    assert not member(fresh, "rb").left
    rebuild(fresh)
    assert items(fresh) == before
    assert dan.left is False


def test_removing_asks_what_becomes_of_open_votes(fresh):
    vote(member(fresh, "rb"), FIRST, "medline:1", "include")
    with pytest.raises(Refused, match="say what becomes"):
        remove(member(fresh, "ra"), "rb", "")


def test_open_votes_that_are_kept_count_with_the_next(fresh):
    vote(member(fresh, "rb"), FIRST, "medline:1", "include")
    assert consequences(fresh, "rb")["votes"] == 1
    remove(member(fresh, "ra"), "rb", "keep")
    vote(member(fresh, "rc"), FIRST, "medline:1", "include")
    assert items(fresh)[FIRST, "medline:1"] == ("included", "")


def test_open_votes_that_are_taken_back_are_given_by_others(fresh):
    vote(member(fresh, "rb"), FIRST, "medline:1", "exclude")
    vote(member(fresh, "rb"), FIRST, "medline:2", "exclude")
    vote(member(fresh, "ra"), FIRST, "medline:2", "exclude")
    remove(member(fresh, "ra"), "rb", "withdraw")
    vote(member(fresh, "ra"), FIRST, "medline:1", "include")
    assert items(fresh)[FIRST, "medline:1"] == ("waiting", "")
    vote(member(fresh, "rc"), FIRST, "medline:1", "include")
    assert items(fresh)[FIRST, "medline:1"] == ("included", "")
    assert items(fresh)[FIRST, "medline:2"] == ("excluded", ""), "votes that were complete stay"
    stood = items(fresh)
    rebuild(fresh)
    assert items(fresh) == stood
    assert verify(fresh).problems == ()


def test_nobody_goes_when_votes_could_then_be_given_by_nobody(fresh):
    """colandr 18: a reviewer was removed and left a pile that nobody could resolve."""
    remove(member(fresh, "ra"), "rc", "")
    assert stuck_now(fresh).total == 0
    with pytest.raises(Refused, match=r"7 on title and abstract would wait for votes that nobody can give"):
        remove(member(fresh, "ra"), "rb", "")
    with pytest.raises(Refused, match="reviewer, or let one vote be enough"):
        change_roles(member(fresh, "ra"), "rb", ["reader"])
    settings.change_settings(member(fresh, "ra"), {"votes_title_abstract": 1, "votes_full_text": 1})
    remove(member(fresh, "ra"), "rb", "")
    fresh.refresh_from_db()
    assert stuck_now(fresh).total == 0


def test_nobody_goes_when_a_conflict_could_then_be_settled_by_nobody(fresh):
    for key, decision in (("ra", "include"), ("rb", "exclude")):
        vote(member(fresh, key), FIRST, "medline:1", decision)
    with pytest.raises(Refused, match="1 conflict on title and abstract could be settled by nobody"):
        remove(member(fresh, "ra"), "rc", "")
    then = consequences(fresh, "rc")
    assert then["worse"] == {"keep": True, "withdraw": True}
    settings.change_settings(member(fresh, "ra"), {"consensus_by": "either"})
    dan = add_member(fresh, models.User.objects.create_user("d@example.org", name="Dan"), ["reviewer"])
    assert dan.key
    remove(member(fresh, "ra"), "rc", "")


def test_taking_votes_back_can_be_possible_where_keeping_them_is_not_and_the_other_way_round(fresh):
    vote(member(fresh, "rb"), FIRST, "medline:1", "include")
    remove(member(fresh, "ra"), "rc", "")
    models.Review.objects.filter(pk=fresh.pk).update(votes_full_text=1)
    then = consequences(fresh, "rb")
    # With a vote kept ra completes medline:1; six others would wait for a second person for ever.
    assert then["stuck"]["keep"].waiting == {FIRST: 6}
    assert then["stuck"]["withdraw"].waiting == {FIRST: 7}


def test_a_person_takes_over_a_part_of_a_loaded_folder(review):
    models.Membership.objects.filter(pk=member(review, "rb").pk).update(user=None)
    models.User.objects.filter(email="rb@example.org").delete()
    _, token = invite(member(review, "ra"), ["reviewer"], member=member(review, "rb"))
    new = models.User.objects.create_user("nora@example.org", name="Nora")
    assert accept(token, new).key == "rb"
    with pytest.raises(Closed, match="used"):
        accept(token, new)


def test_a_part_that_is_taken_or_an_address_in_the_team_is_not_invited_again(review):
    with pytest.raises(Closed, match="has an account"):
        invite(member(review, "ra"), ["reviewer"], member=member(review, "rb"))
    with pytest.raises(Closed, match="in the team"):
        invite(member(review, "ra"), ["reviewer"], email="RB@example.org")


def test_who_decided_and_comes_back_as_a_reader_still_counts(review):
    add_member(review, models.User.objects.create_user("d@example.org", name="Dan"), ["reviewer"])
    remove(member(review, "ra"), "rb", "")
    before = items(review)
    _, token = invite(member(review, "ra"), ["reader"])
    accept(token, member(review, "rb").user)
    assert member(review, "rb").roles == ["reader", "reviewer"]
    rebuild(review)
    assert items(review) == before


# ---------------------------------------------------------------- settings


def test_states_computed_in_one_pass_are_those_of_the_items(review):
    found = states(rules_of(review), decided(review))
    groups = dict(models.DuplicateGroup.objects.filter(review=review).values_list("best__key", "pk"))
    expected = {(stage, groups[key]): stands for (stage, key), stands in items(review).items()}
    assert {key: (stands.state, stands.reason) for key, stands in found.items()} == expected


def test_fewer_votes_are_asked_about_before_records_move(fresh):
    vote(member(fresh, "ra"), FIRST, "medline:1", "include")
    vote(member(fresh, "ra"), FIRST, "medline:2", "exclude")
    vote(member(fresh, "rb"), FIRST, "medline:3", "maybe")
    before = items(fresh)
    with pytest.raises(settings.NeedsConfirmation) as asked:
        settings.change_settings(member(fresh, "ra"), {"votes_title_abstract": 1})
    shown = [(move.stage, move.before, move.after, move.count) for move in asked.value.moves]
    assert shown == [(FIRST, "waiting", "complete", 3)]  # which way would tell what others voted
    assert items(fresh) == before
    assert models.Review.objects.get(pk=fresh.pk).votes_title_abstract == 2

    settings.change_settings(member(fresh, "ra"), {"votes_title_abstract": 1}, seen=asked.value.seen)
    assert items(fresh)[FIRST, "medline:1"] == ("included", "")
    last = events(fresh)[-1]
    assert last["what"] == "settings changed"
    assert {"stage": FIRST, "from": "waiting", "to": "included", "items": 2} in last["after"]["moved"]

    with pytest.raises(settings.NeedsConfirmation) as back:
        settings.change_settings(member(fresh, "ra"), {"votes_title_abstract": 2})
    settings.change_settings(member(fresh, "ra"), {"votes_title_abstract": 2}, seen=back.value.seen)
    assert items(fresh) == before


def test_what_changed_since_it_was_shown_is_shown_again(fresh):
    vote(member(fresh, "ra"), FIRST, "medline:1", "include")
    with pytest.raises(settings.NeedsConfirmation) as asked:
        settings.change_settings(member(fresh, "ra"), {"votes_title_abstract": 1})
    vote(member(fresh, "rb"), FIRST, "medline:2", "include")
    with pytest.raises(settings.NeedsConfirmation) as again:
        settings.change_settings(member(fresh, "ra"), {"votes_title_abstract": 1}, seen=asked.value.seen)
    assert again.value.seen != asked.value.seen


def test_what_maybe_counts_as_is_asked_about_too(fresh):
    vote(member(fresh, "ra"), FIRST, "medline:1", "include")
    vote(member(fresh, "rb"), FIRST, "medline:1", "maybe")
    with pytest.raises(settings.NeedsConfirmation) as asked:
        settings.change_settings(member(fresh, "ra"), {"maybe_counts_as": "exclude"})
    assert [(m.stage, m.before, m.after) for m in asked.value.moves] == [
        ("full-text", "waiting", ""),
        (FIRST, "included", "conflict"),
    ]


def test_settings_that_move_nothing_are_set_at_once_and_once(fresh):
    wanted = {"blinding": "open", "highlight_include": ["randomi*"], "title": "Drops", "seed": 7}
    before = dict(models.ScreeningItem.objects.filter(review=fresh).values_list("group", "shuffled"))
    assert settings.change_settings(member(fresh, "ra"), wanted) == []
    count = len(events(fresh))
    settings.change_settings(member(fresh, "ra"), wanted)
    assert len(events(fresh)) == count
    after = dict(models.ScreeningItem.objects.filter(review=fresh).values_list("group", "shuffled"))
    assert before.keys() == after.keys()
    assert before != after


@pytest.mark.parametrize(
    "wanted",
    [{"votes_full_text": 3}, {"consensus_by": "dice"}, {"blinding": "x"}, {"slug": "y"}, {"title": " "}],
)
def test_a_setting_that_cannot_be_is_refused(fresh, wanted):
    with pytest.raises(settings.Refused):
        settings.change_settings(member(fresh, "ra"), wanted)


def test_more_votes_than_people_are_refused(fresh):
    models.Review.objects.filter(pk=fresh.pk).update(votes_title_abstract=1, votes_full_text=1)
    rebuild(models.Review.objects.get(pk=fresh.pk))
    for key in ("rb", "rc"):
        remove(member(fresh, "ra"), key, "")
    with pytest.raises(settings.Refused, match="would wait for votes that nobody can give"):
        settings.change_settings(member(fresh, "ra"), {"votes_title_abstract": 2})


def test_reasons_are_added_renamed_and_deleted_unless_they_are_in_use(review):
    ra = member(review, "ra")
    new = settings.add_reason(ra, "  Wrong language  ")
    assert (new.key, new.text) == ("wrong-language", "Wrong language")
    with pytest.raises(settings.Refused, match="there already"):
        settings.add_reason(ra, "wrong LANGUAGE")
    settings.rename_reason(ra, "wrong-language", "Not in English")
    settings.delete_reason(ra, "wrong-language")
    with pytest.raises(settings.Refused, match="is the reason of"):
        settings.delete_reason(ra, "no-outcome")
    settings.rename_reason(ra, "no-outcome", "No outcome that we want")
    keys = models.ExclusionReason.objects.filter(review=review).values_list("key", flat=True)
    assert list(keys) == ["not-randomised", "no-outcome"]
    assert not list(breaks(events(review)))


def test_another_order_of_reasons_is_asked_about_where_another_reason_would_count(review):
    ra = member(review, "ra")
    row = models.Decision.objects.get(
        review=review, stage="full-text", record__key="pubmed:2", person__key="rb"
    )
    row.reason = models.ExclusionReason.objects.get(review=review, key="no-outcome")
    row.save()
    rebuild(review)
    with pytest.raises(settings.NeedsConfirmation) as asked:
        settings.move_reason(ra, "no-outcome", 0)
    (move,) = asked.value.moves
    assert (move.before, move.after, move.count) == ("excluded (not-randomised)", "excluded (no-outcome)", 1)
    settings.move_reason(ra, "no-outcome", 0, seen=asked.value.seen)
    assert items(review)["full-text", "pubmed:2"] == ("excluded", "no-outcome")


def test_labels_that_are_on_records_stay(review):
    ra = member(review, "ra")
    label = settings.add_label(ra, "ask", "amber")
    settings.change_label(ra, label.key, "ask the team", "")
    record = models.Record.objects.filter(review=review).first()
    put = models.RecordLabel.objects.create(
        review=review, position=1, label=label, stage=FIRST, record=record, person=ra
    )
    with pytest.raises(settings.Refused, match="is on 1 record and stays"):
        settings.delete_label(ra, label.key)
    put.delete()
    settings.delete_label(ra, label.key)
    with pytest.raises(settings.Refused, match="colour"):
        settings.add_label(ra, "x", "pink; }")


def test_portions_are_for_people_who_may_screen(review):
    ra = member(review, "ra")
    settings.set_portions(ra, FIRST, {"ra": [(0, 50)], "rb": [(50, 100)]})
    assert settings.portions_of(review, FIRST) == {"ra": [(0, 50)], "rb": [(50, 100)]}
    add_member(review, models.User.objects.create_user("f@example.org", name="Fay Reader"), ["reader"])
    with pytest.raises(settings.Refused, match="may not screen"):
        settings.set_portions(ra, FIRST, {"fr": [(0, 50)]})
    remove(ra, "rc", "")
    settings.set_portions(ra, FIRST, {})
    assert not models.Portion.objects.filter(review=review).exists()


def test_comparing_settings_takes_the_same_few_queries_whatever_the_size(
    review, django_assert_max_num_queries
):
    with django_assert_max_num_queries(4):
        what = decided(review)
        rules = rules_of(review)
        assert moves(rules, rules, what) == []
