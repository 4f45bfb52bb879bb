"""Place: a landscape with the scales on which its learning rates are measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import landscapes
from experiments.sweeping.checked import checked
from experiments.sweeping.job import LEAST, Sweep
from landscapes.analytic import Analytic
from landscapes.interpolant import Interpolant
from landscapes.landscape import Landscape
from landscapes.starts import largest_curvature
from theory.method import Method

LOWEST, HIGHEST = 0.03, 6.0  # learning rates without --eta, over 1/L
SHARE = 4  # where a step costs much, so many times fewer starts and steps,
ENOUGH = 1024  # but not fewer steps than these


@dataclass(frozen=True, eq=False)
class Place:
    r"""A landscape to be charted.

    Args:
        name: as on the command line.
        landscape: the surface.
        kind: `own`, `data`, `convex` or `analytic`.
        curvature: L, see `landscapes.starts.largest_curvature`.
    """

    name: str
    landscape: Landscape
    kind: str
    curvature: float

    @property
    def light(self) -> bool:
        """Whether a step costs so little that many runs are affordable."""
        small = self.landscape.dim <= 2 and not isinstance(self.landscape, Interpolant)
        return small or "components" in self.landscape.kinds

    def starts(self, config: Any) -> int:
        """How many runs start."""
        few = max(2, config.starts // SHARE)
        return config.starts if self.light else few

    def steps(self, config: Any) -> int:
        """The most steps a run takes."""
        few = max(ENOUGH, config.steps // SHARE)
        return config.steps if self.light else min(config.steps, few)

    def etas(self, config: Any) -> tuple[float, ...]:
        """Learning rates: as given, else relative to 1/L."""
        if config.eta_grid:
            return tuple(config.eta_grid)
        grid = np.geomspace(LOWEST, HIGHEST, config.rates) / self.curvature
        return tuple(grid.tolist())

    def rhos(self, method: Method, config: Any) -> tuple[float, ...]:
        """Radii: as given, else relative to the method's unit."""
        if config.rho_grid:
            return tuple(config.rho_grid)
        unit = self.unit(method)
        return tuple(unit * share for share in config.radii)

    def unit(self, method: Method) -> float:
        """1/L where a radius is a rate, a tenth of the box's half-width if a length."""
        if method.radius_unit == "rate":
            return 1 / self.curvature
        return min(high - low for low, high in self.landscape.box) / 20


@cache
def place(name: str) -> Place:
    """Looks a landscape up and measures its curvature.

    Raises:
        ValueError: it is unknown, or its functions have wrong shapes or are not
            finite at its start.
    """
    landscape = landscapes.load(name)
    checked(Sweep(name, "gd", (1.0,), (0.0,), 1, 0, LEAST), landscape)
    return Place(name, landscape, _kind(name, landscape), largest_curvature(landscape))


def _kind(name: str, landscape: Landscape) -> str:
    if name.endswith(".py"):
        return "own"
    if name in ("ridge_regression", "logistic_regression", "linear_autoencoder"):
        return "data"
    return "convex" if convex(landscape) else "analytic"


def convex(landscape: Landscape) -> bool:
    """Whether it is known to be."""
    return landscape.constants.get("mu", -1.0) >= 0


def suits(landscape: Landscape) -> bool:
    """Whether it is one of the surfaces that are charted without being named."""
    return isinstance(landscape, Analytic) or convex(landscape)
