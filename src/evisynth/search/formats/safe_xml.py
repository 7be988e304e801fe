"""XML from strangers: parsed without entities, network or DTD, and cut into its records.

Exports are cut at their record elements before they are parsed, so that one damaged record costs no other,
and so that each record keeps its own text and line.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from html import unescape
from typing import TYPE_CHECKING

from evisynth.errors import DataError
from evisynth.search.normalise import one_line
from evisynth.search.record import Reading, ReadProblem, Record

if TYPE_CHECKING:
    from lxml.etree import _Element

# What may stand before the root element: declaration, processing instructions, comments, a DOCTYPE.
PROLOG_PART = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
ASIDE_ENDS = {"<?": "?>", "<!--": "-->"}
ASIDE = re.compile(r"<\?|<!--")
ENTITY = re.compile(r"<!ENTITY\s+(%\s*)?([^\s>]{1,40})")
LOOK_AHEAD = 100_000  # characters of a DOCTYPE; what it declares later is refused after parsing
# Named characters of HTML, which XML does not know; the five of XML itself stay.
HTML_NAME = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,31};")
LONE_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#x[0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")
NOT_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|&#(?:[0-8]|1[124-9]|2[0-9]|3[01]);"
)
LIMIT = re.compile(r"excessive|depth|huge|too long|maximum|limit", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of one record element; `line` is where it starts, `closed` whether its end tag was found."""

    text: str
    line: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Rest:
    """Text between the record elements."""

    text: str
    line: int


def parse_xml(text: str) -> "_Element":
    """The root element of an XML text that may be hostile.

    Nothing outside the text is read, no entity of the text's own is expanded, and the parser's limits on
    depth (256 elements) and on the length of one text (10 MB) stay on.

    Raises DataError for entity declarations (billion laughs, quadratic blow-up, external files), for nesting
    or texts beyond those limits, and for text that is not well-formed; it says what was found and where.
    """
    refuse_entities(text)
    return _parse(text, recover=False)


def parse_damaged_xml(text: str) -> "_Element":
    """As `parse_xml`, for text that is not well-formed: what can be read of it.

    Lone ampersands, named characters of HTML and control characters are repaired first. Raises DataError
    where nothing can be read, and for the same hostile things as `parse_xml`.
    """
    refuse_entities(text)
    text = NOT_XML.sub(" ", text)
    text = HTML_NAME.sub(lambda name: unescape(name[0]), text)
    return _parse(LONE_AMPERSAND.sub("&amp;", text), recover=True)


def refuse_entities(text: str) -> None:
    """Raise DataError if the DOCTYPE at the beginning of the text declares an entity."""
    position = 0
    while part := PROLOG_PART.match(text, position):
        position = part.end()
    if text.startswith("<!DOCTYPE", position):
        entity = ENTITY.search(text, position, position + LOOK_AHEAD)
        if entity:
            raise DataError(_refusal(text.count("\n", 0, entity.start()) + 1, entity[2]))


def _refusal(line: int, entity: str) -> str:
    return (
        f"Line {line}: the XML declares the entity {entity!r} in its DOCTYPE. Entities can be used to "
        "exhaust memory or to read files, so they are refused; exports of databases have none."
    )


def _parse(text: str, *, recover: bool) -> "_Element":
    from lxml import etree  # noqa: PLC0415

    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        line, message = error.lineno or 1, str(error.msg)
        raise DataError(_complaint(line, message)) from None
    for entry in parser.error_log:
        if LIMIT.search(entry.message):
            raise DataError(_complaint(entry.line, entry.message))
    if root is None:
        raise DataError("The XML has no element; a start tag was expected.")
    dtd = root.getroottree().docinfo.internalDTD
    for entity in getattr(dtd, "entities", list)():
        raise DataError(_refusal(1, str(entity.name)))
    return root


def _complaint(line: int, message: str) -> str:
    message = re.sub(r", line \d+, column \d+.*", "", message.split("\n", 1)[0])
    if "epth" in message:
        return f"Line {line}: the XML is nested deeper than 256 elements, which no export of a database is."
    if LIMIT.search(message):
        return f"Line {line}: the XML is beyond the limits of safe reading: {message}."
    return f"Line {line}: the XML is not well-formed: {message}."


