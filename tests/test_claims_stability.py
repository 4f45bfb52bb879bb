"""L8 to L11 and T16: closed forms, constructions, and mutants that must be seen."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from landscapes.draw import epoch
from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from tests.mutants import MUTANTS, mutant
from theory import linear_models, separable, stability, staircase
from theory.claims import l8, l9, l10, l11, t16
from theory.judge import judge
from theory.methods.gd import GD
from theory.methods.sam import SAM
from theory.methods.usam import USAM
from theory.neighbours import Neighbours, line, neighbours, tumours
from theory.schedule import constant


def claim(statement, name):
    return next(c for c in statement.claims if c.id == name)


def verdict(given, **changes):
    return judge(replace(given, **changes), "T", True).verdict


def scaled(given, factor):
    """The claim with its bound `factor` times as large."""
    return {"bound": lambda **case: factor * given.bound(**case)}


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.3])
def test_a_pair_factor_sums_as_the_recursion_does(factor):
    eta, G, n, steps, total = 0.2, 1.5, 7, 9, 0.0
    for _ in range(steps):
        total = factor * total + 2 * eta * G / n
    actual = stability.pair_stability(factor, eta, G, n, steps)
    np.testing.assert_allclose(actual, G * total, rtol=1e-13)


def test_the_nonconvex_bound_is_the_best_choice_of_when_the_samples_first_differ():
    c, beta, G, n, T = 0.4, 3.0, 0.8, 11, 500

    def split(t):
        grown = 2 * G**2 / beta * (T / t) ** (beta * c)
        return (t + grown) / (n - 1)

    least = split(np.linspace(1, T, 400001)).min()
    actual = stability.nonconvex_stability(c, beta, G, n, T)
    np.testing.assert_allclose(actual, least, rtol=1e-8)


def test_the_expansions_are_those_of_the_lemma():
    actual = stability.expansion(0.5, [-3.0, 0.0, 1.0], [4.0, 4.0, 3.0])
    np.testing.assert_allclose(actual, [3.0, 1.0, 1 - 0.5 * 3 / 4], rtol=1e-15)


def test_sams_bound_has_its_three_terms():
    actual = stability.sam_stability(0.1, 2.0, 3.0, 1.0, 5.0, 4, 10)
    by_hand = 24 * 0.2 * 9 * 10 + 96 * 0.2 * 10 * 25 / 16 + 768 * 0.04 * 100 * 4 / 16
    np.testing.assert_allclose(actual, by_hand, rtol=1e-14)
    inside = stability.sam_stability(0.1, 2.0, 1.0, 3.0, 0.0, 4, 10)
    np.testing.assert_allclose(inside, 24 * 0.2 * 10, rtol=1e-14)


def problems(n=5, d=3):
    rng = np.random.default_rng(0)
    y, new_y = rng.choice([-1.0, 1.0], (2, n))
    f = FiniteSum(rng.normal(size=(n, d)), y, loss("logistic"))
    new = FiniteSum(rng.normal(size=(n, d)), new_y, f.loss)
    return Neighbours(f, new, f), rng


def parts(data):
    return data.problem, data.new.X, data.new.y


def test_neighbours_know_their_constants():
    data = line(loss("logistic"), [1.0, -1.0], [1.0, 1.0], [1.0], ridge=0.5)
    assert data.lipschitz == 2 and data.smoothness == pytest.approx(0.75)
    table = tumours(loss("huber"), 9)
    rows = np.concatenate([table.problem.X, table.new.X])
    longest = np.sqrt((rows**2).sum(axis=1)).max()
    assert table.lipschitz == pytest.approx(longest, rel=1e-14)
    assert table.smoothness == pytest.approx(longest**2, rel=1e-14)


def test_a_neighbour_differs_in_its_own_sample():
    f, X, y = parts(problems()[0])
    sets = neighbours(f, X, y)
    for i in range(-1, f.n):
        rows, targets = f.X.copy(), f.y.copy()
        if i >= 0:
            rows[i], targets[i] = X[i], y[i]
        np.testing.assert_array_equal(sets.X[i + 1], rows)
        np.testing.assert_array_equal(sets.y[i + 1], targets)


def test_runs_on_neighbours_share_their_draws():
    data, rng = problems()
    f, X, y = parts(data)
    order, eta, rho = epoch(f.n, 1, rng, (4,)), 0.3, 0.7
    actual = data.ends(USAM(rho), np.zeros(f.dim), constant(eta), order)
    sets = neighbours(f, X, y)
    for k in range(f.n + 1):
        for r in range(4):
            w = np.zeros(f.dim)
            for i in order[:, r, 0]:
                x, y = sets.X[k, i], sets.y[k, i]

                def g(w, x=x, y=y):
                    return -y * x / (1 + np.exp(y * (x @ w)))

                w = w - eta * g(w + rho * g(w))
            np.testing.assert_allclose(actual[k, r], w, rtol=1e-12)


def test_the_losses_made_of_hubers_are_the_piecewise_ones():
    z = np.linspace(-4, 4, 801)
    hinge = np.maximum(1 - z, 0)
    hinge = np.where(hinge > 1, hinge - 0.5, hinge**2 / 2)
    actual = separable.SMOOTH_HINGE.value(z, np.ones_like(z))
    np.testing.assert_allclose(actual, hinge, atol=1e-15)
    flat = np.maximum(abs(z) - 0.7, 0)
    flat = np.where(flat > 1, flat - 0.5, flat**2 / 2)
    actual = l8.FLAT_HUBER.value(z, 0.7 + 0 * z)
    np.testing.assert_allclose(actual, flat, atol=1e-15)


@pytest.mark.parametrize("scalar", [l11.BUMP, l11.SIGMOID])
def test_bounded_losses_have_the_constants_they_declare(scalar):
    z, y = np.linspace(-6, 6, 240001), np.ones(240001)
    values, slopes = scalar.value(z, y), scalar.slope(z, y)
    assert values.min() >= 0 and values.max() <= 1
    assert np.abs(slopes).max() == pytest.approx(scalar.lipschitz, rel=1e-7)
    curved = np.gradient(slopes, z)
    assert curved.min() == pytest.approx(scalar.curvatures[0], rel=1e-6)
    assert curved.max() == pytest.approx(scalar.curvatures[1], rel=1e-6)


@pytest.mark.parametrize("name", ["least squares", "smooth hinge"])
def test_every_loss_of_the_population_vanishes_on_its_ball(name):
    X, y, scalar, w, radius = separable.population(name)
    e = np.random.default_rng(1).normal(size=(200, len(w)))
    e = np.concatenate([e, X, -X])
    e *= radius * (1 - 1e-12) / np.linalg.norm(e, axis=1, keepdims=True)
    f = FiniteSum(X, y, scalar)
    assert f.losses(w + e).max() < 1e-18
    assert f.sample_smoothness.max() <= 1 + 1e-12


def test_the_staircase_is_smooth_and_leaves_one_coordinate_a_step():
    n, steps, q, eta, rho = 10, 20, 0.01, 0.2, 0.5
    gradient = staircase.staircase(n, steps, q, eta, rho)
    w, v = np.random.default_rng(2).normal(size=(2, 500, steps))
    for a, b in zip(w, v, strict=True):
        change = gradient(a) - gradient(b)
        # Convex and 1-smooth: co-coercive.
        assert change @ (a - b) >= change @ change * (1 - 1e-12)
    x = np.zeros(steps)
    least = eta * rho * (1 - 1 / n) * (1 - 3 * q)
    for t in range(steps):
        x = x - eta * SAM(rho).direction(x, (), gradient)[0]
        assert (x[: t + 1] <= -least).all() and (x[t + 1 :] > -least / 2).all()


def test_the_staircases_inequalities_hold_on_its_whole_range():
    q, x = sp.symbols("q x", positive=True)
    # (1 + x)^(-1/2) >= 1 - x/2: squared, times 1 + x.
    assert sp.expand(1 - (1 - x / 2) ** 2 * (1 + x) - x**2 * (3 - x) / 4) == 0
    assert (4 * q**2 / (1 - q**2)).subs(q, sp.Rational(1, 8)) < 2
    slack = sp.factor(1 - 2 * q**2 / (1 - q**2) - (1 - q))
    assert all(slack.subs(q, sp.Rational(k, 800)) > 0 for k in range(1, 101))
    # What a waiting coordinate loses, over a: at its largest, q = 1/8, n = 2, eta = 1.
    eighth = sp.Rational(1, 8)
    a = (1 - 3 * eighth) / 2
    lost = (a + 2 * eighth / (1 - eighth)) * eighth**2 / 2
    assert lost / a < sp.Rational(1, 128) + sp.Rational(1, 100)


def test_a_sam_that_moves_without_a_gradient_is_seen(monkeypatch):
    moving = mutant(lambda x, rho, f: (f(x + rho), f(x)))
    monkeypatch.setattr(l9, "SAM", moving)
    assert verdict(l9.l9().claims[0]) == "refuted"


def test_a_bound_twice_as_large_or_small_is_seen():
    averaged = l8.l8().claims[0]
    assert verdict(averaged, **scaled(averaged, 2)) == "failed"
    assert verdict(averaged, **scaled(averaged, 0.4)) == "refuted"
    statement = l11.l11()
    for name, factor in (("L11.convex", 0.5), ("L11.nonconvex", 0.9)):
        given = claim(statement, name)
        assert verdict(given) == "holds"
        assert verdict(given, **scaled(given, factor)) == "refuted"
        assert verdict(given, **scaled(given, 2)) == "failed"


def test_the_staircase_needs_the_ascent(monkeypatch):
    monkeypatch.setattr(l10, "SAM", lambda rho: GD())
    assert verdict(claim(l10.l10(), "L10.lower")) == "refuted"


@pytest.mark.parametrize(
    "name", ["ratio inverted", "renormalised to the point", "not renormalised"]
)
def test_a_wrong_renormalisation_is_not_sgd(name):
    wrong, _ = MUTANTS[name]
    given = claim(t16.t16(), "T16.ssam")
    case = {"method": wrong(), "batch": 1, "steps": 30}
    case |= t16.grid(wrong(), "breast_cancer", "logistic")
    assert verdict(given, cases=lambda quick: [case]) == "refuted"


@pytest.mark.parametrize("id_", ["T16.usam", "T16.sam"])
def test_the_two_ascents_are_told_apart(id_):
    given = claim(t16.t16(), id_)
    usam = id_ == "T16.usam"
    other = linear_models.shifted if usam else linear_models.transformed
    assert verdict(given, bound=t16.sgd(other)) == "refuted"


def test_a_pair_limit_without_the_ascent_is_refuted():
    given = claim(t16.t16(), "T16.pairs")
    cases = [c for c in given.cases(True) if c["method"].label == "USAM"]
    assert verdict(given, cases=lambda quick: cases, outside=lambda quick: ()) == (
        "holds"
    )

    def without(method, f, rho):
        return t16.known_rate(GD(), f, rho)

    assert verdict(given, bound=without) == "refuted"
