"""One method on one problem: rates, worst steps, times and floors over a grid."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.converging import places, worst
from experiments.converging.problems import Problem, problem
from experiments.converging.runs import FAR, LEVELS, Trace, followed
from theory import methods
from theory.method import Method
from theory.methods.stable import Stable

NEAR = 1e-3  # at most this share of the first distance: arrived, if it still falls
AGREE = 0.05  # two halves of a window show one rate
FALLS = 0.3  # by which the log of a distance falls, at least, where a rate is told
ROUNDS, FINE = 2, 7  # times so many rates are tried between the grid's
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
    found = found.merge(_best(where, method, found, rates_, radii, steps))
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


def final(share: np.ndarray) -> np.ndarray:
    """The largest of the last quarter of what was seen, `(N,)`; inf if diverged.

    Args:
        share: of the start, `(K, N)`, NaN once a run is over.
    """
    known = np.isfinite(share)
    count = known.sum(axis=0)
    late = np.arange(len(share))[:, None] >= np.ceil(0.75 * (count - 1))
    end = np.where(known & late, share, 0.0).max(axis=0)
    lost = ~known & (np.arange(len(share))[:, None] == count)
    beyond = np.where(known, share, 0.0).max(axis=0) > FAR
    # Over, and not because it had arrived.
    lost = lost.any(axis=0) & (end > NEAR)
    return np.where(count < 2, np.nan, np.where(beyond | lost, np.inf, end))


def exponent(times: np.ndarray, share: np.ndarray, least: float) -> np.ndarray:
    """The slope of log gap over log t from a quarter of the time on, `(N,)`."""
    late = times >= times[-1] / 4
    here = share[late]
    with np.errstate(all="ignore"):
        logs = np.where(here > least, np.log(here), np.nan)
    return (logs[-1] - logs[0]) / np.log(times[-1] / times[late][0])


def settled(times: np.ndarray, share: np.ndarray, least: float) -> np.ndarray:
    """The factor per step in the second half of what lies above rounding, `(N,)`.

    NaN where the two halves of that window show different ones, or where too little
    has changed to tell.

    Args:
        times: `(K,)`.
        share: distances over the first, `(K, N)`.
        least: what rounding leaves.
    """
    found = np.full(share.shape[1], np.nan)
    with np.errstate(all="ignore"):
        logs = np.where(share > max(least, 1e-300), np.log(share), np.nan)
    for i, column in enumerate(logs.T):
        known = np.flatnonzero(np.isfinite(column))
        if len(known) < 2 or known[-1] != len(known) - 1:
            continue
        last = known[-1]
        cuts = last // 2, last // 2 + (last - last // 2) // 2, last
        slope = _slope(times, column, cuts[0], last)
        halves = [_slope(times, column, *pair) for pair in (cuts[:2], cuts[1:])]
        moved = abs(column[last] - column[cuts[0]]) >= FALLS
        away = AGREE * np.abs(np.expm1(slope)) + 1e-9
        if moved and not abs(halves[1] - halves[0]) > away:
            found[i] = np.exp(slope)
    return found


def _slope(times: np.ndarray, logs: np.ndarray, i: int, j: int) -> float:
    return np.nan if i == j else (logs[j] - logs[i]) / (times[j] - times[i])


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


def _best(
    where: Problem,
    method: Method,
    found: xarray.Dataset,
    eta: np.ndarray,
    rho: np.ndarray,
    steps: int,
) -> xarray.Dataset:
    """The least rate and times, and the largest eta, once more between the grid's."""
    tried = np.broadcast_to(eta, found.rate.shape).copy()
    seen = [_falling(found), converges(found), found.time.values]
    for _ in range(ROUNDS):
        finer = np.hstack([_around(tried, seen[0]), _beyond(tried, seen[1])])
        more = _grid(where, method, finer, rho, steps)
        tried = np.hstack([tried, finer])
        anew = _falling(more), converges(more), more.time.values
        seen = [np.concatenate(both, axis=-1) for both in zip(seen, anew, strict=True)]
    rate, good, time = seen
    largest = np.where(good, tried, -np.inf).max(axis=-1)
    largest = np.where(np.isinf(largest), np.nan, largest)
    beta = where.beta
    return xarray.Dataset(
        {
            "best_eta": ("rho_level", _at_least(rate, tried) * beta),
            "best_rate": ("rho_level", _at_least(rate, rate)),
            "best_time": (("level", "rho_level"), time.min(axis=-1)),
            "best_time_eta": (
                ("level", "rho_level"),
                _at_least(time, np.broadcast_to(tried, time.shape)) * beta,
            ),
            "largest_eta": (
                "rho_level", np.where(largest >= eta.max(), np.inf, largest * beta)
            ),
        }
    )  # fmt: skip


def _at_least(values: np.ndarray, what: np.ndarray) -> np.ndarray:
    """`what` where values are least along the last axis; NaN where none is finite."""
    values = np.where(np.isfinite(values), values, np.inf)
    k = values.argmin(axis=-1)[..., None]
    chosen = np.take_along_axis(what, k, -1)[..., 0]
    return np.where(np.isinf(values).all(axis=-1), np.nan, chosen)


def _falling(found: xarray.Dataset) -> np.ndarray:
    """The rates below 1, of runs that were not thrown far; else NaN."""
    rate = found.rate.values
    return np.where((rate < 1) & np.isfinite(found.end.values), rate, np.nan)


def converges(found: xarray.Dataset) -> np.ndarray:
    """Whether all runs arrive, or get there at a steady rate."""
    return (found.end.values <= NEAR) | ~np.isnan(_falling(found))


def _around(eta: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Rates between the best one's neighbours, `(R, FINE)`; the first where none is."""
    finer = np.empty((len(eta), FINE))
    for row, (tried, seen) in enumerate(zip(eta, rate, strict=True)):
        known = np.where(np.isnan(seen), np.inf, seen)
        best = tried[known.argmin()] if np.isfinite(known).any() else tried.min()
        low = max(tried[tried < best], default=best)
        high = min(tried[tried > best], default=best)
        finer[row] = np.linspace(low, high, FINE + 2)[1:-1]
    return finer


def _beyond(eta: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Rates between the largest that converges and the next, `(R, FINE)`."""
    low = np.where(good, eta, -np.inf).max(axis=1)
    low = np.where(np.isinf(low), eta.min(axis=1), low)
    high = np.where(eta > low[:, None], eta, np.inf).min(axis=1)
    high = np.where(np.isinf(high), low, high)
    return np.linspace(low, high, FINE + 2, axis=1)[:, 1:-1]
