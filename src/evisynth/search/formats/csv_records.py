"""The record that one row of a table makes, by the meaning of its columns (see `csv_vendors`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from evisynth.search.formats import ictrp
from evisynth.search.formats.csv_authors import authors_of
from evisynth.search.formats.csv_own import BETWEEN_TEXTS
from evisynth.search.formats.csv_registers import CTGOV, CTGOV_CLASSIC, ICTRP
from evisynth.search.formats.csv_vendors import Vendor
from evisynth.search.formats.formula_cells import unguarded
from evisynth.search.normalise import (
    clean_doi,
    clean_pmcid,
    clean_pmid,
    issn_list,
    one_line,
    page_range,
    registry_ids,
    year_of,
)
from evisynth.search.record import Record

MISSING = frozenset({"na", "n/a", "null", "nan", "none", "no abstract available", "[no abstract available]"})
FORMULA = re.compile(r'=\s*"(.*)"', re.DOTALL)  # ="19326203" keeps a spreadsheet from making it a number
URL = re.compile(r"(?:https?|ftp)://[^\s\"<>]+")
VOLUME_PAGES = re.compile(r";\s*([^;:()]*?)\s*(?:\(([^()]*)\))?:\s*([^.;]+)")  # 2020 Feb;63(2):103640.
ARTICLE_NUMBER = re.compile(r"Article Number:\s*([\w.-]*\w)")
EXTRA = re.compile(r"\b(PMID|PMCID):\s*(\w+)")
LEFT_OVER_U2 = re.compile(r"\bU2\s+-\s+(L\d+)")  # Rayyan keeps lines of the RIS in its url
TYPED = re.compile(
    r"^[A-Za-z_/ ]{3,24}: "
)  # "DRUG: Venetoclax" of ClinicalTrials.gov, "Drug: " of its classic site

REGISTRY = ("registry", "extra", "title", "abstract")  # where numbers of registries are looked for
TYPING = (CTGOV, CTGOV_CLASSIC)  # vendors whose keywords say what kind of thing they are


@dataclass(frozen=True, slots=True)
class Table:
    """Where the header is and what its columns hold."""

    vendor: Vendor
    delimiter: str
    header_line: int  # its index among the lines
    header: tuple[str, ...]  # as the file has it
    names: tuple[str, ...]  # as `csv_vendors.column_name` gives them
    columns: Mapping[str, tuple[int, ...]]  # part -> columns, the preferred one first


def places_of(names: tuple[str, ...], vendor: Vendor) -> dict[str, tuple[int, ...]]:
    """Which columns, by their place, hold a part of the record; the preferred one first."""
    columns: dict[str, tuple[int, ...]] = {}
    for name, part in vendor.columns.items():
        places = tuple(place for place, other in enumerate(names) if other == name)
        if places:
            columns[part] = columns.get(part, ()) + places
    return columns


def value_of(cell: str) -> str:
    """The cell as text: spreadsheet formula and blanks around it removed."""
    cell = cell.strip()
    formula = FORMULA.fullmatch(cell) if cell[:1] == "=" else None
    return formula[1].replace('""', '"').strip() if formula else cell


class Cells:
    """The cells of one row by the part of the record that they hold."""

    def __init__(self, table: Table, cells: list[str]) -> None:
        self.table, self.cells = table, cells

    def all(self, part: str) -> list[str]:
        """The filled cells of a part, the preferred column first, as they are."""
        places = (place for place in self.table.columns.get(part, ()) if place < len(self.cells))
        if self.table.vendor.exact:
            return [unguarded(self.cells[place]) for place in places if self.cells[place]]
        values = (value_of(self.cells[place]) for place in places)
        return [value for value in values if value and (part == "title" or value.casefold() not in MISSING)]

    def one(self, part: str) -> str:
        return one_line(next(iter(self.all(part)), ""))

    def texts(self, part: str) -> tuple[str, ...]:
        """Whole texts, one a column; in Evisynth's own table several stand in one cell."""
        values = self.all(part)
        if self.table.vendor.exact:
            values = [text for value in values for text in value.split(BETWEEN_TEXTS)]
        return tuple(map(one_line, values))

    def words(self, part: str, signs: tuple[str, ...]) -> tuple[str, ...]:
        """The parts of lists, in order and each once."""
        found: list[str] = []
        for value in self.all(part):
            sign = next((sign for sign in signs if sign in value), signs[0])
            words = map(one_line, value.split(sign))
            found += (TYPED.sub("", word) for word in words) if self.table.vendor in TYPING else words
        return tuple(dict.fromkeys(word for word in found if word))


