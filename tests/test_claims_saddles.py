"""Saddle claims: closed forms against oracles, and mutants that they must notice."""

import numpy as np
import pytest
import sympy
from scipy.optimize import brentq

from theory import claims, neighbourhood, settling, spectra
from theory import quadratic as closed
from theory.base import GradientDescent, HeavyBall
from theory.claims import l2, l7, n5, p3
from theory.judge import judge
from theory.method import norm, ratio
from theory.methods import make
from theory.methods.lookahead_sam import LookaheadSAM
from theory.methods.sam import SAM
from theory.methods.stable import Stable
from theory.methods.usam import USAM


def verdict(name):
    """Of one claim, quickly."""
    statement = claims.load(name.partition(".")[0])
    (claim,) = (c for c in statement.claims if c.id == name)
    return judge(claim, statement.grade, True).verdict


def test_the_radius_of_a_linear_step_is_the_largest_root():
    rng = np.random.default_rng(1)
    for momentum in (0.0, 0.3, 0.9):
        eta, rho, lam = rng.uniform(0.1, 2), rng.uniform(0, 2), rng.normal()
        k = lam * (1 + rho * lam)
        roots = np.roots([1, -(1 + momentum - eta * k), momentum])
        found = closed.linear_radius(USAM(rho), HeavyBall(momentum), eta, lam)
        assert found == pytest.approx(np.abs(roots).max(), rel=1e-12)
    found = closed.linear_radius(USAM(0.5), GradientDescent(), 0.1, [1.0, -3.0])
    np.testing.assert_allclose(found, [0.85, 0.85], rtol=1e-14)


def test_the_threshold_is_where_the_weakest_direction_ceases_to_shrink():
    def excess(eta, lam):
        return closed.sam_growth(eta, lam) - 1

    for lam in ([2.0, -1.0], [3.0, 1.0, -0.2], [1.0, -0.9, -0.4]):
        found = brentq(excess, 1e-3, 1.9 / lam[0], (lam,), rtol=1e-14)
        assert closed.bounce_threshold(lam) == pytest.approx(found, rel=1e-10)
    batch = closed.bounce_threshold(np.array([[2.0, -1.0], [4.0, -2.0]]))
    np.testing.assert_allclose(batch, [1 / 3, 1 / 6], rtol=1e-15)


