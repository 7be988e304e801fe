"""Means, rates, proportions and effects that reports give, as text, tables, JSON and figures tell them."""

import json
from dataclasses import replace

import pytest

from evisynth.reporting.claims import Claims
from evisynth.reporting.derivations import all_derivations
from evisynth.reporting.documents.csv import table_csv
from evisynth.reporting.effects import I2_of, has_test, label, lower_or_higher, per_time, unit_of
from evisynth.reporting.figures.forest import forest_alt, forest_figure
from evisynth.reporting.forests import forest_plot
from evisynth.reporting.key_results import key_results
from evisynth.reporting.parts import differences
from evisynth.reporting.results import results_json
from evisynth.reporting.tables import TABLES
from evisynth.synthesis.analysis import Recipe, analyse
from evisynth.synthesis.study_table import StudyTable

pytestmark = pytest.mark.django_db  # the findings come from a folder through the database


@pytest.fixture
def of(of_effects):
    return {analysed.key: analysed for analysed in of_effects.analyses}


def rows_of(findings, table):
    lines = table_csv(TABLES[table](findings)).splitlines()
    return lines[0], lines[1:]


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("estimate", "ci", "told"),
    [
        (-5.2, (-8.1, -2.3), "5.20 mm lower (8.10 lower to 2.30 lower)"),
        (1.5, (-0.5, 3.5), "1.50 mm higher (0.50 lower to 3.50 higher)"),
    ],
)
def test_a_difference_is_lower_or_higher_in_its_unit_and_never_per_1000(estimate, ci, told):
    assert lower_or_higher(estimate, ci, "mm") == told


def test_letters_are_told_where_people_know_them_and_words_where_they_are_of_a_transformation():
    assert [label(one) for one in ("RR", "MD", "PLO", "PFT", "generic", "generic ratio")] == [
        "RR", "MD", "Proportion", "Proportion", "Effect", "Ratio"]  # fmt: skip


def test_only_what_is_in_the_unit_of_the_outcome_has_it():
    assert [unit_of(one, "mm") for one in ("MD", "MN", "SMD", "ROM", "RR")] == ["mm", "mm", "", "", ""]
    assert unit_of("IRD", "person-years") == "per person-year"
    assert per_time(0.123, "person-years") == "12.30 per 100 person-years"


def test_a_proportion_is_tested_against_nothing():
    assert not has_test("PLO")
    assert not has_test("AUCN")
    assert has_test("MD")
    assert has_test("HR")


def test_revman_web_prints_the_i2_of_tau2():
    table = StudyTable.of(("A", "B", "C"), {"estimate": [1, 2, 4], "se": [0.4, 0.5, 0.3]})
    plan = Recipe("MD", "IV", "random effects", tau2_method="REML")
    web = analyse(table, replace(plan, profile="revman-web")).pooled
    assert I2_of(web) == web.I2_tau2
    assert I2_of(analyse(table, plan).pooled) == web.I2


# ---------------------------------------------------------------- claims


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("pain-md.effect", "MD -7.58 mm, 95% CI -19.48 to 4.33"),
        ("pain-md.lower-or-higher", "7.58 mm lower (19.48 lower to 4.33 higher)"),
        ("pain-md.unit", "mm"),
        ("pain-md.prediction", "-47.45 to 32.29"),
        ("pain-md.comparator-mean", "means from 41 to 57 mm"),
        ("pain-md.participants", "189"),
        ("pain-md.test", "HK"),
        ("pain-md.subgroup.cluster", "MD -2.50 mm, 95% CI -13.05 to 8.05"),
        ("pain-md.subgroups", "parallel groups and cluster"),
        ("pain-md.study.beta", "mean 38.5 (SD 18), n = 25 against mean 41 (SD 20), n = 25"),
        ("pain-smd.effect", "SMD -0.36, 95% CI -0.65 to -0.07"),
        ("pain-smd.odds-ratio", "0.52"),
        ("wheeze-irr.comparator-rate", "36.26 per 100 person-years"),
        ("wheeze-irr.rate-ci", "8.85 to 30.07"),
        ("wheeze-irr.drops.person-time", "91.5"),
        ("wheeze-irr.drops.event-count", "15"),
        ("wheeze-ird.effect", "IRD -0.17 per person-year, 95% CI -0.28 to -0.05"),
        ("death-hr.effect", "HR 0.69, 95% CI 0.52 to 0.91"),
        ("death-hr.study.gamma", "HR 0.6 (90% CI 0.41 to 0.88)"),
        ("death-hr.risk", "142 per 1000"),
        ("cure-plo.effect", "Proportion 0.36, 95% CI 0.18 to 0.58"),
        ("cure-plo.study.alpha", "10/31"),
        ("cure-peto.effect", "OR 3.08, 95% CI 1.71 to 5.53"),
    ],
)  # fmt: skip
def test_claims_tell_every_measure_rightly(of_effects, claim, text):
    assert Claims(of_effects).resolve(claim)[0] == text


