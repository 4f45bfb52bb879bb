"""What is learnt: data sets drawn from a larger one, and their neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from experiments.stable.data import samples, targets
from landscapes.scalar_loss import loss
from landscapes.softmax_sum import Softmax
from landscapes.sum_constants import sample_lipschitz
from theory.swapped import Swapped

LINEAR = ("square", "ridge", "logistic", "softmax")
NETWORKS = ("mlp",)
RIDGE = 0.01  # of `ridge`; samples have length 1 at most
TESTS = 64  # samples z on which losses are compared
SEED = 9  # with the config's, of what is drawn


@dataclass(frozen=True)
class Problem:
    """A model on D data sets of n samples each.

    Args:
        data: as `samples` takes it.
        model: one of `LINEAR` or `NETWORKS`.
        n: samples of a data set.
        trials: D, drawn independently.
        replaced: I <= n, how many samples are replaced, one in each neighbour.
        seed: of everything random.
    """

    data: str
    model: str
    n: int
    trials: int
    replaced: int
    seed: int = 0

    @property
    def name(self) -> str:
        """Of the part that it is; of a user's own file with a digest of its text."""
        data, path = self.data.replace(":", " "), Path(self.data)
        if path.suffix == ".csv" and path.is_file():
            data = f"{path.stem}-{sha256(path.read_bytes()).hexdigest()[:8]}"
        return f"{data} {self.model} {self.n}"

    @property
    def needed(self) -> int:
        """Samples that one trial takes, a few tests among them."""
        return self.n + self.replaced + TESTS // 8

    def drawn(self) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        """The data sets, what replaces their samples, tests: rows and targets of each.

        Raises:
            ValueError: there are too few samples.
        """
        X, y = samples(self.data)
        y = targets(self.data, y, self.model)
        if len(y) < self.needed:
            raise ValueError(
                f"`{self.data}` has {len(y)} samples, {self.n} with {self.replaced} "
                f"replacements and {TESTS // 8} to test take {self.needed}."
            )
        rng = np.random.default_rng([SEED, self.seed])
        chosen = np.array([rng.permutation(len(y)) for _ in range(self.trials)])
        # From the front the data sets, nested for growing n; the others from the end.
        tests, new, old = np.split(chosen[:, ::-1], [*self._ends], axis=1)
        parts = old[:, ::-1][:, : self.n], new, tests
        return tuple((X[part], y[part]) for part in parts)

    @property
    def _ends(self) -> tuple[int, int]:
        """Of the tests, as many as are there, and of the replacements."""
        there = len(samples(self.data)[1]) - self.n - self.replaced
        return min(TESTS, there), min(TESTS, there) + self.replaced

    def pairs(self) -> tuple[Swapped, np.ndarray, np.ndarray]:
        """A linear model's data with all neighbours; rows and targets to test."""
        (X, y), (new_X, new_y), (test_X, test_y) = self.drawn()
        if self.model == "softmax":
            kinds = len(np.unique(targets(self.data, samples(self.data)[1], "softmax")))
            scalar = Softmax(kinds)
        else:
            scalar = loss("logistic" if self.model == "logistic" else "square")
        ridge = RIDGE if self.model == "ridge" else 0.0
        made = Swapped(X, y, new_X, new_y, scalar, ridge, self.name)
        return made, test_X, test_y


def lipschitz(f: Swapped, radius: np.ndarray) -> np.ndarray:
    r"""The largest gradient of a sample on $\|w\| \le R$, `(...)`; a bound for softmax.

    Args:
        f: the data.
        radius: R, `(...)`.
    """
    if isinstance(f.loss, Softmax):
        size = max(np.linalg.norm(X, axis=-1).max() for X in (f.X, f.new_X))
        return f.loss.lipschitz * size + f.ridge * radius
    known = [
        max(sample_lipschitz(part, R).max() for part in (f.old, f.new))
        for R in np.ravel(radius)
    ]
    return np.reshape(known, np.shape(radius))
