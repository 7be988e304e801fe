"""Reviews beyond counts of people: from the cells of the folder to effects, beside direct calls and R's meta."""

import math

import numpy as np
import pytest

from evisynth.store import models
from evisynth.store.exchange.export import export_review
from evisynth.store.exchange.load import load_folder
from evisynth.store.gather import gather
from evisynth.store.review_folder import carry_out
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.pooling.pool import pool
from support.effects_review import (
    BETA_SE,
    CURE,
    DEATH,
    PAIN,
    RANDOM,
    STUDIES,
    WHEEZE,
    EffectsReview,
    analysis,
)
from support.reference_cases import load

pytestmark = pytest.mark.django_db
NAMES = [name for _, name in STUDIES]


@pytest.fixture
def review():
    return EffectsReview()


def gathered(review, tmp_path):
    loaded, problems = load_folder(review.write(tmp_path), "effects")
    findings = gather(loaded)
    return {of.key: of for of in findings.analyses}, [*problems, *findings.problems]


def pain_columns():
    """mean1 sd1 n1 mean2 sd2 n2 of the three studies; beta's sd of syrup from its standard error."""
    columns = {}
    for at in (0, 1):
        mean, sd, n = zip(*(PAIN[study][at] for study, _ in STUDIES), strict=True)
        sd = [BETA_SE * math.sqrt(25) if one is None else one for one in sd]
        columns |= {f"mean{at + 1}": mean, f"sd{at + 1}": sd, f"n{at + 1}": n}
    return columns


def columns_of(data, **names):
    return {column: [data[study][at][place] for study, _ in STUDIES] for column, (at, place) in names.items()}


RATES = {"events1": (0, 0), "time1": (0, 1), "events2": (1, 0), "time2": (1, 1)}


def same(result, expected):
    assert result.mu == pytest.approx(expected.mu, rel=1e-12)
    assert result.ci == pytest.approx(expected.ci, rel=1e-12)
    assert result.tau2 == pytest.approx(expected.tau2, rel=1e-12)


def test_a_whole_review_of_other_measures_has_no_problem(review, tmp_path):
    assert carry_out(review.write(tmp_path)).problems == ()


def test_mean_differences_are_those_of_a_direct_call_with_a_derived_standard_deviation(review, tmp_path):
    of, problems = gathered(review, tmp_path)
    assert problems == []
    effects = effect_sizes("MD", **pain_columns())
    expected = pool(effects.yi, effects.vi, method="REML", test="HK", measure="MD")
    same(of["pain-md"].result.result, expected)
    assert of["pain-md"].result.prediction == pytest.approx(expected.prediction_interval("HTS"))
    smd = effect_sizes("SMD", **pain_columns())
    same(of["pain-smd"].result.result, pool(smd.yi, smd.vi, method="REML", measure="SMD"))
    rom = effect_sizes("ROM", correct=False, **pain_columns())  # as R's meta
    same(of["pain-rom"].result.result, pool(rom.yi, rom.vi, method="REML", measure="ROM"))


def test_the_common_mean_difference_is_the_weighted_mean_by_hand(review, tmp_path):
    # alpha -8.5 (variance 20^2/30 + 22^2/31), gamma -12 (25^2/40 + 24^2/38); beta is left out by its risk of bias
    of, _ = gathered(review, tmp_path)
    w = np.array([1 / (400 / 30 + 484 / 31), 1 / (625 / 40 + 576 / 38)])
    result = of["pain-low-risk"].result.result
    assert result.studies == ("Alpha 2001", "Gamma 2003")
    assert result.mu == pytest.approx(float(np.sum(w * [-8.5, -12]) / w.sum()), rel=1e-12)
    left_out = {row.study: row.left_out for row in of["pain-low-risk"].rows}
    assert left_out == {"alpha": "", "beta": "unclear risk of bias over the key domains", "gamma": ""}
    assert of["pain-low-risk"].rows[1].left_out_by_plan  # which is no difference from the protocol


