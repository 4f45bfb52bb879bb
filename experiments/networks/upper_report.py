"""The table of `experiments.network_edges`, and its answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray

from experiments.networks.answer import ONE, said
from experiments.text import align
from theory.measured.upper import factor

LEVEL = 0.05  # of the intervals that are printed, each by itself
FEWEST = 30  # seeds from which there is an interval
HEAD = ("task", "method", "seeds", "rho", "largest eta", "spread", "over SGD's", "cut")
NOTES = """\
largest eta: that trains, geometric mean over the seeds; spread: their standard
  deviation, as a factor; over SGD's: with a 95 % interval, by itself (those of the
  ledger, P4, are wider); cut: seeds that train still at the window's last rate."""


def table(dataset: xarray.Dataset) -> str:
    """One row a task and method."""
    return f"{align([HEAD, *map(_row, _rows(dataset))])}\n\n{NOTES}"


def answer(dataset: xarray.Dataset) -> str:
    """A sentence, every number out of the data."""
    told = [
        f"{at.algorithm.item()}'s is {_over(at)} times SGD's on {at.task.item()}"
        for at in _rows(dataset)
        if at.algorithm.item() != ONE
    ]
    return f"The largest learning rate that trains: {'; '.join(told)} (P4)."


def _rows(dataset: xarray.Dataset) -> Iterator[xarray.Dataset]:
    """Of every task and method, beside it SGD's edge as `one`."""
    for task in dataset.task.values:
        here = dataset.sel(task=task)
        here = here.assign(one=here.edge.sel(algorithm=ONE, drop=True))
        for label in dataset.algorithm.values:
            at = here.sel(algorithm=label)
            if at.edge.notnull().any():
                yield at.isel(seed=np.flatnonzero(at.edge.notnull()))


def _row(at: xarray.Dataset) -> tuple[str, ...]:
    logs, label = np.log(at.edge), str(at.algorithm.item())
    return (
        str(at.task.item()),
        said(label),
        str(at.sizes["seed"]),
        f"{float(at.rho):.3g}" if float(at.rho) else "-",
        f"{float(np.exp(logs.mean())):.3g}",
        f"{float(np.exp(logs.std(ddof=1))):.3g}",
        "-" if label == ONE else _over(at),
        str(int(at.cut.sum())),
    )


def _over(at: xarray.Dataset) -> str:
    """`0.76 (0.7 to 0.82)`; without an interval where seeds are few."""
    runs = at.sizes["seed"]
    if runs < FEWEST or at.cut.any():
        return f"{float(np.exp(np.log(at.edge / at.one).mean())):.3g}"
    found = factor(at.edge.values / at.one.values, LEVEL)
    return f"{found.value:.3g} ({found.low:.3g} to {found.high:.3g})"
