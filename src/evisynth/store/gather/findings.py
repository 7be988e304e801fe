"""The whole review gathered: every stage once, in order."""

from evisynth.errors import Problem
from evisynth.extraction.consensus import field_agreement
from evisynth.reporting.findings import Amended, FileRead, Findings, Named, Person, Plan, Searched
from evisynth.search.record import grouped_notes
from evisynth.store import models
from evisynth.store.duplicates import find_duplicates
from evisynth.store.gather.analyses import Values, analyses_of
from evisynth.store.gather.screening import flow_of, read_reports, screen, studies_without_report
from evisynth.store.gather.studies import (
    arm_problems_of,
    asked_of,
    cells_of,
    derived_values,
    impossible_arms,
    judged_of,
    studies_of,
)


def gather(review: models.Review) -> Findings:
    """All findings of a review, computed now from its rows. Problems of every stage are among them."""
    grouping, duplicate_problems = find_duplicates(review)
    screened = screen(review)
    reports, report_problems = read_reports(review, screened)
    studies = studies_of(review)
    cells, cell_problems = cells_of(review)
    derived, derived_problems = derived_values(cells)
    impossible, impossible_problems = impossible_arms(cells, derived)
    judged, judged_problems = judged_of(review)
    analyses, analysis_problems = analyses_of(review, studies, Values(cells, derived, impossible))
    problems: list[Problem] = [
        *duplicate_problems,
        *screened.problems, *report_problems, *studies_without_report(review, reports),
        *arm_problems_of(review), *cell_problems, *derived_problems, *impossible_problems,
        *judged_problems, *analysis_problems,
    ]  # fmt: skip
    decided = models.DuplicateDecision.objects.filter(review=review).select_related(
        "record_a", "record_b", "person"
    )
    return Findings(
        plan=plan_of(review),
        searches=searches_of(review),
        flow=flow_of(review, screened, reports),
        merges=tuple((merge.a, merge.b, merge.reason) for group in grouping.groups for merge in group.merges),
        review_band=tuple((merge.a, merge.b, merge.reason) for merge in grouping.review_band),
        decided_duplicates=tuple(
            (row.record_a.key, row.record_b.key, row.decision, row.person.key, row.reason) for row in decided
        ),
        screened=screened.stages,
        reports=reports,
        studies=studies,
        cells=cells,
        derived=derived,
        field_agreement=field_agreement(cells.values()),
        judged=judged,
        contacts=asked_of(review, cells),
        analyses=analyses,
        problems=tuple(problems),
    )


def plan_of(review: models.Review) -> Plan:
    people = models.Membership.objects.filter(review=review)
    versions = models.ProtocolVersion.objects.filter(review=review)
    amendments = models.Amendment.objects.filter(review=review)
    reasons = models.ExclusionReason.objects.filter(review=review)
    form = models.Characteristic.objects.filter(review=review)
    return Plan(
        title=review.title,
        date=review.date.isoformat(),
        notice=review.notice,
        population=review.population,
        intervention=review.intervention,
        comparator=review.comparator,
        outcomes=review.outcomes_in_question,
        objectives=review.objectives,
        include=tuple(review.include_criteria),
        exclude=tuple(review.exclude_criteria),
        people=tuple(Person(row.key, row.name, tuple(row.roles), row.affiliation) for row in people),
        votes_title_abstract=review.votes_title_abstract,
        votes_full_text=review.votes_full_text,
        extractors=review.extractors,
        assessors=review.assessors,
        consensus_by=review.consensus_by,
        reasons=tuple(Named(row.key, row.text) for row in reasons),
        characteristics=tuple(Named(row.key, row.label) for row in form),
        versions=tuple((row.key, row.date.isoformat(), row.note) for row in versions),
        amendments=tuple(
            Amended(row.date.isoformat(), row.section, row.change, row.reason) for row in amendments
        ),
        rob_tool=review.rob_tool,
        rob_key_domains=tuple(review.rob_key_domains),
    )


def searches_of(review: models.Review) -> tuple[Searched, ...]:
    rows = models.SearchRun.objects.filter(review=review).prefetch_related("batches")
    return tuple(
        Searched(
            key=row.key,
            name=row.name,
            kind=row.kind,
            platform=row.platform,
            date=row.searched.isoformat() if row.searched else "",
            coverage=row.coverage,
            limits=row.limits,
            strategy_file=row.strategy_file,
            strategy=bytes(row.strategy).decode("utf-8", errors="replace"),
            peer_reviewed=row.peer_reviewed,
            note=row.note,
            files=tuple(_file_read(batch) for batch in row.batches.all()),
            source=f"searches.csv:{row.line}",
        )
        for row in rows
    )


def _file_read(batch: models.ImportBatch) -> FileRead:
    lost = sum(problem["lost_record"] for problem in batch.problems)
    return FileRead(
        file=batch.file,
        sha256=batch.sha256,
        format=batch.format,
        encoding=batch.encoding,
        found=batch.found,
        records=batch.records.count(),
        lost=lost,
        notes=grouped_notes((problem["line"], problem["message"]) for problem in batch.problems),
    )
