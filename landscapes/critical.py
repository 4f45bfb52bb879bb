"""Critical points: what the Hessian says of one, and how to find them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from landscapes.landscape import Landscape

# An eigenvalue below this share of the largest one counts as zero: a located critical
# point is exact to rounding, its Hessian hence to about 1e-15 of its own size, but a
# degenerate point is found only to about the square root of that.
FLAT = 1e-7
SEARCHED = 3  # dimensions in which a grid of nodes is affordable


@dataclass(frozen=True, eq=False)
class CriticalPoint:
    r"""A point with $\nabla f = 0$ and what its Hessian says of it.

    Args:
        point: shape `(d,)`.
        eigenvalues: of the Hessian there, ascending, shape `(d,)`; exactly 0 where
            they are zero to rounding.
        eigenvectors: column `i` belongs to eigenvalue `i`, shape `(d, d)`.
    """

    point: np.ndarray
    eigenvalues: np.ndarray
    eigenvectors: np.ndarray

    @property
    def nullity(self) -> int:
        """How many eigenvalues are zero."""
        return int((self.eigenvalues == 0).sum())

    @property
    def index(self) -> int:
        """How many eigenvalues are negative."""
        return int((self.eigenvalues < 0).sum())

    @property
    def kind(self) -> str:
        """`minimum`, `maximum`, `saddle`, or `degenerate` (a zero eigenvalue).

        A degenerate point with a negative eigenvalue is a strict saddle or a
        maximum all the same; without one the spectrum alone does not tell.
        """
        if self.nullity:
            return "degenerate"
        return {0: "minimum", len(self.eigenvalues): "maximum"}.get(
            self.index, "saddle"
        )

    @property
    def label(self) -> str:
        """Kind and place, for tables and legends."""
        if len(self.point) > 3:
            return f"{self.kind} |x|={np.linalg.norm(self.point):.3g}"
        place = ", ".join(f"{value:.4g}" for value in self.point + 0.0)
        return f"{self.kind} ({place})"


def search(landscape: Landscape, per_axis: int = 25, steps: int = 60) -> np.ndarray:
    """Critical points in the box: Newton's method from every node of a grid.

    Args:
        landscape: with a Hessian; d at most `SEARCHED`.
        per_axis: nodes along each axis.
        steps: of Newton's method.

    Returns:
        Distinct points, sorted by coordinates, shape `(k, d)`. Complete only as far as
        the grid is fine enough.
    """
    box = np.array(landscape.box)
    if len(box) > SEARCHED:
        raise ValueError(
            f"`{landscape.name}` has {len(box)} dimensions: critical points are "
            f"searched in at most {SEARCHED}, declare them as `declared_points`."
        )
    x = np.array(list(product(*(np.linspace(*side, per_axis) for side in box))))
    with np.errstate(all="ignore"):
        for _ in range(steps):
            g, H = landscape.gradient(x), landscape.hessian(x)
            # The damping only guards singular Hessians far from any solution.
            H = H + 1e-14 * np.abs(H).max((-1, -2), keepdims=True) * np.eye(len(box))
            usable = np.isfinite(H).all((-1, -2)) & np.isfinite(g).all(-1)
            x, g, H = x[usable], g[usable], H[usable]
            usable = np.abs(np.linalg.det(H)) > 0
            x, g, H = x[usable], g[usable], H[usable]
            move = np.linalg.solve(H, g[..., None])[..., 0]
            x = x - move
            # What is far outside seldom returns, and the grid has other nodes.
            near = (np.abs(x - box.mean(axis=1)) < 2 * np.ptp(box, axis=1)).all(-1)
            x = x[near]
            if not near.any() or np.abs(move[near]).max() < 1e-15:
                break
        scale = np.abs(landscape.hessian(x)).max((-1, -2))
        found = np.abs(landscape.gradient(x)).max(-1) <= 1e-9 * (1 + scale)
    x = np.where(np.abs(x) < 1e-12 * np.ptp(box, axis=1), 0.0, x)
    found &= ((x >= box[:, 0]) & (x <= box[:, 1])).all(-1)
    distinct: list[np.ndarray] = []
    for point in x[found]:
        if all(np.abs(point - other).max() > 1e-5 for other in distinct):
            distinct.append(point)
    return np.array(sorted(map(tuple, distinct))).reshape(-1, len(box))
