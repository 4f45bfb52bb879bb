"""What is to be charted, cut into cases that can run anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import xarray

import landscapes
from experiments import run
from experiments.regimes.limits import charted, radii
from experiments.regimes.maps import seen
from experiments.regimes.place import place, suits
from experiments.regimes.trace import SIZE, Plane
from experiments.sweep import Sweep
from theory import methods

# The one's gradient sums over 569 patients and takes 36 us, that of a formula 0.05; the
# other's infimum is not attained, so that every run is undecided.
LEFT_OUT = ("logistic_regression", "diagonal_net")
# A surface, a convex function whose limits are proved, real data.
QUICK = ("double_well_saddle", "log_cosh", "ridge_regression")


def chosen(config: Any) -> list[str]:
    """The landscapes that are charted."""
    if config.landscape:
        return list(dict.fromkeys(config.landscape))
    if config.quick:
        return list(QUICK)
    names = (name for name in landscapes.names() if name not in LEFT_OUT)
    return [name for name in names if suits(landscapes.load(name))]


def jobs(config: Any) -> dict[tuple[str, str], Sweep]:
    """The sweep of every landscape and method.

    Raises:
        ValueError: a landscape or method is unknown, named twice or not sound.
    """
    run.distinct("methods", {s: methods.make(s).label for s in config.methods})
    names = chosen(config)
    run.distinct("landscapes", {name: Path(name).stem for name in names})
    return {
        (name, spec): job(name, spec, config)
        for name in names
        for spec in dict.fromkeys(config.methods)
    }


def job(name: str, spec: str, config: Any) -> Sweep:
    """One landscape and method."""
    here = place(name)
    return Sweep(
        name,
        spec,
        here.etas(config),
        radii(here, methods.make(spec), config),
        here.starts(config),
        config.seed,
        here.steps(config),
        config.seeds,
        config.noise,
        config.batch,
        config.dtype,
        config.device,
    )


def planes(config: Any) -> list[Plane]:
    """What is traced of every landscape and method: the range of its map."""
    found, size = [], SIZE // 16 if config.quick else SIZE
    for (name, spec), each in jobs(config).items():
        rho = place(name).rhos(methods.make(spec), config)
        ends = [(grid[0], grid[-1]) for grid in (each.eta, rho)]
        found.append(Plane(name, spec, *ends, size))
    return found


def by_landscape(config: Any, charts: dict[tuple, Path]) -> dict[str, list[tuple]]:
    """The cases of each landscape, a method each: `(name, spec, chart, config)`."""
    plans: dict[str, list[tuple]] = {}
    for (name, spec), path in charts.items():
        plans.setdefault(name, []).append((name, spec, seen(path), config))
    return plans


def do(*case: Any) -> xarray.Dataset:
    """Runs one case."""
    return charted(*case)


def owner(case: tuple) -> str:
    """The landscape a case belongs to."""
    return case[0]


def together(done: Iterable[tuple[tuple, xarray.Dataset]]) -> xarray.Dataset:
    """The methods of one landscape, whatever order they finished in."""
    finished = {case[1]: dataset for case, dataset in done}
    return xarray.concat(
        [finished[spec] for spec in sorted(finished)],
        "algorithm",
        data_vars="minimal",
        coords="minimal",
        compat="override",
    )


def merge(whole: list[xarray.Dataset], config: Any) -> xarray.Dataset:
    """All landscapes; the methods as the user named them."""
    apart = [part.drop_vars("radius_unit") for part in whole]
    dataset = xarray.concat(apart, "landscape", data_vars="minimal")
    dataset["radius_unit"] = whole[0].radius_unit
    labels = [methods.make(spec).label for spec in config.methods]
    return dataset.sel(algorithm=list(dict.fromkeys(labels)))
