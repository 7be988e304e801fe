"""rma.mh, rma.peto and rma.glmm: pooling from counts."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from evisynth.cli.reference import diagnostics
from evisynth.cli.reference.answer import Answer, Table, fields
from evisynth.cli.reference.case import Call, NotExpressible, missing
from evisynth.cli.reference.effects import our_name, zero_cells
from evisynth.cli.reference.formulas import complete, design_of
from evisynth.synthesis.design import INTERCEPT
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.glmm import pool_glmm
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel
from evisynth.synthesis.pooling.peto import pool_peto
from evisynth.synthesis.pooling.rates import TwoRates, pool_rates
from evisynth.synthesis.pooling.result import COMMON, RANDOM, Pooled
from evisynth.synthesis.pooling.stratified_tests import (
    breslow_day,
    cochran_mantel_haenszel,
    cochran_mantel_haenszel_rates,
)
from evisynth.synthesis.profiles import METAFOR, Profile

MH: Table = {
    **fields("se", "I2", "H2", b="mu", zval="z", pval="p", ci_lb="ci_low", ci_ub="ci_high", QE="Q", QEp="p_Q",
             QE_df="df"),
    "k_yi": lambda fit: int(np.count_nonzero(~np.isnan(fit.yi))),
}  # fmt: skip
GLMM: Table = {
    **fields("k", "tau2", "sigma2", "QE_LRT", "QE_df", "QM", b="coefficients", se="standard_errors", zval="z_values",
             pval="p_values", I2="I2_tau2", H2="H2_tau2", QE_Wld="QE_Wald", QEp_Wld="p_QE_Wald", QEp_LRT="p_QE_LRT",
             ll="log_likelihood", ll_at_modes="log_likelihood_at_modes", QMp="p_QM"),
    "ci_lb": lambda fit: fit.ci[:, 0],
    "ci_ub": lambda fit: fit.ci[:, 1],
    "vcov": lambda fit: fit.vcov,
}  # fmt: skip
COUNTS = ("ai", "bi", "ci", "di", "n1i", "n2i", "x1i", "t1i", "x2i", "t2i", "xi", "ni", "ti")


def rma_mh(call: Call) -> Answer:
    """Mantel-Haenszel, with the tests that go with it."""
    measure, level = call.argument("measure", "OR"), _level(call)
    profile = _profile(call)
    correct = bool(call.argument("correct", True))
    if measure in ("IRR", "IRD"):
        rates = rates_of(call)
        pooled: Callable[[Any], Pooled] = partial(pool_rates, measure=measure, profile=profile, level=level)
        tests = {}
        if measure == "IRR":
            tests = {"MH": lambda: cochran_mantel_haenszel_rates(rates, continuity_correction=correct)}
        return _answer(call, rates, pooled, tests)
    if measure not in ("RR", "OR", "RD"):
        raise NotExpressible(f"rma.mh(measure = {measure!r})")
    table, rule = table_of(call), profile.pooling_zero_cells
    pooled = partial(pool_mantel_haenszel, measure=measure, profile=profile, level=level)
    if measure != "OR":
        return _answer(call, table, pooled, {})
    tests = {
        "MH": lambda: cochran_mantel_haenszel(table, rule, continuity_correction=correct),
        "BD": lambda: breslow_day(table, rule),
        "TA": lambda: breslow_day(table, rule, tarone=True),
    }
    return _answer(call, table, pooled, tests)


def rma_peto(call: Call) -> Answer:
    """Peto's odds ratio. `add` and `to` would change the studies' own effects alone, which are not stored."""
    for unimportant in ("add", "to"):
        call.argument(unimportant)
    return _answer(call, table_of(call), partial(pool_peto, level=_level(call)), {})


def rma_glmm(call: Call) -> Answer:
    """A generalised linear mixed model. `add` and `to` are for the studies' own effects, which are not stored."""
    for unimportant in ("add", "to"):
        call.argument(unimportant)
    measure, method = call.argument("measure", "OR"), call.argument("method", "ML")
    if measure not in ("OR", "IRR", "PLO", "IRLN") or method not in ("ML", "EE", "FE", "CE"):
        raise NotExpressible(f"rma.glmm(measure = {measure!r}, method = {method!r})")
    if call.argument("test", "z") != "z":
        raise NotExpressible(f"rma.glmm(test = {call.argument('test')!r})")
    _leave_out_missing(call)
    how: dict[str, Any] = {"likelihood": call.argument("model", "UM.FS")} if measure in ("OR", "IRR") else {}
    # UM.RS and the exact conditional model of odds ratios have no quadrature to choose, in R as here.
    chosen = how.get("likelihood") == "UM.RS" or (how.get("likelihood") == "CM.EL" and measure == "OR")
    points = call.argument("nAGQ", 7)
    if call.mods:
        call.keep(complete(call.mods, call.columns))
        design = design_of(call.mods, call.columns)
        if design.names[0] != INTERCEPT:
            raise NotExpressible("rma.glmm() without an intercept")
        how |= {"moderators": design.matrix[:, 1:], "names": design.names[1:]}
    fit = pool_glmm(
        measure,
        model=COMMON if method != "ML" else RANDOM,
        points=None if chosen else int(points),
        level=_level(call),
        **how,
        **_counts(call, measure),
    )
    if chosen or int(points) == 1:
        return Answer(((GLMM, fit),), by_likelihood=True)
    # With several points lme4, and so R, gives the likelihood at the modes, which has no maximum to compare
    return Answer((({**GLMM, "ll": GLMM["ll_at_modes"]}, fit),), by_likelihood=False)


