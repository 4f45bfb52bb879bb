r"""Ranges of learning rates measured on surfaces, in units of their own.

Learning rates, and radii that are rates, are multiples of 1/L, L the largest curvature
(`landscapes.starts`); radii that are lengths are multiples of a tenth of the box's
half-width. 16 starts: the landscape's own and 15 drawn in its box.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from landscapes import load
from landscapes.starts import largest_curvature, starts_of
from theory.decide import decide
from theory.interval import Interval, bracket
from theory.measured_limits import TARGETS, Limits, measured_limits
from theory.method import Method
from theory.methods import make
from theory.verdict import Verdict

SURFACES = (
    "cosine", "ring", "deep_linear_net", "double_well_saddle", "himmelblau",
    "six_hump_camel", "valley", "two_sheets", "log_cosh", "huber_ridge", "log_square",
)  # fmt: skip
STARTS, STEPS = 16, 2048
RATES = np.geomspace(0.03, 4.0, 12)
WIDTH = 0.02  # of the brackets; no finer than 9 / STEPS is decided


def radius(name: str, method: Method, multiple: float) -> float:
    """A radius in the method's unit."""
    landscape = load(name)
    if method.radius_unit == "rate":
        return multiple / largest_curvature(landscape)
    return multiple * min(high - low for low, high in landscape.box) / 20


@cache
def limits(name: str, spec: str, multiple: float) -> Limits:
    """Of one surface, method and radius."""
    landscape, method = load(name), make(spec)
    x = starts_of(landscape, STARTS, 0)
    eta = RATES / largest_curvature(landscape)
    rho = [radius(name, method, multiple)]
    return measured_limits(landscape, method, rho, x, eta, STEPS, rtol=WIDTH)


def largest(name: str, spec: str, multiple: float) -> tuple[float, float]:
    """Bracket of the rate, times L, where half of the starts cease to converge.

    To the point, without a gap from small rates on; 0 where they do at no rate.
    """
    found = limits(name, spec, multiple).converges
    point = 0, list(TARGETS).index("point"), 0
    return tuple(
        float(np.nan_to_num(end[point] * largest_curvature(load(name)), posinf=np.inf))
        for end in (found.low, found.high)
    )


def quotient(name: str, one: str, other: str, multiple: float) -> Interval:
    """One method's largest rate over another's, NaN if neither has one."""
    (low, high), (least, most) = (largest(name, m, multiple) for m in (one, other))
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.divide([low, high], [most, least])
    return bracket(*ends)


@cache
def held(name: str, spec: str, multiple: float) -> int:
    """Runs, of 16 starts at 12 learning rates, that stall at a saddle or maximum."""
    landscape, method = load(name), make(spec)
    x, rho = starts_of(landscape, STARTS, 0), radius(name, method, multiple)
    eta = RATES[:, None] / largest_curvature(landscape)
    verdict = decide(landscape, method, eta, rho, x, STEPS).verdict
    return int((verdict == Verdict.STALLED).sum())
