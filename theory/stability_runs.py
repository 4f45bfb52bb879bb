"""Runs on neighbouring data sets, over every draw of the batches: T17, T18."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from landscapes.finite_sum import FiniteSum
from landscapes.sum_constants import sample_lipschitz
from theory.ball import Projected
from theory.iterate import iterate
from theory.method import Method
from theory.neighbours import Neighbours, neighbours
from theory.step_factors import NORMALISED


def every_batch(n: int, b: int, steps: int) -> np.ndarray:
    r"""All $\binom nb^T$ sequences of batches without replacement, `(T, runs, b)`."""
    sets = np.array(list(combinations(range(n), b)))
    return sets[np.indices((len(sets),) * steps).reshape(steps, -1)]


def points(
    data: Neighbours,
    method: Method,
    order: np.ndarray,
    eta: float,
    radius: float,
    x: Any = 0.0,
) -> np.ndarray:
    r"""$w_0, \dots, w_T$ on the data set and its neighbours, projected on a ball.

    Args:
        data: as in `theory.neighbours`.
        method: gives the direction.
        order: the samples of each step, `(T, runs, b)`.
        eta: learning rate.
        radius: R of the ball.
        x: the start.

    Returns:
        Shape `(T + 1, n + 1, runs, d)`.
    """
    sets = neighbours(data.problem, data.new.X, data.new.y)
    sets = FiniteSum(sets.X[:, None], sets.y[:, None], sets.loss, sets.ridge)
    start = np.broadcast_to(
        np.asarray(x, float), (sets.n + 1, order.shape[1], sets.dim)
    )
    steps = len(order)

    def sample(t: int) -> Any:
        return sets.sample(order[min(t, steps - 1)], t)

    base = Projected(radius)
    states = iterate(sets, method, start, eta, steps, base, sample=sample)
    return np.stack([state.x for state in states])


def constants(
    data: Neighbours, method: Method, radius: float, batch: int = 1
) -> dict[str, float]:
    r"""$\mu$, $\beta$ and G of T17, convex losses: G on the ball and at ascent points.

    From $\|w\| \le R$ with gradients of length $G_R$ the ascent leads to
    $R + \rho G_R$ at most, a normalised one to $R + \rho$. GD's directions, and one
    by one SSAM's, are as long as gradients on the ball.
    """
    both = data.problem, data.new
    here = max(sample_lipschitz(f, radius).max() for f in both)
    rho = float(method.get("rho", 0.0))
    if rho > 0 and not (method.label == "SSAM" and batch == 1):
        far = radius + rho * (1 if method.label in NORMALISED else here)
        here = max(sample_lipschitz(f, far).max() for f in both)
    steepest = max(f.sample_smoothness.max() for f in both)
    return {
        "mu": data.problem.ridge,
        "beta": float(steepest),
        "lipschitz": float(here),
    }


def expected_distance(ends: np.ndarray) -> float:
    """The mean over the draws of a neighbour's distance, the largest of all.

    Args:
        ends: last points, `(n + 1, runs, d)`.
    """
    return np.linalg.norm(ends[1:] - ends[0], axis=-1).mean(axis=1).max()
