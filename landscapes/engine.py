"""One by one or many at once: how the members of a batch are computed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

ENGINES = ("auto", "batched", "traced", "looped")
# What the layers' outputs of a block may fill, in bytes, and its most members.
ROOM = {"cpu": 16e6, "cuda": 4e9}
MOST = {"cpu": 256, "cuda": 8192}
CALLS = 3  # of either way, when they are timed, and members of the loop

# The C library gives memory back to the system, page by page, above a limit that it
# raises to the largest block ever freed: after this one, which is never written to, it
# keeps what a block of members needs (up to 64 MB). Steps are up to 1.7 times as fast.
torch.empty(32_000_000, dtype=torch.uint8)

# Computes members a:b, many at once or a single one plainly; results `(b - a, ...)`.
Run = Callable[[slice, bool], Any]


def block_size(numbers: int, itemsize: int, device: str) -> int:
    """How many members are computed at once, by the size of what they compute.

    It rests on nothing measured, so that results do not depend on the machine's load.
    The optimum is flat: half as many cost some per cent.

    Args:
        numbers: that the layers of one member give.
        itemsize: bytes of a number.
        device: `cpu` or `cuda`.
    """
    kind = device if device in ROOM else "cuda"
    return max(1, min(MOST[kind], int(ROOM[kind] / (numbers * itemsize))))


def blocks(count: int, size: int) -> Iterator[slice]:
    """Parts of nearly equal size, each at most so large."""
    parts = -(-count // size)
    for k in range(parts):
        yield slice(k * count // parts, (k + 1) * count // parts)


def compute(run: Run, count: int, size: int) -> Any:
    """Results of all members, in order, by blocks; a block of one is computed plainly.

    Args:
        run: gives a tensor or a tuple of tensors.
        count: of members.
        size: of a block; 1 is the loop.
    """
    found = [run(part, part.stop - part.start > 1) for part in blocks(count, size)]
    if isinstance(found[0], tuple):
        return tuple(map(torch.cat, zip(*found, strict=True)))
    return torch.cat(found) if len(found) > 1 else found[0]


def faster(run: Run, count: int, size: int, device: torch.device) -> int:
    """Measures both ways by a few calls: the size of a block, or 1.

    Args:
        run: as for `compute`.
        count: of members, at least 2.
        size: of a block.
        device: where they run.
    """
    block = next(blocks(count, size)).stop
    if block == 1:
        return 1
    together = _seconds(lambda: run(slice(0, block), True), device) / block
    few = min(CALLS, count)
    alone = _seconds(lambda: compute(run, few, 1), device) / few
    return size if together <= alone else 1


def _seconds(work: Callable[[], Any], device: torch.device) -> float:
    """The least of a few calls' seconds, after one more."""
    seconds = []
    for _ in range(1 + CALLS):
        begun = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - begun)
    return min(seconds[1:])
