"""Signing in: the same answer whatever is wrong, few guesses, and the owner is never kept out by others."""

import re
import time

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client

from evisynth.store import models

PASSWORD = "almond drops in winter"
LOGIN = "/accounts/login/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> models.User:
    return models.User.objects.create_user("ann@example.org", PASSWORD, name="Ann")


def sign_in(client, email="ann@example.org", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": email, "password": password}, **more)


def failed(client, times, **more):
    return [sign_in(client, password=f"wrong {n}", **more) for n in range(times)]


def test_a_person_signs_in_and_comes_to_the_work_that_waits(ann):
    client = Client()
    answer = sign_in(client)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"
    assert client.get("/").status_code == 200


def test_the_session_is_a_new_one_after_signing_in(ann):
    client = Client()
    session = client.session
    session["kept"] = "from before"
    session.save()
    before = client.cookies["evisynth"].value
    assert sign_in(client).status_code == 302
    assert client.cookies["evisynth"].value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(ann):
    def page(email, password):
        text = sign_in(Client(), email, password).content.decode()
        return re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", text)

    assert page("ann@example.org", "wrong") == page("nobody@example.org", "wrong")


def test_an_unknown_address_takes_the_work_of_a_known_one(ann, monkeypatch):
    hashed = []
    encode = Argon2PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counted)
    sign_in(Client(), "nobody@example.org", "wrong")
    assert hashed == ["wrong"]


def test_after_five_wrong_tries_a_right_password_is_refused_as_well(ann):
    failed(Client(), 5)
    client = Client()
    assert sign_in(client).status_code == 200
    assert get_user(client).is_anonymous


def test_guesses_from_many_places_are_counted_together(ann):
    for place in range(5):
        failed(Client(), 1, REMOTE_ADDR=f"203.0.113.{place}")
    assert sign_in(Client(), REMOTE_ADDR="203.0.113.77").status_code == 200


def test_whoever_guesses_cannot_keep_the_owner_out_of_a_browser_she_used(ann):
    hers = Client()
    sign_in(hers)
    hers.post("/accounts/logout/")
    failed(Client(), 6, REMOTE_ADDR="203.0.113.9")
    assert sign_in(hers).status_code == 302


def test_the_cookie_of_a_browser_helps_with_no_other_account(ann):
    models.User.objects.create_user("mallory@example.org", PASSWORD, name="Mallory")
    his = Client()
    sign_in(his, "mallory@example.org")
    his.post("/accounts/logout/")
    failed(Client(), 5, REMOTE_ADDR="203.0.113.9")
    assert sign_in(his).status_code == 200


def test_tries_for_many_accounts_from_one_place_are_few():
    client = Client()
    for n in range(30):
        sign_in(client, f"nobody-{n}@example.org", "wrong")
    assert sign_in(client, "one-more@example.org", "wrong").status_code == 429


def test_addresses_behind_a_proxy_are_told_apart(ann, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(31):
        sign_in(Client(), f"n{n}@example.org", "wrong", headers={"X-Forwarded-For": "10.9.9.9, 203.0.113.1"})
    same = sign_in(Client(), "x@example.org", "wrong", headers={"X-Forwarded-For": "10.1.1.1, 203.0.113.1"})
    assert same.status_code == 429
    other = sign_in(
        Client(), "x@example.org", "wrong", headers={"X-Forwarded-For": "203.0.113.1, 203.0.113.2"}
    )
    assert other.status_code == 200


def test_a_forged_header_counts_for_nothing_without_a_proxy(ann):
    for n in range(31):
        sign_in(Client(), f"n{n}@example.org", "wrong", headers={"X-Forwarded-For": f"203.0.113.{n}"})
    assert sign_in(Client(), headers={"X-Forwarded-For": "203.0.113.99"}).status_code == 429


def test_a_new_password_ends_the_sessions_in_other_browsers(ann):
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    answer = here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "marzipan in spring", "password2": "marzipan in spring"},
    )
    assert answer.status_code == 302
    assert there.get("/").headers["Location"].startswith(LOGIN)
    assert sign_in(Client(), password="marzipan in spring").status_code == 302


def test_a_deactivated_account_is_out_with_the_next_request(ann):
    client = Client()
    sign_in(client)
    ann.is_active = False
    ann.save()
    assert client.get("/").headers["Location"].startswith(LOGIN)
    assert get_user(client).is_anonymous


def test_who_does_nothing_for_long_is_signed_out(ann, settings, monkeypatch):
    client = Client()
    sign_in(client)
    assert client.get("/").status_code == 200
    later = time.time() + settings.IDLE_SECONDS
    monkeypatch.setattr("evisynth.web.accounts.idle.time.time", lambda: later - 5)
    assert client.get("/").status_code == 200
    monkeypatch.setattr("evisynth.web.accounts.idle.time.time", lambda: later + settings.IDLE_SECONDS)
    assert client.get("/").headers["Location"].startswith(LOGIN)
    assert "signed out" in client.get(LOGIN).content.decode()


def test_requests_soon_after_each_other_write_no_session(ann, django_assert_num_queries):
    client = Client()
    sign_in(client)
    client.get("/")
    with django_assert_num_queries(3):  # session, account, memberships
        client.get("/")


def test_signing_out_ends_the_session(ann):
    client = Client()
    sign_in(client)
    key = client.cookies["evisynth"].value
    client.post("/accounts/logout/")
    assert not Session.objects.filter(session_key=key).exists()
