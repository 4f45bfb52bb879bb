"""Runs decided on their way are those run from their start for every look."""

import numpy as np
import pytest

from landscapes import load, names
from landscapes.analytic import Analytic
from theory import decide as module
from theory import simulate
from theory.base import HeavyBall, gradient_descent
from theory.decide import FINAL, decide, horizons
from theory.glance import UNCLEAR, glance
from theory.methods import make
from theory.verdict import FAR, Verdict, classify

ANALYTIC = [name for name in names() if isinstance(load(name), Analytic)]
SPECS = ["gd", "sam", "usam", "ssam", "ssam-n"]
FIELDS = ("verdict", "place", "period", "steps")


def grid(name, spec, starts=4, seed=0):
    """Rates and radii from harmless to hopeless, starts all over the box."""
    landscape, method = load(name), make(spec)
    curvature = np.abs(landscape.hessian(np.array(landscape.start))).max()
    eta = np.geomspace(3e-2, 3, 4) / curvature
    unit = curvature if method.radius_unit == "rate" else 1.0
    rho = np.array([1e-3, 3e-2, 0.5]) / unit
    low, high = np.array(landscape.box).T
    x = np.random.default_rng(seed).uniform(low, high, (starts, landscape.dim))
    return landscape, method, eta[:, None, None], rho[:, None], x


def from_scratch(landscape, method, eta, rho, x, steps, **options):
    """Every look runs all that is open from its start, a step at a time."""
    shape = np.broadcast_shapes(eta.shape, rho.shape, x.shape[:-1])
    eta, rho = (np.broadcast_to(v, shape).reshape(-1) for v in (eta, rho))
    x = np.broadcast_to(x, (*shape, x.shape[-1])).reshape(-1, x.shape[-1])
    found = np.array([[0, -1, 0, horizons(steps)[-1]]] * len(x)).T
    rows, before = np.arange(len(x)), None
    for horizon in horizons(steps):
        run = simulate.batch(
            landscape,
            method,
            eta[rows],
            rho[rows],
            x[rows],
            horizon,
            radius=FAR,
            window=64,
            engine="numpy",
            **options,
        )
        seen = classify(run, landscape)
        with np.errstate(all="ignore"):
            f, f0 = landscape.value(run.x), landscape.value(x[rows])
            lower = run.left & np.isfinite(f) & (f < f0)
        codes = np.where(lower, Verdict.ESCAPED, seen.codes)
        what = np.array([codes, np.where(run.left, -1, seen.nearest), seen.period])
        sure = np.isin(codes, FINAL)
        if before is not None:
            sure |= (what == before).all(axis=0) & (codes != Verdict.UNDECIDED)
        taken = np.where(run.left, run.steps, horizon)
        found[:, rows[sure]] = np.array([*what, taken])[:, sure]
        rows, before = rows[~sure], what[:, ~sure]
        if not rows.size:
            break
    return found.reshape(4, *shape)


def assert_is(decision, found):
    for name, expected in zip(FIELDS, found, strict=True):
        np.testing.assert_array_equal(getattr(decision, name), expected, name)


@pytest.mark.parametrize("name", ANALYTIC)
def test_runs_continued_are_runs_from_scratch(name):
    for i, spec in enumerate(SPECS):
        case = grid(name, spec, starts=2, seed=i)
        assert_is(decide(*case, 320, engine="numpy"), from_scratch(*case, 320))


def test_what_still_nears_a_minimum_is_not_in_its_band():
    f, x = load("double_well_saddle"), np.random.default_rng(0).uniform(-2, 2, (16, 2))
    slow = decide(f, make("ssam-n"), 0.0125, 0.2, x, 4096).verdict
    assert (slow == Verdict.CONVERGED).all()
    assert (decide(f, make("sam"), 0.0125, 0.2, x, 4096).verdict == Verdict.BAND).all()


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("base", [gradient_descent, HeavyBall(0.6)])
def test_to_a_thousand_steps_and_with_momentum(spec, base):
    case = grid("double_well_saddle", spec)
    decision = decide(*case, 1000, base=base, engine="numpy")
    assert_is(decision, from_scratch(*case, 1000, base=base))
    assert len(np.unique(decision.verdict)) >= 2


def test_single_precision_too():
    case = grid("himmelblau", "sam")
    decision = decide(*case, 520, engine="numpy", dtype="float32")
    assert_is(decision, from_scratch(*case, 520, dtype="float32"))


