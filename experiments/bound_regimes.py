"""At which learning rates and radii is whose stability bound the least?

    python -m experiments.bound_regimes --quick
    python -m experiments.bound_regimes --kappa 4 10 inf

From the pair factors of GD, USAM and SSAM (T17), class by class, as the number of steps
grows: where USAM's bound is below SGD's, where SSAM's is below USAM's, and where no
method's bound stays finite. Once with one Lipschitz constant for all directions, and
once with that of the region visited, where USAM's directions may be longer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "bound_regimes"


@dataclass
class Config(run.Work):
    """At which learning rates and radii is whose stability bound the least?

    Everything is in units of beta.
    """

    kappa: tuple[str, ...] = ("2", "4", "10", "100", "inf")
    """condition numbers beta/mu > 1, or `inf` for convex functions"""
    rates: int = 40
    """how many learning rates the map has, up to 2/beta"""
    radii: int = 28
    """how many radii the map has, logarithmic"""
    least_rho: float = 0.02
    """smallest radius of the map, in units of 1/beta"""
    most_rho: float = 10.0
    """largest radius of the map, in units of 1/beta"""

    def __post_init__(self) -> None:
        """Checks the options, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(2, rates=self.rates, radii=self.radii)
        if not 0 < self.least_rho < self.most_rho < math.inf:
            raise run.BadOption(
                f"--least-rho and --most-rho need 0 < least < most, got "
                f"{self.least_rho:g} and {self.most_rho:g}."
            )
        self.classes = {word: _curvature(word) for word in dict.fromkeys(self.kappa)}
        if not self.classes:
            raise run.BadOption("--kappa needs a number.")
        if self.quick:
            self.rates, self.radii = min(self.rates, 8), min(self.radii, 4)


def _curvature(word: str) -> float:
    """Mu / beta of a condition number."""
    try:
        kappa = float(word)
    except ValueError:
        kappa = math.nan
    if not kappa > 1:
        raise run.BadOption(f"--kappa takes numbers > 1, or inf, got `{word}`.")
    return 1 / kappa


def work(config: Config) -> None:
    """Computes what is missing, saves, and prints the table and the answer."""
    parts.carried_out(NAME, measure, "experiments.bounds.report", config)


def measure(config: Config) -> xarray.Dataset:
    """All maps; that of a class is kept when complete."""
    from experiments.bounds import plan

    whole = parts.measured(
        NAME,
        plan.by_class(config),
        plan.owner,
        lambda cases: _measured(cases, config),
        plan.together,
        config,
    )
    return plan.merge(whole, config)


def _measured(cases: list[tuple], config: Config) -> Iterator[tuple]:
    from experiments.bounds import plan

    return run.in_parallel(plan.do, cases, NAME, config.jobs, config.cluster)


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
