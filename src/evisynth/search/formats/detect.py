"""Which format a file is in, from its content: names of files are often wrong (nbib saved as .ris)."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from evisynth.search.record import Reading

HEAD = 20_000  # characters that recognise a format
LONGEST_NAME = 60  # characters of the name of a column in a table of an unknown kind


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, the module and functions that read and recognise it, and what people call it."""

    name: str
    module: str
    called: str
    endings: tuple[str, ...]  # of file names that promise this format and no other
    reader: str = "read"
    recogniser: str = "recognise"

    def _module(self) -> ModuleType:
        return import_module(f"evisynth.search.formats.{self.module}")

    def read(self, text: str) -> Reading:
        """Read a text of this format; its module is loaded only now."""
        reading: Reading = getattr(self._module(), self.reader)(text)
        reading.format = self.name
        return reading

    def recognise(self, head: str) -> bool:
        recogniser: Callable[[str], bool] = getattr(self._module(), self.recogniser)
        return recogniser(head)


# In the order in which they are asked: the surest marks first, a table of commas last.
FORMATS = (
    Format("ctgov-json", "ctgov_json", "ClinicalTrials.gov JSON", ("json",)),
    Format("pubmed-xml", "pubmed_xml", "PubMed XML", ("xml",)),
    Format("csl-json", "csl_json", "CSL-JSON", ("json",)),
    Format("ictrp-xml", "ictrp_xml", "XML of WHO ICTRP", ("xml",)),
    Format("zotero-rdf", "zotero_rdf", "Zotero RDF", ("rdf",)),
    Format("endnote-xml", "endnote_xml", "EndNote XML", ("xml",)),
    Format("jats-xml", "jats_xml", "JATS XML (PubMed Central)", ("xml", "nxml")),
    Format("ovid-medline", "ovid", "Ovid Reprint/Medline", ("cgi",), "read_medline", "recognise_medline"),
    Format("ovid-text", "ovid", "Ovid labelled text", (), "read_labelled", "recognise_labelled"),
    Format("cochrane-text", "cochrane_text", "text of the Cochrane Library", ()),
    Format("nbib", "nbib", "PubMed (nbib, MEDLINE)", ("nbib",)),
    Format("wos-plain", "wos", "Web of Science plain text", ("ciw", "isi")),
    Format("ris", "ris", "RIS", ("ris",)),
    Format("enw", "enw", "EndNote tagged (.enw)", ("enw",)),
    Format("bibtex", "bibtex", "BibTeX", ("bib", "bibtex")),
    Format("embase-rows", "embase_rows", "Embase.com CSV with a field a row", ("csv",)),
    Format("csv", "csv_tables", "CSV or tab-separated table", ("csv", "tsv")),
)
BY_NAME = {each.name: each for each in FORMATS}
_START = re.compile(r"[\r\n](?:TY {1,2}- |PMID- |PT J[\r\n]|<1(?:\. )?>[\r\n]|%0 )")
_FIRST_LETTERS = {
    "ctgov-json": "{[",
    "csl-json": "{[",
    "pubmed-xml": "<",
    "ictrp-xml": "<",
    "zotero-rdf": "<",
    "endnote-xml": "<",
    "jats-xml": "<",
}  # not worth loading lxml for others

