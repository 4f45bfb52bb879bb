"""Mini-batches are the means they say they are, and their constants hold."""

from collections import Counter
from itertools import combinations

import mpmath
import numpy as np
import pytest
import scipy.optimize

from landscapes import load
from landscapes.draw import epoch, tau_nice, with_replacement
from landscapes.finite_sum import FiniteSum
from landscapes.mean import Mean
from landscapes.quadratic import Quadratic
from landscapes.scalar_loss import LOSSES, loss
from landscapes.sum_constants import minimum, sample_lipschitz, sample_minima
from theory import simulate
from theory.expected_residual import (
    interpolation_gap,
    tau_nice_residual,
    tau_nice_second_moment,
)
from theory.methods import make

NAMES = sorted(LOSSES)
# The same losses once more, by mpmath, in their textbook form.
TEXTBOOK = {
    "square": lambda z, y: (z - y) ** 2 / 2,
    "logistic": lambda z, y: mpmath.log(1 + mpmath.exp(-y * z)),
    "log_square": lambda z, y: mpmath.log(1 + (z - y) ** 2),
    "log_cosh": lambda z, y: mpmath.log(mpmath.cosh(z - y)),
    "softplus": lambda z, y: mpmath.log(1 + mpmath.exp(z - y)),
    "huber": lambda z, y: (z - y) ** 2 / 2 if abs(z - y) <= 1 else abs(z - y) - 0.5,
}


