r"""The largest Hessian eigenvalues of many points at once, without a matrix.

`torch.lobpcg` and SciPy's `lobpcg` and `eigsh` serve one matrix at a time. One
Hessian-vector product of all members costs far less than as many products of one, and
the eigenvectors of an earlier point are a good start at the next: hence this one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

ROOM = 8  # blocks in a basis, at most; then it starts anew from the best two


@dataclass(frozen=True, eq=False)
class TopEigenvalues:
    r"""The k largest eigenpairs of every member, as far as they are known.

    Args:
        values: $\lambda_1 \ge \dots \ge \lambda_k$, `(B, k)`.
        vectors: of length 1, `(B, k, P)`.
        residuals: $\|Hv - \lambda v\| / |\lambda|$, `(B, k)`: above the tolerance where
            the search ended before it was reached, NaN where H is not finite.
        matvecs: products that each member took, `(B,)`.
        block: all vectors of the search, the next one's start, `(B, k + 1, P)`.
    """

    values: torch.Tensor
    vectors: torch.Tensor
    residuals: torch.Tensor
    matvecs: torch.Tensor
    block: torch.Tensor


def top_eigenvalues(
    hvp: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    x: torch.Tensor,
    k: int = 1,
    start: torch.Tensor | None = None,
    tol: float = 1e-3,
    most: int = 300,
    seed: int = 0,
) -> TopEigenvalues:
    r"""Block Lanczos: Rayleigh-Ritz in a basis that the residuals widen.

    Products with the whole basis are kept, so that residuals cost none. A block has a
    vector more than is asked for, lest an eigenvalue that overtakes the last be missed.
    A member whose k residuals are at most `tol` takes no more products.

    Args:
        hvp: $(x, v) \mapsto \nabla^2 f(x) v$, for `(b, 1, P)` and `(b, m, P)`.
        x: points, `(B, P)`.
        k: how many eigenvalues.
        start: an earlier result's `block`; default: random vectors.
        tol: of the relative residuals.
        most: products a member may take, up to a block more.
        seed: of the random vectors.

    Raises:
        ValueError: k is below 1, or three blocks do not fit into the space.
    """
    size, dim = k + 1, x.shape[-1]
    if k < 1 or 3 * size > dim:
        raise ValueError(
            f"`top_eigenvalues` needs k >= 1 and 3 (k + 1) <= P = {dim}, got k={k}."
        )
    random = torch.randn(size, dim, generator=torch.Generator().manual_seed(seed)).to(x)
    start = random.expand(len(x), -1, -1) if start is None else start
    basis = orthonormal(start, start[:, :0])
    products, spent = hvp(x[:, None], basis), size
    room = size * min(ROOM, dim // size)
    found = _ritz(basis, products, size)
    whole, matvecs = found, torch.full((len(x),), spent)
    todo = torch.arange(len(x))
    while (left := _open(found, k, tol)).any() and spent < most:
        todo, basis, products = todo[left], basis[left], products[left]
        wider = _residues(found)[left, :k]  # with the last, too, no fewer products
        if basis.shape[1] + k > room:
            _, basis, products = _ritz(basis, products, 2 * size)
        # A pair known exactly has no residue: a random vector widens the basis instead.
        length = wider.norm(dim=-1, keepdim=True)
        wider = orthonormal(torch.where(length > 0, wider / length, random[:k]), basis)
        basis = torch.cat([basis, wider], 1)
        products = torch.cat([products, hvp(x[todo, None], wider)], 1)
        spent += k
        found = _ritz(basis, products, size)
        whole = tuple(_put(a, todo, b) for a, b in zip(whole, found, strict=True))
        matvecs[todo] = spent
    values, vectors, _ = whole
    return TopEigenvalues(
        values[:, :k], vectors[:, :k], _relative(whole)[:, :k], matvecs, vectors
    )


def orthonormal(vectors: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """An orthonormal basis of what vectors add to a basis, `(b, m, P)`.

    The first pass may leave rounding noise where vectors depend on each other; the next
    ones make of it a direction like any other.
    """
    for _ in range(3):
        vectors = vectors - vectors @ basis.mT @ basis
        vectors = torch.linalg.qr(vectors.mT).Q.mT
    return vectors


def _ritz(basis: torch.Tensor, products: torch.Tensor, count: int) -> tuple:
    """The largest Ritz values `(b, count)`, their vectors, and H times these."""
    inner = torch.nan_to_num(basis @ products.mT)
    values, mix = torch.linalg.eigh((inner + inner.mT) / 2)
    values, mix = values.flip(-1)[:, :count], mix.flip(-1)[..., :count].mT
    return values, mix @ basis, mix @ products


def _residues(found: tuple) -> torch.Tensor:
    values, vectors, images = found
    return images - values[..., None] * vectors


def _relative(found: tuple) -> torch.Tensor:
    length = _residues(found).norm(dim=-1)
    return torch.where(length == 0, 0, length / found[0].abs())


def _open(found: tuple, k: int, tol: float) -> torch.Tensor:
    return (_relative(found)[:, :k] > tol).any(-1)


def _put(whole: torch.Tensor, rows: torch.Tensor, part: torch.Tensor) -> torch.Tensor:
    return whole.index_copy(0, rows, part)
