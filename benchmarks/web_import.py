"""How long an import of a large file takes in the background, and how quick pages and votes are meanwhile.

    python benchmarks/web_import.py [--records 100000] [--there 5000] [--database URL] [--kills 0]

Makes a database (SQLite in a temporary folder, unless a URL names another, empty one) with a review of `there`
records, starts the web application and its worker as processes of their own, asks for the import of a RIS file of
`records` invented records (1.75 copies of each publication), and until it is done asks for pages over HTTP and gives
votes, each in a loop with a pause of 50 ms. Prints the seconds of the import, the times of pages and votes (median, 95th
percentile, longest) before and meanwhile, and the largest memory of the worker.

With `--kills N` the worker is killed (SIGKILL) N times at random moments of the import and started again. Then it is
checked that nothing is half: all records are there, in groups, with an item for each group, once; no hidden review is
left; the history's chain holds.
"""

import argparse
import http.client
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from synthetic_exports import rows

PAUSE = 0.05
TAGS = {
    "title": "TI",
    "journal": "JO",
    "year": "PY",
    "volume": "VL",
    "number": "IS",
    "abstract": "AB",
    "doi": "DO",
}


def ris(size: int, seed: int) -> str:
    """A RIS file of so many invented records."""
    lines = []
    for row in rows(size, seed):
        record = dict(row) if isinstance(row, dict) else row
        lines.append("TY  - JOUR")
        lines += [
            f"AU  - {name.strip()}" for name in str(record.get("author", "")).split(";") if name.strip()
        ]
        lines += [f"{tag}  - {record[name]}" for name, tag in TAGS.items() if record.get(name)]
        first, _, last = str(record.get("pages", "")).partition("-")
        lines += [f"{tag}  - {page}" for tag, page in (("SP", first), ("EP", last)) if page]
        lines += ["ER  - ", ""]
    return "\n".join(lines)


class Times:
    """Seconds of things done in a loop, from a thread of its own, until it is stopped."""

    def __init__(self, what: str, do: Callable[[], None]) -> None:
        self.what, self.do = what, do
        self.seconds: list[float] = []
        self.errors: list[str] = []
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        while not self.ending.wait(PAUSE):
            start = time.perf_counter()
            try:
                self.do()
            except Exception as error:  # noqa: BLE001 - counted and shown
                self.errors.append(repr(error)[:200])
            self.seconds.append(time.perf_counter() - start)

    def stop(self, when: str) -> None:
        self.ending.set()
        self.thread.join()
        ms = sorted(1000 * each for each in self.seconds)
        p95 = ms[int(0.95 * (len(ms) - 1))]
        print(f"{when:<10} {self.what:<6} n={len(ms):<5} median {statistics.median(ms):7.1f} ms   p95 {p95:7.1f} ms   "
              f"longest {ms[-1]:8.1f} ms   errors {len(self.errors)} {self.errors[:1] or ''}")  # fmt: skip


