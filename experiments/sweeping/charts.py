"""Charts: sweeps of a method on a landscape, as a kind of job."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import landscapes
from experiments.sweeping import verdicts
from experiments.sweeping.blocks import BLOCK, PACKED
from experiments.sweeping.checked import checked
from experiments.sweeping.chunks import Plan
from experiments.sweeping.counts import counting
from experiments.sweeping.kind import Kind
from experiments.sweeping.sources import defining, digests, of_methods
from landscapes.critical import CriticalPoint
from landscapes.landscape import Landscape
from landscapes.starts import starts_at
from theory import methods
from theory.imports import ROOT
from theory.verdict import Verdict

if TYPE_CHECKING:
    from experiments.sweeping.job import Sweep

DECIDING = ROOT / "experiments/sweeping/verdicts.py"


def _surface(job: Sweep) -> Path:
    own = job.landscape.endswith(".py")
    return Path(job.landscape) if own else ROOT / f"landscapes/{job.landscape}.py"


def _files(job: Sweep) -> list[Path]:
    return [DECIDING, _surface(job), *defining(methods.make(job.method))]


def _group(job: Sweep, file: Path) -> str:
    """What a user's own file imports belongs to the landscape, as that does."""
    if file == _surface(job) or not file.is_relative_to(ROOT):
        return "landscape"
    place = file.relative_to(ROOT)
    if place.parts[0] == "landscapes":
        return "landscape"
    if of_methods(file):
        return "method"
    return "verdict" if place.stem == "verdict" else "engine"


def _planned(said: Sweep, threads: int) -> Plan:
    """Raises ValueError where landscape or method are not what they should be."""
    if not _surface(said).is_file():
        landscapes.load(said.landscape)  # says which there are
    own = said.landscape.endswith(".py")
    job = replace(said, landscape=str(_surface(said).resolve())) if own else said
    sources = tuple(digests(job).items())
    landscape = checked(said, verdicts.prepared(job.landscape, sources))
    engine = verdicts.engine_for(job, landscape)
    tile = verdicts.tile_for(engine, landscape.dim)
    used = threads if engine == "compiled" else 0
    return Plan(job, engine, tile, sources, threads=used)


def _landscape(plan: Plan) -> Landscape:
    return verdicts.prepared(plan.job.landscape, plan.sources)


def _memory(plan: Plan) -> float:
    return verdicts.tile_bytes(plan.tile, _landscape(plan).dim)


def _head(nc: Any, plan: Plan) -> dict[str, Any]:
    """Dimensions, coordinates and starts; attributes."""
    job, landscape = plan.job, _landscape(plan)
    sizes = dict(zip(CHART.dims, job.shape, strict=True))
    nc.dimensions = sizes | {"dim": landscape.dim, "verdict": len(Verdict)}
    for name in ("rho", "eta"):
        nc.create_variable(name, (name,), "<f8")[...] = getattr(job, name)
    rows = max(1, min(job.starts, BLOCK // landscape.dim))
    x = nc.create_variable(
        "x", ("start", "dim"), "<f8", chunks=(rows, landscape.dim), **PACKED
    )
    for low in range(0, job.starts, rows):
        numbers = np.arange(low, min(low + rows, job.starts))
        x[low : low + rows] = starts_at(landscape, numbers, job.seed)
    return {
        "landscape": landscape.name,
        "places": json.dumps([place(c) for c in landscape.critical_points]),
        "verdicts": " ".join(v.name.lower() for v in Verdict),
        "seed": job.seed,
    }


def place(critical: CriticalPoint) -> str:
    """`minimum (3, 0.5)`; the first coordinates of many."""
    point = [f"{v + 0.0:.4g}" for v in critical.point[:4]]
    rest = [f"... {len(critical.point)} in all"] if len(critical.point) > 4 else []
    return f"{critical.kind} ({', '.join([*point, *rest])})"


CHART = Kind(
    dims=("rho", "eta", "seed", "start"),
    run=verdicts.RUN,
    chunk=2**17,
    groups=("landscape", "method", "engine", "verdict"),
    files=_files,
    group=_group,
    planned=_planned,
    decided=verdicts.decided,
    head=_head,
    memory=_memory,
    disk=4.0,  # measured: up to 2.2 of the 8, where every start fares differently
    watched=counting,
)
