"""Votes and consensus, as people give them one by one. Each is one transaction with one event."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from evisynth.errors import DataError
from evisynth.screening.decisions import DECISIONS
from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.decisions import MAY_DECIDE, WITHDRAW, Item, folded, may_settle
from evisynth.store.screening_items import decisions_about, refresh

ORDERS = {"random": "shuffled", "newest": "-year", "title": "title"}


class Refused(DataError):
    """A decision that cannot be taken now; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Given:
    """A decision that was written. `row` is None where the person had decided just so already."""

    row: models.Decision | None
    item: models.ScreeningItem


def item_of(review: models.Review, stage: str, record_key: str) -> models.ScreeningItem:
    """The item that a record belongs to. Raises Refused where the review has none such at the stage."""
    items = models.ScreeningItem.objects.filter(
        review=review, stage=stage, group__records__key=record_key, group__records__review=review
    )
    item = items.select_related("group__best").first()
    if item is None:
        raise Refused(f"{record_key} is not to be screened on {stage.replace('-', ' and ')}.")
    return item


def vote(
    member: models.Membership,
    stage: str,
    record_key: str,
    decision: str,
    *,
    reason: str = "",
    note: str = "",
) -> Given:
    """Give or change this person's vote. The same vote again changes nothing, so that a double click does no harm.

    Raises Refused: no such record, a role that may not decide, an unknown decision or reason, an exclusion at
    full text without a reason, or an item that has all its votes from others already.
    """
    if decision not in DECISIONS:
        raise Refused(f"{decision!r} is no decision; include, exclude or maybe is right.")
    with acting(member) as act:
        _may_decide(act)
        row = item_of(act.review, stage, record_key)
        item = folded(decisions_about(stage, row.group_id))
        mine = item.votes.get(member.key)
        cause = _reason(act, stage, decision, reason)
        if mine and (mine.decision, mine.reason_id, mine.note) == (decision, cause and cause.pk, note):
            return Given(None, row)
        if mine is None and row.state != "waiting":
            raise Refused(
                f"{record_key} has all its votes already; yours is not needed. It is {row.state} now."
            )
        given = _write(act, stage, row, "vote", decision, cause, note, changes=mine is not None)
        refresh(act.review, row)
        act.log("vote", before=_told(mine), after=_told(given))
        return Given(given, row)


def withdraw(member: models.Membership, stage: str, record_key: str) -> Given:
    """Take back this person's vote; the item waits for it again. Raises Refused where there is none."""
    with acting(member) as act:
        _may_decide(act)
        row = item_of(act.review, stage, record_key)
        mine = folded(decisions_about(stage, row.group_id)).votes.get(member.key)
        if mine is None:
            raise Refused(f"You have no vote on {record_key} to take back.")
        given = _write(act, stage, row, "vote", WITHDRAW, None, "", changes=True)
        refresh(act.review, row)
        act.log("vote withdrawn", before=_told(mine), after=_told(given))
        return Given(given, row)


def settle(
    member: models.Membership, stage: str, record_key: str, decision: str, *, reason: str = "", note: str = ""
) -> Given:
    """Settle a conflict, or change how it was settled.

    Raises Refused: a person who may not settle it, an item that is no conflict, or what `vote` refuses.
    """
    if decision not in ("include", "exclude"):
        raise Refused(f"{decision!r} settles nothing; include or exclude is right.")
    with acting(member) as act:
        row, item = _to_settle(act, stage, record_key)
        before = item.consensus
        if row.state != "conflict" and before is None:
            raise Refused(f"{record_key} is no conflict; it is {row.state}.")
        cause = _reason(act, stage, decision, reason)
        given = _write(act, stage, row, "consensus", decision, cause, note, changes=before is not None)
        refresh(act.review, row)
        act.log("consensus", before=_told(before), after=_told(given))
        return Given(given, row)


def unsettle(member: models.Membership, stage: str, record_key: str) -> Given:
    """Take back how a conflict was settled; it is open again. Raises Refused where nothing was settled."""
    with acting(member) as act:
        row, item = _to_settle(act, stage, record_key)
        if item.consensus is None:
            raise Refused(f"Nobody has settled {record_key}.")
        given = _write(act, stage, row, "consensus", WITHDRAW, None, "", changes=True)
        refresh(act.review, row)
        act.log("consensus withdrawn", before=_told(item.consensus), after=_told(given))
        return Given(given, row)


def to_screen(
    member: models.Membership, stage: str, *, with_postponed: bool = False
) -> QuerySet[models.ScreeningItem]:
    """The items that wait for this person's vote, within the portion that is theirs where they have one."""
    mine = models.Decision.objects.filter(
        record__group=OuterRef("group_id"), stage=stage, person=member, active=True, kind="vote"
    )
    items = models.ScreeningItem.objects.filter(review=member.review_id, stage=stage, state="waiting")
    if portions := list(models.Portion.objects.filter(person=member, stage=stage)):
        within = Q()
        for part in portions:
            within |= Q(shuffled__gte=int(part.start / 100 * 2**31), shuffled__lt=int(part.end / 100 * 2**31))
        items = items.filter(within)
    if not with_postponed:
        put_off = models.Postponed.objects.filter(
            person=member, stage=stage, record__group=OuterRef("group_id")
        )
        items = items.filter(~Exists(put_off))
    return items.filter(~Exists(mine))


def _may_decide(act: Act) -> None:
    if act.member.left or not MAY_DECIDE & set(act.member.roles):
        raise Refused("Only a reviewer, adjudicator or owner of the review may decide.")


def _to_settle(act: Act, stage: str, record_key: str) -> tuple[models.ScreeningItem, Item]:
    _may_decide(act)
    row = item_of(act.review, stage, record_key)
    item = folded(decisions_about(stage, row.group_id))
    if not may_settle(act.review, item, act.member.key):
        raise Refused(
            f"You voted on {record_key}; in this review a third person settles what two have judged differently."
        )
    return row, item


def _reason(act: Act, stage: str, decision: str, key: str) -> models.ExclusionReason | None:
    """The reason of an exclusion: needed at full text, and none elsewhere."""
    if stage != "full-text" or decision != "exclude":
        return None
    cause = models.ExclusionReason.objects.filter(review=act.review, key=key).first()
    if cause is None:
        found = f"{key!r} is not one of the reasons" if key else "no reason was given"
        raise Refused(f"An exclusion in full text needs one of the review's reasons; {found}.")
    return cause


def _write(
    act: Act,
    stage: str,
    item: models.ScreeningItem,
    kind: str,
    decision: str,
    reason: models.ExclusionReason | None,
    note: str,
    *,
    changes: bool,
) -> models.Decision:
    return models.Decision.objects.create(
        review=act.review,
        position=act.next_position(models.Decision),
        stage=stage,
        record=item.group.best,
        person=act.member,
        kind=kind,
        decision=decision,
        reason=reason,
        time=act.now,
        changes=changes,
        note=note,
    )


def _told(row: models.Decision | None) -> dict[str, str] | None:
    """A decision as the history keeps it."""
    if row is None:
        return None
    return {
        "stage": row.stage,
        "record": row.record.key,
        "decision": row.decision,
        "reason": row.reason.key if row.reason else "",
        "note": row.note,
    }
