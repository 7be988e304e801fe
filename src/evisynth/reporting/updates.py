"""A review whose searches were run again: what each run found, what was there already, and what came of the rest.

A record belongs to the run that found its publication first; a study to the run that found its first included
report. So the runs divide every box of the flow diagram among them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from evisynth.reporting.flow import Flow, FlowInput, count_flow


@dataclass(frozen=True, slots=True)
class RunsOf:
    """Which run of the searches (0: the review's own; 1, 2 ...: its updates) things belong to.

    sources       : source -> the run that it is part of.
    groups        : group of duplicates -> the run that found it first.
    already_there : run -> how many of its records were in groups of an earlier run.
    studies_of    : group -> the studies that its report describes.
    status        : study -> included, ongoing or awaiting.
    """

    sources: Mapping[str, int]
    groups: Mapping[str, int]
    already_there: Mapping[int, int]
    studies_of: Mapping[str, Sequence[str]]
    status: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the searches. `flow` counts its sources with all their records, then its new publications alone.

    already_there   : records that an earlier run had found; they are among `flow.duplicates_removed`.
    further_reports : its reports of included studies of which an earlier run had found an included report.
    """

    number: int
    flow: Flow
    already_there: int
    further_reports: int

    @property
    def title(self) -> str:
        return f"Update {self.number}" if self.number else "The review's own searches"

    @property
    def duplicates(self) -> int:
        """Records that another record of the same run repeats."""
        return self.flow.duplicates_removed - self.already_there

    @property
    def reports_of_new_studies(self) -> int:
        return self.flow.included_reports - self.further_reports

    def problems(self) -> tuple[str, ...]:
        """Each place where the boxes of the run do not add up, in words."""
        found = [*self.flow.problems()]
        for part, n, whole, total in (
            ("records found before", self.already_there, "records removed", self.flow.duplicates_removed),
            ("further reports", self.further_reports, "included reports", self.flow.included_reports),
        ):
            if n > total:
                found.append(f"{part} ({n}) are more than {whole} ({total})")
        return tuple(f"{self.title}: {message}" for message in found)


@dataclass(frozen=True, slots=True)
class Updated:
    """The whole review beside its last run: what was included before, what is new, and both together.

    Source: Page et al. 2021, doi:10.1136/bmj.n71, template for updated systematic reviews.
    """

    last: Run
    previous_studies: int
    previous_reports: int
    total_studies: int
    total_reports: int


def updated(flow: Flow, runs: Sequence[Run]) -> Updated:
    """What the flow diagram of an updated review tells. `runs` are two or more; the last one is what is new."""
    *before, last = runs
    return Updated(
        last=last,
        previous_studies=sum(run.flow.included_studies for run in before),
        previous_reports=sum(run.flow.included_reports for run in before),
        total_studies=flow.included_studies,
        total_reports=flow.included_reports,
    )


def count_runs(given: FlowInput, of: RunsOf) -> tuple[Run, ...]:
    """Each run of the searches, in their order; none where there is only one."""
    numbers = sorted({*of.sources.values()})
    if len(numbers) < 2:
        return ()
    run_of_study = _runs_of_studies(given, of, last=numbers[-1])
    return tuple(_run(number, given, of, run_of_study) for number in numbers)


def _included(given: FlowInput, of: RunsOf) -> dict[str, list[str]]:
    """The groups whose report is included in full text, each with the included studies that it describes."""
    retrieved = {group for group, why_not in given.sought.items() if why_not is None}
    return {
        group: [study for study in of.studies_of.get(group, ()) if of.status[study] == "included"]
        for group, (state, _) in given.assessed.items()
        if state == "included" and group in retrieved
    }


def _runs_of_studies(given: FlowInput, of: RunsOf, last: int) -> dict[str, int]:
    """Study -> the first run that found an included report of it; the last one where none did (it is reported)."""
    included = _included(given, of)
    runs = dict.fromkeys(of.status, last)
    for group in included:
        for study in of.studies_of.get(group, ()):
            runs[study] = min(runs[study], of.groups[group])
    return runs


def _run(number: int, given: FlowInput, of: RunsOf, run_of_study: Mapping[str, int]) -> Run:
    own = {group for group, run in of.groups.items() if run == number}
    studies: dict[str, int] = {}
    for study, run in run_of_study.items():
        if run == number:
            studies[of.status[study]] = studies.get(of.status[study], 0) + 1
    flow = count_flow(
        replace(
            given,
            sources=[source for source in given.sources if of.sources[source[0]] == number],
            groups=len(own),
            screened={group: state for group, state in given.screened.items() if group in own},
            sought={group: why for group, why in given.sought.items() if group in own},
            assessed={group: state for group, state in given.assessed.items() if group in own},
            study_status={group: status for group, status in given.study_status.items() if group in own},
            studies=studies,
        )
    )
    further = sum(
        bool(included) and all(run_of_study[study] < number for study in included)
        for group, included in _included(given, of).items()
        if group in own
    )
    return Run(number, flow, of.already_there.get(number, 0), further)


BOXES = tuple(each.name for each in fields(Flow) if each.type is int)


def run_problems(flow: Flow, runs: Sequence[Run]) -> tuple[str, ...]:
    """Each place where a run does not add up, or the runs together are not the review; empty when all do."""
    if not runs:
        return ()
    found = [message for run in runs for message in run.problems()]
    for box in BOXES:
        parts = [getattr(run.flow, box) for run in runs]
        if sum(parts) != getattr(flow, box):
            found.append(
                f"{box.replace('_', ' ')} ({getattr(flow, box)}) is not the sum over the runs of the searches "
                f"({' + '.join(map(str, parts))})"
            )
    return tuple(found)
