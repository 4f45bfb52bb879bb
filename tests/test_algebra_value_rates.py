"""N4: how far a step lowers f: the proofs' lines, and functions."""

import numpy as np
import pytest
import sympy
from sympy import Matrix, simplify, sqrt

from theory import value_rates as exact
from theory.regimes import cosine, ssam_limit

mu, rho, eta, sig, C = sympy.symbols("mu rho eta sigma C", positive=True)
a, b, unit = 1 + rho * mu, 1 + rho, 1 - mu


def vector(*parts):
    return Matrix(parts)


def times(x, y):
    """The Gram matrix of an inner product."""
    return (x * y.T + y * x.T) / 2


def slack(one, other):
    """T1's slack of an ordered pair, less the values, times 2(1 - mu)."""
    (x, g), (y, h) = one, other
    dx, dg = x - y, g - h
    near = times(dg, dg) + mu * times(dx, dx) - 2 * mu * times(dg, dx)
    return -2 * unit * times(h, dx) - near


def value_remainder(extra):
    r"""$\sigma^2 f - f^+$ less its three inequalities, in w, g, d, g+; f* = 0, w* = 0.

    The weights are sigma, sigma(1 - sigma) and 1 - sigma for (w, +), (*, w), (*, +).
    """
    w, g, d, after = (vector(*row) for row in np.eye(4, dtype=int).tolist())
    star, at, then = (0 * w, 0 * w), (w, g), (w - eta * d, after)
    used = sig * slack(at, then) + sig * (1 - sig) * slack(star, at)
    return -(used + (1 - sig) * slack(star, then)) + extra(g, d)


def schur(M, pivot):
    rest = [i for i in range(M.rows) if i != pivot]
    column = M.extract(rest, [pivot])
    return (M.extract(rest, rest) - column * column.T / M[pivot, pivot]).applyfunc(
        simplify
    )


@pytest.mark.parametrize(
    ("rate", "kernel", "share"),
    [
        (1 - eta * mu * a, (1, mu, a * mu), 2 - eta * (mu * a + b)),
        (eta * b - 1, (1, 1, b), (2 - eta * b) * (eta * (mu * a + b) - 2)),
    ],
)
def test_n4_usam_values_fall_as_on_quadratics(rate, kernel, share):
    ball = 2 * eta * sig / rho

    def extra(g, d):
        return ball * times(d - a * g, d - b * g)

    M = value_remainder(extra)
    assert M[3, 3] == 1
    M = schur(M, 3).subs(sig, rate).applyfunc(simplify)  # in w, g, g'
    assert (M * vector(*kernel)).applyfunc(simplify) == Matrix([0, 0, 0])
    # With a kernel whose w is not 0 it is >= 0 iff its block of g, g' is.
    minor = M[1, 1] * M[2, 2] - M[1, 2] ** 2
    scale = a * rate if share.is_Add else rate / eta
    assert simplify(minor - 2 * eta**2 * scale * share / rho) == 0
    corner = 2 * rate - eta * (b - a)
    assert simplify(M[2, 2] - eta / rho * corner) == 0


def test_n4_ssam_values_are_two_squares_away():
    E = (1 + mu) * sig - unit
    theta, Q = unit * sig / E, eta * ((1 + mu) - unit * sig)
    long = 2 * theta * mu * eta**2

    def extra(g, d):
        turned = 2 * theta * Q * (C * times(g, g) - times(g, d))
        return turned + long * (times(d, d) - times(g, g))

    M = schur(value_remainder(extra), 3)
    assert simplify(M[0, 0] - (1 - sig) * E) == 0
    M = schur(M, 0)
    left = 2 * theta * (Q * C - (1 - sig**2) - mu * eta**2)
    assert simplify(M - Matrix([[left, 0], [0, 0]])) == Matrix([[0, 0], [0, 0]])


def test_n4_ssam_larger_root_lies_between_gradient_descents_best_and_1():
    def gap(x):
        return x**2 - eta * C * unit * x - 1 - mu * eta**2 + eta * C * (1 + mu)

    assert simplify(gap(1) - mu * eta * (2 * C - eta)) == 0
    below = mu * (eta - 2 / (1 + mu)) ** 2 + 4 * mu * eta * (1 - C) / (1 + mu)
    assert simplify(gap(unit / (1 + mu)) + below) == 0


