r"""What is told of pairs of runs: how far they part, and how far their losses do."""

from __future__ import annotations

import numpy as np

# One number a data set; means are over its neighbours i.
MEASURES = ("distance", "farthest", "squared", "loss", "worst_loss", "mean_loss", "gap")


def measures(
    distance: np.ndarray, tests: np.ndarray, own: np.ndarray
) -> dict[str, np.ndarray]:
    r"""Of data sets and their neighbours.

    Args:
        distance: $\|w - w^{(i)}\|$, `(D, I, C)`.
        tests: losses $f(w; z)$ of test samples, `(D, I + 1, C, m)`.
        own: losses of the samples that are replaced, `(D, I + 1, C, I)`.

    Returns:
        `(D, C)` each: `distance` and `squared`, means over i of the distance and of its
        square (L10's); `farthest`, its largest; `loss` and `worst_loss`, mean and
        largest over i of $\max_z |f(w;z) - f(w^{(i)};z)|$; `mean_loss`, the mean over i
        and z; `gap`, the mean over i of $f(w^{(i)};z_i) - f(w;z_i)$, whose expectation
        is that of test less training loss.
    """
    apart = np.abs(tests[:, 1:] - tests[:, :1])
    widest = apart.max(axis=-1)
    i = np.arange(own.shape[-1])
    without, within = own[:, i + 1, :, i], own[:, 0][..., i]  # (I, D, C), (D, C, I)
    return {
        "distance": distance.mean(axis=1),
        "farthest": distance.max(axis=1),
        "squared": (distance**2).mean(axis=1),
        "loss": widest.mean(axis=1),
        "worst_loss": widest.max(axis=1),
        "mean_loss": apart.mean(axis=(1, 3)),
        "gap": (np.moveaxis(without, 0, -1) - within).mean(axis=-1),
    }
