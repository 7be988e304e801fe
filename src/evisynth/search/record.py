"""A record: title, abstract and citation as one search export gives them; and what reading a file returns."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Record:
    """One bibliographic or trial record of one export, as plain text. Empty means: the export does not say.

    Authors are in the order of the source, each "Family, Given or Initials" (a group author is its whole name).
    `number` is the record's place in its file, from 1; `line` the line on which it starts, from 1.
    `raw` is the record as the file has it.
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str = ""
    journal_abbreviation: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    abstract: str = ""
    doi: str = ""  # lower case, without resolver address: 10.1016/j.jaci.2007.10.029
    pmid: str = ""
    pmcid: str = ""
    registry_ids: tuple[str, ...] = ()  # NCT00000000, ISRCTN..., EUCTR...
    accession: str = ""  # the database's own number for the record
    database: str = ""  # as the export names it
    type: str = ""  # as the export names it: JOUR, Journal Article, Conference Abstract ...
    language: str = ""
    issn: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    other_titles: tuple[str, ...] = ()  # the title in further languages
    other_abstracts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    number: int = 0
    line: int = 0
    raw: str = ""


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Something in an export that did not become part of a record, or a whole record that could not be read.

    `lost_record` is true where a record of the file could not be read at all; then `text` has its beginning.
    """

    line: int
    text: str
    message: str
    lost_record: bool = False


@dataclass(slots=True)
class Reading:
    """What a file gave: records and problems. `found` is the number of records that the file itself has,
    counted from its record markers and not by the reader; always len(records) + lost records.
    """

    format: str = ""
    encoding: str = ""
    found: int = 0
    records: list[Record] = field(default_factory=list)
    problems: list[ReadProblem] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return sum(problem.lost_record for problem in self.problems)
