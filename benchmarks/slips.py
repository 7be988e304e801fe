"""What an export, a reference manager and people do to a record on its way: odds per copy, each on its own.

The odds are guesses from reading merged libraries, not counts; a set can multiply them all.
"""

from collections.abc import Callable
from dataclasses import replace

from export_texts import (
    TRANSLITERATED,
    Dice,
    greek_otherwise,
    initials,
    other_spelling,
    page_numbers,
    person,
    punctuation_otherwise,
    scripts_otherwise,
    without_accents,
)

from evisynth.search.record import Record

Slip = Callable[[Record, Dice], Record]


def mistyped(text: str, dice: Dice) -> str:
    """The text with one letter left out, one more, or two swapped."""
    if len(text) < 5:
        return text
    at = dice.randrange(1, len(text) - 1)
    return dice.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + dice.choice("etaoin") + text[at:],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        )
    )


def misspelt_title(record: Record, dice: Dice) -> Record:
    return replace(record, title=mistyped(record.title, dice))


def misspelt_author(record: Record, dice: Dice) -> Record:
    if not record.authors:
        return record
    family, given = person(record.authors[0])
    first = f"{mistyped(family, dice)}, {given}"
    return replace(record, authors=(first, *record.authors[1:]))


def wrong_page(record: Record, dice: Dice) -> Record:
    first, last = page_numbers(record.pages)
    if not first.isdigit():
        return record
    wrong = str(int(first) + dice.choice([-1, 1, 10, 100]))
    return replace(record, pages=wrong if first == last else f"{wrong}-{last}")


def wrong_year(record: Record, dice: Dice) -> Record:
    return replace(record, year=record.year + dice.choice([-1, 1])) if record.year else record


def online_first(record: Record, dice: Dice) -> Record:
    """Taken before it was printed: no volume, issue, pages; often the year before."""
    if not record.year or record.year < 2000:
        return record
    return replace(record, volume="", issue="", pages="", year=record.year - (dice.random() < 0.5))


def pages_lost(record: Record, dice: Dice) -> Record:
    return replace(record, pages=dice.choice(["", "", "no pagination"]))


def volume_lost(record: Record, _: Dice) -> Record:
    return replace(record, volume="", issue="")


def issue_lost(record: Record, _: Dice) -> Record:
    return replace(record, issue="")


def issue_for_volume(record: Record, _: Dice) -> Record:
    return replace(record, volume=record.issue, issue="") if record.issue else record


def year_for_volume(record: Record, _: Dice) -> Record:
    return replace(record, volume=str(record.year)) if record.year and not record.volume else record


def journal_lost(record: Record, _: Dice) -> Record:
    return replace(record, journal="")


def authors_lost(record: Record, dice: Dice) -> Record:
    return replace(record, authors=dice.choice([(), ("Anonymous",), ("Anon",)]))


def authors_cut(record: Record, dice: Dice) -> Record:
    if len(record.authors) < 4:
        return record
    kept = record.authors[: dice.choice([1, 3, 3])]
    return replace(record, authors=(*kept, "et al.") if dice.random() < 0.5 else kept)


def group_author(record: Record, dice: Dice) -> Record:
    group = dice.choice(
        ["Trial Study Group", "Multicentre Collaborative Group", "Working Group on Lung Disease"]
    )
    return replace(
        record, authors=(group, *record.authors) if dice.random() < 0.3 else (*record.authors, group)
    )


def given_name_first(record: Record, _: Dice) -> Record:
    """Family and given names exchanged, as with Chinese, Korean and Hungarian names."""
    people = list(map(person, record.authors))
    if not all(len(given) > 3 for _, given in people):
        return record
    return replace(record, authors=tuple(f"{given}, {family}" for family, given in people))


def double_name_cut(record: Record, _: Dice) -> Record:
    """García López, M. -> López, M. G.; Smith-Jones, A. -> Jones, A. S."""
    changed = []
    for name in record.authors:
        family, given = person(name)
        parts = family.replace("-", " ").split()
        changed.append(
            f"{parts[-1]}, {' '.join(f'{x}.' for x in [*initials(given), parts[0][0]])}"
            if len(parts) == 2
            else name
        )
    return replace(record, authors=tuple(changed))


def umlauts_written_out(record: Record, _: Dice) -> Record:
    return replace(record, authors=tuple(name.translate(TRANSLITERATED) for name in record.authors))


def accents_lost(record: Record, _: Dice) -> Record:
    return replace(
        record, title=without_accents(record.title), authors=tuple(map(without_accents, record.authors))
    )


