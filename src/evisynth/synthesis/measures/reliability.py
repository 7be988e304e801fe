"""The reliability of a scale: Cronbach's alpha, as it is and transformed.

alpha are (k,) coefficients, items the numbers of items of the scale, n the numbers of people. Each function gives
(yi, vi), both (k,).
"""

import numpy as np

from evisynth.synthesis.measures.scale import Vector

Effects = tuple[Vector, Vector]


def raw_alpha(alpha: Vector, items: Vector, n: Vector) -> Effects:
    """Cronbach's alpha; variance 2 items (1 - alpha)^2 / ((items - 1) (n - 2)).

    Source: Bonett 2010, doi:10.1037/a0020142; van Zyl, Neudecker & Nel 2000, doi:10.1007/BF02296146.
    """
    return alpha, 2 * items * (1 - alpha) ** 2 / ((items - 1) * (n - 2))


def alpha_cube_root(alpha: Vector, items: Vector, n: Vector) -> Effects:
    """1 - (1 - alpha)^(1/3); variance 18 items (n - 1) (1 - alpha)^(2/3) / ((items - 1) (9 n - 11)^2).

    Source: Hakstian & Whalen 1976, doi:10.1007/BF02291840.
    """
    root = np.cbrt(1 - alpha)
    return 1 - root, 18 * items * (n - 1) * root**2 / ((items - 1) * (9 * n - 11) ** 2)


def alpha_log(alpha: Vector, items: Vector, n: Vector) -> Effects:
    """-log(1 - alpha); variance 2 items / ((items - 1) (n - 2)).

    Source: Bonett 2002, doi:10.3102/10769986027004335.
    """
    return -np.log(1 - alpha), 2 * items / ((items - 1) * (n - 2))
