"""Limit points that no landscape lists: floors, degenerate points, points far out."""

import numpy as np
import pytest
import sympy

from landscapes import load
from landscapes.analytic import Analytic
from landscapes.ssam_cycle import ssam_cycle
from tests.test_verdict import cosine, verdict
from theory import simulate
from theory.decide import decide
from theory.methods import make
from theory.runs import at
from theory.verdict import Verdict, classify

X, Y = sympy.symbols("x y", real=True)


def surface(expression, start=(1.0, 1.0), points=None):
    box = ((-2, 2), (-2, 2))
    return Analytic("own", (X, Y), expression, start, box, declared_points=points)


@pytest.mark.parametrize("spec", ["gd", "usam", "ssam"])
def test_a_run_converges_to_the_ring(spec):
    starts = np.random.default_rng(1).uniform(-1.4, 1.4, (40, 2))
    run, result = verdict(load("ring"), spec, 0.2, 0.1, starts, 2000)
    assert (result.codes == Verdict.CONVERGED).all()
    assert (result.nearest == -1).all() and (result.period == 0).all()
    np.testing.assert_allclose(np.hypot(*run.x.T), 1, atol=1e-8)


def test_gradient_descent_at_rest_on_the_maximum_of_the_ring_has_stalled():
    _, result = verdict(load("ring"), "gd", 0.2, 0, [[0, 0], [1, 0], [0.6, 0.8]], 500)
    both = [Verdict.STALLED, Verdict.CONVERGED, Verdict.CONVERGED]
    assert list(result.codes) == both and list(result.nearest) == [0, -1, -1]


def test_an_unlisted_maximum_is_no_minimum():
    hill = surface((X**2 + Y**2 - 1) ** 2, points=())
    run, result = verdict(hill, "gd", 0.01, 0, [[0.0, 0.0], [1.0, 0.0]], 500)
    assert list(result.codes) == [Verdict.STALLED, Verdict.CONVERGED]


def test_what_leaves_an_unlisted_saddle_has_not_stalled():
    saddle = surface(X**2 - Y**2, points=())
    starts = [[1e-9, 1e-10], [1e-9, 0.0], [0.0, 1e-10]]
    _, result = verdict(saddle, "gd", 1e-3, 0, starts, 300)
    assert list(result.codes) == [Verdict.UNDECIDED, Verdict.STALLED, Verdict.UNDECIDED]


def test_gradient_descent_converges_to_the_axes_of_the_valley():
    run, result = verdict(load("valley"), "gd", 0.3, 0, [[2.0, 0.1], [0.1, 2.0]], 3000)
    assert (result.codes == Verdict.CONVERGED).all() and (result.nearest == -1).all()
    np.testing.assert_allclose(run.x.min(axis=1), 0, atol=1e-8)
    assert (run.x.max(axis=1) > 1.8).all()


def test_a_listed_point_of_a_floor_keeps_its_name():
    run, result = verdict(load("valley"), "gd", 0.3, 0, [[1.0, 0.0], [1.1, 0.0]], 200)
    assert (result.codes == Verdict.CONVERGED).all()
    assert list(result.nearest) == [0, -1]


@pytest.mark.parametrize("eta", [0.1, 0.4, 0.8])
def test_sam_bounces_across_the_ring_by_its_cycle(eta):
    rho = 0.01
    run, result = verdict(load("ring"), "sam", eta, rho, [0.7, 0.2], 3000)
    assert result.codes == Verdict.BAND and result.nearest == -1
    radius = np.hypot(*run.window.T)  # period 2, along the radius
    np.testing.assert_allclose(radius[2:], radius[:-2], atol=1e-7)
    # T5 with the ring's curvature 2; the next order is the square of it.
    expected = eta * rho * 2 / (2 - eta * 2)
    assert np.ptp(radius) / 2 == pytest.approx(expected, rel=0.05)


def test_sam_drifts_along_the_valley_inside_its_band():
    run, result = verdict(load("valley"), "sam", 0.2, 0.1, [0.1, 2.0], 600)
    assert result.codes == Verdict.BAND
    # L18: y falls by the share eta rho^2 a step; the loss stays at the band's.
    drift = run.window[-1, 1] / run.window[0, 1]
    assert drift == pytest.approx((1 - 0.2 * 0.01) ** 63, rel=0.02)
    lam = run.window[0, 1] ** 2
    assert np.abs(run.window[..., 0]).max() <= 1.5 * 0.1 * 0.2 * lam / (2 - 0.2 * lam)


