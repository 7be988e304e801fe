"""Whether two records are one publication: named vetoes first, then named rules.

A veto says why two records differ however alike they look; a rule says why they are the same. Both return a
reason that can be read aloud, or "" when they do not apply.
"""

from collections.abc import Callable
from dataclasses import dataclass

from evisynth.search.duplicates.evidence import Agreement, Evidence, Title
from evisynth.search.duplicates.wording import MEETING, REPORT_WORDS


@dataclass(frozen=True, slots=True)
class Verdict:
    """Merge, or do not; the reason that decided ("" where no rule applied) and the score."""

    merge: bool
    reason: str
    score: float
    vetoed: bool = False


# ---- vetoes: why two records that look alike are two publications ----


def another_registration(e: Evidence) -> str:
    if not e.a.registration:
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
    notice = e.a.notice or e.b.notice
    if e.a.notice == e.b.notice or (e.same_place and e.title >= Title.MORE):
        return ""
    return f"{'an' if notice == 'erratum' else 'a'} {notice} and another text"


def different_parts(e: Evidence) -> str:
    if e.title == Title.SAME or e.a.parts == e.b.parts:
        return ""
    nested = e.a.parts <= e.b.parts or e.b.parts <= e.a.parts
    return "" if nested and (e.same_place or e.title == Title.CUT) else "different parts of one work"


def different_pmid(e: Evidence) -> str:
    return "different PMIDs" if e.pmid == Agreement.DIFFERENT else ""


def different_doi(e: Evidence) -> str:
    """Different DOIs; they may be a slip of the database where the titles, the place and the year are one."""
    if e.doi != Agreement.DIFFERENT or e.pmid == Agreement.SAME:
        return ""
    one_abstract = e.abstract is not None and e.abstract >= 0.95 and e.page == e.journal == Agreement.SAME
    slip = e.title >= Title.NEAR and (e.same_place or one_abstract) and e.years in (0, 1, None)
    return "" if slip else "different DOIs"


def different_years(e: Evidence) -> str:
    if e.years is None or e.years <= 1 or Agreement.SAME in (e.doi, e.pmid):
        return ""
    return f"published {e.years} years apart"


def serial_elsewhere(e: Evidence) -> str:
    """Editorials, book reviews and the like: one title, one author, issue after issue."""
    if not (e.a.serial or e.b.serial) or Agreement.SAME in (e.doi, e.pmid):
        return ""
    place = (e.journal, e.volume, e.issue, e.page)
    known = place.count(Agreement.SAME) >= 3 or (e.volume == e.page == Agreement.SAME)
    if (
        known
        and Agreement.DIFFERENT not in (*place, e.doi)
        and e.years in (0, None)
        and e.title >= Title.MORE
    ):
        return ""
    return "a title that many texts share, without the same place"


def another_issue(e: Evidence) -> str:
    """Nothing but the issue tells apart the columns of one author in one volume."""
    paged = e.a.first_page or e.b.first_page or Agreement.SAME in (e.doi, e.pmid)
    if paged or e.journal != Agreement.SAME or e.volume != Agreement.SAME or e.issue != Agreement.DIFFERENT:
        return ""
    article_number = max(len(e.a.issue), len(e.b.issue)) > 2  # no volume has a hundred issues
    return "" if article_number else "another issue of one volume"


def another_page(e: Evidence) -> str:
    """An abstract in a volume's supplement and the article in that volume; or two abstracts of a volume."""
    if e.page != Agreement.DIFFERENT or Agreement.SAME in (e.doi, e.pmid):
        return ""
    supplement = e.a.first_page[0].isalpha() != e.b.first_page[0].isalpha()
    other_text = e.abstract is not None and e.abstract < 0.6
    return "another page of one volume" if e.volume == Agreement.SAME and (supplement or other_text) else ""


def another_report(e: Evidence) -> str:
    """A protocol, a follow-up or a secondary analysis has the main report's title and some words more."""
    if e.title not in (Title.MORE, Title.CUT) or e.same_place or Agreement.SAME in (e.doi, e.pmid):
        return ""
    more = set(e.a.title.split()) ^ set(e.b.title.split())
    return "another report of one study" if more & REPORT_WORDS else ""


def meeting_and_journal(e: Evidence) -> str:
    """A conference paper and its journal article are two reports."""
    if e.journal != Agreement.DIFFERENT or Agreement.SAME in (e.doi, e.pmid, e.page, e.volume):
        return ""
    of_meeting = [any(MEETING.search(" ".join(name)) for name in own.journals) for own in (e.a, e.b)]
    return "a conference paper and a journal article" if of_meeting[0] != of_meeting[1] else ""


def printed_twice(e: Evidence) -> str:
    """One abstract in two meeting supplements, a paper and its reprint, a preprint and its article."""
    if Agreement.SAME in (e.doi, e.pmid) or not e.other_place:
        return ""
    return "printed at two places"


VETOES: tuple[Callable[[Evidence], str], ...] = (
    another_registration,
    registration_and_report,
    notice_and_text,
    different_parts,
    different_pmid,
    different_doi,
    different_years,
    serial_elsewhere,
    another_issue,
    another_page,
    another_report,
    meeting_and_journal,
    printed_twice,
)


# ---- rules: why two records are one publication ----


def same_registration(e: Evidence) -> str:
    if not e.a.registration or not set(e.a.registry_ids) & set(e.b.registry_ids):
        return ""
    return "same trial registration number"


def same_pmid(e: Evidence) -> str:
    if e.pmid != Agreement.SAME:
        return ""
    close = e.title >= Title.SWAPPED or e.similarity >= 0.5 or e.page == Agreement.SAME
    return "same PMID" if close or not (e.a.title and e.b.title) else ""


