r"""The whole spectrum of a Hessian: each eigenvalue, or a few and how the rest lie.

$\mathrm{tr}\,H = \mathrm{tr}\,V^\top HV + (P - r)\,\mathbb E\,v^\top Hv$ for any r
orthonormal columns V and v uniform on the sphere beside them: whatever V is, the mean
is right, and with V the outlying eigenvectors the random part is small (the idea of
Hutch++; Meyer et al., arXiv 2010.09649). Likewise for $H^2$ and, as far as V is
invariant, for any function of H.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from landscapes.network import Network
from theory.lanczos import lanczos, orthogonal, quadrature


@dataclass(frozen=True, eq=False)
class Spectrum:
    r"""Eigenvalues of B symmetric matrices of P rows, as far as they are known.

    Args:
        dim: P.
        values: eigenvalues known one by one, falling, `(B, r)`.
        residuals: $\lVert Hv - \lambda v\rVert$ of these, `(B, r)`.
        nodes: of the others, probe by probe, `(B, m, k)`; m = 0 if there are none.
        weights: of the nodes, one in sum, `(B, m, k)`.
    """

    dim: int
    values: np.ndarray
    residuals: np.ndarray
    nodes: np.ndarray
    weights: np.ndarray

    def _others(self, function) -> np.ndarray:
        """Of the other eigenvalues the sum of a function, probe by probe, `(B, m)`."""
        left = self.dim - self.values.shape[-1]
        return left * (self.weights * function(self.nodes)).sum(-1)

    def _sum(self, function) -> tuple[np.ndarray, np.ndarray]:
        """Over all eigenvalues, and the standard error of that by the probes."""
        total = function(self.values).sum(-1)
        others = self._others(function)
        m = others.shape[1]
        if not m:
            return total, np.zeros_like(total)
        error = others.std(1, ddof=1) / np.sqrt(m) if m > 1 else np.nan * total
        return total + others.mean(1), error

    @property
    def largest(self) -> np.ndarray:
        r"""$\lambda_1$, `(B,)`."""
        return self.values[:, 0]

    @property
    def least(self) -> np.ndarray:
        r"""The least eigenvalue or node, $\ge \lambda_P$ but for rounding, `(B,)`."""
        inner = self.nodes.reshape(len(self.nodes), -1)
        return np.concatenate([self.values, inner], -1).min(-1)

    @property
    def trace(self) -> tuple[np.ndarray, np.ndarray]:
        r"""$\mathrm{tr}\,H$ and its standard error, `(B,)`."""
        return self._sum(lambda lam: lam)

    @property
    def square(self) -> tuple[np.ndarray, np.ndarray]:
        r"""$\mathrm{tr}\,H^2 = \lVert H\rVert_F^2$ and its standard error, `(B,)`."""
        total, error = self._sum(np.square)
        return total + 2 * (self.residuals**2).sum(-1), error

    @property
    def rank(self) -> np.ndarray:
        r"""The effective rank $(\mathrm{tr}\,H)^2/\mathrm{tr}\,H^2$, `(B,)`."""
        return self.trace[0] ** 2 / self.square[0]

    @property
    def negative(self) -> np.ndarray:
        r"""$\sum_{\lambda<0}|\lambda| / \sum|\lambda|$, `(B,)`."""
        below, _ = self._sum(lambda lam: np.maximum(-lam, 0))
        return below / self._sum(np.abs)[0]

    def above(self, levels: np.ndarray) -> np.ndarray:
        """How many eigenvalues lie above each level `(n,)`: `(B, n)`."""
        counts = [self._sum(lambda lam, x=x: (lam > x) * 1.0)[0] for x in levels]
        return np.stack(counts, -1)

    def below(self, levels: np.ndarray) -> np.ndarray:
        """How many lie below, likewise."""
        counts = [self._sum(lambda lam, x=x: (lam < x) * 1.0)[0] for x in levels]
        return np.stack(counts, -1)


def exact(net: Network, x: torch.Tensor) -> Spectrum:
    """All eigenvalues, of points `(B, P)` one after another, in double precision."""
    net = net.to(dtype=torch.float64)
    rows = [torch.linalg.eigvalsh(net.hessian(row)) for row in x.double()]
    values = torch.stack(rows).flip(-1).numpy(force=True)
    none = np.zeros((len(x), 0, 1))
    return Spectrum(net.dim, values, np.zeros_like(values), none, none)


def estimated(
    net: Network,
    x: torch.Tensor,
    outliers: int = 10,
    search: int = 50,
    probes: int = 4,
    steps: int = 25,
    seed: int = 0,
) -> Spectrum:
    """The largest eigenvalues by Lanczos' method, the rest by its quadrature.

    `search + probes * steps` Hessian-vector products a point.

    Args:
        net: the landscape.
        x: points, `(B, P)`.
        outliers: eigenvalues told one by one, r.
        search: steps of the method that finds them, >= r.
        probes: random vectors beside them, m.
        steps: nodes of each.
        seed: of the random vectors, which are the same for all points.

    Raises:
        ValueError: there are fewer steps than outliers, or no room beside them.
    """
    if not 1 <= outliers <= search or outliers + steps > net.dim:
        raise ValueError(
            f"`estimated` needs 1 <= outliers <= search and outliers + steps <= P = "
            f"{net.dim}, got {outliers}, {search} and {steps}."
        )
    random = torch.Generator().manual_seed(seed)
    draws = torch.randn(1 + probes, net.dim, generator=random, dtype=torch.float64)
    draws = draws.to(x).expand(len(x), -1, -1)
    found = lanczos(lambda v: net.hvp(x[:, None], v), draws[:, :1], search)
    values, mix = (each[:, 0] for each in found.ritz())
    values, mix = values.flip(-1)[:, :outliers], mix.flip(-1)[..., :outliers]
    V = mix.mT @ found.basis[:, 0]  # (B, r, P)
    residuals = (found.beside[:, 0, -1:] * mix[:, -1]).abs()
    beside = V[:, None].expand(-1, probes, -1, -1)

    def product(v: torch.Tensor) -> torch.Tensor:
        return orthogonal(net.hvp(x[:, None], v), beside)

    inner = lanczos(product, orthogonal(draws[:, 1:], beside), steps)
    told = (values, residuals, *quadrature(inner))
    return Spectrum(net.dim, *(each.double().numpy(force=True) for each in told))
