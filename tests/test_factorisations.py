"""Products of layers and factors: saddles, balance, and plain implementations."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from landscapes import load
from theory import simulate
from theory.methods import make


def rng():
    return np.random.default_rng(43)


def test_the_factorised_loss_is_half_the_squared_distance_to_the_target():
    M, x = np.split(rng().normal(size=16), [6])
    M = M.reshape(2, 3)
    landscape = load("matrix_factorisation", target=M, rank=2)
    U, V = x[:4].reshape(2, 2), x[4:].reshape(3, 2)
    desired = sum((U[i] @ V[j] - M[i, j]) ** 2 / 2 for i in range(2) for j in range(3))
    assert landscape.value(x) == pytest.approx(desired, rel=1e-13)
    assert landscape.balancedness(x) == pytest.approx(
        (np.linalg.norm(U) ** 2 - np.linalg.norm(V) ** 2) / 2
    )


@pytest.mark.parametrize("shape, rank", [((2, 2), 1), ((2, 3), 2), ((4, 3), 1)])
def test_the_origins_spectrum_is_the_targets_with_both_signs(shape, rank):
    M = rng().normal(size=shape)
    landscape = load("matrix_factorisation", target=M, rank=rank)
    (critical,) = landscape.critical_points
    sigma = np.repeat(np.linalg.svd(M, compute_uv=False), rank)
    zeros = np.zeros(landscape.dim - 2 * len(sigma))
    desired = np.sort(np.concatenate([-sigma, zeros, sigma]))
    np.testing.assert_allclose(critical.eigenvalues, desired, atol=1e-13)
    assert len(landscape.saddles) == 1 and critical.index == len(sigma)


def test_factors_of_the_target_are_minima_whatever_their_balance():
    M, *factors = rng().normal(size=(6, 3, 3))
    landscape = load("matrix_factorisation", target=M, rank=3)
    for A in factors + 3 * np.eye(3):
        x = np.concatenate([A.ravel(), np.linalg.solve(A, M).T.ravel()])
        assert landscape.value(x) == pytest.approx(0, abs=1e-24)
        np.testing.assert_allclose(landscape.gradient(x), 0, atol=1e-11)
        lam = np.linalg.eigvalsh(landscape.hessian(x))
        # Nine directions along the manifold of minima, nine across.
        assert (np.abs(lam[:9]) < 1e-11 * lam[-1]).all() and lam[9] > 1e-6


def test_an_inner_product_is_a_factorisation_of_a_number():
    landscape = load("matrix_factorisation", target=((1.5,),), rank=4)
    x = rng().normal(size=8)
    desired = (x[:4] @ x[4:] - 1.5) ** 2 / 2
    assert landscape.value(x) == pytest.approx(desired, rel=1e-13)


def flow(landscape, field, x, seconds):
    tight = {"rtol": 1e-11, "atol": 1e-12}
    return solve_ivp(lambda _, w: -field(w), (0, seconds), x, **tight).y.T


@pytest.mark.parametrize("name", ["vector_factorisation", "matrix_factorisation"])
def test_gradient_flow_keeps_the_balance(name):
    landscape = load(name)
    x = rng().normal(size=landscape.dim)
    path = flow(landscape, landscape.gradient, x, 5.0)
    B = landscape.balancedness(path)
    assert landscape.value(path[-1]) < 0.7 * landscape.value(x)
    np.testing.assert_allclose(B, B[0], rtol=0, atol=1e-8)


def test_sams_flow_moves_the_balance_as_the_gradients_differ():
    r"""L21: $dB/dt = \rho(\|g_x\|^2 - \|g_y\|^2)/\|g\| + O(\rho^2)$, by flow."""
    landscape, x, errors = load("vector_factorisation"), rng().normal(size=4), []
    g = landscape.gradient(x)
    desired = (g[:2] @ g[:2] - g[2:] @ g[2:]) / np.linalg.norm(g)
    for rho in (1e-2, 1e-3):
        ascent = x + rho * g / np.linalg.norm(g)
        d = -landscape.gradient(ascent)
        errors.append((x[:2] @ d[:2] - x[2:] @ d[2:]) / rho - desired)
    assert abs(desired) > 0.05
    assert abs(errors[1]) < 0.12 * abs(errors[0]) < 0.12 * 0.2 * abs(desired)


@pytest.mark.parametrize(
    "words", [{"target": ((0, 0),)}, {"target": (1, 2)}, {"rank": 0}, {"rank": 1.5}]
)
def test_a_factorisation_of_nothing_is_refused(words):
    with pytest.raises(ValueError, match="`matrix_factorisation` takes"):
        load("matrix_factorisation", **words)


@pytest.mark.parametrize("depth", [2, 3, 4, 5])
def test_the_origin_of_a_chain_is_strict_at_depth_two_only(depth):
    landscape = load("deep_linear_net", depth=depth)
    (critical,) = landscape.saddles
    desired = {2: [-1, 1]}.get(depth, [0] * depth)
    np.testing.assert_array_equal(critical.eigenvalues, desired)
    x = rng().normal(size=depth)
    desired = (np.multiply.reduce(x) - 1) ** 2 / 2
    assert landscape.value(x) == pytest.approx(desired, rel=1e-13)


def test_a_chain_whose_product_is_one_is_at_a_minimum():
    landscape = load("deep_linear_net", depth=4)
    x = rng().uniform(0.5, 2, (10, 4))
    x[:, -1] = 1 / x[:, :3].prod(-1)
    np.testing.assert_allclose(landscape.gradient(x), 0, atol=1e-14)


@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("tied", [True, False])
def test_the_diagonal_net_is_the_logistic_loss_of_a_product_of_layers(depth, tied):
    landscape = load("diagonal_net", depth=depth, sample=(1, -0.5), tied=tied)
    x = rng().normal(size=landscape.dim)
    w = torch.tensor(x, requires_grad=True)
    layers = w.reshape(1, 2).expand(depth, 2) if tied else w.reshape(depth, 2)
    margin = torch.prod(layers, 0) @ torch.tensor([1, -0.5], dtype=w.dtype)
    loss = torch.nn.functional.softplus(-margin)
    loss.backward()
    assert landscape.value(x) == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(landscape.gradient(x), w.grad, rtol=1e-11)


@pytest.mark.parametrize(
    "words, kind, saddles",
    [
        ({"depth": 2}, "maximum", 0),
        ({"depth": 3}, "degenerate", 1),
        ({"depth": 4}, "degenerate", 0),
        ({"depth": 2, "tied": False}, "saddle", 1),
        ({"depth": 3, "tied": False}, "degenerate", 1),
    ],
)
def test_the_diagonal_nets_origin_is_of_the_kind_its_depth_gives(words, kind, saddles):
    landscape = load("diagonal_net", **words)
    (origin,) = landscape.critical_points
    assert origin.kind == kind and len(landscape.saddles) == saddles
    if kind == "saddle":
        np.testing.assert_allclose(origin.eigenvalues, [-1, -0.5, 0.5, 1])


@pytest.mark.parametrize("depth", [2, 3])
def test_layers_that_start_equal_move_as_the_tied_net(depth):
    """SAM at (eta, rho) is the tied net's at (eta/L, rho/sqrt L)."""
    tied, free = (load("diagonal_net", depth=depth, tied=t) for t in (True, False))
    w = np.array([0.7, 0.4])
    eta, rho = 0.05, 0.3
    one = simulate.batch(
        tied, make("sam"), eta / depth, rho / depth**0.5, w, 30, window=8
    )
    all_layers = simulate.batch(
        free, make("sam"), eta, rho, np.tile(w, depth), 30, window=8
    )
    assert np.abs(one.x - w).max() > 0.1
    np.testing.assert_allclose(all_layers.x, np.tile(one.x, depth), rtol=1e-12)


@pytest.mark.parametrize("words", [{"depth": 1}, {"depth": 2.0}, {"sample": ()}])
def test_a_diagonal_net_without_layers_or_sample_is_refused(words):
    with pytest.raises(ValueError, match="`diagonal_net` takes"):
        load("diagonal_net", **words)


def test_a_chain_of_one_is_refused():
    with pytest.raises(ValueError, match="integer depth >= 2, got 1"):
        load("deep_linear_net", depth=1)
