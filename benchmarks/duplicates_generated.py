"""How the duplicate finder does on records that its rules were not made for, beside bib-dedupe where it is there.

    python benchmarks/duplicates_generated.py [--labelled FOLDER] [--exports FOLDER] [--every 5] [--seed 1]
                                              [--bib-dedupe PYTHON] [--write FOLDER]

Takes the publications of the labelled sets (FOLDER as in duplicates.py) and of sample exports, writes each as one to
five databases would export it (database_styles, slips) and puts in place of one in `every` a family of publications
that look alike and are different (look_alikes, reports_alike). Prints F1, sensitivity and specificity at record level,
sensitivity after a person has decided the review band, and for each kind of look-alike how many were lost. With
`--every 40` the share of look-alikes is about that of a search; with 5 they are looked for. It asserts nothing.
"""

import argparse
import csv
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from database_styles import STYLES
from duplicates import BIB_DEDUPE, clusters, scores, with_band
from look_alikes import Kind, Lot
from reports_alike import COMPUTING, MEDICAL, SOCIAL
from slips import carried

from evisynth.errors import DataError
from evisynth.search.duplicates import Grouping, duplicate_groups
from evisynth.search.duplicates.tables import COLUMNS, read_table
from evisynth.search.formats import read_file
from evisynth.search.record import Record

SHARED = Path(__file__).resolve().parents[2] / "shared/data"
COPIES = {1: 0.42, 2: 0.28, 3: 0.18, 4: 0.09, 5: 0.03}  # of a publication, and the share that has so many
EXPORTS = "sample exports"
CLINICAL = (
    "PubMed",
    "Ovid MEDLINE",
    "Ovid Embase",
    "Embase.com",
    "CENTRAL",
    "Web of Science",
    "CINAHL",
    "Scopus",
)
WIDE = (
    "PubMed",
    "Embase.com",
    "Web of Science",
    "Scopus",
    "PsycINFO",
    "CINAHL",
    "Google Scholar",
    "ProQuest",
)
TECHNICAL = ("Web of Science", "Scopus", "Google Scholar", "ProQuest")


@dataclass(frozen=True, slots=True)
class Plan:
    """A set to make: of which publications, from which databases, with which look-alikes, how badly carried."""

    name: str
    sources: tuple[str, ...]
    databases: tuple[str, ...]
    kinds: tuple[Kind, ...]
    slips: float = 1.0
    invent: bool = False  # give each publication the volume, pages and DOI that its set leaves out
    thin: bool = False  # as the oldest labelled sets: no DOI, no PMID, no abstract


PLANS = (
    Plan("clinical, thin", ("respiratory", "stroke"), CLINICAL, MEDICAL, thin=True),
    Plan("clinical, with numbers", ("respiratory", "stroke"), CLINICAL, MEDICAL, invent=True),
    Plan("preclinical", ("diabetes", "copper"), CLINICAL, MEDICAL),
    Plan("psychology, education", ("digital_work",), WIDE, SOCIAL),
    Plan("software, thin", ("dblp_acm",), TECHNICAL, COMPUTING, invent=True, thin=True),
    Plan("software, with numbers", ("dblp_acm",), TECHNICAL, COMPUTING, invent=True),
    Plan(EXPORTS, (EXPORTS,), CLINICAL, MEDICAL),
    Plan(
        "all, badly carried",
        ("respiratory", "stroke", "diabetes", "copper", "digital_work"),
        tuple(STYLES),
        MEDICAL,
        slips=3.0,
    ),
)


def publications(labelled: Path, exports: Path, sources: Iterable[str]) -> list[Record]:
    """One record of each publication: the one with most fields and longest texts.

    Of publications with one title, first author and year, and no page to tell them apart, the last alone.
    """
    found: list[Record] = []
    for source in sources:
        if source == EXPORTS:
            found += exported_samples(exports)
            continue
        path = labelled / f"{source}.csv.gz"
        best: dict[str, Record] = {}
        true = clusters(path)
        for name, record in read_table(path).items():
            best[true[name]] = max(record, best.get(true[name], record), key=fullness)
        found += best.values()
    named = [record for record in found if record.title.strip() and record.authors]
    unique = {
        (record.title.lower(), record.authors[:1], record.year, record.pages): record for record in named
    }
    return list(unique.values())


def exported_samples(folder: Path) -> list[Record]:
    """The journal articles of the sample exports; several files hold the same ones, so each title once."""
    found: dict[str, Record] = {}
    for path in sorted(folder.glob("*")):
        try:
            records = read_file(path).records
        except DataError:
            continue  # the folder also holds files that no reader takes
        for record in records:
            if record.journal and record.year:
                key = "".join(filter(str.isalnum, record.title.lower()))[:40]
                kept = replace(record, registry_ids=(), accession="", links=(), raw="")
                found[key] = max(kept, found.get(key, kept), key=fullness)
    return list(found.values())


def fullness(record: Record) -> tuple[int, ...]:
    said = (
        record.doi,
        record.abstract,
        record.pages,
        record.volume,
        record.issue,
        record.authors,
        record.journal,
    )
    return (
        sum(map(bool, said)),
        not record.title.isupper(),
        len(record.journal),
        len("".join(record.authors)),
    )


def completed(record: Record, lot: Lot) -> Record:
    """The record with the volume, pages and DOI that the publication has, though its set does not give them."""
    year = record.year or 2000
    return replace(
        record,
        volume=record.volume or (str(year - 1970) if lot.dice.random() < 0.6 else ""),
        issue=record.issue or str(lot.dice.randint(1, 6)),
        pages=record.pages or lot.pages(),
        doi=record.doi or (lot.doi(year) if year > 1997 else ""),
    )


