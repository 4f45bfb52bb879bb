"""A user's own table: numbers with commas, the last column the target."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

LEAST = 2, 2  # rows, and columns: a feature and the target


def from_table(path: str) -> tuple[np.ndarray, np.ndarray]:
    """Features of mean 0 and variance 1, `(n, d)`, and the target as it is, `(n,)`.

    The first line may hold the columns' names: it does where none of it is a number.

    Raises:
        ValueError: there is no such file, or it is no table that can be learnt from;
            the line says which and where.
    """
    if not Path(path).is_file():
        raise ValueError(f"no such file: `{path}`")
    try:
        named = _named(Path(path))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it is empty is said below
            numbers = np.loadtxt(path, delimiter=",", ndmin=2, skiprows=named)
    except ValueError as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise ValueError(f"`{path}` is no table of numbers: {reason}.") from error
    if numbers.shape[0] < LEAST[0] or numbers.shape[1] < LEAST[1]:
        rows, columns = numbers.shape
        raise ValueError(
            f"`{path}` needs at least {LEAST[0]} rows and {LEAST[1]} columns "
            f"(features, then the target), got {rows} and {columns}."
        )
    if (where := np.argwhere(~np.isfinite(numbers))).size:
        row, column = where[0] + 1
        raise ValueError(
            f"`{path}` holds a number that is not finite: row {row}, column {column}."
        )
    X, y = numbers[:, :-1], numbers[:, -1]
    if (still := np.flatnonzero(np.ptp(X, axis=0) == 0)).size:
        raise ValueError(
            f"`{path}` has a constant column: number {still[0] + 1} is always "
            f"{X[0, still[0]]:g}."
        )
    if np.ptp(y) == 0:
        raise ValueError(
            f"`{path}` has one class only: its last column, the target, is always "
            f"{y[0]:g}."
        )
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def _named(path: Path) -> int:
    """How many lines hold names, 0 or 1."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return int(bool(first.strip()) and not any(map(_is_number, first.split(","))))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