def table_of(call: Call) -> TwoByTwo:
    """The two-by-two tables of the rows that have all counts; studies are called S1, S2, ..."""
    _leave_out_missing(call)
    n1 = call.column("n1i") if "bi" not in call.used() else call.column("ai") + call.column("bi")
    n2 = call.column("n2i") if "di" not in call.used() else call.column("ci") + call.column("di")
    return TwoByTwo(_studies(call), call.column("ai"), n1, call.column("ci"), n2)


def rates_of(call: Call) -> TwoRates:
    """Events and person-time of the rows that have all of them."""
    _leave_out_missing(call)
    return TwoRates(_studies(call), *(call.column(name) for name in ("x1i", "t1i", "x2i", "t2i")))


def _studies(call: Call) -> tuple[str, ...]:
    return tuple(f"S{place}" for place in range(1, call.k + 1))


def _leave_out_missing(call: Call) -> None:
    there = np.ones(call.k, dtype=np.bool_)
    for name in call.used():
        if name in COUNTS:
            there &= ~missing(call.column(name))
    call.keep(there)


def _counts(call: Call, measure: str) -> dict[str, Any]:
    used = {our_name(measure, name): call.column(name) for name in call.used() if name in COUNTS}
    for events, nonevents, n in (("events1", "nonevents1", "n1"), ("events2", "nonevents2", "n2")):
        if nonevents in used:
            used[n] = used[events] + used.pop(nonevents)
    return {name: values for name, values in used.items() if name}


def _level(call: Call) -> float:
    level = float(call.argument("level", 95))
    return level / 100 if level > 1 else level


def _profile(call: Call) -> Profile:
    """metafor's arithmetic with the call's rules: of add, to and drop00 the first is for Q, the second for the pooling."""
    add, to = _rules(call, "add", (0.5, 0.0)), _rules(call, "to", ("only0", "none"))
    drop = _rules(call, "drop00", (True, True))
    return replace(
        METAFOR,
        study_zero_cells=zero_cells(str(to[0]), float(add[0])),
        pooling_zero_cells=zero_cells(str(to[1]), float(add[1])),
        uninformative_left_out=METAFOR.uninformative_left_out if drop[0] else frozenset(),
    )


def _rules(call: Call, name: str, usual: tuple[Any, Any]) -> tuple[Any, Any]:
    given = call.argument(name)
    if given is None:
        return usual
    listed = given if isinstance(given, list) else [given]
    return (listed[0], listed[1]) if len(listed) > 1 else (listed[0], usual[1])


def _answer(
    call: Call, data: TwoByTwo | TwoRates, pool: Callable[[Any], Pooled], tests: dict[str, Callable[[], Any]]
) -> Answer:
    """The fit with its tests, or the diagnostic that the tags name."""
    steps = [step["fn"] for step in call.then] or [
        name for name in call.features if name in diagnostics.OF_COUNTS
    ]
    if steps:
        return Answer(tuple(part for name in steps for part in diagnostics.OF_COUNTS[name](call, data, pool)))
    fit = pool(data)
    # R counts the studies that say nothing too, unless drop00 leaves them out of the pooling
    none = np.count_nonzero(data.no_events | (data.all_events if isinstance(data, TwoByTwo) else False))
    counted = len(data.studies) - (int(none) if _rules(call, "drop00", (True, False))[1] else 0)
    own: Table = {"MH": lambda _: np.nan, "MHp": lambda _: np.nan, "BD": lambda _: np.nan, "BDp": lambda _: np.nan,
                  "TA": lambda _: np.nan, "TAp": lambda _: np.nan, "k_pos": lambda _: np.nan}  # fmt: skip
    found = {name: test() for name, test in tests.items()}
    values: dict[str, Any] = {name: test.statistic for name, test in found.items()}
    values |= {f"{name}p": test.p for name, test in found.items()}
    if call.fn == "rma.peto":
        values["k_pos"] = fit.k
    elif "BD" in found:
        values["k_pos"] = found["BD"].strata
    values["k"] = counted
    return Answer((({name: _value(name) for name in values}, values), (MH, fit), (own, None)))


def _value(name: str) -> Callable[[Any], Any]:
    return lambda values: values[name]
