"""From the scale on which a measure is analysed back to the scale that people read.

Each function takes an array of any shape on the analysis scale. Values beyond what the scale can hold (a limit of an
interval below the arcsine of 0) are taken to its end: a proportion stays between 0 and 1, a rate at 0 or above.
`size` is the number of people (or the person-time) behind the value, where the way back depends on it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

Vector = NDArray[np.float64]


def as_it_is(y: Vector) -> Vector:
    """The value itself: a difference is analysed on the scale it is read on.

    Source: Cochrane Handbook 6.5, section 6.1.2.1 (differences need no transformation).
    """
    return np.array(y, dtype=np.float64)


def exponential(y: Vector) -> Vector:
    """exp(y), for logarithms.

    Source: Cochrane Handbook 6.5, section 6.4.1.2.
    """
    return np.exp(y)


def inverse_logit(y: Vector) -> Vector:
    """exp(y) / (1 + exp(y)), for log odds.

    Source: Berkson 1944, doi:10.1080/01621459.1944.10500699.
    """
    return np.asarray(expit(y), dtype=np.float64)


def normal_probability(y: Vector) -> Vector:
    """The standard normal distribution function of y, for probits.

    Source: Bliss 1934, doi:10.1126/science.79.2037.38.
    """
    return np.asarray(ndtr(y), dtype=np.float64)


def squared_sine(y: Vector) -> Vector:
    """sin(y)^2, for arcsines of the square root of a proportion.

    Source: Ruecker, Schwarzer, Carpenter & Olkin 2009, doi:10.1002/sim.3511.
    """
    return np.sin(np.clip(y, 0.0, np.pi / 2)) ** 2


def hyperbolic_tangent(y: Vector) -> Vector:
    """tanh(y), for Fisher's z.

    Source: Fisher 1921, Metron 1:3-32.
    """
    return np.tanh(y)


def squared_hyperbolic_tangent(y: Vector) -> Vector:
    """tanh(y)^2, for Fisher's z of a multiple correlation, shown as R squared.

    Source: Olkin & Finn 1995, doi:10.1037/0033-2909.118.1.155.
    """
    return np.tanh(np.maximum(y, 0.0)) ** 2


def square(y: Vector) -> Vector:
    """y^2, for square roots of a rate.

    Source: Rothman, Greenland & Lash 2008, Modern Epidemiology, 3rd edition.
    """
    return np.maximum(y, 0.0) ** 2


def one_less_cube(y: Vector) -> Vector:
    """1 - (1 - y)^3, for Hakstian and Whalen's cube root of a reliability.

    Source: Hakstian & Whalen 1976, doi:10.1007/BF02291840.
    """
    return np.asarray(1 - (1 - y) ** 3, dtype=np.float64)


def one_less_exponential(y: Vector) -> Vector:
    """1 - exp(-y), for Bonett's logarithm of a reliability.

    Source: Bonett 2002, doi:10.3102/10769986027004335.
    """
    return np.asarray(-np.expm1(-y), dtype=np.float64)


def inverse_double_arcsine(y: Vector, size: Vector) -> Vector:
    """The proportion of `size` people whose Freeman-Tukey double arcsine (halved) is y.

    y below that of no event is 0, above that of only events 1. For a pooled value `size` is the harmonic mean of
    the sizes.

    Source: Miller 1978, doi:10.1080/00031305.1978.10479283.
    """
    lowest = np.arcsin(np.sqrt(1 / (size + 1))) / 2
    highest = np.pi / 2 - lowest
    inside = np.clip(y, lowest, highest)
    s = np.sin(2 * inside)
    root = np.sqrt(np.maximum(1 - (s + (s - 1 / s) / size) ** 2, 0.0))
    p = (1 - np.sign(np.cos(2 * inside)) * root) / 2
    return np.where(y <= lowest, 0.0, np.where(y >= highest, 1.0, p))


def inverse_double_root(y: Vector, size: Vector) -> Vector:
    """The rate over person-time `size` whose Freeman-Tukey double square root (halved) is y.

    With y = (sqrt(rate) + sqrt(rate + 1 / size)) / 2 the root of the rate is y - 1 / (4 y size). y below that of
    no event is 0. For a pooled value `size` is the harmonic mean of the person-times.

    Source: Freeman & Tukey 1950, doi:10.1214/aoms/1177729756, solved for the rate.
    """
    lowest = np.sqrt(1 / size) / 2
    inside = np.maximum(y, lowest)
    return np.where(y <= lowest, 0.0, (inside - 1 / (4 * inside * size)) ** 2)