def same_doi(e: Evidence) -> str:
    """Meeting supplements give one DOI to all their abstracts, so the DOI alone does not decide."""
    if e.doi != Agreement.SAME:
        return ""
    alike = e.title >= Title.MORE or (e.similarity >= 0.8 and e.page != Agreement.DIFFERENT)
    if alike or not (e.a.title and e.b.title):
        return "same DOI and similar title"
    return "same DOI, authors and pages" if e.same_span and e.author_overlap >= 0.6 else ""


def same_accession(e: Evidence) -> str:
    same = e.a.accession and e.a.accession == e.b.accession
    return "same number in one database and similar title" if same and e.title >= Title.MORE else ""


def same_title_and_place(e: Evidence) -> str:
    if e.title >= Title.MORE and e.same_place and (e.authors != Agreement.DIFFERENT or e.title == Title.SAME):
        return "similar title, same journal or volume and first page"
    return ""


def similar_title_volume_and_page(e: Evidence) -> str:
    """Journals that two databases name differently: "Aizheng", "Chinese Journal of Cancer"."""
    years = e.years == 0 or (e.years == 1 and e.title >= Title.NEAR)
    if (
        not (e.volume == e.page == Agreement.SAME and years)
        or e.authors == Agreement.DIFFERENT
        or e.author_overlap < 0.5
    ):
        return ""
    misread = e.title == Title.SWAPPED and e.same_span and e.author_overlap >= 0.7
    return "similar title, same volume and first page" if e.title >= Title.MORE or misread else ""


def same_title_authors_and_page(e: Evidence) -> str:
    """A record that knows the first page but not the volume or the journal."""
    apart = Agreement.DIFFERENT in (e.journal, e.volume) or e.page != Agreement.SAME
    authors = e.authors == Agreement.SAME and e.author_overlap >= 0.7
    return "same title, authors and first page" if e.title >= Title.NEAR and authors and not apart else ""


def same_title_author_and_year(e: Evidence) -> str:
    spelling = e.title == Title.SAME or (e.title == Title.NEAR and e.author_overlap >= 0.7)
    same = spelling and e.authors == Agreement.SAME and e.author_overlap >= 0.5 and e.years in (0, None)
    few_names = e.author_overlap < 1 or min(len(e.a.authors), len(e.b.authors)) < 4
    short = few_names and min(len(e.a.squeezed), len(e.b.squeezed)) < 25
    if not same or (short and Agreement.DIFFERENT in (e.journal, e.volume, e.page)):
        return ""
    return f"{'same' if e.title == Title.SAME else 'similar'} title, same first author and year"


def same_title_and_author_a_year_apart(e: Evidence) -> str:
    """Published online in one year, without a volume, and printed in the next."""
    authors = e.authors == Agreement.SAME and e.author_overlap >= 0.7
    if not (e.title >= Title.NEAR and authors and e.years == 1 and e.journal == Agreement.SAME):
        return ""
    if e.volume == Agreement.DIFFERENT or (e.page == Agreement.DIFFERENT and not online_year_in_doi(e)):
        return ""
    return "same title, authors and journal, a year apart"


def online_year_in_doi(e: Evidence) -> bool:
    """Whether the DOI of the printed text names the year of the other, in which it was put online."""
    early, late = sorted((e.a, e.b), key=lambda own: own.year or 0)
    return not early.volume and f".{early.year}." in late.doi


def near_title_authors_and_year(e: Evidence) -> str:
    apart = Agreement.DIFFERENT in (e.journal, e.volume, e.page)
    if (
        e.title >= Title.CUT
        and e.author_overlap >= 0.7
        and e.authors == Agreement.SAME
        and e.years == 0
        and not apart
    ):
        return "similar title, same authors and year"
    return ""


def same_title_without_authors(e: Evidence) -> str:
    apart = Agreement.DIFFERENT in (e.journal, e.volume, e.page)
    long = len(e.a.squeezed) >= 40
    if e.title == Title.SAME and e.authors != Agreement.SAME and e.years == 0 and not apart and long:
        return (
            "same long title and year" if e.authors == Agreement.UNKNOWN or e.volume == Agreement.SAME else ""
        )
    return ""


def same_text_at_one_place(e: Evidence) -> str:
    """A title in another language or misread, recognised by its pages, authors and abstract."""
    authors = e.authors == Agreement.SAME and e.author_overlap >= 0.6
    if not (e.same_span and authors and e.years in (0, 1, None) and e.journal != Agreement.DIFFERENT):
        return ""
    if e.issue == Agreement.DIFFERENT and not (e.a.foreign or e.b.foreign):
        return ""
    other = e.abstract is not None and e.abstract < 0.85 and not (e.a.foreign or e.b.foreign)
    return "" if other else "same authors, volume and pages"


RULES: tuple[Callable[[Evidence], str], ...] = (
    same_registration,
    same_pmid,
    same_doi,
    same_accession,
    same_title_and_place,
    similar_title_volume_and_page,
    same_title_authors_and_page,
    same_title_author_and_year,
    same_title_and_author_a_year_apart,
    near_title_authors_and_year,
    same_title_without_authors,
    same_text_at_one_place,
)


def verdict(evidence: Evidence) -> Verdict:
    """The first veto that holds decides, then the first rule that holds; otherwise the records stay apart."""
    for veto in VETOES:
        if reason := veto(evidence):
            return Verdict(merge=False, reason=reason, score=evidence.score, vetoed=True)
    for rule in RULES:
        if reason := rule(evidence):
            return Verdict(merge=True, reason=reason, score=evidence.score)
    return Verdict(merge=False, reason="", score=evidence.score)
