"""Pair factors over learning rate and radius, cut into cases that can run anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray

from theory.step_factors import factor

METHODS = ("GD", "USAM", "SSAM")


def by_class(config: Any) -> dict[str, list[tuple]]:
    """The cases of each class, one a radius."""
    rho = np.geomspace(config.least_rho, config.most_rho, config.radii)
    return {
        f"kappa {word}": [
            (word, mu, k, float(r), config.rates) for k, r in enumerate(rho)
        ]
        for word, mu in config.classes.items()
    }


def owner(case: tuple) -> str:
    """The class a case belongs to."""
    return f"kappa {case[0]}"


def do(kappa: str, mu: float, place: int, rho: float, rates: int) -> xarray.Dataset:
    """One radius: the factors at all learning rates."""
    eta = np.linspace(0, 2, rates + 1)[1:]
    found = [factor(label, eta, mu, 1.0, rho) for label in METHODS]
    return xarray.Dataset(
        {
            "factor": (
                ("algorithm", "kappa", "rho", "eta"),
                np.array(found)[:, None, None],
            )
        },
        coords={"algorithm": list(METHODS), "kappa": [kappa], "rho": [rho], "eta": eta},
    )


def together(done: Iterable[tuple[tuple, xarray.Dataset]]) -> xarray.Dataset:
    """The radii of one class, whatever order they finished in."""
    finished = sorted(done, key=lambda item: item[0][2])
    return xarray.concat([part for _, part in finished], "rho")


def merge(whole: list[xarray.Dataset], config: Any) -> xarray.Dataset:
    """All classes, in the order of the options."""
    dataset = xarray.concat(whole, "kappa", combine_attrs="drop")
    return dataset.assign_coords(curvature=("kappa", list(config.classes.values())))
