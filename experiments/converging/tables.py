"""Real data by name, or a user's own table, as features and a target."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from landscapes.data import POSITIVE, TABLES, classification, regression, table
from landscapes.own_table import from_table
from landscapes.registry import unknown

own = cache(from_table)  # it is asked for in every case


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
