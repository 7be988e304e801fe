"""Two independent extractions of one value, and what stands in the end.

Two that agree stand; two that differ wait for a consensus; a consensus settles it. One alone does not stand where
two are asked for. Nothing is averaged and nobody is preferred.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["agreed", "settled", "conflict", "single", "empty"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's value, as typed: a value, a missing code, or the name of a formula; and where it was found."""

    person: str
    value: str = ""
    number: float | None = None
    missing: str = ""
    derivation: str = ""
    report: str = ""  # id of the report, or contact:<id>
    locator: str = ""
    quote: str = ""
    note: str = ""
    source: str = ""  # file:line of the review folder

    def says(self) -> tuple[str, object]:
        """What counts for agreement: numbers by their value, text by its words, codes and formulas by name."""
        if self.number is not None:
            return "number", self.number
        for kind in ("missing", "derivation"):
            if getattr(self, kind):
                return kind, getattr(self, kind)
        return "text", " ".join(self.value.split()).casefold()

    @property
    def shown(self) -> str:
        return self.value or self.missing or self.derivation


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one study: what was extracted, by whom, and what stands.

    `arm` is the arm that it is of; of an effect that the report gives between two arms it is `comparison:measure`.
    """

    study: str
    outcome: str
    timepoint: str
    arm: str
    field: str
    extractions: tuple[Entry, ...]
    consensus: Entry | None = None
    asked: int = 2  # how many independent extractions there must be

    @property
    def key(self) -> str:
        return "/".join(
            part for part in (self.study, self.outcome, self.timepoint, self.arm, self.field) if part
        )

    @property
    def contrast(self) -> tuple[str, str] | None:
        """The comparison and the measure of an effect that the report gives; None for a value of an arm."""
        comparison, of_effect, measure = self.arm.partition(":")
        return (comparison, measure) if of_effect else None

    @property
    def state(self) -> State:
        if self.consensus is not None:
            return "settled"
        if not self.extractions:
            return "empty"
        if len({entry.says() for entry in self.extractions}) > 1:
            return "conflict"
        return "agreed" if len(self.extractions) >= self.asked else "single"

    @property
    def final(self) -> Entry | None:
        """The entry that stands, or None while the value is open."""
        if self.state == "settled":
            return self.consensus
        return self.extractions[0] if self.state == "agreed" else None

    @property
    def differs(self) -> bool:
        return len({entry.says() for entry in self.extractions}) > 1


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """How often two extractors gave the same value for a field."""

    field: str
    both: int
    same: int

    @property
    def share(self) -> float | None:
        return self.same / self.both if self.both else None


def field_agreement(cells: Iterable[Cell]) -> tuple[FieldAgreement, ...]:
    """Agreement per field over all values that two people extracted, fields in order of first appearance."""
    by_field: dict[str, list[Cell]] = {}
    for cell in cells:
        if len(cell.extractions) >= 2:
            by_field.setdefault(cell.field, []).append(cell)
    return tuple(
        FieldAgreement(field, both=len(cells), same=sum(not cell.differs for cell in cells))
        for field, cells in by_field.items()
    )
