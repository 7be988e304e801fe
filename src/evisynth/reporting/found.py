"""What a claim finds, and the small helpers with which every family of claims finds it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evisynth.errors import DataError, near

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What a claim says, how it was found, and the keys of the derivations that it rests on."""

    text: str
    how: str
    inputs: tuple[str, ...] = ()


def pick(family: str, name: str, known: Mapping[str, Found]) -> Found:
    """The claim of this name, or a DataError that offers the nearest one."""
    if name not in known:
        raise no_claim(f"{family}.{name}", name, known)
    return known[name]


def no_claim(path: str, name: str, known: Iterable[str]) -> DataError:
    return DataError(f"there is no claim {path!r}.{near(name, known)}")


def counted(names: list[str], how: str, inputs: tuple[str, ...] = ()) -> dict[str, Found]:
    """Two claims about some things: how many there are (the empty name), and `names`."""
    return {"": Found(str(len(names)), how, inputs), "names": Found(in_a_row(names) or "none", how, inputs)}


def slug(text: str) -> str:
    """How a value is written in the path of a claim: "Double blind" as double-blind."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def in_a_row(names: list[str]) -> str:
    """Names as a sentence lists them: A, B and C; with semicolons where a name has a comma."""
    if len(names) < 2:
        return "".join(names)
    between = "; " if any("," in name for name in names) else ", "
    last = "; and " if between == "; " else " and "
    return between.join(names[:-1]) + last + names[-1]


def long_date(iso: str) -> str:
    """A date as prose writes it: 2012-10-01 as 1 October 2012."""
    if not iso:
        return "not given"
    year, month, day = iso.split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}"
