"""What an optimizer's own work in a step costs: the gradients are there already."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np
import torch
from torch import nn
from torch.optim import SGD

from benchmarks.steps.contenders import ETA, RHO, Contender
from benchmarks.steps.timing import interleaved, said

OURS = "this toolkit"
FLOOR = "torch's fused SGD (floor)"


def _resnet18() -> list[tuple[int, ...]]:
    """The shapes of ResNet-18's 62 tensors (1000 classes), 11.7 million numbers."""
    shapes, width = [(64, 3, 7, 7), (64,), (64,)], 64
    for wide in (64, 128, 256, 512):
        for inner, shortcut in ((width, wide != width), (wide, False)):
            shapes += [(wide, inner, 3, 3), (wide,), (wide,)]
            shapes += [(wide, wide, 3, 3), (wide,), (wide,)]
            shapes += [(wide, inner, 1, 1), (wide,), (wide,)] * shortcut
        width = wide
    return [*shapes, (1000, 512), (1000,)]


SHAPES = {"1 x 2": [(2,)], "160 x 64": [(64,)] * 160, "ResNet-18's 62": _resnet18()}


class Preset:
    """Parameters, and a closure that only puts given gradients in their place."""

    def __init__(self, shapes: list[tuple[int, ...]], dtype: torch.dtype):
        draw = torch.Generator().manual_seed(0)
        self.params = [
            nn.Parameter(torch.randn(s, dtype=dtype, generator=draw)) for s in shapes
        ]
        scale = sum(map(prod, shapes)) ** -0.5
        self.gradients = [scale * p.detach().clone() for p in self.params]
        self.loss = torch.zeros((), dtype=dtype)

    def closure(self) -> torch.Tensor:
        """The gradients, whatever the weights are."""
        for p, g in zip(self.params, self.gradients, strict=True):
            p.grad = g
        return self.loss


def wave(x: np.ndarray) -> np.ndarray:
    r"""$\nabla f$ of $f(x) = \sum_i (1 - \cos x_i) + \frac14 (\sum_i x_i)^2$."""
    return np.sin(x) + 0.5 * x.sum()


def deviation(contender: Contender) -> float:
    """Of one float64 step from SAM's in NumPy, relative to the step."""
    x = np.random.default_rng(0).normal(size=60)
    g = wave(x)
    expected = -ETA * wave(x + RHO * g / np.linalg.norm(g))
    params = [nn.Parameter(torch.from_numpy(part.copy())) for part in np.split(x, 4)]

    def closure() -> torch.Tensor:
        for p in params:
            p.grad = None
        w = torch.cat(list(params))
        loss = (1 - torch.cos(w)).sum() + w.sum() ** 2 / 4
        loss.backward()
        return loss

    contender.step(params)(closure)
    found = torch.cat([p.detach() for p in params]).numpy() - x
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def check(contenders: list[Contender]) -> None:
    """One step of every way, or no comparison.

    Raises:
        SystemExit: one computes something else.
    """
    print("one float64 step: deviation from SAM's in NumPy, relative to the step")
    for one in contenders:
        found = deviation(one)
        why = f" (allowed {one.allowed:.0e}: {one.because})" if one.because else ""
        print(f"  {one.name:32}{found:9.1e}{why}")
        if not found <= one.allowed:
            raise SystemExit(f"{one.name} deviates by {found:.2g}: no comparison.")


def _stepping(step: Callable, preset: Preset) -> Callable[[], object]:
    return lambda: step(preset.closure)


def measure(
    contenders: list[Contender], shapes: str, dtype: torch.dtype, blocks: int
) -> dict[str, np.ndarray]:
    """Seconds of a step but for those in the closures, by name, `(blocks,)`.

    A SAM step calls the closure twice, the floor once; what the bare closure takes is
    measured in the same blocks.
    """
    presets = [Preset(SHAPES[shapes], dtype) for _ in range(len(contenders) + 1)]
    works = {
        one.name: _stepping(one.step(p.params), p)
        for one, p in zip(contenders, presets, strict=False)
    }
    bare = presets[-1]
    floor = SGD(bare.params, lr=ETA, fused=True)
    works[FLOOR] = _stepping(floor.step, bare)
    works["closure"] = bare.closure
    seconds = interleaved(works, blocks)
    closure = seconds.pop("closure")
    return {
        name: found - closure * (1 if name == FLOOR else 2)
        for name, found in seconds.items()
    }


def best(seconds: dict[str, np.ndarray], ours: bool, flags: str = "") -> str:
    """The quickest of ours, or of the peers', whose name ends so."""
    names = [
        name
        for name in seconds
        if name != FLOOR and name.startswith(OURS) == ours and name.endswith(flags)
    ]
    return min(names, key=lambda name: np.median(seconds[name]))


def table(seconds: dict[str, np.ndarray]) -> None:
    """Microseconds, and how many floors and best peers they are."""
    peer = best(seconds, ours=False) if len(seconds) > 3 else FLOOR
    for name, found in sorted(seconds.items(), key=lambda item: np.median(item[1])):
        print(
            f"    {name:32}{np.median(found) * 1e6:10.1f} us"
            f"{np.median(found / seconds[FLOOR]):9.2f} floors"
            f"{np.median(found / seconds[peer]):9.2f} x the best peer"
        )


def verdict(seconds: dict[str, np.ndarray], target: float) -> bool | None:
    """Ours over the best peer, any flags; None without a peer."""
    if len(seconds) <= 3:
        return None
    mine, peer = best(seconds, ours=True), best(seconds, ours=False)
    ratio = seconds[mine] / seconds[peer]
    met = bool(np.median(ratio) <= target)
    print(
        f"  target <= {target:g} x the best peer ({peer}): {mine} {said(ratio)}, "
        f"{'met' if met else 'MISSED'}"
    )
    return met
