"""The flow of records, reports and studies, counted from their states: the review's, and that of each run of searches."""

from collections import Counter
from collections.abc import Mapping

from evisynth.errors import Problem
from evisynth.reporting.findings import ReportRead
from evisynth.reporting.flow import Flow, FlowInput, count_flow
from evisynth.reporting.updates import Run, RunsOf, count_runs
from evisynth.store import models
from evisynth.store.duplicates import Duplicates
from evisynth.store.gather.screening import Screened

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
    given = FlowInput(
        sources=[(run.key, run.name, run.kind, found[run.key]) for run in sources],
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


def update_problems(review: models.Review) -> list[Problem]:
    """Updates without the review's own searches: what was found before is then not known."""
    sources = models.SearchRun.objects.filter(review=review)
    first = sources.order_by("update", "position").first()
    if first is None or first.update == 0:
        return []
    return [
        Problem(
            "searches.csv",
            first.line,
            "update",
            f"found '{first.update}', and no source is of the review's own searches; leave it empty for those, "
            "and count later runs from 1.",
        )
    ]
