"""Where training ends, and the whole spectrum there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import xarray

from experiments.networks.task import networks
from experiments.networks.training import sampled, steps_of
from experiments.spectral.setting import CELLS, LATE, Cell, Task, cells, radii
from landscapes.network import Network
from theory import methods
from theory.edges import edge
from theory.iterate import State, iterate
from theory.method import Method, norm, unit
from theory.spectrum import Spectrum, estimated, exact
from theory.top_eigenvalues import top_eigenvalues

DTYPE = "float32"
BURST = 10.0  # a loss of more than so many times the start's is divergence
TOL = 1e-2  # of v_1's residual
# Sizes of eigenvalues between which they are counted.
LEVELS = np.geomspace(1e-6, 1e3, 73)


def ends(task: Task, spec: str, config: Any) -> xarray.Dataset:
    """All cells and seeds of a method on a task."""
    nets = networks(task.data, task.model, task.loss, task.train, DTYPE, "cpu")
    net = replace(nets["train"], engine="traced")  # few shapes, many steps
    own = _distinct(cells(task, spec))
    x, start = trained(net, task, spec, own, config.seeds)
    if task.late:
        gd = Cell(LATE, task.eta, 0.0)
        x0, _ = trained(net, task, "gd", [gd], config.seeds)
        late = Cell(LATE, task.eta, radii(task, methods.make(spec))[1])
        run = iterate(net, _method(spec, late.rho), x0[0], task.eta, task.late)
        own, x = [*own, late], torch.cat([x, _last(run)[None]])
    found = {
        cell: _seen(nets, spec, cell, at, start, config)
        for cell, at in zip(own, x, strict=True)
    }
    return _labelled(task, spec, found, config)


def _distinct(found: list[Cell]) -> list[Cell]:
    """Cells, without those of one rate and radius with an earlier one."""
    first: dict[tuple[float, float], Cell] = {}
    for cell in found:
        first.setdefault((cell.eta, cell.rho), cell)
    return list(first.values())


def _method(spec: str, rho: Any) -> Method:
    return methods.make(spec).having(rho=rho)


def _last(run: Iterator[State]) -> torch.Tensor:
    for state in run:
        x = state.x
    return x


def trained(
    net: Network, task: Task, spec: str, own: list[Cell], seeds: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The points at the end, `(cell, seed, P)`, and the losses at the starts `(seed,)`.

    With mini-batches a seed decides their order too, the same for all.
    """
    first = torch.stack([net.initial(seed) for seed in range(seeds)]).to(net.X)
    steps = task.epochs * steps_of(net.n, task.batch)
    eta, rho = (
        torch.tensor([getattr(cell, name) for cell in own]).to(net.X)[:, None]
        for name in ("eta", "rho")
    )
    if not task.batch:
        eta, method = eta[:, None], _method(spec, rho[:, None])
        x = first.expand(len(own), -1, -1)
        return _last(iterate(net, method, x, eta, steps)), net.value(first)
    rows = []
    for seed in range(seeds):
        x, sample = first[seed].expand(len(own), -1), sampled(net, task.batch, seed)
        run = iterate(net, _method(spec, rho), x, eta, steps, sample=sample)
        rows.append(_last(run))
    return torch.stack(rows, 1), net.value(first)


def _seen(
    nets: dict[str, Network],
    spec: str,
    cell: Cell,
    x: torch.Tensor,
    start: torch.Tensor,
    config: Any,
) -> dict[str, np.ndarray]:
    """What is known of the ends, seed by seed; NaN of those that diverged."""
    net = nets["train"]
    loss = net.value(x)
    calm = torch.isfinite(x).all(-1) & (loss <= BURST * start)
    found = {"diverged": ~calm.numpy()}
    if not calm.any():
        return found
    x = x[calm]
    spectrum, errors = _spectrum(net, x, config)
    v = top_eigenvalues(net.hvp, x, 1, tol=TOL).vectors[:, 0]
    g = net.gradient(x)
    size = norm(g)[:, 0].double().numpy()
    whole = {
        "train_loss": loss[calm],
        "test_accuracy": nets["test"].accuracy(x),
        "g_norm": size,
        "cos_g_v1": (v * unit(g)).sum(-1).abs(),
        "edge": np.broadcast_to(
            edge(_method(spec, cell.rho), cell.eta, size), size.shape
        ),
        **_told(spectrum, config.outliers),
        **errors,
    }
    for name, values in whole.items():
        values = np.asarray(values, dtype=float)
        found[name] = np.full((len(calm), *values.shape[1:]), np.nan)
        found[name][calm.numpy()] = values
    return found


def _spectrum(
    net: Network, x: torch.Tensor, config: Any
) -> tuple[Spectrum, dict[str, np.ndarray]]:
    """The spectrum; where it is exact, what the estimate would have been too."""
    words = config.outliers, config.search, config.probes, config.nodes
    guess = estimated(net, x, *words)
    if net.dim > config.exact:
        return guess, {}
    told = exact(net, x)
    return told, {
        "estimated_largest": guess.largest / told.largest,
        "estimated_trace": guess.trace[0] / told.trace[0],
        "estimated_rank": guess.rank / told.rank,
    }


def _told(spectrum: Spectrum, outliers: int) -> dict[str, np.ndarray]:
    trace, error = spectrum.trace
    square, _ = spectrum.square
    return {
        "eigenvalue": spectrum.values[:, :outliers],
        "residual": spectrum.residuals[:, 0] / np.abs(spectrum.largest),
        "least": spectrum.least,
        "trace": trace,
        "trace_error": error,
        "frobenius": np.sqrt(square),
        "effective_rank": spectrum.rank,
        "traces_in_first": trace / spectrum.largest,
        "negative_share": spectrum.negative,
        "above": spectrum.above(LEVELS),
        "below": spectrum.below(-LEVELS),
    }


def _labelled(
    task: Task, spec: str, found: dict[Cell, dict], config: Any
) -> xarray.Dataset:
    """By cell; one that has the rate and radius of another is that other."""
    whole = {
        (cell.name == LATE, cell.eta, cell.rho): seen for cell, seen in found.items()
    }
    places = {cell.name: cell for cell in cells(task, spec)}
    places |= {cell.name: cell for cell in found if cell.name == LATE}
    rows = {}
    for name, cell in places.items():
        seen = whole[name == LATE, cell.eta, cell.rho]
        rows[name] = seen | {"eta": cell.eta, "rho": cell.rho}
    names = {name: seen[name] for seen in found.values() for name in seen}
    table = {}
    for name, like in (names | {"eta": 0.0, "rho": 0.0}).items():
        shape = np.shape(like)
        column = np.full((len(CELLS), *shape), np.nan, dtype=np.float64)
        for k, cell in enumerate(CELLS):
            if cell in rows and name in rows[cell]:
                column[k] = rows[cell][name]
        axes = ("seed", {"eigenvalue": "top"}.get(name, "level"))[: len(shape)]
        table[name] = (("task", "algorithm", "cell", *axes), column[None, None])
    return xarray.Dataset(
        table,
        {
            "task": [task.label],
            "algorithm": [methods.label(spec)],
            "cell": list(CELLS),
            "seed": np.arange(config.seeds),
        },
    ).assign(
        level=("level", LEVELS),
        radius_unit=("algorithm", [_unit(spec)]),
        parameters=("task", [_dim(task)]),
    )


def _unit(spec: str) -> str:
    method = methods.make(spec)
    return method.radius_unit if method.has_radius else "none"


def _dim(task: Task) -> int:
    nets = networks(task.data, task.model, task.loss, task.train, DTYPE, "cpu")
    return nets["train"].dim
