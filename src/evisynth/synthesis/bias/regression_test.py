"""Regression tests for funnel plot asymmetry: do effects go with the precision of their studies?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError, near
from evisynth.synthesis.bias.checks import asymmetry_warnings, checked_sizes, shown_p, with_notes
from evisynth.synthesis.bias.given import GENERIC, Effects, Given, effects_of
from evisynth.synthesis.measures.effects import Dropped
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.moderators.result import MetaRegression
from evisynth.synthesis.pooling.intervals import critical_value, two_sided_p
from evisynth.synthesis.results import Result

Model = Literal["multiplicative", "additive"]
MODELS: tuple[Model, Model] = ("multiplicative", "additive")
NEEDED = 3
TITLE = "A regression test for asymmetry"
BY_VARIANCE: dict[str, Callable[[Vector], Vector]] = {"sei": np.sqrt, "vi": lambda vi: vi}
BY_SIZE: dict[str, Callable[[Vector], Vector]] = {
    "ni": lambda ni: ni,
    "1/ni": lambda ni: 1 / ni,
    "sqrt(ni)": np.sqrt,
    "1/sqrt(ni)": lambda ni: 1 / np.sqrt(ni),
}
PREDICTORS = (*BY_VARIANCE, *BY_SIZE)
SMALL_IS_FAR = (
    "sei",
    "vi",
    "1/ni",
    "1/sqrt(ni)",
)  # 0 at a study of endless size, so that the intercept is a limit


@dataclass(frozen=True, slots=True, eq=False)
class RegressionTest(Result):
    """A test for funnel plot asymmetry: the slope of effects on a predictor, and what it tests.

    test : in words. predictor : what effects are regressed on. model : of the residual heterogeneity.
    slope, se : of the predictor; the statistic is slope / se, t with ddf degrees of freedom or (None) normal.
    limit, limit_se : the effect in a study of endless size (the intercept), on the analysis scale; None where the
        predictor grows with the size of a study.
    tau2 : residual between-study variance of the additive model, 0 in the multiplicative one.
    phi : residual variance of the multiplicative model, in units of the sampling variance; None in the additive.
    k : studies; warnings : what must stand beside the number; dropped : (study, reason) of each that is left out.
    """

    test: str
    predictor: str
    model: Model
    slope: float
    se: float
    ddf: float | None
    limit: float | None
    limit_se: float | None
    tau2: float
    phi: float | None
    k: int
    level: float
    warnings: tuple[str, ...]
    dropped: Dropped = ()

    @property
    def statistic(self) -> float:
        """z, or t where `ddf` is given; infinite where the predictor explains the effects entirely."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.float64(self.slope) / self.se)

    @property
    def p(self) -> float:
        """Two-sided."""
        return float(two_sided_p(np.array([self.statistic]), np.array([self.ddf or np.inf]))[0])

    @property
    def limit_ci(self) -> tuple[float, float] | None:
        if self.limit is None or self.limit_se is None:
            return None
        half = critical_value(self.level, self.ddf) * self.limit_se
        return self.limit - half, self.limit + half

    def __str__(self) -> str:
        name = "z" if self.ddf is None else f"t({self.ddf:g})"
        line = (
            f"{self.test}: {name} = {self.statistic:.2f}, {shown_p(self.p)} "
            f"(slope {self.slope:.4g}, standard error {self.se:.4g}; {self.k} studies)."
        )
        if self.limit_ci is not None:
            low, high = self.limit_ci
            line += (
                f" Effect in a study of endless size, on the analysis scale: {self.limit:.4g} "
                f"({100 * self.level:g}% interval {low:.4g} to {high:.4g})."
            )
        return with_notes(line, self.warnings, self.dropped)


