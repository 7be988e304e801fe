"""Every page that links lead to: no serious accessibility problem, no sideways scrolling, nothing refused or failing.

Each page is looked at as axe-core sees it, at 1280 and 360 px, in light and dark colours.
"""

import inspect
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from evisynth.store import models
from evisynth.store.jobs import carry_out, take_up
from support import cast
from support.browser import overflows
from support.somebody import watch

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SERIOUS = {"serious", "critical"}
NOT_LINKED = {
    "healthy",
    "upload-preview",
    "join",
}  # asked for by programs, by scripts, and by a link that is sent
SIGNED_OUT = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
ONE_IS_ENOUGH = {
    "slug",
    "record",
    "key",
    "study",
    "source",
    "box",
    "job",
    "number",
    "person",
    "file",
    "upload",
    "row",
}


class Visitor:
    """A signed-in person who follows links. `seen`: a page by its view, and by what is not merely another row."""

    def __init__(self, page, server, person=None):
        self.page, self.address = page, server.url
        self.wrong: list[str] = []
        self.seen: set[tuple[str, tuple[object, ...]]] = set()
        watch(page, self.wrong, server.url)
        if person is not None:
            name = settings.SESSION_COOKIE_NAME
            page.context.add_cookies([{"name": name, "value": person.cookies[name].value, "url": server.url}])

    def new(self, path: str) -> bool:
        match = resolve(path)
        more = tuple(value for name, value in match.kwargs.items() if name not in ONE_IS_ENOUGH)
        before = len(self.seen)
        self.seen.add((match.view_name, more))
        return len(self.seen) > before

    def walk(self, *starts: str) -> Iterator[str]:
        """Open each new page that links lead to, beginning at these; gives its path. What is no page is only asked for."""
        waiting = [*starts]
        while waiting:
            path = waiting.pop(0)
            if not self.new(urlsplit(path).path):
                continue
            answer = self.page.context.request.get(self.address + path)
            assert answer.status == 200, f"{path}: {answer.status}"
            if not answer.headers["content-type"].startswith("text/html"):
                continue
            self.page.goto(self.address + path)
            yield path
            waiting += self.links()

    def links(self) -> list[str]:
        found = self.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        own = [urldefrag(url)[0].removeprefix(self.address) for url in found if url.startswith(self.address)]
        return [path for path in own if not path.startswith("/static/")]

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.seen}


def at_work(small) -> None:
    """For cast.load: a record waits, each stage has a conflict, and a report is of no study."""
    small.tables["study_reports.csv"].pop(0)
    small.tables["screening.csv"] = [
        row
        for row in small.tables["screening.csv"]
        if row["kind"] != "consensus" and (row["record"], row["person"]) != ("pubmed:3", "ra")
    ]


@pytest.fixture
def review(transactional_db, tmp_path):
    """The small review in the middle of the work, with a pair of records that no rule decides about."""
    made = cast.load(tmp_path, change=at_work)
    a, b = models.Record.objects.filter(review=made, key__in=["medline:3", "pubmed:3"]).order_by("pk")
    models.DoubtfulPair.objects.create(review=made, record_a=a, record_b=b, reason="alike", score=0.8)
    return made


@pytest.fixture
def owner(review):
    """Ann, in whose review there is a row of every kind."""
    ann = cast.plays(review, "ra", "Ann Owner")
    cast.furnish(ann.member)
    return ann


def problems(page, *, dark: bool = False, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe finds serious on the page as it is now; by all its rules where none are named."""
    page.evaluate(f"document.documentElement.dataset.theme = '{'dark' if dark else 'light'}'")
    only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found = Axe().run(page, options={"resultTypes": ["violations"], **only}).response["violations"]
    where = f"{page.url} ({'dark' if dark else 'light'}, {page.viewport_size['width']} px)"
    return [
        f"{where}: {each['id']}: {each['help']}: {'; '.join(node['html'][:200] for node in each['nodes'][:3])}"
        for each in found
        if each["impact"] in SERIOUS
    ]


def looked_at(visitor, *starts) -> list[str]:
    """What is wrong on the pages that links from these lead to. Narrow and dark change only what is asked for then."""
    page, found = visitor.page, []
    for path in visitor.walk(*starts):
        found += problems(page) + problems(page, dark=True, rules=("color-contrast",))
        page.set_viewport_size({"width": 360, "height": 740})
        if overflows(page):
            found.append(f"{path}: scrolls sideways at 360 px")
        found += problems(page, rules=("scrollable-region-focusable", "color-contrast"))
        page.set_viewport_size({"width": 1280, "height": 900})
    return found + visitor.wrong


def readable_names() -> set[str]:
    """The names of all addresses of ours that can be read rather than only posted to."""
    return {pattern.name for pattern in patterns(get_resolver().url_patterns) if readable(pattern)}


def patterns(of: list[object]) -> Iterator[URLPattern]:
    for each in of:
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns)
        elif isinstance(each, URLPattern) and each.callback.__module__.startswith("evisynth."):
            yield each


def readable(pattern: URLPattern) -> bool:
    methods = inspect.getclosurevars(pattern.callback).nonlocals.get("request_method_list", ["GET"])
    return "GET" in methods


def test_an_owner_reaches_every_page_and_each_is_sound(page, live_server, owner):
    visitor = Visitor(page, live_server, owner)
    export = owner.post(f"/r/{owner.member.review.slug}/export/folder/")
    while (job := take_up()) is not None:
        carry_out(job)
    done = {"state": "done", "result": {"review": owner.member.review.slug, "problems": ["A line."]}}
    loading = models.Job.objects.create(kind="load", asked_by=owner.user, **done)
    with_file = models.ReportFile.objects.get().report.record.key
    report = reverse("report", args=[owner.member.review.slug, with_file])
    found = looked_at(visitor, report, "/", export.url, f"/work/{loading.pk}/")
    assert not found, "\n".join(found)
    for path in SIGNED_OUT:
        visitor.new(path)
    assert readable_names() - visitor.names - NOT_LINKED == set()


@pytest.mark.parametrize("role", ["reviewer", "reader"])
def test_the_pages_of_others_are_sound(page, live_server, review, owner, role):
    visitor = Visitor(page, live_server, cast.joins(review, "Dan Other", role))
    found = looked_at(visitor, "/")
    assert not found, "\n".join(found)


def test_pages_before_one_is_signed_in_are_sound(page, live_server, owner):
    visitor = Visitor(page, live_server)
    found = looked_at(visitor, *SIGNED_OUT)
    assert not found, "\n".join(found)
