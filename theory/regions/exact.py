"""The exact region under a theorem's curve, and the share of it that is proved."""

from __future__ import annotations

from functools import cache

import numpy as np

from theory import theorems
from theory.methods import make
from theory.regions.strip import Strip

POINTS = 121  # of the curve, for its area: to three digits


@cache
def limit(method: str, mu: float, measure: str, rho: float) -> float:
    """The largest eta at a radius, beta = 1; 0 if there is none."""
    return theorems.limit(make(method, rho=rho), mu, 1.0, measure).eta


def source(strip: Strip) -> str:
    """The id of the theorem."""
    here = make(strip.method, rho=float(strip.rho[1]) / 2)
    return theorems.limit(here, float(strip.mu), 1.0, strip.measure).source


def curve(strip: Strip) -> tuple[np.ndarray, np.ndarray]:
    """Radii of a strip, and the largest learning rates there; beta = 1."""
    rho = np.linspace(*map(float, strip.rho), POINTS)
    rho[0] = rho[1] / 1000  # without a radius every method is GD
    about = strip.method, float(strip.mu), strip.measure
    return rho, np.array([limit(*about, float(r)) for r in rho])


def share(strip: Strip) -> float:
    """Of the area under the curve, how much the columns cover."""
    rho, eta = curve(strip)
    return float(strip.area()) / float(np.trapezoid(eta, rho))


def nearest(strip: Strip) -> float:
    """The largest share of the limit that a column reaches; above 1 it is too much.

    The limits fall in the radius, so they are taken at the column's larger end.
    """
    about = strip.method, float(strip.mu), strip.measure
    return max(
        float(column.eta) / max(limit(*about, float(column.rho[1])), 1e-300)
        for column in strip.columns
    )
