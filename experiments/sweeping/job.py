"""Sweep: one landscape and one method over grids of learning rates and radii."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

LEAST = 128  # steps a verdict needs
NOISY = 256  # steps a stochastic one needs
MOST = 2**31 - 1  # steps that are counted


@dataclass(frozen=True)
class Sweep:
    """Runs of one method on one landscape, from every (rho, eta, seed, start).

    Args:
        landscape: name, or path of a Python file.
        method: its command-line name.
        eta: learning rates, rising.
        rho: radii, rising.
        starts: how many; the first is the landscape's own (`landscapes.starts`).
        seed: of the starts and of the noise.
        steps: the most steps a run takes, >= 128; stochastic >= 256.
        seeds: repeats of a stochastic run; 1 without noise and mini-batches.
        noise: standard deviation of the gradient noise, in each coordinate.
        batch: size of the mini-batches; 0: all samples.
        dtype: `float64` or `float32`.
        device: a torch device.

    Raises:
        ValueError: a number or a grid is out of range.
    """

    landscape: str
    method: str
    eta: tuple[float, ...]
    rho: tuple[float, ...]
    starts: int
    seed: int
    steps: int
    seeds: int = 1
    noise: float = 0.0
    batch: int = 0
    dtype: str = "float64"
    device: str = "cpu"

    def __post_init__(self) -> None:
        """Refuses, in one line, what no sweep can be made of."""
        # The manifest is made of numbers of Python's own kind.
        for name in ("eta", "rho"):
            values = tuple(float(v) for v in getattr(self, name))
            object.__setattr__(self, name, values)
        for name in ("starts", "seed", "steps", "seeds", "batch"):
            object.__setattr__(self, name, int(getattr(self, name)))
        object.__setattr__(self, "noise", float(self.noise))
        _grid("eta", self.eta, "> 0", lambda v: v > 0)
        _grid("rho", self.rho, ">= 0", lambda v: v >= 0)
        steps = NOISY if self.stochastic else LEAST
        least = {"starts": 1, "seed": 0, "steps": steps, "seeds": 1, "batch": 0}
        for name, low in least.items():
            value = getattr(self, name)
            if value < low:
                raise ValueError(f"{name} must be >= {low}, got {value}.")
        if self.steps > MOST:
            raise ValueError(f"steps must be <= {MOST}, got {self.steps}.")
        if not (math.isfinite(self.noise) and self.noise >= 0):
            raise ValueError(f"noise must be finite and >= 0, got {self.noise:g}.")
        if self.seeds > 1 and not self.stochastic:
            raise ValueError(f"{self.seeds} seeds need noise or a mini-batch.")
        if self.stochastic and (self.dtype, self.device) != ("float64", "cpu"):
            raise ValueError(
                "stochastic runs are made in float64 on the cpu, got "
                f"{self.dtype} on {self.device}."
            )

    @property
    def stochastic(self) -> bool:
        """Whether its steps are random."""
        return self.noise > 0 or self.batch > 0

    @property
    def name(self) -> str:
        """Of its files."""
        method = self.method.lower().replace(":", "-").replace("@", "-")
        return f"{Path(self.landscape).stem}-{method}"

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(rho, eta, seed, start); the runs are numbered in this order."""
        return len(self.rho), len(self.eta), self.seeds, self.starts

    @property
    def runs(self) -> int:
        """How many."""
        return math.prod(self.shape)


def _grid(name: str, values: tuple[float, ...], rule: str, good) -> None:
    if not values:
        raise ValueError(f"the grid of {name} needs a value, got none.")
    for value in values:
        if not (math.isfinite(value) and good(value)):
            raise ValueError(f"{name} must be finite and {rule}, got {value:g}.")
    for before, value in zip(values, values[1:], strict=False):
        if not before < value:
            raise ValueError(
                f"the grid of {name} must rise, got {value:g} after {before:g}."
            )
