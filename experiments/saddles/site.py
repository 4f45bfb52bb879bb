"""Site: a saddle with the scales on which it is measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zlib import crc32

import numpy as np

import landscapes
from landscapes.critical import CriticalPoint
from landscapes.landscape import Landscape
from theory.method import Method

# Without further critical points a ball of this radius is "near the saddle".
UNIT = 1.0


@dataclass(frozen=True, eq=False)
class Site:
    r"""A saddle and the ball a run must leave to have escaped.

    Args:
        name: landscape and running number.
        landscape: the surface.
        saddle: the critical point.
        radius: R of the ball.
    """

    name: str
    landscape: Landscape
    saddle: CriticalPoint
    radius: float

    @property
    def curvature(self) -> float:
        r"""Largest $|\lambda|$ at the saddle; where all vanish, on the sphere."""
        size = float(np.abs(self.saddle.eigenvalues).max())
        return size or float(np.abs(self.landscape.hessian(self.sphere(64))).max())

    @property
    def descent(self) -> float:
        r"""Largest size of a negative eigenvalue (the curvature, if degenerate)."""
        return float(-self.saddle.eigenvalues.min()) or self.curvature

    def sphere(self, count: int) -> np.ndarray:
        """Random points at distance R, `(count, d)`; the same at every call."""
        noise = np.random.default_rng(1).normal(size=(count, self.landscape.dim))
        noise *= self.radius / np.linalg.norm(noise, axis=1, keepdims=True)
        return self.saddle.point + noise

    def etas(self, absolute: list[float], relative: tuple[float, ...]) -> np.ndarray:
        r"""Learning rates: as given, else $\eta\max|\lambda|$ = the relative ones."""
        return np.array(absolute or np.array(relative) / self.curvature)

    def rhos(self, method: Method, absolute: list[float], relative: dict) -> np.ndarray:
        """Radii: as given, else relative to the unit the method measures them in."""
        unit = {"length": self.radius, "rate": 1 / self.descent}[method.radius_unit]
        return np.array(absolute or np.array(relative[method.radius_unit]) * unit)

    def starts(self, count: int, seed: int, share: float = 0.25) -> np.ndarray:
        """Points drawn uniformly from the ball of radius `share * R`, `(count, d)`."""
        rng = np.random.default_rng([seed, crc32(self.name.encode())])
        d = self.landscape.dim
        v = rng.normal(size=(count, d))
        v *= rng.random((count, 1)) ** (1 / d) / np.linalg.norm(
            v, axis=1, keepdims=True
        )
        return self.saddle.point + share * self.radius * v

    def eigenbasis(self, x: np.ndarray) -> np.ndarray:
        """Points as coordinates along the saddle's eigenvectors."""
        return (x - self.saddle.point) @ self.saddle.eigenvectors


@cache
def sites(name: str, radius: float | None) -> tuple[Site, ...]:
    """All saddles of a landscape, by its name or path; see `sites_of`."""
    return sites_of(landscapes.load(name), radius)


def sites_of(landscape: Landscape, radius: float | None) -> tuple[Site, ...]:
    """All saddles of a landscape.

    Args:
        landscape: the surface.
        radius: R; None is half the way to the nearest other critical point, at most 1.
    """
    points = np.array([c.point for c in landscape.critical_points])
    found = []
    for number, saddle in enumerate(landscape.saddles):
        away = np.linalg.norm(points - saddle.point, axis=1)
        near = away[away > 0].min() / 2 if (away > 0).any() else np.inf
        found.append(
            Site(
                f"{landscape.name} {number + 1}",
                landscape,
                saddle,
                radius or min(UNIT, near),
            )
        )
    return tuple(found)
