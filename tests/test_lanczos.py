"""Lanczos' method and the spectra it gives, against dense solvers and SciPy's."""

import numpy as np
import pytest
import torch
from scipy.sparse.linalg import LinearOperator, eigsh

from landscapes import models
from landscapes.network import Network
from theory import lanczos as module
from theory.lanczos import lanczos, quadrature
from theory.spectrum import Spectrum, estimated, exact

P = 80


def matrices():
    """Rotated: spread, outliers with a bulk, degenerate, of low rank."""
    rng = np.random.default_rng(0)
    spectra = [
        np.linspace(-1, 2, P),
        np.r_[10.0, 7.0, 5.0, np.linspace(-0.1, 0.1, P - 3)],
        np.r_[np.full(4, 3.0), np.zeros(P - 4)],
        np.geomspace(1e-6, 1, P),
    ]
    rotations = [np.linalg.qr(rng.normal(size=(P, P)))[0] for _ in spectra]
    return np.stack([Q * s @ Q.T for Q, s in zip(rotations, spectra, strict=True)])


def started(H, m=3, seed=0):
    random = torch.Generator().manual_seed(seed)
    return torch.randn(
        len(H), m, H.shape[-1], generator=random, dtype=torch.float64
    )  # fmt: skip


def product(H):
    return lambda v: v @ torch.as_tensor(H)


def reaches_all_eigenvalues():
    H = matrices()
    found = lanczos(product(H), started(H), P)
    values, _ = found.ritz()
    want = np.linalg.eigvalsh(H)[:, None].repeat(3, 1)
    np.testing.assert_allclose(values, want, atol=1e-11)
    return found


def test_as_many_steps_as_rows_give_all_eigenvalues():
    found = reaches_all_eigenvalues()
    Q = found.basis.numpy()
    same = Q @ Q.swapaxes(-1, -2)
    np.testing.assert_allclose(same - np.eye(P), 0, atol=1e-12)


def test_without_orthogonalisation_there_are_copies(monkeypatch):
    def short(vector, basis):
        for _ in range(2):
            near = basis[..., -2:, :]
            along = (near @ vector[..., None])[..., 0]
            vector = vector - (along[..., None, :] @ near)[..., 0, :]
        return vector

    monkeypatch.setattr(module, "orthogonal", short)
    with pytest.raises(AssertionError):
        reaches_all_eigenvalues()


def test_steps_obey_the_recurrence():
    H, k = matrices(), 12
    found = lanczos(product(H[:2]), started(H[:2]), k)
    Q = found.basis.numpy()
    T = Q @ H[:2, None] @ Q.swapaxes(-1, -2)
    want = np.zeros_like(T)
    i = np.arange(k)
    want[..., i, i] = found.diagonal
    want[..., i[:-1], i[1:]] = want[..., i[1:], i[:-1]] = found.beside[..., :-1]
    np.testing.assert_allclose(T, want, atol=1e-12)
    rest = Q[..., -1, :] @ H[:2] - (T[..., -1:, :] @ Q)[..., 0, :]
    np.testing.assert_allclose(
        np.linalg.norm(rest, axis=-1), found.beside[..., -1], atol=1e-11
    )


