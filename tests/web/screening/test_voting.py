"""A vote and the record that comes next: one request, a bounded number of queries, and no harm from the unexpected."""

import pytest
from django.urls import reverse

from evisynth.store import models
from evisynth.store.voting import item_of, vote
from support import cast
from support.cast import Person
from support.many_records import made_review, member

STAGE = "title-abstract"
PARTS = {"HX-Request": "true"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(unscreened) -> Person:
    return cast.plays(unscreened, "ra", "Ann Owner")


@pytest.fixture
def bob(unscreened) -> Person:
    return cast.plays(unscreened, "rb", "Bob Reviewer")


def address(name, *further):
    return reverse(f"screening{name}", args=["unscreened", *further])


def votes(person):
    rows = models.Decision.objects.filter(person=person.member, active=True)
    return {row.record.key: (row.decision, row.note) for row in rows.select_related("record")}


def act(person, name, **fields):
    return person.post(address(name), fields, headers=PARTS)


def test_a_page_shows_the_record_the_criteria_and_the_keys(ann):
    page = ann.get(address(""))
    assert page.status_code == 200
    card = page.context["card"]
    text = page.content.decode()
    assert card.record.title in text
    assert "Randomised trials" in text
    assert "Trials in animals" in text
    assert "<kbd" in text


def test_a_vote_answers_with_the_next_record_as_a_part_of_the_page(ann):
    first = ann.get(address("")).context["card"].key
    answer = act(ann, "-vote", record=first, decision="include", seen="", note="dose?", done="0", left="7")
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert answer.context["card"].key != first
    assert (answer.context["place"].done, answer.context["place"].left) == (1, 6)
    assert votes(ann) == {first: ("include", "dose?")}


def test_without_scripts_the_answer_is_a_whole_page(ann):
    first = ann.get(address("")).context["card"].key
    answer = ann.post(address("-vote"), {"record": first, "decision": "exclude", "seen": ""})
    assert "<html" in answer.content.decode()
    assert f"Excluded: {first}." in answer.content.decode()


def test_every_record_comes_once_and_then_the_page_says_what_to_do(ann):
    page, seen = ann.get(address("")), []
    while page.context["card"]:
        seen.append(page.context["card"].key)
        page = act(ann, "-vote", record=seen[-1], decision="maybe", seen="")
    assert len(seen) == len(set(seen)) == 7
    assert "Nothing waits for your vote" in page.content.decode()
    assert page.context["place"].left == 0


def test_a_double_click_votes_once(ann):
    first = ann.get(address("")).context["card"].key
    for _ in range(2):
        answer = act(ann, "-vote", record=first, decision="include", seen="")
    assert "had this vote of yours already" in answer.content.decode()
    assert models.Decision.objects.count() == 1


def test_a_vote_that_came_too_late_is_told_and_its_note_is_kept(ann, bob, unscreened):
    third = cast.joins(unscreened, "Dan Third", "reviewer")
    key = "medline:1"
    for person in (ann, bob):
        vote(person.member, STAGE, key, "include")
    answer = act(third, "-vote", record=key, decision="exclude", seen="", note="wrong dose")
    assert answer.status_code == 200
    assert "yours is not needed" in answer.content.decode()
    assert answer.context["card"].key != key
    assert votes(third) == {}
    assert models.Note.objects.get().text == "wrong dose"


def test_a_stale_window_is_told_and_keeps_what_was_typed(ann):
    act(ann, "-vote", record="medline:1", decision="include", seen="")
    answer = act(ann, "-vote", record="medline:1", decision="exclude", seen="", note="animals")
    text = answer.content.decode()
    assert "In another window you voted include" in text
    assert answer.context["card"].key == "medline:1"
    assert ">animals</textarea>" in text
    assert votes(ann)["medline:1"][0] == "include"


def test_undo_shows_the_record_again_with_its_note_and_counts_back(ann):
    first = ann.get(address("")).context["card"].key
    voted = act(ann, "-vote", record=first, decision="exclude", seen="", note="rats", done="0", left="7")
    undone = act(ann, "-undo", record=voted.context["card"].key, trail=first, done="1", left="6")
    assert undone.context["card"].key == first
    assert ">rats</textarea>" in undone.content.decode()
    assert (undone.context["place"].done, undone.context["place"].left) == (0, 7)
    assert votes(ann) == {}
    assert act(ann, "-undo", record=first).status_code == 409


def test_undo_on_a_fresh_page_takes_the_latest_vote(ann):
    for key in ("medline:1", "medline:3"):
        vote(ann.member, STAGE, key, "include")
    assert act(ann, "-undo", record="medline:5").context["card"].key == "medline:3"


def test_next_and_back_and_later_keep_what_was_typed_as_a_note(ann):
    first = ann.get(address("")).context["card"].key
    second = act(ann, "-next", record=first, note="look again")
    assert models.Note.objects.get().record.key == first
    returned = act(ann, "-back", record=second.context["card"].key, trail=first)
    assert returned.context["card"].key == first
    assert act(ann, "-back", record=first, trail="").status_code == 409
    put_off = act(ann, "-postpone", record=first)
    assert put_off.context["card"].key != first
    assert models.Postponed.objects.get().record.key == first


def test_a_vote_is_changed_later_from_the_list(ann):
    act(ann, "-vote", record="medline:1", decision="include", seen="")
    page = ann.get(address(""), {"record": "medline:1"})
    assert page.context["card"].said.mine.decision == "include"
    act(ann, "-vote", record="medline:1", decision="exclude", seen="include")
    assert votes(ann) == {"medline:1": ("exclude", "")}


def test_notes_and_labels_are_written_and_removed(ann):
    act(ann, "-note", record="medline:1", note="a thought")
    assert act(ann, "-note", record="medline:1", note="  ").status_code == 409
    answer = act(ann, "-label", record="medline:1", label_name="Dose", note="typed")
    text = answer.content.decode()
    assert "a thought" in text
    assert "Dose" in text
    assert ">typed</textarea>" in text
    act(ann, "-label-remove", record="medline:1", label_key="dose")
    act(ann, "-note-remove", record="medline:1", of_note=models.Note.objects.get().name)
    assert not models.Note.objects.exists()
    assert not models.RecordLabel.objects.exists()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"record": "medline:1", "decision": "perhaps"}, "is no decision"),
        ({"record": "nowhere:1", "decision": "include"}, "not to be screened"),
        ({"decision": "include"}, "not to be screened"),
    ],
)
def test_a_vote_that_makes_no_sense_is_refused_in_words(ann, fields, why):
    answer = act(ann, "-vote", **fields)
    assert answer.status_code == 409
    assert answer["Content-Type"].startswith("text/plain")
    assert why in answer.content.decode()
    assert not models.Decision.objects.exists()


