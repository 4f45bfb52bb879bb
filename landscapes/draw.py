"""Drawing mini-batches: indices of samples for many runs at once."""

from __future__ import annotations

import numpy as np


def _checked(n: int, b: int, most: float) -> None:
    if n < 1 or not 1 <= b <= most:
        raise ValueError(
            f"a batch takes 1 to {most} of n >= 1 samples, got {b} of {n}."
        )


def tau_nice(
    n: int, tau: int, rng: np.random.Generator, shape: tuple[int, ...] = ()
) -> np.ndarray:
    """Subsets of tau out of n samples, uniform, without replacement.

    Args:
        n: the number of samples.
        tau: the size of a batch, 1 to n.
        rng: the generator.
        shape: of the runs, each with its own subset.

    Returns:
        Integers, shape `(*shape, tau)`, in random order.

    Raises:
        ValueError: tau is not between 1 and n.
    """
    _checked(n, tau, n)
    if tau == 1:
        return rng.integers(n, size=(*shape, 1))
    # The places of the tau smallest of n random keys are a uniform subset.
    keys = rng.random((*shape, n))
    chosen = np.argpartition(keys, tau - 1, axis=-1)[..., :tau]
    return rng.permuted(chosen, axis=-1)


def with_replacement(
    n: int, b: int, rng: np.random.Generator, shape: tuple[int, ...] = ()
) -> np.ndarray:
    """Batches of b independent uniform draws out of n, shape `(*shape, b)`."""
    _checked(n, b, np.inf)
    return rng.integers(n, size=(*shape, b))


def epoch(
    n: int, b: int, rng: np.random.Generator, shape: tuple[int, ...] = ()
) -> np.ndarray:
    """One epoch: the samples reshuffled and cut into batches; what is over is left out.

    Returns:
        Integers, shape `(n // b, *shape, b)`: a batch a step.
    """
    _checked(n, b, n)
    order = rng.permuted(np.broadcast_to(np.arange(n), (*shape, n)), axis=-1)
    steps = order[..., : n // b * b].reshape(*shape, n // b, b)
    return np.moveaxis(steps, -2, 0)
