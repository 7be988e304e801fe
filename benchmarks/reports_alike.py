"""Other publications that look like a given one: reports of one study, and versions of one text. As `look_alikes`."""

import re
from dataclasses import replace

from export_texts import page_numbers, sentence_case
from look_alikes import (
    Kind,
    Lot,
    annual_report,
    cochrane_update,
    comment,
    consecutive_editorials,
    correction,
    first_words,
    guideline_update,
    main_title,
    numbered_series,
    parts_of_one_work,
    same_column,
    same_title_by_others,
)

from evisynth.search.record import Record

# ---- reports of one study ----


def protocol(record: Record, lot: Lot) -> list[Record]:
    plain = main_title(record)
    lower = plain[:1].lower() + plain[1:]
    title = lot.dice.choice(
        (
            f"{record.title}: study protocol", f"{plain}: study protocol for a randomised controlled trial",
            f"{plain}: rationale and design", f"Rationale and design of {lower}", f"Protocol for {lower}",
            f"{plain}: a protocol", f"Study protocol: {record.title}", f"{record.title} - design of the study",
        )
    )  # fmt: skip
    journal = lot.dice.choice(("Trials", "BMJ Open", "BMC Health Services Research", record.journal))
    return [
        record,
        lot.elsewhere(record, years=lot.dice.choice((-3, -2, -1, 0)), title=title, journal=journal),
    ]


def other_follow_up(record: Record, lot: Lot) -> list[Record]:
    plain = main_title(record)
    form = lot.dice.choice(
        (
            f"{plain}: {{n}}-year results", f"{{n}}-year outcomes of {plain}", f"{plain}: results at {{n}} months",
            f"{plain}: {{w}}-year follow-up", f"{plain} after {{n}} weeks",
        )
    )  # fmt: skip
    times = ((1, "one"), (2, "two"), (3, "three"), (5, "five"), (10, "ten"), (12, "twelve"))
    (n, w), (m, v) = lot.dice.sample(times, 2)
    first = lot.elsewhere(record, title=form.format(n=n, w=w))
    years, text = lot.dice.choice((0, 1, 2)), lot.other_text()
    return [first, lot.elsewhere(record, years=years, title=form.format(n=m, w=v), abstract=text)]


LATER = (
    "long-term follow-up", "a secondary analysis", "a subgroup analysis", "cost-effectiveness analysis", "an interim report",
    "preliminary results", "final results", "quality of life", "a pilot study", "a qualitative study", "an update",
    "baseline characteristics", "extended follow-up", "post hoc analysis", "a systematic review", "a review",
    "a meta-analysis", "a case report",
)  # fmt: skip


def later_report(record: Record, lot: Lot) -> list[Record]:
    title = f"{record.title.rstrip('.')}: {lot.dice.choice(LATER)}"
    text = lot.other_text() if lot.dice.random() < 0.5 else ""
    return [
        record,
        lot.elsewhere(record, years=lot.dice.choice((-1, 0, 0, 1, 2)), title=title, abstract=text),
    ]


CONFERENCE = (
    ". Conference: 35th Annual Meeting of the Society. Vienna Austria. Conference Publication: (var.pagings)"
)


