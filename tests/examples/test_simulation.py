"""The simulated files of the examples: the same bytes on each run, honest about what they are, and without counts."""

import csv
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from evisynth.search.duplicates import Correction, duplicate_groups
from evisynth.search.formats import read_file
from evisynth.search.record import Record

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
GENERATED = (
    "searches.csv", "duplicates.csv", "screening.csv", "reports.csv", "study_reports.csv", "studies.csv", "arms.csv", "extraction.csv",
    "appraisal.csv", "contacts.csv",
)  # fmt: skip
TRUTH = "import sys, json; sys.path.insert(0, sys.argv[1]); from main import simulate; print(json.dumps(dict(simulate(sys.argv[2])[1].records)))"
both = pytest.mark.parametrize("example", ["milk-oit", "peanut-oit"])


def rows(example, name):
    with (EXAMPLES / example / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def readings(example):
    """Each source with the readings of its exports."""
    for row in rows(example, "searches.csv"):
        yield row["source"], [read_file(EXAMPLES / example / name) for name in row["file"].split(";")]


def records(example) -> dict[str, Record]:
    found = {}
    for source, pieces in readings(example):
        for number, record in enumerate((record for piece in pieces for record in piece.records), start=1):
            found[f"{source}:{number}"] = record
    return found


def corrections(example):
    return [
        Correction(row["record_a"], row["record_b"], row["decision"], row["person"], row["reason"])
        for row in rows(example, "duplicates.csv")
    ]


def groups(example):
    return duplicate_groups(records(example), corrections(example)).groups


def active_votes(example, stage):
    """record -> person -> the vote that counts; and record -> consensus."""
    votes, settled = defaultdict(dict), {}
    for row in rows(example, "screening.csv"):
        if row["stage"] == stage and row["kind"] == "vote":
            votes[row["record"]][row["person"]] = row
        elif row["stage"] == stage:
            settled[row["record"]] = row
    return votes, settled


@pytest.mark.slow
def test_the_script_gives_the_committed_bytes_whatever_the_hash_seed(tmp_path):
    environment = os.environ | {"PYTHONHASHSEED": "4711", "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(
        [sys.executable, EXAMPLES / "simulate" / "main.py", tmp_path],
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    kept = sorted(
        path.relative_to(EXAMPLES)
        for example in ("milk-oit", "peanut-oit")
        for path in [
            *(EXAMPLES / example / "searches").rglob("*"),
            *(EXAMPLES / example / name for name in GENERATED),
        ]
        if path.is_file()
    )
    assert made == kept
    assert [name for name in made if (tmp_path / name).read_bytes() != (EXAMPLES / name).read_bytes()] == []


@both
def test_every_record_of_every_export_is_read(example):
    for source, pieces in readings(example):
        assert all(piece.found == len(piece.records) > 0 and piece.lost == 0 for piece in pieces), source
        assert all(record.title for piece in pieces for record in piece.records), source


@both
def test_every_record_says_that_it_is_simulated(example):
    silent = [name for name, record in records(example).items() if "simulat" not in record.raw.lower()]
    assert silent == []


@both
def test_generated_records_carry_no_identifier_that_somebody_could_have_given(example):
    known = {"18158176", "21481024", "21055664", "22897785", "18951617", "21377034"}
    for record in records(example).values():
        if record.pmid in known or record.doi.startswith(("10.1016/j.", "10.1111/j.")):
            continue
        assert not record.pmid or record.pmid.startswith("90")
        assert not record.doi or record.doi.startswith("10.5555/sim.")
        assert all(number.startswith(("NCT9", "ISRCTN9")) for number in record.registry_ids)


@both
def test_de_duplication_finds_the_true_groups(example):
    command = [sys.executable, "-c", TRUTH, EXAMPLES / "simulate", example.removesuffix("-oit")]
    truth = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert {frozenset(group.members) for group in groups(example)} == {
        frozenset(members) for members in truth.values()
    }


@both
def test_some_pairs_need_people(example):
    without = {frozenset(group.members) for group in duplicate_groups(records(example)).groups}
    assert without != {frozenset(group.members) for group in groups(example)}


def test_the_milk_files_yield_the_published_flow():
    assert len(groups("milk-oit")) == 2111
    assert Counter(row["retrieved"] for row in rows("milk-oit", "reports.csv"))["yes"] == 157
    status = {row["study"]: row["status"] for row in rows("milk-oit", "studies.csv")}
    assert Counter(status[row["study"]] for row in rows("milk-oit", "study_reports.csv"))["included"] == 16
    assert Counter(status.values())["included"] == 5
    assert len(rows("milk-oit", "searches.csv")) == 13


def test_one_study_is_included_for_peanut_from_fourteen_databases_and_two_registers():
    assert [row["study"] for row in rows("peanut-oit", "studies.csv") if row["status"] == "included"] == [
        "varshney-2011"
    ]
    assert Counter(row["kind"] for row in rows("peanut-oit", "searches.csv")) == {
        "database": 14,
        "register": 2,
    }


@both
@pytest.mark.parametrize("stage", ["title-abstract", "full-text"])
def test_two_people_vote_on_each_record_and_every_conflict_is_settled(example, stage):
    votes, settled = active_votes(example, stage)
    assert all(set(cast) == {"ra", "rb"} for cast in votes.values())
    differing = {
        record
        for record, cast in votes.items()
        if (cast["ra"]["decision"] == "exclude") != (cast["rb"]["decision"] == "exclude")
        or cast["ra"]["reason"] != cast["rb"]["reason"]
    }
    assert differing == set(settled)
    assert {row["person"] for row in settled.values()} == {"rc"}
    if stage == "full-text":
        assert all(
            bool(row["reason"]) == (row["decision"] == "exclude")
            for cast in votes.values()
            for row in cast.values()
        )


@both
def test_votes_stand_in_the_order_of_their_times_and_are_about_groups(example):
    times = [row["time"] for row in rows(example, "screening.csv") if row["stage"] == "title-abstract"]
    assert times == sorted(times)
    group_of = {member: place for place, group in enumerate(groups(example)) for member in group.members}
    votes, _ = active_votes(example, "title-abstract")
    assert sorted(group_of[record] for record in votes) == sorted(set(group_of.values()))
    read = {row["record"] for row in rows(example, "reports.csv") if row["retrieved"] == "yes"}
    assert read == set(active_votes(example, "full-text")[0])


def final_values(example):
    found = {}
    for row in rows(example, "extraction.csv"):
        key = (row["study"], row["outcome"], row["arm"], row["field"])
        if row["kind"] == "consensus" or key not in found:
            found[key] = row
    return found


def test_the_milk_extraction_adds_up_to_the_published_totals():
    values = final_values("milk-oit")

    def total(outcome, arm, field):
        return sum(int(row["value"]) for key, row in values.items() if key[1:] == (outcome, arm, field))

    assert (total("full-serving", "moit", "n"), total("full-serving", "control", "n")) == (106, 90)
    assert (
        total("full-serving", "moit", "patients_with_event"),
        total("full-serving", "control", "patients_with_event"),
    ) == (66, 7)
    assert (
        total("partial-serving", "moit", "patients_with_event"),
        total("partial-serving", "control", "patients_with_event"),
    ) == (27, 0)
    assert total("any-reaction", "moit", "patients_with_event") == 97
    assert (
        total("epinephrine", "moit", "patients_with_event"),
        total("epinephrine", "moit", "event_count"),
    ) == (10, 11)


@both
def test_each_value_has_two_extractions_and_a_consensus_where_they_differ(example):
    cast = defaultdict(dict)
    for row in rows(example, "extraction.csv"):
        cast[row["study"], row["outcome"], row["timepoint"], row["arm"], row["field"]][row["person"]] = row
    for key, by in cast.items():
        given = [
            (by[person]["value"], by[person]["missing"], by[person]["derivation"]) for person in ("ra", "rb")
        ]
        assert ("rc" in by) == (given[0] != given[1]), key
        assert all(sum(bool(part) for part in parts) == 1 for parts in given), key


@both
def test_no_page_no_quotation_and_no_reply_is_invented(example):
    assert {row["quote"] for row in rows(example, "extraction.csv")} == {""}
    places = {row["locator"] for name in ("extraction.csv", "appraisal.csv") for row in rows(example, name)}
    assert places == {"trial report, page not recorded here"}
    assert {(row["reply_date"], row["reply"]) for row in rows(example, "contacts.csv")} == {("", "")}


@both
def test_no_count_is_stored(example):
    counts = {str(len(records(example))), str(len(groups(example))), str(len(rows(example, "reports.csv")))}
    for name in set(GENERATED) - {"extraction.csv"}:
        assert not counts & {cell for row in rows(example, name) for cell in row.values()}, name
    strategies = "".join(
        path.read_text("utf-8") for path in (EXAMPLES / example / "searches" / "strategies").iterdir()
    )
    assert "result" not in strategies.lower()
