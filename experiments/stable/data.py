"""Real samples, their synthetic twins, and a user's own, of length at most 1."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from landscapes.data import POSITIVE, images, table
from landscapes.own_table import from_table
from landscapes.registry import unknown

NAMES = ("breast_cancer", "digits", "wine", "diabetes", "fashion_mnist")
NUMBERS = ("diabetes",)  # whose targets are no classes
TWIN = "twin"  # `breast_cancer:twin`: drawn with the same moments
POOLED = 4  # Fashion-MNIST's pixels are averaged over squares of this side
PIXELS = ("digits", "fashion_mnist")


@cache
def samples(name: str) -> tuple[np.ndarray, np.ndarray]:
    """All samples, centred, the longest of length 1, and their targets.

    Args:
        name: a data set, `NAME:twin`, or the path of a CSV file whose last column is
            the target. Features of tables have variance 1 before the whole is scaled;
            pixels are on one scale.

    Returns:
        `(N, d)`, and labels (whole numbers) or numbers, `(N,)`.

    Raises:
        ValueError: it is unknown, not here, or cannot be learnt from.
    """
    base, colon, word = name.partition(":")
    if Path(name).suffix == ".csv":
        X, y = from_table(name)
    elif base not in NAMES or (colon and word != TWIN):
        known = [*NAMES, *(f"{each}:{TWIN}" for each in NAMES)]
        raise unknown("data set", name, known)
    else:
        X, y = twin(*_real(base), base in NUMBERS) if colon else _real(base)
    X = X - X.mean(axis=0)
    return X / np.linalg.norm(X, axis=1).max(), y


def _real(name: str) -> tuple[np.ndarray, np.ndarray]:
    """As installed."""
    if name not in PIXELS:
        X, y = table(name)
        return X, y if name in NUMBERS else y.astype(int)
    pixels, y = images(name, "test" if name == "fashion_mnist" else "train")
    side = POOLED if name == "fashion_mnist" else 1
    count, _, height, width = pixels.shape
    cut = pixels.reshape(count, height // side, side, width // side, side)
    X = cut.mean(axis=(2, 4), dtype=float).reshape(count, -1)
    return X[:, X.std(axis=0) > 0], y.astype(int)


def twin(X: np.ndarray, y: np.ndarray, numbers: bool) -> tuple[np.ndarray, np.ndarray]:
    """As many Gaussian samples, of the real ones' means and covariances.

    Each class has its own; a number is drawn together with the features.
    """
    rng, made = np.random.default_rng(0), np.empty_like(X)
    if numbers:
        both = _gaussian(np.column_stack([X, y]), rng)
        return both[:, :-1], both[:, -1]
    for label in np.unique(y):
        made[y == label] = _gaussian(X[y == label], rng)
    return made, y


def _gaussian(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    centred = X - X.mean(axis=0)
    noise = rng.normal(size=(len(X), len(X))) / np.sqrt(len(X))
    return X.mean(axis=0) + noise @ centred  # of the covariance of X, whatever its rank


def targets(name: str, y: np.ndarray, model: str) -> np.ndarray:
    """What a model learns of a data set.

    Numbers of mean 0 and variance 1 for the square, +1 and -1 for `logistic`, else
    labels 0, 1, ...

    Raises:
        ValueError: the targets are no classes, or there is one only.
    """
    base = name.partition(":")[0]
    kinds = np.unique(y)
    if model in ("ridge", "square"):
        if base in POSITIVE:
            y = np.where(np.isin(y, POSITIVE[base]), 1.0, -1.0)
        return (y - y.mean()) / y.std()
    if base in NUMBERS or (y % 1 != 0).any():
        raise ValueError(f"`{name}` has no classes for {model}: take ridge or square.")
    if len(kinds) < 2:
        raise ValueError(f"`{name}` has one class only, {kinds[0]:g}.")
    if model == "logistic":
        return np.where(np.isin(y, POSITIVE.get(base, kinds[-1:])), 1.0, -1.0)
    return np.searchsorted(kinds, y)
