"""The rows of a review, a file per stage. One app, because a review's tables point at each other both ways."""

from evisynth.store.models.appraisal import Assessment, Certainty
from evisynth.store.models.extraction import Arm, Contact, ExtractedValue, Study, StudyReport
from evisynth.store.models.history import Event
from evisynth.store.models.protocol import (
    Amendment,
    Characteristic,
    Comparison,
    ExclusionReason,
    Membership,
    ModelRule,
    Outcome,
    ProtocolVersion,
    Review,
    Timepoint,
)
from evisynth.store.models.screening import Decision, Report
from evisynth.store.models.search import DuplicateDecision, DuplicateGroup, ImportBatch, Record, SearchRun
from evisynth.store.models.synthesis import Analysis, LeftOut

__all__ = [
    "Amendment",
    "Analysis",
    "Arm",
    "Assessment",
    "Certainty",
    "Characteristic",
    "Comparison",
    "Contact",
    "Decision",
    "DuplicateDecision",
    "DuplicateGroup",
    "Event",
    "ExclusionReason",
    "ExtractedValue",
    "ImportBatch",
    "LeftOut",
    "Membership",
    "ModelRule",
    "Outcome",
    "ProtocolVersion",
    "Record",
    "Report",
    "Review",
    "SearchRun",
    "Study",
    "StudyReport",
    "Timepoint",
]
