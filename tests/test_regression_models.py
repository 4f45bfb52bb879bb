"""Models with samples or outputs: each against its definition, written out."""

import numpy as np
import pytest
import torch

from landscapes import load


def rng():
    return np.random.default_rng(47)


@pytest.mark.parametrize("sigma", [1, 4, 10])
def test_the_family_is_the_published_one(sigma):
    n = 10
    family = load("rank_one_family", n=n, sigma=sigma)
    H, m = np.zeros((n, n - sigma + 1, n - sigma + 1)), 2 * n / sigma
    for i in range(1, n + 1):
        j = 1 if i <= sigma else i - sigma + 1
        H[i - 1, j - 1, j - 1] = m
    np.testing.assert_array_equal(family.sample_hessians(), H)
    x = rng().normal(size=(5, family.dim))
    desired = np.einsum("rj,ijk,rk->ri", x, H, x) / 2
    np.testing.assert_allclose(family.losses(x), desired, rtol=1e-13)
    np.testing.assert_allclose(family.value(x), desired.mean(-1), rtol=1e-13)
    lam = family.critical_points[0].eigenvalues
    np.testing.assert_allclose(lam, [2 / sigma] * (n - sigma) + [2], rtol=1e-13)
    # The coherence: the top eigenvalue of S, over the curvature of a sample.
    S = np.linalg.norm(H[:, None] ** 0.5 @ H[None] ** 0.5, axis=(-2, -1))
    assert np.linalg.eigvalsh(S)[-1] / m == pytest.approx(sigma)


def test_a_thousand_mini_batches_are_as_many_dense_sums():
    family, draw = load("rank_one_family"), rng()
    H = family.sample_hessians()
    batches = draw.permuted(np.tile(np.arange(100), (1000, 1)), axis=1)[:, :20]
    x, v = draw.normal(size=(2, 1000, family.dim))
    sample = family.sample(batches, t=3)
    gradient, product = sample(x), sample.hvp(x, v)
    losses, values = sample.losses(x), sample.value(x)
    for r in range(0, 1000, 97):
        mean = H[batches[r]].mean(axis=0)
        np.testing.assert_allclose(gradient[r], mean @ x[r], rtol=1e-12)
        np.testing.assert_allclose(product[r], mean @ v[r], rtol=1e-12)
        desired = [x[r] @ H[i] @ x[r] / 2 for i in batches[r]]
        np.testing.assert_allclose(losses[r], desired, rtol=1e-12)
        assert values[r] == pytest.approx(np.mean(desired), rel=1e-12)
    # All samples together are the landscape.
    every = family.sample(np.arange(100))(x)
    np.testing.assert_array_equal(every, family.gradient(x))


def test_shards_of_mini_batches_average_to_the_mini_batch():
    family = load("rank_one_family", n=12, sigma=3)
    batches = rng().integers(0, 12, (50, 6))
    x = rng().normal(size=(50, family.dim))
    sample = family.sample(batches)
    shards = [shard(x) for shard in sample.split(3)]
    np.testing.assert_allclose(sum(shards) / 3, sample(x), rtol=1e-13)


@pytest.mark.parametrize("sigma", [0, 101])
def test_an_impossible_coherence_is_refused(sigma):
    with pytest.raises(ValueError, match="`rank_one_family` takes 1 <= sigma <= n"):
        load("rank_one_family", sigma=sigma)


def net(w, X, y):
    """The diagonal net in torch: the mean of half the squared errors."""
    u, v = w.reshape(2, -1)
    error = X @ (u * u - v * v) - y
    return (error * error).mean() / 2


def test_the_sparse_net_is_least_squares_of_a_difference_of_squares():
    landscape = load("sparse_diagonal_net")
    X = np.random.default_rng(0).normal(size=(20, 30))
    y = X @ np.array([1.0] * 3 + [0.0] * 27)
    x, v = rng().normal(size=(2, 60))
    w, tensors = torch.tensor(x, requires_grad=True), (torch.tensor(X), torch.tensor(y))
    loss = net(w, *tensors)
    (g,) = torch.autograd.grad(loss, w, create_graph=True)
    (Hv,) = torch.autograd.grad(g @ torch.tensor(v), w)
    assert landscape.value(x) == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(landscape.gradient(x), g.detach(), rtol=1e-10)
    np.testing.assert_allclose(landscape.hvp(x, v), Hv, rtol=1e-9, atol=1e-9)


