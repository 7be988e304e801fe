"""rma.uni and what is done with its fit."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from evisynth.cli.reference import diagnostics, small_study
from evisynth.cli.reference.answer import After, Answer, Parts, Table, fields, same
from evisynth.cli.reference.case import Call, NotExpressible, missing, named_in_note
from evisynth.cli.reference.effects import effects_of
from evisynth.cli.reference.formulas import complete, design_of, evaluate, parsed
from evisynth.synthesis.bias.selection import STEPS as STEPFUN
from evisynth.synthesis.bias.selection import selection_model
from evisynth.synthesis.bias.selection_weights import SMOOTH
from evisynth.synthesis.design import INTERCEPT, Design
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.moderators.location_scale import location_scale
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.intervals import TESTS as OUR_TESTS
from evisynth.synthesis.pooling.iteration import R_ITERATION, Iteration
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.result import COMMON, Pooled
from evisynth.synthesis.pooling.robust import RobustFit, independent_fit, robust
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS, WEIGHTED_TAU2_METHODS
from evisynth.synthesis.pooling.tau2_limits import TAU2_INTERVALS
from evisynth.synthesis.prediction import PREDICTION_METHODS

Fit = Pooled | MetaRegression
METHODS = {"EE": "common", "FE": "common", "CE": "common"} | dict(
    zip((*TAU2_METHODS, *WEIGHTED_TAU2_METHODS), (*TAU2_METHODS, *WEIGHTED_TAU2_METHODS), strict=True)
)
TESTS = {"z": "z", "t": "t", "knha": "HK", "hksj": "HK", "adhoc": "HK-adhoc"}

# The README of the numbers: iterative methods were run with a threshold of 1e-13. Our solutions are the same to the last
# digit, but where the iteration goes to 0 for ever.
CONTROL = Iteration(threshold=1e-13, rounds=10_000)
TO_THE_END = ("SJIT",)

POOLED: Table = {
    **fields("k", "se", "tau2", "se_tau2", "vt", "ll", "ddf", "AIC", "BIC", "AICc", b="mu", zval="z", pval="p",
             ci_lb="ci_low", ci_ub="ci_high", QE="Q", QEp="p_Q", QE_df="df"),
    "p": same(1),
    "I2": lambda fit: fit.I2 if fit.model == COMMON else fit.I2_tau2,  # in metafor's common-effect models from Q
    "H2": lambda fit: fit.H2 if fit.model == COMMON else fit.H2_tau2,
    "coef_names": same(["intrcpt"]),
    "vcov": lambda fit: fit.se**2,
    "QM": lambda fit: fit.z**2,
    "QM_df": lambda fit: [1] if fit.ddf is None else [1, fit.ddf],
    "QMp": lambda fit: fit.p,
}  # fmt: skip
REGRESSION: Table = {
    **fields("k", "b", "se", "tau2", "se_tau2", "vt", "ll", "ddf", "vcov", "QM", "R2", "AIC", "BIC", "AICc", zval="z",
             pval="p", ci_lb="ci_low", ci_ub="ci_high", QE="Q", QEp="p_Q", QE_df="df", QMp="p_QM"),
    "p": lambda fit: fit.design.p,
    "I2": lambda fit: fit.I2 if fit.model == COMMON else fit.I2_tau2,
    "H2": lambda fit: fit.H2 if fit.model == COMMON else fit.H2_tau2,
    "coef_names": lambda fit: ["intrcpt" if name == INTERCEPT else name for name in fit.names],
    "QM_df": lambda fit: [fit.omnibus.df] if fit.ddf is None else [fit.omnibus.df, fit.ddf],
}  # fmt: skip
LOCATION_SCALE: Table = {
    **fields("k", "b", "se", "vcov", "ll", "alpha", "se_alpha", "tau2", zval="z", pval="p", QE="Q"),
    "ci_lb": lambda fit: fit.ci[:, 0],
    "ci_ub": lambda fit: fit.ci[:, 1],
    "QM": lambda fit: fit.omnibus.statistic,
    "QMp": lambda fit: fit.omnibus.p,
    "QS": lambda fit: fit.omnibus_scale.statistic,
    "QSp": lambda fit: fit.omnibus_scale.p,
}
ROBUST: Table = {
    **fields("b", "se", "vcov", "n_clusters", tval="t", zval="t", pval="p", ci_lb="ci_low", ci_ub="ci_high", QM="F",
             QMp="F_p"),
    "dfs": lambda fit: fit.df if fit.kind == "CR2" else fit.df[0],
    "QM_df": lambda fit: fit.F_df,
}  # fmt: skip
SELECTION: Table = {
    **fields("b", "se", "tau2", "se_tau2", "delta", "se_delta", "ll", "LRT", "LRT_tau2", "k", zval="z", pval="p",
             ci_lb="ci_low", ci_ub="ci_high", LRTdf="LRT_df", LRTp="LRT_p"),
    "alternative": lambda fit: fit.alternative.replace("-", "."),
}  # fmt: skip


def rma_uni(call: Call) -> Answer:
    """The fit, or what was done with it."""
    y, v = _effects(call)
    if scale := _scale_formula(call):
        return _location_scale(call, y, v, scale)
    fit, weights = _fitted(call, y, v)
    steps = call.then or [
        {"fn": name} for name in call.features if name in diagnostics.STEPS or name in small_study.STEPS
    ]
    if not steps:
        return Answer(((REGRESSION if isinstance(fit, MetaRegression) else POOLED, fit),))
    parts: Parts = []
    likelihood = False
    for step in steps:
        name = str(step["fn"])
        if name not in STEPS:
            raise NotExpressible(f"{name}() of a fit of rma.uni()")
        unknown = sorted(set(step) - OPTIONS.get(name, set()) - {"fn", "note", "returns"})
        if unknown:
            raise NotExpressible(f"{name}({', '.join(f'{one} = {step[one]!r}' for one in unknown)})")
        parts += STEPS[name](After(call, fit, step, weights))
        likelihood = likelihood or name == "selmodel"
    return Answer(tuple(parts), by_likelihood=likelihood)


def fsn(call: Call) -> Answer:
    """The fail-safe numbers."""
    y, v = _effects(call)
    return Answer(tuple(small_study.fail_safe_numbers(call, y, v)))


def _effects(call: Call) -> tuple[Vector, Vector]:
    """Effects and variances of the rows that take part; the rows of `call` are then those alone."""
    if "yi" in call.used() and "yi" in call.columns:
        y = np.asarray(call.column("yi"), dtype=np.float64)
        v = (
            np.asarray(call.column("sei"), dtype=np.float64) ** 2
            if "sei" in call.used() and "vi" not in call.used()
            else np.asarray(call.column("vi"), dtype=np.float64)
        )
        call.argument("measure")
    else:
        effects = effects_of(call)
        y, v = effects.yi, effects.vi
    there = ~(np.isnan(y) | np.isnan(v))
    for formula in (call.mods, _scale_formula(call)):
        if formula:
            there &= complete(formula, call.columns)
    if expression := _weights_expression(call):
        for name in parsed(expression).names():
            there &= ~missing(call.columns[name])
    call.keep(there)
    return y[there], v[there]


def _scale_formula(call: Call) -> str | None:
    given = call.argument("scale")
    return str(given) if isinstance(given, str) else named_in_note(call, r"scale model: (~.*)")


def _weights_expression(call: Call) -> str | None:
    given = call.argument("weights")
    return str(given) if isinstance(given, str) else named_in_note(call, r"weights = (.+)")


def level_of(call: Call) -> float:
    """R's level, in percent or as a fraction."""
    level = float(call.argument("level", 95))
    return level / 100 if level > 1 else level


