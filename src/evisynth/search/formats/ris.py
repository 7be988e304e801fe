"""RIS, as the databases and reference managers really write it.

TY starts a record and ER ends it; between them are fields of a two-character tag, blanks and a hyphen. What
the sources do differently is in the tables and comments below. The tag list is that of the RIS format
specification (Research Information Systems) with the vendors' own tags.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

from evisynth.search.formats.ris_identifiers import LABELLED_IDS, accession_of, doi_of, pmid_of
from evisynth.search.formats.tagged import OUTSIDE, Fields, Notes, prepared, tags
from evisynth.search.normalise import (
    author_on_one_line,
    clean_doi,
    clean_pmcid,
    issn_list,
    page_range,
    registry_ids,
    unique,
    year_of,
)
from evisynth.search.record import Reading, Record

FORMAT = "ris"

# Field of a record -> tags, the best first.
TITLE = ("TI", "T1", "CT", "BT", "ST")
YEAR = ("PY", "Y1", "YR", "DA")  # never Y2 (when it was looked up) or DP (the provider, in EBSCO and BVS)
JOURNAL = ("JF", "JO")
ABBREVIATION = ("JA", "J2", "J1", "JI", "J9")
ABSTRACT = ("AB", "N2")
PAGES = ("PG", "C7", "AR")  # PG: Covidence; C7: article number (Scopus, Web of Science)
# Not M1, where PsycINFO puts the references.
REGISTRY = (
    *("TI", "T1", "TT", "AB", "N2", "AN", "UR", "L2", "N1"),
    *("C1", "C2", "C3", "C4", "C5", "ID", "CN"),  # CN: Embase.com
)
LINKS = ("UR", "L1", "L2")
SCHEMES = ("http", "ftp")

JOURNAL_TYPES = frozenset(
    {"JOUR", "JFULL", "EJOUR", "EJOU", "MGZN", "NEWS", "INPR", "ABST", "SER", "CONF", "CPAPER"}
)
KNOWN = tags(
    "TY ER A1 A2 A3 A4 A5 A6 AB AD AE AI AN AR AU AV BN BT C1 C2 C3 C4 C5 C6 C7 C8 CA CC CL CN CP CR CT "
    "CY DA DB DI DO DP DS ED EI EM EP ET FD FU FX ID IS J1 J2 J9 JA JF JI JO KW L1 L2 L3 L4 LA LB LK M1 "
    "M2 M3 M4 MH N1 N2 NL NS NV OA OP PA PB PD PG PI PM PN PP PU PY RI RN RP SE SI SL SN SP ST SU T1 T2 "
    "T3 TA TI TS TT TX U1 U2 U3 U4 U5 UR VL VO WE WT Y1 Y2 YR"
)

_MARKER = re.compile(  # the first lookahead says nothing more and is fast
    r"\n(?=[TE \t])([ \t]*)(TY|ER)([ \xa0]{0,3})-(?:[ \t\xa0]*(?=\n|\Z)|[ \t\xa0]+(?=([^\n]{0,80})))"
)
_MARKERS = frozenset({"TY", "ER"})
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,9}\s*")
_TYPE = re.compile(r"(?:\w[\w /,-]{0,38})?\s*")
_WORD_NA = re.compile(
    r"n\.?/?a\.?|null|none|no abstract available\.?|\[no abstract available\]", re.IGNORECASE
)
_COPYRIGHT = re.compile(r"copyright (?:of|applies)\b|copyright ?[©(]|©", re.IGNORECASE)
_SECTION = re.compile(
    r"(?:methods?|results?|findings|conclusions?|interpretation|design|setting|trial registration)\b",
    re.IGNORECASE,
)
_NOISE = (
    (re.compile(r"\s*<?\d{1,7}\. ?>?\s*$"), "Numbering that Ovid puts before a record."),
    (
        re.compile(r"\s*(?:Record #\d+ of \d+|Provider: |Content: )"),
        "Header that the Cochrane Library puts before a record.",
    ),
    (re.compile(r"\s*Link to the (?:Ovid Full Text|External Link)"), "Link that Ovid puts after a record."),
)
_GAP = re.compile(r"\n[ \t]*\n|\n[ \t]*(?:<?\d{1,7}\. ?>?|Record #\d+ of \d+)[ \t]*(?=\n|\Z)")
_BLANK = re.compile(r"\n[ \t]*(?=\n)")
_TITLE_LINE = re.compile(r"\n[ \t]*(?:TI|T1)[ \xa0]*-")


def recognise(head: str) -> bool:
    """Whether a file that begins like this is RIS: a TY line, or a title and a journal or ER line."""
    head = prepared(head)
    if any(mark[2] == "TY" and _CODE.fullmatch(mark[4] or "") for mark in _MARKER.finditer(head)):
        return True
    return bool(re.search(r"\n(?:TI|T1)  - ", head) and re.search(r"\n(?:ER|A1|JO|JF|TY)  -", head))


def read(text: str) -> Reading:
    """Read RIS. Every line that is in no record is reported; so is what was assumed to read one."""
    (reading,) = readings([(text, 0)])
    return reading


def readings(texts: Iterable[tuple[str, int]]) -> Iterator[Reading]:
    """Read RIS that comes in parts, each beginning at a TY line: one Reading a part, numbered through.

    With each text comes the number of lines of the file that are left out before it. So a file of any size is read
    in bounded memory. Unknown tags are reported with the last part.
    """
    notes = Notes(Reading(FORMAT), "\n", KNOWN, _NOISE)
    parts = iter(texts)
    part = next(parts, None)
    while part is not None:
        following = next(parts, None)
        text, lines_left_out = part
        notes.go_on(prepared(text), lines_left_out)
        yield _read_part(notes, last=following is None)
        part = following


def _read_part(notes: Notes, *, last: bool) -> Reading:
    text = notes.text
    layout = _Layout(text)
    reader = _Reader(notes, layout.tag, last=last)
    marks = [mark for mark in layout.marks if layout.is_marker(mark)]
    reader.before_first(marks[0] if marks else None)
    for mark, following in zip_longest(marks, marks[1:]):
        if mark[2] == "TY":
            reader.record_from(mark, following)
        else:
            reader.after_end(mark, following)
    reader.flush()
    return notes.close(_markers(marks, text, layout.tag), last=last)


def _markers(marks: list[re.Match[str]], text: str, tag: re.Pattern[str]) -> int:
    """The number of records by the markers alone: TY lines, and ER lines that follow no TY but some tag."""
    count, after, place = 0, "ER", 0
    for mark in marks:
        count += mark[2] == "TY" or (after == "ER" and tag.search(text, place, mark.start()) is not None)
        after, place = mark[2], mark.end()
    return int(count)


class _Layout:
    """How the lines of one file look: how far tags are indented, and the blanks between tag and hyphen.

    Both are taken from its TY (or else ER) lines, so that "T2 - weighted" in an abstract is not a tag where
    TY is followed by two blanks.
    """

    def __init__(self, text: str) -> None:
        self.marks = marks = list(_MARKER.finditer(text))  # TY and ER lines, real ones and others
        for candidates in (
            [mark for mark in marks if mark[2] == "TY" and _CODE.fullmatch(mark[4] or "")],
            [mark for mark in marks if mark[2] == "TY"],
            [mark for mark in marks if not mark[4]],
        ):
            if candidates:
                self.indents = {mark[1] for mark in candidates}
                self.blanks = {mark[3].replace("\xa0", " ") for mark in candidates}
                break
        else:
            self.indents, self.blanks = {""}, {"  "}
        indents = "|".join(sorted(map(re.escape, self.indents), key=len, reverse=True))
        blanks = "|".join(
            sorted((blank.replace(" ", r"[ \xa0]") for blank in self.blanks), key=len, reverse=True)
        )
        after = "" if self.blanks == {"  "} else r"(?:[ \t\xa0]+|(?=\n)|\Z)"
        self.tag = re.compile(rf"\n(?:{indents})([A-Z][A-Z0-9])(?:{blanks})-{after}")

    def is_marker(self, mark: re.Match[str]) -> bool:
        """Whether this TY or ER is one: "ER  - positive tumours" is a line of an abstract."""
        if mark[2] == "ER":
            return not mark[4]
        placed = mark[1] in self.indents and mark[3].replace("\xa0", " ") in self.blanks
        return placed and _TYPE.fullmatch(mark[4] or "") is not None


@dataclass(slots=True)
class _Waiting:
    """A record whose fields are read: from text[start:end], beginning at this line."""

    fields: Fields
    line: int
    start: int
    end: int


class _Reader:
    """Goes from marker to marker and builds the records; the last one waits: Ovid adds to it after ER."""

    def __init__(self, notes: Notes, tag: re.Pattern[str], *, last: bool) -> None:
        self.notes = notes
        self.tag = tag
        self.last = last  # of the parts of the file
        self.waiting: _Waiting | None = None
        self.idle_ends = (0, 0)  # first line and number of ER lines in a row that end no record

    def record_from(self, mark: re.Match[str], following: re.Match[str] | None) -> None:
        """Read the record from its TY line to the next marker."""
        start, end = mark.start(), self._start_of(following)
        line = self.notes.line_at(start)
        if following is not None and following[2] == "ER":
            self._wait(start, end, line, raw_end=following.end())
        else:
            message = "This record has no ER line; it was taken to end before the next record."
            if following is None and self.last:
                message = "The file ends inside this record, which has no ER line: the file may be cut off."
            self.notes.add(line, mark[0].strip(), message)
            own = self._outside(start, self._second_record(start, end))
            self._wait(start, own, line, raw_end=own)
            if own < end and _TITLE_LINE.search(self.notes.text, own, end):
                self._between(own, end, following)

    def _second_record(self, start: int, end: int) -> int:
        """Where a record begins that has lost its TY line: after a blank line between two titles; else the end."""
        titles = list(islice(_TITLE_LINE.finditer(self.notes.text, start, end), 2))
        if len(titles) < 2:
            return end
        blank = _BLANK.search(self.notes.text, titles[0].end(), titles[1].start() + 1)
        return blank.end() if blank else end

    def before_first(self, first: re.Match[str] | None) -> None:
        self._between(0, self._start_of(first), first)

    def after_end(self, mark: re.Match[str], following: re.Match[str] | None) -> None:
        self._between(mark.end(), self._start_of(following), following)

    def _start_of(self, mark: re.Match[str] | None) -> int:
        return len(self.notes.text) if mark is None else mark.start()

    def _between(self, start: int, end: int, following: re.Match[str] | None) -> None:
        """Read what stands between an ER (or the beginning) and the next marker: mostly nothing."""
        text = self.notes.text
        ends = following is not None and following[2] == "ER"
        tag = self.tag.search(text, start, end)
        self.notes.unused(start, tag.start() if tag else end, OUTSIDE)
        if tag is None:
            if ends:
                if text[start:end].strip():
                    self._report_idle_ends()
                line, count = self.idle_ends
                self.idle_ends = (line or self.notes.line_at(end), count + 1)
            return
        if not ends and not _TITLE_LINE.search(text, tag.start(), end):
            self._stray(tag.start(), end)
            return
        line = self.notes.line_at(tag.start())
        self.notes.add(line, tag[0].strip(), "This record has no TY line; it was taken to start here.")
        if following is not None and ends:
            self._wait(tag.start(), end, line, raw_end=following.end())
        else:
            end = self._outside(tag.start(), end)
            self._wait(tag.start(), end, line, raw_end=end)

    def _outside(self, start: int, end: int) -> int:
        """Where a record without ER ends: text after a blank line after its last field is not part of it."""
        return self.notes.end_before_gap(start, end, self.tag, _GAP)

    def _stray(self, start: int, end: int) -> None:
        """Give tagged lines after ER that make no record to the record before, where there is one."""
        if self.waiting is None:
            self.notes.unused(start, end, OUTSIDE)
            return
        line = self.notes.line_at(start)
        end = self._outside(start, end)
        _, more = self.notes.fields(self.notes.text[start:end], self.tag, line)
        for name, values in more.items():
            self.waiting.fields.setdefault(name, []).extend(values)
        self.waiting.end = end
        message = f"Tags after ER ({', '.join(more)}); taken as part of the record before."
        self.notes.add(line, self.notes.text[start:end], message)

    def _wait(self, start: int, end: int, line: int, *, raw_end: int) -> None:
        self.flush()
        _, fields = self.notes.fields(self.notes.text[start:end], self.tag, line, only_at_ends=_MARKERS)
        kind, newline, rest = fields.get("TY", [""])[0].partition("\n")
        if newline and rest.strip():
            self.notes.add(line + 1, rest, "Text without a tag after TY; it is not used.")
            fields["TY"][0] = kind
        self.waiting = _Waiting(fields, line, start, raw_end)

    def flush(self) -> None:
        """Build the record that waits, and report the ER lines after it that end none."""
        self._report_idle_ends()
        if self.waiting is None:
            return
        waiting, self.waiting = self.waiting, None
        raw = self.notes.text[waiting.start : waiting.end].strip("\n")
        number = self.notes.next_number
        self.notes.keep(_record(waiting.fields, number, waiting.line, raw), waiting.line, raw)

    def _report_idle_ends(self) -> None:
        line, count = self.idle_ends
        if count:
            message = "This ER line ends no record."
            self.notes.add(line, "ER", message if count == 1 else f"{message} ({count} lines)")
        self.idle_ends = (0, 0)


def _record(fields: Fields, number: int, line: int, raw: str) -> Record | None:
    """The record that the fields make; none where nothing but its type is known."""
    title = fields.first(*TITLE)
    if not title and all(values == [""] for name, values in fields.items() if name not in {"TY", "ER", "ID"}):
        return None
    kind = fields.first("TY")
    journal = fields.first(*JOURNAL) or (fields.first("T2", "BT") if kind in JOURNAL_TYPES else "")
    abbreviation = fields.first(*ABBREVIATION) or _first_line(fields, "NL") or fields.first("JO")
    abstract, other_abstracts = _abstracts(fields)
    labelled = fields.all(*LABELLED_IDS)
    return Record(
        title=title,
        authors=_authors(fields),
        year=next((year for tag in YEAR if (year := year_of(fields.first(tag)))), None),
        journal=journal or abbreviation,
        journal_abbreviation="" if abbreviation == journal else abbreviation,
        volume=fields.first("VL"),
        issue=fields.first("IS"),
        pages=page_range(fields.first("SP"), fields.first("EP")) or page_range(fields.first(*PAGES)),
        abstract=abstract,
        doi=doi_of(fields),
        pmid=pmid_of(fields, labelled),
        pmcid=next((clean_pmcid(value) for value in labelled if value[:3].upper() == "PMC"), ""),
        registry_ids=registry_ids(*fields.raw(*REGISTRY)),
        accession=accession_of(fields),
        database=fields.first("DB") or _provider(fields.first("DP")),
        type=_type(fields, kind),
        language=fields.first("LA"),
        issn=issn_list(*fields.raw("SN")),
        keywords=unique(fields.divided("KW", "MH")),
        other_titles=unique(other for other in fields.all("TI", "T1", "TT") if other != title),
        other_abstracts=other_abstracts,
        links=unique(
            part for value in fields.raw(*LINKS) for part in value.split() if part.startswith(SCHEMES)
        ),
        number=number,
        line=line,
        raw=raw,
    )


def _authors(fields: Fields) -> tuple[str, ...]:
    """AU, or A1; where a record has both, those of A1 that AU does not have follow."""
    names, first = (tuple(filter(None, map(author_on_one_line, fields.divided(tag)))) for tag in ("AU", "A1"))
    if not (names and first):
        return names or first
    known = frozenset(names)
    return names + tuple(name for name in first if name not in known)


def _first_line(fields: Fields, tag: str) -> str:
    """Ovid's NL stands after ER, and a line with a link may follow it that is no part of it."""
    return next((line for value in fields.get(tag, ()) for line in value.split("\n") if line), "").strip()


def _abstracts(fields: Fields) -> tuple[str, tuple[str, ...]]:
    """The abstract, and those in further languages (LILACS writes AB once for each language).

    EBSCO's second AB is a notice of copyright and no abstract. An AB that starts with the name of a later
    section (Methods, Results) goes on with the one before.
    """
    texts: list[str] = []
    for text in unique(fields.all(*ABSTRACT)):
        if _WORD_NA.fullmatch(text) or (texts and _COPYRIGHT.match(text)):
            continue
        if texts and _SECTION.match(text):
            texts[-1] = f"{texts[-1]} {text}"
        else:
            texts.append(text)
    return (texts[0], tuple(texts[1:])) if texts else ("", ())


_SUBJECT = re.compile(r"\[\d{4}\]$")


def _provider(text: str) -> str:
    return "" if year_of(text) or "://" in text else text


def _type(fields: Fields, kind: str) -> str:
    """M3 where it is a type of publication: in PsycINFO it is a subject ("... [3290]"), elsewhere a DOI."""
    named = fields.first("M3")
    return kind if not named or clean_doi(named) or _SUBJECT.search(named) else named
