"""What follows from the votes on one record or report: waiting, conflict, included or excluded.

Pure functions: the state is never stored, it is computed from the active votes and the review's settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evisynth.errors import DataError

Decision = Literal["include", "exclude", "maybe"]
Verdict = Literal["include", "exclude"]
State = Literal["waiting", "conflict", "included", "excluded"]
SettleRule = Literal["third person", "either"]

DECISIONS: tuple[Decision, ...] = ("include", "exclude", "maybe")
SETTLE_RULES: tuple[SettleRule, ...] = ("third person", "either")


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's active decision on one item at one stage; `reason` is an exclusion's at full text."""

    person: str
    decision: Decision
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Consensus:
    """How a conflict was settled, and by whom. It stands above the votes, which are kept."""

    settled_by: str
    decision: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ItemState:
    """Where an item stands. `reason` is the exclusion's; `missing` is the number of votes still awaited."""

    state: State
    reason: str = ""
    missing: int = 0


def state(
    votes: Sequence[Vote],
    needed: int = 2,
    consensus: Consensus | None = None,
    maybe_counts_as: Verdict = "include",
    ordered_reasons: Sequence[str] = (),
) -> ItemState:
    """The state of an item at one stage.

    Parameters
    ----------
    votes : the active votes, at most one a person.
    needed : votes that the stage asks for (2 for screening in duplicate).
    consensus : the settled decision, if there is one; it decides even while votes are missing.
    maybe_counts_as : what "maybe" means at this stage. "include" at titles and abstracts: who is not sure
        reads the report. Include against maybe is then agreement, and exclude against maybe a conflict.
    ordered_reasons : the protocol's reasons for exclusion, in order; () at titles and abstracts.

    Rules
    -----
    - With fewer votes than needed the item waits, even if those that are there already differ: the others
      vote without knowing it.
    - All votes the same way: included or excluded. Otherwise a conflict, until there is a consensus.
    - Two exclusions are agreement on exclusion whatever their reasons, at every stage. At full text the
      reason that counts is that of the consensus if it gives one, otherwise the voters' reason that comes
      first in `ordered_reasons`; a reason that is not in the list comes after all that are.
    - A consensus to include carries no reason.

    Raises
    ------
    DataError : a person who votes twice, an unknown decision, or fewer than one vote needed.
    """
    _check(votes, needed, maybe_counts_as)
    if consensus is not None:
        return _settled(votes, consensus, ordered_reasons)
    if len(votes) < needed:
        return ItemState("waiting", missing=needed - len(votes))
    verdicts = {_verdict(vote, maybe_counts_as) for vote in votes}
    if len(verdicts) > 1:
        return ItemState("conflict")
    if verdicts == {"include"}:
        return ItemState("included")
    return ItemState("excluded", reason=first_reason(votes, ordered_reasons))


def first_reason(votes: Sequence[Vote], ordered_reasons: Sequence[str] = ()) -> str:
    """The reason that counts among the exclusions: the first in the protocol's order; "" when none is given.

    Reasons outside the list come after those in it, in alphabetical order: who voted first never matters.
    """
    given = {vote.reason for vote in votes if vote.decision == "exclude" and vote.reason}
    place = {reason: number for number, reason in reversed(list(enumerate(ordered_reasons)))}
    return min(given, key=lambda reason: (place.get(reason, len(ordered_reasons)), reason), default="")


def who_may_settle(rule: SettleRule, voters: Sequence[str], settler: str) -> bool:
    """Whether this person may settle a conflict between these voters.

    "third person" : only somebody who has not voted on the item.
    "either"       : anybody of the team, also the voters after they have talked.

    Raises DataError for an unknown rule or an empty name.
    """
    if rule not in SETTLE_RULES:
        raise DataError(f"Conflicts: {rule!r} is not a rule; the rules are {', '.join(SETTLE_RULES)}.")
    if not settler.strip():
        raise DataError("Conflicts: nobody is named as the one who settles; a consensus needs a person.")
    return rule == "either" or settler not in voters


def _settled(
    votes: Sequence[Vote],
    consensus: Consensus,
    ordered_reasons: Sequence[str],
) -> ItemState:
    if consensus.decision not in ("include", "exclude"):
        raise DataError(
            f"Consensus of {consensus.settled_by}: {consensus.decision!r} settles nothing; "
            "it must be include or exclude."
        )
    if consensus.decision == "include":
        return ItemState("included")
    return ItemState("excluded", reason=consensus.reason or first_reason(votes, ordered_reasons))


def _verdict(vote: Vote, maybe_counts_as: Verdict) -> Verdict:
    return maybe_counts_as if vote.decision == "maybe" else vote.decision


def _check(votes: Sequence[Vote], needed: int, maybe_counts_as: Verdict) -> None:
    if needed < 1:
        raise DataError(f"Votes needed: {needed}; a decision needs at least one.")
    if maybe_counts_as not in ("include", "exclude"):
        raise DataError(f"Maybe counts as {maybe_counts_as!r}; it must count as include or exclude.")
    people: set[str] = set()
    for vote in votes:
        if vote.decision not in DECISIONS:
            raise DataError(
                f"{vote.person}: decision {vote.decision!r} is not known; known are {', '.join(DECISIONS)}."
            )
        if vote.person in people:
            raise DataError(f"{vote.person} has two votes on one item; a person has one, and may change it.")
        people.add(vote.person)
