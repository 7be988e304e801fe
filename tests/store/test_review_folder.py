"""A folder is carried out as far as its files allow: each problem in its place, everything else in the report."""

import itertools
import json
import random

import pytest

from evisynth.errors import DataError, ProblemsFound
from evisynth.reporting.results import results_json
from evisynth.store import models
from evisynth.store.review_folder import carry_out, write_report
from support.small_review import SmallReview
from support.spoilt import SPOILT

pytestmark = pytest.mark.django_db


@pytest.fixture
def small():
    return SmallReview()


def carried_out(small: SmallReview, tmp_path):
    checked = carry_out(small.write(tmp_path))
    return checked, [str(problem) for problem in checked.problems]


def analysis(checked, key: str):
    return next(of for of in checked.findings.analyses if of.key == key)


def test_the_small_review_has_no_problem_and_its_result(small, tmp_path):
    checked, problems = carried_out(small, tmp_path)
    assert problems == []
    # 20/30 and 12/20 against 10/30 and 5/20, Mantel-Haenszel by hand:
    # (20 x 30/60 + 12 x 20/40) / (10 x 30/60 + 5 x 20/40) = 16 / 7.5.
    assert analysis(checked, "cure").result.result.estimate == pytest.approx(16 / 7.5, rel=1e-12)
    assert [of.kind for of in checked.findings.analyses] == ["meta-analysis", "narrative", "no data"]
    assert analysis(checked, "cure").certainty.level == "moderate"


def test_a_check_leaves_the_database_as_it_was(small, tmp_path):
    carried_out(small, tmp_path)
    assert models.Review.objects.count() == 0


def test_the_same_folder_gives_the_same_findings_twice(small, tmp_path):
    folder = small.write(tmp_path)
    first, second = carry_out(folder), carry_out(folder)
    assert first.told.document == second.told.document
    assert results_json(first.findings) == results_json(second.findings)


@pytest.mark.parametrize("what", SPOILT)
def test_what_is_spoilt_is_told_in_its_place_and_the_rest_of_the_review_is_told_too(small, tmp_path, what):
    spoil, message = SPOILT[what]
    spoil(small)
    checked, problems = carried_out(small, tmp_path)
    assert any(message in problem for problem in problems), problems
    assert len(problems) <= 6
    assert checked.findings.flow.records == 8
    assert len(checked.findings.analyses) == 3
    assert "Results" in [getattr(block, "text", "") for block in checked.told.document.blocks]
    assert json.loads(results_json(checked.findings))["flow"]["records"] == 8


def test_a_review_without_a_manuscript_is_told_by_its_problems_and_numbers(small, tmp_path):
    del small.texts["report.md"]
    checked, problems = carried_out(small, tmp_path)
    assert problems == ["report.md: the manuscript is missing; the report has only what is computed."]
    assert analysis(checked, "cure").kind == "meta-analysis"


def test_votes_out_of_range_are_told_and_the_usual_two_are_asked_for(small, tmp_path):
    small.swap("review.yaml", "votes_title_abstract: 2", "votes_title_abstract: 3")
    checked, problems = carried_out(small, tmp_path)
    assert problems == ["review.yaml:21: settings.votes_title_abstract: found '3'; 1 or 2 is right."]
    assert checked.findings.plan.votes_title_abstract == 2


def test_a_folder_without_a_review_cannot_be_carried_out(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProblemsFound, match="the folder is empty"):
        carry_out(tmp_path / "empty")
    assert models.Review.objects.count() == 0


def test_arms_that_contradict_themselves_take_part_in_no_analysis(small, tmp_path):
    SPOILT["events above the total"][0](small)
    checked, _ = carried_out(small, tmp_path)
    cure = analysis(checked, "cure")
    assert cure.kind == "single study"
    assert [row.not_available for row in cure.rows] == ["values that contradict each other", ""]


def test_a_value_that_is_not_settled_takes_part_in_no_analysis(small, tmp_path):
    SPOILT["two extractions that differ"][0](small)
    checked, _ = carried_out(small, tmp_path)
    assert analysis(checked, "cure").kind == "single study"


def test_a_study_with_two_arms_for_one_side_is_left_out_and_not_counted_twice(small, tmp_path):
    SPOILT["two arms for one side"][0](small)
    checked, _ = carried_out(small, tmp_path)
    rows = analysis(checked, "cure").rows
    assert rows[0].first is None
    assert rows[0].not_available.startswith("2 arms for drops")
    assert analysis(checked, "cure").kind == "single study"


def test_a_study_left_out_is_told_and_not_pooled(small, tmp_path):
    small.texts["analyses.yaml"] += "- id: cure\n  leave_out:\n  - study: beta\n    reason: late\n"
    checked, problems = carried_out(small, tmp_path)
    assert analysis(checked, "cure").kind == "single study"
    assert analysis(checked, "cure").certainty_stale
    assert ["judged on other data" in problem for problem in problems].count(True) == 1


