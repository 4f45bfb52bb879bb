"""Claims on learning rates: worst functions in other words, and planted errors."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from scipy.optimize import brentq

from landscapes.interpolant import gaps
from theory import (
    claims,
    fejer,
    members,
    pair_factors,
    pairs,
    parted,
    regimes,
    ssam_pairs,
    usam_distance,
    value_rates,
    worst,
)
from theory.judge import judge
from theory.method import norm, ratio
from theory.methods.stable import Stable
from theory.methods.usam import USAM

FORMULAS = regimes, pair_factors, usam_distance, fejer, value_rates, ssam_pairs


def judged(name, part, quick=True):
    statement = claims.load(name)
    claim = next(c for c in statement.claims if c.id == f"{name}{part}")
    return judge(claim, statement.grade, quick)


def test_the_thresholds_of_t14s_functions_in_symbols():
    s, cos, sin, r = sympy.symbols("s cos sin r", positive=True)
    for share, gamma, limit, more in (
        (sympy.Rational(1, 2), 1, (3 - s) / 2, (1 + s) * (1 - cos)),
        (1 / r, 1 / r, 2 * r * (2 - r), 2 * (1 + s) * (1 - cos)),
    ):
        (_, w, _), (_, g, ascent_g), _ = worst.fejer_data(s, share, cos, sin)
        rate = 2 * (w[0] * ascent_g[0] + w[1] * ascent_g[1]) / gamma
        apart = (rate - limit - more).subs(s, s if gamma == 1 else r**2 - 1)
        assert sympy.simplify(apart) == 0
        inner = (w[0] * g[0] + w[1] * g[1] - share**2).subs(sin, sympy.sqrt(1 - cos**2))
        assert sympy.simplify(inner) == 0


def test_the_slacks_of_t14s_functions_in_symbols():
    s, t, cos = sympy.symbols("s t cos", positive=True)
    sin = sympy.sqrt(1 - cos**2)
    data = worst.fejer_data(s, t, cos, sin)
    slack = gaps(*data, sympy.S.Zero, sympy.S.One)
    # (w, w_a): >= 0 for t > 1/(1+s) and a small angle; (w_a, 0) twice as much less t's.
    across = (s + 2) * t * cos - (1 + s) * t**2 - 1
    top = (1 + s) * t**2 - t * cos
    desired = {(1, 2): across, (2, 0): top}
    for i in range(3):
        for j in range(3):
            other = desired.get((i, j), 0)
            assert sympy.simplify(slack[i, j] - other) == 0
    # At cos = 1: (1 - t)((1 + s) t - 1) and t ((1 + s) t - 1).
    flat = (1 + s) * t - 1
    assert sympy.expand(across.subs(cos, 1) - (1 - t) * flat) == 0
    assert sympy.expand(top.subs(cos, 1) - t * flat) == 0


@pytest.mark.parametrize(("name", "s"), [("usam", 1.5), ("usam", 2.8), ("ssam", 0.3)])
def test_t14s_functions_lead_away_above_the_limit_and_not_below(name, s):
    f, w = worst.fejer_extremal(name, s, 0.03)
    g = f.gradient(w)
    d = f.gradient(w + s * g)
    if name == "ssam":
        d = d * np.linalg.norm(g) / np.linalg.norm(d)
    limits = {"usam": regimes.usam_fejer_limit, "ssam": regimes.ssam_fejer_limit}
    for share, away in ((1.05, True), (0.999, False)):
        eta = share * limits[name](1.0, s)
        assert (np.linalg.norm(w - eta * d) > np.linalg.norm(w)) == away


@pytest.mark.parametrize("key", worst.SEARCHED)
def test_the_searched_decimals_obey_every_inequality_exactly(key):
    method, mu, rho, eta = key
    g1, g2, h1, h2, value, top = (Fraction(str(v)) for v in worst.SEARCHED[key])
    mu, rho, zero = Fraction(str(mu)), Fraction(str(rho)), Fraction(0)
    points = [[zero, zero], [Fraction(1), zero], [1 + rho * g1, rho * g2]]
    gradients = [[zero, zero], [g1, g2], [h1, h2]]
    slack = gaps(points, gradients, [zero, value, top], mu, Fraction(1))
    assert all(slack[i, j] > 0 for i in range(3) for j in range(3) if i != j)
    gamma = 1 if method == "usam" else float(g1**2 + g2**2) ** 0.5
    gamma /= 1 if method == "usam" else float(h1**2 + h2**2) ** 0.5
    desired = np.array([1 - eta * gamma * float(h1), -eta * gamma * float(h2)])
    f = worst.searched(*key)
    one = np.array([float(rho)])
    y = members.step(method, one, f, f.points[1:2], np.array([eta]))[0]
    np.testing.assert_allclose(y, desired, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("mu", "rho"), [(0.1, 0.3), (0.05, 3.0), (0.01, 0.1)])
def test_n3s_function_of_ssam_is_of_its_class_and_tends_to_the_limit(mu, rho):
    errors = []
    for far in (1e3, 1e4):
        f, inner = pairs.ssam_pair(mu, rho, far)
        v, w = f.points[:2]
        g, ascent = zip(*((f.gradient(x), f.gradient(x + rho * f.gradient(x)))
                          for x in (v, w)), strict=True)  # fmt: skip
        size = np.linalg.norm
        d = [b * size(a) / size(b) for a, b in zip(g, ascent, strict=True)]
        errors.append(abs((w - v) @ (d[1] - d[0]) - inner))
        x = np.random.default_rng(0).normal(size=(200, 2)) * far * (1 + rho)
        lam = np.linalg.eigvalsh(f.hessian(x))
        assert lam.min() > mu - 1e-9 and lam.max() < 1 + 1e-9
    assert inner < 0 and errors[1] < errors[0] / 5 and errors[1] < 1e-3


def test_n3s_slope_is_the_factors():
    rng = np.random.default_rng(1)
    mu, rho = rng.uniform(0.01, 0.9, 500), 10 ** rng.uniform(-2, 2, 500)
    slope = pair_factors.usam_pair_slope(2 * mu, 2.0, rho / 2)
    factor = pair_factors.usam_pair_factor(1e-7 / 2, 2 * mu, 2.0, rho / 2)
    seen = (1 - factor) / 1e-7 * 2
    np.testing.assert_allclose(slope, seen, rtol=1e-4, atol=1e-3)
    for low in (0.01, 0.05, 0.1, 0.15):
        edge = pair_factors.usam_parting_radius(low * 3, 3.0)
        assert pair_factors.usam_pair_slope(low * 3, 3.0, edge) == pytest.approx(
            0, abs=1e-12
        )
        cosine = regimes.cosine(low * 3, 3.0, edge)
        assert cosine == pytest.approx((1 - low) / (1 + low), rel=1e-12)
    assert pair_factors.usam_parting_radius(0.18, 1.0) == np.inf


def test_n6s_radius_is_where_the_slopes_meet():
    for mu in (0.001, 0.02, 0.05, 0.1, 0.12):

        def excess(rho, mu=mu):
            promised = (1 + mu * rho) * mu / (1 + mu)
            return pair_factors.usam_pair_slope(mu, 1.0, rho) - promised

        root = brentq(excess, 1e-4, 2 / (1 + mu), xtol=1e-14)
        assert pair_factors.coercive_radius(mu) == pytest.approx(root, rel=1e-9)
    assert (pair_factors.coercive_radius([0.124, 0.2, 0.5, 0.9]) == np.inf).all()
    rho = np.linspace(0.001, 1.7, 300)
    for mu in (0.13, 0.2, 0.5):  # and there the lemma is true
        promised = (1 + mu * rho) * mu / (1 + mu)
        inside = rho < 2 / (1 + mu)
        excess = pair_factors.usam_pair_slope(mu, 1.0, rho) - promised
        assert (excess[inside] >= 0).all()


def test_the_drawn_functions_are_of_their_class():
    for mu in (-0.7, 0.0, 0.4):
        for f in members.interpolants([0, 1], 5, mu):
            assert members.belongs(f, mu, f.beta) and not members.belongs(f, mu, 0.9)
            x = np.random.default_rng(0).normal(size=(100, 2)) * 5
            lam = np.linalg.eigvalsh(f.hessian(x))
            assert lam.min() > mu - 1e-9 and lam.max() < f.beta + 1e-9


class Longer(USAM):
    """Ascends 2 % too far."""

    def direction(self, x, state, gradient):
        g = gradient(x)
        return gradient(x + 1.02 * self.rho * g), g, state


class Shorter(Stable):
    """Rescales to 1.01 times the gradient's length."""

    def direction(self, x, state, gradient):
        d, g, state = self.method.direction(x, state, gradient)
        return d * ratio(1.01 * norm(g), norm(d)), g, state


