"""Every landscape's gradient and Hessian are derivatives of its value."""

import numpy as np
import pytest

from landscapes import load, names

SURFACES = [*names()]


def points(landscape, count=6):
    """Random points of the box, `(count, d)`."""
    low, high = np.array(landscape.box, dtype=float).T
    return np.random.default_rng(7).uniform(low, high, (count, landscape.dim))


def directions(landscape, count=6):
    v = np.random.default_rng(8).normal(size=(count, landscape.dim))
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def slope(function, x, v, h=1e-3):
    """Central differences, extrapolated to fourth order."""
    fine, coarse = (
        (function(x + s * v) - function(x - s * v)) / (2 * s) for s in (h, 2 * h)
    )
    return (4 * fine - coarse) / 3


@pytest.mark.parametrize("name", SURFACES)
def test_the_gradient_is_the_slope_of_the_value(name):
    landscape = load(name)
    x, v = points(landscape), directions(landscape)
    along = (landscape.gradient(x) * v).sum(-1)
    scale = np.abs(landscape.value(x)).max() + np.abs(along).max()
    # Rounding of the value, 1e-16 / h, and the fourth-order remainder.
    desired = slope(landscape.value, x, v)
    np.testing.assert_allclose(along, desired, rtol=0, atol=1e-8 * scale)


@pytest.mark.parametrize("name", SURFACES)
def test_the_hessian_vector_product_is_the_slope_of_the_gradient(name):
    landscape = load(name)
    x, v = points(landscape), directions(landscape)
    desired = slope(landscape.gradient, x, v)
    scale = np.abs(landscape.gradient(x)).max() + np.abs(desired).max()
    np.testing.assert_allclose(landscape.hvp(x, v), desired, rtol=0, atol=1e-8 * scale)


@pytest.mark.parametrize("name", SURFACES)
def test_the_hessian_is_symmetric_and_multiplies_as_hvp(name):
    landscape = load(name)
    x, v = points(landscape), directions(landscape)
    H = landscape.hessian(x)
    scale = np.abs(H).max()
    np.testing.assert_allclose(H, H.swapaxes(-1, -2), rtol=0, atol=1e-12 * scale)
    np.testing.assert_allclose(
        np.einsum("nij,nj->ni", H, v), landscape.hvp(x, v), rtol=0, atol=1e-12 * scale
    )


@pytest.mark.parametrize("name", [n for n in SURFACES if "torch" in load(n).kinds])
def test_autograd_of_the_value_is_the_gradient(name):
    import torch

    landscape = load(name)
    x = torch.tensor(points(landscape), requires_grad=True)
    landscape.value(x).sum().backward()
    g = landscape.gradient(x.detach())
    scale = float(g.abs().max()) + float(landscape.value(x.detach()).abs().max())
    np.testing.assert_allclose(x.grad.numpy(), g.numpy(), rtol=0, atol=1e-12 * scale)
