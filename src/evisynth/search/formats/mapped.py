r"""Any tagged or tabular export, by a small mapping file: for databases that no reader knows.

TRIP, IndMed and PakMediNet and many national databases export tables or tagged text of their own. A mapping
file (YAML) says which column or tag holds what; docs/formats.md explains it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from pathlib import Path

from evisynth.errors import DataError, near
from evisynth.search.formats import csv_tables
from evisynth.search.formats.csv_authors import authors_of
from evisynth.search.formats.csv_vendors import Vendor, column_name
from evisynth.search.formats.tagged import OUTSIDE, Fields, Notes, prepared
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

FORMAT = "mapped"
BLANK_LINE = "blank line"
PARTS = frozenset(
    {
        "title",
        "other_titles",
        "authors",
        "year",
        "journal",
        "journal_abbreviation",
        "volume",
        "issue",
        "pages",
    }
    | {"first_page", "last_page", "abstract", "other_abstracts", "doi", "pmid", "pmcid", "registry"}
    | {"accession", "type", "language", "issn", "keywords", "links"}
)
WAYS = ("semicolon", "comma", "given first", "given semicolon", "bar", "and", "any")
BLANK_END = re.compile(r"\n[ \t]*\Z")
LINK = re.compile(r"(?:https?|ftp)://[^\s\"<>]+")
KEYS = {"table": frozenset({"database", "kind", "fields", "authors", "keywords", "type"})}
KEYS["tagged"] = KEYS["table"] | {"tag", "record", "ignore", "skip"}


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a mapping file says. `fields`: part of a record -> columns or tags, the preferred one first.

    `tag` is how a tag looks, with {tag} for its name; `record` the tag that starts a record, or "blank line".
    `skip`: how lines begin that are in no record, such as the header of each page.
    """

    database: str
    kind: str
    fields: dict[str, tuple[str, ...]]
    authors: str = "any"
    keywords: str = ";"
    type: str = ""
    tag: str = "{tag}: "
    record: str = BLANK_LINE
    ignore: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()


def load_mapping(path: Path) -> Mapping:
    """The mapping in a file. Raises DataError that names file, key, what was found and what would be right."""
    if path.is_dir():
        raise DataError(f"{path} is a directory; the name of a mapping file is needed.")
    try:
        return parse_mapping(path.read_text(encoding="utf-8-sig"), path.name)
    except OSError as error:
        raise DataError(f"{path} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 (byte {error.start + 1}); save it as UTF-8.") from None


def parse_mapping(text: str, name: str = "the mapping") -> Mapping:
    """The mapping in a YAML text. As `load_mapping`."""
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        tree = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark is not None else ""
        raise DataError(f"{name}{line}: this is not YAML: {getattr(error, 'problem', error)}.") from None
    if not isinstance(tree, dict):
        raise DataError(f"{name}: keys with values were expected, such as 'kind: table'.")
    kind = str(tree.get("kind", ""))
    if kind not in KEYS:
        raise DataError(f"{name}: kind is {kind!r}; it must be table or tagged.")
    for key in tree:
        if key not in KEYS[kind]:
            tagged = f" It belongs to kind: tagged; is the export tagged text, and not a {kind}?"
            hint = tagged if key in KEYS["tagged"] else near(str(key), KEYS[kind])
            raise DataError(f"{name}: {key!r} is not a key of a {kind} mapping.{hint}")
    mapping = _mapping(tree, kind, name)
    _check(mapping, name)
    return mapping


def _mapping(tree: dict[str, object], kind: str, name: str) -> Mapping:
    given = tree.get("fields")
    if not isinstance(given, dict):
        raise DataError(f"{name}: fields must list parts of a record with their columns or tags.")
    texts = {
        key: str(tree[key])
        for key in ("authors", "keywords", "type", "tag", "record")
        if tree.get(key) is not None
    }
    for key in ("database", *texts):
        if isinstance(tree.get(key), dict | list):
            raise DataError(f"{name}: {key} is {tree[key]!r}; it must be a text.")
    return Mapping(
        database=str(tree.get("database") or ""),
        kind=kind,
        fields={str(part): _names(names, f"{name}: fields: {part}") for part, names in given.items()},
        ignore=_names(tree.get("ignore"), f"{name}: ignore"),
        skip=_names(tree.get("skip"), f"{name}: skip"),
        **texts,
    )


