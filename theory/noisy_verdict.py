r"""What a stochastic run did, decided by the means of a window and their intervals.

A window holds `LOOKS` states of one stretch of a run, one from each of as many equal
parts, at random places in them, so that no cycle hides between them. They are cut into
`BLOCKS` blocks, whose means are nearly independent once a block is longer than the
run remembers; their scatter gives the standard errors. A quantity has settled iff the
means of the window's halves differ by no more than their interval, and that interval is
no wider than the quantity's own spread: without the second half a window too short to
show anything would show that nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from landscapes.critical import CriticalPoint
from theory.verdict import AT, PERIODS, VANISHED

BLOCKS, EACH = 16, 8
LOOKS = BLOCKS * EACH  # states in a window
TAIL = 2 * PERIODS  # consecutive states at its end
SURE = 2.977  # of Student's t with 14 degrees of freedom, two-sided, at 99 %
WIDER = 1.5  # a cloud this much wider than that of the model is none of noise


@dataclass(frozen=True, eq=False)
class Stretch:
    """States of n runs that stayed.

    Args:
        x: points, `(n, LOOKS, d)`.
        g: raw gradients that the runs saw there, `(n, LOOKS, d)`.
        f: values there, `(n, LOOKS)`.
        tail: the last points, `(n, TAIL, d)`.
        step: mean distance in steps between the window's halves.
    """

    x: np.ndarray
    g: np.ndarray
    f: np.ndarray
    tail: np.ndarray
    step: float

    def of(self, chosen: np.ndarray) -> Stretch:
        """Some of the runs."""
        parts = (self.x, self.g, self.f, self.tail)
        return Stretch(*(a[chosen] for a in parts), self.step)


def norm(v: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    return np.sqrt((v * v).sum(axis=-1))


def blocks(v: np.ndarray) -> np.ndarray:
    """Means of the blocks: `(n, LOOKS)` to `(n, BLOCKS)`."""
    return v.reshape(len(v), BLOCKS, EACH).mean(axis=-1)


def settled(v: np.ndarray) -> np.ndarray:
    """Whether a quantity, `(n, LOOKS)`, keeps its mean, as far as one can tell."""
    halves = blocks(v).reshape(len(v), 2, -1)
    first, second = halves.mean(axis=-1).T
    count = halves.shape[-1]
    error = SURE * np.sqrt(halves.var(axis=-1, ddof=1).sum(axis=-1) / count)
    rounding = 1e-12 * np.abs(v).max(axis=-1)
    same = np.abs(second - first) <= error + rounding
    return same & (error <= v.std(axis=-1) + rounding)


def nearest(x: np.ndarray, points: tuple[CriticalPoint, ...]) -> np.ndarray:
    """Position of the nearest critical point, `(...)`; -1 where none is known."""
    if not points:
        return np.full(x.shape[:-1], -1)
    return np.argmin([norm(x - c.point) for c in points], axis=0)


def at_point(seen: Stretch, critical: CriticalPoint) -> np.ndarray:
    """Whether the window's end is at the point, where every sample's gradient is 0."""
    size = max(1, np.abs(critical.eigenvalues).max())
    offset = norm(seen.x[:, -EACH:] - critical.point).max(axis=-1)
    return (norm(seen.g[:, -EACH:]).max(axis=-1) <= VANISHED * size) & (offset <= AT)


def stays(seen: Stretch, points: tuple[CriticalPoint, ...], place: int) -> np.ndarray:
    """Whether a cloud has settled about this critical point, in it and no other's."""
    critical = points[place]
    offset = seen.x - critical.point
    near = settled(norm(offset)) & settled(seen.f)
    near &= (nearest(seen.x, points) == place).all(axis=-1)
    mean = offset.mean(axis=1)
    spread = np.sqrt((norm(offset - mean[:, None]) ** 2).mean(axis=-1))
    error = [blocks(offset[..., i]).std(axis=-1, ddof=1) for i in range(mean.shape[1])]
    near &= norm(mean) <= spread + SURE * norm(np.stack(error, -1)) / BLOCKS**0.5
    if critical.kind != "minimum":
        down = critical.eigenvectors[:, critical.eigenvalues <= 0]
        for v in down.T:
            near &= settled((offset * v).sum(axis=-1))
    return near


def leaving(seen: Stretch, critical: CriticalPoint) -> np.ndarray:
    """Whether a direction in which f may descend grew from half to half."""
    down = critical.eigenvectors[:, critical.eigenvalues <= 0]
    offset = seen.x - critical.point
    half, grown = LOOKS // 2, np.zeros(len(offset), bool)
    for v in down.T:
        u = np.abs((offset * v).sum(axis=-1))
        grown |= u[:, half:].max(axis=-1) > u[:, :half].max(axis=-1)
    return grown


def width(x: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Root mean square of the distance from a point, `(n,)`."""
    return np.sqrt((norm(x - point) ** 2).mean(axis=-1))


def within(seen: Stretch, model: np.ndarray, critical: CriticalPoint) -> np.ndarray:
    """Whether clouds are as wide as those of the model of second order, or less.

    Args:
        seen: the runs.
        model: points of the same method under the same noise on the model, which
            started at the critical point, `(n, LOOKS, d)`; not finite where it left.
        critical: the critical point.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        expected = WIDER * width(model, critical.point) + AT
    return width(seen.x, critical.point) <= np.where(
        np.isfinite(expected), expected, -1.0
    )


def hallucinated(seen: Stretch, gradient: np.ndarray, eta: np.ndarray) -> np.ndarray:
    """Whether a cloud has settled where the true gradient is steady and not zero.

    Steady: its mean is beyond its own interval and at least half its root mean square,
    and following it the run would have moved ten times as far as it did.

    Args:
        seen: the runs.
        gradient: true gradients along the window, `(n, LOOKS, d)`.
        eta: learning rates, `(n,)`.
    """
    mean = gradient.mean(axis=1)
    d = mean.shape[1]
    error = [blocks(gradient[..., i]).std(axis=-1, ddof=1) for i in range(d)]
    beyond = norm(mean) > SURE * norm(np.stack(error, -1)) / BLOCKS**0.5
    steady = norm(mean) >= np.sqrt((norm(gradient) ** 2).mean(axis=-1)) / 2
    half = LOOKS // 2
    moved = norm(seen.x[:, half:].mean(axis=1) - seen.x[:, :half].mean(axis=1))
    stands = moved <= 0.1 * eta * seen.step * norm(mean)
    return beyond & steady & stands & settled(seen.f) & (norm(mean) > 1e3 * VANISHED)


def period(tail: np.ndarray) -> np.ndarray:
    """After how many steps a run returns, over ten times nearer than after one."""

    def shift(p: int) -> np.ndarray:
        return (norm(tail[:, p:] - tail[:, :-p]) ** 2).mean(axis=-1)

    once, found = shift(1), np.zeros(len(tail), int)
    for p in range(PERIODS, 1, -1):
        found[100 * shift(p) <= once] = p
    return np.where(once > 0, found, 0)
