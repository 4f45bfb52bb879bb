"""Stochastic runs against closed forms; their draws, their bytes, their verdicts."""

import numpy as np
import pytest

from landscapes import load
from landscapes.finite_sum import FiniteSum
from landscapes.mean import Mean
from landscapes.quadratic import Quadratic
from landscapes.scalar_loss import loss
from theory import noisy_verdict
from theory.base import gradient_descent
from theory.decide import decide
from theory.methods import make
from theory.noise import common
from theory.noisy_problem import Problem
from theory.noisy_runs import Runs, rows
from theory.stochastic import decide_noisy, horizons
from theory.verdict import Verdict

LINE = Quadratic(np.array([1.0]))
SADDLE = Quadratic(np.array([2.0, -1.0]))


def interpolated():
    """One weight, samples of curvature 1 and 4 whose losses are least at 1."""
    return FiniteSum(np.array([[1.0], [2.0]]), np.array([1.0, 2.0]), loss("square"))


def flat(eta, seeds, rho, x):
    """Every eta with every seed, from one start."""
    eta, seed = (v.reshape(-1) for v in np.meshgrid(eta, np.arange(seeds)))
    return eta, np.full(eta.shape, rho), np.tile(x, (eta.size, 1)).astype(float), seed


def verdicts(landscape, spec, eta, rho, x, steps, seeds=8, **options):
    """Per eta the set of verdicts."""
    given = flat(np.atleast_1d(eta), seeds, rho, x)
    found = decide_noisy(landscape, make(spec), *given, steps, **options)
    return [set(found.verdict[given[0] == e].tolist()) for e in np.atleast_1d(eta)]


def show(landscape, spec, eta, rho, seeds, stop, noise=0.0, batch=0, start=0.0):
    """States along the second half of `stop` steps, `(seeds, LOOKS, d)`."""
    problem = Problem(
        landscape, make(spec), gradient_descent, noise, batch, np.arange(seeds)
    )
    x = np.full((seeds, landscape.dim), start)
    full = np.ones(seeds)
    return Runs.start(problem, eta * full, rho * full, x, np.arange(seeds)).until(stop)


@pytest.mark.parametrize(
    ("spec", "eta", "rho"), [("gd", 0.5, 0.0), ("usam", 0.5, 0.6), ("usam", 0.9, 1.0)]
)
def test_the_stationary_variance_is_that_of_the_linear_map(spec, eta, rho):
    # The noise enters ascent and descent alike: d = (1 + rho)(w + xi) on w^2/2.
    _, shown = show(LINE, spec, eta, rho, 200, 512, noise=0.3)
    k = 1 + rho
    variance = (eta * k * 0.3) ** 2 / (1 - (1 - eta * k) ** 2)
    # Means of 200 independent runs, each of more than 30 independent states.
    assert np.isclose((shown.x**2).mean(), variance, rtol=0.05)


def test_independent_noise_at_the_two_gradients_has_another_variance():
    # What the check above must tell apart: xi' in the descent, k^2 -> 1 + rho^2.
    rng, eta, rho = np.random.default_rng(0), 0.5, 0.6
    x = np.zeros(4000)
    for _ in range(100):
        first, second = 0.3 * rng.standard_normal((2, 4000))
        x = x - eta * (x + rho * (x + first) + second)
    mutant = (eta * 0.3) ** 2 * (1 + rho**2) / (1 - (1 - eta * (1 + rho)) ** 2)
    same = (eta * 0.3 * (1 + rho)) ** 2 / (1 - (1 - eta * (1 + rho)) ** 2)
    assert np.isclose((x**2).mean(), mutant, rtol=0.1)
    assert same > 1.5 * mutant


def test_the_largest_stable_learning_rate_under_noise_is_the_linear_one():
    low, band, high = 0.2, [1.6, 1.9], [2.02, 2.5]
    found = verdicts(LINE, "gd", [low, *band, *high], 0.0, [1.0], 8192, noise=0.1)
    assert found == [{Verdict.BAND}] * 3 + [{Verdict.DIVERGED}] * 2
    # T4: eta lam (1 + rho lam) < 2.
    found = verdicts(LINE, "usam", [1.2, 1.35], 0.5, [1.0], 8192, noise=0.1)
    assert found == [{Verdict.BAND}, {Verdict.DIVERGED}]


def test_gradient_descent_leaves_a_saddle_that_holds_usam():
    start, options = [0.01, 0.01], {"steps": 8192, "noise": 0.01, "seeds": 4}
    gone = verdicts(SADDLE, "gd", 0.15, 0.0, start, **options)
    assert gone == [{Verdict.ESCAPED}]
    # T6: the multiplier is inside 1 iff rho > 1/|lam|; below, noise drives it out.
    gone = verdicts(SADDLE, "usam", 0.15, 0.6, start, **options)
    assert gone == [{Verdict.ESCAPED}]
    held = verdicts(SADDLE, "usam", 0.15, 2.0, start, **options)
    assert held == [{Verdict.STALLED}]


