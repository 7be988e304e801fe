import pytest

from evisynth.errors import DataError
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.binary import pool_two_by_two
from evisynth.synthesis.pooling.intervals import check_test
from evisynth.synthesis.pooling.mantel_haenszel import pool_mantel_haenszel
from evisynth.synthesis.pooling.rates import TwoRates, pool_rates
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


def test_a_profile_can_be_named_where_tables_and_rates_are_pooled():
    table = TwoByTwo.from_rows([("A", 0, 30, 3, 31), ("B", 6, 306, 29, 303)])
    for named, given in ((profile, PROFILES[profile]) for profile in PROFILES):
        assert (
            pool_two_by_two(table, "RR", profile=named).mu == pool_two_by_two(table, "RR", profile=given).mu
        )
        assert pool_mantel_haenszel(table, "RR", named).se == pool_mantel_haenszel(table, "RR", given).se
    rates = TwoRates(("A", "B"), [1, 2], [10, 10], [3, 4], [10, 11])
    assert pool_rates(rates, profile="metafor").Q == pool_rates(rates, profile=METAFOR).Q
    with pytest.raises(DataError, match="Did you mean metafor"):
        pool_two_by_two(table, "RR", profile="metaphor")


def test_a_test_by_its_name_in_another_program_is_told_its_name_here():
    with pytest.raises(DataError, match="It is called 'HK' here"):
        check_test("knha", "REML")
    with pytest.raises(DataError, match="It is called 'HK-adhoc' here"):
        check_test("adhoc", "REML")
