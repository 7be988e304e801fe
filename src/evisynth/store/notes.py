"""Notes and labels on records, and all that was said about one item as far as a person may see it."""

import re
import unicodedata
from dataclasses import dataclass

from django.db import connection

from evisynth.screening.blinding import may_see_votes
from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.decisions import MAY_DECIDE, folded
from evisynth.store.records import storable
from evisynth.store.screening_items import decisions_about
from evisynth.store.voting import Refused, item_of, items_of

LONGEST_NOTE = 10_000
LONGEST_LABEL = 60
MOST_LABELLED = 500  # records in one act


@dataclass(frozen=True, slots=True)
class Said:
    """What people said about one item, as far as the one who looks may see it; their own always."""

    mine: models.Decision | None
    votes: list[models.Decision]  # of others, in the order in which they were given
    consensus: models.Decision | None
    notes: list[models.Note]  # own ones and those of others
    labels: list[models.RecordLabel]
    open: bool  # whether what others said may be seen


def said_about(member: models.Membership, review: models.Review, item: models.ScreeningItem) -> Said:
    """Votes, notes and labels on an item, by the review's rule of blinding."""
    everything = may_see_votes(item.state, False, review.blinding)
    decided, noted, labelled = _anything_about(item, member, everything=everything)
    now = folded(decisions_about(item.stage, item.group_id) if decided else [])
    mine = now.votes.get(member.key)
    seen = may_see_votes(item.state, mine is not None, review.blinding)
    notes = models.Note.objects.filter(stage=item.stage, record__group=item.group_id)
    labels = models.RecordLabel.objects.filter(stage=item.stage, record__group=item.group_id)
    if not seen:
        notes, labels = notes.filter(person=member), labels.filter(person=member)
    return Said(
        mine=mine,
        votes=[row for key, row in now.votes.items() if key != member.key] if seen else [],
        consensus=now.consensus if seen else None,
        notes=list(notes.select_related("person").order_by("position")) if noted else [],
        labels=list(labels.select_related("label", "person").order_by("label__name", "position"))
        if labelled
        else [],
        open=seen,
    )


def _anything_about(
    item: models.ScreeningItem, member: models.Membership, *, everything: bool
) -> tuple[bool, bool, bool]:
    """Whether there are decisions, notes and labels on an item, of anybody or of this person alone.

    Of most items that come next there are none. One plain statement: the object mapper takes longer to write three
    queries than the database to answer them. Where others' are hidden, they have no effect on the time either.
    """
    tables = ("store_decision", "store_note", "store_recordlabel")
    values: list[int | str] = [item.group_id, item.stage, *([] if everything else [member.pk])]
    asked = ", ".join(
        f"EXISTS (SELECT 1 FROM store_record r CROSS JOIN {table} x "  # noqa: S608 - names from here
        f"WHERE x.record_id = r.id AND r.group_id = %s AND x.stage = %s{'' if everything else ' AND x.person_id = %s'})"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", values * len(tables))
        decided, noted, labelled = cursor.fetchone()
    return bool(decided), bool(noted), bool(labelled)


def add_note(member: models.Membership, stage: str, record_key: str, text: str) -> models.Note:
    """Write a note about a record, without a decision. Raises Refused for an empty or very long one."""
    text = str(storable(text)).strip()
    if not text:
        raise Refused("The note is empty; write something first.")
    if len(text) > LONGEST_NOTE:
        raise Refused(f"The note has {len(text)} letters; {LONGEST_NOTE} is the most.")
    with acting(member) as act:
        _may_write(act)
        record = item_of(act.review, stage, record_key).group.best
        note = models.Note.objects.create(
            review=act.review,
            position=act.next_position(models.Note),
            stage=stage,
            record=record,
            person=member,
            text=text,
            time=act.now,
        )
        act.log("note", after=_told(record_key, stage, text=text))
        return note


def remove_note(member: models.Membership, stage: str, record_key: str, name: str) -> None:
    """Remove one of the person's own notes on a record. The history keeps what it said."""
    with acting(member) as act:
        _may_write(act)
        item = item_of(act.review, stage, record_key)
        own = models.Note.objects.filter(stage=stage, person=member, record__group=item.group_id)
        note = next((each for each in own.order_by("position") if each.name == name), None)
        if note is None:
            raise Refused("This note is not there any more, or it is not yours.")
        note.delete()
        act.log("note removed", before=_told(record_key, stage, text=note.text))


def put_label(member: models.Membership, stage: str, record_keys: list[str], name: str) -> int:
    """Put a label on records, for this person; a name that is no label yet becomes one. Gives how many are new.

    Raises Refused for an empty or too long name, and for records that are not to be screened.
    """
    name = " ".join(str(storable(name)).split())
    if not 0 < len(name) <= LONGEST_LABEL:
        raise Refused(f"A label is from 1 to {LONGEST_LABEL} letters long; this one has {len(name)}.")
    with acting(member) as act:
        _may_write(act)
        label = _label(act, name)
        items = items_of(act.review, stage, record_keys, most=MOST_LABELLED)
        records = [item.group.best for item in items.values()]
        there = models.RecordLabel.objects.filter(label=label, stage=stage, person=member, record__in=records)
        has = set(there.values_list("record_id", flat=True))
        new = list({record.pk: record for record in records if record.pk not in has}.values())
        position = act.next_position(models.RecordLabel)
        models.RecordLabel.objects.bulk_create(
            models.RecordLabel(
                review=act.review,
                position=position + number,
                label=label,
                stage=stage,
                record=record,
                person=member,
                time=act.now,
            )
            for number, record in enumerate(new)
        )
        if new:
            act.log("label", after={"stage": stage, "label": name, "records": [row.key for row in new]})
        return len(new)


def remove_label(member: models.Membership, stage: str, record_key: str, label_key: str) -> None:
    """Take the person's own label off a record. Nothing happens where it is not on it."""
    with acting(member) as act:
        _may_write(act)
        item = item_of(act.review, stage, record_key)
        labels = models.RecordLabel.objects.filter(
            review=act.review, stage=stage, person=member, record__group=item.group_id, label__key=label_key
        )
        names = list(labels.values_list("label__name", flat=True))
        if names:
            labels.delete()
            act.log("label removed", before={"stage": stage, "label": names[0], "records": [record_key]})


def postpone(member: models.Membership, stage: str, record_key: str) -> None:
    """Put an item off until all others are done. It is the person's own matter and no event of the review."""
    item = item_of(member.review, stage, record_key)
    models.Postponed.objects.get_or_create(person=member, stage=stage, record=item.group.best)


def resume(member: models.Membership, stage: str, record_key: str) -> None:
    """No longer put an item off."""
    item = item_of(member.review, stage, record_key)
    models.Postponed.objects.filter(person=member, stage=stage, record__group=item.group_id).delete()


def _may_write(act: Act) -> None:
    if act.member.left or not MAY_DECIDE & set(act.member.roles):
        raise Refused("Only a reviewer, adjudicator or owner of the review may write notes and labels.")


def _label(act: Act, name: str) -> models.Label:
    labels = list(models.Label.objects.filter(review=act.review))
    for label in labels:
        if label.name.casefold() == name.casefold():
            return label
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "label"
    taken = {label.key for label in labels}
    tries = (base + (f"-{n}" if n > 1 else "") for n in range(1, len(labels) + 2))
    key = next(each for each in tries if each not in taken)
    return models.Label.objects.create(
        review=act.review, position=act.next_position(models.Label), key=key, name=name
    )


def _told(record_key: str, stage: str, *, text: str) -> dict[str, str]:
    return {"stage": stage, "record": record_key, "text": text}
