"""What is to be trained, cut into cases that can run anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
import xarray

from experiments import run
from experiments.edges import late
from experiments.edges.cells import cells
from experiments.edges.look import Runs, trained
from experiments.edges.setting import LATE_ETA, etas, one_thread, radii, setting
from theory import methods

SWITCH = "late switch"
CELL = ("data", "algorithm", "eta_level", "rho_level", "seed")
# What stands in cells that were not run: GD has one radius.
FILL = {"matvecs": 0, "diverged": -1, "late_matvecs": 0, "late_diverged": -1}
STORED = {"zlib": True, "complevel": 4, "shuffle": True}


def by_part(config: Any) -> dict[str, list[tuple]]:
    """The cases of each part: a method on a data set, or the late switches there.

    Raises:
        ValueError: a method or data set is unknown or named twice, or there are no
            usual learning rates and none are given.
    """
    run.distinct("methods", {s: methods.make(s).label for s in config.methods})
    plans: dict[str, list[tuple]] = {}
    for data in config.data:
        setting(config, data)
        if not etas(config, data) or not (data in LATE_ETA or config.rho_grid):
            raise ValueError(
                f"`{data}` has no usual learning rates and radii: give --eta and --rho."
            )
        levels = range(len(etas(config, data)))
        for spec in config.methods:
            cases = [("edge", data, spec, level, config) for level in levels]
            plans[owner(cases[0])] = cases
        if config.late and data in LATE_ETA:
            case = (SWITCH, data, "", 0, config)
            plans[owner(case)] = [case]
    return plans


def owner(case: tuple) -> str:
    """The part a case belongs to."""
    kind, data, spec, *_ = case
    return f"{data} {SWITCH if kind == SWITCH else methods.make(spec).label}"


def do(kind: str, data: str, spec: str, level: int, config: Any) -> xarray.Dataset:
    """Runs one case."""
    with one_thread():
        if kind == SWITCH:
            return late.switched(data, config)
        return edge_runs(data, spec, level, config)


def edge_runs(data: str, spec: str, level: int, config: Any) -> xarray.Dataset:
    """All radii and seeds of a method at one learning rate, trained together."""
    net, method = setting(config, data), methods.make(spec)
    rhos, eta = radii(config, data, method), etas(config, data)[level]
    x = torch.stack([net.initial(seed).to(net.X) for seed in range(config.seeds)])
    rho = torch.tensor(rhos).to(net.X).repeat_interleave(config.seeds)[:, None]
    runs = Runs(net, method, rho, torch.full_like(rho, eta), config.top, config.tol)
    times = range(0, config.steps + 1, config.every)
    seen = trained(runs, x.repeat(len(rhos), 1), times)
    return xarray.Dataset(
        cells(seen, CELL, (1, 1, 1, len(rhos), config.seeds))
        | {
            "eta": (("data", "eta_level"), [[eta]]),
            "rho": (("data", "algorithm", "rho_level"), [[rhos]]),
            "radius_unit": ("algorithm", [method.radius_unit]),
            "step": ("check", np.array(times)),
        },
        {
            "data": [data],
            "algorithm": [method.label],
            "rho_level": np.arange(len(rhos)),
        },
    )


def together(done: Iterable[tuple[tuple, xarray.Dataset]]) -> xarray.Dataset:
    """The cases of a part, by learning rate, whatever order they finished in."""
    parts = [dataset for _, dataset in sorted(done, key=lambda pair: pair[0][3])]
    return _beside(parts, "eta_level") if len(parts) > 1 else parts[0]


def merge(parts: list[xarray.Dataset], config: Any) -> xarray.Dataset:
    """All parts, methods and data as the user named them; NaN where nothing was run."""
    rows = []
    for data in config.data:
        own = [part for part in parts if part.data.item() == data]
        trained = [part for part in own if "algorithm" in part.dims]
        switched = [part for part in own if "late_algorithm" in part.dims]
        rows.append(xarray.merge([_beside(trained, "algorithm"), *switched]))
    whole = _beside(rows, "data")
    for variable in whole.data_vars.values():
        if variable.size > 1000:
            variable.encoding = dict(STORED)
    return whole


def _beside(parts: list[xarray.Dataset], dim: str) -> xarray.Dataset:
    return xarray.concat(
        parts, dim, data_vars="minimal", coords="minimal", compat="override",
        join="outer", fill_value=FILL,
    )  # fmt: skip
