"""The results for programs."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from evisynth.reporting.flow import Counted
from evisynth.reporting.results import results_json
from evisynth.synthesis.analysis import Recipe, analyse
from support.milk import tables

pytestmark = pytest.mark.django_db  # the findings come from a folder through the database


def test_results_are_unrounded_json_with_the_cells_that_they_come_from(findings):
    results = json.loads(results_json(findings))
    cure = results["analyses"]["cure"]
    assert cure["effect"]["estimate"] == pytest.approx(16 / 7.5, rel=1e-12)
    assert cure["studies"]["alpha"]["drops"]["events"] == 20
    assert "alpha/cure/week-12/drops/patients_with_event" in cure["studies"]["alpha"]["drops"]["cells"]
    assert sum(cure["pooled"]["weights"].values()) == pytest.approx(100)
    assert results["flow"]["databases"] == {"MEDLINE": 5, "PubMed": 3}
    assert results["risk_of_bias"]["beta"]["allocation-concealment"] == "unclear"


def test_the_same_findings_give_the_same_text(findings):
    assert results_json(findings) == results_json(findings)


def test_two_sources_of_one_name_keep_their_counts(findings):
    flow = replace(findings.flow, databases=(Counted("one", "MEDLINE", 5), Counted("two", "MEDLINE", 3)))
    results = json.loads(results_json(replace(findings, flow=flow)))
    assert results["flow"]["databases"] == {"MEDLINE (one)": 5, "MEDLINE (two)": 3}


def test_an_analysis_without_a_result_says_why(findings):
    results = json.loads(results_json(findings))
    assert "effect" not in results["analyses"]["rash"]
    assert results["analyses"]["rash"]["why_not_pooled"] == "The trials counted rashes in different ways"


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@given(table=tables(min_k=1))
def test_any_table_gives_json_without_numbers_that_are_none(findings, measure, table):
    cure = next(of for of in findings.analyses if of.key == "cure")
    other = replace(cure, result=analyse(table, Recipe(measure=measure)))
    text = results_json(replace(findings, analyses=(other,)))
    assert "NaN" not in text
    assert "Infinity" not in text
    estimate = json.loads(text)["analyses"]["cure"].get("effect", {}).get("estimate")
    assert estimate is None or np.isfinite(estimate)
