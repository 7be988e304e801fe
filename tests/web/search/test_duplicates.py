"""Duplicates on their pages: what was merged and why, pairs to check, merge, take out, undo; by whom."""

import re

import pytest

from evisynth.store import models
from evisynth.store.voting import vote
from support import cast

DUPLICATES = "/r/small-review/duplicates/"
PAGES = ("", "check/", "decisions/")
ACTS = {
    "decide/": {"a": "medline:2", "b": "medline:5", "decision": "merge"},
    "take-out/": {"record": "medline:1"},
    "undo/": {"a": "medline:3", "b": "medline:4"},
}


def shown(person, address):
    """The page without the tokens against forged forms, which are others each time."""
    page = person.get(address).content.decode()
    return re.sub(r'"X-CSRFToken": "\w+"|name="csrfmiddlewaretoken" value="\w+"', "", page)


def group(key):
    return models.Record.objects.get(key=key).group_id


@pytest.mark.parametrize("who", ["owner", "reviewer", "adjudicator", "statistician", "reader"])
def test_the_team_sees_what_was_merged_and_those_who_search_decide(request, who):
    person = request.getfixturevalue(who)
    may = who in {"owner", "reviewer"}
    page = person.get(DUPLICATES).content.decode()
    assert "medline:1" in page
    assert "pubmed:1" in page
    assert "differs" in page
    assert ("Take out" in page) == may
    for address in PAGES:
        assert person.get(DUPLICATES + address).status_code == 200
    assert person.get(f"{DUPLICATES}merge/").status_code == (200 if may else 403)
    for address, data in ACTS.items():
        assert person.post(DUPLICATES + address, data).status_code == (302 if may else 403)
        assert person.get(DUPLICATES + address).status_code == 405


def test_strangers_and_the_unknown_find_nothing(small, stranger, anonymous):
    for address in (*PAGES, "merge/"):
        assert stranger.get(DUPLICATES + address).status_code == 404
        assert anonymous.get(DUPLICATES + address).status_code == 302
    for address, data in ACTS.items():
        assert stranger.post(DUPLICATES + address, data).status_code == 404
    assert models.DuplicateDecision.objects.filter(review__slug="small-review").count() == 1


def test_merging_is_shown_before_it_is_done_and_can_be_undone(reviewer):
    shown = reviewer.get(f"{DUPLICATES}merge/", {"a": "medline:2", "b": "medline:5"}).content.decode()
    assert "What merging does to votes" in shown
    assert "Your own votes:" in shown
    answer = reviewer.post(f"{DUPLICATES}decide/", ACTS["decide/"] | {"reason": "one <trial>"}, follow=True)
    assert "medline:2 and medline:5 are merged" in answer.content.decode()
    assert "voted on both records, and differently" in answer.content.decode()
    assert group("medline:2") == group("medline:5")
    page = reviewer.get(f"{DUPLICATES}decisions/").content.decode()
    assert "one &lt;trial&gt;" in page
    reviewer.post(f"{DUPLICATES}undo/", {"a": "medline:2", "b": "medline:5"})
    assert group("medline:2") != group("medline:5")
    assert "no longer counts" in reviewer.get(f"{DUPLICATES}decisions/").content.decode()


def test_what_merging_does_says_nothing_of_the_votes_of_others(unscreened):
    ann, bob = cast.plays(unscreened, "ra", "Ann"), cast.plays(unscreened, "rb", "Bob")
    address = "/r/unscreened/duplicates/merge/?a=medline:1&b=medline:2"
    before = shown(bob, address)
    vote(ann.member, "title-abstract", "medline:1", "include")
    vote(ann.member, "title-abstract", "medline:2", "exclude")
    assert shown(bob, address) == before


def test_a_record_is_taken_out(reviewer):
    reviewer.post(f"{DUPLICATES}take-out/", {"record": "pubmed:1"})
    assert group("pubmed:1") != group("medline:1")
    reviewer.post(f"{DUPLICATES}undo/", {"a": "pubmed:1", "b": "medline:1"})
    assert group("pubmed:1") == group("medline:1")