def test_the_methods_name_estimator_and_test_and_say_of_the_profile_what_matters(of_effects):
    claims = Claims(of_effects)
    of_md, _ = claims.resolve("pain-md.methods")
    assert "restricted maximum likelihood" in of_md
    assert "Hartung-Knapp" in of_md
    assert "zero cells" not in of_md
    of_smd, _ = claims.resolve("pain-smd.methods")
    assert "the correction for small samples and the variance are those of metafor" in of_smd
    recipe, _ = claims.resolve("pain-md.recipe")
    assert recipe.startswith(
        "Inverse-variance mean difference; tau² in random effects by REML, their interval by Hartung-Knapp"
    )


def test_a_claim_about_people_that_no_report_gives_has_no_value(of_effects):
    from evisynth.errors import DataError

    with pytest.raises(DataError, match="has no value"):
        Claims(of_effects).resolve("death-hr.participants")


# ---------------------------------------------------------------- derivations


def test_a_given_effect_leads_back_to_its_cell_and_its_page(of_effects):
    found = all_derivations(of_effects)
    row = found["row/death-hr/alpha"]
    assert row.value == "HR 0.7 (95% CI 0.45 to 1.09)"
    assert row.how == "As the report gives it."
    cell = found["cell/alpha/death/week-12/drops-vs-syrup:HR/estimate"]
    assert f"cell/{'alpha/death/week-12/drops-vs-syrup:HR/estimate'}" in row.inputs
    assert cell.title == "Alpha 2001, drops-vs-syrup, HR, Death: effect as the report gives it"
    entry = found[cell.inputs[0]]
    assert "Found at: table 2." in entry.how
    assert entry.source.startswith("extraction.csv:")


def test_a_derived_standard_deviation_leads_back_to_the_standard_error(of_effects):
    found = all_derivations(of_effects)
    cell = found["cell/beta/pain/week-12/syrup/sd"]
    assert (cell.value, "sd = se x sqrt(n)" in cell.how) == ("20", True)
    assert "cell/beta/pain/week-12/syrup/se" in cell.inputs
    assert "cell/beta/pain/week-12/syrup/sd" in found["row/pain-md/beta"].inputs


# ---------------------------------------------------------------- tables


def test_the_summary_of_findings_has_risks_for_risks_alone(of_effects):
    head, rows = rows_of(of_effects, "summary-of-findings")
    assert head.startswith("Outcome (time),With syrup,With drops (95% CI),Relative effect (95% CI)")
    md, smd, rom, irr, ird, hr, *_ = rows
    assert md.startswith(
        "Pain (after 12 weeks),means from 41 to 57 mm,MD 7.58 mm lower (19.48 lower to 4.33 higher),–,189 (3 studies)"
    )
    assert "per 1000" not in md + smd + rom + irr + ird
    assert "SMD 0.36 lower (0.65 lower to 0.07 lower),–," in smd
    assert (
        "The SMD corresponds to 7.95 mm lower (14.28 lower to 1.62 lower), by a standard deviation of 22 mm"
        in smd
    )
    assert "an odds ratio of 0.52 (0.31 to 0.88)" in smd
    assert ",–,ROM 0.84 (0.73 to 0.96)," in rom
    assert (
        "36.26 per 100 person-years,16.31 per 100 person-years (8.85 to 30.07),IRR 0.45 (0.24 to 0.83)" in irr
    )
    assert "200 per 1000,142 per 1000 (109 to 184),HR 0.69 (0.52 to 0.91),not reported (3 studies)" in hr


def test_the_data_of_the_analyses_show_what_each_measure_takes(of_effects):
    _, rows = rows_of(of_effects, "counts")
    assert '"mean 42 (SD 20), mean change -12 (SD 15), n = 30"' in rows[1]
    assert 'Alpha 2001,"12 events, person-time 40.5","20 events, person-time 39",–' in rows
    assert "Alpha 2001,HR 0.7 (95% CI 0.45 to 1.09),–,–" in rows
    assert "Alpha 2001,–,10/31,–" in rows


def test_the_key_results_name_the_unit_and_the_prediction_interval(of_effects):
    text = key_results(of_effects)
    assert "  MD -7.58 mm, 95% CI -19.48 to 4.33; 189 people\n  prediction interval -47.45 to 32.29\n" in text
    assert "  HR 0.69, 95% CI 0.52 to 0.91\n" in text


