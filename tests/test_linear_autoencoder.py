"""The linear autoencoder is a loss on real images, and its origin a strict saddle."""

import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator, eigsh
from sklearn.datasets import load_digits

from landscapes import load
from landscapes.data import digits


def images():
    """The digits, centred, without the pixels that never vary."""
    raw = load_digits().images.reshape(-1, 64) / 16
    varying = [j for j in range(64) if len(set(raw[:, j])) > 1]
    return raw[:, varying] - raw[:, varying].mean(axis=0)


def test_there_are_1797_images_of_61_pixels():
    assert digits().shape == images().shape == (1797, 61)
    np.testing.assert_allclose(digits(), images(), rtol=0, atol=1e-15)


@pytest.mark.parametrize("width", [1, 2])
def test_the_value_is_the_mean_reconstruction_error(width):
    landscape, X = load("linear_autoencoder", width=width), images()
    for seed in range(3):
        w = np.random.default_rng(seed).normal(size=landscape.dim)
        encoder, decoder = w.reshape(2, width, 61)
        rebuilt = (X @ encoder.T) @ decoder
        desired = ((X - rebuilt) ** 2).sum(axis=1).mean() / 2
        assert landscape.value(w) == pytest.approx(desired, rel=1e-11)


@pytest.mark.parametrize("width", [1, 2])
def test_the_origins_spectrum_is_that_of_the_data_with_both_signs(width):
    landscape, X = load("linear_autoencoder", width=width), images()
    origin = np.zeros(landscape.dim)
    operator = LinearOperator(
        (landscape.dim,) * 2, lambda v: landscape.hvp(origin, v.ravel()), dtype=float
    )
    start = np.random.default_rng(3).normal(size=landscape.dim)
    found = eigsh(operator, k=40, which="BE", v0=start, return_eigenvectors=False)
    variances = np.sort(np.linalg.svd(X, compute_uv=False) ** 2 / len(X))[::-1]
    top = np.repeat(variances, width)[:20]
    desired = np.sort(np.concatenate([-top, top]))
    np.testing.assert_allclose(np.sort(found), desired, rtol=1e-9)
    (critical,) = landscape.critical_points
    whole = np.sort(np.concatenate([s * np.repeat(variances, width) for s in (-1, 1)]))
    np.testing.assert_allclose(critical.eigenvalues, whole, rtol=0, atol=1e-12)
    assert critical.kind == "saddle" and critical.index == 61 * width


@pytest.mark.parametrize("width", [0, -1, 1.5])
def test_a_wrong_width_is_refused(width):
    with pytest.raises(ValueError, match="integer width >= 1"):
        load("linear_autoencoder", width=width)
