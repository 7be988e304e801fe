"""All that a report may tell, as plain values: gathered once from the rows of a review, told in many places."""

from dataclasses import dataclass

from evisynth.appraisal.grade import Certainty
from evisynth.errors import Problem
from evisynth.extraction.consensus import Cell, FieldAgreement
from evisynth.reporting.flow import Flow
from evisynth.reporting.updates import Run
from evisynth.screening.agreement import Agreement
from evisynth.search.record import Record
from evisynth.synthesis.absolute import AbsoluteEffect, NumberNeeded
from evisynth.synthesis.analysis import AnalysisResult
from evisynth.synthesis.analysis_subgroups import AnalysedSubgroups
from evisynth.synthesis.re_expression import Rates, ReExpressed


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    name: str
    roles: tuple[str, ...]
    affiliation: str


@dataclass(frozen=True, slots=True)
class Named:
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Amended:
    date: str
    section: str
    change: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The review's question and protocol, in words."""

    title: str
    date: str
    notice: str
    population: str
    intervention: str
    comparator: str
    outcomes: str
    objectives: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    people: tuple[Person, ...]
    votes_title_abstract: int
    votes_full_text: int
    extractors: int
    assessors: int
    consensus_by: str
    reasons: tuple[Named, ...]
    characteristics: tuple[Named, ...]
    versions: tuple[tuple[str, str, str], ...]  # id, date, note
    amendments: tuple[Amended, ...]
    rob_tool: str
    rob_key_domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileRead:
    file: str
    sha256: str
    format: str
    encoding: str
    found: int
    records: int
    lost: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """One source searched, with the files it gave. `source` is where the folder says so."""

    key: str
    name: str
    kind: str
    platform: str
    date: str
    coverage: str
    limits: str
    strategy_file: str
    strategy: str
    peer_reviewed: str
    note: str
    files: tuple[FileRead, ...]
    source: str
    update: int = 0  # 0: of the review's own searches; 1, 2 ...: of a later run
    mapping: str = ""  # the file that says how its exports are read
    unread: tuple[str, ...] = ()  # files of its row that are not there, were refused or gave no record

    @property
    def records(self) -> int:
        return sum(file.records for file in self.files)


@dataclass(frozen=True, slots=True)
class PairToCheck:
    """Two records that are alike and that no rule merged: people decide. `score` is how alike they are (0 to 1)."""

    a: str
    b: str
    reason: str
    score: float
    records: tuple[Record, Record]


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """A publication that is linked to a trial: its records joined, and what became of it in the review."""

    keys: tuple[str, ...]
    record: Record
    report: str  # id in reports.csv; "" where it was not sought
    studies: tuple[str, ...]  # that study_reports.csv links it to
    fate: str  # in words


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial by its registry numbers: its registrations, the reports that name it, and the studies that it is in.

    `notes` say what a person should look at.
    """

    numbers: tuple[str, ...]
    registrations: tuple[TrialRecord, ...]
    reports: tuple[TrialRecord, ...]
    studies: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageScreened:
    """One stage of screening: agreement of the two who voted, and how many conflicts a third settled."""

    stage: str
    agreement: Agreement | None
    why_none: str
    conflicts_settled: int
    changed_votes: int


@dataclass(frozen=True, slots=True)
class ReportRead:
    """A report sought in full: what became of it, and the studies it describes."""

    key: str
    record: Record
    record_keys: tuple[str, ...]
    retrieved: bool
    why_not: str
    state: str  # waiting, conflict, included, excluded; "" when not retrieved
    exclusion_reason: str
    studies: tuple[str, ...]
    note: str
    source: str
    being_sought: bool = False  # neither retrieved nor given up


@dataclass(frozen=True, slots=True)
class ArmOf:
    key: str
    name: str
    side: str
    description: str


@dataclass(frozen=True, slots=True)
class StudyOf:
    key: str
    name: str
    status: str
    design: str
    published: bool
    registration: str
    note: str
    reports: tuple[tuple[str, str], ...]  # report id, primary or secondary
    arms: tuple[ArmOf, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One domain of one study: what each person judged and why, and what stands ("" while it is open)."""

    study: str
    outcome: str
    domain: str
    entries: tuple[tuple[str, str, str, str], ...]  # person, kind, judgement, support
    final: str
    support: str
    source: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A letter to an investigator; `gave` are the keys of the values that the reply gave."""

    key: str
    study: str
    date: str
    person: str
    asked_of: str
    question: str
    reply_date: str
    reply: str
    gave: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison in one study: which arm, and the keys of its cells."""

    arm: str
    events: float | None
    n: float | None
    event_count: float | None
    cells: tuple[str, ...]  # keys of the cells that these numbers come from
    values: tuple[tuple[str, float], ...] = ()  # (field, number): means, medians, their spread, person-time

    def number(self, field: str) -> float | None:
        """The number of a field of extraction.csv; None where there is none."""
        of_people = {"patients_with_event": self.events, "n": self.n, "event_count": self.event_count}
        return of_people.get(field) if field in of_people else dict(self.values).get(field)


