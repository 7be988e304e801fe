import pytest

from evisynth.appraisal.judgement import (
    Judgement,
    check_judgement,
    conflicts,
    domain_shares,
    judgement_for,
    study_summary,
)
from evisynth.appraisal.tools.rob1 import ROB1
from evisynth.errors import DataError


def given(domain, judgement, study="Longo 2008", outcome=""):
    return Judgement(study, domain, judgement, "The report says so.", outcome)


ALL_LOW = [given(domain.id, "low") for domain in ROB1.domains]


def with_one(domain, judgement):
    return [given(domain, judgement) if one.domain == domain else one for one in ALL_LOW]


def test_a_judgement_with_support_has_no_messages():
    assert check_judgement(ROB1, ALL_LOW[0]) == []


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (given("sequence-generation", "Low"), "Did you mean 'low'"),
        (given("sequence", "low"), "has no domain 'sequence'"),
        (Judgement("Longo 2008", "other-bias", "low", " "), "needs its support"),
        (given("allocation-concealment", "low", outcome="full serving"), "judged once for the study"),
    ],
)
def test_what_is_wrong_with_a_judgement_is_said(one, says):
    assert says in " ".join(check_judgement(ROB1, one))


def test_blinding_and_incomplete_data_may_be_judged_for_an_outcome():
    repeating = [domain.id for domain in ROB1.domains if domain.repeats]
    assert repeating == ["blinding-participants", "blinding-assessment", "incomplete-data"]
    assert check_judgement(ROB1, given("incomplete-data", "high", outcome="full serving")) == []


def test_an_outcomes_own_judgement_stands_before_the_studys():
    judgements = [given("incomplete-data", "low"), given("incomplete-data", "high", outcome="full serving")]
    assert judgement_for(judgements, "Longo 2008", "incomplete-data", "full serving").judgement == "high"
    assert judgement_for(judgements, "Longo 2008", "incomplete-data", "partial serving").judgement == "low"
    assert judgement_for(judgements, "Longo 2008", "other-bias") is None


def test_two_judgements_in_one_place_are_refused():
    with pytest.raises(DataError, match="2 judgements in one place"):
        judgement_for([ALL_LOW[0], ALL_LOW[0]], "Longo 2008", "sequence-generation")


def test_all_low_is_low():
    assert study_summary(ROB1, ALL_LOW, "Longo 2008") == "low"


def test_one_unclear_makes_the_study_unclear():
    assert study_summary(ROB1, with_one("other-bias", "unclear"), "Longo 2008") == "unclear"


def test_one_high_makes_the_study_high_even_beside_an_unclear():
    judgements = with_one("other-bias", "unclear")
    judgements = [
        given("incomplete-data", "high") if x.domain == "incomplete-data" else x for x in judgements
    ]
    assert study_summary(ROB1, judgements, "Longo 2008") == "high"


def test_only_key_domains_count_where_the_protocol_names_them():
    judgements = with_one("blinding-participants", "high")
    assert study_summary(ROB1, judgements, "Longo 2008", key_domains=["sequence-generation"]) == "low"
    assert study_summary(ROB1, judgements, "Longo 2008", key_domains=["blinding-participants"]) == "high"


def test_a_study_with_a_domain_not_judged_has_no_summary():
    assert study_summary(ROB1, ALL_LOW[1:], "Longo 2008") is None


def test_a_key_domain_that_the_tool_lacks_is_refused():
    with pytest.raises(DataError, match="Did you mean 'other-bias'"):
        study_summary(ROB1, ALL_LOW, "Longo 2008", key_domains=["other_bias"])


def test_an_unknown_judgement_has_no_summary():
    with pytest.raises(DataError, match="'bad' is not one of"):
        study_summary(ROB1, with_one("other-bias", "bad"), "Longo 2008")
    with pytest.raises(DataError, match="judgement 'bad' is not known"):
        domain_shares(ROB1, with_one("other-bias", "bad"), ["Longo 2008"])


def test_shares_count_the_judged_studies_and_name_the_missing():
    judgements = [
        given("other-bias", "low", "A"),
        given("other-bias", "low", "B"),
        given("other-bias", "high", "C"),
        given("other-bias", "low", "D"),
    ]
    row = domain_shares(ROB1, judgements, ["A", "B", "C", "D", "E"])[-1]
    assert row.counts == {"low": 3, "unclear": 0, "high": 1}
    assert row.shares == {"low": 75, "unclear": 0, "high": 25}
    assert row.missing == 1


def test_a_domain_that_nobody_judged_has_shares_of_0():
    row = domain_shares(ROB1, [], ["A"])[0]
    assert (row.shares, row.missing) == ({"low": 0, "unclear": 0, "high": 0}, 1)


def test_two_assessors_differ_where_their_judgements_do():
    second = with_one("other-bias", "unclear")
    assert [one.domain for one, _ in conflicts(ALL_LOW, second)] == ["other-bias"]
    assert conflicts(ALL_LOW, ALL_LOW[:2]) == ()
