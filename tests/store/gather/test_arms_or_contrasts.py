"""Analyses of studies of which some give their arms, and others report the effect alone: a folder, end to end."""

import csv
import json
import math

import pytest

from evisynth.reporting.forests import forest_plot
from evisynth.store import models
from evisynth.store.exchange.export import export_review
from evisynth.store.exchange.load import load_folder
from evisynth.store.gather import gather
from evisynth.store.review_folder import carry_out, write_report
from evisynth.synthesis.pooling.pool import pool
from support.effects_review import CURE, RANDOM, EffectsReview, analysis

pytestmark = pytest.mark.django_db
EITHER = "data: arms or contrasts"
CURED = analysis("cure-or", "cure", "OR", "method: IV", *RANDOM, "profile: metafor", EITHER)
MANUSCRIPT = """\
# Results

{{ cure-or.effect }}; {{ cure-or.study.beta }}; {{ cure-or.recipe }}

{{ figure forest cure-or }}

{{ table counts }}
"""


def a_review(*planned, text=MANUSCRIPT):
    """Alpha and gamma give their arms; beta reports nothing but an odds ratio."""
    review = EffectsReview(planned=planned or (CURED,))
    review.texts["report.md"] = text
    review.take_back(study="beta", outcome="cure")
    for arm in ("drops", "syrup"):
        review.give("beta", "cure", arm, patients_with_event="?not reported")
    review.give("beta", "cure", "drops-vs-syrup:OR", estimate="2.40", ci_low="1.05", ci_high="5.49")
    return review


def gathered(review, tmp_path):
    loaded, problems = load_folder(review.write(tmp_path), "either")
    findings = gather(loaded)
    return {of.key: of for of in findings.analyses}, [*problems, *findings.problems], findings


def log_odds_ratio(study):
    (a, n1), (c, n2) = CURE[study]
    b, d = n1 - a, n2 - c
    return math.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def expected():
    reported = (math.log(2.40), (math.log(5.49 / 1.05) / (2 * 1.959963984540054)) ** 2)
    yi, vi = zip(log_odds_ratio("alpha"), reported, log_odds_ratio("gamma"), strict=True)
    return pool(yi, vi, method="REML", measure="OR")


def test_arms_are_taken_where_they_are_there_and_else_the_reported_effect(tmp_path):
    of, problems, findings = gathered(a_review(), tmp_path)
    assert problems == []
    assert findings.notes == ()
    result = of["cure-or"].result.result
    assert result.mu == pytest.approx(expected().mu, rel=1e-12)
    assert result.ci == pytest.approx(expected().ci, rel=1e-12)
    rows = {row.study: row for row in of["cure-or"].rows}
    assert [study for study, row in rows.items() if row.contrast is not None] == ["beta"]
    assert of["cure-or"].mixed


@pytest.mark.parametrize("data", ["data: arms", "profile: metafor"])
def test_nothing_is_mixed_unless_the_plan_says_so(data, tmp_path):
    plan = analysis(
        "cure-or", "cure", "OR", "method: IV", *RANDOM, *dict.fromkeys(["profile: metafor", data])
    )
    of, _, _ = gathered(a_review(plan), tmp_path)
    assert of["cure-or"].result.table.studies == ("Alpha 2001", "Gamma 2003")
    assert not of["cure-or"].mixed


