"""Networks trained by one method, a tile at a time, as a kind of job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.networks.memory import tile_bytes
from experiments.sweeping.chunks import Plan
from experiments.sweeping.kind import Kind
from experiments.sweeping.sources import defining, digests, of_methods
from landscapes.registry import unknown
from theory import methods
from theory.imports import ROOT

if TYPE_CHECKING:
    from experiments.networks.job import Training
    from landscapes.network import Network

PARTS = ("train", "validation", "test")
# A run as it is kept; every number has its own byte order on all machines.
RESULT = np.dtype(
    [("diverged", "<i4"), ("start_loss", "<f8")]
    + [(f"{part}_{what}", "<f8") for part in PARTS for what in ("loss", "accuracy")]
    + [("g_norm", "<f8"), ("d_norm", "<f8")]
)
TILE = 256  # networks that are trained together, at most


def architecture(model: str) -> tuple[str, dict[str, str]]:
    """A model's name and its options: of `mlp:relu` the activation."""
    name, _, activation = model.partition(":")
    return name, {"activation": activation} if activation else {}


def _files(job: Training) -> list[Path]:
    name, _ = architecture(job.model)
    model = ROOT / f"landscapes/models/{name}.py"
    return [Path(__file__), model, *defining(methods.make(job.method))]


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
    most = 1 if methods.make(job.method).alone else TILE
    tile = -(-grid // -(-grid // most))
    return Plan(job, "torch", tile, sources, group=grid, threads=1)


def _networks(job: Training) -> dict[str, Network]:
    from experiments.networks.task import networks

    return networks(job.data, job.model, job.loss, job.train, job.dtype, job.device)


def _decided(plan: Plan, start: int, stop: int) -> np.ndarray:
    from experiments.networks.training import trained

    return trained(plan.job, start, stop)


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
    return tile_bytes(_networks(plan.job), plan.tile)


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
