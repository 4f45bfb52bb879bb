"""Losses of a network's outputs, sample by sample."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def cross_entropy(outputs: Any, y: Any) -> Any:
    """Of logits `(b, c)` and labels `(b,)`, sample by sample: `(b,)`."""
    return nn.functional.cross_entropy(outputs, y, reduction="none")


def square(outputs: Any, y: Any) -> Any:
    r"""$\frac12\|z - y\|^2$, labels as unit vectors: `(b,)`."""
    if not y.is_floating_point():
        y = (y[:, None] == torch.arange(outputs.shape[-1], device=y.device)).to(outputs)
    return ((outputs - y) ** 2).sum(-1) / 2


LOSSES = {"cross_entropy": cross_entropy, "square": square}
