"""Ordinary training: does it stall, and what is the Hessian's index where it ends?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import torch
import xarray

from experiments.edges.setting import one_thread
from experiments.networks.saddles.data import principal
from experiments.networks.saddles.embedded import hessian
from experiments.networks.saddles.escape import once
from experiments.networks.saddles.stalled import fall, quarters
from landscapes import models
from landscapes.network import Network
from theory import methods
from theory.iterate import iterate

HIDDEN, CLASSES, AXES = 4, 10, 20
SCALES = {"usual": 1.0, "small": 0.01}  # of the initialisation
CHECKS = (1 / 8, 1.0)  # of the steps
THRESHOLDS = (0.1, 0.01, 0.001)  # of lam_max, below which an eigenvalue is negative
RUN = ("data", "algorithm", "train_rho_level", "train_eta_level", "scale", "seed")


@lru_cache(maxsize=4)
def perceptron(data: str, n: int, loss: str) -> Network:
    """One hidden layer of tanh on ten classes of images, on their principal axes."""
    X, y = principal(data, n, CLASSES, AXES)
    made = models.make("mlp", (AXES,), CLASSES, hidden=(HIDDEN,))
    return Network(made.double(), X, y, loss, f"{data} mlp", "traced")


def training(data: str, spec: str, seed: int, config: Any) -> xarray.Dataset:
    """One method and seed: all radii, rates and scales of the start at once."""
    with one_thread():
        return _training(data, spec, seed, config)


def _training(data: str, spec: str, seed: int, config: Any) -> xarray.Dataset:
    net = perceptron(data, config.train, config.loss)
    method = methods.make(spec)
    rho = radii(method, config)
    levels = rho if np.isfinite(rho).all() else np.zeros(1)
    grid = np.meshgrid(
        levels, config.train_eta_grid, list(SCALES.values()), indexing="ij"
    )
    shape = grid[0].shape
    radius, eta, scale = (torch.tensor(part.reshape(-1, 1)) for part in grid)
    x = net.initial(seed).double() * scale
    size = config.batch or net.n
    rng = np.random.default_rng([seed, 7])
    checks = [round(share * config.train_steps) for share in CHECKS]
    states = iterate(
        net, method.having(rho=radius), x, eta, config.train_steps,
        sample=lambda t: net.sample(rng.permutation(net.n)[:size], t),
    )  # fmt: skip
    told = looked(net, states, checks)
    cells = {
        key: np.stack([one[key] for one in told], axis=1).reshape(
            *shape, len(checks), *told[0][key].shape[1:]
        )
        for key in told[0]
    }
    cells = {key: once(value, len(rho)) for key, value in cells.items()}
    found = _dataset(data, method, rho, seed, cells, config)
    return found.assign(constant_loss=(("data",), [constant_loss(net)]))


def looked(net: Network, states: Iterable, checks: list[int]) -> list[dict]:
    """What is seen of n runs at some of their steps: `_look`, and `fall`."""
    often = {t for check in checks for part in quarters(check) for t in part}
    losses, told = {}, []
    for t, state in enumerate(states):
        if t in often:
            losses[t] = net.value(state.x).numpy()
        if t in checks:
            told.append(_look(net, state.x) | {"train_fall": fall(losses, t)})
    return told


def constant_loss(net: Network) -> float:
    """The loss of the best output that is the same for all samples."""
    share = torch.bincount(net.y) / net.n
    share = share[share > 0].double()
    if net.loss == "square":
        return float((1 - (share**2).sum()) / 2)
    return float(-(share * share.log()).sum())


def radii(method: Any, config: Any) -> np.ndarray:
    """Of a method, in its own unit; NaN for one that has none."""
    if not method.has_radius:
        return np.full(len(config.train_lengths), np.nan)
    length = method.radius_unit == "length"
    return np.array(config.train_lengths if length else config.train_rates)


def _look(net: Network, x: torch.Tensor) -> dict[str, np.ndarray]:
    """Loss, gradient and spectrum of the whole data's loss at each point."""
    loss = net.value(x).numpy()
    fine = np.isfinite(loss) & x.isfinite().all(-1).numpy()
    with np.errstate(all="ignore"):
        slope = net.gradient(x).norm(dim=-1).numpy()
    low, top = np.full((2, len(x)), np.nan)
    below = np.full((len(x), len(THRESHOLDS)), np.nan)
    for i in np.flatnonzero(fine):
        H = hessian(net, x[i])
        if np.isfinite(H).all():
            lam = np.linalg.eigvalsh(H)
            low[i], top[i] = lam[0], lam[-1]
            below[i] = [(lam < -share * lam[-1]).sum() for share in THRESHOLDS]
    with np.errstate(all="ignore"):
        steep = slope**2 / (2 * top * loss)
    return {
        "train_loss": loss,
        "train_gradient": slope,
        "train_steepness": steep,
        "train_lam_min": low,
        "train_lam_max": top,
        "train_index": below,
    }


def _dataset(
    data: str, method: Any, rho: np.ndarray, seed: int, cells: dict, config: Any
) -> xarray.Dataset:
    variables: dict[str, tuple] = {}
    for key, value in cells.items():
        dims = ("check", "threshold") if key == "train_index" else ("check",)
        spread = value[None, None, :, :, :, None]
        with np.errstate(over="ignore"):  # what diverges is infinite soon enough
            variables[key] = ((*RUN, *dims), spread.astype("float32"))
    dims = ("data", "algorithm", "train_rho_level")
    variables["train_rho"] = (dims, rho[None, None])
    variables["train_eta"] = (("train_eta_level",), np.array(config.train_eta_grid))
    return xarray.Dataset(
        variables,
        coords={
            "data": [data],
            "algorithm": [method.label],
            "scale": list(SCALES),
            "seed": [seed],
            "check": [round(share * config.train_steps) for share in CHECKS],
            "threshold": list(THRESHOLDS),
        },
    )
