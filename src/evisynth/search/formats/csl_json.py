"""CSL-JSON, as Zotero, Crossref, Jabref and pandoc write it: a list of items, each an object.

Items are decoded one by one, so that a file cut short still gives the items before the cut. Variables are
those of the CSL 1.0.2 input schema; what it has no variable for (further titles and abstracts, registry
numbers, further links) Evisynth writes into `custom`, which the schema leaves to programs.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from evisynth.search.formats.json_text import MOST_WHOLE, after_list, before_list, decode_at, first_string
from evisynth.search.formats.line_ends import unix_lines
from evisynth.search.normalise import (
    author_name,
    clean_doi,
    clean_pmcid,
    clean_pmid,
    issn_list,
    one_line,
    page_range,
    registry_ids,
    unique,
    year_of,
)
from evisynth.search.record import Reading, ReadProblem, Record

FORMAT = "csl-json"
TYPES = frozenset(
    {"article", "article-journal", "article-magazine", "article-newspaper", "bill", "book", "broadcast"}
    | {"chapter", "classic", "collection", "dataset", "document", "entry", "entry-dictionary"}
    | {
        "entry-encyclopedia",
        "event",
        "figure",
        "graphic",
        "hearing",
        "interview",
        "legal_case",
        "legislation",
    }
    | {"manuscript", "map", "motion_picture", "musical_score", "pamphlet", "paper-conference", "patent"}
    | {"performance", "periodical", "personal_communication", "post", "post-weblog", "regulation", "report"}
    | {"review", "review-book", "software", "song", "speech", "standard", "thesis", "treaty", "webpage"}
    | {"journal-article", "proceedings-article", "book-chapter", "posted-content"}  # Crossref's own
)
TYPE = re.compile(r'"type"\s*:\s*"([a-z_-]+)"')
TITLE = re.compile(r'"title"\s*:\s*\[?\s*("(?:[^"\\\n]|\\.)*")')
DOI = re.compile(r'"DOI"\s*:\s*("(?:[^"\\\n]|\\.)*")')
NAMED = re.compile(
    r'"(?:container-title|issued|date-parts|citation-key|container-title-short|citation-label)"\s*:'
)
ITEMS = re.compile(r'"items"\s*:\s*\[')
START = re.compile(r'\{\s*"(?:id|type|title|DOI|citation-key|indexed|abstract|author)"\s*:')
GAP = re.compile(r"[\s,]*")
EXTRA = re.compile(r"\b(PMID|PMCID):\s*(\w+)")

Tree = Mapping[str, object]


class Piece(NamedTuple):
    """One element of the list: what it says, or None and why it could not be decoded."""

    item: object
    complaint: str
    text: str
    line: int


def recognise(head: str) -> bool:
    """Whether a file that begins like this is CSL-JSON: an item with a type or a name of CSL's own."""
    if head.lstrip()[:1] not in {"[", "{"}:
        return False
    return any(found[1] in TYPES for found in TYPE.finditer(head)) or NAMED.search(head) is not None


def read(text: str) -> Reading:
    """Read CSL-JSON, one record for each item. What is no item, and what cannot be decoded, is reported."""
    text = unix_lines(text)
    reading = Reading(format=FORMAT)
    for piece in _pieces(text):
        if not piece.complaint and not isinstance(piece.item, dict):
            message = "Not an item (an object was expected); not used."
            reading.problems.append(ReadProblem(piece.line, piece.text[:200], message))
            continue
        reading.found += 1
        item = _damaged(piece.text) if piece.complaint else piece.item
        record = _record(item, reading.found, piece.line, piece.text)
        lost = not (record.title or record.abstract or record.doi or record.pmid)
        if lost:
            reason = piece.complaint or "It has no title and nothing to know it by."
            message = f"Item {reading.found} could not be read. {reason}"
            reading.problems.append(ReadProblem(piece.line, piece.text[:200], message, lost_record=True))
            continue
        if piece.complaint:
            message = (
                f"Item {reading.found} is damaged; only its title and DOI could be read. {piece.complaint}"
            )
            reading.problems.append(ReadProblem(piece.line, piece.text[:200], message))
        elif not record.title:
            message = f"Item {reading.found} has no title."
            reading.problems.append(ReadProblem(piece.line, piece.text[:200], message))
        reading.records.append(record)
    return reading


def _damaged(text: str) -> Tree:
    return {"title": first_string(TITLE, text), "DOI": first_string(DOI, text)}


