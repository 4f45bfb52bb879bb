"""What the rows T10, L12, L13, L14, L15, L17 would not notice by themselves."""

from dataclasses import replace

import numpy as np
import pytest

from landscapes.finite_sum import FiniteSum
from landscapes.quadratic import Quadratic
from landscapes.scalar_loss import loss
from theory import claims, pl, runs
from theory.claims import l14
from theory.convergence import exponent, polyak_rate, unified_sam_neighbourhood
from theory.interval import Interval, exact
from theory.iterate import iterate
from theory.judge import judge
from theory.methods.sam import SAM
from theory.methods.sam_polyak import SAMPolyak
from theory.noise import minibatches


def verdict(id, **changes):
    statement = claims.load(id.partition(".")[0])
    claim = next(c for c in statement.claims if c.id == id)
    claim = replace(claim, **{k: change(claim) for k, change in changes.items()})
    return judge(claim, statement.grade, True).verdict


def scaled(factor):
    return lambda claim: lambda **case: factor * np.asarray(claim.bound(**case))


@pytest.mark.parametrize(
    "id", ["T10.short", "T10.middle", "T10.long", "L12.residual", "L15.quadratics"]
)
def test_a_bound_a_hundredth_smaller_is_refuted(id):
    assert verdict(id, bound=scaled(0.99)) == "refuted"


@pytest.mark.parametrize("id", ["T10.short", "L12.residual", "L13.corrected"])
def test_a_bound_ten_times_larger_is_vacuous(id):
    assert verdict(id, bound=scaled(10)) == "failed"


def test_sam_with_twice_its_radius_breaks_its_floor(monkeypatch):
    monkeypatch.setattr(
        SAM,
        "direction",
        lambda self, x, state, gradient: (
            gradient(x + 2 * step(self, x, gradient)),
            gradient(x),
            state,
        ),
    )
    assert verdict("T10.short") == "refuted"
    assert verdict("L17.constant") == "refuted"


def step(sam, x, gradient):
    g = gradient(x)
    return sam.rho * g / np.linalg.norm(g, axis=-1, keepdims=True)


def test_a_radius_of_zero_is_no_sam(monkeypatch):
    monkeypatch.setattr(
        SAM, "direction", lambda self, x, state, gradient: (gradient(x),) * 2 + (state,)
    )
    assert verdict("T10.beyond") != "refuted"
    assert verdict("L17.constant") == "refuted"


def test_polyak_step_in_one_dimension():
    # On L w^2/2 with s = L rho the step leaves w (1 + s) / 2.
    s, L = np.array([0.0, 0.3, 0.9])[:, None], 2.0
    w = np.ones((3, 1))
    d, _, _ = SAMPolyak(s / L, 0.0, np.inf, normalised=False).direction(
        w, (), Sampled(np.array([L]))
    )
    np.testing.assert_allclose(w - d, (1 + s) / 2, rtol=1e-14)
    assert ((1 + s) ** 2 / 4 <= polyak_rate(s / L, L, L)).all()


class Sampled:
    """A quadratic's gradient and value, written anew."""

    def __init__(self, spectrum):
        self.spectrum = spectrum

    def __call__(self, x):
        return self.spectrum * x

    def value(self, x):
        return (self.spectrum * x**2).sum(-1) / 2


def test_noise_widens_the_neighbourhood_of_gradient_descent_as_known():
    # rho = 0: SGD's gamma L C / mu at the rate 1 - gamma mu.
    assert unified_sam_neighbourhood(0.1, 0.0, 0.5, 2.0, 1.0, 3.0) == pytest.approx(1.2)


def test_mini_batches_are_without_replacement():
    rows = np.arange(7.0)[:, None]
    f = FiniteSum(rows, rows[:, 0], loss("square"))
    drawn = minibatches(f, 3, 2000, 0)(4).landscape.y.astype(int)
    assert drawn.shape == (2000, 3)
    assert (np.diff(np.sort(drawn, axis=1), axis=1) > 0).all()
    # each sample in 3/7 of the batches: 0.011 is one standard deviation
    np.testing.assert_allclose(np.bincount(drawn.ravel()) / 2000, 3 / 7, atol=0.05)


def test_the_slope_of_a_power_is_its_exponent(monkeypatch):
    monkeypatch.setattr(
        l14, "gaps", lambda runs, **case: np.tile([4.0, 1.0], (runs, 1))
    )
    found = exact(l14.measured(runs=40, level=1e-3))
    np.testing.assert_allclose([found.value, found.low, found.high], -1, rtol=1e-12)


def test_t10s_functions_have_the_constants_they_declare():
    rng = np.random.default_rng(0)
    for f, mu, beta, minimiser in pl.functions():
        w = minimiser + rng.normal(size=(200, f.dim)) * 10 ** rng.uniform(-2, 1)
        gap = f.value(w) - f.value(minimiser)
        square = (f.gradient(w) ** 2).sum(-1)
        assert (square >= 2 * mu * gap * (1 - 1e-9) - 1e-12).all()
        assert (square <= 2 * beta * gap * (1 + 1e-9) + 1e-12).all()


def test_the_rotation_does_not_change_the_spectrum():
    rng = np.random.default_rng(0)
    case = pl.random_quadratics(5, lambda kappa: 0 * kappa + 0.5, rng)
    f: Quadratic = case["landscape"]
    H = np.einsum("ij,nj,kj->nik", f.rotation, f.spectrum, f.rotation)
    lam = np.linalg.eigvalsh(H)
    np.testing.assert_allclose(lam[:, -1], case["beta"], rtol=1e-12)
    np.testing.assert_allclose(lam[:, 0], case["mu"], rtol=1e-9)


def test_the_states_at_some_times_are_those_of_the_run():
    f, w = Quadratic(np.array([1.0, 0.3])), np.ones(2)
    run = [state.x for state in iterate(f, SAM(0.1), w, 0.4, 9)]
    found = [state.x for state in runs.at((9, 0, 4), f, SAM(0.1), w, 0.4)]
    np.testing.assert_array_equal(found, [run[0], run[4], run[9]])
    np.testing.assert_array_equal(runs.last(f, SAM(0.1), w, 0.4, 9).x, run[9])


def test_an_exponents_interval_is_that_of_its_worst_ends():
    early, late = Interval(8.0, 7.0, 9.0), Interval(2.0, 1.0, 3.0)
    found = exponent(early, late, 4.0)
    ends = np.log([2 / 8, 1 / 9, 3 / 7]) / np.log(4)
    np.testing.assert_allclose([found.value, found.low, found.high], ends, rtol=1e-14)
    assert exponent(early, Interval(1.0, -1.0, 3.0), 4.0).low == -np.inf
