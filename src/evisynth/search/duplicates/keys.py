"""Normalised keys: what of a record is compared, written the same way whatever the database made of it."""

import html
import re
from functools import lru_cache
from typing import NamedTuple

from evisynth.search.duplicates.folding import bare_title, family_name, fold, name_words, squeeze
from evisynth.search.duplicates.wording import (
    NOTICE_BEGINNINGS,
    NOTICE_ENDINGS,
    NUMBER_WORDS,
    PART,
    PART_WORDS,
    REGISTER,
    ROMAN,
    SERIAL_BEGINNINGS,
    SERIAL_TITLES,
    TRIAL_NUMBER,
    UNIMPORTANT,
    WHOLE_TRIAL_NUMBER,
)
from evisynth.search.record import Record

PLAIN_PAGES = re.compile(r"([1-9]\d*)(?:-([1-9]\d*))?")
# Letters of an abstract that are read at all.
READ_OF_ABSTRACT = 600
# Letters; a longer title names what it is about, and is printed once.
LONGEST_SERIAL = 80
SUPPLEMENT = re.compile(r"suppl|\bs\s?\d", re.IGNORECASE)
ROMAN_PAGES = re.compile(r"\b[ivxlc]+\b")
DOI = re.compile(r"10\.\d{4,9}/\S+")


class Keys(NamedTuple):
    """One record's normalised keys. Empty (or None for the year) means: the record does not say."""

    title: str  # folded words joined by blanks, without trailing annotations
    squeezed: str  # the title's letters and digits alone
    titles: frozenset[str]  # squeezed titles in every language
    parts: frozenset[str]  # numbers that set apart texts of one title: part II, phase 3
    notice: str  # "erratum", "retraction", "reply", "comment" or ""
    serial: bool  # "Editorial", "Book review": a title that many texts share
    foreign: bool  # the title is marked as translated, or there are titles in more languages
    family: str  # first author's family name
    authors: frozenset[str]  # all words of all names, initials left out
    year: int | None
    journals: tuple[tuple[str, ...], ...]  # words of the journal's name and of its abbreviation
    volume: str
    issue: str
    supplement: bool | None  # whether volume or issue say so; None where there is no issue
    first_page: str
    last_page: str
    doi: str
    pmid: str
    accession: str
    registry_ids: tuple[str, ...]
    registration: bool  # a trial registration, not a report
    abstract: str  # as it is; `abstract_letters` gives what is compared


@lru_cache(maxsize=262144)
def page_range(pages: str) -> tuple[str, str]:
    """First and last page; the last one in full: "343-7" -> ("343", "347"). Empty where there is none."""
    if plain := PLAIN_PAGES.fullmatch(pages):
        found = [plain[1], plain[2] or plain[1]]
    else:
        found = re.findall(r"[a-z]{0,3}[.]?\d+[a-z]?\d*", fold_page(pages)) or ROMAN_PAGES.findall(
            pages.lower()
        )
    if not found:
        return "", ""
    first, last = found[0], found[1] if len(found) > 1 else found[0]
    if len(last) < len(first) and last.isdigit():
        last = first[: len(first) - len(last)] + last
    return first, last


def fold_page(pages: str) -> str:
    text = re.sub(r"\b(pp?|pages?|art(icle)?|no|id|unsp|n)\b[. ]*", " ", pages.lower())
    return re.sub(r"(?<![\d])0+(?=\d)", "", re.sub(r"([a-z])[- .]+(?=\d)", r"\1", text))


@lru_cache(maxsize=16384)
def folded_number(text: str) -> str:
    """Volume or issue: "Vol. 30A (Suppl 3)" -> "30a"; empty where it has no digit."""
    found = re.search(r"\d+[a-z]?", re.sub(r"\b0+(?=\d)", "", text.lower()))
    return found[0] if found else ""


@lru_cache(maxsize=65536)
def journal_names(name: str) -> tuple[tuple[str, ...], ...]:
    """The names in a journal's field, each as words without small ones.

    "Zhongguo zhen jiu [Chinese acupuncture]" and "Schweizerische Rundschau = Revue suisse" hold two names;
    a subtitle after a colon or semicolon and the conference that Embase appends are left out of the first one.
    """
    short = re.split(r"\s[:/]\s|[:;]\s|\. Conference", re.sub(r"\([^()]*\)", " ", name))[0]
    parts = [name, short, *re.split(r"[\[\]=]", short)] if re.search(r"[\[\]=(:;/]|\. C", name) else [name]
    words = (
        tuple(word for word in fold(part).split() if not UNIMPORTANT.fullmatch(word))
        for part in reversed(parts)
    )
    return tuple(dict.fromkeys(each for each in words if each))


def part_numbers(title: str) -> frozenset[str]:
    """The numbers by which parts of one work differ: "part II", "phase 3", a final "2"."""
    words = title.split()
    found = words[-1:] if words and (words[-1] in ROMAN or words[-1].isdigit()) else []
    if not PART_WORDS.isdisjoint(words):
        found += [match[1] for match in PART.finditer(title)]
    return frozenset(ROMAN.get(word, NUMBER_WORDS.get(word, word)) for word in found)


def notice_of(title: str) -> str:
    """Which notice about another text the title announces, if any."""
    if found := NOTICE_BEGINNINGS.match(title):
        return str(found.lastgroup)
    last_two = title.rsplit(" ", 2)[-2:]
    return NOTICE_ENDINGS.get(" ".join(last_two)) or NOTICE_ENDINGS.get(last_two[-1], "")


