"""The rows of a review, a file per stage. One app, because a review's tables point at each other both ways."""

from evisynth.store.models.appraisal import Assessment, Certainty
from evisynth.store.models.extraction import Arm, Contact, ExtractedValue, Study, StudyReport
from evisynth.store.models.history import Event
from evisynth.store.models.people import Counted, Invitation, User
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
from evisynth.store.models.screening import (
    Decision,
    Label,
    Note,
    Portion,
    Postponed,
    RecordLabel,
    Report,
    ReportFile,
    ReportFilePart,
    ScreeningItem,
)
from evisynth.store.models.search import (
    DoubtfulPair,
    DuplicateDecision,
    DuplicateGroup,
    ImportBatch,
    Record,
    SearchRun,
)
from evisynth.store.models.synthesis import Analysis, LeftOut
from evisynth.store.models.work import Job, Upload

__all__ = [
    "Amendment",
    "Analysis",
    "Arm",
    "Assessment",
    "Certainty",
    "Characteristic",
    "Comparison",
    "Contact",
    "Counted",
    "Decision",
    "DoubtfulPair",
    "DuplicateDecision",
    "DuplicateGroup",
    "Event",
    "ExclusionReason",
    "ExtractedValue",
    "ImportBatch",
    "Invitation",
    "Job",
    "Label",
    "LeftOut",
    "Membership",
    "ModelRule",
    "Note",
    "Outcome",
    "Portion",
    "Postponed",
    "ProtocolVersion",
    "Record",
    "RecordLabel",
    "Report",
    "ReportFile",
    "ReportFilePart",
    "Review",
    "ScreeningItem",
    "SearchRun",
    "Study",
    "StudyReport",
    "Timepoint",
    "Upload",
    "User",
]
