"""The learning rate above which SAM leaves a saddle, bracketed from both sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray

from experiments.saddles.site import Site, sites
from landscapes.quadratic import Quadratic
from theory import methods, simulate
from theory.quadratic import sam_threshold, sam_trap
from theory.verdict import Verdict, classify

ROUNDS, ETAS = 4, 12


def starts_inside(site: Site, rho: np.ndarray, count: int, seed: int) -> np.ndarray:
    r"""Starts with $\|Hw\| = \rho m / 2$, `(rho, count, d)`."""
    v = np.random.default_rng([seed, 3]).normal(size=(count, site.landscape.dim))
    H = site.landscape.hessian(site.saddle.point)
    v /= np.linalg.norm(v @ H, axis=1, keepdims=True)
    reach = sam_trap(rho, site.saddle.eigenvalues) / 2
    return site.saddle.point + reach[:, None, None] * v


def threshold(name: str, number: int, spec: str, config: Any) -> xarray.Dataset:
    """Refines a grid of learning rates between "all stalled" and "all left".

    Returns:
        `threshold_low`, `threshold_high`: the largest eta below every escape at which
        all starts have the verdict stalled, and the smallest above it at which all have
        left; NaN where there is none. `threshold_predicted`: T7's, NaN where T7 is
        silent. Dimensions `saddle`, `rho_level`.
    """
    site = sites(name, config.radius)[number]
    method = methods.make(spec)
    rho = site.rhos(method, *config.rho_grid)
    x = starts_inside(site, rho, config.threshold_starts, config.seed)
    told = sam_threshold(site.saddle.eigenvalues)
    floor = 0.02 if np.isnan(told) else min(0.02, told * site.curvature / 2)
    low = np.full(len(rho), floor / site.curvature)
    high = np.full(len(rho), 1.98 / site.curvature)
    seen_low, seen_high = np.full(len(rho), np.nan), np.full(len(rho), np.nan)
    for _ in range(ROUNDS):
        eta = np.linspace(low, high, ETAS, axis=1)  # (rho, eta)
        run = simulate.batch(
            site.landscape,
            method,
            eta[..., None],
            rho[:, None, None],
            x[:, None],
            config.threshold_steps,
            center=site.saddle.point,
            radius=site.radius,
            engine="numpy",
            dtype=config.dtype,
        )
        stalled = (classify(run, site.landscape).codes == Verdict.STALLED).all(-1)
        left, escaped = run.left.all(-1), run.left.any(-1)
        for r in range(len(rho)):
            sides = stalled[r], left[r], escaped[r]
            low[r], high[r] = _narrow(eta[r], *sides, low[r], high[r])
            if stalled[r, eta[r] <= low[r]].any():
                seen_low[r] = low[r]
            if left[r, eta[r] >= high[r]].any():
                seen_high[r] = high[r]
    # Without a radius there is no trap to start in.
    names = {
        "threshold_low": np.where(rho > 0, seen_low, np.nan),
        "threshold_high": np.where(rho > 0, seen_high, np.nan),
        "threshold_predicted": np.full(len(rho), told),
    }
    return xarray.Dataset(
        {key: (("saddle", "rho_level"), value[None]) for key, value in names.items()},
        coords={"saddle": [site.name]},
    )


def _narrow(eta, stalled, left, escaped, low, high):
    """The bracket [last all-stalled before any escape, first all-left after it]."""
    before = ~np.maximum.accumulate(escaped)
    low = eta[stalled & before][-1] if (stalled & before).any() else low
    above = left & (eta > low)
    return low, eta[above][0] if above.any() else high


def spectra(count: int, seed: int, largest: int = 6) -> np.ndarray:
    r"""Random index-1 spectra with $\lambda_+ > 1.5 m$, padded with 0, `(count, d)`.

    The second positive eigenvalue stays below 0.9 of the first, so that the top mode
    outlives the others within the steps of a run.
    """
    rng = np.random.default_rng([seed, 4])
    found = np.zeros((count, largest))
    for lam in found:
        d = rng.integers(2, largest + 1)
        lam[0], m = rng.uniform(0.5, 4), rng.uniform(0.1, 1 / 1.5)
        lam[1] = -m * lam[0]
        lam[2:d] = rng.uniform(0.05, 0.9, d - 2) * lam[0]
    return found


def across(spec: str, config: Any) -> xarray.Dataset:
    """Share of starts that leave quadratic saddles, around T7's threshold.

    Returns:
        `left`: dimensions `spectrum`, `scale` (eta over the threshold), `algorithm`;
        with the spectra.
    """
    lam = spectra(config.spectra, config.seed)
    told = np.array([sam_threshold(row[row != 0]) for row in lam])
    scale = np.linspace(0.5, 1.5, 41)
    method, rho, d = methods.make(spec), 1.0, lam.shape[1]
    v = np.random.default_rng([config.seed, 5]).normal(size=(config.spectra, 4, d))
    v *= lam[:, None] != 0
    v /= np.linalg.norm(v * lam[:, None], axis=-1, keepdims=True)
    m = -lam.min(axis=1)
    run = simulate.batch(
        Quadratic(lam[:, None, None]),
        method,
        told[:, None, None] * scale[:, None],
        rho,
        (v * m[:, None, None] / 2)[:, None],
        config.threshold_steps,
        radius=100.0,
        window=0,
        engine="numpy",
        dtype=config.dtype,
    )
    return xarray.Dataset(
        {
            "left": (("algorithm", "spectrum", "scale"), run.left.mean(axis=-1)[None]),
            "spectra": (("spectrum", "mode"), lam),
        },
        coords={"scale": scale, "algorithm": [method.label]},
    )
