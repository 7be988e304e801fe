"""The effect measures by their letters, and the scale on which each is analysed and shown.

Ratios are analysed as natural logarithms and shown as ratios; differences are analysed as they are. Proportions, rates,
correlations and reliabilities have transformations of their own. The letters are those of R's metafor, where it has
the measure.
"""

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evisynth.errors import DataError
from evisynth.synthesis.measures import back_transformations as back

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scale:
    """A transformation by its name, with the way back. `size` is what the way back needs besides the value."""

    name: str  # in words, before what it transforms: log, logit, Fisher's z of
    back: Callable[..., Vector]
    size: str = ""  # "n", "time" or nothing


SAME = Scale("", back.as_it_is)
LOG = Scale("log", back.exponential)
LOGIT = Scale("logit", back.inverse_logit)
PROBIT = Scale("probit", back.normal_probability)
ARCSINE = Scale("arcsine of the square root of the", back.squared_sine)
DOUBLE_ARCSINE = Scale("Freeman-Tukey double arcsine of the", back.inverse_double_arcsine, size="n")
ROOT = Scale("square root of the", back.square)
DOUBLE_ROOT = Scale("Freeman-Tukey double square root of the", back.inverse_double_root, size="time")
FISHER_Z = Scale("Fisher's z of the", back.hyperbolic_tangent)
FISHER_Z_SQUARED = Scale("Fisher's z of the root of", back.squared_hyperbolic_tangent)
CUBE_ROOT = Scale("1 less the cube root of the complement of", back.one_less_cube)
LOG_COMPLEMENT = Scale("negative log of the complement of", back.one_less_exponential)


@dataclass(frozen=True, slots=True)
class Measure:
    """An effect measure. `null` is the value of no effect on the scale people read; None where there is none."""

    id: str  # the usual letters: RR
    name: str  # in words: risk ratio
    scale: Scale
    shown: str  # what people read after the way back: risk ratio, proportion
    null: float | None

    @property
    def ratio(self) -> bool:
        """Whether it is a ratio of two things, analysed as a natural logarithm and shown as a ratio."""
        return self.scale is LOG and self.null is not None

    @property
    def analysis_scale(self) -> str:
        if self.ratio:
            return f"log {self.id}"
        return f"{self.scale.name} {self.shown}" if self.scale.name else self.id

    def on_known_scale(self, *, sized: bool = False) -> "Measure":
        """Itself; or, where the way back needs sizes that are not there (`sized`), the same on its analysis scale."""
        if sized or not self.scale.size:
            return self
        return replace(self, name=self.analysis_scale, shown=self.analysis_scale, scale=SAME)

    def back(self, value: float, size: float | None = None) -> float:
        """From the analysis scale to the scale people read: exp for a ratio, unchanged for a difference."""
        return float(self.back_all(np.float64(value), size))

    def back_all(self, values: Vector | np.float64, size: Vector | float | None = None) -> Vector:
        """The same for an array of any shape.

        `size` is the number of people for PFT, the person-time for IRFT (for a pooled value the harmonic mean
        over the studies), and is ignored by all others. A DataError says so when it is missing.
        """
        if not self.scale.size:
            return self.scale.back(values)
        if size is None or np.any(np.asarray(size) <= 0):
            what = "number of people" if self.scale.size == "n" else "person-time"
            raise DataError(
                f"{self.id}, the {self.analysis_scale}, is turned back into a {self.shown} with the {what} behind "
                "it, above 0: each study's own, or their harmonic mean for a pooled value."
            )
        return self.scale.back(values, np.asarray(size, dtype=np.float64))


def _listed() -> Iterator[Measure]:
    for scale, null, rows in _TABLE:
        for letters, name, shown in rows:
            yield Measure(letters, name, scale, shown or name, null)


