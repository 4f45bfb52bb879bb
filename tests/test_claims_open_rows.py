"""Rows that were open: closed forms against oracles, and mutants they must notice."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from mpmath import iv
from scipy import integrate

from landscapes.components import Components
from theory import (
    beside,
    bounce,
    claims,
    gradient_factor,
    members,
    searched_steps,
    ssam_gradient,
    stable_curve,
    value_rates,
)
from theory.enclosure import Enclosure, enclosed
from theory.gram.programme import programme
from theory.gram.worst import Search
from theory.judge import judge
from theory.method import dot, norm
from theory.methods import make
from theory.methods.sam import SAM
from theory.settling import last


def verdict(name):
    """Of one claim, quickly."""
    statement = claims.load(name.partition(".")[0])
    (claim,) = (c for c in statement.claims if c.id == name)
    return judge(claim, statement.grade, True).verdict


def density(a, x):
    """Of the bounce, `(n,)`."""
    k, t = bounce.steps_of_density(a)
    return (k[:, None] * (x < t[:, None])).sum(axis=0) / (k * t).sum()


@pytest.mark.parametrize("a", [0.15, 0.5, 0.849, 0.953, 1.0])
def test_the_bounce_s_density_is_invariant_and_positive(a):
    k, t = bounce.steps_of_density(a)
    assert k.sum() == pytest.approx(1 + a, abs=1e-12)
    y = a * (np.arange(2000) + 0.5) / 2000
    right, left = (a + y) / (1 + a), (a - y) / (1 + a)
    pushed = (density(a, left) + density(a, right)) / (1 + a)
    # At the jumps rounding may choose either side.
    assert (np.abs(pushed - density(a, y)) > 1e-9).mean() < 0.02
    assert density(a, y).min() > -1e-9
    assert bounce.share_below(a, a) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("eta", "lam"), [(0.9, 0.4), (0.9, -0.4), (0.5, 2.0)])
def test_the_exponent_is_the_mean_of_the_factor_s_logarithm(eta, lam):
    """By quadrature between all points where density or logarithm jump."""
    k, t = bounce.steps_of_density(eta)

    def factor(x):
        return np.log(abs(1 - eta * lam * (1 + lam / x)))

    zero = eta * lam**2 / (1 - eta * lam) if eta * lam != 1 else -1.0
    cuts = np.unique([0, *t[:40], *[v for v in (zero,) if 0 < v < eta]])
    total = 0
    for low, high in zip(cuts[:-1], cuts[1:], strict=True):
        weight = density(eta, np.array([(low + high) / 2]))[0]
        total += weight * integrate.quad(factor, low, high, limit=200)[0]
    found = bounce.exponent_beside(eta, lam, 1.0)
    assert found == pytest.approx(total, abs=2e-5)  # of jumps left out


def test_both_exponents_of_the_parted_trap_are_negative_in_interval_arithmetic():
    iv.dps = 60
    eta = iv.mpf(849) / 1000
    for lam, most in ((iv.mpf(64) / 100, -0.8), (-iv.mpf(21) / 100, -0.011)):
        k, t, top, mass = iv.mpf(1), eta, iv.mpf(0), iv.mpf(0)
        slope, offset = 1 - eta * lam, -eta * lam**2
        for _ in range(120):
            u = slope * t + offset
            whole = (u * iv.log(abs(u)) - offset * iv.log(abs(offset))) / slope
            top, mass = top + k * (whole - t * iv.log(t)), mass + k * t
            beyond = (1 + eta) * t - eta
            assert beyond.a > 0 or beyond.b < 0  # the sign is certain
            k, t = (k if beyond.a > 0 else -k) / (1 + eta), abs(beyond)
        # Each later term is below 3 times its weight.
        rest = iv.mpf([-3, 3]) * abs(k) * (1 + eta) / eta
        assert ((top + rest) / (mass + rest)).b < most


def test_an_enclosure_holds_what_more_digits_give():
    a, b = enclosed(Fraction(1, 3)), enclosed(Fraction(2, 7))
    with mpmath.workdps(120):
        true = mpmath.sqrt(mpmath.mpf(1) / 9 + mpmath.mpf(4) / 49) / 3 - 2
        found = norm(Components([a, b])) / 3 - 2
        low, high = (
            mpmath.mpf(v.numerator) / v.denominator for v in (found.low, found.high)
        )
        assert low <= true <= high and high - low < mpmath.mpf(2) ** -250
    assert abs(-a).low == a.low and 0 < (2 - a).high - Fraction(5, 3) < 1e-70
    wide = Enclosure(Fraction(-1), Fraction(1))
    with pytest.raises(ValueError, match="must not enclose 0"):
        a / wide
    with pytest.raises(ValueError, match="may be equal or not"):
        assert wide == 0
    assert abs(wide).low == 0 and (a == b) is False


@pytest.mark.parametrize("name", ["N5.bounce", "N5.parts"])
def test_an_ascent_of_another_length_is_noticed(name, monkeypatch):
    whole = SAM.direction

    def longer(self, x, state, gradient):
        return whole(self.having(rho=self.rho * 2), x, state, gradient)

    monkeypatch.setattr(SAM, "direction", longer)
    monkeypatch.setattr(beside, "STEPS", 60)
    assert verdict(name) not in ("holds", "supported")


def test_a_longer_step_is_noticed(monkeypatch):
    """Of the radius exponents do not know."""
    whole = SAM.direction

    def longer(self, x, state, gradient):
        d, g, state = whole(self, x, state, gradient)
        return d * 0.8, g, state

    monkeypatch.setattr(SAM, "direction", longer)
    monkeypatch.setattr(beside, "STEPS", 60)
    assert verdict("N5.exponent") == "refuted"


def test_a_wrong_weight_in_the_density_is_noticed(monkeypatch):
    right = bounce.steps_of_density

    def wrong(a):
        k, t = right(a)
        return np.abs(k), t

    monkeypatch.setattr(bounce, "steps_of_density", wrong)
    monkeypatch.setattr(beside, "STEPS", 60)
    assert verdict("N5.bounce") == "refuted"


def test_leaving_is_told_by_the_descending_part():
    lam = np.array([0.5, -0.2, -1.0])
    w = np.array([[9.0, 0, 0.9], [0, 5.1, 0], [0, 4.9, 0]])
    np.testing.assert_array_equal(beside.gone(lam, w), [False, True, False])


@pytest.mark.parametrize(("e", "s"), [(1.0, 2.0), (1.9, 2.0), (0.5, 0.5)])
def test_the_stable_curve_shrinks_onto_the_cycle_under_the_method_s_steps(e, s):
    points = stable_curve.stable_curve(e, s)[5:-5:25]
    lam, rho = np.array([s, -1.0]), 0.7
    w = rho * points / lam
    one = last("ssam-n", lam, e / s, rho, w, 1)
    mapped = np.array([stable_curve.folded(z, e, s) for z in points])
    np.testing.assert_allclose(np.abs(lam * one) / rho, mapped, rtol=1e-12)
    cycle = [e / 2, np.sqrt(1 - e**2 / 4)]
    np.testing.assert_allclose(stable_curve.saddle(e), cycle, rtol=1e-15)
    far = np.abs(points - cycle).max(axis=-1)
    rates = np.abs(np.linalg.eigvals(stable_curve.jacobian(np.array(cycle), e, s)))
    for _ in range(3):
        points = np.array([stable_curve.folded(z, e, s) for z in points])
    # At the rate of the smaller multiplier, where the map is nearly linear.
    near = far < 0.05
    left = np.abs(points - cycle).max(axis=-1)[near]
    assert (left <= 1.3 * rates.min() ** 3 * far[near] + 1e-9).all()


def test_a_rim_that_is_off_the_stable_curve_is_noticed(monkeypatch):
    right = stable_curve.folded

    def bent(z, e, s):
        return right(z, e, s) * [1, 1.001]

    monkeypatch.setattr(stable_curve, "folded", bent)
    assert verdict("T9.edge") == "refuted"


def test_the_gradient_s_factor_is_the_programme_s():
    """Of the programme of three points, which no closed form enters."""
    rng = np.random.default_rng(5)
    for _ in range(12):
        mu, rho = rng.choice([0.0, 0.02, 0.1, 0.3]), 10 ** rng.uniform(-1.5, 1)
        eta = rng.uniform(0.1, 1) * 2 / (1 + rho)
        made = programme(make("usam", rho=rho), mu, 1.0, eta, "descent", star=False)
        z = made.points[-1].g
        made = replace(made, final=dot(z, z))
        found = Search(made, mu, 1.0).at(np.zeros(0))
        factor = gradient_factor.usam_gradient_factor(eta, mu, 1.0, rho)
        assert found.solved
        assert factor == pytest.approx(np.sqrt(found.value), abs=1e-5)
        assert factor <= gradient_factor.usam_gradient_bound(eta, mu, 1.0, rho) + 1e-12


def test_ssam_s_certified_factor_is_the_programme_s():
    for mu, rho, eta in ((0.3, 1.0, 0.7), (0.0, 0.5, 0.4)):
        made = programme(make("ssam", rho=rho), mu, 1.0, eta, "descent", star=False)
        z = made.points[-1].g
        search = Search(replace(made, final=dot(z, z)), mu, 1.0)
        best = search.value(search.largest()[0])
        found = ssam_gradient.ssam_gradient_certified(eta, mu, 1.0, rho)
        assert found**2 == pytest.approx(best, abs=1e-5)
        scaled = ssam_gradient.ssam_gradient_certified(eta / 3, 3 * mu, 3.0, rho / 3)
        assert scaled == pytest.approx(found, rel=1e-9)
        wide = value_rates.ssam_gradient_bound(eta, mu, 1.0, rho)
        assert found <= wide


def test_the_gradient_s_certificate_is_an_identity():
    """S is the square it is said to be, and all multipliers conserve the values."""
    for eta, mu, rho in ((0.5, 0.0, 1.0), (0.38, 0.1, 4.0), (1.85, 0.0, 0.05)):
        bend = gradient_factor.bend(eta, mu, rho)
        with np.errstate(all="ignore"):
            made = gradient_factor.early(eta, mu, rho)
            if not min(made.values()) >= 0:
                made = gradient_factor.late(eta, mu, rho)
        flow = np.zeros(3)
        for (i, j), weight in made.items():
            flow[i] += weight
            flow[j] -= weight
        np.testing.assert_allclose(flow, 0, atol=1e-12)
        S = np.diag([bend.square, 0, -1.0]) - np.outer(bend.u, bend.u)
        for pair, weight in made.items():
            S -= weight * gradient_factor.slack(eta, mu, rho, *pair)
        np.testing.assert_allclose(S, 0, atol=1e-9)


def test_the_gradient_s_certificate_in_symbols():
    """Its forms have rank one."""
    eta, mu, rho, t, p, s = sympy.symbols("eta mu rho t p s", positive=True)
    a, b, l = 1 + rho * mu, 1 + rho, 1 - mu  # noqa: E741
    g, h, z = (sympy.Matrix([int(i == j) for j in range(3)]) for i in range(3))
    points, gradients = (0 * g, rho * g, -eta * h), (g, h, z)

    def form(i, j):
        dx, dg = points[i] - points[j], gradients[i] - gradients[j]
        whole = dg * (2 * mu * dx - dg).T - mu * dx * dx.T
        whole -= 2 * l * gradients[j] * dx.T
        return (whole + whole.T) / 2

    first = {(0, 1): t * s, (1, 2): t * s, (0, 2): (1 - t) * s, (2, 0): s}
    second = {(0, 1): p, (1, 0): (1 - t) * p, (1, 2): t * p, (2, 0): t * p}
    middle = 4 * (1 - eta * mu) - eta * (rho * (1 + mu) ** 2 + eta * mu * l * b)
    root = (b * (1 - eta * mu) - rho * mu) * t**2 - middle * t + (eta * l) ** 2
    linear = (1 - eta * l) * (eta * a - 1) * t
    linear -= eta * (1 + mu) * (2 + rho * (1 + mu)) + rho * l - 4
    steep = 2 * (t * (1 - eta * mu) + eta**2 * mu)
    for made, rule, scale, value in (
        (first, root, s, steep / (4 * t - (eta * l - t) ** 2)),
        (
            second,
            linear,
            p,
            2 * (1 + eta * mu * (eta - 1) * t) / (4 * t - (t * (1 - eta * l)) ** 2),
        ),
    ):
        S = -z * z.T - sum((w * form(*k) for k, w in made.items()), sympy.zeros(3))
        minor = sympy.expand(S[0, 1] * S[1, 2] - S[0, 2] * S[1, 1])
        assert sympy.rem(sympy.expand(minor / scale**2), sympy.expand(rule), t) == 0
        other = S[1, 1] * S[2, 2] - S[1, 2] ** 2
        assert sympy.cancel(other.subs(scale, value)) == 0


@pytest.mark.parametrize("numbers", [("1/2", 1, "1/5"), ("1/3", "7/2", "1/40")])
def test_for_mu_zero_what_is_left_of_the_slacks_has_one_sign(numbers):
    """The notes' three quotients, at numbers that are no root."""
    eta, rho, t = map(sympy.Rational, numbers)
    b = 1 + rho
    slack = gradient_factor.slack
    u = [-eta - t * b, 2 * t, eta - t]
    inner, length = sympy.symbols("inner length")
    plane = sympy.Matrix([[1, 0], [0, 1], [-u[0] / u[2], -u[1] / u[2]]])
    gram = plane * sympy.Matrix([[1, inner], [inner, length]]) * plane.T

    def value(*pairs):
        forms = sum(slack(float(eta), 0.0, float(rho), *k) for k in pairs)
        return sum(v * float(f) for v, f in zip(gram, forms.reshape(-1), strict=True))

    found = sympy.solve(
        [value((0, 2), (2, 0)), value((0, 1), (1, 2), (2, 0))], [inner, length]
    )
    less, more = eta**2 * b - (eta * b + rho) * t, eta**2 + (eta * b + rho) * t
    below = eta**3 * (b + 1) + 2 * eta**2 * rho * t
    below -= (3 * eta * rho + 2 * eta + 4 * rho) * t**2
    for left, right in (
        (length - inner**2, rho**2 * (eta - t) ** 2 * more * less / below**2),
        (value((0, 1), (1, 0)), 2 * rho**2 * t * less / below),
        (value((1, 2), (2, 1)), 2 * rho * more * less / below),
    ):
        assert float(left.subs(found)) == pytest.approx(float(right), rel=1e-9)


