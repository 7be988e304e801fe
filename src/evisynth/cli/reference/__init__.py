"""Repeating stored calls of R with the public functions of Evisynth: the mapping, and the comparison."""
