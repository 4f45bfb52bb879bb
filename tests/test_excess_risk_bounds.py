"""T18: bounds on the excess risk, against runs, searches and algebra."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import minimize_scalar

from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from theory import better_bounds, excess_risk, excess_risk_cases, uniform
from theory.claims import t18
from theory.convergence import pl_floor
from theory.iterate import iterate
from theory.judge import judge
from theory.methods.gd import GD
from theory.methods.sam import SAM
from theory.methods.stable import SSAM
from theory.methods.usam import USAM


def claim(name):
    return next(c for c in t18.t18().claims if c.id == name)


def verdict(given, **changes):
    return judge(replace(given, **changes), "T", True).verdict


def test_the_parts_add_up():
    same = {"eta": 0.1, "rho": 0.2, "mu": 0.0, "beta": 2.0, "lipschitz": 1.5}
    actual = excess_risk.excess_risk("SAM", start=3.0, n=40, steps=25, **same)
    parted = min(
        0.2 * 2 * 0.2 * 24 / 2 + 0.1 * 3 / 40 * 24 / 2,  # a drift a step
        2 / 3 * 2 * 0.2 * np.sqrt(0.2 / 1.8 * 25) + 0.1 * 3 / 40 * 24 / 2,
    )
    left = 9 / (2 * 0.1 * 25) + 0.1 * 1.5**2 / 2 + 2 * 0.2**2 / 2
    np.testing.assert_allclose(actual, 1.5 * parted + left, rtol=1e-12)


def test_the_tuned_rate_is_the_best():
    G, D, n, steps = 1.3, 0.7, 30, 50
    eta, best = excess_risk.tuned(G, D, n, steps)

    def told(eta):
        same = {"rho": 0.0, "mu": 0.0, "beta": 1.0, "lipschitz": G, "start": D}
        return excess_risk.excess_risk("GD", eta=eta, n=n, steps=steps, **same)

    found = minimize_scalar(told, bounds=(1e-3, 1.0), options={"xatol": 1e-10})
    np.testing.assert_allclose(eta, found.x, rtol=1e-5)  # flat there
    np.testing.assert_allclose(best, found.fun, rtol=1e-12)


def test_usams_range_without_noise_is_where_a_form_is_nonnegative():
    eta, s = sp.symbols("eta s", positive=True)
    form = sp.Matrix([[2 * s + 1, -s], [-s, 1 - eta]])  # of e and g', beta = 1
    limit = sp.solve(form.det(), eta)[0]
    assert sp.simplify(limit - (1 - s**2 / (1 + 2 * s))) == 0
    for value in (0.3, 1.0, 2.4):
        actual = excess_risk.full_batch_limit("USAM", 2.0, value / 2)
        np.testing.assert_allclose(actual, float(limit.subs(s, value)) / 2)
    assert excess_risk.full_batch_limit("USAM", 1.0, 1 + 2**0.5 + 1e-9) == 0


@pytest.mark.parametrize("s", [0.2, 0.49, 0.51, 0.8, 1.5, 2.3])
def test_ssams_range_without_noise_is_where_a_parabola_is_nonnegative(s):
    p = np.linspace(1, 1 + s, 20001)
    limit = float(excess_risk.full_batch_limit("SSAM", 1.0, s))
    for share, holds in ((0.999, True), (1.001, False)):
        form = 2 * p**2 - (2 * s + 2 + share * limit) * p + 2 * s + 1
        assert (form.min() >= 0) == holds
    # f falls at every step of it (T3).
    assert limit <= 4 * np.sqrt(1 + s) / (2 + s)


def test_the_lines_of_the_proof_without_noise():
    """Interpolation at (w_a, w*) and (w_a, w), summed: the form in e and g'."""
    eta, s = sp.symbols("eta s", positive=True)
    e, p = sp.symbols("e p", real=True)  # one dimension, e = g' - g, p = g'
    g = p - e
    # 2 eta <g', w - w*> - eta^2 p^2 - 2 eta (f - f*), beta = 1.
    slack = 2 * eta * (-s * e * g + (e**2 + p**2) / 2) - eta**2 * p**2
    form = eta * ((2 * s + 1) * e**2 - 2 * s * e * p + (1 - eta) * p**2)
    assert sp.expand(slack - form) == 0


def runs(method, f, x, eta, steps):
    states = list(iterate(f, method, x, eta, steps))
    return np.array([f.value(state.x) for state in states])


@pytest.mark.parametrize("s", [0.3, 1.2, 2.0])
def test_no_random_function_is_left_higher(s):
    rng = np.random.default_rng(18)
    for _ in range(15):
        X = rng.normal(size=(6, 3))
        X /= np.sqrt(np.linalg.eigvalsh(X.T @ X / 6).max())
        f = FiniteSum(X, rng.normal(size=6), loss("log_cosh"), 1e-9)
        best = f.locate()[0]
        x = best + 4 * rng.normal(size=(20, 3))
        start = np.linalg.norm(x - best, axis=1)
        for method in (USAM(s), SSAM(s), SAM(0.1 * s)):
            eta = float(excess_risk.full_batch_limit(method.label, 1.0, s)) * 0.999
            values = runs(method, f, x, eta, 30) - f.value(best)
            rho = method.get("rho")
            same = {"eta": eta, "rho": rho, "beta": 1.0, "start": start}
            bound = excess_risk.full_batch(method.label, steps=30, **same)
            assert (values[:-1].mean(axis=0) <= bound * (1 + 1e-6)).all()
            if method.label != "SAM":
                assert (np.diff(values, axis=0) <= 1e-12).all()


