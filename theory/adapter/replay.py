"""Replay: random numbers and buffers as a pass found them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch


class Replay:
    """What a pass changes beside gradients, and can be put back.

    torch's random state on the processor and on the devices in use, Python's, and the
    buffers of the model. A generator of the user's own is not seen.

    Args:
        devices: of the parameters.
        model: whose buffers are kept, if any.
    """

    def __init__(
        self, devices: Sequence[torch.device], model: torch.nn.Module | None
    ) -> None:
        self.devices = [d for d in devices if d.type != "cpu"]
        self.homes = [] if model is None else _buffers(model)

    def now(self) -> tuple:
        """The state as it is."""
        rng = [_module(d).get_rng_state(d) for d in self.devices]
        held = [home[name] for home, name in self.homes]
        copies = [b if b is None else b.clone() for b in held]
        return torch.get_rng_state(), random.getstate(), rng, held, copies

    def put_back(self, state: tuple) -> None:
        """Sets the state; buffers keep their storage."""
        cpu, python, rng, held, copies = state
        torch.set_rng_state(cpu)
        random.setstate(python)
        for device, each in zip(self.devices, rng, strict=True):
            _module(device).set_rng_state(each, device)
        for (home, name), tensor in zip(self.homes, held, strict=True):
            home[name] = tensor
        pairs = [(b, c) for b, c in zip(held, copies, strict=True) if b is not None]
        if pairs:
            torch._foreach_copy_(*map(list, zip(*pairs, strict=True)))

    @contextmanager
    def replaying(self, state: tuple) -> Iterator[None]:
        """Begins in an earlier state and ends in the one it was entered in."""
        kept = self.now()
        self.put_back(state)
        try:
            yield
        finally:
            self.put_back(kept)


def _buffers(model: torch.nn.Module) -> list[tuple[dict[str, Any], str]]:
    return [(m._buffers, name) for m in model.modules() for name in m._buffers]


def _module(device: torch.device) -> Any:
    return torch.get_device_module(device)
