"""The flow of records, reports and studies, counted from their states: the review's, and that of each run of searches."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from evisynth.errors import Problem
from evisynth.reporting.findings import ReportRead
from evisynth.reporting.flow import Flow, FlowInput, count_flow
from evisynth.reporting.updates import Run, RunsOf, count_runs
from evisynth.store import models
from evisynth.store.duplicates import Duplicates
from evisynth.store.gather.screening import Screened
from evisynth.store.gather.searches import found_in_files, unread_files

STATUSES = ("included", "ongoing", "awaiting")  # a report of several studies counts under the first of these


def flow_of(
    review: models.Review, screened: Screened, reports: Mapping[str, ReportRead], duplicates: Duplicates
) -> tuple[Flow, tuple[Run, ...]]:
    """The flow of the review; and that of each run of its searches, where there is more than one."""
    sources = list(models.SearchRun.objects.filter(review=review).defer("strategy", "mapping"))
    status = dict(models.Study.objects.filter(review=review).values_list("key", "status"))
    group_of = {key: duplicates.group_of[report.record_keys[0]] for key, report in reports.items()}
    full_text = screened.states["full-text"]
    reasons = models.ExclusionReason.objects.filter(review=review).values_list("key", "text")
    found = Counter(key.rpartition(":")[0] for key in duplicates.records)
    read = found_in_files(review)
    given = FlowInput(
        sources=[
            (run.key, run.name + _not_read(run, read.get(run.pk, {})), run.kind, found[run.key])
            for run in sources
        ],
        groups=len(screened.states["title-abstract"]),
        screened={str(group): item.state for group, item in screened.states["title-abstract"].items()},
        sought={
            str(group_of[key]): None if report.retrieved else report.why_not
            for key, report in reports.items()
        },
        assessed={
            str(group_of[key]): (full_text[group_of[key]].state, full_text[group_of[key]].reason)
            for key, report in reports.items()
            if report.retrieved and group_of[key] in full_text
        },
        study_status={
            str(group_of[key]): min((status[study] for study in report.studies), key=STATUSES.index)
            for key, report in reports.items()
            if report.studies
        },
        studies=Counter(status.values()),
        reasons=dict(reasons),
        being_sought=frozenset(str(group_of[key]) for key, report in reports.items() if report.being_sought),
    )
    first = {group: duplicates.first_round(group) for group in duplicates.members}
    runs = RunsOf(
        sources={run.key: run.update for run in sources},
        groups={str(group): number for group, number in first.items()},
        already_there=Counter(
            number for key, number in duplicates.rounds.items() if number > first[duplicates.group_of[key]]
        ),
        studies_of={str(group_of[key]): report.studies for key, report in reports.items()},
        status=status,
    )
    return count_flow(given), count_runs(given, runs)


def _not_read(search: models.SearchRun, found: dict[int, int]) -> str:
    """A mark beside the name of a source of which files gave nothing: its count is not what the search found."""
    unread, files = len(unread_files(search, found)), len(search.files)
    if not unread:
        return ""
    return " (not read)" if unread == files else f" ({unread} of {files} files not read)"


def update_problems(review: models.Review) -> list[Problem]:
    """Runs of the searches that are missing, the review's own too, and dates before those of the run before."""
    runs: dict[int, list[models.SearchRun]] = {}
    for source in models.SearchRun.objects.filter(review=review).order_by("update", "position"):
        runs.setdefault(source.update, []).append(source)
    found: list[Problem] = []

    def report(source: models.SearchRun, column: str, message: str) -> None:
        found.append(Problem("searches.csv", source.line, column, message))

    if runs and 0 not in runs:
        first = next(iter(runs.values()))[0]
        report(first, "update", f"found '{first.update}', and no source is of the review's own searches; leave it "
               "empty for those, and count later runs from 1.")  # fmt: skip
    for before, number in pairwise(runs):
        if number != before + 1:
            report(runs[number][0], "update", f"found '{number}', and no source is of update {before + 1}; count "
                   "the runs without a gap.")  # fmt: skip
        last = max((source.searched for source in runs[before] if source.searched), default=None)
        for source in runs[number]:
            if source.searched and last and source.searched < last:
                report(source, "searched", f"found '{source.searched}' in update {number}, but the run before it "
                       f"ended on {last}; mend the date, or the number in update.")  # fmt: skip
    return found
