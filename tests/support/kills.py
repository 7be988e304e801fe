"""A real site in which people vote, settle, import and export at once, and which is killed at random moments.

After each kill it is compared with what the people were told: what was acknowledged is there, and of what each had
sent last and got no answer to, all is there or nothing. `Kills` counts it by activity.
"""

import json
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import killed_site
from support.killed_people import (
    BULK,
    BulkVoter,
    Decider,
    Exporter,
    Happened,
    Importer,
    Person,
    Sent,
    Settler,
    Voter,
)
from support.killed_site import SLUG, ris
from support.serving import Site

INSIDE = killed_site.__file__
MOST_SOURCES = 4  # imports into one site
CALM_SECONDS = 240


@dataclass
class Count:
    """Of one activity: how often it was broken off, what came of it, and how often it was acknowledged."""

    kills: int = 0
    acknowledged: int = 0
    whole: int = 0
    absent: int = 0


class Kills:
    """Kills a site `rounds` times. `records`: of the review at first; `file`: of each file that is imported."""

    def __init__(
        self, folder: Path, seed: int, *, url: str = "", records: int = 600, file: int = 800
    ) -> None:
        self.rng = random.Random(seed)
        self.site = Site(folder, worker=True, url=url)
        self.size = file
        self.counts: dict[str, Count] = {}
        self.failures: list[str] = []
        self.exports_loaded = 0
        made = self.inside("prepare", records)
        self.sessions, keys = made["sessions"], made["records"]
        self.voted, paired, self.bulk = (
            keys[:60],
            keys[60:100],
            keys[100:400],
        )  # two who vote on few have conflicts
        self.pairs = list(zip(paired[::2], paired[1::2], strict=True))
        self.events: int = made["events"]
        self.sources: list[str] = []
        self.asked = Counter[str]()  # jobs by kind that there should be, beside those of `prepare`
        self.base = Counter(job["kind"] for job in self.inside("look", self.events)["jobs"].values())
        self.people: list[Person] = []
        self.made: dict[str, Any] = {
            key: {} for key in killed_site.PEOPLE
        }  # what each has decided, by the history

    def inside(self, what: str, number: int) -> Any:
        done = subprocess.run([sys.executable, INSIDE, what, self.site.url, str(number)], env=self.site.environment,
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    def count(self, activity: str) -> Count:
        return self.counts.setdefault(activity, Count())

    def fail(self, what: str) -> None:
        self.failures.append(what)

    # ------------------------------------------------------------ one kill

    def kill(self, longest: float = 3.0) -> None:
        """Start the site, let everybody work, kill it at a random moment, and compare."""
        self.site.start()
        self.people = self.crew()
        threads = [threading.Thread(target=person.run, daemon=True) for person in self.people]
        for thread in threads:
            thread.start()
        for person in self.people:
            person.there.wait(30)
        time.sleep(self.rng.uniform(0.05, longest))
        self.site.kill()
        for thread in threads:
            thread.join(timeout=90)
            assert not thread.is_alive()
        found = self.inside("look", self.events)
        for step in found["running"].values():
            self.count(step).kills += 1
        if not found["running"] and not any(person.open for person in self.people):
            self.count("nothing at that moment").kills += 1
        self.judge(found)

    def crew(self) -> list[Person]:
        def given(key: str) -> tuple[Any, ...]:
            return key, self.site, self.sessions[key], random.Random(self.rng.random())

        file = None
        if len(self.sources) < MOST_SOURCES:
            name = f"more-{len(self.sources) + 1}"
            file = (name, ris(name, self.size, long=self.size > 1000).encode())
            self.sources.append(name)
        return [
            *(Voter(*given(key), keys=self.voted, mine=dict(self.made[key])) for key in ("fv", "sv")),
            BulkVoter(*given("bv"), keys=self.bulk, mine=dict(self.made["bv"])),
            Settler(*given("ss")),
            Decider(*given("dd"), pairs=self.pairs, merged=dict(self.made["dd"])),
            Importer(*given("ii"), file=file),
            Exporter(*given("oo")),
        ]

    # ------------------------------------------------------------ what is there, and what should be

    def judge(self, found: Any) -> None:
        self.failures += found["problems"]
        new = found["events"]
        self.events += len(new)
        for person in self.people:
            if person.fault:
                self.fail(person.fault)
            for sent in person.told:
                self.count(sent.activity).acknowledged += 1
            if isinstance(person, (Importer, Exporter)):
                self.judge_work(person, found)
            else:
                self.judge_events(person, [e for e in new if e["who"] == person.key])
        self.judge_exports(found)
        self.remember(new)

    def judge_events(self, person: Person, there: list[Happened]) -> None:
        """Each thing a person was told is in the history, in that order, and behind it at most what was open."""
        told, behind = person.told, there[len(person.told) :]
        if len(there) < len(told) or not all(s.left(e) for s, e in zip(told, there, strict=False)):
            self.fail(
                f"{person.key} was told of {len(told)} {told[0].activity}; the history has {there}"[:800]
            )
        whole = len(behind) == 1 and person.open is not None and person.open.left(behind[0])
        if behind and not whole:
            self.fail(
                f"{person.key}: the history has {behind} behind all that was told; {person.open} was open"[
                    :800
                ]
            )
        self.outcome(person.open, whole=whole)

    def judge_work(self, person: Person, found: Any) -> None:
        """Files and jobs that were acknowledged are there, and beside them at most what was open."""
        there = Counter(job["kind"] for job in found["jobs"].values()) - self.base
        for sent in person.told:
            self.asked[sent.name] += sent.name in ("import", "export")
            if sent.activity == "sending a file" and sent.name not in found["files"]:
                self.fail("a file that was acknowledged is not there")
        sent, whole = person.open, False
        for kind in ("import",) if isinstance(person, Importer) else ("export",):
            more = there[kind] - self.asked[kind]
            whole = more == 1 and sent is not None and sent.name == kind
            if more and not whole:
                self.fail(
                    f"{there[kind]} jobs of kind {kind} are there, and {self.asked[kind]} were acknowledged"
                )
            self.asked[kind] = there[kind]
        self.outcome(sent, whole=whole or (sent is not None and sent.name in found["files"]))

    def outcome(self, sent: Sent | None, *, whole: bool) -> None:
        if sent is not None:
            count = self.count(sent.activity)
            count.kills += 1
            count.whole += whole
            count.absent += not whole

    def judge_exports(self, found: Any) -> None:
        for job, wrong in found["loaded"].items():
            self.exports_loaded += 1
            if wrong:
                self.fail(f"the file of export {job} is not the review: {wrong}"[:800])
        for source, records in found["sources"].items():
            if source.startswith("more-") and records != self.size:
                self.fail(f"of {self.size} records of {source} {records} are there")
        for number, job in found["jobs"].items():
            if job["state"] == "failed":
                self.fail(f"job {number} failed: {job['error']}")

    def remember(self, new: list[Happened]) -> None:
        """What each has decided by now."""
        for event in new:
            mine, after = self.made[event["who"]], event["after"]
            if event["what"] == "vote":
                mine[after["record"]] = after["decision"]
            elif event["what"] == "votes":
                mine[self.bulk.index(after[0]["record"]) // BULK] = after[0]["decision"]
            elif event["what"].startswith("duplicates"):
                mine[(after["pairs"][0]["a"], after["pairs"][0]["b"])] = after["decision"] == "merge"

    # ------------------------------------------------------------ at last

    def calm(self) -> None:
        """Let the site run without a kill: all work is done, once; nothing is left over, neither rows nor files."""
        self.site.start()
        try:
            self.wait_for_work()
            left = [path for path in self.temporary() if not _lives(path)]
        finally:
            self.site.stop()
        if left:
            self.fail(f"temporary files of killed processes are left: {left[:5]}")
        if left := self.temporary():
            self.fail(f"temporary files are left when nothing runs: {left[:5]}")
        found = self.inside("look", self.events)
        self.people = []
        self.judge(found)
        if unfinished := {n: job for n, job in found["jobs"].items() if job["state"] != "done"}:
            self.fail(f"work was not done: {unfinished}")
        if found["hidden"]:
            self.fail(f"{found['hidden']} hidden reviews of imports are left")
        imports = sum(job["kind"] == "import" for job in found["jobs"].values())
        if imports != len(found["sources"]):
            self.fail(f"{imports} imports gave {len(found['sources'])} sources")
        verified = self.site.run("verify", check=False)
        if verified.returncode:
            self.fail(f"evisynth verify: {verified.stdout} {verified.stderr}")

    def wait_for_work(self) -> None:
        """Until nothing waits or runs, as the page of the background work tells it."""
        browser = self.site.of_session(self.sessions["oo"])
        deadline = time.monotonic() + CALM_SECONDS
        while time.monotonic() < deadline:
            pages = [browser.get(f"{self.site.address}/r/{SLUG}/{path}", timeout=60).text
                     for path in ("jobs/", "searches/uploads/")]  # fmt: skip
            if (
                not re.search(r'data-name="State">(waiting|running)', pages[0])
                and "<progress" not in pages[1]
            ):
                return
            time.sleep(0.3)
        self.fail("the work was not done in time")

    def temporary(self) -> list[Path]:
        """Folders for temporary files of processes, and whatever else is in the place for them."""
        found = []
        for path in self.site.temporary.iterdir():
            own = path.name.startswith("evisynth-") and path.name[9:].isdigit()
            found += list(path.iterdir()) if own else [path]
        return found

    def until(
        self, rounds: int, *, calm_every: int = 10, enough: Callable[[int], bool] = lambda _: False
    ) -> Iterator[int]:
        """Kill so many times, or until that number is enough, with a calm time in between and at the end."""
        try:
            for number in range(1, rounds + 1):
                self.kill()
                last = number == rounds or enough(number)
                if last or number % calm_every == 0:
                    self.calm()
                yield number
                if last:
                    return
        finally:
            self.site.stop()


def _lives(folder: Path) -> bool:
    """Whether the process lives whose folder this is."""
    number = folder.name.partition("-")[0]
    return number.isdigit() and Path(f"/proc/{number}").exists()
