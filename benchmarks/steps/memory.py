"""How much memory a step needs at its peak, in units of all parameters."""

from __future__ import annotations

import gc
from collections.abc import Callable

import numpy as np
import torch
from torch.optim import SGD
from torch.profiler import ProfilerActivity, profile

from benchmarks.steps.overhead import ETA, RHO, Preset
from theory.methods import make
from theory.torch_optimizer import SharpnessAware

SIZES = [(512, 512)] * 8


class Fresh(Preset):
    """A closure that allocates its gradients, as backward does."""

    def closure(self) -> torch.Tensor:
        """New gradients, the old ones freed first."""
        for p in self.params:
            p.grad = None
        for p, g in zip(self.params, self.gradients, strict=True):
            p.grad = g.clone()
        return self.loss


def allocated(work: Callable[[], object]) -> np.ndarray:
    """The bytes that torch holds on the CPU beyond those at the start, over time."""
    gc.collect()
    gc.disable()  # what only the collector frees is held
    try:
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
            work()
    finally:
        gc.enable()
    events = record.profiler.kineto_results.events()
    memory = [e for e in events if e.name() == "[memory]"]
    memory.sort(key=lambda e: e.start_ns())
    return np.cumsum([0, *(e.nbytes() for e in memory)])


def peak(spec: str | None) -> tuple[float, float]:
    """The peak within a step, and what stays after it, in parameters' sizes.

    Everything counts from before the optimizer is made; gradients count too, so that
    SGD's peak is one.

    Args:
        spec: a method, or None for SGD alone.
    """
    preset = Fresh(SIZES, torch.float32)
    unit = sum(p.numel() * p.element_size() for p in preset.params)

    def work() -> None:
        optimizer = SGD(preset.params, lr=ETA, foreach=True)
        if spec is not None:
            optimizer = SharpnessAware(optimizer, make(spec, rho=RHO))
        for _ in range(3):
            optimizer.step(preset.closure)
        held.append(optimizer)  # what it keeps is not freed before the end

    held: list = []
    bytes_ = allocated(work)
    return bytes_.max() / unit, bytes_[-1] / unit


def table(specs: tuple[str, ...], target: float) -> bool:
    """Parameter-sized temporaries at the peak, beyond SGD's one gradient."""
    floor, _ = peak(None)
    met = True
    for spec in specs:
        most, kept = peak(spec)
        extra = most - floor
        met &= extra <= target + 0.01 or spec not in ("sam", "ssam")
        print(
            f"    {spec:12}{extra:8.2f} at the peak{kept - 1:8.2f} kept between steps"
        )
    print(
        f"  target <= {target:g} for SAM and SSAM beyond SGD's gradient "
        f"({floor:.2f}): {'met' if met else 'MISSED'}"
    )
    return met
