"""N3: two SSAM steps from two points: the proofs' lines, and functions."""

import numpy as np
import pytest
import sympy
from scipy.optimize import minimize
from sympy import Rational, expand, simplify, sqrt

from landscapes.interpolant import Interpolant
from theory import pair_factors
from theory import ssam_pairs as exact
from theory.pairs import apart

mu, rho = sympy.symbols("mu rho", positive=True)
a, b, unit = 1 + rho * mu, 1 + rho, 1 - mu


def draw(low, radius, rng, eta):
    """Of random triples the largest |D - eta q|, by the definition, in space."""
    a, b = 1 + radius * low, 1 + radius

    def units(n):
        made = rng.normal(size=(n, 3))
        return made / np.linalg.norm(made, axis=1)[:, None]

    n = 20000
    e, D, size = units(n), units(n), (np.array([1 + low, 1 - low]) / 2)
    V = (a + b) / 2 * e + (b - a) / 2 * units(n)  # c e'
    u = size[0] * D + size[1] * units(n)
    y = D + radius * u
    z = size[0] * y + size[1] * np.linalg.norm(y, axis=1)[:, None] * units(n)
    c = np.linalg.norm(V, axis=1)[:, None]
    ahead = V / c

    def inner(x, y):
        return (x * y).sum(1)[:, None]

    q = inner(u, e) * ahead + (z - inner(z, ahead) * ahead) / c
    return np.linalg.norm(D - eta * q, axis=1).max()


@pytest.mark.parametrize(
    ("low", "radius", "step"), [(0.1, 0.3, 0.5), (0.3, 3.0, 0.9), (0.5, 0.3, 1.7)]
)
def test_n3_no_direction_in_space_parts_more_and_functions_part_as_much(
    low, radius, step
):
    worst = exact.ssam_pair_factor(step, low, 1.0, radius)
    assert draw(low, radius, np.random.default_rng(1), step) <= worst + 1e-12
    # A far pair with g' oblique to g, run through the method itself.
    m, s = (1 + low) / 2, (1 - low) / 2

    def numbers(turns, shrink=1.0):
        U, V, W = (
            m + s * np.exp(1j * t) * h
            for t, h in zip(turns, (1, shrink, 1), strict=True)
        )
        V = 1 + radius * V
        return U, V, (1 + radius * U) * W

    def reach(turns):
        U, V, Z = numbers(turns)
        A, B = U * V / abs(V), Z / abs(V)
        return -abs(1 - step * (A + B) / 2) - step * abs(A - B) / 2

    starts = np.random.default_rng(2).uniform(-np.pi, np.pi, (12, 3))
    turns = min((minimize(reach, x) for x in starts), key=lambda made: made.fun).x
    U, V, Z = numbers(turns, 1 - 1e-3)  # inside T1's ball
    A, B = U * V / abs(V), Z / abs(V)
    D = np.exp(-0.5j * (np.angle(1 - step * (A + B) / 2) + np.angle(B - A)))
    far = 3e4
    g, ahead, u, z = far * abs(V) / V, far * abs(V), U * D, Z * D
    x = [0, D, radius * g, D + radius * (g + u)]
    slopes = [g, g + u, ahead, ahead + z]
    top = radius * (abs(g) ** 2 + (ahead * np.conj(g)).real) / 2

    def rise(i, j):
        dx = x[j] - x[i]
        dg = slopes[j] - slopes[i] - low * dx
        start = ((slopes[i] - low * x[i]) * np.conj(dx)).real
        return (
            start
            + abs(dg) ** 2 / 2 / (1 - low)
            + (low * (abs(x[j]) ** 2 - abs(x[i]) ** 2) / 2)
        )

    plane = [np.array([[p.real, p.imag] for p in map(complex, q)]) for q in (x, slopes)]
    values = [0.0, rise(0, 1), top, top + rise(2, 3)]
    f = Interpolant(*plane, values, low, 1.0, "oblique", tolerance=1e-11)
    assert apart("ssam", radius, f, plane[0][:2], step) == pytest.approx(worst, 3e-3)


def test_n3_where_pairs_part_at_every_learning_rate():
    k = sympy.symbols("k")  # (1 - mu)/(1 + mu)
    assert simplify(2 * Rational(1, 3) / (1 - Rational(1, 3)) - 1) == 0
    for curvature, share in [(2 - sqrt(3), sqrt(3)), (3 - 2 * sqrt(2), sqrt(2))]:
        assert simplify((1 - curvature) / (1 + curvature) - 1 / share) == 0
    # sqrt 2 (1 - mu)/2 = sqrt mu at the first, (1 + mu)/2 at the second; and along
    # the tangent from 0 the slope at 45 degrees is linear and a root in rho.
    assert expand((1 - (2 - sqrt(3))) ** 2 - 2 * (2 - sqrt(3))) == 0
    x = k / sqrt(2)
    gap = x**2 * (1 + k**2 - sqrt(2) * k) - (1 - x) ** 4
    side = (1 - x) ** 2
    assert expand(gap - (side + x**2) * (2 * x - 1) - side * x**2) == 0
    for low in (0.18, 0.2, 0.24, 0.262):
        below, above = exact.parting_radius_bounds(low, 1.0)
        radius = exact.parting_radius(low, 1.0)
        assert below < radius < above < 1.02 * radius or low < 0.175
        assert exact.parting_slope(low, 1.0, 0.99 * radius) > 0
        assert exact.parting_slope(low, 1.0, 1.01 * radius) < 0
    for radius in (0.03, 1.0, 30.0, 1e4):
        assert exact.parting_slope(exact.SAFE_CURVATURE, 1.0, radius) > 0
        assert exact.parting_slope(exact.PARTING_CURVATURE, 1.0, radius) < 0
    assert exact.parting_radius(0.4, 2.0) == pytest.approx(
        exact.parting_radius(0.2, 1.0) / 2
    )


