r"""Training many networks at once, with a look at their Hessians now and then."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from landscapes.network import Network
from theory.edges import edge, edge_at
from theory.iterate import State, iterate
from theory.method import Method, norm, ratio, unit
from theory.methods.stable import Stable
from theory.top_eigenvalues import top_eigenvalues

BURST = 100.0  # a loss of more than so many times the start's is divergence
SINGLE = (
    "loss", "g_norm", "d_norm", "gamma", "cos_g_v1", "cos_d_v1", "cos_g_top", "edge",
    "edge_measured_gamma",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Runs:
    """Networks that are trained together.

    Args:
        net: the landscape.
        method: how, its radius apart.
        rho: radii, `(B, 1)`.
        eta: learning rates, `(B, 1)`.
        top: how many eigenvalues are followed.
        tol: of their relative residuals.
    """

    net: Network
    method: Method
    rho: torch.Tensor
    eta: torch.Tensor
    top: int
    tol: float


def trained(
    runs: Runs,
    x: torch.Tensor,
    times: Collection[int],
    each: Callable[[int, State], Any] = lambda t, state: None,
) -> dict[str, np.ndarray]:
    """Trains, and looks at some times.

    Args:
        runs: how.
        x: starts, `(B, P)`.
        times: when, ascending; the last is the end.
        each: also gets every step.

    Returns:
        What `_seen` says, `(B, check)` and `(B, check, top)`, NaN once a run diverged;
        `matvecs` `(B, check)`, 0 then; `diverged` `(B,)`: the check's step, or -1.
    """
    method, block = runs.method.having(rho=runs.rho), None
    start = runs.net.value(x)
    alive, rows = torch.arange(len(x), device=x.device), []
    diverged = np.full(len(x), -1)
    for t, state in enumerate(iterate(runs.net, method, x, runs.eta, max(times))):
        each(t, state)
        if t not in times:
            continue
        loss = runs.net.value(state.x)
        calm = (torch.isfinite(state.x).all(-1) & (loss <= BURST * start))[alive]
        diverged[alive[~calm].numpy(force=True)] = t
        alive, block = alive[calm], None if block is None else block[calm]
        seen, block = _seen(runs, state, alive, block) if len(alive) else ({}, None)
        rows.append(_row(seen, alive, len(x), runs.top))
    stacked = {name: np.stack([row[name] for row in rows], 1) for name in rows[0]}
    return stacked | {"diverged": diverged}


def _seen(
    runs: Runs, state: State, alive: torch.Tensor, block: Any
) -> tuple[dict[str, np.ndarray], torch.Tensor]:
    """The spectrum, and how gradients lie in it, of the runs that are alive."""
    x, g, d = state.x[alive], state.g[alive], state.d[alive]
    rho, eta = runs.rho[alive], runs.eta[alive]
    found = top_eigenvalues(runs.net.hvp, x, runs.top, block, runs.tol)
    along = (found.vectors * unit(g)[:, None]).sum(-1)
    tensors = {
        "sharpness": found.values,
        "residual": found.residuals,
        "matvecs": found.matvecs,
        "loss": runs.net.value(x),
        "g_norm": norm(g)[:, 0],
        "d_norm": norm(d)[:, 0],
        "gamma": _gamma(runs.method.having(rho=rho), x, g, d, runs.net)[:, 0],
        "cos_g_v1": along[:, 0].abs(),
        "cos_d_v1": (found.vectors[:, 0] * unit(d)).sum(-1).abs(),
        "cos_g_top": along.norm(dim=-1),
    }
    seen = {name: _numbers(values) for name, values in tensors.items()}
    method, eta = runs.method.having(rho=_numbers(rho[:, 0])), _numbers(eta[:, 0])
    size, gamma = seen["g_norm"], seen["gamma"]
    edges = {
        "edge": edge(method, eta, size),
        "edge_measured_gamma": edge_at(method, eta, size, gamma),
    }
    return seen | edges, found.block


def _numbers(values: torch.Tensor) -> np.ndarray:
    return values.double().numpy(force=True)


def _gamma(method: Method, x: Any, g: Any, d: Any, net: Network) -> torch.Tensor:
    r"""$\|g\| / \|d'\|$, d' before a renormalisation, at the cost of two gradients."""
    if isinstance(method, Stable):
        d, _, _ = method.method.direction(x, (), net.gradient)
    return ratio(norm(g), norm(d))


def _row(seen: dict, alive: torch.Tensor, count: int, top: int) -> dict:
    """One check of all runs."""
    row = {name: np.full(count, np.nan) for name in SINGLE}
    row |= {name: np.full((count, top), np.nan) for name in ("sharpness", "residual")}
    row["matvecs"] = np.zeros(count, dtype=np.int16)
    for name, values in seen.items():
        row[name][alive.numpy(force=True)] = values
    return row
