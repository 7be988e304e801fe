"""Real Chromium through playwright. The fixtures `browser`, `page` and `narrow_page` are in conftest.py."""

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import programs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ARGUMENTS = [
    "--no-sandbox",  # the checks run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HEIGHT = 900


@contextlib.contextmanager
def launched() -> Iterator["Browser"]:
    """The system's Chromium, without a window; skips with the reason where there is none."""
    path = programs.chromium()
    if path is None:
        pytest.skip("no Chromium in PATH ('apt-get install chromium')")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with pytest.MonkeyPatch.context() as environment, playwright.sync_playwright() as running:
        # playwright keeps an event loop in this thread, for which Django would refuse every query.
        environment.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = running.chromium.launch(executable_path=str(path), args=ARGUMENTS)
        yield chromium
        chromium.close()


@contextlib.contextmanager
def opened(browser: "Browser", *, width: int) -> Iterator["Page"]:
    """A fresh page of this width. Errors of the page's own scripts are raised at the end."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHT})
    errors: list[str] = []
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
    finally:
        context.close()
    assert not errors, "The page's scripts failed: " + "; ".join(errors)


def overflows(page: "Page") -> bool:
    """Whether the page is wider than its window, so that a reader has to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
