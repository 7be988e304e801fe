"""Values, arms, judgements and letters as they are gathered."""

import pytest

from evisynth.store.exchange.load import load_folder
from evisynth.store.gather import gather
from support.small_review import SmallReview

pytestmark = pytest.mark.django_db


@pytest.fixture
def small():
    return SmallReview()


def gathered(small: SmallReview, tmp_path):
    return gather(load_folder(small.write(tmp_path), "small")[0])


def test_values_are_agreed_settled_or_computed(small, tmp_path):
    findings = gathered(small, tmp_path)
    cells = findings.cells
    assert cells["alpha/cure/week-12/drops/n"].state == "agreed"
    assert cells["alpha/cure/week-12/syrup/patients_with_event"].state == "settled"
    assert cells["alpha/cure/week-12/syrup/patients_with_event"].final.number == 10
    assert findings.derived == {
        "beta/cure/week-12/drops/patients_with_event": (12.0, "patients = n x percentage")
    }


def test_numbers_agree_by_value_and_texts_by_their_words(small, tmp_path):
    small.row("extraction.csv", study="beta", field="blinding", person="rb")["value"] = "  double-BLIND "
    small.row("extraction.csv", study="alpha", field="n", person="rb")["value"] = "30.0"
    cells = gathered(small, tmp_path).cells
    assert cells["beta/blinding"].state == "agreed"
    assert cells["alpha/cure/week-12/drops/n"].state == "agreed"


def test_a_number_against_a_missing_code_is_a_conflict(small, tmp_path):
    small.row("extraction.csv", study="alpha", field="n", person="rb").update(
        value="", missing="not reported"
    )
    assert gathered(small, tmp_path).cells["alpha/cure/week-12/drops/n"].state == "conflict"


def test_a_formula_never_overwrites_what_was_reported(small, tmp_path):
    for row in small.tables["extraction.csv"]:
        if row["derivation"]:
            row.update(derivation="", value="11")
    findings = gathered(small, tmp_path)
    assert findings.derived == {}
    assert findings.cells["beta/cure/week-12/drops/patients_with_event"].final.number == 11


def test_a_formula_may_rest_on_a_computed_value(small, tmp_path):
    for row in small.tables["extraction.csv"]:
        if (row["study"], row["outcome"], row["arm"], row["field"]) == ("beta", "cure", "drops", "n"):
            row.update(value="", derivation="n = randomised")
    findings = gathered(small, tmp_path)
    assert findings.problems == ()
    assert findings.derived["beta/cure/week-12/drops/n"][0] == 20
    assert findings.derived["beta/cure/week-12/drops/patients_with_event"][0] == 12


def test_formulas_that_rest_on_each_other_are_told_and_compute_nothing(small, tmp_path):
    for row in small.tables["extraction.csv"]:
        if (row["study"], row["arm"], row["field"]) == ("beta", "drops", "randomised"):
            row.update(value="", derivation="n = randomised")
    findings = gathered(small, tmp_path)
    assert [problem.field for problem in findings.problems] == ["derivation"]


def test_a_percentage_that_is_no_number_of_people_is_told(small, tmp_path):
    for row in small.tables["extraction.csv"]:
        if row["field"] == "percentage":
            row["value"] = "62.5"
    findings = gathered(small, tmp_path)
    assert "62.5% of 20 people is no whole number of people" in findings.problems[0].message
    assert findings.derived == {}


def test_one_extraction_stands_where_the_settings_ask_for_one(small, tmp_path):
    small.swap("review.yaml", "  consensus_by:", "  extractors: 1\n  consensus_by:")
    small.tables["extraction.csv"] = [row for row in small.tables["extraction.csv"] if row["person"] != "rb"]
    cells = gathered(small, tmp_path).cells
    assert {cell.state for cell in cells.values()} == {"agreed", "settled"}


def test_a_letter_knows_which_values_its_reply_gave(small, tmp_path):
    letter = gathered(small, tmp_path).contacts[0]
    assert letter.gave == ("beta/cure/week-12/syrup/n", "beta/cure/week-12/syrup/patients_with_event")


def test_a_participant_counts_once_in_an_analysis(small, tmp_path):
    findings = gathered(small, tmp_path)
    table = next(of for of in findings.analyses if of.key == "cure").result.table
    assert int(table.n1.sum() + table.n2.sum()) == 100


def test_values_of_an_arm_without_a_side_are_in_no_analysis(small, tmp_path):
    small.add("arms.csv", "alpha,crossover,crossed over,")
    for person in ("ra", "rb"):
        small.add("extraction.csv", f"alpha,cure,week-12,crossover,n,{person},extraction,9",
                  f"alpha,cure,week-12,crossover,patients_with_event,{person},extraction,9")  # fmt: skip
    findings = gathered(small, tmp_path)
    assert findings.problems == ()
    table = next(of for of in findings.analyses if of.key == "cure").result.table
    assert int(table.n1.sum() + table.n2.sum()) == 100


def test_two_studies_of_one_name_are_told_or_pooled_but_never_lost(small, tmp_path):
    small.row("studies.csv", study="beta")["name"] = "Alpha 2001"
    findings = gathered(small, tmp_path)
    cure = next(of for of in findings.analyses if of.key == "cure")
    assert cure.result is not None or findings.problems
