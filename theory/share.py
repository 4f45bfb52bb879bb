"""Shares of runs, and what a sample says of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri


def wilson(hits: Any, count: int, level: float = 0.95) -> tuple[Any, Any]:
    """Wilson's interval of a proportion."""
    z, p = ndtri((1 + level) / 2), hits / count
    middle = (p + z**2 / (2 * count)) / (1 + z**2 / count)
    half = np.sqrt(p * (1 - p) / count + (z / (2 * count)) ** 2)
    half *= z / (1 + z**2 / count)
    return middle - half, middle + half
