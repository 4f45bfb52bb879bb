"""Which problems an experiment has, by name."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from experiments.converging.problems import problem
from experiments.converging.spectra import SHAPES
from experiments.converging.tables import has_classes
from landscapes.data import TABLES


def names(config: Any) -> list[str]:
    """The names of all problems of an experiment that there are."""
    shapes = [*SHAPES, *(d for d in config.data if d in TABLES)]
    shapes = shapes[::2] if config.quick else shapes
    found = [f"quadratic {s} kappa {k:g}" for s in shapes for k in config.kappas]
    for data in config.data:
        pairs = itertools.product(models(data), config.mild)
        found += [f"{model} {data} kappa {k:g}" for model, k in pairs]
        found += [f"huber {data}", f"low-rank {data}"]
    found.append("log-square")
    return [name for name in found if problem(name) is not None]


def models(data: str) -> tuple[str, ...]:
    """The regressions with a ridge that a data set serves."""
    return ("ridge", "logistic") if has_classes(data) else ("ridge",)


def stochastic(config: Any, kappa: float) -> list[str]:
    """One regression a data set, for runs with noise."""
    return [f"{models(data)[-1]} {data} kappa {kappa:g}" for data in config.data]


def label(name: str) -> str:
    """A name with a user's own file by its stem."""
    return " ".join(Path(w).stem if "." in w and "/" in w else w for w in name.split())
