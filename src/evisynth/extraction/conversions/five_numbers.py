"""Mean and standard deviation from a median with quartiles, with smallest and largest value, or with all of them.

All assume values about normal. Where a test of the five numbers says that they are skewed, `skewed` does, and the mean so
found describes the people badly: log_normal may serve, or the medians themselves.
"""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from evisynth.errors import DataError
from evisynth.extraction.conversions.converted import Converted, at_least, finite, one
from evisynth.extraction.conversions.spread import expected_quartiles, expected_range

LUO = "Luo et al. 2018, doi:10.1177/0962280216669183"
SHI = "Shi et al. 2020, doi:10.1002/jrsm.1429"
SKEWNESS = "Shi et al. 2023, doi:10.1177/09622802231172043"
OLD = {
    "hozo": "Hozo, Djulbegovic & Hozo 2005, doi:10.1186/1471-2288-5-13",
    "wan": "Wan et al. 2014, doi:10.1186/1471-2288-14-135",
    "bland": "Bland 2015, doi:10.6000/1929-6029.2015.04.01.6",
}
MeanMethod = Literal["luo", "hozo", "wan", "bland"]
SdMethod = Literal["shi", "wan", "bland"]


def mean_from_five_numbers(
    n: float,
    median: float,
    *,
    smallest: float | None = None,
    q1: float | None = None,
    q3: float | None = None,
    largest: float | None = None,
    method: MeanMethod = "luo",
) -> Converted:
    """Mean from the median of n people with the smallest and largest value, with both quartiles, or with all four.

    luo   : weights that depend on n, for all three kinds (R's metafor by default).
    hozo  : smallest and largest; (min + 2 median + max) / 4 up to 25 people, the median beyond.
    wan   : q1 and q3; (q1 + median + q3) / 3.
    bland : all four; (min + 2 q1 + 2 median + 2 q3 + max) / 8.
    """
    given = _given(n, min=smallest, q1=q1, median=median, q3=q3, max=largest)
    kind = _kind(given)
    name = f"mean = {method}({', '.join(given)}, n)"
    ends, quartiles = _middle(given, "min", "max"), _middle(given, "q1", "q3")
    if method == "luo":
        by_ends, by_quartiles = _luo_weights(kind, n)
        rest = 1 - by_ends - by_quartiles
        return one("mean", by_ends * ends + by_quartiles * quartiles + rest * median, name, LUO)
    wanted = {"hozo": "range", "wan": "quartiles", "bland": "all"}
    if wanted.get(method) != kind:
        raise _no_such(method, "mean", tuple(given))
    if method == "hozo":
        mean = (ends + median) / 2 if n <= 25 else median
    elif method == "wan":
        mean = (2 * quartiles + median) / 3
    else:
        mean = (2 * ends + 4 * quartiles + 2 * median) / 8
    return one("mean", mean, name, OLD[method])


def sd_from_five_numbers(
    n: float,
    *,
    smallest: float,
    q1: float,
    q3: float,
    largest: float,
    median: float | None = None,
    method: SdMethod = "shi",
) -> Converted:
    """Standard deviation from smallest and largest value and quartiles of n people.

    shi   : range and quartiles weighted by n (R's metafor by default). wan : both with the same weight.
    bland : from the squares of all five, for which it needs the median too.
    """
    given = _given(n, min=smallest, q1=q1, median=median, q3=q3, max=largest)
    of_range, of_quartiles = (largest - smallest) / expected_range(n), (q3 - q1) / expected_quartiles(n)
    if method == "shi":
        weight = 1 / (1 + 0.07 * n**0.6)
        sd = weight * of_range + (1 - weight) * of_quartiles
        return one("sd", sd, "sd = shi(min, q1, q3, max, n)", SHI)
    if method == "wan":
        return one("sd", (of_range + of_quartiles) / 2, "sd = wan(min, q1, q3, max, n)", OLD["wan"])
    if method != "bland" or median is None:
        raise _no_such(method, "sd", tuple(given))
    neighbours = smallest * q1 + q1 * median + median * q3 + q3 * largest
    squares = smallest**2 + 2 * q1**2 + 2 * median**2 + 2 * q3**2 + largest**2
    sum_of_all = smallest + 2 * q1 + 2 * median + 2 * q3 + largest
    variance = squares / 16 + neighbours / 8 - sum_of_all**2 / 64
    return one("sd", math.sqrt(variance), "sd = bland(min, q1, median, q3, max, n)", OLD["bland"])


def skewed(
    n: float,
    median: float,
    *,
    smallest: float | None = None,
    q1: float | None = None,
    q3: float | None = None,
    largest: float | None = None,
) -> Converted:
    """Whether the numbers are too lopsided for a normal sample, at a level of 5%: `skewed` is then 1, else 0.

    `statistic` is compared with `critical`; both stand beside it.
    """
    given = _given(n, min=smallest, q1=q1, median=median, q3=q3, max=largest)
    kind = _kind(given)
    lop_ends, lop_quartiles = _lopsided(given, "min", "max"), _lopsided(given, "q1", "q3")
    if kind == "range":
        statistic, critical = lop_ends, 1.01 / math.log(n + 9) + 2.43 / (n + 1)
    elif kind == "quartiles":
        statistic, critical = lop_quartiles, 2.65 / math.sqrt(n) - 6 / n**2
    else:
        weighted = 2.65 * math.log(0.6 * n) / math.sqrt(n) * lop_ends
        statistic = max(weighted, lop_quartiles)
        critical = 3 / math.sqrt(n) - 40 / n**3
    found = {"skewed": float(statistic > critical), "statistic": statistic, "critical": critical}
    return Converted(found, f"test of skewness on {', '.join(given)} and n", SKEWNESS)


def _given(n: float, **numbers: float | None) -> dict[str, float]:
    """The numbers that are there, which must be in order."""
    at_least(5, n=n)
    given = {name: number for name, number in numbers.items() if number is not None}
    finite(**given)
    for (low, least), (high, most) in pairwise(given.items()):
        if least > most:
            raise DataError(f"{low} {least:g} is above {high} {most:g}; check both against the report.")
    return given


def _kind(given: Mapping[str, float]) -> Literal["range", "quartiles", "all"]:
    names = set(given) - {"median"}
    if names == {"min", "max"}:
        return "range"
    if names == {"q1", "q3"}:
        return "quartiles"
    if names == {"min", "q1", "q3", "max"}:
        return "all"
    raise DataError(
        f"Found {', '.join(given)}; a median is converted with min and max, with q1 and q3, or with all four."
    )


def _luo_weights(kind: str, n: float) -> tuple[float, float]:
    """The weights of the middle of both ends and of the middle of both quartiles; the rest is the median's."""
    if kind == "range":
        return 4 / (4 + n**0.75), 0.0
    if kind == "quartiles":
        return 0.0, 0.7 + 0.39 / n
    return 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55


def _middle(given: Mapping[str, float], low: str, high: str) -> float:
    return (given[low] + given[high]) / 2 if low in given else 0.0


def _lopsided(given: Mapping[str, float], low: str, high: str) -> float:
    """How far the median is from the middle of both, in halves of their distance: 0 to 1."""
    if low not in given:
        return 0.0
    width = given[high] - given[low]
    return abs(given[low] + given[high] - 2 * given["median"]) / width if width > 0 else 0.0


def _no_such(method: str, what: str, given: tuple[str, ...]) -> DataError:
    return DataError(
        f"Method {method!r} gives no {what} from {', '.join(given)}; luo (mean) and shi (SD) take what there is."
    )
