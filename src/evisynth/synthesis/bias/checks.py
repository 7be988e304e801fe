"""What every look at small-study effects shares: sizes, and the warnings that stand beside the number."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.measures.effects import Dropped
from evisynth.synthesis.measures.scale import Vector, measure_named

FEW = 10  # studies; below this, tests for funnel plot asymmetry should not be used (Handbook 13.3.4.4)
SIMILAR = 1.5  # largest over smallest standard error; the Handbook names no number, this one is ours
CORRELATED = (
    "OR",
    "RR",
    "D2OR",
    "PETO",
)  # of events, where effect and standard error go together by arithmetic
STANDARDISED = ("SMD", "SMDH", "SMD1", "SMD1H")


def checked_sizes(names: Sequence[str], ni: ArrayLike) -> Vector:
    """(k,) numbers of people, all above 0; a DataError names the study without one."""
    n = np.array(ni, dtype=np.float64)
    if n.shape != (len(names),):
        raise DataError(f"{len(names)} studies and sizes of shape {n.shape}: each study needs one.")
    for name, size in zip(names, n.tolist(), strict=True):
        if not (np.isfinite(size) and size > 0):
            raise DataError(f"{name}: {size:g} people; the size of a study is a number above 0.")
    return n


def asymmetry_warnings(sei: Vector, *, measure: str = "generic", by_se: bool = False) -> tuple[str, ...]:
    """What a reader must know beside a test for funnel plot asymmetry, as sentences.

    Parameters
    ----------
    sei : (k,) standard errors.
    measure : what the effects are.
    by_se : whether the test relates effects to their standard errors or variances.

    Source: Cochrane Handbook 6.5, section 13.3.4.4; Sterne et al. 2011, doi:10.1136/bmj.d4002; for standardised
    mean differences Pustejovsky & Rodgers 2019, doi:10.1002/jrsm.1332.
    """
    measure_named(measure)
    found = list(few_warnings(len(sei)))
    if np.max(sei) < SIMILAR * np.min(sei):
        found.append(
            f"The studies are of similar size (standard errors {np.min(sei):.3g} to {np.max(sei):.3g}): a test of "
            "asymmetry has nothing to compare (Cochrane Handbook 13.3.4.4)."
        )
    if by_se and measure in CORRELATED:
        found.append(
            f"A log {measure} and its standard error are related by arithmetic when the effect is large, which "
            "looks like asymmetry; for two-by-two tables use the tests of Harbord, Peters or Rücker."
        )
    if by_se and measure in STANDARDISED:
        found.append(
            "A standardised mean difference and its standard error are related by arithmetic, which looks like "
            "asymmetry; use the test of Pustejovsky and Rodgers."
        )
    return tuple(found)


def few_warnings(k: int, what: str = "tests for funnel plot asymmetry") -> tuple[str, ...]:
    """The warning that the Handbook asks for with fewer than ten studies; none with more.

    Source: Cochrane Handbook 6.5, section 13.3.4.4.
    """
    if k >= FEW:
        return ()
    warning = (
        f"{k} studies: with fewer than {FEW}, {what} have too little power to tell chance from real asymmetry "
        "and should not be used (Cochrane Handbook 13.3.4.4)."
    )
    return (warning,)


def shown_p(p: float) -> str:
    """A p value in a sentence: p = 0.034, or p < 0.001."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def with_notes(line: str, warnings: Sequence[str], dropped: Dropped = ()) -> str:
    """A summary with what must stand beside it, and the studies that are left out, each on a line."""
    return "\n".join((line, *warnings, *(f"left out: {study} ({reason})" for study, reason in dropped)))
