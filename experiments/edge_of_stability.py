r"""Where does each method's training come to rest between stable and unstable?

    python -m experiments.edge_of_stability --quick
    python -m experiments.edge_of_stability --data digits --methods gd sam ssam

Full-batch training of networks at several learning rates, radii and seeds, with the
Hessian's largest eigenvalues along the way, beside each method's edge (L3, L7, T13):
the curvature at which its steps turn the gradient round. And L28: what a late switch
from GD to another method does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "edge_of_stability"
# What computes the numbers; the last ones are found by name, not imported.
FILES = (
    "experiments/edge_of_stability.py",
    "experiments/edges/plan.py",
    "landscapes/models/mlp.py",
    *(f"theory/methods/{name}.py" for name in ("gd", "usam", "sam", "stable")),
)


@dataclass
class Config(run.Work):
    r"""Where does each method's training settle, at its edge of stability or elsewhere?

    Without --data: digits, and fashion_mnist where it is present. Their usual learning
    rates and radii are such that GD comes to 2/eta within a third of the steps. The
    square loss is the default: cross-entropy's Hessian shrinks as samples are learnt,
    and leaves the edge. Single precision: eigenvalues differ by 1e-6 from those in
    double, and by up to 3e-4 (the first) and 3e-3 (the second) by --tol. --quick: one
    data set, one rate and radius, 200 samples.
    """

    data: tuple[str, ...] = ()
    """digits, fashion_mnist ... (others with --eta and --rho); default: what is here"""
    model: str = "mlp"
    """mlp, cnn ..."""
    hidden: tuple[int, ...] = (32, 32)
    """widths of the hidden layers of an mlp, with tanh between them"""
    pool: int = 2
    """images of 28 x 28 are averaged over squares of this side; 1: left as they are"""
    methods: tuple[str, ...] = ("gd", "usam", "sam", "ssam", "ssam-n")
    """gd, usam, sam, ssam, ssam-n, stable:NAME ..."""
    eta: tuple[str, ...] = ()
    """learning rates, values or LOW:HIGH:N (logarithmic)"""
    rho: tuple[str, ...] = ()
    """radii, values or LOW:HIGH:N (logarithmic): lengths for SAM and SSAM-N, rates
    (1 / curvature) for USAM and SSAM"""
    seeds: int = 5
    """initialisations, the same for every method, rate and radius"""
    steps: int = 2500
    """of a run, each with all samples"""
    every: int = 35
    """steps between two looks at the spectrum (odd: a 2-cycle is seen on both sides)"""
    top: int = 2
    """eigenvalues that are followed"""
    tol: float = 1e-2
    """relative residual at which they are known; the error is at most as large"""
    train: int = 1000
    """training samples"""
    loss: str = "square"
    """square or cross_entropy"""
    late: bool = True
    """also switch from GD to every method, late (digits, fashion_mnist)"""
    dtype: str = "float32"
    """float64 or float32"""
    device: str = "cpu"
    """torch device"""

    def __post_init__(self) -> None:
        """Checks the options, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(1, pool=self.pool, every=self.every, top=self.top)
        run.at_least(2, seeds=self.seeds, train=self.train)
        run.at_least(4 * self.every, steps=self.steps)
        if not 0 < self.tol < 1:
            raise run.BadOption(f"--tol must be above 0 and below 1, got {self.tol:g}.")
        if 28 % self.pool:
            raise run.BadOption(f"--pool must divide 28, got {self.pool}.")
        if self.dtype not in ("float64", "float32"):
            raise run.BadOption(f"--dtype is float64 or float32, got `{self.dtype}`.")
        if self.device != "cpu":
            run.check_device(self.device)
        if not self.methods:
            raise run.BadOption("--methods needs a name.")
        self.eta_grid = tuple(run.numbers("eta", self.eta, zero=False))
        self.rho_grid = tuple(run.numbers("rho", self.rho, zero=True))
        self.data = self.data or self._present()
        self.late_steps = (2500, 500)
        if self.quick:
            self._make_small()

    def _present(self) -> tuple[str, ...]:
        from landscapes.splits import present

        return tuple(name for name in ("digits", "fashion_mnist") if present(name))

    def _make_small(self) -> None:
        self.data = self.data[:1]
        self.seeds, self.train = min(self.seeds, 2), min(self.train, 200)
        self.steps, self.late_steps = min(self.steps, 6 * self.every), (100, 25)


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    parts.carried_out(NAME, measure, "experiments.edges.report", config)


def measure(config: Config) -> xarray.Dataset:
    """All measurements; a method on a data set is kept as soon as it is complete."""
    from experiments.edges import plan
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
    return plan.merge(whole, config).assign_attrs({RESTS_ON: rests_on})


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
