"""A database is backed up while it is used, restored elsewhere, and its history can be proved."""

import json
import os
import sqlite3
import subprocess
import sys
import zipfile

import pytest

from support.small_review import SmallReview


def run(*arguments, database, check=True):
    environment = {
        **os.environ,
        "EVISYNTH_DATABASE": f"sqlite:///{database}",
        "EVISYNTH_SECRET_KEY": "of the tests",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-m", "evisynth", *map(str, arguments)],
        env=environment, capture_output=True, text=True, check=check,
    )  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A database with the small review in it, and a backup of it."""
    folder = tmp_path_factory.mktemp("kept")
    run("load", SmallReview().write(folder / "small"), database=folder / "a.db")
    run("backup", folder / "backup.zip", database=folder / "a.db")
    return folder


def files(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_what_is_restored_is_what_was_backed_up(kept, tmp_path):
    run("restore", kept / "backup.zip", database=tmp_path / "b.db")
    run("export", "small-review", tmp_path / "before", database=kept / "a.db")
    run("export", "small-review", tmp_path / "after", database=tmp_path / "b.db")
    assert files(tmp_path / "before") == files(tmp_path / "after")
    run("backup", tmp_path / "again.zip", database=tmp_path / "b.db")
    tables = [json.loads(zipfile.ZipFile(path).read("manifest.json"))["tables"]
              for path in (kept / "backup.zip", tmp_path / "again.zip")]  # fmt: skip
    assert tables[0] == tables[1]


def test_a_backup_is_for_its_owner_alone(kept):
    assert (kept / "backup.zip").stat().st_mode & 0o077 == 0


def test_a_database_with_reviews_in_it_is_not_written_over(kept):
    answer = run("restore", kept / "backup.zip", database=kept / "a.db", check=False)
    assert answer.returncode == 1
    assert "restore into an empty one" in answer.stderr


def changed(kept, to, change):
    with zipfile.ZipFile(kept / "backup.zip") as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return to


def test_a_backup_that_was_changed_is_refused(kept, tmp_path):
    def change(name, content):
        return content.replace(b"include", b"exclude") if name == "store.Decision.jsonl" else content

    answer = run(
        "restore", changed(kept, tmp_path / "x.zip", change), database=tmp_path / "b.db", check=False
    )
    assert answer.returncode == 1
    assert "store.Decision is not what was written" in answer.stderr


def test_a_backup_of_a_later_version_is_refused(kept, tmp_path):
    def change(name, content):
        if name != "manifest.json":
            return content
        return json.dumps(
            {**(of := json.loads(content)), "migrations": {**of["migrations"], "store": "9999_later"}}
        )

    answer = run(
        "restore", changed(kept, tmp_path / "x.zip", change), database=tmp_path / "b.db", check=False
    )
    assert "made by a later version" in answer.stderr


@pytest.mark.parametrize("content", [b"no zip", b"PK\x05\x06" + bytes(18)], ids=["text", "an empty zip"])
def test_what_is_no_backup_is_refused(tmp_path, content):
    tmp_path.joinpath("x.zip").write_bytes(content)
    answer = run("restore", tmp_path / "x.zip", database=tmp_path / "b.db", check=False)
    assert answer.returncode == 1
    assert "is not a backup" in answer.stderr


def test_a_file_that_is_there_is_not_written_over_unasked(kept):
    assert "--replace" in run("backup", kept / "backup.zip", database=kept / "a.db", check=False).stderr


def test_a_history_that_somebody_changed_is_named(kept, tmp_path):
    run("restore", kept / "backup.zip", database=tmp_path / "b.db")
    assert run("verify", database=tmp_path / "b.db").stdout.startswith("small-review: ")
    with sqlite3.connect(tmp_path / "b.db") as database:
        assert database.execute("UPDATE store_event SET who = 'somebody' WHERE position = 1").rowcount == 1
    answer = run("verify", "small-review", database=tmp_path / "b.db", check=False)
    assert answer.returncode == 1
    assert "Event 1 was changed after it was written" in answer.stdout