def test_rates_come_from_events_and_person_time(review, tmp_path):
    of, _ = gathered(review, tmp_path)
    x1, t1, x2, t2 = (np.array(column) for column in columns_of(WHEEZE, **RATES).values())
    T = t1 + t2  # Mantel-Haenszel by hand: sum(x1 t2 / T) / sum(x2 t1 / T)
    assert of["wheeze-irr"].result.result.estimate == pytest.approx(
        np.sum(x1 * t2 / T) / np.sum(x2 * t1 / T), rel=1e-12
    )
    effects = effect_sizes("IRD", **columns_of(WHEEZE, **RATES))
    ird = of["wheeze-ird"].result.result
    own = effects.defined
    assert ird.mu == pytest.approx(pool(effects.yi[own], effects.vi[own], method="common").mu, rel=1e-12)
    assert of["wheeze-irr"].rates.comparator == pytest.approx(33 / 91)


def test_hazard_ratios_are_taken_as_the_reports_give_them(review, tmp_path):
    of, _ = gathered(review, tmp_path)
    # by hand: the standard error is the width of the log interval over twice 1.959964, or 1.644854 for 90%
    se = [(math.log(1.09) - math.log(0.45)) / (2 * 1.959963984540054), 0.31,
          (math.log(0.88) - math.log(0.41)) / (2 * 1.6448536269514722)]  # fmt: skip
    yi = np.log([DEATH[study][0] for study, _ in STUDIES])
    w = 1 / np.array(se) ** 2
    result = of["death-hr"].result.result
    assert result.mu == pytest.approx(float(np.sum(w * yi) / np.sum(w)), rel=1e-12)
    assert result.se == pytest.approx(float(np.sum(w)) ** -0.5, rel=1e-12)
    # Handbook 14.1.5.2: 1 - (1 - 0.2)^HR
    assert of["death-hr"].absolute.intervention == pytest.approx(1 - 0.8**result.estimate, rel=1e-12)


def test_petos_odds_ratio_is_the_sum_of_o_less_e_over_the_sum_of_v(review, tmp_path):
    of, _ = gathered(review, tmp_path)
    O_E = V = 0.0
    for (a, n1), (c, n2) in CURE.values():
        N, m = n1 + n2, a + c
        O_E += a - n1 * m / N
        V += n1 * n2 * m * (N - m) / (N**2 * (N - 1))
    assert of["cure-peto"].result.result.mu == pytest.approx(O_E / V, rel=1e-12)


def test_a_measure_of_one_group_takes_the_arms_of_the_side_that_is_named(review, tmp_path):
    of, _ = gathered(review, tmp_path)
    syrup, drops = of["cure-plo"], of["cure-pft"]
    assert (syrup.of_one_group, drops.of_one_group) == ("second", "first")
    assert syrup.result.table.columns["events"].tolist() == [10, 5, 21]
    assert drops.result.table.columns["events"].tolist() == [20, 12, 30]
    assert all(row.first is None for row in syrup.rows)
    effects = effect_sizes("PFT", events=[20, 12, 30], n=[30, 25, 40])
    common = pool(effects.yi, effects.vi, method="common")
    from evisynth.synthesis.measures.scale import measure_named

    back = measure_named("PFT").back(common.mu, effects.harmonic_size)
    assert drops.result.result.estimate == pytest.approx(back, rel=1e-12)


def test_subgroups_are_those_of_the_characteristic_whatever_its_spelling(review, tmp_path):
    of, _ = gathered(review, tmp_path)
    found = of["pain-md"].subgroups
    assert {name: group.table.studies for name, group in found.groups.items()} == {
        "parallel groups": ("Alpha 2001", "Gamma 2003"), "cluster": ("Beta 2002",)}  # fmt: skip
    assert found.groups["cluster"].kind == "single study"
    assert found.df == 1


