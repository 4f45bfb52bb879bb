r"""Does SAM rest where the gradient vanishes at its ascent point only (T11, L25)?

Full-batch SAM from torch's own initialisation (cold), and after as many steps of
gradient descent (warm), over a range of radii. In the last steps: is $\|d\| \ll \|g\|$,
and is the loss lower at the ascent point than at the point itself, as it is about a
hallucinated minimiser and is not where the ascent reaches a plateau?
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import xarray

from experiments.edges.setting import one_thread
from experiments.networks.saddles.training import perceptron
from theory import methods
from theory.iterate import iterate
from theory.method import norm, unit

LAST = 50  # steps that are looked at
ARMS = ("cold", "warm")
RUN = ("data", "hallucination_rho", "hallucination_eta", "seed", "arm")


def hallucination(data: str, eta: float, config: Any) -> xarray.Dataset:
    """One learning rate: all radii and seeds at once, cold and warm."""
    with one_thread():
        return _hallucination(data, eta, config)


def _hallucination(data: str, eta: float, config: Any) -> xarray.Dataset:
    net = perceptron(data, config.samples, config.loss)
    seeds = np.arange(config.seed, config.seed + config.seeds)
    cold = torch.stack([net.initial(int(s)).double() for s in seeds])
    *_, state = iterate(net, methods.make("gd"), cold, eta, config.train_steps)
    shape = (len(config.hallucination_grid), len(seeds))
    rho = np.repeat(np.array(config.hallucination_grid), len(seeds))
    method = methods.make("sam", rho=torch.tensor(rho[:, None]))
    told = []
    for start in (cold, state.x):
        x = start.repeat(shape[0], 1)
        states = iterate(net, method, x, eta, config.train_steps)
        told.append(_last(net, method.rho, states, config.train_steps))
    cells = {
        key: np.stack([one[key].reshape(shape) for one in told], axis=-1)
        for key in told[0]
    }
    warm = net.value(state.x).numpy()[None, None]
    return xarray.Dataset(
        {key: (RUN, value[None, :, None].astype("f4")) for key, value in cells.items()}
        | {"warm_start_loss": (("data", "hallucination_eta", "seed"), warm)},
        coords={
            "data": [data],
            "hallucination_rho": list(config.hallucination_grid),
            "hallucination_eta": [eta],
            "seed": seeds,
            "arm": list(ARMS),
        },
    )


def _last(net: Any, rho: Any, states: Any, steps: int) -> dict[str, np.ndarray]:
    """Means over the last steps; NaN where a run is not finite."""
    sums = {"d_norm": 0.0, "g_norm": 0.0, "loss_here": 0.0, "loss_there": 0.0}
    for t, state in enumerate(states):
        if t > steps - LAST:
            there = state.x + rho * unit(state.g)
            sums["d_norm"] = sums["d_norm"] + norm(state.d)[:, 0] / LAST
            sums["g_norm"] = sums["g_norm"] + norm(state.g)[:, 0] / LAST
            sums["loss_here"] = sums["loss_here"] + net.value(state.x) / LAST
            sums["loss_there"] = sums["loss_there"] + net.value(there) / LAST
    return {f"hallucination_{key}": np.asarray(value) for key, value in sums.items()}
