"""Multilevel and multivariate models with known sampling covariances."""

from evisynth.synthesis.pooling.multilevel.fit import multilevel
from evisynth.synthesis.pooling.multilevel.result import MultilevelFit, StructureFit
from evisynth.synthesis.pooling.multilevel.terms import nested, structured

__all__ = ["MultilevelFit", "StructureFit", "multilevel", "nested", "structured"]
