"""Where the numbers of the flow diagram come from: those of the whole review and those of each run of its searches."""

from collections.abc import Iterator

from evisynth.reporting import numbers
from evisynth.reporting.document import Derivation
from evisynth.reporting.findings import Findings
from evisynth.reporting.updates import Run, updated

DECIDED = "Counted from the decisions in screening.csv"


def flow_derivations(findings: Findings) -> Iterator[Derivation]:
    yield from _of_review(findings)
    if findings.runs:
        for run in findings.runs:
            yield from _of_run(findings, run)
        yield from _before(findings)


def _of_review(findings: Findings) -> Iterator[Derivation]:
    flow = findings.flow
    sources = tuple(f"source/{search.key}" for search in findings.searches)
    included = _reports(findings, state="included")
    missing = _reports(findings, retrieved=False)
    boxes = (
        ("records", "Records identified", flow.records, "Sum over all sources searched.", sources),
        ("duplicates", "Duplicates removed", flow.duplicates_removed,
         f"Records less unique records; {len(findings.merges)} merges by rule or by people.", ("flow/records",)),
        ("screened", "Unique records screened", flow.screened, "Groups of duplicates count once.",
         ("flow/records", "flow/duplicates")),
        ("excluded", "Records excluded on title and abstract", flow.excluded_screening, f"{DECIDED}.", ("flow/screened",)),
        ("sought", "Reports sought", flow.sought, "Rows of reports.csv, each an included record.", ("flow/screened",)),
        ("not-retrieved", "Reports not retrieved", flow.not_retrieved, "As reports.csv says.", missing),
        ("assessed", "Reports read in full text", flow.assessed, "Reports retrieved.", ("flow/sought", "flow/not-retrieved")),
        ("excluded-full-text", "Reports excluded in full text", flow.excluded_full_text, f"{DECIDED}.",
         ("flow/assessed",)),
        ("included-reports", "Reports of included studies", flow.included_reports,
         f"{DECIDED} and study_reports.csv.", included),
        ("included-studies", "Included studies", flow.included_studies, "Rows of studies.csv with status included.",
         ("flow/included-reports",)),
        ("ongoing-studies", "Ongoing studies", flow.ongoing_studies, "Rows of studies.csv with status ongoing.", ()),
        ("awaiting-studies", "Studies awaiting classification", flow.awaiting_studies,
         "Rows of studies.csv with status awaiting.", ()),
        ("ongoing-reports", "Reports of ongoing studies", flow.ongoing_reports, f"{DECIDED} and study_reports.csv.", ()),
        ("awaiting-reports", "Reports of studies awaiting classification", flow.awaiting_reports,
         f"{DECIDED} and study_reports.csv.", ()),
    )  # fmt: skip
    for key, title, n, how, inputs in boxes:
        yield Derivation(f"flow/{key}", title, numbers.whole(n), how, inputs)
    if flow.being_sought:
        how = "Rows of reports.csv that do not say yet whether the report was retrieved."
        yield Derivation(
            "flow/being-sought", "Reports being sought", numbers.whole(flow.being_sought), how, ()
        )


def _reports(
    findings: Findings, *, retrieved: bool | None = None, state: str = "", run: int | None = None
) -> tuple[str, ...]:
    """The derivations of the reports with this fate; with `run` of those that this run of the searches found first."""
    run_of = {search.key: search.update for search in findings.searches}
    return tuple(
        f"report/{report.key}"
        for report in findings.reports.values()
        if (retrieved is None or (report.retrieved == retrieved and not report.being_sought))
        and (not state or report.state == state)
        and (run is None or run == min(run_of[key.rpartition(":")[0]] for key in report.record_keys))
    )


def _of_run(findings: Findings, run: Run) -> Iterator[Derivation]:
    """The boxes of one run of the searches; they count the publications that it was the first to find."""
    flow, own = run.flow, f"update/{run.number}"
    sources = tuple(f"source/{search.key}" for search in findings.searches if search.update == run.number)
    included = _reports(findings, state="included", run=run.number)
    missing = _reports(findings, retrieved=False, run=run.number)
    new = "New records alone"
    boxes = (
        ("records", "records identified", flow.records, "Sum over its sources.", sources),
        ("already-there", "records found by an earlier search", run.already_there,
         "Records in groups of duplicates that an earlier search found.", (f"{own}/records",)),
        ("duplicates", "duplicates within the search", run.duplicates,
         "Records less those found earlier and less new publications.", (f"{own}/records", f"{own}/already-there")),
        ("screened", "new records screened", flow.screened, "Groups of duplicates of which no earlier search had a record.",
         (f"{own}/records", f"{own}/already-there", f"{own}/duplicates")),
        ("excluded", "records excluded on title and abstract", flow.excluded_screening, f"{DECIDED}. {new}.",
         (f"{own}/screened",)),
        ("sought", "reports sought", flow.sought, f"Rows of reports.csv. {new}.", (f"{own}/screened",)),
        ("not-retrieved", "reports not retrieved", flow.not_retrieved, f"As reports.csv says. {new}.", missing),
        ("assessed", "reports read in full text", flow.assessed, f"Reports retrieved. {new}.",
         (f"{own}/sought", f"{own}/not-retrieved")),
        ("excluded-full-text", "reports excluded in full text", flow.excluded_full_text, f"{DECIDED}. {new}.",
         (f"{own}/assessed",)),
        ("included-reports", "reports of included studies", flow.included_reports, f"{DECIDED} and study_reports.csv. {new}.",
         included),
        ("included-studies", "new included studies", flow.included_studies,
         "Included studies of which no earlier search had found an included report.", (f"{own}/included-reports",)),
        ("reports-of-new-studies", "reports of new included studies", run.reports_of_new_studies,
         "Reports of included studies less those of studies included before.",
         (f"{own}/included-reports", f"{own}/further-reports")),
        ("further-reports", "new reports of studies included before", run.further_reports,
         "Included reports all of whose included studies have an included report of an earlier search.",
         (f"{own}/included-reports",)),
    )  # fmt: skip
    for key, title, n, how, inputs in boxes:
        yield Derivation(f"{own}/{key}", f"{run.title}: {title}", numbers.whole(n), how, inputs)


def _before(findings: Findings) -> Iterator[Derivation]:
    """What was included before the last run."""
    whole = updated(findings.flow, findings.runs)
    before = [run.number for run in findings.runs[:-1]]
    for key, title, n in (
        ("included-studies", "studies", whole.previous_studies),
        ("included-reports", "reports", whole.previous_reports),
    ):
        yield Derivation(
            f"update/previous/{key}",
            f"Previous version of the review: included {title}",
            numbers.whole(n),
            "Sum over the runs of the searches before the last.",
            tuple(f"update/{number}/{key}" for number in before),
        )
