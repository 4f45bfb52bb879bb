"""N1's proof, in symbols, and its formulas against functions and programmes' values."""

import numpy as np
import pytest
import sympy

from landscapes.quadratic import Quadratic
from theory import members
from theory.regimes import usam_fejer_limit
from theory.usam_distance import (
    bent,
    bent_data,
    bent_rates,
    best_rate,
    distance_limit,
    limit_bend,
    limit_end,
    quadratic_factor,
    quadratic_radius,
    worst_cosine,
    worst_factor,
)
from theory.worst import SEARCHED, searched

mu, s, z, eta = sympy.symbols("mu s z eta", positive=True)
a, b, c = 1 + s * mu, 1 + s, 1 - mu
k, D = s - a, 4 * z - a - s
# Vectors are coefficients of w, u = g - mu w and v = g' - mu(w + rho g).
w, u, v = (sympy.Matrix([int(i == j) for j in range(3)]) for i in range(3))
ascent = w + s * (u + mu * w)
top = v + mu * ascent
GRAM = sympy.Matrix(3, 3, lambda i, j: sympy.Symbol(f"G{min(i, j)}{max(i, j)}"))


def dot(x, y):
    return (x.T * GRAM * y)[0]


POINTS = {"*": (0 * w, 0 * w), "w": (w, u), "a": (ascent, v)}
VALUES = {"*": sympy.Integer(0), "w": sympy.Symbol("hw"), "a": sympy.Symbol("ha")}


def slack(pair):
    """T1's inequality of an ordered pair, in h = f - mu/2 |.|^2."""
    (xi, ki), (xj, kj) = (POINTS[i] for i in pair)
    rise = VALUES[pair[0]] - VALUES[pair[1]]
    return rise - dot(kj, xi - xj) - dot(ki - kj, ki - kj) / (2 * c)


def both(pair):
    return slack(pair) + slack(pair[::-1])


ROUND = slack("*a") + slack("aw") + slack("w*")


def zero(expression):
    return sympy.expand(sympy.numer(sympy.together(expression))) == 0


def test_up_to_s_equal_a_the_ball_between_the_quadratics_is_a_sum_of_slacks():
    x, y = c * (a + s) * (a - s) / a, c**2 * s * (a + s) / a
    t = (a - 1) * (c * (a + s) + y)
    ball = -dot(top - mu * a * w, top - b * w)
    rest = ball - x * both("*a") - y * ROUND - t * both("*w")
    assert zero(rest - s / a * dot(v - b * u, v - b * u))
    assert zero(s - a - (c * s - 1))


def test_beyond_it_the_bound_is_a_sum_of_slacks_and_a_square():
    nu = 2 * a + 2 * c * k * z / D
    cos = (2 * z - a - s) / k
    p, q = 4 * c * z / D, 4 * c * z * (z * (a + s) - 1 - a * s) / D
    V = a**2 + 2 * a * c * z * cos + (c * z) ** 2 - nu * (a + c * z * cos)
    r = v + c * (z - a) * w - (1 - a + 2 * z) * u
    bound = V * dot(w, w) + nu * dot(w, top) - dot(top, top)
    rest = bound - p * ROUND - q * both("*w")
    assert zero(rest - (a + s) / D * dot(r, r))
    # q >= 0, for z >= a >= 1.
    assert zero(z * (a + s) - 1 - a * s - (z - a) * (a + s) - (a**2 - 1))


def test_z_and_eta_determine_each_other_and_the_rates_are_its_ends():
    rate = D / (a * D + c * k * z)
    solved = (a + s) * (1 - eta * a) / (4 * (1 - eta * a) - eta * c * k)
    assert zero(solved.subs(eta, rate) - z)
    assert zero(sympy.diff(rate, z) * (a * D + c * k * z) ** 2 - c * k * (a + s))
    low, high = rate.subs(z, a), rate.subs(z, s)
    assert zero(low - (3 * a - s) / (a * (1 + a + mu * a)))
    assert zero(high - (3 * s - a) / (s**2 + a * s + s - a))
    middle = rate.subs(z, (a + s) / 2)
    assert zero(middle - 2 / (b + mu * a))
    at = {mu: sympy.Rational(1, 10), s: 2}
    stated = [float(rate.subs(at)) for rate in (low, high)]
    assert np.allclose(bent_rates(0.1, 1.0, 2.0), stated, rtol=1e-14)