def pieces(text: str, *names: str) -> Iterator[Piece | Rest]:
    """The text as a sequence of record elements with one of these names, and of what stands between them.

    A record ends at its end tag or, where that is missing, at the next record or at the end of the text.
    """
    start = re.compile(rf"<({'|'.join(names)})(?=[\s/>])")
    position, line = 0, 1
    found = start.search(text)
    while found:
        if found.start() > position:
            yield Rest(text[position : found.start()], line)
            line += text.count("\n", position, found.start())
        following = start.search(text, found.end())
        limit = following.start() if following else len(text)
        end_tag = f"</{found[1]}>"
        end = text.find(end_tag, found.end(), limit)
        position = limit if end < 0 else end + len(end_tag)
        yield Piece(text[found.start() : position], line, closed=end >= 0)
        line += text.count("\n", found.start(), position)
        found = following
    if position < len(text):
        yield Rest(text[position:], line)


def read_pieces(
    parts: Iterable[Piece | Rest],
    to_record: Callable[["_Element"], Record],
    furniture: re.Pattern[str],
    reading: Reading,
    *,
    namespaces: str = "",
) -> None:
    """Make each Piece a record of `reading` by `to_record`; report what is damaged, empty or between records.

    `furniture` matches what stands between records in a sound file (root tags); it is left out in silence.
    `namespaces` are the declarations of the root element, which the pieces need where their tags have prefixes.
    """
    for part in parts:
        if isinstance(part, Piece):
            reading.found += 1
            _read_piece(part, to_record, reading, namespaces)
        elif left := furniture.sub("", _without_comments(part.text)).strip():
            reading.problems.append(ReadProblem(part.line, left[:200], "Text outside a record; not used."))


def furniture(*names: str) -> re.Pattern[str]:
    """What may stand between records: a DOCTYPE, and start and end tags with one of these names."""
    tags = "|".join(names)
    return re.compile(
        rf"<!DOCTYPE[^<>\[]*(?:\[[^\]]{{0,{LOOK_AHEAD}}}\]\s*)?>|</?(?:{tags})(?=[\s/>])[^<>]*>"
    )


def _without_comments(text: str) -> str:
    """The text without comments and processing instructions; one that does not end stays."""
    kept, place = [], 0
    while found := ASIDE.search(text, place):
        end = text.find(ASIDE_ENDS[found[0]], found.end())
        if end < 0:
            break
        kept.append(text[place : found.start()])
        place = end + len(ASIDE_ENDS[found[0]])
    return " ".join([*kept, text[place:]])


def with_namespaces(text: str, declared: str) -> str:
    """The text of an element with these declarations in its start tag, but for those that it has itself."""
    tag = text[: text.find(">") + 1]
    missing = [each for each in declared.split() if f"{each.partition('=')[0]}=" not in tag]
    return (
        re.sub(r"^<[^\s/>]+", lambda name: " ".join([name[0], *missing]), text, count=1) if missing else text
    )


def _read_piece(
    piece: Piece, to_record: Callable[["_Element"], Record], reading: Reading, namespaces: str
) -> None:
    number, complaint, record = reading.found, "", Record()
    whole = with_namespaces(piece.text, namespaces)
    try:
        record = to_record(parse_xml(whole))
    except DataError as error:
        complaint = str(error) if piece.closed else "Its end tag is missing."
        with suppress(DataError):
            record = to_record(parse_damaged_xml(whole))
    lost = not (record.title or record.abstract or record.doi or record.pmid)
    if complaint and not lost:
        complaint = f"Record {number} is damaged and was read as far as possible. {complaint}"
    elif lost:
        complaint = (
            f"Record {number} could not be read. {complaint or 'It has no title and nothing to know it by.'}"
        )
    elif not record.title:
        complaint = f"Record {number} has no title."
    if complaint:  # its lines are counted from the first line of the record
        complaint = complaint.replace(" Line ", " In its line ")
        reading.problems.append(ReadProblem(piece.line, piece.text[:200], complaint, lost_record=lost))
    if not lost:
        reading.records.append(replace(record, number=number, line=piece.line, raw=piece.text))


def text_of(element: "_Element | None") -> str:
    """All text inside an element, inline markup dropped and blanks made single; "" for no element."""
    if element is None:
        return ""
    return one_line("".join(map(str, element.itertext())))