def supplement_abstract(record: Record, lot: Lot) -> list[Record]:
    """The meeting abstract of the article, in a supplement of the same journal or another one."""
    journal = record.journal if lot.dice.random() < 0.5 else lot.other_journal()
    journal += CONFERENCE if lot.dice.random() < 0.4 else ""
    page = lot.dice.randint(1, 900)
    shown = lot.elsewhere(
        record,
        years=lot.dice.choice((-2, -1, -1, 0)),
        journal=journal,
        pages=lot.dice.choice(
            (f"S{page}", f"S{page}-S{page + 1}", f"A{page}", f"{page}", f"P{page}", f"{page}A")
        ),
        issue=lot.dice.choice(("Suppl 1", "SUPPL. 1", "S1", "1 Suppl", "Supplement 2", "", "11")),
        abstract=record.abstract[: len(record.abstract) // 2] if lot.dice.random() < 0.5 else "",
    )
    return [record, shown]


def two_supplements(record: Record, lot: Lot) -> list[Record]:
    """One abstract shown at two meetings."""
    first = lot.elsewhere(record, pages=f"S{lot.dice.randint(1, 900)}", issue="Suppl 1")
    pages, volume = f"A{lot.dice.randint(1, 900)}", str(lot.dice.randint(1, 90))
    return [first, lot.elsewhere(first, journal=lot.other_journal(), pages=pages, volume=volume)]


# ---- other studies of one group ----

COUNTERPARTS = (
    ("children", "adults"), ("men", "women"), ("patients", "volunteers"), ("rats", "mice"), ("dogs", "patients"),
    ("male", "female"), ("China", "Japan"), ("Germany", "France"), ("United States", "United Kingdom"),
    ("India", "Pakistan"), ("Europe", "Africa"), ("type 1", "type 2"), ("high", "low"), ("increased", "reduced"),
    ("acute", "chronic"), ("early", "late"), ("right", "left"), ("systolic", "diastolic"), ("short-term", "long-term"),
    ("primary", "secondary"), ("upper", "lower"), ("urban", "rural"), ("morning", "evening"), ("oral", "intravenous"),
    ("ischemic", "hemorrhagic"), ("mild", "severe"), ("supply", "demand"), ("centralized", "distributed"),
    ("static", "dynamic"), ("parallel", "serial"), ("mortality", "morbidity"), ("efficacy", "safety"),
    ("diabetic", "nondiabetic"), ("anterior", "posterior"), ("online", "offline"), ("workers", "employers"),
    ("gig", "platform"), ("quantitative", "qualitative"), ("design", "implementation"), ("fluoxetine", "paroxetine"),
    ("smokers", "nonsmokers"),
)  # fmt: skip


def swapped(title: str, lot: Lot) -> str:
    """The title with one word exchanged for its counterpart, or one number; empty where it has neither."""
    found = [
        re.sub(rf"\b{old}\b", new, title, count=1)
        for pair in COUNTERPARTS
        for old, new in (pair, pair[::-1])
        if re.search(rf"\b{old}\b", title)
    ]
    if number := re.search(r"\b\d{1,2}\b", title):
        found.append(
            title[: number.start()] + str(int(number[0]) + lot.dice.choice((1, 2, 6))) + title[number.end() :]
        )
    return lot.dice.choice(found) if found else ""


def one_word_exchanged(record: Record, lot: Lot) -> list[Record]:
    """Another study of the same group: one word, number, drug, sex or country of the title is another."""
    years, text = lot.dice.choice((0, 0, 1)), lot.other_text()
    if title := swapped(record.title, lot):
        return [record, lot.elsewhere(record, years=years, title=title, abstract=text)]
    one, two = lot.dice.choice(COUNTERPARTS)
    plain = record.title.rstrip(".")
    first = lot.elsewhere(record, title=f"{plain} in {one}")
    return [first, lot.elsewhere(record, years=years, title=f"{plain} in {two}", abstract=text)]


def neighbours_at_a_congress(record: Record, lot: Lot) -> list[Record]:
    """Two abstracts of one group on neighbouring pages (or one page) of one supplement."""
    page = lot.dice.randint(1, 900)
    first = lot.elsewhere(record, pages=f"S{page}", issue="Suppl 1", doi="")
    end = lot.dice.choice((["and", "outcome"], ["after", "treatment"], ["in", "vitro"]))
    title = swapped(first.title, lot) or " ".join([*first.title.rstrip(".").split()[:-2], *end])
    pages = f"S{page + lot.dice.choice((0, 1, 1, 2))}"
    return [first, replace(first, title=title, pages=pages, abstract=lot.other_text())]


COMPANIONS = (
    "methods and participants", "prevalence and risk factors", "results of a survey", "effects on mortality", "theory",
    "implications for practice", "economic evaluation", "mechanisms",
)  # fmt: skip


def companion_papers(record: Record, lot: Lot) -> list[Record]:
    """Two papers back to back in one issue; the titles begin alike."""
    first, last = page_numbers(record.pages) if record.pages else ("1", "9")
    if not last.isdigit():
        first, last = "101", "109"
    one, two = lot.dice.sample(COMPANIONS, 2)
    plain, start = main_title(record), int(last) + 1
    a = replace(record, title=f"{plain}: {one}", pages=f"{first}-{last}", doi=lot.doi(record.year), pmid="")
    b = replace(a, title=f"{plain}: {two}", pages=f"{start}-{start + 9}", doi=lot.doi(record.year))
    return [a, replace(b, abstract=lot.other_text())]


# ---- versions ----

SERVERS = (
    ("medRxiv", "10.1101/"), ("bioRxiv", "10.1101/"), ("arXiv", "10.48550/arxiv."), ("PsyArXiv", "10.31234/osf.io/"),
    ("SSRN Electronic Journal", "10.2139/ssrn."), ("Research Square", "10.21203/rs.3.rs-"),
)  # fmt: skip
MEETINGS = (
    "Proceedings of the International Conference on Information Systems",
    "ACM SIGMOD International Conference on Management of Data",
    "IEEE International Conference on Engineering in Medicine",
    "Lecture Notes in Computer Science",
    "Proceedings of the Annual Symposium on Computer Applications",
    "Hawaii International Conference on System Sciences",
)
UNIVERSITIES = (
    "Dissertation Abstracts International: Section B", "University of Toronto", "ProQuest Dissertations and Theses",
    "Karolinska Institutet",
)  # fmt: skip
BOOKS = (
    "Principles of Internal Medicine", "Handbook of Industrial Psychology", "Textbook of Surgery",
    "Encyclopedia of Information Science",
)  # fmt: skip


def preprint(record: Record, lot: Lot) -> list[Record]:
    server, stem = lot.dice.choice(SERVERS)
    year = max(record.year or 2019, 2014) - lot.dice.choice((0, 1))
    doi = f"{stem}{year}.{lot.dice.randint(10, 12)}.{lot.dice.randint(1000000, 9999999)}"
    return [
        record,
        replace(record, journal=server, year=year, volume="", issue="", pages="", doi=doi, pmid=""),
    ]


def conference_paper(record: Record, lot: Lot) -> list[Record]:
    talk = lot.elsewhere(
        record,
        years=lot.dice.choice((-2, -1, 0)),
        journal=lot.dice.choice(MEETINGS),
        volume=lot.dice.choice(("", str(lot.dice.randint(1, 900)))),
        abstract=record.abstract if lot.dice.random() < 0.3 else "",
        issue="",
    )
    return [record, talk]


def thesis(record: Record, lot: Lot) -> list[Record]:
    place = lot.dice.choice(UNIVERSITIES)
    written = replace(
        record,
        journal=place,
        year=(record.year or 2005) - lot.dice.choice((0, 1, 2)),
        volume=str(lot.dice.randint(40, 78)) if "Abstracts" in place else "",
        issue="",
        authors=record.authors[:1],
        pages=lot.dice.choice(("", f"1-{lot.dice.randint(90, 300)}", f"{lot.dice.randint(1000, 7000)}")),
        doi="",
        pmid="",
    )
    return [record, written]


def chapter_of_editions(record: Record, lot: Lot) -> list[Record]:
    book, edition = lot.dice.choice(BOOKS), lot.dice.randint(4, 18)
    first = lot.elsewhere(
        record,
        title=first_words(record, 7),
        journal=f"{book}, {edition}th edition",
        volume="",
        issue="",
        doi="",
    )
    journal = f"{book}, {edition + 1}th edition"
    return [
        first,
        lot.elsewhere(first, years=lot.dice.choice((3, 4, 5)), journal=journal, volume="", issue="", doi=""),
    ]


def published_again(record: Record, lot: Lot) -> list[Record]:
    """The article again in another journal: translated, reprinted or by arrangement."""
    plain = record.title
    title = lot.dice.choice((plain, plain, f"Reprint of: {plain}", f"[{plain}]", sentence_case(plain)))
    years, volume = lot.dice.choice((0, 0, 1)), str(lot.dice.randint(1, 150))
    return [
        record,
        lot.elsewhere(record, years=years, journal=lot.other_journal(), volume=volume, title=title),
    ]


def registration(record: Record, lot: Lot) -> list[Record]:
    number = f"NCT{lot.dice.randint(10**7, 10**8 - 1):08d}"
    registered = replace(
        record,
        authors=(number,),
        journal=f"https://clinicaltrials.gov/show/{number}",
        volume="",
        issue="",
        pages="",
        doi="",
        pmid="",
        abstract="",
        year=(record.year or 2010) - lot.dice.choice((1, 2, 3)),
    )
    return [record, registered]


PRINTED: tuple[Kind, ...] = (
    consecutive_editorials, same_column, parts_of_one_work, numbered_series, correction, same_title_by_others,
    one_word_exchanged, companion_papers, preprint, thesis, chapter_of_editions,
)  # fmt: skip
SOCIAL: tuple[Kind, ...] = (*PRINTED, comment, annual_report, later_report, conference_paper, published_again)
COMPUTING: tuple[Kind, ...] = (*PRINTED, conference_paper)
MEDICAL: tuple[Kind, ...] = (
    *PRINTED, comment, annual_report, guideline_update, cochrane_update, protocol, other_follow_up, later_report,
    supplement_abstract, two_supplements, neighbours_at_a_congress, published_again, registration,
)  # fmt: skip
