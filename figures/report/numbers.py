"""The number that answers each of the paper's sentences: kept, or of a theorem.

A function a sentence, of the sentence's id; none takes a number from anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from experiments.text import percent
from figures.networks.words import plain
from theory.interval import Interval
from theory.measured import saddles, upper
from theory.measured.reading import dataset
from theory.regimes import descent_limit

LEVEL = 0.05  # of the intervals told, each by itself
SCALES = ("usual", "small")
# Where the two ranges of SSAM and USAM are compared: rho beta.
CONVEX, BOTH_SIGNS = 1.0, 0.95
PAIRS = (("SSAM", "GD"), ("SSAM", "SAM"), ("SSAM-N", "SAM"))


def p1() -> str:
    """Who ends at a saddle in ordinary training."""
    usual, small = (
        [percent(unlearnt(s, label).value, 0) for label in ("SAM", "GD")]
        for s in SCALES
    )
    return (
        f"{usual[0]} of SAM's training runs end above descending curvature, no better "
        f"than a constant output; of SGD's {usual[1]} (from a small initialisation "
        f"{small[0]} and {small[1]}). SAM's radius is the largest of three."
    )


def unlearnt(scale: str, method: str) -> Interval:
    """The claim P1.networks's own measurement."""
    return saddles.unlearnt(scale, method)


def p2() -> str:
    """How far the two norms are apart in training."""
    low, high = np.quantile(norms("SSAM"), (0.05, 0.95))
    worst = max(abs(low - 1), abs(high - 1))
    low, high = np.quantile(norms("SAM"), (0.05, 0.95))
    return (
        f"‖d‖/‖g‖ over training runs of networks: within {worst:.0e} of 1 for SSAM, "
        f"{low:.2f} to {high:.2g} for SAM (5 % to 95 % of the runs; single precision)."
    )


def norms(method: str) -> np.ndarray:
    """‖d‖/‖g‖ in the last epoch of every run of a network that is finite, `(n,)`."""
    at = dataset("network_regimes").sel(algorithm=method)
    found = (at.d_norm / at.g_norm).values.ravel()
    return found[np.isfinite(found)]


def p3() -> str:
    """What renormalising adds to a step."""
    more, slower = costs()[1:3]
    return (
        f"{max(more.max(), 0):.2g} gradients more a step at most, over {len(more)} "
        f"methods; a step takes {np.median(slower):.2f} times as long in the median "
        f"({slower.min():.2f} to {slower.max():.2f})."
    )


def costs() -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Of each method that is composed: name, gradients more, time over the plain one's.

    And the plain one's time over SGD's; all `(n,)`.
    """
    at = dataset("variants").isel(network=0)
    names, plain = (at[k].values.astype(str) for k in ("algorithm", "plain_form"))
    pairs = [(p, s) for s, p in zip(names, plain, strict=True) if p]
    one, two = ([pair[k] for pair in pairs] for k in (0, 1))
    gradients = at.cost_gradients.sel
    time = at.cost_time.sel
    return (
        one,
        gradients(algorithm=two).values - gradients(algorithm=one).values,
        time(algorithm=two).values / time(algorithm=one).values,
        time(algorithm=one).values,
    )


def p4() -> str:
    """Up to which rate SAM and USAM train, over SGD's."""
    told = [
        f"{method}'s {x.value:.2f} ({x.low:.2f} to {x.high:.2f}), {plain(task)}"
        for method, task, x in edges()
    ]
    return (
        "The largest learning rate that trains a network, over SGD's, with 95 % "
        f"intervals: {'; '.join(told)}."
    )


def edges() -> list[tuple[str, str, Interval]]:
    """Method, network, and its largest learning rate that trains over SGD's."""
    found = []
    for method in ("SAM", "USAM"):
        for case in upper.tasks(method):
            at = dataset(upper.EXPERIMENT).sel(task=case["task"], algorithm=method)
            runs = int(at.edge.notnull().sum())
            if runs:
                one = upper.over(**case, runs=runs, seed=0, level=LEVEL)
                found.append((method, case["task"], one))
    return found


def p5() -> str:
    """By which factor SSAM's range is USAM's, where it is longer and where shorter."""
    gain = [
        float(descent_limit("ssam", mu, 1.0, s) / descent_limit("usam", mu, 1.0, s))
        for mu, s in ((0.0, CONVEX), (-1.0, BOTH_SIGNS))
    ]
    return (
        f"SSAM's range of learning rates is {gain[0]:.2f} times USAM's on convex "
        f"functions at ρβ = {CONVEX:g}, but {gain[1]:.2f} times on all β-smooth ones "
        f"at ρβ = {BOTH_SIGNS:g} (theorems T3, T15)."
    )


def p6() -> str:
    """What renormalising gains on test data."""
    told = []
    for method, other in PAIRS:
        gains = [100 * low for _, low, _, _ in gained(method, other)]
        words = f"{method} over {'SGD' if other == 'GD' else other}"
        told.append(f"{words} {min(gains):+.2f} to {max(gains):+.2f}")
    return (
        "Percentage points of test accuracy, each at its own best rate and radius, "
        f"over {len(gains)} tasks: {'; '.join(told)}."
    )


def gained(method: str, other: str) -> list[tuple[str, float, float, float]]:
    """Task, difference of test accuracies, and its interval (all tasks together)."""
    at = dataset("network_regimes").sel(algorithm=method, versus=other)
    ends = (at.difference, at.difference_low, at.difference_high)
    values = np.array([end.values for end in ends]).T
    return [
        (str(task), *map(float, row))
        for task, row in zip(at.task.values, values, strict=True)
    ]


NUMBERS: dict[str, Callable[[], str]] = {
    f.__name__.upper(): f for f in (p1, p2, p3, p4, p5, p6)
}