def test_the_data_obey_the_six_inequalities():
    cos = sympy.Symbol("cos", real=True)
    sin = sympy.sqrt(1 - cos**2)
    *vectors, values = bent_data(mu, s, cos, sin)
    points, gradients = ([sympy.Matrix(row) for row in part] for part in vectors)
    assert all(map(zero, points[2] - points[1] - s * gradients[1]))
    k_ = [g - mu * x for g, x in zip(gradients, points, strict=True)]
    h = [f - mu * x.dot(x) / 2 for f, x in zip(values, points, strict=True)]

    def gap(i, j):
        away = k_[i] - k_[j]
        return h[i] - h[j] - k_[j].dot(points[i] - points[j]) - away.dot(away) / (2 * c)

    assert all(zero(gap(*pair)) for pair in [(0, 1), (1, 0), (0, 2), (2, 1)])
    assert all(zero(gap(*p) - c * k * sin**2 / 4) for p in [(1, 2), (2, 0)])


def test_the_data_are_as_far_as_the_bound_and_the_formula():
    cos, at = (2 * z - a - s) / k, (a + s) * (1 - eta * a)
    at /= 4 * (1 - eta * a) - eta * c * k
    length = (1 - eta * a) ** 2 - 2 * (1 - eta * a) * eta * c * z * cos
    length += (eta * c * z) ** 2
    root = a * (2 - k - 2 * a * eta) ** 2 - mu * b * k**2
    stated = 1 + eta * root / (k * (4 - eta * (4 * a + c * k)))
    assert zero(length.subs(z, at) - stated)
    rate = D / (a * D + c * k * z)
    for end, sign in ((mu * a, 1), (b, -1)):  # more than either quadratic
        more = (c * k) ** 2 * (a + s) / D * ((1 + sign * cos) / 2) ** 2
        more = (1 - rate * end) ** 2 + rate**2 * more
        assert zero(length.subs(eta, rate) - more)
    under = c * k * (a + s) / (a * D + c * k * z)
    assert zero((4 - eta * (4 * a + c * k)).subs(eta, rate) - under)
    for end in (a, s):  # there the bound is the quadratics'
        rate = (D / (a * D + c * k * z)).subs(z, end)
        quadratic = (1 - eta * {a: mu * a, s: b}[end]) ** 2
        assert zero((stated - quadratic).subs(eta, rate))


def test_the_edge_is_a_root_and_touches_the_quadratic_one():
    sigma = sympy.Symbol("sigma", positive=True)
    least = {mu: sigma**2 / (b - s * sigma**2)}
    assert zero((mu * b / a).subs(least) - sigma**2)
    edge, other = ((2 - k * (1 - sign * sigma)) / (2 * a) for sign in (1, -1))
    root = a * (2 - k - 2 * a * eta) ** 2 - mu * b * k**2
    assert zero((root - 4 * a**3 * (eta - edge) * (eta - other)).subs(least))
    below = (1 + sigma) * (1 - s * (1 - sigma)) ** 2 / (2 * b)
    assert zero((2 / b - edge - below).subs(least))
    # Where it stops: a(2-k)^2 = mu b k^2 is a quadratic in s.
    ends = c * (1 - 6 * mu + mu**2) * s**2 - 2 * (3 - 8 * mu + mu**2) * s + 9 - mu
    assert zero(root.subs(eta, 0) - ends)
    r = sympy.Symbol("r", positive=True)
    last = (3 + r) / ((1 + r) * (1 - 2 * r - r**2))
    assert zero(ends.subs(s, last).subs(mu, r**2))


def test_the_edge_bends_where_stated():
    t = sympy.Symbol("t", positive=True)
    kappa, at = (t**2 - 1) / 8, (t - 1) / (t - 5)
    assert zero((s * (3 * s - 1) - kappa * (s - 1) ** 2).subs(s, at))
    # 3(s-1)^2 < s(3s-1) for s > 3/5: never for kappa <= 3.
    assert zero(s * (3 * s - 1) - 3 * (s - 1) ** 2 - (5 * s - 3))
    assert limit_bend(10.0) == 2.0
    assert np.isinf(limit_bend([1.0, 3.0])).all()
    assert np.isinf(limit_end([1.0, 5.82])).all()
    assert np.isfinite(limit_end(5.83))
    stated = [1.17166, 1.52025, 2.0, 3.85078, 16.38987]
    assert np.allclose(limit_bend([100, 20, 10, 5, 10 / 3]), stated, atol=1e-5)


