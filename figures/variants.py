"""All methods side by side: what of theirs needs no result, and what does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from figures.zoo import tree

RESULT = "variants.nc"
TREE = "variants_tree"
README = (TREE,)


def variants(results: Path) -> dict[str, Callable[[], Figure]]:
    """The family tree, which is drawn from the methods alone.

    Args:
        results: folder of `variants.nc`.
    """
    return {TREE: tree.draw}
