"""Text exports of Ovid: with labels on lines of their own, and as tagged text ("Reprint/Medline").

Both number their records in angle brackets: <8> or <3001. >. Journal, volume, issue, pages and year are often
only in the source, which is taken apart here.
"""

import re
from typing import NamedTuple

from evisynth.search.formats import second_titles
from evisynth.search.formats.tagged import OUTSIDE, Fields, Notes, authors_from, keywords_from, prepared, tags
from evisynth.search.normalise import (
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

TAGGED, LABELLED = "ovid-medline", "ovid-text"
_START = re.compile(r"\n<\d{1,7}(?:\. ?)?>[ \t]*(?=\n)")
_TAG = re.compile(r"\n([A-Z][A-Z0-9]) {0,2}-(?: |(?=\n)|\Z)")
_GAP = re.compile(r"\n[ \t]*\n(?=\S)")
_LABEL = re.compile(r"\n([A-Z][A-Za-z/&'()-]*(?: [A-Za-z/&'()-]+){0,8}):?[ \t]*(?=\n[ \t]+\S)")
_TITLE_TAG = re.compile(r"\nTI {0,2}-(?=[ \n])")
_TITLE_LABEL = re.compile(r"\nTitle:?[ \t]*(?=\n[ \t]+\S)")
_UNUSED = "Text before the first field of a record; it is not used."

# The field of a record -> the labels and tags of it, in the order of preference.
NAMES = {
    "title": ("TI", "Title", "Document Title", "Original Title"),
    "authors": ("AU", "Author", "Authors", "Author(s)"),
    "full authors": ("FA", "Authors Full Name", "Author Full Name"),
    "source": ("SO", "Source"),
    "abbreviated source": ("AS", "Abbreviated Source"),
    "journal": ("JN", "Journal Name", "Journal", "Journal Title", "Full Source Title", "Publication Name"),
    "abbreviation": ("JA", "NLM Journal Name", "Journal Abbreviation", "Abbreviated Source Title"),
    "volume": ("VO", "Volume"),
    "issue": ("IP", "Issue", "Issue Part"),
    "pages": ("PG", "Page", "Pages"),
    "abstract": ("AB", "Abstract"),
    "year": (
        "YR",
        "Year of Publication",
        "Publication Year",
        "Year",
        "DP",
        "Date of Publication",
        "Publication Date",
    ),
    "doi": ("DO", "Digital Object Identifier", "DOI", "Article Identifier", "DOI Number"),
    "accession": (
        "UI",
        "AN",
        "Accession Number",
        "Unique Identifier",
        "Embase Accession Number",
        "PsycINFO Accession Number",
    ),
    "pmid": ("PM", "PubMed ID", "PMID", "Medline Identifier"),
    "database": ("DB", "Database"),
    "type": ("PT", "Publication Type", "Document Type", "ST", "Publication Status"),
    "language": ("LG", "LA", "Language", "Languages"),
    "issn": ("IS", "IL", "ISSN", "ISSN Print", "ISSN Electronic", "ISSN Linking", "Electronic ISSN"),
    "keywords": (
        *("MH", "KW", "DE", "Author Keywords", "Keyword Heading", "Keywords", "Key Concepts"),
        *(
            "Subject Headings",
            "MeSH Subject Headings",
            "Emtree Heading",
            "Key Phrase Identifiers",
            "Index Terms",
        ),
    ),
    "other titles": ("TT", "OT", "Translated Title", "Alternate Title"),
    "registry": ("CN", "SI", "Clinical Trial Number", "Clinical Trial Registry Number"),
    "links": ("UR", "Link to the Ovid Full Text or citation", "URL"),
}
KNOWN_TAGS = frozenset(name for names in NAMES.values() for name in names if len(name) == 2) | tags(
    "AA AD AI AR AT AY BI BN BS BT CA CC CD CE CF CI CO CP CQ CR CS CT CY DA DC DD DJ DM DN DS DT DV EA "
    "EC ED EI EL EM EN EP EZ FT FX GE GI GO GP GS HT HW ID IN IR JC KP LM LR LU MA ML MV NI NM NT OA OD "
    "OI OO OP OW PB PD PH PI PL PO PS PU RC RF RI RN RO RP RS SA SB SC SE SG SH SL SU SX TA TC TD TM TN "
    "TR UP VI VN VR WD XL YC YD"
)
KNOWN_LABELS = frozenset(name for names in NAMES.values() for name in names if len(name) > 2) | {
    *(
        "Score",
        "Institution",
        "References",
        "Correspondence Address",
        "Country of Publication",
        "Publisher",
        "Copyright",
    ),
    *(
        "Entry Date",
        "Update Code",
        "Update Date",
        "Grant Information",
        "Candidate Term Word",
        "CAS Registry Number",
    ),
    *(
        "Address",
        "Authors Affiliations",
        "Author NameID",
        "Status",
        "NLM Journal Code",
        "Entry Week",
        "Conference",
    ),
    *(
        "Drug Trade Name",
        "Device Trade Name",
        "Drug Manufacturer",
        "Device Manufacturer",
        "Summary Language",
        "Copyright Year",
    ),
    *(
        "Section",
        "Subset",
        "Journal Subset",
        "Year of Entry",
        "Date Created",
        "Date Delivered",
        "Date of Entry",
        "Classification Code",
    ),
}


def recognise(head: str) -> bool:
    """Whether a file that begins like this is a text export of Ovid of either kind."""
    return recognise_medline(head) or recognise_labelled(head)


def recognise_medline(head: str) -> bool:
    """Whether the beginning is tagged text of Ovid: a number in angle brackets, then tags."""
    head = prepared(head)
    found = _START.search(head)
    return found is not None and _TAG.match(head, found.end()) is not None


def recognise_labelled(head: str) -> bool:
    """Whether the beginning is labelled text of Ovid: a number in angle brackets, then lines of labels."""
    head = prepared(head)
    found = _START.search(head)
    return found is not None and _LABEL.match(head, found.end()) is not None


def read(text: str) -> Reading:
    """Read a text export of Ovid of either kind."""
    return read_labelled(text) if recognise_labelled(text[:20_000]) else read_medline(text)


def read_medline(text: str) -> Reading:
    """Read tagged text of Ovid. Every line that is in no record is reported."""
    return _read(text, TAGGED, _TAG, _TITLE_TAG, KNOWN_TAGS)


def read_labelled(text: str) -> Reading:
    """Read labelled text of Ovid. Every line that is in no record is reported."""
    return _read(text, LABELLED, _LABEL, _TITLE_LABEL, KNOWN_LABELS)


def _read(
    text: str, name: str, tag: re.Pattern[str], title: re.Pattern[str], known: frozenset[str]
) -> Reading:
    text = prepared(text)
    notes = Notes(Reading(name), text, known)
    markers = {found.start(): found.end() for found in _START.finditer(text)}
    places = list(markers)
    notes.unused(0, places[0] if places else len(text), OUTSIDE)
    for place, following, hidden in second_titles.spans(notes, places, title):
        line = notes.line_at(place)
        body = place if hidden else markers[place]
        end = notes.end_before_gap(body, following, tag, _GAP)
        raw = text[place:end].strip("\n")
        lead, fields = notes.fields(text[body:end], tag, line)
        notes.unused(body, body + len(lead), _UNUSED)
        if hidden:
            notes.add(line, raw, second_titles.MESSAGE)
        if name == LABELLED:  # all its lines are indented, and each heading has one
            for label in fields.keys() & set(NAMES["keywords"]):
                fields[label] = [line for value in fields[label] for line in value.split("\n")]
        notes.keep(_record(fields, len(notes.reading.records) + 1, line, raw), line, raw)
    return notes.close(len(re.findall(r"\n<\d+\.?\s?>", text)))


def _record(fields: Fields, number: int, line: int, raw: str) -> Record | None:
    """The record that the fields make; none where it has neither title nor authors nor source."""
    known = ("title", "authors", "full authors", "source", "abstract")
    if not fields.first(*(name for part in known for name in NAMES[part])):
        return None
    source = parse_source(fields.first(*NAMES["source"]))
    title, kind = _title_and_kind(fields.first(*NAMES["title"]))
    database = fields.first(*NAMES["database"])
    accession = fields.first(*NAMES["accession"]).rstrip(".")
    return Record(
        title=title,
        authors=_authors(fields),
        year=year_of(fields.first(*NAMES["year"])) or source.year,
        journal=fields.first(*NAMES["journal"]) or source.journal,
        journal_abbreviation=fields.first(*NAMES["abbreviation"])
        or parse_source(fields.first(*NAMES["abbreviated source"])).journal,
        volume=fields.first(*NAMES["volume"]) or source.volume,
        issue=fields.first(*NAMES["issue"]) or source.issue,
        pages=page_range(fields.first(*NAMES["pages"])) or source.pages,
        abstract=fields.first(*NAMES["abstract"]),
        doi=next((doi for value in fields.all(*NAMES["doi"]) if (doi := clean_doi(value))), ""),
        pmid=_pmid(fields, database, accession),
        registry_ids=registry_ids(*fields.raw(*NAMES["registry"], *NAMES["title"], *NAMES["abstract"])),
        accession=accession,
        database=database,
        type=fields.first(*NAMES["type"]).rstrip(".") or kind,
        language="; ".join(fields.all(*NAMES["language"])).rstrip("."),
        issn=issn_list(*fields.lines(*NAMES["issn"])),
        keywords=keywords_from(fields.lines(*NAMES["keywords"])),
        other_titles=unique(other for other in fields.all(*NAMES["other titles"]) if other != title),
        links=unique(
            part for value in fields.all(*NAMES["links"]) for part in value.split() if "://" in part
        ),
        number=number,
        line=line,
        raw=raw,
    )


class Source(NamedTuple):
    """A citation of Ovid, taken apart."""

    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    year: int | None = None


_DENSE = re.compile(
    r"(?P<volume>[A-Z]?\d[\w/-]*)? ?(?:\((?P<issue>[^()]{1,40})\))?:\s?(?P<pages>[\w.-]+(?:, ?\w+-\w+)*)"
)
_LOOSE = re.compile(
    r"(?P<volume>\d[\w/-]*) ?(?:\((?P<issue>[^()]{1,60})\))? ?\((?:pp?\.? |(?=no pag))(?P<pages>[^()]+)\)"
)
_YEAR_ONLY = re.compile(r"(?P<volume>\d[\w/-]*) ?\((?P<issue>[^()]{1,60})\)")


def parse_source(text: str) -> Source:
    """Journal, volume, issue, pages and year of a source such as "Lancet. 381(9866):557-62, 2013 Feb 16.".

    Embase writes "Lancet. 381 (9866) (pp 557-562), 2013.", for a meeting "BMC Proceedings. Conference: ...".
    """
    text = one_line(text)[:2000]
    journal, _, rest = text.partition(". ")
    for pattern in (_LOOSE, _DENSE, _YEAR_ONLY):
        if found := pattern.search(rest):
            parts = found.groupdict(default="")
            year = year_of(rest[found.end() :]) or year_of(rest)
            return Source(
                journal.strip(),
                parts["volume"],
                _number(parts["issue"]),
                page_range(parts.get("pages", "")),
                year,
            )
    return Source(journal.strip().rstrip("."), "", "", "", year_of(rest) or year_of(text))


def _number(issue: str) -> str:
    return issue.removeprefix("no ").removeprefix("no. ").strip()


def _title_and_kind(title: str) -> tuple[str, str]:
    """The title without the kind of article that Ovid's full text databases put after it: "....[Article]"."""
    found = re.fullmatch(r"(.+?)\s*\[([A-Z][A-Za-z :/&-]{2,40})\]\.?", title)
    return (found[1], found[2]) if found else (title, "")


def _authors(fields: Fields) -> tuple[str, ...]:
    """Authors: one a field in tagged text, divided by semicolons in labelled text, there with numbers.

    Full names where every author has one, else the short ones.
    """
    full, short = (_names(fields, NAMES[part]) for part in ("full authors", "authors"))
    return full if len(full) >= len(short) else short


def _names(fields: Fields, tags: tuple[str, ...]) -> tuple[str, ...]:
    values = next((values for tag in tags if (values := fields.all(tag))), [])
    return authors_from(part for value in values for part in _divided(value))


_AFFILIATION = re.compile(r"(?<=[^\W\d]|\.)[ ,]*\d{1,3}(?:[, ]+\d{1,3})*(?=\s*(?:;|$))")
_EMBASE_AUTHOR = re.compile(r"[^\W\d_][^.]{1,60} (?:[^\W\d_]{1,2}\.-?){1,5}(?= [^\W\d_]|$)")


def _divided(value: str) -> list[str]:
    """The authors of a value, without the numbers of their affiliations; Embase once wrote "Ito K. Nunez A.B."."""
    if ";" not in value and "," not in value:
        authors = _EMBASE_AUTHOR.findall(value)
        return authors if sum(map(len, authors)) + len(authors) - 1 == len(value) else [value]
    return [_AFFILIATION.sub("", part) for part in value.split(";")]


def _pmid(fields: Fields, database: str, accession: str) -> str:
    named = clean_pmid(fields.first(*NAMES["pmid"]))
    return named or (clean_pmid(accession) if "MEDLINE" in database.upper() and accession.isdigit() else "")
