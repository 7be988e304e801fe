"""Writing the protocol: the question, criteria, outcomes, comparisons and planned analyses; its versions, its amendments.

After the first version is locked, a change needs an amendment with its reason (MECIR C13: changes to the protocol
are justified in the review). What may be written is what the tables of the review folder define.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, RestrictedError

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.exchange.schema import Column, Table
from evisynth.store.exchange.tables import (
    ANALYSES,
    CHARACTERISTICS,
    COMPARISONS,
    MODEL_RULES,
    OUTCOMES,
)
from evisynth.store.review_settings import free_id

QUESTION = ("population", "intervention", "comparator", "outcomes_in_question", "objectives",
            "include_criteria", "exclude_criteria")  # fmt: skip
PARTS: dict[str, Table] = {
    table.name: table for table in (OUTCOMES, COMPARISONS, ANALYSES, CHARACTERISTICS, MODEL_RULES)
}


class Refused(DataError):
    """A change of the protocol that cannot be; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Why:
    """What an amendment says: which section, what was changed, and why."""

    section: str
    change: str
    reason: str


def is_locked(review: models.Review) -> bool:
    return models.ProtocolVersion.objects.filter(review=review).exists()


def lock(by: models.Membership, on: date, note: str) -> models.ProtocolVersion:
    """Lock the protocol as it is as a further version. The history keeps its fingerprint.

    Raises Refused where the protocol says nothing yet, or the version before is of a later day.
    """
    with acting(by) as act:
        review = act.review
        if not (review.population and review.include_criteria):
            raise Refused(
                "A protocol needs at least a population and one criterion to include before it is locked."
            )
        versions = models.ProtocolVersion.objects.filter(review=review)
        last = versions.last()
        if last is not None and last.date > on:
            raise Refused(f"Version {last.key} is of {last.date}; a later one cannot be of {on}.")
        row = models.ProtocolVersion.objects.create(
            review=review,
            position=act.next_position(models.ProtocolVersion),
            key=free_id(f"v{versions.count() + 1}", versions.values_list("key", flat=True)),
            date=on,
            note=note.strip(),
        )
        after = {"version": row.key, "date": on.isoformat(), "note": row.note, "sha256": fingerprint(review)}
        act.log("protocol locked", after=after)
        return row


def change_question(by: models.Membership, wanted: Mapping[str, Any], why: Why | None = None) -> bool:
    """Write the question, objectives and criteria. Gives whether anything changed.

    Raises Refused for a locked protocol without an amendment.
    """
    with acting(by) as act:
        before = {name: getattr(act.review, name) for name in QUESTION}
        changed = {name: wanted[name] for name in QUESTION if name in wanted and wanted[name] != before[name]}
        if not changed:
            return False
        amendment = _amend(act, why)
        for name, value in changed.items():
            setattr(act.review, name, value)
        act.review.save(update_fields=list(changed))
        old = {name: before[name] for name in changed}
        act.log("protocol changed", before=old, after=changed | amendment)
        return True


def write_row(
    by: models.Membership,
    part: str,
    key: str,
    values: Mapping[str, Any],
    why: Why | None = None,
    *,
    timepoints: Mapping[str, str] | None = None,
    new_timepoints: tuple[str, ...] = (),
) -> str:
    """Write a row of a part, a new one where `key` is "". Gives its id.

    Parameters
    ----------
    values : the columns of the part's table by model field, as `schema.parsed` gives them; rows for references.
    timepoints : of an outcome, the names by id; a time point that is not among them is deleted.
    new_timepoints : names of further ones.

    Raises Refused for a locked protocol without an amendment, a row that is gone, or a time point in use.
    """
    table, model = PARTS[part], _model(PARTS[part])
    with acting(by) as act:
        row = _there(act, part, key) if key else model(review=act.review, position=act.next_position(model))
        before = told(row, table) if key else None
        for name, value in values.items():
            setattr(row, name, value)
        for name, value in table.fixed:
            setattr(row, name, value)
        if not key:
            taken = _all_of(act, part).values_list("key", flat=True)
            row.key = free_id(values.get("key") or _name_of(row), taken)
        if before == told(row, table) and not _timepoints_change(row, timepoints, new_timepoints):
            return str(row.key)
        amendment = _amend(act, why)
        row.save()
        if part == "outcomes":
            _write_timepoints(act, row, timepoints or {}, new_timepoints)
        act.log(
            "protocol changed", before=before and {part: before}, after={part: told(row, table)} | amendment
        )
        return str(row.key)


def delete_row(by: models.Membership, part: str, key: str, why: Why | None = None) -> None:
    """Take a row away. Raises Refused for a locked protocol without an amendment, or where something needs the row."""
    with acting(by) as act:
        row = _there(act, part, key)
        before = told(row, PARTS[part])
        if part == "model_rules" and (users := _use_rule(act, key)):
            raise Refused(f"The rule “{key}” stays: it is used by {', '.join(users)}.")
        amendment = _amend(act, why)
        _delete(row, _name_of(row))
        act.log("protocol changed", before={part: before}, after={part: None} | amendment)


