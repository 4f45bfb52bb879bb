"""Every method, learning rate and radius on small networks, at one batch size."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import xarray

from experiments.edges.setting import one_thread
from experiments.stable.linear import radii, shaped
from experiments.stable.measures import MEASURES, measures
from experiments.stable.setting import Problem
from landscapes import models
from landscapes.network import Network
from theory import methods
from theory.iterate import iterate
from theory.method import Method, norm
from theory.swapped import apart, orders

HIDDEN = (16,)  # of `mlp`, with tanh
POWER = 30  # steps of power iteration: a lower estimate of a curvature


class Trained:
    """The networks of a problem: all samples in one landscape, and who sees which."""

    def __init__(self, problem: Problem) -> None:
        """Draws data and starts.

        Args:
            problem: what is learnt.
        """
        torch.manual_seed(0)
        parts = problem.drawn()
        rows = np.concatenate([X for X, _ in parts], axis=1)
        labels = np.concatenate([y for _, y in parts], axis=1)
        self.sets, each, d = rows.shape
        self.n, self.replaced = problem.n, problem.replaced
        self.first = each * np.arange(self.sets)  # where a data set's samples begin
        self.each = each
        made = models.make("mlp", (d,), int(labels.max()) + 1, hidden=HIDDEN)
        X = rows.reshape(-1, d) * np.sqrt(d)  # pixels of variance about 1
        self.whole = Network(
            made.double(), X, labels.reshape(-1), name=problem.name, engine="batched"
        )
        starts = [self.whole.initial(problem.seed + k) for k in range(self.sets)]
        self.starts = torch.stack(starts)  # (D, P)
        self.smoothness, self.steepest, self.usual = self._at_start()

    def _at_start(self) -> tuple[float, float, float]:
        """Largest curvature and gradient of a sample there, and the usual gradient."""
        m = self.n + self.replaced
        own = self.whole.restrict((self.first[:, None] + np.arange(m))[..., None])
        w = self.starts[:, None].expand(self.sets, m, -1)
        v = own.gradient(w)
        size = norm(v)
        for _ in range(POWER):
            Hv = own.hvp(w, v)
            lam = norm(Hv)
            v = Hv / lam.clamp_min(1e-300)
        return float(lam.max()), float(size.max()), float((size**2).mean().sqrt())

    def shown(self, order: np.ndarray) -> np.ndarray:
        """Samples `(D, b)` as every neighbour sees them, `(D, I + 1, 1, b)`."""
        own = self.n + np.arange(self.replaced)  # where the new ones stand
        seen = np.repeat(order[:, None], self.replaced + 1, axis=1)
        i = np.arange(self.replaced)[:, None]
        seen[:, 1:] = np.where(seen[:, 1:] == i, own[:, None], seen[:, 1:])
        return (seen + self.first[:, None, None])[:, :, None]

    def losses(self, x: torch.Tensor, which: np.ndarray) -> np.ndarray:
        """Of each data set's samples `which`, `(m,)`: `(D, I + 1, C, m)`."""
        chosen = (self.first[:, None] + which)[:, None, None]
        with torch.no_grad():
            return self.whole.restrict(chosen).losses(x).numpy()


def runs(problem: Problem, batch: int, config: Any) -> xarray.Dataset:
    """All cells, as `linear.runs`; `beta` and `lipschitz` are those at the start.

    They are the largest of a sample there, and so no more than the true ones.
    """
    with one_thread():
        return _runs(Trained(problem), problem, batch, config)


def _runs(nets: Trained, problem: Problem, batch: int, config: Any) -> xarray.Dataset:
    times = config.times_of(problem.model)
    rng = np.random.default_rng([problem.seed, problem.n, batch, 1])
    order = orders(nets.n, batch or nets.n, nets.sets, max(times), rng)
    eta = np.array(config.eta_grid) / nets.smoothness
    rows = []
    for spec in config.methods:
        method = methods.make(spec)
        rho = radii(nets, method, config.rho_grid)
        grid = [v.ravel()[:, None] for v in np.meshgrid(eta, rho, indexing="ij")]
        step, radius = map(torch.from_numpy, grid)
        found = followed(nets, method.having(rho=radius), step, order, times)
        found["lipschitz"] = np.full_like(found["reach"], nets.steepest)
        rows.append(shaped(found, method, (len(eta), len(rho)), len(config.rho_grid)))
        rows[-1]["rho"] = ("rho_level", np.resize(rho, len(config.rho_grid)))
    whole = xarray.concat(rows, "algorithm", join="exact")
    return whole.assign(
        eta=("eta_level", eta),
        beta=nets.smoothness,
        mu=np.nan,
        times=("check", list(times)),
    )


def followed(
    nets: Trained,
    method: Method,
    eta: torch.Tensor,
    order: np.ndarray,
    times: tuple[int, ...],
) -> dict[str, np.ndarray]:
    """As `linear.followed`."""
    shape = (nets.sets, nets.replaced + 1, len(eta), nets.whole.dim)
    x, last = nets.starts[:, None, None].expand(shape), len(order) - 1
    own = np.arange(nets.replaced)
    tests = np.arange(nets.n + nets.replaced, nets.each)
    seen: dict[str, list] = {name: [] for name in (*MEASURES, "reach")}
    reach = np.zeros(len(eta))
    states = iterate(
        nets.whole, method, x, eta, len(order),
        sample=lambda t: nets.whole.sample(nets.shown(order[min(t, last)]), t),
    )  # fmt: skip
    for t, state in enumerate(states):
        reach = np.maximum(reach, norm(state.x).amax(dim=(0, 1))[:, 0].numpy())
        if t in times:
            there = nets.losses(state.x, tests), nets.losses(state.x, own)
            for name, value in measures(apart(state.x).numpy(), *there).items():
                seen[name].append(value)
            seen["reach"].append(reach)
    return {name: np.array(values) for name, values in seen.items()}
