"""Decisions as states, and the flow that is counted from them."""

import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evisynth.store import models
from evisynth.store.exchange.load import load_folder
from evisynth.store.gather import gather
from support.small_review import SmallReview

pytestmark = pytest.mark.django_db


def gathered(small: SmallReview, tmp_path):
    return gather(load_folder(small.write(tmp_path), "small")[0])


def test_the_flow_of_the_small_review_is_counted_from_its_decisions(tmp_path):
    flow = gathered(SmallReview(), tmp_path).flow
    assert (flow.records, flow.duplicates_removed, flow.screened) == (8, 1, 7)
    assert (flow.excluded_screening, flow.sought, flow.not_retrieved, flow.assessed) == (3, 4, 1, 3)
    assert [(line.key, line.n) for line in flow.exclusion_reasons] == [("not-randomised", 1)]
    assert [(line.label, line.n) for line in flow.not_retrieved_reasons] == [("not in any library", 1)]
    assert (flow.excluded_full_text, flow.included_reports, flow.included_studies) == (1, 2, 2)
    assert flow.problems() == flow.open_ends() == ()


def test_the_counts_per_source_add_up_to_the_records(tmp_path):
    flow = gathered(SmallReview(), tmp_path).flow
    assert [(line.label, line.n) for line in flow.databases] == [("MEDLINE", 5), ("PubMed", 3)]
    assert sum(line.n for line in flow.databases + flow.registers + flow.other_sources) == flow.records


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        ([], "waiting"),
        (["ra include"], "waiting"),
        (["ra include", "rb include"], "included"),
        (["ra include", "rb maybe"], "included"),
        (["ra exclude", "rb exclude"], "excluded"),
        (["ra include", "rb exclude"], "conflict"),
        (["ra exclude", "rb maybe"], "conflict"),
        (["ra include", "rb exclude", "rc exclude consensus"], "excluded"),
        (["ra include", "rb exclude", "rc include consensus"], "included"),
        (["ra include", "rb exclude", "ra exclude consensus"], "conflict"),
        (["ra include", "rb exclude", "ra exclude changes"], "excluded"),
        (["ra include", "rb exclude", "ra exclude"], "conflict"),
        (["ra include", "ra include"], "waiting"),
        (["ra include", "rb exclude", "rc include consensus", "rc exclude consensus"], "included"),
        (["ra include", "rb exclude", "rc include consensus", "rc exclude consensus changes"], "excluded"),
    ],
)
def test_the_state_of_a_record_follows_from_its_decisions(tmp_path, decisions, state):
    small = SmallReview()
    rows = small.tables["screening.csv"]
    small.tables["screening.csv"] = [row for row in rows if row["record"] != "pubmed:3"]
    for text in decisions:
        person, decision, *more = text.split()
        kind = "consensus" if "consensus" in more else "vote"
        changes = "yes" if "changes" in more else ""
        small.add(
            "screening.csv", f"title-abstract,pubmed:3,{person},{kind},{decision},,2013-01-01,{changes}"
        )
    flow = gathered(small, tmp_path).flow
    counted = {
        "waiting": flow.waiting_screening,
        "conflict": flow.conflicts_screening,
        "excluded": flow.excluded_screening - 3 + 1,
        "included": flow.not_sought_yet,
    }
    assert {name for name, n in counted.items() if n} == {state}
    assert flow.problems() == ()


def test_one_vote_is_enough_where_one_is_asked_for(tmp_path):
    small = SmallReview()
    small.swap("review.yaml", "votes_title_abstract: 2", "votes_title_abstract: 1")
    small.tables["screening.csv"] = [row for row in small.tables["screening.csv"]
                                     if row["stage"] == "full-text" or row["person"] == "ra"]  # fmt: skip
    findings = gathered(small, tmp_path)
    assert findings.flow.waiting_screening == 0
    assert findings.screened[0].agreement is None
    assert findings.screened[0].why_none == "1 people voted; agreement is between two"


def test_maybe_counts_as_the_settings_say(tmp_path):
    small = SmallReview()
    small.swap("review.yaml", "maybe_counts_as: include", "maybe_counts_as: exclude")
    assert gathered(small, tmp_path).flow.conflicts_screening == 1


def test_either_of_the_two_may_settle_where_the_settings_say_so(tmp_path):
    small = SmallReview()
    small.swap("review.yaml", "third person", "either")
    small.row("screening.csv", record="medline:5", kind="consensus")["person"] = "ra"
    findings = gathered(small, tmp_path)
    assert findings.problems == ()
    assert findings.screened[0].conflicts_settled == 1


def test_a_consensus_that_does_not_count_settles_no_conflict(tmp_path):
    small = SmallReview()
    small.row("screening.csv", record="medline:5", kind="consensus")["person"] = "ra"
    findings = gathered(small, tmp_path)
    assert findings.flow.conflicts_screening == 1
    assert findings.screened[0].conflicts_settled == 0


def test_votes_on_two_records_of_one_publication_are_votes_on_one_item(tmp_path):
    small = SmallReview()
    small.row("screening.csv", record="medline:1", person="rb", stage="title-abstract")["record"] = "pubmed:1"
    findings = gathered(small, tmp_path)
    assert findings.problems == ()
    assert (findings.flow.screened, findings.flow.waiting_screening) == (7, 0)


