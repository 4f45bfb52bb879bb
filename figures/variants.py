"""All methods side by side: what of theirs needs no result, and what does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from experiments.run import load
from figures.needs import drawable
from figures.zoo import forest, matrix, pareto, tree

RESULT = "variants.nc"
TREE, FOREST, MATRIX = "variants_tree", "variants_forest", "variants_matrix"
README = (TREE, FOREST, MATRIX)
PICTURES = {FOREST: forest, MATRIX: matrix, "variants_pareto": pareto}


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
        return {TREE: tree.draw} | drawable(load(path), PICTURES)
    print(f"{', '.join(PICTURES)}: left out, no `{path}`", file=sys.stderr)
    return {TREE: tree.draw}
