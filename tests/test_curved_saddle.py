"""T7 on a curved surface: the quadratic's threshold is the limit of small radii."""

import numpy as np
import pytest

from landscapes import load
from theory import simulate
from theory.methods import make
from theory.quadratic import sam_threshold

CAMEL = load("six_hump_camel")
SADDLE = min(CAMEL.saddles, key=lambda c: np.abs(c.point - [1.638, 0.2287]).max())


def stalls(share, rho):
    """Whether SAM stays at `share` of the threshold, from three starts in the trap."""
    lam, V = SADDLE.eigenvalues, SADDLE.eigenvectors
    offsets = np.array([(0.1, 0.3), (-0.2, 0.15), (0.3, -0.1)]) * rho
    x = SADDLE.point + (offsets * -lam[0] / np.abs(lam)) @ V.T
    run = simulate.batch(
        CAMEL,
        make("sam"),
        np.asarray(share)[..., None] * sam_threshold(lam),
        rho,
        x,
        20_000,
        center=SADDLE.point,
        radius=5 * rho,
    )
    assert (run.left.all(-1) == run.left.any(-1)).all()
    return ~run.left.all(-1)


def test_the_saddle_is_the_one_meant():
    np.testing.assert_allclose(SADDLE.eigenvalues, [-5.546, 12.437], atol=1e-3)
    m, top = -SADDLE.eigenvalues[0], SADDLE.eigenvalues[1]
    desired = 2 * m / (top * (top + m))
    assert sam_threshold(SADDLE.eigenvalues) == pytest.approx(desired, rel=1e-12)


@pytest.mark.parametrize("rho", [1e-2, 1e-3, 1e-4])
def test_at_a_small_radius_the_threshold_is_the_formula(rho):
    np.testing.assert_array_equal(stalls([0.9, 0.99, 1.01, 1.1], rho), [1, 1, 0, 0])


def test_at_a_large_radius_it_is_not():
    np.testing.assert_array_equal(stalls([1.01, 1.1, 1.15], 0.03), [1, 1, 0])
