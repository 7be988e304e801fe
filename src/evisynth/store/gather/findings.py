"""The whole review gathered: every stage once, in order."""

from collections.abc import Iterator

from evisynth.errors import Problem
from evisynth.extraction.consensus import field_agreement
from evisynth.reporting.findings import Amended, Findings, Named, PairToCheck, Person, Plan
from evisynth.store import models
from evisynth.store.duplicates import Duplicates, find_duplicates
from evisynth.store.gather.analyses import Values, analyses_of
from evisynth.store.gather.compared import notes_of
from evisynth.store.gather.flow import flow_of, update_problems
from evisynth.store.gather.screening import read_reports, screen, studies_without_report
from evisynth.store.gather.searches import searches_of
from evisynth.store.gather.studies import (
    arm_problems_of,
    asked_of,
    cells_of,
    derived_values,
    impossible_arms,
    judged_of,
    studies_of,
)
from evisynth.store.gather.trials import trials_of


def gather(review: models.Review) -> Findings:
    """All findings of a review, computed now from its rows. Problems of every stage are among them."""
    duplicates, duplicate_problems = find_duplicates(review)
    grouping = duplicates.grouping
    screened = screen(review)
    reports, report_problems = read_reports(review, screened, duplicates)
    studies = studies_of(review)
    flow, runs = flow_of(review, screened, reports, duplicates)
    trials, notes = trials_of(duplicates, screened, reports, studies)
    cells, cell_problems = cells_of(review)
    derived, derived_problems = derived_values(cells)
    impossible, impossible_problems = impossible_arms(cells, derived)
    judged, judged_problems = judged_of(review)
    analyses, analysis_problems = analyses_of(review, studies, Values(cells, derived, impossible), judged)
    problems: list[Problem] = [
        *update_problems(review), *duplicate_problems,
        *screened.problems, *report_problems, *studies_without_report(review, reports),
        *arm_problems_of(review), *cell_problems, *derived_problems, *impossible_problems,
        *judged_problems, *analysis_problems,
    ]  # fmt: skip
    return Findings(
        plan=plan_of(review),
        searches=searches_of(review),
        flow=flow,
        runs=runs,
        merges=tuple((merge.a, merge.b, merge.reason) for group in grouping.groups for merge in group.merges),
        review_band=tuple(pairs_to_check(duplicates)),
        trials=trials,
        decided_duplicates=tuple(
            (each.a, each.b, each.decision, each.person, each.reason) for each in duplicates.decided
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
        notes=(*notes, *notes_of(analyses, cells)),
    )


def pairs_to_check(duplicates: Duplicates) -> Iterator[PairToCheck]:
    """The pairs that the program leaves to people, likeliest first."""
    for pair in duplicates.grouping.review_band:
        records = (duplicates.records[pair.a], duplicates.records[pair.b])
        yield PairToCheck(pair.a, pair.b, pair.reason, pair.score, records)


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
