"""Generalised linear (mixed) models of counts."""

from evisynth.synthesis.pooling.glmm.models import pool_glmm
from evisynth.synthesis.pooling.glmm.result import LIKELIHOODS, Glmm

__all__ = ["LIKELIHOODS", "Glmm", "pool_glmm"]