def problem(name, n=6, d=3, ridge=0.3, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.choice([-1.0, 1.0], n) if name == "logistic" else rng.normal(size=n)
    return FiniteSum(rng.normal(size=(n, d)), y, loss(name), ridge)


def means(seed=0):
    """The same contract, kept by a sum of losses and by a mean of quadratics."""
    rng = np.random.default_rng(seed)
    parts = tuple(Quadratic(rng.normal(size=3)) for _ in range(6))
    return [problem("logistic", seed=seed), Mean(parts)]


@pytest.mark.parametrize("name", NAMES)
def test_a_loss_is_exact_where_its_textbook_form_overflows_or_cancels(name):
    targets = (-1.0, 1.0) if name == "logistic" else (0.0, 0.75)
    points = [0.0, 1e-9, -1e-4, 0.3, -2.5, 31.0, -45.0, 300.0, -310.0]
    z, y = (a.ravel() for a in np.meshgrid(points, targets))
    for order, function in enumerate(("value", "slope", "curvature")):
        with mpmath.workdps(300):
            exact = [
                float(mpmath.diff(lambda u, b=b: TEXTBOOK[name](u, b), a, order))
                for a, b in zip(map(mpmath.mpf, z), map(mpmath.mpf, y), strict=True)
            ]
        # 1 - tanh^2 and the curvature of log(1+u^2) cancel in their tails.
        atol = 1e-15 if order == 2 else 1e-300
        actual = getattr(LOSSES[name], function)(z, y)
        np.testing.assert_allclose(actual, exact, rtol=1e-12, atol=atol)


@pytest.mark.parametrize("name", NAMES)
def test_a_losss_bounds_are_attained_and_never_exceeded(name):
    z = np.linspace(-40, 40, 160001)
    low, high = LOSSES[name].curvatures
    c, s = (
        getattr(LOSSES[name], what)(z, 1 + 0 * z) for what in ("curvature", "slope")
    )
    assert c.min() == pytest.approx(low, abs=1e-6) and c.min() >= low - 1e-15
    assert c.max() == pytest.approx(high, abs=1e-6) and c.max() <= high + 1e-15
    if np.isfinite(LOSSES[name].lipschitz):
        assert np.abs(s).max() == pytest.approx(LOSSES[name].lipschitz, rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["float32", "torch", "torch32"])
def test_a_sum_keeps_kind_and_precision(name, kind):
    import torch

    f, rng = problem(name), np.random.default_rng(1)
    w, idx = rng.normal(size=(4, 3)), tau_nice(6, 2, rng, (4,))
    x = w.astype("float32") if kind == "float32" else torch.tensor(w)
    x = x.float() if kind == "torch32" else x
    for a, b in zip(results(f, x, idx), results(f, w, idx), strict=True):
        assert a.dtype == x.dtype and tuple(a.shape) == b.shape
        rtol = 1e-12 if kind == "torch" else 2e-5
        np.testing.assert_allclose(np.asarray(a), b, rtol=rtol, atol=rtol)


def results(f, w, idx):
    sample = f.sample(idx)
    return f.value(w), f.gradient(w), sample(w), sample.losses(w), sample.hvp(w, w)


def autograd(f, w, idx):
    """The gradient of the mean loss by torch alone, one run after another."""
    import torch

    rows = []
    for point, chosen in zip(
        w, np.broadcast_to(idx, (len(w), idx.shape[-1])), strict=True
    ):
        x = torch.tensor(point, requires_grad=True)
        margins = torch.tensor(f.y[chosen]) * (torch.tensor(f.X[chosen]) @ x)
        mean = torch.logaddexp(0 * margins, -margins).mean()
        (mean + f.ridge / 2 * (x * x).sum()).backward()
        rows.append(x.grad.numpy())
    return np.array(rows)


@pytest.mark.parametrize("shape", [(), (5,)])
def test_a_mini_batchs_gradient_is_autograds(shape):
    f, rng = problem("logistic"), np.random.default_rng(2)
    w, idx = rng.normal(size=(5, 3)), tau_nice(6, 4, rng, shape)
    np.testing.assert_allclose(f.sample(idx)(w), autograd(f, w, idx), rtol=1e-12)


@pytest.mark.parametrize("f", means(), ids=["sum", "mean"])
def test_a_batch_of_runs_is_a_loop_over_runs(f):
    rng = np.random.default_rng(3)
    w, v = rng.normal(size=(2, 4, 5, 3))
    idx = with_replacement(6, 3, rng, (4, 5))
    sample = f.sample(idx, t=7)
    assert sample.t == 7 and sample.size == 3
    for i in np.ndindex(4, 5):
        one = f.sample(idx[i])
        losses = f.losses(w[i])[idx[i]]
        np.testing.assert_allclose(sample.losses(w)[i], losses, rtol=1e-12)
        np.testing.assert_allclose(sample.value(w)[i], losses.mean(), rtol=1e-12)
        np.testing.assert_allclose(sample(w)[i], one(w[i]), rtol=1e-12)
        each = [f.sample(idx[i][[k]]) for k in range(3)]
        mean = np.mean([s(w[i]) for s in each], axis=0)
        np.testing.assert_allclose(sample(w)[i], mean, rtol=1e-10)
        mean = np.mean([s.hvp(w[i], v[i]) for s in each], axis=0)
        np.testing.assert_allclose(sample.hvp(w, v)[i], mean, rtol=1e-10)


@pytest.mark.parametrize("f", means(), ids=["sum", "mean"])
def test_one_start_serves_many_batches(f):
    rng = np.random.default_rng(4)
    w, idx = rng.normal(size=3), tau_nice(6, 2, rng, (7,))
    many = f.sample(idx)
    assert many(w).shape == (7, 3) and many.losses(w).shape == (7, 2)
    np.testing.assert_allclose(many(w)[3], f.sample(idx[3])(w), rtol=1e-12)


@pytest.mark.parametrize("f", means(), ids=["sum", "mean"])
def test_all_samples_in_any_order_are_the_whole_sum(f):
    w = np.random.default_rng(5).normal(size=(2, 3))
    whole = f.sample(np.array([3, 1, 0, 5, 4, 2]))
    np.testing.assert_allclose(whole(w), f.gradient(w), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(whole.value(w), f.value(w), rtol=1e-12)


@pytest.mark.parametrize("f", means(), ids=["sum", "mean"])
def test_the_mean_over_all_subsets_is_the_gradient(f):
    w = np.random.default_rng(6).normal(size=3)
    subsets = np.array(list(combinations(range(6), 2)))
    average = f.sample(subsets)(w).mean(axis=0)
    np.testing.assert_allclose(average, f.gradient(w), rtol=1e-12)


@pytest.mark.parametrize("f", means(), ids=["sum", "mean"])
@pytest.mark.parametrize("shape", [(), (4,)])
def test_shards_are_contiguous_and_of_nearly_equal_size(f, shape):
    rng = np.random.default_rng(7)
    w, idx = rng.normal(size=(4, 3)), with_replacement(6, 8, rng, shape)
    sample = f.sample(idx, t=2)
    shards = sample.split(3)
    assert [s.size for s in shards] == [3, 3, 2] and {s.t for s in shards} == {2}
    joined = np.concatenate([s.losses(w) for s in shards], axis=-1)
    np.testing.assert_array_equal(joined, sample.losses(w))
    mean = sum(s.size / 8 * s(w) for s in shards)
    np.testing.assert_allclose(mean, sample(w), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("f", means(), ids=["sum", "mean"])
def test_a_subset_counts_places_in_its_batch(f):
    rng = np.random.default_rng(8)
    w, idx = rng.normal(size=(4, 3)), tau_nice(6, 4, rng, (4,))
    losses = f.sample(idx).losses(w)
    places = np.argsort(-losses, axis=-1)[:, :2]
    worst = f.sample(idx).subset(places)
    np.testing.assert_array_equal(worst.losses(w), -np.sort(-losses)[:, :2])
    same = f.sample(np.take_along_axis(idx, places, -1))
    np.testing.assert_allclose(worst(w), same(w), rtol=1e-12)


def test_a_mean_takes_components_and_symbols_as_its_parts_do():
    import sympy

    from landscapes.components import Components

    f = Mean((load("strict_saddle"), load("rosenbrock")))
    x, y = sympy.symbols("x y")
    exact = (x**2 - y**2 + 100 * (y - x**2) ** 2 + (1 - x) ** 2) / 2
    assert sympy.expand(f.value(Components([x, y])) - exact) == 0
    w, idx = (
        np.random.default_rng(9).normal(size=(4, 2)),
        np.array([[0], [1], [1], [0]]),
    )
    split = Components(w.T)
    parts = f.sample(idx)(split)
    np.testing.assert_allclose(np.stack([*parts], -1), f.sample(idx)(w), rtol=1e-12)
    assert "torch" in f.kinds and Mean((f, load("flat_ball"))).kinds == (
        "numpy",
        "torch",
    )


def test_a_means_constants_are_bounds_on_its_spectrum():
    parts = (Quadratic(np.array([1.0, 4.0])), Quadratic(np.array([3.0, 0.5])))
    f = Mean(parts)
    assert f.constants == {"mu": 0.75, "beta": 3.5, "beta_max": 4.0}
    lam = np.linalg.eigvalsh(f.hessian(np.zeros(2)))
    assert f.constants["mu"] <= lam[0] and lam[-1] <= f.constants["beta"]


def test_tau_nice_draws_every_subset_alike():
    draws = tau_nice(5, 2, np.random.default_rng(0), (20000,))
    counts = Counter(map(tuple, np.sort(draws)))
    assert sorted(counts) == list(combinations(range(5), 2))
    # Binomial(20000, 1/10): standard deviation 42.
    assert max(abs(c - 2000) for c in counts.values()) < 5 * 42.5


def test_tau_nice_puts_a_sample_at_any_place_alike():
    """Shards are cut in this order; a partition alone leaves many where they were."""
    draws = tau_nice(500, 450, np.random.default_rng(1), (400,))
    at_home = (draws == np.arange(450)).sum(axis=-1)
    # Nearly Poisson with mean 450/500 a draw.
    assert at_home.mean() == pytest.approx(0.9, abs=5 * np.sqrt(0.9 / 400))


def test_an_epoch_visits_each_sample_once():
    steps = epoch(7, 2, np.random.default_rng(0), (4,))
    assert steps.shape == (3, 4, 2)
    for run in range(4):
        assert len(set(steps[:, run].ravel())) == 6


@pytest.mark.parametrize("tau", [1, 2, 4, 6])
@pytest.mark.parametrize("name", NAMES)
def test_the_second_moment_of_a_batch_is_that_over_all_subsets(name, tau):
    f, w = problem(name), np.random.default_rng(10).normal(size=3)
    subsets = np.array(list(combinations(range(6), tau)))
    measured = (f.sample(subsets)(w) ** 2).sum(-1).mean()
    exact = tau_nice_second_moment(f.gradients(w), tau)
    np.testing.assert_allclose(exact, measured, rtol=1e-12)


def residual(f, w, tau):
    """L12's second moment over its bound, by enumeration."""
    subsets = np.array(list(combinations(range(f.n), tau)))
    measured = (f.sample(subsets)(w[..., None, :]) ** 2).sum(-1).mean(-1)
    A, B = tau_nice_residual(f.n, tau, f.constants["beta_max"])
    best = minimum(f)
    C = 2 * A * interpolation_gap(best, sample_minima(f))
    squared = (f.gradient(w) ** 2).sum(-1)
    return measured, 2 * A * (f.value(w) - best) + B * squared, C


@pytest.mark.parametrize("tau", [1, 2, 5])
@pytest.mark.parametrize("name", ["square", "logistic", "log_cosh", "huber"])
def test_l12_the_expected_residual_holds_with_its_constant(name, tau):
    for seed in range(8):
        f = problem(name, seed=seed)
        w = 3 * np.random.default_rng(seed).normal(size=(40, 3))
        measured, bound, C = residual(f, w, tau)
        assert C > 0 and (measured <= (bound + C) * (1 + 1e-12)).all()


def test_l12_without_its_constant_fails_where_samples_disagree():
    f = problem("square")
    measured, bound, C = residual(f, f.locate(), 2)
    assert bound == pytest.approx(0, abs=1e-14) and measured > 0.05 and measured <= C


@pytest.mark.parametrize("tau", [1, 2, 5])
def test_l12_is_an_equality_for_one_norm_of_rows_that_fit(tau):
    rng = np.random.default_rng(11)
    X = rng.normal(size=(6, 3))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    f = FiniteSum(X, X @ rng.normal(size=3), loss("square"))
    measured, bound, C = residual(f, rng.normal(size=(5, 3)), tau)
    assert C == pytest.approx(0, abs=1e-20)
    np.testing.assert_allclose(measured, bound, rtol=1e-12)


@pytest.mark.parametrize(
    "name", ["square", "logistic", "log_cosh", "softplus", "huber"]
)
@pytest.mark.parametrize("ridge", [0.05, 2.0])
def test_a_samples_infimum_is_scipys(name, ridge):
    f = problem(name, ridge=ridge)
    for i, least in enumerate(sample_minima(f)):
        one = f.restrict([i])
        found = scipy.optimize.minimize(
            one.value, np.zeros(3), jac=one.gradient, tol=1e-12
        )
        assert least == pytest.approx(found.fun, rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_a_samples_lipschitz_constant_holds_and_is_attained_if_convex(name):
    f, radius = problem(name), 2.5
    rng = np.random.default_rng(12)
    w = rng.normal(size=(3000, 3))
    w *= radius * rng.random((3000, 1)) / np.linalg.norm(w, axis=1, keepdims=True)
    G = sample_lipschitz(f, radius)
    assert (np.linalg.norm(f.gradients(w), axis=-1) <= G * (1 + 1e-12)).all()
    if LOSSES[name].convex:
        ends = radius * f.X / np.linalg.norm(f.X, axis=1, keepdims=True)
        size = np.linalg.norm(f.gradients(np.stack([ends, -ends])), axis=-1)
        steepest = [max(size[0, i, i], size[1, i, i]) for i in range(f.n)]
        np.testing.assert_allclose(steepest, G, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_curvatures_stay_within_the_constants(name):
    f = problem(name, n=12)
    H = f.hessian(4 * np.random.default_rng(13).normal(size=(500, 3)))
    lam = np.linalg.eigvalsh(H)
    assert lam.min() >= f.constants["mu"] - 1e-12
    assert np.abs(lam).max() <= f.constants["beta"] + 1e-12
    each = [np.linalg.eigvalsh(f.restrict([i]).hessian(0 * f.X[0])) for i in range(12)]
    assert (np.abs(each).max(-1) <= f.sample_smoothness + 1e-12).all()


@pytest.mark.parametrize("name, point", [("square", 1.0), ("logistic", 0.0)])
def test_a_sums_and_its_samples_smoothness_are_attained(name, point):
    f = problem(name, n=12)
    lam = np.linalg.eigvalsh(f.hessian(np.full(3, point)))
    assert lam[-1] == pytest.approx(f.constants["beta"], rel=1e-12)
    if name == "square":
        assert lam[0] == pytest.approx(f.constants["mu"], rel=1e-12)
    tops = [
        np.linalg.eigvalsh(f.restrict([i]).hessian(0 * f.X[0]))[-1] for i in range(12)
    ]
    np.testing.assert_allclose(tops, f.sample_smoothness, rtol=1e-12)


def test_pl_holds_with_the_smallest_eigenvalue_that_is_not_zero():
    rng = np.random.default_rng(14)
    X = rng.normal(size=(4, 9))
    f = FiniteSum(X, rng.normal(size=4), loss("square"))
    lam, V = np.linalg.eigh(X.T @ X / 4)
    pl = f.constants["pl"]
    assert f.constants["mu"] == pytest.approx(0, abs=1e-14)
    assert pl == pytest.approx(lam[5], rel=1e-10)
    w = rng.normal(size=(500, 9))
    best = minimum(f)
    assert best == pytest.approx(0, abs=1e-25)
    squared = (f.gradient(w) ** 2).sum(-1)
    assert (squared >= 2 * pl * (f.value(w) - best) * (1 - 1e-10)).all()
    w = f.locate()[0] + V[:, 5]  # attained along its eigenvector
    ratio = (f.gradient(w) ** 2).sum() / (2 * (f.value(w) - best))
    assert ratio == pytest.approx(pl, rel=1e-9)


@pytest.mark.parametrize("spec", ["ssam", "ssam-n"])
def test_on_one_example_at_a_time_ssam_is_sgd(spec):
    """T16: the ascent gradient is a nonnegative multiple of the gradient."""
    f = load("logistic_regression", data="wine", ridge=0.0)
    order = with_replacement(f.n, 1, np.random.default_rng(15), (200, 30))
    ends = []
    for method in (make(spec).having(rho=0.7), make("gd")):
        steps = simulate.iterate(
            f,
            method,
            np.zeros((30, f.dim)),
            0.1,
            200,
            sample=lambda t: f.sample(order[t % 200], t),
        )
        ends.append([*steps][-1].x)
    np.testing.assert_allclose(*ends, rtol=1e-10, atol=1e-13)


def test_a_data_set_of_its_own_for_every_run():
    rng = np.random.default_rng(16)
    X, y, w = (
        rng.normal(size=(5, 8, 3)),
        rng.normal(size=(5, 8)),
        rng.normal(size=(5, 3)),
    )
    f = FiniteSum(X, y, loss("square"), 0.1)
    idx = tau_nice(8, 3, rng)
    for run in range(5):
        own = FiniteSum(X[run], y[run], loss("square"), 0.1)
        np.testing.assert_allclose(f.gradient(w)[run], own.gradient(w[run]), rtol=1e-12)
        np.testing.assert_allclose(
            f.sample(idx)(w)[run], own.sample(idx)(w[run]), rtol=1e-12
        )


@pytest.mark.parametrize("indices", [[], [6], [-1], [0.5], 3, [True] * 6])
@pytest.mark.parametrize("f", means(), ids=["sum", "mean"])
def test_samples_that_are_not_there_are_refused(f, indices):
    with pytest.raises(
        ValueError, match=r"takes samples by integers .* in \[0, 6\), got"
    ):
        f.sample(indices)


def test_bad_arguments_are_refused_in_one_line():
    f = problem("square")
    rng = np.random.default_rng(0)
    for call, what in (
        (lambda: f.sample([0, 1]).split(3), "splits into 1 to 2 shards, got 3"),
        (lambda: tau_nice(4, 5, rng), "1 to 4 of n >= 1 samples, got 5"),
        (lambda: tau_nice_residual(4, 0, 1.0), "1 <= tau <= n = 4, got 0"),
        (lambda: loss("logistics"), "unknown loss `logistics`: did you mean logistic"),
        (lambda: FiniteSum(f.X, f.y[:2], f.loss), r"got \(6, 3\) and \(2,\)"),
        (lambda: FiniteSum(f.X, f.y, f.loss, -1.0), "ridge >= 0, got -1"),
        (lambda: Mean(()), "one dimension"),
        (lambda: sample_minima(problem("log_square")), "not convex"),
    ):
        with pytest.raises(ValueError, match=what):
            call()
