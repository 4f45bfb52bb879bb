"""Each verdict is reached by a run known to end so; nothing is decided too early."""

from dataclasses import replace

import numpy as np
import pytest
import sympy

from landscapes import load
from landscapes.analytic import Analytic
from theory import simulate
from theory.methods import make
from theory.verdict import Verdict, classify


def cosine():
    w = sympy.Symbol("w", real=True)
    return Analytic("cosine", (w,), sympy.cos(w), (1.0,), ((-7, 7),))


def verdict(landscape, spec, eta, rho, x, steps, **options):
    """The run and its verdict."""
    run = simulate.batch(landscape, make(spec), eta, rho, x, steps, **options)
    return run, classify(run, landscape)


def test_gradient_descent_converges_to_the_point():
    landscape = load("himmelblau")
    _, result = verdict(landscape, "gd", 0.01, 0.0, [2.5, 2.5], 2000)
    assert result.codes == Verdict.CONVERGED
    nearest = landscape.critical_points[int(result.nearest)]
    np.testing.assert_allclose(nearest.point, [3, 2], atol=1e-9)


def test_sam_converges_to_the_band():
    run, result = verdict(load("himmelblau"), "sam", 0.01, 0.05, [2.5, 2.5], 5000)
    assert result.codes == Verdict.BAND
    assert run.g_norm[-1] > 0.1


def test_sam_stalls_below_the_threshold_and_leaves_above():
    options = {"radius": 10.0}
    grid = (load("quadratic"), "sam", [0.3, 0.4], 0.1, [0.011, 0.013], 5000)
    _, result = verdict(*grid, **options)
    assert list(result.codes) == [Verdict.STALLED, Verdict.ESCAPED]


def test_ssam_n_stalls_at_the_very_point():
    run, result = verdict(
        load("quadratic"), "ssam-n", 0.4, 0.1, [0.011, 0.013], 5000, radius=10.0
    )
    assert result.codes == Verdict.STALLED and run.g_norm[-1] < 1e-8


def test_sam_stalls_at_a_maximum():
    _, result = verdict(cosine(), "sam", 0.5, 0.5, [0.1], 5000)
    assert result.codes == Verdict.STALLED


def test_sam_hallucinates_a_minimiser_of_the_cosine():
    run, result = verdict(cosine(), "sam", 0.1, 4.0, [1.0], 3000)
    assert result.codes == Verdict.HALLUCINATED
    # The ascent point is the minimiser: w + rho u(-sin w) = w - 4 = -pi.
    assert run.x[0] == pytest.approx(4 - np.pi, abs=1e-9)
    assert run.x[0] == pytest.approx(0.858407, abs=1e-6)
    assert -np.sin(run.x[0]) == pytest.approx(-0.757, abs=1e-3)


def test_a_two_cycle_is_cycling_with_its_period_and_amplitude():
    # f = w^4/4 - w^2/2 around its minimum 1 (curvature 2) at eta 1.05 > 2/2.
    w = sympy.Symbol("w", real=True)
    well = Analytic("well", (w,), w**4 / 4 - w**2 / 2, (1.0,), ((-2, 2),))
    run, result = verdict(well, "gd", 1.05, 0.0, [0.9], 4000)
    assert result.codes == Verdict.CYCLING and result.period == 2
    low, high = np.sort(run.window[-2:, 0])
    for a, b in ((low, high), (high, low)):
        assert a - 1.05 * (a**3 - a) == pytest.approx(b, abs=1e-9)
    assert result.amplitude == pytest.approx((high - low) / 2, rel=1e-6)


def test_beyond_the_edge_a_quadratic_diverges():
    landscape = load("quadratic", spectrum=[1.0, 0.5])
    _, result = verdict(landscape, "gd", 2.5, 0.0, [1.0, 1.0], 2000)
    assert result.codes == Verdict.DIVERGED
    _, result = verdict(load("rosenbrock"), "gd", 1.0, 0.0, [-1.2, 1.0], 100)
    assert result.codes == Verdict.DIVERGED


def test_leaving_the_ball_is_an_escape():
    _, result = verdict(
        load("strict_saddle"), "gd", 0.1, 0.0, [0.1, 1e-6], 500, radius=1.0
    )
    assert result.codes == Verdict.ESCAPED


def test_a_run_stopped_on_its_way_is_undecided():
    _, result = verdict(load("rosenbrock"), "gd", 1e-4, 0.0, [-1.2, 1.0], 200)
    assert result.codes == Verdict.UNDECIDED


def test_a_time_limit_is_no_stall():
    # Above the threshold 1/3 SAM escapes; stopped before, it is only late.
    share = np.array([1.001, 1.01, 1.03, 1.1])
    grid = (load("quadratic"), "sam", share / 3, 0.1, [0.03, 1e-12])
    for steps in (100, 200, 400):
        _, early = verdict(*grid, steps, radius=10.0)
        late = early.codes[share < 1.05]
        assert (late == Verdict.UNDECIDED).all()
        assert np.isin(early.codes, (Verdict.UNDECIDED, Verdict.ESCAPED)).all()
    _, result = verdict(*grid, 120_000, radius=10.0)
    assert (result.codes == Verdict.ESCAPED).all()


@pytest.mark.parametrize("y", [1e-12, 1e-6, 1e-3, 0.01, 0.03])
def test_the_first_window_alone_is_no_stall(y):
    # While the bounce builds up the descending part shrinks; then it grows for good.
    grid = (load("quadratic"), "sam", 1.001 / 3, 0.1, [0.03, y])
    for steps in (64, 80, 128, 200, 1000):
        _, result = verdict(*grid, steps, radius=10.0)
        assert result.codes == Verdict.UNDECIDED


def test_a_time_limit_is_no_convergence():
    grid = (load("quadratic", spectrum=[1.0, 1e-2]), "gd", 0.5, 0.0, [1.0, 1.0])
    assert verdict(*grid, 500)[1].codes == Verdict.UNDECIDED
    assert verdict(*grid, 9000)[1].codes == Verdict.CONVERGED


def test_gradient_descent_near_a_saddle_is_not_stalled():
    grid = (load("strict_saddle"), "gd", 0.01, 0.0, [1e-9, 1e-14])
    _, result = verdict(*grid, 200)
    assert result.codes == Verdict.UNDECIDED


@pytest.mark.parametrize("window", [0, 1, 7])
def test_a_short_window_is_refused(window):
    landscape = load("quadratic")
    run = simulate.batch(landscape, make("gd"), 0.1, 0, [1.0, 1.0], 50, window=window)
    with pytest.raises(ValueError, match=f"window of >= 8 steps, got {window}"):
        classify(run, landscape)


def test_a_batch_of_verdicts_is_one_by_one():
    landscape = load("double_well_saddle")
    x = np.random.default_rng(0).uniform(-2, 2, (5, 2))
    eta = np.array([0.01, 0.3, 1.1])[:, None]
    run, together = verdict(landscape, "sam", eta, 0.1, x, 600)
    assert len(set(together.codes.flat)) > 1
    for i in range(3):
        for j in range(5):
            names = ("x", "steps", "left", "eta", "rho")
            wide = ("window", "g_norm", "d_norm")
            alone = replace(
                run,
                **{n: getattr(run, n)[i, j] for n in names},
                **{n: getattr(run, n)[:, i, j] for n in wide},
            )
            assert classify(alone, landscape).codes == together.codes[i, j]
