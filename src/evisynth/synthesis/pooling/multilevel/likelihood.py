"""The log likelihood of a multilevel model as a function of its variance components."""

from dataclasses import dataclass

import numpy as np

from evisynth.synthesis.grouping import connected
from evisynth.synthesis.maximise import Box, Maximum, best_maximum
from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.covariance import Covariance, Matrix
from evisynth.synthesis.pooling.multilevel.dense import DenseBlocks
from evisynth.synthesis.pooling.multilevel.forms import Engine, Forms
from evisynth.synthesis.pooling.multilevel.structures import ONE_VARIANCE, Shape
from evisynth.synthesis.pooling.multilevel.terms import Groups, Structured
from evisynth.synthesis.pooling.multilevel.woodbury import RandomIntercepts

IMPOSSIBLE = -np.inf


@dataclass(frozen=True, slots=True, eq=False)
class FixedEffects:
    """The fixed effects at given variance components: b (p,), vcov (p, p), and y'Py, the weighted residuals."""

    b: Vector
    vcov: Matrix
    rss: float


class Likelihood:
    """The (restricted) log likelihood of y ~ N(X b, V + random effects) with its derivatives.

    Parameters are the variances of `groups`, then those of each structure (see structures.Shape). The effects
    are measured from their least-squares fit, which changes nothing but the rounding error.

    Source: Harville 1977, doi:10.1080/01621459.1977.10480998.
    """

    def __init__(
        self,
        y: Vector,
        X: Matrix,
        V: Covariance,
        groups: tuple[Groups, ...],
        structures: tuple[Structured, ...],
        *,
        restricted: bool,
    ) -> None:
        self.k, self.p = X.shape
        self.restricted = restricted
        self.groups, self.shapes = groups, tuple(Shape(one) for one in structures)
        self.origin: Vector = np.asarray(np.linalg.lstsq(X, y, rcond=None)[0], dtype=np.float64)
        self.residuals = y - X @ self.origin
        self.log_det_XX = float(np.linalg.slogdet(X.T @ X)[1])
        self.engine = _engine(np.column_stack((X, self.residuals)), V, groups, structures)
        self.total = max(
            float(np.sum(self.residuals**2) / (self.k - self.p) - np.mean(V.variances)),
            0.05 * float(np.median(V.variances)),
        )

    @property
    def count(self) -> int:
        """The number of variance components and correlations."""
        return len(self.groups) + sum(shape.count for shape in self.shapes)

    def split(self, x: Vector) -> tuple[Vector, list[Vector]]:
        """The parameters of the groups, and those of each structure."""
        ends = np.cumsum([len(self.groups), *(shape.count for shape in self.shapes)])
        parts = np.split(x, ends[:-1])
        return parts[0], parts[1:]

    def forms(self, x: Vector) -> Forms | None:
        sigma2, others = self.split(x)
        return self.engine.forms(
            sigma2, [shape.matrix(one) for shape, one in zip(self.shapes, others, strict=True)]
        )

    def without_random_effects(self) -> FixedEffects:
        """The fixed effects, and with them Q, when V is all the covariance that there is."""
        forms = self.engine.forms(
            np.zeros(len(self.groups)), [np.zeros((shape.term.q,) * 2) for shape in self.shapes]
        )
        assert forms is not None  # V has been checked
        return fixed_effects(forms)

    def __call__(self, x: Vector) -> tuple[float, Vector]:
        forms = self.forms(x)
        if forms is None:
            return IMPOSSIBLE, np.zeros(len(x))
        fixed = fixed_effects(forms)
        value = self.value(forms, fixed)
        weight = np.zeros((self.p + 1, self.p + 1))
        if self.restricted:
            weight[: self.p, : self.p] = fixed.vcov
        contrast = np.append(-fixed.b, 1.0)
        sigma2, G = self.engine.slopes((weight + np.outer(contrast, contrast)) / 2)
        _, others = self.split(x)
        pulled = [shape.pull(*pair) for shape, *pair in zip(self.shapes, others, G, strict=True)]
        return value, np.concatenate((sigma2, *pulled))

    def value(self, forms: Forms, fixed: FixedEffects) -> float:
        rows = self.k - self.p if self.restricted else self.k
        found = rows * np.log(2 * np.pi) + forms.logdet + fixed.rss
        if self.restricted:
            found += -np.linalg.slogdet(fixed.vcov)[1] - self.log_det_XX
        return float(-found / 2)

    def box(self) -> Box:
        """Bounds and usual sizes of the parameters."""
        n = len(self.groups)
        bounds = [shape.bounds() for shape in self.shapes]
        return Box(
            np.concatenate((np.zeros(n), *(low for low, _ in bounds))),
            np.concatenate((np.full(n, np.inf), *(high for _, high in bounds))),
            np.concatenate((np.full(n, self.total), *(shape.scale(self.total) for shape in self.shapes))),
        )

    def starts(self) -> list[Vector]:
        """Places to start from: the heterogeneity shared equally, on one term mostly, small, and large."""
        terms = len(self.groups) + len(self.shapes)
        shares = [np.full(terms, 1 / terms)]
        if terms > 1:
            shares += [np.where(np.arange(terms) == one, 0.9, 0.1 / (terms - 1)) for one in range(terms)]
        shares += [0.05 * shares[0], 3 * shares[0]]
        return [start for share in shares for start in self._starts(self.total * share)]

    def fit(self) -> Maximum:
        """The variance components with the highest likelihood.

        Source: Harville 1977, doi:10.1080/01621459.1977.10480998.
        """
        many = any(shape.term.struct not in ONE_VARIANCE for shape in self.shapes)
        return best_maximum(self, self.starts(), self.box(), runs=6 if many else 2)

    def _starts(self, sizes: Vector) -> list[Vector]:
        """Starts at these variances of the terms; with two structures their starts go side by side."""
        n = len(self.groups)
        each = [shape.starts(size) for shape, size in zip(self.shapes, sizes[n:].tolist(), strict=True)]
        count = max((len(starts) for starts in each), default=1)
        return [
            np.concatenate((sizes[:n], *(starts[place % len(starts)] for starts in each)))
            for place in range(count)
        ]


def fixed_effects(forms: Forms) -> FixedEffects:
    """Generalised least squares from the quadratic forms.

    Source: Aitken 1936, doi:10.1017/S0370164600014346.
    """
    A, c, yy = forms.S[:-1, :-1], forms.S[:-1, -1], float(forms.S[-1, -1])
    vcov = np.linalg.inv(A)
    vcov = (vcov + vcov.T) / 2
    b = vcov @ c
    return FixedEffects(b, vcov, yy - float(c @ b))


def _engine(
    columns: Matrix, V: Covariance, groups: tuple[Groups, ...], structures: tuple[Structured, ...]
) -> Engine:
    if not structures and V.is_diagonal:
        return RandomIntercepts(columns, V.variances, groups)
    groupings = [V.block_numbers, *(one.numbers for one in groups), *(one.outer for one in structures)]
    linked = connected(V.k, groupings)
    return DenseBlocks(columns, V, groups, structures, linked)
