"""Analyses from their recipes, whatever their kind."""

import pytest

from evisynth.store.exchange.load import load_folder
from evisynth.store.gather import gather
from support.small_review import SmallReview

pytestmark = pytest.mark.django_db


@pytest.fixture
def small():
    return SmallReview()


def analyses(small: SmallReview, tmp_path):
    findings = gather(load_folder(small.write(tmp_path), "small")[0])
    return {of.key: of for of in findings.analyses}, findings.problems


def test_the_rule_of_the_protocol_chooses_the_model(small, tmp_path):
    of, _ = analyses(small, tmp_path)
    assert of["cure"].result.model == "common effect"
    assert of["cure"].result.steps == ("I2 is 0.00%, below 50%: common effect",)


def test_a_model_may_be_named_without_a_rule(small, tmp_path):
    small.swap("protocol.yaml", "  model: by-i2\n", "  model: random effects\n")
    of, _ = analyses(small, tmp_path)
    assert of["cure"].result.model == "random effects"


def test_the_hash_of_an_analysis_changes_with_its_data_and_its_recipe_and_with_nothing_else(small, tmp_path):
    before, _ = analyses(small, tmp_path / "0")
    small.row("studies.csv", study="alpha")["note"] = "a note"
    small.swap("protocol.yaml", "Cure after treatment", "Cured")
    assert analyses_hash(small, tmp_path / "1") == before["cure"].hash
    small.swap("protocol.yaml", "  below: 50", "  below: 40")
    assert analyses_hash(small, tmp_path / "2") != before["cure"].hash
    small.swap("protocol.yaml", "  below: 40", "  below: 50")
    for row in small.tables["extraction.csv"]:
        if (row["study"], row["arm"], row["field"], row["outcome"]) == (
            "alpha",
            "drops",
            "patients_with_event",
            "cure",
        ):
            row["value"] = "19"
    assert analyses_hash(small, tmp_path / "3") != before["cure"].hash


def analyses_hash(small: SmallReview, path) -> str:
    from evisynth.store.review_folder import carry_out

    return next(of.hash for of in carry_out(small.write(path)).findings.analyses if of.key == "cure")


def test_an_outcome_told_study_by_study_keeps_its_reason_and_missing_codes(small, tmp_path):
    of, _ = analyses(small, tmp_path)
    assert of["rash"].kind == "narrative"
    assert of["rash"].why_not_pooled == "The trials counted rashes in different ways"
    assert of["rash"].rows[1].not_available == "not reported; not extracted"


def test_an_outcome_without_data_says_so(small, tmp_path):
    of, _ = analyses(small, tmp_path)
    assert of["death"].kind == "no data"
    assert of["death"].why_not_pooled == "no study gives events and totals for both sides"


def test_an_added_analysis_follows_the_planned_ones(small, tmp_path):
    small.texts["analyses.yaml"] += (
        "post_hoc:\n- id: cure-or\n  title: Odds\n  comparison: drops-vs-syrup\n  outcome: cure\n  timepoint: week-12\n"
        "  measure: OR\n  method: MH\n  model: common effect\n  tau2: DL\n  profile: revman5\n  reason: asked for\n"
    )
    of, problems = analyses(small, tmp_path)
    assert problems == ()
    assert list(of) == ["cure", "rash", "death", "cure-or"]
    assert not of["cure-or"].planned
    assert of["cure-or"].source == "analyses.yaml:6"


@pytest.mark.parametrize(
    ("part", "assumed"),
    [("method", "MH"), ("tau2", "DL"), ("profile", "revman5"), ("model", "common effect")],
)
def test_a_part_of_a_plan_that_is_not_written_is_assumed_and_told(small, tmp_path, part, assumed):
    text = {"method": "MH", "tau2": "DL", "profile": "revman5", "model": "by-i2"}[part]
    small.swap("protocol.yaml", f"  {part}: {text}\n", "")
    _, problems = analyses(small, tmp_path)
    assert [problem.field for problem in problems] == [f"cure.{part}"]
    assert problems[0].message.startswith(f"is empty; {assumed} was assumed.")


def test_a_zero_of_events_is_a_number(small, tmp_path):
    small.texts["analyses.yaml"] = ""
    small.swap("protocol.yaml", "  outcome: rash\n", "  outcome: rash\n")
    of, _ = analyses(small, tmp_path)
    assert of["rash"].rows[0].second.events == 0
    assert of["rash"].kind == "single study"


@pytest.mark.parametrize("risk", ["given", "median comparator", "pooled comparator"])
def test_an_assumed_risk_may_come_from_three_places(small, tmp_path, risk):
    more = "\n    value: 0.3\n    source: a register" if risk == "given" else ""
    small.swap("protocol.yaml", "    from: pooled comparator", f"    from: {risk}{more}")
    of, problems = analyses(small, tmp_path)
    assert problems == ()
    # the comparator's risks are 10/30 and 5/20, together 15/50
    expected = {"given": 0.3, "median comparator": (1 / 3 + 1 / 4) / 2, "pooled comparator": 0.3}[risk]
    assert of["cure"].absolute.assumed.risk == pytest.approx(expected)