def test_sam_settles_at_a_minimum_outside_the_box():
    _, result = verdict(cosine(), "sam", 0.3, 0.05, [5 * np.pi + 0.3], 2000)
    assert result.codes == Verdict.BAND and result.nearest == -1
    _, result = verdict(cosine(), "gd", 0.3, 0, [5 * np.pi + 0.3], 2000)
    assert result.codes == Verdict.CONVERGED and result.nearest == -1


def test_ssam_n_passes_through_the_band_to_the_point():
    starts = np.random.default_rng(0).uniform(-2, 2, (60, 4))
    for steps in (128, 256, 512, 8192):
        grid = (load("vector_factorisation"), "ssam-n", 0.1, 0.02, starts)
        _, result = verdict(*grid, steps)
        assert Verdict.BAND not in result.codes
    # One is slow: curvatures .18 and 7.8, and a step no longer than the gradient.
    assert (result.codes == Verdict.CONVERGED).sum() == 59


def test_sam_stalls_in_the_band_of_an_unlisted_saddle_below_its_threshold():
    # T7 on diag(2, -1): eta 1/3.
    saddle = surface(X**2 - Y**2 / 2, points=())
    grid = (saddle, "sam", [0.3, 0.34, 0.4], 0.1, [[0.011, 0.013]])
    _, result = verdict(*grid, 5000, radius=10.0)
    expected = [Verdict.STALLED, Verdict.ESCAPED, Verdict.ESCAPED]
    assert list(result.codes) == expected and (result.nearest == -1).all()
    grid = (saddle, "sam", 1.001 / 3, 0.1, [0.03, 1e-6])
    for steps in (128, 200, 1000):
        assert verdict(*grid, steps, radius=10.0)[1].codes == Verdict.UNDECIDED


def test_a_slow_orbit_wider_than_the_band_is_none():
    run = simulate.batch(load("ring"), make("sam"), 0.4, 0.01, [0.9, 0.0], 3000)
    width = 1.5 * 0.4 * 0.01 * 2
    for share, code in ((0.7, Verdict.BAND), (3, Verdict.CYCLING)):
        swing = share * width * np.sin(np.arange(64) * np.pi / 8)
        run.window[...] = np.stack([1 + swing, 0 * swing], axis=1)
        result = classify(run, load("ring"))
        assert result.codes == code
    assert result.period == 16


def test_a_cycle_on_a_slope_is_no_band():
    # T15: to and fro between (+-.4, 0), where the slope is .5. The cycle repels.
    landscape = ssam_cycle()
    for steps in (64, 100):
        _, result = verdict(landscape, "ssam", 1.6, 3.0, [0.4, 0.0], steps)
        assert result.codes == Verdict.CYCLING and result.period == 2


def test_sam_across_a_sloping_floor_is_in_no_band():
    # Across, f = x^2; along, it falls for ever: every window's mean lies on a slope.
    for tilt in (1e-2, 1e-4, 1e-6):
        slope = surface(X**2 + tilt * Y, points=())
        _, result = verdict(slope, "sam", 0.3, 0.1, [0.2, 0.0], 2000)
        assert result.codes != Verdict.BAND
    # A kink's cycle, far from any critical point: f = sqrt(1 + x^2) is steep outside.
    steep = surface(sympy.sqrt(1 + X**2) + Y**2, points=())
    run, result = verdict(steep, "gd", 3.0, 0, [3.0, 0.0], 3000)
    assert result.codes == Verdict.CYCLING and result.period == 2
    assert run.g_norm.min() > 0.5


def test_the_monkey_saddle_is_no_minimum():
    # From the last one f falls, and the run grows: x' = 3 y^2 eta.
    starts = [[0.0, 0.0], [1e-6, 0.0], [0.0, 1e-7]]
    expected = [Verdict.STALLED, Verdict.STALLED, Verdict.UNDECIDED]
    unlisted = surface(X**3 - 3 * X * Y**2, points=())
    for landscape, place in ((load("monkey_saddle"), 0), (unlisted, -1)):
        _, result = verdict(landscape, "gd", 0.01, 0, starts, 500)
        assert list(result.codes) == expected and (result.nearest == place).all()
    assert not load("monkey_saddle").minima


