"""People at work in a site that gets killed. Each knows what the site has said yes to, and what it has not answered."""

import csv
import hashlib
import io
import random
import re
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from support.killed_site import SLUG
from support.serving import Site

DECISIONS = {"include": "Included", "exclude": "Excluded", "maybe": "Maybe"}
BULK = 90  # records of one bulk decision
PATIENCE = 0.1  # seconds between looks at background work

Happened = dict[str, Any]  # an event of the history


@dataclass(frozen=True)
class Sent:
    """Something asked of the site. `left` says whether an event of the history is what it makes."""

    activity: str
    left: Callable[[Happened], bool] = lambda _: False
    name: str = ""  # of what is no event: the hash of a file, the number of a job


@dataclass
class Person:
    """Somebody at work in a browser: what the site has said yes to, in order, and what it has not answered."""

    key: str
    site: Site
    cookie: str
    rng: random.Random
    told: list[Sent] = field(default_factory=list)
    open: Sent | None = None
    fault: str = ""
    there: threading.Event = field(default_factory=threading.Event)  # signed in, or gone

    def run(self) -> None:
        try:
            self.browser = self.site.of_session(self.cookie)
            self.there.set()
            self.work()
        except requests.RequestException:
            return
        except Exception as error:  # noqa: BLE001 - told by the judge
            self.fault = f"{type(self).__name__}: {error!r}"
        finally:
            self.there.set()

    def work(self) -> None:
        raise NotImplementedError

    def at(self, path: str) -> str:
        return f"{self.site.address}/r/{SLUG}/{path}"

    def get(self, path: str) -> requests.Response:
        return self.browser.get(self.at(path), timeout=60)

    def send(
        self,
        sent: Sent,
        path: str,
        data: Any,
        ok: Callable[[requests.Response], bool] | None = None,
        **more: Any,
    ) -> requests.Response:
        """Ask for something; it is told as soon as the answer is there, if that says yes."""
        self.open = sent
        answer = self.browser.post(self.at(path), data, timeout=60, allow_redirects=False, **more)
        assert answer.status_code < 500, answer.text[:300]
        if ok(answer) if ok else answer.status_code == 302:
            self.told.append(sent)
        self.open = None
        return answer


@dataclass
class Voter(Person):
    keys: list[str] = field(default_factory=list)
    mine: dict[str, str] = field(default_factory=dict)  # record -> this person's vote

    def work(self) -> None:
        self.browser.headers["HX-Request"] = "true"
        while True:
            key = self.rng.choice(self.keys)
            decision = self.rng.choice([each for each in DECISIONS if each != self.mine.get(key)])
            sent = Sent("vote", lambda e, k=key, d=decision: _about(e["after"]) == (k, d))
            self.send(sent, "screening/vote/", {"record": key, "decision": decision},
                      lambda answer, k=key, d=decision: answer.ok and f"{DECISIONS[d]}: {k}." in answer.text)  # fmt: skip
            self.mine[key] = decision


@dataclass
class BulkVoter(Person):
    keys: list[str] = field(default_factory=list)
    mine: dict[int, str] = field(default_factory=dict)  # part of the keys -> this person's vote on it

    def work(self) -> None:
        while True:
            part = self.rng.randrange(len(self.keys) // BULK)
            keys = self.keys[part * BULK : (part + 1) * BULK]
            decision = self.rng.choice([each for each in DECISIONS if each != self.mine.get(part)])
            sent = Sent("bulk votes", lambda e, ks=keys, d=decision: _are(e["after"], ks, d))
            self.send(sent, "screening/list/decide/", {"record": keys, "what": decision, "confirmed": "yes"},
                      lambda answer: "done=" in answer.headers.get("Location", ""))  # fmt: skip
            self.mine[part] = decision


class Settler(Person):
    def work(self) -> None:
        while True:
            found = re.findall(
                rf'href="/r/{SLUG}/(conflicts/title-abstract/[^"]+/)"', self.get("conflicts/").text
            )
            if not found:
                time.sleep(PATIENCE)
                continue
            path = self.rng.choice(found)
            page = self.get(path).text
            seen = re.search(r'name="seen" value="(\d+)"', page)
            if seen is None:  # its voters agree meanwhile
                continue
            key, decision = path.split("/")[2].replace("%3A", ":"), self.rng.choice(("include", "exclude"))
            sent = Sent("settling", lambda e, k=key, d=decision: _about(e["after"]) == (k, d))
            self.send(sent, path + "settle/", {"choice": decision, "note": "", "seen": seen[1]})


@dataclass
class Decider(Person):
    pairs: list[tuple[str, str]] = field(default_factory=list)
    merged: dict[tuple[str, str], bool] = field(default_factory=dict)

    def work(self) -> None:
        while True:
            pair = self.rng.choice(self.pairs)
            decision = "keep apart" if self.merged.get(pair) else "merge"
            sent = Sent("duplicates decided", lambda e, p=pair, d=decision: (
                e["after"]["decision"] == d and e["after"]["pairs"] == [{"a": p[0], "b": p[1]}]))  # fmt: skip
            self.send(
                sent, "duplicates/decide/", {"a": pair[0], "b": pair[1], "decision": decision, "reason": ""}
            )
            self.merged[pair] = decision == "merge"
            time.sleep(PATIENCE)


@dataclass
class Importer(Person):
    file: tuple[str, bytes] | None = None  # the next to send: source, content

    def work(self) -> None:
        if self.file is not None:
            source, content = self.file
            sent = Sent("sending a file", name=hashlib.sha256(content).hexdigest())
            self.send(sent, "searches/uploads/send/", None, files={"files": (f"{source}.ris", content)})
        while True:
            page = self.get("searches/uploads/").text
            for number, key in re.findall(r'name="u(\d+)-key" value="([^"]*)"', page):
                data = {f"u{number}-{name}": value for name, value in {
                    "take": "on", "source": "", "key": key, "name": key, "kind": "database", "update": "0"}.items()}  # fmt: skip
                self.send(Sent("asking for an import", name="import"), "searches/uploads/plan/", data)
            time.sleep(PATIENCE)


class Exporter(Person):
    """Takes the whole review along, again and again, and the table of decisions meanwhile."""

    def work(self) -> None:
        while True:
            sent = Sent("asking for an export", name="export")
            answer = self.send(sent, "export/folder/", {"unblinded": "yes"})
            job = answer.headers["Location"].rstrip("/").rpartition("/")[2]
            while True:
                self.table()
                file = self.browser.get(f"{self.site.address}/work/{job}/file/", timeout=60)
                if file.ok:
                    assert len(file.content) == int(file.headers["Content-Length"])
                    assert zipfile.ZipFile(io.BytesIO(file.content)).testzip() is None
                    self.told.append(Sent("export downloaded"))
                    break
                time.sleep(PATIENCE)

    def table(self) -> None:
        self.open = Sent("table of decisions")
        answer = self.get("export/decisions.csv")
        assert answer.ok
        assert len({len(row) for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))}) == 1
        self.told.append(self.open)
        self.open = None


def _about(after: Any) -> tuple[str, str]:
    return after["record"], after["decision"]


def _are(after: Any, keys: list[str], decision: str) -> bool:
    return {_about(each) for each in after} == {(key, decision) for key in keys} and len(after) == len(keys)
