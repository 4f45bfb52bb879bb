"""A dask cluster behind joblib: joined, or started here; what goes wrong is one line.

`distributed` is imported where a cluster is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LOCAL = "local"  # the address of a cluster that is started here


@contextmanager
def started(cluster: str, jobs: int) -> Iterator[str]:
    """The address of the cluster; `local` is started here, with `jobs` workers."""
    if cluster != LOCAL:
        yield cluster
        return
    with _distributed().LocalCluster(
        n_workers=jobs,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
    ) as here:
        yield here.scheduler_address


@contextmanager
def joined(cluster: str) -> Iterator[None]:
    """Work goes to the cluster, if there is one.

    Raises:
        ValueError: no scheduler answers, or it or all workers were lost.
    """
    if not cluster:
        yield
        return
    import joblib

    distributed = _distributed()
    # What its own log would tell with tracebacks is said below.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(cluster, timeout=10)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"--cluster `{cluster}`: no scheduler answers there."
        ) from error
    from distributed.comm import CommClosedError

    lost = (
        distributed.KilledWorker,
        distributed.CancelledError,
        CommClosedError,
        TimeoutError,
    )
    try:
        with client, joblib.parallel_config(backend=_backend(client)):
            yield
    except ImportError as error:
        raise ValueError(f"a worker of `{cluster}` lacks a module: {error}") from error
    except lost as error:
        raise ValueError(
            f"--cluster `{cluster}` was lost, or its workers died again and again "
            f"({type(error).__name__})."
        ) from error


def _backend(client: Any) -> Any:
    """Joblib's, but for two things.

    A case that nobody can carry out is an error, not a silence; and one worker is a
    cluster: joblib would leave it alone and work here.
    """
    from joblib._dask import DaskDistributedBackend

    class Backend(DaskDistributedBackend):
        def effective_n_jobs(self, n_jobs: int) -> int:
            return max(2, super().effective_n_jobs(n_jobs))

        def submit(self, func: Callable, callback: Callable | None = None) -> Any:
            def tell(done: Any) -> None:
                # Joblib waits for the callback, which it gives to results alone.
                if callback and done.exception() is not None:
                    callback(done.exception())

            future = super().submit(func, callback)
            future.add_done_callback(tell)
            return future

    return Backend(client=client)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ValueError(
            "--cluster needs dask: `pip install sharpness-regimes[cluster]`"
        ) from error
    return distributed
