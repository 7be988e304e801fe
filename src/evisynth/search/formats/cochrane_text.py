"""Plain text of the Cochrane Library: "Record #1 of 2", then a line a field, "TI: ...".

Written after descriptions of the export, no file of which is public; a field that is not known here is reported.
"""

import re

from evisynth.search.formats import second_titles
from evisynth.search.formats.tagged import OUTSIDE, Fields, Notes, authors_from, keywords_from, prepared, tags
from evisynth.search.normalise import (
    clean_doi,
    clean_pmid,
    issn_list,
    page_range,
    registry_ids,
    unique,
    year_of,
)
from evisynth.search.record import Reading, Record

FORMAT = "cochrane-text"
KNOWN = tags("AB AN AU CC C1 C2 C3 CR DOI ID IS JN KY LA NO PB PG PM PT SN SO TI UR US VL XR YR")

_START = re.compile(r"\nRecord #\d{1,7} of \d{1,7}[ \t]*(?=\n|\Z)")
_TAG = re.compile(rf"\n({'|'.join(sorted(KNOWN))}):(?:[ \t]+|(?=\n)|\Z)")
_LOOKS = re.compile(r"\n([A-Z][A-Z0-9]):[ \t]")
_TITLE = re.compile(r"\nTI: ")
_GAP = re.compile(r"\n[ \t]*\n(?=\S)")
_NUMBER = re.compile(r"\n(?:ID|AN): (?:CN-\d|CD\d)")
_UNUSED = "Text before the first field of a record; it is not used."


def recognise(head: str) -> bool:
    """Whether a file that begins like this is text of the Cochrane Library: its headers and numbers, no RIS."""
    head = prepared(head)
    return _START.search(head) is not None and _NUMBER.search(head) is not None


def read(text: str) -> Reading:
    """Read plain text of the Cochrane Library. Every line that is in no record is reported."""
    text = prepared(text)
    notes = Notes(Reading(FORMAT), text, KNOWN)
    starts = {found.start(): found.end() for found in _START.finditer(text)}
    places = list(starts)
    notes.unused(0, places[0] if places else len(text), OUTSIDE)
    for place, following, hidden in second_titles.spans(notes, places, _TITLE):
        line, body = notes.line_at(place), starts.get(place, place)
        end = notes.end_before_gap(body, following, _TAG, _GAP)
        raw = text[place:end].strip("\n")
        lead, fields = notes.fields(text[body:end], _TAG, line)
        notes.unused(body, body + len(lead), _UNUSED)
        if hidden:
            notes.add(line, raw, second_titles.MESSAGE)
        for found in _LOOKS.finditer(text, body, end):
            if found[1] not in KNOWN:
                message = (
                    f"{found[1]} looks like a field and is not known; taken as text of the field before."
                )
                notes.add(notes.line_at(found.start()), found[1], message)
        notes.keep(_record(fields, len(notes.reading.records) + 1, line, raw), line, raw)
    return notes.close(text.count("\nRecord #"))


def _record(fields: Fields, number: int, line: int, raw: str) -> Record | None:
    """The record that the fields make; none where it has its number and nothing else."""
    if not fields.first("TI", "AU", "AB", "SO", "DOI"):
        return None
    title = fields.first("TI")
    return Record(
        title=title,
        authors=authors_from(fields.lines("AU")),
        year=year_of(fields.first("YR")),
        journal=fields.first("SO", "JN"),
        volume=fields.first("VL"),
        issue=fields.first("NO", "IS"),
        pages=page_range(fields.first("PG")),
        abstract=fields.first("AB"),
        doi=next((doi for value in fields.all("DOI") if (doi := clean_doi(value))), ""),
        pmid=next((pmid for value in fields.all("PM", "XR", "C3") if (pmid := clean_pmid(value))), ""),
        registry_ids=registry_ids(*fields.raw("TI", "SO", "XR", "C3", "AB", "UR", "US")),
        accession=fields.first("ID", "AN"),
        database="Cochrane Library",
        type=fields.first("PT"),
        language=fields.first("LA"),
        issn=issn_list(*fields.lines("SN")),
        keywords=keywords_from(fields.lines("KY")),
        links=unique(part for value in fields.all("US", "UR") for part in value.split() if "://" in part),
        number=number,
        line=line,
        raw=raw,
    )
