"""Who may see the votes of others on one item: the rule of blinding, for every page, list, count and export."""

from typing import Literal

from evisynth.errors import DataError
from evisynth.screening.decisions import State

Blinding = Literal["until complete", "until own vote", "open"]

BLINDING: tuple[Blinding, ...] = ("until complete", "until own vote", "open")


def may_see_votes(state: State | str, has_voted: bool, blinding: Blinding | str) -> bool:
    """Whether a person may see what others voted, noted and labelled on an item, and that they did.

    Parameters
    ----------
    state : where the item stands (`screening.decisions.state`).
    has_voted : whether the person who looks has an active vote on it.
    blinding : the review's setting.

    Rules
    -----
    - An item that waits for no further vote is open to the whole team, with each setting.
    - "until complete": nobody sees another's vote on an item that waits, not even who has voted.
    - "until own vote": on an item that waits, who has voted sees the others' votes; nobody else does.
    - "open": everybody sees everything. Votes are then not independent.

    Raises DataError for an unknown setting.
    """
    if blinding not in BLINDING:
        raise DataError(f"Blinding: {blinding!r} is not a setting; the settings are {', '.join(BLINDING)}.")
    if blinding == "open" or state != "waiting":
        return True
    return blinding == "until own vote" and has_voted
