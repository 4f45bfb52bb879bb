"""What is trained: tasks, and for each the grids of learning rates and radii."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments import run
from experiments.networks.job import Training
from landscapes.splits import present
from theory import methods
from theory.method import Method

# Data and model, and the learning rates between which everything happens there: below
# the first the epochs do not suffice, at the last nothing trains any more.
RATES = {
    ("digits", "mlp:relu"): (0.06, 6.0),
    ("digits", "mlp:tanh"): (0.1, 60.0),
    ("digits", "cnn:relu"): (0.05, 5.0),
    ("fashion_mnist", "mlp:relu"): (0.012, 1.2),
}
OTHERWISE = (0.01, 10.0)
EPOCHS = 40
DEAR = {"cnn": 20}  # epochs where a step costs ten times as much

Task = tuple[str, str]


def tasks(config: Any) -> list[Task]:
    """Data and model: as they are named, else those that are known and here."""
    if config.quick and not (config.data or config.model):
        return [next(iter(RATES))]
    here = [task for task in RATES if present(task[0])]
    if not (config.data or config.model):
        return here
    data = config.data or dict.fromkeys(name for name, _ in here)
    model = config.model or ("mlp:relu",)
    return [(d, m) for d in dict.fromkeys(data) for m in dict.fromkeys(model)]


def left_out(config: Any) -> str:
    """What the default would hold if its data were here, in a sentence."""
    if config.quick or config.data or config.model:
        return ""
    missing = [label(task) for task in RATES if not present(task[0])]
    said = f"left out, since the data are not here: {', '.join(missing)}."
    return said if missing else ""


def label(task: Task) -> str:
    """`digits mlp relu`."""
    return " ".join(task).replace(":", " ")


def jobs(config: Any) -> dict[tuple[Task, str], Training]:
    """The sweep of every task and method.

    Raises:
        ValueError: a word is unknown, two methods are one, or data are not here.
    """
    run.distinct("methods", {s: methods.label(s) for s in config.methods})
    named = tasks(config)
    run.distinct("tasks", {" ".join(task): label(task) for task in named})
    return {
        (task, spec): job(task, spec, config)
        for task in named
        for spec in dict.fromkeys(config.methods)
    }


def job(task: Task, spec: str, config: Any) -> Training:
    """One task and method on the whole grid."""
    return Training(
        *task,
        spec,
        rates(task, config),
        radii(methods.make(spec), config),
        config.seeds,
        epochs(task, config),
        0,
        config.batch,
        config.loss,
        config.train,
        config.dtype,
        config.device,
    )


def rates(task: Task, config: Any) -> tuple[float, ...]:
    """Learning rates: as given, else those of the task."""
    if config.eta_grid:
        return tuple(config.eta_grid)
    return tuple(np.geomspace(*RATES.get(task, OTHERWISE), config.rates).tolist())


def radii(method: Method, config: Any) -> tuple[float, ...]:
    """Radii: as given, else those of the unit; one, 0, of a method without."""
    if not method.has_radius:
        return (0.0,)
    return tuple(config.rho_grid or config.radii[method.radius_unit])


def epochs(task: Task, config: Any) -> int:
    """Passes over the data."""
    return config.epochs or DEAR.get(task[1].partition(":")[0], EPOCHS)
