"""What is trained: a network on real data, and at which learning rates and radii."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from landscapes import models
from landscapes.network import Network
from landscapes.splits import split
from theory.method import Method

# Found by trial: GD reaches 2/eta within a third of the steps; USAM's edge is 0.9 to
# 0.35 times that, and SAM's, whose gradients have norms of 0.1 to 0.3, likewise.
ETA = {"digits": (0.4, 0.6, 0.9), "fashion_mnist": (0.15, 0.2, 0.3)}
RHO = {
    "rate": {"digits": (0.025, 0.125, 0.5), "fashion_mnist": (0.01, 0.05, 0.2)},
    "length": {"digits": (0.01, 0.03, 0.1), "fashion_mnist": (0.005, 0.015, 0.05)},
}
# The late switch: a rate at which GD comes near 2/eta and not to it, and radii that put
# USAM's edge below.
LATE_ETA = {"digits": 0.2, "fashion_mnist": 0.06}
LATE_RHO = {
    "rate": {"digits": (0.05, 0.1, 0.2), "fashion_mnist": (0.02, 0.03, 0.06)},
    "length": {"digits": (0.01, 0.03, 0.1), "fashion_mnist": (0.005, 0.015, 0.05)},
}


@lru_cache(maxsize=2)
def network(
    data: str,
    model: str,
    hidden: tuple[int, ...],
    pool: int,
    train: int,
    loss: str,
    dtype: str,
    device: str,
) -> Network:
    """The landscape: the mean loss over all samples.

    Args:
        data: a name that `landscapes.splits.split` knows.
        model: out of `landscapes.models`.
        hidden: widths of an mlp's hidden layers.
        pool: images of 28 x 28 are averaged over squares of this side.
        train: samples.
        loss: out of `landscapes.network.LOSSES`.
        dtype: `float32` or `float64`.
        device: a torch device.

    Raises:
        ValueError: a word is unknown, or the data are not here or too few.
    """
    X, y = split(data, train=train, validation=0, test=0).train
    classes = y.shape[1] if y.ndim > 1 else int(y.max()) + 1
    if X.ndim == 4 and X.shape[-1] % 28 == 0:
        X = X.reshape(len(X), 1, 28 // pool, pool, 28 // pool, pool).mean((3, 5))
        X = X / X.std()
    options = {"hidden": hidden} if model == "mlp" else {}
    kind = getattr(torch, dtype)
    module = models.make(model, X.shape[1:], classes, **options).to(device, kind)
    X, y = (torch.as_tensor(np.ascontiguousarray(a), device=device) for a in (X, y))
    y = y.to(kind) if y.is_floating_point() else y
    return Network(module, X.to(kind), y, loss, f"{data} {model}", "batched")


def setting(config: Any, data: str) -> Network:
    """The landscape that an experiment's options name."""
    return network(
        data, config.model, config.hidden, config.pool, config.train, config.loss,
        config.dtype, config.device,
    )  # fmt: skip


def etas(config: Any, data: str) -> tuple[float, ...]:
    """The learning rates; the middle one with --quick."""
    usual = ETA.get(data, ())
    return config.eta_grid or (usual[1:2] if config.quick else usual)


def radii(
    config: Any, data: str, method: Method, usual: dict[str, dict] = RHO
) -> tuple[float, ...]:
    """The radii in the method's unit, and a single 0 for a method without one."""
    if method.get("rho", None) is None:
        return (0.0,)
    own = usual[method.radius_unit].get(data, ())
    given = config.rho_grid if usual is RHO else ()
    return given or (own[1:2] if config.quick else own)


@contextmanager
def one_thread() -> Iterator[None]:
    """As many threads, and so the same bytes, whatever the number of processes."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
