"""Intervals of one study's proportion: what is shown beside it, whatever scale the studies are pooled on."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtri

from evisynth.errors import DataError, near
from evisynth.synthesis.measures.columns import read_columns
from evisynth.synthesis.measures.scale import Vector

METHODS = {
    "CP": "Clopper-Pearson, exact",
    "WS": "Wilson, score",
    "AC": "Agresti-Coull",
    "SA": "simple asymptotic, Wald",
}


def proportion_interval(
    events: ArrayLike, n: ArrayLike, *, method: str = "CP", level: float = 0.95
) -> tuple[Vector, Vector]:
    """(k,) lower and (k,) upper limits of proportions, between 0 and 1.

    Parameters
    ----------
    events, n : (k,) people with the event, and people.
    method : CP (never covers less than its level), WS, AC or SA, which is a bad choice near 0 or 1.

    Raises
    ------
    DataError : a missing or impossible number, an unknown method or level.

    Source: Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404; Wilson 1927, doi:10.1080/01621459.1927.10502953;
    Agresti & Coull 1998, doi:10.1080/00031305.1998.10480550; compared in Newcombe 1998,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E.
    """
    if method not in METHODS:
        known = ", ".join(f"{name} ({words})" for name, words in METHODS.items())
        raise DataError(f"Interval {method!r} is not known; known are {known}.{near(method, METHODS)}")
    if not 0 < level < 1:
        raise DataError(f"Confidence level {level:g} is not between 0 and 1; 0.95 is usual.")
    names, columns, missing = read_columns(("events", "n"), {"events": events, "n": n}, ())
    x, size = columns.values()
    for row in missing:
        raise DataError(f"{names[row]}: {missing[row]}; a proportion needs both numbers.")
    if np.any(x > size):
        row = int(np.argmax(x > size))
        raise DataError(
            f"{names[row]}: {x[row]:g} events among {size[row]:g} people; events cannot exceed the total."
        )
    if method == "CP":
        return _clopper_pearson(x, size, (1 - level) / 2)
    z = float(ndtri(0.5 + level / 2))
    if method == "SA":
        middle, half = x / size, z * np.sqrt(x * (size - x) / size**3)
    elif method == "AC":
        grown = size + z**2
        middle = (x + z**2 / 2) / grown
        half = z * np.sqrt(middle * (1 - middle) / grown)
    else:
        p = x / size
        middle = (p + z**2 / (2 * size)) / (1 + z**2 / size)
        half = z / (1 + z**2 / size) * np.sqrt(p * (1 - p) / size + z**2 / (4 * size**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def _clopper_pearson(x: Vector, n: Vector, tail: float) -> tuple[Vector, Vector]:
    """Quantiles of beta distributions; 0 below no events, 1 above nothing but events."""
    low = np.where(x > 0, betaincinv(np.where(x > 0, x, 1.0), n - x + 1, tail), 0.0)
    high = np.where(x < n, betaincinv(x + 1, np.where(x < n, n - x, 1.0), 1 - tail), 1.0)
    return low, high
