"""What this machine could do at best: divisions, roots, other operations, bytes.

A kernel of `theory.compiled` takes, for every run, its leaves from memory once in
`EVERY` steps, and does what the step's formula says. Each kind of work is measured by a
compiled chain of nothing else, on blocks of the same size, on one core; no kernel is
faster than its dearest kind. Divisions and square roots share one unit, so
their times add up; everything else may run beside them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch._functorch.compile_utils import fx_graph_cse
from torch.fx.experimental.proxy_tensor import make_fx

from landscapes.landscape import Landscape
from theory import compiled, job
from theory.base import gradient_descent
from theory.decide import EVERY
from theory.method import Method
from theory.tree import leaves, rebuild

LENGTH = 32  # operations in a chain
DIVIDER = {"div": "div", "reciprocal": "div", "sqrt": "sqrt", "pow": "sqrt"}
FREE = ("empty", "copy_", "scalar_tensor", "full", "detach", "lift_fresh_copy")


@dataclass(frozen=True)
class Machine:
    """Seconds of one core that an element takes of each kind of work.

    Args:
        div: a division.
        sqrt: a square root.
        other: a multiplication, an addition.
        byte: a byte to or from the cache.
    """

    div: float
    sqrt: float
    other: float
    byte: float


def core_seconds(function: Callable, *arguments: Any) -> float:
    """The best time of a call on one core: the process's own, whatever else runs."""
    threads, best = torch.get_num_threads(), np.inf
    torch.set_num_threads(1)
    function(*arguments)
    for _ in range(30):
        begun = time.process_time()
        for _ in range(20):
            function(*arguments)
        best = min(best, (time.process_time() - begun) / 20)
    torch.set_num_threads(threads)
    return best


def _chain(function: Callable, *tensors: torch.Tensor) -> float:
    torch.set_num_threads(1)
    return core_seconds(torch.compile(function, dynamic=False), *tensors)


def measure() -> Machine:
    """Chains of each operation, on blocks as the engine's."""
    n = compiled.BLOCK
    a, x = 1 + torch.rand(2, n, dtype=torch.float64)

    def div(a, x):
        for _ in range(LENGTH):
            x = a / x
        return x

    def sqrt(a, x):
        for _ in range(LENGTH):
            x = x.sqrt()
        return x

    def other(a, x):
        chains = [x + k for k in range(8)]  # side by side, or each waits for itself
        for _ in range(LENGTH):
            chains = [y * a for y in chains]
        return sum(chains)

    def move(*xs):  # as a kernel does: eight in, three of them overwritten
        whole = sum(xs)
        for x in xs[:3]:
            x.copy_(x + whole)

    block = list(torch.rand(8, n, dtype=torch.float64))
    return Machine(
        _chain(div, a, x) / (n * LENGTH),
        _chain(sqrt, a, x) / (n * LENGTH),
        _chain(other, a, x) / (n * (8 * LENGTH + 16)),
        _chain(move, *block) / (8 * (8 + 3) * n),
    )


def operations(landscape: Landscape, method: Method) -> tuple[Counter, float]:
    """What a step of the engine does to a run, by kind; bytes it moves."""
    start = np.ones((compiled.WHOLE, landscape.dim))
    _, made, progress = job.flatten(
        landscape, method, gradient_descent, 0.1, start, 0.0, 1e6, "float64"
    )
    made = replace(made, every=EVERY)
    given, moving = leaves(made), leaves(progress)

    def turn(*tensors):
        the_job = rebuild(made, tensors[: len(given)])
        return leaves(job.turn(the_job, rebuild(progress, tensors[len(given) :])))

    graph = make_fx(turn)(*map(torch.from_numpy, (*given, *moving))).graph
    graph = fx_graph_cse(graph)
    graph.eliminate_dead_code()
    names = (node.target.__name__.split(".")[0] for node in graph.nodes if _work(node))
    counts = Counter(DIVIDER.get(name, "other") for name in names if name not in FREE)
    bytes_ = 8 * (len(given) + 2 * len(moving)) / EVERY
    return Counter({k: v / EVERY for k, v in counts.items()}), bytes_


def _work(node) -> bool:
    return node.op == "call_function"


def bounds(machine: Machine, counts: Counter, bytes_: float) -> dict[str, float]:
    """Point-steps a second of one core that each kind of work allows."""
    divider = counts["div"] * machine.div + counts["sqrt"] * machine.sqrt
    return {
        "divider": 1 / divider if divider else np.inf,
        "arithmetic": 1 / (counts["other"] * machine.other),
        "memory": 1 / (bytes_ * machine.byte),
    }
