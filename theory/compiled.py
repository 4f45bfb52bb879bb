"""The batch engine in torch: the one definition traced, unrolled and compiled."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from theory.job import Job, Progress, turn
from theory.tree import leaves, rebuild, structure

BLOCK = 16384  # runs a call, at most: what a step needs of them fits into the cache
WHOLE = 16  # runs come in multiples, or the last ones would be computed differently
UNROLL = 8  # steps a call: the points are loaded and stored once for all of them
CHUNK = 64  # steps between two looks for finished blocks

# Compiled functions and the landscapes they were traced with (kept alive, since the
# key tells landscapes apart by identity).
_kernels: dict[Any, tuple[Callable, Any]] = {}


def advance(
    job: Job, progress: Progress, steps: int, device: str = "cpu"
) -> tuple[Progress, str]:
    """`steps` frozen steps of every run, a multiple of `job.every`.

    One kernel serves blocks of any length. It overwrites the tensors it is given, so
    that inside a chunk nothing is allocated and nothing leaves them.

    Returns:
        The progress, in NumPy again, and `compiled`, or `eager` without a compiler.
    """
    # Otherwise every kernel writes 150 MB of precompiled headers.
    os.environ.setdefault("TORCHINDUCTOR_CPP_CACHE_PRECOMPILE_HEADERS", "0")
    import torch

    given = leaves(job)
    out = [np.array(leaf) for leaf in leaves(progress)]
    for start in range(0, len(out[0]), BLOCK):
        rows = slice(start, start + BLOCK)
        block = [_whole(torch, leaf[rows]).to(device) for leaf in given]
        state = [_whole(torch, leaf[rows]).to(device) for leaf in out]
        _run(torch, job, progress, block, state, steps)
        for target, leaf in zip(out, state, strict=True):
            target[rows] = leaf.cpu().numpy()[: len(target[rows])]
    return rebuild(progress, out), engine_name()


def _whole(torch: Any, leaf: Any) -> Any:
    """The leaf as a tensor, its last run repeated to a multiple of `WHOLE`."""
    tensor, missing = torch.from_numpy(leaf), -len(leaf) % WHOLE
    if not missing:
        return tensor
    return torch.cat([tensor, tensor[-1:].expand(missing, *leaf.shape[1:])])


def _run(
    torch: Any, job: Job, progress: Progress, given: list, state: list, steps: int
) -> None:
    unroll = max(UNROLL, job.every)
    many = kernel(torch, job, progress, given, state, unroll // job.every)
    for done in range(0, steps - steps % unroll, unroll):
        before = rebuild(progress, state).steps.clone() if done % CHUNK == 0 else None
        many(*given, *state)
        if before is not None and bool(
            (rebuild(progress, state).steps == before).all()
        ):
            return
    if steps % unroll:
        one = kernel(torch, job, progress, given, state, 1)
        for _ in range(steps % unroll // job.every):
            one(*given, *state)


def kernel(
    torch: Any, job: Job, progress: Progress, given: list, state: list, turns: int
) -> Callable:
    """`turns` turns as one function of flat tensors, traced and compiled once.

    The last of them, the state, it overwrites.
    """
    key = (
        structure(job),
        structure(progress),
        turns,
        tuple((t.dtype, tuple(t.shape[1:]), t.device) for t in (*given, *state)),
    )
    if key not in _kernels:

        def function(*tensors: Any) -> list:
            the_job = rebuild(job, tensors[: len(given)])
            now = rebuild(progress, tensors[len(given) :])
            for _ in range(turns):
                now = turn(the_job, now)
            if structure(now) != structure(progress):
                raise ValueError(
                    f"the state of `{type(job.method).__name__}` does not return "
                    f"to its structure after {turns * job.every} steps."
                )
            for old, new in zip(tensors[len(given) :], leaves(now), strict=True):
                if new is not old:
                    old.copy_(new)
            return []

        like = _like([*given, *state])
        _kernels[key] = (_compile(torch, function, like), job.landscape)
    return _kernels[key][0]


def _like(tensors: list) -> list:
    """Tensors of the length of a block, by which the compiler plans its threads.

    No other axis has that length: equal ones would be taken for the same.
    """
    length, taken = BLOCK, {n for t in tensors for n in t.shape[1:]}
    while length in taken:
        length += WHOLE
    return [t[:1].expand(length, *t.shape[1:]).clone() for t in tensors]


def _compile(torch: Any, function: Callable, like: list) -> Callable:
    from torch.fx.experimental.proxy_tensor import make_fx

    if not compiler_works():
        return function
    graph = make_fx(
        function,
        tracing_mode="symbolic",
        _allow_non_fake_inputs=True,  # a user's function may hold tensors
    )(*like)
    from torch._inductor import config, standalone_compile

    # Else a value used twice is derived twice, from the first step on: 2^steps terms
    # to look through (they are no work in the kernel). Called directly, for
    # torch.compile would check again at every call what cannot change.
    with config.patch(realize_opcount_threshold=5):
        return standalone_compile(graph, like, dynamic_shapes="from_graph")


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