@pytest.mark.parametrize(
    ("address", "data", "said"),
    [
        ("decide/", {"a": "medline:2", "b": "medline:99", "decision": "merge"}, "no record medline:99"),
        (
            "decide/",
            {"a": "medline:2", "b": "medline:5", "decision": "marry"},
            "Neither merge nor keep apart",
        ),
        ("decide/", {"a": "medline:3", "b": "other-medline:4", "decision": "merge"}, "no record"),
        ("take-out/", {"record": "medline:5"}, "in no group"),
        ("undo/", {}, "No decision was named"),
        ("undo/", {"a": "medline:1", "b": "medline:5"}, "Nothing is decided"),
    ],
)
def test_what_cannot_be_done_is_said(reviewer, another, address, data, said):
    assert said in reviewer.post(DUPLICATES + address, data, follow=True).content.decode()
    assert models.DuplicateDecision.objects.filter(review__slug="small-review").count() == 1


def test_a_double_click_decides_once(reviewer):
    for _ in range(2):
        answer = reviewer.post(f"{DUPLICATES}decide/", ACTS["decide/"], follow=True)
    assert "decided already" in answer.content.decode()
    assert models.DuplicateDecision.objects.filter(review__slug="small-review").count() == 2


def test_a_form_cannot_send_people_elsewhere(reviewer):
    for back in ("https://evil.example/", "//evil.example/", "/r/other/", "/r/small-review/\\evil"):
        answer = reviewer.post(f"{DUPLICATES}take-out/", {"record": "x", "back": back})
        assert answer.headers["Location"].startswith("/r/small-review/")


def test_pairs_to_check_come_one_by_one_and_are_skipped_or_decided(reviewer):
    review = reviewer.member.review
    rows = {row.key: row for row in models.Record.objects.filter(review=review)}
    for a, b, score in (("medline:2", "medline:5", 0.9), ("medline:4", "pubmed:2", 0.85)):
        models.DoubtfulPair.objects.create(
            review=review, record_a=rows[a], record_b=rows[b], reason="alike", score=score
        )
    page = reviewer.get(f"{DUPLICATES}check/").content.decode()
    assert "Pair 1 of 2" in page
    assert "medline:5" in page
    second = reviewer.get(f"{DUPLICATES}check/?at=1").content.decode()
    assert "medline:4" in second
    for strange in ("-1", "x", "999999", "9" * 40, "٣"):
        assert reviewer.get(f"{DUPLICATES}check/", {"at": strange}).status_code == 200
    reviewer.post(f"{DUPLICATES}decide/", {"a": "medline:2", "b": "medline:5", "decision": "keep apart"})
    assert "Pair 1 of 1" in reviewer.get(f"{DUPLICATES}check/").content.decode()


def test_groups_are_filtered_by_reason_and_record(reviewer):
    reason = models.DuplicateGroup.objects.filter(review=reviewer.member.review, size__gt=1).first().reason
    assert "medline:1" in reviewer.get(DUPLICATES, {"reason": reason}).content.decode()
    assert "No group fits" in reviewer.get(DUPLICATES, {"reason": "nonsense"}).content.decode()
    assert "No group fits" in reviewer.get(DUPLICATES, {"record": "medline:5"}).content.decode()


def test_words_of_a_title_find_records_to_merge(reviewer):
    title = models.Record.objects.get(key="medline:2").title
    page = reviewer.get(
        f"{DUPLICATES}merge/", {"a": " ".join(title.split()[:3]), "b": "medline:5"}
    ).content.decode()
    assert "?a=medline%3A2&amp;b=medline%3A5" in page


@pytest.mark.parametrize("address", ["", "check/", "decisions/", "merge/?a=medline:2&b=medline:5"])
def test_pages_cost_a_bounded_number_of_queries(reviewer, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(22):
        assert reviewer.get(DUPLICATES + address).status_code == 200
