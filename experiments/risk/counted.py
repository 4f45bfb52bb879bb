"""Cases, the pair that is shown, and how often one method is better than another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray

from experiments.risk.comparing import pair, same, sign

ORDER = (("SSAM", "SAM"), ("SSAM-N", "SAM"), ("SSAM", "USAM"))


def cases(dataset: xarray.Dataset) -> Iterator[xarray.Dataset]:
    """Every task, n and batch that was run."""
    for task in dataset.task.values:
        for n in dataset.n.values:
            for batch in dataset.batch.values:
                here = dataset.sel(task=task, n=n, batch=batch)
                if not np.isnan(here.eta_unit):
                    yield here


def headline(dataset: xarray.Dataset) -> tuple[str, str] | None:
    """The pair that the table shows."""
    known = dataset.get("pair", xarray.DataArray([])).values
    named = (one for one in ORDER if pair(*one) in known)
    first = next(named, None)
    return first or (tuple(known[0].split(pair("", ""))) if len(known) else None)


def counts(here: xarray.Dataset, kind: str = "gain") -> tuple[int, int, int, int]:
    """How often better, worse, exactly the same, and of how many."""
    signs = sign(here, kind)
    return tuple(
        int(v.sum()) for v in (signs > 0, signs < 0, same(here, kind), signs.notnull())
    )
