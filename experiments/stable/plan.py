"""What is run, cut into cases that can run anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray

from experiments import run
from experiments.stable import limits
from experiments.stable.data import samples
from experiments.stable.measures import MEASURES
from experiments.stable.setting import LINEAR, NETWORKS, Problem
from landscapes.registry import unknown
from landscapes.splits import present
from theory import methods

ALL = (32, 64, 128, 256)
# Models and sizes n of the data sets, unless said.
USUAL = {
    ("diabetes", "ridge"): ALL,
    ("diabetes", "square"): ALL,
    ("breast_cancer", "logistic"): ALL,
    ("breast_cancer:twin", "logistic"): ALL,
    ("digits", "logistic"): ALL,
    ("wine", "softmax"): ALL[:3],
    ("digits", "softmax"): (32, 128),
    ("fashion_mnist", "softmax"): (32, 128),
    ("breast_cancer", "mlp"): (32, 128),
    ("digits", "mlp"): (32,),
}
QUICK = {
    ("breast_cancer", "logistic"): (32, 64),
    ("diabetes", "square"): (32,),
    ("wine", "softmax"): (32,),
}


def problems(config: Any) -> list[Problem]:
    """What is learnt, in order.

    Raises:
        ValueError: a data set, a model or a method is unknown, or does not fit.
    """
    run.distinct("methods", {s: methods.make(s).label for s in config.methods})
    usual = QUICK if config.quick else USUAL
    chosen = {pair: config.n or n for pair, n in usual.items() if _there(pair[0])}
    if config.data or config.model:
        names = config.data or tuple(dict.fromkeys(data for data, _ in chosen))
        chosen = {
            (data, model): config.n or USUAL.get((data, model), ALL[:1])
            for data in names
            for model in config.model or _models(data)
        }
    found = [
        Problem(data, model, n, config.trials, config.replacements, config.seed)
        for (data, model), sizes in chosen.items()
        for n in sizes
    ]
    for problem in found:
        if problem.model not in LINEAR + NETWORKS:
            raise unknown("model", problem.model, LINEAR + NETWORKS)
        if problem.replaced > problem.n:
            raise ValueError(
                f"--replacements {problem.replaced}: `{problem.name}` has "
                f"{problem.n} samples to replace."
            )
        if (most := max(config.batch)) > problem.n:
            raise ValueError(
                f"--batch {most}: `{problem.name}` has {problem.n} samples."
            )
        problem.drawn()  # or says why not
    if len({problem.name for problem in found}) < len(found):
        raise ValueError("a data set, model or --n is named twice.")
    return found


def _there(data: str) -> bool:
    """Whether a usual data set can be read here."""
    return present(data.partition(":")[0])


def _models(data: str) -> tuple[str, ...]:
    """Those that are usual for a data set, else one that suits its targets."""
    usual = tuple(model for name, model in USUAL if name == data)
    if usual:
        return usual
    _, y = samples(data)
    kinds = len(np.unique(y))
    return ("ridge",) if kinds > 20 else ("logistic",) if kinds == 2 else ("softmax",)


def by_part(config: Any) -> dict[str, list[tuple]]:
    """The cases of each part: a problem, with its batch sizes."""
    return {
        problem.name: [(problem, batch, config) for batch in sizes(problem, config)]
        for problem in problems(config)
    }


def sizes(problem: Problem, config: Any) -> list[int]:
    """Batch sizes; 0 is all."""
    return list(dict.fromkeys(b % problem.n for b in config.batch))


def owner(case: tuple) -> str:
    """The part a case belongs to."""
    return case[0].name


def cost(case: tuple) -> int:
    """Roughly in proportion to its time."""
    problem, batch, config = case
    each = {"softmax": 12, "mlp": 20}.get(problem.model, 1)
    return each * (30 + (batch or problem.n)) * max(config.times_of(problem.model))


def do(problem: Problem, batch: int, config: Any) -> xarray.Dataset:
    """Runs one case."""
    if problem.model in NETWORKS:
        from experiments.stable import networks

        return networks.runs(problem, batch, config)
    from experiments.stable import linear

    return linear.runs(problem, batch, config)


def together(done: Iterable[tuple[tuple, xarray.Dataset]]) -> xarray.Dataset:
    """The cases of a part, by batch size, with their bounds."""
    done = sorted(done, key=lambda pair: pair[0][1] or np.inf)
    told = [*MEASURES, "reach", "lipschitz"]  # all else is the problem's
    rows = [
        found[told].expand_dims(batch=[str(case[1] or "all")]) for case, found in done
    ]
    whole = xarray.concat(rows, "batch", join="exact")
    whole = whole.merge(done[0][1].drop_vars(told))
    problem = done[0][0][0]
    whole = whole.assign_coords(check=np.arange(whole.sizes["check"]))
    return (
        limits.beside(whole, problem)
        .expand_dims(problem=[problem.name])
        .assign(
            data=("problem", [problem.data]),
            model=("problem", [problem.model]),
            n=("problem", [problem.n]),
        )
    )


def merge(parts: list[xarray.Dataset], config: Any) -> xarray.Dataset:
    """All parts; NaN where a batch size has no runs."""
    whole = xarray.concat(
        parts, "problem", data_vars="all", coords="minimal", compat="override",
        join="outer",
    )  # fmt: skip
    labels = [methods.make(spec).label for spec in config.methods]
    there = sorted(whole.batch.values.tolist(), key=_size)
    whole = whole.sel(algorithm=labels, batch=there)
    whole = whole.assign_coords(
        eta_level=list(config.eta_grid), rho_level=list(config.rho_grid)
    )
    for name in ("squared", "loss", "gap"):  # exact enough, and half as large
        whole[name] = whole[name].astype("float32")
    for variable in whole.data_vars.values():
        if variable.size > 1000:
            variable.encoding = {"zlib": True, "complevel": 6, "shuffle": True}
    return whole


def _size(batch: str) -> float:
    return np.inf if batch == "all" else int(batch)
