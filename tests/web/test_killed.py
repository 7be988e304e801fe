"""A site that is killed at any moment loses nothing that it had acknowledged, and has no half of anything else.

A few moments on SQLite; `benchmarks/kills.py --rounds 200` tries many, on both kinds of database.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from support.kills import Kills

FEWEST, MOST = 3, 20  # kills: a slow machine gets less done between two of them
ACKNOWLEDGED = ("vote", "bulk votes", "duplicates decided", "table of decisions", "asking for an export")
TRIED = ("settling", "sending a file")
BROKEN_OFF = ("vote", "bulk votes")


@pytest.fixture(scope="module")
def kills(tmp_path_factory):
    """A site that was killed until each thing had happened while seven people worked, and then finished in peace."""
    killed = Kills(tmp_path_factory.mktemp("killed"), seed=5, file=700)
    for _ in killed.until(MOST, enough=lambda number: number >= FEWEST and all_happened(killed)):
        pass
    return killed


def all_happened(killed):
    return (
        all(killed.count(activity).acknowledged for activity in ACKNOWLEDGED)
        and all(killed.count(activity).acknowledged + killed.count(activity).kills for activity in TRIED)
        and all(killed.count(activity).kills for activity in BROKEN_OFF)
        and work_was_broken_off(killed)
    )


def work_was_broken_off(killed):
    return any(": " in activity and count.kills for activity, count in killed.counts.items())


def test_what_was_acknowledged_outlives_a_kill_and_what_was_not_is_whole_or_absent(kills):
    assert kills.failures == []


@pytest.mark.parametrize("activity", ACKNOWLEDGED)
def test_people_did_much_in_the_site_that_was_killed(kills, activity):
    assert kills.counts[activity].acknowledged > 0


@pytest.mark.parametrize("activity", TRIED)
def test_people_tried_all_things_in_the_site_that_was_killed(kills, activity):
    count = kills.counts[activity]
    assert count.acknowledged + count.kills > 0


def test_kills_broke_off_what_people_did_and_what_ran_in_the_background(kills):
    assert all(kills.counts[activity].kills for activity in BROKEN_OFF)
    assert work_was_broken_off(kills)


def test_exports_of_the_killed_site_load_to_the_same_review(kills):
    assert kills.exports_loaded > 0


def test_a_worker_that_dies_gets_a_successor(kills):
    site = kills.site
    site.start()
    try:
        (worker,) = children(site.process.pid)
        os.kill(worker, signal.SIGKILL)
        for _ in range(200):
            if (now := children(site.process.pid)) and now != [worker]:
                break
            time.sleep(0.1)
        else:
            pytest.fail("no other worker began")
    finally:
        site.stop()
    assert not [path for path in kills.temporary() if Path(f"/proc/{path.name.partition('-')[0]}").exists()]


def children(process):
    """The workers of a server that live."""
    found = subprocess.run(
        ["ps", "-o", "pid=,stat=", "--ppid", str(process)], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid, state in map(str.split, found.stdout.splitlines()) if not state.startswith("Z")]
