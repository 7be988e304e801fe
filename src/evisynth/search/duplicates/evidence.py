"""What two records have in common, field by field."""

from collections import Counter
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from evisynth.search.duplicates.keys import Keys, abstract_letters
from evisynth.search.duplicates.wording import NEGATIONS, OPPOSITES, SMALL_WORDS


class Title(IntEnum):
    """How two titles relate, from nothing in common to the same."""

    OTHER = 0  # other words
    SWAPPED = 1  # alike, but each has a word or number that the other has not
    MORE = 2  # one has words more in its middle
    CUT = 3  # one lacks the other's end or beginning: a missing subtitle, a title cut by the export
    NEAR = 4  # spelling, a missing small word
    SAME = 5


class Agreement(IntEnum):
    """Whether two fields agree; UNKNOWN when a record does not have the field."""

    DIFFERENT = -1
    UNKNOWN = 0
    SAME = 1


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

    @property
    def abstract(self) -> float | None:
        """Similarity of the abstracts, 0 to 1; None when one has none."""
        return abstract_similarity(self.a.abstract, self.b.abstract)

    @property
    def score(self) -> float:
        """How alike the records are, 0 to 1: titles count half, then authors, year and place."""
        place = (self.journal + self.volume + self.page + 3) / 6
        year = 0.5 if self.years is None else max(0.0, 1 - self.years / 2)
        alike = 0.5 * self.similarity + 0.2 * self.author_overlap + 0.1 * year + 0.2 * place
        return round(max(alike, 0.99 * (Agreement.SAME in (self.doi, self.pmid)) * self.similarity), 4)

    @property
    def same_place(self) -> bool:
        """Same first page of the same volume or journal, nothing of it different."""
        place = (self.journal, self.volume)
        return self.page == Agreement.SAME and Agreement.SAME in place and Agreement.DIFFERENT not in place

    @property
    def same_span(self) -> bool:
        """Same volume, first and last page, more than one page: two abstracts on one page do not count."""
        pages = (self.a.first_page, self.a.last_page) == (self.b.first_page, self.b.last_page)
        return self.volume == Agreement.SAME and pages and self.a.first_page != self.a.last_page

    @property
    def other_place(self) -> bool:
        """Printed elsewhere: two of journal, volume and first page differ."""
        return [self.journal, self.volume, self.page].count(Agreement.DIFFERENT) >= 2


def compared(a: Keys, b: Keys, similarity: float | None = None) -> Evidence:
    """The evidence on two records; `similarity` of the titles where it is known already."""
    if similarity is None:
        similarity = fuzz.ratio(a.title, b.title) / 100
    title = title_relation(a, b, similarity)
    authors, overlap = author_agreement(a, b)
    return Evidence(
        a=a,
        b=b,
        title=title,
        similarity=1.0 if title == Title.SAME else similarity,
        authors=authors,
        author_overlap=overlap,
        years=None if a.year is None or b.year is None else abs(a.year - b.year),
        journal=journal_agreement(a.journals, b.journals),
        volume=agreement(a.volume, b.volume),
        issue=agreement(a.issue, b.issue),
        page=page_agreement(a, b),
        doi=agreement(a.doi, b.doi),
        pmid=agreement(a.pmid, b.pmid),
    )


def agreement(a: str, b: str) -> Agreement:
    if not a or not b:
        return Agreement.UNKNOWN
    return Agreement.SAME if a == b else Agreement.DIFFERENT


def page_agreement(a: Keys, b: Keys) -> Agreement:
    """Agreement of the first pages; the letter of "S27" or "e343" is left out by some databases."""
    digits_a, digits_b = (
        a.first_page.lstrip("abcdefghijklmnopqrstuvwxyz."),
        b.first_page.lstrip("abcdefghijklmnopqrstuvwxyz."),
    )
    if (
        a.first_page
        and digits_a == digits_b
        and (not a.first_page[0].isalpha() or not b.first_page[0].isalpha())
    ):
        return Agreement.SAME
    return agreement(a.first_page, b.first_page)


