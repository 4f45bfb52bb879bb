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

import copy
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.sweeping.chunks import Plan
from experiments.sweeping.kind import Kind
from experiments.sweeping.options import file_word, put_grids, put_whole
from experiments.sweeping.sources import defining, digests, of_methods
from landscapes.registry import unknown
from theory import methods
from theory.imports import ROOT

if TYPE_CHECKING:
    from landscapes.network import Network

PARTS = ("train", "validation", "test")
# A run as it is kept; every number has its own byte order on all machines.
RESULT = np.dtype(
    [("diverged", "<i4"), ("start_loss", "<f8")]
    + [(f"{part}_{what}", "<f8") for part in PARTS for what in ("loss", "accuracy")]
    + [("g_norm", "<f8"), ("d_norm", "<f8")]
)
TILE = 256  # networks that are trained together, at most
# Measured, with MLPs, CNN and transformer: between half and nine tenths of this.
STATES = 16  # arrays of parameters, while a step is made
COPIES = 2  # of the activations, while a loss is computed


def architecture(model: str) -> tuple[str, dict[str, str]]:
    """A model's name and its options: of `mlp:relu` the activation."""
    name, _, activation = model.partition(":")
    return name, {"activation": activation} if activation else {}


def _files(job: Training) -> list[Path]:
    name, _ = architecture(job.model)
    names = ("experiments/networks/training", f"landscapes/models/{name}")
    own = (ROOT / f"{name}.py" for name in names)
    return [Path(__file__), *own, *defining(methods.make(job.method))]


def _group(job: Training, file: Path) -> str:
    place = file.relative_to(ROOT)
    if place.parts[0] == "landscapes":
        return "network"
    if of_methods(file):
        return "method"
    return "training" if place.parts[:2] == ("experiments", "networks") else "engine"


def _planned(job: Training, threads: int) -> Plan:
    """Tiles are parts of one seed's grid, as equal as possible.

    Each worker has one thread, whatever there are: other sums had other last bits.
    """
    from landscapes import models
    from landscapes.network import LOSSES

    name, _ = architecture(job.model)
    for what, word, known in (
        ("model", name, models.names()),
        ("loss", job.loss, LOSSES),
    ):
        if word not in known:
            raise unknown(what, word, known)
    sources = tuple(digests(job).items())
    try:
        n = _networks(job)["train"].n
    except TypeError as error:  # of an activation that the model does not take
        raise ValueError(f"model `{job.model}`: {error}.") from error
    if job.batch > n:
        raise ValueError(
            f"a mini-batch of `{job.data}` takes 1 to {n} samples, got {job.batch}."
        )
    grid = len(job.rho) * len(job.eta)
    tile = -(-grid // -(-grid // TILE))
    return Plan(job, "torch", tile, sources, group=grid, threads=1)


def _networks(job: Training) -> dict[str, Network]:
    from experiments.networks.task import networks

    return networks(job.data, job.model, job.loss, job.train, job.dtype, job.device)


def _decided(plan: Plan, start: int, stop: int) -> np.ndarray:
    from experiments.networks.training import trained

    found, kept = trained(plan.job, start, stop), np.empty(stop - start, RESULT)
    for name in RESULT.names:
        kept[name] = found[name]
    return kept


def _head(nc: Any, plan: Plan) -> dict[str, Any]:
    """Dimensions and coordinates; attributes."""
    job = plan.job
    nc.dimensions = dict(zip(NETWORKS.dims, job.shape, strict=True))
    seeds = np.arange(job.first_seed, job.first_seed + job.seeds)
    nc.create_variable("seed", ("seed",), "<i8")[...] = seeds
    for name in ("rho", "eta"):
        nc.create_variable(name, (name,), "<f8")[...] = getattr(job, name)
    return {"data": job.data, "model": job.model}


def _memory(plan: Plan) -> float:
    """Parameters of all members, and the activations of those that go together."""
    nets = _networks(plan.job)
    net, most = nets["train"], max(each.n for each in nets.values())
    together = 1 if net.engine == "looped" else plan.tile
    numbers = STATES * plan.tile * net.dim + COPIES * together * most * _width(net)
    return numbers * net.X.element_size()


def _width(net: Network) -> int:
    """Numbers that the layers make of one example."""
    module, sizes = copy.deepcopy(net.module).eval(), []

    def note(layer: Any, given: tuple, made: Any) -> None:
        if made.data_ptr() != given[0].data_ptr():  # else another view of the same
            sizes.append(made.numel())

    for layer in module.modules():
        if not list(layer.children()):
            layer.register_forward_hook(note)
    module(net.X[:1])
    return sum(sizes)


NETWORKS = Kind(
    dims=("seed", "rho", "eta"),
    run=RESULT,
    chunk=1,  # a tile: a minute of training
    groups=("network", "method", "training", "engine"),
    files=_files,
    group=_group,
    planned=_planned,
    decided=_decided,
    head=_head,
    memory=_memory,
    disk=2.0 * RESULT.itemsize,
)


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
