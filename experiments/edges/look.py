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
        seen = _seen(runs, state, alive, block) if len(alive) else {}
        block = seen.pop("block", None)
        rows.append(_row(seen, alive, len(x), runs.top))
    stacked = {name: np.stack([row[name] for row in rows], 1) for name in rows[0]}
    return stacked | {"diverged": diverged}


def _seen(runs: Runs, state: State, alive: torch.Tensor, block: Any) -> dict[str, Any]:
    """The spectrum, and how the gradients lie in it, of the runs that are alive."""
    x, g, d = state.x[alive], state.g[alive], state.d[alive]
    method, eta = runs.method.having(rho=runs.rho[alive]), runs.eta[alive]
    found = top_eigenvalues(runs.net.hvp, x, runs.top, block, runs.tol)
    size, gamma = norm(g), _gamma(method, x, g, d, runs.net)
    along = (found.vectors * unit(g)[:, None]).sum(-1)
    return {
        "sharpness": found.values,
        "residual": found.residuals,
        "matvecs": found.matvecs,
        "block": found.block,
        "loss": runs.net.value(x),
        "g_norm": size[:, 0],
        "d_norm": norm(d)[:, 0],
        "gamma": gamma[:, 0],
        "cos_g_v1": along[:, 0].abs(),
        "cos_d_v1": (found.vectors[:, 0] * unit(d)).sum(-1).abs(),
        "cos_g_top": along.norm(dim=-1),
        "edge": edge(method, eta, size)[:, 0],
        "edge_measured_gamma": edge_at(method, eta, size, gamma)[:, 0],
    }


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
        row[name][alive.numpy(force=True)] = values.numpy(force=True)
    return row
