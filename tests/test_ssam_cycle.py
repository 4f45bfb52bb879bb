"""T15: on its function SSAM jumps to and fro, at the limit and at any rate above."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from landscapes import load
from landscapes.ssam_cycle import cycle
from theory import regimes, simulate
from theory.cycle import POINTS, a, b, slacks
from theory.methods import make

CASES = [
    (mu, s)
    for mu in (0.0, 0.1, 0.7, -0.3, -1.0, -2.0)
    for s in (0.2, 0.45, 0.9, 3.0, 20.0)
    if 1 + s * mu > 0
]
each = pytest.mark.parametrize(("mu", "s"), CASES)


def step(f, name, rho, x, eta):
    d, _, _ = make(name).having(rho=rho).direction(x, (), f.gradient)
    return x - eta * d


@each
@pytest.mark.parametrize("beta", [1.0, 2.5])
def test_ssam_jumps_to_the_mirror_image_and_back(mu, s, beta):
    f = load("ssam_cycle", rho=s / beta, mu=mu * beta, beta=beta)
    x, mirror = np.array(f.start), np.array([-1.0, 1.0])
    eta = 4 * np.sqrt((1 + s * mu) * (1 + s)) / (2 + s * mu + s) / beta
    y = step(f, "ssam", s / beta, x, eta)
    # A few roundings, and 1/s of them: the hull's corners lie as near as s.
    np.testing.assert_allclose(y, mirror * x, rtol=0, atol=1e-14)
    # The function is its own mirror image, so the next step leads back.
    z = np.random.default_rng(1).normal(size=(200, 2)) * 3
    np.testing.assert_allclose(f.value(mirror * z), f.value(z), rtol=1e-12, atol=1e-13)
    back = step(f, "ssam", s / beta, mirror * x, eta)
    np.testing.assert_allclose(back, x, rtol=0, atol=1e-14)
    assert abs(f.value(x)) < 1e-14 and np.linalg.norm(f.gradient(x)) > 0.01


def test_by_default_the_numbers_are_short():
    f = load("ssam_cycle")
    np.testing.assert_allclose(f.points, [[0.4, 0], [-0.4, 0], [1.6, 0.9], [-1.6, 0.9]])
    np.testing.assert_allclose(f.gradients, [[0.4, 0.3], [-0.4, 0.3], [1, 0], [-1, 0]])
    np.testing.assert_allclose(f.values, [0, 0, 0.975, 0.975])
    (minimum,) = f.critical_points
    np.testing.assert_allclose(minimum.point, [0, -0.3], rtol=0, atol=1e-15)
    method = make("ssam").having(rho=3.0)
    for t, state in enumerate(simulate.iterate(f, method, f.points[0], 1.6, 8)):
        np.testing.assert_allclose(state.x, [0.4 * (-1) ** t, 0], rtol=0, atol=1e-13)


@each
def test_the_minimum_lies_where_both_points_share_a_parabola(mu, s):
    # They give the same corner of the hull but for rounding: no face lies between.
    f = load("ssam_cycle", rho=s, mu=mu)
    (minimum,) = f.critical_points
    np.testing.assert_allclose(minimum.eigenvalues, [1, 1], rtol=1e-12)
    assert f.value(minimum.point) < 0


def test_the_twelve_inequalities_hold_for_all_mu_and_rho():
    gap = b - a
    desired = dict.fromkeys(slacks(), sympy.S.Zero)
    for i, j in (("+", "-"), ("-", "+")):
        desired["y" + i, "x" + j] = 4 * gap / (a + b) ** 2
        desired["y" + i, "y" + j] = 2 * gap * (1 + b) / (a + b) ** 2
    assert len(desired) == 12
    for pair, slack in slacks().items():
        assert sympy.simplify(slack - desired[pair]) == 0
    # Manifestly so: with a = p, b = p + d, p > 0 and d > 0, no sign is left.
    p, d = sympy.symbols("p d", positive=True)
    assert all(e.subs({a: p, b: p + d}).is_nonnegative for e in desired.values())


@each
def test_the_slacks_are_those_of_the_other_form_of_the_inequality(mu, s):
    x, g, f = (np.array(part, dtype=float) for part in cycle(s, mu, 1.0))
    values = {a: 1 + s * mu, b: 1 + s}
    for (i, j), slack in slacks().items():
        p, q = POINTS.index(i), POINTS.index(j)
        dx, dg = x[p] - x[q], g[p] - g[q]
        bent = dg @ dg + mu * dx @ dx - 2 * mu * dg @ dx
        direct = f[p] - f[q] - g[q] @ dx - bent / (2 * (1 - mu))
        scale = 1 + np.abs(f).max() + np.abs(x).max() ** 2
        assert direct == pytest.approx(float(slack.subs(values)), abs=1e-14 * scale)


def test_the_cycle_is_ssams_in_symbols():
    rho, mu = b - 1, (a - 1) / (b - 1)
    x, g, _ = (part[:1] + part[2:3] for part in cycle(rho, mu, sympy.S.One, sympy.sqrt))
    zero = [sympy.simplify(x[0][i] + rho * g[0][i] - x[1][i]) for i in (0, 1)]
    assert zero == [0, 0]
    gamma = sympy.sqrt(sympy.simplify(g[0][0] ** 2 + g[0][1] ** 2))
    assert sympy.simplify(gamma - 1 / sympy.sqrt(a * b)) == 0 and g[1] == [1, 0]
    eta = 4 * sympy.sqrt(a * b) / (a + b)
    assert sympy.simplify(x[0][0] - eta * gamma * g[1][0] + x[0][0]) == 0
    # On the sphere of T1 at the angle of T2.
    inner = g[0][0] * g[1][0]
    assert sympy.simplify(inner / gamma - 2 * sympy.sqrt(a * b) / (a + b)) == 0
    assert sympy.simplify(1 - (a + b) * inner + a * b * gamma**2) == 0


def test_on_fractions_the_cycle_is_exact():
    # rho 3, mu 0: sqrt(ab) = 2.
    x, g, f = cycle(Fraction(3), Fraction(0), Fraction(1), lambda _: Fraction(2))
    assert x[2] == [Fraction(8, 5), Fraction(9, 10)] and f[2] == Fraction(39, 40)
    assert x[0][0] - Fraction(8, 5) * Fraction(1, 2) * g[2][0] == x[1][0]


@each
def test_beyond_the_limit_f_rises_and_below_it_falls(mu, s):
    f, x = load("ssam_cycle", rho=s, mu=mu), np.array(cycle(s, mu, 1.0)[0][0])
    eta = regimes.ssam_limit(mu, 1.0, s)
    assert f.value(step(f, "ssam", s, x, 1.01 * eta)) > 1e-4 * f.beta * x[0] ** 2
    assert f.value(step(f, "ssam", s, x, 0.99 * eta)) < -1e-4 * f.beta * x[0] ** 2


@pytest.mark.parametrize(
    ("eta", "mu", "rho"),
    [(1.9, 0.0, 1.0), (1.99, 0.1, 3.0), (1.5, -0.3, 3.0), (1.2, -1.0, 0.9)],
)
def test_a_function_of_smaller_beta_refutes_every_larger_rate(eta, mu, rho):
    limit = regimes.ssam_limit(mu, 1.0, rho)
    beta = regimes.cycle_beta(eta, mu, rho)
    assert limit < eta < 2 and beta < 1
    f = load("ssam_cycle", rho=rho, mu=mu, beta=beta)
    x = np.array(f.start)
    np.testing.assert_allclose(step(f, "ssam", rho, x, eta), [-x[0], 0], atol=1e-14)


@pytest.mark.parametrize(("mu", "s"), [(0.0, 3.0), (0.1, 20.0), (-0.3, 3.0)])
def test_gradient_descent_converges_at_ssams_limit(mu, s):
    f, eta = load("ssam_cycle", rho=s, mu=mu), regimes.ssam_limit(mu, 1.0, s)
    x = np.array([f.start, (-1.0, 2.0)])
    for _ in range(400):
        x = x - eta * f.gradient(x)
    assert np.abs(f.gradient(x)).max() < 1e-9


@pytest.mark.parametrize(
    "numbers",
    [{"rho": -1}, {"mu": 1.0}, {"mu": -0.5}, {"beta": 0}, {"rho": np.inf}],
)
def test_numbers_out_of_range_are_refused_in_one_line(numbers):
    with pytest.raises(ValueError, match="`ssam_cycle` takes finite rho") as error:
        load("ssam_cycle", **numbers)
    assert "\n" not in str(error.value)
