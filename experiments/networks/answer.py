"""The sentences of `experiments.network_regimes`: P6, P4, P5."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.ranges import comparable, widest

ONE = "GD"  # on mini-batches: SGD
SCALED, PLAIN = ("SSAM", "SSAM-N"), ("SAM", "USAM")
# Of equally good rates, the share that a range covers, with five seeds: mean and
# standard deviation, for 8 to 24 rates.
NOISE = (0.57, 0.31)
TOUCHES = 0.01  # steps of the grid: so near to 1 a bound is 1, but for rounding


def answer(dataset: xarray.Dataset) -> str:
    """Sentences, every number out of the data."""
    parts = _tuned(dataset), _largest(dataset), _tests(dataset)
    return " ".join(filter(None, parts))


def said(label: str) -> str:
    """A method's name where it is given mini-batches."""
    return "SGD" if label == ONE else label


def _tuned(dataset: xarray.Dataset) -> str:
    """P6: each method at its own best, against SGD and against SAM."""
    over = [_over(dataset, ONE), _over(dataset, "SAM")]
    if not any(over):
        return ""
    names, attrs = ", ".join(dataset.task.values.astype(str)), dataset.attrs
    lost, runs = int(dataset.tuned_overflown.sum()), dataset.tuned_test.size
    return (
        f"Tuned against tuned, percentage points of test accuracy on {names}. "
        f"{' '.join(filter(None, over))} Intervals: {attrs['statistic']}, "
        f"{attrs['multiplicity']}, {attrs['spread']}; {attrs['images']}; "
        f"{attrs['budget']}; {lost} of {runs} fresh runs overflew (accuracy 0)."
    )


def _over(dataset: xarray.Dataset, other: str) -> str:
    """P6 against one other method, beside what the methods that it scales do."""
    here = dataset.sel(versus=other)
    scaled = [n for n in SCALED if _known(here, n)]
    if not scaled:
        return ""
    words = (f"{verdict(here.sel(algorithm=n))} for {n}" for n in scaled)
    beside = "; ".join(_gain(here, n) for n in PLAIN if _known(here, n))
    return (
        f"Over {said(other)}: {'; '.join(_gain(here, n) for n in scaled)}: P6 is "
        f"{', '.join(words)}{f' (beside them {beside})' if beside else ''}."
    )


def _known(here: xarray.Dataset, label: str) -> bool:
    labels = here.algorithm.values
    return label in labels and bool(
        here.difference.sel(algorithm=label).notnull().any()
    )


def _gain(here: xarray.Dataset, label: str) -> str:
    """`SAM +0.33, -0.06 (better on 0, worse on 0 of 2 tasks)`."""
    at = here.sel(algorithm=label)
    gains = ", ".join(f"{100 * float(gain):+.2f}" for gain in at.difference)
    more, less = int((at.difference_low > 0).sum()), int((at.difference_high < 0).sum())
    return f"{label} {gains} (better on {more}, worse on {less} of {at.sizes['task']})"


def verdict(at: xarray.Dataset) -> str:
    """Of one method's intervals on all tasks; a missing one supports nothing."""
    more = at.difference_low > 0
    if more.all():
        return "supported"
    return "supported on some tasks" if more.any() else "not supported"


def _largest(dataset: xarray.Dataset) -> str:
    """P4 and P5: the largest learning rates that train."""
    words = [_clause(dataset, *pair) for pair in comparable(dataset)]
    if not words:
        return ""
    return (
        "The largest learning rate that trains, task by task and radius by radius, "
        f"each interval by itself: {'; '.join(words)} (P4, P5)."
    )


def _clause(dataset: xarray.Dataset, label: str, other: str) -> str:
    """How one method's is another's, at all radii of all tasks."""
    ratio = dataset.train_largest_ratio.sel(algorithm=label, versus=other)
    more, less, none = clearly(dataset, "train", label, other)
    burst = clearly(dataset, "end", label, other)
    return (
        f"{label}'s is {_span(ratio)} {said(other)}'s, clearly larger at {more} and "
        f"smaller at {less} of {ratio.size}"
        f"{f', at {none} of these since a seed trains nowhere' if none else ''} "
        f"({burst[0]} and {burst[1]} where bursts on the way do not count)"
    )


def clearly(
    dataset: xarray.Dataset, kind: str, label: str, other: str, column: str = ""
) -> tuple[int, int, int]:
    """At how many radii a method's largest rate is above and below another's.

    A seed that trains at no rate has no largest one: that is below every rate.

    Args:
        dataset: the result.
        kind: `train`, or `end`, where a loss may burst on the way.
        label: the method.
        other: with which it is compared.
        column: where that stands along `versus`; empty: by its own name.

    Returns:
        How many intervals are above 1, how many below, or not there since the method
        has a seed without a rate and the other has none, and how many of these.
    """
    at = dataset.sel(algorithm=label, versus=column or other)
    near = TOUCHES * widest(at.eta)
    own, others = (dataset[f"{kind}_none"].sel(algorithm=n) > 0 for n in (label, other))
    more = (np.log(at[f"{kind}_largest_ratio_low"]) > near) | (others & ~own)
    less, none = np.log(at[f"{kind}_largest_ratio_high"]) < -near, own & ~others
    return int(more.sum()), int((less | none).sum()), int(none.sum())


def _tests(dataset: xarray.Dataset) -> str:
    """How wide the ranges of test accuracy are, over SGD's."""
    words = [_wider(dataset, label) for label, o in comparable(dataset) if o == ONE]
    if not words:
        return ""
    low, high, eta = dataset.range_test_low, dataset.range_test_high, dataset.eta
    cut = (low == eta.isel(eta_level=0)) | (high == eta.isel(eta_level=-1))
    cut = cut.sel(algorithm=ONE).isel(rho_level=0)
    return (
        "The range of rates that test within a standard error of the best at their "
        "radius, highest over lowest, median (least to most) over tasks and radii: "
        f"{'; '.join(words)}, each to two steps of the grid and without an interval "
        "over seeds: the noise of five seeds alone leaves, of equally good rates, "
        f"a share of {NOISE[0]:g} ± {NOISE[1]:g} (the grid ends before SGD's on "
        f"{int(cut.sum())} of {cut.size} tasks)."
    )


def _wider(dataset: xarray.Dataset, label: str) -> str:
    ratio = dataset.test_width_ratio.sel(algorithm=label, versus=ONE)
    own, others = (dataset.range_test_low.sel(algorithm=n) for n in (label, ONE))
    none = int((own.isnull() & others.notnull()).sum())
    if ratio.isnull().all():
        return f"{label} has none beside SGD's"
    low, middle, high = (float(end) for end in ratio.quantile([0, 0.5, 1]))
    return (
        f"{label}'s is {middle:.3g} ({low:.3g} to {high:.3g}) times SGD's"
        f"{f', none at {none} of {ratio.size}' if none else ''}"
    )


def _span(ratio: xarray.DataArray) -> str:
    """`0.5 to 2 times`."""
    if ratio.isnull().all():
        return "at no radius a multiple of"
    return f"{float(ratio.min()):.3g} to {float(ratio.max()):.3g} times"
