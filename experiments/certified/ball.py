"""The ball around the minimiser that SAM does not leave."""

from __future__ import annotations

import numpy as np
import xarray

from theory.bisect import bisect
from theory.certify import worst_case
from theory.methods import make
from theory.quadratic import sam_cycle

LARGEST = 1e3  # radii of the ball, over rho


def ball(kappa: str, mu: float, count: int) -> xarray.Dataset:
    r"""The least R / rho such that SAM maps $\|w - w^*\| \le R$ into itself, beta = 1.

    Certified in floats, not proved; NaN where none below `LARGEST` is.
    """
    eta = np.linspace(0.05, 1.95, count)
    least = np.array([_least(mu, rate) for rate in eta])
    return xarray.Dataset(
        {"ball": (("kappa", "eta"), least[None])},
        coords={"kappa": [kappa], "eta": eta},
    )


def _least(mu: float, eta: float) -> float:
    def leaves(radius: np.ndarray) -> bool:
        return _worst(mu, eta, float(radius)) > 1

    # Just inside T5's cycle a parabola of curvature beta leads out of the ball.
    low = 0.999 * float(sam_cycle(eta, 1.0, 1.0))
    high = 2 * low
    try:
        while leaves(high):
            low, high = high, 2 * high
            if high > LARGEST:
                return np.nan
        return float(bisect(leaves, low, high, 1e-3).high)
    except ValueError:
        return np.nan


def _worst(mu: float, eta: float, radius: float) -> float:
    """The certified ratio, of a ball a little larger where it is not solved.

    Raises:
        ValueError: none of them is solved.
    """
    for share in (1.0, 1.0003, 1.001, 1.003, 1.01):
        found = worst_case(
            make("sam", rho=1.0), mu=mu, beta=1.0, eta=eta, radius=share * radius
        )
        if found.status == "solved":
            return found.value
    raise ValueError(f"not solved at mu = {mu:g}, eta = {eta:g}, R = {radius:g}.")
