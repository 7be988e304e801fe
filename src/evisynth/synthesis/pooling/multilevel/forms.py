"""What a likelihood needs of the marginal covariance M, and how blocks of about one size are worked on together."""

from dataclasses import dataclass
from typing import Protocol

from evisynth.synthesis.measures.scale import Vector
from evisynth.synthesis.pooling.covariance import Matrix


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """Quadratic forms at one set of variance components. [X y] are the p design columns and the effects.

    S : (p + 1, p + 1) [X y]' M^-1 [X y]; logdet : log determinant of M.
    """

    S: Matrix
    logdet: float


class Engine(Protocol):
    """One way to work with M = V + (random effects), without ever inverting the whole of it."""

    def forms(self, sigma2: Vector, G: list[Matrix]) -> Forms | None:
        """The forms at these variances and structures; None where M is not positive definite."""

    def slopes(self, weight: Matrix) -> tuple[Vector, list[Matrix]]:
        """The derivatives by each sigma2 and each entry of each G at the place of the last call of forms.

        They are the traces of B dM for B = M^-1 [X y] weight [X y]' M^-1 - M^-1 / 2; `weight` is
        (p + 1, p + 1) and symmetric.
        """
