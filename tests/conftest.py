"""What all tests share: hypothesis without a clock, a real browser, and tests that want PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from django.conf import settings

from support import browser as chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The machine may be busy, so no example has a deadline; and a check that is green stays green until the code
# changes, so examples do not vary. HYPOTHESIS_PROFILE=search looks further afield.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

TESTS = Path(__file__).parent
ON_BOTH = {TESTS / "store", TESTS / "web"}  # on SQLite, and then on PostgreSQL


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    on_postgres = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    skip = pytest.mark.skip(reason="on SQLite now: python tools/with_postgres.py pytest PATH runs it")
    for item in items:
        if item.get_closest_marker("postgres") is None:
            continue
        if not ON_BOTH & set(item.path.parents):
            raise pytest.UsageError(f"{item.nodeid}: only tests/store and tests/web are run on PostgreSQL.")
        if not on_postgres:
            item.add_marker(skip)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A real Chromium, for the tests of one file. Mark them `browser`."""
    with chromium.launched() as running:
        yield running


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A page on a desk: 1280 px wide. A test fails when a script on its page does."""
    with chromium.opened(browser, width=1280) as page:
        yield page


@pytest.fixture
def narrow_page(browser: "Browser") -> Iterator["Page"]:
    """A page on a telephone: 360 px wide."""
    with chromium.opened(browser, width=360) as page:
        yield page