@pytest.mark.parametrize(
    ("wrong", "right", "parts"),
    [
        (Longer, USAM, ("T1.ball", "T1.least", "T2", "T3.only_if", "T14.only_if")),
        (Longer, USAM, ("T15.linear", "N3.usam", "N3.flat", "P4.descent")),
        (Shorter, Stable, ("T1.most", "T3.if", "T3.crossing", "T14.only_if")),
        (Shorter, Stable, ("T15.if", "T15.only_if", "N3.ssam_edge", "P5.convex")),
        (Longer, USAM, ("N1.most", "N1.attained", "N1.edge", "N1.ends", "N1.best")),
        (Longer, USAM, ("N4.usam", "N4.best", "N3.ssam_largest")),
        (Longer, USAM, ("T14.strong_if", "T14.strong_only_if")),
        (Shorter, Stable, ("T14.strong_if", "T14.strong_only_if", "T14.ssam_n")),
        (Shorter, Stable, ("N4.ssam", "N4.best", "N3.ssam_largest", "P5.last")),
    ],
)
def test_a_wrong_method_is_found_out(wrong, right, parts, monkeypatch):
    monkeypatch.setattr(right, "direction", wrong.direction)
    for part in parts:
        name, _, rest = part.partition(".")
        found = judged(name, f".{rest}" if rest else "")
        assert found.verdict == "refuted", (part, found.reason)


