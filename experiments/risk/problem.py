"""Regression on a whole data set, of which training sets are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from landscapes import data
from landscapes.finite_sum import FiniteSum
from landscapes.own_table import from_table
from landscapes.registry import unknown
from landscapes.scalar_loss import loss

RIDGE = {"square": 0.1, "logistic": 0.01}
NOISY, PLAIN, SQUARE = "noisy", "plain", "square"
VARIANTS = (NOISY, PLAIN, SQUARE)
WRONG = 0.2  # the share of labels that are, of noisy data
NUMBERS = ("diabetes", "synthetic")  # whose targets are no classes
NAMES = (*data.TABLES, "synthetic")
TWIN_ROWS = 500
SEED = 0  # of the twin and of the wrong labels, which belong to the data


@cache
def problem(word: str, ridge: float | None = None) -> FiniteSum:
    r"""The mean over a whole data set, of $l(\langle x_i, w\rangle, y_i)$ and a ridge.

    Features have mean 0 and variance 1 over all rows (digits' pixels too); there is no
    intercept. Of two classes, $\pm1$, the loss is logistic; of numbers, standardised,
    the square.

    Args:
        word: `diabetes`, `breast_cancer`, `wine`, `digits`, `synthetic` (a twin of
            diabetes: its dimension and condition number), or the path of a table
            `*.csv` whose last column is the target; then `:noisy` (a fifth of all
            labels are wrong, of training and test alike), `:plain` (no ridge),
            `:square` (the square loss of classes).
        ridge: r; None: .1 with the square, .01 with the logistic loss.

    Raises:
        ValueError: the data are unknown, or cannot be learnt from.
    """
    name, variants = _parted(word)
    X, y = _table(name) if name.endswith(".csv") else _known(name)
    classes = len(np.unique(y)) == 2
    if classes:
        y = np.where(y == y.max(), 1.0, -1.0)
    if not classes and {NOISY, SQUARE} & variants:
        raise ValueError(f"`{name}` has no two classes, got `{word}`.")
    if NOISY in variants:
        y = _mistaken(y)
    kind = "logistic" if classes and SQUARE not in variants else "square"
    r = 0.0 if PLAIN in variants else RIDGE[kind] if ridge is None else ridge
    return FiniteSum(X, y, loss(kind), r, word)


def _parted(word: str) -> tuple[str, set[str]]:
    name, *variants = word.split(":")
    for variant in variants:
        if variant not in VARIANTS:
            raise unknown(f"variant of `{name}`", variant, VARIANTS)
    if not name.endswith(".csv") and name not in NAMES:
        raise unknown("data set", name, NAMES)
    return name, set(variants)


def _known(name: str) -> tuple[np.ndarray, np.ndarray]:
    if name != "synthetic":
        known = data.regression if name in NUMBERS else data.classification
        return known(name)
    X, _ = data.regression("diabetes")
    lam = np.linalg.eigvalsh(X.T @ X)
    twin = {"columns": X.shape[1], "condition": lam[-1] / lam[0], "seed": SEED}
    return data.regression(name, TWIN_ROWS, **twin)


def _table(path: str) -> tuple[np.ndarray, np.ndarray]:
    """A user's own; numbers are standardised, two classes are not."""
    X, y = from_table(path)
    return X, y if len(np.unique(y)) == 2 else (y - y.mean()) / y.std()


def _mistaken(y: np.ndarray) -> np.ndarray:
    """A fifth of the labels turned round, the same always."""
    wrong = np.random.default_rng([SEED, 1]).permutation(len(y))
    y = y.copy()
    y[wrong[: round(WRONG * len(y))]] *= -1
    return y


@dataclass(frozen=True)
class Sizes:
    """How many samples a set has.

    Args:
        train: n.
        validation: for choosing a learning rate, n/5.
        rest: all others.
    """

    train: int
    validation: int
    rest: int


def sizes(word: str, rows: int, n: int) -> Sizes | None:
    r"""The parts of a data set, or None where fewer are left than train.

    As many at least as train must be left: only then is
    $E\min F_S \le E\min F$ (`experiments.risk.decomposition`).
    """
    validation = max(2, n // 5)
    rest = rows - n - validation
    return Sizes(n, validation, rest) if rest >= n else None
