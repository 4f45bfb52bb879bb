"""Running every start of a grid until its verdict is sure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from landscapes.components import Components
from landscapes.landscape import Landscape
from theory import simulate
from theory.base import GradientDescent, HeavyBall, gradient_descent
from theory.blocked import take
from theory.glance import UNCLEAR, glance, may_be_final
from theory.job import Job, Layout, Progress, flatten, move, step
from theory.method import Method
from theory.validate import at_edge
from theory.verdict import FAR, Verdict, classify
from theory.watch import Watch

WINDOW = 64  # steps that a verdict rests on
FIRST = 2 * WINDOW  # steps before the first look; each further look doubles them
EVERY = 8  # steps between two looks at whether a run has left
PIECE = 2**17  # runs on their way at once: memory is bounded by them
SORT = 32  # steps after which those that left at once are dropped
GLANCES = 2**13  # runs glanced at in one go: their extremes stay in the cache
FRAMES = 2**12  # runs whose window is recorded at once
# What more steps cannot change.
FINAL = (Verdict.CONVERGED, Verdict.DIVERGED, Verdict.ESCAPED)


@dataclass(frozen=True, eq=False)
class Decision:
    """What every run of a batch did; all of the batch's shape `(...)`.

    Args:
        verdict: `Verdict` values, int8.
        place: position in `landscape.critical_points` of the nearest one; -1 where a
            run left, or the landscape knows none. int16.
        period: of a cycle, else 0. int8.
        steps: that the run took: until it left, or until its verdict was sure. int32.
    """

    verdict: np.ndarray
    place: np.ndarray
    period: np.ndarray
    steps: np.ndarray


def decide(
    landscape: Landscape,
    method: Method,
    eta: Any,
    rho: Any,
    x: Any,
    steps: int,
    *,
    base: GradientDescent | HeavyBall = gradient_descent,
    engine: str = "auto",
    dtype: str = "float64",
    device: str = "cpu",
) -> Decision:
    r"""Extends the runs that are not sure yet: after 128, 256, 512 ... steps.

    A run is over when its gradient has vanished at a minimum or when it is farther
    than `verdict.FAR` from the origin (`ESCAPED` if f is finite there and lower than at
    the start, else `DIVERGED`). Any other verdict must be found twice, at some number
    of steps and at the double of it, and speaks of these windows: a chaotic run may
    still leave a band later. What `steps` do not suffice for is `UNDECIDED`.

    Args:
        landscape: as `simulate.batch` takes it, and so all others.
        method: gives the direction.
        eta: learning rates.
        rho: radii.
        x: starts, `(..., d)`.
        steps: the most steps a run takes, >= 128; cut to the last of `horizons` of a
            multiple of 8.
        base: the base update.
        engine: `numpy`, `compiled` or `auto`.
        dtype: `float64` or `float32`.
        device: a torch device.

    Raises:
        ValueError: a bad number, shape, engine or dtype.
    """
    if steps < FIRST:
        raise ValueError(f"a verdict needs >= {FIRST} steps, got {steps}.")
    *_, steps = horizons(steps - steps % EVERY)
    simulate.check_engine(engine, dtype, device)
    x = np.asarray(x, dtype=float)
    landscape.check(x)
    at_edge(method.having(rho=np.asarray(rho, dtype=float)), eta=eta)
    shape = np.broadcast_shapes(np.shape(eta), np.shape(rho), x.shape[:-1])
    eta, rho = (np.broadcast_to(v, shape).reshape(-1) for v in (eta, rho))
    x = np.broadcast_to(x, (*shape, landscape.dim)).reshape(-1, landscape.dim)
    if engine == "auto":
        engine = simulate.engine_for(method, len(x), steps, device)
    found = Decision(
        np.zeros(len(x), np.int8),
        np.full(len(x), -1, np.int16),
        np.zeros(len(x), np.int8),
        np.full(len(x), steps, np.int32),
    )
    # Overflow is how divergence looks; the verdict names it.
    with np.errstate(all="ignore"):
        for start in range(0, len(x), PIECE):
            rows = slice(start, start + PIECE)
            runs = Runs.start(
                landscape, method, base, eta[rows], rho[rows], x[rows], dtype
            )
            piece = Decision(*(getattr(found, k)[rows] for k in vars(found)))
            _decide(runs, piece, steps, engine, device)
    return Decision(*(getattr(found, k).reshape(shape) for k in vars(found)))


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs on their way, at the same number of steps.

    Args:
        landscape: theirs.
        rows: their positions in the piece that they began with.
        eta: learning rates.
        rho: radii; 0 where they are no length.
        x: starts, `(n, d)`.
        job: their arrays.
        progress: where they are.
        entry: where they were when the window began.
        earlier: where they were when the window before began.
        before: verdict, place and period at the last look, `(3, n)`; its verdict is
            `UNCLEAR` where that has not been asked yet.
    """

    landscape: Landscape
    rows: np.ndarray
    eta: np.ndarray
    rho: np.ndarray
    x: np.ndarray
    job: Job
    progress: Progress
    entry: Progress
    earlier: Progress
    before: np.ndarray

    @classmethod
    def start(cls, landscape, method, base, eta, rho, x, dtype) -> Runs:
        """Runs before their first step."""
        method = method.having(rho=rho)
        _, job, progress = flatten(landscape, method, base, eta, x, 0.0, FAR, dtype)
        none = np.zeros((3, len(x)), np.int16)
        # A method without a radius has none of length either.
        length = method.get("rho") if method.radius_unit == "length" else 0.0
        length = length + 0 * rho
        job = replace(job, every=EVERY)
        return cls(
            landscape, np.arange(len(x)), eta, length, x, job,
            progress, progress, progress, none,
        )  # fmt: skip

    def of(self, chosen: np.ndarray) -> Runs:
        """Some of them."""
        job, progress = take(self.job, chosen), take(self.progress, chosen)
        flat = (getattr(self, k)[chosen] for k in ("rows", "eta", "rho", "x"))
        began = take((self.entry, self.earlier), chosen)
        before = self.before[:, chosen]
        return Runs(self.landscape, *flat, job, progress, *began, before)

    def layout(self) -> Layout:
        """How their points lie in the job."""
        components = isinstance(self.progress.x, Components)
        dtype = str(self.progress.steps.dtype)
        return Layout((len(self.rows),), self.x.shape[1], components, dtype)


