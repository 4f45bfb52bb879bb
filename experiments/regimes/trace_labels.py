"""Labels: what the run of a node of the plane (eta, rho) did, as one number."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from landscapes.landscape import Landscape
from theory.decide import Decision, decide
from theory.method import Method
from theory.verdict import Verdict

BATCH = 1 << 16  # coordinates of the points decided together
KINDS = len(Verdict)
AT_MINIMUM = (Verdict.CONVERGED, Verdict.BAND)


def label_of(decision: Decision) -> np.ndarray:
    """The verdict and, of what converged, 8 times one more than the minimum's place."""
    place = np.where(np.isin(decision.verdict, AT_MINIMUM), decision.place, -1)
    return decision.verdict + KINDS * (place + 1).astype(np.int16)


def verdict_of(label: np.ndarray) -> np.ndarray:
    """The verdict of a label, int8."""
    return (label % KINDS).astype(np.int8)


def place_of(label: np.ndarray) -> np.ndarray:
    """The place of a label's minimum, -1 where it has none, int16."""
    return (label // KINDS - 1).astype(np.int16)


@dataclass(eq=False)
class Labels:
    """Labels of the nodes (i, j) of a plane: the run from the start at rho_i, eta_j.

    Args:
        landscape: the surface; its own start.
        method: the method. One without a radius is run once for a whole column.
        eta: learning rates.
        rho: radii.
        steps: the most a run takes.
        dtype: `float64` or `float32`.
        batch: coordinates decided together; changes no label.
        runs: how many were made.
    """

    landscape: Landscape
    method: Method
    eta: np.ndarray
    rho: np.ndarray
    steps: int
    dtype: str = "float64"
    batch: int = BATCH
    runs: int = field(default=0, init=False)
    columns: dict = field(default_factory=dict, init=False, repr=False)

    def __call__(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """The labels of nodes, `(n,)`."""
        if self.method.has_radius:
            return self._decided(self.eta[j], self.rho[i])
        new = np.array([one for one in np.unique(j) if one not in self.columns], int)
        if len(new):
            found = self._decided(self.eta[new], np.zeros(len(new)))
            self.columns |= dict(zip(new.tolist(), found.tolist(), strict=True))
        return np.array([self.columns[one] for one in j.tolist()], dtype=np.int16)

    def _decided(self, eta: np.ndarray, rho: np.ndarray) -> np.ndarray:
        self.runs += len(eta)
        many = max(1, self.batch // self.landscape.dim)
        cuts = range(many, len(eta), many)
        parts = zip(np.split(eta, cuts), np.split(rho, cuts), strict=True)
        return np.concatenate([self._together(*part) for part in parts])

    def _together(self, eta: np.ndarray, rho: np.ndarray) -> np.ndarray:
        # One engine for all: batches are of many sizes, and must not choose for
        # themselves; a compiled kernel would be one for each size.
        decision = decide(
            self.landscape,
            self.method,
            eta,
            rho,
            np.asarray(self.landscape.start, dtype=float),
            self.steps,
            engine="numpy",
            dtype=self.dtype,
        )
        return label_of(decision)
