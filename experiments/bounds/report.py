"""The table and the sentence of `experiments.bound_regimes`."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.bounds.order import below
from experiments.text import align, percent
from theory.better_bounds import usam_gain_limit, usam_gain_radius

HEAD = (
    "kappa", "G", "USAM < SGD", "SSAM < USAM", "SSAM < SGD", "USAM finite",
    "SSAM finite", "edge's radius",
)  # fmt: skip
NOTES = """\
USAM < SGD etc.: shares of the map of eta beta (to 2) and rho beta (logarithmic) where
  that stability bound is the smaller as the number of steps grows.
G: common, bounding all directions; or of the region visited, where USAM's may be
  1 + rho beta times as long.
finite: shares where the bound stays finite, c < 1. SSAM's pair factor is a theorem in
  the plane; that no higher dimension exceeds it is numerical.
edge's radius: rho beta from which on USAM's bound is nowhere below SGD's."""


def table(dataset: xarray.Dataset) -> str:
    """Two rows a class."""
    rows = [HEAD]
    for kappa in dataset.kappa.values:
        part = dataset.sel(kappa=kappa)
        finite = [
            percent((part.factor.sel(algorithm=label) < 1).mean())
            for label in ("USAM", "SSAM")
        ]
        radius = float(usam_gain_radius(float(part.curvature), 1.0))
        edge = "none" if np.isinf(radius) else f"{radius:.3f}"
        for visited in (False, True):
            shares = [
                percent(below(part, *pair, visited).mean())
                for pair in (("USAM", "GD"), ("SSAM", "USAM"), ("SSAM", "GD"))
            ]
            word = "visited" if visited else "common"
            rows.append((kappa, word, *shares, *finite, edge))
    return align(rows) + "\n\n" + NOTES


def answer(dataset: xarray.Dataset) -> str:
    """The answer in one sentence, every number out of the data."""
    gains, never = [], []
    for kappa in dataset.kappa.values:
        part = dataset.sel(kappa=kappa)
        mu = float(part.curvature)
        if below(part, "USAM", "GD").any():
            rho = dataset.rho.values
            top = float(usam_gain_limit(mu, 1.0, rho).max())
            gains.append(f"{kappa} (eta beta up to {top:.2f})")
        else:
            never.append(str(kappa))
    ssam = any(below(dataset.sel(kappa=k), "SSAM", "GD").any() for k in dataset.kappa)
    one = f"USAM's bound is below SGD's for kappa {', '.join(gains) or 'none'}"
    one += f", nowhere for {', '.join(never)}" if never else ""
    two = "somewhere" if ssam else "nowhere"
    return f"At a common G {one}; SSAM's is {two} below SGD's."
