"""`evisynth account`, run as people run it, on a database of its own."""

import os
import subprocess
import sys

import pytest

MAKE = """
from evisynth.cli.opening import open_database
import sys
open_database(sys.argv[1])
from evisynth.store import models
models.User.objects.create_user("ann@example.org", "almond drops", name="Ann")
"""
FOLLOW = """
import os, sys
os.environ["EVISYNTH_SECRET_KEY"] = open(sys.argv[2]).read().strip()
os.environ["DJANGO_SETTINGS_MODULE"] = "evisynth.web.settings"
from evisynth.cli.opening import open_database
open_database(sys.argv[1])
from django.conf import settings
settings.ALLOWED_HOSTS.append("testserver")
from django.test import Client
client = Client()
page = client.get(sys.argv[3], follow=True)
given = {"password1": "marzipan in spring", "password2": "marzipan in spring"}
client.post(page.redirect_chain[-1][0], given)
answer = client.post("/accounts/login/", {"login": "ann@example.org", "password": "marzipan in spring"})
print(answer.status_code, answer.headers.get("Location"))
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    file = tmp_path_factory.mktemp("accounts") / "site.sqlite3"
    url = f"sqlite:///{file}"
    assert run("-c", MAKE, url, database=url).returncode == 0
    return url


def run(*arguments, database):
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, *arguments], env=environment | {"EVISYNTH_DATABASE": database},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def account(*arguments, database):
    return run("-m", "evisynth", "account", *arguments, database=database)


def test_accounts_are_listed(database):
    assert account("list", database=database).stdout == "ann@example.org\tAnn\tactive\t0 reviews\n"


def test_a_link_brings_a_new_password(database):
    done = account("reset", "Ann@example.org", database=database)
    link = done.stdout.strip()
    assert link.startswith("http://127.0.0.1:8000/accounts/password/reset/key/")
    path = link.removeprefix("http://127.0.0.1:8000")
    followed = run(
        "-c", FOLLOW, database, database.removeprefix("sqlite:///") + ".key", path, database=database
    )
    assert followed.stdout == "302 /\n", followed.stderr


def test_an_unknown_address_is_told_with_the_nearest(database):
    done = account("reset", "an@example.org", database=database)
    assert done.returncode == 1
    assert "ann@example.org" in done.stderr


def test_a_deactivated_account_gets_no_link_until_it_is_active_again(database):
    assert account("deactivate", "ann@example.org", database=database).returncode == 0
    assert "deactivated" in account("list", database=database).stdout
    assert account("reset", "ann@example.org", database=database).returncode == 1
    assert account("activate", "ann@example.org", database=database).returncode == 0
    assert account("reset", "ann@example.org", database=database).returncode == 0


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    done = account("list", database=f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert done.returncode == 1
    assert list(tmp_path.glob("none.sqlite3")) == []
