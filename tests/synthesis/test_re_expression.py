import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.synthesis.absolute import given_risk
from evisynth.synthesis.re_expression import rates_of, re_express_smd, risk_from_hazard_ratio
from evisynth.synthesis.study_table import StudyTable

RISK = given_risk(0.2, "a register")


def test_a_hazard_ratio_becomes_a_risk_up_to_a_time():
    # Cochrane Handbook 6.5, section 14.1.5.2: 1 - (1 - 0.2)^0.7 = 0.1446
    found = risk_from_hazard_ratio(0.7, (0.5, 1.0), RISK)
    assert found.intervention == pytest.approx(0.1446, abs=5e-5)
    assert found.intervention_ci == pytest.approx((1 - 0.8**0.5, 0.2))
    assert found.difference_text == "55 fewer per 1000 (from 94 fewer to 0 fewer)"


@given(st.floats(0.01, 100), st.floats(0, 1))
def test_a_risk_from_a_hazard_ratio_is_a_risk_and_moves_as_the_ratio_does(ratio, risk):
    found = risk_from_hazard_ratio(ratio, (ratio, ratio), given_risk(risk, "x"))
    assert 0 <= found.intervention <= 1
    assert (found.intervention - risk) * (ratio - 1) >= -1e-12


def test_a_hazard_ratio_below_0_is_refused():
    with pytest.raises(DataError, match="A hazard ratio is above 0; found -1"):
        risk_from_hazard_ratio(-1, (-2, 1), RISK)


def test_a_standardised_mean_difference_in_other_terms():
    # Cochrane Handbook 6.5, section 15.5.3: ln OR = pi / sqrt(3) x SMD, so that 0.5 is an OR of 2.48; 0.5 x 22 = 11
    found = re_express_smd(0.5, (0.0, 1.0), sd=22, unit="mm", source="a register")
    assert found.odds_ratio == pytest.approx(2.477, abs=5e-4)
    assert found.odds_ratio_ci == pytest.approx((1.0, math.exp(math.pi / math.sqrt(3))))
    assert (found.difference, found.difference_ci) == (11, (0, 22))
    assert re_express_smd(0.5, (0, 1)).difference is None


@pytest.mark.parametrize(("sd", "source", "says"), [(0, "x", "is not above 0"), (2, " ", "needs its source")])
def test_a_standard_deviation_to_re_express_by_is_above_0_and_has_a_source(sd, source, says):
    with pytest.raises(DataError, match=says):
        re_express_smd(0.5, (0, 1), sd=sd, source=source)


def test_a_rate_ratio_and_a_rate_difference_move_the_comparators_rate():
    table = StudyTable.of(
        ("A", "B"), {"events1": [1, 2], "time1": [10, 20], "events2": [4, 6], "time2": [10, 40]}
    )
    ratio = rates_of(table, "IRR", 0.5, (0.25, 1))
    assert (ratio.comparator, ratio.intervention, ratio.intervention_ci) == (0.2, 0.1, (0.05, 0.2))
    difference = rates_of(table, "IRD", -0.1, (-0.3, 0.1))
    assert difference.intervention == pytest.approx(0.1)
    assert difference.intervention_ci == pytest.approx((0, 0.3))  # a rate is not below 0
    with pytest.raises(DataError, match="rates come from a rate ratio"):
        rates_of(table, "MD", 1, (0, 2))
