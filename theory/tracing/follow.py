"""Following boundaries between labels: coarse cells, refined where labels differ."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from theory.tracing.boundary import Boundary
from theory.tracing.nodes import UNSEEN, Nodes

SHARE = 50  # one node in so many may be asked about
LEAST = 50  # with less than one in so many of the budget nothing is begun anew
UNIFORM = 4  # all regions are halved as long as that takes one in so many that are left
KEPT = 5  # of the labels left one in so many is kept for following
FEW = 64  # below so many labels a call costs as much as one label
AHEAD = 4  # cells to either side that are then asked about too
PATIENCE = 64  # if one in so many of the labels left suffices
DENSEST = 16  # at last one node in so many, at most, is looked at beside a boundary


def follow(
    label: Callable,
    size: int,
    coarse: int = 32,
    samples: int = 4,
    seed: int = 0,
    budget: int | None = None,
) -> Boundary:
    """Finds where neighbouring nodes have different labels.

    Asked about are the corners of coarse cells and random nodes; then, width by width
    and as long as something is learnt, the corners of the quarters of every mixed cell,
    down to single cells, and of the cells beyond every side along which labels differ.
    So a boundary once touched is followed to its end, and an island once hit is traced.
    At last half of the labels left go to random nodes beside the boundaries found.

    Where the budget is too small for all, the regions (coarse cells) with the least
    left to do are finished, and the others stay at the width they have.

    Args:
        label: maps indices i, j, shape `(n,)`, to labels `(n,)`, whole numbers >= 0; it
            is asked about each node once.
        size: nodes along each axis, a multiple of `coarse`.
        coarse: width of the cells to begin with, a power of two.
        samples: random nodes in each block of `coarse` x `coarse` nodes.
        seed: of the samples.
        budget: the most labels to ask for; None: 1/50 of the nodes.

    Raises:
        ValueError: a bad number, or the budget does not suffice to begin.
    """
    if coarse < 2 or coarse & (coarse - 1) or size % coarse or size < 2 * coarse:
        raise ValueError(
            "`follow` takes as coarse a power of two, >= 2, and as size a multiple, at "
            f"least twice it, got {coarse} and {size}."
        )
    budget = size**2 // SHARE if budget is None else budget
    nodes = Nodes(label, size, budget)
    first = np.concatenate(
        [_lattice(size, coarse), _drawn(size, coarse, samples, seed)]
    )
    needed = len(nodes.unknown(first))
    if needed > budget:
        raise ValueError(
            f"`follow` needs {needed} labels to begin with, its budget is {budget}."
        )
    nodes.ask(first)
    leaves, unfollowed = _settled(nodes, coarse)
    if not any(len(cells) for cells, width in leaves if width > 1):
        rng = np.random.default_rng([seed, 1])
        nodes.ask(_beside(nodes, leaves, coarse, rng))
        leaves, unfollowed = _settled(nodes, coarse)
    cells, pairs = _told(nodes, leaves)
    return Boundary(
        size=size,
        coarse=coarse,
        samples=samples * (size // coarse) ** 2,
        asked=nodes.asked,
        budget=budget,
        seen=nodes.seen,
        cells=cells,
        pairs=pairs,
        unfollowed=unfollowed,
    )


def _lattice(size: int, coarse: int) -> np.ndarray:
    """The corners of the coarse cells, `(n, 2)`."""
    line = np.append(np.arange(0, size, coarse), size - 1)
    return np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)


def _drawn(size: int, coarse: int, samples: int, seed: int) -> np.ndarray:
    """Random nodes, as many in every block, `(n, 2)`."""
    line = np.arange(0, size, coarse)
    blocks = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1)
    rng = np.random.default_rng(seed)
    inside = rng.integers(coarse, size=(samples, *blocks.shape))
    return (blocks + inside).reshape(-1, 2)


def _beside(
    nodes: Nodes, leaves: list, coarse: int, rng: np.random.Generator
) -> np.ndarray:
    """Random nodes for half of the labels left, in the blocks where a boundary runs.

    Where there is one boundary there often are small islands: those of a fractal.
    """
    begins = np.concatenate([cells for cells, _ in leaves])
    blocks = np.unique(begins // coarse, axis=0) * coarse
    each = min(nodes.left // 2 // max(1, len(blocks)), coarse**2 // DENSEST)
    return (blocks + rng.integers(coarse, size=(each, *blocks.shape))).reshape(-1, 2)


def _settled(nodes: Nodes, coarse: int) -> tuple[list, int]:
    """Passes to ever finer cells until nothing is learnt any more."""
    while True:
        begun, finest = nodes.asked, coarse // 2
        # A region that was too dear stays closed until the others are finished.
        open_to = np.ones((nodes.size // coarse) ** 2, dtype=bool)
        while finest:
            before = nodes.asked
            told = _refined(nodes, coarse, finest, open_to)
            # What one width taught may begin anew at a wider one.
            finest //= 2 if nodes.asked == before else 1
        if nodes.asked == begun or nodes.left < nodes.budget // LEAST:
            return told


def _refined(
    nodes: Nodes, coarse: int, finest: int, open_to: np.ndarray
) -> tuple[list, int]:
    """One pass from coarse to finest cells: what is mixed, `(cells, width)`.

    Regions that are too dear are closed.
    """
    width, leaves = coarse, []
    line = np.arange(0, nodes.size - 1, coarse)
    cells = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    while True:
        mixed = nodes.mixed(cells, width)
        cells, unfollowed = _grown(nodes, mixed, width, open_to, coarse)
        if width == finest:
            return [*leaves, (cells, width)], unfollowed
        cost, free = _costs(nodes, cells, width, coarse)
        open_to &= _affordable(np.where(open_to, cost, 0), width, nodes.left)
        chosen = free | open_to[_region(cells, coarse, nodes.size)]
        leaves.append((cells[~chosen], width))
        cells = nodes.children(cells[chosen], width)
        width //= 2
        nodes.ask(nodes.corners(cells, width).reshape(-1, 2))


def _costs(
    nodes: Nodes, cells: np.ndarray, width: int, coarse: int
) -> tuple[np.ndarray, np.ndarray]:
    """Labels to ask for if all mixed cells of a region are halved, and which cost none.

    Returns:
        The costs of the regions, and a mask of the cells.
    """
    half = width // 2
    grid = np.stack(np.meshgrid([0, half, width], [0, half, width]), axis=-1)
    points = np.minimum(cells[:, None] + grid.reshape(-1, 2), nodes.size - 1)
    new = nodes.seen[points[..., 0], points[..., 1]] == UNSEEN
    # What two regions share is counted in both: never too little.
    region = np.repeat(_region(cells, coarse, nodes.size), 9)[new.reshape(-1)]
    flat = (points[..., 0] * nodes.size + points[..., 1])[new]
    asked = np.unique(np.stack([region, flat]), axis=1)[0]
    return np.bincount(asked, minlength=(nodes.size // coarse) ** 2), ~new.any(axis=1)


def _affordable(cost: np.ndarray, width: int, left: int) -> np.ndarray:
    """Of every region whether its mixed cells may be halved.

    A part of what is left is kept for following. Where not all is affordable those
    regions are that can be finished: each further halving costs at least twice as
    much, a boundary being at least a line.
    """
    if cost.sum() <= left // UNIFORM:
        return np.ones(len(cost), dtype=bool)
    order = np.argsort(cost, kind="stable")
    paid = np.empty(len(cost), dtype=bool)
    paid[order] = np.cumsum(cost[order] * (width - 1)) <= left - left // KEPT
    return paid


def _region(nodes: np.ndarray, coarse: int, size: int) -> np.ndarray:
    """The number of the coarse cell in which nodes or cells begin."""
    return nodes[:, 0] // coarse * (size // coarse) + nodes[:, 1] // coarse


def _grown(
    nodes: Nodes, cells: np.ndarray, width: int, open_to: np.ndarray, coarse: int
) -> tuple[np.ndarray, int]:
    """The cells and all that follow from them, across sides whose ends differ.

    Regions that are not refined to this width are not entered: there the wider cells
    contain what follows.

    Returns:
        The cells, and how many more follow for which there is no budget.
    """
    count = -(-nodes.size // width)
    known = np.zeros((count, count), dtype=bool)
    new, found = cells, [cells]
    known[tuple(new.T // width)] = True
    while len(new):
        new = nodes.inside(_beyond(nodes, new, width))
        new = new[~known[tuple(new.T // width)]]
        new = np.unique(new[open_to[_region(new, coarse, nodes.size)]], axis=0)
        corners = nodes.corners(new, width).reshape(-1, 2)
        if len(nodes.unknown(corners)) > nodes.left:
            return np.concatenate(found), len(new)
        nodes.ask(np.concatenate([corners, _ahead(nodes, new, width)]))
        known[tuple(new.T // width)] = True
        found.append(new)
    return np.concatenate(found), 0


def _ahead(nodes: Nodes, new: np.ndarray, width: int) -> np.ndarray:
    """What will be asked for soon around a few cells: a call costs as much as it."""
    none = np.empty((0, 2), dtype=int)
    if not 0 < len(nodes.unknown(nodes.corners(new, width).reshape(-1, 2))) <= FEW:
        return none
    line = np.arange(-AHEAD, AHEAD + 2) * width
    steps = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    around = np.clip((new[:, None] + steps).reshape(-1, 2), 0, nodes.size - 1)
    return around if len(nodes.unknown(around)) <= nodes.left // PATIENCE else none


def _beyond(nodes: Nodes, cells: np.ndarray, width: int) -> np.ndarray:
    """The cells on the other side of every side whose two ends differ: mixed too."""
    ends = nodes.corners(cells, width)
    a, b, c, d = nodes.seen[ends[..., 0], ends[..., 1]].T
    sides = ((a != b, (-1, 0)), (c != d, (1, 0)), (a != c, (0, -1)), (b != d, (0, 1)))
    return np.concatenate(
        [cells[differ] + np.array(step) * width for differ, step in sides]
    )


def _told(nodes: Nodes, leaves: list) -> tuple[np.ndarray, np.ndarray]:
    """Cells `(k, 3)` and their labels `(k, 2)`, none inside another."""
    covered = np.zeros((nodes.size, nodes.size), dtype=bool)
    told = []
    for cells, width in leaves:
        cells = cells[~covered[tuple(cells.T)]]
        low, high = nodes.extremes(cells, width)
        wide = np.full(len(cells), width)
        told.append(np.column_stack([cells, wide, low, high]))
        if width > 1:
            for i, j in cells:
                covered[i : i + width, j : j + width] = True
    whole = np.concatenate(told)
    whole = whole[np.lexsort((whole[:, 1], whole[:, 0]))]
    return whole[:, :3], whole[:, 3:]
