"""At which learning rates and radii is every function of a class served?

    python -m experiments.certified_regimes --quick
    python -m experiments.certified_regimes --methods ssam --kappa 10

For GD, USAM and SSAM, class by class: the learning rates that are *proved* for all
radii of a column at once, in exact arithmetic, those that a function of the class
*refutes* at the column's end, and what is left between; beside them what the theorems
of `paper_notes.md` say. And the ball that attracts SAM.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "certified_regimes"
MEASURES = ("distance", "descent", "pair")


@dataclass
class Config(run.Work):
    """At which learning rates and radii is every function of a class served?

    Everything is in units of beta. Distance: no step leads away from the minimiser.
    Descent: no step raises f. Pair: two steps never part. For a finite kappa they are
    to contract, by a factor of at most 1 - 5e-5 at the largest rate.
    """

    methods: tuple[str, ...] = ("gd", "usam", "ssam")
    """gd, usam, ssam: there are no others here"""
    kappa: tuple[str, ...] = ("3", "10", "100", "inf", "-3")
    """condition numbers beta/mu > 1, `inf` for convex functions; < -1: a weakly convex
    class mu = beta/kappa < 0, of which only descent is asked"""
    measures: tuple[str, ...] = MEASURES
    """distance, descent, pair"""
    columns: int = 96
    """radii are cut into so many intervals, each proved at once"""
    most_rho: float = 4.0
    """largest radius of the map, in units of 1/beta"""
    most_eta: float = 2.5
    """largest learning rate of the map, in units of 1/beta"""

    def __post_init__(self) -> None:
        """Checks the options, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(1, columns=self.columns)
        ends = {"most-rho": self.most_rho, "most-eta": self.most_eta}
        for name, value in ends.items():
            if not 0 < value < math.inf:
                raise run.BadOption(f"--{name} must be finite and > 0, got {value:g}.")
        some = {"methods": ("gd", "usam", "ssam"), "measures": MEASURES}
        for name, allowed in some.items():
            chosen = getattr(self, name)
            if bad := [word for word in chosen if word not in allowed] or not chosen:
                word = f"`{bad[0]}`" if chosen else "none"
                raise run.BadOption(f"--{name} are {', '.join(allowed)}, got {word}.")
        self.classes = {word: _curvature(word) for word in dict.fromkeys(self.kappa)}
        if not self.classes:
            raise run.BadOption("--kappa needs a number.")
        if self.quick:
            self.columns = min(self.columns, 5)


def _curvature(word: str) -> float:
    """Mu / beta of a condition number."""
    try:
        kappa = float(word)
    except ValueError:
        kappa = math.nan
    if not abs(kappa) > 1:
        raise run.BadOption(f"--kappa takes numbers > 1, inf, or < -1, got `{word}`.")
    return 1 / kappa


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    parts.carried_out(NAME, measure, "experiments.certified.report", config)


def measure(config: Config) -> xarray.Dataset:
    """All maps; the one of a method, a class and a measure is kept when complete."""
    from experiments.certified import plan

    whole = parts.measured(
        NAME,
        plan.by_map(config),
        plan.owner,
        lambda cases: _measured(cases, config),
        plan.together,
        config,
    )
    return plan.merge(whole, config)


def _measured(cases: list[tuple], config: Config) -> Iterator[tuple]:
    from experiments.certified import plan
    from theory.gram.solve import solver

    if cases:
        solver()  # that it is missing is said before any work
    return run.in_parallel(plan.do, cases, NAME, config.jobs, config.cluster)


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
