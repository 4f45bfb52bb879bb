"""What a sweep will need of memory and disk, before it starts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from experiments.sweeping.chunks import Plan

# Measured: the interpreter with numpy, sympy and h5py; with torch as well, with its
# compiler or with real images.
PROCESS = {"numpy": 2.5e8, "stochastic": 2.5e8, "compiled": 7e8, "torch": 5e8}
CASE = 2e3  # bytes of a chunk that waits


def memory(plans: list[Plan], workers: int, chunks: float) -> float:
    """Bytes at the peak: of the processes here, and of the chunks that wait."""
    each = [PROCESS[plan.engine] + plan.job.kind.memory(plan) for plan in plans]
    return PROCESS["numpy"] + workers * max(each, default=0) + CASE * chunks


def refuse(need_memory: float, need_disk: float, folder: Path) -> None:
    """Refuses a sweep that this machine does not hold.

    Raises:
        ValueError: says how much there is.
    """
    free = shutil.disk_usage(folder).free
    if need_disk > free:
        raise ValueError(
            f"the sweep needs {_gib(need_disk)} of disk, `{folder}` has {_gib(free)} "
            "free: a coarser grid or another --out."
        )
    left = available()
    if need_memory > left:
        raise ValueError(
            f"the sweep needs {_gib(need_memory)} of memory, {_gib(left)} are free: "
            "fewer --jobs or a coarser grid."
        )


def available() -> float:
    """Bytes of memory that can be had; no limit where the system does not say."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        words = dict(line.split(":") for line in text.splitlines())
        free = 1024.0 * int(words["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):
        return float("inf")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")
        used = Path("/sys/fs/cgroup/memory.current").read_text(encoding="ascii")
        free = min(free, float(limit) - float(used))
    except (OSError, ValueError):  # no group, or no limit
        pass
    return free


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _gib(size: float) -> str:
    return f"{size / 2**30:.3g} GiB"
