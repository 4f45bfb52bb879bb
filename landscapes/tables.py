"""Tables of numbers, offline, from scikit-learn's own files."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np

from landscapes.registry import unknown

# Files with features and target, each with its lines of header.
TABLES = {
    "diabetes": (("diabetes_data_raw.csv.gz", "diabetes_target.csv.gz"), None, 0),
    "breast_cancer": (("breast_cancer.csv",), ",", 1),
    "wine": (("wine_data.csv",), ",", 1),
    "digits": (("digits.csv.gz",), ",", 0),
}


def folder() -> Path | None:
    """Where scikit-learn keeps its tables; None: it is not installed.

    Importing scikit-learn would take a second and more.
    """
    package = importlib.util.find_spec("sklearn")
    if package is None:
        return None
    return Path(package.submodule_search_locations[0]) / "datasets/data"


def read(name: str) -> np.ndarray:
    """A table's numbers, features and then the target, `(n, d + 1)`.

    Raises:
        ValueError: scikit-learn is not installed.
    """
    place = folder()
    if place is None:
        raise ValueError(
            f"{name} needs scikit-learn: `pip install sharpness-regimes[data]`"
        )
    files, delimiter, header = TABLES[name]
    parts = [
        np.loadtxt(place / file, delimiter=delimiter, skiprows=header, ndmin=2)
        for file in files
    ]
    return np.hstack([p.T if len(p) == 1 else p for p in parts])


def frozen(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """The arrays, read-only from now on."""
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
    numbers = read(name)
    X = numbers[:, :-1]
    X = X[:, X.std(axis=0) > 0]
    return frozen((X - X.mean(axis=0)) / X.std(axis=0), numbers[:, -1].copy())
