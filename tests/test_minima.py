"""T5: SAM ends in its 2-cycle around a minimum; SSAM converges iff eta < 2/lam_1."""

import numpy as np
import pytest

from landscapes import load
from tests.spectra import draw, geometric, padded, run, sizes, start
from theory import quadratic as closed
from theory import simulate
from theory.methods import make

COUNT = 250


def positive(rng, low=0.15, high=0.8):
    """Random spectra with largest eigenvalue 1 and a gap below it."""
    return padded(
        draw(rng, COUNT, lambda d: np.append(rng.uniform(low, high, d - 1), 1))
    )


def test_sam_ends_in_its_two_cycle_along_the_top_direction():
    rng = np.random.default_rng(21)
    lam = positive(rng) * rng.uniform(0.5, 3, (COUNT, 1))
    top, rho = lam.max(-1), rng.uniform(0.01, 2, COUNT)
    eta = rng.uniform(0.05, 1.9, COUNT) / top
    result = run("sam", lam, eta, rho, start(rng, lam, rho * top), 6000)
    along, first = lam == top[:, None], result.window[-2]
    desired = eta * rho * top / (2 - eta * top)
    np.testing.assert_allclose(closed.sam_cycle(eta, rho, top), desired, rtol=1e-13)
    np.testing.assert_allclose(np.abs(result.x[along]), desired, rtol=1e-6)
    np.testing.assert_allclose(first[along], -result.window[-1][along], rtol=1e-6)
    across = np.where(along, 0, result.x)
    assert (sizes(across) < 1e-6 * desired).all()


def test_the_cycle_survives_a_rotation():
    lam = [0.2, 0.5, 1.3]
    landscape = load("quadratic", spectrum=lam, rotate=3)
    x = np.random.default_rng(22).normal(size=(20, 3))
    run = simulate.batch(landscape, make("sam"), 0.7, 0.3, x, 3000, window=8)
    half = 0.7 * 0.3 * 1.3 / (2 - 0.7 * 1.3)
    along = run.x @ landscape.rotation
    np.testing.assert_allclose(np.abs(along), np.tile([0, 0, half], (20, 1)), atol=1e-9)


@pytest.mark.parametrize("a", [0.3, 0.6])
def test_one_start_of_sam_lands_on_the_minimum_and_stays(a):
    # w0 = a rho/(1 - a) is sent to 0 exactly; in binary when a/(1 - a) is short.
    a = {0.3: 0.5, 0.6: 0.75}[a]
    landscape = load("quadratic", spectrum=[1.0])
    w0 = np.array([a * 1.0 / (1 - a)])
    run = simulate.batch(landscape, make("sam"), a, 1.0, w0, 8, window=8)
    assert not run.x.any()


@pytest.mark.parametrize("rho", [0.01, 0.5, 20.0])
def test_ssam_converges_iff_eta_is_below_two_over_the_top(rho):
    rng = np.random.default_rng(23)
    lam = positive(rng)
    w = start(rng, lam, 1.0)
    below = run("ssam", lam, 0.98 * 2, rho, w, 4000)
    above = run("ssam", lam, 1.02 * 2, rho, w, 4000)
    assert (sizes(below.x) < 1e-10).all()
    assert (sizes(above.x) > 1e-3).all()


def test_ssam_converges_geometrically_at_any_learning_rate_below():
    rng = np.random.default_rng(24)
    lam = positive(rng, low=0.05)
    eta, rho = rng.uniform(0.1, 1.95, COUNT), 10 ** rng.uniform(-2, 2, COUNT)
    w = start(rng, lam, 1.0)
    half = run("ssam", lam, eta, rho, w, 3000)
    full = run("ssam", lam, eta, rho, w, 6000)
    assert (sizes(half.x) < 1e-4).all()
    assert geometric(half, full).all()


def test_in_one_convex_dimension_ssam_is_gradient_descent():
    landscape, x = load("quadratic", spectrum=[1.7]), np.array([[0.3], [-2.0]])
    for spec in ("ssam", "ssam-n"):
        runs = [
            simulate.batch(landscape, make(s), 0.4, 0.9, x, 12, window=8)
            for s in (spec, "gd")
        ]
        np.testing.assert_allclose(runs[0].x, runs[1].x, rtol=1e-12)
