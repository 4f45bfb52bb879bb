"""Whole training steps, in gradients: forward and backward of the same batch."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.optim import SGD

from benchmarks.steps.timing import interleaved, said
from landscapes import models
from theory.methods import make
from theory.torch_optimizer import SharpnessAware

ETA, RHO = 1e-3, 0.05
METHODS = ("sam", "usam", "ssam", "ssam-n")


@dataclass(frozen=True, eq=False)
class Task:
    """A network and a batch.

    Args:
        name: for the table.
        module: the network.
        X: the batch, `(b, *shape)`.
        y: its labels, `(b,)`.
    """

    name: str
    module: nn.Module
    X: torch.Tensor
    y: torch.Tensor

    def loss(self, module: nn.Module) -> torch.Tensor:
        """The mean cross-entropy."""
        return nn.functional.cross_entropy(module(self.X), self.y)


def task(name: str, shape: tuple[int, ...], batch: int, **options: object) -> Task:
    """A model of the folder, on noise: only its cost counts."""
    draw = torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = models.make(name, shape, 10, **options)
    X = torch.randn(batch, *shape, generator=draw)
    y = torch.randint(10, (batch,), generator=draw)
    said_shape = " x ".join(map(str, shape))
    size = sum(p.numel() for p in module.parameters())
    title = f"{name} of {size} parameters, batch {batch} of {said_shape}"
    return Task(title, module.float(), X, y)


def gradient_of(task: Task) -> Callable[[], torch.Tensor]:
    """Forward and backward of the batch."""
    module = copy.deepcopy(task.module)

    def gradient() -> torch.Tensor:
        module.zero_grad()
        loss = task.loss(module)
        loss.backward()
        return loss

    return gradient


def stepping(task: Task, spec: str | None) -> Callable[[], object]:
    """A step with a method's optimizer, or SGD's alone."""
    module = copy.deepcopy(task.module)
    optimizer = SGD(module.parameters(), lr=ETA, fused=True)
    if spec is not None:
        optimizer = SharpnessAware(optimizer, make(spec, rho=RHO), model=module)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = task.loss(module)
        loss.backward()
        return loss

    return lambda: optimizer.step(closure)


def measure(task: Task, blocks: int) -> dict[str, np.ndarray]:
    """Seconds of a step, by method, and of one gradient, `(blocks,)`."""
    works = {"gradient": gradient_of(task), "sgd": stepping(task, None)}
    works |= {spec: stepping(task, spec) for spec in METHODS}
    return interleaved(works, blocks)


def table(seconds: dict[str, np.ndarray]) -> None:
    """In gradients; SAM's floor is 2 and what SGD's own step adds to its one."""
    one = seconds["gradient"]
    print(f"    {'one gradient':12}{np.median(one) * 1e3:10.2f} ms")
    for name, found in seconds.items():
        if name != "gradient":
            print(f"    {name:12}{said(found / one)} gradients")
    beyond = np.median(seconds["sam"] - seconds["sgd"] - one) * 1e6
    print(f"    SAM beyond two gradients and SGD's step: {beyond:.0f} us")


def verdict(said_of: str, ratio: np.ndarray, target: float) -> bool:
    """A line that says whether a ratio is at most its target."""
    met = bool(np.median(ratio) <= target)
    print(
        f"  target {said_of} <= {target:g}: {said(ratio)}, {'met' if met else 'MISSED'}"
    )
    return met