def test_a_quartic_minimum_is_reached_only_when_the_gradient_has_vanished():
    # 1/x^2 grows by 2 a step: from x^3 = 1.06e-8 to 1e-8 in 4500 steps.
    quartic = surface(X**4 / 4 + Y**2 / 2, points=((0, 0),))
    assert quartic.minima == quartic.critical_points and not quartic.saddles
    for steps, code in ((4000, Verdict.UNDECIDED), (5000, Verdict.CONVERGED)):
        run, result = verdict(quartic, "gd", 1.0, 0, [2.2e-3, 0.0], steps)
        assert result.codes == code and result.nearest == 0
        assert run.x[0] == pytest.approx((2.2e-3**-2 + 2 * steps) ** -0.5, rel=1e-4)


@pytest.mark.parametrize("name", ["half_line", "flat_ball"])
@pytest.mark.parametrize("spec", ["gd", "sam", "ssam", "ssam-n"])
def test_flat_minima_are_minima(name, spec):
    landscape = load(name)
    starts = np.random.default_rng(2).uniform(-2, 2, (20, landscape.dim))
    run, result = verdict(landscape, spec, 0.5, 0.1, starts, 300)
    assert (result.codes == Verdict.CONVERGED).all() and (result.nearest == -1).all()
    assert landscape.value(run.x).max() < 1e-15


def test_rounding_at_a_limit_point_is_no_cycle():
    run = simulate.batch(load("ring"), make("gd"), 0.7, 0, [0.3, 0.4], 3000)
    noise = np.where(np.arange(64) % 2, 1e-16, -1e-16)[:, None]
    run.window[...] = run.window[-1] + noise * run.window[-1]
    assert classify(run, load("ring")).codes == Verdict.CONVERGED
    run.g_norm[...] = run.d_norm[...] = 1e-3  # nor where the gradient did not vanish
    assert classify(run, load("ring")).codes == Verdict.UNDECIDED


def test_sam_hallucinates_far_from_every_listed_point():
    far = cosine()
    run, result = verdict(far, "sam", 0.1, 4.0, [1.0 + 20 * np.pi], 3000)
    assert result.codes == Verdict.HALLUCINATED
    assert run.x[0] == pytest.approx(20 * np.pi + 4 - np.pi, abs=1e-9)
    plane = surface(sympy.cos(X) + Y**2 / 2, points=())
    run, result = verdict(plane, "sam", 0.1, 4.0, [1.0, 0.0], 3000)
    assert result.codes == Verdict.HALLUCINATED
    np.testing.assert_allclose(run.x, [4 - np.pi, 0], atol=1e-9)


@pytest.mark.parametrize("dim, code", [(5, Verdict.CONVERGED), (129, 0)])
def test_of_many_dimensions_no_hessian_is_read(dim, code):
    landscape = load("flat_ball", dim=dim)
    _, result = verdict(landscape, "gd", 0.5, 0, np.ones(dim), 200)
    assert result.codes == code


def test_a_renormalised_run_that_passes_a_minimum_is_in_no_band():
    # Its direction is as long as its gradient: the radius alone keeps it nowhere.
    case = load("six_hump_camel"), make("ssam-n"), 0.00627207, 0.47216
    x = np.array([[2.14823, 1.31519]])
    end = decide(*case, x, 4096)
    assert end.verdict == Verdict.STALLED
    (last,) = at((4096,), case[0], make("ssam-n", rho=0.47216), x, 0.00627207)
    saddle = case[0].critical_points[int(end.place[0])]
    assert saddle.index > 0 and np.abs(last.x - saddle.point).max() < 1e-6


def test_a_cycle_about_an_unlisted_minimum_is_no_stall_at_a_listed_maximum():
    # Beside GD's edge a band without a limit would hold everything.
    found = decide(load("cosine"), make("sam"), 1.9319, 1.1462, [12.0822], 1024)
    assert found.verdict != Verdict.STALLED
