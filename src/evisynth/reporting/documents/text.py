"""What all writers share: clean text, links, numbering, heading rows and page orientation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from evisynth.errors import DataError
from evisynth.reporting.document import Block, Document, Heading, Picture, Runs, Table

# Removed: control characters, lone surrogates, noncharacters, byte order marks, and the marks that reorder
# text on screen (embeddings, overrides and isolates; "Trojan Source", doi:10.48550/arXiv.2111.00169).
CONTROLS = r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
NOT_CHARACTERS = r"\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff"
UNSEEN = re.compile(rf"[{CONTROLS}{NOT_CHARACTERS}\u202a-\u202e\u2066-\u2069]")
LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
ADDRESS = r"[^\s<>\"'\\^`{|}]+"
LINK = re.compile(
    rf"https?://{ADDRESS}|\bdoi:(?!10\.5555/)(?=10\.\d{{4,9}}/){ADDRESS}"
)  # 10.5555: only examples
RTL = "[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
RTL_TEXT = re.compile(rf"{RTL}(?:.*{RTL})?", re.DOTALL)
RTL_WORDS = re.compile(rf"{RTL}(?:[^A-Za-z()\[\]]*{RTL})?")
MONTHS = (  # not strftime: its names follow the machine's language
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MANY_COLUMNS = 6
PORTRAIT_CHARACTERS, LANDSCAPE_CHARACTERS = 105, 165  # of table text that fit across A4
SHORT_CELL, SHORT_WORD, LONG_WORD, PADDING = 24, 14, 24, 2  # characters


def clean_lines(text: str) -> str:
    r"""The text without characters that files must not hold; line ends become \n, tabs stay."""
    return UNSEEN.sub("", LINE_END.sub("\n", text))


def clean(text: str) -> str:
    """The text on one line, without control characters, lone surrogates or direction overrides."""
    return clean_lines(text).replace("\n", " ").replace("\t", " ")


def isolated(text: str) -> str:
    """Cleaned text in which right-to-left words stand between isolates (U+2068, U+2069).

    Without them a number that follows a Hebrew or Arabic name is drawn on the wrong side of it.
    """
    text = clean(text)
    begins_so = re.match(rf"\W*{RTL}", text) is not None
    return (RTL_TEXT if begins_so else RTL_WORDS).sub("\u2068\\g<0>\u2069", text)


def plain(runs: Runs) -> str:
    """The words of the runs, cleaned."""
    return "".join(clean(run.text) for run in runs)


def linked(text: str) -> Iterator[tuple[str, str]]:
    """Pieces of cleaned text with the web address each leads to, "" for none.

    A DOI (doi:10.1000/182) leads to doi.org. A full stop or closing bracket after an address belongs to the
    sentence.
    """
    end = 0
    for found in LINK.finditer(text):
        url = found[0].rstrip(".,;:!?")
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(".,;:!?")
        if found.start() > end:
            yield text[end : found.start()], ""
        yield url, doi_address(url) if url.startswith("doi:") else url
        end = found.start() + len(url)
    if end < len(text):
        yield text[end:], ""


def doi_address(doi: str) -> str:
    """Where doi.org resolves "doi:10.1000/182"; its signs that an address cannot hold are percent-encoded."""
    return "https://doi.org/" + quote(doi.removeprefix("doi:"), safe="/:;().,-_~!*+=@&", errors="replace")


def alternative(picture: Picture) -> str:
    """The figure in words; without any, its caption or its name, since something must be read out."""
    return clean(picture.alt).strip() or clean(picture.caption).strip() or clean(picture.name) or "Figure"


def day(document: Document) -> date:
    """The document's date. Errors: DataError when it is not an ISO calendar date."""
    try:
        return date.fromisoformat(document.date)
    except ValueError:
        raise DataError(
            f"The document's date is {document.date!r}. It should be an ISO date such as 2024-05-31."
        ) from None


def written_day(document: Document) -> str:
    """The document's date in words: 31 May 2024."""
    when = day(document)
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def is_heading_row(table: Table, row: tuple[Runs, ...]) -> bool:
    """Whether the row's one cell spans the table. Errors: DataError for a row with too many cells."""
    if len(row) > len(table.columns):
        raise DataError(
            f"Table {table.name}: a row has {len(row)} cells, the table has {len(table.columns)} columns."
        )
    return len(row) < len(table.columns)


