"""Small-study effects: trim and fill, regression and rank tests, fail-safe numbers, Henmi-Copas, excess significance."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from evisynth.cli.reference.answer import After, Parts, Table, fields
from evisynth.cli.reference.case import Call, NotExpressible, named_in_note
from evisynth.synthesis.bias.excess_significance import excess_significance
from evisynth.synthesis.bias.fail_safe import fail_safe_n
from evisynth.synthesis.bias.henmi_copas import henmi_copas
from evisynth.synthesis.bias.rank_test import rank_test
from evisynth.synthesis.bias.regression_test import regression_test
from evisynth.synthesis.bias.trim_and_fill import trim_and_fill
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.iteration import R_ITERATION
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.result import COMMON, Pooled

PREDICTORS = {
    "sei": "sei",
    "vi": "vi",
    "ni": "ni",
    "ninv": "1/ni",
    "sqrtni": "sqrt(ni)",
    "sqrtninv": "1/sqrt(ni)",
}
EXCESS_TESTS = {"default": "chi2", "chi2": "chi2", "binom": "binomial", "exact": "exact"}

TRIM_AND_FILL: Table = {
    **fields("k", "k0", "se_k0", "side", "p_k0"),
    "b": lambda found: found.filled.mu,
    "se": lambda found: found.filled.se,
    "ci_lb": lambda found: found.filled.ci_low,
    "ci_ub": lambda found: found.filled.ci_high,
    "tau2": lambda found: found.filled.tau2,
    "QE": lambda found: found.filled.Q,
    "I2": lambda found: found.filled.I2 if found.filled.model == COMMON else found.filled.I2_tau2,
    "yi_f": lambda found: np.sort(found.filled.yi),
}
REGRESSION_TEST: Table = {
    **fields(zval="statistic", pval="p", dfs="ddf", est="limit"),
    "ci_lb": lambda found: found.limit_ci[0],
    "ci_ub": lambda found: found.limit_ci[1],
}
EXCESS: Table = {
    **fields("k", "power", "theta", O="observed", E="expected", OEratio="ratio", pval="p"),
    "X2": lambda found: (
        found.X2 if found.test == "chi2" else np.nan
    ),  # a test of its own, which binom does not use
}
HENMI_COPAS: Table = {
    **fields("se", "tau2", "k", b="mu"),
    "ci_lb": lambda found: found.ci[0],
    "ci_ub": lambda found: found.ci[1],
}


def fail_safe_numbers(call: Call, y: Vector, v: Vector) -> Parts:
    """All of them; the target of Orwin's second one stands in the note."""
    target = float(named_in_note(call, r"target (\d*\.?\d+)") or "nan")
    table: Table = {
        "rosenthal": lambda _: fail_safe_n(y, v, kind="rosenthal").n,
        "rosenthal_p": lambda _: fail_safe_n(y, v, kind="rosenthal").p,
        "orwin": lambda _: fail_safe_n(y, v, kind="orwin").n,
        "orwin_target": lambda _: fail_safe_n(y, v, kind="orwin", target=target).n,
        "rosenberg": lambda _: fail_safe_n(y, v, kind="rosenberg").n,
        "rosenberg_p": lambda _: fail_safe_n(y, v, kind="rosenberg").p,
        "general_reml": lambda _: fail_safe_n(y, v, kind="general", method="REML", as_metafor=True).n,
        "general_fe": lambda _: fail_safe_n(y, v, kind="general", method="common", as_metafor=True).n,
    }
    return [(table, None)]


def method_of(fit: Any) -> str:
    """The method of a fit by our name."""
    if isinstance(fit, Pooled):
        return "common" if fit.model == COMMON else fit.tau2_method
    return str(fit.method)


def _trimfill(after: After) -> Parts:
    fit, step = after.fit, after.step
    side = step.get("side", "auto")
    found = trim_and_fill(
        fit.yi, fit.vi, estimator=str(step.get("estimator", "L0")), side=None if side == "auto" else side,
        method=method_of(fit), test=fit.test, level=fit.level,
    )  # fmt: skip
    if found.k0:  # metafor pools with filled studies by its usual stopping rule, whatever that of the fit was
        filled = pool(
            found.filled.yi, found.filled.vi, method=method_of(fit), test=fit.test, level=fit.level,
            iteration=R_ITERATION,
        )  # fmt: skip
        found = replace(found, filled=filled)
    return [(TRIM_AND_FILL, found)]


def _regtest(after: After) -> Parts:
    call, fit, step = after.call, after.fit, after.step
    predictor, model = str(step.get("predictor", "sei")), str(step.get("model", "rma"))
    if predictor not in PREDICTORS or model not in ("rma", "lm"):
        raise NotExpressible(f"regtest(predictor = {predictor!r}, model = {model!r})")
    found = regression_test(
        fit.yi,
        fit.vi,
        predictor=PREDICTORS[predictor],
        model="additive" if model == "rma" else "multiplicative",
        ni=call.column("ni") if "ni" in call.columns else None,
        method=method_of(fit),
        test=fit.test,
        level=fit.level,
    )
    return [(REGRESSION_TEST, found)]


def _ranktest(after: After) -> Parts:
    fit = after.fit
    return [(fields("tau", pval="p"), rank_test(fit.yi, fit.vi))]


def _hc(after: After) -> Parts:
    fit = after.fit
    return [(HENMI_COPAS, henmi_copas(fit.yi, fit.vi, level=fit.level))]


def _tes(after: After) -> Parts:
    fit, step = after.fit, after.step
    test = str(step.get("test", "default"))
    if test not in EXCESS_TESTS:
        raise NotExpressible(f"tes(test = {test!r})")
    found = excess_significance(
        fit.yi,
        fit.vi,
        method=method_of(fit),
        test=EXCESS_TESTS[test],  # type: ignore[arg-type]
    )
    return [(EXCESS, found)]


OPTIONS = {"trimfill": {"estimator", "side"}, "regtest": {"model", "predictor"}, "tes": {"test"}}
STEPS: dict[str, Callable[[After], Parts]] = {
    "trimfill": _trimfill,
    "regtest": _regtest,
    "ranktest": _ranktest,
    "hc": _hc,
    "tes": _tes,
}
