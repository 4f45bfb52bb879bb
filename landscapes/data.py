"""Real data sets, offline, from installed packages."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np

from landscapes.registry import unknown
from landscapes.synthetic import twin

# Files of scikit-learn with features and target, each with its lines of header.
TABLES = {
    "diabetes": (("diabetes_data_raw.csv.gz", "diabetes_target.csv.gz"), None, 0),
    "breast_cancer": (("breast_cancer.csv",), ",", 1),
    "wine": (("wine_data.csv",), ",", 1),
    "digits": (("digits.csv.gz",), ",", 0),
}
# The labels of the class +1; all others are -1.
POSITIVE = {"breast_cancer": (1,), "wine": (0,), "digits": (0, 2, 4, 6, 8)}


def _read(name: str) -> np.ndarray:
    """A table's numbers, features and then the target, `(n, d + 1)`.

    Read from the package's own files: importing scikit-learn takes a second and more.
    """
    package = importlib.util.find_spec("sklearn")
    if package is None:
        raise ValueError(
            f"{name} needs scikit-learn: `pip install sharpness-regimes[data]`"
        )
    folder = Path(package.submodule_search_locations[0]) / "datasets/data"
    files, delimiter, header = TABLES[name]
    parts = [
        np.loadtxt(folder / file, delimiter=delimiter, skiprows=header, ndmin=2)
        for file in files
    ]
    return np.hstack([p.T if len(p) == 1 else p for p in parts])


def _frozen(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    for array in arrays:
        array.flags.writeable = False
    return arrays


@cache
def table(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A data set by its name: features and target.

    Args:
        name: `diabetes` (442 patients, 10 measurements, progression of the disease),
            `breast_cancer` (569 tumours, 30 measurements, 1 = benign), `wine` (178
            wines, 13 measurements, 3 cultivars) or `digits` (1797 images, 61 pixels).

    Returns:
        Features standardised to mean 0 and variance 1 (those that never vary are
        dropped), `(n, d)`; the target as it is, `(n,)`; both read-only.

    Raises:
        ValueError: the name is unknown, or scikit-learn is not installed.
    """
    if name not in TABLES:
        raise unknown("data set", name, TABLES)
    numbers = _read(name)
    X = numbers[:, :-1]
    X = X[:, X.std(axis=0) > 0]
    return _frozen((X - X.mean(axis=0)) / X.std(axis=0), numbers[:, -1].copy())


@cache
def digits() -> np.ndarray:
    """The 1797 handwritten digits of scikit-learn, ready for second moments.

    Returns:
        Pixels in units of the full scale (0 to 1), centred; the pixels that never
        vary are dropped. Shape `(1797, 61)`, read-only.

    Raises:
        ValueError: scikit-learn is not installed.
    """
    images = _read("digits")[:, :-1] / 16.0  # the last is the label
    images = images[:, images.std(axis=0) > 0]
    return _frozen(images - images.mean(axis=0))[0]


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


@cache
def images(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels: `digits`, 1797 of 8 x 8, in units of the full scale.

    Returns:
        Pixels `(n, 1, height, width)`, 0 to 1, and labels `(n,)`; both read-only.

    Raises:
        ValueError: the name is unknown, or the data are not here.
    """
    if name != "digits":
        raise unknown("images", name, ("digits",))
    numbers = _read("digits")
    pixels = numbers[:, :-1].reshape(-1, 1, 8, 8) / 16.0
    return _frozen(pixels, numbers[:, -1].astype(int))