def test_closed_forms_take_many_spectra_at_once():
    lam = np.array([[2.0, -1.0, -3.0], [1.0, -0.5, 0.3], [1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(closed.weakest_descent(lam), [1, 0.5, np.nan])
    one = closed.sam_threshold(lam)
    np.testing.assert_array_equal(one, [closed.sam_threshold(row) for row in lam])
    assert np.isnan(one[[0, 2]]).all() and one[1] == pytest.approx(2 / 3)
    eta = np.array([0.11, 0.11, 0.11])
    held = closed.sam_trap_is_invariant(eta, lam[:2].repeat([1, 2], axis=0))
    np.testing.assert_array_equal(held, [True, True, True])


def test_random_saddles_have_their_index_and_starts_their_length():
    rng = np.random.default_rng(2)
    lam = spectra.saddles(rng, 50, 4, index=2)
    assert ((lam < 0).sum(axis=1) == 2).all()
    assert (np.abs(lam[:, 1:]).max(axis=1) <= 0.9 * lam[:, 0]).all()
    size = rng.uniform(1, 2, (50, 3))
    w = spectra.starts(rng, lam, size, 3)
    assert (w != 0).all()
    lengths = np.linalg.norm(lam[:, None] * w, axis=-1)
    np.testing.assert_allclose(lengths, size, rtol=1e-14)


def test_a_run_that_grows_or_diverges_does_not_shrink():
    lam = np.array([[1.0], [-1.0], [1.0]])
    w, eta = np.ones((3, 1)), np.array([0.5, 0.5, 1e3])
    np.testing.assert_array_equal(
        settling.shrinks("gd", lam, eta, 0.0, w, 400), [True, False, False]
    )


def test_the_curved_saddle_has_the_hessian_it_was_built_for():
    rng = np.random.default_rng(3)
    H, Q = (A + A.T for A in rng.normal(size=(2, 4, 4)))
    f = l2.curved(H, rng.normal(size=4), Q)
    assert not f.gradient(np.zeros(4)).any()
    step = 1e-5 * np.eye(4)
    column = (f.gradient(step) - f.gradient(-step)) / 2e-5
    np.testing.assert_allclose(column, H, atol=1e-8)


def test_the_flow_of_a_bowl_is_the_exponential():
    H = np.diag([1.0, 2.0, 0.5, 3.0])
    f, start = l2.curved(H, np.zeros(4), np.zeros((4, 4))), 1e-6 * np.ones(4)
    exact = start * np.exp(-np.diag(H) * (1 + 0.3 * np.diag(H)) * 2.0)
    np.testing.assert_allclose(l2.flowed(f, 0.3, start, 2.0), exact, atol=1e-13)


def test_the_model_of_l7_has_a_zero():
    f = l7.model(0.5, 0)
    assert f.value(l7.minimum(f)) < 1e-25


def test_the_share_that_leaves_needs_no_batch():
    lam = np.array([0.5, -0.18, -1.0])
    eta, w = 0.9 * closed.bounce_threshold(lam), np.array([0.1, 0.3, 0.07])
    for _ in range(3000):
        g = lam * w
        w = w - eta * lam * (w + g / np.sqrt(g @ g))
        if np.sqrt((lam * w) @ (lam * w)) > 50:
            return
    pytest.fail("it stayed")


def test_n5_and_l26_in_symbols():
    e, s, c, m, eta, top = sympy.symbols("e s c m eta lam", positive=True)
    factor = 1 + e * s - (2 - e) * s**2
    assert sympy.solve(factor - 1, e) == [2 * s / (s + 1)]
    (bounce,) = sympy.solve(eta * top * (1 + c * top) - 2, c)
    (free,) = sympy.solve(1 - bounce * m, eta)
    assert sympy.simplify(free - 2 * m / (top * (top + m))) == 0


def test_sam_has_one_norm_and_ssam_two_more():
    assert p3.amount("sam", "norms") == 1 and p3.amount("ssam", "norms") == 2
    assert p3.amount("usam", "gradients") == 2 and p3.amount("gd", "gradients") == 1


def test_the_factor_on_the_cycle_needs_no_method():
    e, s = np.array([0.5, 1.5]), np.array([0.7, 0.2])
    expected = np.abs(1 + e * s - (2 - e) * s**2)
    np.testing.assert_allclose(n5.factors(e, s, 0.3), expected, rtol=1e-12)


def accumulated(self, x, state, gradient):
    """Both passes' gradients added up."""
    g = gradient(x)
    return g + gradient(x + self.rho * g / norm(g)), g, state


def downhill(self, x, state, gradient):
    """The ascent with the wrong sign."""
    g = gradient(x)
    return gradient(x - self.rho * g), g, state


def backwards(self, x, state, gradient):
    """The ratio the wrong way round."""
    d, g, state = self.method.direction(x, state, gradient)
    return d * ratio(norm(d), norm(g)), g, state


def again(self, x, state, gradient):
    """The raw gradient evaluated once more."""
    d, _, state = self.method.direction(x, state, gradient)
    g = gradient(x)
    return d * ratio(norm(g), norm(d)), g, state


def blind(self, x, state, gradient):
    """Without looking ahead."""
    return make("sam", rho=self.rho).direction(x, state, gradient)


@pytest.mark.parametrize(
    ("kind", "mutant", "names"),
    [
        (SAM, accumulated, ("T5.line", "T7.factor", "T12", "L1")),
        (USAM, downhill, ("T4.multiplier", "T4.stable", "T6.time", "L6.upper")),
        (Stable, backwards, ("T5.gd", "T8.not_faster", "T9.cycle", "P2")),
        (Stable, again, ("P3.gradients",)),
        (LookaheadSAM, blind, ("L26",)),
    ],
    ids=lambda v: getattr(v, "__name__", None),
)
def test_a_mutant_of_a_method_is_noticed(monkeypatch, kind, mutant, names):
    monkeypatch.setattr(kind, "direction", mutant)
    found = {name: verdict(name) for name in names}
    # A run that diverges has no number to compare: that fails.
    assert set(found.values()) <= {"refuted", "failed"}, found


@pytest.mark.parametrize(
    ("module", "formula", "factor", "name"),
    [
        ("t6", "usam_trap", 1.01, "T6.trap"),
        ("t7", "bounce_threshold", 1.05, "T7.repels"),
        ("t7", "bounce_threshold", 0.9, "T7.stalls"),
        ("t8", "usam_trap", 1.01, "T8.radius"),
        ("t9", "ssam_n_neighbourhood", 1.1, "T9.reach"),
        ("t9", "ssam_n_conjecture", 1.1, "T9.conjecture"),
        ("l1", "sam_cycle", 1.01, "L1"),
    ],
)
def test_a_wrong_factor_is_noticed(monkeypatch, module, formula, factor, name):
    where = f"theory.claims.{module}.{formula}"
    right = getattr(closed, formula, None) or getattr(neighbourhood, formula)
    monkeypatch.setattr(where, lambda *a: factor * right(*a))
    assert verdict(name) == "refuted"
