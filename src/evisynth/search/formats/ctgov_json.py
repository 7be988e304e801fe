"""ClinicalTrials.gov JSON, version 2: trial registrations as the site's download and its API give them.

The file is a list of studies, or an object with `studies` (a page of API results), or one study. Studies are
decoded one by one, so that a file cut short still gives the studies before the cut.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from evisynth.search.formats.json_text import MOST_WHOLE, after_list, before_list, decode_at, first_string
from evisynth.search.formats.line_ends import unix_lines
from evisynth.search.normalise import one_line, registry_ids, year_of
from evisynth.search.record import Reading, ReadProblem, Record

FORMAT = "ctgov-json"
TRIAL = "trial registration"
MARKER = re.compile(r'"protocolSection"\s*:')
STUDY = re.compile(r'\{\s*"protocolSection"\s*:')
STUDIES = re.compile(r'"studies"\s*:\s*\[')
NEXT_PAGE = re.compile(r'"nextPageToken"\s*:\s*"')
REGISTERS = {"EUDRACT_NUMBER": "EUCTR", "CTIS": "CTIS"}  # whose numbers stand there without their prefix
SEPARATORS = re.compile(r"[\s,]*")
NCT = re.compile(r'"nctId"\s*:\s*"(NCT\d{8})"')
DAMAGED_TITLE = re.compile(r'"(?:officialTitle|briefTitle)"\s*:\s*("(?:[^"\\\n]|\\.)*")')

Tree = Mapping[str, object]


class Piece(NamedTuple):
    """One element of the list: what it says, or None and why it could not be decoded."""

    study: object
    complaint: str
    text: str
    line: int


def recognise(head: str) -> bool:
    """Whether a file that begins like this is ClinicalTrials.gov JSON of version 2."""
    return head.lstrip()[:1] in {"[", "{"} and MARKER.search(head) is not None


def read(text: str) -> Reading:
    """Read ClinicalTrials.gov JSON, one record for each study.

    A study whose JSON is damaged is still a record where its number and title can be found in it. A file that
    is one page of several (it has a nextPageToken) is reported: the other pages are missing from it.
    """
    text = unix_lines(text)
    reading = Reading(format=FORMAT, found=len(MARKER.findall(text)))
    number = 0
    for piece in _pieces(text):
        marks = len(MARKER.findall(piece.text))
        record = _record(piece.study) if piece.study is not None else _damaged(piece.text)
        if marks and record is not None:
            _note(reading, piece, number + 1, record)
            record = replace(record, number=number + 1, line=piece.line, raw=piece.text)
            reading.records.append(record)
        elif not marks:
            message = "Not a study (no protocolSection); not used."
            reading.problems.append(ReadProblem(piece.line, piece.text[:200], message))
        for lost in range(number + (record is not None), number + marks):
            reason = piece.complaint or "It has no title and no NCT number."
            message = f"Study {lost + 1} could not be read. {reason}"
            reading.problems.append(ReadProblem(piece.line, piece.text[:200], message, lost_record=True))
        number += marks
    for _ in range(reading.found - len(reading.records) - reading.lost):
        message = "The file has the mark of one more study than could be read (protocolSection)."
        reading.problems.append(ReadProblem(0, "", message, lost_record=True))
    if token := NEXT_PAGE.search(text):
        line = text.count("\n", 0, token.start()) + 1
        message = "The file is one page of several (it has a nextPageToken); the later pages are not in it."
        reading.problems.append(ReadProblem(line, token[0], message))
    return reading


def _note(reading: Reading, piece: Piece, number: int, record: Record) -> None:
    if piece.complaint:
        message = f"Study {number} is damaged; only its number and title could be read. {piece.complaint}"
        reading.problems.append(ReadProblem(piece.line, piece.text[:200], message))
    elif not record.title:
        reading.problems.append(ReadProblem(piece.line, piece.text[:200], f"Study {number} has no title."))


def _pieces(text: str) -> Iterator[Piece]:
    """The elements of the list of studies, each decoded on its own, and text that is in no list."""
    position = _list_start(text)
    if before_list(text[:position]) or MARKER.search(text, 0, position):
        yield Piece(None, "", text[:position].strip(), 1)
    line, counted, damaged = 1, 0, 0
    following = STUDY.search(text, position)
    while position < len(text):
        line, counted = line + text.count("\n", counted, position), position
        if following and following.start() <= position:
            following = STUDY.search(text, position + 1)
        limit = following.start() if following else len(text)
        whole = STUDY.match(text, position) is None and damaged < MOST_WHOLE
        study, end, complaint = decode_at(text, position, limit, line, whole=whole)
        damaged += bool(complaint)
        if end > limit:  # some other object that holds studies
            study, end = None, limit
        if part := text[position:end].rstrip(" \t\n,"):
            yield Piece(study, complaint, part, line)
        position = _next(text, end)
        if left := after_list(text[end:position]):
            yield Piece(None, "", left, line + text.count("\n", counted, text.index(left, end)))


def _next(text: str, end: int) -> int:
    """Where the element after this one starts; after the end of a list, where a further study starts.

    What would be passed over is not, if it has the mark of a study.
    """
    separator = SEPARATORS.match(text, end)
    position = separator.end() if separator else end
    if text[position : position + 1] == "]":
        further = STUDY.search(text, position)
        place = further.start() if further else len(text)
        return position + 1 if MARKER.search(text, position, place) else place
    return position


def _list_start(text: str) -> int:
    start = len(text) - len(text.lstrip())
    opening = None if STUDY.match(text, start) else STUDIES.search(text)
    if text.startswith("[", start):
        return _next(text, start + 1)
    return _next(text, opening.end()) if opening else start


def _damaged(text: str) -> Record | None:
    number, title = NCT.search(text), first_string(DAMAGED_TITLE, text)
    if number is None or not title:
        return None
    return Record(
        title=one_line(title),
        registry_ids=(number[1],),
        accession=number[1],
        database="ClinicalTrials.gov",
        type=TRIAL,
    )


def _record(study: object) -> Record | None:
    """The trial, or None for an object without number and title."""
    protocol = _tree(_tree(study).get("protocolSection"))
    identity = _tree(protocol.get("identificationModule"))
    status = _tree(protocol.get("statusModule"))
    conditions = _tree(protocol.get("conditionsModule"))
    number = _text(identity.get("nctId"))
    official, brief = _text(identity.get("officialTitle")), _text(identity.get("briefTitle"))
    if not (number or official or brief):
        return None
    first_posted = _text(_tree(status.get("studyFirstPostDateStruct")).get("date"))
    interventions = _trees(_tree(protocol.get("armsInterventionsModule")).get("interventions"))
    words = [
        _text(identity.get("acronym")),
        *_texts(conditions.get("conditions")),
        *_texts(conditions.get("keywords")),
        *(_text(item.get("name")) for item in interventions),
    ]
    return Record(
        title=official or brief,
        other_titles=(brief,) if official and brief and brief != official else (),
        year=year_of(first_posted or _text(status.get("studyFirstSubmitDate"))),
        abstract=_text(_tree(protocol.get("descriptionModule")).get("briefSummary")),
        registry_ids=_registry_ids(number, identity),
        accession=number,
        database="ClinicalTrials.gov",
        type=TRIAL,
        keywords=tuple(dict.fromkeys(filter(None, words))),
        links=(f"https://clinicaltrials.gov/study/{number}",) if number else (),
    )


def _registry_ids(number: str, identity: Tree) -> tuple[str, ...]:
    """The NCT number first, then the numbers in other registers; grant and sponsor numbers are none."""
    others = []
    for item in _trees(identity.get("secondaryIdInfos")):
        prefix = REGISTERS.get(_text(item.get("type")), "")
        others.append(prefix + _text(item.get("id")))
    own = _text(_tree(identity.get("orgStudyIdInfo")).get("id"))
    return registry_ids(number, *_texts(identity.get("nctIdAliases")), own, *others)


def _tree(value: object) -> Tree:
    return value if isinstance(value, dict) else {}


def _trees(value: object) -> list[Tree]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return one_line(value) if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [_text(item) for item in value] if isinstance(value, list) else []