def test_the_limit_leaves_the_quadratic_one_there_and_ends_there():
    for kappa in (6.0, 10.0, 50.0):
        bend, end = limit_bend(kappa), limit_end(kappa)
        for radius in (0.5 * bend, bend):
            ratio = distance_limit(1 / kappa, 1, radius) * (1 + radius) / 2
            assert ratio == pytest.approx(1, abs=1e-14)
        assert distance_limit(1 / kappa, 1, 1.1 * bend) * (1 + 1.1 * bend) < 2
        assert distance_limit(1 / kappa, 1, 0.999 * end) > 0
        assert distance_limit(1 / kappa, 1, 1.001 * end) == 0


def test_without_strong_convexity_the_limit_is_t14s():
    rho = np.linspace(0.05, 4, 80)
    assert np.allclose(distance_limit(0, 2.0, rho), usam_fejer_limit(2.0, rho))


def test_the_best_rate_is_a_root_between_the_rates():
    # The step is shortest where eta |g'|^2 = <w, g'>, at eta(z).
    cos = (2 * z - a - s) / k
    along, length = a + c * z * cos, a**2 + 2 * a * c * z * cos + (c * z) ** 2
    Q = (4 * a + c * k) * z**2 - 3 * a * (a + s) * z + 2 * a**2 * s
    short = D * length - (a * D + c * k * z) * along
    assert zero(short - 2 * c * z / k * Q)
    assert zero(Q.subs(z, a) + a**2 * k * mu)
    assert zero(Q.subs(z, s) - s * k * b)
    slope = a * (2 - k) ** 2 - mu * b * k**2
    assert zero(Q.subs(z, (a + s) / 4) - k / 16 * slope)
    square = 9 * (a + s) ** 2 - 8 * s * (4 * a + c * k)
    assert zero(square - (a + s) ** 2 + 8 * k)
    assert zero((a + s) ** 2 - 8 * k - (s + a - 4) ** 2 - 16 * (a - 1))


def test_the_best_rate_beats_its_neighbours():
    for m, radius in [(0.1, 0.5), (0.1, 2.0), (0.1, 6.0), (0.4, 30.0), (0.02, 3.0)]:
        best = best_rate(m, 1, radius)
        near = worst_factor(best * np.array([0.99, 1, 1.01]), m, 1, radius)
        assert near.argmin() == 1
        assert near[1] < 1
    assert best_rate(0.1, 1, 12.0) == 0


CLASSES = [(0.1, 4.0), (0.1, 1.3), (0.05, 3.0), (0.3, 2.0), (0.45, 9.0), (0.0, 1.7)]


@pytest.mark.parametrize(("m", "radius"), CLASSES)
def test_a_function_one_can_run_has_the_factor(m, radius):
    low, high = bent_rates(m, 1, radius)
    for share in (0.1, 0.5, 0.9):
        rate = (1 - share) * max(low, 0) + share * high
        f = bent(m, radius, float(worst_cosine(rate, m, 1, radius)))
        x = f.points[1:2]
        after = members.step("usam", radius * np.ones(1), f, x, rate * np.ones(1))
        assert np.linalg.norm(after) == pytest.approx(
            worst_factor(rate, m, 1, radius), rel=1e-9
        )
        assert worst_factor(rate, m, 1, radius) > quadratic_factor(rate, m, 1, radius)


@pytest.mark.parametrize(("m", "radius"), [*CLASSES, (0.2, 0.6), (1.0, 3.0)])
def test_outside_the_rates_the_quadratic_named_has_the_factor(m, radius):
    low, high = np.nan_to_num(bent_rates(m, 1, radius), nan=2 / (1 + radius))
    for rate in (0.0, 0.5 * max(low, 0), 0.95 * low, 1.05 * high, 2 * high):
        if rate >= 0:
            cos = worst_cosine(rate, m, 1, radius)
            assert abs(cos) == 1
            curvature = {-1.0: m, 1.0: 1.0}[float(cos)]
            shrunk = abs(1 - rate * curvature * (1 + radius * curvature))
            assert shrunk == pytest.approx(worst_factor(rate, m, 1, radius), rel=1e-14)


