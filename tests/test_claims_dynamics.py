"""Claims on SAM's dynamics: closed forms against other oracles, and planted errors."""

import numpy as np
import pytest
import sympy
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve

from landscapes.himmelblau import himmelblau
from theory import claims
from theory.claims.l18 import factor_bound
from theory.claims.l20 import weighted_minimum
from theory.claims.l24 import MU, corrected
from theory.hallucination import hallucinations, largest_rate, turning
from theory.judge import judge
from theory.method import unit
from theory.methods.linf_sam import LinfSAM
from theory.methods.sam import SAM
from theory.methods.usam import USAM


def test_the_jacobian_is_the_derivative_of_the_written_out_map():
    x, y, rho, eta = sympy.symbols("x y rho eta", real=True)
    f = (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2
    g = sympy.Matrix([f.diff(x), f.diff(y)])
    size = sympy.sqrt(g.dot(g))
    ascent = {x: x + rho * g[0] / size, y: y + rho * g[1] / size}
    step = sympy.Matrix([x, y]) - eta * g.subs(ascent, simultaneous=True)
    point = {x: 0.3, y: -1.2, rho: 0.7, eta: 0.01}
    exact = np.array(step.jacobian([x, y]).subs(point), dtype=float)
    A = turning(himmelblau(), 0.7, np.array([0.3, -1.2]))
    np.testing.assert_allclose(np.eye(2) - 0.01 * A, exact, rtol=1e-9)


def test_the_largest_rate_is_where_the_spectral_radius_passes_one():
    A = np.random.default_rng(0).normal(size=(300, 3, 3)) + 1.5 * np.eye(3)
    eta = largest_rate(A)

    def radius(rate):
        J = np.eye(3) - rate[:, None, None] * A
        return np.abs(np.linalg.eigvals(J)).max(axis=-1)

    some = eta > 0
    assert some.any() and (~some).any()
    assert (radius(0.999 * eta)[some] < 1).all()
    assert (radius(1.001 * eta)[some] > 1).all()
    assert (radius(np.full(len(A), 1e-6))[~some] >= 1).all()


def test_the_ascent_of_a_found_point_ends_in_the_minimum():
    f, minimum = himmelblau(), np.array([3.0, 2.0])
    angles, radii = np.linspace(0, 6.28, 40), np.linspace(0.05, 8, 60)
    w, rho = hallucinations(f, minimum, angles, radii)
    assert len(w) >= 3
    x, y = w.T
    g = np.stack(
        [
            4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7),
            2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7),
        ],
        axis=-1,
    )
    there = w + rho[:, None] * g / np.linalg.norm(g, axis=-1, keepdims=True)
    np.testing.assert_allclose(there, np.broadcast_to(minimum, w.shape), atol=1e-8)


@pytest.mark.parametrize("depth", [3, 4, 5])
@pytest.mark.parametrize("first", [0.7, 1.0, 1.2])
def test_the_limit_beside_a_diverging_coefficient_is_the_orbit_s(depth, first):
    second = 1.6  # it diverges: integrate the orbit w1 over p = ln(w2 - 1)

    def orbit(p, w1):
        rate = MU[0] * (w1 - 1) ** (depth - 1)
        return rate / (MU[1] * np.exp((depth - 2) * p))

    run = solve_ivp(orbit, (np.log(second - 1), 25), [first], rtol=1e-10, atol=1e-12)
    expected = corrected(depth, 1.0, np.array([[first, second]]))[0]
    np.testing.assert_allclose(expected, [run.y[0, -1] ** depth, 1e3], rtol=1e-7)


def test_the_factor_down_the_valley_is_that_of_plain_steps():
    eta, rho, y = 0.5, 0.6, 1e-3
    e = eta * rho**2
    expected = factor_bound("square", eta / 2, np.array([rho]))[0]
    x = 0.4 * e * y**2 / rho  # aside of the bounce
    for _ in range(40):
        last, (gx, gy) = y, (x * y * y, x * x * y)  # loss (xy)^2 / 2
        size = np.hypot(gx, gy)
        xa, ya = x + rho * gx / size, y + rho * gy / size
        x, y = x - eta * xa * ya * ya, y - eta * xa * xa * ya
    assert y / last == pytest.approx(expected, rel=1e-3)


def test_one_sample_sam_balances_the_pulls_of_both_sheets():
    eta = 0.05

    def pull(z):
        x, y = z
        F1, F2 = 4 + (x - 1) ** 2 + y**2, 1 + (x**2 + (y - 1) ** 2) / 2
        a, b = (1 / (2 - 4 * eta * F) ** 2 for F in (F1, F2))
        return [a * 2 * (x - 1) + b * x, a * 2 * y + b * (y - 1)]

    expected = fsolve(pull, [0.6, 0.4])
    np.testing.assert_allclose(weighted_minimum(eta, 0.1, 0), expected, rtol=1e-6)


def test_a_step_changes_balancedness_as_written():
    t = sympy.symbols("x1:3 y1:3 a1:3 b1:3 eta", real=True)
    x, y, a, b = (sympy.Matrix(t[2 * k : 2 * k + 2]) for k in range(4))
    eta = t[-1]

    def balance(p, q):
        return (p.dot(p) - q.dot(q)) / 2

    change = balance(x - eta * a, y - eta * b) - balance(x, y)
    written = -eta * (x.dot(a) - y.dot(b)) + eta**2 / 2 * (a.dot(a) - b.dot(b))
    assert sympy.expand(change - written) == 0


def wrong_radius(self, x, state, gradient):
    g = gradient(x)
    return gradient(x + 1.1 * self.rho * unit(g)), g, state


def wrong_sign(self, x, state, gradient):
    g = gradient(x)
    return gradient(x - self.rho * g), g, state


def two_norm(self, x, state, gradient):
    g = gradient(x)
    return gradient(x + self.rho * unit(g)), g, state


@pytest.mark.parametrize(
    ("method", "wrong", "names"),
    [
        (
            SAM,
            wrong_radius,
            "T11.limit T11.jacobian T13.edges L3.formula L3.quadratics L18.sam "
            "L18.drift L19.drift L20.velocity L21.exact L25.range L28.jump",
        ),
        (USAM, wrong_sign, "T13.edges L18.usam L18.stop L28.escape L28.landing"),
        (LinfSAM, two_norm, "L24.agreed L24.corrected L24.invariant"),
    ],
)
def test_a_wrong_method_turns_the_claims(method, wrong, names, monkeypatch):
    monkeypatch.setattr(method, "direction", wrong)
    for name in names.split():
        statement = claims.load(name.partition(".")[0])
        claim = next(c for c in statement.claims if c.id == name)
        assert judge(claim, statement.grade, quick=True).verdict != claim.expected, name
