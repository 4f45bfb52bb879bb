"""What is trained, at which learning rates and radii, for how long."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from landscapes.registry import unknown
from theory import methods
from theory.measured.reading import dataset
from theory.method import Method

EQUAL = ("small", "middle", "large")  # radii, at one learning rate for all
OWN, LATE = "own", "late"  # each at its own best; a switch from GD
CELLS = (OWN, *EQUAL, LATE)


@dataclass(frozen=True)
class Task:
    """Networks that are trained until their spectrum is looked at.

    Args:
        data: a data set of `landscapes.splits.split`.
        model: out of `landscapes.models`, with its activation.
        loss: out of `landscapes.network.LOSSES`.
        batch: samples in a mini-batch; 0: all.
        epochs: passes over the training samples; with all in a step, steps.
        train: training samples; 0: as usual for the data.
        eta: the learning rate of all; 0: SGD's best, and each at its own best too,
            as `experiments.network_regimes` chose them.
        late: steps of another method after GD; 0: no switch.
    """

    data: str
    model: str
    loss: str = "cross_entropy"
    batch: int = 64
    epochs: int = 40
    train: int = 0
    eta: float = 0.0
    late: int = 0

    @property
    def label(self) -> str:
        """`wine mlp tanh square` where all samples are in a step."""
        name = f"{self.data} {self.model}".replace(":", " ")
        return name if self.batch else f"{name} {self.loss.replace('_', ' ')}"


# GD comes to 2/eta on the square losses; cross-entropy falls to some 1e-4.
TASKS = {
    "digits-relu": Task("digits", "mlp:relu"),
    "digits-tanh": Task("digits", "mlp:tanh"),
    "digits-cnn": Task("digits", "cnn:relu", epochs=20),
    "fashion-relu": Task("fashion_mnist", "mlp:relu"),
    "wine-square": Task("wine", "mlp:tanh", "square", 0, 2000, 0, 0.5, 500),
    "wine-entropy": Task("wine", "mlp:tanh", "cross_entropy", 0, 1500, 0, 1.0, 500),
    "digits-square": Task("digits", "mlp:tanh", "square", 0, 1500, 500, 0.5, 500),
    "digits-entropy": Task("digits", "mlp:tanh", "cross_entropy", 0, 1500, 500, 2, 500),
}
BATCHED = {"length": (0.05, 0.15, 0.5), "rate": (0.1, 0.3, 1.0)}
WHOLE = {"length": (0.01, 0.03, 0.1), "rate": (0.02, 0.06, 0.2)}


@dataclass(frozen=True)
class Cell:
    """A learning rate and a radius, and what they are.

    Args:
        name: out of `CELLS`.
        eta: learning rate.
        rho: radius; 0 for a method without.
    """

    name: str
    eta: float
    rho: float


def named(name: str) -> Task:
    """A task by its name.

    Raises:
        ValueError: it is unknown.
    """
    if name not in TASKS:
        raise unknown("task", name, TASKS)
    return TASKS[name]


def cells(task: Task, spec: str) -> list[Cell]:
    """Where a method is trained, from the start.

    Raises:
        ValueError: the best rates are needed and no kept result has them.
    """
    method = methods.make(spec)
    eta = task.eta or _best(task, "gd")[0]
    found = [
        Cell(name, eta, rho)
        for name, rho in zip(EQUAL, radii(task, method), strict=True)
    ]
    return found if task.eta else [Cell(OWN, *_best(task, spec)), *found]


def radii(task: Task, method: Method) -> tuple[float, ...]:
    """Three, or three times 0 of a method without."""
    if not method.has_radius:
        return (0.0,) * len(EQUAL)
    return (BATCHED if task.batch else WHOLE)[method.radius_unit]


def _best(task: Task, spec: str) -> tuple[float, float]:
    found, label = dataset("network_regimes"), methods.label(spec)
    for axis, word in (("task", task.label), ("algorithm", label)):
        if word not in found[axis].values:
            raise ValueError(
                f"the kept result of `experiments.network_regimes` has no {axis} "
                f"`{word}`: nothing is known of its best learning rate."
            )
    cell = found.sel(task=task.label, algorithm=label)
    return float(cell.chosen_eta), float(cell.chosen_rho)


def shortened(task: Task, config: Any) -> Task:
    """The task with few steps for --quick."""
    if not config.quick:
        return task
    most = 3 if task.batch else 60
    return replace(task, epochs=min(task.epochs, most), late=min(task.late, 10))
