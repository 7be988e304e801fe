"""Where all items of a review stand, or would stand under other settings or with another team. Nothing is written.

Read from the decisions that count, in one pass over them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from evisynth.screening.decisions import (
    Consensus,
    Decision,
    ItemState,
    SettleRule,
    Verdict,
    Vote,
    state,
    who_may_settle,
)
from evisynth.screening.resolvable import People, can_be_resolved
from evisynth.store import models
from evisynth.store.decisions import MAY_DECIDE, STAGES
from evisynth.store.screening_items import reasons_of

MAY_SETTLE = {"owner", "adjudicator"}
FIRST, FULL = STAGES


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of a review from which the states of its items follow."""

    votes: Mapping[str, int]  # stage -> votes needed
    maybe_counts_as: Verdict
    consensus_by: SettleRule
    reasons: tuple[str, ...]


def rules_of(review: models.Review) -> Rules:
    return Rules(
        {FIRST: review.votes_title_abstract, FULL: review.votes_full_text},
        cast("Verdict", review.maybe_counts_as),
        cast("SettleRule", review.consensus_by),
        reasons_of(review),
    )


@dataclass(slots=True)
class Judged:
    """The votes and the consensus that count about one group at one stage."""

    votes: list[Vote] = field(default_factory=list)
    consensus: Consensus | None = None

    @property
    def voters(self) -> tuple[str, ...]:
        return tuple(vote.person for vote in self.votes)

    def without(self, person: str) -> "Judged":
        return Judged([vote for vote in self.votes if vote.person != person], self.consensus)


Key = tuple[str, int]  # stage, group


@dataclass(frozen=True, slots=True)
class Decided:
    """What a review's people have decided: by stage and group, and which groups were ever decided in full text."""

    judged: Mapping[Key, Judged]
    groups: int  # of records, also those about which nobody decided
    in_full_text: frozenset[int]


def decided(review: models.Review) -> Decided:
    """All decisions of a review that count."""
    judged: defaultdict[Key, Judged] = defaultdict(Judged)
    rows = models.Decision.objects.filter(review=review, active=True).order_by("position")
    for stage, group, kind, person, decision, reason in rows.values_list(
        "stage", "record__group", "kind", "person__key", "decision", "reason__key"
    ):
        why = (reason or "") if stage == FULL else ""
        about = judged[stage, group or 0]
        if kind == "consensus":
            about.consensus = Consensus(person, cast("Verdict", decision), why)
        else:
            about.votes.append(Vote(person, cast("Decision", decision), why))
    full = models.Decision.objects.filter(review=review, stage=FULL)
    return Decided(
        dict(judged),
        models.DuplicateGroup.objects.filter(review=review).count(),
        frozenset(full.values_list("record__group", flat=True)),
    )


def state_of(rules: Rules, stage: str, about: Judged) -> ItemState:
    consensus = about.consensus
    if consensus and not who_may_settle(rules.consensus_by, about.voters, consensus.settled_by):
        consensus = None
    reasons = rules.reasons if stage == FULL else ()
    return state(about.votes, rules.votes[stage], consensus, rules.maybe_counts_as, reasons)


def states(rules: Rules, what: Decided) -> dict[Key, ItemState]:
    """The state of each item about which somebody decided, and of each that is to be read in full text."""
    found = {(stage, group): state_of(rules, stage, about) for (stage, group), about in what.judged.items()}
    read = {
        group for (stage, group), stands in found.items() if stage == FIRST and stands.state == "included"
    }
    full = {
        (FULL, group): found.get((FULL, group), ItemState("waiting", missing=rules.votes[FULL]))
        for group in read | what.in_full_text
    }
    return {key: stands for key, stands in found.items() if key[0] == FIRST} | full


@dataclass(frozen=True, slots=True)
class Move:
    """How many items of a stage go from one state to another; "" is not being at the stage at all."""

    stage: str
    before: str
    after: str
    count: int


def moves(before: Rules, after: Rules, what: Decided) -> list[Move]:
    """What would change with other rules, most first; states with a reason to exclude name it."""
    old, new = states(before, what), states(after, what)
    found = Counter(
        (key[0], _shown(old.get(key)), _shown(new.get(key)))
        for key in old.keys() | new.keys()
        if _shown(old.get(key)) != _shown(new.get(key))
    )
    return [
        Move(*change, count) for change, count in sorted(found.items(), key=lambda one: (-one[1], one[0]))
    ]


def _shown(stands: ItemState | None) -> str:
    if stands is None:
        return ""
    return f"{stands.state} ({stands.reason})" if stands.reason else stands.state


def people_of(members: Iterator[models.Membership] | list[models.Membership]) -> People:
    """Who may vote and who may settle, of these members."""
    there = [member for member in members if not member.left]
    return People(
        frozenset(member.key for member in there if MAY_DECIDE & set(member.roles)),
        frozenset(member.key for member in there if MAY_SETTLE & set(member.roles)),
    )


@dataclass(frozen=True, slots=True)
class Stuck:
    """Items that nobody could bring to their end: such as wait for votes, and conflicts, by stage."""

    waiting: Mapping[str, int]
    conflicts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.waiting.values()) + sum(self.conflicts.values())

    def more_than(self, other: "Stuck") -> bool:
        """Whether at some stage more would be stuck than in the other case."""
        return any(
            mine.get(stage, 0) > its.get(stage, 0)
            for mine, its in ((self.waiting, other.waiting), (self.conflicts, other.conflicts))
            for stage in STAGES
        )


def stuck(rules: Rules, what: Decided, people: People, *, withdrawn: str = "") -> Stuck:
    """What this team could not resolve; `withdrawn` names a person whose votes on waiting items are taken back."""
    waiting: Counter[str] = Counter()
    conflicts: Counter[str] = Counter()
    found = states(rules, what)
    for (stage, group), stands in found.items():
        about = what.judged.get((stage, group), Judged())
        if withdrawn and stands.state == "waiting":
            about = about.without(withdrawn)
        if not can_be_resolved(stands.state, about.voters, rules.votes[stage], rules.consensus_by, people):
            (waiting if stands.state == "waiting" else conflicts)[stage] += 1
    untouched = what.groups - sum(stage == FIRST for stage, _ in found)
    if untouched and not can_be_resolved("waiting", (), rules.votes[FIRST], rules.consensus_by, people):
        waiting[FIRST] += untouched
    return Stuck(dict(waiting), dict(conflicts))


def waiting_votes(rules: Rules, what: Decided, person: str) -> list[Key]:
    """The items that wait and on which this person has voted."""
    found = states(rules, what)
    return [
        key
        for key, about in what.judged.items()
        if person in about.voters and key in found and found[key].state == "waiting"
    ]
