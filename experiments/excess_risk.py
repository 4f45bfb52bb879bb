"""Does SSAM perform better than SAM? Train and test risk over resampled training sets.

    python -m experiments.excess_risk --quick
    python -m experiments.excess_risk --data wine mine.csv --train 40 --batch 1 0

From one real data set many training sets are drawn; all methods run on each of them, on
the same mini-batches, over learning rates, radii, steps and sizes. The population risk
is the mean loss on all samples not drawn, and its minimum is exact, so that the excess
risk is parted exactly into generalisation gap, optimisation error, and the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "excess_risk"
FILES = (  # what the numbers rest on
    "experiments/risk/case.py",
    *(f"theory/methods/{name}.py" for name in ("gd", "sam", "usam", "stable")),
)


@dataclass
class Config(run.Work):
    """Does SSAM perform better than SAM? Excess risk over resampled training sets.

    Linear models: least squares and ridge regression of numbers, logistic regression of
    two classes (networks: `experiments.variants`, `experiments.network_regimes`). All
    steps are plain. Learning rates are in units of 1/L_b, the smoothness that a batch
    sees (beta for all samples); radii in those of the minimiser's length where the
    method's radius is a length (SAM, SSAM-N), of 1/L_b where it is a rate.
    """

    data: tuple[str, ...] = ()
    """diabetes, breast_cancer, wine, digits, synthetic; or a CSV file of your own, the
    target last; with :plain (no ridge), :noisy (a fifth of the labels wrong), :square;
    default: seven"""
    methods: tuple[str, ...] = ("gd", "usam", "sam", "ssam", "ssam-n")
    """gd (on mini-batches: SGD), usam, sam, ssam, ssam-n, stable:NAME ..."""
    train: tuple[int, ...] = ()
    """training samples, in each set; default: 50, 100, 200, of digits 400, if so many
    """
    batch: tuple[int, ...] = (1, 16, 0)
    """samples in a mini-batch; 0: all"""
    eta: tuple[str, ...] = ()
    """learning rates, values or LOW:HIGH:N (logarithmic); default: 1/512 to 4"""
    rho: tuple[str, ...] = ()
    """radii, values or LOW:HIGH:N (logarithmic), in each method's unit; default: 4 of
    each"""
    steps: int = 0
    """of the longest runs; 0: 1024, 512 and 256 with batches of 1, 16 and all"""
    sets: int = 50
    """training sets of each size"""
    ridge: float | None = None
    """of the loss; default: .1 with the square, .01 with the logistic loss"""
    seed: int = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        """Checks the numbers, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(4, sets=self.sets)
        run.at_least(0, seed=self.seed, steps=self.steps)
        for n in self.train:
            run.at_least(2, train=n)
        for b in self.batch:
            run.at_least(0, batch=b)
        for option in ("methods", "batch"):
            if not getattr(self, option):
                raise run.BadOption(f"--{option} needs a value.")
        if self.ridge is not None and not 0 <= self.ridge < float("inf"):
            raise run.BadOption(f"--ridge must be finite and >= 0, got {self.ridge:g}.")
        self.eta_grid = sorted(run.numbers("eta", self.eta, zero=False))
        self.rho_grid = sorted(run.numbers("rho", self.rho, zero=True))
        if self.quick:
            self.sets = min(self.sets, 12)


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    parts.carried_out(NAME, measure, "experiments.risk.report", config)


def measure(config: Config) -> xarray.Dataset:
    """All cases; what was complete on disk is kept."""
    from experiments.risk import plan
    from experiments.risk.comparing import compared
    from theory.kept import RESTS_ON, stamp

    rests_on = stamp(FILES)  # of the sources as they are now
    cases = {plan.name(case): [(case,)] for case in plan.cases(config)}
    found = parts.measured(
        NAME,
        cases,
        lambda case: plan.name(case[0]),
        lambda left: _measured(left, config),
        lambda done: done[0][1],
        config,
    )
    whole = compared(plan.together(found)).assign_attrs({RESTS_ON: rests_on})
    for values in whole.values():
        values.encoding = {"zlib": True}
    return whole


def _measured(cases: list[tuple], config: Config) -> Iterator[tuple]:
    """`(case, result)` as they finish, the longest first."""
    from experiments.risk import plan

    cases = sorted(cases, key=lambda case: -case[0].n * (case[0].batch == 0))
    jobs = 1 if config.quick else config.jobs  # to start others would take longer
    return run.in_parallel(plan.do, cases, NAME, jobs, config.cluster)


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
