"""Real data sets, offline, from installed packages."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np


@cache
def digits() -> np.ndarray:
    """The 1797 handwritten digits of scikit-learn, ready for second moments.

    Read from the package's own file: importing scikit-learn takes a second and more.

    Returns:
        Pixels in units of the full scale (0 to 1), centred; the pixels that never
        vary are dropped. Shape `(1797, 61)`, read-only.

    Raises:
        ValueError: scikit-learn is not installed.
    """
    package = importlib.util.find_spec("sklearn")
    if package is None:
        raise ValueError(
            "the digits need scikit-learn: `pip install sharpness-regimes[data]`"
        )
    file = Path(package.submodule_search_locations[0]) / "datasets/data/digits.csv.gz"
    images = np.loadtxt(file, delimiter=",")[:, :-1] / 16.0  # the last is the label
    images = images[:, images.std(axis=0) > 0]
    images = images - images.mean(axis=0)
    images.flags.writeable = False
    return images