@dataclass(frozen=True, slots=True)
class Contrast:
    """An effect between both sides as the report of a study gives it; a ratio as a ratio."""

    measure: str
    estimate: float
    se: float | None  # of a ratio that of its logarithm
    ci: tuple[float, float] | None
    level: float  # of the interval, as a fraction
    n: float | None
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One study in an analysis, as extracted. `left_out` says why it does not take part.

    `lacks` says which number the analysis needs and does not have, where a study gives others. `contrast` is the
    effect that its report gives, where that is taken; `compared` where the arms are taken and it stands beside them.
    """

    study: str
    name: str
    first: Side | None
    second: Side | None
    left_out: str
    not_available: str  # in words, when it has no usable data: the missing code of its values
    contrast: Contrast | None = None
    lacks: str = ""
    change: bool = False  # whether its changes are taken, and not its final means
    left_out_by_plan: bool = False  # by a rule of the protocol, such as the one about risk of bias
    compared: Contrast | None = None
    note: str = ""  # how `compared` differs from the effect of the arms, by more than rounding

    @property
    def has_data(self) -> bool:
        return bool(self.first or self.second or self.contrast)

    @property
    def cells(self) -> tuple[str, ...]:
        """Keys of all cells behind the row."""
        sides = [cell for side in (self.first, self.second) if side for cell in side.cells]
        return (*sides, *(cell for given in (self.contrast, self.compared) if given for cell in given.cells))

    @property
    def people(self) -> float | None:
        """People analysed in both groups; None where the report does not say."""
        known = [side.n for side in (self.first, self.second) if side and side.n is not None]
        return sum(known) if known else self.contrast.n if self.contrast else None


@dataclass(frozen=True, slots=True)
class Analysed:
    """One analysis: its recipe in words, its studies, and what came of it.

    kind is "meta-analysis", "single study", "narrative" (pooling was decided against, or the values are not
    two-by-two tables) or "no data".
    """

    key: str
    title: str
    outcome: Named
    outcome_type: str
    definition: str
    direction: str
    importance: str
    timepoint: str
    first: Named  # intervention; name is the short form
    second: Named
    first_name: str
    second_name: str
    favours: tuple[str, str]
    planned: bool
    post_hoc_reason: str
    kind: str
    why_not_pooled: str
    rows: tuple[StudyRow, ...]
    result: AnalysisResult | None
    hash: str
    absolute: AbsoluteEffect | None
    needed: NumberNeeded | None
    certainty: Certainty | None
    certainty_comment: str
    certainty_stale: bool
    source: str
    measure: str = ""  # the measure planned; "" where the protocol plans to tell the studies one by one
    unit: str = ""  # of the outcome's mean, or of person-time
    of_one_group: str = ""  # "first" or "second", for a measure of one group
    re_expressed: ReExpressed | None = None
    rates: Rates | None = None
    subgroups: AnalysedSubgroups | None = None
    arms_or_contrasts: bool = (
        False  # whether it takes the arms where they are there, and else what the report gives
    )

    @property
    def mixed(self) -> bool:
        """Whether studies take part by the effect that their reports give, where others may by their arms."""
        part = (row for row in self.rows if not (row.left_out or row.lacks))
        return self.arms_or_contrasts and any(row.contrast is not None for row in part)


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything, ready to be told."""

    plan: Plan
    searches: tuple[Searched, ...]
    flow: Flow
    runs: tuple[Run, ...]  # of the searches, where there was more than one
    merges: tuple[tuple[str, str, str], ...]  # record, record, reason
    review_band: tuple[PairToCheck, ...]
    trials: tuple[Trial, ...]
    # What counts of what people decided: record, record, decision, person, reason.
    decided_duplicates: tuple[tuple[str, str, str, str, str], ...]
    screened: tuple[StageScreened, ...]
    reports: dict[str, ReportRead]
    studies: dict[str, StudyOf]
    cells: dict[str, Cell]
    derived: dict[str, tuple[float, str]]  # cell key -> value of its formula, formula
    field_agreement: tuple[FieldAgreement, ...]
    judged: tuple[Judged, ...]
    contacts: tuple[Asked, ...]
    analyses: tuple[Analysed, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]  # what a person should look at; nothing is wrong with the folder
