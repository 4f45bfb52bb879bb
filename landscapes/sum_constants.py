"""Constants of the single samples of a finite sum, in closed form or by bisection."""

from __future__ import annotations

import numpy as np

from landscapes.finite_sum import FiniteSum


def sample_lipschitz(f: FiniteSum, radius: float) -> np.ndarray:
    r"""Lipschitz constants $G_i$ of the samples on $\|w\| \le$ `radius`.

    $G_i = \|x_i\|\max_\pm|l'(\pm R\|x_i\|, y_i)| + rR$ for convex l, attained: the
    slope is monotone, so it is largest at an end of the ball's diameter along $x_i$,
    and there the ridge pulls the same way. Otherwise $\|x_i\|\sup|l'| + rR$, a bound.

    Returns:
        Shape `(..., n)`.
    """
    size = np.linalg.norm(f.X, axis=-1)
    if f.loss.convex:
        ends = (f.loss.slope(sign * radius * size, f.y) for sign in (-1, 1))
        steepest = np.maximum(*map(np.abs, ends))
    else:
        steepest = f.loss.lipschitz
    return steepest * size + f.ridge * radius


def sample_minima(f: FiniteSum) -> np.ndarray:
    r"""Infima $f_i^* = \inf_w f_i(w)$ of the samples, shape `(..., n)`.

    0 without ridge. With it $w = s x_i$ and s solves $l'(s\|x_i\|^2, y_i) + rs = 0$, an
    increasing function of s for convex l: bisected down to neighbouring floats.

    Raises:
        ValueError: the loss is not convex and there is a ridge.
    """
    if f.ridge == 0:
        return np.zeros(f.y.shape)
    if not f.loss.convex:
        raise ValueError(f"`{f.loss.name}` is not convex: its minima are unknown.")
    q = (f.X**2).sum(axis=-1)
    far = np.abs(f.loss.slope(0 * q, f.y)) / f.ridge
    low, high = -far, far
    for _ in range(2000):
        s = (low + high) / 2
        if ((s <= low) | (s >= high)).all():
            break
        rises = f.loss.slope(s * q, f.y) + f.ridge * s > 0
        low, high = np.where(rises, low, s), np.where(rises, s, high)
    return f.loss.value(s * q, f.y) + f.ridge / 2 * s**2 * q


def minimum(f: FiniteSum) -> float:
    r"""$f^*$, the value at the minimiser that `locate` finds.

    Raises:
        ValueError: it finds none.
    """
    points = f.locate()
    if not len(points):
        raise ValueError(f"`{f.name}` has no minimiser that Newton's method finds.")
    return float(f.value(points[0]))
