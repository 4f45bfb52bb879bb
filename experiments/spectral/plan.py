"""What is measured, cut into cases that can run anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import xarray

from experiments import run
from experiments.edges.setting import one_thread
from experiments.spectral import drift, ends, setting
from landscapes.registry import unknown
from landscapes.splits import present
from theory import methods

NAMES = (*setting.TASKS, *drift.SITES)


def names(config: Any) -> list[str]:
    """The tasks: as they are named, else those whose data are here.

    Raises:
        ValueError: one is unknown.
    """
    for name in config.tasks:
        if name not in NAMES:
            raise unknown("task", name, NAMES)
    if config.tasks:
        return list(dict.fromkeys(config.tasks))
    return [name for name in NAMES if present(_data(name))]


def left_out(config: Any) -> str:
    """What the default would hold if its data were here, in a sentence."""
    if config.tasks:
        return ""
    missing = [name for name in NAMES if not present(_data(name))]
    said = f"left out, since the data are not here: {', '.join(missing)}."
    return said if missing else ""


def _data(name: str) -> str:
    return (setting.TASKS | drift.SITES)[name].data


def by_part(config: Any) -> dict[str, list[tuple]]:
    """The cases of each part: the methods on a task.

    Raises:
        ValueError: a method or task is unknown or named twice, or its best learning
            rate is needed and not known.
    """
    run.distinct("methods", {s: methods.label(s) for s in config.methods})
    plans: dict[str, list[tuple]] = {}
    for name in names(config):
        cases = [(name, spec, config) for spec in dict.fromkeys(config.methods)]
        plans[owner(cases[0])] = cases
    return plans


def owner(case: tuple) -> str:
    """The part a case belongs to: its task, and what was chosen for it elsewhere."""
    name, _, config = case
    if name in drift.SITES:
        return name
    task = setting.named(name)
    told = [setting.cells(task, spec) for spec in config.methods]
    return f"{name} {hashlib.sha256(str((task, told)).encode()).hexdigest()[:8]}"


def do(name: str, spec: str, config: Any) -> xarray.Dataset:
    """Runs one case."""
    with one_thread():
        if name in drift.SITES:
            return drift.drift(name, spec, config)
        task = setting.shortened(setting.named(name), config)
        return ends.ends(task, spec, config)


def together(done: Iterable[tuple[tuple, xarray.Dataset]]) -> xarray.Dataset:
    """The methods of a part, in the order of the options."""
    found = {spec: dataset for (_, spec, _), dataset in done}
    config = next(iter(done))[0][2]
    rows = [found[spec] for spec in dict.fromkeys(config.methods)]
    return xarray.concat(
        rows, "algorithm", data_vars="minimal", coords="minimal", compat="override",
        join="outer",
    )  # fmt: skip


def merge(parts: list[xarray.Dataset]) -> xarray.Dataset:
    """All parts side by side; NaN where nothing was measured."""
    rows = []
    for dim in ("task", "site"):
        own = [part for part in parts if dim in part.dims]
        if own:
            rows.append(
                xarray.concat(
                    own, dim, data_vars="minimal", coords="minimal", join="outer",
                    compat="override",
                )
            )  # fmt: skip
    labels = [str(label) for label in parts[0].algorithm.values]
    whole = xarray.merge(rows, compat="override", join="outer")
    return _small(whole.sel(algorithm=labels))


def _small(whole: xarray.Dataset) -> xarray.Dataset:
    """Single precision suffices for what is large."""
    for name, variable in whole.data_vars.items():
        if variable.dtype.kind == "f" and variable.size > 1000:
            whole[name] = variable.astype("float32")
            whole[name].encoding = {"zlib": True, "complevel": 4, "shuffle": True}
    return whole