# What is analysed alike stands together: (scale, value of no effect, rows of letters, name and what is shown when
# that has another name).
_TABLE: tuple[tuple[Scale, float | None, tuple[tuple[str, str, str], ...]], ...] = (
    (LOG, 1.0, (
        ("RR", "risk ratio", ""),
        ("OR", "odds ratio", ""),
        ("PETO", "odds ratio by Peto's method", "odds ratio"),
        ("IRR", "rate ratio", ""),
        ("HR", "hazard ratio", ""),
        ("ROM", "ratio of means", ""),
        ("D2OR", "odds ratio from a standardised mean difference", "odds ratio"),
        ("D2ORL", "odds ratio from a standardised mean difference, logistic", "odds ratio"),
        ("D2ORN", "odds ratio from a standardised mean difference, normal", "odds ratio"),
        ("VR", "ratio of standard deviations", ""),
        ("CVR", "ratio of coefficients of variation", ""),
        ("MPRR", "risk ratio of matched pairs", "risk ratio"),
        ("MPOR", "marginal odds ratio of matched pairs", "odds ratio"),
        ("MPORC", "conditional odds ratio of matched pairs", "odds ratio"),
        ("MPPETO", "conditional odds ratio of matched pairs by Peto's method", "odds ratio"),
        ("ROMC", "ratio of means within people", "ratio of means"),
        ("VRC", "ratio of standard deviations within people", "ratio of standard deviations"),
        ("CVRC", "ratio of coefficients of variation within people", "ratio of coefficients of variation"),
        ("generic ratio", "ratio, given as it is", "ratio"),
    )),
    (SAME, 0.0, (
        ("RD", "risk difference", ""),
        ("AS", "difference of arcsines of root risks", ""),
        ("PHI", "phi coefficient", ""),
        ("YUQ", "Yule's Q", ""),
        ("YUY", "Yule's Y", ""),
        ("RTET", "tetrachoric correlation", ""),
        ("PBIT", "difference of probits", ""),
        ("OR2D", "standardised mean difference from an odds ratio", "standardised mean difference"),
        ("OR2DL", "standardised mean difference from an odds ratio, logistic", "standardised mean difference"),
        ("OR2DN", "standardised mean difference from an odds ratio, normal", "standardised mean difference"),
        ("IRD", "rate difference", ""),
        ("IRSD", "difference of root rates", ""),
        ("MD", "mean difference", ""),
        ("SMD", "standardised mean difference", ""),
        ("SMDH", "standardised mean difference, unequal variances", "standardised mean difference"),
        ("SMD1", "standardised mean difference by the SD of group 2", "standardised mean difference"),
        ("SMD1H", "standardised mean difference by the SD of group 2, unequal variances",
         "standardised mean difference"),
        ("RPB", "point-biserial correlation", ""),
        ("RBIS", "biserial correlation", ""),
        ("COR", "correlation", ""),
        ("UCOR", "correlation, corrected for bias", "correlation"),
        ("PCOR", "partial correlation", ""),
        ("SPCOR", "semi-partial correlation", ""),
        ("R2", "R squared", ""),
        ("MPRD", "risk difference of matched pairs", "risk difference"),
        ("MC", "mean change", ""),
        ("SMCC", "standardised mean change by the SD of changes", "standardised mean change"),
        ("SMCR", "standardised mean change by the SD of the first time", "standardised mean change"),
        ("SMCRH", "standardised mean change by the SD of the first time, unequal variances",
         "standardised mean change"),
        ("SMCRP", "standardised mean change by the mean SD", "standardised mean change"),
        ("SMCRPH", "standardised mean change by the mean SD, unequal variances", "standardised mean change"),
        ("generic", "effect, on the scale it was given", ""),
    )),
    (SAME, 0.5, (
        ("CLESN", "probability of superiority, normal", "probability of superiority"),
        ("AUCN", "area under the curve, normal", "area under the curve"),
        ("CLESCN", "probability of superiority within people, normal", "probability of superiority"),
        ("AUCCN", "area under the curve within people, normal", "area under the curve"),
    )),
    (FISHER_Z, 0.0, (
        ("ZPHI", "phi coefficient, Fisher's z", "phi coefficient"),
        ("ZTET", "tetrachoric correlation, Fisher's z", "tetrachoric correlation"),
        ("ZPB", "point-biserial correlation, Fisher's z", "point-biserial correlation"),
        ("ZBIS", "biserial correlation, Fisher's z", "biserial correlation"),
        ("ZCOR", "correlation, Fisher's z", "correlation"),
        ("ZPCOR", "partial correlation, Fisher's z", "partial correlation"),
        ("ZSPCOR", "semi-partial correlation, Fisher's z", "semi-partial correlation"),
    )),
    (FISHER_Z_SQUARED, 0.0, (("ZR2", "R squared, Fisher's z", "R squared"),)),
    (SAME, None, (
        ("PR", "proportion", ""),
        ("IR", "rate", ""),
        ("MN", "mean", ""),
        ("SMN", "mean divided by its standard deviation", ""),
        ("ARAW", "reliability", ""),
    )),
    (LOG, None, (
        ("PLN", "proportion, logarithm", "proportion"),
        ("IRLN", "rate, logarithm", "rate"),
        ("MNLN", "mean, logarithm", "mean"),
        ("SDLN", "standard deviation, logarithm", "standard deviation"),
        ("CVLN", "coefficient of variation, logarithm", "coefficient of variation"),
    )),
    (LOGIT, None, (("PLO", "proportion, logit", "proportion"),)),
    (PROBIT, None, (("PRZ", "proportion, probit", "proportion"),)),
    (ARCSINE, None, (("PAS", "proportion, arcsine", "proportion"),)),
    (DOUBLE_ARCSINE, None, (("PFT", "proportion, double arcsine", "proportion"),)),
    (ROOT, None, (("IRS", "rate, square root", "rate"),)),
    (DOUBLE_ROOT, None, (("IRFT", "rate, double square root", "rate"),)),
    (CUBE_ROOT, None, (("AHW", "reliability, cube root", "reliability"),)),
    (LOG_COMPLEMENT, None, (("ABT", "reliability, logarithm", "reliability"),)),
)  # fmt: skip

MEASURES: dict[str, Measure] = {measure.id: measure for measure in _listed()}


def measure_named(letters: str) -> Measure:
    """The measure with these letters; a DataError that offers the nearest one when there is none."""
    if letters in MEASURES:
        return MEASURES[letters]
    near = difflib.get_close_matches(letters.upper(), MEASURES, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise DataError(f"Measure {letters!r} is not known; known are {', '.join(MEASURES)}.{hint}")
