"""Calls of R on counts, as stored with the reference numbers, in our words; and what we give, in R's."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from evisynth.errors import DataError
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.measures.zero_cells import NO_CORRECTION, ONLY_ZERO, ZeroCells
from evisynth.synthesis.pooling.binary import pool_two_by_two
from evisynth.synthesis.pooling.glmm import pool_glmm
from evisynth.synthesis.pooling.inverse_variance import pool_study_effects
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel
from evisynth.synthesis.pooling.peto import pool_peto
from evisynth.synthesis.pooling.rates import TwoRates, pool_rates
from evisynth.synthesis.pooling.result import COMMON, RANDOM
from evisynth.synthesis.pooling.stratified_tests import (
    breslow_day,
    cochran_mantel_haenszel,
    cochran_mantel_haenszel_rates,
)
from evisynth.synthesis.profiles import META, METAFOR
from support.r_columns import OUR_RULES

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
SHARED = Path(__file__).resolve().parents[3] / "shared/reference/stats"
CELLS = {"events1": "ai", "n1": "n1i", "events2": "ci", "n2": "n2i"}
RATES = {"events1": "x1i", "time1": "t1i", "events2": "x2i", "time2": "t2i"}
ONE = {
    "PLOGIT": ("PLO", {"events": "xi", "n": "ni"}),
    "PAS": ("PAS", {"events": "xi", "n": "ni"}),
    "PFT": ("PFT", {"events": "xi", "n": "ni"}),
    "PLN": ("PLN", {"events": "xi", "n": "ni"}),
    "PRAW": ("PR", {"events": "xi", "n": "ni"}),
    "IRLN": ("IRLN", {"events": "xi", "time": "ti"}),
    "IR": ("IR", {"events": "xi", "time": "ti"}),
    "IRS": ("IRS", {"events": "xi", "time": "ti"}),
    "IRFT": ("IRFT", {"events": "xi", "time": "ti"}),
    "ZCOR": ("ZCOR", {"r": "ri", "n": "ni"}),
    "COR": ("COR", {"r": "ri", "n": "ni"}),
    "MRAW": ("MN", {"mean": "mi", "sd": "sdi", "n": "ni"}),
    "MLN": ("MNLN", {"mean": "mi", "sd": "sdi", "n": "ni"}),
}
GLMM = {
    "OR": CELLS,
    "IRR": RATES,
    "PLO": {"events": "xi", "n": "ni"},
    "IRLN": {"events": "xi", "time": "ti"},
}


def cases(stored, family, wanted=None):
    """(case, columns) of a file of tests/reference, then of the rest of the family where the shared numbers are."""
    found, seen = [], set()
    for path in (REFERENCE / stored, SHARED / f"{family}.json"):
        if not path.exists():
            continue
        book = json.loads(path.read_text(encoding="utf-8"))
        for case in book["cases"]:
            if case["id"] not in seen and (wanted is None or wanted(case)):
                seen.add(case["id"])
                found.append((case, book["datasets"][case["data"]]["columns"]))
    return found


def ids(found):
    return [case["id"] for case, _ in found]


def numbers(value):
    """A reference value as a flat array: NA and NaN of R become NaN, Inf infinity."""
    flat = np.ravel(np.array(value, dtype=object)).tolist()
    return np.array([np.nan if one in ("NA", "NaN") else float(one) for one in flat])


def apart(got, want, case):
    """{name: (ours, theirs)} of what is not within the tolerances of the case.

    What R does not have at all (NA) is not compared; a NaN in an array must stand at the same place in ours.
    """
    found = {}
    for name, value in want.items():
        if isinstance(value, str) and value == "NA":
            continue
        theirs = numbers(value)
        ours = np.broadcast_to(np.asarray(got[name], dtype=float).ravel(), theirs.shape)
        with np.errstate(invalid="ignore"):
            near = np.abs(ours - theirs) <= case["atol"] + case["rtol"] * np.abs(theirs)
        if not np.all(near | (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))):
            found[name] = (got[name], value)
    return found


def table_of(columns):
    names = tuple(f"S{place}" for place in range(1, len(columns["ai"]) + 1))
    return TwoByTwo(names, *(np.array(columns[r], dtype=float) for r in CELLS.values()))


def rates_of(columns):
    names = tuple(f"S{place}" for place in range(1, len(columns["x1i"]) + 1))
    return TwoRates(names, *(np.array(columns[r], dtype=float) for r in RATES.values()))


def mantel_haenszel_outputs(case, columns):
    """What rma.mh and rma.peto print; MH, BD and TA where they exist."""
    args = case.get("args") or {}
    rule = ONLY_ZERO if "add" in args else NO_CORRECTION
    profile = replace(METAFOR, pooling_zero_cells=rule)
    measure = args.get("measure")
    extra = {}
    if measure in ("IRR", "IRD"):
        rates = rates_of(columns)
        pooled = pool_rates(rates, measure, profile=METAFOR)
        if measure == "IRR":
            extra = {"MH": cochran_mantel_haenszel_rates(rates)}
    elif case["fn"] == "rma.peto":
        pooled = pool_peto(table_of(columns))
    else:
        table = table_of(columns)
        pooled = pool_mantel_haenszel(table, measure, profile)
        if measure == "OR":
            correct = args.get("correct", True)
            extra = {
                "MH": cochran_mantel_haenszel(table, rule, continuity_correction=correct),
                "BD": breslow_day(table, rule),
                "TA": breslow_day(table, rule, tarone=True),
            }
    return {
        "b": pooled.mu,
        "se": pooled.se,
        "zval": pooled.z,
        "pval": pooled.p,
        "ci_lb": pooled.ci_low,
        "ci_ub": pooled.ci_high,
        "QE": pooled.Q,
        "QEp": pooled.p_Q,
        "k_yi": pooled.df + 1,
        "I2": pooled.I2,
        "H2": pooled.H2,
        "k_pos": extra["BD"].strata if "BD" in extra else pooled.k,
        **{name: test.statistic for name, test in extra.items()},
        **{f"{name}p": test.p for name, test in extra.items()},
    }


def glmm_of(case, columns, points=None):
    """The model of a case of rma.glmm, with the points of the case unless others are asked for."""
    args = case["args"]
    one_rule = args.get("model") == "UM.RS" or (args.get("model"), args["measure"]) == ("CM.EL", "OR")
    mods = case.get("mods")
    how = {"points": None if one_rule else points or args["nAGQ"]}
    if mods:
        how |= {"moderators": columns[mods.split()[-1]], "names": (mods.split()[-1],)}
    return pool_glmm(
        args["measure"],
        likelihood=args.get("model", ""),
        model=COMMON if args.get("method") == "EE" else RANDOM,
        **how,
        **{ours: columns[r] for ours, r in GLMM[args["measure"]].items()},
    )


def glmm_outputs(fit):
    return {
        "k": fit.k,
        "b": fit.coefficients,
        "se": fit.standard_errors,
        "zval": fit.z_values,
        "pval": fit.p_values,
        "ci_lb": fit.ci[:, 0],
        "ci_ub": fit.ci[:, 1],
        "tau2": fit.tau2,
        "sigma2": fit.sigma2,
        "I2": fit.I2_tau2,
        "H2": fit.H2_tau2,
        "QE_Wld": fit.QE_Wald,
        "QEp_Wld": fit.p_QE_Wald,
        "QE_LRT": fit.QE_LRT,
        "QEp_LRT": fit.p_QE_LRT,
        "QE_df": fit.QE_df,
        "ll": fit.log_likelihood,
        "QM": fit.QM,
        "QMp": fit.p_QM,
    }


def meta_outputs(case, columns):
    """What metabin, metainc, metaprop, metarate, metacor and metamean give."""
    args = case["args"]
    if case["fn"] == "metabin":
        return both_models(*_metabin(args, table_of(columns)), args)
    if case["fn"] == "metainc":
        rates, profile = rates_of(columns), replace(META, tau2_method=args["method.tau"])
        method = {"Inverse": "IV"}.get(args["method"], args["method"])
        common = pool_rates(rates, args["sm"], method=method, profile=profile)
        return both_models(
            common, pool_rates(rates, args["sm"], model=RANDOM, profile=profile), rates.studies, args
        )
    measure, names = ONE[args["sm"]]
    effects = effect_sizes(
        measure,
        correct_estimate=args["sm"] != "PRAW",
        **{ours: np.array(columns[r], dtype=float) for ours, r in names.items()},
    )
    common, random = pool_study_effects(effects), pool_study_effects(effects, tau2_method="DL")
    size = columns.get("ti", columns.get("ni"))
    size = len(size) / np.sum(1 / np.array(size, dtype=float)) if size else None
    return both_models(common, random, effects.studies, args, size)


def _metabin(args, table):
    """(common, random, studies) by metabin's arguments."""
    rule = ZeroCells(OUR_RULES[args.get("method.incr", "only0")], args.get("incr", 0.5))
    profile = replace(
        META,
        study_zero_cells=rule,
        pooling_zero_cells=NO_CORRECTION if args.get("MH.exact") else rule,
        rr_corrects_nonevents=args.get("RR.Cochrane", False),
        uninformative_left_out=frozenset() if args.get("allstudies") else META.uninformative_left_out,
        tau2_method=args["method.tau"],
        tests=("HK",) if args.get("method.random.ci") == "HK" else ("z",),
    )
    method = {"Inverse": "IV"}.get(args["method"], args["method"])
    common = pool_two_by_two(table, args["sm"], method=method, profile=profile)
    random = pool_two_by_two(table, args["sm"], method=method, model=RANDOM, profile=profile)
    return common, random, table.studies


