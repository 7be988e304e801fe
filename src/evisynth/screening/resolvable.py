"""Whether the people of a team can bring an item to its end: enough who may vote, and somebody who may settle."""

from collections.abc import Collection
from dataclasses import dataclass

from evisynth.screening.decisions import SettleRule, State, who_may_settle


@dataclass(frozen=True, slots=True)
class People:
    """Who of a team may vote and who may settle conflicts, by id."""

    deciders: frozenset[str]
    settlers: frozenset[str]


def can_be_resolved(
    state: State | str, voters: Collection[str], needed: int, rule: SettleRule, people: People
) -> bool:
    """Whether an item can reach included or excluded with this team.

    Parameters
    ----------
    state : where the item stands (`screening.decisions.state`).
    voters : who has an active vote on it; also people who have left the team since.
    needed : votes that the stage asks for.
    rule : who may settle conflicts.
    people : the team.

    Rules
    -----
    - An item that waits needs as many people as votes are missing, of those who may vote and have not.
    - A conflict needs somebody who may settle it by the rule: under "either" that is everybody who may vote.
    - An item that waits might become a conflict: that can be mended then, and does not count here.
    """
    if state == "waiting":
        return len(people.deciders - set(voters)) >= needed - len(voters)
    if state == "conflict":
        people_who = people.settlers if rule == "third person" else people.settlers | people.deciders
        return any(who_may_settle(rule, tuple(voters), person) for person in people_who)
    return True


def conflicts_can_be_settled(needed: int, rule: SettleRule, people: People) -> bool:
    """Whether the team can screen so that every conflict finds somebody who may settle it.

    Under "third person" that is so where somebody who may settle can abstain from voting and enough others remain.
    """
    if needed < 2:
        return True
    if rule == "either":
        return bool(people.settlers | people.deciders)
    return any(len(people.deciders - {settler}) >= needed for settler in people.settlers)
