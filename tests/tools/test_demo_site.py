"""The demo site is made whole, and its accounts work."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SIGN_IN = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "evisynth.web.settings"
from evisynth.store.database import open_database
open_database("sqlite:///" + sys.argv[1])
from django.conf import settings
settings.ALLOWED_HOSTS.append("testserver")
from django.test import Client
from evisynth.store import models
client = Client()
client.post("/accounts/login/", {"login": "ben@demo.example", "password": sys.argv[2]})
print(*sorted(member.review.slug for member in models.Membership.objects.filter(user__email='ben@demo.example')))
print(client.get('/').status_code)
"""


@pytest.mark.slow
def test_the_demo_site_has_three_reviews_and_accounts_that_work(tmp_path):
    environment = {
        k: v for k, v in os.environ.items() if k not in {"DJANGO_SETTINGS_MODULE", "EVISYNTH_DATABASE"}
    }
    demo = [sys.executable, str(ROOT / "tools/demo_site.py"), "--folder", str(tmp_path / "site"), "--prepare"]

    def told(*command):
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    first = told(*demo)
    password = re.search(r"password of all is (\S+)", first)[1]
    assert "loading" not in told(*demo), "what is there is used again"
    assert (tmp_path / "site/password.txt").stat().st_mode & 0o077 == 0
    listed = told(sys.executable, "-c", SIGN_IN, str(tmp_path / "site/site.sqlite3"), password)
    assert listed.split() == ["milk-oit", "milk-oit-to-screen", "peanut-oit", "200"]
