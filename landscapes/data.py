"""Real data sets, offline, from installed packages."""

from __future__ import annotations

from functools import cache

import numpy as np

from landscapes.image_data import images
from landscapes.splits import Split, present, split
from landscapes.synthetic import twin
from landscapes.tables import TABLES, frozen, read, table

__all__ = [
    "POSITIVE",
    "TABLES",
    "Split",
    "classification",
    "digits",
    "images",
    "present",
    "regression",
    "split",
    "table",
]

# The labels of the class +1; all others are -1.
POSITIVE = {"breast_cancer": (1,), "wine": (0,), "digits": (0, 2, 4, 6, 8)}


@cache
def digits() -> np.ndarray:
    """The 1797 handwritten digits of scikit-learn, ready for second moments.

    Returns:
        Pixels in units of the full scale (0 to 1), centred; the pixels that never
        vary are dropped. Shape `(1797, 61)`, read-only.

    Raises:
        ValueError: scikit-learn is not installed.
    """
    images = read("digits")[:, :-1] / 16.0  # the last is the label
    images = images[:, images.std(axis=0) > 0]
    return frozen(images - images.mean(axis=0))[0]


def regression(
    data: str, rows: int | None = None, **options: float
) -> tuple[np.ndarray, np.ndarray]:
    """Features and a standardised target; of a classification its signs."""
    if data in POSITIVE:
        return classification(data, rows, **options)
    X, y = _rows(data, rows, options)
    return X, (y - y.mean()) / y.std() if len(y) > 1 else y


def classification(
    data: str, rows: int | None = None, **options: float
) -> tuple[np.ndarray, np.ndarray]:
    """Features and classes +1 and -1, of `POSITIVE` or the sign of a synthetic target.

    Raises:
        ValueError: the data set has no classes.
    """
    X, y = _rows(data, rows, options)
    if data == "synthetic":
        return X, np.where(y > 0, 1.0, -1.0)
    if data not in POSITIVE:
        raise ValueError(
            f"`{data}` has no classes, choose of {', '.join(sorted(POSITIVE))}."
        )
    return X, np.where(np.isin(y, POSITIVE[data]), 1.0, -1.0)


def _rows(
    data: str, rows: int | None, options: dict[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    if data == "synthetic":
        return twin(rows, **options)
    if options:
        raise ValueError(
            f"`{data}` takes no {', '.join(options)}: it is not synthetic."
        )
    X, y = table(data)
    if rows is not None and not 1 <= rows <= len(y):
        raise ValueError(f"`{data}` has 1 to {len(y)} rows, got rows={rows}.")
    return X[:rows].copy(), y[:rows].copy()  # torch warns of read-only memory
