"""XML of the WHO ICTRP search portal: trial registrations of all primary registers.

Every value ends in a line end and blanks, and holds HTML line breaks (<br>) as text. One trial that is in
several registers is several records; their numbers stand in Secondary_ID, by which they can be joined.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evisynth.search.formats.safe_xml import pieces, read_pieces, refuse_entities, text_of
from evisynth.search.normalise import one_line, registry_ids, unique, year_of
from evisynth.search.record import Reading, ReadProblem, Record

if TYPE_CHECKING:
    from lxml.etree import _Element

FORMAT = "ictrp-xml"
TRIAL = "trial registration"
ROOT = re.compile(r"<Trials_downloaded_from_ICTRP\b")
TRIAL_ID = re.compile(r"<Trial[\s>].{0,2000}?<TrialID\b", re.DOTALL)
FURNITURE = re.compile(r"<!DOCTYPE[^>\[]*>|</?Trials_downloaded_from_ICTRP\b[^>]*>")
BREAK = re.compile(r"</?(?:br|p|li|ul|ol|div|b|i|em|strong)\b[^<>]{0,40}>", re.IGNORECASE)
NOTHING = frozenset({"nil", "nil known", "none", "n/a", "na", "not applicable", "no", "-", "--", "null"})
BARE_CTIS = re.compile(r"(?<![\w-])(?=\d{4}-5\d{5}-\d{2}-\d{2}(?![\w-]))")
BARE_EUDRACT = re.compile(r"(?<![\w-])(?=\d{4}-\d{6}-\d{2}(?![\w-]))")
# What CENTRAL puts into the abstract of a registration, in the order and with the labels it uses.
DESCRIPTION = {
    "INTERVENTION": ("Intervention", "Interventions"),
    "CONDITION": ("Condition", "Conditions"),
    "PRIMARY OUTCOME": ("Primary_outcome", "Primary_Outcome"),
    "INCLUSION CRITERIA": ("Inclusion_Criteria", "Inclusion_criteria"),
}
USED = frozenset(name for names in DESCRIPTION.values() for name in names) | {
    *("TrialID", "Public_title", "Scientific_title", "Acronym", "Date_registration", "Date_registration3"),
    *("Date_enrollement", "Source_Register", "Secondary_ID", "SecondaryIDs", "web_address"),
    *("results_url_link", "Export_date", "Internal_Number", "Last_Refreshed_on"),
}


def recognise(head: str) -> bool:
    """Whether a file that begins like this is an export of ICTRP."""
    return ROOT.search(head) is not None or TRIAL_ID.search(head) is not None


def read(text: str) -> Reading:
    """Read an export of ICTRP, one record for each <Trial>. Elements that are not used are noted once.

    Raises DataError where the file declares entities.
    """
    refuse_entities(text)
    reading = Reading(format=FORMAT)
    unused: dict[str, None] = {}

    def to_record(element: "_Element") -> Record:
        unused.update(dict.fromkeys(str(child.tag) for child in element if text_of(child)))
        return _record(element)

    read_pieces(pieces(text, "Trial"), to_record, FURNITURE, reading)
    if left := [name for name in unused if name not in USED]:
        message = f"Elements that are not used (they stay with the records as they are): {', '.join(left)}."
        reading.problems.append(ReadProblem(1, "", message))
    return reading


def _record(element: "_Element") -> Record:
    number = _text(element, "TrialID")
    titles = unique((_text(element, "Scientific_title"), _text(element, "Public_title")))
    acronym = _text(element, "Acronym")
    dates = ("Date_registration3", "Date_registration", "Date_enrollement")
    return Record(
        title=titles[0] if titles else acronym,
        other_titles=titles[1:],
        year=next((year for name in dates if (year := year_of(_text(element, name)))), None),
        abstract=" ".join(_description(element)),
        registry_ids=_numbers(number, _text(element, "Secondary_ID", "SecondaryIDs")),
        accession=number,
        database=_text(element, "Source_Register") or "ICTRP",
        type=TRIAL,
        keywords=unique([acronym, *_list(element, "Condition", "Conditions")]),
        links=unique(
            part
            for name in ("web_address", "results_url_link")
            for part in _text(element, name).split()
            if part.startswith(("http://", "https://"))
        ),
    )


def _numbers(own: str, others: str) -> tuple[str, ...]:
    """The trial's number in this register first, then those in others; a number of sponsors is none."""
    others = BARE_EUDRACT.sub("EUCTR", BARE_CTIS.sub("CTIS", others))
    return unique((next(iter(registry_ids(own)), own), *registry_ids(others)))


def _description(element: "_Element") -> Iterator[str]:
    for label, names in DESCRIPTION.items():
        if text := _text(element, *names):
            yield f"{label}: {text}"


def _list(element: "_Element", *names: str) -> list[str]:
    whole = next((text for name in names if (text := text_of(element.find(name)))), "")
    parts = (one_line(part) for part in re.split(r"<br\s*/?>|;", whole, flags=re.IGNORECASE))
    return [part for part in parts if part.lower() not in NOTHING]


def _text(element: "_Element", *names: str) -> str:
    """The first of these that says something, its HTML taken out; what means "none" is empty."""
    for name in names:
        text = one_line(BREAK.sub(" ", text_of(element.find(name))))
        if text and text.lower() not in NOTHING:
            return text
    return ""
