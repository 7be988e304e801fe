"""One publication as databases export it: the same record with the differences that each database is known for.

Each style is a function (record, dice) -> record. The differences come from the databases' own field guides and
from their exports (PubMed, Ovid, Embase.com, Web of Science, Scopus, EBSCO, ProQuest, CENTRAL, Google Scholar),
not from any rule of the duplicate finder. `slips.carried` is what the way through a reference manager then loses.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from export_texts import (
    GREEK,
    Dice,
    abbreviated,
    comma_bare,
    comma_dots,
    comma_given,
    comma_no_blank,
    full_pages,
    greek_otherwise,
    maybe,
    no_comma_dots,
    page_numbers,
    scripts_otherwise,
    sentence_case,
    short_pages,
    title_case,
    without_accents,
)

from evisynth.search.record import Record

Style = Callable[[Record, Dice], Record]


def pubmed(record: Record, dice: Dice) -> Record:
    subtitle = dice.random() < 0.05
    return replace(
        record,
        title=record.title.rstrip(".") + maybe(dice, 0.5, "."),
        authors=tuple(map(dice.choice([comma_dots, comma_given]), record.authors)),
        journal=dice.choice(
            [
                record.journal + (" : official journal of the Society" if subtitle else ""),
                sentence_case(record.journal) if record.journal else "",
                abbreviated(record.journal),
            ]
        ),
        pages=short_pages(record.pages),
        doi=maybe(dice, 0.8, record.doi),
        database="MEDLINE",
    )


def ovid_medline(record: Record, dice: Dice) -> Record:
    note = dice.choice(
        ["[see comment]", "[Review]", "[corrected]", "[Erratum appears in Lancet. 2001;3(2):99]"]
    )
    return replace(
        record,
        title=record.title + maybe(dice, 0.06, " " + note, maybe(dice, 0.6, ".")),
        authors=tuple(
            map(comma_dots if dice.random() < 0.5 else no_comma_dots, map(without_accents, record.authors))
        ),
        journal=title_case(record.journal).replace(" and ", " & "),
        pages=dice.choice([short_pages, full_pages])(record.pages),
        doi=maybe(dice, 0.5, maybe(dice, 0.3, "https://dx.doi.org/") + record.doi if record.doi else ""),
        database="Ovid MEDLINE(R)",
        pmid="",
    )


def ovid_embase(record: Record, dice: Dice) -> Record:
    return replace(
        record,
        title=sentence_case(record.title).rstrip(".") + maybe(dice, 0.6, "."),
        authors=tuple(map(no_comma_dots, map(without_accents, record.authors))),
        journal=title_case(record.journal),
        issue=maybe(dice, 0.7, record.issue),
        pages=full_pages(record.pages),
        doi=maybe(dice, 0.8, "http://dx.doi.org/" + record.doi if record.doi else ""),
        abstract=record.abstract + maybe(dice, 0.5, " Copyright © 2012 Elsevier Inc.")
        if record.abstract
        else "",
        database="Embase",
        pmid="",
    )


def embase_com(record: Record, dice: Dice) -> Record:
    letter = re.match(r"[Ss]\d", record.pages)
    return replace(
        record,
        title=sentence_case(greek_otherwise(record.title, dice)),
        authors=tuple(map(dice.choice([comma_no_blank, no_comma_dots]), record.authors)),
        journal=dice.choice(
            [abbreviated(record.journal), abbreviated(record.journal, dots=True), record.journal]
        ),
        issue=f"SUPPL. {dice.randint(1, 3)}" if letter and dice.random() < 0.5 else record.issue,
        pages=full_pages(record.pages),
        doi=maybe(dice, 0.8, record.doi),
        database="Embase",
        pmid="",
    )


def web_of_science(record: Record, dice: Dice) -> Record:
    capitals = dice.random() < 0.3
    title = scripts_otherwise(record.title, dice).replace("<sub>", "").replace("</sub>", "")
    for name, letter in GREEK.items():
        title = title.replace(letter, name)
    title = title.replace("–", "-").replace("[", "").replace("]", "")
    journal = re.sub(r"&(?!\w+;)", "and", record.journal)
    return replace(
        record,
        title=title.upper() if capitals else title_case(title) if dice.random() < 0.3 else title,
        authors=tuple(map(comma_bare, map(without_accents, record.authors))),
        journal=journal.upper() if dice.random() < 0.7 else journal,
        pages=full_pages(record.pages),
        doi=maybe(dice, 0.8, record.doi),
        abstract=maybe(dice, 0.9, without_accents(record.abstract)),
        database="Web of Science",
        pmid="",
    )


def scopus(record: Record, dice: Dice) -> Record:
    first, last = page_numbers(record.pages)
    article = record.pages and first == last
    return replace(
        record,
        title=record.title.replace(" - ", ": "),
        authors=tuple(map(comma_no_blank, record.authors))[: dice.choice([3, 6, 10, 100, 100])],
        journal=record.journal if dice.random() < 0.8 else abbreviated(record.journal, dots=True),
        pages=f"Art. No. {first}" if article and dice.random() < 0.6 else full_pages(record.pages),
        doi=maybe(dice, 0.85, record.doi),
        abstract=record.abstract + maybe(dice, 0.6, " © 2012 The Author(s).") if record.abstract else "",
        database="Scopus",
        pmid="",
    )


def cinahl(record: Record, dice: Dice) -> Record:
    first, last = page_numbers(record.pages)
    count = int(last) - int(first) + 1 if first.isdigit() and last.isdigit() else 1
    return replace(
        record,
        title=title_case(record.title).rstrip(".") + maybe(dice, 0.6, "."),
        authors=tuple(map(comma_given, record.authors)),
        journal=title_case(record.journal).replace(" and ", " & "),
        pages=dice.choice([first, f"{first}-{last} {count}p", f"{first} -- {last}", full_pages(record.pages)])
        if record.pages
        else "",
        doi=maybe(dice, 0.3, record.doi),
        database="CINAHL",
        pmid="",
    )


def psycinfo(record: Record, dice: Dice) -> Record:
    joined = record.volume and record.issue and dice.random() < 0.4
    return replace(
        record,
        title=sentence_case(record.title).rstrip(".") + maybe(dice, 0.8, "."),
        authors=tuple(map(comma_given, record.authors)),
        volume=f"{record.volume}({record.issue})" if joined else record.volume,
        issue="" if joined else record.issue,
        pages=full_pages(record.pages),
        doi=maybe(dice, 0.6, record.doi),
        abstract=record.abstract + " (PsycINFO Database Record (c) 2016 APA, all rights reserved)"
        if record.abstract
        else "",
        database="PsycINFO",
        pmid="",
    )


def central(record: Record, dice: Dice) -> Record:
    """CENTRAL copies PubMed's and Embase's records; its hyphens are U+2010."""
    record = dice.choice([pubmed, pubmed, embase_com])(record, dice)
    hyphen = "\u2010" if dice.random() < 0.5 else "-"
    return replace(
        record,
        title=record.title.rstrip(".").replace("-", hyphen),
        pages=full_pages(record.pages, "\u2010"),
        doi=maybe(dice, 0.6, record.doi),
        abstract=maybe(dice, 0.8, record.abstract.replace("-", hyphen)),
        database="CENTRAL",
    )


def google_scholar(record: Record, dice: Dice) -> Record:
    """Titles, names and journals cut with an ellipsis; no abstract, no DOI."""
    title = record.title
    if len(title) > 90 and dice.random() < 0.15:
        title = title[: title.rfind(" ", 0, 90)] + dice.choice(["…", " ...", "..."])
    names = tuple(map(comma_bare, map(without_accents, record.authors)))
    journal = record.journal
    if len(journal) > 30 and dice.random() < 0.5:
        journal = journal[: journal.rfind(" ", 0, 30)] + dice.choice(["…", " …", "..."])
    placed = dice.random() < 0.5
    return replace(
        record,
        title=title,
        authors=(*names[:3], "...") if len(names) > 3 and dice.random() < 0.5 else names[:4],
        journal=journal,
        volume=record.volume if placed else "",
        issue=record.issue if placed else "",
        pages=full_pages(record.pages) if placed else "",
        doi="",
        abstract="",
        database="Google Scholar",
        pmid="",
    )


def proquest(record: Record, dice: Dice) -> Record:
    return replace(
        record,
        title=title_case(record.title),
        authors=tuple(map(comma_given, record.authors)),
        journal=record.journal + maybe(dice, 0.4, dice.choice(["; London", "; New York", " (Online)"]))
        if record.journal
        else "",
        pages=maybe(dice, 0.8, full_pages(record.pages), page_numbers(record.pages)[0]),
        doi=maybe(dice, 0.5, record.doi),
        database="ProQuest",
        pmid="",
    )


STYLES: dict[str, Style] = {
    "PubMed": pubmed,
    "Ovid MEDLINE": ovid_medline,
    "Ovid Embase": ovid_embase,
    "Embase.com": embase_com,
    "Web of Science": web_of_science,
    "Scopus": scopus,
    "CINAHL": cinahl,
    "PsycINFO": psycinfo,
    "CENTRAL": central,
    "Google Scholar": google_scholar,
    "ProQuest": proquest,
}
