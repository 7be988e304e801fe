"""All subsets of some studies by inverse variance, from sums that each study is added to.

Subset number s has study j when bit j of s is set. Adding study j doubles the list of subsets, so that a sum
over each of 2^k subsets takes one operation instead of k. The sums are those of Chan's update, which subtract
nothing: they are as exact as the two-pass formulas.
"""

from typing import NamedTuple

import numpy as np

from evisynth.synthesis.measures.scale import Vector


class Sums(NamedTuple):
    """Of each subset: the number of studies k, sum of weights W, weighted mean mu, Q about it, and C.

    C = W - (sum of squared weights) / W, the factor of DerSimonian and Laird; each is (m,).
    """

    k: Vector
    W: Vector
    mu: Vector
    Q: Vector
    C: Vector


def subset_sums(yi: Vector, vi: Vector, high: int, low: int) -> Sums:
    """Sums of the 2^low subsets whose numbers are high * 2^low + (0, 1, ...); the empty one has W = 0.

    Source: Chan, Golub & LeVeque 1983, doi:10.1080/00031305.1983.10483115, for the update of mu and Q.
    """
    size = 1 << low
    k, W, mu, Q, pairs = (np.zeros(size) for _ in range(5))
    there = [j for j in range(low, len(yi)) if high >> (j - low) & 1]
    done = 1
    for j in [*there, *range(low)]:
        old, new = (np.s_[:done], np.s_[:done] if j >= low else np.s_[done : 2 * done])
        w = 1 / vi[j]
        total = W[old] + w
        distance = yi[j] - mu[old]
        share = w / total
        pairs[new] = pairs[old] + w * W[old]
        Q[new] = Q[old] + share * W[old] * distance**2
        mu[new] = mu[old] + share * distance
        k[new], W[new] = k[old] + 1, total
        done = done if j >= low else 2 * done
    with np.errstate(invalid="ignore"):
        return Sums(k, W, mu, Q, 2 * pairs / W)


def means_at(yi: Vector, vi: Vector, tau2: Vector, high: int, low: int) -> Vector:
    """Weighted means of the same subsets with weights 1 / (vi + tau2), tau2 of each subset; NaN of the empty one.

    Source: DerSimonian & Laird 1986, doi:10.1016/0197-2456(86)90046-2.
    """
    size = 1 << low
    total, weighted, number = np.zeros(size), np.zeros(size), np.arange(size)
    centre = float(np.mean(yi))  # keeps digits where effects are far from 0
    for j in range(len(yi)):
        if j >= low and not high >> (j - low) & 1:
            continue
        w = 1 / (tau2 + vi[j])
        if j < low:
            w *= number >> j & 1
        total += w
        w *= yi[j] - centre
        weighted += w
    with np.errstate(invalid="ignore"):
        means: Vector = centre + weighted / total
    return means
