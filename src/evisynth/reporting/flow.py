"""The flow of records, reports and studies through a review: every box counted, and proof that they add up."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

OPEN_ENDS = {  # count of the flow -> what it says to who works in a review folder; web/flow says it for pages
    "waiting_screening": "records wait for a decision on title and abstract",
    "conflicts_screening": "records are in conflict on title and abstract",
    "not_sought_yet": "included records have no row in reports.csv: the report is still to be sought",
    "being_sought": "reports are still being sought",
    "waiting_full_text": "reports wait for a decision in full text",
    "conflicts_full_text": "reports are in conflict in full text",
    "reports_without_study": "included reports belong to no study yet",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A line of a box: a source or a reason, and how many."""

    key: str
    label: str
    n: int


@dataclass(frozen=True, slots=True)
class FlowInput:
    """What the flow is counted from.

    sources      : (key, name, kind, records) of each source searched.
    groups       : the groups of duplicates: how many unique records there are.
    screened     : group -> state at title and abstract (waiting, conflict, included, excluded).
    sought       : group -> None when retrieved, else why not; each group included above should be here.
    being_sought : those of `sought` of which nobody knows yet whether they can be had.
    assessed     : group -> (state at full text, id of the exclusion reason or "").
    study_status : group -> status of the studies that the report belongs to: included, ongoing, awaiting.
    studies      : status -> number of studies.
    """

    sources: Sequence[tuple[str, str, str, int]]
    groups: int
    screened: Mapping[str, str]
    sought: Mapping[str, str | None]
    assessed: Mapping[str, tuple[str, str]]
    study_status: Mapping[str, str]
    studies: Mapping[str, int]
    reasons: Mapping[str, str]  # id -> text, in their order
    being_sought: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """The boxes of PRISMA 2020. Every number is a count of items in a state; nothing is typed.

    Source: Page et al. 2021, doi:10.1136/bmj.n71.
    """

    databases: tuple[Counted, ...]
    registers: tuple[Counted, ...]
    other_sources: tuple[Counted, ...]
    records: int
    duplicates_removed: int
    screened: int
    waiting_screening: int
    conflicts_screening: int
    excluded_screening: int
    sought: int
    not_sought_yet: int
    not_retrieved: int
    not_retrieved_reasons: tuple[Counted, ...]
    assessed: int
    waiting_full_text: int
    conflicts_full_text: int
    excluded_full_text: int
    exclusion_reasons: tuple[Counted, ...]
    included_reports: int
    ongoing_reports: int
    awaiting_reports: int
    reports_without_study: int
    included_studies: int
    ongoing_studies: int
    awaiting_studies: int
    being_sought: int = 0

    def problems(self) -> tuple[str, ...]:
        """Each place where the boxes do not add up, in words; empty when all do."""
        sums = (
            ("records identified", self.records, "duplicates removed and records screened",
             self.duplicates_removed + self.screened),
            ("records screened", self.screened, "records excluded, open, and going on to full text",
             self.excluded_screening + self.waiting_screening + self.conflicts_screening
             + self.sought + self.not_sought_yet),
            ("reports sought", self.sought, "reports being sought, not retrieved and assessed",
             self.being_sought + self.not_retrieved + self.assessed),
            ("reports assessed", self.assessed, "reports excluded, open, included, ongoing, awaiting and unlinked",
             self.excluded_full_text + self.waiting_full_text + self.conflicts_full_text + self.included_reports
             + self.ongoing_reports + self.awaiting_reports + self.reports_without_study),
            ("reports excluded", self.excluded_full_text, "exclusions by reason",
             sum(line.n for line in self.exclusion_reasons)),
            ("reports not retrieved", self.not_retrieved, "reports not retrieved by reason",
             sum(line.n for line in self.not_retrieved_reasons)),
        )  # fmt: skip
        return tuple(
            f"{whole} ({total}) is not the sum of {parts} ({found})"
            for whole, total, parts, found in sums
            if total != found
        )

    def open_counts(self) -> tuple[tuple[str, int], ...]:
        """What still waits for somebody: the name of its count and how many; empty when nothing does."""
        return tuple((name, n) for name in OPEN_ENDS if (n := getattr(self, name)))

    def open_ends(self) -> tuple[str, ...]:
        """What still waits for somebody, in words for who works in a review folder."""
        return tuple(
            f"{n} {OPEN_ENDS[name]}" if n > 1 else f"1 {_singular(OPEN_ENDS[name])}"
            for name, n in self.open_counts()
        )


def _singular(what: str) -> str:
    """One of many: "record waits for" instead of "records wait for"."""
    for many, one in (("records ", "record "), ("reports ", "report "), (" wait ", " waits "), (" are ", " is "),
                      (" have ", " has "), (" belong ", " belongs ")):  # fmt: skip
        what = what.replace(many, one, 1)
    return what


def count_flow(given: FlowInput) -> Flow:
    """Count every box from the states of the items in it."""
    states = Counter(given.screened.values())
    retrieved = {group for group, why_not in given.sought.items() if why_not is None}
    full_text = Counter(state for group, (state, _) in given.assessed.items() if group in retrieved)
    excluded = Counter(
        reason
        for group, (state, reason) in given.assessed.items()
        if group in retrieved and state == "excluded"
    )
    included = [
        group for group, (state, _) in given.assessed.items() if group in retrieved and state == "included"
    ]
    status = Counter(given.study_status.get(group, "none") for group in included)
    seeking = {*given.being_sought} & {*given.sought} - retrieved
    not_retrieved = Counter(
        why or "reason not given"
        for group, why in given.sought.items()
        if why is not None and group not in seeking
    )
    ordered = [*given.reasons, *sorted(set(excluded) - set(given.reasons))]
    by_kind = {
        kind: tuple(Counted(key, name, n) for key, name, of, n in given.sources if _box(of) == kind)
        for kind in ("database", "register", "other")
    }
    records = sum(n for _, _, _, n in given.sources)
    going_on = states["included"]
    return Flow(
        databases=by_kind["database"],
        registers=by_kind["register"],
        other_sources=by_kind["other"],
        records=records,
        duplicates_removed=records - given.groups,
        screened=len(given.screened),
        waiting_screening=states["waiting"],
        conflicts_screening=states["conflict"],
        excluded_screening=states["excluded"],
        sought=len(given.sought),
        not_sought_yet=going_on
        - len([group for group in given.sought if given.screened.get(group) == "included"]),
        not_retrieved=not_retrieved.total(),
        not_retrieved_reasons=tuple(Counted(why, why, n) for why, n in sorted(not_retrieved.items())),
        assessed=len(retrieved),
        waiting_full_text=full_text["waiting"] + len(retrieved - set(given.assessed)),
        conflicts_full_text=full_text["conflict"],
        excluded_full_text=full_text["excluded"],
        exclusion_reasons=tuple(
            Counted(reason, given.reasons.get(reason, "reason not given"), excluded[reason])
            for reason in ordered
            if excluded[reason]
        ),
        included_reports=status["included"],
        ongoing_reports=status["ongoing"],
        awaiting_reports=status["awaiting"],
        reports_without_study=status["none"],
        included_studies=given.studies.get("included", 0),
        ongoing_studies=given.studies.get("ongoing", 0),
        awaiting_studies=given.studies.get("awaiting", 0),
        being_sought=len(seeking),
    )


def _box(kind: str) -> str:
    return kind if kind in {"database", "register"} else "other"
