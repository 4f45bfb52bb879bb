"""Up to which learning rate every method converges on convex functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import xarray

from experiments.zoo.lineup import (
    dear,
    fewer,
    innermost,
    line_up,
    plain_forms,
    rate_unit,
    unserved,
)
from experiments.zoo.seen import Sections, Seen
from landscapes import load
from landscapes.finite_sum import FiniteSum
from landscapes.landscape import Landscape
from landscapes.quadratic import quadratic
from landscapes.starts import starts_of
from theory import simulate
from theory.decide import decide
from theory.measured_limits import TARGETS, bracketed
from theory.method import Method
from theory.methods.sam_polyak import SAMPolyak
from theory.verdict import Verdict

SCAN = np.array([0.12, 0.35, 1.0, 2.8, 6.8])  # learning rates, over 1/beta
RADII = (0.1, 0.3, 1.0)  # lengths, or over 1/beta where they are rates
STARTS, WIDTH = 3, 0.02
LOGISTIC, ROWS, RIDGE = "logistic_regression", 64, 0.1  # of the breast cancer data
MIDDLE = 1.0  # the learning rate, over 1/beta, at which all is looked at once


@dataclass(frozen=True, eq=False)
class Convex:
    """A convex function, as the methods see it.

    Args:
        landscape: the function.
        samples: whether they are shown its samples, all in every step.
        steps: the most a run takes.
    """

    landscape: Landscape
    samples: bool = False
    steps: int = 1024

    @property
    def beta(self) -> float:
        """The largest curvature at the minimiser."""
        f = self.landscape
        return float(f.minima[0].eigenvalues.max())

    def method(self, method: Method) -> Method:
        """The method as it runs here."""
        f = self.landscape
        least = float(f.value(f.minima[0].point))
        method = _told(method, least)
        return Seen(method, f, f.n) if self.samples else method


def _told(method: Method, least: float) -> Method:
    """With the least value, where a method asks for it."""
    return method.having(f_star=least) if _is_polyak(method) else method


def _is_polyak(method: Method) -> bool:
    return isinstance(innermost(method), SAMPolyak)


@cache
def functions(quick: bool) -> dict[str, Convex]:
    """All functions, by name."""
    kappas = {10: 128} if quick else {1: 512, 10: 1024, 100: 4096}
    found = {
        f"quadratic {k}": Convex(quadratic((1.0, 1 / k)), steps=steps)
        for k, steps in kappas.items()
    }
    names = ("huber_ridge",) if quick else (LOGISTIC, "huber_ridge")
    for name in names:
        found[name.replace("_", " ")] = Convex(
            Sections.of(_sum(name)), samples=True, steps=128 if quick else 1024
        )
    return found


def _sum(name: str) -> FiniteSum:
    return load(name, rows=ROWS, ridge=RIDGE) if name == LOGISTIC else load(name)


def convex(specs: Iterable[str], quick: bool) -> xarray.Dataset:
    r"""Scans learning rates from below, and cuts the bracket where all cease to.

    Two targets: `point`, the gradient vanishes at the minimiser, and `band`, within
    T5's cycle about it at most.

    Args:
        specs: names of methods.
        quick: fewer functions, rates and steps, one radius.

    Returns:
        `range_low`, `range_high`, `(target, algorithm, function, convex_rho_level)`, in
        units of 1/beta (AdaSAM: .1, SAM-Polyak: 1): at the one all starts were seen to
        converge, at the other not; NaN where they were seen to at no rate, inf where
        at all of them;
        `range_failure`, what most did at the other (at 1/beta where `range_low` is
        NaN); `range_over_plain`: of a method under Stable, its over the plain one's;
        `range_over_gd`: over GD's 2/beta. `range_diverges`: the least
        rate at which a run was seen to diverge; `cycle_distance`: how far from the
        minimiser runs are at eta = 1/beta in the end, the median; `(algorithm,
        function, convex_rho_level)`. `convex_rho`, `convex_beta`; `convex_unserved`,
        why a method cannot run there, `(algorithm, function)`.
    """
    specs, where = list(specs), functions(quick)
    methods, around = line_up(specs), plain_forms(specs)
    rows = [
        xarray.concat(
            [_case(method, place, quick) for place in where.values()],
            "function",
            join="exact",
        )
        for method in methods.values()
    ]
    found = xarray.concat(rows, "algorithm", join="exact")
    found = found.assign_coords(
        algorithm=list(methods), function=list(where), target=list(TARGETS)
    )
    beta = [place.beta for place in where.values()]
    found = found.assign(
        plain_form=("algorithm", around), convex_beta=("function", beta)
    )
    return found.assign(
        range_over_gd=found.range_low / 2, range_over_plain=_over_plain(found)
    )


def _over_plain(found: xarray.Dataset) -> xarray.DataArray:
    """Of methods under Stable; NaN for the others, and where one has no range."""
    over = xarray.full_like(found.range_low, np.nan)
    labels = set(found.algorithm.values.tolist())
    for label, inner in zip(
        found.algorithm.values, found.plain_form.values, strict=True
    ):
        if inner in labels:
            one, other = (found.range_low.sel(algorithm=a) for a in (label, inner))
            over.loc[{"algorithm": label}] = one / other
    return over


def _case(method: Method, place: Convex, quick: bool) -> xarray.Dataset:
    """One method on one function."""
    rho = radii(method, place)
    rho = rho[1:2] if quick else rho
    shape = len(TARGETS), len(rho)
    found = dict.fromkeys(("range_low", "range_high"), np.full(shape, np.nan))
    found["range_failure"] = np.full(shape, "", dtype="<U12")
    found |= dict.fromkeys(
        ("range_diverges", "cycle_distance"), np.full(len(rho), np.nan)
    )
    reason = unserved(partial(_codes, method, place, 1, 128, rho[:1], np.ones(1)))
    if not reason:
        found = measured(method, place, rho, quick)
        found["cycle_distance"] = ends(method, place, rho)
    found["convex_rho"] = rho
    cell = ("target", "convex_rho_level")
    table = {name: (cell[2 - v.ndim :], v) for name, v in found.items()}
    return xarray.Dataset(table | {"convex_unserved": ((), reason)})


def radii(method: Method, place: Convex) -> np.ndarray:
    """In the method's unit; zeros where it has none."""
    if not method.has_radius:
        return np.zeros(len(RADII))
    unit = place.beta if method.radius_unit == "rate" else 1.0
    return np.array(RADII) / unit


