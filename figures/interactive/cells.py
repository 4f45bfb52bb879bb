"""The cells of a map over two logarithmic axes, and which one a place is in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray

from figures.regimes import outcomes


@dataclass(frozen=True, eq=False)
class Cells:
    """Ends of the cells, as they are drawn.

    Args:
        rho: in the radius's own unit, ascending, `(n + 1,)`.
        eta: times L, ascending, `(m + 1,)`.
        first: how many radii are not drawn, being 0.
    """

    rho: np.ndarray
    eta: np.ndarray
    first: int

    @classmethod
    def of(cls, at: xarray.Dataset) -> Cells:
        """Those of one landscape and method, with `units` of its radii."""
        rho, eta = at.units.values, (at.eta / at.eta_unit).values
        ends = outcomes.edges(rho[rho > 0]), outcomes.edges(eta)
        return cls(*ends, int((rho <= 0).sum()))

    @property
    def middle(self) -> tuple[int, int]:
        """A cell that is there."""
        return self.first + (len(self.rho) - 1) // 2, (len(self.eta) - 1) // 2

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """Levels of radius and learning rate at a place; None outside of all cells."""
        found = [
            int(np.searchsorted(ends, value, side="right")) - 1
            for ends, value in ((self.rho, x), (self.eta, y))
        ]
        rho, eta = found
        inside = 0 <= rho < len(self.rho) - 1 and 0 <= eta < len(self.eta) - 1
        return (rho + self.first, eta) if inside else None

    def bounds(self, cell: tuple[int, int]) -> tuple[float, float, float, float]:
        """Left, low, width and height of a cell."""
        k, e = cell[0] - self.first, cell[1]
        left, right, low, high = *self.rho[k : k + 2], *self.eta[e : e + 2]
        return left, low, right - left, high - low
