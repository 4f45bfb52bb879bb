"""Methods compared on small images, each in an ordinary torch training loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import torch
from torch.nn.functional import cross_entropy

from experiments.edges.setting import one_thread
from landscapes import models
from landscapes.splits import Split, split
from theory.methods import make
from theory.torch_optimizer import SharpnessAware

BATCH = 50
HIDDEN = (32,)


@dataclass(frozen=True)
class Epoch:
    """A method after an epoch.

    Args:
        method: by its command-line name.
        epoch: from 0, before training.
        loss: on the training samples.
        accuracy: share of the test samples told right.
    """

    method: str
    epoch: int
    loss: float
    accuracy: float


@cache
def digits() -> Split:
    """Handwritten digits of 8 x 8 points, in three parts."""
    return split("digits")


def tensors(part: tuple) -> tuple[torch.Tensor, torch.Tensor]:
    """Examples `(n, *shape)` in single precision, and labels `(n,)`."""
    X, y = part
    return torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y)


def network(seed: int = 0) -> torch.nn.Module:
    """A small network for digits, the same for the same seed."""
    data = digits()
    module = models.make("mlp", data.shape, data.classes, hidden=HIDDEN)
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        for layer in module.modules():
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()
    return module


def trained(
    spec: str, eta: float, rho: float, epochs: int, seed: int = 0
) -> Iterator[Epoch]:
    """Trains with SGD as the base, and tells of every epoch.

    Args:
        spec: the method's command-line name; `gd` is plain SGD.
        eta: learning rate, > 0.
        rho: radius in the method's unit, > 0.
        epochs: how many.
        seed: of the network and of the batches, the same for all methods.

    Raises:
        ValueError: a number is out of range, or the method is unknown.
    """
    data, method = digits(), make(spec)
    if method.get("rho", None) is not None:
        method = method.having(rho=rho)
    (X, y), test = tensors(data.train), tensors(data.test)
    model = network(seed)
    base = torch.optim.SGD(model.parameters(), lr=eta)
    optimizer = SharpnessAware(base, method, model)
    shuffled = torch.Generator().manual_seed(seed)
    for epoch in range(epochs + 1):
        with one_thread():
            if epoch:
                for part in torch.randperm(len(y), generator=shuffled).split(BATCH):
                    _step(optimizer, model, X[part], y[part])
            seen = Epoch(spec, epoch, *_judged(model, (X, y), test))
        yield seen


def _step(
    optimizer: SharpnessAware, model: torch.nn.Module, X: torch.Tensor, y: torch.Tensor
) -> None:
    def closure() -> torch.Tensor:
        loss = cross_entropy(model(X), y)
        loss.backward()
        return loss

    optimizer.zero_grad()
    optimizer.step(closure)


@torch.no_grad()
def _judged(model: torch.nn.Module, train: tuple, test: tuple) -> tuple[float, float]:
    loss = float(cross_entropy(model(train[0]), train[1]))
    right = model(test[0]).argmax(dim=1) == test[1]
    return loss, float(right.double().mean())
