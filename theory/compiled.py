"""The batch engine in torch: the one definition traced, unrolled and compiled."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

from theory.job import Job, Progress, step
from theory.tree import leaves, rebuild, structure

BLOCK = 65536  # runs a call
UNROLL = 4  # steps a call: the points are loaded and stored once for all of them
CHUNK = 64  # steps between two looks for finished blocks

# Compiled functions and the landscapes they were traced with (kept alive, since the
# key tells landscapes apart by identity).
_kernels: dict[Any, tuple[Callable, Any]] = {}


def advance(
    job: Job, progress: Progress, steps: int, device: str = "cpu"
) -> tuple[Progress, str]:
    """`steps` frozen steps of every run.

    The runs are cut into blocks of equal length (the last one padded), so that one
    kernel serves all. Inside a chunk nothing leaves the tensors.

    Returns:
        The progress, in NumPy again, and `compiled`, or `eager` without a compiler.
    """
    # Otherwise every kernel writes 150 MB of precompiled headers.
    os.environ.setdefault("TORCHINDUCTOR_CPP_CACHE_PRECOMPILE_HEADERS", "0")
    import torch

    given, moving = leaves(job), leaves(progress)
    size, block = len(moving[0]), min(BLOCK, len(moving[0]))
    out = [leaf.copy() for leaf in moving]
    for start in range(0, size, block):
        rows = slice(start, start + block)
        columns = [
            _padded(torch, leaf[rows], block).to(device) for leaf in (*given, *moving)
        ]
        given_block, state = columns[: len(given)], columns[len(given) :]
        state = _run(torch, job, progress, given_block, state, steps)
        for target, leaf in zip(out, state, strict=True):
            target[rows] = leaf.cpu().numpy()[: len(target[rows])]
    return rebuild(progress, out), engine_name()


def _padded(torch: Any, leaf: Any, length: int) -> Any:
    tensor = torch.from_numpy(leaf)
    if len(tensor) == length:
        return tensor
    return torch.cat(
        [tensor, tensor[-1:].expand(length - len(tensor), *leaf.shape[1:])]
    )


def _run(
    torch: Any, job: Job, progress: Progress, given: list, state: list, steps: int
) -> list:
    many = kernel(torch, job, progress, given, state, UNROLL)
    for done in range(0, steps - steps % UNROLL, UNROLL):
        state = many(*given, *state)
        if done % CHUNK == 0 and not inside(job, progress, given, state):
            return state
    if steps % UNROLL:
        one = kernel(torch, job, progress, given, state, 1)
        for _ in range(steps % UNROLL):
            state = one(*given, *state)
    return state


def inside(job: Job, progress: Progress, given: list, state: list) -> bool:
    """Whether any run of the block is still in its ball."""
    x = rebuild(progress, state).x
    return bool(rebuild(job, given).inside(x).any())


def kernel(
    torch: Any, job: Job, progress: Progress, given: list, state: list, unroll: int
) -> Callable:
    """`unroll` steps as one function of flat tensors, traced and compiled once."""
    key = (
        structure(job),
        structure(progress),
        unroll,
        tuple((t.dtype, tuple(t.shape), t.device) for t in (*given, *state)),
    )
    if key not in _kernels:
        from torch.fx.experimental.proxy_tensor import make_fx

        def steps(*tensors: Any) -> list:
            the_job = rebuild(job, tensors[: len(given)])
            now = rebuild(progress, tensors[len(given) :])
            for _ in range(unroll):
                now, _, _ = step(the_job, now)
            if structure(now) != structure(progress):
                raise ValueError(
                    f"the state of `{type(job.method).__name__}` does not return "
                    f"to its structure after {unroll} steps."
                )
            return leaves(now)

        graph = make_fx(steps)(*given, *state)
        if compiler_works():
            graph = torch.compile(graph, dynamic=False)
        _kernels[key] = (graph, job.landscape)
    return _kernels[key][0]


@cache
def compiler_works() -> bool:
    """Whether torch can compile here; says so once where it cannot."""
    import torch

    try:
        # Deprecations inside torch are no sign of a missing compiler.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            probe = torch.compile(lambda a: a * 2 + 1, dynamic=False)
            probe(torch.ones(8, dtype=torch.float64))
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        print(
            f"no working C++ compiler, running eagerly (slower): {reason}",
            file=sys.stderr,
        )
        return False
    return True


def engine_name() -> str:
    """`compiled` or `eager`."""
    return "compiled" if compiler_works() else "eager"
