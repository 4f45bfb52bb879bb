r"""Lanczos' method on many operators at once, and Gauss quadrature of their spectra.

SciPy's `eigsh` serves one matrix at a time and gives no quadrature; a Hessian-vector
product of many networks at once costs far less than as many of one: hence this one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

Product = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True, eq=False)
class Lanczos:
    r"""$AQ = QT + \beta_k q_{k+1} e_k^\top$, T tridiagonal, of every start.

    Args:
        diagonal: of T, `(..., k)`.
        beside: the diagonal beside it, and last $\beta_k$, `(..., k)`.
        basis: the rows $q_1 \dots q_k$, orthonormal, `(..., k, P)`.
    """

    diagonal: torch.Tensor
    beside: torch.Tensor
    basis: torch.Tensor

    def ritz(self) -> tuple[torch.Tensor, torch.Tensor]:
        r"""Ritz values, rising, and their coordinates, `(..., k)` and `(..., k, k)`."""
        inner = torch.diag_embed(self.diagonal)
        inner = inner + torch.diag_embed(self.beside[..., :-1], 1)
        return torch.linalg.eigh(inner + torch.diag_embed(self.beside[..., :-1], -1))


def lanczos(product: Product, start: torch.Tensor, steps: int) -> Lanczos:
    r"""So many steps from every start, each orthogonalised against all before, twice.

    Without that, eigenvalues that have converged would come again as copies. Where the
    starts' Krylov space is smaller than k, a $\beta$ is rounding, and what follows is
    of other eigenvectors, which have no weight in `quadrature`.

    Args:
        product: $v \mapsto Av$, A symmetric, for `(..., P)`.
        start: not zero, `(..., P)`.
        steps: k.

    Raises:
        ValueError: k is not between 1 and P.
    """
    dim = start.shape[-1]
    if not 1 <= steps <= dim:
        raise ValueError(f"`lanczos` takes 1 to P = {dim} steps, got {steps}.")
    q = start / start.norm(dim=-1, keepdim=True)
    basis, diagonal, beside = q[..., None, :], [], []
    random = torch.Generator().manual_seed(0)
    for k in range(steps):
        image = product(q)
        diagonal.append((image * q).sum(-1))
        rest = orthogonal(image, basis)
        size = rest.norm(dim=-1, keepdim=True)
        beside.append(size[..., 0])
        if k + 1 < steps:
            # What is rounding alone is no direction: any other goes on from there.
            other = torch.randn(dim, generator=random, dtype=torch.float64).to(q)
            lost = size <= torch.finfo(q.dtype).eps * image.norm(dim=-1, keepdim=True)
            rest = torch.where(lost, orthogonal(other.expand_as(rest), basis), rest)
            q = orthogonal(rest / rest.norm(dim=-1, keepdim=True), basis)
            q = q / q.norm(dim=-1, keepdim=True)
            basis = torch.cat([basis, q[..., None, :]], -2)
    return Lanczos(torch.stack(diagonal, -1), torch.stack(beside, -1), basis)


def orthogonal(vector: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """What is left of `(..., P)` beside orthonormal rows `(..., m, P)`, in two passes.

    The first leaves rounding of the part it takes away, the second takes that.
    """
    for _ in range(2):
        along = (basis @ vector[..., None])[..., 0]
        vector = vector - (along[..., None, :] @ basis)[..., 0, :]
    return vector


def quadrature(found: Lanczos) -> tuple[torch.Tensor, torch.Tensor]:
    r"""Nodes and weights: $v^\top f(A)v = \sum_i w_i f(\theta_i)$ for a start v.

    $|v| = 1$; exact for polynomials f of degree below 2k. The nodes are Ritz values,
    the weights squares of their vectors' first coordinates; both `(..., k)`, and the
    weights sum to 1. Source: Golub and Meurant; Ubaru, Chen and Saad (stochastic
    Lanczos quadrature: the mean over random v).
    """
    nodes, vectors = found.ritz()
    return nodes, vectors[..., 0, :] ** 2
