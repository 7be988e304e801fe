"""Records of one publication: normalised keys, candidates, decisions by named rules and vetoes, groups."""

from evisynth.search.duplicates.decisions import Merge
from evisynth.search.duplicates.groups import (
    Correction,
    DuplicateGroup,
    Grouping,
    duplicate_groups,
    joined_record,
)

__all__ = ["Correction", "DuplicateGroup", "Grouping", "Merge", "duplicate_groups", "joined_record"]
