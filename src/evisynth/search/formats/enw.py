"""EndNote tagged format (.enw), as EndNote, Google Scholar and publishers write it.

A percent sign, one character and a blank begin a field. %0 (the type of reference) starts a record; a blank
line ends it.
"""

import re
from itertools import pairwise

from evisynth.search.formats.tagged import OUTSIDE, Fields, Notes, authors_from, keywords_from, prepared
from evisynth.search.normalise import (
    clean_doi,
    clean_pmcid,
    clean_pmid,
    issn_list,
    page_range,
    registry_ids,
    unique,
    year_of,
)
from evisynth.search.record import Reading, Record

FORMAT = "enw"

KNOWN = frozenset(f"%{letter}" for letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ@?!#$&()*+,:;<=>[]^{|}~")

_TAG = re.compile(r"\n(%[0-9A-Z@?!#$&()*+,:;<=>\[\]^{|}~])(?:[ \t]+|(?=\n)|\Z)")
_START = re.compile(r"\n%0(?=[ \t])")


def recognise(head: str) -> bool:
    """Whether a file that begins like this is EndNote tagged text: a title, and a type or an author."""
    head = prepared(head)
    return re.search(r"\n%T[ \t]", head) is not None and re.search(r"\n%[0AJD][ \t]", head) is not None


def read(text: str) -> Reading:
    """Read EndNote tagged text. Every line that is in no record is reported."""
    text = prepared(text)
    notes = Notes(Reading(FORMAT), text, KNOWN)
    places = _starts(text)
    notes.unused(0, places[0] if places else len(text), OUTSIDE)
    for place, following in pairwise([*places, len(text)]):
        line = notes.line_at(place)
        raw = text[place:following].strip("\n")
        _, fields = notes.fields(text[place:following], _TAG, line)
        if "%0" not in fields:
            notes.add(line, raw, "This record has no %0 line; it was taken to start after a blank line.")
        notes.keep(_record(fields, len(notes.reading.records) + 1, line, raw), line, raw)
    return notes.close(len(_START.findall(text)))


def _starts(text: str) -> list[int]:
    """Where records start: at %0, or after a blank line where tags with a further title follow."""
    starts: list[int] = []
    block, titled = -1, False  # where tags begin after a blank line; whether the record has its title
    for found in _TAG.finditer(text):
        if found[1] == "%0" or not starts:
            starts.append(found.start())
            block, titled = -1, found[1] == "%T"
            continue
        before = text.rfind("\n", 0, found.start())
        if not text[before + 1 : found.start()].strip():
            block = found.start()
        if found[1] == "%T":
            if titled and block > 0:
                starts.append(block)
                block = -1
            titled = True
    return starts


def _record(fields: Fields, number: int, line: int, raw: str) -> Record | None:
    """The record that the fields make; none where nothing but its type is known."""
    if not any(values != [""] for name, values in fields.items() if name != "%0"):
        return None
    title = fields.first("%T", "%!")
    return Record(
        title=title,
        authors=authors_from(fields.lines("%A")) or authors_from(fields.lines("%E")),
        year=year_of(fields.first("%D")) or year_of(fields.first("%8")),
        journal=fields.first("%J", "%B"),
        journal_abbreviation=fields.first("%O") if "abbrev" in fields.first("%O").lower() else "",
        volume=fields.first("%V"),
        issue=fields.first("%N"),
        pages=page_range(fields.first("%P")),
        abstract=fields.first("%X"),
        doi=next((doi for value in fields.all("%R", "%U") if (doi := clean_doi(value))), ""),
        pmid=next(
            (pmid for value in fields.all("%M", "%U") if not value.isdigit() and (pmid := clean_pmid(value))),
            "",
        ),
        pmcid=next((clean_pmcid(value) for value in fields.all("%2") if value.upper().startswith("PMC")), ""),
        registry_ids=registry_ids(title, *fields.raw("%X", "%Z")),
        accession=fields.first("%M"),
        database=fields.first("%~", "%W"),
        type=fields.first("%9", "%0"),
        language=fields.first("%G"),
        issn=issn_list(*fields.lines("%@")),
        keywords=keywords_from(fields.lines("%K")),
        other_titles=unique(other for other in fields.all("%Q", "%T") if other != title),
        links=unique(part for value in fields.all("%U", "%>") for part in value.split() if "://" in part),
        number=number,
        line=line,
        raw=raw,
    )
