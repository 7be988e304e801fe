"""Records whose publications are known (sources and licences: the README beside the data)."""

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from evisynth.search.duplicates import duplicate_groups
from evisynth.search.record import Record

DATA = Path(__file__).resolve().parents[3] / "../shared/data/dedup"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the labelled sets are not on this machine")


def labelled_set(name):
    """The records by id, and the true publication of each."""
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    records = {row["id"]: as_record(row) for row in rows}
    return records, {row["id"]: row["cluster"] for row in rows}


def as_record(row):
    year = row.get("year") or ""
    return Record(
        title=row.get("title") or "",
        authors=tuple(name for name in (row.get("author") or "").split("; ") if name),
        year=int(year) if year.isdigit() else None,
        journal=row.get("journal") or row.get("booktitle") or "",
        volume=row.get("volume") or "",
        issue=row.get("number") or "",
        pages=row.get("pages") or "",
        abstract=row.get("abstract") or "",
        doi=row.get("doi") or "",
        pmid=row.get("pmid") or "",
        database=row.get("database") or "",
    )


def scores(true, predicted):
    """F1 of the duplicates removed, and the share of publications kept, at record level."""
    cells = len({(true[name], predicted[name]) for name in true})
    publications, groups = len(set(true.values())), len(set(predicted.values()))
    tp, fp, fn = len(true) - cells, cells - groups, cells - publications
    return 2 * tp / (2 * tp + fp + fn), 1 - fp / publications


# bib-dedupe 0.11.0 on the same sets: .968, .997, .992, 1.000, .997 and .719.
@pytest.mark.parametrize(
    ("name", "f1", "specificity"),
    [
        ("respiratory", 0.99, 0.999),
        ("stroke", 0.995, 0.999),
        ("digital_work", 0.992, 0.999),
        ("diabetes", 0.999, 0.999),
        ("copper", 0.999, 0.999),
        ("dblp_acm", 0.93, 0.96),  # title, authors, venue and year only; serial columns are identical there
    ],
)
def test_the_duplicates_of_a_labelled_set_are_found_and_few_publications_lost(name, f1, specificity):
    records, true = labelled_set(name)
    predicted = {member: group.best for group in duplicate_groups(records).groups for member in group.members}
    found = scores(true, predicted)
    assert found[0] >= f1
    assert found[1] >= specificity


def test_the_review_band_of_a_labelled_set_is_short():
    records, _ = labelled_set("digital_work")
    assert len(duplicate_groups(records).review_band) < 40


def test_all_tricky_pairs_are_decided_as_labelled():
    cases = json.loads((DATA / "pairs_tricky.json").read_text(encoding="utf-8"))["cases"]
    wrong = Counter()
    for case in cases:
        pair = {side: as_record(case[side]) for side in ("record_a", "record_b")}
        pair = {side: _authors_by_and(record) for side, record in pair.items()}
        merged = len(duplicate_groups(pair).groups) == 1
        wrong[case["id"]] = int(merged != case["expected_duplicate"])
    assert len(cases) == 25
    assert +wrong == Counter()


def _authors_by_and(record):
    names = tuple(name for joined in record.authors for name in joined.split(" and "))
    return Record(**{field: getattr(record, field) for field in Record.__slots__} | {"authors": names})
