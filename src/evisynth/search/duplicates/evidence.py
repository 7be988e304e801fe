"""What two records have in common, field by field."""

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from evisynth.search.duplicates.keys import Keys, abstract_letters
from evisynth.search.duplicates.titles import SAME_TITLE, Title, title_relation
from evisynth.search.duplicates.wording import NO_JOURNAL, NOBODY

__all__ = ["DIFFERENT", "SAME", "UNKNOWN", "Agreement", "Evidence", "Title", "compared"]


class Agreement(IntEnum):
    """Whether two fields agree; UNKNOWN when a record does not have the field."""

    DIFFERENT = -1
    UNKNOWN = 0
    SAME = 1


DIFFERENT, UNKNOWN, SAME = Agreement
LETTERS = "abcdefghijklmnopqrstuvwxyz."


class Evidence(NamedTuple):
    """What two records have in common."""

    a: Keys
    b: Keys
    title: Title
    similarity: float  # of the titles, 0 to 1
    authors: Agreement  # the first author of one is an author of the other
    author_overlap: float  # share of the shorter author list's words found in the longer, 0 to 1
    years: int | None  # years apart; None when one is unknown
    journal: Agreement
    volume: Agreement
    issue: Agreement
    page: Agreement
    doi: Agreement
    pmid: Agreement
    one_number: bool  # the same DOI or PMID

    @property
    def abstract(self) -> float | None:
        """Similarity of the abstracts, 0 to 1; None when one has none."""
        return abstract_similarity(self.a.abstract, self.b.abstract)

    @property
    def one_abstract(self) -> bool:
        """Whether both records have the same abstract."""
        alike = self.abstract
        return alike is not None and alike >= 0.95

    @property
    def score(self) -> float:
        """How alike the records are, 0 to 1: titles count half, then authors, year and place."""
        place = (self.journal + self.volume + self.page + 3) / 6
        year = 0.5 if self.years is None else max(0.0, 1 - self.years / 2)
        alike = 0.5 * self.similarity + 0.2 * self.author_overlap + 0.1 * year + 0.2 * place
        return round(max(alike, 0.99 * self.one_number * self.similarity), 4)

    @property
    def same_place(self) -> bool:
        """Same first page of the same volume or journal, nothing of it different."""
        if self.page != SAME or DIFFERENT in (self.journal, self.volume):
            return False
        return SAME in (self.journal, self.volume)

    @property
    def same_span(self) -> bool:
        """Same place, first and last page, more than one page: two abstracts on one page do not count."""
        more = self.a.first_page != self.a.last_page and self.a.last_page == self.b.last_page
        return more and self.page == SAME and self.volume != DIFFERENT and SAME in (self.journal, self.volume)

    @property
    def place_differs(self) -> bool:
        """Whether journal, volume or first page differ."""
        return DIFFERENT in (self.journal, self.volume, self.page)

    @property
    def places_differ(self) -> bool:
        """Printed elsewhere: two of journal, volume and first page differ."""
        return (self.journal, self.volume, self.page).count(DIFFERENT) >= 2

    @property
    def placed(self) -> bool:
        """Whether one of the records says where it is printed."""
        return has_place(self.a) or has_place(self.b)

    @property
    def both_placed(self) -> bool:
        """Whether both records say where they are printed."""
        return has_place(self.a) and has_place(self.b)

    @property
    def journal_cut(self) -> bool:
        """Whether one journal's name may be the other's, cut by the export."""
        return self.journal == UNKNOWN and bool(self.a.journals and self.b.journals)

    @property
    def page_slip(self) -> bool:
        """Whether the first pages may be one, mistyped: the last pages agree."""
        return self.a.last_page == self.b.last_page

    @property
    def other_last_page(self) -> bool:
        """Whether both records say a last page after the first, and not the same one."""
        a, b = self.a, self.b
        return a.last_page not in (b.last_page, a.first_page) and b.last_page != b.first_page

    @property
    def short(self) -> bool:
        """Whether a title is so short (four words, or 24 letters) that columns and chapters may share it."""
        a, b = self.a, self.b
        return min(a.title.count(" "), b.title.count(" ")) < 4 or min(len(a.squeezed), len(b.squeezed)) < 25


def compared(a: Keys, b: Keys, similarity: float | None = None) -> Evidence:
    """The evidence on two records; `similarity` of the titles where it is known already."""
    if similarity is None:
        similarity = fuzz.ratio(a.title, b.title) / 100
    title = title_relation(a, b, similarity)
    authors, overlap = author_agreement(a, b)
    doi, pmid = agreement(a.doi, b.doi), agreement(a.pmid, b.pmid)
    return Evidence(
        a=a,
        b=b,
        title=title,
        similarity=1.0 if title == SAME_TITLE else similarity,
        authors=authors,
        author_overlap=overlap,
        years=None if a.year is None or b.year is None else abs(a.year - b.year),
        journal=journal_agreement(a.journals, b.journals),
        volume=volume_agreement(a, b),
        issue=issue_agreement(a.issue, b.issue),
        page=page_agreement(a, b),
        doi=doi,
        pmid=pmid,
        one_number=SAME in (doi, pmid),
    )


