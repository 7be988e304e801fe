"""BibTeX of Web of Science, Scopus, SciELO, EBSCO, Google Scholar and reference managers.

bibtexparser divides the file; it drops what it cannot divide (repeated keys, open braces), so every `@type{`
of the file that it gave no entry for is read again by a lenient scan of its fields.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from evisynth.search.formats.csv_authors import given_first, is_initials
from evisynth.search.formats.latex import plain_address, plain_text
from evisynth.search.normalise import (
    author_name,
    clean_doi,
    clean_pmcid,
    clean_pmid,
    issn_list,
    page_range,
    registry_ids,
    unique,
    year_of,
)
from evisynth.search.record import Reading, ReadProblem, Record

FORMAT = "bibtex"
START = re.compile(r"^[ \t]*(@([A-Za-z]+)[ \t]*[{(])", re.MULTILINE)
NO_ENTRIES = frozenset({"comment", "string", "preamble"})
HEAD = re.compile(r"^[ \t]*@([A-Za-z]+)[ \t]*[{(]\s*([^,={}\n]*(?:,|$)|[\w-]+\s*=)", re.MULTILINE)
KEY = re.compile(r"@([A-Za-z]+)[ \t]*[{(]\s*(?:([^,={}\n]*),)?")
# A field in a damaged entry starts a line or, where the entry is one line, follows a comma.
FIELD = re.compile(r",\s*([A-Za-z][\w:.+-]*)[ \t]*=[ \t]*(?=[{\"\w])")
LINE_FIELD = re.compile(r"\n[ \t]*,?[ \t]*([A-Za-z][\w:.+-]*)[ \t]*=[ \t]*(?=[{\"\w])")
AND = re.compile(r"\s+and\s+", re.IGNORECASE)
SCOPUS_EID = re.compile(r"\beid=(2-s2\.0-\d+)")
EBSCO_AN = re.compile(r"[?&]AN=([\w.-]+)")
BRACE = re.compile(r"(?<!\\)[{}]")
JOINED_PART = re.compile(r'"[^"]*"|\{[^{}]*\}|[\w:.+-]+')
JOINED = re.compile(rf"(?:{JOINED_PART.pattern})(?:\s*#\s*(?:{JOINED_PART.pattern}))+")
PARTS = {
    "title": ("title",),
    "other_titles": ("titleaddon", "translated-title", "title_english", "original-title"),
    "journal": ("journal", "journaltitle", "booktitle", "series"),
    "abbreviation": ("shortjournal", "journal-iso", "abbrev_source_title", "journalabbreviation"),
    "year": ("year", "date", "earlyaccessdate"),
    "volume": ("volume",),
    "issue": ("number", "issue"),
    "pages": ("pages", "page", "art_number", "article-number", "eid", "articleno"),
    "abstract": ("abstract",),
    "doi": ("doi", "crossref"),
    "pmid": ("pmid", "pubmed_id", "pubmed-id"),
    "pmcid": ("pmcid", "pmc"),
    "accession": ("unique-id", "accession_number", "accession-number", "an", "refid", "eprint"),
    "database": ("source", "database", "db"),
    "type": ("document_type", "type"),
    "language": ("language", "langid"),
    "issn": ("issn", "eissn"),
    "keywords": ("keywords", "author_keywords", "keywords-plus", "keyword"),
    "links": ("url", "link", "bdsk-url-1"),
    "authors": ("author", "authors"),
    "publisher": ("publisher",),
    "note": ("note",),
}
USED = frozenset(name for names in PARTS.values() for name in names) | {"month"}


@dataclass(slots=True)
class Entry:
    """One entry as the file has it. `complaint` says what is wrong with it, where something is."""

    type: str
    key: str
    line: int
    raw: str
    fields: dict[str, str] = field(default_factory=dict)  # names in lower case, values with their braces
    complaint: str = ""


def recognise(head: str) -> bool:
    """Whether a file that begins like this is BibTeX."""
    return any(found[1].lower() not in NO_ENTRIES or "=" in found[2] for found in HEAD.finditer(head))


def read(text: str) -> Reading:
    """Read BibTeX, one record for each entry; @string abbreviations are put in.

    Entries with a key that another entry has are records of their own. A damaged entry is read field by field
    and reported; it is lost only where no title can be found.
    """
    reading, unused = Reading(format=FORMAT), set[str]()
    strings: dict[str, str] = {}
    for item in _items(text, strings):
        if isinstance(item, ReadProblem):
            reading.problems.append(item)
            continue
        reading.found += 1
        record = _record(item, strings, reading.found)
        name = f"Entry {reading.found} ({item.key})" if item.key else f"Entry {reading.found}"
        if not record.title:
            lost = not (record.abstract or record.doi or record.pmid)
            message = (
                f"{name} has no title{' and nothing to know it by' if lost else ''}. {item.complaint}".strip()
            )
            reading.problems.append(ReadProblem(item.line, item.raw[:200], message, lost_record=lost))
            if lost:
                continue
        elif item.complaint:
            message = f"{name} is damaged and was read field by field; check it. {item.complaint}"
            reading.problems.append(ReadProblem(item.line, item.raw[:200], message))
        unused.update(item.fields.keys() - USED)
        reading.records.append(record)
    if unused:
        names = ", ".join(sorted(unused))
        message = f"Fields that are not used (they stay with the records as they are): {names}."
        reading.problems.append(ReadProblem(1, "", message))
    return reading


def _items(text: str, strings: dict[str, str]) -> Iterator[Entry | ReadProblem]:
    """The entries of the file in its order, and what stands between them."""
    parsed, complaints = _parsed(text, strings)
    starts = _starts(text, parsed)
    if text[: starts[0] if starts else None].strip():
        before = text[: starts[0] if starts else None]
        yield ReadProblem(1, before.strip()[:200], "Text before the first entry; not used.")
    line, counted = 1, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line, counted = line + text.count("\n", counted, start), start
        whole = text[start:end]
        if start in parsed:
            entry = parsed[start]
            entry.line = line
            if entry.type not in NO_ENTRIES:
                yield entry
            elif entry.type != "string":
                yield ReadProblem(line, entry.raw[:200], f"An @{entry.type} is no entry; not used.")
            rest = whole[len(entry.raw) :].strip(" \t\n,")
            if rest:
                place = line + whole.count("\n", 0, whole.index(rest, len(entry.raw)))
                yield ReadProblem(place, rest[:200], "Text between entries; not used.")
        else:
            yield _scanned(whole.rstrip(), line, complaints.get(start, ""))


def _starts(text: str, parsed: dict[int, Entry]) -> list[int]:
    """Where entries start: where one was parsed, and at each `@type{` that no parsed entry contains."""
    starts = sorted(parsed)
    inside = 0
    marks = []
    spans = [(start, start + len(parsed[start].raw)) for start in starts]
    for found in START.finditer(text):
        at = found.start(1)
        while inside < len(spans) and spans[inside][1] <= at:
            inside += 1
        if inside == len(spans) or at < spans[inside][0]:
            marks.append(at)
    return sorted({*starts, *marks})


@contextmanager
def _quiet() -> Iterator[None]:
    """bibtexparser logs what it cannot read; here that is in the Reading."""
    logger = logging.getLogger("bibtexparser.splitter")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _parsed(text: str, strings: dict[str, str]) -> tuple[dict[int, Entry], dict[int, str]]:
    """What bibtexparser can divide, by its place in the text; why it cannot the rest. Fills `strings`."""
    from bibtexparser import model  # noqa: PLC0415
    from bibtexparser.exceptions import ParserStateException  # noqa: PLC0415
    from bibtexparser.splitter import Splitter  # noqa: PLC0415

    try:
        with _quiet():
            blocks = Splitter(text).split().blocks
    except (ParserStateException, IndexError, ValueError):
        return {}, {}
    parsed: dict[int, Entry] = {}
    complaints: dict[int, str] = {}
    place = 0
    for block in blocks:
        whole = getattr(block, "ignore_error_block", None) or block
        if isinstance(whole, model.ImplicitComment) or not block.raw:
            continue
        at = text.find(block.raw, place)
        if at < 0 or not _may_start(text, at):
            continue
        place = at + 1
        if isinstance(block, model.ParsingFailedBlock) and whole is block:
            complaints[at] = str(getattr(block.error, "abort_reason", "")).strip()
            continue
        place = at + len(block.raw)
        parsed[at] = _entry_of(whole, block.raw)
        if isinstance(whole, model.String):
            strings.setdefault(whole.key.strip().lower(), _unwrapped(whole.value, strings))
    return parsed, complaints


def _may_start(text: str, at: int) -> bool:
    """Whether a block may start here: at the start of a line, or after the end of another block."""
    before = text[text.rfind("\n", 0, at) + 1 : at].rstrip(" \t,")
    return not before or before[-1] in "})"


def _entry_of(block: object, raw: str) -> Entry:
    kind = re.match(r"@\s*(\w+)", raw)
    entry = Entry(kind[1].lower() if kind else "", str(getattr(block, "key", "")).strip(), 0, raw)
    for item in getattr(block, "fields", ()):
        entry.fields.setdefault(item.key.strip().lower(), item.value)  # the first of two fields with one name
    return entry


def _scanned(raw: str, line: int, complaint: str) -> Entry:
    """A damaged entry, its fields found one by one."""
    head = KEY.match(raw)
    entry = Entry(head[1].lower() if head else "", (head[2] or "").strip() if head else "", line, raw)
    entry.complaint = complaint or "It could not be divided into fields."
    by_line = list(LINE_FIELD.finditer(raw))
    if len(by_line) > 1:  # a field a line: then its value ends where the next field's line begins
        ends = [*(found.start() for found in by_line[1:]), len(raw)]
        for name, end in zip(by_line, ends, strict=True):
            entry.fields.setdefault(name[1].lower(), _trimmed(raw[name.end() : end]))
        return entry
    place = head.end() - 1 if head else 0
    while found := FIELD.search(raw, place):
        value, place = _value_at(raw, found.end())
        entry.fields.setdefault(found[1].lower(), value)
    return entry


def _trimmed(value: str) -> str:
    """A value cut at the next field: the comma after it and signs that close nothing are taken away."""
    value = value.strip(" \t\n,")
    while value[-1:] in {"}", ")"} and value.count("}") > value.count("{"):
        value = value[:-1].rstrip(" \t\n,")
    return value


def _value_at(raw: str, start: int) -> tuple[str, int]:
    """The value that starts here and where it ends; a value that does not close goes on to the end."""
    if raw[start] == "{":
        length = _closes_at(raw[start:]) + 1
        return (raw[start : start + length], start + length) if length else (raw[start + 1 :], len(raw))
    end = raw.find('"' if raw[start] == '"' else ",", start + 1)
    if end < 0:
        return raw[start:].strip('" }\n'), len(raw)
    return raw[start : end + 1].rstrip(","), end + (raw[start] == '"')


class _Fields:
    """The fields of one entry by the part of the record that they hold."""

    def __init__(self, entry: Entry, strings: dict[str, str]) -> None:
        self.fields, self.strings = entry.fields, strings

    def all(self, part: str) -> list[str]:
        """The filled values of a part, braces of the whole value removed, LaTeX still in."""
        values = (_unwrapped(self.fields[name], self.strings) for name in PARTS[part] if name in self.fields)
        return [value for value in values if value and value.lower() != "null"]

    def one(self, part: str) -> str:
        return next(filter(None, map(plain_text, self.all(part))), "")


def _unwrapped(value: str, strings: dict[str, str]) -> str:
    """A value without its quotes or braces; abbreviations put in, parts joined by # put together."""
    value = value.strip()
    if value[:1] == "{" and _closes_at(value) == len(value) - 1:
        return value[1:-1].strip()
    if len(value) > 1 and value[0] == '"' and value.find('"', 1) == len(value) - 1:
        return value[1:-1].strip()
    if JOINED.fullmatch(value):
        return "".join(_unwrapped(part, strings) for part in JOINED_PART.findall(value))
    return strings.get(value.lower(), value)


