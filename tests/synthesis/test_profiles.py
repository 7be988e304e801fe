import pytest

from evisynth.errors import DataError
from evisynth.synthesis.profiles import METAFOR, PROFILES, REVMAN5, profile_named


def test_a_profile_says_in_words_what_it_does():
    text = str(REVMAN5)
    assert text.startswith("RevMan 5: 0.5 is added to all four cells")
    assert "Greenland and Robins" in text
    assert "counts as they are" in str(METAFOR)


def test_profiles_are_found_by_id():
    assert profile_named("revman5") is REVMAN5
    assert set(PROFILES) == {"revman5", "metafor"}


def test_an_unknown_profile_is_offered_the_nearest():
    with pytest.raises(DataError, match="Did you mean revman5"):
        profile_named("RevMan")