def _fitted(call: Call, y: Vector, v: Vector) -> tuple[Fit, Vector | None]:
    """The fit of rma.uni, and the weights that were given."""
    method, test = call.argument("method", "REML"), call.argument("test", "z")
    if method not in METHODS:
        raise NotExpressible(f"method = {method!r}")
    if test not in TESTS and test not in OUR_TESTS:
        raise NotExpressible(f"test = {test!r}")
    how: dict[str, Any] = {"method": METHODS[method], "test": TESTS.get(test, test), "level": level_of(call)}
    if call.argument("tau2") is not None:
        how["tau2"] = float(call.argument("tau2"))
    weights = _weights(call, v)
    if method in TO_THE_END:
        how["iteration"] = CONTROL
    if call.mods is None or not any(parsed(call.mods).names()):
        return pool(y, v, weights=weights, **how), weights
    if weights is not None:
        raise NotExpressible("weights of a meta-regression")
    btt = call.argument("btt")
    tested = (
        None if btt is None else [_position(one) for one in np.ravel(np.array(btt, dtype=object)).tolist()]
    )
    return meta_regression(y, v, design_of(call.mods, call.columns), btt=tested, **how), None


def _position(one: Any) -> int | str:
    if isinstance(one, int) and one >= 1:
        return one - 1
    raise NotExpressible(f"btt = {one!r}")


def _weights(call: Call, v: Vector) -> Vector | None:
    if expression := _weights_expression(call):
        return np.asarray(evaluate(parsed(expression), call.columns), dtype=np.float64)
    if isinstance(call.argument("weights"), list):
        return np.array(call.argument("weights"), dtype=np.float64)
    return np.ones(len(v)) if call.argument("weighted", True) is False else None


def _location_scale(call: Call, y: Vector, v: Vector, scale: str) -> Answer:
    method = call.argument("method", "REML")
    if method not in ("ML", "REML") or call.argument("test", "z") != "z":
        raise NotExpressible(f"a location-scale model by {method} with test {call.argument('test', 'z')}")
    if call.argument("link", "log") != "log":
        raise NotExpressible(f"link = {call.argument('link')!r}")
    location = design_of(call.mods, call.columns) if call.mods else None
    fit = location_scale(
        y, v, scale=design_of(scale, call.columns), moderators=location, method=method, level=level_of(call)
    )
    return Answer(((LOCATION_SCALE, fit),), by_likelihood=True)


