"""One by one or many at once: how members of a batch are computed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

ENGINES = ("auto", "batched", "looped")
# What the layers' outputs of a block may fill, in bytes, and its most members.
ROOM = {"cpu": 16e6, "cuda": 4e9}
MOST = {"cpu": 256, "cuda": 8192}
TIMED = 3  # members that the loop is timed on, and calls of the batch

Run = Callable[[slice, bool], Any]


def block_size(numbers: int, itemsize: int, device: str) -> int:
    """How many members are computed at once, by the size of what they compute.

    It depends on nothing measured, so that results do not depend on the machine's
    load. The optimum is flat: twice or half as many cost a few per cent.

    Args:
        numbers: that the layers of one member give.
        itemsize: bytes of a number.
        device: `cpu` or `cuda`.
    """
    room = ROOM.get(device, ROOM["cuda"]) / (numbers * itemsize)
    return max(1, min(MOST.get(device, MOST["cuda"]), int(room)))


def blocks(count: int, size: int) -> Iterator[slice]:
    """Parts of nearly equal size, each at most so large."""
    parts = -(-count // size)
    for k in range(parts):
        yield slice(k * count // parts, (k + 1) * count // parts)


def compute(run: Run, count: int, size: int, batched: bool) -> list:
    """Results of all members, in order: a list of blocks or of single members.

    Args:
        run: computes members `[a:b]`, many at once or (a single one) plainly.
        count: of members.
        size: of a block.
        batched: many at once.
    """
    if not batched:
        size = 1
    return [run(part, part.stop - part.start > 1) for part in blocks(count, size)]


def measured(run: Run, count: int, size: int, device: torch.device) -> bool:
    """Whether many at once are faster than one by one, by a few calls of both ways.

    Args:
        run: as for `compute`.
        count: of members, at least 2.
        size: of a block.
        device: where they run.
    """
    block = next(blocks(count, size))
    if block.stop < 2:
        return False
    together = _seconds(lambda: run(block, True), device) / block.stop
    few = min(TIMED, count)
    alone = _seconds(lambda: compute(run, few, 1, False), device) / few
    return together <= alone


def _seconds(work: Callable[[], Any], device: torch.device) -> float:
    """The least of a few calls' seconds, after one more."""
    least = float("inf")
    for _ in range(1 + TIMED):
        begun = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        least = min(least, time.perf_counter() - begun)
    return least
