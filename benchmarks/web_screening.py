"""Fifty people screen 100,000 records at ten times human speed: how long a vote and the next record take.

Run it with the project's environment:

    python benchmarks/web_screening.py [--seconds 30] [--records 100000] [--people 50]
    python tools/with_postgres.py .venv/bin/python benchmarks/web_screening.py

It makes the review in the database of EVISYNTH_DATABASE (a new file of SQLite when unset), or goes on with the one
that an earlier run left there, starts `evisynth serve` on
a free port of this machine, and lets each person vote about once a second from a page of their own. Printed are the
times that they waited, the server's processor time for each vote, its memory, and what went wrong. It asserts
nothing: times depend on the machine. The server's own PostgreSQL of tools/with_postgres.py does not wait for its disk.
"""

import argparse
import http.client
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
SLUG = "made"
ARRIVAL = 5.0  # seconds in which people come; votes count from then on


def made(records: int, people: int) -> list[str]:
    """Make the review; gives the session of each person."""
    from evisynth.cli.opening import open_database

    open_database(os.environ["EVISYNTH_DATABASE"])
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection, transaction

    from evisynth.store import models
    from support.many_records import made_review

    review = models.Review.objects.filter(slug=SLUG).first()
    if review is None:
        with transaction.atomic():
            review = made_review(records, people, SLUG, accounts=True)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    sessions = []
    for member in models.Membership.objects.filter(review=review).select_related("user")[:people]:
        session = SessionStore()
        session[SESSION_KEY] = str(member.user_id)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
        session.create()
        sessions.append(session.session_key)
    connection.close()
    return sessions


class Person(threading.Thread):
    """One person who votes again and again in a page of their own."""

    def __init__(self, number: int, session: str, port: int, until: float, pause: float) -> None:
        super().__init__(daemon=True)
        self.choose = random.Random(number)  # noqa: S311 - a made-up reader
        self.session, self.port, self.until, self.pause = session, port, until, pause
        self.counted = time.time() + ARRIVAL
        self.took: list[float] = []
        self.pages: list[float] = []
        self.wrong: list[str] = []
        self.too_late = 0

    def run(self) -> None:
        time.sleep(self.choose.random() * ARRIVAL)
        try:
            self._screen()
        except OSError as error:
            self.wrong.append(repr(error))

    def _screen(self) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        start = time.perf_counter()
        fields, cookie = self._page()
        self.pages.append(time.perf_counter() - start)
        while time.time() < self.until:
            time.sleep(self.pause * (0.5 + self.choose.random()))
            fields["decision"] = self.choose.choices(("include", "exclude", "maybe"), (1, 8, 1))[0]
            fields["note"] = ""
            start = time.perf_counter()
            headers = {
                "Cookie": cookie,
                "HX-Request": "true",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            self.line.request("POST", f"/r/{SLUG}/screening/vote/", urlencode(fields), headers)
            answer = self.line.getresponse()
            text = answer.read().decode()
            if time.time() > self.counted:
                self.took.append(time.perf_counter() - start)
            self.too_late += "yours is not needed. It is" in text
            if answer.status != 200:
                self.wrong.append(f"{answer.status} {text[:200]}")
                fields, cookie = self._page()
            else:
                fields = dict(HIDDEN.findall(text))

    def _page(self) -> tuple[dict[str, str], str]:
        self.line.request("GET", f"/r/{SLUG}/screening/", headers={"Cookie": f"evisynth={self.session}"})
        answer = self.line.getresponse()
        text = answer.read().decode()
        token = re.search(r"csrftoken=(\w+)", answer.getheader("Set-Cookie") or "")
        fields = dict(HIDDEN.findall(text[text.index('id="vote"') :]))
        return fields, f"evisynth={self.session}; csrftoken={token[1] if token else ''}"


def used(process: int) -> tuple[float, float]:
    """(seconds of processor, MB of memory) of a process so far."""
    parts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    memory = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK"), int(
        memory[1]
    ) / 1024 if memory else 0.0


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=30)
    asked.add_argument("--records", type=int, default=100_000)
    asked.add_argument("--people", type=int, default=50)
    asked.add_argument("--threads", default="8", help="of the server")
    asked.add_argument(
        "--pause", type=float, default=1.0, help="seconds between a person's votes, on average"
    )
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("EVISYNTH_DATABASE", f"sqlite:///{folder}/made.sqlite3")
        os.environ["EVISYNTH_SECRET_KEY"] = "a key for this run alone"  # noqa: S105 - signs nothing that lasts
        os.environ["DJANGO_SETTINGS_MODULE"] = "evisynth.web.settings"
        start = time.perf_counter()
        sessions = made(given.records, given.people)
        print(
            f"{given.records} records and {given.people} people made in {time.perf_counter() - start:.0f} s"
        )
        command = [
            sys.executable,
            "-m",
            "evisynth",
            "serve",
            "--port",
            "0",
            "--no-worker",
            "--threads",
            given.threads,
        ]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)  # noqa: S603 - this interpreter
        try:
            run(server, sessions, given)
        finally:
            server.terminate()
            server.wait()


def run(server: subprocess.Popen[str], sessions: list[str], given: argparse.Namespace) -> None:
    port = 0
    for line in server.stderr or ():
        if found := re.search(r"Evisynth is at http://\S+:(\d+)/", line):
            port = int(found[1])
            break
    threading.Thread(
        target=lambda: [print(line, end="") for line in server.stderr or ()], daemon=True
    ).start()
    people = [
        Person(number, session, port, time.time() + ARRIVAL + given.seconds, given.pause)
        for number, session in enumerate(sessions)
    ]
    processor, memory = used(server.pid)
    begin = time.perf_counter()
    for person in people:
        person.start()
    third = None
    while any(person.is_alive() for person in people):
        time.sleep(0.5)
        if third is None and time.perf_counter() - begin > given.seconds / 3:
            third = used(server.pid)[1]
    lasted = time.perf_counter() - begin - ARRIVAL
    processor_end, memory_end = used(server.pid)
    took = sorted(each for person in people for each in person.took)
    pages = sorted(each for person in people for each in person.pages)
    wrong = [text for person in people for text in person.wrong]
    print(f"{len(took)} votes in {lasted:.0f} s ({len(took) / lasted:.0f} a second)")
    print(f"vote and next: median {statistics.median(took) * 1000:.0f} ms, p95 {took[int(len(took) * 0.95)] * 1000:.0f} ms, "
          f"p99 {took[int(len(took) * 0.99)] * 1000:.0f} ms, worst {took[-1] * 1000:.0f} ms")  # fmt: skip
    print(f"first page: median {statistics.median(pages) * 1000:.0f} ms, worst {pages[-1] * 1000:.0f} ms")
    print(
        f"processor of the server: {(processor_end - processor) / len(took) * 1000:.1f} ms a vote, first pages included"
    )
    print(
        f"memory: {memory:.0f} MB at the start, {third or 0:.0f} MB after a third, {memory_end:.0f} MB at the end"
    )
    print(f"votes that came too late: {sum(person.too_late for person in people)}; errors: {len(wrong)}")
    for text in wrong[:5]:
        print("   ", text)


if __name__ == "__main__":
    main()
