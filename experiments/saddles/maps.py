"""The start plane of a saddle, every point with its verdict."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray

from experiments.saddles.site import sites
from theory import methods, simulate
from theory.verdict import classify

# A radius is a length for SAM and a rate for USAM: the map of the first shows a trap of
# a third of the plane, that of the second a radius above 1 / m, where T6 traps,
# and far enough for the runs to be at rest within the steps.
LENGTH, RATE = 0.3, 1.5
HALF_WIDTH = 0.6  # of the plane, over R
# Of the trajectories: learning rate over the curvature, radii, steps.
PATH_ETA, PATH_LENGTH, PATH_RATE, PATH_STEPS = 0.1, 0.2, 0.5, 400


def trap_map(name: str, spec: str, config: Any) -> xarray.Dataset:
    """Verdicts over the plane of the first saddle of a two-dimensional landscape.

    The learning rates are 0.4 and 1.2 over the curvature.

    Returns:
        `verdict`, dimensions `landscape`, `algorithm`, `map_eta`, `y`, `x`; `map_rho`,
        `map_eta_value` and the Hessian with them.
    """
    site = sites(name, config.radius)[0]
    method = methods.make(spec)
    eta = np.array([0.4, 1.2]) / site.curvature
    unit = {"length": LENGTH * site.radius, "rate": RATE / site.descent}
    rho = unit[method.radius_unit]
    line = np.linspace(-HALF_WIDTH, HALF_WIDTH, config.pixels)
    plane = np.stack(np.meshgrid(line, line), axis=-1) * site.radius  # (y, x, 2)
    run = simulate.batch(
        site.landscape,
        method,
        eta[:, None, None],
        rho,
        site.saddle.point + plane,
        config.steps,
        center=site.saddle.point,
        radius=site.radius,
        dtype=config.dtype,
        window=16,
        engine="numpy",
    )
    codes = classify(run, site.landscape).codes.astype(np.int8)
    pair = ("landscape", "algorithm")
    return xarray.Dataset(
        {
            "verdict": ((*pair, "map_eta", "y", "x"), codes[None, None]),
            "map_rho": (pair, [[rho]]),
            "map_eta_value": (("landscape", "map_eta"), eta[None]),
            "map_hessian": (
                ("landscape", "axis", "other_axis"),
                site.landscape.hessian(site.saddle.point)[None],
            ),
            "map_center": (("landscape", "axis"), site.saddle.point[None]),
            "map_radius": (("landscape",), [site.radius]),
        },
        coords={
            "landscape": [name],
            "algorithm": [method.label],
            "x": line,
            "y": line,
        },
    )


def path(name: str, spec: str, config: Any) -> xarray.Dataset:
    """One trajectory past the first saddle, from half-way up its rising direction.

    Returns:
        `path`, dimensions `landscape`, `algorithm`, `t`, `axis`; NaN after it has left
        the landscape's box by its own width.
    """
    site = sites(name, config.radius)[0]
    method = methods.make(spec)
    unit = {"length": PATH_LENGTH * site.radius, "rate": PATH_RATE / site.descent}
    start = site.saddle.eigenvectors @ np.array([0.02, 0.5]) * site.radius
    states = simulate.iterate(
        site.landscape,
        method.having(rho=unit[method.radius_unit]),
        site.saddle.point + start,
        PATH_ETA / site.curvature,
        PATH_STEPS,
    )
    with np.errstate(all="ignore"):
        points = np.array([state.x for state in states])
    low, high = np.array(site.landscape.box).T
    far = (points < 2 * low - high) | (points > 2 * high - low) | ~np.isfinite(points)
    points[np.maximum.accumulate(far.any(axis=1))] = np.nan
    return xarray.Dataset(
        {"path": (("landscape", "algorithm", "t", "axis"), points[None, None])},
        coords={"landscape": [name], "algorithm": [method.label]},
    )
