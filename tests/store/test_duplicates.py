"""Duplicates of a review in the database: each group a row, and people's decisions about the pairs that are left."""

import csv

import pytest

from evisynth.reporting.claims import Claims
from evisynth.reporting.tables.duplicates import YOU, duplicates_table, row_to_paste
from evisynth.store import models
from evisynth.store.duplicates import find_duplicates
from evisynth.store.exchange.load import load_folder
from evisynth.store.gather import gather
from support.small_review import SmallReview
from support.updated_review import UpdatedReview

pytestmark = pytest.mark.django_db

MEETING = """\
TY  - CONF
TI  - Almond drops or honey for cough at night: the GAMMA trial
AU  - Gamma, Greta
PY  - 2014
JO  - Syrup Congress Abstracts
VL  - 3
SP  - S77
ER  -
"""


@pytest.fixture
def small():
    """The updated review with a meeting abstract that is alike to a report and printed elsewhere."""
    small = UpdatedReview()
    small.exports["searches/medline-2.ris"] += MEETING.encode()
    return small


def loaded(small, tmp_path, slug="small"):
    return load_folder(small.write(tmp_path), slug)[0]


def test_groups_grow_over_the_rounds_and_every_record_is_in_one(small, tmp_path):
    review = loaded(small, tmp_path)
    duplicates, problems = find_duplicates(review)
    assert problems == []
    groups = models.DuplicateGroup.objects.filter(review=review)
    sizes = sorted(group.records.count() for group in groups)
    assert sum(sizes) == models.Record.objects.filter(review=review).count() == 15
    (known,) = [group for group in groups if group.records.filter(key="medline:1").exists()]
    assert {record.key for record in known.records.all()} == {"medline:1", "medline-2:1", "pubmed:1"}
    assert duplicates.first_round(known.pk) == 0
    assert duplicates.members[known.pk] == (
        "medline:1",
        "pubmed:1",
        "medline-2:1",
    )  # in the order of the searches
    assert len(known.merges) == 2


def test_finding_again_replaces_the_groups(small, tmp_path):
    review = loaded(small, tmp_path)
    find_duplicates(review)
    before = models.DuplicateGroup.objects.filter(review=review).count()
    find_duplicates(review)
    assert models.DuplicateGroup.objects.filter(review=review).count() == before


@pytest.mark.parametrize(("decision", "groups"), [("merge", 10), ("keep apart", 11)])
def test_a_row_of_the_review_band_decides_its_pair_once_it_has_a_name(small, tmp_path, decision, groups):
    (pair,) = gather(loaded(small, tmp_path)).review_band
    assert {pair.a, pair.b} <= {"medline-2:2", "medline-2:5", "pubmed-2:1"}
    row = row_to_paste(pair, decision).replace(YOU, "rb")
    small.add("duplicates.csv", row)
    assert next(csv.reader([row]))[2] == decision
    findings = gather(loaded(small, tmp_path / "again", "again"))
    assert findings.review_band == ()
    assert findings.flow.screened == groups
    assert not [problem for problem in findings.problems if problem.file == "duplicates.csv"]


def test_a_row_without_a_name_is_told(small, tmp_path):
    (pair,) = gather(loaded(small, tmp_path)).review_band
    small.add("duplicates.csv", row_to_paste(pair, "merge"))
    _, problems = load_folder(small.write(tmp_path / "again"), "again")
    assert [problem.message for problem in problems] == [
        f"found '{YOU}', which is not among the people. The row was left out."
    ]


@pytest.mark.parametrize("pair", ["medline:1,medline:2", "medline:2,medline:1"])
@pytest.mark.parametrize(
    ("first", "later"), [("merge", "keep apart"), ("keep apart", "merge"), ("keep apart", "keep apart")]
)
@pytest.mark.parametrize("person", ["ra", "rb"])
def test_the_first_decision_about_a_pair_stays_and_a_later_one_is_told(tmp_path, pair, first, later, person):
    small = SmallReview()
    small.add("duplicates.csv", f"medline:1,medline:2,{first},ra", f"{pair},{later},{person}")
    duplicates, problems = find_duplicates(loaded(small, tmp_path))
    together = duplicates.group_of["medline:1"] == duplicates.group_of["medline:2"]
    assert together == (first == "merge")
    a, b = pair.split(",")
    assert [str(problem) for problem in problems] == [
        (
            f"duplicates.csv:4: decision: {a} and {b} are decided about in line 3 already ({first}, by ra); this row does "
            "not count. To change that decision, say changes = yes."
        )
    ]


def test_pairs_kept_apart_are_counted_as_far_as_they_count(tmp_path):
    small = SmallReview()
    small.add(
        "duplicates.csv",
        "medline:4,medline:3,keep apart,rb",  # as line 2
        "medline:1,medline:2,merge,ra",
        "medline:2,medline:5,merge,ra",
        "medline:1,medline:5,keep apart,ra",  # cannot hold beside the two above
    )
    findings = gather(loaded(small, tmp_path))
    assert [problem.line for problem in findings.problems if problem.file == "duplicates.csv"] == [3, 6]
    rows = [["".join(run.text for run in cell) for cell in row] for row in duplicates_table(findings).rows]
    assert ["kept apart by people", "1"] in rows
    assert ["decided by people", "2"] in rows
    assert Claims(findings).resolve("duplicates.kept-apart")[0] == "1"
