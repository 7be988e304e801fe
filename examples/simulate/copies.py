"""Copies: how one database shows a publication - capitals, accents, pages, journal, what is missing."""

import unicodedata
from dataclasses import dataclass
from random import Random

from publications import Person, Publication

LETTERS = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "ı": "i",
        "ß": "ss",
        "đ": "d",
        "æ": "ae",
        "α": "alpha",
        "β": "beta",
        "κ": "kappa",
    }
)
GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "oe", "Ø": "Oe"}
)
_SMALL = "a an and as at by for from in of on or the to with during before after"
SMALL = frozenset(_SMALL.split())
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Style:
    """The habits of a database. Chances are from 0 to 1."""

    letters: str = "accents"  # accents, plain (Muller) or german (Mueller)
    stop: bool = False  # titles end with a full stop
    capitals: float = 0  # chance of a Title With Capitals
    shout: float = 0  # chance of a TITLE IN CAPITALS
    curly: bool = False  # typographic apostrophes
    short_pages: bool = False  # 343-7, not 343-347
    short_journal: bool = False
    doi: float = 1.0
    issue: float = 1.0
    abstract: float = 1.0
    early: float = 0  # chance of the year of early publication, one less
    authors: int = 0  # at most so many, 0: all
    cut_title: int = 0  # titles longer than this end with an ellipsis


@dataclass(frozen=True)
class Copy:
    """One record of one database, before it is written in the dialect of an export."""

    publication: Publication
    title: str
    authors: tuple[Person, ...]
    group: str
    year: int
    journal: str
    journal_short: str
    volume: str
    issue: str
    first: str
    last: str
    doi: str
    abstract: str
    original_title: str
    accession: str

    @property
    def month(self) -> str:
        return MONTHS[self.publication.month - 1]

    @property
    def pages(self) -> str:
        return f"{self.first}-{self.last}" if self.last else self.first

    def names(self, pattern: str) -> list[str]:
        """Authors by a pattern with family, given, initials (JM), dotted (J.M.); a group author as it is."""
        named = [
            pattern.format(family=family, given=given, **initials(given)) for family, given in self.authors
        ]
        return named or ([self.group] if self.group else [])


def initials(given: str) -> dict[str, str]:
    letters = [part[0] for part in given.replace("-", " ").split()]
    return {"initials": "".join(letters), "dotted": "".join(f"{letter}." for letter in letters)}


def plain(text: str) -> str:
    """Text without accents and Greek letters."""
    text = unicodedata.normalize("NFKD", text.translate(LETTERS))
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def lettered(text: str, letters: str) -> str:
    if letters == "accents":
        return text
    return plain(text.translate(GERMAN) if letters == "german" else text)


def capitals(title: str) -> str:
    """A Title With Capitals."""
    words = title.split(" ")
    return " ".join(
        word if index and word.lower() in SMALL else word[:1].upper() + word[1:]
        for index, word in enumerate(words)
    )


def short_last(first: str, last: str) -> str:
    """The last page without what it has in common with the first: 343, 347 -> 7."""
    if not (last.isdigit() and len(first) == len(last)):
        return last
    same = 0
    while same < len(last) - 1 and first[same] == last[same]:
        same += 1
    return last[same:]


def shown_title(title: str, style: Style, rng: Random) -> str:
    title = lettered(title, style.letters)
    if style.curly:
        title = title.replace("'", "’")
    chance = rng.random()
    if chance < style.shout:
        title = title.upper()
    elif chance < style.shout + style.capitals:
        title = capitals(title)
    if style.cut_title and len(title) > style.cut_title:
        title = title[: style.cut_title].rsplit(" ", 1)[0] + " …"
    return title + "." if style.stop and not title.endswith(("?", ".")) else title


def copied(publication: Publication, source: str, style: Style, number: int, seed: str) -> Copy:
    """The record of a publication in one database. The same seed, publication and source give the same copy."""
    rng = Random(f"{seed}/{publication.key}/{source}/{number}")
    doi = publication.doi if rng.random() < style.doi else ""
    early = bool(doi) and publication.kind == "article" and rng.random() < style.early
    authors = tuple(
        (lettered(family, style.letters), lettered(given, style.letters))
        for family, given in publication.authors
    )
    journal = publication.journal
    return Copy(
        publication=publication,
        title=shown_title(publication.title, style, rng),
        authors=authors[: style.authors] if style.authors else authors,
        group=lettered(publication.group, style.letters),
        year=publication.year - early,
        journal=lettered(
            journal.abbreviation if style.short_journal and journal.abbreviation else journal.name,
            style.letters,
        ),
        journal_short=lettered(journal.abbreviation, style.letters),
        volume="" if early else publication.volume,
        issue=publication.issue if not early and rng.random() < style.issue else "",
        first="" if early else publication.first,
        last=""
        if early
        else (short_last(publication.first, publication.last) if style.short_pages else publication.last),
        doi=doi,
        abstract=lettered(publication.abstract, style.letters) if rng.random() < style.abstract else "",
        original_title=publication.original_title,
        accession=f"9{rng.randrange(10**8):08d}",
    )
