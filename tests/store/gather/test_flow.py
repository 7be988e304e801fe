"""A review whose searches were run again: what was there goes to nobody's screening, and every run adds up."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evisynth.reporting.claims import Claims
from evisynth.reporting.results import results_json
from evisynth.reporting.tables import TABLES
from evisynth.store.exchange.load import load_folder
from evisynth.store.gather import gather
from evisynth.store.review_folder import carry_out
from support.small_review import SmallReview
from support.updated_review import UpdatedReview

pytestmark = pytest.mark.django_db


def carried_out(small, tmp_path):
    checked = carry_out(small.write(tmp_path))
    return checked.findings, [str(problem) for problem in checked.problems]


def counts(run):
    return (run.flow.records, run.already_there, run.duplicates, run.flow.screened)


def test_an_updated_review_that_is_done_has_no_problem(tmp_path):
    findings, problems = carried_out(UpdatedReview(), tmp_path)
    assert problems == []
    own, update = findings.runs
    assert counts(own) == (8, 0, 1, 7)
    assert counts(update) == (6, 2, 1, 3)
    assert (findings.flow.records, findings.flow.screened) == (14, 10)


def test_what_is_new_and_what_was_included_before_are_told_apart(tmp_path):
    _, update = carried_out(UpdatedReview(), tmp_path)[0].runs
    assert (update.flow.included_studies, update.reports_of_new_studies, update.further_reports) == (1, 1, 1)
    assert (update.flow.excluded_screening, update.flow.sought, update.flow.assessed) == (1, 2, 2)


def test_a_record_that_was_there_needs_no_vote_and_a_new_one_does(tmp_path):
    findings, problems = carried_out(UpdatedReview(2), tmp_path)
    assert problems == ["screening.csv: flow: 1 record waits for a decision on title and abstract."]
    assert counts(findings.runs[2]) == (2, 1, 0, 1)
    assert findings.runs[2].flow.waiting_screening == 1


def test_a_vote_about_a_record_that_was_found_again_is_one_about_its_group(tmp_path):
    small = UpdatedReview()
    small.row("screening.csv", record="medline:1", person="rb", stage="title-abstract")["record"] = (
        "medline-2:1"
    )
    findings, problems = carried_out(small, tmp_path)
    assert problems == []
    assert findings.flow.screened == 10


def test_people_keep_a_record_of_an_update_apart_and_leaving_the_row_out_undoes_it(tmp_path):
    small = UpdatedReview()
    small.add("duplicates.csv", "medline:1,medline-2:1,keep apart,ra,2014-10-05,another paper")
    findings, problems = carried_out(small, tmp_path)
    assert counts(findings.runs[1]) == (6, 1, 1, 4)
    assert problems == ["screening.csv: flow: 1 record waits for a decision on title and abstract."]
    small.tables["duplicates.csv"].pop()
    assert counts(carried_out(small, tmp_path / "again")[0].runs[1]) == (6, 2, 1, 3)


def test_people_merge_a_record_of_an_update_with_a_known_one_and_it_needs_no_vote(tmp_path):
    small = UpdatedReview()
    small.tables["screening.csv"] = [
        row for row in small.tables["screening.csv"] if row["record"] != "medline-2:4"
    ]
    small.add("duplicates.csv", "medline-2:4,medline:5,merge,ra,2014-10-05,the same survey")
    findings, problems = carried_out(small, tmp_path)
    assert problems == []
    assert counts(findings.runs[1]) == (6, 3, 1, 2)


def test_contradicting_decisions_between_rounds_are_told_and_the_first_holds(tmp_path):
    small = UpdatedReview()
    small.add(
        "duplicates.csv",
        "medline:1,medline-2:1,merge,ra,2014-10-05",
        "pubmed:1,medline-2:1,keep apart,ra,2014-10-05",
        "medline:1,pubmed:1,merge,ra,2014-10-05",
    )
    findings, problems = carried_out(small, tmp_path)
    (told,) = [problem for problem in problems if "The row does not count" in problem]
    assert told.startswith(
        "duplicates.csv:5: decision: Corrections contradict each other: medline-2:1 and pubmed:1"
    )
    assert findings.flow.problems() == ()


@pytest.mark.parametrize("update", ["-1", "two", "1,5", "1e999"])
def test_an_update_is_a_whole_number_and_a_source_with_another_one_is_left_out(tmp_path, update):
    small = UpdatedReview()
    small.more["medline-2"]["update"] = update
    _, problems = carried_out(small, tmp_path)
    assert (
        f"searches.csv:4: update: found '{update}'; a whole number from 0 to 999 is right. The row was left out."
        in problems
    )


def test_a_source_of_an_unknown_kind_is_left_out_and_that_is_told(tmp_path):
    small = UpdatedReview()
    small.row("searches.csv", source="pubmed-2")["kind"] = "databank"
    _, problems = carried_out(small, tmp_path)
    (told,) = [
        problem for problem in problems if problem.startswith("searches.csv:5: kind: found 'databank';")
    ]
    assert told.endswith("The row was left out.")


def test_an_update_before_the_end_of_the_run_before_it_is_told_and_counts(tmp_path):
    small = UpdatedReview()
    small.row("searches.csv", source="medline-2")["searched"] = "2012-10-01"
    findings, problems = carried_out(small, tmp_path)
    assert problems == [
        (
            "searches.csv:4: searched: found '2012-10-01' in update 1, but the run before it ended on 2012-10-02; mend "
            "the date, or the number in update."
        )
    ]
    assert counts(findings.runs[1]) == (6, 2, 1, 3)


def test_an_update_on_the_day_of_the_run_before_it_is_no_problem(tmp_path):
    small = UpdatedReview()
    small.row("searches.csv", source="medline-2")["searched"] = "2012-10-02"
    assert carried_out(small, tmp_path)[1] == []


def test_a_gap_between_the_updates_is_told(tmp_path):
    small = UpdatedReview(2)
    small.more["medline-3"]["update"] = "3"
    findings, problems = carried_out(small, tmp_path)
    assert (
        "searches.csv:6: update: found '3', and no source is of update 2; count the runs without a gap."
        in problems
    )
    assert [run.number for run in findings.runs] == [0, 1, 3]


def test_a_source_that_was_not_read_is_marked_in_the_flow(tmp_path):
    small = SmallReview()
    small.row("searches.csv", source="pubmed")["file"] = "searches/gone.nbib"
    small.row("searches.csv", source="medline").update(
        file="searches/medline.ris;searches/gone.ris", sha256=""
    )
    findings, _ = carried_out(small, tmp_path)
    assert [(line.label, line.n) for line in findings.flow.databases] == [
        ("MEDLINE (1 of 2 files not read)", 5), ("PubMed (not read)", 0),
    ]  # fmt: skip


def test_an_update_alone_is_told_and_told_as_a_review_that_searched_once(tmp_path):
    small = UpdatedReview()
    small.more = {source: {"update": "1"} for source in ("medline", "pubmed", "medline-2", "pubmed-2")}
    findings, problems = carried_out(small, tmp_path)
    (told,) = problems
    assert told.startswith(
        "searches.csv:2: update: found '1', and no source is of the review's own searches;"
    )
    assert findings.runs == ()
    assert findings.flow.screened == 10


def test_searches_that_were_run_once_give_no_runs_and_no_updates(tmp_path):
    findings, _ = carried_out(SmallReview(), tmp_path)
    assert findings.runs == ()
    assert "updates" not in json.loads(results_json(findings))
    assert TABLES["updates"](findings).rows == ()


def test_the_results_have_each_run_and_what_was_there_before(tmp_path):
    updates = json.loads(results_json(carried_out(UpdatedReview(2), tmp_path)[0]))["updates"]
    assert [run["flow"]["records"] for run in updates["runs"]] == [8, 6, 2]
    assert (updates["previous_studies"], updates["previous_reports"]) == (3, 4)
    assert (updates["total_studies"], updates["total_reports"]) == (3, 4)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("update.0.records", "8"),
        ("update.1.records", "6"),
        ("update.1.already-there", "2"),
        ("update.1.duplicates", "1"),
        ("update.last.screened | words", "three"),
        ("update.last.number", "1"),
        ("update.last.included-studies", "1"),
        ("update.last.further-reports", "1"),
        ("update.last.latest", "2 October 2014"),
        ("update.previous.included-studies", "2"),
        ("update.previous.included-reports", "2"),
        ("flow.records", "14"),
        ("flow.included-studies", "3"),
    ],
)
def test_claims_of_an_update(tmp_path, claim, text):
    findings, _ = carried_out(UpdatedReview(), tmp_path)
    assert Claims(findings).resolve(claim)[0] == text


def test_every_number_of_an_update_leads_to_derivations_that_are_there(tmp_path):
    small = UpdatedReview()
    small.texts["report.md"] += (
        "\n{{ figure prisma }}\n\n{{ table updates }}\n\n{{ table searches }}\n\n{{ update.1.assessed }}\n"
    )
    checked = carry_out(small.write(tmp_path))
    derivations = checked.told.document.derivations
    assert checked.problems == ()
    assert {key for of in derivations.values() for key in of.inputs} <= set(derivations)
    assert derivations["update/1/included-reports"].inputs == ("report/gamma-report", "report/beta-follow-up")
    assert derivations["update/1/records"].inputs == ("source/medline-2", "source/pubmed-2")


def test_a_build_asks_the_database_no_more_often_for_more_sources_reports_and_studies(tmp_path):
    asked = []
    for name, small in (("small", SmallReview()), ("updated", UpdatedReview(2))):
        review, _ = load_folder(small.write(tmp_path / name), name)
        with CaptureQueriesContext(connection) as queries:
            gather(review)
        asked.append(len(queries))
    assert asked[0] == asked[1]
