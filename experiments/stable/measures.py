r"""What is told of pairs of runs: how far they part, and how far their losses do."""

from __future__ import annotations

import numpy as np

# One number a data set, means over its neighbours i; and one over all of both.
MEANS = ("distance", "squared", "loss", "gap")
LARGEST = ("farthest", "worst_loss")
MEASURES = (*MEANS, *LARGEST)


def measures(
    distance: np.ndarray, tests: np.ndarray, own: np.ndarray
) -> dict[str, np.ndarray]:
    r"""Of data sets and their neighbours.

    Args:
        distance: $\|w - w^{(i)}\|$, `(D, I, C)`.
        tests: losses $f(w; z)$ of test samples, `(D, I + 1, C, m)`.
        own: losses of the samples that are replaced, `(D, I + 1, C, I)`.

    Returns:
        `(C, D)`: `distance` and `squared`, means over i of the distance and of its
        square (L10's); `loss`, the mean of $\max_z |f(w;z) - f(w^{(i)};z)|$; `gap`, of
        $f(w^{(i)};z_i) - f(w;z_i)$, whose expectation is that of test less training
        loss. `(C,)`: `farthest` and `worst_loss`, the largest of the first and third,
        NaN if one is.
    """
    apart = np.abs(tests[:, 1:] - tests[:, :1])
    widest = apart.max(axis=-1)
    i = np.arange(own.shape[-1])
    without, within = own[:, i + 1, :, i], own[:, 0][..., i]  # (I, D, C), (D, C, I)
    return {
        "distance": distance.mean(axis=1).T,
        "squared": (distance**2).mean(axis=1).T,
        "loss": widest.mean(axis=1).T,
        "gap": (np.moveaxis(without, 0, -1) - within).mean(axis=-1).T,
        "farthest": distance.max(axis=(0, 1)),
        "worst_loss": widest.max(axis=(0, 1)),
    }
