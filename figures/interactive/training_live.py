r"""Training a network step by step, with its sharpness beside every edge.

Full-batch training: the learning rate and the radius may be changed while it runs. A
look takes the Hessian's largest eigenvalue (`theory.top_eigenvalues`) and the edges of
`theory.edges`, at the size of the gradient there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import torch

from experiments.edges.setting import one_thread
from landscapes.network import Network
from theory.edges import edge, edge_at
from theory.iterate import State, iterate
from theory.method import Method, norm
from theory.methods import make
from theory.methods.stable import Stable
from theory.top_eigenvalues import top_eigenvalues

EDGES = ("gd", "usam", "sam", "ssam")  # whose edges are drawn
TOL = 1e-3  # relative residual of the eigenvalue; its own error is smaller
BURST = 100.0  # a loss of more than so many times the start's is divergence


@dataclass(frozen=True)
class Look:
    """One look at a network in training.

    Args:
        step: t.
        loss: the mean over all samples.
        sharpness: the Hessian's largest eigenvalue.
        size: of the gradient.
        eta, rho: with which it goes on.
        edges: by a method's command-line name; `own` is that of the method in use, at
            the measured gamma where it renormalises.
    """

    step: int
    loss: float
    sharpness: float
    size: float
    eta: float
    rho: float
    edges: dict[str, float]


@dataclass
class Live:
    """A network in training, to be gone on with whenever there is time.

    Args:
        net: the landscape.
        method: by its command-line name.
        eta: learning rate, changed at any time.
        rho: radius in the method's unit, changed at any time.
        every: steps between two looks.
        seed: of the initialisation.
    """

    net: Network
    method: str
    eta: float
    rho: float
    every: int = 10
    seed: int = 0
    looks: list[Look] = field(default_factory=list)

    def run(self, steps: int) -> Iterator[Look]:
        """Looks at the start and after every few steps; ends where it diverges.

        Args:
            steps: how many.
        """
        x = self.net.initial(self.seed).to(self.net.X)[None]
        first, block = float(self.net.value(x)), None
        states = iterate(self.net, self._made(), x, None, steps, schedule=self._now)
        for t in range(0, steps + 1, self.every):
            with one_thread():
                state = next(islice(states, self.every - 1 if t else 0, None))
                loss = float(self.net.value(state.x))
                if not loss <= BURST * first:
                    return
                found = top_eigenvalues(self.net.hvp, state.x, 1, block, TOL)
                block = found.block
                look = self._look(t, state, loss, float(found.values[0, 0]))
            self.looks.append(look)
            yield look

    def _now(self, t: int) -> dict[str, float]:
        """This step's numbers: the sliders'."""
        return {"eta": self.eta} | ({} if self.method == "gd" else {"rho": self.rho})

    def _made(self, spec: str | None = None) -> Method:
        made = make(spec or self.method)
        return made if made.get("rho", None) is None else made.having(rho=self.rho)

    def _look(self, t: int, state: State, loss: float, sharpness: float) -> Look:
        size = float(norm(state.g))
        edges = {spec: float(edge(self._made(spec), self.eta, size)) for spec in EDGES}
        edges["own"] = float(edge_at(self._made(), self.eta, size, self._gamma(state)))
        return Look(t, loss, sharpness, size, self.eta, self.rho, edges)

    def _gamma(self, state: State) -> float:
        r"""$\|g\| / \|d'\|$, d' the direction before a renormalisation."""
        method = self._made()
        if not isinstance(method, Stable):
            return 1.0
        with torch.no_grad():
            d, _, _ = method.method.direction(state.x, (), self.net.gradient)
        return float(norm(state.g) / norm(d))
