"""A call of R's escalc, as stored with the reference numbers, in our words."""

import numpy as np

from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.formulas import ALPHA, FORMULAS, PAIRS, REGRESSION
from evisynth.synthesis.measures.zero_cells import NO_CORRECTION, ZeroCells

OUR_RULES = {"only0": "only-zero", "if0all": "if-any", "all": "all", "none": "none"}
OUR_COLUMNS = {
    "ai": "events1", "bi": "nonevents1", "ci": "events2", "di": "nonevents2", "n1i": "n1", "n2i": "n2",
    "x1i": "events1", "t1i": "time1", "x2i": "events2", "t2i": "time2", "m1i": "mean1", "sd1i": "sd1",
    "m2i": "mean2", "sd2i": "sd2", "xi": "events", "ni": "n", "ti": "time", "mi": "mean", "sdi": "sd", "ri": "r",
}  # fmt: skip
OTHERWISE = {
    PAIRS: {"ai": "both", "bi": "only1", "ci": "only2", "di": "neither"},
    ALPHA: {"ai": "alpha", "mi": "items"},
    REGRESSION: {"ti": "t", "mi": "predictors", "r2i": "r2"},
}


def our_name(measure, r_name):
    return OTHERWISE.get(FORMULAS[measure].family, {}).get(r_name, OUR_COLUMNS.get(r_name))


def effects_of(case, columns):
    """What effect_sizes gives for a stored call of escalc."""
    args = case["args"]
    measure = args["measure"]
    options = {name: args[name] for name in ("vtype", "correct") if name in args}
    if args.get("drop00"):
        options["drop_no_events"] = True
    if {"add", "to"} & set(args):
        # escalc adds nothing for the arcsine and root measures unless `add` asks for it, whatever `to` says
        usual = 0.0 if FORMULAS[measure].zero_cells == NO_CORRECTION else 0.5
        add, to = args.get("add", usual), OUR_RULES[args.get("to", "only0")]
        options["zero_cells"] = ZeroCells(to, add) if add and to != "none" else NO_CORRECTION
    used = {our_name(measure, name): columns[name] for name in case["use"]}
    return effect_sizes(measure, **options, **used)


def differences(case, columns, numbers):
    """(agrees, worst relative difference) over yi and vi, within 1e-9 relative; NaN must stand where R has NA."""
    found = effects_of(case, columns)
    agrees, worst = True, 0.0
    for name, got in (("yi", found.yi), ("vi", found.vi)):
        want = numbers(case["expect"][name])
        there = ~np.isnan(want)
        gap = np.abs(got[there] - want[there])
        agrees &= bool(
            np.array_equal(np.isnan(got), ~there) and np.all(gap <= 1e-12 + 1e-9 * np.abs(want[there]))
        )
        scale = np.maximum(np.abs(want[there]), 1e-3)
        worst = max(worst, float(np.max(gap / scale, initial=0.0)))
    return agrees, worst
