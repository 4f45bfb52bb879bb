"""A batch is each of its runs alone, stopped at its first exit."""

import numpy as np
import pytest

from landscapes import load
from landscapes.quadratic import Quadratic
from tests import reference
from theory import blocked, simulate
from theory.base import HeavyBall
from theory.methods import make, names

RNG = np.random.default_rng(4)
H, Q = reference.rotated(RNG, [2.0, 0.7, -0.9])
LANDSCAPE = Quadratic(np.array([2.0, 0.7, -0.9]), Q)
ETA, RHO = np.array([0.02, 0.3, 0.8])[:, None, None], np.array([0.0, 0.1, 1.5])[:, None]
STARTS = RNG.normal(size=(4, 3))


def walk(spec, eta, rho, w, steps, momentum=0.0):
    """The points of one run, by the reference alone."""
    points, v = [w], np.zeros_like(w)
    for _ in range(steps):
        with np.errstate(all="ignore"):
            v = momentum * v + reference.oracle(spec)(H, points[-1], rho)
            points.append(points[-1] - eta * v)
    return np.array(points)


def cells(array, lead=0):
    """An array of the batch over the whole grid: GD has no axis of radii."""
    shape = (*array.shape[:lead], 3, 3, 4)
    trailing = array.shape[lead + 3 :]
    return np.broadcast_to(array, (*shape, *trailing))


def runs():
    for i, eta in enumerate(ETA.flat):
        for j, rho in enumerate(RHO.flat):
            for k, w in enumerate(STARTS):
                yield (i, j, k), eta, rho, w


@pytest.mark.parametrize("momentum", [0.0, 0.6])
@pytest.mark.parametrize("spec", [n for n in names() if reference.oracle(n)])
def test_a_batch_is_a_plain_loop(spec, momentum):
    base = HeavyBall(momentum) if momentum else simulate.gradient_descent
    run = simulate.batch(
        LANDSCAPE, make(spec), ETA, RHO, STARTS, 12, window=8, base=base, radius=1e30
    )
    assert run.engine == "numpy"
    for cell, eta, rho, w in runs():
        points = walk(spec, eta, rho, w, 12, momentum)
        scale = np.abs(points).max()
        # A dozen steps, each of which may enlarge rounding by its own multiplier.
        close = {"rtol": 0, "atol": 1e-11 * scale}
        np.testing.assert_allclose(cells(run.x)[cell], points[12], **close)
        np.testing.assert_allclose(
            cells(run.window, 1)[:, *cell], points[4:12], **close
        )
        g = [reference.length(H @ p) for p in points[4:12]]
        np.testing.assert_allclose(cells(run.g_norm, 1)[:, *cell], g, **close)
    assert (run.steps == 12).all() and not run.left.any()


@pytest.mark.parametrize("spec", ["gd", "sam", "usam", "ssam", "ssam-n"])
def test_a_run_is_frozen_at_its_first_exit(spec):
    steps, radius, center = 150, 2.5, np.array([0.1, 0.0, -0.2])
    run = simulate.batch(
        LANDSCAPE,
        make(spec),
        ETA,
        RHO,
        STARTS,
        steps,
        window=10,
        center=center,
        radius=radius,
    )
    exits = set()
    for cell, eta, rho, w in runs():
        exit_ = reference.first_exit(walk(spec, eta, rho, w, steps), center, radius)
        assert cells(run.steps)[cell] == (steps if exit_ is None else exit_)
        assert cells(run.left)[cell] == (exit_ is not None)
        exits.add(exit_)
        if exit_ is not None and exit_ < steps - 10:
            last = cells(run.window, 1)[-1][cell]
            np.testing.assert_array_equal(last, cells(run.x)[cell])
    assert len(exits) > 3


def test_overflow_and_nan_finish_a_run():
    run = simulate.batch(
        load("rosenbrock"),
        make("sam"),
        10.0,
        0.1,
        [-1.2, 1.0],
        40,
        radius=1e150,
        window=8,
    )
    assert run.left and run.steps < 40
    nan = simulate.batch(
        load("rosenbrock"), make("sam"), 0.1, 0.1, [np.nan, 1.0], 40, window=8
    )
    assert nan.left and nan.steps == 0


@pytest.mark.parametrize("block, chunk", [(1, 50), (7, 3), (36, 1), (1000, 1000)])
def test_blocks_and_dropped_runs_change_nothing(monkeypatch, block, chunk):
    grid = (LANDSCAPE, make("ssam"), ETA, RHO, STARTS, 60)
    options = {"radius": 3.0, "window": 8, "base": HeavyBall(0.3)}
    whole = simulate.batch(*grid, **options)
    monkeypatch.setattr(blocked, "BLOCK", block)
    monkeypatch.setattr(blocked, "CHUNK", chunk)
    cut = simulate.batch(*grid, **options)
    for field in ("x", "steps", "left", "window", "g_norm", "d_norm"):
        np.testing.assert_array_equal(getattr(cut, field), getattr(whole, field))


@pytest.mark.parametrize("window", [0, 1, 30])
def test_the_window_changes_nothing_but_what_is_kept(window):
    grid = (LANDSCAPE, make("sam"), ETA, RHO, STARTS, 30)
    run = simulate.batch(*grid, window=window)
    np.testing.assert_array_equal(run.x, simulate.batch(*grid, window=8).x)
    assert run.window.shape == (window, 3, 3, 4, 3)


@pytest.mark.parametrize("kind", ["numpy", "torch"])
def test_iterate_yields_the_states_of_the_batch(kind):
    import torch

    w = STARTS[1] if kind == "numpy" else torch.from_numpy(STARTS[1])
    states = list(simulate.iterate(LANDSCAPE, make("ssam", rho=0.1), w, 0.3, 9))
    run = simulate.batch(LANDSCAPE, make("ssam"), 0.3, 0.1, STARTS[1], 9, window=9)
    assert len(states) == 10
    points = np.array([np.asarray(s.x) for s in states])
    np.testing.assert_allclose(points[:9], run.window, rtol=1e-11)
    np.testing.assert_allclose(points[9], run.x, rtol=1e-11)
    for state in states:
        np.testing.assert_allclose(np.asarray(state.g), H @ np.asarray(state.x), 1e-11)


def test_single_precision_is_kept():
    run = simulate.batch(
        LANDSCAPE, make("ssam"), ETA, RHO, STARTS, 8, window=8, dtype="float32"
    )
    assert run.x.dtype == run.window.dtype == np.float32
    double = simulate.batch(LANDSCAPE, make("ssam"), ETA, RHO, STARTS, 8, window=8)
    np.testing.assert_allclose(run.x, double.x, rtol=1e-3, atol=1e-4)
