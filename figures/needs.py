"""Which pictures a result has the data for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import xarray
from matplotlib.figure import Figure

from experiments.run import load


def opened(
    path: Path, pictures: dict[str, ModuleType]
) -> tuple[xarray.Dataset, dict[str, Callable[[], Figure]]]:
    """A result, and the pictures that can be drawn of it.

    Raises:
        ValueError: the result is missing, damaged, of another version, or holds the
            data of none of the pictures.
    """
    dataset = load(path)
    found = drawable(dataset, pictures)
    if not found:
        raise ValueError(f"`{path}` holds nothing to draw: run the whole experiment.")
    return dataset, found


def drawable(
    dataset: xarray.Dataset,
    pictures: dict[str, ModuleType],
    lacking: dict[str, list[str]] | None = None,
) -> dict[str, Callable[[], Figure]]:
    """The pictures that can be drawn; the others are named on stderr.

    Args:
        dataset: the result.
        pictures: modules with `NEEDS`, names of variables, and `draw(dataset)`.
        lacking: what else a picture lacks, in words.
    """
    found = {}
    for name, module in pictures.items():
        missing = [f"`{need}`" for need in module.NEEDS if need not in dataset]
        missing += (lacking or {}).get(name, [])
        if missing:
            print(f"{name}: left out, no {', '.join(missing)}", file=sys.stderr)
        else:
            found[name] = partial(module.draw, dataset)
    return found
