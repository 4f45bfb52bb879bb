"""Methods beside their renormalised forms, and tables in sections."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from textwrap import fill

import xarray

from experiments.text import align
from experiments.zoo.answer import scaled

BESIDE = "method | with Stable"


def forms(dataset: xarray.Dataset) -> list[tuple[str, ...]]:
    """Every method that renormalises none, with its renormalised form if that is here.

    Of several such forms each stands in a pair of its own.
    """
    around, found = scaled(dataset), []
    for label in dataset.algorithm.values.astype(str):
        if label not in around:
            outer = [own for own, inner in around.items() if inner == label]
            found += [(label, own) for own in outer] or [(label,)]
    return found


def side_by_side(
    dataset: xarray.Dataset, columns: Iterable[str], cell: Callable[[str, str], str]
) -> list[tuple[str, ...]]:
    """Rows of `forms`, each cell `plain | with Stable`.

    Args:
        dataset: the result.
        columns: their names.
        cell: the words of a method (its label) in a column.
    """
    columns, rows = list(columns), []
    for pair in forms(dataset):
        cells = [" | ".join(cell(label, name) for label in pair) for name in columns]
        rows.append((pair[0], *cells))
    return rows


def sections(head: tuple[str, ...], rows: dict[str, list[tuple[str, ...]]]) -> str:
    """One table, a line `name:` above each of its parts."""
    whole = [row for part in rows.values() for row in part]
    first, *lines = align([head, *whole], left=1).splitlines()
    told = [first]
    for name, part in rows.items():
        told += [f"{name}:", *lines[: len(part)]]
        del lines[: len(part)]
    return "\n".join(told)


def middle(dataset: xarray.Dataset, name: str) -> xarray.Dataset:
    """The middle one along an axis."""
    return dataset.isel({name: dataset.sizes[name] // 2})


def note(text: str) -> str:
    """Wrapped."""
    return fill(text, 88, subsequent_indent="  ")


def reasons(unserved: xarray.DataArray) -> list[str]:
    """Why methods cannot run, each reason once."""
    return [*dict.fromkeys(filter(None, unserved.values.astype(str).ravel().tolist()))]
