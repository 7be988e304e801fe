"""Team, settings and protocol in a real browser: copying a link, confirming a change, and on a telephone."""

import pytest
from django.conf import settings
from django.urls import reverse

from evisynth.store import models
from evisynth.store.voting import vote
from support import cast
from support.browser import overflows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = '<img src=x onerror="document.title=1">' + "w" * 300


@pytest.fixture
def ann(transactional_db, tmp_path):
    return cast.plays(cast.load(tmp_path, "unscreened", cast.unscreened), "ra", "Ann Owner")


def opened(page, person, server, name, *arguments):
    """A page of the review, signed in as this person; scripts that the policy stops are in `page.stopped`."""
    key = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": key, "value": person.cookies[key].value, "url": server.url}])
    page.stopped = []
    page.on(
        "console",
        lambda line: page.stopped.append(line.text) if "Content Security Policy" in line.text else None,
    )
    page.goto(server.url + reverse(name, args=[person.member.review.slug, *arguments]))
    return page


def test_an_owner_makes_a_link_and_copies_it(page, ann, live_server):
    opened(page, ann, live_server, "team-invite")
    page.get_by_label("Name").fill("Nora New")
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_role("textbox", name="Link").input_value()
    assert "/accounts/join/" in link
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied.").wait_for()
    page.goto(link)
    assert page.get_by_role("heading", level=1).inner_text().startswith("Join")
    assert page.stopped == []


def test_fewer_votes_are_confirmed_with_two_buttons(page, ann, live_server):
    vote(ann.member, "title-abstract", "medline:1", "include")
    opened(page, ann, live_server, "review-settings")
    page.get_by_label("Each record is judged on title and abstract by").select_option("1")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Change it so").click()
    page.get_by_text("The settings are saved.").wait_for()
    assert models.Review.objects.get().votes_title_abstract == 1


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("team", ()), ("team-invite", ()), ("team-remove", ("rb",)), ("team-roles", ("rb",)), ("review-settings", ()),
     ("review-reasons", ()), ("review-labels", ()), ("review-portions", ("full-text",)), ("protocol", ()),
     ("protocol-question", ()), ("protocol-row", ("outcomes", "cure")), ("protocol-new", ("analyses",))],
)  # fmt: skip
def test_on_a_telephone_nothing_is_wider_than_the_page_whatever_people_wrote(
    narrow_page, ann, live_server, name, arguments
):
    review = ann.member.review
    models.Membership.objects.filter(review=review).update(name=LONG, affiliation=LONG)
    models.ExclusionReason.objects.update(text=LONG)
    models.Outcome.objects.update(name=LONG, definition=LONG)
    models.Label.objects.create(review=review, position=1, key="long", name=LONG)
    models.Review.objects.update(highlight_include=[LONG], population=LONG, include_criteria=[LONG])
    opened(narrow_page, ann, live_server, name, *arguments)
    assert narrow_page.title().endswith("Almond drops for winter cough")
    assert not overflows(narrow_page)
    assert narrow_page.stopped == []
