"""Screening with the keyboard, on a desk and on a telephone, with a lost connection and with hostile texts."""

import pytest
from django.conf import settings
from django.urls import reverse

from evisynth.store import models
from support import cast
from support.browser import overflows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SETTLED = 350  # ms after which keys decide on a new record
HOSTILE = (
    '<script>document.title="taken"</script>',
    '"><img src=x onerror=alert(1)>',
    "\u202eتجربة عشوائية {{ 7*7 }}",
    "👩🏽‍🔬 milk 𝔸 &amp; ' \" <b>",
    "w" * 400,
)


@pytest.fixture
def ann(transactional_db, tmp_path):
    review = cast.load(tmp_path, "unscreened", cast.unscreened)
    return cast.plays(review, "ra", "Ann Owner")


def signed_in(page, person, server):
    """The page with the person's session; every script that the policy stops fails the test."""
    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": person.cookies[settings.SESSION_COOKIE_NAME].value,
    }
    page.context.add_cookies([{**cookie, "url": server.url}])
    page.reports = []
    page.on(
        "console",
        lambda line: page.reports.append(line.text) if "Content Security Policy" in line.text else None,
    )
    page.on("dialog", lambda dialog: page.reports.append(dialog.message))
    page.loads = []
    page.on("load", lambda: page.loads.append(page.url))
    page.goto(server.url + reverse("screening", args=[person.member.review.slug]))
    return page


def shown(page):
    return page.locator("input[name=record]").input_value()


def press(page, key):
    """Press a key and wait for the record that comes next."""
    before = shown(page)
    page.wait_for_timeout(SETTLED)
    page.keyboard.press(key)
    page.wait_for_function("key => document.querySelector('input[name=record]')?.value !== key", arg=before)


def votes():
    return dict(models.Decision.objects.filter(active=True).values_list("record__key", "decision"))


def test_the_keyboard_decides_on_one_record_after_another_without_loading_a_page(page, live_server, ann):
    signed_in(page, ann, live_server)
    seen = []
    for key in ("i", "e", "m"):
        seen.append(shown(page))
        press(page, key)
    assert votes() == dict(zip(seen, ("include", "exclude", "maybe"), strict=True))
    assert page.locator(":focus").get_attribute("id") == "record-title"
    press(page, "z")
    assert shown(page) == seen[2]
    assert set(votes()) == set(seen[:2])
    press(page, "n")
    press(page, "b")
    assert shown(page) == seen[2]
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("i")  # the keys are shown, so none decides
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.locator(":focus").get_attribute("name") == "q"
    assert len(votes()) == 2
    assert len(page.loads) == 1
    assert not page.reports


def test_a_key_pressed_twice_does_not_decide_on_a_record_that_nobody_has_read(page, live_server, ann):
    signed_in(page, ann, live_server)
    page.wait_for_timeout(SETTLED)
    before = shown(page)
    page.keyboard.press("e")
    page.wait_for_function("key => document.querySelector('input[name=record]').value !== key", arg=before)
    page.keyboard.press("e")
    page.wait_for_timeout(SETTLED)
    assert votes() == {before: "exclude"}


def test_a_lost_connection_is_told_and_keeps_the_note(page, live_server, ann):
    signed_in(page, ann, live_server)
    key = shown(page)
    page.wait_for_timeout(SETTLED)
    page.keyboard.press("t")
    page.keyboard.type("see dose i e m")
    page.keyboard.press("Escape")
    page.route("**/vote/", lambda route: route.abort())
    page.keyboard.press("i")
    page.locator("#messages .error").wait_for()
    assert "cannot be reached" in page.locator("#messages").inner_text()
    assert page.locator("#note").input_value() == "see dose i e m"
    assert not votes()
    page.unroute("**/vote/")
    press(page, "i")
    assert models.Decision.objects.get(active=True).note == "see dose i e m"
    assert models.Decision.objects.get(active=True).record.key == key


def test_a_label_is_put_with_the_keyboard(page, live_server, ann):
    signed_in(page, ann, live_server)
    page.keyboard.press("l")
    page.keyboard.type("Dose")
    page.keyboard.press("Enter")
    page.locator(".tag.label", has_text="Dose").wait_for()
    assert models.RecordLabel.objects.get().label.name == "Dose"


def test_on_a_telephone_buttons_are_large_at_the_bottom_and_nothing_is_wider(narrow_page, live_server, ann):
    page = signed_in(narrow_page, ann, live_server)
    models.Record.objects.filter(key=shown(page)).update(title="w" * 400)
    page.reload()
    assert not overflows(page)
    for name in ("Include", "Maybe", "Exclude"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box["height"] >= 44
        assert box["y"] > 600
    before = shown(page)
    page.wait_for_timeout(SETTLED)
    page.get_by_role("button", name="Exclude").click()
    page.wait_for_function("key => document.querySelector('input[name=record]').value !== key", arg=before)
    assert votes() == {before: "exclude"}
    page.goto(page.url + "list/")
    assert not overflows(page)


def test_hostile_texts_are_shown_as_they_are(page, live_server, ann):
    rows = list(models.Record.objects.filter(review=ann.member.review).order_by("pk"))
    for row, text in zip(rows, HOSTILE, strict=False):
        row.title = text
        row.fields |= {
            "abstract": text,
            "authors": [text],
            "journal": text,
            "keywords": [text],
            "other_titles": [text],
        }
        row.save()
    ann.member.review.highlight_include = ["<b>", "milk", "script*"]
    ann.member.review.save()
    signed_in(page, ann, live_server)
    titles = set()
    while page.locator("input[name=record]").count():
        titles.add(page.locator("#record-title").inner_text())
        before = shown(page)
        page.wait_for_timeout(SETTLED)
        page.keyboard.press("m")
        page.wait_for_function(
            "key => document.querySelector('input[name=record]')?.value !== key", arg=before
        )
    best = {item.group.best.title for item in models.ScreeningItem.objects.select_related("group__best")}
    assert {" ".join(text.split()) for text in titles} == {" ".join(text.split()) for text in best}
    assert page.title().startswith("Screening")
    assert not page.reports