def test_a_study_without_the_characteristic_is_a_subgroup_of_its_own_and_told(review, tmp_path):
    review.take_back(study="gamma", field="design")
    of, problems = gathered(review, tmp_path)
    assert list(of["pain-md"].subgroups.groups) == ["parallel groups", "cluster", "not given"]
    assert [problem.field for problem in problems] == ["design"]


# ---------------------------------------------------------------- change and final values


def test_changes_are_taken_where_the_plan_says_so(tmp_path):
    plan = (analysis("change", "pain", "MD", *RANDOM, "values: change"),
            analysis("either", "pain", "MD", *RANDOM, "values: change or final"))  # fmt: skip
    review = EffectsReview(planned=plan)
    review.texts["report.md"] = "# Results\n"
    for arm in ("drops", "syrup"):
        review.give("beta", "pain", arm, change_mean="?not reported")
    of, problems = gathered(review, tmp_path)
    change, either = of["change"].result.table, of["either"].result.table
    assert change.studies == ("Alpha 2001", "Gamma 2003")
    assert change.columns["mean1"].tolist() == [-12, -9.5]
    assert either.columns["mean1"].tolist() == [-12, 38.5, -9.5]
    assert [row.change for row in of["either"].rows] == [True, False, True]
    # beta gives no changes; that its change_sd is not there either nobody has said
    assert {problem.field for problem in problems} == {"change_sd"}


# ---------------------------------------------------------------- what is told as wrong


def told(review, tmp_path):
    return list(
        dict.fromkeys(str(problem) for problem in gathered(review, tmp_path)[1])
    )  # once, as `check` tells them


def test_a_standard_deviation_that_is_not_there_is_told_with_study_arm_and_what_would_be_right(
    review, tmp_path
):
    review.take_back(study="beta", outcome="pain", arm="syrup", field="sd")
    [problem] = told(review, tmp_path)
    assert problem.startswith("extraction.csv:")
    assert "beta, syrup, pain: found n 25, mean 41, se 4, and no sd (standard deviation)" in problem
    assert "give sd or its missing code, or the derivation 'sd = se x sqrt(n)'" in problem


def test_a_missing_code_explains_it_and_the_study_is_told_as_not_in_the_result(review, tmp_path):
    review.take_back(study="beta", outcome="pain", arm="syrup", field="sd")
    review.give("beta", "pain", "syrup", sd="?not reported")
    of, problems = gathered(review, tmp_path)
    assert problems == []
    assert of["pain-md"].result.table.studies == ("Alpha 2001", "Gamma 2003")
    assert of["pain-md"].rows[1].lacks == "sd of syrup (not reported)"


def test_an_effect_without_its_uncertainty_is_told(review, tmp_path):
    review.take_back(study="alpha", outcome="death", field="ci_high")
    [problem] = told(review, tmp_path)
    assert "alpha, death: the HR 0.7 is given without its standard error" in problem


def test_limits_that_do_not_hold_the_estimate_keep_the_effect_out(review, tmp_path):
    review.take_back(study="alpha", outcome="death", field="ci_low")
    review.give("alpha", "death", "drops-vs-syrup:HR", ci_low=0.8)
    of, problems = gathered(review, tmp_path)
    assert (
        "the lower limit of the confidence interval 0.8 is above the effect as the report gives it 0.7"
        in str(problems)
    )
    assert of["death-hr"].rows[0].not_available == "values that contradict each other"


