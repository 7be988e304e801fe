"""Records whose publications are known (sources and licences: the README beside the data)."""

import csv
import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from evisynth.search.duplicates import Correction, duplicate_groups
from evisynth.search.duplicates.tables import author_names, read_table
from evisynth.search.record import Record

DATA = Path(__file__).resolve().parents[3] / "../shared/data/dedup"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the labelled sets are not on this machine")


def labelled_set(name):
    """The records by id, and the true publication of each."""
    path = DATA / f"{name}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        true = {row["id"]: row["cluster"] for row in csv.DictReader(file)}
    return read_table(path), true


def as_record(row):
    year = row.get("year") or ""
    return Record(
        title=row.get("title") or "",
        authors=author_names(row.get("author") or ""),
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


def clusters(grouping):
    return {member: group.best for group in grouping.groups for member in group.members}


# bib-dedupe 0.11.0 on the same sets: .968, .997, .992, 1.000, .997 and .719.
@pytest.mark.parametrize(
    ("name", "f1", "specificity"),
    [
        ("respiratory", 0.993, 0.999),
        ("stroke", 0.9965, 0.9999),
        ("digital_work", 0.9999, 0.9999),
        ("diabetes", 0.9999, 0.9999),
        ("copper", 0.9999, 0.9999),
        ("dblp_acm", 0.949, 0.97),  # title, authors, venue and year only; serial columns are identical there
    ],
)
def test_the_duplicates_of_a_labelled_set_are_found_and_few_publications_lost(name, f1, specificity):
    records, true = labelled_set(name)
    found = scores(true, clusters(duplicate_groups(records)))
    assert found[0] >= f1
    assert found[1] >= specificity


@pytest.mark.parametrize("name", ["respiratory", "stroke", "digital_work", "diabetes", "copper"])
def test_with_a_short_review_band_at_most_one_duplicate_in_a_hundred_is_missed(name):
    records, true = labelled_set(name)
    grouping = duplicate_groups(records)
    shown = {record for pair in grouping.review_band for record in (pair.a, pair.b)}
    assert len(shown) <= 0.02 * len(records)
    right = [
        Correction(pair.a, pair.b, "merge") for pair in grouping.review_band if true[pair.a] == true[pair.b]
    ]
    predicted = clusters(duplicate_groups(records, right))
    kept = len({(true[name], predicted[name]) for name in true}) - len(set(true.values()))
    assert kept <= 0.01 * (len(records) - len(set(true.values())))


# Databases leave fields out; then fewer duplicates are found, and hardly more publications lost.
@pytest.mark.parametrize(
    ("missing", "f1", "specificity"),
    [
        (("doi", "pmid"), 0.99, 0.999),
        (("abstract",), 0.99, 0.999),
        (("pages",), 0.96, 0.998),
        (("volume", "issue"), 0.98, 0.998),
        (("journal",), 0.98, 0.998),
        (("authors",), 0.97, 0.999),
    ],
)
@pytest.mark.parametrize("name", ["respiratory", "stroke", "diabetes", "copper"])
def test_a_missing_column_costs_little(name, missing, f1, specificity):
    records, true = labelled_set(name)
    without = {field: () if field == "authors" else "" for field in missing}
    records = {key: replace(record, **without) for key, record in records.items()}
    found = scores(true, clusters(duplicate_groups(records)))
    assert found[0] >= f1
    assert found[1] >= specificity


def test_all_tricky_pairs_are_decided_as_labelled():
    cases = json.loads((DATA / "pairs_tricky.json").read_text(encoding="utf-8"))["cases"]
    wrong = []
    for case in cases:
        pair = {side: as_record(case[side]) for side in ("record_a", "record_b")}
        if (len(duplicate_groups(pair).groups) == 1) != case["expected_duplicate"]:
            wrong.append(case["id"])
    assert len(cases) == 25
    assert wrong == []
