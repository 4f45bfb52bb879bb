"""Random numbers of torch that begin at a seed and leave no trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def seeded(device: Any, seed: int) -> Iterator[Any]:
    """Within it the default generator of a device begins at the seed.

    Before and after it the global random states are the same; those of other devices
    are not touched.

    Args:
        device: a `torch.device`.
        seed: from 0, below 2^64.

    Yields:
        The generator.
    """
    import torch

    generator = torch.default_generator
    if device.type == "cuda":
        generator = torch.cuda.default_generators[device.index or 0]
    before = generator.get_state()
    try:
        yield generator.manual_seed(seed)
    finally:
        generator.set_state(before)
