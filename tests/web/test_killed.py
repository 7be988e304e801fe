"""A server that is killed while people vote loses no vote that it had acknowledged, and has no half of another."""

import random
import sqlite3
import threading
import time
from dataclasses import dataclass, field

import pytest
import requests

from support import cast
from support.serving import Site
from support.small_review import SmallReview

ROUNDS = 3
DECISIONS = ("include", "exclude", "maybe")


@dataclass
class Voter:
    """Somebody who votes on all records over and over; what the server said yes to is in `told`, in order."""

    session: requests.Session
    site: Site
    slug: str
    keys: list[str]
    told: list[tuple[str, str]] = field(default_factory=list)
    open: tuple[str, str] | None = None  # sent, and not answered

    def work(self, rng: random.Random) -> None:
        while True:
            vote = (rng.choice(self.keys), rng.choice(DECISIONS))
            self.open = vote
            try:
                answer = self.session.post(
                    f"{self.site.address}/r/{self.slug}/screening/vote/",
                    {"record": vote[0], "decision": vote[1]},
                    timeout=30,
                )
            except requests.RequestException:
                return
            assert answer.status_code in (200, 409, 422), answer.text[:500]
            if answer.ok and f"{vote[0]}" in answer.text:
                self.told.append(vote)
            self.open = None


@pytest.fixture
def site(tmp_path):
    running = Site(tmp_path)
    small = SmallReview()
    cast.unscreened(small)
    running.slug = running.load(small.write(tmp_path / "small"))
    yield running
    running.stop()


def votes(path, person):
    """What the database has of a person's votes, in their order: (record, decision)."""
    with sqlite3.connect(path) as database:
        return database.execute(
            "SELECT r.key, d.decision FROM store_decision d JOIN store_record r ON r.id = d.record_id "
            "JOIN store_membership m ON m.id = d.person_id WHERE m.key = ? ORDER BY d.position", [person]
        ).fetchall()  # fmt: skip


def keys_of(path):
    with sqlite3.connect(path) as database:
        return [row[0] for row in database.execute(
            "SELECT r.key FROM store_duplicategroup g JOIN store_record r ON r.id = g.best_id ORDER BY g.position")]  # fmt: skip


def test_votes_outlive_a_kill(site, tmp_path):
    rng = random.Random(5)
    path = tmp_path / "site.db"
    told: dict[str, list[tuple[str, str]]] = {"ra": [], "rb": []}
    for _ in range(ROUNDS):
        site.start()
        voters = {key: Voter(site.signed_in(key), site, site.slug, keys_of(path)) for key in told}
        threads = [
            threading.Thread(target=voter.work, args=[random.Random(rng.random())])
            for voter in voters.values()
        ]
        for thread in threads:
            thread.start()
        time.sleep(rng.uniform(0.3, 1.5))
        site.kill()
        for thread in threads:
            thread.join(timeout=60)
        for key, voter in voters.items():
            there, before = votes(path, key), told[key]
            told[key] = there
            new = there[len(before) :]
            assert there[: len(before)] == before  # what an earlier round had is there still
            whole = without_repeats(before, voter.told)
            assert new[: len(whole)] == whole  # each vote that was acknowledged
            assert new[len(whole) :] in ([], [voter.open])  # and at most the one that was not, whole
    assert sum(map(len, told.values())) > ROUNDS
    assert site.run("verify").returncode == 0


def without_repeats(before, told):
    """The rows that these votes make: the same vote again makes none."""
    now = dict(before)
    rows = []
    for record, decision in told:
        if now.get(record) != decision:
            rows.append((record, decision))
            now[record] = decision
    return rows
