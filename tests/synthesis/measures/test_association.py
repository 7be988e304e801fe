import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import fminbound
from scipy.special import ndtri

from evisynth.synthesis.measures.association import phi, tetrachoric
from evisynth.synthesis.measures.bivariate_normal import probability_below
from evisynth.synthesis.measures.effect_sizes import effect_sizes

SHARED = Path(__file__).resolve().parents[3] / "../shared/reference/stats/escalc.json"
# metadat dat.hine1989: deaths after myocardial infarction with lidocaine and without.
HINE = np.array(
    [[2, 37, 1, 42], [4, 40, 4, 40], [6, 101, 4, 106], [7, 96, 5, 95], [7, 103, 3, 103], [11, 143, 4, 142]],
    float,
).T


@pytest.mark.parametrize(
    ("h", "k", "r", "p"),
    [  # mpmath 1.4.1, 30 digits: the integral of Plackett over the angle
        (0.0, 0.0, 0.5, 1 / 3),
        (0.0, 0.0, -0.9, 0.07178314656435313),
        (0.0, 1.0, 0.5, 0.4687429526451681),
        (-1.5, 0.3, 0.2, 0.05063577407346213),
        (1.2, -0.7, -0.95, 0.1288474972062074),
        (0.4, 0.4, 0.9999, 0.6533439852949555),
    ],
)
def test_the_bivariate_normal_probability_has_all_its_digits(h, k, r, p):
    found = probability_below(*(np.array([value]) for value in (h, k, r)))
    assert found[0] == pytest.approx(p, rel=1e-13)


def test_the_tetrachoric_correlation_of_a_median_split_is_a_sine():
    # Sheppard: with both cuts at the median, P(both above) = 1/4 + asin(r) / (2 pi).
    cells = [np.array([value]) for value in (40.0, 10.0, 10.0, 40.0)]
    assert tetrachoric(*cells)[0][0] == pytest.approx(np.sin(2 * np.pi * (0.4 - 0.25)), rel=1e-14)


@given(st.lists(st.integers(1, 3000), min_size=4, max_size=4))
def test_the_tetrachoric_correlation_gives_the_table_back(cells):
    a, b, c, d = (np.array([float(cell)]) for cell in cells)
    r, vi = tetrachoric(a, b, c, d)
    n = a + b + c + d
    again = probability_below(ndtri((a + b) / n), ndtri((a + c) / n), r)
    assert again == pytest.approx(a / n, abs=1e-14)
    assert vi > 0


def test_a_zero_cell_leaves_no_tetrachoric_correlation():
    found = effect_sizes("RTET", events1=[0, 3], n1=[20, 20], events2=[4, 5], n2=[20, 20])
    assert found.undefined == (("Study 1", "a zero cell: its RTET does not exist"),)
    assert np.isfinite(found.yi[1])


def minus_log_likelihood(r, h, k, cells):
    inside = float(probability_below(*(np.array([value]) for value in (h, k, r)))[0])
    a, b, c, _ = cells
    row, column = (a + b) / sum(cells), (a + c) / sum(cells)
    probabilities = np.array([inside, row - inside, column - inside, 1 - row - column + inside])
    return -float(np.sum(cells * np.log(np.maximum(probabilities, 1e-300))))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared reference numbers are not on this machine")
def test_escalc_gives_the_point_where_its_optimiser_stops():
    # R's optimize stops at a tolerance of the fourth root of the machine's epsilon. The same minimiser (Brent 1973) with
    # that tolerance gives metafor's digits; ours is the minimum itself, up to 2e-5 away.
    book = json.loads(SHARED.read_text(encoding="utf-8"))
    want = next(case["expect"]["yi"] for case in book["cases"] if case["id"] == "a_hine-RTET")
    exact, _ = tetrachoric(*HINE)
    for study, cells in enumerate(HINE.T):
        n = cells.sum()
        h, k = ndtri((cells[0] + cells[1]) / n), ndtri((cells[0] + cells[2]) / n)
        stopped = fminbound(minus_log_likelihood, -1, 1, (h, k, cells), xtol=np.finfo(float).eps ** 0.25)
        assert stopped == pytest.approx(want[study], abs=1e-9)
        assert exact[study] == pytest.approx(want[study], abs=3e-5)
        values = [minus_log_likelihood(r, h, k, cells) for r in (exact[study], want[study])]
        assert values[0] <= values[1] + 1e-12


def test_phi_of_chosen_group_sizes_has_the_delta_methods_variance():
    n1, n2, step = 40.0, 60.0, 1e-6

    def phi_of(p1, p2):
        cells = n1 * p1, n1 * (1 - p1), n2 * p2, n2 * (1 - p2)
        return phi(*(np.array([cell]) for cell in cells))[0][0]

    p1, p2 = 0.3, 0.15
    slope1 = (phi_of(p1 + step, p2) - phi_of(p1 - step, p2)) / (2 * step)
    slope2 = (phi_of(p1, p2 + step) - phi_of(p1, p2 - step)) / (2 * step)
    want = slope1**2 * p1 * (1 - p1) / n1 + slope2**2 * p2 * (1 - p2) / n2
    found = effect_sizes("PHI", events1=[12], n1=[40], events2=[9], n2=[60], vtype="ST")
    assert found.vi[0] == pytest.approx(want, rel=1e-8)


def test_phi_of_a_table_without_events_does_not_exist():
    found = effect_sizes("PHI", events1=[0], n1=[20], events2=[0], n2=[20])
    assert found.undefined == (
        ("Study 1", "no event, or only events, in both groups: its PHI does not exist"),
    )
