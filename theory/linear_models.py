r"""Generalised linear models, one example at a time: T16 without its methods.

$f_i(w) = l_i(\langle x_i, w\rangle)$ with $l_i$ convex and $\beta$-smooth,
$n_i = \|x_i\|^2$, $\tilde\beta = \beta n_i$. Proofs: `paper_notes.md`, T16.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.finite_sum import FiniteSum
from theory.bisect import bisect
from theory.interval import Interval
from theory.method import Method, norm
from theory.regimes import gd_limit, usam_limit

# l' as in a textbook.
SLOPES = {
    "logistic": lambda z, y: -y * (1 - np.tanh(y * z / 2)) / 2,
    "square": lambda z, y: z - y,
    "huber": lambda z, y: np.clip(z - y, -1, 1),
    "log_cosh": lambda z, y: np.tanh(z - y),
    "log_square": lambda z, y: 2 * (z - y) / (1 + (z - y) ** 2),
}
Shift = Callable[[Any, Any, Any], Any]  # of rho, n_i, l_i' to where l_i' is taken


@dataclass(frozen=True, eq=False)
class PerExample(Method):
    """The mean of a method's directions, each on one example of the batch."""

    method: Method

    @property
    def label(self) -> str:
        """The method's own, each for itself."""
        return f"{self.method.label} per example"

    def direction(self, x: Any, state: Any, gradient: Any) -> tuple:
        """The two means."""
        split = gradient.split(gradient.size)
        made = (self.method.direction(x, state, one) for one in split)
        d, g, _ = zip(*made, strict=True)
        return sum(d) / len(d), sum(g) / len(g), state


def unmoved(rho: Any, n: Any, slope: Any) -> Any:
    r"""SGD, SSAM and SSAM-N: $\phi_i = l_i'(z)$."""
    return 0.0


def transformed(rho: Any, n: Any, slope: Any) -> Any:
    r"""USAM: $\phi_i = l_i'(z + \rho n_i l_i'(z))$."""
    return rho * n * slope


def shifted(rho: Any, n: Any, slope: Any) -> Any:
    r"""SAM: $\phi_i = l_i'(z + \rho\sqrt{n_i}\,\mathrm{sign}\,l_i'(z))$."""
    return rho * np.sqrt(n) * np.sign(slope)


def written_out(
    shift: Shift,
    f: FiniteSum,
    w: np.ndarray,
    rho: np.ndarray,
    eta: np.ndarray,
    order: np.ndarray,
) -> np.ndarray:
    r"""SGD in its formula: $w \leftarrow w - \frac\eta b\sum_i(\phi_i x_i + r w)$.

    Args:
        shift: `unmoved`, `transformed` or `shifted`.
        f: the data, its ridge r and its loss's name.
        w: starts, `(runs, d)`.
        rho: radii, `(runs,)`.
        eta: learning rates, `(runs,)`.
        order: the examples of each step, `(T, b)`.

    Returns:
        Last points, `(runs, d)`.
    """
    slope = SLOPES[f.loss.name]
    for chosen in order:
        rows, target = f.X[chosen], f.y[chosen]
        z, n = w @ rows.T, (rows**2).sum(axis=1)
        moved = z + shift(rho[:, None], n, slope(z, target))
        g = slope(moved, target) @ rows / len(chosen) + f.ridge * w
        w = w - eta[:, None] * g
    return w


def rate_limit(label: str, curved: Any, rho: Any) -> Any:
    r"""Up to which eta a step on one example parts no pair, $\tilde\beta$ given.

    $2/(\tilde\beta(1 + \rho\tilde\beta))$ for USAM, else $2/\tilde\beta$.
    """
    return usam_limit(0.0, curved, rho) if label == "USAM" else gd_limit(curved)


def pair_limit(method: Method, f: FiniteSum, rho: np.ndarray) -> Interval:
    """The eta, bisected, above which a step parts some pair, one for each example.

    Pairs 1e-3 apart in the margin z, on 50 margins within 3 of the target, and of the
    target shifted as far as SAM's ascent goes.

    Args:
        method: gives the direction.
        f: sums of one example each, X `(k, 1, d)`, y `(k, 1)`.
        rho: radii, `(k,)`.
    """
    rows = f.X[:, 0]
    n = (rows**2).sum(axis=1)
    unit = rows / n[:, None]  # moves z by 1
    at = np.linspace(-3, 3, 25)[:, None] - 5e-4
    z = np.concatenate([f.y[:, 0] + at, rho * np.sqrt(n) + at])[..., None]
    w, v = z * unit, (z + 1e-3) * unit
    method = method.having(rho=rho[:, None])
    d, e = (method.direction(x, (), f.sample([0]))[0] for x in (w, v))

    def holds(eta: np.ndarray) -> np.ndarray:
        after = norm(v - w - eta[:, None] * (e - d))
        return (after <= (1 + 1e-9) * norm(v - w)).all(axis=0)[:, 0]

    return bisect(holds, 1e-4 / n, 1e3 / n, 1e-5)
