"""`evisynth serve` behind a proxy: who is believed about the visitor's address and about HTTPS."""

import contextlib
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

import pytest

TRIES = 30  # that one address may make in a minute


@contextlib.contextmanager
def serving(folder, **settings):
    """A server of its own; gives its address."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("EVISYNTH_", "DJANGO_"))}
    command = [sys.executable, "-m", "evisynth", "serve", "--port", "0", "--no-worker"]
    running = subprocess.Popen(
        [*command, "--database", f"sqlite:///{folder / 'site.sqlite3'}"],
        env=environment | settings | {"PYTHONUNBUFFERED": "1"}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        line = running.stderr.readline()
        running.stderr.readline()
        yield re.search(r"http://127\.0\.0\.1:\d+", line)[0]
    finally:
        running.terminate()
        running.wait(timeout=20)
        running.stderr.close()


def fetch(address, headers, data=None):
    request = urllib.request.Request(address, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


class Visitor:
    """Somebody with a page of the site, who tries to sign in."""

    def __init__(self, site, headers=None, origin=""):
        self.site, self.headers, self.origin = site, headers or {}, origin
        _, got, page = fetch(f"{site}/accounts/login/", self.headers)
        self.token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        self.cookies = got.get_all("Set-Cookie")

    def tries(self, **more):
        sent = {"csrfmiddlewaretoken": self.token, "login": "nobody@example.org", "password": "wrong"}
        cookie = "; ".join(cookie.partition(";")[0] for cookie in self.cookies)
        headers = {"Cookie": cookie, **self.headers, **more} | (
            {"Origin": self.origin} if self.origin else {}
        )
        return fetch(f"{self.site}/accounts/login/", headers, urllib.parse.urlencode(sent).encode())[0]


@pytest.mark.slow
def test_without_a_proxy_a_forged_header_counts_for_nothing(tmp_path):
    with serving(tmp_path) as site:
        visitor = Visitor(site)
        answers = [visitor.tries(**{"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(TRIES + 1)]
    assert answers[:TRIES] == [200] * TRIES
    assert answers[-1] == 429


@pytest.mark.slow
def test_behind_a_proxy_the_address_that_it_adds_counts_and_no_other(tmp_path):
    with serving(tmp_path, EVISYNTH_PROXIES="1") as site:
        visitor = Visitor(site)
        answers = [visitor.tries(**{"X-Forwarded-For": f"10.0.0.{n}, 203.0.113.1"}) for n in range(TRIES + 1)]
        other = visitor.tries(**{"X-Forwarded-For": "203.0.113.1, 203.0.113.2"})
    assert answers[-1] == 429
    assert other == 200


@pytest.mark.slow
def test_behind_https_cookies_are_secure_and_forms_are_taken_from_the_site_alone(tmp_path):
    name = "reviews.example.org"
    through = {"Host": name, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.1"}
    with serving(tmp_path, EVISYNTH_HTTPS="yes", EVISYNTH_HOSTS=name) as site:
        visitor = Visitor(site, through, f"https://{name}")
        assert all("Secure" in cookie for cookie in visitor.cookies)
        assert visitor.tries() == 200
        assert visitor.tries(Referer="https://elsewhere.example.org/") == 200, "the origin decides"
        visitor.origin = "https://elsewhere.example.org"
        assert visitor.tries() == 403
        status, headers, _ = fetch(f"{site}/healthy/", through)
        assert status == 200
        assert "max-age" in headers["Strict-Transport-Security"]
        assert fetch(f"{site}/healthy/", {**through, "Host": "elsewhere.example.org"})[0] == 400
