"""The largest Hessian eigenvalues: against dense matrices and SciPy's solvers."""

import numpy as np
import pytest
import torch
from scipy.sparse.linalg import LinearOperator, eigsh, lobpcg

from landscapes import models
from landscapes.network import Network
from theory import top_eigenvalues as module
from theory.top_eigenvalues import top_eigenvalues

P = 60


def net(dtype=torch.float64, samples=30):
    """A small network on random data, and three points."""
    rng = np.random.default_rng(0)
    X = torch.tensor(rng.normal(size=(samples, 5)), dtype=dtype)
    y = torch.tensor(rng.integers(0, 3, samples))
    shape = models.make("mlp", (5,), 3, hidden=(7,)).to(dtype)
    f = Network(shape, X, y, "square", engine="batched")
    return f, torch.stack([f.initial(seed) for seed in range(3)]).to(dtype)


def dense(f, x):
    """Hessians by torch's own double differentiation."""
    return [torch.autograd.functional.hessian(f.value, row).numpy() for row in x]


def matrices():
    """Symmetric matrices of known spectra, rotated: spread, degenerate, negative."""
    rng = np.random.default_rng(1)
    spectra = [
        np.linspace(-1, 2, P),
        np.r_[np.full(3, 5.0), np.linspace(-4, 1, P - 3)],
        -np.geomspace(1, 100, P),
        np.r_[3.0, 2.999, np.linspace(-50, 1, P - 2)],
        np.zeros(P),
    ]
    rotations = [np.linalg.qr(rng.normal(size=(P, P)))[0] for _ in spectra]
    return np.stack([Q * s @ Q.T for Q, s in zip(rotations, spectra, strict=True)])


def product(matrices):
    """The Hessian-vector product of quadratics, whose number stands in x's first."""
    H = torch.tensor(matrices)
    return lambda x, v: v @ H[x[:, 0, 0].long()]


def points(n):
    x = torch.zeros(n, P, dtype=torch.float64)
    x[:, 0] = torch.arange(n)
    return x


def matches_dense_matrices(k=2, most=2000):
    H = matrices()
    found = top_eigenvalues(product(H), points(len(H)), k, tol=1e-8, most=most)
    want = np.linalg.eigvalsh(H)[:, ::-1][:, :k]
    np.testing.assert_allclose(found.values, want, rtol=1e-8, atol=1e-12)
    assert (found.residuals <= 1e-8).all()
    v = found.vectors.numpy()
    np.testing.assert_allclose(v @ v.swapaxes(1, 2) - np.eye(k), 0, atol=1e-10)
    true = v @ H - found.values.numpy()[..., None] * v
    told = found.residuals.numpy() * np.abs(found.values.numpy())
    np.testing.assert_allclose(np.sqrt((true**2).sum(-1)), told, atol=1e-10)
    return found


@pytest.mark.parametrize("k", [1, 2, 4])
def test_eigenpairs_are_those_of_dense_matrices(k):
    matches_dense_matrices(k)


def test_without_orthogonalisation_they_are_wrong(monkeypatch):
    def scaled(vectors, basis):
        return vectors / vectors.norm(dim=-1, keepdim=True)

    monkeypatch.setattr(module, "orthonormal", scaled)
    with pytest.raises(AssertionError):
        matches_dense_matrices(most=200)


def test_eigenvalues_of_networks_are_those_of_dense_hessians():
    f, x = net()
    found = top_eigenvalues(f.hvp, x, 3, tol=1e-8)
    want = np.linalg.eigvalsh(dense(f, x))[:, :-4:-1]
    np.testing.assert_allclose(found.values, want, rtol=1e-10)