@pytest.mark.parametrize(
    ("outcome", "measure", "more", "says"),
    [
        ("cure", "MD", (), "measure: found MD for cure, which is dichotomous; MD takes mean, sd, n of each arm and fits"),
        ("cure", "ROM", ("profile: meta",), "continuous or count. RR, OR or RD is usual for cure; or mend its type."),
        ("pain", "RR", ("method: MH", "profile: revman5"), "measure: found RR for pain, which is continuous"),
        ("pain", "HR", (), "measure: found HR for pain, which is continuous; HR fits an outcome that is dichotomous or time"),
        ("death", "HR", ("data: arms",), "measure: HR cannot be computed from the numbers of arms"),
        ("cure", "PLO", ("data: contrasts",), "data: found contrasts for PLO"),
        ("pain", "SMD", ("profile: metafor", "values: change or final"), "values: found 'change or final'; in a SMD"),
        ("wheeze", "IRR", ("method: IV", "profile: metafor", "values: change"), "values: found 'change'; only measures of means"),
        ("pain", "MD", ("group: comparator",), "group: found 'comparator'; MD compares two groups"),
        ("pain", "MD", ("method: MH",), "Recipe, measure: 'MD' is pooled by IV; method: 'MH' pools RR, OR, RD, IRR, IRD."),
        ("cure", "RR", ("method: Peto", "profile: revman5"), "method: 'Peto' pools OR"),
        ("pain", "MD", ("assumed_risk: {from: pooled comparator}",), "assumed_risk: MD is no effect on risks"),
        ("death", "HR", ("assumed_risk: {from: pooled comparator}",), "assumed_risk: The studies give HR itself and no risks"),
        ("pain", "MD", ("re_express: {sd: 3, source: x}",), "re_express: MD is not standardised"),
        ("pain", "SMD", ("profile: meta", "re_express: {sd: 3}"), "re_express: A standard deviation to re-express by needs its"),
        ("pain", "SMD", ("profile: meta", "re_express: {sd: 0, source: x}"), "re_express: The standard deviation 0"),
    ],
)  # fmt: skip
def test_what_does_not_go_with_the_measure_or_the_outcome_is_told(tmp_path, outcome, measure, more, says):
    review = EffectsReview(planned=(analysis("a", outcome, measure, *RANDOM, *more),))
    [problem] = told(review, tmp_path)
    assert problem.startswith("protocol.yaml:61: a")
    assert says in problem


def test_kenward_roger_without_reml_is_told_before_any_data(tmp_path):
    plan = analysis("a", "pain", "MD", "model: random effects", "tau2: DL", "test: KR")
    [problem] = told(EffectsReview(planned=(plan,)), tmp_path)
    assert "The Kenward-Roger test is defined for REML, not for DL." in problem


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"arm": "drops"}, "comparison: is given beside an arm"),
        ({"measure": ""}, "measure: is empty; an effect that a report gives needs its measure"),
        ({"outcome": "", "timepoint": ""}, "outcome: is empty"),
        ({"field": "sd"}, "field: found 'sd', which is no field of an effect that a report gives"),
        (
            {"comparison": "", "arm": "drops", "field": "n", "value": "3"},
            "measure: found 'HR' without a comparison",
        ),
    ],
)
def test_a_row_that_does_not_say_what_its_effect_is_of_is_told(review, tmp_path, change, says):
    review.give("alpha", "death", "drops-vs-syrup:HR", se=0.3)
    for row in review.tables["extraction.csv"][-2:]:
        row.update(change)
    assert any(says in problem for problem in told(review, tmp_path))


# ---------------------------------------------------------------- folder, database and folder


def test_export_load_export_of_other_measures_gives_the_same_bytes(review, tmp_path):
    loaded, _ = load_folder(review.write(tmp_path), "effects")
    export_review(loaded, tmp_path / "one")
    again, problems = load_folder(tmp_path / "one", "again")
    export_review(again, tmp_path / "two")
    assert problems == []
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()}
                for name in ("one", "two"))  # fmt: skip
    assert one == two
    assert b"arm,comparison,measure,field" in one["extraction.csv"]
    assert models.ExtractedValue.objects.filter(review=again, comparison__isnull=False).count() == 18
    first, second = (models.Analysis.objects.filter(review=of).values("which_values", "prediction", "re_express_sd",
                     "leave_out_judged", "subgroup_by__key", "test") for of in (loaded, again))  # fmt: skip
    assert list(first) == list(second)


