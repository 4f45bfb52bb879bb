"""Random matrices and data sets of a given condition number."""

from __future__ import annotations

import numpy as np


def matrix(rows: int, columns: int, condition: float, seed: int = 0) -> np.ndarray:
    """A random matrix, the singular values spaced logarithmically in [1/condition, 1].

    Args:
        rows: at least 1.
        columns: at least 1.
        condition: of the matrix, at least 1.
        seed: of its random singular vectors.

    Raises:
        ValueError: a number is out of its range.
    """
    if min(rows, columns) < 1 or not 1 <= condition < np.inf:
        raise ValueError(
            "a matrix takes rows, columns and condition >= 1, got "
            f"{rows}, {columns}, {condition}."
        )
    noise = np.random.default_rng(seed).normal(size=(rows, columns))
    U, s, V = np.linalg.svd(noise, full_matrices=False)
    return (U * np.geomspace(1, 1 / condition, len(s))) @ V


def normal(n: int, seed: int = 0) -> np.ndarray:
    """Independent standard normal targets, `(n,)`, not those a matrix is made of."""
    return np.random.default_rng([seed, 1]).normal(size=n)


def twin(
    rows: int | None = None, columns: int = 100, condition: float = 10, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    r"""Synthetic data of a given condition number, `(n, d)` and `(n,)`.

    Args:
        rows: n; None is 100.
        columns: d.
        condition: of the second moments $X^\top X/n$, whose largest eigenvalue is 1.
        seed: of everything random; the target is a random linear function of the
            features plus noise of the same size.
    """
    n = 100 if rows is None else rows
    X = np.sqrt(n) * matrix(n, columns, np.sqrt(condition), seed)
    rng = np.random.default_rng([seed, 1])
    signal = X @ rng.normal(size=columns)
    size = np.linalg.norm(signal) / np.sqrt(n)
    return X, signal / size + rng.normal(size=n)
