"""What a path that is drawn does: so far, and in the end; and how that is told."""

from __future__ import annotations

import numpy as np

from figures.interactive.paths import SEED, Path
from landscapes.landscape import Landscape
from theory import verdict
from theory.decide import WINDOW, Decision, decide
from theory.simulate import Run
from theory.stochastic import decide_noisy
from theory.verdict import Verdict

SURE = 8192  # most steps of the run that a sure verdict rests on


def judged(landscape: Landscape, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The verdict on the path's last 64 steps: its code, and where, `(...)`.

    That is what has been seen so far; `settled` tells it for sure. A run that has left
    has descended if f was lower where it was last finite.

    Returns:
        `Verdict` values, and positions in `landscape.critical_points` (-1: none).
    """
    left = ~np.isfinite(path.x[-1]).all(axis=-1)
    shape, rho = left.shape, path.method.get("rho", 0.0)
    length = path.method.radius_unit == "length"
    found = verdict.classify(
        Run(
            x=path.x[-1],
            steps=np.full(shape, len(path.x) - 1),
            left=left,
            window=path.x[-WINDOW - 1 : -1],
            g_norm=path.g_norm[-WINDOW - 1 : -1],
            d_norm=path.d_norm[-WINDOW - 1 : -1],
            eta=np.full(shape, path.eta),
            rho=np.full(shape, rho if length else 0.0),
            radius_unit=path.method.radius_unit,
            center=np.zeros(()),
            engine="numpy",
        ),
        landscape,
    )
    codes = np.where(left & _lower(landscape, path), Verdict.ESCAPED, found.codes)
    return codes, found.nearest


def _lower(landscape: Landscape, path: Path) -> np.ndarray:
    """Whether f is lower at a run's last point that is finite than at its start."""
    count = np.isfinite(path.x).all(axis=-1).sum(axis=0)
    last = np.take_along_axis(path.x, np.maximum(count - 1, 0)[None, ..., None], 0)[0]
    return landscape.value(last) < landscape.value(path.x[0])


def settled(landscape: Landscape, path: Path, steps: int = SURE) -> Decision:
    """What one run does in the end: extended until its verdict is sure."""
    rho = path.method.get("rho", 0.0)
    if path.noise:
        one = [np.array([value]) for value in (path.eta, rho, path.x[0], SEED)]
        found = decide_noisy(landscape, path.method, *one, steps, noise=path.noise)
        return Decision(*(value[0] for value in vars(found).values()))
    return decide(
        landscape, path.method, path.eta, rho, path.x[0], steps, engine="numpy"
    )


SAID = {
    Verdict.CONVERGED: "converges to the {}",
    Verdict.BAND: "bounces around the {}",
    Verdict.STALLED: "is held at the {}",
    Verdict.HALLUCINATED: "rests where f still slopes",
    Verdict.CYCLING: "cycles",
    Verdict.DIVERGED: "diverges",
    Verdict.ESCAPED: "descends without end",
    Verdict.UNDECIDED: "is still on its way",
}
ANYWHERE = {Verdict.STALLED: "saddle or maximum"}


def told(landscape: Landscape, code: int, place: int) -> str:
    """A verdict in words, with the critical point it names."""
    code = Verdict(int(code))
    where = ANYWHERE.get(code, "minimum")
    if place >= 0:
        where = landscape.critical_points[int(place)].label
    return SAID[code].format(where)


def so_far(landscape: Landscape, path: Path) -> str:
    """A cell of the table while the mouse drags; of noise only the end tells."""
    word = "&hellip;" if path.noise else told(landscape, *judged(landscape, path))
    return f"{word}<br>after {len(path.x) - 1} steps"


def in_the_end(landscape: Landscape, path: Path) -> str:
    """A cell of the table when it rests: the sure verdict, bold."""
    end = settled(landscape, path)
    word = told(landscape, end.verdict, end.place)
    return f"<b>{word}</b><br>after {int(end.steps)} steps"
