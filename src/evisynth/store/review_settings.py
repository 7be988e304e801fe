"""Settings of a review. What would move records is shown first and done only when it was confirmed."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from django.utils.text import slugify

from evisynth.errors import DataError
from evisynth.screening.blinding import BLINDING
from evisynth.screening.decisions import SETTLE_RULES
from evisynth.screening.portions import Part, check_parts
from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.blind_export import hidden_rows
from evisynth.store.decisions import MAY_DECIDE, STAGES
from evisynth.store.exchange.schema import LONGEST_ID
from evisynth.store.screening_items import rebuild
from evisynth.store.standing import Move, Rules, decided, moves, people_of, rules_of, stuck
from evisynth.store.team import members_of, stuck_in_words

SETTINGS = ("title", "votes_title_abstract", "votes_full_text", "consensus_by", "maybe_counts_as", "blinding",
            "highlight_include", "highlight_exclude", "seed")  # fmt: skip
COLOURS = ("", "blue", "green", "amber", "red", "violet")


class Refused(DataError):
    """A change that cannot be; the message says why and what would be right."""


class NeedsConfirmation(DataError):
    """A change that would move records. `moves` are what is told of it, `seen` is what confirms just these."""

    def __init__(self, found: Sequence[Move]) -> None:
        super().__init__("Records would change where they stand; look at what is told and confirm.")
        self.moves = tuple(found)
        self.seen = fingerprint(found)


def fingerprint(found: Sequence[Move]) -> str:
    """What a confirmation names, so that nobody confirms what was not shown."""
    return hashlib.sha256(repr([(m.stage, m.before, m.after, m.count) for m in found]).encode()).hexdigest()[
        :16
    ]


def change_settings(by: models.Membership, wanted: Mapping[str, Any], *, seen: str = "") -> list[Move]:
    """Set these settings of a review; gives what moved.

    Raises NeedsConfirmation where records would move and `seen` is not the fingerprint of just these moves;
    Refused where more items could be resolved by nobody, or a value is none.
    """
    _known(wanted)
    with acting(by) as act:
        before = {name: getattr(act.review, name) for name in wanted}
        changed = {name: value for name, value in wanted.items() if before[name] != value}
        if not changed:
            return []
        rules = rules_of(act.review)
        for name, value in changed.items():
            setattr(act.review, name, value)
        blinding = before.get("blinding", act.review.blinding)
        found = _confirmed(act, rules, rules_of(act.review), seen, blinding)
        act.review.save(update_fields=list(changed))
        if found or "seed" in changed or set(changed) & {"votes_title_abstract", "votes_full_text"}:
            rebuild(act.review)
        act.log(
            "settings changed", before={name: before[name] for name in changed}, after=changed | told(found)
        )
        return found


def told(found: Sequence[Move]) -> dict[str, Any]:
    """What moved, as the history keeps it."""
    rows = [{"stage": m.stage, "from": m.before, "to": m.after, "items": m.count} for m in found]
    return {"moved": rows} if rows else {}


def blinded(found: Sequence[Move]) -> list[Move]:
    """These moves without what votes on waiting items are: such items are complete then, one way or another.

    What would come to full text by that is not told either.
    """
    first = [move for move in found if move.stage == STAGES[0]]
    hides = any(move.before == "waiting" for move in first)
    counted: dict[tuple[str, str, str], int] = {}
    for move in found:
        if hides and move.before == "" and move.stage == STAGES[1]:
            continue
        after = "complete" if move.before == "waiting" and move.after else move.after
        key = (move.stage, move.before, after)
        counted[key] = counted.get(key, 0) + move.count
    return [Move(*key, count) for key, count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))]


def _known(wanted: Mapping[str, Any]) -> None:
    choices: dict[str, Sequence[Any]] = {
        "votes_title_abstract": (1, 2), "votes_full_text": (1, 2), "consensus_by": SETTLE_RULES,
        "maybe_counts_as": ("include", "exclude"), "blinding": BLINDING,
    }  # fmt: skip
    for name, value in wanted.items():
        if name not in SETTINGS:
            raise Refused(f"{name!r} is not a setting; the settings are {', '.join(SETTINGS)}.")
        if name in choices and value not in choices[name]:
            right = ", ".join(str(choice) for choice in choices[name])
            raise Refused(f"{name.replace('_', ' ')}: found {value!r}; one of {right} is right.")
    if "title" in wanted and not str(wanted["title"]).strip():
        raise Refused("A review needs a title.")


def _confirmed(act: Act, before: Rules, after: Rules, seen: str, blinding: str) -> list[Move]:
    """The moves between the rules, when they were confirmed and leave nothing that cannot be resolved.

    What has to be confirmed is told as far as votes are open by `blinding`, the setting until now.
    """
    if before == after:
        return []
    what, people = decided(act.review), people_of(members_of(act.review))
    then = stuck(after, what, people)
    if then.more_than(stuck(before, what, people)):
        raise Refused(f"With these settings {stuck_in_words(then)}")
    found = moves(before, after, what)
    shown = found if blinding == "open" else blinded(found)
    if found and seen != fingerprint(shown):
        raise NeedsConfirmation(shown)
    return found


# ---------------------------------------------------------------- reasons for exclusion


def add_reason(by: models.Membership, text: str) -> models.ExclusionReason:
    """A further reason, asked after the others."""
    with acting(by) as act:
        _new_text(act, models.ExclusionReason, "text", text)
        row = models.ExclusionReason.objects.create(
            review=act.review, position=act.next_position(models.ExclusionReason), text=text.strip(),
            key=_free_key(act, models.ExclusionReason, text),
        )  # fmt: skip
        act.log("reason added", after={"reason": row.key, "text": row.text})
        return row


def rename_reason(by: models.Membership, key: str, text: str) -> None:
    """Other words for a reason; what was decided with it stays with it."""
    with acting(by) as act:
        row = _row(act, models.ExclusionReason, key)
        if row.text == text.strip():
            return
        _new_text(act, models.ExclusionReason, "text", text)
        before, row.text = row.text, text.strip()
        row.save(update_fields=["text"])
        act.log("reason renamed", before={"reason": key, "text": before}, after={"text": row.text})


def move_reason(by: models.Membership, key: str, to: int, *, seen: str = "") -> list[Move]:
    """Put a reason at another place of the order, from 0. Which of two given reasons counts may change.

    Raises NeedsConfirmation where the reason of items would change and that was not confirmed.
    """
    with acting(by) as act:
        row = _row(act, models.ExclusionReason, key)
        rows = list(models.ExclusionReason.objects.filter(review=act.review))
        order = [other for other in rows if other.pk != row.pk]
        order.insert(min(max(to, 0), len(order)), row)
        keys = tuple(each.key for each in order)
        before = rules_of(act.review)
        if keys == before.reasons:
            return []
        found = _confirmed(act, before, replace(before, reasons=keys), seen, act.review.blinding)
        for position, each in enumerate(order, start=1):
            each.position = position
        models.ExclusionReason.objects.bulk_update(order, ["position"])
        if found:
            rebuild(act.review)
        act.log("reasons reordered", before=list(before.reasons), after={"order": list(keys)} | told(found))
        return found


def delete_reason(by: models.Membership, key: str) -> None:
    """Take a reason away. Raises Refused where a decision has it, also one that was changed since."""
    with acting(by) as act:
        row = _row(act, models.ExclusionReason, key)
        hidden = hidden_rows(by).rows.get("Decision", frozenset())
        used = set(models.Decision.objects.filter(reason=row).values_list("pk", flat=True))
        if seen := used - hidden:
            raise Refused(
                f"“{row.text}” is the reason of {_counted(len(seen), 'decision')} and stays; it can be renamed."
            )
        if models.Decision.objects.filter(pk__in=hidden, stage=STAGES[1]).exists():
            raise Refused(
                f"“{row.text}” may be the reason of votes that are not open yet and stays until all of them are in; "
                "it can be renamed."
            )
        act.log("reason deleted", before={"reason": row.key, "text": row.text})
        row.delete()


# ---------------------------------------------------------------- labels


def add_label(by: models.Membership, name: str, colour: str = "") -> models.Label:
    with acting(by) as act:
        _new_text(act, models.Label, "name", name)
        row = models.Label.objects.create(
            review=act.review, position=act.next_position(models.Label), name=name.strip(), colour=_colour(colour),
            key=_free_key(act, models.Label, name),
        )  # fmt: skip
        act.log("label added", after={"label": row.key, "name": row.name})
        return row


def change_label(by: models.Membership, key: str, name: str, colour: str) -> None:
    with acting(by) as act:
        row = _row(act, models.Label, key)
        before = {"label": key, "name": row.name, "colour": row.colour}
        if row.name != name.strip():
            _new_text(act, models.Label, "name", name)
        row.name, row.colour = name.strip(), _colour(colour)
        after = {"label": key, "name": row.name, "colour": row.colour}
        if after != before:
            row.save(update_fields=["name", "colour"])
            act.log("label changed", before=before, after=after)


def delete_label(by: models.Membership, key: str) -> None:
    """Take a label away. Raises Refused where a record has it."""
    with acting(by) as act:
        row = _row(act, models.Label, key)
        used = models.RecordLabel.objects.filter(label=row).count()
        if used:
            raise Refused(f"“{row.name}” is on {_counted(used, 'record')} and stays; it can be renamed.")
        act.log("label deleted", before={"label": row.key, "name": row.name})
        row.delete()


# ---------------------------------------------------------------- portions


def set_portions(by: models.Membership, stage: str, parts: Mapping[str, Sequence[Part]]) -> None:
    """Who is asked to screen which part of a stage, in place of what was; people without a part screen all of it.

    Raises Refused for an unknown stage or a person who may not decide, DataError for parts that cannot be.
    """
    if stage not in STAGES:
        raise Refused(f"{stage!r} is not a stage; {' and '.join(STAGES)} are.")
    check_parts(parts)
    with acting(by) as act:
        people = {member.key: member for member in members_of(act.review)}
        for key in parts:
            if key not in people or people[key].left or not MAY_DECIDE & set(people[key].roles):
                raise Refused(
                    f"{key} may not screen; portions are for reviewers, adjudicators and owners in the team."
                )
        old = models.Portion.objects.filter(review=act.review, stage=stage).select_related("person")
        before = [[row.person.key, row.start, row.end] for row in old]
        rows = [(key, start, end) for key, own in parts.items() for start, end in sorted(own)]
        after = [list(row) for row in rows]
        if before == after:
            return
        old.delete()
        position = act.next_position(models.Portion)
        models.Portion.objects.bulk_create(
            models.Portion(
                review=act.review,
                position=position + at,
                stage=stage,
                person=people[key],
                start=start,
                end=end,
            )
            for at, (key, start, end) in enumerate(rows)
        )
        act.log(
            "portions changed",
            before={"stage": stage, "parts": before},
            after={"stage": stage, "parts": after},
        )


def portions_of(review: models.Review, stage: str) -> dict[str, list[Part]]:
    """The parts of a stage by person."""
    parts: dict[str, list[Part]] = {}
    rows = models.Portion.objects.filter(review=review, stage=stage, person__left=False).select_related(
        "person"
    )
    for row in rows:
        parts.setdefault(row.person.key, []).append((row.start, row.end))
    return parts


# ---------------------------------------------------------------- shared


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _row(act: Act, model: Any, key: str) -> Any:
    row = model.objects.filter(review=act.review, key=key).first()
    if row is None:
        raise Refused(f"{key!r} is not there any more; somebody may have deleted it meanwhile.")
    return row


def _new_text(act: Act, model: Any, field: str, text: str) -> None:
    if not text.strip():
        raise Refused("It needs a text.")
    if model.objects.filter(review=act.review, **{f"{field}__iexact": text.strip()}).exists():
        raise Refused(f"“{text.strip()}” is there already.")


def _free_key(act: Act, model: Any, text: str) -> str:
    return free_id(text, model.objects.filter(review=act.review).values_list("key", flat=True))


def free_id(text: str, taken: Iterable[str]) -> str:
    """An id from a text that is not taken: small letters, digits and hyphens."""
    base = slugify(text)[: LONGEST_ID - 4].replace("_", "-").strip("-") or "a"
    there = set(taken)
    return next(key for n in count(1) if (key := base if n == 1 else f"{base}-{n}") not in there)


def _colour(colour: str) -> str:
    if colour not in COLOURS:
        raise Refused(f"{colour!r} is not a colour; {', '.join(COLOURS[1:])} are.")
    return colour