def _pieces(text: str) -> Iterator[Piece]:
    """The elements of the list of items, each decoded on its own, and text that is in no list."""
    position, line, counted, damaged = _list_start(text), 1, 0, 0
    if left := before_list(text[:position]):
        yield Piece(None, "", left, 1)
    while position < len(text):
        line, counted = line + text.count("\n", counted, position), position
        whole = damaged < MOST_WHOLE
        limit = len(text) if whole else _next_start(text, position)
        item, end, complaint = decode_at(text, position, limit, line, whole=whole)
        if complaint:
            damaged += 1
            end = _next_start(text, position)
        if part := text[position:end].rstrip(" \t\n,]" if complaint else " \t\n"):
            yield Piece(item, complaint, part, line)
        position = _after(text, end)
        if left := after_list(text[end:position]):
            yield Piece(None, "", left, line + text.count("\n", counted, text.index(left, end)))


def _next_start(text: str, position: int) -> int:
    following = START.search(text, position + 1)
    return following.start() if following else len(text)


def _list_start(text: str) -> int:
    start = len(text) - len(text.lstrip())
    if text.startswith("[", start):
        return _after(text, start + 1)
    whole = ITEMS.search(text, start, start + 2_000)
    return _after(text, whole.end()) if whole and not START.match(text, start) else start


def _after(text: str, end: int) -> int:
    """Where the element after this one starts; after the end of the list, where a further item starts."""
    gap = GAP.match(text, end)
    position = gap.end() if gap else end
    return _next_start(text, position) if text[position : position + 1] in {"]", "}"} else position


def _record(item: object, number: int, line: int, raw: str) -> Record:
    tree = _tree(item)
    custom = _tree(tree.get("custom"))
    note = _text(tree, "note")
    extra = dict(EXTRA.findall(note))
    links = [link for link in _texts(tree.get("URL")) if "://" in link]
    return Record(
        title=_text(tree, "title"),
        authors=_authors(tree),
        year=_year(tree),
        journal=_text(tree, "container-title"),
        journal_abbreviation=_text(
            tree, "container-title-short", "journalAbbreviation", "short-container-title"
        ),
        volume=_text(tree, "volume"),
        issue=_text(tree, "issue"),
        pages=page_range(_text(tree, "page", "number", "article-number")),
        abstract=_text(tree, "abstract"),
        doi=clean_doi(_text(tree, "DOI")),
        pmid=clean_pmid(_text(tree, "PMID") or extra.get("PMID", "")),
        pmcid=clean_pmcid(_text(tree, "PMCID") or extra.get("PMCID", "")),
        registry_ids=tuple(_texts(custom.get("registry_ids"))) or registry_ids(note),
        accession=_text(tree, "archive_location", "call-number"),
        database=_text(tree, "source", "archive"),
        type=_text(tree, "genre", "type"),
        language=_text(tree, "language"),
        issn=issn_list(*_texts(tree.get("ISSN"))),
        keywords=_keywords(tree.get("keyword")),
        other_titles=tuple(_texts(custom.get("other_titles"))),
        other_abstracts=tuple(_texts(custom.get("other_abstracts"))),
        links=unique([*links, *_texts(custom.get("links"))]),
        number=number,
        line=line,
        raw=raw,
    )


def _keywords(value: object) -> tuple[str, ...]:
    """Keywords, which CSL has in one text: divided by semicolons, or by commas where it has none."""
    if isinstance(value, str):
        return unique(map(one_line, value.split(";" if ";" in value else ",")))
    return unique(_texts(value))


def _year(tree: Tree) -> int | None:
    for name in ("issued", "published", "published-print", "published-online"):
        date = tree.get(name)
        if isinstance(date, str):
            return year_of(date)
        parts = _tree(date).get("date-parts")
        if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
            return year_of(str(parts[0][0]))
        if year := year_of(_text(_tree(date), "raw", "literal")):
            return year
    return None


def _authors(tree: Tree) -> tuple[str, ...]:
    people = tree.get("author")
    return tuple(filter(None, map(_name, people if isinstance(people, list) else [])))


def _name(person: object) -> str:
    """Family name with its particle, given name with its suffix: "van der Berg, Jan Jr."."""
    if not isinstance(person, dict):
        return author_name(person) if isinstance(person, str) else ""
    family = " ".join(filter(None, (_text(person, "non-dropping-particle"), _text(person, "family"))))
    given = (_text(person, name) for name in ("given", "dropping-particle", "suffix"))
    names = " ".join(filter(None, given))
    if family and names:
        return f"{family}, {names}"
    return family or names or _text(person, "literal", "name")


def _tree(value: object) -> Tree:
    return value if isinstance(value, dict) else {}


def _text(tree: Tree, *names: str) -> str:
    """The first of these variables that says something; of a list (Crossref) the first element."""
    return next((text for name in names for text in _texts(tree.get(name))), "")


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    texts = (
        one_line(str(each)) for each in values if isinstance(each, str | int) and not isinstance(each, bool)
    )
    return [text for text in texts if text]
