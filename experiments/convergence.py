"""How fast do methods converge, and how near, beside what is proved?

    python -m experiments.convergence --quick
    python -m experiments.convergence --methods gd ssam --kappa 10 --data wine

Quadratics of given spectra and condition numbers, strongly convex, convex and PL
problems on real data, with mini-batches and without: every method over the same
learning rates and radii, and at its own best; one-step factors beside exact worst
cases, asymptotic ones beside closed forms, floors beside bounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "convergence"
FILES = tuple(
    f"experiments/converging/{name}.py"
    for name in ("rates", "noisy", "skewed", "falling", "certified")
)


@dataclass
class Config(run.Work):
    """How fast do methods converge, and how near, beside what is proved?

    Everything is in units of the problem: learning rates over 1/beta, radii over 1/beta
    where they are rates (USAM, SSAM), over the starts' distance from the minimiser
    where they are lengths (SAM, SSAM-N).
    """

    methods: tuple[str, ...] = ("gd", "usam", "sam", "ssam", "ssam-n")
    """gd (on mini-batches: SGD), usam, sam, ssam, ssam-n, stable:NAME ..."""
    kappa: tuple[str, ...] = ("2", "10", "30", "100", "1000")
    """condition numbers beta/mu > 1 of the quadratics"""
    regressions: tuple[str, ...] = ("10", "100")
    """condition numbers beta/mu > 1 that the ridge gives the regressions"""
    data: tuple[str, ...] = ("diabetes", "wine", "breast_cancer", "digits")
    """diabetes, wine, breast_cancer, digits; or a CSV file of your own, the target
    last"""
    eta: tuple[str, ...] = ("0.1:12:22",)
    """learning rates, values or LOW:HIGH:N (logarithmic), in units of 1/beta"""
    rho: tuple[str, ...] = ("0.1", "0.3", "1", "3")
    """radii, values or LOW:HIGH:N (logarithmic), in units of 1/beta where they are
    rates (USAM, SSAM), of the starts' distance where they are lengths (SAM, SSAM-N)"""
    seeds: int = 32
    """of the runs with noise, at least 30; the same draws for all methods"""
    digests: dict = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Checks the options, and makes everything small for --quick."""
        from experiments.converging import tables

        super().__post_init__()
        for name in ("methods", "kappa", "regressions", "data", "eta", "rho"):
            if not getattr(self, name):
                raise run.BadOption(f"--{name} needs a value.")
        if self.seeds < 30:
            raise run.BadOption(f"--seeds must be >= 30, got {self.seeds}.")
        self.rates = run.numbers("eta", self.eta, zero=False)
        self.radii = run.numbers("rho", self.rho, zero=True)
        self.kappas = _conditions("kappa", self.kappa)
        self.mild = _conditions("regressions", self.regressions)
        self.data = tuple(dict.fromkeys(self.data))
        try:
            self.digests = {name: tables.check(name) for name in self.data}
        except ValueError as error:
            raise run.BadOption(str(error)) from None
        if self.quick:
            self._make_small()

    def _make_small(self) -> None:
        """Takes fewer of what was not asked for."""
        usual, self.seeds = type(self), min(self.seeds, 30)
        if self.eta == usual.eta:
            self.rates = self.rates[::4]
        if self.rho == usual.rho:
            self.radii = self.radii[::2]
        if self.kappa == usual.kappa:
            self.kappas = self.kappas[:2]
        if self.regressions == usual.regressions:
            self.mild = self.mild[:1]
        if self.data == usual.data:
            self.data = self.data[:2]


def _conditions(name: str, words: tuple[str, ...]) -> list[float]:
    """Condition numbers > 1."""
    found = run.numbers(name, words, zero=False)
    for kappa in found:
        if not kappa > 1:
            raise run.BadOption(f"--{name} must be > 1, got {kappa:g}.")
    return found


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    parts.carried_out(NAME, measure, "experiments.converging.report", config)


def measure(config: Config) -> xarray.Dataset:
    """All parts; what was complete on disk is kept."""
    from experiments.converging import plan
    from theory.kept import RESTS_ON, stamp

    rests_on = stamp(FILES)  # of the sources as they are now

    def do(cases: list[tuple]) -> Iterator[tuple]:
        return run.in_parallel(plan.do, cases, NAME, config.jobs, config.cluster)

    plans = plan.by_part(config)
    whole = parts.measured(NAME, plans, plan.owner, do, plan.together, config)
    return plan.merge(whole, config).assign_attrs({RESTS_ON: rests_on})


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
