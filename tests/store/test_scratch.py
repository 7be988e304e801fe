"""Temporary files of a process that was killed are gone when the next one begins; those of living ones stay."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HOLD = """
import sys, tempfile
from evisynth.store.scratch import own_scratch
own_scratch()
folder = tempfile.mkdtemp()
open(folder + "/half", "w").write("half")
print(folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start(tmp_path):
    started = []

    def begin():
        process = subprocess.Popen([sys.executable, "-c", HOLD], env={**os.environ, "TMPDIR": str(tmp_path)},
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
        started.append(process)
        return process, Path(process.stdout.readline().strip())

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_what_a_killed_process_left_is_removed_by_the_next_and_what_a_living_one_has_stays(start):
    killed, left = start()
    _, kept = start()
    assert (left / "half").exists()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert (left / "half").exists()
    start()
    assert not left.exists()
    assert (kept / "half").exists()


def test_a_process_that_ends_leaves_nothing(start, tmp_path):
    process, folder = start()
    process.communicate("")
    assert not folder.exists()
    (place,) = tmp_path.iterdir()
    assert list(place.iterdir()) == []
    assert place.stat().st_mode & 0o077 == 0


def test_a_place_that_others_can_write_into_is_not_used(start, tmp_path):
    place = tmp_path / f"evisynth-{os.getuid()}"
    place.mkdir()
    place.chmod(0o777)
    _, folder = start()
    assert place not in folder.parents
    assert list(place.iterdir()) == []
