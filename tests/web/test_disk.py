"""Pages on a disk that is full or can only be read: what cannot be saved is told in words, what is there can be read.

The real file system of the last tests is one of 24 MB in memory; where none may be mounted they are skipped.
"""

import json
import os
import re
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from evisynth.store import models
from support import cast, killed_site
from support.killed_site import SLUG, ris
from support.read_only import read_only
from support.serving import Site

READING = ("", "screening/", "screening/list/", "conflicts/", "history/", "flow/", "searches/", "duplicates/", "export/",
           "export/decisions.csv", "jobs/", "agreement/", "team/", "protocol/", "studies/")  # fmt: skip
THOUGHT = "a thought that took long to write"
NO_ROOM = "There is no room left on the server&#x27;s disk."
SIZE = "24m"


@pytest.fixture
def person(db, tmp_path):
    return cast.plays(cast.load(tmp_path, "small", cast.unscreened), "ra", "Ann Owner")


class TestInProcess:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_a_vote_that_cannot_be_saved_is_told_in_words_beside_what_was_typed(self, person):
        person.raise_request_exception = False
        asked = {"record": "medline:1", "decision": "include", "note": THOUGHT}
        with read_only():
            part = person.post("/r/small/screening/vote/", asked, headers={"HX-Request": "true"})
            page = person.post("/r/small/screening/vote/", asked)
        assert part.status_code == page.status_code == 503
        assert part["Content-Type"].startswith("text/plain")
        assert part.content.decode().startswith(
            "The server's database can only be read at the moment. This was not saved."
        )
        assert "This was not saved." in page.content.decode()
        assert THOUGHT in page.content.decode()
        assert not models.Decision.objects.exists()
        assert person.post("/r/small/screening/vote/", asked).status_code == 200

    def test_every_page_can_be_read_also_by_who_was_not_seen_for_a_while(self, person):
        session = person.session
        session["seen"] = int(time.time()) - 3600
        session.save()
        with read_only():
            assert {path: person.get(f"/r/small/{path}").status_code for path in READING} == dict.fromkeys(
                READING, 200
            )

    def test_a_password_is_not_shown_again(self, person):
        person.raise_request_exception = False
        with read_only():
            page = person.post("/accounts/login/", {"login": "x@example.org", "password": "a secret of mine"})
            page = page if page.status_code != 302 else person.post("/accounts/password/change/", {
                "oldpassword": "a secret of mine", "password1": "another secret 7", "password2": "another secret 7"})  # fmt: skip
        assert page.status_code == 503
        assert "secret" not in page.content.decode()

    def test_a_form_of_which_a_field_is_secret_shows_the_others(self, rf):
        from evisynth.store.trouble import FULL
        from evisynth.web.errors import not_saved

        request = rf.post("/r/x/", {"note": THOUGHT, "csrfmiddlewaretoken": "abc", "my_password": "xyz"})
        assert request.POST
        page = not_saved(request, FULL)
        assert page.status_code == 507
        assert THOUGHT in page.content.decode()
        assert "abc" not in page.content.decode()
        assert "xyz" not in page.content.decode()

    def test_a_page_says_when_a_worker_is_not_heard_of_any_more(self, person):
        from datetime import timedelta

        from django.utils import timezone

        job = models.Job.objects.create(review=person.member.review, kind="import", state="running", asked_by=person.user,
                                        beat=timezone.now() - timedelta(minutes=2))  # fmt: skip
        assert "was last heard of" in person.get(f"/r/small/jobs/{job.pk}/").content.decode()
        models.Job.objects.update(beat=timezone.now())
        assert "was last heard of" not in person.get(f"/r/small/jobs/{job.pk}/").content.decode()

    def test_sessions_are_kept_where_they_can_be(self, person):
        store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        session = store(person.session.session_key)
        session["told"] = "yes"
        session.save()
        assert store(person.session.session_key)["told"] == "yes"


class Place:
    """A small file system with the database of a real site on it."""

    def __init__(self, folder, work):
        self.folder = folder
        self.site = Site(work, worker=True, url=f"sqlite:///{folder / 'site.db'}")
        done = subprocess.run([sys.executable, killed_site.__file__, "prepare", self.site.url, "300"],
                              env=self.site.environment, capture_output=True, text=True, check=True)  # fmt: skip
        made = json.loads(done.stdout)
        self.sessions, self.records = made["sessions"], made["records"]

    def fill(self, leave=0):
        """Let so many bytes be free and no more."""
        there = os.statvfs(self.folder)
        with (self.folder / "filling").open("ab") as file:
            file.write(b"x" * max(0, there.f_bavail * there.f_frsize - leave))

    def empty(self):
        (self.folder / "filling").unlink()

    def browser(self, key):
        browser = self.site.of_session(self.sessions[key])
        return browser, lambda path: f"{self.site.address}/r/{SLUG}/{path}"

    def vote(self, number, note=THOUGHT):
        browser, at = self.browser("fv")
        return browser.post(
            at("screening/vote/"), {"record": self.records[number], "decision": "include", "note": note}
        )

    def verified(self):
        return self.site.run("verify", check=False).returncode == 0


