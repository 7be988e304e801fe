"""Mean and standard deviation from five numbers of skewed values whose logarithms are about normal."""

import math

from evisynth.extraction.conversions.converted import Converted, above_0
from evisynth.extraction.conversions.five_numbers import mean_from_five_numbers, sd_from_five_numbers
from evisynth.extraction.conversions.spread import sd_from_quartiles

SHI_LOG = "Shi, Tong, Wang & Genton 2020, doi:10.4310/SII.2020.v13.n4.a9"


def log_normal_from_five_numbers(
    n: float,
    *,
    smallest: float,
    q1: float,
    median: float,
    q3: float,
    largest: float,
) -> Converted:
    """Mean and standard deviation of n people, all of whose values are above 0, from their five numbers.

    The mean and variance of the logarithms come from the logarithms of the five numbers, freed of their bias; the way
    back takes their uncertainty into account.
    """
    above_0(min=smallest, q1=q1, median=median, q3=q3, max=largest)
    low, lower, middle, upper, high = (math.log(number) for number in (smallest, q1, median, q3, largest))
    mu = mean_from_five_numbers(n, middle, smallest=low, q1=lower, q3=upper, largest=high).value
    s = sd_from_five_numbers(n, smallest=low, q1=lower, q3=upper, largest=high).value
    variance = s**2 / (1 + 0.28 / math.log(n) ** 2)
    of_mean, of_variance = variance / n, s**4 / (1 + 3.93 / n) / n
    mean = math.exp(mu + variance / 2) / (1 + 0.405 * of_mean + 0.315 * of_variance)
    squares = math.exp(2 * mu + 2 * variance) / (1 + 1.62 * of_mean + 5.04 * of_variance)
    square = math.exp(2 * mu + variance) / (1 + 1.62 * of_mean + 1.26 * of_variance)
    found = {"mean": mean, "sd": math.sqrt(squares - square)}
    return Converted(found, "log-normal mean and sd from min, q1, median, q3, max and n", SHI_LOG)


def log_normal_from_quartiles(n: float, *, q1: float, median: float, q3: float) -> Converted:
    """Mean and standard deviation of the logarithms (`mean_log`, `sd_log`) of n people, from their quartiles.

    They serve where logarithms are analysed. There is no way back to the people's own scale here.
    """
    above_0(q1=q1, median=median, q3=q3)
    lower, middle, upper = math.log(q1), math.log(median), math.log(q3)
    mu = mean_from_five_numbers(n, middle, q1=lower, q3=upper).value
    s = sd_from_quartiles(lower, upper, n).value / math.sqrt(1 + 1.58 / n)
    return Converted(
        {"mean_log": mu, "sd_log": s}, "log-normal mean and sd from q1, median, q3 and n", SHI_LOG
    )
