"""A task: an architecture on real data, in three parts: train, validation, test."""

from __future__ import annotations

from functools import lru_cache

import torch

from experiments.networks.job import PARTS, architecture
from landscapes import models
from landscapes.network import Network
from landscapes.splits import split

# Fixed, not timed, so that results have the same bytes everywhere.
LOOPED = ("resnet",)


@lru_cache(maxsize=4)
def networks(
    data: str, model: str, loss: str, train: int, dtype: str, device: str
) -> dict[str, Network]:
    """The landscape of each part: one module, so that a point is a point of all.

    Args:
        data: a data set that `landscapes.splits.split` knows.
        model: out of `landscapes.models`, with its activation: `mlp:relu`.
        loss: out of `landscapes.network.LOSSES`.
        train: samples to train on; 0: as usual for the data.
        dtype: `float32` or `float64`.
        device: a torch device.

    Raises:
        ValueError: a word is unknown, or the data are not here.
    """
    parts, kind = split(data, train or None), getattr(torch, dtype)
    name, options = architecture(model)
    module = models.make(name, parts.shape, parts.classes, **options).to(device, kind)
    engine = "looped" if name in LOOPED else "batched"
    nets = {}
    for part in PARTS:
        X, y = (torch.as_tensor(a, device=device) for a in getattr(parts, part))
        y = y.to(kind) if y.is_floating_point() else y
        nets[part] = Network(module, X.to(kind), y, loss, f"{data} {model}", engine)
    return nets