@pytest.mark.parametrize("solver", ["eigsh", "lobpcg"])
def test_eigenvalues_of_networks_are_those_of_scipy(solver):
    f, x = net()
    found = top_eigenvalues(f.hvp, x, 2, tol=1e-7)
    for row, values in zip(x, found.values, strict=True):
        H = LinearOperator(
            (f.dim, f.dim),
            matvec=lambda v, row=row: f.hvp(row, torch.tensor(v.ravel())).numpy(),
            matmat=lambda V, row=row: f.hvp(row, torch.tensor(V.T.copy())).numpy().T,
            dtype=float,
        )
        if solver == "eigsh":
            want = eigsh(H, 2, which="LA", tol=1e-10)[0][::-1]
        else:
            start = np.random.default_rng(0).normal(size=(f.dim, 3))
            want = lobpcg(H, start, tol=1e-6, maxiter=300, largest=True)[0][:2]
        np.testing.assert_allclose(values, want, rtol=1e-8)


def test_single_precision_gives_them_to_its_rounding():
    f, x = net(torch.float32)
    exact, y = net()
    found = top_eigenvalues(f.hvp, x, 2, tol=1e-4)
    want = np.linalg.eigvalsh(dense(exact, x.double()))[:, :-3:-1]
    assert found.values.dtype == torch.float32
    np.testing.assert_allclose(found.values, want, rtol=1e-5)


def test_a_warm_start_takes_fewer_products():
    f, x = net()
    first = top_eigenvalues(f.hvp, x, 2, tol=1e-3)
    near = x + 1e-3 * torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    cold = top_eigenvalues(f.hvp, near, 2, tol=1e-3)
    warm = top_eigenvalues(f.hvp, near, 2, first.block, tol=1e-3)
    np.testing.assert_allclose(warm.values, cold.values, rtol=1e-5)
    assert (warm.matvecs < cold.matvecs).all()
    again = top_eigenvalues(f.hvp, x, 2, first.block, tol=1e-3)
    assert (again.matvecs == 3).all()  # the start itself


def test_an_eigenvalue_that_overtakes_is_seen():
    rng = np.random.default_rng(3)
    Q = np.linalg.qr(rng.normal(size=(P, P)))[0]
    spectrum = np.linspace(0, 1, P)
    before, after = spectrum.copy(), spectrum.copy()
    after[-3] = 1.5  # third before
    H = np.stack([Q * before @ Q.T, Q * after @ Q.T])
    first = top_eigenvalues(product(H[:1]), points(1), 2, tol=1e-6, most=1000)
    then = top_eigenvalues(product(H[1:]), points(1), 2, first.block, tol=1e-6)
    np.testing.assert_allclose(then.values[0, 0], 1.5, rtol=1e-10)


def test_members_do_not_depend_on_each_other():
    f, x = net()
    together = top_eigenvalues(f.hvp, x, 2, tol=1e-9)
    for i in range(3):
        alone = top_eigenvalues(f.hvp, x[i : i + 1], 2, tol=1e-9)
        np.testing.assert_allclose(together.values[i], alone.values[0], rtol=1e-12)
        assert together.matvecs[i] == alone.matvecs[0]


def test_products_are_counted():
    H, counts = matrices(), np.zeros(5, dtype=int)
    plain = product(H)

    def counted(x, v):
        np.add.at(counts, x[:, 0, 0].long().numpy(), v.shape[1])
        return plain(x, v)

    found = top_eigenvalues(counted, points(5), 2, tol=1e-5, most=90)
    np.testing.assert_array_equal(found.matvecs, counts)


def test_what_was_not_reached_is_visible():
    found = top_eigenvalues(product(matrices()), points(5), 2, tol=1e-12, most=9)
    assert (found.residuals[:4].amax(-1) > 1e-12).all()
    assert (found.matvecs <= 9 + 2).all()


def test_a_hessian_that_is_not_finite_shows():
    H = matrices()[:2]
    H[1] = np.nan
    found = top_eigenvalues(product(H), points(2), 2, tol=1e-6, most=500)
    assert found.residuals[0].amax() <= 1e-6
    assert found.residuals[1].isnan().all()


@pytest.mark.parametrize("k", [0, 20])
def test_too_many_or_none_are_refused(k):
    with pytest.raises(ValueError, match=rf"k >= 1 and 3 \(k \+ 1\) .* got k={k}\."):
        top_eigenvalues(product(matrices()), points(1), k)
