"""Rows of a review gathered into plain values, and each stage's rule called on them once."""

from evisynth.store.gather.findings import gather

__all__ = ["gather"]
