import pytest

from evisynth.errors import DataError
from evisynth.synthesis.pooling.intervals import check_test
from evisynth.synthesis.pooling.tau2 import tau2_method_named
from evisynth.synthesis.profiles import META, METAFOR, PROFILES, REVMAN5, REVMAN_WEB, profile_named


def test_a_profile_says_in_words_what_it_does():
    text = str(REVMAN5)
    assert text.startswith("RevMan 5: 0.5 is added to all four cells")
    assert "Greenland and Robins" in text
    assert "counts as they are" in str(METAFOR)
    assert "0.5 is added to the events" in str(META)
    assert "I2 comes from tau2" in str(REVMAN_WEB)


def test_profiles_are_found_by_id():
    assert profile_named("revman5") is REVMAN5
    assert profile_named("revman-web") is REVMAN_WEB
    assert set(PROFILES) == {"revman5", "metafor", "meta", "revman-web"}


def test_an_unknown_profile_is_offered_the_nearest():
    with pytest.raises(DataError, match="Did you mean revman5"):
        profile_named("RevMan")


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_the_estimator_and_the_tests_of_a_profile_exist(profile):
    assert tau2_method_named(profile.tau2_method).id == profile.tau2_method
    for test in profile.tests:
        check_test(test, profile.tau2_method)