@pytest.mark.parametrize("power", range(10))
def test_the_quadrature_is_exact_below_twice_its_nodes(power):
    H, v = matrices(), started(matrices())
    nodes, weights = quadrature(lanczos(product(H), v, 5))
    u = (v / v.norm(dim=-1, keepdim=True)).numpy()
    want = np.einsum("bmi,bij,bmj->bm", u, np.stack(
        [np.linalg.matrix_power(h, power) for h in H]), u)  # fmt: skip
    told = (weights * nodes**power).sum(-1).numpy()
    np.testing.assert_allclose(told, want, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(weights.sum(-1), 1, rtol=1e-12)


def test_a_spectrum_of_known_density_is_met():
    """Semicircle: weights up to x are its distribution function."""
    n, rng = 400, np.random.default_rng(1)
    A = rng.normal(size=(n, n))
    H = (A + A.T) / np.sqrt(8 * n)  # on [-1, 1]
    nodes, weights = quadrature(lanczos(product(H[None]), started(H[None], 30), 20))
    for x in (-0.6, 0.0, 0.5):
        share = float((weights * (nodes <= x)).sum(-1).mean())
        cdf = 0.5 + (x * np.sqrt(1 - x**2) + np.arcsin(x)) / np.pi
        assert abs(share - cdf) < 0.03  # 20 nodes: the steps are a twentieth


@pytest.mark.parametrize("steps", [0, P + 1])
def test_a_wrong_number_of_steps_is_refused(steps):
    with pytest.raises(ValueError, match=f"takes 1 to P = {P} steps, got {steps}"):
        lanczos(product(matrices()), started(matrices()), steps)


def net(loss="square"):
    rng = np.random.default_rng(0)
    X = torch.tensor(rng.normal(size=(30, 5)))
    y = torch.tensor(rng.integers(0, 3, 30))
    f = Network(models.make("mlp", (5,), 3, hidden=(16,)).double(), X, y, loss)
    return f, torch.stack([f.initial(seed) for seed in range(2)])


def dense(f, x):
    return np.stack(
        [torch.autograd.functional.hessian(f.value, row).numpy() for row in x]
    )


def test_exact_spectra_are_those_of_dense_hessians():
    f, x = net()
    lam = np.linalg.eigvalsh(dense(f, x))[:, ::-1]
    found = exact(f, x)
    np.testing.assert_allclose(found.values, lam, atol=1e-12)
    np.testing.assert_allclose(found.trace[0], lam.sum(-1))
    np.testing.assert_allclose(found.square[0], (lam**2).sum(-1))
    np.testing.assert_allclose(found.rank, lam.sum(-1) ** 2 / (lam**2).sum(-1))
    size = np.abs(lam)
    share = np.where(lam < 0, size, 0).sum(-1) / size.sum(-1)
    np.testing.assert_allclose(found.negative, share)
    levels = np.array([-0.01, 0.0, 0.1])
    want = [[(row > x).sum() for x in levels] for row in lam]
    np.testing.assert_array_equal(found.above(levels), want)
    np.testing.assert_array_equal(found.below(levels), f.dim - np.array(want))


@pytest.mark.parametrize("loss", ["square", "cross_entropy"])
def test_estimates_are_near_and_their_errors_honest(loss):
    f, x = net(loss)
    H = dense(f, x)
    told = estimated(f, x, outliers=4, search=40, probes=40, steps=15)
    for h, top in zip(H, told.values, strict=True):
        operator = LinearOperator(h.shape, matvec=lambda v, h=h: h @ v, dtype=float)
        want = np.sort(eigsh(operator, 4, which="LA")[0])[::-1]
        np.testing.assert_allclose(top, want, rtol=1e-6)
    for (value, error), want in (
        (told.trace, np.trace(H, axis1=1, axis2=2)),
        (told.square, (H**2).sum((1, 2))),
    ):
        assert (np.abs(value - want) <= 4 * error + 1e-9 * want).all()
        assert (error < 0.15 * want).all()  # of 40 probes


def test_the_mean_is_right_whatever_the_outliers_are():
    """Ritz pairs that have not converged take nothing away from trace and square."""
    f, x = net()
    H = dense(f, x[:1])[0]
    told = estimated(f, x[:1], outliers=3, search=3, probes=400, steps=4)
    assert told.residuals.max() > 0.01 * told.values.max()
    for (value, error), want in (
        (told.trace, np.trace(H)),
        (told.square, (H**2).sum()),
    ):
        assert abs(value[0] - want) <= 4 * error[0]


def test_a_spectrum_without_outliers_left_has_no_error():
    lam = np.array([[3.0, 1.0, -2.0]])
    none = np.zeros((1, 0, 1))
    told = Spectrum(3, lam, np.zeros_like(lam), none, none)
    assert told.trace == (2, 0) and told.least == -2 and told.largest == 3


def test_outliers_need_room():
    f, x = net()
    with pytest.raises(ValueError, match="needs 1 <= outliers <= search"):
        estimated(f, x, outliers=5, search=4)
