"""Rows of decisions folded into what counts now: each person's vote and the consensus about one item.

An item is a group of records at one stage. Every place that asks where an item stands asks it here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

from evisynth.screening.decisions import (
    Consensus,
    ItemState,
    SettleRule,
    Verdict,
    Vote,
    state,
    who_may_settle,
)
from evisynth.store import models

STAGES = ("title-abstract", "full-text")
MAY_DECIDE = {"owner", "reviewer", "adjudicator"}
WITHDRAW = "withdraw"  # takes back the person's own vote, or the consensus


@dataclass(slots=True)
class Item:
    """The active decisions about one group at one stage."""

    votes: dict[str, models.Decision] = field(default_factory=dict)
    consensus: models.Decision | None = None
    changed: int = 0

    @property
    def active(self) -> list[models.Decision]:
        return [*self.votes.values(), *([self.consensus] if self.consensus else [])]


@dataclass(frozen=True, slots=True)
class NotCounted:
    """Why a row does not count, and the column that it is about."""

    column: str
    message: str


def take(item: Item, row: models.Decision) -> NotCounted | None:
    """Let a further decision count in its item, or say why it does not.

    A second vote of one person for one item counts only where it says that it changes the first, and so does a
    second consensus.
    """
    if not MAY_DECIDE & set(row.person.roles):
        roles = ", ".join(row.person.roles)
        return NotCounted("person", f"{row.person.key} is {roles}; only a reviewer, adjudicator or owner may "
                          "decide. The row does not count.")  # fmt: skip
    return _consensus(item, row) if row.kind == "consensus" else _vote(item, row)


def _consensus(item: Item, row: models.Decision) -> NotCounted | None:
    if row.decision == WITHDRAW:
        if item.consensus is None:
            return NotCounted("decision", f"found a withdrawn consensus about {row.record.key}, and there is none. "
                              "The row does not count.")  # fmt: skip
        item.consensus = None
        return None
    if item.consensus and not row.changes:
        first = item.consensus
        return NotCounted("kind", f"a second consensus about {row.record.key}; {first.person.key} "
                          f"settled it in line {first.line}. The row does not count.")  # fmt: skip
    item.consensus = row
    return None


def _vote(item: Item, row: models.Decision) -> NotCounted | None:
    first = item.votes.get(row.person.key)
    if row.decision == WITHDRAW:
        if first is None:
            return NotCounted("decision", f"{row.person.key} withdraws a vote about {row.record.key}, and there is none. "
                              "The row does not count.")  # fmt: skip
        del item.votes[row.person.key]
        item.changed += 1
        return None
    if first is not None and not row.changes:
        return NotCounted("decision", f"{row.person.key} decided about {row.record.key} already in line "
                          f"{first.line} ({first.decision}). The row does not count; to change a vote, say "
                          "changes = yes.")  # fmt: skip
    item.changed += first is not None
    item.votes[row.person.key] = row
    return None


def folded(rows: Iterable[models.Decision]) -> Item:
    """The item that these decisions about it make, in their order."""
    item = Item()
    for row in rows:
        take(item, row)
    return item


def votes_needed(review: models.Review, stage: str) -> int:
    return review.votes_title_abstract if stage == "title-abstract" else review.votes_full_text


def may_settle(review: models.Review, item: Item, person: str) -> bool:
    """Whether this person may settle the item, by the review's rule."""
    return who_may_settle(cast("SettleRule", review.consensus_by), tuple(item.votes), person)


def item_state(review: models.Review, item: Item, stage: str, reasons: Sequence[str]) -> ItemState:
    """Where an item stands; `reasons` are the protocol's for exclusion, in their order.

    A consensus of somebody who may not settle does not count; see `may_settle`.
    """
    votes = tuple(_plain(row, stage) for row in item.votes.values())
    consensus = None
    if item.consensus is not None and may_settle(review, item, item.consensus.person.key):
        row = item.consensus
        consensus = Consensus(row.person.key, cast("Verdict", row.decision), _plain(row, stage).reason)
    maybe = cast("Verdict", review.maybe_counts_as)
    return state(votes, votes_needed(review, stage), consensus, maybe, reasons)


def _plain(row: models.Decision, stage: str) -> Vote:
    reason = row.reason.key if row.reason and stage == "full-text" else ""
    return Vote(row.person.key, cast("Verdict", row.decision), reason)
