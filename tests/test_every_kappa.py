"""One rate for every condition number: T19's proof in symbols, and worst cases."""

import numpy as np
import pytest
import sympy

from landscapes.quadratic import Quadratic
from theory import claims, every_kappa, usam_distance
from theory.certify import worst_case
from theory.judge import judge
from theory.methods import make

mu, s, gamma, eta = sympy.symbols("mu s gamma eta", positive=True)
a, b, L = 1 + s * mu, 1 + s, 1 - mu
r, y, u, x = sympy.symbols("r y u x", positive=True)  # b = r^2, y = b gamma = 1 + u

# Vectors are combinations of w, g, g'; their products are the symbols of a Gram matrix.
W, G, T = (sympy.Matrix([int(i == k) for i in range(3)]) for k in range(3))
GRAM = sympy.Matrix(3, 3, lambda i, j: sympy.Symbol(f"G{min(i, j)}{max(i, j)}"))
ASCENT = W + s * G
VALUES = {"*": sympy.Integer(0), "w": sympy.Symbol("hw"), "a": sympy.Symbol("ha")}
SHIFTED = {"*": (0 * W, 0 * W), "w": (W, G - mu * W), "a": (ASCENT, T - mu * ASCENT)}
PART = (
    3 * (1 + b * gamma**2 - b * gamma)
    + mu * gamma * (3 + 2 * s) * (s * gamma - 1)
    + mu**2 * s * gamma * (s * gamma - 1)
    - eta * gamma * (1 - mu) * (3 + mu) / 2
)
FIRST, LAST = PART.subs(mu, 0), PART.subs(mu, 1)
BEND = s * gamma * (s * gamma - 1) + eta * gamma / 2


def dot(p, q):
    return sympy.expand((p.T * GRAM * q)[0])


def zero(expression):
    return sympy.simplify(expression) == 0


def slack(pair):
    """An inequality of the class, in h = f - mu |.|^2 / 2."""
    (xi, ki), (xj, kj) = (SHIFTED[i] for i in pair)
    rise = VALUES[pair[0]] - VALUES[pair[1]]
    return rise - dot(kj, xi - xj) - dot(ki - kj, ki - kj) / (2 * L)


def test_three_inequalities_leave_a_square_and_a_form_in_the_gradients():
    used = 2 * sum(slack(pair) for pair in (("*", "a"), ("w", "*"), ("a", "w")))
    # |d| = |g| = gamma |g'|, and mu |w|^2 / 2 is at least the rate's share.
    target = 2 * dot(W, T) - eta * gamma * dot(T, T) - mu * dot(W, W) / 2
    share = mu * (3 + mu) / (2 * L)
    v = ((s - 1) * G - T) / L
    whole = W + mu * v / share
    left = (target - used) - share * dot(whole, whole)
    B = 3 * b + mu * s * (3 + 2 * s) + mu**2 * s**2
    C = 3 * b + mu * (3 + 2 * s) + mu**2 * s
    form = (3 * dot(T, T) + B * dot(G, G) - C * dot(G, T)) * 2 / (L * (3 + mu))
    assert zero(left - (form - eta * gamma * dot(T, T)))
    # <g, g'> <= |g||g'|, in units of |g'|
    along = (3 + B * gamma**2 - C * gamma) * 2 / (L * (3 + mu)) - eta * gamma
    assert zero(along * L * (3 + mu) / 2 - PART)
    assert all(c.is_positive for c in sympy.Poly(sympy.expand(C), mu, s).coeffs())


def test_the_form_is_quadratic_in_mu():
    parted = (1 - mu) * FIRST + mu * LAST - mu * (1 - mu) * BEND
    assert zero(PART - parted)
    assert zero(LAST - 3 * (1 - b * gamma) ** 2)
    p, q = sympy.symbols("p q", nonnegative=True)
    square = (1 - mu) * p**2 + mu * q**2 - mu * (1 - mu) * (p + q) ** 2
    assert zero(square - ((1 - mu) * p - mu * q) ** 2)


def at(expression, rate):
    """In r and y, times r^2, at a learning rate."""
    return sympy.expand(
        expression.subs(eta, rate).subs({gamma: y / r**2, s: r**2 - 1}) * r**2
    )


def test_large_radii():
    rate = 4 * r - 2 * r**2
    assert zero(at(FIRST, rate) - 3 * (y - r) ** 2)
    assert zero(at(LAST, rate) - 3 * r**2 * (y - 1) ** 2)
    least = 3 * y**2 * (r - 1) ** 2
    assert zero((r - y) + r * (y - 1) - y * (r - 1))
    room = y * (r - 1) ** 2 * (3 - (r + 1) ** 2 / r**2) + 2 * r**2 - 2 * r - 1
    assert zero(least - at(BEND, rate) - y * room)
    end = (1 + sympy.sqrt(3)) / 2
    assert zero((2 * r**2 - 2 * r - 1).subs(r, end))
    assert zero((3 * r**2 - (r + 1) ** 2).subs(r, end))