def regression_test(
    yi: Effects,
    vi: ArrayLike | None = None,
    *,
    predictor: str = "sei",
    model: Model = "multiplicative",
    ni: ArrayLike | None = None,
    method: str | None = None,
    test: str | None = None,
    measure: str = GENERIC,
    studies: Sequence[str] = (),
    level: float | None = None,
) -> RegressionTest:
    """A test for funnel plot asymmetry by regression of the effects on a measure of their precision.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their sampling variances; or a fit in place of both, see `given.effects_of`.
    predictor : sei, vi, or with `ni` one of ni, 1/ni, sqrt(ni), 1/sqrt(ni).
    model : "multiplicative" (weights 1 / vi, residual variance phi vi, t with k - 2 degrees of freedom; with sei
        it is Egger's test) or "additive" (meta-regression with residual tau2).
    ni : (k,) people in each study (of a fit: in each of its studies), which a fit does not carry.
    method, test : of the additive model: estimator of tau2 and z, t, HK or HK-adhoc, see `meta_regression`;
        by default those of the fit, else REML and z.
    measure, studies : what yi are, and the studies' names. level : of the limit's interval.

    Raises
    ------
    DataError : fewer than three studies, a predictor that is the same in all studies, sizes that are missing.

    Source: Egger et al. 1997, doi:10.1136/bmj.315.7109.629; Sterne & Egger 2005 in Rothstein, Sutton & Borenstein
    (eds), Publication Bias in Meta-Analysis, chapter 6; Thompson & Sharp 1999,
    doi:10.1002/(SICI)1097-0258(19991030)18:20<2693::AID-SIM235>3.0.CO;2-V for the additive model.
    """
    given = effects_of(yi, vi, studies, NEEDED, TITLE, measure=measure, level=level)
    x = _predictor(given, predictor, ni)
    if model not in MODELS:
        raise DataError(f"Model {model!r} is not known; {' and '.join(MODELS)} are.")
    how = given.how_pooled("The additive model", method, test) if model == "additive" else ("common", "HK")
    return asymmetry_test(
        given.yi,
        given.vi,
        x,
        title=_title(predictor, model),
        predictor=predictor,
        model=model,
        method=how[0],
        test=how[1],
        limit=predictor in SMALL_IS_FAR,
        studies=given.studies,
        level=given.level,
        warnings=asymmetry_warnings(np.sqrt(given.vi), measure=given.measure, by_se=predictor in BY_VARIANCE),
        dropped=given.dropped,
    )


def asymmetry_test(
    y: Vector,
    v: Vector,
    x: Vector,
    *,
    title: str,
    predictor: str,
    model: Model,
    studies: Sequence[str],
    limit: bool,
    level: float,
    warnings: tuple[str, ...],
    method: str = "REML",
    test: str = "z",
    dropped: Dropped = (),
) -> RegressionTest:
    """The test for any predictor x (k,) and variances v (k,), which need not be sampling variances of y.

    Source: see `regression_test`.
    """
    fit = fit_on(y, v, x, predictor, model=model, method=method, test=test, studies=studies, level=level)
    multiplicative = model == "multiplicative"
    return RegressionTest(
        test=title,
        predictor=predictor,
        model=model,
        slope=float(fit.b[1]),
        se=float(fit.se[1]),
        ddf=fit.ddf,
        limit=float(fit.b[0]) if limit else None,
        limit_se=float(fit.se[0]) if limit else None,
        tau2=fit.tau2,
        phi=fit.Q / fit.df if multiplicative else None,
        k=len(y),
        level=level,
        warnings=warnings,
        dropped=dropped,
    )


def fit_on(
    y: Vector,
    v: Vector,
    x: Vector,
    name: str,
    *,
    model: Model = "additive",
    method: str = "common",
    test: str = "z",
    studies: Sequence[str],
    level: float,
) -> MetaRegression:
    """y on an intercept and x. Weighted least squares is the common-effect regression with Knapp-Hartung's scale.

    By default v are taken as they are: no tau2, no scale.
    """
    if np.ptp(x) <= 1e-12 * np.max(np.abs(x)):
        raise DataError(f"{name} is the same in all studies: asymmetry cannot be tested.")
    how = ("common", "HK") if model == "multiplicative" else (method, test)
    return meta_regression(
        y, v, x[:, None], names=(name,), method=how[0], test=how[1], studies=studies, level=level
    )


def _predictor(given: Given, predictor: str, ni: ArrayLike | None) -> Vector:
    if predictor in BY_VARIANCE:
        return BY_VARIANCE[predictor](given.vi)
    if predictor not in BY_SIZE:
        known = ", ".join(PREDICTORS)
        raise DataError(
            f"Predictor {predictor!r} is not known; known are {known}.{near(predictor, PREDICTORS)}"
        )
    if ni is None:
        carried = ", which a fit does not carry" if given.pooled is not None else ""
        raise DataError(f"Predictor {predictor} needs ni, the number of people in each study{carried}.")
    return BY_SIZE[predictor](checked_sizes(given.studies, given.of_kept(ni)))


def _title(predictor: str, model: Model) -> str:
    if (predictor, model) == ("sei", "multiplicative"):
        return "Egger's regression test for funnel plot asymmetry"
    return f"Regression test for funnel plot asymmetry (predictor {predictor}, {model} model)"