def _closes_at(value: str) -> int:
    """Where the brace that opens the value closes; -1 where it does not."""
    depth = 0
    for brace in BRACE.finditer(value):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.start()
    return -1


def _record(entry: Entry, strings: dict[str, str], number: int) -> Record:
    fields = _Fields(entry, strings)
    title, journal = fields.one("title"), fields.one("journal")
    if not title and journal and "booktitle" in entry.fields:  # a whole volume
        title, journal = journal, ""
    links = [plain_address(value) for value in fields.all("links")]
    accession, database = _origin(entry, fields, links)
    first, _, last = fields.one("pages").replace("\u2013", "-").partition("-")
    return Record(
        title=title,
        other_titles=unique(map(plain_text, fields.all("other_titles"))),
        authors=_authors(next(iter(fields.all("authors")), "")),
        year=year_of(fields.one("year")),
        journal=journal,
        journal_abbreviation=fields.one("abbreviation"),
        volume=fields.one("volume"),
        issue=fields.one("issue"),
        pages=page_range(first, last.lstrip("-")),
        abstract=fields.one("abstract"),
        doi=next(filter(None, (clean_doi(plain_address(value)) for value in fields.all("doi"))), ""),
        pmid=clean_pmid(fields.one("pmid")),
        pmcid=clean_pmcid(fields.one("pmcid")),
        registry_ids=registry_ids(accession, *map(plain_text, fields.all("note"))),
        accession=accession,
        database=database,
        type=fields.one("type") or entry.type,
        language=fields.one("language"),
        issn=issn_list(*map(plain_text, fields.all("issn"))),
        keywords=_keywords(fields.all("keywords")),
        links=unique(links),
        number=number,
        line=entry.line,
        raw=entry.raw,
    )


