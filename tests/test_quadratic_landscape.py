"""The quadratic is w'Hw/2, rotated or not, one spectrum or many."""

import numpy as np
import pytest

from landscapes import load
from landscapes.components import Components
from landscapes.quadratic import Quadratic


def test_a_rotated_quadratic_is_the_diagonal_one_in_rotated_coordinates():
    lam = [3.0, 0.5, -1.0, -2.0]
    plain = load("quadratic", spectrum=lam)
    rotated = load("quadratic", spectrum=lam, rotate=5)
    Q = rotated.rotation
    np.testing.assert_allclose(Q.T @ Q, np.eye(4), rtol=0, atol=1e-14)
    assert np.abs(Q - np.diag(np.diag(Q))).max() > 0.1
    u = np.random.default_rng(0).normal(size=(6, 4))
    w = np.einsum("ij,nj->ni", Q, u)
    np.testing.assert_allclose(rotated.value(w), plain.value(u), rtol=1e-12)
    for x in (w, Components(w.T)):
        g = rotated.gradient(x)
        g = np.stack(list(g), -1) if isinstance(g, Components) else g
        desired = np.einsum("ij,nj->ni", Q, plain.gradient(u))
        np.testing.assert_allclose(g, desired, rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(rotated.hessian(w[0])), np.sort(lam), rtol=1e-12
    )


def test_the_value_is_half_w_h_w():
    rng = np.random.default_rng(1)
    rotated = load("quadratic", spectrum=[2.0, -1.0, 0.3], rotate=9)
    H = rotated.rotation @ np.diag([2.0, -1.0, 0.3]) @ rotated.rotation.T
    for w in rng.normal(size=(5, 3)):
        assert rotated.value(w) == pytest.approx(w @ H @ w / 2, rel=1e-12)


def test_many_spectra_are_one_by_one():
    rng = np.random.default_rng(2)
    spectra, x = rng.normal(size=(5, 1, 3)), rng.normal(size=(5, 4, 3))
    together = Quadratic(spectra)
    for k in range(5):
        one = load("quadratic", spectrum=spectra[k, 0])
        np.testing.assert_array_equal(together.gradient(x)[k], one.gradient(x[k]))
        np.testing.assert_array_equal(together.value(x)[k], one.value(x[k]))


def test_a_seed_is_a_rotation():
    first, again, other = (
        load("quadratic", spectrum=[1.0, 2.0], rotate=seed).rotation
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


@pytest.mark.parametrize("spectrum", [[], [np.nan, 1.0], [np.inf]])
def test_a_wrong_spectrum_is_refused(spectrum):
    with pytest.raises(ValueError, match="`quadratic` takes finite eigenvalues"):
        load("quadratic", spectrum=spectrum)
