"""Reading a report beside the vote, in a real browser: the PDF is there, and keys decide."""

from io import BytesIO

import pytest

from evisynth.store import models
from evisynth.store.reports import add_file, retrieval
from support.browser import overflows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]>>endobj
trailer<</Size 4/Root 1 0 R>>
%%EOF
"""
REPORT = "/r/small-review/full-text/medline:4/"


def signed_in(page, live_server, person):
    cookie = person.cookies["evisynth"].value
    page.context.add_cookies([{"name": "evisynth", "value": cookie, "url": live_server.url}])
    refused = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    return refused


def test_the_pdf_is_in_the_page_and_digits_choose_the_reason(live_server, page, owner, reviewer):
    retrieval(owner.member, "medline:4", None)
    added = add_file(owner.member, "medline:4", "letter.pdf", BytesIO(PDF))
    refused = signed_in(page, live_server, reviewer)
    with page.expect_response(f"{live_server.url}{REPORT}files/{added.file.pk}/") as shown:
        page.goto(live_server.url + REPORT)
    assert shown.value.status == 200
    assert page.locator("iframe.pdf").is_visible()
    page.keyboard.press("i")
    assert page.locator("input[value=include]").is_checked()
    page.keyboard.press("2")
    chosen = page.locator("#decide input:checked").get_attribute("value")
    second = models.ExclusionReason.objects.filter(review__slug="small-review")[1]
    assert chosen == f"exclude:{second.key}"
    page.keyboard.press("t")
    page.keyboard.type("1 is typed")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url("**/full-text/")
    row = models.Decision.objects.get(stage="full-text", person=reviewer.member, record__key="medline:4")
    assert (row.decision, row.reason.key, row.note) == ("exclude", second.key, "1 is typed")
    assert refused == []


@pytest.mark.parametrize(
    "address",
    [
        "full-text/?show=all", "full-text/medline:1/", "conflicts/?kind=settled", "conflicts/full-text/medline:2/",
        "studies/", "studies/alpha/", "studies/new", "studies/without-study",
    ],
)  # fmt: skip
def test_no_page_is_wider_than_a_telephone(live_server, narrow_page, owner, address):
    refused = signed_in(narrow_page, live_server, owner)
    narrow_page.goto(f"{live_server.url}/r/small-review/{address}")
    assert not overflows(narrow_page)
    assert refused == []
