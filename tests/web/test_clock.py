"""People stay signed in, and are not kept out, when the clock of the server is set right."""

import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from evisynth.store import models
from support import cast

pytestmark = pytest.mark.django_db

PASSWORD = "almond drops in winter"
YEAR = 365 * 24 * 3600


@pytest.fixture
def ahead(monkeypatch):
    """Sets the clock so many seconds ahead of the right one."""
    right, now = time.time, timezone.now

    def set_ahead(seconds):
        monkeypatch.setattr(time, "time", lambda: right() + seconds)
        monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(seconds=seconds))

    return set_ahead


def signed_in(client):
    return "_auth_user_id" in client.session


def try_to(client, password):
    return client.post("/accounts/login/", {"login": "ann@example.org", "password": password})


def test_who_is_signed_in_stays_so_when_the_clock_goes_back_and_then_is_away_by_the_new_clock(
    tmp_path, ahead
):
    person = cast.plays(cast.load(tmp_path), "ra", "Ann Owner")
    ahead(3600)
    person.get("/")
    ahead(0)
    person.get("/")
    assert signed_in(person)
    assert abs(person.session["seen"] - time.time()) < 60
    ahead(13 * 3600)
    person.get("/")
    assert not signed_in(person)


def test_wrong_tries_counted_by_a_clock_that_was_ahead_keep_nobody_out(ahead):
    models.User.objects.create_user("ann@example.org", PASSWORD, name="Ann")
    client = Client()
    ahead(YEAR)
    for number in range(6):
        try_to(client, f"wrong {number}")
    assert "too many" in try_to(client, PASSWORD).content.decode().lower()
    ahead(0)
    assert try_to(client, PASSWORD).status_code == 302
    assert signed_in(client)


def test_what_is_kept_for_a_while_is_forgotten_when_the_clock_goes_back(ahead):
    ahead(YEAR)
    cache.set("kept", "by a clock that was ahead", 60)
    assert cache.add("lock", True, 10)
    assert cache.get("kept")
    ahead(0)
    assert cache.get("kept") is None
    assert cache.add("lock", True, 10)
    assert not cache.add("lock", True, 10)


def test_a_lock_that_was_left_ends(ahead):
    assert cache.add("lock", True, 10)
    ahead(11)
    assert cache.add("lock", True, 10)
