"""At which learning rates and radii do networks train, and which method tests best?

    python -m experiments.network_regimes --quick
    python -m experiments.network_regimes --data digits --model cnn:relu --rho 0.1 1

Real data, small networks, hundreds of them trained at once: final training, validation
and test loss and accuracy over (eta, rho, seed); the learning rates at which training
succeeds and at which tests are as good as at the best of a radius, over SGD's; each
method at its own best, chosen on validation data, trained anew from fresh seeds, and
judged on test data. What this says of P4, P5 and P6 stands in `paper_notes.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "network_regimes"
JUDGED = f"{NAME}_judged"
PARTS = ("training", "grid", "tuned", "ranges")
# What the numbers rest on.
FILES = (
    *(f"experiments/networks/{name}.py" for name in PARTS),
    *(f"landscapes/models/{name}.py" for name in ("mlp", "cnn")),
    *(f"theory/methods/{name}.py" for name in ("gd", "usam", "sam", "stable")),
)
RADII = {"length": (0.05, 0.15, 0.5, 1.0, 2.0), "rate": (0.03, 0.1, 0.3, 1.0, 3.0)}


@dataclass
class Config(run.Work):
    """At which learning rates and radii do networks train, and which tests best?

    Steps are plain (SGD on mini-batches): base updates with momentum, weight decay or
    schedules are not looked at. Without --data and --model: ReLU and tanh MLPs
    (64-32-10) and a small ReLU CNN on digits and, where the data are here, a ReLU MLP
    (784-32-10) on 2000 images of Fashion-MNIST. Without --eta, 24 learning rates from
    where --epochs do not suffice to where nothing trains. Without --rho, radii are 0.05
    to 2 where they are lengths (SAM, SSAM-N), 0.03 to 3 where they are rates.
    """

    data: tuple[str, ...] = ()
    """digits, fashion_mnist ...; default: what is here"""
    model: tuple[str, ...] = ()
    """mlp, cnn ... with the activation: mlp:relu, mlp:tanh, cnn:relu; default: these"""
    methods: tuple[str, ...] = ("gd", "usam", "sam", "ssam", "ssam-n")
    """gd (on mini-batches: SGD), usam, sam, ssam, ssam-n, stable:NAME ..."""
    eta: tuple[str, ...] = ()
    """learning rates, values or LOW:HIGH:N (logarithmic)"""
    rho: tuple[str, ...] = ()
    """radii, values or LOW:HIGH:N (logarithmic): lengths for SAM and SSAM-N, rates
    (1 / curvature) for USAM and SSAM"""
    seeds: int = 5
    """of the grid: each decides a start and the order of the mini-batches"""
    fresh_seeds: int = 50
    """further ones, on which the chosen learning rates and radii are judged"""
    epochs: int = 0
    """passes over the training data; 0: 40, and 20 of a cnn"""
    batch: int = 64
    """samples in a mini-batch; 0: all"""
    train: int = 0
    """training samples; 0: digits 1000, Fashion-MNIST 2000"""
    loss: str = "cross_entropy"
    """square or cross_entropy"""
    dtype: str = "float32"
    """float64 or float32"""
    device: str = "cpu"
    """torch device"""

    def __post_init__(self) -> None:
        """Checks the numbers, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(2, seeds=self.seeds, **{"fresh-seeds": self.fresh_seeds})
        run.at_least(0, epochs=self.epochs, batch=self.batch, train=self.train)
        if not self.methods:
            raise run.BadOption("--methods needs a name.")
        if self.dtype not in ("float64", "float32"):
            raise run.BadOption(f"--dtype is float64 or float32, got `{self.dtype}`.")
        if self.device != "cpu":
            run.check_device(self.device)
        self.eta_grid = sorted(set(run.numbers("eta", self.eta, zero=False)))
        self.rho_grid = sorted(set(run.numbers("rho", self.rho, zero=True)))
        if self.quick:
            self.seeds, self.fresh_seeds = min(self.seeds, 3), min(self.fresh_seeds, 4)
            self.epochs, self.train = self.epochs or 8, self.train or 400
        self.rates = 7 if self.quick else 24
        short = slice(None, None, 2) if self.quick else slice(None)
        self.radii = {unit: grid[short] for unit, grid in RADII.items()}


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    from experiments.networks import plan

    if missing := plan.left_out(config):
        print(f"{NAME}: {missing}")
    parts.carried_out(NAME, measure, "experiments.networks.report", config)


def measure(config: Config) -> xarray.Dataset:
    """The grid, then the chosen cells anew; what was complete on disk is kept."""
    import xarray

    from experiments.networks import plan, tuned
    from experiments.networks.grid import axes, gathered
    from experiments.networks.ranges import ranges
    from experiments.networks.words import attributes
    from experiments.sweep import sweep
    from theory.kept import RESTS_ON, stamp

    rests_on = stamp(FILES)  # of the sources as they are now
    jobs = plan.jobs(config)
    grid = gathered(jobs, sweep(list(jobs.values()), config, NAME))
    grid = grid.merge(axes(jobs))
    choice = tuned.chosen(grid)
    anew = tuned.judges(jobs, choice, config.fresh_seeds)
    fresh = tuned.at_best(gathered(anew, sweep(list(anew.values()), config, JUDGED)))
    told = [grid, choice, fresh, tuned.judged(fresh.tuned_test), ranges(grid)]
    whole = xarray.merge(told, compat="override", join="outer")
    return whole.assign_attrs(attributes(whole) | {RESTS_ON: rests_on})


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