def test_the_noise_of_an_interpolated_minimum_vanishes_there():
    # One sample of two: the log of |m| has mean ln(|1 - eta||1 - 4 eta|)/2, negative
    # iff eta < 5/4, so that almost every run converges beyond 10/17, where the mean
    # square does not.
    etas = [0.1, 0.4, 0.8, 1.15, 1.35]
    found = verdicts(interpolated(), "gd", etas, 0.0, [0.0], 4096, batch=1)
    assert found == [{Verdict.CONVERGED}] * 4 + [{Verdict.DIVERGED}]


def test_two_samples_that_disagree_have_a_band():
    # f_i = (w -+ 1)^2/2 by one sample: w+ = (1 - eta)w +- eta, variance eta/(2 - eta).
    f = FiniteSum(np.ones((2, 1)), np.array([1.0, -1.0]), loss("square"))
    _, shown = show(f, "gd", 0.4, 0.0, 100, 512, batch=1)
    assert np.isclose((shown.x**2).mean(), 0.4 / 1.6, rtol=0.05)
    found = verdicts(f, "gd", [0.2, 1.5], 0.0, [0.0], 4096, batch=1)
    assert found == [{Verdict.BAND}] * 2


def test_a_mean_of_landscapes_is_run_by_its_mini_batches():
    f = Mean((Quadratic(np.array([1.0, 2.0])), Quadratic(np.array([3.0, 1.0]))))
    found = verdicts(f, "sam", [0.1], 0.05, [1.0, 1.0], 2048, seeds=4, batch=1)
    assert found == [{Verdict.BAND}]


def test_sam_hallucinates_under_noise_where_it_does_without():
    cosine = load("cosine")
    alone = decide(cosine, make("sam"), [0.1], [4.0], [[1.0]], 4096)
    assert alone.verdict == Verdict.HALLUCINATED
    found = verdicts(cosine, "sam", 0.1, 4.0, [1.0], 4096, seeds=3, noise=0.01)
    assert found == [{Verdict.HALLUCINATED}]


def test_a_noisy_cycle_is_no_band_of_the_noise():
    well = load("double_well_saddle")
    eta = 2.1 / np.abs(well.critical_points[0].eigenvalues).max()
    start = well.critical_points[0].point + 0.01
    alone = decide(well, make("gd"), [eta], [0.0], [start], 4096)
    assert alone.verdict == Verdict.CYCLING
    found = verdicts(well, "gd", eta, 0.0, start, 8192, seeds=60, noise=0.001)
    assert found == [{Verdict.CYCLING}]


def test_hopping_between_two_minima_is_undecided():
    well = load("double_well_saddle")
    found = verdicts(well, "gd", 0.05, 0.0, [1.0, 0.0], 1024, seeds=4, noise=4.0)
    assert found == [{Verdict.UNDECIDED}]


@pytest.mark.parametrize("spec", ["gd", "sam", "ssam"])
def test_without_noise_it_is_the_deterministic_verdict(spec):
    f = load("himmelblau")
    eta, rho, x, seed = flat([0.005, 0.02, 0.1], 2, 0.05, [2.5, 2.5])
    expected = decide(f, make(spec), eta, rho, x, 512, engine="numpy")
    found = decide_noisy(f, make(spec), eta, rho, x, seed, 512)
    for name, value in vars(expected).items():
        assert np.array_equal(value, getattr(found, name))


@pytest.mark.parametrize("spec", ["gd", "sam"])
def test_noise_too_small_to_be_seen_changes_no_verdict(spec):
    f = load("himmelblau")
    eta, rho, x, seed = flat([0.005, 0.02, 0.1], 1, 0.05, [2.5, 2.5])
    expected = decide(f, make(spec), eta, rho, x, 2048, engine="numpy")
    found = decide_noisy(f, make(spec), eta, rho, x, seed, 2048, noise=1e-13)
    assert np.array_equal(found.verdict, expected.verdict)
    assert np.array_equal(found.place, expected.place)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("beale", {"noise": 0.1}),
        ("ridge_regression", {"batch": 4}),
        ("logistic_regression", {"batch": 3, "noise": 0.1}),
        ("ridge_regression", {"noise": 0.1}),
        ("deep_linear_net", {"noise": 0.1}),
    ],
)
def test_any_company_gives_the_same_bytes(name, options):
    f = load(name)
    rng = np.random.default_rng(0)
    N, stop = 40, 256
    seeds = rng.integers(3, size=N)
    problem = Problem(
        f,
        make("sam"),
        gradient_descent,
        *(options.get(k, 0) for k in ("noise", "batch")),
        np.arange(3),
    )
    given = rng.uniform(0.001, 0.01, (2, N)), rng.normal(size=(N, f.dim)) / 10, seeds

    def ends(chosen):
        (eta, rho), x, which = given
        runs = Runs.start(problem, eta[chosen], rho[chosen], x[chosen], which[chosen])
        runs, shown = runs.until(stop)
        return np.concatenate([shown.x.reshape(len(chosen), -1), runs.x], axis=1)

    together = ends(np.arange(N))
    order = rng.permutation(N)
    for part in (order[:1], order[1:3], order[3:14], order[14:]):
        assert np.array_equal(ends(part), together[part])


