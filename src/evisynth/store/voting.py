"""Votes and consensus, as people give them one by one. Each is one transaction with one event."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from evisynth.errors import DataError
from evisynth.screening.decisions import DECISIONS
from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.decisions import MAY_DECIDE, WITHDRAW, Item, folded, may_settle
from evisynth.store.screening_items import RANGE, decisions_about, refresh


class Refused(DataError):
    """A decision that cannot be taken now; the message says why and what would be right."""


class Complete(Refused):
    """The item got all its votes from others meanwhile."""


class Meanwhile(Refused):
    """The person decided otherwise in another window meanwhile."""


@dataclass(frozen=True, slots=True)
class Given:
    """A decision that was written. `row` is None where the person had decided just so already."""

    row: models.Decision | None
    item: models.ScreeningItem


def item_of(review: models.Review, stage: str, record_key: str) -> models.ScreeningItem:
    """The item that a record belongs to. Raises Refused where the review has none such at the stage."""
    group = models.Record.objects.filter(review=review, key=record_key).values("group")[:1]
    items = models.ScreeningItem.objects.filter(review=review, stage=stage, group=group).order_by()
    item = next(
        iter(items.select_related("group__best").defer("group__merges", "group__best__fields")[:1]), None
    )
    if item is None:
        raise Refused(f"{record_key} is not to be screened on {stage.replace('-', ' and ')}.")
    return item


def items_of(
    review: models.Review, stage: str, record_keys: Iterable[str], *, most: int
) -> dict[str, models.ScreeningItem]:
    """The items of several records by their keys. Raises Refused for none or too many, and for an unknown one."""
    keys = list(dict.fromkeys(record_keys))
    if not 0 < len(keys) <= most:
        raise Refused(f"{len(keys)} records are chosen; choose from 1 to {most} at a time.")
    group_of = dict(models.Record.objects.filter(review=review, key__in=keys).values_list("key", "group_id"))
    items = models.ScreeningItem.objects.filter(review=review, stage=stage, group__in=set(group_of.values()))
    by_group = {
        item.group_id: item
        for item in items.select_related("group__best").defer("group__merges", "group__best__fields")
    }
    if unknown := [key for key in keys if group_of.get(key) not in by_group]:
        raise Refused(f"{', '.join(unknown[:5])}: not to be screened on {stage.replace('-', ' and ')}.")
    return {key: by_group[group_of[key] or 0] for key in keys}


def vote(
    member: models.Membership,
    stage: str,
    record_key: str,
    decision: str,
    *,
    reason: str = "",
    note: str = "",
    seen: str | None = None,
) -> Given:
    """Give or change this person's vote. The same vote again changes nothing, so that a double click does no harm.

    `seen` is the decision of this person that the page showed ("" for none), where a page was shown.

    Raises Refused: no such record, a role that may not decide, an unknown decision or reason, an exclusion at
    full text without a reason; Complete: an item that has all its votes from others already; Meanwhile: this
    person has another vote than the page showed.
    """
    if decision not in DECISIONS:
        raise Refused(f"{decision!r} is no decision; include, exclude or maybe is right.")
    with acting(member) as act:
        _may_decide(act)
        row = item_of(act.review, stage, record_key)
        rows = decisions_about(stage, row.group_id) if row.votes or row.settled else []
        mine = folded(rows).votes.get(member.key)
        cause = _reason(act, stage, decision, reason)
        if mine and (mine.decision, mine.reason_id, mine.note) == (decision, cause and cause.pk, note):
            return Given(None, row)
        if mine is None and row.state != "waiting":
            raise Complete(
                f"{record_key} has all its votes already; yours is not needed. It is {row.state} now."
            )
        had = mine.decision if mine else ""
        if seen is not None and seen != had:
            raise Meanwhile(
                f"In another window {f'you voted {had}' if had else 'you took back your vote'} on {record_key} "
                "meanwhile. Nothing was changed; vote again if it is to change."
            )
        given = _write(act, row, "vote", decision, cause, note, before=mine)
        refresh(act.review, row, [*rows, given])
        act.log("vote", before=told(mine), after=told(given))
        return Given(given, row)


def withdraw(member: models.Membership, stage: str, record_key: str) -> Given:
    """Take back this person's vote; the item waits for it again. Raises Refused where there is none."""
    with acting(member) as act:
        _may_decide(act)
        row = item_of(act.review, stage, record_key)
        rows = decisions_about(stage, row.group_id)
        mine = folded(rows).votes.get(member.key)
        if mine is None:
            raise Refused(f"You have no vote on {record_key} to take back.")
        given = _write(act, row, "vote", WITHDRAW, None, "", before=mine)
        refresh(act.review, row, [*rows, given])
        act.log("vote withdrawn", before=told(mine), after=told(given))
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
        row, rows, item = _to_settle(act, stage, record_key)
        before = item.consensus
        if row.state != "conflict" and before is None:
            raise Refused(f"{record_key} is no conflict; it is {row.state}.")
        cause = _reason(act, stage, decision, reason)
        given = _write(act, row, "consensus", decision, cause, note, before=before)
        refresh(act.review, row, [*rows, given])
        act.log("consensus", before=told(before), after=told(given))
        return Given(given, row)