def _codes(
    method: Method,
    place: Convex,
    starts: int,
    steps: int,
    rho: np.ndarray,
    eta: np.ndarray,
) -> np.ndarray:
    """Verdicts `(N, starts)` at radii and rates, in their unit, `(N,)`."""
    f = place.landscape
    return decide(
        f,
        place.method(method),
        eta[:, None] * rate_unit(method, place.beta),
        rho[:, None],
        starts_of(f, starts, 0),
        steps,
        engine="numpy",
    ).verdict


def measured(method: Method, place: Convex, rho: np.ndarray, quick: bool) -> dict:
    """Ends of the ranges, and what most runs do beyond, `(target, rho)`."""
    size, known = (fewer(method, STARTS), _steps(method, place)), {}

    def codes(rho: np.ndarray, eta: np.ndarray) -> np.ndarray:
        found = _codes(method, place, *size, rho, eta)
        known.update(zip(zip(rho, eta, strict=True), found, strict=True))
        return found

    once = rho if method.has_radius else rho[:1]
    limits = bracketed(codes, once, SCAN, rtol=1.0 if quick else WIDTH, levels=(1.0,))
    low, high = (
        np.broadcast_to(end[:, :, 0].T, (len(TARGETS), len(rho)))
        for end in (limits.converges.low, limits.converges.high)
    )
    # Where nothing was seen to converge: at 1/beta.
    beyond = np.where(np.isfinite(low), high, MIDDLE)
    failure = np.full(high.shape, "", dtype="<U12")
    for at in np.argwhere(np.isfinite(beyond)):
        kinds = known[rho[at[1]], beyond[tuple(at)]]
        failure[tuple(at)] = Verdict(np.bincount(kinds).argmax()).name.lower()
    found = {"range_low": low, "range_high": high, "range_failure": failure}
    return found | {"range_diverges": np.broadcast_to(limits.diverges.high, rho.shape)}


def _steps(method: Method, place: Convex) -> int:
    """Fewer of a dear method."""
    return min(
        256 if method.alone else 512 if dear(method) else place.steps, place.steps
    )


def ends(method: Method, place: Convex, rho: np.ndarray) -> np.ndarray:
    """Distances from the minimiser after many steps at eta = 1/beta, `(rho,)`."""
    f = place.landscape
    x = starts_of(f, fewer(method, STARTS), 0)
    eta, steps = MIDDLE * rate_unit(method, place.beta), min(512, place.steps)
    end = simulate.batch(
        f, place.method(method), eta, rho[:, None], x, steps, window=0, engine="numpy"
    )
    away = np.linalg.norm(end.x - f.minima[0].point, axis=-1)
    return np.median(away, axis=-1)
