"""The table of `experiments.variants_again`, and its answer."""

from __future__ import annotations

import xarray

from experiments.networks.paired import interval
from experiments.text import align

PAIRS = (
    ("F-SAM", "SAM"),
    ("Stable F-SAM", "SSAM-N"),
    ("AdaSAM", "SAM"),
    ("AdaSAM", "AdaSAM (rho 0)"),
)
HEAD = ("task", "method", "eta", "rho", "seeds", "test %", "spread", "overflew")
NOTES = """\
eta, rho: of the largest mean test accuracy over three other seeds; test: mean over
  fresh seeds, spread: their standard deviation, both in percentage points."""


def table(dataset: xarray.Dataset) -> str:
    """One row a task and method."""
    rows = [
        _row(dataset.sel(task=task, algorithm=label))
        for task in dataset.task.values
        for label in dataset.algorithm.values
    ]
    return f"{align([HEAD, *rows])}\n\n{NOTES}"


def _row(at: xarray.Dataset) -> tuple[str, ...]:
    test = 100 * at.test_accuracy.dropna("seed")
    return (
        str(at.task.item()),
        str(at.algorithm.item()),
        f"{float(at.chosen_eta):.3g}",
        f"{float(at.chosen_rho):.3g}" if float(at.chosen_rho) else "-",
        str(test.sizes["seed"]),
        f"{float(test.mean()):.2f}",
        f"{float(test.std(ddof=1)):.2f}",
        str(int(at.overflown)),
    )


def answer(dataset: xarray.Dataset) -> str:
    """A sentence a pair, every number out of the data."""
    family = len(PAIRS) * dataset.sizes["task"]
    told = [f"{_pair(dataset, *pair, family)}." for pair in PAIRS]
    return (
        f"Percentage points of test accuracy on {', '.join(dataset.task.values)}, by t "
        f"over the seeds, all {family} intervals together at 95 %: {' '.join(told)} "
        "(L33, L35)."
    )


def _pair(dataset: xarray.Dataset, method: str, other: str, family: int) -> str:
    test, told = 100 * dataset.test_accuracy, []
    apart = test.sel(algorithm=method) - test.sel(algorithm=other)
    for task in dataset.task.values:
        seeds = apart.sel(task=task).dropna("seed").values
        mean, low, high = interval(seeds, family)
        told.append(f"{mean:+.2f} ({low:.2f} to {high:.2f})")
    return f"{method} over {other} {', '.join(told)}"