@pytest.mark.parametrize(
    ("limit", "part"),
    [
        ("ssam_limit", "T15.only_if"),
        ("ssam_pair_limit", "N3.ssam_edge"),
        ("usam_pair_factor", "N3.usam"),
        ("usam_parting_radius", "N3.small"),
        ("coercive_radius", "N6.small"),
        ("worst_factor", "N1.most"),
        ("worst_factor", "N1.attained"),
        ("bent_rates", "N1.departs"),
        ("distance_limit", "N1.edge"),
        ("limit_bend", "N1.bends"),
        ("limit_end", "N1.ends"),
        ("best_rate", "N1.best"),
        ("distance_limit", "T14.strong_only_if"),
        ("ssam_fejer_limit_strong", "T14.strong_only_if"),
        ("ssam_n_fejer_limit", "T14.ssam_n"),
        ("usam_value_factor", "N4.usam"),
        ("ssam_value_bound", "N4.ssam"),
        ("best_value_factor", "N4.best"),
        ("ssam_pair_factor", "N3.ssam_plane"),
        ("ssam_pair_factor", "N3.ssam_space"),
        ("ssam_pair_range", "N3.ssam_largest"),
        ("ssam_pair_range_limit", "N3.ssam_start"),
    ],
)
def test_a_limit_wrong_by_one_percent_is_found_out(limit, part, monkeypatch):
    (home,) = (module for module in FORMULAS if hasattr(module, limit))
    right = getattr(home, limit)

    def wrong(*numbers, **named):
        return 0.99 * np.asarray(right(*numbers, **named))

    monkeypatch.setattr(home, limit, wrong)
    name, _, rest = part.partition(".")
    assert judged(name, f".{rest}").verdict == "refuted"


def test_a_limit_of_more_than_the_truth_is_exceeded(monkeypatch):
    right = usam_distance.distance_limit
    monkeypatch.setattr(
        usam_distance, "distance_limit", lambda *numbers: 1.01 * right(*numbers)
    )
    assert judged("T14", ".strong_if").verdict == "refuted"


@pytest.mark.parametrize(("mu", "rho"), [(0.1, 1.0), (0.0, 0.5), (0.3, 4.0)])
def test_the_parted_pairs_functions_are_of_their_class(mu, rho):
    f = parted.function(0.5, mu, rho)
    slack = gaps(f.points, f.gradients, f.values, mu, 1.0)
    assert slack.min() > -1e-11 * f._size
    v, w = f.points[0], f.points[2]
    assert np.linalg.norm(w - v) == pytest.approx(1, rel=1e-9)
    shared = [np.linalg.norm(f.gradient(x)) for x in (v, w)]
    assert min(shared) > 9e3


def test_where_ssams_pairs_part_steps_run_by_hand_part():
    mu, rho = 0.1, 1.0
    f = parted.function(parted.NEARLY, mu, rho)
    ends = {eta: [] for eta in (1e-2, 1.0)}
    for x in f.points[[0, 2]]:
        g = f.gradient(x)
        h = f.gradient(x + rho * g)
        d = h * np.sqrt((g @ g) / (h @ h))
        for eta, found in ends.items():
            found.append(x - eta * d)
    for eta, (v, w) in ends.items():
        far = np.linalg.norm(w - v)
        assert far > 1
        i = 6 if eta == 1e-2 else 10  # of 13 from 1e-5 to 10
        assert far == pytest.approx(parted.at_every_rate(mu, rho)[i], rel=1e-6)
