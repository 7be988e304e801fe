"""The functions of R's package meta: both models of one analysis, with the numbers that it prints."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import stdtrit

from evisynth.cli.reference.answer import Answer, Table
from evisynth.cli.reference.case import Call, NotExpressible, named_in_note
from evisynth.cli.reference.counts import rates_of, table_of
from evisynth.cli.reference.effects import COLUMNS, zero_cells
from evisynth.cli.reference.meta_outputs import BOTH, CONVERT, Both, share
from evisynth.cli.reference.meta_subgroups import Analysis, Effects, Fit, by_groups
from evisynth.errors import DataError
from evisynth.synthesis.bias.rank_test import rank_test
from evisynth.synthesis.bias.regression_test import regression_test
from evisynth.synthesis.bias.table_tests import table_test
from evisynth.synthesis.bias.trim_and_fill import trim_and_fill
from evisynth.synthesis.heterogeneity import h_interval_from_q, i2_interval_from_q
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.effects import StudyEffects
from evisynth.synthesis.measures.scale import Vector, measure_named
from evisynth.synthesis.measures.zero_cells import NO_CORRECTION, ZeroCells
from evisynth.synthesis.pooling.binary import pool_two_by_two
from evisynth.synthesis.pooling.glmm import pool_glmm
from evisynth.synthesis.pooling.iteration import R_ITERATION
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.pooling.rates import pool_rates
from evisynth.synthesis.pooling.result import COMMON, RANDOM
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS
from evisynth.synthesis.profiles import META, Profile
from evisynth.synthesis.proportion_interval import proportion_interval
from evisynth.synthesis.sensitivity.cumulative import cumulative
from evisynth.synthesis.sensitivity.leave_one_out import leave_one_out

FUNCTIONS = ("metabin", "metacont", "metagen", "metaprop", "metainc", "metacor", "metamean", "metarate")
METHODS = {"Inverse": "IV", "MH": "MH", "Peto": "Peto", "Cochran": "Cochran", "SSW": "SSW"}
TESTS = {"classic": "z", "HK": "HK", "KR": "KR"}
ADHOC = {"se": "HK-adhoc", "ci": "HK-ci", "IQWiG6": "HK-IQWiG6"}
ONE_GROUP = {
    "PLOGIT": "PLO", "PAS": "PAS", "PFT": "PFT", "PLN": "PLN", "PRAW": "PR", "IRLN": "IRLN", "IR": "IR", "IRS": "IRS",
    "IRFT": "IRFT", "ZCOR": "ZCOR", "COR": "COR", "MRAW": "MN", "MLN": "MNLN",
}  # fmt: skip
ON_SCALE: dict[str, Callable[[Vector], Vector]] = {
    "PLO": lambda p: np.log(p / (1 - p)), "PLN": np.log, "PAS": lambda p: np.arcsin(np.sqrt(p)), "PR": lambda p: p,
}  # fmt: skip


def repeated(call: Call) -> Answer:
    """A call of meta: both models, a test for asymmetry, leaving out, cumulating, trim and fill, or limits of studies."""
    if call.argument("method") == "GLMM":
        return _glmm(call)
    method_tau = str(call.argument("method.tau", "REML"))
    if method_tau not in TAU2_METHODS:
        raise NotExpressible(f"method.tau = {method_tau!r}")
    analysis = _analysis(call, method_tau, _test(call))
    for tag in call.features:
        if tag.startswith("method.bias:"):
            return _bias(analysis, tag.partition(":")[2], method_tau)
        if tag in ("metainf", "metacum"):
            return _subsets(analysis, tag)
        if tag == "trimfill":
            return _trimfill(analysis, method_tau)
        if tag.startswith("method.ci:"):
            return _study_limits(call)
    call.argument("prediction")
    both = Both(
        analysis.common(analysis.data),
        analysis.random(analysis.data),
        analysis.studies,
        _limits_kind(call, method_tau),
        str(call.argument("method.predict", "V")),
        analysis.sizes,
    )
    parts: list[tuple[Table, Any]] = [(BOTH, both)]
    if by := named_in_note(call, r"subgroups by column (\w+)"):
        parts.insert(0, by_groups(call, analysis, by, method_tau))
    return Answer(tuple(parts), convert=CONVERT)


def _limits_kind(call: Call, method_tau: str) -> str:
    """J is meta's default for DL, QP for the others; what it calls PL are the limits of QP too (by its numbers)."""
    kind = str(call.argument("method.tau.ci", "J" if method_tau == "DL" else "QP"))
    return "QP" if kind == "PL" else kind


