"""What the methods keep: rotations, translations, scales, lengths, rest points."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landscapes import load
from landscapes import names as landscapes
from landscapes.quadratic import Quadratic
from landscapes.sample import Sample
from tests import reference
from tests.checks import without_radius
from tests.test_methods_one_step import KNOWN, SPECS
from theory.methods import make

# Eigenvalues away from -1/rho, where USAM's direction cancels to nothing.
curvatures = st.lists(
    st.floats(0.1, 5).flatmap(lambda size: st.sampled_from([size, -size / 16])),
    min_size=1,
    max_size=6,
)
loaded = cache(load)  # each landscape's critical points are found once
seeds = st.integers(0, 2**20)
radii = st.floats(0, 3)


def problem(spectrum, seed):
    rng = np.random.default_rng(seed)
    H, Q = reference.rotated(rng, np.array(spectrum))
    return H, Q, rng.normal(size=len(spectrum))


def direction(spec, rho, gradient, x):
    method = make(spec, rho=rho)
    return method.direction(x, method.init(x), gradient)[0]


@pytest.mark.parametrize("spec", [s for s in KNOWN if "linf" not in s])
@given(curvatures, seeds, radii)
def test_the_method_turns_with_the_landscape(spec, spectrum, seed, rho):
    H, Q, x = problem(spectrum, seed)
    turned = direction(spec, rho, lambda y: Q @ H @ Q.T @ y, Q @ x)
    np.testing.assert_allclose(
        turned, Q @ direction(spec, rho, lambda y: H @ y, x), rtol=0, atol=1e-11
    )


@pytest.mark.parametrize("spec", KNOWN)
@given(curvatures, seeds, radii)
def test_the_method_moves_with_the_landscape(spec, spectrum, seed, rho):
    H, _, x = problem(spectrum, seed)
    shift = np.arange(1.0, len(x) + 1)
    moved = direction(spec, rho, lambda y: H @ (y - shift), x + shift)
    here = direction(spec, rho, lambda y: H @ y, x)
    np.testing.assert_allclose(moved, here, rtol=0, atol=1e-10)


def ascent(spec, rho, gradient, x):
    """The perturbation: where the second gradient is taken, less x."""
    visited = []
    direction(spec, rho, lambda y: visited.append(y) or gradient(y), x)
    return visited[-1] - x


@given(curvatures, seeds, st.floats(0.01, 3), st.floats(1e-3, 1e3))
def test_scaling_the_loss_scales_only_unnormalised_ascent(spectrum, seed, rho, c):
    H, _, x = problem(spectrum, seed)
    for spec, factor in {"sam": 1, "ssam-n": 1, "usam": c, "ssam": c}.items():
        one = ascent(spec, rho, lambda y: H @ y, x)
        scaled = ascent(spec, rho, lambda y: c * (H @ y), x)
        np.testing.assert_allclose(scaled, factor * one, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("spec", [s for s in KNOWN if s.startswith(("ss", "stable:"))])
@given(curvatures, seeds, radii)
def test_a_stable_direction_has_the_length_of_the_gradient(spec, spectrum, seed, rho):
    H, _, x = problem(spectrum, seed)
    d = direction(spec, rho, lambda y: H @ y, x)
    assert reference.length(d) == pytest.approx(reference.length(H @ x), rel=1e-12)


@pytest.mark.parametrize("inner", ["sam", "usam"])
@given(curvatures, seeds, radii)
def test_a_cap_only_shortens(inner, spectrum, seed, rho):
    H, _, x = problem(spectrum, seed)
    free = reference.length(direction(inner, rho, lambda y: H @ y, x))
    capped = reference.length(direction(f"stable@1:{inner}", rho, lambda y: H @ y, x))
    expected = min(free, reference.length(H @ x))
    assert capped == pytest.approx(expected, rel=1e-12)


@given(curvatures, seeds, radii)
def test_usam_is_sam_where_the_gradient_has_length_one(spectrum, seed, rho):
    H, _, x = problem(spectrum, seed)
    x = x / reference.length(H @ x)
    np.testing.assert_allclose(
        direction("usam", rho, lambda y: H @ y, x),
        direction("sam", rho, lambda y: H @ y, x),
        rtol=0,
        atol=1e-12,
    )


@pytest.mark.parametrize("c", [2.0, 0.5, -0.5, -4.0])
@pytest.mark.parametrize("rho", [0.0, 0.3, 1.0, 3.0])
def test_on_a_sphere_stable_is_the_gradient_up_to_its_sign(c, rho):
    landscape, x = Quadratic(np.array([c, c, c])), np.array([0.3, -0.4, 1.2])
    g, size = c * x, 1.3 * abs(c)
    for spec, factor in {"ssam": 1 + c * rho, "ssam-n": 1 + c * rho / size}.items():
        d = direction(spec, rho, landscape.gradient, x)
        np.testing.assert_allclose(d, np.sign(factor) * g, rtol=1e-12)


# AdaSAM's first step has its full length, however small a gradient is.
@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec != "adasam"])
@pytest.mark.parametrize("name", landscapes())
def test_a_critical_point_stays(spec, name):
    landscape = loaded(name)
    for critical in landscape.critical_points:
        g = landscape.gradient(critical.point)
        d = direction(spec, 1e-3, Sample(landscape), critical.point)
        assert np.isfinite(d).all()
        # Located to rounding: then only SAM's unit step is seen, rho |H|, and a
        # corner of its cube lies sqrt(d) times as far, ASAM's ball as far as the point.
        size = np.abs(critical.eigenvalues).max()
        size *= np.sqrt(landscape.dim) if "linf" in spec else 1
        size *= max(1, np.abs(critical.point).max() + 0.01) if "asam" in spec else 1
        assert reference.length(d) <= (1.1e-3 * size + 1e-8 if g.any() else 0)


@pytest.mark.parametrize("spec", [s for s in SPECS if without_radius(s)])
@pytest.mark.parametrize("name", landscapes())
def test_no_radius_is_gradient_descent_on_every_landscape(spec, name):
    landscape = loaded(name)
    x = np.array(landscape.start) + 0.1
    d = direction(spec, 0.0, Sample(landscape), x)
    np.testing.assert_array_equal(d, landscape.gradient(x))