@pytest.mark.parametrize("name", ANALYTIC)
def test_a_glance_says_what_a_look_at_all_states_says(monkeypatch, name):
    told, total = 0, 0

    def checked(watch, steps, eta, rho, landscape):
        nonlocal told, total
        codes, nearest = glance(watch, steps, eta, rho, landscape)
        told, total = told + (codes != UNCLEAR).sum(), total + codes.size
        return np.full_like(codes, UNCLEAR), nearest

    cases = [grid(name, spec, starts=2, seed=7) for spec in SPECS]
    with_it = [decide(*case, 256, engine="numpy") for case in cases]
    monkeypatch.setattr(module, "glance", checked)
    for case, short in zip(cases, with_it, strict=True):
        long = decide(*case, 256, engine="numpy")
        assert_is(short, [getattr(long, name) for name in FIELDS])
    # Least on the ring, whose minima no list holds.
    assert told > 0.1 * total


def assert_cut(case, steps, engine):
    """Any call of any part of the runs gives that part of the whole."""
    landscape, method, eta, rho, x = case
    shape = np.broadcast_shapes(eta.shape, rho.shape, x.shape[:-1])
    eta, rho = (np.broadcast_to(v, shape).reshape(-1) for v in (eta, rho))
    x = np.broadcast_to(x, (*shape, x.shape[-1])).reshape(-1, x.shape[-1])
    whole = decide(landscape, method, eta, rho, x, steps, engine=engine)
    edges = [0, 1, 4, 17, 18, 41, len(x)]
    parts = [
        decide(landscape, method, eta[a:b], rho[a:b], x[a:b], steps, engine=engine)
        for a, b in zip(edges, edges[1:], strict=False)
    ]
    together = [np.concatenate([getattr(p, k) for p in parts]) for k in FIELDS]
    assert_is(whole, together)


@pytest.mark.parametrize("name", ["beale", "cosine", "quadratic", "linear_autoencoder"])
def test_cutting_a_job_changes_nothing(monkeypatch, name):
    monkeypatch.setattr(module, "PIECE", 23)
    monkeypatch.setattr(module, "GLANCES", 5)
    monkeypatch.setattr(module, "FRAMES", 3)
    assert_cut(grid(name, "sam"), 256, "numpy")


def test_cutting_a_compiled_job_changes_nothing(compiler, monkeypatch):
    # Powers, a transcendental function and all kinds of ends; odd blocks.
    case = grid("log_cosh", "ssam-n", starts=6)
    # Two steps compile sooner than eight.
    monkeypatch.setattr(module, "EVERY", 2)
    monkeypatch.setattr(compiler, "UNROLL", 2)
    whole = decide(*case, 256, engine="compiled")
    monkeypatch.setattr(compiler, "BLOCK", 10)
    cut = decide(*case, 256, engine="compiled")
    assert_is(whole, [getattr(cut, name) for name in FIELDS])
    assert_cut(case, 256, "compiled")
    numpy = decide(*case, 256, engine="numpy")
    assert (whole.verdict == numpy.verdict).mean() > 0.97


def test_what_overflows_or_is_not_a_number_diverges():
    landscape = load("rosenbrock")
    x = np.array([[-1.2, 1.0], [np.nan, 1.0], [1e300, 0.0], [1.0, 1.0]])
    found = decide(landscape, make("sam"), 10.0, 0.0, x, 128)
    np.testing.assert_array_equal(found.verdict, [6, 6, 6, 1])
    assert found.steps[0] < 8 and not found.steps[1:3].any()


def test_a_run_that_leaves_downhill_escapes_even_where_eight_steps_overflow():
    found = decide(load("monkey_saddle"), make("gd"), 0.1, 0.0, [[-2.0, 0.0]], 128)
    assert found.verdict == Verdict.ESCAPED and found.steps < 20


@pytest.mark.parametrize(
    "steps, looks",
    [(128, [128]), (191, [128]), (192, [128, 192]), (1000, [128, 256, 512, 1000])],
)
def test_looks_double_and_their_windows_do_not_overlap(steps, looks):
    assert horizons(steps) == looks


def test_too_few_steps_are_refused():
    with pytest.raises(ValueError, match=">= 128 steps, got 100"):
        decide(load("beale"), make("sam"), 0.1, 0.1, [[1.0, 1.0]], 100)


def test_an_ascent_that_overflows_is_no_hallucinated_minimum():
    # The gradient at the ascent point is finite, but its square is not.
    f, x, ssam = load("beale"), np.array([2e3, 2e3]), make("ssam", rho=1.0)
    with np.errstate(over="ignore"):
        ahead = f.gradient(x + f.gradient(x))
        assert np.isfinite(ahead).all() and np.isinf(ahead @ ahead)
    assert decide(f, ssam, 1e-3, 1.0, x, 256).verdict == Verdict.DIVERGED
