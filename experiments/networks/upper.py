"""The upper ends of the learning rates that train, seed by seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray

from experiments.networks import plan
from experiments.networks.job import Training
from experiments.networks.ranges import FRACTION
from experiments.networks.training import trained
from landscapes.splits import present
from theory import methods

STEP = 2.0**0.25
FIRST = 100  # seed: none of `experiments.network_regimes`
BLOCK = 10  # seeds that are kept together
TANH, CNN = ("digits", "mlp:tanh"), ("digits", "cnn:relu")
# By task and method: the radius, and the window, around the ends that five other seeds
# have in `experiments.network_regimes`: the first rates train, the last do not.
WINDOWS = {
    TANH: {
        "gd": (0.0, 11.0, 64.0),
        "usam": (3.0, 9.0, 52.0),
        "sam": (2.0, 8.0, 56.0),
    },
    ("digits", "mlp:relu"): {"gd": (0.0, 1.1, 2.9), "sam": (2.0, 1.0, 2.6)},
    CNN: {"gd": (0.0, 1.0, 3.6), "sam": (0.5, 0.8, 3.2)},
    ("fashion_mnist", "mlp:relu"): {"gd": (0.0, 0.21, 0.5), "sam": (2.0, 0.13, 0.33)},
}


def blocks(config: Any) -> dict[str, list[tuple]]:
    """The cases of every part: (data, model, seed, epochs, train)."""
    found: dict[str, list[tuple]] = {}
    for task in _tasks(config):
        twice = task in (TANH, CNN) and not config.quick
        count = config.seeds * (2 if twice else 1)
        for seed in range(FIRST, FIRST + count):
            case = (*task, seed, plan.epochs(task, config), config.train)
            found.setdefault(owner(case), []).append(case)
    return found


def _tasks(config: Any) -> list[plan.Task]:
    here = [task for task in WINDOWS if present(task[0])]
    return here[:2] if config.quick else here


def owner(case: tuple) -> str:
    """The part: a task, and a block of seeds."""
    data, model, seed, *_ = case
    return f"{plan.label((data, model))} {(seed - FIRST) // BLOCK}"


def do(data: str, model: str, seed: int, epochs: int, train: int) -> xarray.Dataset:
    """All methods of a task, from one seed; one thread, whatever there are."""
    import torch

    torch.set_num_threads(1)
    shift = np.random.default_rng(seed).uniform()
    rows = []
    for spec, (rho, low, high) in WINDOWS[data, model].items():
        eta = rates(low, high, shift)
        job = Training(
            data, model, spec, tuple(eta), (rho,), 1, epochs, seed, train=train
        )
        row = _row(eta, trained(job, 0, job.runs))
        rows.append(row.assign(rho=rho).expand_dims(algorithm=[methods.label(spec)]))
    found = xarray.concat(rows, "algorithm", join="outer")
    return found.expand_dims(task=[plan.label((data, model))], seed=[seed])


def rates(low: float, high: float, shift: float) -> np.ndarray:
    """From `low` on, shifted by a part of a step, to the first at or above `high`."""
    count = int(np.ceil(np.log(high / low) / np.log(STEP))) + 1
    return low * STEP ** (np.arange(count) + shift)


def _row(eta: np.ndarray, runs: np.ndarray) -> xarray.Dataset:
    """One method's, along `rate`."""
    fall = runs["train_loss"] / runs["start_loss"]
    trains = (runs["diverged"] < 0) & (fall < FRACTION)
    known = {"eta": eta, "train_loss": fall, "trains": trains.astype(float)}
    return xarray.Dataset(
        {name: ("rate", values) for name, values in known.items()}
        | {"edge": edge(eta, trains), "cut": float(trains[-1])},
        coords={"rate": np.arange(len(eta))},
    )


def edge(eta: np.ndarray, trains: np.ndarray) -> float:
    """The end of the rates that train: a step for each of them, from a step below."""
    return float(eta[0] * STEP ** (trains.sum() - 0.5))


def together(done: list[tuple[tuple, xarray.Dataset]]) -> xarray.Dataset:
    """A block's seeds."""
    rows = [found for _, found in sorted(done, key=lambda one: one[0][2])]
    return xarray.concat(rows, "seed", join="outer")


def whole(blocks: list[xarray.Dataset]) -> xarray.Dataset:
    """All tasks; NaN where one has fewer methods, seeds or rates than others."""
    # Encodings of what was loaded would cut longer names short.
    blocks = [block.drop_encoding() for block in blocks]
    found = xarray.merge(blocks, join="outer", compat="no_conflicts")
    labels = dict.fromkeys(n for block in blocks for n in block.algorithm.values)
    tasks = dict.fromkeys(n for block in blocks for n in block.task.values)
    found = found.assign(rho=found.rho.max("seed"), step=STEP)
    return found.sel(algorithm=[*labels], task=[*tasks])
