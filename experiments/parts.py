"""An experiment in parts, each kept on disk as soon as it is complete."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import run

if TYPE_CHECKING:
    import xarray


def carried_out(
    experiment: str, measure: Callable[[Any], xarray.Dataset], report: str, config: Any
) -> None:
    """Measures what is missing, saves, and prints the table and the answer.

    Args:
        experiment: its name.
        measure: makes the result.
        report: the module of its `table` and `answer`, imported when there is one.
        config: the options.
    """
    key = run.fingerprint(config)
    dataset = measure(config)
    path = config.out / f"{experiment}.nc"
    run.save(dataset, path, config, key)
    said = importlib.import_module(report)
    print(said.table(dataset), said.answer(dataset), sep="\n\n")
    print(f"\nresults: {path}")
    print(f"figures: python -m figures {experiment} --results {config.out}")


def measured(
    experiment: str,
    plans: dict[str, list[tuple]],
    owner: Callable[[tuple], str],
    do: Callable[[list[tuple]], Iterable[tuple[tuple, xarray.Dataset]]],
    together: Callable[[list], xarray.Dataset],
    config: run.Work,
) -> list[xarray.Dataset]:
    """The parts of an experiment, in order; those that were kept are not made anew.

    Args:
        experiment: its name, and that of the folder of its parts.
        plans: the cases of every part, by the part's name.
        owner: the part a case belongs to.
        do: yields `(case, result)` as they finish, in any order.
        together: makes one result of a part's `(case, result)`.
        config: the options.
    """
    # The keys belong to the sources as they are now, not as they may be at the end.
    keys = {name: run.fingerprint(config, name) for name in plans}
    kept = {} if config.fresh else found(experiment, config, keys)
    run.check_folder(config.out)
    cases = [case for name in plans if name not in kept for case in plans[name]]
    done: dict[str, list] = {name: [] for name in plans}
    for case, dataset in do(cases):
        name = owner(case)
        done[name].append((case, dataset))
        if len(done[name]) == len(plans[name]):
            path = place(experiment, config, name, keys[name])
            run.save(together(done.pop(name)), path, config, keys[name])
            kept[name] = run.load(path)  # with the types that a later run will find
    return [kept[name] for name in plans]


def place(experiment: str, config: run.Work, name: str, key: str) -> Path:
    """Where a part's own result lies: each configuration has its own."""
    stem = Path(name).stem if name.endswith(".py") else name
    return config.out / experiment / f"{stem.replace(' ', '_')}-{key}.nc"


def found(
    experiment: str, config: run.Work, keys: dict[str, str]
) -> dict[str, xarray.Dataset]:
    """The earlier results for exactly this work."""
    kept = {}
    for name, key in keys.items():
        try:
            dataset = run.load(place(experiment, config, name, key))
        except ValueError:
            continue
        if dataset.attrs.get("fingerprint") == key:
            kept[name] = dataset
    return kept