def unsettle(member: models.Membership, stage: str, record_key: str) -> Given:
    """Take back how a conflict was settled; it is open again. Raises Refused where nothing was settled."""
    with acting(member) as act:
        row, rows, item = _to_settle(act, stage, record_key)
        if item.consensus is None:
            raise Refused(f"Nobody has settled {record_key}.")
        given = _write(act, row, "consensus", WITHDRAW, None, "", before=item.consensus)
        refresh(act.review, row, [*rows, given])
        act.log("consensus withdrawn", before=told(item.consensus), after=told(given))
        return Given(given, row)


def to_screen(
    member: models.Membership, stage: str, *, with_postponed: bool = False
) -> QuerySet[models.ScreeningItem]:
    """The items that wait for this person's vote, within the portion that is theirs where they have one."""
    items = _waiting(member, stage)
    if not with_postponed:
        put_off = models.Postponed.objects.filter(record=OuterRef("pk"), person=member, stage=stage)
        items = items.filter(~Exists(_of_the_group(put_off)))
    return items.filter(~Exists(votes_of(member, stage)))


def count_to_screen(member: models.Membership, stage: str) -> int:
    """How many items wait for this person's vote, put off or not.

    What waits less what the person voted on of it: quick for who has voted on few of many.
    """
    voted = models.Decision.objects.filter(
        portion_of(member, stage, "record__group__items__"),
        review=member.review_id,
        stage=stage,
        person=member,
        active=True,
        kind="vote",
        record__group__items__stage=stage,
        record__group__items__state="waiting",
    )
    voted = voted.exclude(record__group__in=_cannot_be_had(member, stage))
    return _waiting(member, stage).count() - voted.order_by().count()


def _waiting(member: models.Membership, stage: str) -> QuerySet[models.ScreeningItem]:
    """The items that wait for votes, in the person's portion; a report that could not be had needs none."""
    items = models.ScreeningItem.objects.filter(review=member.review_id, stage=stage, state="waiting")
    return items.filter(portion_of(member, stage)).exclude(group__in=_cannot_be_had(member, stage))


def _cannot_be_had(member: models.Membership, stage: str) -> QuerySet[Any]:
    """The groups whose report was not retrieved; none on title and abstract."""
    reports = models.Report.objects.filter(
        review=member.review_id, retrieved=False, record__group__isnull=False
    )
    return (reports if stage == "full-text" else reports.none()).order_by().values("record__group")


def votes_of(member: models.Membership, stage: str, decision: str = "") -> QuerySet[models.Record]:
    """The records of the group of an outer item on which the person has an active vote, of this kind if named."""
    votes = models.Decision.objects.filter(
        record=OuterRef("pk"), stage=stage, person=member, active=True, kind="vote"
    )
    return _of_the_group(votes.filter(decision=decision) if decision else votes)


def _of_the_group(rows: QuerySet[Any]) -> QuerySet[models.Record]:
    """The records of an outer item's group that have such rows.

    Two questions within each other, not a join: SQLite would begin the join with all rows of the table, for each item.
    """
    return models.Record.objects.filter(Exists(rows), group=OuterRef("group_id"))


def portion_of(member: models.Membership, stage: str, to_item: str = "") -> Q:
    """The condition on items of the person's portions; none where they have none."""
    within = Q()
    place = f"{to_item}shuffled"
    for part in models.Portion.objects.filter(person=member, stage=stage):
        start, end = (percent / 100 * RANGE for percent in (part.start, part.end))
        within |= Q((f"{place}__gte", start), (f"{place}__lt", end))
    return within


def _may_decide(act: Act) -> None:
    if act.member.left or not MAY_DECIDE & set(act.member.roles):
        raise Refused("Only a reviewer, adjudicator or owner of the review may decide.")


def _to_settle(
    act: Act, stage: str, record_key: str
) -> tuple[models.ScreeningItem, list[models.Decision], Item]:
    _may_decide(act)
    row = item_of(act.review, stage, record_key)
    rows = decisions_about(stage, row.group_id)
    item = folded(rows)
    if not may_settle(act.review, item, act.member.key):
        raise Refused(
            f"You voted on {record_key}; in this review a third person settles what two have judged differently."
        )
    return row, rows, item


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
    item: models.ScreeningItem,
    kind: str,
    decision: str,
    reason: models.ExclusionReason | None,
    note: str,
    *,
    before: models.Decision | None,
) -> models.Decision:
    """A further decision, which counts from now on in place of the one before."""
    if before is not None:
        models.Decision.objects.filter(pk=before.pk).update(active=False)
        before.active = False
    return models.Decision.objects.create(
        review=act.review,
        position=act.next_position(models.Decision),
        stage=item.stage,
        record=item.group.best,
        person=act.member,
        kind=kind,
        decision=decision,
        reason=reason,
        time=act.now,
        changes=before is not None,
        note=note,
        active=decision != WITHDRAW,
    )


def told(row: models.Decision | None) -> dict[str, str] | None:
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
