"""The manuscript: Markdown with claims, turned into the blocks of a document.

A number typed into the prose is a problem: it would not follow the data. A number that is no result (a dose, a
threshold) is written as a literal claim: {{ "200 mL" }}.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from evisynth.errors import DataError, Problem, near
from evisynth.reporting.claims import CLAIM, Claims
from evisynth.reporting.document import Block, Bullets, Column, Heading, Paragraph, Runs, Table, Text
from evisynth.reporting.prisma import PRISMA_ITEMS

FILE = "report.md"
# A claim stands in the Markdown as one private sign with its number, so that markup cannot reach into it.
MARK = re.compile("\ue000(\\d+)\ue001")
# Figures, but not those of a name such as I2 or CO2.
FIGURE = re.compile(r"(?<![\w.])\d[\d.,]*(?:\s?%)?")
NUMBER_WORD = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|dozens?|hundreds?|thousands?)\b",
    re.IGNORECASE,
)
LINE_END = re.compile(r"\r\n|\r|\n")  # U+2028 and the like are no lines of a file
PART = re.compile(r"(figure|table|list)\s+(.+)")
PLACE = re.compile(r"prisma\s+([\w\s,]+)")  # under a heading: these items of the checklist are reported here

Part = Callable[[str, str], Sequence[Block]]  # kind and name -> blocks; DataError where there is no such part


@dataclass(slots=True)
class Manuscript:
    blocks: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, list[str]] = field(
        default_factory=dict
    )  # item of the checklist -> headings that report it


def read_manuscript(text: str, claims: Claims, part: Part) -> Manuscript:
    """The blocks of a manuscript. A claim that does not exist stays visible in the text, marked, and is a problem."""
    return _Reader(claims, part).read(text)


class _Reader:
    def __init__(self, claims: Claims, part: Part) -> None:
        self.claims = claims
        self.part = part
        self.found: list[str] = []
        self.lines: list[int] = []
        self.heading = "Title"  # what stands before the first heading is about the whole report
        self.manuscript = Manuscript()

    def problem(self, line: int, name: str, message: str) -> None:
        self.manuscript.problems.append(Problem(FILE, line, name, message))

    def read(self, text: str) -> Manuscript:
        marked = "\n".join(
            self._marked(number, line) for number, line in enumerate(LINE_END.split(text), start=1)
        )
        tokens = MarkdownIt("commonmark").enable("table").parse(marked)
        self.manuscript.blocks = list(self._blocks(_Tokens(tokens)))
        return self.manuscript

    def _marked(self, number: int, line: str) -> str:
        line = line.replace("\ue000", "").replace("\ue001", "")

        def mark(found: re.Match[str]) -> str:
            self.found.append(found[1])
            self.lines.append(number)
            return f"\ue000{len(self.found) - 1}\ue001"

        marked = CLAIM.sub(mark, line)
        if "{{" in marked or "}}" in marked:
            self.problem(
                number, "", "has braces that are not closed on the same line; {{ path }} is a claim."
            )
        return marked

    # ------------------------------------------------------------ blocks

    def _blocks(self, tokens: "_Tokens") -> Iterator[Block]:
        while (token := tokens.next()) is not None:
            if token.type == "heading_open":
                runs = self._runs(tokens.take("inline"))
                self.heading = "".join(run.text for run in runs)
                yield Heading(min(int(token.tag[1]), 4), self.heading)
            elif token.type == "paragraph_open":
                yield from self._paragraph(tokens.take("inline"))
            elif token.type in {"bullet_list_open", "ordered_list_open"}:
                yield self._list(tokens, token)
            elif token.type == "table_open":
                yield self._table(tokens)
            elif token.type in {"fence", "code_block", "html_block"}:
                self.problem(
                    _line(token), "", "code and HTML are not part of a manuscript; the block was left out."
                )

    def _paragraph(self, inline: Token) -> Sequence[Block]:
        alone = MARK.fullmatch(inline.content.strip())
        if alone and (found := PART.fullmatch(self.found[int(alone[1])])):
            return self._part(self.lines[int(alone[1])], found)
        if alone and (found := PLACE.fullmatch(self.found[int(alone[1])])):
            for item in found[1].replace(",", " ").split():
                if item not in PRISMA_ITEMS:
                    self.problem(
                        self.lines[int(alone[1])],
                        found[0],
                        f"the checklist has no item {item!r}.{near(item, PRISMA_ITEMS)}",
                    )
                self.manuscript.places.setdefault(item, []).append(self.heading)
            return ()
        return (Paragraph(self._runs(inline)),)

    def _part(self, line: int, found: re.Match[str]) -> Sequence[Block]:
        try:
            return self.part(found[1], found[2].strip())
        except DataError as error:
            self.problem(line, found[0], str(error))
            return (Paragraph((Text(f"[{found[0]}: {error}]", bold=True),)),)

    def _list(self, tokens: "_Tokens", opened: Token) -> Bullets:
        items: list[Runs] = []
        depth = 1
        while depth and (token := tokens.next()) is not None:
            if token.type in {"bullet_list_open", "ordered_list_open"}:
                depth += 1
                self.problem(_line(token), "", "lists inside lists are written as one list.")
            elif token.type in {"bullet_list_close", "ordered_list_close"}:
                depth -= 1
            elif token.type == "inline":
                items.append(self._runs(token))
        return Bullets(tuple(items), ordered=opened.type.startswith("ordered"))

    def _table(self, tokens: "_Tokens") -> Table:
        rows: list[list[Runs]] = []
        while (token := tokens.next()) is not None and token.type != "table_close":
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(self._runs(token))
        titles = ["".join(run.text for run in cell) for cell in rows[0]]
        return Table("", "", tuple(Column(title) for title in titles), tuple(tuple(row) for row in rows[1:]))

    # ------------------------------------------------------------ text

    def _runs(self, inline: Token) -> Runs:
        runs: list[Text] = []
        bold = italic = 0
        line = _line(inline)
        for token in inline.children or []:
            if token.type in {"strong_open", "strong_close"}:
                bold += 1 if token.type == "strong_open" else -1
            elif token.type in {"em_open", "em_close"}:
                italic += 1 if token.type == "em_open" else -1
            elif token.type in {"softbreak", "hardbreak"}:
                line += 1
                runs.append(Text(" ", bold=bold > 0, italic=italic > 0))
            elif token.type in {"text", "code_inline", "html_inline"}:
                runs += self._split(token.content, line, bold=bold > 0, italic=italic > 0)
            elif token.type == "image":
                self.problem(
                    line, "", "has a picture; figures are called in with {{ figure NAME }}. It was left out."
                )
        return tuple(runs)

    def _split(self, text: str, line: int, *, bold: bool, italic: bool) -> Iterator[Text]:
        at = 0
        for mark in MARK.finditer(text):
            if not self._is_ours(mark):
                continue
            if before := text[at : mark.start()]:
                self._report_numbers(before, line)
                yield Text(before, bold=bold, italic=italic)
            yield self._claim(int(mark[1]), bold=bold, italic=italic)
            at = mark.end()
        if rest := text[at:]:
            self._report_numbers(rest, line)
            yield Text(rest, bold=bold, italic=italic)

    def _is_ours(self, mark: re.Match[str]) -> bool:
        """Whether it stands for a claim: an entity such as &#xE000; can bring the private signs in again."""
        return len(mark[1]) < 10 and int(mark[1]) < len(self.found)

    def _claim(self, number: int, *, bold: bool, italic: bool) -> Text:
        claim, line = self.found[number], self.lines[number]
        try:
            if PART.fullmatch(claim) or PLACE.fullmatch(claim):
                raise DataError(
                    "stands among text; a figure, table, list or marker stands alone, with blank lines around it."
                )
            text, why = self.claims.resolve(claim)
        except DataError as error:
            claim = claim if len(claim) < 100 else f"{claim[:99]}…"
            self.problem(line, claim, str(error))
            return Text(f"[no value: {claim}]", bold=True, italic=italic)
        return Text(text, why=why, bold=bold, italic=italic)

    def _report_numbers(self, text: str, line: int) -> None:
        for pattern in (FIGURE, NUMBER_WORD):
            for found in pattern.finditer(text):
                self.problem(
                    line, "", f"the number {found[0]!r} is typed into the prose and would not follow the data. Use a claim, "
                    f'or {{{{ "{found[0]}" }}}} where it is no result.',
                )  # fmt: skip


class _Tokens:
    """Tokens one after another."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.rest = iter(tokens)

    def next(self) -> Token | None:
        return next(self.rest, None)

    def take(self, kind: str) -> Token:
        token = next(self.rest)
        assert token.type == kind, token.type
        return token


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0