def _names(value: object, where: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    for each in values:
        if isinstance(each, dict | list):
            raise DataError(
                f"{where}: {each!r} is no name; one name or a list such as [Year, Date] is needed."
            )
    return tuple(str(each).strip() for each in values)


def _check(mapping: Mapping, name: str) -> None:
    for part in mapping.fields:
        if part not in PARTS:
            raise DataError(
                f"{name}: fields: {part!r} is no part of a record.{near(part, PARTS)} "
                f"There are: {', '.join(sorted(PARTS))}."
            )
    if not mapping.fields.get("title"):
        raise DataError(f"{name}: fields: title is missing; say which column or tag holds it.")
    if mapping.authors not in WAYS:
        raise DataError(f"{name}: authors is {mapping.authors!r}; it must be one of {', '.join(WAYS)}.")
    if "{tag}" not in mapping.tag or not mapping.tag.replace("{tag}", "").strip():
        raise DataError(f"{name}: tag is {mapping.tag!r}; it must show how a tag looks, such as '{{tag}}: '.")
    tags = {tag for tags in (*mapping.fields.values(), mapping.ignore) for tag in tags}
    if mapping.record != BLANK_LINE and mapping.record not in tags:
        raise DataError(
            f"{name}: record is {mapping.record!r}; it must be {BLANK_LINE!r} or one of the tags: "
            f"{', '.join(sorted(tags))}."
        )


def read(text: str, mapping: Mapping) -> Reading:
    """Read a text as the mapping says. Lines and columns that it does not name are reported."""
    reading = _read_table(text, mapping) if mapping.kind == "table" else _read_tagged(text, mapping)
    reading.format = FORMAT
    return reading


def _read_table(text: str, mapping: Mapping) -> Reading:
    columns = {column_name(name): part for part, names in mapping.fields.items() for name in names}
    title = next(name for name, part in columns.items() if part == "title")
    vendor = Vendor(
        mapping.database,
        frozenset({title}),
        columns,
        authors=mapping.authors,
        lists=(mapping.keywords,),
        type=mapping.type,
    )
    try:
        return csv_tables.read(text, vendor)
    except DataError as error:
        raise DataError(f"{error} The mapping calls it {mapping.fields['title'][0]!r}.") from None


@dataclass(slots=True)
class _Tags:
    """How tags look in the file: those that the mapping names, and what only looks like one."""

    mapping: Mapping
    known: frozenset[str] = field(init=False)
    pattern: re.Pattern[str] = field(init=False)
    looks: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        mapping = self.mapping
        self.known = frozenset(tag for tags in (*mapping.fields.values(), mapping.ignore) for tag in tags)
        before, _, after = mapping.tag.partition("{tag}")
        start, sign = re.escape(before.strip()), r"[ \t]*".join(map(re.escape, after.split()))
        names = "|".join(sorted(map(re.escape, self.known), key=len, reverse=True))
        start += r"[ \t]*" if start else ""  # two runs of blanks side by side would be slow on blank lines
        self.pattern = re.compile(rf"\n[ \t]*{start}({names})[ \t]*{sign}[ \t]*")
        self.looks = re.compile(rf"\n{start}([A-Z][A-Za-z0-9/ ]{{0,30}}?)[ \t]*{sign}(?=[ \t\n])")

    def starts(self, text: str, plain: str) -> list[int]:
        """Where records start; `plain` is the text with nothing blanked out, which has its real blank lines."""
        tags = list(self.pattern.finditer(text))
        if self.mapping.record != BLANK_LINE:
            return [tag.start() for tag in tags if tag[1] == self.mapping.record]
        after_blank = (BLANK_END.search(plain[before.end() : tag.start()]) for before, tag in pairwise(tags))
        return [tag.start() for tag, blank in zip(tags, chain([True], after_blank), strict=False) if blank]


def _without_skipped(notes: Notes, mapping: Mapping) -> str:
    """The text with the lines that the mapping skips blanked out, each reported."""
    if not mapping.skip:
        return notes.text
    skipped = re.compile(rf"\n[ \t]*(?:{'|'.join(map(re.escape, mapping.skip))})[^\n]*")
    for found in skipped.finditer(notes.text):
        notes.add(notes.line_at(found.start()), found[0], "A line that the mapping skips; not used.")
    return skipped.sub(lambda line: "\n" + " " * (len(line[0]) - 1), notes.text)


def _read_tagged(text: str, mapping: Mapping) -> Reading:
    plain = prepared(text)
    tags = _Tags(mapping)
    notes = Notes(Reading(FORMAT), plain, tags.known)
    text = _without_skipped(notes, mapping)
    notes.text = text
    places = tags.starts(text, plain)
    notes.unused(0, places[0] if places else len(text), OUTSIDE)
    strange: Counter[str] = Counter()
    seen: dict[str, int] = {}
    for place, following in pairwise([*places, len(text)]):
        line = notes.line_at(place)
        raw = plain[place:following].strip("\n")
        _, fields = notes.fields(text[place:following], tags.pattern, line)
        for found in tags.looks.finditer(text, place, following):
            if found[1] not in tags.known:
                strange[found[1]] += 1
                seen.setdefault(found[1], notes.line_at(found.start()))
        notes.keep(_record(fields, mapping, len(notes.reading.records) + 1, line, raw), line, raw)
    for name, count in strange.items():
        message = f"{name} looks like a tag ({count} times) and the mapping does not name it; taken as text."
        notes.add(seen[name], name, message)
    return notes.close(len(places))


def _record(fields: Fields, mapping: Mapping, number: int, line: int, raw: str) -> Record | None:
    """The record that the fields make; none where nothing in it can be used."""

    def tags(part: str) -> Sequence[str]:
        return mapping.fields.get(part, ())

    def first(part: str) -> str:
        return fields.first(*tags(part))

    names = [name for value in fields.lines(*tags("authors")) for name in authors_of(value, mapping.authors)]
    title, accession = first("title"), first("accession")
    words = (
        word.strip() for value in fields.all(*tags("keywords")) for word in value.split(mapping.keywords)
    )
    record = Record(
        title=title,
        authors=tuple(names),
        year=next((year for value in fields.all(*tags("year")) if (year := year_of(value))), None),
        journal=first("journal"),
        journal_abbreviation=first("journal_abbreviation"),
        volume=first("volume"),
        issue=first("issue"),
        pages=page_range(first("pages")) or page_range(first("first_page"), first("last_page")),
        abstract=first("abstract"),
        doi=next((doi for value in fields.all(*tags("doi")) if (doi := clean_doi(value))), ""),
        pmid=clean_pmid(first("pmid")),
        pmcid=clean_pmcid(first("pmcid")),
        registry_ids=registry_ids(title, *fields.raw(*tags("registry")), accession),
        accession=accession,
        database=mapping.database,
        type=first("type") or mapping.type,
        language=first("language"),
        issn=issn_list(*fields.all(*tags("issn"))),
        keywords=unique(words),
        other_titles=unique(other for other in fields.all(*tags("other_titles")) if other != title),
        other_abstracts=tuple(fields.all(*tags("other_abstracts"))),
        links=unique(link for value in fields.all(*tags("links")) for link in LINK.findall(value)),
        number=number,
        line=line,
        raw=raw,
    )
    return record if record.title or record.authors or record.abstract or record.doi or record.pmid else None