def has_place(own: Keys) -> bool:
    """Whether a record says volume or page; pages counted from 1 are no place."""
    return bool(own.volume) or own.first_page not in {"", "1"}


def agreement(a: str, b: str) -> Agreement:
    if not a or not b:
        return UNKNOWN
    return SAME if a == b else DIFFERENT


def volume_agreement(a: Keys, b: Keys) -> Agreement:
    """Agreement of the volumes; a year in place of one volume says nothing about it."""
    if not a.volume or not b.volume:
        return UNKNOWN
    if a.volume == b.volume:
        return SAME
    return UNKNOWN if a.volume == str(a.year) or b.volume == str(b.year) else DIFFERENT


def issue_agreement(a: str, b: str) -> Agreement:
    """Agreement of the issues. Weeklies have 53 a volume: larger numbers count otherwise, or are an article's."""
    if not a or not b:
        return UNKNOWN
    if a == b:
        return SAME
    return UNKNOWN if no_issue(a) or no_issue(b) else DIFFERENT


def no_issue(number: str) -> bool:
    digits = number.rstrip(LETTERS)
    return len(digits) > 2 or (len(digits) == 2 and digits > "53")


def page_agreement(a: Keys, b: Keys) -> Agreement:
    """Agreement of the first pages; the letter of "S27" or "e343" is left out by some databases.

    Pages counted from 1 say nothing about the place of a text without volume (it is put online before it is
    printed) or beside an article number.
    """
    first, other = a.first_page, b.first_page
    if not first or not other:
        return UNKNOWN
    if first == other:
        return SAME
    if first.isdigit() and other.isdigit():
        online = (first == "1" and not a.volume) or (other == "1" and not b.volume)
        return UNKNOWN if online else DIFFERENT
    if "1" in (first, other) and "s" not in (first[0], other[0]):
        return UNKNOWN
    one_letter = first[0].isalpha() != other[0].isalpha()
    return SAME if one_letter and first.lstrip(LETTERS) == other.lstrip(LETTERS) else DIFFERENT


def author_agreement(a: Keys, b: Keys) -> tuple[Agreement, float]:
    """Whether the first author of one is an author of the other, and the share of name words in common.

    Words of up to three letters that only one record has may be initials ("Lam, JCY") and do not count.
    """
    if not a.authors or not b.authors or a.family in NOBODY or b.family in NOBODY:
        return UNKNOWN, 0.5
    both = a.authors & b.authors
    common, shorter = len(both), min(len(a.authors), len(b.authors))
    if common < shorter:
        shorter = max(1, min(names(a.authors, both), names(b.authors, both)))
    overlap = common / shorter
    if a.family in b.authors or b.family in a.authors:
        return SAME, overlap
    if a.family[:1] == b.family[:1] and fuzz.ratio(a.family, b.family) >= 80:
        return SAME, max(overlap, 0.5)
    return (SAME if common >= 3 and overlap >= 0.6 else DIFFERENT), overlap


def names(words: frozenset[str], common: frozenset[str]) -> int:
    """How many of an author list's words are common ones or no initials."""
    return sum([len(word) > 3 or word in common for word in words])


def journal_agreement(a: tuple[tuple[str, ...], ...], b: tuple[tuple[str, ...], ...]) -> Agreement:
    """Agreement of the journals; UNKNOWN too where one name may be the other, cut by the export."""
    if not a or not b:
        return UNKNOWN
    if a == b or any(one_journal(x, y) for x in a for y in b):
        return SAME
    return UNKNOWN if any(begins(x, y) or begins(y, x) for x in a for y in b) else DIFFERENT


@lru_cache(maxsize=262144)
def one_journal(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether two names mean one journal: equal, abbreviated, by initials, or with a longer ending."""
    if a == b:
        return True
    short, long = sorted((a, b), key=lambda words: (len(words), sum(map(len, words))))
    initials = "".join(word[0] for word in long)
    acronym = short[0] if len(short) == 1 else ""
    if (len(acronym) == 3 and initials == acronym) or (len(acronym) >= 4 and initials.startswith(acronym)):
        return True
    if len(short) >= 2 and all(map(abbreviates, short, long)):
        return len(short) == len(long) or len(short) >= 3
    return fuzz.ratio("".join(a), "".join(b)) >= 90


@lru_cache(maxsize=262144)
def begins(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether the name `a` is the beginning of `b`; one word only where no journal is named so."""
    return len(a) < len(b) and all(map(abbreviates, a, b)) and (len(a) > 1 or a[0] in NO_JOURNAL)


def abbreviates(a: str, b: str) -> bool:
    """Whether one word abbreviates the other: a beginning ("clin") or a contraction ("natl", "dtsch")."""
    short, long = sorted((a, b), key=len)
    if long.startswith(short):
        return True
    letters = iter(long)
    return short[0] == long[0] and len(short) >= 3 and all(letter in letters for letter in short)


def abstract_similarity(a: str, b: str) -> float | None:
    a, b = abstract_letters(a), abstract_letters(b)
    if len(a) < 60 or len(b) < 60:
        return None
    length = min(len(a), len(b))
    return fuzz.ratio(a[:length], b[:length]) / 100
