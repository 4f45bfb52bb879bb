"""Which methods escape which saddles, at which learning rates and radii?

    python -m experiments.saddle_escape --quick
    python -m experiments.saddle_escape --landscape beale --methods sam ssam

Around every saddle, thousands of starts: the share that leaves, when, how near the
saddle a start must lie to stay, and the learning rate above which SAM leaves, each
beside what T6 to T9 predict from the Hessian (`paper_notes.md`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "saddle_escape"
SHORTEST = 64  # steps: the window of a verdict


@dataclass
class Config(run.Config):
    """Which methods escape which saddles, at which learning rates and radii?

    Without --eta, learning rates are 0.1 0.5 0.9 1.5 over the largest curvature at each
    saddle. Without --rho, radii are 0.01 0.03 0.1 0.2 of --radius where the method's
    radius is a length (SAM, SSAM-N), and 0.1 0.5 0.9 1.1 over the steepest descending
    curvature where it is a rate (USAM, SSAM). --quick looks at two saddles a landscape.
    """

    radius: float | None = None
    """of the ball a run must leave; default: half-way to the next critical point"""
    rays: int = 24
    """directions along which the trap's radius is bisected"""

    def __post_init__(self) -> None:
        """Checks the numbers, and makes everything small for --quick."""
        super().__post_init__()
        if self.radius is not None and not 0 < self.radius < float("inf"):
            raise run.BadOption(
                f"--radius must be finite and > 0, got {self.radius:g}."
            )
        run.at_least(SHORTEST, steps=self.steps)
        run.at_least(1, rays=self.rays)
        if self.quick:
            self.starts, self.steps = min(self.starts, 48), min(self.steps, 150)
            self.rays = min(self.rays, 2)
        self.most_saddles = 2 if self.quick else None
        self.trap_rounds = 2 if self.quick else 3
        self.threshold_starts = 4 if self.quick else 8
        self.threshold_steps = self.steps if self.quick else 8 * self.steps
        self.spectra = 16 if self.quick else 100
        self.pixels = 31 if self.quick else 161
        eta = run.numbers("eta", self.eta, zero=False)
        rho = run.numbers("rho", self.rho, zero=True)
        short = slice(None, None, 3) if self.quick else slice(None)
        self.eta_grid = (eta, (0.1, 0.5, 0.9, 1.5)[short])
        lengths, rates = (0.01, 0.03, 0.1, 0.2), (0.1, 0.5, 0.9, 1.1)
        self.rho_grid = (rho, {"length": lengths[short], "rate": rates[short]})


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    parts.carried_out(NAME, measure, "experiments.saddles.report", config)


def measure(config: Config) -> xarray.Dataset:
    """All measurements; a landscape is kept on disk as soon as it is complete."""
    from experiments.saddles import plan

    whole = parts.measured(
        NAME,
        plan.by_landscape(config),
        plan.owner,
        lambda cases: _measured(cases, config),
        plan.together,
        config,
    )
    return plan.in_order(plan.merge(whole), config)


def _measured(cases: list[tuple], config: Config) -> Iterator[tuple]:
    """`(case, result)` as they finish, those first that use all threads themselves."""
    from experiments.saddles import plan

    alone = [case for case in cases if plan.is_heavy(case, config)]
    rest = [case for case in cases if not plan.is_heavy(case, config)]
    first = ((case, plan.do(*case)) for case in alone)
    return chain(
        run.progress(first, len(alone), f"{NAME} (compiled)"),
        run.in_parallel(plan.do, rest, NAME, config.jobs, config.cluster),
    )


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
