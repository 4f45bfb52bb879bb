r"""Whole Hessian spectra where training ends: what does each method flatten?

    python -m experiments.hessian_spectra --quick
    python -m experiments.hessian_spectra --tasks wine-square digits-relu

Networks are trained by SGD, USAM, SAM, SSAM and SSAM-N from the same starts with the
same mini-batches, at one learning rate for all and each at its own best. The spectrum
at the end is computed eigenvalue by eigenvalue where the network is small, else by
stochastic Lanczos quadrature beside its largest eigenvalues. And, on a manifold of zero
loss: how SAM drifts along it, beside L19 and L20.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "hessian_spectra"
# What computes the numbers; the last ones are found by name, not imported.
FILES = (
    "experiments/hessian_spectra.py",
    "experiments/spectral/plan.py",
    "landscapes/models/mlp.py",
    "landscapes/models/cnn.py",
    *(f"theory/methods/{name}.py" for name in ("gd", "usam", "sam", "stable")),
)


@dataclass
class Config(run.Work):
    r"""Whole Hessian spectra where training ends: who flattens what?

    Without --tasks: all whose data are here. On mini-batches with cross-entropy:
    digits-relu, digits-tanh, digits-cnn, fashion-relu, at learning rates that the kept
    result of `experiments.network_regimes` chose. On all samples, with a late switch
    from GD too: wine-square, wine-entropy, digits-square, digits-entropy. On a
    manifold of zero loss: zero-diabetes, zero-digits. --quick: wine-square and
    zero-diabetes, few steps.
    """

    tasks: tuple[str, ...] = ()
    """digits-relu, wine-square, zero-digits ...; default: all whose data are here"""
    methods: tuple[str, ...] = ("gd", "usam", "sam", "ssam", "ssam-n")
    """gd, usam, sam, ssam, ssam-n; those without gd have nothing to be compared with"""
    seeds: int = 5
    """starts and orders of mini-batches, the same for every method, rate and radius"""
    outliers: int = 10
    """largest eigenvalues that are told one by one"""
    search: int = 50
    """steps of Lanczos' method that finds them"""
    probes: int = 4
    """random vectors for the other eigenvalues"""
    nodes: int = 25
    """of the quadrature that each of them gives"""
    exact: int = 700
    """parameters up to which all eigenvalues are computed"""

    def __post_init__(self) -> None:
        """Checks the options, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(2, seeds=self.seeds, probes=self.probes)
        run.at_least(1, outliers=self.outliers, nodes=self.nodes)
        run.at_least(0, exact=self.exact)
        run.at_least(self.outliers, search=self.search)
        if not self.methods:
            raise run.BadOption("--methods needs a name.")
        if self.quick:
            self.seeds = min(self.seeds, 2)
            self.tasks = self.tasks or ("wine-square", "zero-diabetes")


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    from experiments.spectral import plan

    if missing := plan.left_out(config):
        print(f"{NAME}: {missing}")
    parts.carried_out(NAME, measure, "experiments.spectral.report", config)


def measure(config: Config) -> xarray.Dataset:
    """All measurements; a task is kept as soon as it is complete."""
    from experiments.spectral import plan
    from theory.kept import RESTS_ON, stamp

    rests_on = stamp(FILES)  # of the sources as they are now
    whole = parts.measured(
        NAME,
        plan.by_part(config),
        plan.owner,
        lambda cases: run.in_parallel(
            plan.do, cases, NAME, config.jobs, config.cluster
        ),
        plan.together,
        config,
    )
    return plan.merge(whole).assign_attrs({RESTS_ON: rests_on})


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