def test_rates_are_those_of_a_quadratic_and_end_where_they_do():
    w = np.array([1.0, 1.0])
    H = np.array([1.0, 0.2])
    for method in (GD(), USAM(0.5)):
        for eta in (0.4, 1.2):
            rate = excess_risk.linear_rate(method.label, eta, 0.2, 1.0, 0.5)
            seen = []
            for axis in np.eye(2):
                d = method.direction(axis * w, (), lambda x: H * x)[0]
                after = axis * w - eta * d
                seen.append((H * after**2).sum() / (H * axis).sum())
            np.testing.assert_allclose(rate, max(seen), rtol=1e-12)
    told = excess_risk.linear_rate
    assert np.isinf(told("GD", 2.001, 0.2, 1.0, 0.5))
    assert np.isinf(told("USAM", 2 / 1.5 + 1e-9, 0.2, 1.0, 0.5))
    assert np.isinf(told("SAM", 1.001, 0.2, 1.0, 0.5))
    assert np.isinf(told("SSAM-N", 0.1, 0.2, 1.0, 0.5))
    assert told("SSAM", 0.9, 0.2, 1.0, 1e-9) == pytest.approx(0.82**2)


def test_sam_falls_at_its_rate_to_its_floor():
    f = FiniteSum(np.eye(2) * 2**0.5, np.zeros(2), loss("huber"), 0.1)
    # 1.1-smooth and .1-strongly convex: PL.
    eta, rho = 0.7, 0.2
    values = runs(SAM(rho), f, np.array([[4.0, -2.0]]), eta, 40)[:, 0]
    rate = excess_risk.linear_rate("SAM", eta, 0.1, 1.1, rho)
    floor = pl_floor(eta, 0.1, 1.1, rho)
    bound = rate ** np.arange(41) * values[0] + floor
    assert (values <= bound).all()


def test_the_noisy_radius_balances_gain_and_floor():
    mu, beta, n, G = 0.3, 2.0, 500, 1.7
    rho = float(better_bounds.noisy_gain_radius(mu, beta, n))
    gain = 2 * G**2 / (n * mu) * (1 - 1 / (1 + rho * mu))
    np.testing.assert_allclose(gain, beta * (rho * G) ** 2 / 2, rtol=1e-9)


def test_an_unprojected_run_of_ssam_has_no_floor_that_is_known():
    floor = excess_risk.noisy_floor
    assert np.isinf(floor("SSAM", 0.1, 0.0, 1.0, 1.0))
    assert floor("SSAM", 0.0, 0.0, 1.0, 1.0) == 0
    assert floor("SSAM", 0.1, 0.0, 1.0, 1.0, linear=True) == 0
    np.testing.assert_allclose(floor("SSAM-N", 0.1, 0.0, 2.0, 1.0, reach=3.0), 0.6)


def test_ssams_floor_by_hand():
    """1 + rho beta = 4: C = 4/5, and a direction turned by it is off by sqrt(2/5)."""
    floor = excess_risk.noisy_floor("SSAM", 1.5, 0.0, 2.0, 3.0, reach=5.0)
    np.testing.assert_allclose(floor, 3 * 5 * np.sqrt(0.4))


def test_usams_ascent_is_as_long_as_the_gradient():
    floor = excess_risk.noisy_floor("USAM", 0.2, 0.0, 2.0, 3.0)
    np.testing.assert_allclose(floor, 2.0 * 0.6**2 / 2)


def test_without_noise_ssam_has_the_least_gamma_in_its_way():
    same = {"eta": 0.25, "rho": 0.4, "beta": 2.0, "start": 3.0, "steps": 10}
    gd, usam, ssam, sam = (
        excess_risk.full_batch(label, **same) for label in ("GD", "USAM", "SSAM", "SAM")
    )
    assert gd == usam == pytest.approx(9 / 5)
    assert ssam == pytest.approx(1.8 * 9 / 5)
    assert sam == pytest.approx(9 / 5 + 0.4**2)


def test_turning_by_an_angle_moves_a_direction_by_twice_the_sine_of_half():
    C = sp.symbols("C", real=True)
    d, g = sp.Matrix([C, sp.sqrt(1 - C**2)]), sp.Matrix([1, 0])
    assert sp.simplify((d - g).dot(d - g) - 2 * (1 - C)) == 0


def test_a_known_label_is_needed():
    with pytest.raises(ValueError, match="Rates are known of GD.*got ASAM"):
        excess_risk.full_batch_limit("ASAM", 1.0, 0.1)


@pytest.mark.parametrize("name", ["T18.noisy", "T18.full", "T18.end"])
def test_a_smaller_bound_is_refuted(name):
    given = claim(name)

    def less(**case):
        return 0.98 * given.bound(**case)

    assert verdict(given) == "holds"
    assert verdict(given, bound=less) == "refuted"


@pytest.mark.parametrize("name", ["T18.edge", "T18.radius"])
def test_an_edge_somewhere_else_is_refuted(name):
    given = claim(name)

    def moved(**case):
        return 1.03 * given.bound(**case)

    assert verdict(given, bound=moved) == "refuted"


def test_usam_is_not_sgd_one_by_one(monkeypatch):
    monkeypatch.setattr(excess_risk_cases, "SSAM", USAM)
    assert verdict(claim("T18.linear")) == "refuted"


def test_stability_of_the_mean_point_is_about_half():
    same = {"rho": 0.0, "mu": 0.0, "beta": 1.0, "lipschitz": 1.0, "n": 9, "steps": 101}
    ends = uniform.uniform("GD", eta=0.1, **same)
    mean = uniform.uniform("GD", eta=0.1, averaged=True, **same)
    np.testing.assert_allclose(mean / ends, 50 / 101)
