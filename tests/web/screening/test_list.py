"""Records as a list, and decisions on several at once."""

import pytest
from django.urls import reverse

from evisynth.store import models
from evisynth.store.notes import put_label
from evisynth.store.voting import vote
from support.cast import Person
from support.many_records import made_review, member

STAGE = "title-abstract"

pytestmark = pytest.mark.django_db


@pytest.fixture
def review():
    return made_review(60, 3, accounts=True)


@pytest.fixture
def ann(review):
    return Person(member(review, "p1"))


@pytest.fixture
def bob(review):
    return Person(member(review, "p2"))


def address(name="-list", *further):
    return reverse(f"screening{name}", args=["made", *further])


def keys(page):
    return [row.record.key for row in page.context["rows"]]


def test_a_list_has_pages_and_the_last_says_the_rest(ann):
    first, second = ann.get(address()), ann.get(address(), {"page": 2})
    assert (len(keys(first)), len(keys(second))) == (50, 10)
    assert not set(keys(first)) & set(keys(second))
    assert "60 records" in first.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "x", "999"])
def test_a_page_that_is_not_there_is_the_nearest(ann, page):
    assert ann.get(address(), {"page": page}).status_code == 200


def test_the_list_is_ordered_and_filtered(ann):
    titles = [row.record.year for row in ann.get(address(), {"order": "newest"}).context["rows"]]
    assert titles == sorted(titles, reverse=True)
    found = ann.get(address(), {"q": '"study 7"', "year_from": "1980"})
    assert keys(found) == ["made:7"]
    empty = ann.get(address(), {"q": "no such word"})
    assert "No record fits" in empty.content.decode()


def test_a_list_costs_few_queries_whatever_its_length(ann, django_assert_max_num_queries):
    ann.get(address())
    with django_assert_max_num_queries(14):
        ann.get(address(), {"size": "500"})


def test_many_are_decided_after_a_question_that_states_the_number(ann, bob):
    chosen = ["made:1", "made:2", "made:3"]
    vote(ann.member, STAGE, "made:1", "maybe")
    question = ann.post(address("-decide-many"), {"record": chosen, "what": "exclude"})
    assert "Vote exclude on 3 records" in question.content.decode()
    assert "1 of them changes an earlier vote" in question.content.decode()
    assert models.Decision.objects.count() == 1
    done = ann.post(
        address("-decide-many"), {"record": chosen, "what": "exclude", "confirmed": "yes"}, follow=True
    )
    assert "Excluded: 3 records." in done.content.decode()
    event = done.context["done"].position
    assert bob.post(address("-undo-many"), {"event": event}).status_code == 409
    ann.post(address("-undo-many"), {"event": event})
    active = models.Decision.objects.filter(active=True).values_list("record__key", "decision")
    assert list(active) == [("made:1", "maybe")]


def test_many_get_a_label(ann):
    fields = {"record": ["made:1", "made:2"], "what": "label", "label_name": "Look", "confirmed": "yes"}
    page = ann.post(address("-decide-many"), fields, follow=True)
    assert "2 of 2 records have the label Look" in page.content.decode()
    assert sorted(keys(ann.get(address(), {"label": "look", "order": "title"}))) == ["made:1", "made:2"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"what": "exclude"}, "0 records are chosen"),
        ({"record": ["made:1"], "what": "delete"}, "Choose what is to be done"),
        ({"record": ["made:1"], "what": "label"}, "name a label"),
        ({"record": ["made:1", "else:9"], "what": "include", "confirmed": "yes"}, "else:9"),
    ],
)
def test_what_makes_no_sense_is_refused_whole(ann, fields, why):
    answer = ann.post(address("-decide-many"), fields)
    assert answer.status_code == 409
    assert why in answer.content.decode()
    assert not models.Decision.objects.exists()


def test_a_list_goes_back_to_itself_alone(ann):
    fields = {"record": ["made:1"], "what": "include", "confirmed": "yes", "query": "//evil.example/\r\nX: y"}
    answer = ann.post(address("-decide-many"), fields)
    assert answer.status_code in {302, 400}
    assert answer.get("Location", "/r/").startswith("/r/made/screening/list/")


def test_nobody_learns_from_lists_or_records_what_others_said_about_a_waiting_record(ann, bob, review):
    vote(bob.member, STAGE, "made:1", "exclude", note="SECRET")
    put_label(bob.member, STAGE, ["made:1"], "HIDDEN")
    third = Person(member(review, "p3"))
    for person in (ann, third):
        for where, asked in (
            (address(), {"label": "hidden"}), (address(), {"vote": "exclude"}), (address(), {"state": "excluded"}),
        ):  # fmt: skip
            assert keys(person.get(where, asked)) == []
        for where in (address("-record", "made:1"), address("") + "?record=made:1"):
            text = person.get(where).content.decode()
            assert "SECRET" not in text
            assert 'class="given"' not in text
    orders = [
        keys(person.get(address(), {"order": order}))
        for order in ("random", "title")
        for person in (ann, third)
    ]
    assert orders[0] == orders[1]
    assert orders[2] == orders[3]


def test_when_all_votes_are_there_the_record_shows_them(ann, bob):
    vote(ann.member, STAGE, "made:1", "include")
    vote(bob.member, STAGE, "made:1", "exclude", note="wrong dose")
    text = ann.get(address("-record", "made:1")).content.decode()
    assert "wrong dose" in text
    assert "conflict" in text


def test_a_record_of_another_review_is_not_there(ann):
    made_review(3, 1, "other")
    assert ann.get(address("-record", "made:77")).status_code == 404
    assert ann.get(reverse("screening-record", args=["other", "made:1"])).status_code == 404


def test_identifiers_are_links_and_a_link_of_no_web_address_is_text(ann, review):
    row = models.Record.objects.get(review=review, key="made:1")
    row.fields |= {
        "pmid": "123", "registry_ids": ["NCT00000001", "XY1"], "links": ["javascript:alert(1)", "https://a.example/?b=1"],
        "doi": '10.1/"><script>', "other_titles": ["<b>عنوان</b>"],
    }  # fmt: skip
    row.save()
    text = ann.get(address("-record", "made:1")).content.decode()
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/123/" target="_blank" rel="noreferrer noopener"' in text
    assert 'href="https://clinicaltrials.gov/study/NCT00000001"' in text
    assert "XY1" in text
    assert 'href="javascript' not in text
    assert "<script>" not in text
    assert "&lt;b&gt;عنوان&lt;/b&gt;" in text
    assert 'href="https://a.example/?b=1"' in text


def test_words_are_marked_in_their_colours(ann, review):
    text = ann.get(address("-record", "made:1")).content.decode()
    assert '<mark class="green">randomised</mark>' in text
    assert '<mark class="red">cohort</mark>' in text
    ann.post(reverse("screening-keys", args=["made"]), {"preset": "Rayyan", "include_words": "cohort"})
    assert '<mark class="red">cohort</mark>' in ann.get(address("-record", "made:1")).content.decode()