def subtitle_lost(record: Record, _: Dice) -> Record:
    for mark in (": ", " - ", ". "):
        main, found, _rest = record.title.partition(mark)
        if found and len(main) >= 25:
            return replace(record, title=main)
    return record


def title_cut(record: Record, dice: Dice) -> Record:
    return replace(record, title=record.title[: dice.choice([80, 100, 120])])


def annotated(record: Record, dice: Dice) -> Record:
    note = dice.choice(
        ["(review)", "[abstract]", "(abstract)", "(Structured abstract)", "[Abstract no: 134]", "(letter)",
         "[In English]", "[German]", "(retracted)", "*"]
    )  # fmt: skip
    return replace(record, title=f"{record.title.rstrip('.')} {note}")


def retracted(record: Record, dice: Dice) -> Record:
    """Publishers mark the article itself; it is the article still."""
    return replace(record, title=dice.choice(["RETRACTED: ", "RETRACTED ARTICLE: "]) + record.title)


def original_title(record: Record, dice: Dice) -> Record:
    """Title translated, with the original beside it or in brackets."""
    original = dice.choice(
        ["Randomisierte Untersuchung zur Wirksamkeit der Behandlung", "Étude prospective du traitement chez l'adulte",
         "Estudio comparativo de los resultados del tratamiento", "Studio prospettico sui risultati della terapia"]
    )  # fmt: skip
    changed = dice.choice(
        [f"[{record.title}]", f"[{record.title}].", f"{record.title} [{original}]", f"{record.title}"]
    )
    return replace(record, title=changed)


def spelt_otherwise(record: Record, dice: Dice) -> Record:
    return replace(record, title=other_spelling(record.title, dice))


def punctuated_otherwise(record: Record, dice: Dice) -> Record:
    return replace(record, title=punctuation_otherwise(record.title, dice))


def signs_otherwise(record: Record, dice: Dice) -> Record:
    return replace(record, title=scripts_otherwise(greek_otherwise(record.title, dice), dice))


def capitals(record: Record, _: Dice) -> Record:
    return replace(record, title=record.title.upper(), authors=tuple(map(str.upper, record.authors)))


def doi_lost(record: Record, _: Dice) -> Record:
    return replace(record, doi="")


def doi_slip(record: Record, dice: Dice) -> Record:
    return replace(
        record, doi=dice.choice([record.doi[:-1], record.doi + ".", record.doi.upper(), "10.1016/"])
    )


def abstract_lost(record: Record, _: Dice) -> Record:
    return replace(record, abstract="")


def abstract_cut(record: Record, dice: Dice) -> Record:
    return replace(record, abstract=record.abstract[: dice.choice([250, 500, 1000])])


def volume_written_out(record: Record, dice: Dice) -> Record:
    return (
        replace(record, volume=f"{dice.choice(['Vol. ', 'v.', 'Volume '])}{record.volume}")
        if record.volume
        else record
    )


def part_of_issue(record: Record, dice: Dice) -> Record:
    return (
        replace(record, issue=f"{record.issue} {dice.choice(['Pt 1', 'Suppl', 'Part 2'])}")
        if record.issue
        else record
    )


ODDS: dict[Slip, float] = {
    misspelt_title: 0.012,
    misspelt_author: 0.006,
    wrong_page: 0.005,
    wrong_year: 0.012,
    online_first: 0.03,
    pages_lost: 0.04,
    volume_lost: 0.015,
    issue_lost: 0.10,
    issue_for_volume: 0.004,
    year_for_volume: 0.03,
    journal_lost: 0.005,
    authors_lost: 0.006,
    authors_cut: 0.03,
    group_author: 0.006,
    given_name_first: 0.008,
    double_name_cut: 0.04,
    umlauts_written_out: 0.2,
    accents_lost: 0.2,
    subtitle_lost: 0.02,
    title_cut: 0.005,
    annotated: 0.02,
    retracted: 0.001,
    original_title: 0.015,
    spelt_otherwise: 0.06,
    punctuated_otherwise: 0.15,
    signs_otherwise: 0.25,
    capitals: 0.03,
    doi_lost: 0.25,
    doi_slip: 0.004,
    abstract_lost: 0.08,
    abstract_cut: 0.04,
    volume_written_out: 0.01,
    part_of_issue: 0.02,
}


def carried(record: Record, dice: Dice, factor: float = 1.0) -> Record:
    """The record after its way, each slip by its odds times `factor`."""
    for slip, odds in ODDS.items():
        if dice.random() < odds * factor:
            record = slip(record, dice)
    return record
