"""Counting how runs end, every cell once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from theory.verdict import Verdict

# The verdicts (N, S) of all starts at radii and learning rates (N,).
Codes = Callable[[np.ndarray, np.ndarray], np.ndarray]


CELLS = 1024  # run at once: their windows fit the memory


class Tally:
    """How many starts ended with each verdict; a cell (rho, eta) is run once.

    Args:
        codes: runs all starts.
        rho: radii, `(R,)`; below they are named by their positions.
    """

    def __init__(self, codes: Codes, rho: np.ndarray) -> None:
        """Nothing is known yet."""
        self.codes, self.rho = codes, rho
        self.known: dict[tuple[int, float], np.ndarray] = {}

    def keep(self, eta: np.ndarray, counts: np.ndarray) -> None:
        """What a scan of rates `(E,)` found at every radius, `(R, E, 8)`."""
        for k, e in np.ndindex(counts.shape[:2]):
            self.known[k, float(eta[e])] = counts[k, e]

    def __call__(self, radius: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Counts `(..., 8)` at radii and learning rates `(...)`."""
        radius, eta = np.broadcast_arrays(radius, eta)
        cells = list(zip(radius.ravel().tolist(), eta.ravel().tolist(), strict=True))
        if fresh := sorted(set(cells) - set(self.known)):
            for i in range(0, len(fresh), CELLS):
                self._run(fresh[i : i + CELLS])
        found = np.array([self.known[cell] for cell in cells])
        return found.reshape(*eta.shape, len(Verdict))

    def _run(self, cells: list[tuple[int, float]]) -> None:
        radius, eta = (np.array(side) for side in zip(*cells, strict=True))
        codes = self.codes(self.rho[radius], eta)
        counts = np.stack([(codes == v).sum(axis=1) for v in Verdict], axis=1)
        self.known |= dict(zip(cells, counts, strict=True))

    def at(self, radius: int) -> tuple[np.ndarray, np.ndarray]:
        """All learning rates tried at a radius, ascending, and their counts."""
        rates = sorted(eta for k, eta in self.known if k == radius)
        return np.array(rates), np.array([self.known[radius, eta] for eta in rates])
