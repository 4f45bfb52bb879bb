"""Sweep: one landscape and one method over grids of learning rates and radii."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments.sweeping.charts import CHART
from experiments.sweeping.options import file_word, put_grids, put_whole

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

    kind = CHART

    def __post_init__(self) -> None:
        """Refuses, in one line, what no sweep can be made of."""
        object.__setattr__(self, "noise", float(self.noise))
        put_grids(self)
        steps = NOISY if self.stochastic else LEAST
        put_whole(self, starts=1, seed=0, steps=steps, seeds=1, batch=0)
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
        return f"{Path(self.landscape).stem}-{file_word(self.method)}"

    @property
    def words(self) -> dict[str, Any]:
        """Its options; of a user's file its name, since sources tell the rest."""
        return {**asdict(self), "landscape": Path(self.landscape).name}

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(rho, eta, seed, start); the runs are numbered in this order."""
        return len(self.rho), len(self.eta), self.seeds, self.starts

    @property
    def runs(self) -> int:
        """How many."""
        return math.prod(self.shape)