def test_small_radii():
    rate = 2 - 1 / (2 * r**2)
    c = r**3 - r - 1 / (4 * r)
    first = at(FIRST, rate).subs(y, 1 + u)
    assert zero(first - 3 * (1 / (2 * r) - c * u) ** 2 - 3 * (1 - c**2) * u**2)
    assert zero(at(LAST, rate).subs(y, 1 + u) - 3 * r**2 * u**2)
    least = 3 * (1 / (2 * r) + (r - c) * u) ** 2
    room = sympy.Poly(sympy.expand(least - at(BEND, rate).subs(y, 1 + u)), u)
    square, line, constant = room.all_coeffs()
    assert zero(constant)
    square, line = (part.subs(r, sympy.sqrt(x)) for part in (square, line))
    assert zero(line - (8 - 4 * x - 1 / x))
    root = sympy.sqrt(3) * (8 * x - 4 * x**2 + 1)
    assert zero(square - (root**2 - (4 * x - 4) ** 2) / (16 * x))
    end = 1 + sympy.sqrt(3) / 2
    assert zero((4 * x**2 - 8 * x + 1).subs(x, end))
    assert zero((c - 1).subs(r, (1 + sympy.sqrt(3)) / 2))
    assert c.subs(r, 1) == -sympy.Rational(1, 4)
    assert zero((root - (4 * x - 4)).subs(x, end))


def test_where_the_two_limits_of_ssam_meet():
    ends = 4 * r - 2 * r**2 - (2 - 1 / (2 * r**2))
    found = [1 / (2 * r**2) - 2 * (r - 1) ** 2, (1 + sympy.sqrt(3)) / 2]
    assert zero(ends - found[0]) and zero(ends.subs(r, found[1]))


def test_below_usams_limit_quadratics_are_the_worst():
    """The bent rates begin above it: two concave cubics in mu, >= 0 at both ends."""
    start = 3 * a - s  # over a (1 + a + mu a)
    whole = a * (1 + a + mu * a)
    first = sympy.Poly(sympy.expand(start * b - whole), mu)
    second = sympy.Poly(sympy.expand(2 * start - (3 - s) * whole), mu)
    cubic, square, _, low = first.all_coeffs()
    assert zero(low - ((3 - s) * b - 2)) and zero(cubic + s**2)
    assert zero(square + s**2 + 2 * s)
    cubic, square, _, low = second.all_coeffs()
    assert low == 0 and zero(cubic + (3 - s) * s**2)
    assert zero(square + (3 - s) * (s**2 + 2 * s))
    last = (s - 1) / s  # there s = a
    assert zero(first.as_expr().subs(mu, last) - 2 * s)
    assert zero(second.as_expr().subs(mu, last) - 2 * s * (s - 1) * (s - 2))


@pytest.mark.parametrize("rho", [0.2, 1.0, 1.7, 2.6])
def test_usams_rate_is_n1s_worst_factor(rho):
    eta = np.linspace(0.01, 1, 40)[:, None] * every_kappa.uniform_limit(
        "usam", 1.0, rho
    )
    mu = np.linspace(0, 1, 61)
    worst = usam_distance.worst_factor(eta, mu, 1.0, rho)
    said = every_kappa.uniform_factor("usam", eta, mu, 1.0, rho)
    assert worst == pytest.approx(said, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("rho", [0.3, 0.9, 2.2])
def test_programmes_do_not_exceed_ssams_rate(rho):
    pytest.importorskip("clarabel")
    limit = float(every_kappa.uniform_limit("ssam", 1.0, rho))
    for share, mu in ((1.0, 0.9), (1.0, 0.03), (0.5, 0.3)):
        about = {"mu": mu, "beta": 1.0, "eta": share * limit}
        worst = worst_case(make("ssam", rho=rho), **about).value
        said = float(every_kappa.uniform_factor("ssam", share * limit, mu, 1.0, rho))
        assert worst <= said + 1e-7


def test_numbers_scale_with_beta():
    for method in ("usam", "ssam"):
        limit = every_kappa.uniform_limit(method, 4.0, 0.3)
        assert limit == pytest.approx(every_kappa.uniform_limit(method, 1.0, 1.2) / 4)
        one = every_kappa.uniform_factor(method, 0.2, 0.4, 4.0, 0.3)
        assert one == pytest.approx(
            every_kappa.uniform_factor(method, 0.8, 0.1, 1.0, 1.2)
        )
    assert every_kappa.uniform_limit("ssam", 1.0, 3.0) == 0


@pytest.mark.parametrize("claim", ["T19.usam", "T19.ssam", "T19.only_if", "T19.most"])
def test_a_wrong_constant_is_found_out(claim, monkeypatch):
    limit, factor = every_kappa.uniform_limit, every_kappa.uniform_factor
    if claim == "T19.only_if":
        monkeypatch.setattr(
            every_kappa, "uniform_limit", lambda *about: 1.001 * limit(*about)
        )
    elif claim == "T19.most":
        direction = every_kappa.members.directions
        monkeypatch.setattr(
            every_kappa.members,
            "directions",
            lambda spec, *rest: direction("usam", *rest),
        )
    else:
        monkeypatch.setattr(
            every_kappa,
            "uniform_factor",
            lambda method, eta, *rest: factor(method, 1.001 * eta, *rest),
        )
    row = claims.load("T19")
    said = next(c for c in row.claims if c.id == claim)
    assert judge(said, row.grade, True).verdict == "refuted"


def test_the_flat_share_is_a_real_step():
    mu = 1e-4
    f = Quadratic(np.array([1.0, mu]))
    x = np.array([mu**0.75, 1.0])
    d, _, _ = make("ssam", rho=0.7).direction(x, (), f.gradient)
    after = x - 0.25 * d
    share = (1 - after @ after / (x @ x)) / (0.25 * mu)
    assert every_kappa.flat_share(0.7, mu)[0] == pytest.approx(share, rel=1e-9)
