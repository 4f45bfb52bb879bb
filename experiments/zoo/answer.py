"""Does renormalisation help every variant? The sentences of `experiments.variants`."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.networks.answer import clearly, said
from experiments.networks.ranges import widest

FLATTER = (("SAM", "GD"), ("mSAM (m 4)", "SAM"))
FEWEST = 5  # seeds from which an interval by t may decide
ROUNDING = 1e-9  # of accuracies and of ratios


def answer(dataset: xarray.Dataset) -> str:
    """Sentences, every number out of the data."""
    pairs = scaled(dataset)
    if not pairs:
        return "No method stands here beside its renormalised form."
    names, attrs = ", ".join(dataset.task.values.astype(str)), dataset.attrs
    parts = (
        f"Does renormalisation help every variant? {_verdict(dataset, pairs)}",
        f"Of {len(pairs)} methods on {names}, each with Stable against itself without, "
        "both at their own best:",
        _tested(dataset, pairs),
        _largest(dataset, pairs),
        _curved(dataset, pairs),
        _flatter(dataset),
        f"Intervals: {attrs['statistic']}, {attrs['multiplicity']}; {attrs['spread']}; "
        f"{attrs['choice']}; {attrs['images']}.",
    )
    return " ".join(filter(None, parts))


def scaled(dataset: xarray.Dataset) -> dict[str, str]:
    """The methods with Stable, and each one's form without, by label."""
    forms = zip(
        dataset.algorithm.values.astype(str),
        dataset.plain_form.values.astype(str),
        strict=True,
    )
    return {label: form for label, form in forms if form}


def signs(dataset: xarray.Dataset, name: str, neutral: float) -> xarray.DataArray:
    """1 where an interval against the plain form lies above, -1 below, 0 undecided.

    Args:
        dataset: the result.
        name: `difference` or `curvature_ratio`.
        neutral: the value of no difference.

    Returns:
        `(task, algorithm)`, of the methods with Stable.
    """
    here = dataset.sel(versus="plain", algorithm=[*scaled(dataset)])
    return sign(here, name, neutral)


def sign(here: xarray.Dataset, name: str, neutral: float) -> xarray.DataArray:
    """`signs` of any intervals.

    A missing interval is undecided. So is one of fewer than `FEWEST` seeds, and one
    without width: that a few seeds agree (accuracies are multiples of one over the test
    samples) is no evidence that all would; their spread is not 0, it is unknown.

    Args:
        here: `{name}_low`, `{name}_high`, and the fresh seeds.
        name: `difference` or `curvature_ratio`.
        neutral: the value of no difference.
    """
    low, high = here[f"{name}_low"], here[f"{name}_high"]
    known = (high - low > ROUNDING) & (here.sizes["fresh_seed"] >= FEWEST)
    above, below = known & (low > neutral), known & (high < neutral)
    return above.astype(int) - below.astype(int)


def _verdict(dataset: xarray.Dataset, pairs: dict[str, str]) -> str:
    seeds = dataset.sizes["fresh_seed"]
    if seeds < FEWEST:
        return f"Undecided: {seeds} fresh seeds are fewer than {FEWEST}."
    found = signs(dataset, "difference", 0.0)
    always = int((found > 0).all("task").sum())
    if always == len(pairs):
        return "Yes, in test accuracy on every task."
    once, worse = (int(one.any("task").sum()) for one in (found > 0, found < 0))
    word = "No" if worse else "Not that it shows"
    return (
        f"{word}: of {len(pairs)} methods its test accuracy is better on every task "
        f"for {always}, on some task for {once}, worse on some task for {worse}."
    )


def _tested(dataset: xarray.Dataset, pairs: dict[str, str]) -> str:
    found = signs(dataset, "difference", 0.0)
    words = (_of_task(found.sel(task=name), pairs) for name in found.task.values)
    return f"test accuracy is {'; '.join(words)}."


def _of_task(found: xarray.DataArray, pairs: dict[str, str]) -> str:
    """`better for 2 (SAM, ASAM), worse for 0, undecided for 16 on digits`."""
    told = []
    for word, which in (("better", found > 0), ("worse", found < 0)):
        names = [pairs[str(label)] for label in found.algorithm.values[which.values]]
        told.append(f"{word} for {listed(names)}")
    undecided = int((found == 0).sum())
    return f"{', '.join(told)}, undecided for {undecided} on {found.task.item()}"


def listed(names: list[str]) -> str:
    """`2 (SAM, ASAM)`, `0`."""
    return f"{len(names)} ({', '.join(names)})" if names else "0"


def _largest(dataset: xarray.Dataset, pairs: dict[str, str]) -> str:
    spread = _spread(dataset)
    ends = [f"train_largest_ratio_{end}" for end in ("low", "high")]
    known = dataset.assign({name: dataset[name].where(spread) for name in ends})
    counts = [
        clearly(known, "train", label, plain, "plain") for label, plain in pairs.items()
    ]
    more, less, none = map(sum, zip(*counts, strict=True))
    ratio = dataset.train_largest_ratio.sel(versus="plain", algorithm=[*pairs])
    if ratio.isnull().all():
        return ""
    agree = ratio.notnull() & ~spread.sel(versus="plain", algorithm=[*pairs])
    return (
        f"The largest learning rate that trains is {span(ratio)} times the plain "
        f"form's over methods, radii and tasks, clearly larger at {more} and smaller "
        f"at {less} of {ratio.size}"
        f"{f', at {none} of these since a seed trains nowhere' if none else ''}; at "
        f"{int(agree.sum())} all seeds agree, so that no spread is known."
    )


def _spread(dataset: xarray.Dataset) -> xarray.DataArray:
    """Whether seeds differ in a factor: its interval is wider than by the grid alone.

    Of seeds that all agree the spread is not known: such an interval decides nothing.
    """
    low, high = (dataset[f"train_largest_ratio_{end}"] for end in ("low", "high"))
    return np.log(high / low) > 2 * widest(dataset.eta) + ROUNDING


def _curved(dataset: xarray.Dataset, pairs: dict[str, str]) -> str:
    found = signs(dataset, "curvature_ratio", 1.0)
    ratio = dataset.curvature_ratio.sel(versus="plain", algorithm=[*pairs])
    if ratio.isnull().all():
        return ""
    return (
        f"The top eigenvalue of the Hessian at the end is {span(ratio)} times the "
        f"plain form's, lower in {int((found < 0).sum())}, higher in "
        f"{int((found > 0).sum())} and undecided in {int((found == 0).sum())} of "
        f"{found.size} comparisons."
    )


def _flatter(dataset: xarray.Dataset) -> str:
    """Whether SAM ends flatter than SGD, and mSAM than SAM."""
    words = []
    for label, other in FLATTER:
        if {label, other} <= {*dataset.algorithm.values}:
            at = dataset.sel(algorithm=label, versus=other)
            told = ", ".join(
                f"{float(at.curvature_ratio[k]):.3g} "
                f"({float(at.curvature_ratio_low[k]):.3g} to "
                f"{float(at.curvature_ratio_high[k]):.3g})"
                for k in range(at.sizes["task"])
            )
            words.append(f"{label}'s is {told} times {said(other)}'s")
    return f"Task by task, {'; '.join(words)}." if words else ""


def span(ratio: xarray.DataArray) -> str:
    """`1.2 (0.5 to 3)`, the geometric mean, the least and the most."""
    mean = float(np.exp(np.log(ratio).mean()))
    return f"{mean:.3g} ({float(ratio.min()):.3g} to {float(ratio.max()):.3g})"
