"""Evisynth carries a systematic review from its database searches to its published numbers."""

from evisynth.errors import DataError, EvisynthError, Problem

__all__ = ["DataError", "EvisynthError", "Problem"]
__version__ = "0.1.0"
