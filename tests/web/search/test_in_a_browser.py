"""Files dropped on a page become records; pairs are decided with keys; on a desk and on a telephone."""

import pytest
from django.conf import settings

from evisynth.store import models
from evisynth.store.jobs import carry_out, take_up
from support import cast
from support.browser import overflows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RIS = "TY  - JOUR\nTI  - Honey for sailors with hiccups\nAU  - Omega, Olga\nPY  - 2015\nER  - \n"
DROP = """(texts) => {
  const data = new DataTransfer();
  for (const [name, text] of Object.entries(texts)) data.items.add(new File([text], name, {type: "text/plain"}));
  const zone = document.getElementById("drop");
  zone.dispatchEvent(new DragEvent("dragover", {dataTransfer: data, bubbles: true, cancelable: true}));
  zone.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""
SEARCHES = "/r/small-review/searches/"


@pytest.fixture
def ann(transactional_db, tmp_path):
    return cast.plays(cast.load(tmp_path), "ra", "Ann Owner")


def opened(page, person, server, address):
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": person.cookies[name].value, "url": server.url}])
    page.goto(server.url + address)
    return page


def test_files_are_dropped_looked_at_and_imported(page, ann, live_server):
    opened(page, ann, live_server, f"{SEARCHES}uploads/")
    with page.expect_navigation():
        page.evaluate(DROP, {"embase.ris": RIS, "more.ris": RIS.replace("hiccups", "a cough")})
    assert page.get_by_text("2 files sent").is_visible()
    first, second = page.locator("section.upload").all()
    assert "1 record read" in first.inner_text()
    first.get_by_label("Name:", exact=True).fill("Embase")
    second.get_by_label("Source").select_option("medline")
    assert not second.get_by_label("Platform:").is_visible()
    page.get_by_role("button", name="Import the files that are ticked").click()
    assert page.locator("progress").is_visible()
    carry_out(take_up())
    page.get_by_text("records came in").wait_for(timeout=5_000)
    assert models.SearchRun.objects.get(key="embase").records.get().title == "Honey for sailors with hiccups"
    assert models.SearchRun.objects.get(key="medline").records.count() == 6


def test_files_are_chosen_without_dropping_them(narrow_page, ann, live_server):
    page = opened(narrow_page, ann, live_server, f"{SEARCHES}uploads/")
    page.get_by_label("Exports of your databases").set_input_files(
        {"name": "embase.ris", "mimeType": "text/plain", "buffer": RIS.encode()}
    )
    page.get_by_role("button", name="Send").click()
    page.get_by_text("1 file sent").wait_for()
    assert not overflows(page)


def test_pairs_are_decided_with_keys(page, ann, live_server):
    review = ann.member.review
    rows = {row.key: row for row in models.Record.objects.filter(review=review)}
    for a, b, score in (("medline:2", "medline:5", 0.9), ("medline:4", "pubmed:2", 0.85)):
        models.DoubtfulPair.objects.create(
            review=review, record_a=rows[a], record_b=rows[b], reason="alike", score=score
        )
    opened(page, ann, live_server, "/r/small-review/duplicates/check/")
    with page.expect_navigation():
        page.keyboard.press("s")
    assert page.get_by_text("Pair 2 of 2").is_visible()
    with page.expect_navigation():
        page.keyboard.press("k")
    assert page.get_by_text("Pair 1 of 1").is_visible()
    with page.expect_navigation():
        page.keyboard.press("m")
    assert page.get_by_text("No pair waits").is_visible()
    found = (
        models.DuplicateDecision.objects.filter(review=review)
        .order_by("position")
        .values_list("decision", flat=True)
    )
    assert list(found)[1:] == ["keep apart", "merge"]


@pytest.mark.parametrize(
    "address", ["searches/", "searches/of/medline/", "searches/new/", "duplicates/", "duplicates/check/",
                "duplicates/decisions/", "duplicates/merge/?a=medline:2&b=medline:5", "jobs/"]
)  # fmt: skip
def test_pages_fit_a_telephone(narrow_page, ann, live_server, address):
    page = opened(narrow_page, ann, live_server, f"/r/small-review/{address}")
    assert not overflows(page)
