r"""What the states along a window say, by means of blocks and their intervals.

A window holds `LOOKS` states of one stretch of a run, one from each of as many equal
parts, at random places in them, so that no cycle hides between them. They are cut into
`BLOCKS` blocks, whose means are nearly independent once a block is longer than the
run remembers; their scatter gives the standard errors.
"""

from __future__ import annotations

import numpy as np

from landscapes.critical import CriticalPoint
from theory.verdict import AT, PERIODS, VANISHED

BLOCKS, EACH = 16, 8
LOOKS = BLOCKS * EACH  # states in a window
TAIL = 2 * PERIODS  # consecutive states at its end
SURE = 3.58  # of Student's t with 14 degrees of freedom, two-sided, at 99.7 %
SHARP = 3.0  # standard errors of a change that a quantity's spread must cover
WIDER = 1.5  # a cloud this much wider than the model's is not the noise's alone
RETURNS = 0.1  # a run is back where it is this much nearer than after one step


def norm(v: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    return np.sqrt((v * v).sum(axis=-1))


def rms(v: np.ndarray) -> np.ndarray:
    """Root mean square of the norms along a window: `(N, LOOKS, d)` to `(N,)`."""
    return np.sqrt((v * v).sum(axis=-1).mean(axis=-1))


def settled(v: np.ndarray) -> np.ndarray:
    """Whether a quantity, `(N, LOOKS)`, keeps its mean, as far as one can tell.

    The means of the window's halves differ by no more than their interval, and the
    quantity's own spread is several standard errors of that difference: else a window
    too short to show anything would show that nothing changes. Of independent numbers
    997 in 1000 have settled, of random walks one, and none of them twice.
    """
    means = v.reshape(len(v), 2, BLOCKS // 2, EACH).mean(axis=-1)
    first, second = means.mean(axis=-1).T
    error = np.sqrt(means.var(axis=-1, ddof=1).sum(axis=-1) / (BLOCKS // 2))
    rounding = 1e-12 * np.abs(v).max(axis=-1)
    same = np.abs(second - first) <= SURE * error + rounding
    return same & (SHARP * error <= v.std(axis=-1) + rounding)


def error(v: np.ndarray) -> np.ndarray:
    """Radius of the interval of a mean: `(N, LOOKS, d)` to `(N,)`."""
    means = v.reshape(len(v), BLOCKS, EACH, v.shape[-1]).mean(axis=2)
    return SURE * norm(means.std(axis=1, ddof=1)) / BLOCKS**0.5


def nearest(x: np.ndarray, points: tuple[CriticalPoint, ...]) -> np.ndarray:
    """Position of the nearest critical point; -1 where none is known."""
    if not points:
        return np.full(x.shape[:-1], -1)
    return np.argmin([norm(x - c.point) for c in points], axis=0)


def calm(x: np.ndarray, critical: CriticalPoint) -> np.ndarray:
    r"""Whether distance and energy $\frac12\sum_i|\lambda_i|u_i^2$ have settled.

    Both are of the offset from the nearest critical point, u in its eigendirections:
    the one shows what happens in the flattest of them, the other in the steepest.
    """
    offset = x - critical.point
    # One product a run: a product for all would round differently with their number.
    u = offset @ critical.eigenvectors
    energy = (np.abs(critical.eigenvalues) * u * u).sum(axis=-1) / 2
    return settled(norm(offset)) & settled(energy)


def centred(x: np.ndarray, points: tuple[CriticalPoint, ...], place: int) -> np.ndarray:
    """Whether the cloud is about this critical point, and in its cell alone.

    Where f may descend from it, along no such direction the cloud's mean may drift.
    """
    critical = points[place]
    offset = x - critical.point
    mean = offset.mean(axis=1)
    spread = rms(offset - mean[:, None])
    found = norm(mean) <= spread + error(offset)
    found &= (nearest(x, points) == place).all(axis=-1)
    for v in _descents(critical):
        found &= settled((offset * v).sum(axis=-1))
    return found


def exact(x: np.ndarray, g: np.ndarray, critical: CriticalPoint) -> np.ndarray:
    """Whether the window's end is at the point, where all gradients seen vanish.

    Where f may descend from it, nothing may have grown along such a direction.
    """
    size = max(1, np.abs(critical.eigenvalues).max())
    offset = x - critical.point
    found = norm(g[:, -EACH:]).max(axis=-1) <= VANISHED * size
    found &= norm(offset[:, -EACH:]).max(axis=-1) <= AT
    for v in _descents(critical):
        u = np.abs((offset * v).sum(axis=-1)).reshape(len(offset), 2, -1).max(axis=-1)
        found &= u[:, 1] <= u[:, 0]
    return found


def _descents(critical: CriticalPoint) -> np.ndarray:
    """Directions in which f may descend: where the curvature is 0 it may as well."""
    if critical.kind == "minimum":
        return np.empty((0, len(critical.point)))
    return critical.eigenvectors[:, critical.eigenvalues <= 0].T


def within(offset: np.ndarray, model: np.ndarray) -> np.ndarray:
    """Whether clouds are no wider than their models', but for `WIDER`.

    Args:
        offset: from the critical point, `(N, LOOKS, d)`.
        model: the same of the same method under the same noise on f's model of second
            order there; not finite where it left.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        return rms(offset) <= WIDER * rms(model) + AT


def steady(gradient: np.ndarray) -> np.ndarray:
    """Whether the true gradient, `(N, LOOKS, d)`, is away from zero all the while.

    Its mean is beyond its own interval and no less than half its root mean square.
    """
    size = norm(gradient.mean(axis=1))
    found = (size > error(gradient)) & (size > 1e3 * VANISHED)
    return found & (size >= rms(gradient) / 2)


def period(tail: np.ndarray) -> np.ndarray:
    """After how many steps runs are `RETURNS` times as far as after one; else 0."""
    once, found = rms(tail[:, 1:] - tail[:, :-1]), np.zeros(len(tail), int)
    for p in range(PERIODS, 1, -1):
        found[rms(tail[:, p:] - tail[:, :-p]) <= RETURNS * once] = p
    return np.where(once > 0, found, 0)