def test_the_report_shows_each_source_and_traces_it(tmp_path):
    checked = carry_out(a_review().write(tmp_path / "review"))
    assert (checked.problems, checked.notes) == ((), ())
    write_report(checked, tmp_path / "report")
    page = (tmp_path / "report/report.html").read_text(encoding="utf-8")
    assert "OR 2.4 (95% CI 1.05 to 5.49)" in page
    assert "of the arms where a study gives them, else as its report gives it" in page
    [analysed] = checked.findings.analyses
    plot = forest_plot(analysed, analysed.result)
    alpha, beta, gamma = plot.rows
    assert (alpha.events1, alpha.n1, alpha.events2, alpha.n2) == (20, 30, 10, 31)
    assert (beta.events1, beta.n1, beta.events2, beta.n2) == (None, None, None, None)
    assert (alpha.note, beta.note, gamma.note) == ("", "Effect as its report gives it", "")
    assert (plot.total.events1, plot.total.n2) == (None, None)  # a total over part of the studies misleads
    assert [column.head for column in plot.columns] == ["log(OR)", "SE"]
    with (tmp_path / "report/tables/counts.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {row["Study"]: row for row in csv.DictReader(file)}
    assert told["Alpha 2001"]["Note"] == "–"
    assert told["Beta 2002"]["Intervention"] == "OR 2.4 (95% CI 1.05 to 5.49)"
    assert told["Beta 2002"]["Note"] == "effect as its report gives it"
    results = json.loads((tmp_path / "report/results.json").read_text(encoding="utf-8"))
    beta = results["analyses"]["cure-or"]["studies"]["beta"]
    assert beta["contrast"]["estimate"] == 2.4
    why = checked.told.document.derivations["row/cure-or/beta"]
    assert why.how == "As the report gives it. Its arms do not give all that OR takes."
    assert "cell/beta/cure/week-12/drops-vs-syrup:OR/estimate" in why.inputs


def test_the_folder_is_written_and_read_again_with_the_same_plan_and_hash(tmp_path):
    of, _, _ = gathered(a_review(), tmp_path / "first")
    export_review(models.Review.objects.get(slug="either"), tmp_path / "again")
    assert EITHER in (tmp_path / "again/protocol.yaml").read_text(encoding="utf-8")
    loaded, problems = load_folder(tmp_path / "again", "again")
    again = {one.key: one for one in gather(loaded).analyses}
    assert problems == []
    assert again["cure-or"].hash == of["cure-or"].hash


@pytest.mark.parametrize("method", ["MH", "Peto"])
def test_methods_that_pool_counts_are_refused_in_words(method, tmp_path):
    plan = analysis("cure-or", "cure", "OR", f"method: {method}", "model: common effect", "tau2: DL",
                    "profile: revman5", EITHER)  # fmt: skip
    of, problems, _ = gathered(a_review(plan), tmp_path)
    assert of["cure-or"].result is None
    [problem] = {problem.message for problem in problems}
    assert problem.startswith(f"found {method} with data: arms or contrasts; {method} pools counts")
    assert "Take IV" in problem


def test_without_a_method_it_is_inverse_variance(tmp_path):
    plan = analysis("cure-or", "cure", "OR", *RANDOM, "profile: metafor", EITHER)
    of, problems, _ = gathered(a_review(plan), tmp_path)
    assert problems == []
    assert of["cure-or"].result.recipe.method == "IV"


def test_measures_that_no_report_gives_or_no_arms_give_are_refused(tmp_path):
    plans = (
        analysis("cure-plo", "cure", "PLO", *RANDOM, EITHER),
        analysis("death-hr", "death", "HR", *RANDOM, EITHER),
    )
    _, problems, _ = gathered(a_review(*plans, text="# Results\n"), tmp_path)
    messages = [problem.message for problem in problems]
    assert any(
        "found arms or contrasts for PLO; an effect that a report gives is a ratio" in one for one in messages
    )
    assert any("HR cannot be computed from the numbers of arms" in one for one in messages)


def means(*more):
    return analysis("pain-md", "pain", "MD", *RANDOM, EITHER, *more)


def test_a_study_whose_arms_lack_a_number_is_taken_by_the_effect_that_it_reports(tmp_path):
    review = EffectsReview(planned=(means(),))
    review.texts["report.md"] = "# Results\n"
    review.take_back(study="beta", outcome="pain", arm="syrup", field="sd")
    review.give("beta", "pain", "drops-vs-syrup:MD", estimate=-2.5, se=4.9, n=50)
    of, problems, _ = gathered(review, tmp_path)
    assert problems == []  # nothing is asked of arms that are not taken
    analysed = of["pain-md"]
    assert analysed.result.result.yi[1] == -2.5
    plot = forest_plot(analysed, analysed.result)
    assert plot.heads == ("Mean", "SD", "Total")
    assert (plot.rows[0].group1, plot.rows[1].group1) == (("42", "20", "30"), ())
    assert plot.total.group1 == ()


def test_a_study_that_gives_neither_is_asked_for_what_its_arms_lack(tmp_path):
    review = EffectsReview(planned=(means(),))
    review.texts["report.md"] = "# Results\n"
    review.take_back(study="beta", outcome="pain", arm="syrup", field="sd")
    _, problems, _ = gathered(review, tmp_path)
    assert ["beta, syrup, pain: found n 25" in problem.message for problem in problems] == [True]


def test_why_a_study_gives_neither_is_told_of_both(tmp_path):
    review = a_review()
    review.take_back(study="beta", measure="OR")
    of, _, _ = gathered(review, tmp_path)
    assert of["cure-or"].rows[1].not_available == "not reported; the OR itself: not extracted"


def test_an_effect_without_its_uncertainty_is_told(tmp_path):
    review = a_review()
    review.take_back(study="beta", field="ci_high")
    of, problems, _ = gathered(review, tmp_path)
    assert "the OR 2.4 is given without its standard error" in problems[0].message
    assert of["cure-or"].result.table.studies == ("Alpha 2001", "Gamma 2003")
    assert not of["cure-or"].mixed


def test_arms_that_wait_for_a_consensus_are_not_replaced(tmp_path):
    review = a_review()
    review.take_back(study="beta", field="patients_with_event")
    for row in a_conflict(review):
        row["missing"] = ""
    of, _, _ = gathered(review, tmp_path)
    assert of["cure-or"].rows[1].contrast is None
    assert "extraction not settled" in of["cure-or"].rows[1].not_available


def a_conflict(review):
    """Two people who read different numbers of events in beta's arms."""
    for arm in ("drops", "syrup"):
        review.give("beta", "cure", arm, patients_with_event=12, n=25)
    rows = [row for row in review.tables["extraction.csv"]
            if (row["study"], row["field"], row["person"]) == ("beta", "patients_with_event", "rb")]  # fmt: skip
    for row in rows:
        row["value"] = "13"
    return rows


def test_arms_that_contradict_themselves_are_not_replaced(tmp_path):
    review = a_review()
    review.take_back(study="beta", field="patients_with_event")
    for arm in ("drops", "syrup"):
        review.give("beta", "cure", arm, patients_with_event=40, n=25)
    of, problems, _ = gathered(review, tmp_path)
    assert problems
    assert of["cure-or"].rows[1].contrast is None


# ---------------------------------------------------------------- both


def with_both(**given):
    """Alpha gives its arms, whose odds ratio is 20 * 21 / (10 * 10) = 4.2 (95% CI 1.44 to 12.24), and reports one."""
    review = a_review()
    review.give("alpha", "cure", "drops-vs-syrup:OR", **given)
    return review


@pytest.mark.parametrize(
    "given",
    [
        {"estimate": "4.2", "ci_low": "1.44", "ci_high": "12.2"},
        {"estimate": "4"},
        {"estimate": "4.20", "se": "0.55"},
    ],
)
def test_a_reported_effect_that_is_that_of_the_arms_by_its_digits_needs_no_note(given, tmp_path):
    of, problems, findings = gathered(with_both(**given), tmp_path)
    assert (problems, findings.notes) == ([], ())
    alpha = of["cure-or"].rows[0]
    assert (alpha.contrast, alpha.note) == (None, "")
    assert of["cure-or"].result.result.mu == pytest.approx(expected().mu, rel=1e-12)


@pytest.mark.parametrize(
    "given",
    [
        {"estimate": "3.1", "ci_low": "1.0", "ci_high": "9.6"},
        {"estimate": "4.2", "se": "0.91"},
        {"estimate": "4.3"},
    ],
)
def test_one_that_differs_by_more_is_a_note_in_the_check_and_in_the_report(given, tmp_path):
    checked = carry_out(with_both(**given).write(tmp_path))
    assert checked.problems == ()
    [note] = checked.notes
    assert str(note).startswith("extraction.csv:")
    assert f"alpha, cure-or: its report gives OR {given['estimate']}" in note.message
    assert "its arms, which are taken, give OR 4.20 (95% CI 1.4" in note.message
    [analysed] = checked.findings.analyses
    assert analysed.result.result.mu == pytest.approx(expected().mu, rel=1e-12)
    assert forest_plot(analysed, analysed.result).rows[0].note.startswith("Its report gives OR")
    why = checked.told.document.derivations["row/cure-or/alpha"]
    assert "To look at: its report gives" in why.how
    assert "cell/alpha/cure/week-12/drops-vs-syrup:OR/estimate" in why.inputs