class Site:
    """The web application as a process, and requests of one signed-in person."""

    def __init__(self, database: str, cookie: str) -> None:
        command = [
            sys.executable,
            "-m",
            "evisynth",
            "serve",
            "--database",
            database,
            "--port",
            "0",
            "--no-worker",
        ]
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            command, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        found = re.search(r":(\d+)/", self.process.stderr.readline())
        assert found, "the server said no address"
        self.port, self.cookie = int(found[1]), cookie
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self.connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> None:
        connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.connection = connection
        connection.request("GET", path, headers={"Cookie": f"evisynth={self.cookie}", "Host": "localhost"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")


def worker(database: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "evisynth", "work", "--database", database]
    return subprocess.Popen(command)  # noqa: S603 - our own program


def peak_memory(process: subprocess.Popen[bytes]) -> int:
    """MB that the process had at most, on Linux; 0 elsewhere."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def processor_time(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor time that the process has used, on Linux; 0 elsewhere."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def prepare(there: int) -> tuple[object, object]:
    """A review with so many records, an owner and a reviewer."""
    from django.conf import settings

    from evisynth.store import models
    from evisynth.store.import_asking import ask_import
    from evisynth.store.invitations import add_member, new_review
    from evisynth.store.jobs import carry_out, take_up

    assert settings.DATABASES
    ann = models.User.objects.create_user("ann@example.org", name="Ann")
    bob = models.User.objects.create_user("bob@example.org", name="Bob")
    review = new_review(ann, "A large review")
    add_member(review, bob, ["reviewer"])
    owner = models.Membership.objects.get(review=review, user=ann)
    ask_import(
        owner, [(upload(owner, ris(there, 7), "there.ris"), "there")], {"there": fields("There before")}
    )
    job = take_up()
    assert job is not None
    carry_out(job)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return owner, models.Membership.objects.get(review=review, user=bob)


def fields(name: str) -> dict[str, object]:
    return {"name": name, "kind": "database", "searched": "2020-01-01", "update": 0}


def upload(owner: object, text: str, name: str) -> int:
    from evisynth.store.uploads import keep, preview

    kept = keep(owner.review, owner.user, name, text.encode())  # type: ignore[attr-defined]
    kept.preview = preview(kept)
    kept.save(update_fields=["preview"])
    return kept.pk


def session_of(user: object) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)  # type: ignore[attr-defined]
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()  # type: ignore[attr-defined]
    session.save()
    return str(session.session_key)


def votes(member: object) -> Callable[[], None]:
    """A vote on the next item, each time."""
    from evisynth.store.voting import to_screen, vote

    def give() -> None:
        item = to_screen(member, "title-abstract").select_related("group__best").order_by("shuffled")[0]  # type: ignore[arg-type]
        decision = random.choice(["include", "exclude"])  # noqa: S311 - no secret
        vote(member, "title-abstract", item.group.best.key, decision)  # type: ignore[arg-type]

    return give


def check(review: object, expected: int) -> None:
    """Prints whether everything is whole."""
    from evisynth.store import models
    from evisynth.store.history import breaks

    records = models.Record.objects.filter(review=review)  # type: ignore[misc]
    groups = models.DuplicateGroup.objects.filter(review=review)  # type: ignore[misc]
    items = models.ScreeningItem.objects.filter(review=review, stage="title-abstract")  # type: ignore[misc]
    events = list(models.Event.objects.filter(review=review).values())  # type: ignore[misc]
    facts = {
        f"{expected:,} records": records.count() == expected == models.Record.objects.count(),
        "each in a group of the review": records.filter(group__review=review).count() == expected,
        "sizes of groups add up": sum(groups.values_list("size", flat=True)) == expected,
        "an item for each group": items.count() == groups.count() == models.DuplicateGroup.objects.count(),
        "no hidden review is left": models.Review.objects.count() == 1,
        "the chain of the history holds": not list(breaks(events)),
        "two imports in the history": sum(e["what"] == "records imported" for e in events) == 2,
        "no file waits": not models.Upload.objects.exists(),
    }
    for fact, holds in facts.items():
        print(f"{'yes' if holds else 'NO ':<4} {fact}")


def killed(database: str, job: object, kills: int) -> Iterator[str]:
    """Kill workers at random moments until the job is done."""
    from datetime import timedelta

    from django.utils import timezone

    from evisynth.store import models

    mine = models.Job.objects.filter(pk=job.pk)  # type: ignore[attr-defined]
    for _ in range(kills):
        process = worker(database)
        time.sleep(random.uniform(1, 12))  # noqa: S311
        process.send_signal(signal.SIGKILL)
        process.wait()
        state, step = mine.values_list("state", "step")[0]
        yield f"killed while {state}: {step}"
        if state == "done":
            return
        mine.update(beat=timezone.now() - timedelta(minutes=5), tries=0)  # as if the silence had passed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--there", type=int, default=5_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--quiet", action="store_true", help="no pages and votes meanwhile")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = given.database or f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "evisynth.web.settings"
        os.environ.setdefault("EVISYNTH_SECRET_KEY", "for this benchmark alone")
        from evisynth.store.database import open_database

        open_database(database)
        run(database, given)


def run(database: str, given: argparse.Namespace) -> None:
    from evisynth.store import models
    from evisynth.store.import_asking import ask_import

    owner, reviewer = prepare(given.there)
    text = ris(given.records, 1)
    print(
        f"{given.records:,} records, {len(text) / 1e6:.0f} MB; {given.there:,} are there; {database.partition(':')[0]}"
    )
    number = upload(owner, text, "large.ris")
    site = Site(database, session_of(owner.user))  # type: ignore[attr-defined]
    page = f"/r/{owner.review.slug}/"  # type: ignore[attr-defined]
    working = None
    try:
        site.get(page)
        load = (
            [] if given.quiet else [Times("pages", lambda: site.get(page)), Times("votes", votes(reviewer))]
        )
        time.sleep(5 if load else 0)
        for each in load:
            each.stop("before")
        job = ask_import(owner, [(number, "large")], {"large": fields("Large")})  # type: ignore[arg-type]
        for line in killed(database, job, given.kills):
            print(line)
        load = (
            [] if given.quiet else [Times("pages", lambda: site.get(page)), Times("votes", votes(reviewer))]
        )
        working = worker(database)
        start, memory, spent, steps = time.perf_counter(), 0, 0.0, dict[str, float]()
        while True:
            job.refresh_from_db()
            steps.setdefault(job.step, time.perf_counter() - start)
            memory, spent = max(memory, peak_memory(working)), processor_time(working)
            if job.state in {"done", "failed"}:
                break
            time.sleep(0.2)
        seconds = time.perf_counter() - start
        for each in load:
            each.stop("meanwhile")
        print(
            f"import {job.state} after {seconds:.1f} s ({spent:.1f} s of processor time), worker's memory {memory} MB {job.error}"
        )
        print("steps began after: " + "; ".join(f"{at:.1f} s {step}" for step, at in steps.items() if step))
        print(job.result)
        check(owner.review, given.records + given.there)  # type: ignore[attr-defined]
        print(f"{models.Decision.objects.count()} votes given")
    finally:
        for process in (working, site.process):
            if process is not None:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
