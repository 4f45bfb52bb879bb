"""Autograd: a function that torch differentiates, as a landscape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from landscapes.arrays import namespace
from landscapes.critical import SEARCHED, search
from landscapes.landscape import Landscape
from landscapes.minimise import minimiser


@dataclass(frozen=True, eq=False)
class Autograd(Landscape):
    r"""$f$ from a function of one point, differentiated by `torch.func`.

    The function is given float64, whatever the points are, since it may hold numbers of
    its own; results have the points' dtype.

    Args:
        name: for messages and results.
        function: of one tensor `(d,)`, gives a tensor of no axis.
        start: the default start.
        box: where to draw $f$ and look for its critical points.
        declared_points: the critical points where they are known; None: they are
            searched in the box, in more than three dimensions one minimum from the
            start.
        constants: known constants of the class.
    """

    name: str
    function: Callable
    start: tuple[float, ...]
    box: tuple[tuple[float, float], ...]
    declared_points: tuple[tuple[float, ...], ...] | None = None
    constants: dict[str, float] = field(default_factory=dict)

    kinds = ("numpy", "torch")
    batched = ()

    @property
    def dim(self) -> int:
        """The number of coordinates d."""
        return len(self.start)

    def value(self, x: Any) -> Any:
        """$f(x)$, shape `(...)`."""
        return self._mapped(self.function, x)

    def gradient(self, x: Any) -> Any:
        r"""$\nabla f(x)$, of the kind and shape of `x`."""
        from torch.func import grad

        return self._mapped(grad(self.function), x)

    def hvp(self, x: Any, v: Any) -> Any:
        r"""$\nabla^2 f(x) v$, the gradient of $\langle\nabla f(x), v\rangle$."""
        from torch.func import grad

        slope = grad(self.function)
        return self._mapped(grad(lambda x, v: (slope(x) * v).sum()), x, v)

    def locate(self) -> np.ndarray:
        """The declared critical points, or those that Newton's method finds."""
        if self.declared_points is not None:
            return np.array(self.declared_points, dtype=float).reshape(-1, self.dim)
        return search(self) if self.dim <= SEARCHED else minimiser(self)

    def _mapped(self, function: Callable, *points: Any) -> Any:
        """A function of one point, at all points of a batch."""
        import torch

        for point in points:
            self.check(point)
        # Copied: what NumPy has broadcast, torch would warn of.
        given = [p if namespace(p) == "torch" else torch.tensor(p) for p in points]
        lead = torch.broadcast_shapes(*(p.shape[:-1] for p in given))
        flat = [p.double().expand(*lead, self.dim).reshape(-1, self.dim) for p in given]
        found = torch.func.vmap(function)(*flat)
        found = found.reshape(lead + found.shape[1:]).to(given[0].dtype)
        if namespace(points[0]) == "torch":
            return found
        found = found.detach().numpy()
        return found if found.ndim else found[()]