def test_a_study_that_is_not_included_takes_part_in_no_analysis(small, tmp_path):
    small.row("studies.csv", study="beta")["status"] = "awaiting"
    checked, _ = carried_out(small, tmp_path)
    assert [row.study for row in analysis(checked, "cure").rows] == ["alpha"]
    assert checked.findings.flow.awaiting_studies == 1


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_does_not_change_a_result(small, tmp_path, seed):
    straight, _ = carried_out(small, tmp_path / "straight")
    shuffled = SmallReview()
    for file, rows in shuffled.tables.items():
        if file != "searches.csv":
            random.Random(seed).shuffle(rows)
    mixed, problems = carried_out(shuffled, tmp_path / "shuffled")
    assert problems == []
    assert mixed.findings.flow == straight.findings.flow
    for before, after in zip(straight.findings.analyses, mixed.findings.analyses, strict=True):
        assert after.hash == before.hash
        assert after.kind == before.kind
        if before.result:
            assert after.result.result.estimate == pytest.approx(before.result.result.estimate, rel=1e-14)
    numbers = {key: cell.final.number for key, cell in straight.findings.cells.items()}
    assert {key: cell.final.number for key, cell in mixed.findings.cells.items()} == numbers
    assert mixed.findings.derived == straight.findings.derived
    finals = {(of.study, of.domain): of.final for of in straight.findings.judged}
    assert {(of.study, of.domain): of.final for of in mixed.findings.judged} == finals


@pytest.mark.parametrize("what", ["the small review", "events above the total", "rules in a circle"])
def test_every_why_of_a_report_has_a_derivation_and_every_derivation_its_inputs(small, tmp_path, what):
    if what in SPOILT:
        SPOILT[what][0](small)
    checked, _ = carried_out(small, tmp_path)
    assert dangling(checked.told.document) == []


def dangling(document) -> list[str]:
    """Keys of derivations that are asked for and are not there."""
    runs = [run for block in document.blocks for run in runs_of(block)]
    whys = {run.why for run in runs if run.why}
    inputs = {key for derivation in document.derivations.values() for key in derivation.inputs}
    return sorted((whys | inputs) - set(document.derivations))


def runs_of(block):
    for name in ("runs", "items", "rows", "notes"):
        stack = [getattr(block, name, ())]
        while stack:
            part = stack.pop()
            if isinstance(part, tuple):
                stack.extend(part)
            else:
                yield part


def test_a_pooled_effect_leads_back_to_the_page_of_a_report_and_its_source(small, tmp_path):
    document = carried_out(small, tmp_path)[0].told.document
    chain = ["claim/cure.effect", "analysis/cure", "row/cure/alpha", "cell/alpha/cure/week-12/drops/patients_with_event",
             "entry/alpha/cure/week-12/drops/patients_with_event/ra", "report/alpha-report", "source/medline"]  # fmt: skip
    for key, below in itertools.pairwise(chain):
        assert below in document.derivations[key].inputs, key
    entry = document.derivations[chain[4]]
    assert "table 2" in entry.how
    assert "as printed" in entry.how
    assert entry.source == "extraction.csv:12"
    assert document.derivations["claim/cure.effect"].value == "RR 2.13, 95% CI 1.33 to 3.42"


def test_a_computed_value_leads_back_to_its_inputs(small, tmp_path):
    document = carried_out(small, tmp_path)[0].told.document
    cell = document.derivations["cell/beta/cure/week-12/drops/patients_with_event"]
    assert cell.value == "12"
    assert {"cell/beta/cure/week-12/drops/n", "cell/beta/cure/week-12/drops/percentage"} <= set(cell.inputs)


def test_a_report_that_two_sources_found_leads_back_to_both(small, tmp_path):
    document = carried_out(small, tmp_path)[0].told.document
    assert document.derivations["report/alpha-report"].inputs == ("source/medline", "source/pubmed")


@pytest.mark.parametrize("there", ["thesis.txt", "review.yaml", "report.html"])
def test_a_report_is_never_written_over_other_files(small, tmp_path, there):
    checked, _ = carried_out(small, tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / there).write_text("mine")
    with pytest.raises(DataError, match="holds other files than an earlier report"):
        write_report(checked, tmp_path / "mine")
    assert (tmp_path / "mine" / there).read_text() == "mine"


def test_a_report_is_never_written_over_a_file(small, tmp_path):
    checked, _ = carried_out(small, tmp_path)
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(DataError, match="is a file"):
        write_report(checked, tmp_path / "mine")


def test_a_report_is_written_beside_the_old_one_and_then_takes_its_place(small, tmp_path):
    checked, _ = carried_out(small, tmp_path)
    (tmp_path / "report").mkdir()
    for name in ("report.html", "results.json", "problems.txt", "old.txt"):
        (tmp_path / "report" / name).write_text("old")
    write_report(checked, tmp_path / "report")
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert {"report.html", "report.docx", "report.pdf", "results.json", "problems.txt"} <= names
    assert "old.txt" not in names
    assert not (tmp_path / "report.new").exists()