@pytest.mark.parametrize("bad", ["x", "-1", "99999999999", "١٢"])
def test_numbers_that_the_page_did_not_write_do_no_harm(ann, bad):
    answer = act(
        ann, "-vote", record="medline:1", decision="include", done=bad, left=bad, year_from=bad, order=bad
    )
    assert answer.status_code == 200


def test_a_search_limits_what_comes_next(ann):
    page = ann.get(address(""), {"q": "almond", "order": "title"})
    titles = []
    while page.context["card"]:
        titles.append(page.context["card"].record.title)
        page = act(
            ann, "-vote", record=page.context["card"].key, decision="include", q="almond", order="title"
        )
    assert titles == sorted(titles, key=str.casefold)
    assert len(titles) >= 3
    assert "Nothing that fits waits for you" in page.content.decode()


@pytest.mark.parametrize("records", [30, 300])
def test_vote_and_next_cost_the_same_queries_whatever_the_size(records, django_assert_max_num_queries):
    review = made_review(records, 2, "unscreened", accounts=True)
    person = Person(member(review, "p1"))
    vote(member(review, "p2"), STAGE, "made:1", "include")
    models.Label.objects.create(review=review, position=1, key="a", name="A")
    person.get(address(""))  # the session notes once a minute that somebody is there
    with django_assert_max_num_queries(22):
        answer = act(person, "-vote", record="made:1", decision="include", seen="", done="0", left="9")
    assert answer.status_code == 200
    assert item_of(review, STAGE, "made:1").state == "included"
    with django_assert_max_num_queries(19):
        act(person, "-vote", record="made:2", decision="include", seen="", done="0", left="9")
