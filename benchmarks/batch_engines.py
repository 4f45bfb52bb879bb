"""The compiled batch against eager torch, a NumPy batch and a loop of optimizers.

    python -m benchmarks.batch_engines
    python -m benchmarks.batch_engines --points 100000 --landscape beale

The same job, SAM on a surface, in five ways that share the landscape's and the method's
definitions: (1) `theory.simulate.batch`, compiled, with freezing and counting; (2) the
same engine in blocked NumPy; (3) arrays `(N, d)` in NumPy, a step at a time; (4) the
same in eager torch; (5) a Python loop over points, each with its own parameter and
`torch.optim.SGD`, gradients by autograd. All are first shown to agree to 1e-12 after a
few steps; then each is timed in 7 blocks after a warm-up, and medians and ratios of
point-steps a second are printed. (1) and (2) set up the batch once a call and are timed
over 256 steps, set-up included; (3) to (5) have none to share and take 16 steps, the
loop on 20 points.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch

import landscapes
from experiments import run
from landscapes.landscape import Landscape
from theory import console, methods, simulate
from theory.method import Method

BLOCKS = 7


@dataclass
class Config:
    """The batch engines, side by side."""

    points: int = 1_000_000
    """runs in the batch, at least 20"""
    landscape: str = "strict_saddle"
    """name of one that runs on components"""
    methods: tuple[str, ...] = ("sam",)
    """gd, usam, sam, ssam, ssam-n, stable:NAME ..."""
    eta: float = 1e-3
    """learning rate"""
    rho: float = 0.1
    """radius"""
    steps: int = 256
    """of a run, in a call of the batch engines"""

    def __post_init__(self) -> None:
        """Checks the numbers."""
        run.at_least(20, points=self.points)
        run.at_least(1, steps=self.steps)
        run.numbers("eta", [str(self.eta)], zero=False)
        run.numbers("rho", [str(self.rho)], zero=True)


def engine(landscape: Landscape, method: Method, eta: float, kind: str) -> Callable:
    """`simulate.batch`, every run frozen when it leaves a large ball."""

    def steps(x: np.ndarray, count: int) -> np.ndarray:
        run = simulate.batch(
            landscape, method, eta, None, x, count, window=0, engine=kind
        )
        if run.engine != kind:
            raise SystemExit(f"the {kind} engine ran as {run.engine}: no comparison.")
        return run.x

    return steps


def arrays(landscape: Landscape, method: Method, eta: float, kind: str) -> Callable:
    """Arrays `(N, d)` of NumPy or eager torch, without freezing."""

    def steps(x: np.ndarray, count: int) -> np.ndarray:
        points = torch.from_numpy(x) if kind == "torch" else x
        state = method.init(points)
        for _ in range(count):
            d, _, state = method.direction(points, state, landscape.gradient)
            points = points - eta * d
        return np.asarray(points)

    return steps


def optimizers(landscape: Landscape, method: Method, eta: float) -> Callable:
    """One parameter and one torch optimizer a point, gradients by autograd."""

    def gradient(at: torch.Tensor) -> torch.Tensor:
        at = at.detach().requires_grad_()
        return torch.autograd.grad(landscape.value(at), at)[0]

    def steps(x: np.ndarray, count: int) -> np.ndarray:
        ends = []
        for row in x:
            w = torch.nn.Parameter(torch.from_numpy(row.copy()))
            optimizer = torch.optim.SGD([w], lr=eta)
            state = method.init(w)
            for _ in range(count):
                w.grad, _, state = method.direction(w.detach(), state, gradient)
                optimizer.step()
            ends.append(w.detach().numpy())
        return np.array(ends)

    return steps


def rate(steps: Callable, x: np.ndarray, count: int) -> float:
    """Median point-steps a second."""
    steps(x, count)
    seconds = []
    for _ in range(BLOCKS):
        begun = time.perf_counter()
        steps(x, count)
        seconds.append(time.perf_counter() - begun)
    return len(x) * count / median(seconds)


def compare(config: Config, spec: str) -> None:
    """Prints the deviations, the rates and their ratios."""
    landscape = landscapes.load(config.landscape)
    method = methods.make(spec, rho=config.rho)
    x = np.random.default_rng(0).normal(size=(config.points, landscape.dim))
    long, short = config.steps, max(1, config.steps // 16)
    ways = {
        "compiled batch": (engine(landscape, method, config.eta, "compiled"), x, long),
        "blocked NumPy": (engine(landscape, method, config.eta, "numpy"), x, long),
        "NumPy arrays": (arrays(landscape, method, config.eta, "numpy"), x, short),
        "eager torch": (arrays(landscape, method, config.eta, "torch"), x, short),
        "optimizer loop": (optimizers(landscape, method, config.eta), x[:20], short),
    }
    reference = arrays(landscape, method, config.eta, "numpy")(x[:20], 8)
    print(f"{method.label} on {landscape.name}, {config.points} points, float64")
    print(f"{'':16}{'deviation':>12}{'M steps/s':>12}{'compiled is':>14}")
    first = None
    for name, (steps, points, count) in ways.items():
        deviation = np.abs(steps(points[:20], 8) - reference).max()
        if not deviation <= 1e-12:
            raise SystemExit(f"{name} deviates by {deviation:.2g}: no comparison.")
        speed = rate(steps, points, count)
        first = first or speed
        print(f"{name:16}{deviation:12.1e}{speed / 1e6:12.4g}{first / speed:12.1f} x")


def main(config: Config) -> None:
    """Everything, method by method."""
    threads = torch.get_num_threads()
    print(f"torch {torch.__version__}, NumPy {np.__version__}, {threads} threads")
    for name in config.methods:
        compare(config, name)


if __name__ == "__main__":
    console.main(Config, main, "benchmarks.batch_engines")