def test_records_that_people_keep_apart_are_screened_apart(tmp_path):
    small = SmallReview()
    small.add("duplicates.csv", "medline:1,pubmed:1,keep apart,ra,2012-10-02,two papers")
    flow = gathered(small, tmp_path).flow
    assert (flow.duplicates_removed, flow.screened, flow.waiting_screening) == (0, 8, 1)
    assert flow.problems() == ()


def test_records_that_people_merge_count_once(tmp_path):
    small = SmallReview()
    small.add("duplicates.csv", "medline:3,pubmed:3,merge,ra,2012-10-02,one paper")
    findings = gathered(small, tmp_path)
    assert (findings.flow.duplicates_removed, findings.flow.screened) == (2, 6)
    assert findings.flow.problems() == ()
    assert "decided about pubmed:3 already in line 6" in findings.problems[0].message


@pytest.mark.parametrize(
    "rows",
    [
        ["medline:3,medline:3,merge"],
        ["medline:3,medline:4,merge"],
        ["medline:3,medline:5,merge", "medline:5,medline:4,merge"],
        ["pubmed:1,medline:1,keep apart", "pubmed:1,medline:1,merge"],
    ],
)
def test_contradicting_decisions_about_duplicates_are_told_and_the_first_holds(tmp_path, rows):
    small = SmallReview()
    small.add("duplicates.csv", *(f"{row},ra,2012-10-02" for row in rows))
    review, problems = load_folder(small.write(tmp_path), "small")
    findings = gather(review)
    told = [problem for problem in [*problems, *findings.problems] if problem.file == "duplicates.csv"]
    assert told
    assert findings.flow.problems() == ()


def test_two_rows_for_one_report_count_once(tmp_path):
    small = SmallReview()
    small.add("reports.csv", "alpha-again,pubmed:1,yes")
    small.add("study_reports.csv", "alpha,alpha-again,secondary")
    findings = gathered(small, tmp_path)
    assert (findings.flow.sought, findings.flow.included_reports) == (4, 2)
    assert findings.flow.problems() == ()


def test_a_report_of_two_studies_counts_once_under_the_included_one(tmp_path):
    small = SmallReview()
    small.add("studies.csv", "gamma,Gamma 2003,ongoing")
    small.add("study_reports.csv", "gamma,alpha-report,secondary")
    flow = gathered(small, tmp_path).flow
    assert (flow.included_reports, flow.ongoing_reports, flow.ongoing_studies) == (2, 0, 1)
    assert flow.problems() == ()


@pytest.fixture
def review(tmp_path):
    return load_folder(SmallReview().write(tmp_path), "small")[0]


RECORDS = [f"medline:{n}" for n in range(1, 6)] + [f"pubmed:{n}" for n in range(1, 4)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_the_boxes_add_up_whatever_people_decide(review, rnd: random.Random):
    """Random decisions of anybody on anything; reports are sought for what is included."""
    with transaction.atomic():
        decide_at_random(review, rnd)
        for model in (models.Assessment, models.ExtractedValue, models.Report):
            model.objects.filter(review=review).delete()
        flow = gather(review).flow
        assert flow.problems() == ()
        assert (
            flow.screened
            == flow.excluded_screening
            + flow.waiting_screening
            + flow.conflicts_screening
            + flow.not_sought_yet
        )
        seek_the_included(review, rnd)
        flow = gather(review).flow
        assert flow.problems() == ()
        assert flow.not_sought_yet == 0
        transaction.set_rollback(True)


def decide_at_random(review: models.Review, rnd: random.Random) -> None:
    models.Decision.objects.filter(review=review).delete()
    people = list(models.Membership.objects.filter(review=review))
    records = {record.key: record for record in models.Record.objects.filter(review=review)}
    reasons = [None, *models.ExclusionReason.objects.filter(review=review)]
    rows = []
    for position in range(rnd.randrange(60)):
        consensus = rnd.random() < 0.2
        rows.append(models.Decision(
            review=review, position=position, stage=rnd.choice(["title-abstract", "full-text"]),
            record=records[rnd.choice(RECORDS)], person=rnd.choice(people), kind="consensus" if consensus else "vote",
            decision=rnd.choice(["include", "exclude"] + ["maybe"] * (not consensus)), reason=rnd.choice(reasons),
            changes=rnd.random() < 0.2,
        ))  # fmt: skip
    models.Decision.objects.bulk_create(rows)


def seek_the_included(review: models.Review, rnd: random.Random) -> None:
    from evisynth.store.gather.screening import screen

    included = [
        group for group, item in screen(review).states["title-abstract"].items() if item.state == "included"
    ]
    studies = list(models.Study.objects.filter(review=review))
    for position, group in enumerate(included):
        record = models.Record.objects.filter(group_id=group).first()
        retrieved = rnd.random() < 0.7
        report = models.Report.objects.create(review=review, position=position, key=f"r{position}", record=record,
                                              retrieved=retrieved, reason=rnd.choice(["", "lost"]))  # fmt: skip
        if rnd.random() < 0.7:
            models.StudyReport.objects.create(
                review=review, position=position, study=rnd.choice(studies), report=report, role="primary"
            )
