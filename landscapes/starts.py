"""Where runs begin, and how large a learning rate is: the same for every method."""

from __future__ import annotations

import numpy as np

from landscapes.landscape import Landscape

BLOCK = 4096  # starts drawn from one stream: any of them is found without the others
HIGH = 16  # dimensions; beyond, nearly all of a box lies in its corners
NEAR = 0.1  # spread about the landscape's own start, over the box's half-width


def largest_curvature(landscape: Landscape) -> float:
    r"""L, the scale of its learning rates: beta where it is known.

    Else the largest $|\lambda|$ at the known minima; without one, or where all vanish,
    at the known critical points; then at the start.
    """
    if landscape.constants.get("beta", 0.0) > 0:
        return landscape.constants["beta"]
    for points in (landscape.minima, landscape.critical_points):
        sizes = [float(np.abs(c.eigenvalues).max()) for c in points]
        if any(sizes):
            return max(sizes)
    start = np.asarray(landscape.start, dtype=float)
    return float(np.abs(landscape.hessian(start)).max()) or 1.0


def starts_of(landscape: Landscape, count: int, seed: int) -> np.ndarray:
    """The first `count` starts, `(count, d)`; fewer are the first of more.

    Number 0 is the landscape's own start. The others are uniform in its box; where it
    has none, or more than 16 dimensions, they are normal about its own start, with a
    tenth of the box's half-width (of max(1, |coordinate|)) as standard deviation.
    """
    return starts_at(landscape, np.arange(count), seed)


def starts_at(landscape: Landscape, numbers: np.ndarray, seed: int) -> np.ndarray:
    """The starts of these numbers, `(n, d)`."""
    blocks, which = np.unique(numbers // BLOCK, return_inverse=True)
    drawn = np.stack([_block(landscape, int(block), seed) for block in blocks])
    return drawn[which, numbers % BLOCK]


def _block(landscape: Landscape, block: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng([seed, block])
    own = np.asarray(landscape.start, dtype=float)
    box = np.asarray(getattr(landscape, "box", None) or (), dtype=float)
    bounded = box.shape == (landscape.dim, 2) and np.isfinite(box).all()
    if bounded and landscape.dim <= HIGH:
        points = rng.uniform(*box.T, size=(BLOCK, landscape.dim))
    else:
        size = np.ptp(box, axis=1) / 2 if bounded else np.maximum(1, np.abs(own))
        points = own + NEAR * size * rng.standard_normal((BLOCK, landscape.dim))
    if block == 0:
        points[0] = own
    return points
