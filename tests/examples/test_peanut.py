"""The peanut review: one trial, so nothing is pooled, and the report says why.

Published: Nurmatov 2012, Cochrane Database of Systematic Reviews, abstract; Varshney 2011, doi:10.1016/j.jaci.2010.12.1111.
"""

import pytest
from ruamel.yaml import YAML

from evisynth.errors import DataError
from evisynth.reporting.claims import Claims
from evisynth.store.review_folder import carry_out
from support.examples import (
    EXAMPLES,
    change_extraction,
    copy_of,
    differences,
    literals,
    results,
    told,
    typed_numbers,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
PEANUT = EXAMPLES / "peanut-oit"


@pytest.fixture(scope="module")
def peanut(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return carry_out(PEANUT)


@pytest.fixture(scope="module")
def claim(peanut):
    claims = Claims(peanut.findings)
    return lambda path: claims.resolve(path)[0]


def test_there_are_no_problems(peanut):
    assert peanut.problems == ()


@pytest.mark.parametrize(
    ("path", "published"),
    [
        ("searches.databases", "14"),
        ("flow.included-studies", "1"),
        ("randomised.total", "28"),
        ("randomised.oit", "19"),
        ("randomised.placebo", "9"),
        ("cell varshney-2011/oit/withdrawn", "3"),
        ("cell varshney-2011/age", "1 to 16 years"),
        ("challenge-5000.oit.events", "16"),
        ("challenge-5000.oit.n", "19"),
        ("challenge-5000.placebo.events", "0"),
        ("challenge-5000.placebo.n", "9"),
        ("challenge-5000.effect", "RR 16.50, 95% CI 1.10 to 247.77"),
        ("challenge-5000.kind", "single study"),
        ("challenge-5000.note", "0.5 added to all four cells because of a zero cell"),
        ("challenge-5000.certainty", "low"),
        ("tolerated-dose.kind", "narrative"),
        ("longer-term.kind", "no data"),
    ],
)
def test_a_published_number_is_computed(claim, path, published):
    assert claim(path) == published


def test_one_study_is_not_pooled(peanut, claim):
    challenge = peanut.findings.analyses[0]
    assert challenge.result.pooled is None
    assert (
        claim("challenge-5000.steps")
        == "one study, Varshney 2011: its own result is reported and nothing is pooled"
    )
    with pytest.raises(DataError, match="has no value: the analysis is of kind single study"):
        claim("challenge-5000.i2")


def test_those_who_passed_are_computed_from_those_who_left(peanut):
    key = "varshney-2011/challenge-5000/about-one-year/oit/patients_with_event"
    assert peanut.findings.derived[key] == (16, "patients = randomised - withdrawn")


def test_the_report_says_why_nothing_is_pooled(peanut):
    lines = told(peanut)
    assert any(line.startswith("Nothing is pooled, since there is a single trial.") for line in lines)
    assert any("its own result is reported and nothing is pooled" in line for line in lines)


def test_the_tolerated_dose_is_told_with_medians_and_range(peanut):
    lines = told(peanut)
    assert "Varshney 2011: OIT median 5000, n = 16; placebo median 280 (range 0 to 1900), n = 9." in lines
    assert "Varshney 2011 | median 5000, n = 16 | median 280 (range 0 to 1900), n = 9 | –" in lines


def test_an_outcome_told_as_planned_is_no_difference_from_the_protocol(peanut):
    differing = [line for line in told(peanut) if "planned" in line]
    assert any(
        line.startswith("Tolerance in the longer term: planned, but no included study") for line in differing
    )
    assert not any(line.startswith("Dose tolerated at about one year: planned") for line in differing)


def test_the_outcome_without_data_keeps_its_row(peanut):
    rows = [line for line in told(peanut) if line.startswith("Tolerance of peanut in the longer term")]
    assert any("no data | 0 (0 studies)" in line for line in rows)


def test_no_number_is_typed_in_the_files_that_people_write():
    manuscript = (PEANUT / "report.md").read_text(encoding="utf-8")
    assert set(literals(manuscript)) == {"95%", "RevMan 5", "2:1", "5000 mg", "P < 0.001"}
    for name in ("certainty", "analyses"):
        tree = YAML(typ="safe").load((PEANUT / f"{name}.yaml").read_text(encoding="utf-8"))
        for block in next(iter(tree.values())):
            reasons = [block.get("reason", ""), block.get("comment", "")]
            reasons += [of["reason"] for of in block.values() if isinstance(of, dict) and "reason" in of]
            assert [typed_numbers(text) for text in reasons if typed_numbers(text)] == []


def test_one_more_who_left_changes_the_challenge_and_nothing_else(peanut, tmp_path):
    folder = copy_of("peanut-oit", tmp_path)

    def change(row):
        if (row["arm"], row["field"]) == ("oit", "withdrawn"):
            row["value"] = "4"

    assert change_extraction(folder, change) == 2
    changed = carry_out(folder)
    paths = differences(results(peanut), results(changed))
    assert "/analyses/challenge-5000/studies/varshney-2011/oit/events" in paths
    assert [path for path in paths if not path.startswith("/analyses/challenge-5000/")] == []
    (problem,) = changed.problems
    assert (problem.file, problem.field) == ("certainty.yaml", "challenge-5000")
