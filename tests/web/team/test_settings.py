"""The settings of a review, by owners alone; what would move records is asked first."""

import re

import pytest

from evisynth.store import models
from evisynth.store.voting import vote
from support import cast

GIVEN = {
    "title": "Almond drops", "votes_title_abstract": "2", "votes_full_text": "2", "consensus_by": "third person",
    "maybe_counts_as": "include", "blinding": "until complete", "highlight_include": "randomi*\r\n\r\nplacebo\r\nplacebo",
    "highlight_exclude": "mice", "seed": "5",
}  # fmt: skip


@pytest.fixture
def address(small):
    return f"/r/{small.slug}/settings/"


def test_an_owner_sets_the_rules(small, address, owner):
    assert owner.post(address, GIVEN).status_code == 302
    small.refresh_from_db()
    assert (small.title, small.seed) == ("Almond drops", 5)
    assert small.highlight_include == ["randomi*", "placebo"]
    page = owner.get(address).content.decode()
    assert '<mark class="green">randomi*</mark>' in page
    assert "randomi*\nplacebo</textarea>" in page


def test_others_do_not_see_the_settings(address, reviewer, reader, stranger, anonymous):
    assert reviewer.get(address).status_code == 403
    assert reader.post(address, GIVEN).status_code == 403
    assert stranger.get(address).status_code == 404
    assert anonymous.get(address).status_code == 302


def test_a_wrong_setting_is_told_and_what_was_typed_is_kept(small, address, owner):
    answer = owner.post(address, GIVEN | {"seed": "-1", "title": "Kept"})
    assert answer.status_code == 422
    assert 'value="Kept"' in answer.content.decode()
    small.refresh_from_db()
    assert small.title != "Kept"


def test_fewer_votes_are_confirmed_first(unscreened):
    owner = cast.plays(unscreened, "ra", "Ann Owner")
    vote(owner.member, "title-abstract", "medline:1", "include")
    address = f"/r/{unscreened.slug}/settings/"
    page = owner.post(address, GIVEN | {"votes_title_abstract": "1"}).content.decode()
    assert "This would change where records stand" in page
    unscreened.refresh_from_db()
    assert unscreened.votes_title_abstract == 2
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert hidden["highlight_include"].split() == ["randomi*", "placebo", "placebo"]
    assert owner.post(address, hidden).status_code == 302
    unscreened.refresh_from_db()
    assert unscreened.votes_title_abstract == 1
    assert models.ScreeningItem.objects.filter(review=unscreened, stage="full-text").count() == 1


def test_reasons_are_kept_in_the_order_in_which_they_are_asked(small, owner):
    address = f"/r/{small.slug}/settings/reasons/"

    def texts():
        return [row.text for row in owner.get(address).context["rows"]]

    owner.post(address, {"do": "add", "text": "Wrong language"})
    assert texts() == ["Not a randomised trial", "No outcome of interest", "Wrong language"]
    owner.post(address, {"do": "up", "reason": "wrong-language"})
    owner.post(address, {"do": "rename", "reason": "wrong-language", "text": "<b>Not English</b>"})
    assert texts() == ["Not a randomised trial", "<b>Not English</b>", "No outcome of interest"]
    assert "<b>Not English" not in owner.get(address).content.decode()
    owner.post(address, {"do": "down", "reason": "not-randomised"})
    assert texts()[1] == "Not a randomised trial"
    owner.post(address, {"do": "delete", "reason": "wrong-language"})
    refused = owner.post(address, {"do": "delete", "reason": "not-randomised"})
    assert refused.status_code == 422
    assert "and stays" in refused.content.decode()
    assert owner.post(address, {"do": "delete", "reason": "other-no-outcome"}).status_code == 404
    assert owner.post(address, {"do": "burn"}).status_code == 422


def test_labels_are_added_and_changed(small, owner):
    address = f"/r/{small.slug}/settings/labels/"
    owner.post(address, {"do": "add", "name": "ask the team", "colour": "amber"})
    owner.post(address, {"do": "change", "label": "ask-the-team", "name": "ask", "colour": ""})
    assert [(row.key, row.name, row.colour) for row in models.Label.objects.all()] == [
        ("ask-the-team", "ask", "")
    ]
    twice = owner.post(address, {"do": "add", "name": "Ask"})
    assert "there already" in twice.content.decode()
    assert 'value="Ask"' in twice.content.decode()
    owner.post(address, {"do": "delete", "label": "ask-the-team"})
    assert not models.Label.objects.exists()


def test_portions_are_split_equally_or_by_hand(small, owner, reviewer, adjudicator):
    address = f"/r/{small.slug}/settings/portions/title-abstract/"
    assert "Every record has enough people" in owner.get(address).content.decode()
    owner.post(address, {"do": "equal", "people": ["ra", "rb", "rc"]})
    assert models.Portion.objects.count() == 4  # the third part goes around the end
    page = owner.get(address).content.decode()
    assert "Every record has enough people" in page
    field = re.search(r'name="parts-rc" value="([^"]*)"', page)[1]
    hand = {"do": "hand", "parts-ra": "0-50%", "parts-rb": "0\u201340; 50-100", "parts-rc": ""}
    owner.post(address, {"do": "hand", "parts-ra": "", "parts-rb": "", "parts-rc": field})
    assert [(row.start, row.end) for row in models.Portion.objects.all()] == [(0, 100 / 3), (200 / 3, 100)]
    owner.post(address, hand)
    assert "10 percent" not in owner.get(address).content.decode(), "rc has no part and may screen everything"
    models.Membership.objects.filter(key="rc").update(left=True)
    assert "60 percent of the records have fewer people" in owner.get(address).content.decode()
    owner.post(address, {"do": "nobody"})
    assert not models.Portion.objects.exists()


@pytest.mark.parametrize("typed", ["half", "0-50-60", "50-40", "0-60, 50-100", "1e5-2e5", "nan-50"])
def test_a_part_that_is_none_is_told_and_kept(small, owner, typed):
    address = f"/r/{small.slug}/settings/portions/full-text/"
    answer = owner.post(address, {"do": "hand", "parts-ra": typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.content.decode()


def test_there_is_no_other_stage(small, owner):
    assert owner.get(f"/r/{small.slug}/settings/portions/dinner/").status_code == 404
