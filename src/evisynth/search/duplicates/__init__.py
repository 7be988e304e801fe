"""Records of one publication: normalised keys, candidates, decisions by named rules and vetoes, groups."""

from evisynth.search.duplicates.decisions import Merge
from evisynth.search.duplicates.groups import (
    Correction,
    DuplicateGroup,
    Grouping,
    duplicate_groups,
    joined_record,
)
from evisynth.search.duplicates.keys import is_registration
from evisynth.search.duplicates.rounds import grouped_by_round
from evisynth.search.duplicates.trials import StudyLink, study_links
from evisynth.search.duplicates.updates import Match, Update, new_records

__all__ = [
    "Correction",
    "DuplicateGroup",
    "Grouping",
    "Match",
    "Merge",
    "StudyLink",
    "Update",
    "duplicate_groups",
    "grouped_by_round",
    "is_registration",
    "joined_record",
    "new_records",
    "study_links",
]
