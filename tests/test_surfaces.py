"""The surfaces with known minima: where they lie, how sharp, and what is flattest."""

import numpy as np
import pytest
import sympy
from scipy.optimize import minimize

from landscapes import load
from landscapes.sharp_valley import sharp_valley
from landscapes.two_sheets import two_sheet_losses
from landscapes.valley import valley
from theory import simulate
from theory.methods import make

SHEETS = load("two_sheets")


def rng():
    return np.random.default_rng(41)


def spectrum(landscape, point):
    return np.linalg.eigvalsh(landscape.hessian(np.array(point, dtype=float)))


def test_the_cosine_has_its_maxima_at_even_multiples_of_pi():
    points = sorted(load("cosine").critical_points, key=lambda c: c.point[0])
    assert len(points) == 9
    for k, c in zip(range(-4, 5), points, strict=True):
        assert c.point[0] == pytest.approx(k * np.pi)
        assert c.kind == ("minimum" if k % 2 else "maximum")
        assert abs(c.eigenvalues[0]) == pytest.approx(1)


def test_sam_hallucinates_on_the_cosine():
    # T11: rho - pi = .858407, where f' = -sin(.858407) = -.757.
    landscape = load("cosine")
    run = simulate.batch(landscape, make("sam"), 0.1, 4.0, landscape.start, 600)
    assert run.x[0] == pytest.approx(0.858407, abs=1e-6)
    assert landscape.gradient(run.x)[0] == pytest.approx(-0.757, abs=5e-4)


def test_the_ring_is_a_circle_of_minima_around_a_maximum():
    ring = load("ring")
    (centre,) = ring.critical_points
    assert centre.kind == "maximum" and not centre.point.any()
    np.testing.assert_allclose(centre.eigenvalues, [-1, -1], rtol=1e-14)
    for angle in rng().uniform(0, 2 * np.pi, 20):
        w = np.array([np.cos(angle), np.sin(angle)])
        assert ring.value(w) == pytest.approx(0, abs=1e-30)
        np.testing.assert_allclose(ring.gradient(w), 0, atol=1e-15)
        np.testing.assert_allclose(spectrum(ring, w), [0, 2], atol=1e-14)


LOSSES = {
    "default": (None, 1.0),
    "square": (lambda t: t**2, 2.0),
    "log-cosh": (lambda t: sympy.log(sympy.cosh(t)), 1.0),
}


@pytest.mark.parametrize("name", LOSSES)
def test_both_axes_are_minima_as_sharp_as_their_distance_squared(name):
    loss, curvature = LOSSES[name]
    surface = valley(loss) if loss else valley()
    for y in rng().uniform(-3, 3, 10):
        for point in ((0, y), (y, 0)):
            assert surface.value(np.array(point)) == 0
            np.testing.assert_array_equal(surface.gradient(np.array(point)), 0)
            desired = [0, curvature * y * y]
            np.testing.assert_allclose(spectrum(surface, point), desired, atol=1e-13)
    assert (surface.value(rng().uniform(0.1, 2, (50, 2))) > 0).all()
    assert not surface.saddles


def test_the_default_valley_is_pseudo_huber_of_the_product():
    x, y = rng().normal(size=(2, 30))
    desired = np.hypot(1, x * y) - 1
    actual = load("valley").value(np.stack([x, y], -1))
    np.testing.assert_allclose(actual, desired, rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    "lam, slope",
    [(lambda z: 1 + z**2, lambda z: 2 * z), (sympy.exp, np.exp)],
)
def test_the_sharp_valleys_floor_has_the_chosen_sharpness(lam, slope):
    surface = sharp_valley(lam)
    for z in rng().uniform(-2, 2, 10):
        floor = np.array([0, z])
        np.testing.assert_array_equal(surface.gradient(floor), 0)
        sharpness = float(lam(sympy.Float(z)))
        np.testing.assert_allclose(spectrum(surface, floor), [0, sharpness], rtol=1e-13)
        # Beside the floor the surface falls towards the flatter side.
        beside = surface.gradient(np.array([0.3, z]))
        np.testing.assert_allclose(beside, [0.3 * sharpness, 0.045 * slope(z)])
    assert not surface.saddles and surface.critical_points[0].kind == "degenerate"


def sheets(p):
    """F1 and F2 as they are read off the Hessian, half of its diagonal."""
    H = SHEETS.hessian(np.concatenate([p, np.zeros_like(p)], axis=-1))
    return H[..., 2, 2] / 2, H[..., 3, 3] / 2


def lowest(function):
    return minimize(lambda p: function(*sheets(p)), [0.1, 0.2], tol=1e-9)


def test_two_sheets_are_flattest_at_different_points():
    top, trace = lowest(lambda F1, F2: F1).x, lowest(np.add).x
    declared = [c.point for c in SHEETS.critical_points]
    np.testing.assert_allclose(declared, [[*top, 0, 0], [*trace, 0, 0]], atol=1e-6)
    assert np.linalg.norm(top - trace) > 0.4


def test_the_first_sheet_is_the_sharper_one_everywhere():
    first, second = sheets(rng().normal(0, 5, (500, 2)))
    assert (first > second).all() and (second > 0).all()
    assert lowest(np.subtract).fun == pytest.approx(1, abs=1e-9)


def test_the_plane_of_minima_has_twice_the_sheets_as_eigenvalues():
    for p in rng().uniform(-1, 2, (10, 2)):
        floor = np.array([*p, 0, 0])
        assert SHEETS.value(floor) == 0 and not SHEETS.gradient(floor).any()
        F1, F2 = 4 + (p[0] - 1) ** 2 + p[1] ** 2, 1 + (p[0] ** 2 + (p[1] - 1) ** 2) / 2
        desired = [0, 0, 2 * F2, 2 * F1]
        np.testing.assert_allclose(spectrum(SHEETS, floor), desired, atol=1e-13)
    assert not SHEETS.saddles


def test_the_two_losses_have_the_surface_as_their_mean():
    x = rng().normal(size=(20, 4))
    for what in ("value", "gradient", "hessian"):
        parts = [getattr(part, what)(x) for part in two_sheet_losses()]
        np.testing.assert_allclose(sum(parts) / 2, getattr(SHEETS, what)(x), rtol=1e-13)
    for part, blind in zip(two_sheet_losses(), (3, 2), strict=True):
        np.testing.assert_array_equal(part.gradient(x)[:, blind], 0)
