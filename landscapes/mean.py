"""The mean of any landscapes, one of them a sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from landscapes.arrays import like, namespace, stack
from landscapes.components import Components
from landscapes.landscape import Landscape
from landscapes.minibatch import MiniBatch, choose, samples
from landscapes.minimise import minimiser


@dataclass(frozen=True, eq=False)
class Mean(Landscape):
    r"""$f = \frac1n\sum_i f_i$ for landscapes $f_i$ of one dimension.

    A batch evaluates every part that one of its runs has drawn at the points of all
    runs: meant for few parts. Losses of data: `FiniteSum`.

    Args:
        parts: the $f_i$, at least one; start and box are the first one's.
        name: as in the folder.
        indices: which parts count, with their multiplicity, shape `(b,)` or, each run
            its own, `(..., b)`; None: each once.

    Raises:
        ValueError: there is no part, or the dimensions differ.
    """

    parts: tuple[Landscape, ...]
    name: str = "mean"
    indices: np.ndarray | None = None

    batched = ()

    def __post_init__(self) -> None:
        dims = [part.dim for part in self.parts]
        if len(set(dims)) != 1:
            raise ValueError(f"`{self.name}` takes parts of one dimension, got {dims}.")

    @property
    def n(self) -> int:
        """The number of samples."""
        return len(self.parts) if self.indices is None else self.indices.shape[-1]

    @property
    def dim(self) -> int:
        """The dimension d of every part."""
        return self.parts[0].dim

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of point that all parts run on."""
        first, *others = (part.kinds for part in self.parts)
        return tuple(k for k in first if all(k in kinds for kinds in others))

    @property
    def start(self) -> tuple[float, ...]:
        """The first part's."""
        return self.parts[0].start

    @property
    def box(self) -> tuple[tuple[float, float], ...]:
        """The first part's."""
        return self.parts[0].box

    @property
    def constants(self) -> dict[str, float]:
        """Bounds `mu`, `beta` (means of the parts') and `beta_max`, where all know."""
        return {
            name: float(combine([part.constants[key] for part in self.parts]))
            for name, key, combine in (
                ("mu", "mu", np.mean),
                ("beta", "beta", np.mean),
                ("beta_max", "beta", max),
            )
            if self.indices is None and all(key in p.constants for p in self.parts)
        }

    @cached_property
    def _weights(self) -> np.ndarray:
        """The share of each part in each run's batch, shape `(..., n)`."""
        counted = self.indices[..., None] == np.arange(len(self.parts))
        return counted.mean(axis=-2)

    def _mix(self, evaluate: Callable[[Landscape], Any], scalar: bool) -> Any:
        """The mean of what is evaluated; of a batch, of the parts it has."""
        if self.indices is None:
            return sum(map(evaluate, self.parts)) / self.n
        total = 0
        for k, part in enumerate(self.parts):
            weight = self._weights[..., k]
            if weight.any():
                result = evaluate(part)
                leaf = result.parts[0] if isinstance(result, Components) else result
                wide = weight if scalar or leaf is not result else weight[..., None]
                total = total + like(wide, leaf) * result
        return total

    def losses(self, x: Any) -> Any:
        """$f_i(x)$, shape `(..., n)`."""
        values = stack([part.value(x) for part in self.parts])
        if self.indices is None:
            return values
        runs = np.broadcast_shapes(tuple(values.shape[:-1]), self.indices.shape[:-1])
        idx = np.broadcast_to(self.indices, (*runs, self.n))
        if namespace(values) == "torch":
            import torch

            values = values.broadcast_to((*runs, len(self.parts)))
            return values.gather(-1, torch.tensor(idx, device=values.device))
        values = np.broadcast_to(values, (*runs, len(self.parts)))
        return np.take_along_axis(values, idx, -1)

    def value(self, x: Any) -> Any:
        """The mean of the losses, shape `(...)`."""
        return self._mix(lambda part: part.value(x), scalar=True)

    def gradient(self, x: Any) -> Any:
        r"""The mean of the $\nabla f_i(x)$."""
        return self._mix(lambda part: part.gradient(x), scalar=False)

    def hvp(self, x: Any, v: Any) -> Any:
        r"""The mean of the $\nabla^2 f_i(x) v$."""
        return self._mix(lambda part: part.hvp(x, v), scalar=False)

    def restrict(self, indices: Any) -> Mean:
        """The mean over some samples; see `FiniteSum.restrict`."""
        idx = samples(indices, self.n, self.name)
        if self.indices is not None:
            idx = choose(self.indices, idx, -1)
        return replace(self, indices=idx)

    def sample(self, indices: Any, t: int = 0, seed: Any = 0) -> MiniBatch:
        """What a method sees in step t: the mini-batch of these samples."""
        return MiniBatch.of(self, self.restrict(indices), indices, t, seed)

    def locate(self) -> np.ndarray:
        """The minimum that Newton's method finds from the start, `(k, d)`, k <= 1."""
        return minimiser(self)