def _origin(entry: Entry, fields: _Fields, links: list[str]) -> tuple[str, str]:
    """The database's own number for the entry and the database, from their fields, the key or the address."""
    accession, database = fields.one("accession"), fields.one("database")
    address = " ".join(links)
    if accession.startswith("WOS:") or entry.key.startswith("WOS:"):
        return accession or entry.key, database or "Web of Science"
    if found := SCOPUS_EID.search(address):
        return accession or found[1], database or "Scopus"
    if "ebscohost.com" in address:
        found = EBSCO_AN.search(address)
        return accession or (found[1] if found else ""), database or "EBSCOhost"
    if "scielo" in fields.one("publisher").lower():
        return accession, database or "SciELO"
    return accession, database


def _keywords(values: list[str]) -> tuple[str, ...]:
    words: list[str] = []
    for value in map(plain_text, values):
        words += (word.strip() for word in value.split(";" if ";" in value else ","))
    return unique(words)


def _authors(value: str) -> tuple[str, ...]:
    """Names divided by "and" outside braces. SciELO divides them by a comma and two blanks, others by ";"."""
    if AND.search(value) is None:
        if ";" in re.sub(r"\\.|&\w+;", "", value):
            value = value.replace(";", " and ")
        elif re.search(r",\s{2,}", value):
            value = re.sub(r",\s{2,}", " and ", value)
        elif value.count(",") > 2:
            value = _paired(value)
    return unique(_author(name) for name in _outside_braces(value))


def _paired(value: str) -> str:
    """The list "Curie, Marie, Meitner, Lise" with "and" put in; unchanged if the parts are no pairs."""
    parts = [part.strip() for part in value.split(",")]
    if len(parts) % 2:
        return value
    return " and ".join(f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True))


def _outside_braces(value: str) -> Iterator[str]:
    begin = 0
    for found in AND.finditer(value):
        if value.count("{", begin, found.start()) <= value.count("}", begin, found.start()):
            yield value[begin : found.start()]
            begin = found.end()
    yield value[begin:]


def _author(name: str) -> str:
    name = name.strip()
    whole = plain_text(name)
    if whole.lower() in {"others", "et al", "et al.", "null", "..."}:
        return ""
    if name[:1] == "{" and _closes_at(name) == len(name) - 1 and name[1:2] != "\\":  # a group, or one word
        return whole
    family, *rest = (part.strip() for part in whole.split(","))
    if len(rest) == 2:  # von Last, Jr, First
        return f"{family}, {rest[1]} {rest[0]}".strip()
    return author_name(whole) if rest or is_initials(whole.rpartition(" ")[2]) else given_first(whole)