# ---------------------------------------------------------------- beside R's meta, through the folder


CASES = load("plans_meta.json")
PROFILE = {"a_normand-SMD-approx": "revman5"}
OUTCOME = {"metacont": "pain", "metainc": "wheeze", "metaprop": "cure", "metagen": "pain"}
METHOD = {"MH": "MH", "Inverse": "IV"}


def planned(case):
    args = case["args"]
    more = [
        "model: random effects",
        f"tau2: {args['method.tau']}",
        f"profile: {PROFILE.get(case['id'], 'meta')}",
    ]
    more.append(
        "test: "
        + {"classic": "z"}.get(args.get("method.random.ci", "classic"), args.get("method.random.ci", "z"))
    )
    if case["fn"] == "metainc":
        more.append(f"method: {METHOD[args['method']]}")
    if case["fn"] == "metagen":
        more += ["data: contrasts", "prediction: HTS"]
    measure = {"PLOGIT": "PLO"}.get(args["sm"], args["sm"])
    return analysis(case["id"].lower().replace("_", "-"), OUTCOME[case["fn"]], measure, *more)


@pytest.fixture(scope="module")
def beside_meta(tmp_path_factory, django_db_setup, django_db_blocker):
    data = {case["data"]: columns for case, columns in CASES}
    studies = tuple((f"s{at}", f"Study {at}") for at in range(1, 15))
    review = EffectsReview(studies=studies, planned=tuple(planned(case) for case, _ in CASES))
    review.texts["report.md"] = "# Results\n"
    for (key, _), row in zip(studies, zip(*data["a_normand"].values(), strict=True), strict=False):
        for arm, (mean, sd, n) in (("drops", row[:3]), ("syrup", row[3:])):
            review.give(key, "pain", arm, mean=mean, sd=sd, n=int(n))
    for (key, _), (x1, t1, x2, t2, _) in zip(
        studies, zip(*data["a_hart"].values(), strict=True), strict=False
    ):
        review.give(key, "wheeze", "drops", event_count=int(x1), person_time=t1)
        review.give(key, "wheeze", "syrup", event_count=int(x2), person_time=t2)
    for (key, _), (x, n) in zip(studies, zip(*data["a_pritz"].values(), strict=True), strict=False):
        review.give(key, "cure", "drops", patients_with_event=int(x), n=int(n))
    given = (data["a_normand_yi"]["yi"], data["a_normand_yi"]["vi"])
    for (key, _), (y, v) in zip(studies, zip(*given, strict=True), strict=False):
        review.give(key, "pain", "drops-vs-syrup:MD", estimate=repr(float(y)), se=repr(math.sqrt(v)))
    with django_db_blocker.unblock():
        findings = carry_out(review.write(tmp_path_factory.mktemp("meta"))).findings
    return {of.key: of.result for of in findings.analyses}


@pytest.mark.parametrize(("case", "data"), CASES, ids=[case["id"] for case, _ in CASES])
def test_a_planned_analysis_gives_the_numbers_of_r_meta(beside_meta, case, data):
    # R package meta 8.4-0; each case has its call. Iterative tau2 stops at meta's own tolerance (rtol of the case).
    found, expect = beside_meta[case["id"].lower().replace("_", "-")], case["expect"]
    got = {"TE_common": found.common.mu, "seTE_common": found.common.se, "TE_random": found.random.mu,
           "seTE_random": found.random.se, "lower_random": found.random.ci_low, "upper_random": found.random.ci_high,
           "tau2": found.random.tau2, "k": found.random.k}  # fmt: skip
    if "predict" in case["id"]:
        limits = found.random.prediction_interval("HTS")
        got |= {"lower_predict": limits[0], "upper_predict": limits[1]}
    for name in got.keys() & expect.keys():
        assert got[name] == pytest.approx(expect[name], rel=case["rtol"], abs=max(case["atol"], 1e-12)), name
    assert {"TE_common", "TE_random"} <= expect.keys()
