"""Votes on many records at once, and taking such an act back. One transaction, one event, a bounded size."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from evisynth.screening.decisions import DECISIONS
from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.decisions import MAY_DECIDE, WITHDRAW, Item, folded
from evisynth.store.screening_items import stand_together
from evisynth.store.voting import Refused, items_of, told

MOST = 500  # records in one act
STAGE = "title-abstract"  # at full text an exclusion needs a reason, one by one
Told = list[dict[str, str] | None]  # decisions as the history keeps them; None where there was none
VOTES, UNDONE = "votes", "votes undone"  # what the history calls the two acts


@dataclass(frozen=True, slots=True)
class GivenMany:
    """What became of the records of one act. `event` is its place in the history, 0 where nothing was written."""

    given: tuple[str, ...] = ()
    same: tuple[str, ...] = ()  # the person had decided just so already
    complete: tuple[str, ...] = ()  # all votes were there from others
    event: int = 0


@dataclass(slots=True)
class _About:
    item: models.ScreeningItem
    rows: list[models.Decision]
    folded: Item


def vote_many(member: models.Membership, record_keys: Sequence[str], decision: str) -> GivenMany:
    """Vote the same way on records at title and abstract; an earlier vote of this person on them is changed.

    Raises Refused: an unknown decision, a role that may not decide, none or more than 500 records, or one that
    is not to be screened.
    """
    if decision not in DECISIONS:
        raise Refused(f"{decision!r} is no decision; include, exclude or maybe is right.")
    with acting(member) as act:
        about = _about(act, record_keys)
        wanted: dict[str, tuple[str, str]] = {}
        same, complete = [], []
        for key, each in about.items():
            mine = each.folded.votes.get(member.key)
            if mine is not None and mine.decision == decision:
                same.append(key)
            elif mine is None and each.item.state != "waiting":
                complete.append(key)
            else:
                wanted[key] = (decision, "")
        if not wanted:
            return GivenMany((), tuple(same), tuple(complete))
        event = _give(act, about, wanted, VOTES)
        return GivenMany(tuple(wanted), tuple(same), tuple(complete), event.position)


def undo_votes(member: models.Membership, event: int) -> GivenMany:
    """Take back an act of `vote_many`: each record gets this person's earlier vote again, or none.

    A vote that was changed since stays as it is. Raises Refused where the event is no such act of this person.
    """
    with acting(member) as act:
        done = models.Event.objects.filter(
            review=act.review, position=event, who=member.key, what=VOTES
        ).first()
        if done is None:
            raise Refused(f"Event {event} of the history is no bulk decision of yours.")
        told_of = list(zip(cast("Told", done.before), cast("Told", done.after), strict=True))
        about = _about(act, [after["record"] for _, after in told_of if after])
        wanted, changed = {}, []
        for before, after in told_of:
            key, decision = (after["record"], after["decision"]) if after else ("", "")
            mine = about[key].folded.votes.get(member.key) if key in about else None
            if mine is None or mine.decision != decision:
                changed.append(key)
            else:
                wanted[key] = (before["decision"], before["note"]) if before else (WITHDRAW, "")
        if not wanted:
            return GivenMany(same=tuple(changed))
        written = _give(act, about, wanted, UNDONE)
        return GivenMany(tuple(wanted), tuple(changed), event=written.position)


def _about(act: Act, record_keys: Sequence[str]) -> dict[str, _About]:
    """The items of these records and the decisions about them, by the key that was asked for first."""
    if act.member.left or not MAY_DECIDE & set(act.member.roles):
        raise Refused("Only a reviewer, adjudicator or owner of the review may decide.")
    items = items_of(act.review, STAGE, record_keys, most=MOST)
    by_group = {item.group_id: item for item in items.values()}
    rows: dict[int, list[models.Decision]] = defaultdict(list)
    decided = models.Decision.objects.filter(stage=STAGE, record__group__in=by_group)
    for row in (
        decided.select_related("person", "reason", "record").defer("record__fields").order_by("position")
    ):
        rows[row.record.group_id or 0].append(row)
    first: dict[int, str] = {}
    for key, item in items.items():
        first.setdefault(item.group_id, key)
    return {key: _About(by_group[group], rows[group], folded(rows[group])) for group, key in first.items()}


def _give(
    act: Act, about: Mapping[str, _About], wanted: Mapping[str, tuple[str, str]], what: str
) -> models.Event:
    """Write these decisions (with their notes) of the person, let the items stand where they then do, and log it."""
    position = act.next_position(models.Decision)
    earlier = [about[key].folded.votes.get(act.member.key) for key in wanted]
    models.Decision.objects.filter(pk__in=[row.pk for row in earlier if row]).update(active=False)
    given = [
        models.Decision(
            review=act.review,
            position=position + number,
            stage=STAGE,
            record=about[key].item.group.best,
            person=act.member,
            kind="vote",
            decision=decision,
            time=act.now,
            changes=before is not None,
            note=note,
            active=decision != WITHDRAW,
        )
        for number, ((key, (decision, note)), before) in enumerate(zip(wanted.items(), earlier, strict=True))
    ]
    models.Decision.objects.bulk_create(given)
    now = [(about[key].item, folded([*about[key].rows, row])) for key, row in zip(wanted, given, strict=True)]
    stand_together(act.review, now)
    return act.log(what, before=[told(row) for row in earlier], after=[told(row) for row in given])
