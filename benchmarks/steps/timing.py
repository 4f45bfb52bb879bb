"""Several works timed in turns, so that what disturbs one disturbs all.

With one thread the clock is the processor's: what other processes take of the core does
not count. With more it is the wall's, and they do.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import numpy as np
import torch


def interleaved(
    works: dict[str, Callable[[], object]], blocks: int = 9, seconds: float = 0.02
) -> dict[str, np.ndarray]:
    """Seconds a call of every work, one number a block.

    In every block each work has its turn, in an order that rotates; a turn is as many
    calls as take about `seconds`, after a warm-up of three.

    Args:
        works: by name.
        blocks: at least 7.
        seconds: of a turn.

    Returns:
        By name, shape `(blocks,)`. Ratios are to be formed block by block.
    """
    calls = {}
    for name, work in works.items():
        _turn(work, 3)
        calls[name] = max(1, round(seconds / max(_turn(work, 2), 1e-9)))
    found = {name: np.empty(blocks) for name in works}
    order = list(works)
    for block in range(blocks):
        for name in order:
            found[name][block] = _turn(works[name], calls[name])
        order.append(order.pop(0))
    return found


def _turn(work: Callable[[], object], calls: int) -> float:
    """Seconds a call; the collector of garbage waits."""
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    gc.collect()
    gc.disable()
    try:
        begun = clock()
        for _ in range(calls):
            work()
        return (clock() - begun) / calls
    finally:
        gc.enable()


def said(ratios: np.ndarray) -> str:
    """A ratio: the median of the blocks, and their quartiles."""
    low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
    return f"{middle:.3f} ({low:.3f} to {high:.3f})"
