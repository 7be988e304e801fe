"""Keys, words and what is hidden: each person's own."""

import pytest
from django.urls import reverse

from evisynth.web.screening.keys import ACTIONS, PRESETS, ways_of

pytestmark = pytest.mark.django_db


def address(name="-keys"):
    return reverse(f"screening{name}", args=["small-review"])


@pytest.fixture
def ann(owner, small):
    small.slug = "small-review"
    small.save()
    return owner


def ways(person):
    person.user.refresh_from_db()
    return ways_of(person.user)


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_has_one_key_for_each_action(name):
    assert set(PRESETS[name]) == set(ACTIONS)
    assert len(set(PRESETS[name].values())) == len(ACTIONS)


def test_rayyan_and_asreview_have_their_keys():
    rayyan, asreview = PRESETS["Rayyan"], PRESETS["ASReview"]
    assert (rayyan["include"], rayyan["exclude"], rayyan["maybe"]) == ("i", "e", "u")
    assert (asreview["include"], asreview["exclude"], asreview["note"]) == ("r", "i", "n")


def test_a_preset_with_one_key_changed_is_kept(ann):
    answer = ann.post(
        address(), {"preset": "ASReview", "key_next": "ArrowRight", "key_include": "J", "hidden": "authors"}
    )
    assert answer.status_code == 302
    kept = ways(ann)
    assert (kept.preset, kept.keys["next"], kept.keys["include"], kept.keys["exclude"]) == (
        "ASReview",
        "ArrowRight",
        "j",
        "i",
    )
    assert kept.hidden == ("authors",)
    assert 'value="ArrowRight"' in ann.get(address()).content.decode()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"key_maybe": "e"}, "is also the key for"),
        ({"key_maybe": "Enter"}, "is no key"),
        ({"preset": "Vim"}, "not one of the available choices"),
        ({"include_words": "\n".join(map(str, range(201)))}, "200 is the most"),
    ],
)
def test_keys_that_cannot_be_are_refused_and_kept_in_the_form(ann, fields, why):
    answer = ann.post(address(), {"preset": "Evisynth", **fields})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert ways(ann).keys == PRESETS["Evisynth"]


def test_words_are_kept_one_a_line(ann):
    ann.post(
        address(),
        {
            "preset": "Evisynth",
            "include_words": " cow's  milk \r\n\r\nrandom*\nrandom*",
            "exclude_words": "rat",
        },
    )
    assert ways(ann).include_words == ("cow's milk", "random*")
    assert ways(ann).exclude_words == ("rat",)


def test_authors_are_hidden_and_shown_again_without_leaving_the_page(ann):
    for hidden in (("authors",), ()):
        answer = ann.post(address("-hide"), {"part": "authors"}, headers={"HX-Request": "true"})
        assert answer.status_code == 204
        assert ways(ann).hidden == hidden
    ann.post(address("-hide"), {"part": "title"})
    assert ways(ann).hidden == ()


@pytest.mark.parametrize("broken", [{"preset": 3}, {"keys": {"fly": "f"}}, {"hidden": None}, None])
def test_what_an_older_version_kept_breaks_nothing(ann, broken):
    ann.user.preferences = {"screening": broken}
    ann.user.save()
    assert ann.get(reverse("screening", args=["small-review"])).status_code == 200
