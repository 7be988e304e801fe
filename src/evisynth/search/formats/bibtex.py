"""BibTeX of Web of Science, Scopus, SciELO, EBSCO, Google Scholar and reference managers."""

import re
from collections.abc import Iterator

from evisynth.search.formats.bibtex_entries import BRACE, NO_ENTRIES, Entry, closes_at, items, unwrapped
from evisynth.search.formats.csv_authors import given_first, is_initials
from evisynth.search.formats.latex import plain_address, plain_text
from evisynth.search.formats.line_ends import unix_lines
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
HEAD = re.compile(r"^[ \t]*@([A-Za-z]+)[ \t]*[{(]\s*([^,={}\n]*(?:,|$)|[\w-]+\s*=)", re.MULTILINE)
AND = re.compile(r"(?<=\s)and(?=\s)", re.IGNORECASE)
AND_OR_BRACE = re.compile(rf"{AND.pattern}|{BRACE.pattern}", re.IGNORECASE)
SCOPUS_EID = re.compile(r"\beid=(2-s2\.0-\d+)")
EBSCO_AN = re.compile(r"[?&]AN=([\w.-]+)")
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


def recognise(head: str) -> bool:
    """Whether a file that begins like this is BibTeX."""
    heads = HEAD.finditer(unix_lines(head))
    return any(found[1].lower() not in NO_ENTRIES or "=" in found[2] for found in heads)


def read(text: str) -> Reading:
    """Read BibTeX, one record for each entry; @string abbreviations are put in.

    Entries with a key that another entry has are records of their own. A damaged entry is read field by field
    and reported; it is lost only where no title can be found.
    """
    reading, unused = Reading(format=FORMAT), set[str]()
    strings: dict[str, str] = {}
    for item in items(unix_lines(text), strings):
        if isinstance(item, ReadProblem):
            reading.problems.append(item)
            continue
        reading.found += 1
        record = _record(item, strings, reading.found) if item.fields else Record()
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


class _Fields:
    """The fields of one entry by the part of the record that they hold."""

    def __init__(self, entry: Entry, strings: dict[str, str]) -> None:
        self.fields, self.strings = entry.fields, strings

    def all(self, part: str) -> list[str]:
        """The filled values of a part, braces of the whole value removed, LaTeX still in."""
        values = (unwrapped(self.fields[name], self.strings) for name in PARTS[part] if name in self.fields)
        return [value for value in values if value and value.lower() != "null"]

    def one(self, part: str) -> str:
        return next(filter(None, map(plain_text, self.all(part))), "")


def _record(entry: Entry, strings: dict[str, str], number: int) -> Record:
    fields = _Fields(entry, strings)
    title, journal = fields.one("title"), fields.one("journal")
    if not title and journal and "booktitle" in entry.fields:  # a whole volume
        title, journal = journal, ""
    links = [link for value in fields.all("links") for link in plain_address(value).split()]
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
        outside = re.sub(r"\\.|&\w+;", "", _outermost(value))
        if ";" in outside:
            value = value.replace(";", " and ")
        elif re.search(r",\s{2,}", outside):
            value = re.sub(r",\s{2,}", " and ", value)
        elif outside.count(",") > 2:
            value = _paired(value)
    return tuple(filter(None, (_author(name) for name in _outside_braces(value))))


def _outermost(value: str) -> str:
    """The text that is in no braces."""
    kept, depth, begin = [], 0, 0
    for brace in BRACE.finditer(value):
        if depth == 0:
            kept.append(value[begin : brace.start()])
        depth = max(0, depth + (1 if brace[0] == "{" else -1))
        begin = brace.end()
    return "".join([*kept, value[begin:] if depth == 0 else ""])


def _paired(value: str) -> str:
    """The list "Curie, Marie, Meitner, Lise" with "and" put in; unchanged if the parts are no pairs."""
    parts = [part.strip() for part in value.split(",")]
    if len(parts) % 2:
        return value
    return " and ".join(f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True))


def _outside_braces(value: str) -> Iterator[str]:
    begin, depth = 0, 0
    for found in AND_OR_BRACE.finditer(value):
        if found[0] in "{}":
            depth += 1 if found[0] == "{" else -1
        elif depth <= 0:
            yield value[begin : found.start()]
            begin, depth = found.end(), 0
    yield value[begin:]


def _author(name: str) -> str:
    name = name.strip()
    whole = plain_text(name)
    if whole.lower() in {"others", "et al", "et al.", "null", "..."}:
        return ""
    if name[:1] == "{" and closes_at(name) == len(name) - 1 and name[1:2] != "\\":  # a group, or one word
        return whole
    family, *rest = (part.strip() for part in whole.split(","))
    if len(rest) == 2:  # von Last, Jr, First
        return f"{family}, {rest[1]} {rest[0]}".strip()
    return author_name(whole) if rest or is_initials(whole.rpartition(" ")[2]) else given_first(whole)