def record_of(table: Table, row: list[str], number: int, line: int, raw: str) -> Record:
    """The record of a row; `number` is its place among the records, `line` and `raw` where and what it is."""
    if table.vendor is ICTRP:
        values = {name: cell for name, cell in zip(table.names, row, strict=False) if cell}
        return replace(ictrp.record_of(values), number=number, line=line, raw=raw)
    return _record(Cells(table, row), table.vendor, number, line, raw)


def _record(cells: Cells, vendor: Vendor, number: int, line: int, raw: str) -> Record:
    links = [link for value in cells.all("links") for link in URL.findall(value)]
    extra = dict(EXTRA.findall(" ".join(cells.all("extra"))))
    left_over = LEFT_OVER_U2.search(" ".join(cells.all("links")))
    accession = left_over[1] if left_over else cells.one("accession").removeprefix("https://openalex.org/")
    volume, issue, pages = _place_in_journal(cells)
    pmid = clean_pmid(cells.one("pmid") or extra.get("PMID", ""))
    names = next((authors_of(cell, "semicolon") for cell in cells.all("full_authors")), ())
    names = names or authors_of(cells.one("authors"), vendor.authors)
    groups = [name for cell in cells.all("groups") for name in authors_of(cell, "semicolon")]
    return Record(
        title=cells.one("title"),
        other_titles=cells.texts("other_titles"),
        authors=(*names, *(group for group in groups if group not in names)),
        year=next(filter(None, (year_of(value) for value in cells.all("year"))), None),
        journal=cells.one("journal"),
        journal_abbreviation=cells.one("journal_abbreviation"),
        volume=volume,
        issue=issue,
        pages=pages,
        abstract=cells.one("abstract"),
        other_abstracts=cells.texts("other_abstracts"),
        doi=clean_doi(cells.one("doi")),
        pmid=pmid,
        pmcid=clean_pmcid(cells.one("pmcid").rpartition("/")[2] or extra.get("PMCID", "")),
        registry_ids=cells.words("registry", (";",))
        if vendor.exact
        else registry_ids(accession, *(text for part in REGISTRY for text in cells.all(part))),
        accession=accession or (pmid if vendor.name == "PubMed" else ""),
        database=cells.one("database") or vendor.name,
        type=cells.one("type") or vendor.type,
        language=cells.one("language"),
        issn=issn_list(*cells.all("issn")),
        keywords=cells.words("keywords", vendor.lists),
        links=tuple(dict.fromkeys(links)),
        number=number,
        line=line,
        raw=raw,
    )


def _place_in_journal(cells: Cells) -> tuple[str, str, str]:
    """Volume, issue and pages, from their columns or out of a citation in one line."""
    volume, issue, pages = cells.one("volume"), cells.one("issue"), cells.one("pages")
    citation = cells.one("citation")
    if (found := VOLUME_PAGES.search(citation)) and not cells.table.columns.get("volume"):
        volume, issue, pages = volume or found[1], issue or found[2] or "", pages or found[3].strip()
    first, last, count = cells.one("first_page"), cells.one("last_page"), cells.one("page_count")
    if first and not last and first.isdecimal() and count.isdecimal() and int(count) > 0:
        last = str(int(first) + int(count) - 1)
    article = cells.one("article_number") or next(iter(ARTICLE_NUMBER.findall(citation)), "")
    return volume, issue, page_range(pages) or page_range(first, last) or article
