"""Where the time of a step goes: torch's operations, and Python between them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from torch.profiler import ProfilerActivity, profile

KINDS = {"_foreach": "foreach operations", "_fused": "the base's fused update"}


def kind(name: str) -> str:
    """What sort of work an event of the profiler is."""
    if "Backward" in name or name.startswith("autograd::"):
        return "autograd"
    if name.startswith(("Optimizer.", "ProfilerStep")):
        return "Python"
    found = (said for word, said in KINDS.items() if word in name)
    return next(found, "single operations")


def explain(title: str, step: Callable[[], object], times: int = 20) -> None:
    """Prints the shares of a step's time, and its dearest operations.

    The profiler slows every operation, the small ones most, so that shares of
    operations are upper bounds and Python's is what is left.
    """
    step()
    begun = time.perf_counter()
    for _ in range(times):
        step()
    bare = (time.perf_counter() - begun) / times
    with profile(activities=[ProfilerActivity.CPU]) as record:
        begun = time.perf_counter()
        for _ in range(times):
            step()
        whole = (time.perf_counter() - begun) / times
    spent, shares, calls = Counter(), Counter(), Counter()
    for event in record.key_averages():
        seconds = event.self_cpu_time_total / 1e6 / times
        spent[event.key], calls[event.key] = seconds, event.count // times
        shares[kind(event.key)] += seconds
    shares["Python"] = whole - sum(v for k, v in shares.items() if k != "Python")
    parts = ", ".join(f"{k} {v / whole:.0%}" for k, v in shares.most_common())
    print(
        f"  profile of {title}: {bare * 1e6:.0f} us a step, "
        f"{whole * 1e6:.0f} under the profiler"
    )
    print(f"    {parts}")
    dearest = [key for key, _ in spent.most_common(7) if kind(key) != "Python"]
    for key in dearest[:6]:
        print(f"    {key:32}{calls[key]:6} calls{spent[key] * 1e6:9.1f} us")
