"""Cases on several processes or a cluster, with progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

LOCAL = "local"  # the address of a cluster that is started here


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
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    def labelled(case: tuple) -> tuple[tuple, Any]:
        return case, work(*case)

    with started(cluster, jobs) as address, _backend(address):
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
            raise ValueError(
                "a worker process was killed (out of memory?): try fewer --jobs."
            ) from error


@contextmanager
def started(cluster: str, jobs: int) -> Iterator[str]:
    """The address of the cluster; `local` is started here, with `jobs` workers."""
    if cluster != LOCAL:
        yield cluster
        return
    distributed = _distributed()
    with distributed.LocalCluster(
        n_workers=jobs,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
    ) as here:
        yield here.scheduler_address


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ValueError(
            "--cluster needs dask: `pip install sharpness-regimes[cluster]`"
        ) from error
    return distributed


@contextmanager
def _backend(cluster: str) -> Iterator[None]:
    """Work goes to the cluster; what goes wrong there is one line."""
    if not cluster:
        yield
        return
    import joblib

    distributed = _distributed()
    try:
        client = distributed.Client(cluster, timeout=10)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"--cluster `{cluster}`: no scheduler answers there."
        ) from error
    from distributed.comm import CommClosedError

    lost = (distributed.KilledWorker, distributed.CancelledError, CommClosedError)
    try:
        with client, joblib.parallel_config(backend="dask"):
            yield
    except ImportError as error:
        raise ValueError(f"a worker of `{cluster}` lacks a module: {error}") from error
    except lost as error:
        raise ValueError(
            f"--cluster `{cluster}` was lost, or its workers died again and again "
            f"({type(error).__name__})."
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