def test_n4_ssam_bound_is_that_root_and_gradient_descents_for_no_angle():
    for args in [(0.3, 0.1, 1.0, 1.0), (1.2, 0.3, 1.0, 3.0), (0.7, 0.0, 1.0, 2.0)]:
        step, low, _, radius = args
        root, cos = exact.ssam_value_bound(*args), cosine(low, 1.0, radius)
        square = root**2 - step * cos * (1 - low) * root
        assert square == pytest.approx(1 + low * step**2 - step * cos * (1 + low))
    for step in (0.3, 1.0, 1.7):
        bound = exact.ssam_value_bound(step, 0.2, 1.0, 0.0)
        assert bound == pytest.approx(max(1 - 0.2 * step, step - 1), abs=1e-14)
    limit = ssam_limit(0.2, 1.5, 2.0)
    assert exact.ssam_value_bound(limit, 0.2, 1.5, 2.0) == pytest.approx(1, abs=1e-12)


def test_n4_at_their_best_usam_and_ssam_are_equally_fast():
    root = (b - mu * a) / (b + mu * a)
    best = 2 * sqrt(a * b) / (b + mu * a)
    cos = 2 * sqrt(a * b) / (a + b)
    square = root**2 - best * cos * unit * root - 1 - mu * best**2
    assert simplify(square + best * cos * (1 + mu)) == 0
    # It is a quadratic's: both modes change by that factor where gamma^2 = 1/(ab).
    share = a / (a + b)
    assert simplify(share * b**2 + (1 - share) * a**2 - a * b) == 0
    assert simplify(1 - 2 / (b + mu * a) * mu * a - root) == 0
    assert simplify(1 - 2 / (b + mu * a) * b + root) == 0
    args = (0.2, 1.5, 2.0)
    found = exact.best_value_factor(*args)
    for method, rate in [
        ("usam", exact.usam_value_factor),
        ("ssam", exact.ssam_value_bound),
    ]:
        step = exact.best_value_step(method, *args)
        assert rate(step, *args) == pytest.approx(found, abs=1e-12)
        assert min(rate(0.97 * step, *args), rate(1.03 * step, *args)) > found


def test_n4_no_sum_of_walls_falls_slower():
    rng = np.random.default_rng(0)
    for _ in range(300):
        low, radius, share = rng.uniform(0.05, 0.6), rng.uniform(0, 4), rng.uniform()
        n = rng.normal(size=(4, 3))
        n /= np.linalg.norm(n, axis=1)[:, None]
        t, p = rng.uniform(0, 1, 4) * rng.integers(0, 2, 4), rng.dirichlet(np.ones(4))
        w = rng.normal(size=3)

        def value(x, n=n, t=t, p=p, low=low):
            over = np.maximum(n @ x - t, 0)
            return (low * x @ x + (1 - low) * (p * over) @ over) / 2

        def gradient(x, n=n, t=t, p=p, low=low):
            return low * x + (1 - low) * (p * np.maximum(n @ x - t, 0)) @ n

        g = gradient(w)
        d = gradient(w + radius * g)
        step = share * 2 / (1 + radius)
        worst = exact.usam_value_factor(step, low, 1.0, radius)
        assert value(w - step * d) <= worst**2 * value(w) * (1 + 1e-12)
        d *= np.linalg.norm(g) / np.linalg.norm(d)
        step = share * float(ssam_limit(low, 1.0, radius))
        worst = exact.ssam_value_bound(step, low, 1.0, radius)
        assert value(w - step * d) <= worst**2 * value(w) * (1 + 1e-12)
        after = np.linalg.norm(gradient(w - step * d)) / np.linalg.norm(g)
        assert after <= exact.ssam_gradient_bound(step, low, 1.0, radius) + 1e-12


def test_n4_a_step_of_ssam_may_lower_f_and_lengthen_the_gradient():
    # diag(1, .1), rho = 4, g = (1, 3), eta = 1.3 < 1.65.
    H, g = np.array([1, 0.1]), np.array([1.0, 3.0])
    turned = (1 + 4 * H) * g
    after = g - 1.3 * H * turned * np.linalg.norm(g) / np.linalg.norm(turned)
    assert ssam_limit(0.1, 1.0, 4.0) > 1.65
    assert after @ (after / H) < 0.88 * g @ (g / H)
    assert after @ after > 1.2 * g @ g