def _test(call: Call) -> str:
    kind = str(call.argument("method.random.ci", "classic"))
    if kind not in TESTS:
        raise NotExpressible(f"method.random.ci = {kind!r}")
    adhoc = call.argument("adhoc.hakn.ci")
    if adhoc and adhoc not in ADHOC:
        raise NotExpressible(f"adhoc.hakn.ci = {adhoc!r}")
    return ADHOC[adhoc] if adhoc and kind == "HK" else TESTS[kind]


def _level(call: Call) -> float:
    level = float(call.argument("level.ma", call.argument("level", 0.95)))
    return level / 100 if level > 1 else level


def _analysis(call: Call, method_tau: str, test: str) -> Analysis:
    if call.fn == "metabin":
        return _metabin(call, method_tau, test)
    if call.fn == "metainc":
        return _metainc(call, method_tau, test)
    effects = _effects(call)
    return _of_effects(call, effects, method_tau, test)


def _of_effects(call: Call, effects: StudyEffects, method_tau: str, test: str) -> Analysis:
    """Inverse variance from the effects of the studies."""
    own = effects.defined
    names = tuple(study for study, there in zip(effects.studies, own.tolist(), strict=True) if there)
    how: dict[str, Any] = {"measure": effects.measure, "level": _level(call), "iteration": R_ITERATION}

    def fitted(method: str, used: str) -> Fit:
        return lambda some: pool(some.yi, some.vi, method=method, test=used, studies=some.studies, **how)

    sizes = call.columns.get("ti", call.columns.get("ni"))
    data = Effects(names, effects.yi[own], effects.vi[own])
    return Analysis(data, effects.studies, fitted("common", "z"), fitted(method_tau, test), sizes)


def _effects(call: Call) -> StudyEffects:
    """Each study's effect by meta's choices."""
    sm = str(call.argument("sm", "MD"))
    if call.fn == "metagen":
        yi = np.asarray(call.column("yi"), dtype=np.float64)
        vi = np.asarray(call.column("vi"), dtype=np.float64)
        there = ~(np.isnan(yi) | np.isnan(vi))
        call.keep(there)
        names = tuple(f"S{place}" for place in range(1, int(there.sum()) + 1))
        none = np.zeros(len(names), dtype=np.bool_)
        return StudyEffects(_measure_of(sm), names, yi[there], vi[there], none, ())
    if call.fn == "metacont":
        return _continuous(call, sm)
    if sm not in ONE_GROUP:
        raise NotExpressible(f"{call.fn}(sm = {sm!r})")
    if call.argument("method", "Inverse") != "Inverse":
        raise NotExpressible(f"{call.fn}(method = {call.argument('method')!r})")
    measure = ONE_GROUP[sm]
    options: dict[str, Any] = {"correct_estimate": False} if sm == "PRAW" else {}
    if call.has("incr") or call.has("method.incr"):
        options["zero_cells"] = _increment(call)
    return effect_sizes(measure, **options, **_columns(call, measure))


def _measure_of(sm: str) -> str:
    try:
        return measure_named(sm).id
    except DataError:
        return "generic"


def _columns(call: Call, measure: str) -> dict[str, Any]:
    names = {"PLO": ("xi", "ni"), "PAS": ("xi", "ni"), "PFT": ("xi", "ni"), "PLN": ("xi", "ni"), "PR": ("xi", "ni"),
             "ZCOR": ("ri", "ni"), "COR": ("ri", "ni"), "MN": ("mi", "sdi", "ni"), "MNLN": ("mi", "sdi", "ni")}  # fmt: skip
    return {COLUMNS[name]: call.column(name) for name in names.get(measure, ("xi", "ti"))}