def test_a_mini_batch_of_the_sparse_net_is_the_net_on_those_samples():
    landscape = load("sparse_diagonal_net")
    X, y = landscape.regression.X, landscape.regression.y
    batches, x = rng().integers(0, 20, (7, 5)), rng().normal(size=(7, 60))
    sample = landscape.sample(batches)
    for r, rows in enumerate(batches):
        w = torch.tensor(x[r], requires_grad=True)
        loss = net(w, torch.tensor(X[rows]), torch.tensor(y[rows]))
        loss.backward()
        assert sample.value(x)[r] == pytest.approx(loss.item(), rel=1e-12)
        np.testing.assert_allclose(sample(x)[r], w.grad, rtol=1e-10)


def test_the_sparse_signal_is_a_minimum_and_v_stays_at_zero():
    landscape = load("sparse_diagonal_net")
    signal = np.array([1.0] * 3 + [0.0] * 57)
    assert landscape.value(signal) == pytest.approx(0, abs=1e-28)
    start = np.array(landscape.start)
    assert landscape.gradient(start)[:30].all()
    assert not landscape.gradient(start)[30:].any()


@pytest.mark.parametrize("words", [{"nonzero": 0}, {"nonzero": 31}, {"n": 0}])
def test_an_impossible_sparsity_is_refused(words):
    with pytest.raises(ValueError, match="`sparse_diagonal_net` takes 1 <= nonzero"):
        load("sparse_diagonal_net", **words)


def test_quadratic_regression_is_what_its_formula_says():
    landscape = load("quadratic_regression", outputs=3, dim=5, seed=2)
    x, v = rng().normal(size=(2, 5))
    w = torch.tensor(x, requires_grad=True)
    y, G, Q = (torch.tensor(a) for a in (landscape.y, landscape.G, landscape.Q))
    z = torch.stack([y[k] + G[k] @ w + w @ Q[k] @ w / 2 for k in range(3)])
    loss = (z * z).sum() / 2
    (g,) = torch.autograd.grad(loss, w, create_graph=True)
    (Hv,) = torch.autograd.grad(g @ torch.tensor(v), w)
    np.testing.assert_allclose(landscape.outputs(x), z.detach(), rtol=1e-12)
    assert landscape.value(x) == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(landscape.gradient(x), g.detach(), rtol=1e-11)
    np.testing.assert_allclose(landscape.hvp(x, v), Hv, rtol=1e-10, atol=1e-12)


def test_the_random_model_is_symmetric_and_of_the_size_it_says():
    landscape = load("quadratic_regression", outputs=40, dim=60, curvature=0.3)
    Q, G = landscape.Q, landscape.G
    np.testing.assert_array_equal(Q, Q.swapaxes(1, 2))
    u = rng().normal(size=60)
    u /= np.linalg.norm(u)
    assert np.linalg.norm(Q @ u, axis=-1).mean() == pytest.approx(0.3, rel=0.1)
    assert np.linalg.norm(G, axis=-1).mean() == pytest.approx(1, rel=0.1)


def test_without_curvature_it_is_least_squares():
    landscape = load("quadratic_regression", curvature=0.0)
    G, y = landscape.G, landscape.y
    solution = -np.linalg.lstsq(G, y, rcond=None)[0]
    assert landscape.value(solution) == pytest.approx(0, abs=1e-28)
    np.testing.assert_allclose(landscape.hessian(solution), G.T @ G, atol=1e-14)


@pytest.mark.parametrize("words", [{"outputs": 0}, {"dim": 0}, {"curvature": -1.0}])
def test_an_impossible_model_is_refused(words):
    with pytest.raises(ValueError, match="`quadratic_regression` takes outputs"):
        load("quadratic_regression", **words)
