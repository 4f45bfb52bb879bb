"""T17: stability from pair factors, against recursions, enumerations and mutants."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import sympy as sp
from scipy.stats import binom

from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from theory import better_bounds, geometric, stability_cases, step_factors, uniform
from theory.ball import Projected
from theory.claims import t17
from theory.judge import judge
from theory.methods.sam import SAM
from theory.methods.stable import SSAM
from theory.methods.usam import USAM
from theory.pair_factors import usam_pair_factor, usam_pair_slope
from theory.ssam_pairs import ssam_pair_proved
from theory.stability import nonconvex_stability

SIZES = {"beta": 1.0, "lipschitz": 1.5}


def claim(name):
    return next(c for c in t17.t17().claims if c.id == name)


def verdict(given, **changes):
    return judge(replace(given, **changes), "T", True).verdict


def random_sum(rng, n=4, d=3):
    """Hubers: convex, and 1-smooth one by one."""
    X = rng.normal(size=(n, d))
    X /= np.linalg.norm(X, axis=1)[:, None]
    return FiniteSum(X, rng.normal(size=n), loss("huber"))


@pytest.mark.parametrize("method", uniform.METHODS)
@pytest.mark.parametrize("mu", [0.0, 0.2])
def test_the_bound_is_what_its_recursion_comes_to(method, mu):
    eta, rho, n, b, steps, G = 0.6, 0.3, 12, 3, 9, SIZES["lipschitz"]
    c = max(abs(1 - eta * mu), abs(1 - eta))
    far = rho if method in ("SAM", "SSAM-N") else rho * G
    apart = 0 if method == "GD" else 2 * eta * far
    a_hit = 2 * eta * G / b
    recursions = [(c, apart, a_hit)]
    if method in ("USAM", "SSAM"):
        own = float(uniform.factor(method, eta, mu, 1.0, rho))
        ratio = (1 + rho) / (1 + rho * mu)
        more = 1 + rho if method == "USAM" else np.hypot(1, ratio)
        recursions.append((own, 0, min(2 * eta * G, more * a_hit)))
    ends, means = [], []
    for c, apart, hit in recursions:
        path = [0.0]
        for _ in range(steps):
            path.append(c * path[-1] + apart + b / n * hit)
        ends.append(path[-1])
        means.append(np.mean(path[:-1]))
    if method in ("SAM", "USAM"):
        # sqrt(x^2 + s^2) of the common steps, hits beside: at most the sum of the two.
        s = 2 * far * np.sqrt(eta / (2 - eta))
        ends.append(s * steps**0.5 + steps * b / n * a_hit)
        means.append(s * 2 / 3 * steps**0.5 + (steps - 1) / 2 * b / n * a_hit)
    same = {"eta": eta, "rho": rho, "mu": mu, "n": n, "steps": steps, "batch": b}
    actual = uniform.distance(method, **same, **SIZES)
    np.testing.assert_allclose(actual, min(ends), rtol=1e-10)
    actual = uniform.distance(method, averaged=True, **same, **SIZES)
    np.testing.assert_allclose(actual, min(means), rtol=1e-10)
    actual = uniform.uniform(method, **same, **SIZES)
    np.testing.assert_allclose(actual, G * min(ends), rtol=1e-10)


@pytest.mark.parametrize("c", [0.0, 0.3, 1.0, 1.2, 1 + 1e-13, 1 - 1e-7, np.inf])
@pytest.mark.parametrize("steps", [1, 2, 40])
def test_sums_of_powers(c, steps):
    total = [sum(c**t for t in range(T)) for T in range(steps + 1)]
    np.testing.assert_allclose(geometric.geometric(c, steps), total[-1], rtol=1e-12)
    mean = np.mean(total[:-1])
    np.testing.assert_allclose(geometric.triangular(c, steps), mean, rtol=1e-7)
    limit = 1 / (1 - c) if c < 1 else np.inf
    np.testing.assert_allclose(geometric.total(c, np.inf), limit, rtol=1e-12)


@pytest.mark.parametrize(("method", "mu"), [("GD", 0.3), ("GD", 0.0), ("USAM", 0.0)])
def test_no_order_of_the_hits_is_worse_than_the_probable_bound(method, mu):
    eta, rho, n, steps, delta = 0.8, 0.9, 3, 7, 0.1
    same = {"eta": eta, "rho": rho, "mu": mu, "n": n, "steps": steps}
    bound = uniform.almost_sure(method, delta=delta, **same, **SIZES)
    c = float(uniform.factor(method, eta, mu, 1.0, rho))
    chance, below = 0.0, []
    for hits in product((0, 1), repeat=steps):
        gap = 0.0
        for hit in hits:
            gap = c * gap + 2 * eta * SIZES["lipschitz"] * hit
        p = (1 / n) ** sum(hits) * (1 - 1 / n) ** (steps - sum(hits))
        over = gap > bound * (1 + 1e-12)
        chance += p * over
        below += [] if over else [gap]
    assert chance <= delta
    if c <= 1 or bound == pytest.approx(max(below)):
        # Attained by one order of as many hits.
        assert max(below) == pytest.approx(float(bound), rel=1e-10)
    k = binom.isf(delta, steps, 1 / n)
    assert binom.sf(k, steps, 1 / n) <= delta < binom.sf(k - 1, steps, 1 / n)


def test_in_epochs_every_sample_is_drawn_as_often_and_chance_has_no_part():
    same = {"eta": 0.5, "rho": 0.0, "mu": 0.0, "n": 10, "steps": 30}
    for delta in (0.5, 1e-9):
        sure = uniform.almost_sure("GD", delta=delta, epochs=True, **same, **SIZES)
        np.testing.assert_allclose(sure, uniform.distance("GD", **same, **SIZES))


def ball_pairs(rng, low, count=20000):
    """U in the ball of diameter [low D, D], |D| = 1, in space."""
    D = rng.normal(size=(count, 3))
    D /= np.linalg.norm(D, axis=1)[:, None]
    return (
        D,
        lambda v, at: (
            (1 + at) / 2 * v
            + (1 - at)
            / 2
            * np.linalg.norm(v, axis=1)[:, None]
            * unit(rng.normal(size=v.shape))
        ),
    )


def unit(v):
    return v / np.linalg.norm(v, axis=1)[:, None]


@pytest.mark.parametrize("mu", [-1.0, -0.4, 0.3])
@pytest.mark.parametrize("rho", [0.4, 0.9])
def test_no_pair_of_gradients_exceeds_the_factors(mu, rho):
    rng, eta = np.random.default_rng(17), 0.7
    D, ball = ball_pairs(rng, mu)
    u = ball(D, mu)
    y = D + rho * u
    z = ball(y, mu)

    def longest(q):
        return np.linalg.norm(D - eta * q, axis=1).max()

    assert longest(u) <= uniform.factor("GD", eta, mu, 1.0, 0.0) + 1e-12
    assert longest(z) <= uniform.factor("USAM", eta, mu, 1.0, rho) + 1e-12
    a, b = 1 + rho * mu, 1 + rho
    e = unit(rng.normal(size=D.shape))
    V = (a + b) / 2 * e + (b - a) / 2 * unit(rng.normal(size=D.shape))
    c, ahead = np.linalg.norm(V, axis=1)[:, None], unit(V)

    def inner(p, q):
        return (p * q).sum(axis=1)[:, None]

    q = inner(u, e) * ahead + (z - inner(z, ahead) * ahead) / c
    assert longest(q) <= uniform.factor("SSAM", eta, mu, 1.0, rho) + 1e-12
    if mu >= 0:
        exact = uniform.factor("SSAM", eta, mu, 1.0, rho)
        assert exact <= step_factors.proved_factor(eta, mu, 1.0, rho)


def test_the_proved_factor_is_1_at_the_end_of_the_proved_range():
    for mu, rho in product((0.3, 0.5, 0.8), (0.1, 1.0, 4.0)):
        eta = ssam_pair_proved(2 * mu, 2.0, rho)
        at = step_factors.proved_factor(
            eta * np.array([0.5, 1.0, 1.1]), 2 * mu, 2.0, rho
        )
        assert at[0] < 1 - 1e-6 and at[2] > 1
        np.testing.assert_allclose(at[1], 1, rtol=1e-12)


def test_batches_that_differ_in_one_sample_have_directions_this_near():
    rng, b, seen = np.random.default_rng(3), 4, {}
    for _ in range(200):
        f, other = random_sum(rng), random_sum(rng)
        X, y = f.X.copy(), f.y.copy()
        X[0], y[0] = other.X[0], other.y[0]
        g = replace(f, X=X, y=y)
        w = rng.normal(size=(50, 3)) * 2
        for method in (USAM(0.8), SSAM(0.8)):
            apart = method.direction(w, (), f.gradient)[0]
            apart = apart - method.direction(w, (), g.gradient)[0]
            most = np.linalg.norm(apart, axis=1).max()
            seen[method.label] = max(seen.get(method.label, 0), most)
    for label, most in seen.items():
        bound = step_factors.disagreement(label, 0.0, 1.0, 0.8, 1.0, b)
        assert 0.3 * bound < most <= bound
        # Alone, a sample's direction is at most G long.
        assert step_factors.disagreement(label, 0.0, 1.0, 0.8, 1.0, 1) == 2


def test_renormalised_directions_differ_by_a_right_angle_at_most():
    """The identity, and |u(x) - u(y)| <= 2 |x - y| / (|x| + |y|)."""
    p, q, s, t = sp.symbols("p q s t", positive=True)
    u, v = sp.Matrix([sp.cos(s), sp.sin(s)]), sp.Matrix([sp.cos(t), sp.sin(t)])
    both = ((p + q) / 2 * (u - v)).norm() ** 2 + ((p - q) / 2 * (u + v)).norm() ** 2
    assert sp.simplify((p * u - q * v).norm() ** 2 - both) == 0
    # |x - y|^2 - (|x| + |y|)^2 |u - v|^2 / 4 = (|x| - |y|)^2 (1 + cos) / 2 >= 0
    slack = (p * u - q * v).norm() ** 2 - (p + q) ** 2 * (u - v).norm() ** 2 / 4
    assert sp.simplify(slack - (p - q) ** 2 * (1 + sp.cos(s - t)) / 2) == 0


def test_the_root_is_the_largest_of_a_parabola():
    eta, beta, rho, z = sp.symbols("eta beta rho z", positive=True)
    grown = 4 * eta * rho * z - eta * (2 / beta - eta) * z**2
    top = sp.solve(sp.diff(grown, z), z)[0]
    expected = 4 * eta * beta * rho**2 / (2 - eta * beta)
    assert sp.simplify(grown.subs(z, top) - expected) == 0
    actual = step_factors.spread(0.3, 2.0, 0.7)
    values = {eta: 0.3, beta: 2.0, rho: 0.7}
    np.testing.assert_allclose(actual**2, float(expected.subs(values)), rtol=1e-14)
    assert np.isinf(step_factors.spread(1.0, 2.0, 0.7))


def test_what_hits_add_beside_a_root_adds_to_it():
    """sqrt((A + B)^2 + s^2) <= sqrt(A^2 + s^2) + B, squared and subtracted."""
    A, B, s = sp.symbols("A B s", positive=True)
    right = (sp.sqrt(A**2 + s**2) + B) ** 2 - (A + B) ** 2 - s**2
    assert sp.simplify(right - 2 * B * (sp.sqrt(A**2 + s**2) - A)) == 0


def test_a_runs_own_directions_give_its_recursion():
    norms, eta, n = np.array([0.3, 1.0, 0.2, 0.7]), 0.4, 5
    c, total = float(uniform.factor("USAM", eta, 0.2, 1.0, 0.5)), 0.0
    for m in norms:
        # Drawn with probability 1/n: then the steps' own lengths, else c.
        total = (1 - 1 / n) * c * total + (total + 2 * eta * m) / n
    same = {"eta": eta, "rho": 0.5, "mu": 0.2, "beta": 1.0, "n": n}
    np.testing.assert_allclose(uniform.on_average(norms, "USAM", **same), total)
    assert np.isinf(uniform.on_average(norms, "SAM", **same))
    many = uniform.on_average(norms[None] * np.ones((2, 1)), "GD", **same)
    assert many.shape == (2,)


def test_mcdiarmids_gap_by_hand():
    actual = uniform.probable_gap(0.01, 2.0, 50, 0.05)
    t = (2 * 0.01 + 2.0 / 50) * np.sqrt(50 * np.log(20) / 2)
    np.testing.assert_allclose(actual, 0.01 + t, rtol=1e-13)


def test_a_projection_keeps_points_in_the_ball_and_parts_none():
    rng = np.random.default_rng(0)
    w, v = rng.normal(size=(2, 500, 3)) * 2
    base = Projected(1.5)
    (p, _), (q, _) = (base.update(x, 0 * x, (), 1.0) for x in (w, v))
    size = np.linalg.norm(p, axis=1)
    assert size.max() <= 1.5 * (1 + 1e-14)
    inside = np.linalg.norm(w, axis=1) <= 1.5
    np.testing.assert_array_equal(p[inside], w[inside])
    before, after = np.linalg.norm(w - v, axis=1), np.linalg.norm(p - q, axis=1)
    assert (after <= before * (1 + 1e-14)).all()
    with pytest.raises(ValueError, match="radius > 0, got 0"):
        Projected(0)


def test_where_usams_factor_is_below_gds_by_brute_force():
    rng = np.random.default_rng(4)
    for mu, rho in zip(10 ** rng.uniform(-3, 0, 60), 10 ** rng.uniform(-2, 1.5, 60),
                       strict=True):  # fmt: skip
        eta = np.geomspace(1e-6, 2, 3000)
        gd = np.maximum(1 - eta * mu, eta - 1)
        gain = gd - usam_pair_factor(eta, mu, 1.0, rho)
        limit = better_bounds.usam_gain_limit(mu, 1.0, rho)
        assert (gain[eta < 0.999 * limit] > 0).all()
        assert (gain[eta > 1.001 * limit] <= 1e-15).all()
        assert (limit > 0) == (rho < better_bounds.usam_gain_radius(mu, 1.0))
        full = eta[eta < better_bounds.usam_full_gain(mu, 1.0, rho)]
        line = 1 - full * mu * (1 + rho * mu)
        np.testing.assert_allclose(usam_pair_factor(full, mu, 1.0, rho), line)


def test_the_gain_is_in_units_of_beta():
    for beta in (0.3, 4.0):
        of_one = better_bounds.usam_gain_limit(0.1, 1.0, 0.5)
        scaled = better_bounds.usam_gain_limit(0.1 * beta, beta, 0.5 / beta)
        np.testing.assert_allclose(scaled, of_one / beta, rtol=1e-12)
        of_one = better_bounds.usam_full_gain(0.2, 1.0, 0.5)
        scaled = better_bounds.usam_full_gain(0.2 * beta, beta, 0.5 / beta)
        np.testing.assert_allclose(scaled, of_one / beta, rtol=1e-12)
    assert better_bounds.usam_gain_limit(0.0, 1.0, 0.5) == 0
    assert better_bounds.usam_gain_radius(0.0, 1.0) == 0
    assert np.isinf(better_bounds.usam_gain_radius(0.172, 1.0))


def test_the_edges_equations_in_symbols():
    mu, rho, h = sp.symbols("mu rho h", positive=True)
    a, b, k = 1 + rho * mu, 1 + rho, (1 - mu) / (1 + mu)
    c, r = (a + b) / 2, (b - a) / 2
    K, S, nu = 1 - k**2, a * b / c**2, 2 * mu / ((1 + mu) * c)
    assert sp.simplify(1 - S - r**2 / c**2) == 0
    # N3's formula in h.
    eta = 4 * h / ((1 + mu) * (a + b))
    e = 2 / (eta * (1 + mu)) - c
    n3 = eta / (2 * (1 + mu)) * ((1 + mu) ** 2 * e + (1 - mu) ** 2 * c)
    n3 *= 1 + r**2 / (c * e)
    assert sp.simplify(n3 - (1 - K * h) * (1 - S * h) / (1 - h)) == 0
    gap = (1 - nu * h) ** 2 * (1 - h) - (1 - K * h) * (1 - S * h)
    quadratic = -(nu**2) * h**2 + (2 * nu + nu**2 - K * S) * h + K + S - 1 - 2 * nu
    assert sp.simplify(gap - h * quadratic) == 0
    assert sp.simplify(eta * mu - nu * h) == 0
    # The radius: where the slope of N3's formula is GD's.
    radius = 4 * mu / ((1 + mu) * (1 - mu - 2 * sp.sqrt(mu)))
    assert sp.simplify((K + S - 1 - 2 * nu).subs(rho, radius)) == 0
    value = float(better_bounds.usam_gain_radius(0.1, 1.0))
    np.testing.assert_allclose(usam_pair_slope(0.1, 1.0, value), 0.1, rtol=1e-12)


def test_ssams_floor_is_above_gds_factor_everywhere():
    rng = np.random.default_rng(5)
    mu, rho = rng.uniform(0, 0.99, 4000), 10 ** rng.uniform(-2, 2, 4000)
    eta = rng.uniform(0.01, 3, 4000)
    floor = better_bounds.ssam_factor_at_least(eta, mu, 1.0, rho)
    gd = uniform.factor("GD", eta, mu, 1.0, 0.0)
    assert (floor[mu > 0] > gd[mu > 0]).all()
    some = slice(0, 6)
    exact = uniform.factor("SSAM", eta[some], mu[some], 1.0, rho[some])
    assert (exact >= floor[some] * (1 - 1e-9)).all()


def test_a_larger_direction_takes_usams_gain_away():
    same = (0.3, 0.3, 1.0, 0.5)
    assert better_bounds.bound_over_plain("USAM", *same) == pytest.approx(1 / 1.15)
    visited = better_bounds.bound_over_plain("USAM", *same, visited=True)
    assert visited == pytest.approx(1.5 / 1.15)
    assert better_bounds.bound_over_plain("SSAM", *same, steps=1) == 1


def test_from_how_many_samples_on_ssams_bound_is_below_sams():
    eta, mu, rho, length, G = 0.5, 0.5, 0.3, 0.1, 2.0
    n = better_bounds.ssam_beats_sam_from(eta, mu, 1.0, rho, length, G)
    same = {"eta": eta, "mu": mu, "beta": 1.0, "lipschitz": G, "steps": 10**5}
    for share, less in ((0.99, False), (1.01, True)):
        ssam = uniform.known_steps("SSAM", rho=rho, **drop(same))[0]
        sam = uniform.known_steps("SAM", rho=length, **drop(same))[1]
        both = [s.after(1 / (share * n), 10**5, False) for s in (ssam, sam)]
        assert (both[0] < both[1]) == less


def drop(same):
    return {name: value for name, value in same.items() if name != "steps"}


def test_at_radius_zero_all_are_gradient_descent():
    same = {"eta": 0.5, "rho": 0.0, "mu": 0.1, "n": 9, "steps": 20, "batch": 2}
    gd = uniform.distance("GD", **same, **SIZES)
    for method in uniform.METHODS:
        np.testing.assert_allclose(uniform.distance(method, **same, **SIZES), gd)
    assert uniform.trivial(0.5, 2.0, 10) == 20


def test_the_bound_without_convexity_is_hardts_with_a_larger_smoothness():
    same = {"c": 0.5, "beta": 2.0, "lipschitz": 1.3, "n": 30, "steps": 400}
    for method, larger in (
        ("GD", 2.0),
        ("USAM", 2.0 * 1.4),
        ("SSAM", 2.0 * np.hypot(1, 1.4 / 0.6)),
    ):
        told = nonconvex_stability(0.5, larger, 1.3, 30, 400) + 1 / 30
        actual = uniform.nonconvex(method, rho=0.2, **same)
        np.testing.assert_allclose(actual, told, rtol=1e-12)
    assert np.isinf(uniform.nonconvex("SAM", rho=0.2, **same))
    assert np.isinf(uniform.nonconvex("SSAM", rho=0.5, **same))


def test_an_examples_map_with_a_ridge_has_these_slopes():
    """Along x; l'' and l'' at the ascent point anywhere in [0, bt]."""
    r, rho, eta, bt = 0.3, 0.8, 0.9, 1.7
    p, q = np.meshgrid(np.linspace(0, bt, 101), np.linspace(0, bt, 101))
    along = 1 - eta * (q + r) * (1 + rho * (p + r))
    across = 1 - eta * r * (1 + rho * r)
    worst = max(np.abs(along).max(), abs(across))
    actual = uniform.linear_factor("USAM", eta, bt, rho, r)
    np.testing.assert_allclose(actual, worst, rtol=1e-12)
    small = uniform.linear_factor("USAM", 0.01, bt, rho, r)
    np.testing.assert_allclose(small, 1 - 0.01 * r * (1 + rho * r), rtol=1e-12)


def test_a_label_without_a_factor_is_refused():
    with pytest.raises(ValueError, match="known of GD, .*, got ASAM"):
        uniform.factor("ASAM", 0.1, 0.0, 1.0, 0.1)


@pytest.mark.parametrize(
    ("name", "factor"),
    [("T17.distance", 0.99), ("T17.root", 0.99), ("T17.nonconvex", 0.6)],
)
def test_a_smaller_bound_is_refuted(name, factor):
    given = claim(name)

    def less(**case):
        return factor * given.bound(**case)

    assert verdict(given) == "holds"
    assert verdict(given, bound=less) == "refuted"


@pytest.mark.parametrize("name", ["T17.gain", "T17.empty", "T17.ridge", "T17.ssam"])
def test_an_edge_somewhere_else_is_refuted(name):
    given = claim(name)

    def moved(**case):
        return 1.03 * given.bound(**case)

    assert verdict(given, bound=moved) == "refuted"


def test_another_method_is_seen(monkeypatch):
    monkeypatch.setattr(stability_cases, "USAM", SAM)
    assert verdict(claim("T17.cancelled")) in ("refuted", "failed")
