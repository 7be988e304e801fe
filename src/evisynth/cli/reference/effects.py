"""escalc: R's names of columns and options, and the effect of each study."""

from typing import Any

import numpy as np

from evisynth.cli.reference.answer import Answer, fields
from evisynth.cli.reference.case import Call, NotExpressible
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.effects import StudyEffects
from evisynth.synthesis.measures.formulas import ALPHA, FORMULAS, PAIRS, REGRESSION
from evisynth.synthesis.measures.zero_cells import NO_CORRECTION, Rule, ZeroCells

RULES: dict[str, Rule] = {"only0": "only-zero", "if0all": "if-any", "all": "all", "none": "none"}
COLUMNS = {
    "ai": "events1", "bi": "nonevents1", "ci": "events2", "di": "nonevents2", "n1i": "n1", "n2i": "n2",
    "x1i": "events1", "t1i": "time1", "x2i": "events2", "t2i": "time2", "m1i": "mean1", "sd1i": "sd1",
    "m2i": "mean2", "sd2i": "sd2", "xi": "events", "ni": "n", "ti": "time", "mi": "mean", "sdi": "sd", "ri": "r",
}  # fmt: skip
OTHERWISE = {
    PAIRS: {"ai": "both", "bi": "only1", "ci": "only2", "di": "neither"},
    ALPHA: {"ai": "alpha", "mi": "items"},
    REGRESSION: {"ti": "t", "mi": "predictors", "r2i": "r2"},
}
EFFECTS = fields("yi", "vi")


def escalc(call: Call) -> Answer:
    """The effects of all rows; `level` is for intervals that R prints, which are not stored."""
    call.argument("level")
    return Answer(((EFFECTS, effects_of(call)),))


def effects_of(call: Call) -> StudyEffects:
    """What a call of escalc, or another with its arguments, computes from counts, means or correlations."""
    measure = call.argument("measure")
    if measure not in FORMULAS:
        raise NotExpressible(f"measure {measure}")
    options: dict[str, Any] = {}
    vtype, known = call.argument("vtype", "LS"), FORMULAS[measure].vtypes
    if vtype != "LS" and vtype not in known:
        raise NotExpressible(f"vtype = {vtype!r} of {measure}")
    if known and call.has("vtype"):
        options["vtype"] = vtype
    if call.has("correct"):
        options["correct"] = call.argument("correct")
    if call.argument("drop00"):
        options["drop_no_events"] = True
    if call.has("add") or call.has("to"):
        options["zero_cells"] = _rule(call, measure)
    named = {name: our_name(measure, name) for name in call.used()}
    columns = {ours: call.column(name) for name, ours in named.items() if ours}
    return effect_sizes(measure, **options, **columns)


def zero_cells(to: str, add: float) -> ZeroCells:
    """A rule of R's in our words."""
    if to not in RULES:
        raise NotExpressible(f"to = {to!r}")
    return ZeroCells(RULES[to], add) if add and to != "none" else NO_CORRECTION


def our_name(measure: str, name: str) -> str | None:
    """Our name of a column of R's for this measure; None for one that is not data of escalc."""
    return OTHERWISE.get(FORMULAS[measure].family, {}).get(name, COLUMNS.get(name))


def _rule(call: Call, measure: str) -> ZeroCells:
    """escalc adds nothing for the arcsine and root measures unless `add` asks for it, whatever `to` says."""
    usual = 0.0 if FORMULAS[measure].zero_cells == NO_CORRECTION else 0.5
    return zero_cells(str(call.argument("to", "only0")), float(np.ravel(call.argument("add", usual))[0]))
