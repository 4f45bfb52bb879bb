"""Cases on several processes or a cluster, with progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any


def in_parallel(
    work: Callable[..., Any],
    cases: list[tuple],
    what: str,
    jobs: int,
    cluster: str = "",
) -> Iterator[tuple[tuple, Any]]:
    """Yields `(case, work(*case))` as they finish, with progress.

    Args:
        work: a function that processes can import.
        cases: its arguments.
        what: is being done, for the progress.
        jobs: processes.
        cluster: address of a dask scheduler that runs the cases instead.

    Raises:
        ValueError: a worker was killed, or the cluster does not answer.
    """
    import joblib
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    def labelled(case: tuple) -> tuple[tuple, Any]:
        return case, work(*case)

    with _backend(cluster):
        pool = joblib.Parallel(
            n_jobs=min(jobs, max(1, len(cases))),
            return_as="generator_unordered",
            batch_size=1,
        )
        try:
            calls = [joblib.delayed(labelled)(case) for case in cases]
            yield from progress(pool(calls), len(cases), what)
        except TerminatedWorkerError as error:
            raise ValueError(
                "a worker process was killed (out of memory?): try fewer --jobs."
            ) from error


@contextmanager
def _backend(cluster: str) -> Iterator[None]:
    if not cluster:
        yield
        return
    import joblib

    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError(
            "--cluster needs dask: `pip install sharpness-regimes[cluster]`"
        ) from error
    try:
        client = Client(cluster, timeout=10)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"--cluster `{cluster}`: no scheduler answers there."
        ) from error
    with client, joblib.parallel_config(backend="dask"):
        yield


def progress(items: Iterable, total: int, what: str) -> Iterator:
    """A bar with rate and remaining time on a terminal, else a line now and then."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        yield from tqdm(items, total=total, desc=what, unit="case", leave=False)
        return
    begun = said = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - said > 20:
            said = now
            left = (now - begun) / done * (total - done)
            print(f"{what}: {done} of {total}, {left:.0f} s left", file=sys.stderr)
