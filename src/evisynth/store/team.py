"""Who is in the team of a review. Nothing here leaves a review without an owner or an item that nobody can resolve."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.decisions import MAY_DECIDE, WITHDRAW, folded
from evisynth.store.invitations import told
from evisynth.store.screening_items import decisions_about, refresh
from evisynth.store.standing import Stuck, decided, people_of, rules_of, stuck, waiting_votes
from evisynth.store.voting import told as told_decision

ROLES = ("owner", "reviewer", "adjudicator", "statistician", "reader")
OPEN_VOTES = ("keep", "withdraw")  # what becomes of the votes of who leaves, on items that still wait
STAGE_NAMES = {"title-abstract": "title and abstract", "full-text": "full text"}


class Refused(DataError):
    """A change of the team that cannot be; the message says why and what would be right."""


def members_of(review: models.Review) -> list[models.Membership]:
    return list(models.Membership.objects.filter(review=review).select_related("user"))


def change_roles(by: models.Membership, key: str, roles: Iterable[str]) -> models.Membership:
    """Give a member other roles.

    Raises Refused: an unknown or no role, the last owner, votes that would no longer count, or items that
    nobody could resolve any more.
    """
    wanted = [role for role in ROLES if role in set(roles)]
    with acting(by) as act:
        _still_owner(act)
        member = _member(act, key)
        if not wanted or set(roles) - set(ROLES):
            raise Refused(f"A member has at least one of the roles {', '.join(ROLES)}.")
        before = told(member)
        if member.roles == wanted:
            return member
        _decisions_count_still(member, wanted)
        _safe(act, {member.key: {"roles": wanted}})
        withdrawn = 0 if "owner" in wanted else _withdraw_invitations(act, member)
        member.roles = wanted
        member.save(update_fields=["roles"])
        gone = {"invitations withdrawn": withdrawn} if withdrawn else {}
        act.log("roles changed", before=before, after=told(member) | gone)
        return member


def remove(by: models.Membership, key: str, open_votes: str) -> models.Membership:
    """Take a member out of the team. What was decided stays; `open_votes` on items that wait are kept or withdrawn.

    Raises Refused: the last owner, somebody who is not in the team, no choice for the votes, or items that
    nobody could resolve any more.
    """
    with acting(by) as act:
        if by.key != key:
            _still_owner(act)
        return _leave(act, key, open_votes, "removed")


def leave(member: models.Membership, open_votes: str) -> models.Membership:
    """Leave the team oneself. Raises Refused as `remove` does."""
    with acting(member) as act:
        return _leave(act, member.key, open_votes, "left")


def bring_back(by: models.Membership, key: str) -> models.Membership:
    """Let somebody who was removed be in the team again, with the roles of then."""
    with acting(by) as act:
        _still_owner(act)
        member = _member(act, key)
        if not member.left:
            raise Refused(f"{member.name} is in the team.")
        member.left = False
        member.save(update_fields=["left"])
        act.log("brought back", after=told(member))
        return member


def withdraw_invitation(by: models.Membership, invitation: models.Invitation) -> None:
    """Make the link of an invitation useless. Raises Refused where it was used."""
    with acting(by) as act:
        _still_owner(act)
        row = models.Invitation.objects.select_for_update().get(pk=invitation.pk, review=act.review)
        if not row.open:
            raise Refused("This invitation is not open any more; it was used, withdrawn or has expired.")
        row.withdrawn = timezone.now()
        row.save(update_fields=["withdrawn"])
        act.log("invitation withdrawn", before={"name": row.name, "roles": row.roles})


def consequences(review: models.Review, key: str) -> dict[str, Any]:
    """What removing this member would mean: `votes` on items that wait, and for each choice what would be stuck.

    `worse` tells for each choice whether more would be stuck than is now, in which case it is refused.
    """
    rules, what = rules_of(review), decided(review)
    members = members_of(review)
    now = stuck(rules, what, people_of(members))
    without = people_of([member for member in members if member.key != key])
    kept = stuck(rules, what, without)
    withdrawn = stuck(rules, what, without, withdrawn=key)
    return {
        "votes": len(waiting_votes(rules, what, key)),
        "stuck": {"keep": kept, "withdraw": withdrawn},
        "worse": {"keep": kept.more_than(now), "withdraw": withdrawn.more_than(now)},
    }


def stuck_now(review: models.Review) -> Stuck:
    """What the team as it is cannot resolve."""
    return stuck(rules_of(review), decided(review), people_of(members_of(review)))


def stuck_in_words(found: Stuck) -> str:
    """What is stuck and what would help."""
    parts = [
        f"{count} on {STAGE_NAMES[stage]} would wait for votes that nobody can give"
        for stage, count in found.waiting.items()
    ] + [
        f"{count} {'conflict' if count == 1 else 'conflicts'} on {STAGE_NAMES[stage]} could be settled by nobody"
        for stage, count in found.conflicts.items()
    ]
    help_ = []
    if found.waiting:
        help_.append("make somebody else a reviewer, or let one vote be enough in the settings")
    if found.conflicts:
        help_.append(
            "make somebody who did not vote an adjudicator, or let the voters settle conflicts themselves"
        )
    return f"{'; '.join(parts)}. First {'; and '.join(help_)}." if parts else ""


def _member(act: Act, key: str) -> models.Membership:
    member = models.Membership.objects.select_related("user").filter(review=act.review, key=key).first()
    if member is None:
        raise Refused(f"Nobody in this review is {key!r}.")
    return member


def _still_owner(act: Act) -> None:
    """The member who acts is an owner now that the review is locked, whatever the page showed."""
    me = models.Membership.objects.get(pk=act.member.pk)
    if me.left or "owner" not in me.roles:
        raise Refused("You are no longer an owner of this review.")


def _decisions_count_still(member: models.Membership, wanted: list[str]) -> None:
    """Decisions count only of who may decide; a role less must not take them out in silence."""
    if not MAY_DECIDE & set(member.roles) or MAY_DECIDE & set(wanted):
        return
    count = models.Decision.objects.filter(person=member, active=True).count()
    if count:
        raise Refused(
            f"{member.name} has decided about {count} items, and decisions count only of reviewers, adjudicators and "
            "owners. Leave one of these roles, or remove the person from the team: then the decisions stay."
        )


def _safe(act: Act, changed: dict[str, dict[str, Any]], *, withdrawn: str = "") -> None:
    """Refuse what would leave no owner with an account, or more items stuck than before."""
    members = members_of(act.review)
    before = people_of(members)
    for member in members:
        for name, value in changed.get(member.key, {}).items():
            setattr(member, name, value)
    if not any(_can_own(member) for member in members):
        raise Refused("A review needs an owner with an account. Make somebody else an owner first.")
    rules, what = rules_of(act.review), decided(act.review)
    after = stuck(rules, what, people_of(members), withdrawn=withdrawn)
    if after.more_than(stuck(rules, what, before)):
        raise Refused(f"Then {stuck_in_words(after)}")


def _can_own(member: models.Membership) -> bool:
    return not member.left and "owner" in member.roles and member.user is not None and member.user.is_active


def _leave(act: Act, key: str, open_votes: str, what: str) -> models.Membership:
    member = _member(act, key)
    if member.left:
        raise Refused(f"{member.name} is not in the team any more.")
    rules = rules_of(act.review)
    votes = waiting_votes(rules, decided(act.review), key)
    if votes and open_votes not in OPEN_VOTES:
        raise Refused(
            f"{member.name} has voted on {len(votes)} items that still wait; say what becomes of these votes."
        )
    withdraws = open_votes == "withdraw"
    _safe(act, {key: {"left": True}}, withdrawn=key if withdraws else "")
    if withdraws and votes:
        changes = [_take_back(act, member, stage, group) for stage, group in votes]
        gone = [now | {"person": key} for _, now in changes]
        act.log("votes taken back", before=[was | {"person": key} for was, _ in changes], after=gone)
    models.Portion.objects.filter(person=member).delete()
    member.left = True
    member.save(update_fields=["left"])
    after: dict[str, Any] = {"open votes": len(votes), "kept": not withdraws} if votes else {}
    if what == "removed" and (withdrawn := _withdraw_invitations(act, member)):
        after["invitations withdrawn"] = withdrawn
    act.log(what, before=told(member), after=after or None)
    return member


def _withdraw_invitations(act: Act, member: models.Membership) -> int:
    """Make the open links useless that somebody made who may not invite any more: they would let the person in again."""
    if member.user_id is None:
        return 0
    made = models.Invitation.objects.filter(
        review=act.review, invited_by=member.user_id, used=None, withdrawn=None
    )
    return made.update(withdrawn=timezone.now())


def _take_back(
    act: Act, member: models.Membership, stage: str, group: int
) -> tuple[dict[str, str], dict[str, str]]:
    """Take back a person's vote on an item; gives the vote and its withdrawal as the history keeps them."""
    item = models.ScreeningItem.objects.select_related("group__best").get(stage=stage, group=group)
    rows = decisions_about(stage, group)
    mine = folded(rows).votes[member.key]
    models.Decision.objects.filter(pk=mine.pk).update(active=False)
    mine.active = False
    given = models.Decision.objects.create(
        review=act.review,
        position=act.next_position(models.Decision),
        stage=stage,
        record=item.group.best,
        person=member,
        kind="vote",
        decision=WITHDRAW,
        time=act.now,
        changes=True,
        note="taken back when the person left the team",
    )
    refresh(act.review, item, [*rows, given])
    return told_decision(mine) or {}, told_decision(given) or {}


def seen_votes(review: models.Review, viewer: models.Membership) -> dict[tuple[str, str], int]:
    """How many votes of each person the viewer may know of, by person and stage: own ones all, others' as blinding says."""
    votes = models.Decision.objects.filter(review=review, active=True, kind="vote")
    found: dict[tuple[str, str], int] = {}
    for stage in STAGE_NAMES:
        rows = votes.filter(stage=stage)
        if review.blinding != "open":
            open_items = models.ScreeningItem.objects.filter(
                stage=stage, group=OuterRef("record__group")
            ).exclude(state="waiting")
            seen = Q(Exists(open_items))
            if review.blinding == "until own vote":
                mine = models.Decision.objects.filter(
                    stage=stage,
                    record__group=OuterRef("record__group"),
                    person=viewer,
                    active=True,
                    kind="vote",
                )
                seen |= Q(Exists(mine))
            rows = rows.filter(seen)
        for key, count in rows.values_list("person__key").annotate(count=Count("pk")).order_by():
            found[key, stage] = count
        found[viewer.key, stage] = votes.filter(stage=stage, person=viewer).count()
    return found