def title_relation(a: Keys, b: Keys, similarity: float) -> Title:
    if a.titles & b.titles:
        return Title.SAME
    if not a.title or not b.title:
        return Title.OTHER
    shorter, longer = sorted((a.squeezed, b.squeezed), key=len)
    if len(shorter) >= 20 and longer.startswith(shorter):
        return Title.CUT
    if similarity < 0.5:
        return Title.OTHER
    only_a, only_b = own_words(a.title, b.title)
    if (only_a and only_b) or not NEGATIONS.isdisjoint(only_a + only_b):
        return Title.SWAPPED if similarity >= 0.8 else Title.OTHER
    if not only_a and not only_b:
        return Title.NEAR
    if len(shorter) < 20 and len(shorter) < 0.4 * len(longer):
        return Title.OTHER
    words, extra = (a.title.split(), only_a) if only_a else (b.title.split(), only_b)
    return Title.CUT if at_the_end(words, extra) or at_the_end(words[::-1], extra) else Title.MORE


def at_the_end(words: list[str], extra: list[str]) -> bool:
    """Whether all extra words, with small words between them, stand at the end of the title."""
    last = next(
        (n for n, word in enumerate(reversed(words)) if word not in {*extra, *SMALL_WORDS}), len(words)
    )
    return Counter(word for word in words[len(words) - last :] if word in extra) >= Counter(extra)


def own_words(a: str, b: str) -> tuple[list[str], list[str]]:
    """The words that each title has alone, once spellings ("randomised") and split words are paired off."""
    count_a, count_b = Counter(a.split()), Counter(b.split())
    only_a = [word for word in (count_a - count_b).elements() if word not in SMALL_WORDS]
    only_b = [word for word in (count_b - count_a).elements() if word not in SMALL_WORDS]
    joined_a, joined_b = "".join(only_a), "".join(only_b)
    if joined_a == joined_b:
        return [], []
    for word in list(only_a):
        twin = next((other for other in only_b if one_spelling(word, other)), None)
        if twin is not None:
            only_a.remove(word)
            only_b.remove(twin)
    return only_a, only_b


def one_spelling(a: str, b: str) -> bool:
    """Whether two words are one, misspelt or spelt otherwise. Numbers and short words must be equal."""
    if a[:1] != b[:1] or min(len(a), len(b)) < 3 or fuzz.ratio(a, b) < 80:
        return False
    opposite = any(
        a.startswith(x) != b.startswith(x) and a.startswith(y) != b.startswith(y) for x, y in OPPOSITES
    )
    return not opposite and not any(letter.isdigit() for letter in a + b)


def author_agreement(a: Keys, b: Keys) -> tuple[Agreement, float]:
    """Whether the first author of one is an author of the other, and the share of name words in common."""
    if not a.authors or not b.authors:
        return Agreement.UNKNOWN, 0.5
    common, shorter = len(a.authors & b.authors), min(len(a.authors), len(b.authors))
    overlap = common / shorter
    if a.family in b.authors or b.family in a.authors:
        return Agreement.SAME, overlap
    if a.family[:1] == b.family[:1] and fuzz.ratio(a.family, b.family) >= 80:
        return Agreement.SAME, max(overlap, 0.5)
    return (Agreement.SAME if common >= 3 and overlap >= 0.6 else Agreement.DIFFERENT), overlap


def journal_agreement(a: tuple[tuple[str, ...], ...], b: tuple[tuple[str, ...], ...]) -> Agreement:
    if not a or not b:
        return Agreement.UNKNOWN
    return Agreement.SAME if any(one_journal(x, y) for x in a for y in b) else Agreement.DIFFERENT


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
    if len(short) >= 2 and all(abbreviates(x, y) for x, y in zip(short, long, strict=False)):
        return len(short) == len(long) or len(short) >= 3
    return fuzz.ratio("".join(a), "".join(b)) >= 90


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