def test_a_study_left_out_by_a_rule_of_the_protocol_is_no_difference_from_it(of_effects):
    [block] = differences(of_effects)
    text = str(block)
    assert "Rash was added" in text
    assert "pain-low-risk" not in text


# ---------------------------------------------------------------- JSON


def test_the_results_for_programs_hold_what_an_effect_was_made_of(of_effects):
    found = json.loads(results_json(of_effects))["analyses"]
    pain = found["pain-md"]
    assert pain["effect"]["unit"] == "mm"
    assert (pain["pooled"]["test"], pain["pooled"]["tau2_method"], pain["pooled"]["ddf"]) == ("HK", "REML", 2)
    assert pain["pooled"]["prediction_interval"] == pytest.approx([-47.4498, 32.2907], abs=5e-5)
    assert pain["studies"]["beta"]["syrup"]["values"] == {"mean": 41, "sd": 20}
    assert pain["subgroups"]["groups"]["cluster"]["studies"] == ["Beta 2002"]
    assert found["death-hr"]["studies"]["beta"]["contrast"]["se"] == 0.31
    assert found["pain-smd"]["re_expressed"]["unit"] == "mm"
    assert found["wheeze-irr"]["rates"]["unit"] == "person-years"
    assert found["cure-plo"]["effect"]["p"] is None


# ---------------------------------------------------------------- forest plots


def test_a_forest_plot_of_means_has_mean_sd_and_total_of_both_groups(of):
    plot = forest_plot(of["pain-md"], of["pain-md"].result)
    assert plot.heads == ("Mean", "SD", "Total")
    assert [row.study for row in plot.rows] == ["Alpha 2001", "Gamma 2003", "Beta 2002"]
    assert plot.rows[2].group2 == ("41", "20", "25")
    assert (plot.total.group1, plot.total.group2) == (("", "", "95"), ("", "", "94"))
    assert plot.measure == "Mean difference (mm)"
    assert plot.method == "IV, random effects (REML, HK), 95% CI"
    assert plot.heterogeneity[1:] == ("Test for overall effect: t = 2.74, df = 2 (P = 0.11)",
                                      "Test for subgroup differences: Chi² = 1.85, df = 1 (P = 0.17)")  # fmt: skip
    assert plot.total.prediction_low == pytest.approx(-47.4498, abs=5e-5)
    assert not plot.log_scale
    assert "mean 42, sd 20, total 30 against mean 50.5, sd 22, total 31" in forest_alt(plot)


def test_a_forest_plot_of_rates_has_events_and_time(of):
    plot = forest_plot(of["wheeze-irr"], of["wheeze-irr"].result)
    assert plot.rows[2].group1 == ("0", "31")
    assert plot.total.group2 == ("33", "91")
    assert plot.log_scale
    assert plot.notes == ("Gamma 2003: 0.5 is added because of a zero cell.",)


def test_a_forest_plot_of_given_effects_has_them_on_the_log_scale_with_their_standard_error(of):
    plot = forest_plot(of["death-hr"], of["death-hr"].result)
    assert [column.head for column in plot.columns] == ["log(HR)", "SE"]
    assert plot.columns[1].cells == ("0.23", "0.31", "0.23")
    assert plot.rows[1].estimate == pytest.approx(0.85)


def test_a_forest_plot_of_proportions_has_one_group_and_no_line_of_no_effect(of):
    plot = forest_plot(of["cure-plo"], of["cure-plo"].result)
    assert plot.null is None
    assert plot.favours_left == ""
    assert all(not row.group1 and row.group2 for row in plot.rows)
    assert plot.heterogeneity[0].startswith("Heterogeneity: tau²")
    assert len(plot.heterogeneity) == 1


def test_a_forest_plot_says_whom_it_leaves_out(of):
    plot = forest_plot(of["pain-low-risk"], of["pain-low-risk"].result)
    assert plot.notes == ("Beta 2002: left out (unclear risk of bias over the key domains)",)
    assert len(plot.rows) == 2


@pytest.mark.parametrize(
    "key", ["pain-md", "pain-rom", "wheeze-ird", "death-hr", "cure-peto", "cure-plo", "cure-pft"]
)
def test_every_forest_plot_can_be_drawn(of, key):
    plot = forest_plot(of[key], of[key].result)
    assert forest_figure(plot).get_size_inches()[0] > 0
    assert "Proportion" in plot.measure if key in {"cure-plo", "cure-pft"} else plot.measure
