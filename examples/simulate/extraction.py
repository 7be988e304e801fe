"""Two extractions of each value, and the consensus where they differ; judgements of bias in the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from screening import Clock, Row, stamp, workday

COLUMNS = (
    "study", "outcome", "timepoint", "arm", "field", "person", "kind", "value", "missing", "derivation", "report", "locator", "quote",
    "time", "note",
)  # fmt: skip
JUDGEMENTS = (
    "tool",
    "study",
    "outcome",
    "domain",
    "person",
    "kind",
    "judgement",
    "support",
    "report",
    "locator",
    "time",
)
LOCATOR = "trial report, page not recorded here"
MISSING = ("not reported", "not measured", "unclear", "not applicable")


@dataclass(frozen=True)
class Item:
    """A value to extract. `value` may be a missing code or a formula ("= patients = ..."); `ra` and `rb` where they differ."""

    study: str
    field: str
    value: str
    note: str
    outcome: str = ""
    timepoint: str = ""
    arm: str = ""
    ra: str = ""
    rb: str = ""
    why: str = ""


def _as_given(value: str) -> Row:
    if value in MISSING:
        return {"missing": value}
    return {"derivation": value.removeprefix("= ")} if value.startswith("= ") else {"value": value}


def extraction_rows(items: Sequence[Item], start: datetime, seed: str) -> list[Row]:
    """The rows of extraction.csv: ra, rb and, where they differ, rc."""
    clocks = {person: Clock(start, Random(f"{seed}/extraction/{person}")) for person in ("ra", "rb", "rc")}
    rows: list[Row] = []
    for item in items:
        common: Row = {
            "study": item.study, "outcome": item.outcome, "timepoint": item.timepoint, "arm": item.arm, "field": item.field,
            "report": f"{item.study}-article", "locator": LOCATOR,
        }  # fmt: skip
        given = {"ra": item.ra or item.value, "rb": item.rb or item.value}
        for person, value in given.items():
            time = stamp(clocks[person].step(30, 180))
            rows.append(
                common
                | _as_given(value)
                | {"person": person, "kind": "extraction", "note": item.note, "time": time}
            )
        if given["ra"] != given["rb"]:
            last = {"person": "rc", "kind": "consensus", "note": f"{item.why} {item.note}".strip()}
            rows.append(common | _as_given(item.value) | last | {"time": "late"})
    _settle_last(rows, clocks)
    return rows


def _settle_last(rows: list[Row], clocks: dict[str, Clock]) -> None:
    """Consensus is found after both extractions are complete."""
    clock = clocks["rc"]
    clock.now = workday(max(clocks["ra"].now, clocks["rb"].now) + timedelta(days=1))
    for row in rows:
        if row["time"] == "late":
            row["time"] = stamp(clock.step(300, 900))


@dataclass(frozen=True)
class Judgement:
    """The risk of bias of one study in one domain; `ra` and `rb` where they differ."""

    study: str
    domain: str
    judgement: str
    support: str
    ra: str = ""
    rb: str = ""


def appraisal_rows(judgements: Sequence[Judgement], start: datetime, seed: str) -> list[Row]:
    """The rows of appraisal.csv."""
    clocks = {person: Clock(start, Random(f"{seed}/appraisal/{person}")) for person in ("ra", "rb", "rc")}
    rows: list[Row] = []
    for one in judgements:
        common: Row = {
            "tool": "rob1", "study": one.study, "outcome": "", "domain": one.domain, "report": f"{one.study}-article", "locator": LOCATOR,
            "support": f"{one.support} (Judgement of this example, not of the published review.)",
        }  # fmt: skip
        given = {"ra": one.ra or one.judgement, "rb": one.rb or one.judgement}
        for person, judgement in given.items():
            time = stamp(clocks[person].step(120, 400))
            rows.append(
                common | {"person": person, "kind": "judgement", "judgement": judgement, "time": time}
            )
        if given["ra"] != given["rb"]:
            rows.append(
                common | {"person": "rc", "kind": "consensus", "judgement": one.judgement, "time": "late"}
            )
    _settle_last(rows, clocks)
    return rows