def _confint(after: After) -> Parts:
    """Estimate and limits of tau2, tau, I2 and H2."""
    fit, step, weights = after.fit, after.step, after.weights
    kind = str(step.get("type", "QP"))
    if kind not in TAU2_INTERVALS:
        raise NotExpressible(f"confint(type = {kind!r})")
    level = step.get("level")
    options: dict[str, Any] = {"level": level and _fraction(level)}
    if kind == "GENQ":  # its stored limits, alone of all kinds, are those of the usual tolerance
        options |= {"weights": weights, "iteration": R_ITERATION}
    found = fit.tau2_interval(kind, **options)
    if found is None:
        raise NotExpressible("limits of tau2 in a common-effect model")
    estimates = {"tau2": fit.tau2, "tau": np.sqrt(fit.tau2), "I2": fit.I2_tau2, "H2": fit.H2_tau2}
    table: Table = {name: _triple(name, own) for name, own in estimates.items()}
    return [(table, found)]


def _triple(name: str, estimate: Any) -> Callable[[Any], Any]:
    return lambda limits: [estimate, *getattr(limits, name)]


def _fraction(level: float) -> float:
    return level / 100 if level > 1 else level


def _predict(after: After) -> Parts:
    """The pooled effect, or predictions at new values of the moderators, with the interval of a new study."""
    fit, step = after.fit, after.step
    kind = str(step.get("predtype", "own"))
    if kind not in PREDICTION_METHODS:
        raise NotExpressible(f"predict(predtype = {kind!r})")
    if isinstance(fit, MetaRegression):
        if kind != "own" or "newmods" not in step:
            raise NotExpressible(f"predict({', '.join(map(str, step))}) of a meta-regression")
        table = fields("se", pred="mu", ci_lb="ci_low", ci_ub="ci_high", pi_lb="pi_low", pi_ub="pi_high")
        return [(table, fit.predict(np.atleast_2d(np.array(step["newmods"], dtype=np.float64))))]
    limits = fit.prediction_interval(kind) or (np.nan, np.nan)
    if fit.model == COMMON:
        limits = fit.ci  # metafor's interval of a new study where there is no heterogeneity
    pi: Table = {"pi_lb": lambda both: both[0], "pi_ub": lambda both: both[1]}
    return [({**POOLED, "pred": POOLED["b"]}, fit), (pi, limits)]


def _selmodel(after: After) -> Parts:
    call, fit, step = after.call, after.fit, after.step
    if step.get("type") not in (STEPFUN, *SMOOTH):
        raise NotExpressible(f"selmodel(type = {step.get('type')!r})")
    if isinstance(fit, Pooled) and fit.tau2_method != "ML":
        raise NotExpressible("selmodel() of a fit by another method than ML")
    how: dict[str, Any] = {"alternative": str(step.get("alternative", "greater")).replace(".", "-")}
    if "steps" in step:
        how["steps"] = np.atleast_1d(step["steps"]).tolist()
    if "delta" in step:
        how["delta"] = [None if one == "NA" else one for one in np.atleast_1d(step["delta"]).tolist()]
    if "prec" in step:
        how["precision"] = diagnostics.precision(call, fit, str(step["prec"]))
    design: Design | None = fit.design if isinstance(fit, MetaRegression) else None
    found = selection_model(fit.yi, fit.vi, design, function=str(step["type"]), level=fit.level, **how)
    return [(SELECTION, found)]


def _robust(after: After) -> Parts:
    call, fit, step, weights = after.call, after.fit, after.step, after.weights
    design = fit.design if isinstance(fit, MetaRegression) else None
    linear = independent_fit(fit.yi, fit.vi + fit.tau2, design, weights=weights)
    return [(ROBUST, robust_of(call, linear, step, fit.level))]


def robust_of(call: Call, linear: Any, step: Mapping[str, Any], level: float) -> RobustFit:
    """robust() of a linear fit: the cluster by its column, the kind by its name."""
    kind = str(step.get("type", "CR1"))
    if kind not in ("CR0", "CR1", "CR2"):
        raise NotExpressible(f"robust(type = {kind!r})")
    return robust(linear, call.column(str(step["cluster"])), kind=kind, level=level)  # type: ignore[arg-type]


OPTIONS = {
    "confint": {"type", "level"},
    "predict": {"predtype", "newmods"},
    "selmodel": {"type", "alternative", "steps", "delta", "prec"},
    "robust": {"cluster", "type"},
    **small_study.OPTIONS,
}
STEPS: dict[str, Callable[[After], Parts]] = {
    "confint": _confint,
    "predict": _predict,
    "selmodel": _selmodel,
    "robust": _robust,
    **diagnostics.STEPS,
    **small_study.STEPS,
}
