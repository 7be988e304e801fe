"""What finding duplicates loses where databases leave fields out or write them wrongly.

    python benchmarks/duplicates_robustness.py [FOLDER]

FOLDER as in duplicates.py. Prints F1 and specificity for each labelled review set and change. "Half" changes
each record with probability one half, from one seed. Prints a table, asserts nothing.
"""

import random
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from duplicates import clusters, scores
from slips import mistyped

from evisynth.search.duplicates import duplicate_groups
from evisynth.search.duplicates.tables import read_table
from evisynth.search.record import Record

LABELLED = Path(__file__).resolve().parents[2] / "shared/data/dedup"
SETS = ("respiratory", "stroke", "digital_work", "diabetes", "copper")
Change = Callable[[Record, random.Random], Record]


def without(**fields: object) -> Change:
    return lambda record, _: replace(record, **fields)  # type: ignore[arg-type]


def half(change: Change) -> Change:
    return lambda record, dice: change(record, dice) if dice.random() < 0.5 else record


CHANGES: dict[str, Change] = {
    "as they are": without(),
    "no DOI, no PMID": without(doi="", pmid=""),
    "no abstract": without(abstract=""),
    "no pages": without(pages=""),
    "no volume, no issue": without(volume="", issue=""),
    "no journal": without(journal=""),
    "no year": without(year=None),
    "no authors": without(authors=()),
    "half: no pages": half(without(pages="")),
    "half: no volume, issue, pages, DOI, PMID": half(without(volume="", issue="", pages="", doi="", pmid="")),
    "half: no authors": half(without(authors=())),
    "half: first author alone": half(lambda record, _: replace(record, authors=record.authors[:1])),
    "half: capitals": half(
        lambda record, _: replace(
            record, title=record.title.upper(), authors=tuple(map(str.upper, record.authors))
        )
    ),
    "half: a slip in the title": half(
        lambda record, dice: replace(record, title=mistyped(record.title, dice))
    ),
    "half: title cut at 80 letters": half(lambda record, _: replace(record, title=record.title[:80])),
    "half: a slip in the pages": half(
        lambda record, dice: replace(record, pages=mistyped(record.pages, dice))
    ),
    "half: a year later": half(
        lambda record, _: replace(record, year=None if record.year is None else record.year + 1)
    ),
}


def main(folder: Path) -> None:
    if not folder.exists():
        print("The labelled sets are not here; name their folder.")
        return
    sets = [(read_table(folder / f"{name}.csv.gz"), clusters(folder / f"{name}.csv.gz")) for name in SETS]
    print(f"{'F1 / specificity':42}" + "".join(f"{name:>15}" for name in SETS))
    for name, change in CHANGES.items():
        found = []
        for records, true in sets:
            dice = random.Random(1)  # noqa: S311 - slips need no cryptography
            changed = {key: change(record, dice) for key, record in records.items()}
            groups = duplicate_groups(changed).groups
            predicted = {member: group.best for group in groups for member in group.members}
            f1, _, specificity = scores(true, predicted)
            found.append(f"{f1:.3f} / {specificity:.3f}")
        print(f"{name:42}" + "".join(f"{figure:>15}" for figure in found))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else LABELLED)
