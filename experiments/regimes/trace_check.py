"""A trace beside the brute-force grid: every node of the plane is run."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.regimes.trace import Plane, followed, labels_of
from theory.tracing.agreement import Agreement, agreement
from theory.tracing.boundary import Boundary


def checked(plane: Plane, config: Any) -> tuple[Agreement, Boundary, np.ndarray]:
    """Traces a plane, and runs all of its nodes.

    Returns:
        How they agree, what was traced, and the labels of all nodes, `(size, size)`.
    """
    boundary = followed(labels_of(plane, config), plane.size, config.seed)
    i, j = np.divmod(np.arange(plane.size**2), plane.size)
    labels = labels_of(plane, config)(i, j).reshape(plane.size, plane.size)
    return agreement(boundary, labels), boundary, labels
