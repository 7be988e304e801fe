"""Votes of two reviewers, their changes of mind, and the consensus of a third person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from publications import Publication

Row = dict[str, str]
COLUMNS = ("stage", "record", "person", "kind", "decision", "reason", "time", "changes", "note")
READ = ("read", "included", "ongoing", "awaiting")


@dataclass(frozen=True)
class Disagreements:
    """How often the reviewers differ, and from when they work."""

    missed: int  # eligible records that one of them excludes by title and abstract
    kept: int  # ineligible records that one of them includes by title and abstract
    maybe: int  # of these, how many votes are "maybe"
    changes: int
    missed_in_full: int
    kept_in_full: int
    reasons: int  # full texts that both exclude, for different reasons
    start: datetime


def workday(day: datetime) -> datetime:
    """The day itself, or the Monday after it."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


class Clock:
    """Working time of one person: sessions of about three hours, none at weekends."""

    def __init__(self, start: datetime, rng: Random) -> None:
        self.now, self.rng, self.left = workday(start), rng, 3 * 3600

    def step(self, low: int, high: int) -> datetime:
        seconds = self.rng.randint(low, high)
        if self.left < seconds:
            day = workday(self.now + timedelta(days=1))
            self.now = day.replace(
                hour=self.rng.choice((8, 9, 10, 13)), minute=self.rng.randint(0, 59), second=0
            )
            self.left = 3 * 3600
        self.now += timedelta(seconds=seconds)
        self.left -= seconds
        return self.now


def stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def vote(stage: str, record: str, person: str, decision: str, time: datetime, **more: str) -> Row:
    return {
        "stage": stage,
        "record": record,
        "person": person,
        "kind": "vote",
        "decision": decision,
        "time": stamp(time),
        **more,
    }


def screening_rows(
    everything: Sequence[Publication],
    record_of: Mapping[str, str],
    numbers: Disagreements,
    reasons: Sequence[str],
    seed: str,
) -> list[Row]:
    """All rows of screening.csv in the order in which they were made."""
    rng = Random(f"{seed}/screening")
    first = title_abstract(everything, record_of, numbers, rng)
    after = max(datetime.fromisoformat(row["time"].rstrip("Z")) for row in first)
    second = full_text(
        [one for one in everything if one.fate in READ],
        record_of,
        numbers,
        reasons=reasons,
        rng=rng,
        after=after,
    )
    return first + second


def title_abstract(
    everything: Sequence[Publication], record_of: Mapping[str, str], numbers: Disagreements, rng: Random
) -> list[Row]:
    """Votes on titles and abstracts; one of the two differs on as many records as `numbers` says."""
    stage = "title-abstract"
    order = sorted(
        everything, key=lambda one: (record_of[one.key].split(":")[0], int(record_of[one.key].split(":")[1]))
    )
    eligible = [one.key for one in everything if one.fate and not one.report.endswith("-article")]
    tempting = [one.key for one in everything if not one.fate and one.near == "near"]
    missed = rng.sample(eligible, numbers.missed)
    kept = rng.sample(tempting, numbers.kept)
    differs = {key: rng.choice(("ra", "rb")) for key in missed + kept}
    maybe = set(rng.sample(missed + kept, numbers.maybe))
    changing = rng.sample(
        [one.key for one in everything if one.key not in differs and one.near == "near"], numbers.changes
    )
    changes = {key: rng.choice(("ra", "rb")) for key in changing}
    rows: list[Row] = []
    ends = []
    for person, hour in (("ra", 9), ("rb", 13)):
        clock = Clock(numbers.start.replace(hour=hour), rng)
        for one in order:
            right = "include" if one.fate else "exclude"
            wrong = "exclude" if one.fate else "include"
            decision = wrong if differs.get(one.key) == person else right
            if one.key in maybe and decision == "include":
                decision = "maybe"
            record, time = record_of[one.key], clock.step(12, 70)
            if changes.get(one.key) == person:
                rows.append(vote(stage, record, person, wrong, time))
                again = clock.step(40, 200)
                rows.append(
                    vote(
                        stage,
                        record,
                        person,
                        decision,
                        again,
                        changes="yes",
                        note="second thought (simulated)",
                    )
                )
            else:
                rows.append(vote(stage, record, person, decision, time))
        ends.append(clock.now)
    clock = Clock(max(ends) + timedelta(days=3), rng)
    for one in order:
        if one.key in differs:
            decision = "include" if one.fate else "exclude"
            rows.append(consensus(stage, record_of[one.key], decision, "", clock.step(60, 240)))
    return sorted(rows, key=lambda row: row["time"])


def consensus(stage: str, record: str, decision: str, reason: str, time: datetime) -> Row:
    return {
        "stage": stage, "record": record, "person": "rc", "kind": "consensus", "decision": decision, "reason": reason,
        "time": stamp(time), "note": "settled by the third person (simulated)",
    }  # fmt: skip


def full_text(
    reports: Sequence[Publication],
    record_of: Mapping[str, str],
    numbers: Disagreements,
    *,
    reasons: Sequence[str],
    rng: Random,
    after: datetime,
) -> list[Row]:
    """Votes on full texts, each exclusion with its reason; conflicts on the decision or on the reason are settled."""
    stage = "full-text"
    eligible = [one.key for one in reports if one.fate != "read" and not one.report.endswith("-article")]
    excluded = [one.key for one in reports if one.fate == "read"]
    missed = rng.sample(eligible, numbers.missed_in_full)
    kept = rng.sample(excluded, numbers.kept_in_full)
    other_reason = rng.sample([key for key in excluded if key not in kept], numbers.reasons)
    differs = {key: rng.choice(("ra", "rb")) for key in missed + kept + other_reason}
    start = (after + timedelta(days=7)).replace(hour=9, minute=0, second=0)
    rows: list[Row] = []
    ends = []
    for person in ("ra", "rb"):
        clock = Clock(start, rng)
        for one in reports:
            right, reason = ("exclude", one.reason) if one.fate == "read" else ("include", "")
            if differs.get(one.key) == person:
                right, reason = _differing(one, other_reason, reasons)
            note = (
                {"ongoing": "ongoing, no results yet", "awaiting": "eligible as far as can be told"}.get(
                    one.fate, ""
                )
                if right == "include"
                else ""
            )
            time = clock.step(300, 1500)
            rows.append(vote(stage, record_of[one.key], person, right, time, reason=reason, note=note))
        ends.append(clock.now)
    clock = Clock(max(ends) + timedelta(days=2), rng)
    for one in reports:
        if one.key in differs:
            decision = "exclude" if one.fate == "read" else "include"
            rows.append(consensus(stage, record_of[one.key], decision, one.reason, clock.step(300, 900)))
    return sorted(rows, key=lambda row: row["time"])


def _differing(one: Publication, other_reason: Sequence[str], reasons: Sequence[str]) -> tuple[str, str]:
    """The decision and reason of the reviewer who differs: a later reason of the list, or the other decision."""
    if one.key in other_reason:
        return "exclude", reasons[(reasons.index(one.reason) + 1) % len(reasons)]
    return ("include", "") if one.fate == "read" else ("exclude", "no-eligible-control")