def told(row: Any, table: Table) -> dict[str, Any]:
    """A row as the history keeps it: its columns that have something, rows that it names by their ids."""
    found = {}
    for column in table.columns:
        value = getattr(row, column.field)
        if column.kind == "ref" and value is not None:
            value = value.key
        if value not in (None, "", []):
            found[column.name] = value.isoformat() if isinstance(value, date) else value
    if isinstance(row, models.Outcome) and row.pk:
        names = list(row.timepoints.order_by("position").values_list("key", "name"))
        if names:
            found["timepoints"] = [{"id": key, "name": name} for key, name in names]
    return found


def snapshot(review: models.Review) -> dict[str, Any]:
    """The whole protocol as plain values."""
    parts: dict[str, Any] = {name: getattr(review, name) for name in QUESTION}
    for name, table in PARTS.items():
        rows = _model(table).objects.filter(review=review, **dict(table.fixed)).order_by("position")
        parts[name] = [told(row, table) for row in rows]
    reasons = models.ExclusionReason.objects.filter(review=review).values_list("key", "text")
    return parts | {"exclusion_reasons": [list(reason) for reason in reasons]}


def fingerprint(review: models.Review) -> str:
    """SHA-256 of the whole protocol."""
    text = json.dumps(snapshot(review), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _amend(act: Act, why: Why | None) -> dict[str, Any]:
    """Write the amendment that a locked protocol needs; gives it as the history keeps it."""
    if not is_locked(act.review):
        return {}
    if why is None or not all(text.strip() for text in (why.section, why.change, why.reason)):
        raise Refused("The protocol is locked: say what is changed and why. That becomes an amendment.")
    row = models.Amendment.objects.create(
        review=act.review,
        position=act.next_position(models.Amendment),
        date=date.fromisoformat(act.now[:10]),
        section=why.section.strip(),
        change=why.change.strip(),
        reason=why.reason.strip(),
    )
    return {"amendment": {"section": row.section, "change": row.change, "reason": row.reason}}


def _model(table: Table) -> Any:
    return getattr(models, table.model)


def _all_of(act: Act, part: str) -> Any:
    """The rows among which an id is one row's; planned and added analyses share their ids."""
    return _model(PARTS[part]).objects.filter(review=act.review)


def _there(act: Act, part: str, key: str) -> Any:
    row = _all_of(act, part).filter(key=key, **dict(PARTS[part].fixed)).first()
    if row is None:
        raise Refused(f"{key!r} is not in the protocol any more; somebody may have deleted it meanwhile.")
    return row


def _name_of(row: Any) -> str:
    for field in ("name", "title", "label", "intervention_short", "statistic"):
        if text := getattr(row, field, ""):
            versus = getattr(row, "comparator_short", "")
            return f"{text} vs {versus}" if versus else str(text)
    return str(row.key)


def _delete(row: Any, name: str) -> None:
    try:
        row.delete()
    except RestrictedError as error:
        others = {other._meta.verbose_name for other in error.restricted_objects}
        raise Refused(f"“{name}” stays: it is used by {', '.join(sorted(map(str, others)))}.") from None


def _use_rule(act: Act, key: str) -> list[str]:
    """What names a model rule: analyses and other rules, by id."""
    rules = models.ModelRule.objects.filter(Q(then=key) | Q(otherwise=key), review=act.review)
    analyses = models.Analysis.objects.filter(review=act.review, model=key)
    return [*analyses.values_list("key", flat=True), *rules.values_list("key", flat=True)]


def _timepoints_change(row: Any, timepoints: Mapping[str, str] | None, new: tuple[str, ...]) -> bool:
    if not isinstance(row, models.Outcome) or timepoints is None:
        return False
    there = dict(row.timepoints.values_list("key", "name")) if row.pk else {}
    return bool(new) or there != dict(timepoints)


def _write_timepoints(
    act: Act, outcome: models.Outcome, names: Mapping[str, str], new: tuple[str, ...]
) -> None:
    rows = {row.key: row for row in outcome.timepoints.all()}
    for key, row in rows.items():
        if key not in names:
            _delete(row, row.name)
        elif row.name != names[key]:
            row.name = names[key]
            row.save(update_fields=["name"])
    taken = set(rows)
    for name in new:
        key = free_id(name, taken)
        taken.add(key)
        models.Timepoint.objects.create(
            review=act.review,
            position=act.next_position(models.Timepoint),
            outcome=outcome,
            key=key,
            name=name,
        )


def writable(table: Table) -> list[Column]:
    """The columns of a part that a person fills in: all but its id, which is made from its name and stays."""
    return [column for column in table.columns if column.field != "key"]
