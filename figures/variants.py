"""All methods side by side: what of theirs needs no result, and what does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import xarray
from matplotlib.figure import Figure

from experiments.run import load
from figures.needs import drawable
from figures.zoo import blocks, forest, matrix, pareto, tree
from figures.zoo.pairs import pairs

RESULT = "variants.nc"
TREE, FOREST = "variants_tree", "variants_forest"
MATRIX, PARETO = "variants_matrix", "variants_pareto"
README = (TREE, FOREST, MATRIX)
PICTURES = {FOREST: forest, MATRIX: matrix, PARETO: pareto}


def variants(results: Path) -> dict[str, Callable[[], Figure]]:
    """The family tree, which is drawn from the methods alone, and what was measured.

    What the result lacks is named on stderr.

    Args:
        results: folder of `variants.nc`.

    Raises:
        ValueError: the result is damaged or of another version.
    """
    path = results / RESULT
    if path.is_file():
        dataset = load(path)
        return {TREE: tree.draw} | drawable(dataset, PICTURES, _lacking(dataset))
    print(f"{', '.join(PICTURES)}: left out, no `{path}`", file=sys.stderr)
    return {TREE: tree.draw}


def _lacking(dataset: xarray.Dataset) -> dict[str, list[str]]:
    """Methods that a picture cannot do without."""
    there = {*dataset.get("algorithm", xarray.DataArray([])).values.tolist()}
    alone = "plain_form" in dataset and not pairs(dataset)
    sgd = [] if blocks.ONE in there else ["SGD"]
    both = ["method beside its renormalised form"] if alone else []
    return {FOREST: both, MATRIX: sgd, PARETO: sgd}
