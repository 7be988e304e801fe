"""A build depends on the files of the review and on nothing else: not on the day, the folder or the hash seed."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MILK = Path(__file__).resolve().parents[2] / "examples" / "milk-oit"

# A build as on another day: the clock that Python shows is moved by 400 days before anything is imported.
ANOTHER_DAY = """
import datetime, sys, time
shift = 400 * 86400.0
real_time, real_local, real_gm = time.time, time.localtime, time.gmtime
time.time = lambda: real_time() + shift
time.localtime = lambda seconds=None: real_local(time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: real_gm(time.time() if seconds is None else seconds)
class Moved(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(days=400)
datetime.datetime = Moved
from evisynth.cli.main import app
app(["build", sys.argv[1], "--out", sys.argv[2]])
"""


def fingerprints(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def build(review, out, cwd, seed, *, another_day=False):
    start = (
        ["-c", ANOTHER_DAY, str(review), str(out)]
        if another_day
        else ["-m", "evisynth", "build", str(review), "--out", str(out)]
    )
    environment = os.environ | {
        "PYTHONHASHSEED": seed,
        "EVISYNTH_DATABASE": "",
        "TZ": "Asia/Tokyo" if another_day else "UTC",
    }
    done = subprocess.run(
        [sys.executable, *start], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return fingerprints(out)


@pytest.mark.slow
def test_two_builds_on_other_days_in_other_folders_give_the_same_bytes(tmp_path):
    elsewhere = tmp_path / "elsewhere" / "deeper"
    elsewhere.mkdir(parents=True)
    copy = shutil.copytree(MILK, elsewhere / "copy", ignore=shutil.ignore_patterns("report"))
    first = build(MILK, tmp_path / "first", MILK.parent, "1")
    second = build(copy, elsewhere / "second", elsewhere, "2", another_day=True)
    assert first == second
    assert {name.rpartition(".")[2] for name in first} == {
        "csv",
        "docx",
        "html",
        "json",
        "pdf",
        "png",
        "svg",
        "txt",
    }


@pytest.mark.slow
def test_no_output_names_a_folder_of_this_machine(tmp_path):
    build(MILK, tmp_path / "report", tmp_path, "1")
    needles = (str(tmp_path).encode(), str(MILK.parents[1]).encode())
    found = [
        path.name
        for path in (tmp_path / "report").rglob("*")
        if path.is_file() and any(n in path.read_bytes() for n in needles)
    ]
    assert found == []
