"""Real data by name, or a user's own table, as features and a target."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from landscapes.data import POSITIVE, TABLES, classification, regression, table
from landscapes.registry import unknown


def check(name: str) -> str:
    """What tells a table's content; of those that come with a package its name.

    Raises:
        ValueError: no such data, or the file is no table that can be learnt from.
    """
    if name in TABLES:
        return name
    if not Path(name).is_file():
        raise unknown("data set", name, TABLES)
    own(name)
    return hashlib.sha256(Path(name).read_bytes()).hexdigest()[:16]


def has_classes(name: str) -> bool:
    """Whether there are two classes to tell apart."""
    if name in TABLES:
        return name in POSITIVE
    return len(np.unique(own(name)[1])) == 2


def features(name: str, rows: int | None = None, signs: bool = False) -> tuple:
    """Standardised features and a target: standardised, or of two classes +-1.

    Args:
        name: of `landscapes.data.TABLES`, or a path.
        rows: only the first so many.
        signs: whether the target is to be a class.
    """
    if name in TABLES:
        rows = None if rows is None else min(rows, len(table(name)[0]))
        return (classification if signs else regression)(name, rows)
    X, y = own(name)
    # A fixed mixture: a table may be sorted by its target.
    chosen = np.random.default_rng(3).permutation(len(y))[:rows]
    X, y = X[chosen], y[chosen]
    if signs:
        return X, np.where(y > y.min(), 1.0, -1.0)
    return X, (y - y.mean()) / y.std()


@cache
def own(path: str) -> tuple[np.ndarray, np.ndarray]:
    """A file of numbers with commas, the last column the target.

    Raises:
        ValueError: it holds no finite numbers, a column that never varies, or a target
            of one value.
    """
    try:
        numbers = np.loadtxt(path, delimiter=",", ndmin=2)
    except ValueError as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"`{path}` is no table of numbers: {reason}") from error
    if numbers.shape[0] < 3 or numbers.shape[1] < 2:
        raise ValueError(
            f"`{path}` needs >= 3 rows and >= 2 columns, got {numbers.shape}."
        )
    if not np.isfinite(numbers).all():
        raise ValueError(f"`{path}` holds a number that is not finite.")
    X, y = numbers[:, :-1], numbers[:, -1]
    if y.min() == y.max():
        raise ValueError(
            f"`{path}` has one class only: its last column, the target, is always "
            f"{y[0]:g}."
        )
    still = np.flatnonzero(X.min(axis=0) == X.max(axis=0))
    if still.size:
        raise ValueError(
            f"`{path}` has a constant column: number {still[0] + 1} is always "
            f"{X[0, still[0]]:g}."
        )
    return (X - X.mean(axis=0)) / X.std(axis=0), y