def waited_for(what):
    for _ in range(900):
        if found := what():
            return found
        time.sleep(0.1)
    pytest.fail("it did not happen in a minute and a half")


@pytest.fixture
def place(tmp_path_factory):
    folder, work = tmp_path_factory.mktemp("small-disk"), tmp_path_factory.mktemp("work")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)],
                             capture_output=True, text=True, check=False)  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"no file system may be mounted here: {mounted.stderr.strip()}")
    try:
        made = Place(folder, work)
        yield made
        made.site.stop()
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def a_full_disk_takes_no_vote_and_no_file_and_pages_are_read(place):
    place.site.start()
    place.fill()
    refused = place.vote(0)
    assert (refused.status_code, NO_ROOM in refused.text, THOUGHT in refused.text) == (507, True, True)
    browser, at = place.browser("ii")
    sent = browser.post(at("searches/uploads/send/"), files={"files": ("more.ris", ris("more", 50).encode())})
    assert (sent.status_code, NO_ROOM in sent.text) == (507, True)
    assert {path: browser.get(at(path)).status_code for path in READING} == dict.fromkeys(READING, 200)


def a_site_begins_again_on_a_full_disk_after_a_kill(place):
    place.site.kill()
    place.site.start()
    assert place.vote(0).status_code == 507
    assert place.verified()


def when_there_is_room_again_votes_are_taken_without_any_repair(place):
    place.empty()
    assert place.vote(0).status_code == 200
    assert place.verified()


def an_import_that_fills_the_disk_leaves_nothing_half_and_is_done_when_there_is_room(place):
    browser, at = place.browser("ii")
    file = ("more.ris", ris("more", 2500).encode())
    assert browser.post(at("searches/uploads/send/"), files={"files": file}).ok
    number = re.search(r'name="u(\d+)-key"', browser.get(at("searches/uploads/")).text)[1]
    fields = {"take": "on", "source": "", "key": "more", "name": "more", "kind": "database", "update": "0"}
    plan = {f"u{number}-{name}": value for name, value in fields.items()}
    place.fill(leave=3_000_000)
    told_before = place.site.log.stat().st_size
    page = browser.post(at("searches/uploads/plan/"), plan).url
    assert "/jobs/" in page
    waited_for(
        lambda: "OperationalError: database or disk is full" in place.site.log.read_text()[told_before:]
    )
    assert browser.get(at("searches/of/more/")).status_code == 404
    place.empty()
    state = waited_for(lambda: re.search(r'Done\.|role="alert">[^<]+', browser.get(page).text))[0]
    if state != "Done.":  # else the worker could not even write that it failed, and has begun again by itself
        assert NO_ROOM in state
        page = browser.post(at("searches/uploads/plan/"), plan).url
        waited_for(lambda: "Done." in browser.get(page).text)
    assert browser.get(at("searches/of/more/")).ok
    assert place.vote(1).status_code == 200
    assert place.verified()


def a_database_on_a_disk_that_can_only_be_read_is_read_after_a_kill(place):
    place.site.kill()
    subprocess.run(["mount", "-o", "remount,ro", str(place.folder)], check=True)
    try:
        place.site.start()
        refused = place.vote(2)
        browser, at = place.browser("fv")
        assert (refused.status_code, "can only be read" in refused.text) == (503, True)
        assert {path: browser.get(at(path)).status_code for path in READING} == dict.fromkeys(READING, 200)
        place.site.kill()
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(place.folder)], check=True)
    place.site.start()
    assert place.vote(2).status_code == 200
    assert place.verified()


def test_a_site_on_a_small_disk_loses_nothing_and_says_what_is_wrong(place):
    """One after another: each begins where the one before it left the disk."""
    a_full_disk_takes_no_vote_and_no_file_and_pages_are_read(place)
    a_site_begins_again_on_a_full_disk_after_a_kill(place)
    when_there_is_room_again_votes_are_taken_without_any_repair(place)
    an_import_that_fills_the_disk_leaves_nothing_half_and_is_done_when_there_is_room(place)
    a_database_on_a_disk_that_can_only_be_read_is_read_after_a_kill(place)
