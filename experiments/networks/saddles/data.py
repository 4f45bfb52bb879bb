"""Real images with few features, so that a network's Hessian is cheap and exact."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from landscapes.splits import split

POOLED = 4  # pixels of a side that are averaged where an image has more than 16


@lru_cache(maxsize=4)
def pooled(data: str, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels; large images are averaged over 4 x 4 pixels first.

    Args:
        data: a data set of images.
        n: samples to train on.

    Returns:
        Features `(n, d)` with mean 0 and an overall variance of 1, and labels.
    """
    X, y = split(data, n, 0, 0).train
    X = X.reshape(n, *X.shape[-2:])
    if X.shape[-1] > 16:
        side = X.shape[-1] // POOLED
        X = X.reshape(n, side, POOLED, side, POOLED).mean(axis=(2, 4))
    X = X.reshape(n, -1)
    return X / X.std(), y


def principal(
    data: str, n: int, classes: int, features: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The first classes on their own principal axes.

    Returns:
        Features `(k, features)` with mean 0 and an overall variance of 1, and labels.
    """
    X, y = pooled(data, n)
    X, y = X[y < classes], y[y < classes]
    X = X - X.mean(axis=0)
    _, _, axes = np.linalg.svd(X, full_matrices=False)
    X = X @ axes[:features].T
    return torch.tensor(X / X.std()), torch.tensor(y)


def covarying(data: str, n: int) -> tuple[torch.Tensor, torch.Tensor]:
    r"""Features that covary with the labels, all of them, and only those.

    The centred unit vectors of c labels span c - 1 dimensions; in an orthonormal basis
    of these they are targets $y$, and the left singular vectors of $E\,xy^\top$ are
    the axes on which the images are looked at: the singular values stay what they are,
    and none is 0.

    Returns:
        Features and targets, `(n, c - 1)`.
    """
    X, labels = pooled(data, n)
    Y = np.eye(labels.max() + 1)[labels]
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    U, _, V = np.linalg.svd(X.T @ Y / n, full_matrices=False)
    kept = Y.shape[1] - 1
    return torch.tensor(X @ U[:, :kept]), torch.tensor(Y @ V[:kept].T)