def test_n3_where_usams_pairs_part_at_every_learning_rate_so_do_ssams():
    for low in (0.01, 0.1, 0.16, 0.18, 0.2):
        usam = float(pair_factors.usam_parting_radius(low, 1.0))
        assert exact.parting_radius(low, 1.0) <= usam


def test_n3_the_largest_learning_rate_of_pairs():
    for low, radius in [(0.5, 0.3), (0.3, 4.0), (0.22, 1.0)]:
        found = exact.ssam_pair_range(low, 1.0, radius)
        limit = pair_factors.ssam_pair_limit(low, 1.0, radius)
        assert exact.ssam_pair_factor(found, low, 1.0, radius) == pytest.approx(1)
        assert exact.ssam_pair_factor(1.01 * found, low, 1.0, radius) > 1
        assert found < limit
        if low > 0.27:
            assert exact.ssam_pair_proved(low, 1.0, radius) < found
            assert exact.steep_edge_sign(low, 1.0, radius) > 0
    assert exact.steep_edge_sign(0.5, 1.0, 1.0) < 0
    assert exact.ssam_pair_range(0.5, 1.0, 1.0) == pytest.approx(1.5)
    assert exact.ssam_pair_range(0.1, 1.0, 0.3) == 0
    near = exact.ssam_pair_range(0.5, 1.0, 1e-5)
    assert near == pytest.approx(float(exact.ssam_pair_range_limit(0.5, 1.0)), 1e-4)


def test_n3_the_edge_sign_is_the_hessians_determinant():
    theta, phi, omega = sympy.symbols("theta phi omega")
    m, r = unit / 2, (b - a) / 2
    one, two = m * theta + phi, (b * m * omega + r * theta) / a
    form = -b / a * (a + b) / 2 * phi**2 / r - r * theta**2 / a
    form += -b * m * omega**2 / a - 2 * r * m * theta * omega / a
    form += a * (two - one) ** 2 / (4 * r) + (one + two) ** 2 / 2
    turns = (theta, phi, omega)
    for low, radius in [(Rational(1, 2), 1), (Rational(1, 3), 3), (Rational(1, 5), 4)]:
        found = sympy.hessian(form.subs({mu: low, rho: radius}), turns).det()
        scale = (1 - low) * (1 + radius) / (4 * radius**2 * (1 + radius * low) ** 4)
        sign = exact.steep_edge_sign(float(low), 1.0, float(radius))
        assert float(found / scale) == pytest.approx(float(sign), rel=1e-9)


def test_n3_the_edge_form_is_the_second_order_of_what_decides():
    def left(turns, low, radius):
        m, s, r = (1 + low) / 2, (1 - low) / 2, radius * (1 - low) / 2
        flat, steep = 1 + radius * low, 1 + radius
        U, W = m + s * np.exp(1j * turns[0]), m + s * np.exp(1j * turns[2])
        c, arg = (flat + steep) / 2, turns[1]
        size = c * np.cos(arg) - np.sqrt(r**2 - (c * np.sin(arg)) ** 2)
        A, B = U * np.exp(1j * arg), (1 + radius * U) * W / size
        return abs(A - B) + abs(A + B - steep / flat)

    def form(turns, low, radius):
        m, r, flat = (1 - low) / 2, radius * (1 - low) / 2, 1 + radius * low
        steep = 1 + radius
        theta, phi, omega = turns
        one, two = m * theta + phi, (steep * m * omega + r * theta) / flat
        lost = steep * (flat + steep) / 2 * phi**2 / r + r * theta**2
        lost += steep * m * omega**2 + 2 * r * m * theta * omega
        won = flat * (two - one) ** 2 / (4 * r) + (one + two) ** 2 / 2
        return won - lost / flat

    rng, h = np.random.default_rng(0), 1e-3
    for low, radius in [(0.5, 1.0), (0.3, 3.0), (0.2, 0.4), (0.9, 8.0)]:
        turns = rng.normal(size=3)
        middle = (1 + radius) / (1 + radius * low)
        assert left(0 * turns, low, radius) == pytest.approx(middle)
        both = left(h * turns, low, radius) + left(-h * turns, low, radius)
        found = (both - 2 * middle) / 2 / h**2
        assert found == pytest.approx(form(turns, low, radius), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("of", [exact.ssam_pair_range, exact.ssam_pair_factor])
def test_n3_radius_0_is_gradient_descent_and_refused(of):
    args = (0.5, 1.0, 0.0) if of is exact.ssam_pair_range else (1.0, 0.5, 1.0, 0.0)
    with pytest.raises(ValueError, match="rho must be finite and > 0, got 0"):
        of(*args)
