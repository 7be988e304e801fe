"""The log likelihood of each study with its random effects integrated out, and how it moves with the model.

In study i the natural parameter of group j is t_ij = o_ij + sum_r Z_jr s_r u_r, with u_r standard normal. What
this module differentiates by are the local parameters of a study: the J offsets o_ij, then the R scales s_r.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite import hermgauss

from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.glmm.families import Array, Family

STEPS = 200
CLOSE = 1e-8  # a Newton step of this size leaves an error of about its square
HERMITE = 121  # points of the largest Gauss-Hermite rule
FAR = 9.0  # a normal density is 3e-18 of its largest here


class Integrated(NamedTuple):
    """value : (k,) log likelihoods; gradient : (k, J + R), in the local parameters; u : (k, R) the modes."""

    value: Vector
    gradient: Array
    u: Array


def integrated(
    family: Family, o: Array, Z: Array, s: Vector, points: int, near: Array | None = None
) -> Integrated:
    """The log likelihood of each study, and its gradient in the local parameters.

    Parameters
    ----------
    family : the counts of k studies with J groups each.
    o : (k, J) offsets.
    Z : (J, R) how the random effects enter the groups.
    s : (R,) their standard deviations.
    points : of the Gauss-Hermite rule, which is centred at the mode and scaled by the curvature there.
        1 is Laplace's approximation, the only one for two random effects. More than 121 are spaced evenly over
        all of the density instead: slower to begin with, but the better rule for large deviations.
    near : (k, R) modes of nearby parameters, from which the search starts.

    The gradient is that of the rule, which moves with the parameters, and not the rule applied to a gradient.

    Source: Liu & Pierce 1994, doi:10.1093/biomet/81.3.624; Pinheiro & Bates 1995,
    doi:10.1080/10618600.1995.10474663.
    """
    if len(s) == 0:
        value, slope = family.value_and_slope(o[..., None])
        return Integrated(value[..., 0].sum(axis=1), slope[..., 0], np.zeros((len(o), 0)))
    u = modes(family, o, Z * s, near)
    if points == 1:
        return _laplace(family, o, Z, s, u)
    return _quadrature(family, o, Z[:, 0], float(s[0]), points, u)


def with_hessian(family: Family, o: Array, Z: Array, s: Vector, points: int) -> tuple[Integrated, Array]:
    """The same, and its second derivatives (k, J + R, J + R) in the local parameters.

    These are exact without random effects, and otherwise from differences of the gradient.

    Source: as `integrated`.
    """
    here = integrated(family, o, Z, s, points)
    J, R = Z.shape[0], len(s)
    hessian = np.zeros((len(o), J + R, J + R))
    if R == 0:
        places = np.arange(J)
        hessian[:, places, places] = family.slopes(o[..., None]).second[..., 0]
        return here, hessian
    for place in range(J + R):
        width = 1e-4 if place < J else 1e-4 * float(s[place - J])
        ends = []
        for way in (width, -width):
            moved_o, moved_s = o.copy(), s.copy()
            if place < J:
                moved_o[:, place] += way
            else:
                moved_s[place - J] += way
            ends.append(integrated(family, moved_o, Z, moved_s, points, here.u).gradient)
        hessian[:, place] = (ends[0] - ends[1]) / (2 * width)
    return here, (hessian + hessian.transpose(0, 2, 1)) / 2


def modes(family: Family, o: Array, A: Array, near: Array | None = None) -> Array:
    """(k, R) the most likely random effects u of each study, where t = o + A u; by Newton's method.

    The log density is concave. A step is at most 2 on the scale of t, because that of a Poisson count
    overshoots.

    Source: Liu & Pierce 1994, doi:10.1093/biomet/81.3.624.
    """
    k, R = len(o), A.shape[1]
    u = np.zeros((k, R)) if near is None else near.copy()
    most = 2 / max(float(np.max(np.abs(A))), 1e-300)
    for _ in range(STEPS):
        first, second, _ = family.slopes((o + u @ A.T)[..., None])
        slope = first[..., 0] @ A - u
        H = np.eye(R) - np.einsum("jr,kj,js->krs", A, second[..., 0], A)
        step = np.clip(np.linalg.solve(H, slope[..., None])[..., 0], -most, most)
        u += step
        if np.max(np.abs(step)) < CLOSE * (1 + np.max(np.abs(u))):
            break
    return u


def _laplace(family: Family, o: Array, Z: Array, s: Vector, u: Array) -> Integrated:
    """log L = g(u) - log det(H) / 2 at the mode u of g, with H the negative second derivative of g there."""
    J, R = Z.shape
    A = Z * s
    t = (o + u @ A.T)[..., None]
    values, _ = family.value_and_slope(t)
    first, second, third = (part[..., 0] for part in family.slopes(t))
    H = np.eye(R) - np.einsum("jr,kj,js->krs", A, second, A)
    inverse = np.linalg.inv(H)
    value = values[..., 0].sum(axis=1) - (u**2).sum(axis=1) / 2 - np.log(np.linalg.det(H)) / 2

    spread = np.einsum("jr,krs->kjs", A, inverse)  # A_j' H^-1
    h = np.einsum("kjs,js->kj", spread, A)  # A_j' H^-1 A_j
    gradient = np.empty((len(o), J + R))
    for place in range(J + R):
        if place < J:
            direct = np.zeros_like(o)
            direct[:, place] = 1.0  # how t moves while u stays
            pull = A[place] * second[:, place : place + 1]
            widening = 0.0
        else:
            r = place - J
            direct = u[:, r : r + 1] * Z[:, r]
            pull = (second * direct) @ A
            pull[:, r] += first @ Z[:, r]
            widening = -2 * np.einsum("kj,kj->k", second * Z[:, r], spread[:, :, r])
        u_moves = np.einsum("krs,ks->kr", inverse, pull)
        t_moves = direct + u_moves @ A.T
        trace = -np.sum(third * t_moves * h, axis=1) + widening
        gradient[:, place] = np.sum(first * direct, axis=1) - trace / 2
    return Integrated(value, gradient, u)


def _quadrature(family: Family, o: Array, z: Vector, s: float, points: int, modes: Array) -> Integrated:
    """Quadrature over one random effect, with nodes placed around the mode m of its density."""
    J, m = o.shape[1], modes[:, 0]
    first, second, third = (part[..., 0] for part in family.slopes((o + np.outer(m, z * s))[..., None]))
    second_z, third_z = second @ z**2, third @ z**3
    curvature = 1 - s**2 * second_z  # -g'' at the mode
    if points <= HERMITE:
        x, log_w = _hermite(points)
        width = np.sqrt(2 / curvature)
        u = m[:, None] + np.outer(width, x)  # (k, q)
        log_w = log_w + np.log(width)[:, None]
    else:
        x, width = np.zeros(points), np.ones(len(o))
        u, log_w = _even(family, o, z * s, m, points)
    values, slopes = family.value_and_slope(o[..., None] + (z * s)[:, None] * u[:, None, :])
    terms = values.sum(axis=1) - u**2 / 2 + log_w
    top = terms.max(axis=1, keepdims=True)
    p = np.exp(terms - top)
    total = p.sum(axis=1, keepdims=True)
    value = (top + np.log(total))[:, 0] - math.log(2 * math.pi) / 2
    p /= total

    pushed = np.einsum("j,kjq->kq", z, slopes)  # the slope of the log likelihood along the random effect
    along = p * (s * pushed - u)  # p times dg/du at each node
    stretch = along @ x * width + 1 if points <= HERMITE else np.zeros(len(o))
    along = along.sum(axis=1)
    gradient = np.empty((len(o), J + 1))
    for place in range(J + 1):
        if place < J:
            direct = np.sum(p * slopes[:, place], axis=1)
            pull = s * z[place] * second[:, place]  # d g' / d parameter at the mode
            bend = s**2 * z[place] ** 2 * third[:, place]  # d g'' / d parameter
        else:
            direct = np.sum(p * pushed * u, axis=1)
            pull = first @ z + s * m * second_z
            bend = 2 * s * second_z + s**2 * m * third_z
        m_moves = pull / curvature
        log_width_moves = (bend + s**3 * third_z * m_moves) / (2 * curvature)
        gradient[:, place] = direct + along * m_moves + stretch * log_width_moves
    return Integrated(value, gradient, modes)


@lru_cache(maxsize=64)
def _hermite(points: int) -> tuple[Vector, Vector]:
    """The nodes x of Gauss-Hermite quadrature, and log(w) + x^2."""
    x, w = hermgauss(points)
    return x, np.log(w) + x**2


def _even(family: Family, o: Array, a: Vector, m: Vector, points: int) -> tuple[Array, Array]:
    """(k, q) evenly spaced nodes from where the density has nearly vanished to where it does again; log weights.

    The log density is concave with a curvature of at least 1, so that it ends within FAR of its mode.
    """
    tried = FAR * 2.0 ** (-np.arange(16) / 2)  # from far to near
    ends = np.empty((2, len(o)))
    at_mode = _log_density(family, o, a, m[:, None])
    for row, way in enumerate((-1, 1)):
        gone = _log_density(family, o, a, m[:, None] + way * tried) < at_mode - FAR**2 / 2
        nearest = np.maximum(gone.sum(axis=1) - 1, 0)  # the density falls, so that the flags are sorted
        ends[row] = m + way * tried[nearest]
    u = np.linspace(ends[0], ends[1], points, axis=1)
    return u, np.broadcast_to(np.log(u[:, 1] - u[:, 0])[:, None], u.shape)


def _log_density(family: Family, o: Array, a: Vector, u: Array) -> Array:
    values, _ = family.value_and_slope(o[..., None] + a[:, None] * u[:, None, :])
    density: Array = values.sum(axis=1) - u**2 / 2
    return density