@dataclass(frozen=True, slots=True)
class Copy:
    """One record of a generated set: of which publication, and among which look-alikes."""

    record: Record
    publication: int
    kind: str


def generated(plan: Plan, pool: list[Record], seed: int, every: int) -> dict[str, Copy]:
    """The set of a plan, by record id, in an order that says nothing."""
    lot = Lot(random.Random(f"{plan.name} {seed}"), pool)  # noqa: S311 - invented exports need no cryptography
    copies: list[Copy] = []
    number = 0
    for record in pool:
        own = completed(record, lot) if plan.invent else record
        kind = lot.dice.choice(plan.kinds) if lot.dice.random() < 1 / every else None
        for publication in kind(own, lot) if kind else [own]:
            name = kind.__name__.replace("_", " ") if kind else "alone"
            number += 1
            copies += [Copy(each, number, name) for each in exported(publication, plan, lot.dice)]
    lot.dice.shuffle(copies)
    return {f"g{place:06d}": copy for place, copy in enumerate(copies)}


def exported(record: Record, plan: Plan, dice: random.Random) -> Iterator[Record]:
    (wanted,) = dice.choices(list(COPIES), list(COPIES.values()))
    for database in dice.sample(plan.databases, min(wanted, len(plan.databases))):
        copy = carried(STYLES[database](record, dice), dice, plan.slips)
        yield replace(copy, doi="", pmid="", abstract="") if plan.thin else copy


def write(copies: dict[str, Copy], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS[:-1], "cluster", "kind"])
        for name, copy in copies.items():
            own = copy.record
            writer.writerow(
                [name, "; ".join(own.authors), own.title, own.year or "", own.journal, own.volume, own.issue, own.pages,
                 own.doi, own.abstract, "", own.pmid, own.database, copy.publication, copy.kind]
            )  # fmt: skip


def lost(true: dict[str, str], predicted: dict[str, str], kinds: dict[str, str]) -> Counter[str]:
    """Publications lost in the group of another, by kind of look-alike."""
    of_group: dict[str, dict[str, str]] = {}
    for name, publication in true.items():
        group = predicted.get(name) or f"alone {name}"
        of_group.setdefault(group, {}).setdefault(publication, kinds[name])
    count: Counter[str] = Counter()
    for members in of_group.values():
        named = sorted(members.values(), key=lambda kind: kind == "alone")
        count.update(named[: len(members) - 1])
    return count


def predicted_by(grouping: Grouping) -> dict[str, str]:
    return {member: group.best for group in grouping.groups for member in group.members}


def ours(path: Path, true: dict[str, str]) -> tuple[dict[str, str], str]:
    """Our clusters, and the line of figures."""
    grouping = duplicate_groups(read_table(path))
    predicted = predicted_by(grouping)
    f1, sensitivity, specificity = scores(true, predicted)
    band = scores(true, with_band(true, predicted, [[pair.a, pair.b] for pair in grouping.review_band]))[1]
    shown = len({name for pair in grouping.review_band for name in (pair.a, pair.b)}) / len(true)
    return predicted, f"evisynth    {f1:.4f} {sensitivity:.4f}  {specificity:.4f}  {band:.4f} {shown:6.1%}"


def peers(python: str, path: Path, true: dict[str, str]) -> tuple[dict[str, str], str]:
    """bib-dedupe's clusters, and the line of figures."""
    out = path.with_suffix(".out")
    subprocess.run([python, "-c", BIB_DEDUPE, str(path), str(out)], check=True, capture_output=True)  # noqa: S603
    f1, sensitivity, specificity = scores(true, clusters(out))
    return clusters(out), f"bib-dedupe  {f1:.4f} {sensitivity:.4f}  {specificity:.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labelled", type=Path, default=SHARED / "dedup", help="folder of the labelled sets")
    parser.add_argument("--exports", type=Path, default=SHARED / "exports", help="folder of sample exports")
    parser.add_argument(
        "--every", type=int, default=5, help="of this many publications one is a family of look-alikes"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bib-dedupe", default="", metavar="PYTHON", help="Python that has bib-dedupe")
    parser.add_argument("--write", type=Path, help="folder for the generated sets")
    given = parser.parse_args()
    if not given.labelled.exists():
        print("The labelled sets are not here; name their folder with --labelled.")
        return
    lost_by_us, lost_by_peer = Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as work:
        folder = given.write or Path(work)
        folder.mkdir(exist_ok=True, parents=True)
        print(f"{'set':24} records  publ.  program     F1     sens.   spec.   +band   shown")
        for plan in PLANS:
            pool = publications(given.labelled, given.exports, plan.sources)
            copies = generated(plan, pool, given.seed, given.every)
            path = folder / f"{plan.name.replace(', ', '_').replace(' ', '_')}.csv"
            write(copies, path)
            kinds = {name: copy.kind for name, copy in copies.items()}
            true = {name: str(copy.publication) for name, copy in copies.items()}
            predicted, line = ours(path, true)
            lost_by_us += lost(true, predicted, kinds)
            print(f"{plan.name:24} {len(true):7} {len(set(true.values())):6}  {line}", flush=True)
            if given.bib_dedupe:
                predicted, line = peers(given.bib_dedupe, path, true)
                lost_by_peer += lost(true, predicted, kinds)
                print(f"{'':39}  {line}", flush=True)
    print("\npublications lost, by kind of look-alike: evisynth, bib-dedupe")
    for kind in sorted({*lost_by_us, *lost_by_peer}, key=lambda kind: -lost_by_us[kind]):
        print(f"{lost_by_us[kind]:6} {lost_by_peer[kind]:6}  {kind}")


if __name__ == "__main__":
    main()
