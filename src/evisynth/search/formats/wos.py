"""Web of Science plain text (.txt, .ciw): also for its BIOSIS, SciELO, MEDLINE and KCI indexes.

A two-character tag and a blank begin a field, further lines begin with three blanks. PT starts a record, ER
ends it; FN and VR stand before the first record, EF after the last. In AU, AF and CR each line is one value.
"""

import re
from bisect import bisect_left
from itertools import pairwise

from evisynth.search.formats.tagged import OUTSIDE, Fields, Notes, authors_from, keywords_from, prepared, tags
from evisynth.search.normalise import (
    author_name,
    clean_doi,
    clean_pmid,
    issn_list,
    one_line,
    page_range,
    registry_ids,
    unique,
    year_of,
)
from evisynth.search.record import Reading, Record

FORMAT = "wos-plain"

KNOWN = tags(
    "AA AB AC AE AF AI AK AN AR AS AU AW BA BD BE BF BH BN BP BS C1 C2 C3 CA CB CC CH CI CL CN CP CR CT "
    "CY D2 DA DC DE DI DL DN DS DT DX EA ED EI EM EP ER EY FN FD FP FT FU FX GA GE GI GN GP GR HC HO HP "
    "ID IP IS J9 JC JI LA LR LS LT MA MC MI MN MQ NM NO NP NR NT OA OI OR PA PD PG PI PM PN PR PS PT PU "
    "PV PY RC RI RL RP SA SC SD SE SI SN SO SP SS SU TA TC TI TM TN TR U1 U2 UT VL VR WC WE WP X1 X4 X5 "
    "Y1 Y4 Y5 Z1 Z2 Z3 Z4 Z5 Z8 Z9 ZA ZB ZK ZR ZS"
)

_TAG = re.compile(r"\n([A-Z][A-Z0-9])(?: |(?=\n)|\Z)")
_START = re.compile(r"\nPT(?: [A-Z]{1,2})?[ \t]*(?=\n)")
_END = re.compile(r"\nER[ \t]*(?=\n|\Z)")
_TITLE = re.compile(r"\nTI ")
_FRAME = re.compile(r"\n(?:FN [^\n]*|VR [^\n]*|EF[ \t]*(?=\n|\Z))")
_LAST = re.compile(r"\nEF[ \t]*(?=\n|\Z)")
CUT = "The file has no EF line after its last record; it may be cut off."
_MAKER = re.compile(r"^(?:Clarivate Analytics|Thomson Reuters|ISI Export Format|Clarivate)\s*", re.IGNORECASE)


def recognise(head: str) -> bool:
    """Whether a file that begins like this is Web of Science plain text."""
    head = prepared(head)
    return bool(_START.search(head) and re.search(r"\n(?:AU|TI|SO|AF) \S", head)) or head.lstrip().startswith(
        "FN Clarivate"
    )


def read(text: str) -> Reading:
    """Read Web of Science plain text. Every line that is in no record is reported."""
    text = prepared(text)
    notes = Notes(Reading(FORMAT), text, KNOWN)
    named = re.match(r"\s*FN ([^\n]+)", text)
    database = _MAKER.sub("", one_line(named[1])) if named else ""
    places = _starts(text)
    _frame(notes, 0, places[0] if places else len(text))
    for place, following in pairwise([*places, len(text)]):
        line = notes.line_at(place)
        if _START.match(text, place) is None:
            message = "This record has no PT line; it was taken to start here."
            notes.add(line, text[place : place + 200], message)
        ends = _END.search(text, place, following)
        if ends is None:
            frame = _FRAME.search(text, place, following)
            end = raw_end = frame.start() if frame else following
            notes.add(
                line,
                text[place : place + 6],
                "This record has no ER line; it was taken to end before the next record.",
            )
        else:
            end, raw_end = ends.start(), ends.end()
        raw = text[place:raw_end].strip("\n")
        _, fields = notes.fields(text[place:end], _TAG, line)
        notes.keep(_record(fields, database, len(notes.reading.records) + 1, line, raw), line, raw)
        _frame(notes, raw_end, following)
    if places and not _LAST.search(text, places[-1]):
        notes.add(text.count("\n", 0, len(text.rstrip())), "", CUT)
    return notes.close(len(re.findall(r"\nPT(?: \S{0,2})?[ \t]*(?=\n)", text)))


def _starts(text: str) -> list[int]:
    """Where records start: at their PT lines, and at the first tag after an ER line where a title follows."""
    starts = [found.start() for found in _START.finditer(text)]
    ends = [0, *(found.end() for found in _END.finditer(text))]
    hidden: list[int] = []
    for end, following in pairwise([*ends, len(text)]):
        place = bisect_left(starts, end)
        limit = min(following, starts[place] if place < len(starts) else len(text))
        frames = [found.end() for found in _FRAME.finditer(text, end, limit)]
        first = _TAG.search(text, frames[-1] if frames else end, limit)
        if first and _TITLE.search(text, first.start(), limit):
            hidden.append(first.start())
    return sorted([*starts, *hidden])


def _frame(notes: Notes, start: int, end: int) -> None:
    """Report what is outside the records, but for FN, VR and EF, which are part of the format."""
    for found in _FRAME.finditer(notes.text, start, end):
        notes.unused(start, found.start(), OUTSIDE)
        start = found.end()
    notes.unused(start, end, OUTSIDE)


def _record(fields: Fields, database: str, number: int, line: int, raw: str) -> Record | None:
    """The record that the fields make; none where nothing but its type is known."""
    if not fields.keys() & {"TI", "AU", "AF", "BA", "BE", "CA", "GP", "SO", "AB", "UT"}:
        return None
    title = fields.first("TI")
    accession = fields.first("UT", "AN")
    return Record(
        title=title,
        authors=_authors(fields),
        year=year_of(fields.first("PY")) or year_of(fields.first("EA", "PD", "DA")),
        journal=fields.first("SO"),
        journal_abbreviation=fields.first("JI", "J9"),
        volume=fields.first("VL"),
        issue=fields.first("IS"),
        pages=page_range(fields.first("BP"), fields.first("EP")) or fields.first("AR"),
        abstract=fields.first("AB"),
        doi=next((doi for value in fields.all("DI", "D2") if (doi := clean_doi(value))), ""),
        pmid=clean_pmid(fields.first("PM")),
        registry_ids=registry_ids(title, *fields.raw("AB")),
        accession=accession,
        database=database,
        type=fields.first("DT") or fields.first("PT"),
        language=fields.first("LA"),
        issn=issn_list(*fields.all("SN", "EI")),
        keywords=keywords_from(fields.all("DE", "ID")),
        other_titles=unique(other for other in fields.all("Z1") if other != title),
        other_abstracts=tuple(fields.all("Z4")),
        number=number,
        line=line,
        raw=raw,
    )


def _authors(fields: Fields) -> tuple[str, ...]:
    """Full names (AF) where every author has one, else short ones (AU); of books their own; then groups."""
    full, short = _one_a_line(fields, "AF"), _one_a_line(fields, "AU")
    names = full if len(full) >= len(short) else short
    names = names or _one_a_line(fields, "BF") or _one_a_line(fields, "BA")
    return tuple(name for each in names if (name := author_name(each))) + authors_from(fields.all("CA"))


def _one_a_line(fields: Fields, tag: str) -> list[str]:
    return [one_line(name) for value in fields.get(tag, ()) for name in value.split("\n") if name.strip()]
