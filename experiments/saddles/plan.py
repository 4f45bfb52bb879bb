"""What is to be measured, cut into cases that can run anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import xarray

import landscapes
from experiments import run
from experiments.saddles.directions import directions
from experiments.saddles.maps import path, trap_map
from experiments.saddles.site import sites
from experiments.saddles.thresholds import across, threshold
from experiments.saddles.times import escape, starts_for
from experiments.saddles.traps import trap
from theory import methods, simulate

# The methods T7 and T9 speak of: the threshold is SAM's, SSAM-N stands beside it.
THRESHOLD = "sam"
ACROSS = ("sam", "ssam-n")

# Made of quadratics, not of one landscape; kept beside the landscapes' own files.
SPECTRA = "random spectra"


def by_landscape(config: Any) -> dict[str, list[tuple]]:
    """The cases of each landscape that has a saddle, `(measurement, *arguments)`.

    Raises:
        ValueError: a landscape or method is unknown or named twice, or a named
            landscape has no saddle.
    """
    run.distinct("methods", {s: methods.make(s).label for s in config.methods})
    named = list(dict.fromkeys(config.landscape))
    run.distinct("landscapes", {n: landscapes.load(n).name for n in named})
    plans: dict[str, list[tuple]] = {}
    for name in named or landscapes.names():
        here = sites(name, config.radius)
        if not here:
            if named:
                raise ValueError(f"landscape `{name}` has no saddle.")
            continue
        plans[name] = _cases(name, here, config)
    if not named:
        plans[SPECTRA] = [("across", spec, config) for spec in ACROSS]
    return plans


def _cases(name: str, here: tuple, config: Any) -> list[tuple]:
    cases: list[tuple] = []
    for number, site in enumerate(here[: config.most_saddles]):
        for spec in config.methods:
            cases.append(("escape", name, number, spec, config))
            # In high dimension the single directions say more than random rays.
            if methods.make(spec).has_radius and site.landscape.dim <= 16:
                cases.append(("trap", name, number, spec, config))
            if site.saddle.index > 1:
                cases.append(("directions", name, number, spec, config))
        if site.saddle.index == 1 and THRESHOLD in config.methods:
            cases.append(("threshold", name, number, THRESHOLD, config))
    if here[0].landscape.dim == 2:
        for spec in config.methods:
            cases.append(("path", name, spec, config))
            if here[0].saddle.kind == "saddle":
                cases.append(("trap_map", name, spec, config))
    return cases


def is_heavy(case: tuple, config: Any) -> bool:
    """Whether a case compiles its batch: then it runs alone and uses all threads."""
    if case[0] != "escape":
        return False
    _, name, number, spec, _ = case
    site = sites(name, config.radius)[number]
    radii = len(config.rho_grid[0] or config.rho_grid[1]["length"])
    runs = len(config.eta_grid[0] or config.eta_grid[1])
    runs *= radii if methods.make(spec).has_radius else 1
    runs *= starts_for(site, config.starts)
    large = runs * config.steps >= simulate.WORTH_COMPILING
    return large or config.device != "cpu"


def do(measurement: str, *arguments: Any) -> xarray.Dataset:
    """Runs one case."""
    work = {
        "escape": escape,
        "trap": trap,
        "directions": directions,
        "threshold": threshold,
        "trap_map": trap_map,
        "path": path,
        "across": across,
    }
    return work[measurement](*arguments)


def together(done: Iterable[tuple[tuple, xarray.Dataset]]) -> xarray.Dataset:
    """The cases of one landscape as one dataset, whatever order they finished in."""
    finished = {_key(case): dataset for case, dataset in done}
    kinds: dict[str, list[xarray.Dataset]] = {}
    for key in sorted(finished):
        kinds.setdefault(key[0], []).append(finished[key])
    return merge(_grid(parts) for parts in kinds.values())


def _key(case: tuple) -> tuple:
    """A case without the configuration, so that keys sort."""
    return tuple(word for word in case if isinstance(word, str | int))


def _grid(parts: list[xarray.Dataset]) -> xarray.Dataset:
    """Cells of one measurement side by side, along `algorithm` and then the rest."""
    for dim in ("algorithm", "saddle", "landscape"):
        if len(parts) > 1 and dim in parts[0].dims:
            rest = [d for d in ("saddle", "landscape") if d in parts[0].dims]
            rows: dict[tuple, list] = {}
            for part in parts:
                where = tuple(str(part[d].values) for d in rest if d != dim)
                rows.setdefault(where, []).append(part)
            parts = [
                xarray.concat(
                    row, dim, data_vars="minimal", coords="minimal", compat="override",
                    join="outer",
                )
                for row in rows.values()
            ]  # fmt: skip
    (whole,) = parts
    return whole


def merge(parts: Iterable[xarray.Dataset]) -> xarray.Dataset:
    """Different measurements, or landscapes, as one dataset; NaN where none is."""
    return xarray.merge(
        parts, join="outer", compat="no_conflicts", combine_attrs="drop"
    )


def in_order(dataset: xarray.Dataset, config: Any) -> xarray.Dataset:
    """The methods as the user named them (merging sorts them)."""
    labels = [methods.make(spec).label for spec in config.methods]
    return dataset.reindex(algorithm=list(dict.fromkeys(labels)))


def owner(case: tuple) -> str:
    """The landscape a case belongs to."""
    return SPECTRA if case[0] == "across" else case[1]
