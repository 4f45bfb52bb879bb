"""What is trained: every method with and without Stable, each on a grid of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments import run
from experiments.networks.job import Training
from experiments.networks.paired import Pairs
from experiments.networks.plan import Task, label
from experiments.zoo.lineup import line_up, plain_forms, variants
from landscapes.splits import present
from theory import methods
from theory.method import Method
from theory.methods.stable import Stable

# Data, and the learning rates from below the best (lower where labels are wrong, of
# which fewer are then learnt by heart) to where nothing trains, for methods whose
# direction has a gradient's length.
RATES = {
    "digits": (0.15, 4.5),
    "digits:noisy": (0.05, 4.5),
    "fashion_mnist": (0.02, 0.8),
    "fashion_mnist:noisy": (0.01, 0.8),
}
OTHERWISE = (0.02, 1.8)
# Of methods whose direction is a step: of Adam's kind, or of about the right length.
STEPS = {"adasam": (5e-5, 0.2), "sam-polyak": (0.1, 9.0)}
# By unit; and of balls that are measured otherwise: relative to the weights, or in
# every coordinate.
RADII = {"length": (0.05, 0.2, 0.8), "rate": (0.1, 0.5, 2.0)}
OWN = {"asam": (0.25, 1.0, 4.0), "linf-sam": (0.001, 0.004, 0.016)}
SHARPER = {"fashion_mnist": 0.25}  # data whose radii, where rates, are so much smaller


def against(specs: tuple[str, ...]) -> Pairs:
    """All with SGD and with SAM, every renormalised one with the method it scales."""
    known = line_up(specs)
    pairs = {
        other: {one: other for one in known if one not in ("GD", other)}
        for other in ("GD", "SAM")
        if other in known
    }
    scaled = {
        own: inner
        for own, inner in zip(known, plain_forms(specs), strict=True)
        if inner in known
    }
    return pairs | {"plain": scaled}


def tasks(config: Any) -> list[Task]:
    """Data and model: as named, else those that are known and here; one for --quick."""
    here = [data for data in RATES if present(data)]
    data = config.data or (here[:1] if config.quick else here)
    model = config.model or ("mlp:relu",)
    return [(d, m) for d in dict.fromkeys(data) for m in dict.fromkeys(model)]


def left_out(config: Any) -> str:
    """What the default would hold if its data were here, in a sentence."""
    if config.quick or config.data:
        return ""
    missing = [data for data in RATES if not present(data)]
    said = f"left out, since the data are not here: {', '.join(missing)}."
    return said if missing else ""


def specs(config: Any) -> tuple[str, ...]:
    """The methods that are named, or all."""
    return tuple(dict.fromkeys(config.methods)) or variants()


def jobs(config: Any) -> dict[tuple[Task, str], Training]:
    """The sweep of every task and method.

    Raises:
        ValueError: a word is unknown, two methods are one, or data are not here.
    """
    run.distinct("methods", {spec: methods.label(spec) for spec in specs(config)})
    named = tasks(config)
    run.distinct("tasks", {" ".join(task): label(task) for task in named})
    return {
        (task, spec): job(task, spec, config)
        for task in named
        for spec in specs(config)
    }


def job(task: Task, spec: str, config: Any) -> Training:
    """One task and method on its own grid."""
    method = methods.make(spec)
    return Training(
        *task,
        spec,
        rates(task, method, config.rates),
        radii(task, method, config.radii),
        config.seeds,
        config.epochs,
        batch=config.batch,
        train=config.train,
        dtype=config.dtype,
    )


def rates(task: Task, method: Method, count: int) -> tuple[float, ...]:
    """So many learning rates, of the task or of the method."""
    ends = STEPS.get(_name(method), RATES.get(task[0], OTHERWISE))
    return tuple(np.geomspace(*ends, count).tolist())


def radii(task: Task, method: Method, count: int) -> tuple[float, ...]:
    """So many radii, the middle ones, of the unit or of the method; 0 without."""
    if not method.has_radius:
        return (0.0,)
    grid = OWN.get(_name(method), RADII[method.radius_unit])
    if method.radius_unit == "rate":
        scale = SHARPER.get(task[0].partition(":")[0], 1.0)
        grid = tuple(scale * rho for rho in grid)
    first = (len(grid) - count) // 2
    return grid[first : first + count]


def _name(method: Method) -> str:
    """Of the method that is wrapped, if one is."""
    return methods.spec(method.method if isinstance(method, Stable) else method)
