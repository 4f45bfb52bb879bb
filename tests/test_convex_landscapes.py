"""Convex landscapes are what their formulas say, with the constants they declare."""

import numpy as np
import pytest
import scipy.optimize
import scipy.special

from landscapes import load
from theory import simulate
from theory.methods import make

CONVEX = [
    "ridge_regression",
    "logistic_regression",
    "log_cosh",
    "softplus",
    "huber_ridge",
    "half_line",
    "flat_ball",
]
RESIDUALS = {
    "log_square": lambda f, w: np.log1p((f.X @ w - f.y) ** 2).sum(),
    "log_cosh": lambda f, w: np.log(np.cosh(f.X @ w - f.y)).mean(),
    "softplus": lambda f, w: np.log1p(np.exp(f.X @ w - f.y)).mean(),
    "ridge_regression": lambda f, w: ((f.X @ w - f.y) ** 2).mean() / 2,
    "logistic_regression": lambda f, w: np.log1p(np.exp(-f.y * (f.X @ w))).mean(),
    "huber_ridge": lambda f, w: scipy.special.huber(1.0, f.X @ w - f.y).mean(),
}


@pytest.mark.parametrize("name", sorted(RESIDUALS))
def test_the_value_is_the_formula(name):
    f = load(name)
    for w in np.random.default_rng(0).uniform(-1, 1, (5, f.dim)):
        formula = RESIDUALS[name](f, w) + f.ridge / 2 * w @ w
        assert f.value(w) == pytest.approx(formula, rel=1e-12)


@pytest.mark.parametrize("name", [*CONVEX, "log_square"])
def test_curvatures_lie_between_mu_and_beta(name):
    f = load(name)
    low, high = np.array(f.box, dtype=float).T
    w = np.random.default_rng(1).uniform(low, high, (20, f.dim))
    lam = np.linalg.eigvalsh(f.hessian(w))
    assert lam.min() >= f.constants["mu"] - 1e-12
    assert np.abs(lam).max() <= f.constants["beta"] * (1 + 1e-12)
    assert (f.constants["mu"] >= 0) == (name in CONVEX)


@pytest.mark.parametrize("name", ["log_cosh", "softplus", "huber_ridge", "log_square"])
def test_the_minimiser_is_scipys(name):
    f = load(name)
    (found,) = f.critical_points
    assert found.kind == "minimum"
    best = scipy.optimize.minimize(
        f.value, found.point + 0.1, jac=f.gradient, tol=1e-12
    )
    assert f.value(found.point) <= best.fun + 1e-13
    np.testing.assert_allclose(found.point, best.x, atol=1e-6)


def test_log_squares_extreme_curvatures_are_attained():
    f = load("log_square", columns=4)
    A = f.X
    size = np.linalg.norm(A, 2)
    fits = np.linalg.solve(A, f.y)
    top = np.linalg.eigvalsh(f.hessian(fits))[-1]
    assert top == pytest.approx(2 * size**2, rel=1e-12)
    assert f.constants["beta"] == pytest.approx(2 * size**2, rel=1e-12)
    steep = np.linalg.solve(A, f.y + np.sqrt(3))
    bottom = np.linalg.eigvalsh(f.hessian(steep))[0]
    assert bottom == pytest.approx(-(size**2) / 4, rel=1e-12)
    assert f.constants["mu"] == pytest.approx(bottom, rel=1e-12)
    assert np.linalg.cond(A) == pytest.approx(3, rel=1e-12)


@pytest.mark.parametrize("rows", [12, 40])
def test_log_square_with_more_rows_gives_a_minimum_that_it_finds(rows):
    f = load("log_square", columns=2, rows=rows)
    (found,) = f.critical_points
    assert found.kind == "minimum" and f.saddles == ()


@pytest.mark.parametrize("name", ["logistic_regression", "softplus"])
def test_the_smoothness_is_attained_where_all_slopes_are_steepest(name):
    f = load(name)
    w = 0 * f.X[0]
    f = f if name == "logistic_regression" else type(f)(f.X, 0 * f.y, f.loss)
    top = np.linalg.eigvalsh(f.hessian(w))[-1]
    assert top == pytest.approx(f.constants["beta"], rel=1e-12)


def test_a_sum_of_softplus_whose_rows_agree_has_no_minimiser():
    assert load("softplus", rows=1, columns=1).locate().shape == (0, 1)
    assert load("softplus", rows=1, columns=1, ridge=0.1).locate().shape == (1, 1)


@pytest.mark.parametrize("delta", [0.3, 2.0])
def test_huber_turns_linear_at_delta(delta):
    f = load("huber_ridge", data="diabetes", delta=delta, ridge=0.0)
    X, y = delta * f.X, delta * f.y
    for w in np.random.default_rng(2).uniform(-1, 1, (5, f.dim)):
        desired = scipy.special.huber(delta, X @ w - y).mean()
        assert f.value(w) == pytest.approx(desired, rel=1e-12)


@pytest.mark.parametrize("radius, dim", [(1.0, 2), (0.0, 3), (2.5, 1)])
def test_flat_balls_gradient_is_the_way_back_to_the_ball(radius, dim):
    f = load("flat_ball", radius=radius, dim=dim)
    w = 3 * np.random.default_rng(3).normal(size=(200, dim))
    size = np.linalg.norm(w, axis=1, keepdims=True)
    projection = np.where(size > radius, radius * w / size, w)
    np.testing.assert_allclose(f.gradient(w), w - projection, rtol=0, atol=1e-14)
    distance = np.linalg.norm(w - projection, axis=1)
    np.testing.assert_allclose(f.value(w), distance**2 / 2, rtol=1e-12, atol=1e-30)


def test_flat_balls_gradient_is_continuous_at_the_sphere():
    f = load("flat_ball", radius=1.0)
    u = np.array([0.6, 0.8])
    for step in (1e-3, 1e-6, 1e-9):
        np.testing.assert_array_equal(f.gradient((1 - step) * u), 0)
        size = np.linalg.norm(f.gradient((1 + step) * u))
        assert size == pytest.approx(step, rel=1e-6)
    np.testing.assert_array_equal(f.hvp(0 * u, u), 0)
    np.testing.assert_allclose(f.hvp(3 * u, u), u, rtol=1e-12)


def test_on_the_half_line_sam_from_zero_never_moves():
    """L9: the gradient is 0 there, though a step of rho to the right costs rho^2/2."""
    f, rho = load("half_line"), 0.5
    for spec in ("sam", "usam", "ssam", "ssam-n"):
        method = make(spec).having(rho=rho)
        for state in simulate.iterate(f, method, np.zeros(1), 0.5, 20):
            assert state.x == 0
    assert f.value(np.array([rho])) - f.value(np.zeros(1)) == rho**2 / 2


@pytest.mark.parametrize(
    "name, options, what",
    [
        ("flat_ball", {"radius": -1}, "radius >= 0 and dim >= 1, got -1 and 2"),
        ("flat_ball", {"dim": 0}, "got 1.0 and 0"),
        ("huber_ridge", {"delta": 0}, "delta > 0, got 0"),
        ("log_square", {"condition": 0.5}, "condition >= 1"),
        ("softplus", {"ridge": float("nan")}, "ridge >= 0, got nan"),
    ],
)
def test_bad_numbers_are_refused_in_one_line(name, options, what):
    with pytest.raises(ValueError, match=what) as error:
        load(name, **options)
    assert "\n" not in str(error.value)
