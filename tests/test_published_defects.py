"""Defects of published code that ours does not have."""

import numpy as np
import pytest

from landscapes import load
from tests.mutants import MUTANTS
from theory import simulate
from theory.methods import make

ACCUMULATED = MUTANTS["accumulated gradients"][0]
SADDLE = load("strict_saddle")


def test_the_first_step_of_the_demonstration():
    w = [-3.0, -0.01]
    ours = simulate.batch(SADDLE, make("sam"), 0.01, 0.5, w, 1, window=0)
    theirs = simulate.batch(SADDLE, ACCUMULATED(), 0.01, 0.5, w, 1, window=0)
    assert ours.x[0] == pytest.approx(-2.93, abs=1e-6)
    assert theirs.x[0] == pytest.approx(-2.87, abs=1e-6)


def largest_trapped(method):
    """Largest |y0| from which |y| has not grown after 500 steps from x0 = -3."""
    low, high = 1e-3, 1.0
    for _ in range(40):
        y0 = (low + high) / 2
        run = simulate.batch(SADDLE, method, 0.01, 0.5, [-3.0, y0], 500, window=0)
        low, high = (y0, high) if abs(run.x[1]) < y0 else (low, y0)
    return low


def test_the_trap_of_the_demonstration():
    assert largest_trapped(make("sam")) == pytest.approx(0.212, abs=5e-4)
    assert largest_trapped(ACCUMULATED()) == pytest.approx(0.063, abs=5e-4)


def half_cycle(method):
    """Half-width of SAM's 2-cycle, near the top of the stable learning rates."""
    bowl = load("quadratic", spectrum=[1.0])
    run = simulate.batch(bowl, method, 1.9, 1e-6, [1e-5], 4000, window=8)
    return np.abs(run.x[0])


def test_an_epsilon_in_the_norm_moves_the_cycle():
    exact = 1.9 * 1e-6 / (2 - 1.9)
    assert half_cycle(make("sam")) == pytest.approx(exact, rel=1e-12)
    wrong = half_cycle(MUTANTS["epsilon 1e-7 in the norm"][0]())
    assert abs(wrong / exact - 1) > 1e-3


@pytest.mark.parametrize("spec", ["sam", "usam", "ssam", "ssam-n"])
def test_the_norm_is_not_kept_in_single_precision(spec):
    # float32 would round 1 + 1e-9 to 1, and 1e-30 squared to 0.
    bowl = load("quadratic", spectrum=[1.0, 1.0])
    for size in (1.0, 1e-30):
        x = size * np.array([0.6, 0.8]) * (1 + 1e-9)
        d, g, _ = make(spec, rho=0.25).direction(x, (), bowl.gradient)
        factor = {"sam": 1 + 0.25 / (size * (1 + 1e-9)), "usam": 1.25}.get(spec, 1.0)
        np.testing.assert_allclose(d, factor * g, rtol=1e-14)


def test_a_zero_gradient_makes_no_nan():
    x = np.zeros((3, 2))
    for spec in ("sam", "usam", "ssam", "ssam-n"):
        run = simulate.batch(SADDLE, make(spec), 0.1, 0.5, x, 20, window=8)
        assert not run.x.any() and not run.left.any()
