"""Other publications that look like a given one: what journals print again and again, and notices about a text.

Each kind takes a publication and a lot, and returns a family: publications that look alike and are all different,
the given one among them where it belongs there. They follow how journals, congresses and registers print, not any
rule of the duplicate finder. `reports_alike` has the reports of one study and the versions of one text.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from export_texts import abbreviated, page_numbers

from evisynth.search.record import Record

DOI_STEMS = ("10.1016/j.", "10.1007/s", "10.1111/", "10.1080/", "10.1177/", "10.1161/")


@dataclass(frozen=True, slots=True)
class Lot:
    """Dice, and the publications from which other authors, journals and abstracts are taken."""

    dice: random.Random
    pool: Sequence[Record]

    def doi(self, year: int | None) -> str:
        letters = "".join(self.dice.choices("abcdefghkmnprst", k=5))
        return f"{self.dice.choice(DOI_STEMS)}{letters}.{year or 2000}.{self.dice.randint(10000, 99999)}"

    def pages(self) -> str:
        if self.dice.random() < 0.1:
            return f"e{self.dice.randint(1000, 99999)}"
        first = self.dice.randint(1, 1900)
        return f"{first}-{first + self.dice.randint(1, 14)}"

    def elsewhere(self, record: Record, *, years: int = 0, **changes: object) -> Record:
        """The record at a new place: issue, pages, DOI, and with the year also the volume."""
        year = record.year + years if record.year else None
        number = int(record.volume) if record.volume.isdigit() else self.dice.randint(5, 90)
        place: dict[str, object] = {
            "year": year,
            "volume": str(max(1, number + years)),
            "issue": str(self.dice.randint(1, 12)),
            "pages": self.pages(),
            "doi": self.doi(year) if record.doi or (year or 0) > 2005 else "",
            "pmid": "",
        }
        return replace(record, **{**place, **changes})  # type: ignore[arg-type]

    def other_authors(self, record: Record) -> tuple[str, ...]:
        own = set(record.authors)
        for _ in range(20):
            names = self.dice.choice(self.pool).authors
            if names and own.isdisjoint(names):
                return names
        return ("Nobody, Q. X.",)

    def other_text(self) -> str:
        """The abstract of some other publication."""
        return self.dice.choice(self.pool).abstract

    def other_journal(self) -> str:
        return self.dice.choice(self.pool).journal


Kind = Callable[[Record, Lot], list[Record]]


def main_title(record: Record) -> str:
    """The title without its subtitle."""
    return re.split(r"[:.?] ", record.title)[0]


def first_words(record: Record, words: int) -> str:
    return " ".join(main_title(record).split()[:words])


# ---- what a journal prints again and again ----

EDITORIALS = (
    "Editorial", "Editorial comment", "President's message", "Book reviews", "In this issue", "Letter to the editor",
    "From the editor", "Editor's notes", "Reply", "News", "Announcements", "Guest editorial", "Introduction", "Letters",
    "Preface", "Obituary", "Foreword", "Abstracts", "Authors' reply", "In response",
)  # fmt: skip
COLUMNS = (
    "Notes from the field", "The bottom line", "Clinical pearls", "What's new in the literature", "Questions and answers",
    "Research highlights", "Tips from the experts", "Journal watch", "Images in medicine", "Case of the month",
    "Literature review current through this month", "Calendar of events", "The last word", "Technology update",
    "Practice points",
)  # fmt: skip


def consecutive_editorials(record: Record, lot: Lot) -> list[Record]:
    title, page = lot.dice.choice(EDITORIALS), str(lot.dice.randint(1, 9))
    first = lot.elsewhere(record, title=title, authors=record.authors[:1], abstract="", pages=page)
    second = replace(
        first, issue=str(int(first.issue) + 1), pages=str(lot.dice.randint(100, 190)), doi=lot.doi(first.year)
    )
    return [first, second, lot.elsewhere(first, years=1)]


def same_column(record: Record, lot: Lot) -> list[Record]:
    """A column of one author with one title that is no usual word."""
    first = lot.elsewhere(record, title=lot.dice.choice(COLUMNS), authors=record.authors[:1], abstract="")
    next_issue = lot.elsewhere(first, volume=first.volume, issue=str(int(first.issue) + 1))
    return [first, next_issue, lot.elsewhere(first, years=1)]


def annual_report(record: Record, lot: Lot) -> list[Record]:
    topic = first_words(record, 6)
    form = lot.dice.choice(
        (
            f"{topic} statistics-{{y}} update: a report from the society",
            f"Annual report {{y}}: {topic}",
            f"{topic}: the year in review {{y}}",
            f"The {{y}} annual report on {topic}",
            f"Standards of care in {topic}-{{y}}",
            f"{topic} {{y}}",
            f"Advances in {topic} in {{y}}",
            f"{{y}} guideline on {topic}: executive summary",
            f"Proceedings of the {{y}} meeting on {topic}",
        )
    )
    first, year = lot.elsewhere(record), record.year or 2010
    return [lot.elsewhere(first, years=step, title=form.format(y=year + step)) for step in (0, 1, 2)]


def guideline_update(record: Record, lot: Lot) -> list[Record]:
    topic, gap = first_words(record, 8), lot.dice.choice((2, 3, 5))
    later = (record.year or 2000) + gap
    title = lot.dice.choice(
        (
            f"Guidelines for the management of {topic}",
            f"Consensus statement on {topic}",
            f"Position paper on {topic}",
        )
    )
    new = lot.dice.choice(
        (
            title,
            f"{title} ({later} update)",
            f"{title}: {later} revision",
            f"Updated {title.lower()}",
            f"{title}, second edition",
        )
    )
    first = lot.elsewhere(record, title=title)
    return [first, lot.elsewhere(first, years=gap, title=new)]


def cochrane_update(record: Record, lot: Lot) -> list[Record]:
    topic = lot.dice.choice(("adults", "children", "acute stroke", "asthma", "pain", "depression"))
    number, version = f"CD{lot.dice.randint(0, 13999):06d}", lot.dice.choice((1, 2, 3))
    first = replace(
        record,
        title=f"{main_title(record)} for {topic}",
        year=lot.dice.randint(2003, 2018),
        journal="Cochrane Database of Systematic Reviews",
        volume="",
        issue=str(lot.dice.randint(1, 12)),
        pages=number,
        doi=f"10.1002/14651858.{number}" + (f".pub{version}" if version > 1 else ""),
        pmid="",
    )
    later = replace(
        first,
        authors=record.authors[: max(1, len(record.authors) - 1)],
        year=(first.year or 0) + lot.dice.choice((2, 3, 4, 5)),  # sooner, an issue lists one version again
        issue=str(lot.dice.randint(1, 12)),
        doi=f"10.1002/14651858.{number}.pub{version + 1}",
    )
    return [first, later]


def same_title_by_others(record: Record, lot: Lot) -> list[Record]:
    title = main_title(record) if len(main_title(record).split()) < 10 else first_words(record, 4)
    first = lot.elsewhere(record, title=title)
    second = lot.elsewhere(
        first,
        years=lot.dice.choice((-3, -1, 0, 0, 1, 4)),
        journal=lot.other_journal(),
        authors=lot.other_authors(record),
        abstract=lot.other_text(),
        volume=str(lot.dice.randint(1, 120)),
    )
    return [first, second]


# ---- parts ----

PARTS = (
    ("Part I", "Part II"), ("Part 1", "Part 2"), ("I", "II"), ("1", "2"), ("first part", "second part"),
    ("Part one", "Part two"), ("Paper 1", "Paper 2"), ("(Part 1 of 2)", "(Part 2 of 2)"),
)  # fmt: skip
SERIES = (
    "{t}. {n}",
    "{t} {n}",
    "{t}. {n}. Further observations",
    "{t} ({n})",
    "{t}. {n}th report",
    "{t} #{n}",
)


def parts_of_one_work(record: Record, lot: Lot) -> list[Record]:
    one, two = lot.dice.choice(PARTS)
    mark = " " if "(" in one else lot.dice.choice((": ", ". ", ", ", " - "))
    title, text = main_title(record), lot.other_text()
    later = lot.elsewhere(record, volume=record.volume, title=f"{title}{mark}{two}", abstract=text)
    return [lot.elsewhere(record, title=f"{title}{mark}{one}"), later]


def numbered_series(record: Record, lot: Lot) -> list[Record]:
    number, form = lot.dice.randint(2, 40), lot.dice.choice(SERIES)
    return [
        lot.elsewhere(record, years=step, title=form.format(t=main_title(record), n=number + step))
        for step in (0, 1)
    ]


# ---- notices ----


def correction(record: Record, lot: Lot) -> list[Record]:
    first, last = page_numbers(record.pages) if record.pages else ("1", "2")
    plain, place = (
        record.title,
        f"{abbreviated(record.journal)} {record.volume} ({record.year}) {first}-{last}",
    )
    title = lot.dice.choice(
        (
            f"Erratum: {plain}", f"{plain} (vol {record.volume}, pg {first}, {record.year})",
            f"Corrigendum to “{plain}” [{place}]", f"Correction to: {plain}", f"Correction: {plain}", f"{plain}: Erratum",
            f"Retraction: {plain}", f"Retraction notice to “{plain}”", f"{plain} - Correction",
            f"Notice of retraction: {plain}", f"{plain}. Corrigendum", f"Publisher Correction: {plain}",
            f"Addendum: {plain}", f"Expression of concern: {plain}", f"Corrections to “{plain}”",
        )
    )  # fmt: skip
    names, page = record.authors if lot.dice.random() < 0.7 else (), lot.dice.randint(200, 1500)
    pages, years = lot.dice.choice((f"{page}", f"{page}-{page}")), lot.dice.choice((0, 0, 1))
    return [record, lot.elsewhere(record, years=years, title=title, authors=names, abstract="", pages=pages)]


def comment(record: Record, lot: Lot) -> list[Record]:
    """A letter about the article by others, and the authors' answer."""
    plain = record.title.rstrip(".")
    title = lot.dice.choice(
        (
            plain, f"Comment on: {plain}", f"Re: {plain}", f"{plain}: comment", f"Letter: {plain}",
            f"Comments on “{plain}”", f"Regarding “{plain}”", f"{plain} - Letter", f"Discussion of “{plain}”",
            f"Letter by Nobody regarding article, “{plain}”",
        )
    )  # fmt: skip
    answer = lot.dice.choice(
        (
            f"{plain}: reply", f"Reply to: {plain}", f"Re: {plain}. Reply", f"Authors' reply to “{plain}”",
            f"Response to letter regarding article, “{plain}”", f"{plain} - Reply", f"{plain} - Authors' reply",
            f"{plain}: In reply", f"{plain} response",
        )
    )  # fmt: skip
    authors, years = lot.other_authors(record)[:3], lot.dice.choice((0, 1))
    letter = lot.elsewhere(record, years=years, title=title, authors=authors, abstract="")
    reply = lot.elsewhere(letter, issue=letter.issue, title=answer, authors=record.authors[:2])
    return [record, letter, reply]
