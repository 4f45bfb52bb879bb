"""Training: networks of one architecture, data set and method, as a kind of job.

    from experiments.networks.job import Training
    from experiments.sweep import sweep

    job = Training("digits", "mlp:relu", "sam", eta, rho, seeds=5, epochs=30)
    (path,) = sweep([job], config, "network_regimes")

The netCDF has the dimensions seed, rho, eta and a variable for every column of
`RESULT`; `sweep` resumes, and all of `experiments.sweep` holds. Other seeds of the same
job, such as those that judge what was chosen, need another folder (`what`) or `out`.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from experiments.networks.kind import NETWORKS, PARTS, RESULT, architecture
from experiments.sweeping.options import file_word, put_grids, put_whole

__all__ = ["PARTS", "RESULT", "Training", "architecture"]


@dataclass(frozen=True)
class Training:
    """Networks trained by one method, from every (seed, rho, eta).

    Args:
        data: a data set of `landscapes.splits.split`.
        model: out of `landscapes.models`, with its activation: `mlp:relu`.
        method: its command-line name.
        eta: learning rates, rising.
        rho: radii, rising.
        seeds: how many; each decides a start and the order of the mini-batches.
        epochs: passes over the training samples.
        first_seed: the others follow it.
        batch: size of the mini-batches; 0: all samples.
        loss: out of `landscapes.network.LOSSES`.
        train: training samples; 0: as usual for the data.
        dtype: `float32` or `float64`.
        device: a torch device.

    Raises:
        ValueError: a number or a grid is out of range.
    """

    data: str
    model: str
    method: str
    eta: tuple[float, ...]
    rho: tuple[float, ...]
    seeds: int
    epochs: int
    first_seed: int = 0
    batch: int = 64
    loss: str = "cross_entropy"
    train: int = 0
    dtype: str = "float32"
    device: str = "cpu"

    kind = NETWORKS

    def __post_init__(self) -> None:
        """Refuses, in one line, what nothing can be trained with."""
        put_grids(self)
        put_whole(self, seeds=1, epochs=1, first_seed=0, batch=0, train=0)
        if self.dtype not in ("float32", "float64"):
            raise ValueError(f"dtype is float32 or float64, got `{self.dtype}`.")

    @property
    def name(self) -> str:
        """Of its files."""
        return file_word(f"{self.data}-{self.model}-{self.method}")

    @property
    def words(self) -> dict[str, Any]:
        """Its options."""
        return asdict(self)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(seed, rho, eta); the runs are numbered in this order."""
        return self.seeds, len(self.rho), len(self.eta)

    @property
    def runs(self) -> int:
        """How many."""
        return math.prod(self.shape)