def both_models(common, random, studies, args, size=None):
    if common.dropped != random.dropped and args.get("MH.exact") is not True:
        raise DataError("metabin leaves out the same studies in both models.")
    prediction = {"HTS": "HTS"}.get(args.get("method.predict"), "V")
    low, high = random.prediction_interval(prediction)
    fewer = 2 if prediction == "HTS" else 1
    I2 = [None if share is None else share / 100 for share in (random.I2, *(random.I2_ci or (None, None)))]
    out = {
        "k": random.k,
        "TE": _in_place(random.yi, random, studies),
        "seTE": _in_place(random.sei, random, studies),
        "TE_common": common.mu,
        "seTE_common": common.se,
        "lower_common": common.ci_low,
        "upper_common": common.ci_high,
        "z_common": common.z,
        "p_common": common.p,
        "share_common": _in_place(common.weights, common, studies, 0.0),
        "TE_random": random.mu,
        "seTE_random": random.se,
        "lower_random": random.ci_low,
        "upper_random": random.ci_high,
        "stat_random": random.z,
        "p_random": random.p,
        "df_random": np.inf if random.ddf is None else random.ddf,
        "share_random": _in_place(random.weights, random, studies, 0.0),
        "Q": common.Q,
        "df_Q": common.df,
        "p_Q": common.p_Q,
        "tau2": random.tau2,
        "I2": common.I2 / 100,
        "lower_I2": I2[1],
        "upper_I2": I2[2],
        "lower_predict": low,
        "upper_predict": high,
        "df_predict": random.k - fewer,
    }
    if size is not None:
        measure = measure_named(common.measure)
        out |= {"back_common": measure.back(common.mu, size), "back_random": measure.back(random.mu, size)}
    return out


def _in_place(values, pooled, studies, otherwise=np.nan):
    """Values of the pooled studies in an array of all."""
    there = dict(zip(pooled.studies, values.tolist(), strict=True))
    return np.array([there.get(study, otherwise) for study in studies])


def comparable(case, columns):
    """What the case expects, with weights in percent and NaN for studies that R leaves out."""
    want = dict(case["expect"])
    for model in ("common", "random"):
        weights = np.array(want.pop(f"w_{model}"), dtype=float)
        want[f"share_{model}"] = (100 * weights / weights.sum()).tolist()
    gone = {"NA", "NaN", "Inf"}
    for name in ("TE", "seTE"):
        there = zip(want[name], want["TE"], strict=True)
        want[name] = ["NA" if own in gone or te in gone else own for own, te in there]
    for name in ("H", "lower_H", "upper_H", "lower_tau2", "upper_tau2"):
        want.pop(name, None)  # H is the root of H2; limits of tau2 are tested with tau2
    return want