def numbered(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, int]]:
    """Each block with its number: tables and figures count from 1, each for itself; others have 0."""
    tables = pictures = 0
    for block in blocks:
        if isinstance(block, Table):
            tables += 1
            yield block, tables
        elif isinstance(block, Picture):
            pictures += 1
            yield block, pictures
        else:
            yield block, 0


def heading_levels(blocks: tuple[Block, ...]) -> Iterator[int]:
    """The level of each heading in turn, without gaps: every 3 right under a 1 becomes a 2.

    Screen readers and PDF/UA-1 need headings that descend one level at a time.
    """
    above: list[int] = []  # the given levels of the headings around the present one
    for block in blocks:
        if isinstance(block, Heading):
            level = min(block.level, 4)
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
            yield min(len(above), 4)


def is_short(runs: Runs, align: str) -> bool:
    """Whether a cell reads as one thing that should not break: "0.52 (0.31 to 0.87)", or "2012-10-01"."""
    words = plain(runs).strip()
    return len(words) <= SHORT_CELL if align != "left" else is_short_word(words)


def is_short_word(words: str) -> bool:
    """Whether the words are one short word, which should not break at its hyphens."""
    return 0 < len(words) <= SHORT_WORD and not re.search(r"\s", words)


def least_widths(table: Table, slack: float = 1.0) -> list[float]:
    """The width each column needs, in characters: its longest word or short cell.

    slack : above 1 where another font, whose letters are wider, may stand in for the one asked for.
    """
    least = [_longest_word(clean(column.title)) * slack for column in table.columns]
    for row in table.rows:
        if is_heading_row(table, row):
            continue
        for i, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            words = plain(cell)
            whole = len(words) if is_short(cell, column.align) else 0
            least[i] = max(least[i], _longest_word(words) * slack, whole)
    return [min(characters, LONG_WORD) + PADDING for characters in least]


def _longest_word(words: str) -> int:
    return max(map(len, words.split()), default=1)


def column_shares(table: Table, characters: int, slack: float = 1.0) -> list[float]:
    """The share of the table's width for each column: as asked for, but no column below what it needs.

    characters : how many fit on one line across the page.
    slack : as for `least_widths`.
    """
    least = least_widths(table, slack)
    asked = [max(column.width, 0.01) for column in table.columns]
    total = max(characters, sum(least))
    shares: dict[int, float] = {}
    while True:
        free = [i for i in range(len(asked)) if i not in shares]
        space = total - sum(shares.values())
        asked_free = sum(asked[i] for i in free)
        tight = [i for i in free if space * asked[i] / asked_free < least[i]]
        if not tight:
            break
        shares.update((i, least[i]) for i in tight)
    shares.update((i, space * asked[i] / asked_free) for i in free)
    return [shares[i] / total for i in range(len(asked))]


def is_wide(table: Table) -> bool:
    """Whether the table needs a landscape page: many columns, and their words do not fit side by side."""
    return len(table.columns) > MANY_COLUMNS and sum(least_widths(table)) > PORTRAIT_CHARACTERS


@dataclass(frozen=True, slots=True)
class Sheet:
    """Blocks that follow each other on pages of one orientation, each with its number."""

    landscape: bool
    blocks: tuple[tuple[Block, int], ...]


def sheets(blocks: tuple[Block, ...]) -> list[Sheet]:
    """The blocks by page orientation: wide tables, with the headings right above them, go on landscape."""
    pairs = list(numbered(blocks))
    landscape = [isinstance(block, Table) and is_wide(block) for block, _ in pairs]
    for i in range(len(pairs) - 2, -1, -1):
        if isinstance(pairs[i][0], Heading) and landscape[i + 1]:
            landscape[i] = True
    found: list[Sheet] = []
    start = 0
    for i in range(1, len(pairs) + 1):
        if i == len(pairs) or landscape[i] != landscape[start]:
            found.append(Sheet(landscape[start], tuple(pairs[start:i])))
            start = i
    return found
