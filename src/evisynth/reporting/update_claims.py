"""Claims about the runs of the searches: update.1.screened, update.last.already-there, update.previous.included-studies."""

from evisynth.errors import DataError
from evisynth.reporting import numbers
from evisynth.reporting.findings import Findings
from evisynth.reporting.found import Found, long_date, no_claim, pick
from evisynth.reporting.updates import Run, updated


def update_claim(findings: Findings, path: str) -> Found:
    """A number of one run: its number (0: the review's own searches), `last`, or `previous` for all before the last.

    Raises DataError where the searches were not run again, and for a claim that does not exist.
    """
    if not findings.runs:
        raise DataError(
            f"the claim {'update.' + path!r} has no value: no row of searches.csv is of an update; "
            "the column update says which are."
        )
    which, _, name = path.partition(".")
    runs = {str(run.number): run for run in findings.runs} | {"last": findings.runs[-1]}
    if which == "previous":
        return pick("update.previous", name, _previous(findings))
    if which not in runs:
        raise no_claim(f"update.{path}", which, [*runs, "previous"])
    return pick(f"update.{which}", name, _of_run(findings, runs[which]))


def _previous(findings: Findings) -> dict[str, Found]:
    whole = updated(findings.flow, findings.runs)
    how = "Included before the last run of the searches."
    return {
        name: Found(numbers.whole(n), how, (f"update/previous/{name}",))
        for name, n in (
            ("included-studies", whole.previous_studies),
            ("included-reports", whole.previous_reports),
        )
    }


def _of_run(findings: Findings, run: Run) -> dict[str, Found]:
    flow = run.flow
    boxes = {
        "records": flow.records, "already-there": run.already_there, "duplicates": run.duplicates,
        "screened": flow.screened, "excluded": flow.excluded_screening, "sought": flow.sought,
        "not-retrieved": flow.not_retrieved, "assessed": flow.assessed, "excluded-full-text": flow.excluded_full_text,
        "included-reports": flow.included_reports, "included-studies": flow.included_studies,
        "reports-of-new-studies": run.reports_of_new_studies, "further-reports": run.further_reports,
    }  # fmt: skip
    how = "One run of the searches, counted from the states of the records that it was the first to find."
    known = {
        name: Found(numbers.whole(n), how, (f"update/{run.number}/{name}",)) for name, n in boxes.items()
    }
    searches = [search for search in findings.searches if search.update == run.number]
    every = tuple(f"source/{search.key}" for search in searches)
    latest = max((search.date for search in searches), default="")
    return known | {
        "number": Found(str(run.number), "Column update of searches.csv.", every),
        "sources": Found(str(len(searches)), "Rows of searches.csv.", every),
        "latest": Found(long_date(latest), "Latest date in searches.csv.", every),
    }
