import numpy as np
import pytest
from scipy.stats import linregress

from evisynth.errors import DataError
from evisynth.synthesis.bias.pet_peese import pet_peese
from evisynth.synthesis.bias.regression_test import regression_test

YI = np.array([0.42, 0.38, 0.61, 0.75, 0.05, 0.48, 0.33, 0.90])
VI = np.array([0.02, 0.03, 0.06, 0.09, 0.01, 0.05, 0.02, 0.16])


def test_pet_is_the_limit_of_eggers_regression_and_its_slope_eggers_test():
    pet, egger = pet_peese(YI, VI).pet, regression_test(YI, VI)
    assert (pet.mu, pet.se) == (egger.limit, egger.limit_se)
    assert pet.slope / pet.slope_se == pytest.approx(egger.statistic, rel=1e-14)
    se = np.sqrt(VI)
    assert pet.mu == pytest.approx(linregress(1 / se, YI / se).slope, rel=1e-10)


def test_peese_is_the_intercept_on_the_variance():
    # y / se on se and 1 / se without a constant
    se = np.sqrt(VI)
    b = np.linalg.lstsq(np.column_stack((se, 1 / se)), YI / se, rcond=None)[0]
    assert pet_peese(YI, VI).peese.mu == pytest.approx(b[1], rel=1e-10)


def test_peese_is_taken_when_pet_is_significant():
    strong = pet_peese(YI + 5, VI)
    assert strong.chosen is strong.peese
    none = pet_peese(YI - pet_peese(YI, VI).pet.mu, VI)  # so that PET gives 0
    assert none.chosen is none.pet
    assert "PET-PEESE takes PET: PET is not significant at 0.1" in str(none)


def test_signs_turn_and_units_scale():
    got, turned = pet_peese(YI, VI), pet_peese(-10 * YI, 100 * VI)
    for one, other in ((got.pet, turned.pet), (got.peese, turned.peese)):
        assert other.mu == pytest.approx(-10 * one.mu, rel=1e-9)
        assert other.p == pytest.approx(one.p, rel=1e-9)
        assert one.ci[0] < one.mu < one.ci[1]


def test_few_or_similar_studies_are_warned_of():
    assert "8 studies" in pet_peese(YI, VI).warnings[0]
    assert any("similar size" in one for one in pet_peese(YI, np.linspace(0.1, 0.12, 8)).warnings)


@pytest.mark.parametrize(
    ("yi", "vi", "alpha", "message"),
    [
        (YI[:2], VI[:2], 0.1, "at least 3"),
        (YI, [0.1] * 8, 0.1, "the same in all studies"),
        (YI, VI, 10, "between 0 and 1"),
    ],
)
def test_what_cannot_be_answered_is_refused(yi, vi, alpha, message):
    with pytest.raises(DataError, match=message):
        pet_peese(yi, vi, alpha=alpha)
