r"""A network on its manifold of zero loss, and how SAM drifts along it (L19, L20).

One output a sample, the square loss $\frac1{2n}\sum_i r_i^2$, more parameters than
samples. Where all residuals $r_i$ vanish $H = \frac1n\sum_i a_ia_i^\top$, $a_i = \nabla
r_i$, and the directions beside all $a_i$ are the manifold's tangents.

SAM bounces across the manifold and is pulled along it, in the mean of its steps, by
$-\frac{\eta\rho^2}2\,\frac4{(2-\eta\lambda)^2}\,\nabla\lambda$ (L19): with all samples
in a step $\lambda = \lambda_1(H)$; with one, of that sample, $\lambda = |a_i|^2$, whose
mean is the trace of H (L20).
"""

from __future__ import annotations

import torch

from landscapes.network import Network

STEPS = 100  # of Gauss and Newton, at most
LENGTH = 0.5  # the longest of them
ZERO = 1e-12  # residuals that count as none


def residuals(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    r"""$r_i$ and $a_i$ at points `(B, P)`: `(B, n)` and `(B, n, P)`, differentiable.

    Raises:
        ValueError: the network has several outputs a sample.
    """
    if net.y.ndim != 2 or net.y.shape[1] != 1:
        raise ValueError(
            f"`{net.name}` needs one number a sample as its target, got targets "
            f"{tuple(net.y.shape)}."
        )
    with torch.enable_grad():
        own = x if x.requires_grad else x.detach().requires_grad_()
        r = net.outputs(own)[..., 0] - net.y[:, 0]
        rows = [
            torch.autograd.grad(r[:, i].sum(), own, create_graph=True)[0]
            for i in range(net.n)
        ]
        return r, torch.stack(rows, 1)


def interpolated(net: Network, x: torch.Tensor) -> torch.Tensor:
    """The point of zero loss that steps of Gauss and Newton lead to, `(B, P)`.

    Raises:
        ValueError: they lead to none.
    """
    for _ in range(STEPS):
        r, a = (each.detach() for each in residuals(net, x))
        if r.abs().max() <= ZERO:
            return x
        step = (a.mT @ torch.linalg.solve(a @ a.mT, r[..., None]))[..., 0]
        size = step.norm(dim=-1, keepdim=True)
        x = x - step * torch.clamp(LENGTH / size, max=1.0)
    raise ValueError(
        f"`{net.name}` found no zero loss: residuals of {float(r.abs().max()):.2g} are "
        f"left after {STEPS} steps."
    )


def along(net: Network, x: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    """What of u lies beside all $a_i$ at x, `(B, P)`."""
    _, a = residuals(net, x)
    basis = torch.linalg.qr(a.detach().mT).Q
    for _ in range(2):
        u = u - (basis @ (basis.mT @ u[..., None]))[..., 0]
    return u


def top(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    r"""The n eigenvalues of H at zero loss, falling, `(B, n)`, and $v_1$, `(B, P)`.

    The others are 0: these are those of the Gram matrix of the $a_i/\sqrt n$.
    """
    _, a = residuals(net, x)
    a = a.detach() / net.n**0.5
    lam, u = torch.linalg.eigh(a @ a.mT)
    v = (u[..., -1:].mT @ a)[..., 0, :]
    return lam.flip(-1), v / v.norm(dim=-1, keepdim=True)


def top_slope(net: Network, x: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    r"""$\nabla\lambda_1 = \nabla_x\, v_1^\top H(x)v_1$, $v_1$ held, `(B, P)`."""
    with torch.enable_grad():
        own = x.detach().requires_grad_()
        total = (v * net.hvp(own, v)).sum()
        return torch.autograd.grad(total, own)[0].detach()


def bounce(eta: torch.Tensor, lam: torch.Tensor) -> torch.Tensor:
    r"""$4/(2-\eta\lambda)^2$: L19's factor, 1 for small learning rates."""
    return 4 / (2 - eta * lam) ** 2


def mean_slope(
    net: Network, x: torch.Tensor, eta: torch.Tensor | float
) -> torch.Tensor:
    r"""$\frac1n\sum_i \frac4{(2-\eta|a_i|^2)^2}\nabla|a_i|^2$, `(B, P)`.

    With $\eta = 0$ the gradient of the trace of H.

    Args:
        net: the landscape.
        x: points, `(B, P)`.
        eta: learning rate, `(B, 1)` or a number.
    """
    with torch.enable_grad():
        own = x.detach().requires_grad_()
        size = (residuals(net, own)[1] ** 2).sum(-1)  # (B, n)
        total = (bounce(eta, size.detach()) * size).mean(-1).sum()
        return torch.autograd.grad(total, own)[0].detach()


def velocity(rho: torch.Tensor, eta: torch.Tensor, slope: torch.Tensor) -> torch.Tensor:
    r"""$-\frac{\eta\rho^2}2$ times a slope that the bounce's factor stands in."""
    return -eta * rho**2 / 2 * slope