def is_serial(title: str) -> bool:
    """Whether the title is one that a journal prints again and again."""
    if len(title) >= LONGEST_SERIAL:
        return False
    return SERIAL_TITLES.fullmatch(title) is not None or SERIAL_BEGINNINGS.match(title) is not None


def is_registration(record: Record) -> bool:
    """Whether the record is a trial's registration (also a copy of it in CENTRAL), not a report of it."""
    if names_register(record.type) or names_register(record.journal):
        return True
    if record.journal_abbreviation and names_register(record.journal_abbreviation):
        return True
    if record.accession and TRIAL_NUMBER.match(record.accession):
        return True
    return names_register(record.database) and not (record.volume or record.pages or record.pmid)


@lru_cache(maxsize=65536)
def names_register(text: str) -> bool:
    return REGISTER.search(text) is not None


def registry_numbers(record: Record, *, registration: bool) -> tuple[str, ...]:
    """The trial's numbers, its own first; for a registration also those in its accession, journal and links.

    A EudraCT number is one trial in every country: EUCTR2011-001234-12-GB -> euctr201100123412.
    """
    if not record.registry_ids and not registration:
        return ()
    numbers = list(record.registry_ids)
    if registration:
        places = (record.accession, record.journal, record.journal_abbreviation, *record.links)
        numbers += [match[0] for place in places for match in WHOLE_TRIAL_NUMBER.finditer(place)]
    squeezed = (squeeze(number) for number in numbers)
    eudract = (re.sub(r"^(?:euctr)?(20\d{10})(?:[a-z]{2}|3rd)?$", r"euctr\1", number) for number in squeezed)
    return tuple(dict.fromkeys(number for number in eudract if number))


def doi_key(doi: str) -> str:
    """A DOI without resolver, case and trailing punctuation; empty when nothing follows the prefix's dot."""
    if not doi:
        return ""
    found = DOI.search((html.unescape(doi) if "&" in doi else doi).lower())
    return found[0].rstrip(".,;)") if found and not doi.rstrip().endswith(".") else ""


def pmid_key(pmid: str) -> str:
    return re.sub(r"\D", "", pmid).lstrip("0") if pmid else ""


def accession_key(record: Record) -> str:
    return f"{fold(record.database)} {fold(record.accession)}" if record.accession else ""


def title_keys(record: Record, bare: str) -> frozenset[str]:
    """The squeezed titles of a record, as they are and `bare`, in every language."""
    titles = {bare, squeeze(record.title)} if "[" in record.title or "(" in record.title else {bare}
    for other in record.other_titles:
        titles |= {squeeze(other), bare_title(other).replace(" ", "")}
    return frozenset(titles - {""})


def journals_of(record: Record) -> tuple[tuple[str, ...], ...]:
    """The words of each name of the record's journal."""
    names = journal_names(record.journal)
    if not record.journal_abbreviation:
        return names
    return tuple(dict.fromkeys(names + journal_names(record.journal_abbreviation)))


@lru_cache(maxsize=16384)
def abstract_letters(abstract: str) -> str:
    """The first 400 letters and digits of an abstract."""
    return squeeze(abstract[:READ_OF_ABSTRACT])[:400]


def abstract_start(abstract: str) -> str:
    """The first 60 letters and digits of an abstract; empty when it has fewer."""
    return letters if len(letters := squeeze(abstract[:150])[:60]) == 60 else ""


@lru_cache(maxsize=16384)
def title_marks(title: str) -> tuple[frozenset[str], str, bool]:
    """Of a folded title: the numbers of parts, the notice it announces, whether many texts share it."""
    return part_numbers(title), notice_of(title), is_serial(title)


@lru_cache(maxsize=16384)
def is_supplement(volume: str, issue: str) -> bool | None:
    """Whether "73 Suppl 105", "Suppl", "S2" is a supplement; None where there is no issue to tell by."""
    if SUPPLEMENT.search(issue) or SUPPLEMENT.search(volume):
        return True
    return False if issue else None


def issue_is_article(issue: str) -> bool:
    """Embase may give the article number in place of the issue: "e43268"."""
    return issue[:1] in {"e", "E"} and re.fullmatch(r"[eE]\d{3,}", issue.strip()) is not None


def pages_of(record: Record) -> tuple[str, str]:
    """First and last page, or the article number that stands in place of the issue."""
    return page_range(record.pages or (record.issue if issue_is_article(record.issue) else ""))


def record_keys(record: Record, title: str | None = None) -> Keys:
    """The normalised keys of a record; `title` is its bare title where that is known already."""
    if title is None:
        title = bare_title(record.title)
    squeezed = title.replace(" ", "")
    parts, notice, serial = title_marks(title)
    first_page, last_page = pages_of(record)
    registration = is_registration(record)
    return Keys(
        title=title,
        squeezed=squeezed,
        titles=title_keys(record, squeezed),
        parts=parts,
        notice=notice,
        serial=serial,
        foreign=bool(record.other_titles) or record.title.lstrip().startswith("["),
        family=family_name(record.authors[0]) if record.authors else "",
        authors=frozenset(name_words(*record.authors)),
        year=record.year or None,  # exports of Google Scholar write 0 where they know no year
        journals=journals_of(record),
        volume=folded_number(record.volume),
        issue="" if issue_is_article(record.issue) else folded_number(record.issue),
        supplement=is_supplement(record.volume, record.issue) if record.issue or record.volume else None,
        first_page=first_page,
        last_page=last_page,
        doi=doi_key(record.doi),
        pmid=pmid_key(record.pmid),
        accession=accession_key(record),
        registry_ids=registry_numbers(record, registration=registration),
        registration=registration,
        abstract=record.abstract,
    )
