"""The last states of runs, and what can be read off them without the landscape."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

PERIODS = 16  # longest cycle looked for
PUSH = 0.1  # share of rho lam by which a surrogate gradient exceeds the gradient


@dataclass(frozen=True, eq=False)
class Window:
    """The last W states of n runs that did not leave; `(W, n, d)`, `(W, n)`, `(n,)`.

    Args:
        x: points.
        g_norm: norms of the gradient.
        d_norm: norms of the surrogate gradient.
        eta: learning rates.
        rho: radii; 0 where they are no length: such methods have no band.
    """

    x: np.ndarray
    g_norm: np.ndarray
    d_norm: np.ndarray
    eta: np.ndarray
    rho: np.ndarray

    @property
    def push(self) -> np.ndarray:
        r"""By how much $\|d\|$ exceeds $\|g\|$ in the mean, `(n,)`."""
        return (self.d_norm - self.g_norm).mean(axis=0)

    def of(self, runs: np.ndarray) -> Window:
        """Some of the runs."""
        values = (getattr(self, field.name) for field in fields(self))
        return Window(*(v[runs] if v.ndim == 1 else v[:, runs] for v in values))

    def part(self, steps: slice) -> Window:
        """Some of the steps."""
        long = (self.x[steps], self.g_norm[steps], self.d_norm[steps])
        return Window(*long, self.eta, self.rho)


def norm(v: np.ndarray) -> np.ndarray:
    """Lengths along the last axis."""
    return np.sqrt(np.einsum("...i,...i->...", v, v))


def band(eta: np.ndarray, rho: np.ndarray, lam: np.ndarray) -> np.ndarray:
    r"""Half-width of the set in which SAM keeps moving about a critical point, `(n,)`.

    $\eta\rho\lambda/(2 - \eta\lambda)$ of the largest positive eigenvalue (T5's cycle)
    and $\eta\rho|\lambda|$ of the largest of either sign (T7's chaotic band, along
    negative ones), the larger, with half as much again, since curvature widens them (on
    Beale's surface 1.26 times was seen); none where $\eta\lambda \ge 2$. To be inside
    is never enough for a verdict: nothing may grow there either.

    Args:
        eta: learning rates, `(n,)`.
        rho: radii, `(n,)`.
        lam: eigenvalues at the point, `(k,)` or `(n, k)`.
    """
    steep, rising = np.abs(lam).max(axis=-1), np.maximum(lam.max(axis=-1), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        cycle = rising / np.clip(2 - eta * rising, 0, None)
        # At rho = 0 beyond the edge: 0 times infinity, no band.
        width = 1.5 * eta * rho * np.maximum(steep, cycle)
    return np.where(np.isfinite(width), width, 0.0)


def pushed(push: np.ndarray, rho: np.ndarray, lam: np.ndarray) -> np.ndarray:
    r"""Whether the radius keeps runs moving about a minimum, `(n,)`.

    On a quadratic with eigenvalues $\lambda_i \ge 0$ SAM has $\|d\| \ge \|g\| +
    \rho\lambda_-$, $\lambda_-$ the least one above 0, since $\langle g, d\rangle =
    \|g\|^2 + \rho\langle g, Hg\rangle/\|g\|$; a renormalised step has $\|d\| = \|g\|$
    and no band: it passes through, to the minimum or away from it.

    Args:
        push: the excess $\|d\| - \|g\|$ in the mean, `(n,)`.
        rho: radii, `(n,)`.
        lam: eigenvalues at the point, `(k,)` or `(n, k)`.
    """
    least = np.where(lam > 0, lam, np.inf).min(axis=-1)
    return push >= PUSH * rho * least


def growing(u: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Whether any of the coordinates u, `(W, n, k)`, grew over the window, `(n,)`.

    One that moves chaotically at the width of the band itself (T7) may fluctuate by a
    factor of two; one that grows steadily, at every second step, may not.
    """
    u = np.abs(u)
    half = len(u) // 2
    first, second = u[:half].max(axis=0), u[half:].max(axis=0)
    steady = (u[2:] >= u[:-2]).all(axis=0)
    chaotic = ~steady & (first > 1e-3 * width[:, None])
    return (second > first * np.where(chaotic, 2.0, 1.0)).any(axis=-1)


def period(x: np.ndarray, amplitude: np.ndarray) -> np.ndarray:
    """Smallest period of bounded windows, `(n,)`; 0 where none is found.

    A point that rounding moves to and fro, by less than a hundred units in its last
    place, has none.

    Args:
        x: points, `(W, n, d)`.
        amplitude: largest distances from the windows' means, `(n,)`.
    """
    found = np.zeros(amplitude.shape, dtype=int)
    open_ = amplitude > 100 * np.finfo(x.dtype).eps * norm(x[-1])
    for p in range(1, min(PERIODS, len(x) // 2) + 1):
        # The last state tells for nearly all that this is not their period.
        open_ &= found == 0
        rows = np.flatnonzero(open_)
        near = norm(x[-1, rows] - x[-1 - p, rows]) <= 1e-6 * amplitude[rows]
        rows = rows[near]
        shift = norm(x[p:, rows] - x[:-p, rows]).max(axis=0)
        found[rows[shift <= 1e-6 * amplitude[rows]]] = p
    return found
