"""Noise models and exact second moments, against oracles that share no code."""

import numpy as np
import pytest

from landscapes.quadratic import Quadratic
from landscapes.ridge_regression import ridge_regression
from theory import diffusion
from theory.base import HeavyBall
from theory.iterate import iterate
from theory.methods.usam import USAM
from theory.noise import InDescent, Noise, gaussian, impulses, same, two_point

PARABOLA = Quadratic(np.array([-1.5]))


def last(**options):
    *_, state = iterate(PARABOLA, USAM(0.4), eta=0.1, **options)
    return state.x


@pytest.mark.parametrize("p", [0.05, 0.5, 0.75])
def test_two_points_have_mean_zero_variance_one_and_the_stated_skewness(p):
    draw = two_point(p)
    values = np.unique(draw(np.random.default_rng(0), 1000))
    chance = np.array([1 - p, p])
    moments = [(chance * values**k).sum() for k in (1, 2, 3)]
    skewness = (1 - 2 * p) / (p * (1 - p)) ** 0.5
    assert np.allclose(moments, [0, 1, skewness], atol=1e-12)
    share = (draw(np.random.default_rng(1), 40000) > 0).mean()
    assert abs(share - p) < 5 * (p * (1 - p) / 40000) ** 0.5


@pytest.mark.parametrize("p", [0, 1, -0.1, np.nan])
def test_two_points_refuse_a_probability_out_of_range(p):
    with pytest.raises(ValueError, match=r"`two_point` takes p in \(0, 1\), got"):
        two_point(p)


def test_noise_depends_on_step_and_seed_and_on_nothing_else():
    noise = Noise(gaussian, 2.0, (3, 1), (1, 2))
    again = Noise(gaussian, 2.0, (3, 1), (1, 2))
    assert np.array_equal(noise(7), [again(3), again(7)][1])
    assert not np.array_equal(noise(7), noise(8))
    assert not np.array_equal(noise(7), Noise(gaussian, 2.0, (3, 1), (2, 1))(7))
    assert np.array_equal(
        Noise(gaussian, 1.0, (3, 1), 5)(0) * 2.0, Noise(gaussian, 2.0, (3, 1), 5)(0)
    )


def test_the_same_noise_enters_ascent_and_descent():
    noise = Noise(gaussian, 1.0, (5, 1), 0)
    x = np.zeros((5, 1))
    for t in range(4):
        xi = noise(t)
        tilted = lambda w, xi=xi: -1.5 * w + xi  # noqa: E731
        x = x - 0.1 * tilted(x + 0.4 * tilted(x))
    run = last(x=np.zeros((5, 1)), steps=4, sample=same(PARABOLA, noise))
    assert np.allclose(run, x, rtol=1e-13)


@pytest.mark.parametrize("momentum", [0.0, 0.7])
def test_noise_in_the_descent_leaves_the_ascent_clean(momentum):
    noise = Noise(gaussian, 1.0, (5, 1), 0)
    x = v = np.zeros((5, 1))
    for t in range(4):
        v = momentum * v + -1.5 * (x + 0.4 * -1.5 * x) + noise(t)
        x = x - 0.1 * v
    base = InDescent(noise, HeavyBall(momentum))
    assert np.allclose(last(x=np.zeros((5, 1)), steps=4, base=base), x, rtol=1e-13)


def test_impulses_disturb_each_run_once():
    pulses = np.array([impulses(4)(t)[:, 0] for t in range(5)])
    assert np.array_equal(pulses, np.eye(5, 4))


@pytest.mark.parametrize("k", [-3.0, -0.2, 0.0, 1.0, 10.0, 20.0, 25.0])
def test_the_variance_is_that_of_the_plain_recursion(k):
    eta, q, S = 0.1, 0.3, 0.0
    for _ in range(40):
        S = (1 - eta * k) ** 2 * S + eta**2 * q
    # a = 0 at k = 10 and a = -1 at k = 20 are the special cases.
    assert np.isclose(diffusion.variance(eta, k, q, 40), S, rtol=1e-12)


@pytest.mark.parametrize("k", [-3.0, 0.5, 8.0])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.95])
def test_heavy_ball_moments_are_those_of_matrix_powers(k, momentum):
    eta, q = 0.1, 0.3
    A = np.array([[1 - eta * k, -eta * momentum], [k, momentum]])
    b = np.array([-eta, 1.0])
    powers = [np.linalg.matrix_power(A, j) @ b for j in range(30)]
    expected = q * sum(p[0] ** 2 for p in powers)
    found = diffusion.heavy_ball_variance(eta, k, q, momentum, 30)
    assert np.isclose(found, expected, rtol=1e-11)
    if momentum == 0:
        assert np.isclose(found, diffusion.variance(eta, k, q, 30), rtol=1e-12)


def test_the_drift_of_sharpness_is_the_gradient_of_the_stated_potential():
    f, m, rho = ridge_regression(rows=5), 2, 0.3
    x = np.random.default_rng(0).normal(size=f.dim)

    def potential(w, c):
        rows = f.gradients(w)
        V = ((rows - rows.mean(axis=0)) ** 2).sum() / f.n
        g2 = (rows.mean(axis=0) ** 2).sum()
        return f.value(w) + rho / 2 * g2 + c * rho / (2 * m) * V

    for c, given in ((1, (m, True)), (3 / 4, (m, False)), (0, (np.inf, True))):
        step = 1e-4 * np.eye(f.dim)
        slope = [(potential(x + e, c) - potential(x - e, c)) / 2e-4 for e in step]
        found = diffusion.sharpness_drift(f, x, rho, *given)
        # Central differences of a polynomial of degree 2 are exact to rounding.
        assert np.allclose(found, slope, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(("n", "sigma", "B"), [(8, 3, 4), (10, 2, 7), (9, 1, 3)])
def test_counts_in_a_mini_batch_by_listing_all_of_them(n, sigma, B):
    from itertools import combinations

    counts = np.array([sum(i < sigma for i in s) for s in combinations(range(n), B)])
    share = np.bincount(counts, minlength=min(sigma, B) + 1) / len(counts)
    assert np.allclose(diffusion.seen(n, sigma, B), share, rtol=1e-12)
    h = 2 * n / sigma * counts / B
    limit = 2 * h.mean() / (h**2).mean()
    assert np.isclose(diffusion.mean_square_limit(n, sigma, B), limit, rtol=1e-12)


def test_sgd_diverges_in_mean_square_at_the_reported_threshold():
    for n in (5, 20, 100):
        for sigma in range(1, n):
            for B in range(1, n):
                reported = diffusion.coherence_step(n, sigma, B)
                limit = diffusion.mean_square_limit(n, sigma, B)
                assert limit <= reported * (1 + 1e-12)
