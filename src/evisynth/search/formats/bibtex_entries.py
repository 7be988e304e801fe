"""BibTeX divided into its entries and their fields, damaged entries too.

bibtexparser divides the file; it drops what it cannot divide (repeated keys, open braces), so every `@type{`
of the file that it gave no entry for is read again by a lenient scan of its fields.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from evisynth.search.record import ReadProblem

START = re.compile(r"^[ \t]*(@([A-Za-z]+)[ \t]*[{(])", re.MULTILINE)
NO_ENTRIES = frozenset({"comment", "string", "preamble"})
KEY = re.compile(r"@([A-Za-z]+)[ \t]*[{(]\s*(?:([^,={}\n]*),)?")
# A field in a damaged entry starts a line or, where the entry is one line, follows a comma.
FIELD = re.compile(r",\s*([A-Za-z][\w:.+-]*)[ \t]*=[ \t]*(?=[{\"\w])")
LINE_FIELD = re.compile(r"\n[ \t]*(?:,[ \t]*)?([A-Za-z][\w:.+-]*)[ \t]*=[ \t]*(?=[{\"\w])")
QUOTED_FIELD = re.compile(r'"\s*\n\s*[A-Za-z][\w-]*\s*=')
LOOK_BACK = 1_000  # characters; a line of entries may be as long as the file
BRACE = re.compile(r"(?<!\\)[{}]")
JOINED_PART = re.compile(r'"[^"]*"|\{[^{}]*\}|[\w:.+-]+')
JOINED = re.compile(rf"(?:{JOINED_PART.pattern})(?:\s*#\s*(?:{JOINED_PART.pattern}))+")


@dataclass(slots=True)
class Entry:
    """One entry as the file has it. `complaint` says what is wrong with it, where something is."""

    type: str
    key: str
    line: int
    raw: str
    fields: dict[str, str] = field(default_factory=dict)  # names in lower case, values with their braces
    complaint: str = ""


def items(text: str, strings: dict[str, str]) -> Iterator[Entry | ReadProblem]:
    """The entries of the file in its order, and what stands between them."""
    parsed, complaints = _parsed(text, strings)
    starts = _starts(text, parsed)
    if text[: starts[0] if starts else None].strip():
        before = text[: starts[0] if starts else None]
        yield ReadProblem(1, before.strip()[:200], "Text before the first entry; not used.")
    line, counted = 1, 0
    for start, end in pairwise([*starts, len(text)]):
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
            entry = _scanned(whole.rstrip(), line, complaints.get(start, ""))
            if entry.type in NO_ENTRIES:
                yield ReadProblem(line, entry.raw[:200], f"An @{entry.type} that is damaged; not used.")
            else:
                yield entry


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
        if run_on := _run_on(parsed[at].fields):
            parsed[at] = _scanned(block.raw, 0, f"The value of {run_on} does not end at a comma.")
        if isinstance(whole, model.String):
            strings.setdefault(whole.key.strip().lower(), unwrapped(whole.value, strings))
    return parsed, complaints


def _run_on(fields: dict[str, str]) -> str:
    """The field into whose value the next field has run, because no comma is between them; "" for none."""
    for name, value in fields.items():
        if value[:1] == "{" and closes_at(value) != len(value) - 1 and not JOINED.fullmatch(value):
            return name
        if value[:1] == '"' and QUOTED_FIELD.search(value):
            return name
    return ""


def _may_start(text: str, at: int) -> bool:
    """Whether a block may start here: at the start of a line, or after the end of another block."""
    window = max(0, at - LOOK_BACK)
    before = text[max(window, text.rfind("\n", window, at) + 1) : at].rstrip(" \t,")
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
        end = closes_at(raw, start) + 1
        return (raw[start:end], end) if end else (raw[start + 1 :], len(raw))
    end = raw.find('"' if raw[start] == '"' else ",", start + 1)
    if end < 0:
        return raw[start:].strip('" }\n'), len(raw)
    return raw[start : end + 1].rstrip(","), end + (raw[start] == '"')


def unwrapped(value: str, strings: dict[str, str]) -> str:
    """A value without its quotes or braces; abbreviations put in, parts joined by # put together."""
    value = value.strip()
    if value[:1] == "{" and closes_at(value) == len(value) - 1:
        return value[1:-1].strip()
    if len(value) > 1 and value[0] == '"' and value.find('"', 1) == len(value) - 1:
        return value[1:-1].strip()
    if JOINED.fullmatch(value):
        parts = JOINED_PART.findall(value)
        return "".join(part[1:-1] if part[0] in '"{' else strings.get(part.lower(), part) for part in parts)
    return strings.get(value.lower(), value)


def closes_at(value: str, start: int = 0) -> int:
    """Where the brace that opens the value at `start` closes; -1 where it does not."""
    depth = 0
    for brace in BRACE.finditer(value, start):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.start()
    return -1
