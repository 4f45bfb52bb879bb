"""Cases on several processes or a cluster, with progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from theory.cluster import joined, started


def in_parallel(
    work: Callable[..., Any],
    cases: list[tuple],
    what: str,
    jobs: int,
    cluster: str = "",
    size: Callable[[tuple], int] = lambda case: 1,
    unit: str = "case",
) -> Iterator[tuple[tuple, Any]]:
    """Yields `(case, work(*case))` as they finish, with progress.

    Args:
        work: a function that processes can import.
        cases: its arguments.
        what: is being done, for the progress.
        jobs: processes.
        cluster: address of a dask scheduler that runs the cases instead, which gives
            those of a worker that dies to another; `local`: one is started here.
        size: of a case, for the progress.
        unit: what is counted by that.

    Raises:
        ValueError: a worker was killed, or the cluster does not answer.
    """
    import joblib
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    def labelled(case: tuple) -> tuple[tuple, Any]:
        return case, work(*case)

    with started(cluster, jobs) as address, joined(address):
        pool = joblib.Parallel(
            n_jobs=min(jobs, max(1, len(cases))),
            return_as="generator_unordered",
            batch_size=1,
        )
        try:
            calls = [joblib.delayed(labelled)(case) for case in cases]
            total = sum(map(size, cases))
            yield from progress(
                pool(calls), total, what, lambda item: size(item[0]), unit
            )
        except TerminatedWorkerError as error:
            # Otherwise the interpreter tells at its end what the worker left open.
            get_reusable_executor().shutdown(wait=True, kill_workers=True)
            raise ValueError(
                "a worker process was killed (out of memory?): try fewer --jobs."
            ) from error


def progress(
    items: Iterable,
    total: int,
    what: str,
    size: Callable[[Any], int] = lambda item: 1,
    unit: str = "case",
) -> Iterator:
    """A bar with rate and remaining time on a terminal, else a line now and then."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        scale = total >= 10**4
        with tqdm(
            total=total, desc=what, unit=f" {unit}s", unit_scale=scale, leave=False
        ) as bar:
            for item in items:
                yield item
                bar.update(size(item))
        return
    begun = said = time.monotonic()
    done = 0
    for item in items:
        yield item
        done += size(item)
        now = time.monotonic()
        if now - said > 20:
            said = now
            rate = done / (now - begun)
            left = (total - done) / rate
            print(
                f"{what}: {done} of {total} {unit}s, {rate:.3g} a second, "
                f"{left:.0f} s left",
                file=sys.stderr,
            )
