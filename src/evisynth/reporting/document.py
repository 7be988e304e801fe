"""A document as plain values: what the HTML, DOCX and PDF writers are given.

Every computed number in it is a Text with a `why`: the key of the Derivation that tells where it came from.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text. `why` is the key of a derivation, "" for plain prose."""

    text: str
    why: str = ""
    bold: bool = False
    italic: bool = False


Runs = tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int  # 1 to 4; 1 is a main section, the document's title is not a heading
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Runs, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    align: str = "left"  # left, right, center
    width: float = 1.0  # relative


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is the file name of its CSV (tables/<name>.csv); each cell is a tuple of runs.

    A row with fewer cells than columns is a heading row: its one cell spans the table. `as_csv` is what the CSV
    has where it differs, such as one row for what is shown in several.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Runs, ...], ...]
    notes: tuple[Runs, ...] = ()
    as_csv: "Table | None" = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure in the document; the files figures/<name>.svg, .png and .pdf hold its drawings."""

    name: str
    caption: str
    alt: str  # the figure in words, for people who do not see it


Block = Heading | Paragraph | Bullets | Table | Picture


@dataclass(frozen=True, slots=True)
class Derivation:
    """Where one value came from. Inputs are keys of further derivations, down to the page of a report."""

    key: str  # e.g. "analysis/full-serving", "cell/longo-2008/full-serving/1-year/moit/patients_with_event"
    title: str  # e.g. "Longo 2008, MOIT arm: patients with full serving"
    value: str  # as printed: "11"
    how: str  # one or more sentences: "Consensus of two extractions", "Mantel-Haenszel risk ratio, ..."
    inputs: tuple[str, ...] = ()
    source: str = ""  # file and line of the review folder: "extraction.csv:17"


@dataclass(frozen=True, slots=True)
class Drawing:
    """One figure, drawn: the same picture as bytes of three formats."""

    svg: bytes
    png: bytes
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    authors: tuple[str, ...]
    date: str  # the review's own date (ISO), never today's
    notice: str  # shown in a box at the top, e.g. what is simulated; may be ""
    blocks: tuple[Block, ...]
    derivations: dict[str, Derivation] = field(default_factory=dict)
    drawings: dict[str, Drawing] = field(default_factory=dict)  # by Picture.name