def _continuous(call: Call, sm: str) -> StudyEffects:
    """Two means. meta's variance of Hedges' g: unbiased with the exact factor, RevMan's with the approximate one.

    Cohen's d has with the exact factor the variance of Hedges' g, Glass's delta that by the degrees of freedom.
    """
    columns = {COLUMNS[name]: call.column(name) for name in ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")}
    exact = bool(call.argument("exact.smd", True))
    kind = str(call.argument("method.smd", "Hedges"))
    pooled = bool(call.argument("pooledvar", False))
    options: dict[str, Any]
    if sm == "SMD" and kind == "Hedges":
        options = {"vtype": "UB"} if exact else {"vtype": "RM", "correct": "approximate"}
    elif sm == "SMD" and kind == "Cohen":
        if exact:
            g = effect_sizes(sm, vtype="UB", **columns)
            return replace(effect_sizes(sm, correct=False, **columns), vi=g.vi, undefined=g.undefined)
        options = {"vtype": "RM", "correct": False}
    elif sm == "SMD" and kind == "Glass":
        glass = {name: values for name, values in columns.items() if name != "sd1"}
        return effect_sizes("SMD1", vtype="DF", correct=False, **glass)
    elif sm == "MD":
        options = {"vtype": "HO"} if pooled else {}
    elif sm == "ROM":
        options = {"correct": False} | ({"vtype": "HO"} if pooled else {})
    else:
        raise NotExpressible(f"metacont(sm = {sm!r}, method.smd = {kind!r})")
    return effect_sizes(sm, **options, **columns)


def _increment(call: Call) -> ZeroCells:
    return zero_cells(str(call.argument("method.incr", "only0")), float(call.argument("incr", 0.5)))


def _metabin(call: Call, method_tau: str, test: str) -> Analysis:
    sm, method = str(call.argument("sm", "RR")), str(call.argument("method", "MH"))
    if sm not in ("RR", "OR", "RD") or method not in METHODS:
        raise NotExpressible(f"metabin(sm = {sm!r}, method = {method!r})")
    rule = _increment(call)
    profile = replace(
        META,
        study_zero_cells=rule,
        pooling_zero_cells=NO_CORRECTION if call.argument("MH.exact", False) else rule,
        rr_corrects_nonevents=bool(call.argument("RR.Cochrane", False)),
        Q_centre="Mantel-Haenszel" if call.argument("Q.Cochrane", False) else "inverse variance",
        uninformative_left_out=frozenset()
        if call.argument("allstudies", False)
        else META.uninformative_left_out,
        tau2_method=method_tau,
        tests=(test,),
    )
    how: dict[str, Any] = {
        "method": METHODS[method], "profile": profile, "level": _level(call), "iteration": R_ITERATION,
    }  # fmt: skip
    table = table_of(call)
    return Analysis(
        table,
        table.studies,
        lambda some: pool_two_by_two(some, sm, **how),
        lambda some: pool_two_by_two(some, sm, model=RANDOM, **how),
    )


def _metainc(call: Call, method_tau: str, test: str) -> Analysis:
    sm, method = str(call.argument("sm", "IRR")), str(call.argument("method", "MH"))
    if sm not in ("IRR", "IRD") or method not in METHODS:
        raise NotExpressible(f"metainc(sm = {sm!r}, method = {method!r})")
    profile: Profile = replace(META, study_zero_cells=_increment(call), tau2_method=method_tau)
    how: dict[str, Any] = {"profile": profile, "level": _level(call), "iteration": R_ITERATION}
    rates = rates_of(call)
    return Analysis(
        rates,
        rates.studies,
        lambda some: pool_rates(some, sm, method=METHODS[method], **how),
        lambda some: pool_rates(some, sm, model=RANDOM, test=test, **how),
    )


def _bias(analysis: Analysis, kind: str, method_tau: str) -> Answer:
    """metabias: estimate is the slope and its standard error, of a rank test S and its standard error."""
    if kind in ("Harbord", "Peters"):
        found: Any = table_test(analysis.data, kind=kind.lower())
    else:
        fit = analysis.random(analysis.data)
        if kind == "Begg":
            found = rank_test(fit.yi, fit.vi, exact=False)
            table: Table = {
                "statistic": lambda one: one.z,
                "p": lambda one: one.p,
                "estimate": lambda one: [one.S, one.se_S],
            }
            return Answer(((table, found),))
        if kind not in ("Egger", "Thompson"):
            raise NotExpressible(f"metabias(method.bias = {kind!r})")
        model = "multiplicative" if kind == "Egger" else "additive"
        found = regression_test(fit.yi, fit.vi, model=model, method=method_tau)  # type: ignore[arg-type]
    table = {
        "statistic": lambda one: one.statistic,
        "p": lambda one: one.p,
        "estimate": lambda one: [one.slope, one.se],
        "df": lambda one: one.ddf,
    }
    return Answer(((table, found),))


def _subsets(analysis: Analysis, tag: str) -> Answer:
    """metainf and metacum of the random-effects model."""
    again: Any = leave_one_out if tag == "metainf" else cumulative
    found = again(analysis.data, analysis.random)
    table: Table = {"TE": lambda one: one.mu, "seTE": lambda one: one.se, "tau2": lambda one: one.tau2}
    return Answer(((table, found),))


def _trimfill(analysis: Analysis, method_tau: str) -> Answer:
    fit = analysis.random(analysis.data)
    found = trim_and_fill(fit.yi, fit.vi, method=method_tau, trimming="common", iteration=R_ITERATION)
    table: Table = {
        "k0": lambda one: one.k0,
        "left": lambda one: one.side == "left",
        "TE_random": lambda one: one.filled.mu,
        "seTE_random": lambda one: one.filled.se,
        "TE_common": lambda one: pool(one.filled.yi, one.filled.vi, method="common").mu,
        "seTE_common": lambda one: pool(one.filled.yi, one.filled.vi, method="common").se,
    }
    return Answer(((table, found),))


def _study_limits(call: Call) -> Answer:
    """Limits of each study's proportion, on the analysis scale."""
    measure = ONE_GROUP.get(str(call.argument("sm")), "")
    if measure not in ON_SCALE:
        raise NotExpressible(f"limits of studies on the scale of {call.argument('sm')}")
    events, n = call.column("xi"), call.column("ni")
    low, high = proportion_interval(
        events, n, method=str(call.argument("method.ci", "CP")), level=_level(call)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        limits = ON_SCALE[measure](low), ON_SCALE[measure](high)
    return Answer((({"lower": lambda both: both[0], "upper": lambda both: both[1]}, limits),))


def _glmm(call: Call) -> Answer:
    """Generalised linear mixed models of one group: Q by Wald and likelihood ratio, I2 and H by Wald, no weights."""
    measures = {"PLOGIT": "PLO", "IRLN": "IRLN"}
    measure = measures.get(str(call.argument("sm")))
    if measure is None:
        raise NotExpressible(f"{call.fn}(method = 'GLMM', sm = {call.argument('sm')!r})")
    columns, level = _columns(call, measure), _level(call)
    common, random = (pool_glmm(measure, model=model, level=level, **columns) for model in (COMMON, RANDOM))
    effects = effect_sizes(measure, **columns)
    half = float(stdtrit(random.k - 1, 0.5 + level / 2)) * np.sqrt(random.tau2 + random.se**2)
    both = Both(common, random, effects.studies, "", "V")
    table: Table = {
        **BOTH,
        "TE": lambda _: effects.yi,
        "seTE": lambda _: effects.sei,
        "w_common": lambda _: np.full(effects.k, np.nan),
        "w_random": lambda _: np.full(effects.k, np.nan),
        "df_random": lambda _: np.inf,
        "Q": lambda _: [random.QE_Wald, random.QE_LRT],
        "df_Q": lambda _: [random.QE_df, random.QE_df],
        "p_Q": lambda _: [random.p_QE_Wald, random.p_QE_LRT],
        "tau": lambda _: np.sqrt(random.tau2),
        "I2": lambda _: share(random.I2),
        "lower_I2": lambda _: _i2_limit(random, 0),
        "upper_I2": lambda _: _i2_limit(random, 1),
        "lower_H": lambda _: _h_limit(random, 0),
        "upper_H": lambda _: _h_limit(random, 1),
        "lower_predict": lambda _: random.mu - half,
        "upper_predict": lambda _: random.mu + half,
    }
    return Answer(((table, both),), by_likelihood=False, convert=CONVERT)


def _i2_limit(fit: Any, which: int) -> float:
    found = i2_interval_from_q(fit.QE_Wald, fit.QE_df, fit.level)
    return np.nan if found is None else found[which] / 100


def _h_limit(fit: Any, which: int) -> float:
    found = h_interval_from_q(fit.QE_Wald, fit.QE_df, fit.level)
    return np.nan if found is None else found[which]