@pytest.mark.parametrize(("m", "radius"), CLASSES)
def test_no_other_angle_is_worse(m, radius):
    A, C = 1 + radius * m, 1 - m
    angle = np.linspace(0, np.pi, 20001)
    Z = (A + radius) / 2 + (radius - A) / 2 * np.cos(angle)
    for rate in np.linspace(0.02, 1.4, 12) * 2 / (1 + radius):
        x = 1 - rate * (A + C * Z * np.cos(angle))
        most = np.hypot(x, rate * C * Z * np.sin(angle)).max()
        assert most == pytest.approx(worst_factor(rate, m, 1, radius), rel=1e-7)


PROGRAMMES = [
    (0.1, 4.0, 0.38, 1.073828571),
    (0.1, 0.3, 0.9, 0.823193290),
    (0.1, 0.3, 1.5, 0.9025),
    (0.05, 2.0, 0.55, 0.940422518),
    (0.2, 3.0, 0.45, 0.770909091),
    (0.3, 6.0, 0.25, 0.685546875),
    (0.5, 5.0, 0.25, 0.316406250),
    (0.02, 9.0, 0.1, 1.143758774),
]
EDGES = [
    (0.1, 3.0, 0.478073205),
    (0.05, 5.0, 0.034846923),
    (0.01, 2.0, 0.582386575),
    (0.2, 20.0, 0.074772708),
    (0.3, 50.0, 0.038997883),
    (0.3, 0.7, 1.176470588),
    (0.4, 20.0, 0.095238095),
]


def test_the_semidefinite_programmes_values_are_met():
    # (mu, rho, eta, factor^2) of the class's performance-estimation programme.
    for m, radius, rate, square in PROGRAMMES:
        assert worst_factor(rate, m, 1, radius) ** 2 == pytest.approx(square, abs=2e-8)
    for m, radius, rate in EDGES:
        assert distance_limit(m, 1, radius) == pytest.approx(rate, abs=2e-8)


def test_functions_found_by_search_stay_below_and_come_near():
    for method, m, radius, rate in SEARCHED:
        if method == "usam":
            f = searched(method, m, radius, rate)
            one, x = np.ones(1), f.points[1:2]
            after = members.step("usam", radius * one, f, x, rate * one)
            most = worst_factor(rate, m, 1, radius)
            assert 0.999 * most < np.linalg.norm(after) <= most


def test_quadratics_and_interpolants_of_the_class_stay_below():
    rng = np.random.default_rng(3)
    for f in members.interpolants([101, 3], 8, 0.1):
        (least,) = f.locate()
        x = least + 2 * rng.normal(size=(300, 2))
        radius = rng.uniform(0.1, 9, 300) / f.beta
        rate = rng.uniform(0.05, 1.3, 300) * 2 / (f.beta * (1 + radius * f.beta))
        after = members.step("usam", radius, f, x, rate) - least
        ratio = np.linalg.norm(after, axis=1) / np.linalg.norm(x - least, axis=1)
        assert (ratio <= worst_factor(rate, 0.1, f.beta, radius) * (1 + 1e-9)).all()


def test_units_scale():
    of_one = worst_factor(0.38, 0.1, 1.0, 4.0)
    assert worst_factor(0.38 / 3, 0.3, 3.0, 4 / 3) == pytest.approx(of_one, rel=1e-14)
    assert best_rate(0.3, 3.0, 1.0) == pytest.approx(best_rate(0.1, 1, 3.0) / 3)
    assert quadratic_radius(1.0, 5.0) == 0.25
    assert quadratic_radius(2.0, 2.0) == np.inf
    f = Quadratic(np.array([0.1, 1.0]))
    step = members.step("usam", np.ones(1), f, np.array([[0.0, 1.0]]), 1.1 * np.ones(1))
    assert np.linalg.norm(step) == pytest.approx(worst_factor(1.1, 0.1, 1, 1.0))


def test_numbers_out_of_range_are_refused():
    with pytest.raises(ValueError, match="mu must be finite and >= 0, got -0.1"):
        worst_factor(0.1, -0.1, 1, 1)
    with pytest.raises(ValueError, match="eta must be finite and >= 0, got -1"):
        worst_factor(-1, 0.1, 1, 1)
    with pytest.raises(ValueError, match="mu must be finite and > 0, got 0"):
        best_rate(0, 1, 1)
    with pytest.raises(ValueError, match="kappa must be finite and >= 1, got 0.5"):
        limit_bend(0.5)
