"""Invented exports of 13 databases with known duplicates: every copy must be found and nothing else merged."""

import random
from dataclasses import replace

import pytest

from evisynth.search.duplicates import duplicate_groups
from evisynth.search.record import Record

DATABASES = [
    "MEDLINE", "Embase", "CENTRAL", "CINAHL", "Web of Science", "Scopus", "LILACS", "PsycINFO", "AMED",
    "Global Health", "CAB Abstracts", "IndMed", "PakMediNet",
]  # fmt: skip
JOURNALS = {
    "Journal of Allergy and Clinical Immunology": "J Allergy Clin Immunol",
    "Clinical and Experimental Allergy": "Clin Exp Allergy",
    "Pediatric Allergy and Immunology": "Pediatr Allergy Immunol",
    "Annals of Allergy, Asthma & Immunology": "Ann Allergy Asthma Immunol",
    "The Lancet": "Lancet",
    "New England Journal of Medicine": "N Engl J Med",
    "British Medical Journal": "BMJ",
    "Archives of Disease in Childhood": "Arch Dis Child",
    "Deutsche Medizinische Wochenschrift": "Dtsch Med Wochenschr",
    "Anales de Pediatría": "An Pediatr",
}
NAMES = [
    "Müller", "Schröder", "Jäger", "García", "Hernández", "Sørensen", "Øvretveit", "Ångström", "Kovačević", "Nowak",
    "Özdemir", "Yılmaz", "Li", "Wang", "Zhang", "Kim", "Sato", "Tanaka", "Smith", "Jones", "Keet", "Wood", "Burks",
    "Staden", "Longo", "Pajno", "Skripak", "Meglio", "Salmivesi", "Martorell", "Caminiti", "Morisset", "Patriarca",
    "Zuberbier", "Köhler", "Lefèvre", "Châtelain", "O'Neill", "van der Berg", "de Jong", "dos Santos", "Nguyen", "Singh",
]  # fmt: skip
FOODS = ["milk", "egg", "peanut", "wheat", "soy", "hazelnut", "cashew", "sesame", "fish", "prawn"]
PEOPLE = ["children", "adolescents", "adults", "infants", "preschool children", "young children"]
TREATMENTS = [
    "oral immunotherapy",
    "sublingual immunotherapy",
    "epicutaneous immunotherapy",
    "omalizumab",
    "avoidance",
]
ASPECTS = [
    "Efficacy and safety of {t} for {f} allergy in {p}",
    "Quality of life after {t} in {p} with {f} allergy",
    "{t} in {p} with severe {f} allergy: a randomised controlled trial",
    "Low-dose {t} for persistent {f} allergy in {p}: an open-label trial",
    "Long-term follow-up of {p} treated with {t} for {f} allergy",
    "Immunological changes during {t} in {p} with {f} allergy",
    "Adverse reactions to {t} in {p} with {f} allergy: a double-blind, placebo-controlled study",
]
TRANSLITERATED = str.maketrans(
    {"ü": "ue", "ö": "oe", "ä": "ae", "ø": "oe", "å": "aa", "Å": "Aa", "Ö": "Oe", "Ø": "Oe"}
)


def unique_records(dice: random.Random, size: int) -> list[Record]:
    titles = [
        aspect.format(t=t, f=f, p=p) for aspect in ASPECTS for t in TREATMENTS for f in FOODS for p in PEOPLE
    ]
    return [unique_record(dice, title, place) for place, title in enumerate(dice.sample(titles, size))]


def unique_record(dice: random.Random, title: str, place: int) -> Record:
    journal, first = dice.choice(list(JOURNALS)), dice.randint(1, 1900)
    names = dice.sample(NAMES, dice.randint(1, 6))
    return Record(
        title=title[0].upper() + title[1:],
        authors=tuple(f"{name}, {dice.choice('ABCDEFGH')}. {dice.choice('JKLM')}." for name in names),
        year=dice.randint(1990, 2024),
        journal=journal,
        volume=str(dice.randint(1, 150)),
        issue=str(dice.randint(1, 12)),
        pages=f"{first}-{first + dice.randint(1, 12)}",
        doi=f"10.1016/j.test.{place:05d}",
        abstract=f"Background: {title} is studied here. " + " ".join(dice.choices(FOODS + PEOPLE, k=40)),
        pmid=str(10_000_000 + place),
    )


def copy_as_exported(record: Record, dice: random.Random, database: str) -> Record:
    """The record as another database writes it: up to all of the usual differences at once."""

    def sometimes(odds: float) -> bool:
        return dice.random() < odds

    first, last = record.pages.split("-")
    short_last = last[next(i for i in range(len(last)) if len(last) != len(first) or last[i] != first[i]) :]
    title = record.title.upper() if sometimes(0.3) else record.title
    return replace(
        record,
        title=title + "." if sometimes(0.4) else title.replace("-", " ") if sometimes(0.3) else title,
        authors=tuple(name.translate(TRANSLITERATED) for name in record.authors)
        if sometimes(0.4)
        else record.authors,
        journal=JOURNALS[record.journal] if sometimes(0.5) else record.journal.upper(),
        doi="" if sometimes(0.5) else record.doi,
        pmid=record.pmid if database == "MEDLINE" else "",
        pages=dice.choice(
            [f"{first}-{short_last}", f"{first}–{last}", f"pp. {first}-{last}", first, record.pages]
        ),
        abstract="" if sometimes(0.3) else record.abstract,
        issue="" if sometimes(0.2) else record.issue,
        database=database,
    )


def exports(dice: random.Random, size: int) -> tuple[dict[str, Record], dict[str, int]]:
    records, truth = {}, {}
    for place, record in enumerate(unique_records(dice, size)):
        for database in dice.sample(DATABASES, dice.randint(1, 4)):
            name = f"{database}-{place}"
            records[name] = copy_as_exported(record, dice, database)
            truth[name] = place
    return records, truth


@pytest.mark.parametrize("seed", [1])
def test_2100_records_copied_to_thirteen_databases_are_grouped_without_a_mistake(seed):
    records, truth = exports(random.Random(seed), 2100)
    groups = duplicate_groups(records).groups
    expected = {}
    for name, place in truth.items():
        expected.setdefault(place, set()).add(name)
    assert {frozenset(group.members) for group in groups} == {frozenset(each) for each in expected.values()}
