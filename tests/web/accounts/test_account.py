"""Accounts: made by invitation, kept by their person, got back when the password is forgotten."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client

from evisynth.store import models
from evisynth.store.invitations import invite, invite_administrator

PASSWORD = "almond drops in winter"
LETTERS = "django.core.mail.backends.locmem.EmailBackend"

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> models.User:
    return models.User.objects.create_user("ann@example.org", PASSWORD, name="Ann")


def signed_in(email="ann@example.org", password=PASSWORD) -> Client:
    client = Client()
    assert client.post("/accounts/login/", {"login": email, "password": password}).status_code == 302
    return client


def sign_up(client, email="new@example.org", name="Nora New"):
    filled = {"name": name, "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/accounts/signup/", filled)


def test_without_an_invitation_nobody_makes_an_account():
    client = Client()
    assert "by invitation" in client.get("/accounts/signup/").content.decode()
    sign_up(client)
    assert not models.User.objects.exists()


def test_an_open_installation_lets_everybody_in(settings):
    settings.ACCOUNT_SIGNUP_OPEN = True
    sign_up(Client())
    assert models.User.objects.get().name == "Nora New"


def test_an_invited_person_makes_an_account_and_joins(owner):
    _, token = invite(owner.member, ["reviewer"], name="Nora New")
    client = Client()
    page = client.get(f"/accounts/join/{token}/").content.decode()
    assert "Almond drops" in page
    assert sign_up(client).status_code == 302
    client.post(f"/accounts/join/{token}/")
    assert client.get(f"/r/{owner.member.review.slug}/").status_code == 200
    assert models.Membership.objects.get(user__email="new@example.org").roles == ["reviewer"]


def test_the_link_of_the_first_account_is_used_once():
    token = invite_administrator()
    client = Client()
    client.get(f"/accounts/join/{token}/")
    sign_up(client)
    client.post(f"/accounts/join/{token}/")
    assert models.User.objects.get().is_administrator
    assert Client().get(f"/accounts/join/{token}/").status_code == 410


def test_a_short_or_common_password_is_refused(settings):
    settings.ACCOUNT_SIGNUP_OPEN = True
    for password in ("short", "password123"):
        filled = {"name": "N", "email": "n@example.org", "password1": password, "password2": password}
        assert Client().post("/accounts/signup/", filled).status_code == 200
    assert not models.User.objects.exists()


def test_a_person_changes_name_and_look_and_keeps_other_preferences(ann):
    models.User.objects.update(preferences={"keys": "rayyan"})
    client = signed_in()
    client.post("/accounts/", {"name": "Ann Byron", "theme": "dark", "text_size": "large"})
    ann.refresh_from_db()
    assert ann.name == "Ann Byron"
    assert ann.preferences == {"keys": "rayyan", "theme": "dark", "text_size": "large"}
    assert 'data-theme="dark"' in client.get("/accounts/").content.decode()


def test_without_letters_a_forgotten_password_page_says_what_to_do(ann):
    page = Client().get("/accounts/password/reset/").content.decode()
    assert "evisynth account reset" in page
    Client().post("/accounts/password/reset/", {"email": "ann@example.org"})
    assert not mail.outbox


def test_a_letter_brings_the_link_to_a_new_password(ann, settings):
    settings.SENDS_MAIL, settings.EMAIL_BACKEND = True, LETTERS
    client = Client()
    client.post("/accounts/password/reset/", {"email": "ann@example.org"})
    path = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    page = client.get(path, follow=True)
    where = page.redirect_chain[-1][0]
    client.post(where, {"password1": "marzipan in spring", "password2": "marzipan in spring"})
    signed_in(password="marzipan in spring")
    assert "invalid" in Client().get(path).content.decode()


def test_known_and_unknown_addresses_get_the_same_answer_and_a_letter_each(ann, settings):
    settings.SENDS_MAIL, settings.EMAIL_BACKEND = True, LETTERS
    answers = [
        Client().post("/accounts/password/reset/", {"email": f"{who}@example.org"}, follow=True)
        for who in ("ann", "nobody")
    ]
    texts = [re.sub(r'"X-CSRFToken": "[^"]*"', "", answer.content.decode()) for answer in answers]
    assert texts[0] == texts[1]
    assert [letter.to for letter in mail.outbox] == [["ann@example.org"], ["nobody@example.org"]]


def test_no_more_than_five_letters_a_minute_go_to_one_address(ann, settings):
    settings.SENDS_MAIL, settings.EMAIL_BACKEND = True, LETTERS
    for n in range(9):
        Client().post("/accounts/password/reset/", {"email": "ann@example.org"}, REMOTE_ADDR=f"203.0.113.{n}")
    assert len(mail.outbox) == 5


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time() // 30)))


def test_a_second_factor_is_asked_for_and_recovery_codes_help_once(ann):
    client = signed_in()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}).status_code == 302
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10

    def through(given: str) -> bool:
        again = Client()
        answer = again.post("/accounts/login/", {"login": "ann@example.org", "password": PASSWORD})
        assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
        assert again.get("/").status_code == 302
        again.post("/accounts/2fa/authenticate/", {"code": given})
        return again.get("/").status_code == 200

    assert not through("000000")
    assert through(codes[0])
    assert not through(codes[0])


def test_other_sites_to_sign_in_with_are_offered_where_they_are_set_up(settings):
    app = {"provider_id": "uni", "name": "University", "client_id": "evisynth", "secret": "s",
           "settings": {"server_url": "https://login.example.org"}}  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    page = Client().get("/accounts/login/").content.decode()
    assert "/accounts/oidc/uni/login/" in page
    assert "University" in page


PAGES = ("login/", "signup/", "password/reset/", "", "email/", "password/change/", "2fa/", "2fa/totp/activate/",
         "reauthenticate/", "2fa/recovery-codes/generate/")  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_page_about_accounts_has_our_look_and_nothing_inline(ann, page):
    public = page in {"login/", "signup/", "password/reset/"}
    answer = (Client() if public else signed_in()).get(f"/accounts/{page}", follow=True)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "evisynth/base.css" in text
    assert 'class="brand"' in text
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", text)
