"""At which learning rates and radii does each method converge, stall, cycle, diverge?

    python -m experiments.learning_rate_regimes --quick
    python -m experiments.learning_rate_regimes --landscape beale --methods sam ssam
    python -m experiments.learning_rate_regimes --landscape mine.py --trace

The verdict of every run on a grid of eta, rho and starts; the largest learning rate
that converges, to the point and to the band, from half and from 95 % of the starts,
and the smallest that diverges, each bracketed, beside what theory says of them
(`paper_notes.md`); and by which factor a method's usable range differs from GD's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "learning_rate_regimes"
SHORTEST = 128  # steps: those of the first look at a run
RADII = (0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1.2, 2.0)  # in the radius's own unit


@dataclass
class Config(run.Config):
    """At which learning rates and radii does each method converge, stall, diverge?

    L is the largest curvature at the known minima. Without --eta, learning rates are 48
    from 0.03/L to 6/L. Without --rho, radii are 0.05 to 2 times 1/L where the method's
    radius is a rate (USAM, SSAM), and times a tenth of the box's half-width where it is
    a length (SAM, SSAM-N). Where a step costs much (more than two dimensions and no
    formula), a quarter of the starts and steps is taken. Without --landscape: all
    formulas and all convex functions but logistic_regression, a step of which costs a
    hundred times as much, and diagonal_net, which has no minimum. --quick takes three.
    """

    starts: int = 32
    """starting points: the landscape's own and some drawn in its box"""
    steps: int = 16384
    """of a run, at most"""
    trace: bool = False
    """also follow the boundaries between verdicts, to 1 part in 4096 of the range"""
    noise: float = 0.0
    """standard deviation of noise on every coordinate of the gradient"""
    batch: int = 0
    """samples in a mini-batch; 0: all (of landscapes with data)"""
    seeds: int = 1
    """repeats of every run, with noise or mini-batches of their own"""
    limits: bool = True
    """bracket the limits, more finely than the grid (else only maps)"""

    def __post_init__(self) -> None:
        """Checks the numbers, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(SHORTEST, steps=self.steps)
        run.at_least(1, seeds=self.seeds)
        run.at_least(0, batch=self.batch)
        if not 0 <= self.noise < float("inf"):
            raise run.BadOption(f"--noise must be finite and >= 0, got {self.noise:g}.")
        if self.seeds > 1 and not (self.noise or self.batch):
            raise run.BadOption(
                f"--seeds {self.seeds} repeats runs that differ: give --noise or "
                "--batch."
            )
        self.eta_grid = sorted(set(run.numbers("eta", self.eta, zero=False)))
        self.rho_grid = sorted(set(run.numbers("rho", self.rho, zero=True)))
        if self.trace:
            self._check_planes()
        if self.quick:
            self.starts, self.steps = min(self.starts, 8), min(self.steps, 1024)
        self.rates = 16 if self.quick else 48
        self.radii = RADII[1::3] if self.quick else RADII
        self.width = 0.02 if self.quick else 2e-3

    def _check_planes(self) -> None:
        """A trace needs ranges that begin above 0, and runs without noise."""
        if self.noise or self.batch:
            raise run.BadOption("--trace follows runs without --noise and --batch.")
        for name, grid in {"eta": self.eta_grid, "rho": self.rho_grid}.items():
            if grid and (len(grid) < 2 or not grid[0]):
                raise run.BadOption(
                    f"--trace needs --{name} from above 0 to a larger value, got "
                    f"{', '.join(f'{value:g}' for value in grid)}."
                )


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    parts.carried_out(NAME, measure, "experiments.regimes.report", config)
    if config.trace:
        from experiments.regimes import plan, report, trace

        for path in trace.traces(config, plan.planes(config)):
            print(report.traced(path))


def measure(config: Config) -> xarray.Dataset:
    """The maps, then the limits; what was complete on disk is kept."""
    from experiments.regimes import maps, plan

    charts = maps.maps(plan.jobs(config), config)
    whole = parts.measured(
        NAME,
        plan.by_landscape(config, charts),
        plan.owner,
        lambda cases: run.in_parallel(
            plan.do, cases, f"{NAME}: limits", config.jobs, config.cluster
        ),
        plan.together,
        config,
    )
    return plan.merge(whole, config)


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
