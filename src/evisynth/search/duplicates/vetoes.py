"""Vetoes: why two records that look alike are two publications.

Each returns a reason that can be read aloud, or "" when it does not apply. Nothing here needs more than the two
records. What holds for print gives way to the same DOI or PMID.
"""

from collections.abc import Callable
from functools import lru_cache

from evisynth.search.duplicates.evidence import DIFFERENT, SAME, Evidence
from evisynth.search.duplicates.titles import CUT, MORE, NEAR, SAME_TITLE
from evisynth.search.duplicates.wording import (
    ANSWER_WORDS,
    KINDS_OF_TEXT,
    NOTICE_WORDS,
    PART_OF_WORK,
    REPORT_WORDS,
    SMALL_WORDS,
)


def another_registration(e: Evidence) -> str:
    if not (e.a.registration and e.b.registration):
        return ""
    ids_a, ids_b = e.a.registry_ids, e.b.registry_ids
    if ids_a and ids_b and not set(ids_a) & set(ids_b):
        return "registrations of two trials"
    if ids_a and ids_b and ids_a[0] != ids_b[0] and ids_a[0][:3] == ids_b[0][:3]:
        return "two numbers of one registry"
    return ""


def registration_and_report(e: Evidence) -> str:
    return "a trial's registration and a report" if e.a.registration != e.b.registration else ""


def notice_and_text(e: Evidence) -> str:
    """An erratum, a retraction, a reply or a comment, and the text that it is about.

    "RETRACTED: ..." before its title marks the text itself, unless it stands elsewhere.
    """
    if e.a.notice == e.b.notice or e.title == SAME_TITLE or (e.same_place and e.title >= MORE):
        return ""
    notice = min(filter(None, (e.a.notice, e.b.notice)))
    marked = notice == "retraction" and "retracted" in (e.a.title[:9], e.b.title[:9])
    if marked and not (e.years or e.place_differs or e.doi == DIFFERENT):
        return ""
    return f"{'an' if notice == 'erratum' else 'a'} {notice} and another text"


def different_parts(e: Evidence) -> str:
    """Part I and part II; a lost subtitle may hold a number ("a phase III trial") that is no part of the work."""
    if e.a.parts == e.b.parts or e.title == SAME_TITLE:
        return ""
    nested = e.a.parts <= e.b.parts or e.b.parts <= e.a.parts
    if not nested:
        return "different parts of one work"
    subtitle = e.title == CUT and len(surplus(e)) > 2 and PART_OF_WORK.isdisjoint(surplus(e))
    return "" if e.same_place or subtitle else "different parts of one work"


def surplus(e: Evidence) -> set[str]:
    """The words that only one of the titles has."""
    return set(e.a.title.split()) ^ set(e.b.title.split())


def different_pmid(e: Evidence) -> str:
    return "different PMIDs" if e.pmid == DIFFERENT else ""


def different_doi(e: Evidence) -> str:
    """Different DOIs; they may be a slip of the database where the titles, the place and the year are one."""
    if e.doi != DIFFERENT or e.pmid == SAME:
        return ""
    if e.title < NEAR or e.years not in (0, 1, None):
        return "different DOIs"
    slip = e.same_place or (e.page == e.journal == SAME and e.one_abstract)
    return "" if slip else "different DOIs"


def different_years(e: Evidence) -> str:
    """Two years apart and more; a slip where title, journal, volume and page are one."""
    if e.years is None or e.years <= 1 or e.one_number:
        return ""
    slip = e.title >= NEAR and e.journal == e.volume == e.page == SAME
    return "" if slip else f"published {e.years} years apart"


def cochrane_version(e: Evidence) -> str:
    """A Cochrane review keeps title, authors and number (in place of the page) when it is updated.

    Databases list one version again with the next issues, so those at most a year apart may be one.
    """
    if e.a.first_page != e.b.first_page or not e.a.first_page.startswith("cd") or e.one_number:
        return ""
    later = e.years not in (0, 1) and (e.years or DIFFERENT in (e.issue, e.doi))
    return "two versions of one Cochrane review" if later else ""


def serial_elsewhere(e: Evidence) -> str:
    """Editorials, book reviews and the like: one title, one author, issue after issue.

    Where a record says no place at all, nobody can tell whether it is the same.
    """
    if not (e.a.serial or e.b.serial) or e.one_number:
        return ""
    apart = DIFFERENT in (e.journal, e.volume, e.issue, e.page, e.doi) or e.other_last_page or e.years
    if apart or e.title < MORE or not e.both_placed:
        return "a title that many texts share, not known to be at one place"
    return ""


def another_issue(e: Evidence) -> str:
    """Nothing but the issue tells apart the columns of one author in one volume."""
    if e.issue != DIFFERENT or e.journal != SAME or e.volume != SAME or e.one_number:
        return ""
    return "" if e.a.first_page or e.b.first_page else "another issue of one volume"


def another_page(e: Evidence) -> str:
    """An abstract in a volume's supplement and the article in that volume; or two abstracts of a volume."""
    if e.page != DIFFERENT or e.volume != SAME or e.one_number:
        return ""
    by_issue = {e.a.supplement, e.b.supplement} == {True, False}
    supplement = by_issue or e.a.first_page[0].isalpha() != e.b.first_page[0].isalpha()
    if supplement or ((alike := e.abstract) is not None and alike < 0.6):
        return "another page of one volume"
    return ""


def another_report(e: Evidence) -> str:
    """A protocol, a follow-up or a correction has the main report's title and some words more."""
    if e.title not in (MORE, CUT) or e.one_number or e.same_place:
        return ""
    more = surplus(e) - SMALL_WORDS
    if not NOTICE_WORDS.isdisjoint(more) or (more and more <= ANSWER_WORDS):
        return "a notice or a reply and another text"
    return "" if REPORT_WORDS.isdisjoint(more) else "another report of one study"


def another_kind_of_text(e: Evidence) -> str:
    """A preprint, a thesis or a conference paper, and the article that came of it: told by the journals' names."""
    if e.journal != DIFFERENT or e.one_number or SAME in (e.page, e.volume):
        return ""
    kinds_a, kinds_b = kinds_of_text(e.a.journals), kinds_of_text(e.b.journals)
    if kinds_a == kinds_b:
        return ""
    kind = next(kind for kind in KINDS_OF_TEXT if (kind in kinds_a) != (kind in kinds_b))
    return f"a {kind} and another text"


@lru_cache(maxsize=65536)
def kinds_of_text(journals: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    """The kinds of text that the names of a journal tell: "conference paper", "preprint" ..."""
    names = [" ".join(name) for name in journals]
    return frozenset(kind for kind, pattern in KINDS_OF_TEXT.items() if any(map(pattern.search, names)))


def printed_twice(e: Evidence) -> str:
    """One abstract in two meeting supplements, a paper and its reprint."""
    return "printed at two places" if e.places_differ and not e.one_number else ""


VETOES: tuple[Callable[[Evidence], str], ...] = (
    another_registration,
    registration_and_report,
    notice_and_text,
    different_parts,
    different_pmid,
    cochrane_version,
    different_doi,
    different_years,
    serial_elsewhere,
    another_issue,
    another_page,
    another_report,
    another_kind_of_text,
    printed_twice,
)
