r"""The excess risk of a method, parted into three.

$$F(w_T) - F(w^*) = [F(w_T) - F_S(w_T)] + [F_S(w_T) - \min F_S]
  + [\min F_S - F(w^*)]$$

the generalisation gap, the optimisation error, and what is negative in expectation: a
uniform n-subset S and a uniform n-subset S' of the m >= n others have the same law,
and $\min F_{S'} \le F_{S'}(w^*)$, whose mean over S' is $F(w^*) = \min F$.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.risk.exact import minimisers
from experiments.risk.shared import Sets, Shared

HUGE = 1e6  # a risk that counts as divergence; at the start all are below 1
PARTS = ("gap", "optimisation", "offset")


@dataclass(frozen=True, eq=False)
class Least:
    r"""What no method changes, of each set `(set,)`.

    Args:
        train: $\min F_S$.
        rest: $F(w^*) = \min F$.
        size: $\|w^*\|$.
        distance: $\|w_S^*\|$, from the start, 0.
    """

    train: np.ndarray
    rest: np.ndarray
    size: np.ndarray
    distance: np.ndarray

    @classmethod
    def of(cls, sets: Sets) -> Least:
        """By exact minimisers."""
        best, fitted = minimisers(sets.rest), minimisers(sets.train)
        lengths = (np.linalg.norm(w, axis=-1)[:, 0] for w in (best, fitted))
        values = sets.train.value(fitted)[:, 0], sets.rest.value(best)[:, 0]
        return cls(*values, *lengths)


@dataclass(frozen=True, eq=False)
class Risks:
    """Mean losses at the points of a method, `(set, time, rho, eta)`; inf: diverged.

    Args:
        train: $F_S(w_T)$.
        validation: on the validation samples.
        rest: $F(w_T)$.
    """

    train: np.ndarray
    validation: np.ndarray
    rest: np.ndarray

    @classmethod
    def at(cls, sets: Sets, points: np.ndarray) -> Risks:
        """Of points `(time, set, rho, eta, d)`."""
        parts = (sets.train, sets.validation, sets.rest)
        told = [_values(part, points) for part in parts]
        lost = ~(np.array(told) < HUGE).all(axis=0)
        return cls(*(np.where(lost, np.inf, part) for part in told))

    def parts(self, least: Least) -> dict[str, np.ndarray]:
        """`excess`, and the three `PARTS` that it is the sum of."""
        low, best = (
            v.reshape(-1, *[1] * (self.rest.ndim - 1))
            for v in (least.train, least.rest)
        )
        with np.errstate(invalid="ignore"):  # inf - inf
            gap = np.where(np.isinf(self.rest), np.inf, self.rest - self.train)
        offset = np.broadcast_to(low - best, self.rest.shape)
        return {
            "excess": self.rest - best,
            "gap": gap,
            "optimisation": self.train - low,
            "offset": offset,
        }


def _values(f: Shared, points: np.ndarray) -> np.ndarray:
    """`(set, time, rho, eta)`, one checkpoint at a time to spare memory."""
    with np.errstate(all="ignore"):
        told = [
            f.value(w.reshape(len(w), -1, w.shape[-1])).reshape(w.shape[:-1])
            for w in points
        ]
    return np.moveaxis(np.stack(told), 0, 1)
