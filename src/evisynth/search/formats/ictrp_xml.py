"""XML of the WHO ICTRP search portal: trial registrations of all primary registers. See `ictrp`."""

import re
from typing import TYPE_CHECKING

from evisynth.search.formats.ictrp import USED, name_of, record_of
from evisynth.search.formats.line_ends import unix_lines
from evisynth.search.formats.safe_xml import furniture, pieces, read_pieces, refuse_entities, text_of
from evisynth.search.record import Reading, ReadProblem, Record

if TYPE_CHECKING:
    from lxml.etree import _Element

FORMAT = "ictrp-xml"
ROOT = re.compile(r"<Trials_downloaded_from_ICTRP\b")
TRIAL_ID = re.compile(r"<Trial[\s>].{0,2000}?<TrialID\b", re.DOTALL)
FURNITURE = furniture("Trials_downloaded_from_ICTRP")


def recognise(head: str) -> bool:
    """Whether a file that begins like this is an export of ICTRP."""
    return ROOT.search(head) is not None or TRIAL_ID.search(head) is not None


def read(text: str) -> Reading:
    """Read an export of ICTRP, one record for each <Trial>. Elements that are not used are noted once.

    Raises DataError where the file declares entities.
    """
    text = unix_lines(text)
    refuse_entities(text)
    reading = Reading(format=FORMAT)
    unused: dict[str, None] = {}

    def to_record(element: "_Element") -> Record:
        values: dict[str, str] = {}
        for child in element:
            if text := text_of(child):
                unused.setdefault(str(child.tag))
                values.setdefault(name_of(str(child.tag)), text)
        return record_of(values)

    read_pieces(pieces(text, "Trial"), to_record, FURNITURE, reading)
    if left := [name for name in unused if name_of(name) not in USED]:
        message = f"Elements that are not used (they stay with the records as they are): {', '.join(left)}."
        reading.problems.append(ReadProblem(1, "", message))
    return reading