def _decide(
    runs: Runs,
    found: Decision,
    steps: int,
    engine: str,
    device: str,
) -> None:
    """Runs a piece to its end; writes what it finds."""
    inside = np.asarray(runs.job.inside(runs.progress.x)).reshape(-1)
    runs, done = _present(runs, inside, found), 0
    for horizon in horizons(steps):
        # Most runs that leave do so early: what is gone costs no further step.
        for end in (SORT, horizon - WINDOW):
            if done < end <= horizon - WINDOW:
                runs, done = _advance(runs, found, end - done, engine, device), end
        runs = replace(
            runs, earlier=runs.entry, entry=runs.progress, progress=_watched(runs)
        )
        runs, done = _advance(runs, found, WINDOW, engine, device), horizon
        seen, before = _look(runs)
        twice = (seen == before).all(axis=0) & (seen[0] > Verdict.UNDECIDED)
        sure = np.isin(seen[0], FINAL) | twice
        over = runs.rows[sure]
        found.verdict[over], found.place[over], found.period[over] = seen[:, sure]
        found.steps[over] = done
        progress = replace(runs.progress, watch=())
        runs = replace(runs, progress=progress, before=seen)
        runs = runs.of(~sure)
        if not runs.rows.size:
            return


def _watched(runs: Runs) -> Progress:
    p = runs.progress
    return replace(p, watch=Watch.begin(p.x, 0 * p.steps))


def _advance(runs: Runs, found: Decision, steps: int, engine: str, device: str) -> Runs:
    """The runs after so many steps, without those that left, which are judged."""
    before = runs.progress.steps
    progress, _ = simulate.advance(runs.job, runs.progress, steps, engine, device)
    stayed = (progress.steps >= before + steps).reshape(-1)
    return _present(replace(runs, progress=progress), stayed, found)


def _present(runs: Runs, stayed: np.ndarray, found: Decision) -> Runs:
    """The runs that stayed; the others take the steps that are left of them."""
    if stayed.all():
        return runs
    gone = runs.of(~stayed)
    job, progress = replace(gone.job, every=1), replace(gone.progress, watch=())
    for _ in range(EVERY):
        progress, _, _ = step(job, progress)
    f = runs.landscape.value
    end = f(gone.layout().points(progress.x))
    lower = np.isfinite(end) & (end < f(gone.x))
    found.verdict[gone.rows] = np.where(lower, Verdict.ESCAPED, Verdict.DIVERGED)
    found.steps[gone.rows] = progress.steps.reshape(-1)
    return runs.of(stayed)


def _look(runs: Runs) -> tuple[np.ndarray, np.ndarray]:
    """Verdict, place and period by the last window and by the one before, `(3, n)`.

    To be told by all of its states is dear: it is left `UNCLEAR` while it changes
    nothing, since no verdict of the window before could be confirmed. Once it matters,
    and something was found, the window before is told as well.
    """
    watch = runs.progress.watch
    seen, before = np.zeros((3, len(runs.rows)), np.int16), runs.before.copy()
    for start in range(0, len(runs.rows), GLANCES):
        part = slice(start, start + GLANCES)
        some = take(watch, part), WINDOW, runs.eta[part], runs.rho[part]
        seen[:2, part] = glance(*some, runs.landscape)
    matters = (before[0] != Verdict.UNDECIDED) | may_be_final(watch, runs.landscape)
    _tell(runs, runs.entry, (seen[0] == UNCLEAR) & matters, seen)
    _tell(runs, runs.earlier, (before[0] == UNCLEAR) & (seen[0] > 0), before)
    return seen, before


def _tell(runs: Runs, entry: Progress, which: np.ndarray, told: np.ndarray) -> None:
    """Writes what the window that began at `entry` tells of some runs."""
    rows = np.flatnonzero(which)
    for start in range(0, len(rows), FRAMES):
        part = rows[start : start + FRAMES]
        run = _recorded(runs.of(part), take(entry, part))
        found = classify(run, runs.landscape)
        told[:, part] = found.codes, found.nearest, found.period


def _recorded(runs: Runs, entry: Progress) -> simulate.Run:
    """A window once more, with all its states."""
    layout = runs.layout()
    # They stayed in the ball: no need to look.
    progress, frames, g_norm, d_norm = simulate.record(
        layout, runs.job, entry, WINDOW, move
    )
    n = len(runs.rows)
    return simulate.Run(
        layout.points(progress.x), layout.scalars(progress.steps), np.zeros(n, bool),
        frames, g_norm, d_norm, runs.eta, runs.rho, "length", np.zeros(()), "numpy",
    )  # fmt: skip


def horizons(steps: int) -> list[int]:
    """128, 256, 512 ... and the most steps, if a window fits between."""
    found = [FIRST]
    while found[-1] * 2 <= steps:
        found.append(found[-1] * 2)
    return [*found, steps] if found[-1] + WINDOW <= steps else found
