"""One run, step by step, as a table: CSV or Parquet.

    python -m experiments.trajectory --landscape beale --eta 0.01 --out run.csv
    python -m experiments.trajectory --landscape mine.py --start 1 2 --out run.parquet

In Python: `trajectory(landscape, method, eta, start, steps)` gives the DataFrame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments import run
from theory import console

if TYPE_CHECKING:
    import pandas

    from landscapes.landscape import Landscape
    from theory.method import Method


@dataclass
class Config:
    """One run of a method on a landscape, step by step, as a table."""

    landscape: str
    """name, or path of your own Python file"""
    out: Path
    """the table, .csv or .parquet (the extra `parquet`)"""
    method: str = "ssam"
    """gd, usam, sam, ssam, ssam-n, stable:NAME ..."""
    eta: float = 0.1
    """learning rate"""
    rho: float | None = None
    """radius: a length for SAM and SSAM-N, 1 / curvature for USAM and SSAM; default:
    the method's own"""
    start: tuple[float, ...] = ()
    """coordinates of the first point; default: the landscape's own start"""
    steps: int = 200
    """of a run"""

    def __post_init__(self) -> None:
        """Checks the numbers."""
        run.at_least(1, steps=self.steps)
        run.numbers("eta", [str(self.eta)], zero=False)
        run.numbers("rho", [str(self.rho)] if self.rho is not None else [], zero=True)


def trajectory(
    landscape: Landscape,
    method: Method,
    eta: float,
    start: Sequence[float] | None = None,
    steps: int = 200,
) -> pandas.DataFrame:
    """The states of a run, the start first, a row each.

    Args:
        landscape: of d coordinates.
        method: with its radius.
        eta: learning rate.
        start: d numbers; None: the landscape's own.
        steps: how many; a run that overflows is cut before.

    Returns:
        Columns `step`, `x1` ... `xd`, `value`, `g_norm`, `d_norm`: the norms of the
        gradient and of the surrogate that the step follows.

    Raises:
        ValueError: a number is out of range, or the start has another dimension.
    """
    import numpy as np
    import pandas

    from theory.simulate import iterate

    if steps < 1:
        raise ValueError(f"steps must be >= 1, got {steps}.")
    first = np.asarray(landscape.start if start is None else start, dtype=float)
    landscape.check(first)
    if not np.isfinite(first).all():
        raise ValueError(f"the start must be finite, got {first.tolist()}.")
    rows = []
    with np.errstate(all="ignore"):
        for step, state in enumerate(iterate(landscape, method, first, eta, steps)):
            value = float(landscape.value(state.x))
            norms = [float(np.linalg.norm(v)) for v in (state.g, state.d)]
            if not np.isfinite([*state.x, value, *norms]).all():
                break
            rows.append((step, *state.x.tolist(), value, *norms))
    axes = [f"x{i + 1}" for i in range(landscape.dim)]
    return pandas.DataFrame(rows, columns=["step", *axes, "value", "g_norm", "d_norm"])


def work(config: Config) -> None:
    """Runs, writes the table and says where the run ended."""
    import landscapes
    from experiments import store, tidy
    from theory.methods import make

    tidy.check(config.out)
    surface = landscapes.load(config.landscape)
    radius = {} if config.rho is None else {"rho": config.rho}
    method = make(config.method, **radius)
    start = config.start or surface.start
    frame = trajectory(surface, method, config.eta, start, config.steps)
    words = {
        "landscape": surface.name,
        "method": method.label,
        "eta": repr(config.eta),
        "rho": repr(method.get("rho")),
        "start": " ".join(map(repr, start)),
        "versions": store.versions(),
    }
    tidy.write(frame, config.out, words)
    last = frame.iloc[-1]
    cut = "" if len(frame) > config.steps else ", then it overflows"
    print(f"{method.label} after {int(last.step)} steps: f = {last.value:.6g}{cut}")
    print(f"table: {config.out}")


if __name__ == "__main__":
    console.main(Config, work, "experiments.trajectory")
