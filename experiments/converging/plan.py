"""What is measured, cut into cases that can run anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import xarray

from experiments import run
from experiments.converging import (
    certified,
    falling,
    names,
    noisy,
    problems,
    rates,
    skewed,
)
from theory import methods

SKEWED, CERTIFIED = "skewed noise", "certified"
CLASSES = (10.0, 100.0)  # condition numbers of what is certified
# Where a case's result stands.
AXES = {
    "rates": ("problem", "algorithm"),
    "noisy": ("noisy_problem", "algorithm"),
    "falling": ("falling_problem", "algorithm"),
    "skewed": ("algorithm",),
    "certified": ("certified_kappa", "certified_rho"),
}


def by_part(config: Any) -> dict[str, list[tuple]]:
    """The cases of every part, `(kind, part, key, arguments)`; key: its coordinates.

    Raises:
        ValueError: a method is unknown, or two are one.
    """
    specs = {spec: methods.label(spec) for spec in dict.fromkeys(config.methods)}
    run.distinct("methods", specs)
    quick, seeds = config.quick, config.seeds
    plans: dict[str, list[tuple]] = {}
    grid = tuple(config.rates), tuple(config.radii)
    # First, since they take longest.
    listed = names.names(config)
    run.distinct("problems", {name: names.label(name) for name in listed})
    for name in sorted(listed, key=_size):
        shown = names.label(name)
        plans[shown] = [
            ("rates", shown, (shown, label), (name, spec, *grid, quick))
            for spec, label in specs.items()
        ]
    for kind, module in (("noisy", noisy), ("falling", falling)):
        for name in names.stochastic(config, module.KAPPA):
            if problems.problem(name) is None:
                continue
            shown = names.label(name)
            plans[f"{kind} {shown}"] = [
                (kind, f"{kind} {shown}", (shown, label), (name, spec, seeds, quick))
                for spec, label in specs.items()
            ]
    plans[SKEWED] = [
        ("skewed", SKEWED, (label,), (spec, seeds, quick))
        for spec, label in specs.items()
    ]
    if cases := _certified(config, specs):
        plans[CERTIFIED] = cases
    return plans


def _size(name: str) -> float:
    where = problems.problem(name)
    return -min(where.kappa, 1e4)


def _certified(config: Any, specs: dict[str, str]) -> list[tuple]:
    """SSAM's, at the classes and radii that are measured, with the solver there."""
    from theory.gram.solve import solver

    try:
        solver()
    except ValueError:
        return []
    classes = [k for k in config.kappas if k in CLASSES]
    radii = [r for r in config.radii if r > 0][: 1 if config.quick else None]
    if "SSAM" not in specs.values():
        return []
    return [
        ("certified", CERTIFIED, (kappa, rho), (kappa, rho))
        for kappa in classes
        for rho in radii
    ]


def owner(case: tuple) -> str:
    """The part a case belongs to."""
    return case[1]


def do(kind: str, part: str, key: tuple, arguments: tuple) -> xarray.Dataset:
    """One case."""
    modules = {
        "rates": rates.rates,
        "noisy": noisy.noisy,
        "falling": falling.falling,
        "skewed": skewed.skewed,
        "certified": certified.certified,
    }
    found = modules[kind](*arguments)
    return found.expand_dims(
        {axis: [value] for axis, value in zip(AXES[kind], key, strict=True)}
    )


def together(done: Iterable[tuple[tuple, xarray.Dataset]]) -> xarray.Dataset:
    """The cases of one part, whatever order they finished in."""
    found = [part for _, part in sorted(done, key=lambda item: item[0][2])]
    return xarray.combine_by_coords(found, combine_attrs="drop")


def merge(whole: list[xarray.Dataset], config: Any) -> xarray.Dataset:
    """All parts, methods and problems in the order of the options."""
    dataset = xarray.combine_by_coords(whole, join="outer", combine_attrs="drop")
    labels = [methods.label(spec) for spec in dict.fromkeys(config.methods)]
    listed = names.names(config)
    shown = [names.label(name) for name in listed]
    dataset = dataset.reindex(algorithm=labels, problem=shown)
    known = [problems.problem(name) for name in listed]
    plain = methods.make("gd")
    steps = [rates.length(where, plain, config.quick) for where in known]
    return dataset.assign_coords(
        eta=("eta_level", config.rates),
        radius=("rho_level", config.radii),
        kind=("problem", [where.kind for where in known]),
        kappa=("problem", [where.kappa for where in known]),
        dim=("problem", [where.landscape.dim for where in known]),
        steps=("problem", steps),
    )
