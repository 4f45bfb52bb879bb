r"""Embedded saddles: critical points of a smaller network in a larger one.

Neuron j with incoming weights u (its bias among them, $\tilde x = (x, 1)$) and outgoing
weights v is written twice, with outgoing weights $sv$ and $(1-s)v$. The function does
not change, and every derivative of the loss is one of the smaller network's or a
multiple: a critical point stays critical. In the coordinates

$$u_1 = u + \eta + (1-s)\xi,\; u_2 = u + \eta - s\xi,\;
  v_1 = s(v + \alpha) + \delta,\; v_2 = (1-s)(v + \alpha) - \delta$$

the second-order terms of $(\eta, \alpha)$ and the other weights are the smaller
network's, those of $(\xi, \delta)$ are

$$\tfrac12\,s(1-s)\,\xi^\top A\,\xi + \delta^\top B\,\xi,\quad
  A = E\,\langle l', v\rangle\varphi''\tilde x\tilde x^\top,\;
  B = E\,l'\varphi'\tilde x^\top,$$

$l'$ the loss's derivative by the output, and the mixed ones vanish. So the inertia is
the smaller network's plus that of $\begin{pmatrix}s(1-s)A & B^\top\\ B & 0
\end{pmatrix}$ (Sylvester): at least $\mathrm{rank}\,B$ negative eigenvalues, and
$v$ spans a flat direction, $B^\top v = 0$ being one of the critical equations.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.optimize import minimize
from torch import nn

from landscapes import models
from landscapes.critical import FLAT
from landscapes.models.activations import ACTIVATIONS
from landscapes.network import Network

GRADIENT = 1e-8  # to which a critical point is found, at most
TRIES = 8  # initialisations, should some lead to none


def two_layers(
    X: torch.Tensor, y: torch.Tensor, hidden: int, activation: str = "gelu"
) -> Network:
    """A perceptron with one hidden layer, trained on the square loss."""
    made = models.make(
        "mlp", (X.shape[1],), 1 + int(y.max()), hidden=(hidden,), activation=activation
    )
    return Network(made.double(), X, y, "square", f"{hidden} neurons", "traced")


def hessian(network: Network, w: torch.Tensor) -> np.ndarray:
    """The Hessian at one point, a row a Hessian-vector product, `(P, P)`."""
    rows = network.hvp(w.repeat(network.dim, 1), torch.eye(network.dim).to(w))
    H = rows.numpy()
    return (H + H.T) / 2


def critical(network: Network, seed: int) -> torch.Tensor:
    """A minimum, by Newton's method in a trust region from a drawn start, `(P,)`.

    Raises:
        ValueError: none was found, the gradient staying above 1e-8.
    """

    def oracle(function):
        return lambda w: function(torch.tensor(w)).numpy()

    for attempt in range(TRIES):
        found = minimize(
            oracle(network.value),
            network.initial(seed + 1000 * attempt).double().numpy(),
            jac=oracle(network.gradient),
            hess=lambda w: hessian(network, torch.tensor(w)),
            method="trust-exact",
            options={"gtol": GRADIENT / 100, "maxiter": 500},
        )
        w = torch.tensor(found.x)
        if float(network.gradient(w).norm()) < GRADIENT:
            return w
    raise ValueError(f"no critical point of `{network.name}` found from seed {seed}.")


def _layers(network: Network, w: torch.Tensor) -> list[torch.Tensor]:
    """Incoming weights and biases, outgoing weights and biases."""
    shapes = [p.shape for p in network.module.parameters()]
    return [
        w[s].view(shape)
        for s, shape in zip(network.segments.values(), shapes, strict=True)
    ]


def split_neuron(
    network: Network, w: torch.Tensor, neuron: int, share: float
) -> tuple[Network, torch.Tensor]:
    """The network with one neuron more, and the point where it is a double.

    Args:
        network: of `two_layers`.
        w: its parameters.
        neuron: that is written twice.
        share: of the outgoing weights, s; the double has 1 - s.
    """
    W, b, V, a = _layers(network, w)
    V = torch.cat([V, (1 - share) * V[:, [neuron]]], dim=1)
    V[:, neuron] *= share
    parts = (torch.cat([W, W[[neuron]]]), torch.cat([b, b[[neuron]]]), V, a)
    kind = {v: k for k, v in ACTIVATIONS.items()}[type(network.module[2])]
    larger = two_layers(network.X, network.y, len(b) + 1, kind)
    return larger, torch.cat([p.reshape(-1) for p in parts])


def doubling(
    network: Network, w: torch.Tensor, neuron: int, share: float
) -> np.ndarray:
    r"""The matrix of the coordinates $(\xi, \delta)$, by its closed form."""
    W, b, V, _ = _layers(network, w)
    before = (network.X @ W[neuron] + b[neuron]).requires_grad_()
    activation: nn.Module = network.module[2]
    (slope,) = torch.autograd.grad(activation(before).sum(), before, create_graph=True)
    (bend,) = torch.autograd.grad(slope.sum(), before)
    slope = slope.detach()
    wanted = nn.functional.one_hot(network.y, len(V)).to(w)
    error = network.outputs(w) - wanted
    X = torch.cat([network.X, torch.ones_like(network.X[:, :1])], dim=1)
    A = (X * (error @ V[:, neuron] * bend)[:, None]).T @ X / len(X)
    B = error.T @ (X * slope[:, None]) / len(X)
    zero = torch.zeros(len(V), len(V)).to(w)
    top = torch.cat([share * (1 - share) * A, B.T], dim=1)
    return torch.cat([top, torch.cat([B, zero], dim=1)]).numpy()


def inertia(H: np.ndarray) -> tuple[int, int]:
    """How many eigenvalues are negative and how many zero, to rounding."""
    lam = np.linalg.eigvalsh(H)
    flat = FLAT * np.abs(lam).max()
    return int((lam < -flat).sum()), int((np.abs(lam) <= flat).sum())