_TABLE = "Open it in a spreadsheet and save the table as CSV (UTF-8) or .xlsx."
_NOT_READ = (  # how it is known, what it looks like, what would do
    (
        re.compile(r"urn:schemas-microsoft-com:office:(?:office|spreadsheet|excel)", re.IGNORECASE),
        "a spreadsheet in disguise (XML or a web page that Excel opens)",
        _TABLE,
    ),
    (
        re.compile(r"<!doctype html|<html\b|<head\b|<body\b", re.IGNORECASE),
        "a web page",
        "It is probably a login or error page saved in place of the export: log in and export again.",
    ),
    (re.compile(r"\A\{\\rtf"), "a rich text document", "Export as RIS, not as a formatted bibliography."),
    (
        re.compile(r"\A(?:[\w-]+: [^\n]*\n(?:[ \t][^\n]*\n)*){0,40}MIME-Version:", re.IGNORECASE),
        "an e-mail or a web archive",
        "Save its attachment, or export again as RIS.",
    ),
    (
        re.compile(r"\A1: .{0,1500}?\bPMID: \d", re.DOTALL),
        "a list for reading (PubMed's format Summary or Abstract)",
        "In PubMed, save with the format PubMed (nbib).",
    ),
    (
        re.compile(r"\A(?:#?\d{1,3}[.:\t ]+[^\n]*\n){2}"),
        "numbered lines, such as those of a search strategy",
        "The records themselves are needed: export them as RIS, nbib or CSV.",
    ),
    (
        re.compile(r"\A(?:<\?xml\b|<\w)"),
        "XML of a kind that is not read",
        "XML is read from PubMed, PubMed Central, EndNote, ICTRP and Zotero (RDF); export as RIS.",
    ),
    (
        re.compile(r'\A[\[{]\s*["{\[\]}]'),
        "JSON of a kind that is not read",
        "JSON is read from ClinicalTrials.gov and as CSL-JSON; export as RIS or CSV.",
    ),
)
_EXPORT_NEEDED = "The export itself is needed, as RIS, nbib, CSV or the like."
_BINARY = (
    (b"%PDF", "a PDF document", _EXPORT_NEEDED),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first."),
    (b"BZh", "a bzip2 archive", "Unpack it first."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it first."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it first."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it first."),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", _TABLE),
    (b"\x89PNG", "a picture", _EXPORT_NEEDED),
    (b"\xff\xd8\xff", "a picture", _EXPORT_NEEDED),
    (b"GIF8", "a picture", _EXPORT_NEEDED),
    (b"SQLite format 3", "a database file", "Export its references as RIS."),
)
_ZIP = b"PK\x03\x04"
_ZIPPED = (  # the name of a part of the archive, what the archive is, what would do
    (b"word/", "a Word document", "Export as RIS, not as a formatted bibliography."),
    (b"ppt/", "a presentation", _EXPORT_NEEDED),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet", _TABLE),
    (b"opendocument.text", "an OpenDocument text", "Export as RIS, not as a formatted bibliography."),
    (b".enl", "a packed EndNote library", "In EndNote, export its references as XML or RIS."),
    (b"", "a ZIP archive, not a workbook", "Unpack it first."),
)


def find_format(text: str) -> Format | None:
    """The format of a text, by what its beginning looks like; none where no reader recognises it.

    Where text of another kind (a long search strategy) comes first, the first line that starts a record counts.
    """
    if found := _format_of(text[:HEAD]):
        return found
    start = _START.search(text, 0 if text[:HEAD].isspace() else HEAD // 2)
    return _format_of(text[start.start() : start.start() + HEAD]) if start else None


def _format_of(head: str) -> Format | None:
    head = head.lstrip("\ufeff")
    start = head.lstrip()[:1]
    for each in FORMATS:
        if start and start in _FIRST_LETTERS.get(each.name, start) and each.recognise(head):
            return each
    return None


def find_table(text: str) -> tuple[str, ...]:
    """The columns of a text that looks like a table: its first line has as many cells as its second; else none."""
    lines = [line for line in text[:HEAD].lstrip("\ufeff").splitlines() if line.strip()][:2]
    for delimiter in ",;\t|" if lines else "":
        first, *others = csv.reader(lines, delimiter=delimiter)
        names = tuple(cell.strip() for cell in first)
        sizes = {len(first), *map(len, others)}
        if len(names) > 1 and len(sizes) == 1 and all(0 < len(name) <= LONGEST_NAME for name in names):
            return names
    return ()


def promised_by(name: str) -> tuple[Format, ...]:
    """The formats that the ending of a file name promises; none for .txt and unknown endings."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return tuple(each for each in FORMATS if ending in each.endings)


def not_readable(text: str) -> str:
    """What an unknown text looks like and what would do instead, where that is known; else ""."""
    head = text[:HEAD].lstrip("\ufeff \t\r\n")[:2000].replace("\r\n", "\n")
    for pattern, looks_like, remedy in _NOT_READ:
        if pattern.search(head):
            return f"it is {looks_like}. {remedy}"
    return ""


def not_text(data: bytes) -> str:
    """What a file that is no text is, and what would do instead; "" for text."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, looks_like, remedy in _BINARY:
        if start.startswith(magic):
            return f"it is {looks_like}. {remedy}"
    if start.startswith(_ZIP):
        looks_like, remedy = next(each[1:] for each in _ZIPPED if each[0] in data)
        return f"it is {looks_like}. {remedy}"
    if start[257:262] == b"ustar":
        return "it is a tar archive. Unpack it first."
    return ""


def is_binary(text: str) -> bool:
    """Whether a decoded text is no text: control characters that no export has."""
    head = text[:HEAD]
    strange = sum(
        head.count(letter) for letter in "\x00\x01\x02\x03\x04\x05\x06\x07\x0e\x0f\x10\x11\x12\x13\x14"
    )
    return strange > max(3, len(head) / 200)  # a few in a short text are damage
