"""N3, N4: two SSAM steps and the values' rates: the proofs' lines, and functions."""

import numpy as np
import pytest
import sympy
from scipy.optimize import minimize
from sympy import Matrix, Rational, expand, simplify, sqrt

from landscapes.interpolant import Interpolant
from theory import pair_factors
from theory import ssam_pairs as exact
from theory.pairs import apart
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
