"""Real data sets, offline, from installed packages."""

from __future__ import annotations

from functools import cache

import numpy as np


@cache
def digits() -> np.ndarray:
    """The 1797 handwritten digits of scikit-learn, ready for second moments.

    Returns:
        Pixels in units of the full scale (0 to 1), centred; the pixels that never
        vary are dropped. Shape `(1797, 61)`, read-only.

    Raises:
        ValueError: scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ValueError(
            "the digits need scikit-learn: `pip install sharpness-regimes[data]`"
        ) from error
    images = load_digits().data / 16.0
    images = images[:, images.std(axis=0) > 0]
    images = images - images.mean(axis=0)
    images.flags.writeable = False
    return images
