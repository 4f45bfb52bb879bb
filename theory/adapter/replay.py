"""Replay: random numbers and buffers as a pass found them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch


class Replay:
    """What a pass changes beside gradients, kept and put back.

    The random state of torch on the processor and on the parameters' devices and that
    of Python, and the model's buffers. NumPy's (slow to read) and generators that a
    closure holds itself are not seen.

    Args:
        devices: of the parameters.
        model: whose buffers are kept, if any.
    """

    def __init__(
        self, devices: Sequence[torch.device], model: torch.nn.Module | None
    ) -> None:
        self.devices = [d for d in devices if d.type != "cpu"]
        modules = () if model is None else model.modules()
        self.homes = [(m._buffers, name) for m in modules for name in m._buffers]
        self.first: tuple | None = None

    def now(self) -> tuple:
        """The state as it is; the first that was asked for is kept."""
        buffers = [home[name] for home, name in self.homes]
        copies = [None if b is None else b.clone() for b in buffers]
        state = _random_state(self.devices), buffers, copies
        self.first = self.first or state
        return state

    def put_back(self, state: tuple) -> None:
        """Sets a state; buffers keep their storage."""
        random_state, buffers, copies = state
        _set_random_state(random_state, self.devices)
        for (home, name), buffer in zip(self.homes, buffers, strict=True):
            home[name] = buffer
        held = [b for b in buffers if b is not None]
        if held:
            torch._foreach_copy_(held, [c for c in copies if c is not None])

    @contextmanager
    def replaying(self, state: tuple) -> Iterator[None]:
        """Begins in an earlier state and ends in the one it was entered in."""
        kept = self.now()
        self.put_back(state)
        try:
            yield
        finally:
            self.put_back(kept)


def _random_state(devices: Sequence[torch.device]) -> tuple:
    on_devices = [torch.get_device_module(d).get_rng_state(d) for d in devices]
    return torch.get_rng_state(), on_devices, random.getstate()


def _set_random_state(state: tuple, devices: Sequence[torch.device]) -> None:
    cpu, on_devices, python_state = state
    torch.set_rng_state(cpu)
    for device, each in zip(devices, on_devices, strict=True):
        torch.get_device_module(device).set_rng_state(each, device)
    random.setstate(python_state)
