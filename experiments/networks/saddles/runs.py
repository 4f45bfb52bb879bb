r"""Runs around a saddle, many at once, and what became of each.

A run ends when its distance from the saddle, along the directions that are not flat,
reaches R. What stays is judged by the second half of its steps, cut into pieces: by the
largest distance, the largest coordinate along every descending direction, and the loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import torch

from landscapes.landscape import Landscape
from theory.iterate import iterate
from theory.method import Method
from theory.window import band

PIECES = 40  # into which a run's steps are cut
ROUNDING = 1e-12  # a coordinate below this is the arithmetic's
STEADY = (
    0.7  # share of the pieces in which a coordinate that grows is larger than before
)


class Fate(IntEnum):
    """What a run did; `UNDECIDED` is a legitimate answer."""

    UNDECIDED = 0
    HELD = 1  # within its band or its first distance, nothing doubling or falling
    ESCAPED = 2  # left the ball, and the loss is lower than at the saddle
    THROWN = 3  # left the ball upwards, or is not finite


@dataclass(frozen=True, eq=False)
class Ball:
    r"""Where a run starts, seen from the saddle.

    Args:
        center: the saddle, `(P,)`.
        basis: orthonormal columns, the directions that are not flat, `(P, k)`.
        lam: their curvatures, `(k,)`; zeros where all vanish.
        radius: R.
    """

    center: torch.Tensor
    basis: torch.Tensor
    lam: np.ndarray
    radius: float


@dataclass(frozen=True, eq=False)
class Kept:
    """What is kept of n runs; the first axis is the piece.

    Args:
        distance: the largest in each piece, `(pieces, n)`.
        down: the largest size of every coordinate along which the loss does not rise,
            `(pieces, n, k)`.
        rise: the loss at each piece's start, over that at the saddle, `(pieces, n)`.
        steps: until R was reached, infinite where it was not, `(n,)`.
        exit: the loss there over that at the saddle, NaN where it was not, `(n,)`.
    """

    distance: np.ndarray
    down: np.ndarray
    rise: np.ndarray
    steps: np.ndarray
    exit: np.ndarray


def follow(
    landscape: Landscape,
    method: Method,
    u: np.ndarray,
    eta: float,
    rho: np.ndarray,
    ball: Ball,
    steps: int,
) -> Kept:
    """Runs from center + basis u until they leave, at most so many steps.

    Args:
        landscape: what is minimised.
        method: without memory from step to step.
        u: starts, `(n, k)`.
        eta: learning rate.
        rho: radii, `(n,)`.
        ball: that they must leave.
        steps: the most, rounded up to a multiple of `PIECES`.

    Raises:
        ValueError: the method has a memory, which a piece would begin anew.
    """
    x = ball.center + torch.as_tensor(u) @ ball.basis.T
    if len(method.init(x)):
        raise ValueError(
            f"`{method.label}` has a memory: saddles are measured for methods without."
        )
    n, length = len(u), -(-steps // PIECES)
    falls = ball.lam <= 0
    distance, rise = np.full((2, PIECES, n), np.nan)
    down = np.full((PIECES, n, int(falls.sum())), np.nan)
    left, exit_ = np.full(n, np.inf), np.full(n, np.nan)
    radii, ground = torch.as_tensor(rho)[:, None], landscape.value(ball.center)
    inside = np.arange(n)
    for piece in range(PIECES):
        if not inside.size:
            break
        rise[piece, inside] = (landscape.value(x) - ground).numpy()
        exact = method.having(rho=radii[inside])
        states = iterate(landscape, exact, x, eta, length)
        x, gone, when, far, largest = _piece(states, ball, length)
        left[inside[gone]] = piece * length + when[gone]
        if gone.any():
            exit_[inside[gone]] = (landscape.value(x[gone]) - ground).numpy()
        inside, x = inside[~gone], x[~gone]
        distance[piece, inside] = far[~gone]
        down[piece, inside] = largest[~gone][:, falls]
    return Kept(distance, down, rise, left, exit_)


def _piece(states: Iterator, ball: Ball, length: int) -> tuple[Any, ...]:
    """The last points, those that left and when, and the largest coordinates."""
    for t, state in enumerate(states):
        u = (state.x - ball.center) @ ball.basis
        far = (u * u).sum(-1).sqrt()
        out = ~(far < ball.radius)
        if t == 0:
            x, gone, when = state.x.clone(), torch.zeros_like(out), torch.zeros(len(u))
            furthest, largest = far, u.abs()
        x = torch.where(gone[:, None], x, state.x)
        when = torch.where(out & ~gone, t, when)
        gone = gone | out
        if t < length:
            furthest = torch.maximum(furthest, far)
            largest = torch.maximum(largest, u.abs())
    return x, *(part.numpy() for part in (gone, when, furthest, largest))


def fates(kept: Kept, eta: float, rho: np.ndarray, lam: np.ndarray) -> np.ndarray:
    r"""The `Fate` of each run, `(n,)`.

    Held is what, over the second half of its steps, (i) stays within $\sqrt k$ times
    the band of its radius (`theory.window.band`, of one direction) or no farther than
    it was in its first piece, (ii) doubles steadily along no direction in which the
    loss does not rise, and (iii) does not lose value below the saddle's.

    Args:
        kept: of n runs.
        eta: learning rate.
        rho: radii, `(n,)`; 0 where they are no length: such methods have no band.
        lam: curvatures at the saddle, `(k,)`.
    """
    gone = np.isfinite(kept.steps)
    codes = np.where(kept.exit < 0, Fate.ESCAPED, Fate.THROWN)
    stay = np.flatnonzero(~gone)
    half = slice(len(kept.distance) // 2, None)
    width = np.sqrt(len(lam)) * band(np.full(len(stay), eta), rho[stay], lam)
    first = kept.distance[0, stay]
    near = kept.distance[half, stay].max(axis=0) <= np.maximum(width, first)
    doubling, falling = (
        _doubling(kept.down[half, stay]),
        _falling(kept.rise[half, stay]),
    )
    codes[stay] = np.where(near & ~doubling & ~falling, Fate.HELD, Fate.UNDECIDED)
    return codes


def _doubling(down: np.ndarray) -> np.ndarray:
    """Whether a coordinate is twice as large in the second half, and grows steadily.

    What moves chaotically in SAM's band (T7) may be small for a while and large again.
    """
    down = np.where(down > ROUNDING, down, 0.0)
    middle = len(down) // 2
    twice = down[middle:].max(axis=0) > 2 * down[:middle].max(axis=0)
    steady = (down[2:] > down[:-2]).mean(axis=0) >= STEADY
    return (twice & steady).any(axis=-1)


def _falling(rise: np.ndarray) -> np.ndarray:
    """Whether a loss below the saddle's falls by more than a quarter of its range."""
    middle = len(rise) // 2
    before, after = rise[:middle].mean(axis=0), rise[middle:].mean(axis=0)
    below = after < -ROUNDING
    return below & (after < before - np.ptp(rise, axis=0) / 4)
