import numpy as np
import pytest

from evisynth.synthesis.pooling.multilevel import structured
from evisynth.synthesis.pooling.multilevel.structures import Shape
from evisynth.synthesis.pooling.multilevel.terms import STRUCTURES


def shape_of(struct, levels=(1.0, 2.0, 4.0)):
    return Shape(structured(list(levels) * 2, [1] * len(levels) + [2] * len(levels), struct))


@pytest.mark.parametrize(
    ("struct", "x", "G"),
    [
        ("ID", [2.0], [[2, 0, 0], [0, 2, 0], [0, 0, 2]]),
        ("DIAG", [1.0, 2.0, 3.0], [[1, 0, 0], [0, 2, 0], [0, 0, 3]]),
        ("CS", [2.0, 0.5], [[2, 1, 1], [1, 2, 1], [1, 1, 2]]),
        ("HCS", [1.0, 2.0, 3.0, 0.5], [[1, 1, 1.5], [1, 4, 3], [1.5, 3, 9]]),
        ("AR", [2.0, 0.5], [[2, 1, 0.5], [1, 2, 1], [0.5, 1, 2]]),
        ("HAR", [1.0, 2.0, 3.0, 0.5], [[1, 1, 0.75], [1, 4, 3], [0.75, 3, 9]]),
        ("CAR", [2.0, 0.5], [[2, 1, 0.25], [1, 2, 0.5], [0.25, 0.5, 2]]),  # times 1, 2 and 4
        ("UN", [1.0, 2.0, 1.0, 3.0, 0.0, 1.0], [[1, 2, 3], [2, 5, 6], [3, 6, 10]]),
    ],
)
def test_the_parameters_of_a_structure_give_its_matrix(struct, x, G):
    assert shape_of(struct).matrix(np.array(x)) == pytest.approx(np.array(G, dtype=float))


@pytest.mark.parametrize("struct", STRUCTURES)
@pytest.mark.parametrize("rho", [-0.3, 0.0, 0.4, 1.0])
def test_the_slopes_of_a_structure_are_those_of_its_differences(struct, rho):
    shape = shape_of(struct)
    if struct == "CAR" and rho <= 0:
        rho = 0.2
    if struct == "UN" and rho == 1:
        rho = 0.9
    x = shape.start(0.7, rho) * np.linspace(1, 1.2, shape.count)
    if struct not in ("UN", "ID", "DIAG"):
        x[-1] = rho
    slope = np.random.default_rng(4).normal(size=(3, 3))
    slope = slope + slope.T
    steps = np.eye(shape.count) * 1e-6
    differences = [np.sum(slope * (shape.matrix(x + h) - shape.matrix(x - h))) / 2e-6 for h in steps]
    assert shape.pull(x, slope) == pytest.approx(np.array(differences), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("struct", STRUCTURES)
def test_g_is_a_covariance_matrix_at_the_bounds_of_its_parameters(struct):
    shape = shape_of(struct)
    low, high = shape.bounds()
    for rho in (low[-1], high[-1]):
        x = shape.start(0.7, 0.1)
        if np.isfinite(rho) and struct not in ("ID", "DIAG"):
            x[-1] = rho
        assert np.linalg.eigvalsh(shape.matrix(x))[0] >= -1e-12


def test_two_outcomes_without_structure_have_two_variances_and_a_correlation():
    shape = shape_of("UN", levels=(1, 2))
    assert shape.matrix(np.array([1.0, 2.0, -0.5])) == pytest.approx(np.array([[1.0, -1.0], [-1.0, 4.0]]))
    assert shape.bounds()[0].tolist() == [0, 0, -1]


def test_a_correlation_of_0_over_half_a_unit_of_time_has_a_finite_slope():
    shape = shape_of("CAR", levels=(0.0, 0.5, 1.0))
    assert np.all(np.isfinite(shape.pull(np.array([1.0, 0.0]), np.ones((3, 3)))))