def test_the_verdicts_do_not_depend_on_the_parts():
    f = load("ridge_regression", rows=40)
    eta, rho, x, seed = flat(np.geomspace(0.01, 1, 5), 3, 0.1, np.zeros(f.dim))
    method = make("usam")

    def found(chosen):
        run = decide_noisy(
            f, method, *(v[chosen] for v in (eta, rho, x, seed)), 512, batch=8
        )
        return np.stack(list(vars(run).values()))

    whole = found(np.arange(15))
    for part in (np.arange(4), np.arange(4, 15), np.array([14])):
        assert np.array_equal(found(part), whole[:, part])


def test_draws_depend_on_seed_and_step_alone():
    draw = lambda rng, steps: rng.random((steps, 2))  # noqa: E731
    alone, more = common(draw, np.array([5]), 0), common(draw, np.array([2, 5]), 0)
    later = [alone(t)[0] for t in (200, 3)]
    assert np.array_equal(later, [more(t)[1] for t in (200, 3)])
    assert not np.array_equal(more(3)[0], more(3)[1])
    assert not np.array_equal(alone(3), alone(4))
    assert not np.array_equal(alone(3), common(draw, np.array([5]), 1)(3))


def test_rows_hold_one_seed_each_and_every_run():
    which = np.array([1, 0, 1, 1, 2, 1, 0])
    slots, lanes = rows(which)
    assert set(slots) == set(range(7))
    assert (np.ptp(which[slots].reshape(-1, lanes), axis=1) == 0).all()


def test_a_random_walk_has_not_settled_and_independent_numbers_have():
    rng = np.random.default_rng(0)
    steps = rng.standard_normal((2000, noisy_verdict.LOOKS))
    assert noisy_verdict.settled(steps).mean() > 0.99
    assert noisy_verdict.settled(steps.cumsum(axis=1)).mean() < 0.005
    trend = steps + np.linspace(0, 3, noisy_verdict.LOOKS)
    assert noisy_verdict.settled(trend).mean() < 0.1


def test_a_period_is_seen_through_noise():
    rng, t = np.random.default_rng(0), np.arange(noisy_verdict.TAIL)
    wave = np.stack([np.cos(2 * np.pi * t / p) for p in (2, 3, 5)])[..., None]
    noisy = wave + 0.01 * rng.standard_normal(wave.shape)
    assert list(noisy_verdict.period(noisy)) == [2, 3, 5]
    assert not noisy_verdict.period(rng.standard_normal((50, len(t), 2))).any()


def test_no_stretch_is_too_short():
    assert horizons(256) == [256]
    assert horizons(600) == [256, 600]
    assert horizons(1024) == [256, 512, 1024]
    assert horizons(1800) == [256, 512, 1024, 1800]
    for steps in range(256, 5000, 7):
        ends = horizons(steps)
        starts = [
            max(low, high // 2) for low, high in zip([0, *ends[:-1]], ends, strict=True)
        ]
        assert min(np.subtract(ends, starts)) >= noisy_verdict.LOOKS


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": np.array([-1])}, "seeds are whole numbers"),
        ({"seed": np.array([0.5])}, "seeds are whole numbers"),
        ({"steps": 100}, "needs >= 256 steps"),
        ({"eta": np.array([0.1, 0.2])}, r"eta, rho and seed are \(N,\)"),
        ({"eta": np.array([-0.1])}, "eta must be finite and > 0"),
        ({"noise": -1.0}, "noise must be finite and >= 0"),
        ({"noise": np.nan}, "noise must be finite and >= 0"),
        ({"batch": 1}, r"batch is in \[0, 0\], the samples of `quadratic`"),
    ],
)
def test_bad_input_is_refused_in_one_line(change, message):
    good = {
        "eta": np.array([0.1]),
        "rho": np.array([0.0]),
        "x": np.array([[1.0]]),
        "seed": np.array([0]),
        "steps": 256,
        "noise": 0.1,
    }
    with pytest.raises(ValueError, match=message):
        decide_noisy(LINE, make("gd"), **(good | change))


def test_a_cloud_that_visits_another_cell_is_about_no_point():
    points = load("double_well_saddle").critical_points
    here = next(k for k, c in enumerate(points) if c.kind == "minimum")
    there = next(c for c in points if c.kind == "saddle").point
    rng = np.random.default_rng(0)
    x = points[here].point + 0.05 * rng.standard_normal((2, noisy_verdict.LOOKS, 2))
    x[1, 50] = there
    assert list(noisy_verdict.centred(x, points, here)) == [True, False]
