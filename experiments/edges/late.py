r"""L28: what a switch does, late in training, from GD to another method.

GD trains at a learning rate at which it comes near $2/\eta$ and not to it. Then a
method with a lower edge goes on, at the same rate: GD's minimum is beyond its edge, and
the gradient along $v_1$ grows by the multiplier of `theory.edges` a step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import xarray

from experiments.edges.cells import cells
from experiments.edges.look import Runs, trained
from experiments.edges.setting import LATE_ETA, LATE_RHO, radii, setting
from landscapes.network import Network
from theory import methods
from theory.edges import multiplier
from theory.iterate import iterate
from theory.top_eigenvalues import top_eigenvalues

CELL = ("data", "late_algorithm", "rho_level", "seed")
MOMENTS = 100  # steps after the switch of which each is looked at
# Between these shares of its largest size the growth is measured: above rounding and
# the valley's own slow turning, below where the network bends.
LOW, HIGH = 1e-4, 1e-1
FEWEST = 5  # points for a slope


def switched(data: str, config: Any) -> xarray.Dataset:
    """GD, then every method; GD itself goes on too, for comparison."""
    net, eta, before = setting(config, data), LATE_ETA[data], config.late_steps[0]
    x = torch.stack([net.initial(seed).to(net.X) for seed in range(config.seeds)])
    *_, end = iterate(net, methods.make("gd"), x, eta, before)
    v = top_eigenvalues(net.hvp, end.x, 1, tol=1e-3).vectors[:, 0]
    specs = ("gd", *(spec for spec in config.methods if spec != "gd"))
    parts = [_after(net, data, spec, eta, end.x, v, config) for spec in specs]
    whole = xarray.concat(
        parts, "late_algorithm", data_vars="minimal", join="outer", compat="override",
        coords="minimal", fill_value={"late_matvecs": 0, "late_diverged": -1},
    )  # fmt: skip
    whole["late_eta"] = ("data", [eta])
    whole["switch"] = ("data", [before])
    return whole


def _after(
    net: Network, data: str, spec: str, eta: float, x: Any, v: Any, config: Any
) -> xarray.Dataset:
    """One method from there, all radii and seeds together."""
    method, seeds = methods.make(spec), len(x)
    rhos = radii(config, data, method, LATE_RHO)
    rho = torch.tensor(rhos).to(net.X).repeat_interleave(seeds)[:, None]
    runs = Runs(net, method, rho, torch.full_like(rho, eta), config.top, config.tol)
    along, normal = [], v.repeat(len(rhos), 1)

    def each(t: int, state: Any) -> None:
        if t <= MOMENTS:
            along.append((state.g * normal).sum(-1).double().numpy(force=True))

    times = _times(config.late_steps[1])
    seen = trained(runs, x.repeat(len(rhos), 1), times, each)
    signed = np.stack(along, axis=1)
    first = {name: values[:, 0] for name, values in seen.items() if values.ndim > 1}
    factor = multiplier(
        method.having(rho=rho[:, 0].double().numpy(force=True)),
        eta, first["sharpness"][:, 0], first["g_norm"], first["gamma"],
    )  # fmt: skip
    seen |= {
        "growth": np.array([growth(row) for row in signed]),
        "growth_predicted": np.log(np.abs(factor)),
    }
    shape = (1, 1, len(rhos), seeds)
    variables = cells(seen, CELL, shape, "late_")
    moments = signed.astype(np.float32).reshape(*shape, -1)
    return xarray.Dataset(
        variables
        | {
            "late_g_along_v1": ((*CELL, "late_moment"), moments),
            "late_rho": (("data", "late_algorithm", "rho_level"), [[rhos]]),
            "late_step": ("late_check", np.array(times)),
        },
        {
            "data": [data],
            "late_algorithm": [f"GD>{method.label}"],
            "rho_level": np.arange(len(rhos)),
        },
    )


def _times(steps: int) -> list[int]:
    """Checks after the switch: every 10 steps at first, then every 25."""
    return sorted({*range(0, min(MOMENTS, steps) + 1, 10), *range(0, steps + 1, 25)})


def growth(along: np.ndarray) -> float:
    r"""The slope of $\ln$ of the gradient along $v_1$, a step, while it is small.

    Of its changes from step to step, in which a constant does not show; over the last
    rise of these from 1e-4 to 0.1 of their largest.

    Args:
        along: the component after 0, 1, 2 ... steps.

    Returns:
        NaN where this takes fewer than five steps, or it is not finite.
    """
    change = np.abs(np.diff(along))
    if not np.isfinite(change).all():
        return np.nan
    high = int(np.argmax(change >= HIGH * change.max()))
    below = np.flatnonzero(change[:high] < LOW * change.max())
    low = int(below[-1]) + 1 if len(below) else 0
    if high + 1 - low < FEWEST:
        return np.nan
    span = np.arange(low, high + 1)
    return float(np.polyfit(span, np.log(change[span]), 1)[0])
