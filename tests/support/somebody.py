"""A person at a browser of their own: what they do in words of the page, and what goes wrong in it meanwhile."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.serving import PASSWORD, Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

WAIT = 30_000  # ms for anything but background work: the machine may be busy


class Somebody:
    """A browser and its page. `wrong`: errors of scripts, refusals by the content policy, requests elsewhere."""

    def __init__(self, context: "BrowserContext", site: Site, name: str, slug: str = "") -> None:
        self.context, self.site, self.name, self.slug = context, site, name, slug
        self.wrong: list[str] = []
        self.loads = 0  # whole pages
        self.page: Page = context.new_page()
        self.page.set_default_timeout(WAIT)
        watch(self.page, self.wrong, site.address)
        self.page.on("framenavigated", self._navigated)

    def _navigated(self, frame: object) -> None:
        self.loads += frame == self.page.main_frame

    @property
    def email(self) -> str:
        return f"{self.name.partition(' ')[0].lower()}@example.org"

    def joins(self, link: str) -> None:
        """Follow an invitation, make an account, and take the invitation up."""
        self.page.goto(link)
        self.follow("Make an account")
        self.write(name=self.name, email=self.email, password1=PASSWORD, password2=PASSWORD)
        self.press("Sign up")
        self.press("Join")

    def go(self, path: str = "") -> None:
        """A page of the review."""
        answer = self.page.goto(f"{self.site.address}/r/{self.slug}/{path}")
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    def follow(self, link: str) -> None:
        self.page.get_by_role("link", name=link).first.click()

    def press(self, button: str) -> None:
        self.page.locator("main").get_by_role("button", name=button).first.click()

    def write(self, where: "Locator | None" = None, **fields: str) -> None:
        """Fill in fields by their names."""
        within = where or self.page.locator("main")
        for name, value in fields.items():
            within.locator(f"[name$='{name}']").first.fill(value)

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def told(self) -> str:
        """The message on top of the page."""
        message = self.page.locator("#messages .message").first
        message.wait_for()
        return message.inner_text()


def watch(page: "Page", wrong: list[str], address: str) -> None:
    """Collect what goes wrong on a page. What the browser's own reader of PDFs asks itself for (chrome:) is right."""
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("console", lambda line: _console(page, line, wrong))
    page.on("request", lambda request: _request(page, request.url, wrong, address))


def _console(page: "Page", line: object, wrong: list[str]) -> None:
    kind, text = getattr(line, "type", ""), getattr(line, "text", "")
    if kind in ("error", "warning"):
        wrong.append(f"{page.url}: {kind}: {text}")


def _request(page: "Page", url: str, wrong: list[str], address: str) -> None:
    if not url.startswith((address, "data:", "blob:", "about:", "chrome:", "chrome-extension:")):
        wrong.append(f"{page.url}: asks elsewhere: {url}")


@contextmanager
def at_a_browser(browser: "Browser", site: Site, name: str, slug: str = "") -> Iterator[Somebody]:
    """A person with a fresh browser; what went wrong in it meanwhile fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    try:
        person = Somebody(context, site, name, slug)
        yield person
    finally:
        context.close()
    assert not person.wrong, "\n".join(person.wrong)


def first_link(site: Site) -> str:
    """The link that the server's first run printed."""
    found = re.search(r"http\S+/join/\S+", site.log.read_text())
    assert found, site.log.read_text()
    return found[0]
