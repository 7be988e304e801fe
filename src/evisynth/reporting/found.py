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
    """ "Single-blind " -> "single-blind": how a value is written in the path of a claim."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def in_a_row(names: list[str]) -> str:
    """ "A, B and C"."""
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1] if names else ""


def long_date(iso: str) -> str:
    """ "2012-10-01" -> "1 October 2012"."""
    if not iso:
        return "not given"
    year, month, day = iso.split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}"
