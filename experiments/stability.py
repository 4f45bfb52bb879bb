r"""How far do runs part when one sample is replaced, and how far may they?

    python -m experiments.stability --quick
    python -m experiments.stability --data breast_cancer --model logistic --n 64 128
    python -m experiments.stability --data mine.csv --eta 0.1 1 --rho 0.5

Runs on a data set and on its neighbours, which differ in one sample, with the same
mini-batches: how far their points and their losses part over time, for every method,
learning rate, radius, batch size and number of samples, beside the bounds that are
known (T16, T17, L10, L11); and how that grows with the steps, the learning rate, the
radius and one over the number of samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray

NAME = "stability"
LOOKS = 6
SHORTER = {"softmax": 4, "mlp": 8}  # runs of these models take a share of the steps
# What computes the numbers; the last ones are found by name, not imported.
FILES = (
    "experiments/stability.py",
    "experiments/stable/plan.py",
    "experiments/stable/linear.py",
    "experiments/stable/networks.py",
    "landscapes/models/mlp.py",
    *(f"theory/methods/{name}.py" for name in ("gd", "usam", "sam", "stable")),
)


@dataclass
class Config(run.Work):
    r"""How far do runs part when one sample is replaced, and how far may they?

    Linear models start at 0, samples have length 1 at most. Without --data and --model:
    ridge, least squares, logistic and softmax regression and small networks on five
    data sets, and on one's synthetic twin.
    """

    data: tuple[str, ...] = ()
    """breast_cancer, digits, wine, diabetes, fashion_mnist; NAME:twin: Gaussian with
    the same moments; or a CSV file of your own, the target last"""
    model: tuple[str, ...] = ()
    """square, ridge, logistic, softmax, mlp"""
    methods: tuple[str, ...] = ("gd", "usam", "sam", "ssam", "ssam-n")
    """gd (on mini-batches: SGD), usam, sam, ssam, ssam-n, stable:NAME ..."""
    eta: tuple[str, ...] = ("0.1", "0.5", "1", "1.9")
    """learning rates in units of 1/beta, beta the largest of a sample: values or
    LOW:HIGH:N (logarithmic)"""
    rho: tuple[str, ...] = ("0.1", "1")
    """radii in units of 1/beta, for SAM and SSAM-N times the usual gradient at the
    start: values or LOW:HIGH:N (logarithmic)"""
    n: tuple[int, ...] = ()
    """samples of a data set; default: 32 64 128 256, fewer where it takes long"""
    batch: tuple[int, ...] = (1, 8, 0)
    """samples of a step; 0: all"""
    replacements: int = 16
    """samples of each data set that are replaced, one in each neighbour"""
    trials: int = 8
    """data sets drawn independently, with an order of mini-batches each"""
    steps: int = 512
    """of a run; a quarter of them for softmax, an eighth for networks"""
    seed: int = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        """Checks the options, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(2, trials=self.trials, **{"n": min(self.n, default=2)})
        run.at_least(1, replacements=self.replacements)
        run.at_least(16, steps=self.steps)
        run.at_least(0, seed=self.seed, batch=min(self.batch, default=0))
        for name in ("methods", "eta", "rho", "batch"):
            if not getattr(self, name):
                raise run.BadOption(f"--{name} needs a value.")
        self.eta_grid = _distinct(run.numbers("eta", self.eta, zero=False))
        self.rho_grid = _distinct(run.numbers("rho", self.rho, zero=True))
        self.batch, self.methods = _distinct(self.batch), _distinct(self.methods)
        if self.quick:
            self.replacements = min(self.replacements, 8)
            self.trials, self.steps = min(self.trials, 5), min(self.steps, 64)

    def times_of(self, model: str) -> tuple[int, ...]:
        """After how many steps the runs are looked at, each twice the one before."""
        steps = self.steps // SHORTER.get(model, 1)
        return _distinct(steps >> k for k in reversed(range(LOOKS)) if steps >> k)


def _distinct(values: Iterable) -> tuple:
    """Each once, in order."""
    return tuple(dict.fromkeys(values))


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    parts.carried_out(NAME, measure, "experiments.stable.report", config)


def measure(config: Config) -> xarray.Dataset:
    """All measurements; a problem is kept as soon as it is complete."""
    from experiments.stable import plan
    from experiments.stable.theorems import theorems
    from theory.kept import RESTS_ON, stamp

    rests_on = stamp(FILES)  # of the sources as they are now
    whole = parts.measured(
        NAME,
        plan.by_part(config),
        plan.owner,
        lambda cases: run.in_parallel(
            plan.do, cases, NAME, config.jobs, config.cluster, plan.cost, "unit"
        ),
        plan.together,
        config,
    )
    found = plan.merge(whole, config).merge(theorems())
    return found.assign_attrs({RESTS_ON: rests_on})


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