def test_for_mu_zero_the_gradient_s_factor_is_the_formula_of_the_notes():
    rho, eta = 1.0, 0.5
    b = 1 + rho
    t = np.roots([b, -(4 - rho * eta), eta**2]).min()
    square = ((b * t + eta) ** 2 - 4 * t) / (4 * t - (eta - t) ** 2)
    found = gradient_factor.usam_gradient_factor(eta, 0.0, 1.0, rho)
    assert found**2 == pytest.approx(square, rel=1e-12)
    flat = gradient_factor.flat_gradient_factor(eta, rho)
    assert flat**2 == pytest.approx(square, rel=1e-12)
    scaled = gradient_factor.usam_gradient_factor(eta / 3, 0.0, 3.0, rho / 3)
    assert scaled == pytest.approx(found, rel=1e-12)


@pytest.mark.parametrize("key", searched_steps.FOUND)
def test_a_function_found_is_run_through_its_own_points(key):
    measure, mu, rho, eta = key
    f, w = searched_steps.function(*key)
    first = 1 if measure == "f" else 0
    x = members.step("ssam", np.array([rho]), f, w[None], np.array([eta]))
    np.testing.assert_allclose(x[0], f.points[first + 2], atol=1e-12)
    np.testing.assert_allclose(f.gradient(x)[0], f.gradients[first + 2], atol=1e-9)


def test_numbers_that_were_not_searched_are_refused():
    with pytest.raises(ValueError, match="no function was kept of `f` at mu = 0.9"):
        searched_steps.function("f", 0.9, 1.0, 1.0)
    with pytest.raises(ValueError, match="eta must be finite and in"):
        gradient_factor.usam_gradient_factor(1.1, 0.0, 1.0, 1.0)


def test_a_shorter_certificate_is_noticed(monkeypatch):
    right = gradient_factor.bend

    def wrong(*numbers):
        found = right(*numbers)
        return found and replace(found, square=found.square * 0.999)

    monkeypatch.setattr(gradient_factor, "bend", wrong)
    assert verdict("N4.usam_bends") == "refuted"
