"""One method on one problem: rates, worst steps, times and floors over a grid."""

from __future__ import annotations

from functools import partial

import numpy as np
import xarray

from experiments.converging import places, worst
from experiments.converging.best import ROUNDS, at_best
from experiments.converging.problems import Problem, problem
from experiments.converging.runs import LEVELS, Trace, followed
from experiments.converging.settling import exponent, final, settled
from theory import methods
from theory.method import Method
from theory.methods.stable import Stable

NEVER = ("SAM",)  # what falls steadily is on its way to the cycle (T15)
CELL = ("rho_level", "eta_level")


def length(where: Problem, method: Method, quick: bool) -> int:
    """Steps of the runs on a problem; SSAM-N's best takes kappa as often (N9)."""
    kappa = min(where.kappa, 1e3)
    many = where.kind == "quadratic"
    slow = isinstance(method, Stable) and method.radius_unit == "length"
    steps = int(np.clip(10 * kappa ** (1 + slow), 200, 9000 if many else 800))
    return min(200, steps) if quick else steps


def rates(
    name: str, spec: str, eta: tuple, rho: tuple, quick: bool = False
) -> xarray.Dataset:
    r"""One method on one problem.

    Args:
        name: of the problem.
        spec: of the method.
        eta: learning rates over 1/beta, `(E,)`.
        rho: over 1/beta (methods whose radius is a rate) or over the starts' distance
            from the minimiser, `(R,)`.
        quick: shorter runs.

    Returns:
        On `(rho_level, eta_level)`, of the slowest start: `rate`, the factor of the
        distance per step in the limit, NaN where it has not settled; `linear`, N9's;
        `transient`, the largest distance over the first; `end`, the last distance over
        the first, and `value_end`; `exponent` of t in the gap; `sam_ratio`, f over
        T10's bound. With `measure` before: `contraction`, the largest factor of a step
        (of the distance, of sqrt(f - f*)), and `worst`, that of the class; with
        `level`: `time`, steps to f - f* = level (f_0 - f*). On `rho_level`: `best_rate`
        at `best_eta`, looked for between the grid's rates too, `best_time` at
        `best_time_eta` `(level)`, and `largest_eta`, the largest at which all runs
        arrive: NaN for none, inf for the grid's last. `rho`, the radius.
    """
    where, method = problem(name), methods.make(spec)
    rates_, radii = np.array(eta) / where.beta, _radii(method, where, rho)
    steps = length(where, method, quick)
    found = _grid(where, method, rates_, radii, steps)
    found["rho"] = "rho_level", radii
    found["linear"] = CELL, worst.linear(where, method, rates_, radii[:, None])
    bounds = worst.worst(where, method, rates_, radii[:, None])
    found["worst"] = ("measure", *CELL), bounds
    probed = _probed(where, method, rates_, radii)
    found["contraction"] = np.maximum(found.contraction, probed)
    finer = partial(_grid, where, method, rho=radii, steps=steps)
    found = found.merge(at_best(found, rates_, where.beta, finer, ROUNDS - quick))
    return found.assign_coords(measure=list(worst.MEASURES), level=list(LEVELS))


def _radii(method: Method, where: Problem, rho: tuple) -> np.ndarray:
    """In the method's unit; zeros where it has none."""
    if not method.has_radius:
        return np.zeros(len(rho))
    unit = 1 / where.beta if method.radius_unit == "rate" else where.reach
    return np.array(rho) * unit


def _grid(
    where: Problem, method: Method, eta: np.ndarray, rho: np.ndarray, steps: int
) -> xarray.Dataset:
    """The runs of a grid; eta `(E,)` or `(R, E)`."""
    once = slice(None) if method.has_radius else slice(1)
    eta = np.broadcast_to(eta, (len(rho), np.shape(eta)[-1]))
    x0 = places.starts(where)
    shape = (*eta[once].shape, len(x0))
    x = np.broadcast_to(x0, (*shape, x0.shape[1])).reshape(-1, x0.shape[1])
    flat = [
        np.broadcast_to(v, shape).ravel()
        for v in (eta[once, :, None], rho[once, None, None])
    ]
    trace = followed(where, method, *flat, x, steps)
    table = _numbers(where, method, trace, *flat)
    cells = {}
    for key, (dims, values) in table.items():
        worst_start = values.reshape(*values.shape[:-1], *shape).max(axis=-1)
        wide = (*values.shape[:-1], *eta.shape)
        cells[key] = (*dims, *CELL), np.broadcast_to(worst_start, wide).copy()
    return xarray.Dataset(cells)


def _numbers(
    where: Problem, method: Method, trace: Trace, eta: np.ndarray, rho: np.ndarray
) -> dict:
    """Of every run, `(..., N)`."""
    share = trace.distance / trace.distance[0]
    values = trace.gap / trace.gap[0]
    contraction = trace.longest.copy()
    contraction[1] = np.sqrt(contraction[1])
    rate = settled(trace.times, share, trace.least[0])
    if method.label in NEVER:
        rate = np.where(rate < 1, np.nan, rate)
    if method.label == "SAM" and where.mu > 0 and where.kind != "not convex":
        bound = worst.sam_bound(where, eta, rho, trace.times, trace.gap[0])
        with np.errstate(all="ignore"):
            over = np.nanmax(np.vstack([trace.gap / bound, 0 * eta[None]]), axis=0)
        over = np.where(np.isnan(bound[0]), np.nan, over)
    else:
        over = np.full(len(eta), np.nan)
    return {
        "rate": ((), rate),
        "transient": ((), trace.peak),
        "end": ((), final(share)),
        "value_end": ((), final(values)),
        "exponent": ((), exponent(trace.times, values, trace.least[1])),
        "time": (("level",), trace.hits),
        "contraction": (("measure",), contraction),
        "sam_ratio": ((), over),
    }


def _probed(
    where: Problem, method: Method, eta: np.ndarray, rho: np.ndarray
) -> np.ndarray:
    """The largest factors of single steps from many points, `(2, R, E)`."""
    x = places.probes(where)
    first = where.distance(x), where.gap(x)
    once = slice(None) if method.has_radius else slice(1)
    state = method.init(x)
    with np.errstate(all="ignore"):
        made = method.having(rho=rho[once, None, None])
        d, _, _ = made.direction(x, state, where.landscape.gradient)
        after = x - eta[:, None, None, None] * d  # (E, R, P, d)
        ratio = np.stack([where.distance(after), where.gap(after)])
        ratio = np.fmax.reduce(ratio / np.stack(first)[:, None, None], axis=-1)
    ratio[1] = np.sqrt(np.maximum(ratio[1], 0))
    wide = np.broadcast_to(np.moveaxis(ratio, 1, 2), (2, len(rho), len(eta)))
    return np.where(np.isnan(wide), 0.0, wide)
