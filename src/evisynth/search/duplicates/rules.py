"""Rules: why two records are one publication, once no veto keeps them apart.

Each returns a reason that can be read aloud, or "" when it does not apply.
"""

from collections.abc import Callable

from rapidfuzz.distance import OSA

from evisynth.search.duplicates.evidence import DIFFERENT, SAME, UNKNOWN, Evidence
from evisynth.search.duplicates.titles import CUT, MORE, NEAR, SAME_TITLE, SWAPPED
from evisynth.search.duplicates.vetoes import surplus

# Share of the shorter author list's words that the longer one has too.
HALF, MOST = 0.5, 0.7

# ---- a number ----


def same_registration(e: Evidence) -> str:
    if not e.a.registration or not set(e.a.registry_ids) & set(e.b.registry_ids):
        return ""
    return "same trial registration number"


def same_pmid(e: Evidence) -> str:
    if e.pmid != SAME:
        return ""
    close = e.title >= SWAPPED or e.similarity >= 0.5 or e.page == SAME
    return "same PMID" if close or not (e.a.title and e.b.title) else ""


def same_doi(e: Evidence) -> str:
    """Meeting supplements give one DOI to all their abstracts, so the DOI alone does not decide."""
    if e.doi != SAME:
        return ""
    alike = e.title >= MORE or (e.similarity >= 0.8 and e.page != DIFFERENT)
    if alike or not (e.a.title and e.b.title):
        return "same DOI and similar title"
    return "same DOI, authors and pages" if e.same_span and e.author_overlap >= HALF else ""


def same_accession(e: Evidence) -> str:
    same = e.a.accession and e.a.accession == e.b.accession
    return "same number in one database and similar title" if same and e.title >= MORE else ""


# ---- the place ----


def same_title_and_place(e: Evidence) -> str:
    if e.title >= MORE and e.same_place and (e.authors != DIFFERENT or e.title == SAME_TITLE):
        return "similar title, same journal or volume and first page"
    return ""


def similar_title_volume_and_page(e: Evidence) -> str:
    """Journals that two databases name differently: "Aizheng", "Chinese Journal of Cancer"."""
    if not (e.volume == e.page == SAME and e.title >= MORE):
        return ""
    years = e.years == 0 or (e.years == 1 and e.title >= NEAR)
    authors = e.authors != DIFFERENT and e.author_overlap >= HALF
    return "similar title, same volume and first page" if years and authors else ""


def misread_title(e: Evidence) -> str:
    """Up to three letters of the title misread, or a word where first and last page agree."""
    authors = e.authors == SAME and e.author_overlap >= MOST
    if not (e.title == SWAPPED and authors and e.years in (0, 1)):
        return ""
    span = e.same_span and e.journal != DIFFERENT
    return "title misread, same authors and pages" if span or (e.same_place and letters_misread(e)) else ""


def letters_misread(e: Evidence) -> bool:
    """Whether the titles differ in up to three letters of long words; "men" and "women" are other words."""
    if any(len(word) < 5 or not word.isalpha() for word in surplus(e)):
        return False
    return OSA.distance(e.a.squeezed, e.b.squeezed, score_cutoff=3) <= 3


def translated_title(e: Evidence) -> str:
    """The title in another language, recognised by authors, first and last page."""
    authors = e.authors == SAME and e.author_overlap >= HALF
    if not (e.same_span and authors and (e.a.foreign or e.b.foreign)):
        return ""
    place = e.years in (0, 1, None) and e.journal != DIFFERENT
    return "title translated, same authors, volume and pages" if place else ""


# ---- the title ----


def same_title_author_and_year(e: Evidence) -> str:
    spelling = e.title == SAME_TITLE or (e.title == NEAR and e.author_overlap >= MOST)
    same = spelling and e.authors == SAME and e.author_overlap >= HALF and e.years in (0, None)
    if not same or elsewhere(e) or (e.short and not confirmed(e)):
        return ""
    return f"{'same' if e.title == SAME_TITLE else 'similar'} title, same first author and year"


def elsewhere(e: Evidence) -> bool:
    """Whether a text with this title, author and year may be another one by its place.

    Where the journals differ (or one is not named) and nothing of the place agrees, one of the two may be a
    preprint, a thesis or a talk; not where the export cut the journal's name ("Journal of Clinical ...").
    Two records without any place can only be told by the title.
    """
    if SAME not in (e.journal, e.volume, e.page):
        unknown = e.journal == UNKNOWN and many_authors(e)
        return e.placed and not unknown and not e.journal_cut
    if e.page == DIFFERENT:
        return e.issue == DIFFERENT or not (e.journal == e.volume == SAME or e.page_slip)
    return e.volume == DIFFERENT and e.page != SAME


def confirmed(e: Evidence) -> bool:
    """Whether the place, many authors or the abstract speak for a title that columns and chapters share.

    Where neither record says a place, the title is all there is.
    """
    if not e.placed:
        return True
    if DIFFERENT in (e.volume, e.issue, e.page):
        return False
    return many_authors(e) or SAME in (e.volume, e.page) or e.one_abstract


def many_authors(e: Evidence) -> bool:
    """Whether both records have three and more names, all the same: hardly one author's, with initials."""
    return e.author_overlap == 1 and min(len(e.a.authors), len(e.b.authors)) >= 3


def same_title_and_author_a_year_apart(e: Evidence) -> str:
    """Published online in one year, without a volume, and printed in the next. Pages, where known, must agree."""
    authors = e.authors == SAME and e.author_overlap >= MOST
    if not (e.title >= NEAR and authors and e.years == 1 and (e.journal == SAME or e.journal_cut)):
        return ""
    if DIFFERENT in (e.volume, e.issue) or (e.short and not (e.placed and confirmed(e))):
        return ""
    page = e.page == SAME or not (e.a.first_page and e.b.first_page) or (e.volume == SAME and e.page_slip)
    return "same title, authors and journal, a year apart" if page or online_year_in_doi(e) else ""


def online_year_in_doi(e: Evidence) -> bool:
    """Whether the DOI of the printed text names the year of the other, in which it was put online."""
    early, late = sorted((e.a, e.b), key=lambda own: own.year or 0)
    return not early.volume and f".{early.year}." in late.doi


def near_title_authors_and_year(e: Evidence) -> str:
    """A title without its subtitle, or cut by the export."""
    authors = e.authors == SAME and e.author_overlap >= MOST
    if not (e.title >= CUT and authors and e.years == 0 and (e.journal == SAME or e.journal_cut)):
        return ""
    apart = e.place_differs or e.issue == DIFFERENT or e.short
    return "" if apart else "similar title, same authors, journal and year"


def same_title_and_abstract(e: Evidence) -> str:
    """Authors unknown or cut, place unknown: the abstract speaks for the text."""
    if e.title < CUT or e.authors == DIFFERENT or e.years not in (0, 1, None) or e.place_differs:
        return ""
    return "same title and abstract" if e.one_abstract else ""


def same_title_without_authors(e: Evidence) -> str:
    long = e.title == SAME_TITLE and len(e.a.squeezed) >= 40
    if not long or e.authors == SAME or e.years != 0 or e.place_differs:
        return ""
    return "same long title and year" if e.authors == UNKNOWN or e.volume == SAME else ""


RULES: tuple[Callable[[Evidence], str], ...] = (
    same_registration,
    same_pmid,
    same_doi,
    same_accession,
    same_title_and_place,
    similar_title_volume_and_page,
    same_title_author_and_year,
    same_title_and_author_a_year_apart,
    near_title_authors_and_year,
    same_title_and_abstract,
    same_title_without_authors,
    misread_title,
    translated_title,
)
