"""Pairs of runs on neighbouring data sets, all at once and one after another.

    python -m benchmarks.stability --quick
    python -m benchmarks.stability --method ssam

The same pairs, on data sets that differ in one sample, with the same mini-batches:
(1) `theory.swapped`, every neighbour, learning rate and radius in one batch, as
`experiments.stability` runs them; (2) a Python loop over pairs, both runs by the
toolkit's own `iterate` on sums of their own (one that keeps the run which all pairs of
a data set share takes half as long); and (3) the same loop in plain NumPy formulas,
which share nothing with the toolkit. All are first shown to agree to 1e-12; then each
is timed in interleaved blocks, and medians and ratios of pairs a second are printed.
The loops take a few runs, the batch all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from experiments import run
from experiments.stable.setting import Problem
from theory import console, methods
from theory.runs import last
from theory.swapped import Swapped, orders

PROBLEMS = (("breast_cancer", "logistic", 64), ("wine", "softmax", 64))
SAME = 1e-12
TARGET = 50


@dataclass
class Config:
    """Batched pairs against loops over pairs."""

    method: str = "ssam"
    """gd, usam, sam, ssam, ssam-n"""
    trials: int = 8
    """data sets drawn independently"""
    replacements: int = 24
    """samples of each data set that are replaced, one in each neighbour"""
    cells: int = 8
    """learning rates and radii"""
    steps: int = 64
    """of a run"""
    blocks: int = 7
    """of each measurement"""
    alone: int = 4
    """runs that the loops take"""
    quick: bool = False
    """a small version: three blocks of short runs"""

    def __post_init__(self) -> None:
        """Checks the numbers, and the name."""
        counts = {"trials": self.trials, "replacements": self.replacements}
        run.at_least(1, **counts, cells=self.cells, steps=self.steps, alone=self.alone)
        run.at_least(1, blocks=self.blocks)
        methods.make(self.method)


@dataclass(frozen=True, eq=False)
class Job:
    """All pairs of a problem at one batch size."""

    f: Swapped
    method: str
    eta: np.ndarray
    rho: np.ndarray
    order: np.ndarray

    def batch(self) -> np.ndarray:
        """Last points, `(D, I + 1, C, P)`."""
        method = methods.make(self.method).having(rho=self.rho)
        *_, end = self.f.paths(
            method, self.eta, self.f.start(len(self.eta)), self.order
        )
        return end

    def runs(self, count: int) -> list[tuple[int, int, int]]:
        """Some of the runs: data set, neighbour, cell."""
        rng = np.random.default_rng(0)
        sizes = (*self.f.shape, len(self.eta))
        return [tuple(int(rng.integers(k)) for k in sizes) for _ in range(count)]

    def data(self, D: int, j: int) -> tuple[np.ndarray, np.ndarray]:
        """A data set, sample j - 1 replaced unless j = 0."""
        X, y = self.f.X[D].copy(), self.f.y[D].copy()
        if j:
            X[j - 1], y[j - 1] = self.f.new_X[D, j - 1], self.f.new_y[D, j - 1]
        return X, y

    def toolkit(self, D: int, j: int, c: int) -> np.ndarray:
        """One run by `iterate`."""
        whole = self.f.sum_over(*self.data(D, j))
        method = methods.make(self.method).having(rho=self.rho[c])
        steps, x = len(self.order), np.zeros(self.f.dim)

        def sample(t: int) -> Callable:
            return whole.sample(self.order[min(t, steps - 1), D], t)

        return last(whole, method, x, self.eta[c], steps, sample=sample).x

    def plain(self, D: int, j: int, c: int) -> np.ndarray:
        """One run by its formulas."""
        (X, y), K = self.data(D, j), self.f.outputs
        w = np.zeros((K, X.shape[1]))
        slope = logistic if K == 1 else softmax
        for chosen in self.order[:, D]:
            rows, told = X[chosen], y[chosen]
            g = slope(w @ rows.T, told) @ rows / len(chosen)
            w = w - self.eta[c] * self.direction(w, g, rows, told, slope, c)
        return w.ravel()

    def direction(
        self, w: np.ndarray, g: np.ndarray, rows: np.ndarray, told: np.ndarray,
        slope: Callable, c: int,
    ) -> np.ndarray:  # fmt: skip
        """By the formula of gd, usam, sam, ssam, ssam-n."""
        if self.method == "gd":
            return g
        size = np.sqrt((g * g).sum())
        up = g if self.method in ("usam", "ssam") else g / size
        d = slope((w + self.rho[c] * up) @ rows.T, told) @ rows / len(rows)
        return d * size / np.sqrt((d * d).sum()) if "ssam" in self.method else d


def logistic(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """$-y/(1 + e^{yz})$."""
    return -y / (1 + np.exp(y * z))


def softmax(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """$p - e_y$."""
    p = np.exp(z)
    p /= p.sum(axis=0)
    p[y, np.arange(len(y))] -= 1
    return p


def job(config: Config, data: str, model: str, n: int, batch: int) -> Job:
    """Pairs at eta from .1 to 1.9 and rho from .1 to 1, in units of 1/beta."""
    f, _, _ = Problem(data, model, n, config.trials, config.replacements).pairs()
    rng = np.random.default_rng(1)
    eta = np.geomspace(0.1, 1.9, config.cells)[:, None] / f.smoothness
    rho = rng.uniform(0.1, 1, (config.cells, 1)) / f.smoothness
    made = orders(n, batch, config.trials, config.steps, rng)
    return Job(f, config.method, eta, rho, made)


def seconds(work: Callable[[], object]) -> float:
    """Of one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def compare(config: Config, data: str, model: str, n: int) -> float:
    """Prints the times and ratios at three batch sizes; gives the least ratio."""
    print(f"{data}, {model}, n {n}, {config.method}, {config.steps} steps")
    print(
        f"{'batch':>7}{'pairs':>8}{'pairs/s':>12}{'toolkit loop':>16}{'plain loop':>14}"
    )
    least = np.inf
    for batch in (1, 8, n):
        found = job(config, data, model, n, batch)
        ends, some = found.batch(), found.runs(config.alone)
        for way in (found.toolkit, found.plain):
            off = max(np.abs(way(*run) - ends[run]).max() for run in some)
            if not off <= SAME:
                raise SystemExit(f"{way.__name__} deviates by {off:.2g}.")
        ways = {
            "batch": found.batch,
            "toolkit": lambda job=found, some=some: [job.toolkit(*r) for r in some],
            "plain": lambda job=found, some=some: [job.plain(*r) for r in some],
        }
        spent = {name: [] for name in ways}
        for _ in range(config.blocks):
            for name, work in ways.items():
                spent[name].append(seconds(work))
        D, J = found.f.shape
        pairs = D * (J - 1) * config.cells
        each = {name: median(times) for name, times in spent.items()}
        one = each["batch"] / pairs
        ratios = [2 * each[name] / config.alone / one for name in ("toolkit", "plain")]
        told = "".join(f"{r:14.0f} x" for r in ratios)
        print(f"{batch:7}{pairs:8}{pairs / each['batch']:12.0f}{told}")
        least = min(least, ratios[0])
    return least


def main(config: Config) -> None:
    """Both problems."""
    if config.quick:
        config = replace(config, blocks=3, steps=16, trials=4)
    print(f"NumPy {np.__version__}; the batch is so many times as fast as a loop")
    least = min(compare(config, *problem) for problem in PROBLEMS)
    word = "met" if least >= TARGET else "missed"
    print(f"target {TARGET} x a loop over pairs: {word} (least {least:.0f} x)")


if __name__ == "__main__":
    console.main(Config, main, "benchmarks.stability")
