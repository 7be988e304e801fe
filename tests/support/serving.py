"""A real `evisynth serve` in a process of its own, on loopback, that can be killed at any moment."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

PASSWORD = "correct horse 7 staple"
PEOPLE = """
import os, sys
os.environ["EVISYNTH_DATABASE"], os.environ["DJANGO_SETTINGS_MODULE"] = sys.argv[1], "evisynth.web.settings"
import django
django.setup()
from evisynth.store import models
for member in models.Membership.objects.filter(review__slug=sys.argv[2]):
    member.user = models.User.objects.create_user(f"{member.key}@example.org", sys.argv[3], name=member.name)
    member.save()
"""


class Site:
    """A database and the server on it. `url` is the database's address, `address` the site's, `temporary` its own
    place for temporary files, `more` further settings.
    """

    def __init__(self, folder: Path, *, worker: bool = False, url: str = "", **more: str) -> None:
        self.url = url or f"sqlite:///{folder / 'site.db'}"
        self.log = folder / "site.log"
        self.temporary = folder / "temporary"
        self.temporary.mkdir(exist_ok=True)
        self.more = more
        self.worker = worker
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        of = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        own = {"EVISYNTH_DATABASE": self.url, "EVISYNTH_SECRET_KEY": "of the tests alone"}
        return {**of, **own, "TMPDIR": str(self.temporary), **self.more}

    def run(self, *arguments: Any, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "evisynth", *map(str, arguments)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=check)

    def load(self, review: Path) -> str:
        """Load a review folder and give each of its people an account; gives the review's name."""
        loaded = self.run(
            "load", review, check=False
        )  # 1 where the folder has problems, and is loaded all the same
        assert "Loaded as" in loaded.stderr, loaded.stderr
        command = [sys.executable, "-c", PEOPLE, self.url, review.name, PASSWORD]
        subprocess.run(command, env=self.environment, check=True)
        return review.name

    def start(self) -> None:
        command = [sys.executable, "-m", "evisynth", "serve", "--port", str(self.port)]
        command += [] if self.worker else ["--no-worker"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stderr=log, stdout=log, start_new_session=True
            )
        for _ in range(600):
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(f"{self.address}/healthy/", timeout=5).ok:
                    return
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError("the server did not start: " + self.log.read_text())

    def kill(self) -> None:
        """As a power cut would end it: no handler runs, nothing is flushed."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)

    def of_session(self, key: str) -> requests.Session:
        """A browser that has this session, which was made in the database."""
        session = requests.Session()
        session.cookies.set("evisynth", key)
        page = session.get(f"{self.address}/accounts/password/change/", timeout=30)
        assert page.ok
        assert "/login" not in page.url, page.text[:500]
        session.headers["X-CSRFToken"] = session.cookies["csrftoken"]
        return session

    def signed_in(self, key: str) -> requests.Session:
        """A browser's session of the person with this id in the loaded review."""
        session = requests.Session()
        page = session.get(f"{self.address}/accounts/login/", timeout=30).text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found, page
        answer = session.post(
            f"{self.address}/accounts/login/",
            {"login": f"{key}@example.org", "password": PASSWORD, "csrfmiddlewaretoken": found[1]},
            timeout=30,
        )
        assert answer.ok
        assert "/login" not in answer.url, answer.text
        session.headers["X-CSRFToken"] = session.cookies["csrftoken"]
        session.headers["HX-Request"] = "true"
        return session
