"""rma.mv, vcalc and aggregate: effects that depend on each other."""

from typing import Any

import numpy as np

from evisynth.cli.reference.answer import Answer, Table, fields
from evisynth.cli.reference.case import Call, NotExpressible, missing, named_in_note
from evisynth.cli.reference.formulas import complete, design_of, parsed
from evisynth.cli.reference.univariate import ROBUST, level_of, robust_of
from evisynth.synthesis.design import INTERCEPT, Design
from evisynth.synthesis.grouping import numbered
from evisynth.synthesis.pooling.covariance import aggregate_effects, sampling_covariance
from evisynth.synthesis.pooling.multilevel import multilevel, nested, structured
from evisynth.synthesis.pooling.multilevel.terms import STRUCTURES

MULTILEVEL: Table = {
    **fields("k", "b", "se", "vcov", "rho", "gamma2", "phi", "QM", "QM_df", "ll", "AIC", "BIC", "AICc", zval="z",
             pval="p", ci_lb="ci_low", ci_ub="ci_high", QE="Q", QEp="p_Q", QE_df="df", QMp="p_QM"),
    "p": lambda fit: len(fit.b),
    "sigma2": lambda fit: list(fit.sigma2.values()),
    "tau2": lambda fit: fit.tau2,
    "coef_names": lambda fit: ["intrcpt" if name == INTERCEPT else name for name in fit.names],
}  # fmt: skip
COVARIANCE: Table = {
    "sum": lambda V: float(np.sum(V.matrix())),
    "logdet": lambda V: float(np.linalg.slogdet(V.matrix())[1]),
    "corner": lambda V: V.matrix()[:2, :2],
}
AGGREGATED: Table = {
    "yi": lambda one: one.yi,
    "vi": lambda one: one.vi,
    "cluster": lambda one: list(one.clusters),
}


def rma_mv(call: Call) -> Answer:
    """A multilevel or multivariate model, or cluster-robust inference from it."""
    terms = call.case.get("random") or []
    formulas = [terms] if isinstance(terms, str) else list(terms)
    for formula in (call.mods, *formulas):
        if formula:
            call.keep(complete(formula.replace("|", "+"), call.columns))
    call.keep(~missing(call.column("yi")))
    method, test = call.argument("method", "REML"), call.argument("test", "z")
    if method not in ("REML", "ML") or test not in ("z", "t"):
        raise NotExpressible(f"rma.mv(method = {method!r}, test = {test!r})")
    structs = iter(np.ravel(call.argument("struct", "CS")).tolist() * 2)
    design: Design | None = design_of(call.mods, call.columns) if call.mods else None
    btt = call.argument("btt")
    fit = multilevel(
        call.column("yi"),
        _sampling(call, formulas),
        design,
        random=[_term(call, formula, structs) for formula in formulas],
        method=method,
        test=test,
        tested=() if btt is None else [int(one) - 1 for one in np.ravel(btt).tolist()],
        level=level_of(call),
    )
    if not call.then:
        return Answer(((MULTILEVEL, fit),), by_likelihood=True)
    parts: list[tuple[Table, Any]] = []
    for step in call.then:
        if step["fn"] != "robust":
            raise NotExpressible(f"{step['fn']}() of a fit of rma.mv()")
        parts.append((ROBUST, robust_of(call, fit.linear_fit(), step, fit.level)))
    return Answer(tuple(parts))


def vcalc(call: Call) -> Answer:
    """Covariances of effects of one cluster from an assumed correlation."""
    return Answer(((COVARIANCE, _assumed(call)),))


def aggregate(call: Call) -> Answer:
    """One effect for each cluster."""
    weighted = "unweighted" not in call.note
    found = aggregate_effects(
        call.column("yi"), _assumed(call), _plain(call, _cluster(call)), weighted=weighted
    )
    return Answer(((AGGREGATED, found),))


def _assumed(call: Call) -> Any:
    rho = named_in_note(call, r"(?:correlation|rho =) (-?[\d.]*\d)")
    if rho is None:
        raise NotExpressible(f"covariances by the note {call.note!r}")
    return sampling_covariance(call.column("vi"), _plain(call, _cluster(call)), rho=float(rho))


def _cluster(call: Call) -> str:
    found = named_in_note(call, r"within an? (\w+)")
    if found is None:
        raise NotExpressible(f"a cluster by the note {call.note!r}")
    return found


def _plain(call: Call, name: str) -> list[Any]:
    values = call.column(name)
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _term(call: Call, formula: str, structs: Any) -> Any:
    """A random-effects formula: ~ 1 | a/b, or ~ inner | outer with the next structure."""
    left, bar, right = formula.strip().removeprefix("~").partition("|")
    if not bar:
        raise NotExpressible(f"random = {formula}")
    if left.strip() == "1":
        names = [part.strip() for part in right.split("/")]
        return nested(**{name: _plain(call, name) for name in names})
    inner, outer = (sorted(parsed(part).names()) for part in (left, right))
    struct = str(next(structs))
    if len(inner) != 1 or len(outer) != 1 or struct not in STRUCTURES:
        raise NotExpressible(f"random = {formula}, struct = {struct}")
    return structured(_plain(call, inner[0]), _plain(call, outer[0]), struct)


def _sampling(call: Call, formulas: list[str]) -> Any:
    """V: variances where a column is named, else what the note says of it.

    Notes tell of blocks whose covariances stand in columns ("rows of a trial have the 2x2 covariance rows (v1i, v2i)"),
    or of correlations over time ("AR(1) sampling correlation 0.97^|dt|"), block by block.
    """
    if "V" in call.used() or "vi" in call.used():
        return call.column("V" if "V" in call.used() else "vi")
    cluster = named_in_note(call, r"[Bb]lock-diagonal,? (?:by )?(\w+)")
    columns = named_in_note(call, r"covariance rows \(([^)]*)\)")
    phi = named_in_note(call, r"correlation ([\d.]+)\^\|dt\|")
    if cluster is None or (columns is None and phi is None):
        raise NotExpressible(f"V by the note {call.note!r}")
    if columns is None:
        inner = [sorted(parsed(one.partition("|")[0]).names()) for one in formulas]
        times = next((names for names in inner if names), ["time"])
        return sampling_covariance(
            call.column("vi"), _plain(call, cluster), time=call.column(times[0]), phi=float(phi or 0)
        )
    rows = np.column_stack([call.column(name.strip()) for name in columns.split(",")])
    numbers = numbered(_plain(call, cluster))
    V = np.zeros((call.k, call.k))
    for one in np.unique(numbers):
        at = np.flatnonzero(numbers == one)
        V[np.ix_(at, at)] = rows[at, : len(at)]
    return V
