"""Conflicts of both stages: which there are, who may settle them, and settling what one has seen."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from evisynth.store import models
from evisynth.store.acting import acting
from evisynth.store.decisions import MAY_DECIDE, STAGES, WITHDRAW, folded, may_settle
from evisynth.store.screening_items import decisions_about, refresh
from evisynth.store.voting import Given, Refused, item_of, settle, told, unsettle

SETTLERS = {"owner", "adjudicator"}
OPEN, REASONS, SETTLED = "conflict", "reasons differ", "settled"
KINDS = (OPEN, REASONS, SETTLED)

Items = QuerySet[models.ScreeningItem]


class Changed(Refused):
    """Something happened to the item after the page was made; the message says what."""


@dataclass(frozen=True, slots=True)
class Counts:
    conflicts: int
    reasons_differ: int
    settled: int


def settles(member: models.Membership) -> bool:
    """Whether this person settles conflicts of the review at all.

    An owner or adjudicator does; where the voters may settle after they have talked, whoever may vote does too.
    """
    either = member.review.consensus_by == "either"
    return not member.left and bool((MAY_DECIDE if either else SETTLERS) & set(member.roles))


def items_of_kind(review: models.Review, kind: str) -> Items:
    """The items of a review that are in conflict, are excluded for different reasons, or were settled.

    Two exclusions for different reasons agree, and count with the reason that comes first in the protocol.
    They are listed so that somebody may choose another reason; nobody must.
    """
    items = models.ScreeningItem.objects.filter(review=review)
    if kind == SETTLED:
        return items.filter(settled=True)
    if kind == OPEN:
        return items.filter(stage__in=STAGES, state="conflict")  # as the index has it
    excluding = models.Decision.objects.filter(
        review=review, stage="full-text", active=True, kind="vote", decision="exclude"
    )
    groups = excluding.order_by().values("record__group").annotate(n=Count("reason", distinct=True))
    differ = groups.filter(n__gt=1).values("record__group")
    return items.filter(stage="full-text", state="excluded", settled=False, group__in=differ)


def for_me(items: Items, member: models.Membership) -> Items:
    """Those of the items that this person may settle, by the review's rule."""
    if not settles(member):
        return items.none()
    if member.review.consensus_by == "either":
        return items
    votes = models.Decision.objects.filter(review=member.review, person=member, active=True, kind="vote")
    for stage in STAGES:  # asked as sets: for each item a database may read all votes
        items = items.exclude(
            stage=stage, group__in=votes.filter(stage=stage).order_by().values("record__group")
        )
    return items


def counts(review: models.Review) -> Counts:
    return Counts(*(items_of_kind(review, kind).count() for kind in KINDS))


def why_not(member: models.Membership, item: models.ScreeningItem) -> str:
    """Why this person may not settle the item, in words; "" where they may."""
    if not settles(member):
        return "In this review an adjudicator or an owner settles conflicts."
    if not may_settle(member.review, folded(decisions_about(item.stage, item.group_id)), member.key):
        return (
            "You voted on this one; in this review a third person settles what two have judged differently."
        )
    return ""


def last_decision(item: models.ScreeningItem) -> int:
    """The place of the last decision about an item: what a page has seen of it. 0 where there is none."""
    rows = models.Decision.objects.filter(stage=item.stage, record__group=item.group_id)
    return rows.order_by("-position").values_list("position", flat=True).first() or 0


def settle_seen(
    member: models.Membership,
    stage: str,
    record_key: str,
    decision: str,
    *,
    seen: int,
    reason: str = "",
    note: str = "",
) -> Given:
    """Settle an item as it was `seen` (`last_decision`): a conflict, different reasons, or a consensus to change.

    Raises Changed where somebody voted on it or settled it meanwhile, and Refused for a person who may not
    settle it, an item with nothing to settle, or an exclusion in full text without a reason.
    """
    with acting(member) as act:
        item = _seen(member, stage, record_key, seen)
        if item.state == "excluded" and items_of_kind(act.review, REASONS).filter(pk=item.pk).exists():
            return _choose_reason(member, item, record_key, decision, reason, note)
        return settle(member, stage, record_key, decision, reason=reason, note=note)


def unsettle_seen(member: models.Membership, stage: str, record_key: str, *, seen: int) -> Given:
    """Take back the consensus that was `seen`. Raises as `settle_seen` does."""
    with acting(member):
        _seen(member, stage, record_key, seen)
        return unsettle(member, stage, record_key)


def _seen(member: models.Membership, stage: str, record_key: str, seen: int) -> models.ScreeningItem:
    """The item, where this person may settle it and nothing happened to it since it was seen."""
    item = item_of(member.review, stage, record_key)
    if why := why_not(member, item):
        raise Refused(why)
    if item.state == "waiting":  # whether anybody voted on it, and when, is not told
        raise Changed(
            f"{record_key} is waiting for votes; there is nothing to settle. Nothing of yours was saved."
        )
    rows = decisions_about(stage, item.group_id)
    new = [row for row in rows if row.position > seen]
    if new:
        raise Changed(f"{_happened(new[-1], item)} Nothing of yours was saved; look at it again.")
    return item


def _happened(row: models.Decision, item: models.ScreeningItem) -> str:
    """The last thing that happened to an item whose votes are all in."""
    name = row.person.name
    if row.kind == "consensus" and row.decision == WITHDRAW:
        return f"{name} took back meanwhile how this was settled."
    if row.kind == "consensus":
        reason = f" ({row.reason.text})" if row.reason else ""
        note = f", noting: {row.note}" if row.note else ""
        return f"{name} settled this meanwhile: {row.decision}{reason}{note}."
    return f"{name} changed a vote on this meanwhile; it is {item.state} now."


def _choose_reason(
    member: models.Membership, item: models.ScreeningItem, record_key: str, decision: str, key: str, note: str
) -> Given:
    """Settle for which reason a report is excluded that two excluded for different ones."""
    if decision != "exclude":
        raise Refused(
            f"All who voted on {record_key} excluded it; only the reason can be chosen. Who thinks otherwise now "
            "changes the own vote."
        )
    with acting(member) as act:
        reason = models.ExclusionReason.objects.filter(review=act.review, key=key).first()
        if reason is None:
            raise Refused("Choose one of the review's reasons for the exclusion.")
        given = models.Decision.objects.create(
            review=act.review,
            position=act.next_position(models.Decision),
            stage=item.stage,
            record=item.group.best,
            person=member,
            kind="consensus",
            decision=decision,
            reason=reason,
            time=act.now,
            note=note,
        )
        refresh(act.review, item)
        act.log("consensus", after=told(given))
        return Given(given, item)
