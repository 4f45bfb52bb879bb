r"""Do sharpness-aware methods stall at saddles of real networks, on real data?

    python -m experiments.network_saddles --quick
    python -m experiments.network_saddles --data digits --methods gd sam ssam

Around known saddles, beside what T6 to T9 say of the Hessian there and what the
quadratic with its eigenvalues does: the origin of linear networks, and embedded
saddles, where a trained network's neuron is written twice. In ordinary training: near
what does it end, by the Hessian's index? And does SAM rest where only its ascent point
is critical (T11, L25)?

The result, `network_saddles.nc`, holds, with the dimensions `data`, `algorithm`
(labels), and of each part its own (GD is run once, at the first radius; NaN elsewhere):

Known saddles (`saddle`, by name; `eta_level`, `rho_level`, `start_level`: `near`, with
$\|Hw\| = \rho m/2$, inside T7's trap ($\|w\| = \rho/2$ where H = 0; methods whose
radius is a rate take SAM's middle radius), and `far`, $\|w\| = R/4$; `mode`).

- (data, saddle): `kind` (`origin depth 2`, `origin depth 3`, `embedded`), `index` and
  `nullity` of the Hessian and `index_predicted`, `nullity_predicted` by the closed form
  of the kind, `lam_min`, `lam_max`, `m` (least size of a negative eigenvalue),
  `curvature` (largest size; where all vanish, at distance R), `parameters` P, `loss`
  and `gradient` (its norm) at the saddle. `eigenvalue` (data, saddle, mode), NaN
  beyond P.
- `eta` (data, saddle, eta_level): learning rate. `steps` (data, saddle, algorithm,
  eta_level): how many a run may take, twice as many as GD takes from the nearest start,
  at most --steps (where it is cut short, none counts as held).
- `rho` (data, saddle, algorithm, rho_level): lengths; rates are 0.5 over the steepest,
  0.9 and 1.5 over the weakest descending curvature (1 is the edge of T6, T8).
- (data, saddle, algorithm, eta_level, rho_level, start_level), shares of `starts` (an
  attribute) runs: `held` (over the second half of the steps it stays within its band
  or its first distance, nothing doubles, the loss does not fall), `escaped` (reached
  R, lower than the saddle), `thrown` (reached R, higher, or not finite), `undecided`;
  `stayed` = held + undecided, and Wilson's intervals `held_low`, `held_high`,
  `stayed_low`, `stayed_high`;
  `escape_steps`, the lower median (inf: half stayed); `rise`, the mean of loss less the
  saddle's at the start of the last piece of those that stayed; `theory`, the statement
  used, and `predicted_low`, `predicted_high`, its bounds for `stayed`;
  `predicted_held`, where both are one, else NaN; `quadratic_held`, `quadratic_stayed`,
  `quadratic_steps`: the same on the quadratic of the nonzero eigenvalues, from the same
  starts (NaN where all vanish).

Training (`train_rho_level`, `train_eta_level`, `scale` of the initialisation: `usual`,
`small` = 1/100, `seed`, `check`: steps, `threshold`): `train_rho` (data, algorithm,
train_rho_level), `train_eta`; of each run `train_loss`, `train_gradient` (norm),
`train_steepness` = ‖g‖²/(2 lam_max f), `train_fall`, the share of its mean loss that
it loses from the third quarter of the steps so far to the fourth, `train_lam_min`,
`train_lam_max`, `train_index` (.., threshold): eigenvalues below -threshold lam_max;
all of the whole data's loss. `constant_loss` (data): of the best constant output.
(data, algorithm, scale, train_rho_level), shares over learning rates and seeds:
`stalled`, the runs that end with a `train_fall` within 0.005 of 0 and an index
(threshold 0.01) above 0; `settled`, with index 0; `plateau`, of an index above 0 and a
loss above 0.9 times the constant output's: not learnt yet, whether at rest or not; each
with `_low`, `_high`; `runs`, how many are finite. What GD does in as many steps is the
control of all three.

Hallucination (SAM; `hallucination_rho`, `hallucination_eta`, `seed`, `arm`: `cold`,
`warm`): means over the last 50 steps `hallucination_d_norm`, `hallucination_g_norm`,
`hallucination_loss_here`, `hallucination_loss_there` (at the ascent point);
`warm_start_loss`.
(data, hallucination_rho), over learning rates and seeds: `hallucinated` and
`hallucinated_warm`, the share of runs with ‖d‖ < 0.1 ‖g‖ and a lower loss at the ascent
point; `vanished`, `vanished_warm`: ‖d‖ < 0.1 ‖g‖ alone; `upside_down`,
`upside_down_warm`: the lower loss alone; each with `_low`, `_high`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "network_saddles"
# What computes the numbers; the last ones are found by name, not imported.
FILES = (
    "experiments/network_saddles.py",
    "experiments/networks/saddles/plan.py",
    "experiments/networks/saddles/shares.py",
    *(f"landscapes/models/{name}.py" for name in ("mlp", "linear_net")),
    *(f"theory/methods/{name}.py" for name in ("gd", "usam", "sam", "stable")),
)
LOSSES = ("square", "cross_entropy")


@dataclass
class Config(run.Work):
    """Do sharpness-aware methods stall at saddles of real networks, on real data?

    Radii of methods whose radius is a rate (USAM, SSAM) are taken from the Hessian at
    known saddles, and are --train-rate in training.
    """

    data: tuple[str, ...] = ()
    """digits, fashion_mnist; default: what is here"""
    methods: tuple[str, ...] = ("gd", "usam", "sam", "ssam", "ssam-n")
    """gd, usam, sam, ssam, ssam-n, stable:NAME ..."""
    eta: tuple[str, ...] = ("0.1", "0.5", "1.5")
    """learning rates, values or LOW:HIGH:N (logarithmic), at saddles, in units of
    1/max|lam|"""
    rho: tuple[str, ...] = ("0.005", "0.02", "0.05")
    """radii, values or LOW:HIGH:N (logarithmic), three, at saddles: lengths (SAM,
    SSAM-N)"""
    starts: int = 6
    """starting points of each kind, per saddle, learning rate and radius"""
    steps: int = 3000
    """of a run, at most, at a saddle"""
    samples: int = 300
    """samples at saddles and for hallucinated minimisers"""
    radius: float = 0.2
    """R: the distance from a saddle at which a run has left it"""
    train: int = 400
    """training samples"""
    train_eta: tuple[str, ...] = ("0.05", "0.2", "0.5")
    """learning rates, values or LOW:HIGH:N (logarithmic), in training"""
    train_rho: tuple[str, ...] = ("0.05", "0.2", "1")
    """radii, values or LOW:HIGH:N (logarithmic), in training: lengths"""
    train_rate: tuple[str, ...] = ("0.1", "0.5", "2")
    """radii, values or LOW:HIGH:N (logarithmic), in training: rates"""
    train_steps: int = 1500
    """steps of training"""
    batch: int = 50
    """samples in a mini-batch; 0: all"""
    loss: str = "square"
    """square or cross_entropy, in training"""
    hallucination_rho: tuple[str, ...] = ("0.1:30:7",)
    """radii, values or LOW:HIGH:N (logarithmic), of the search for hallucinated
    minimisers: lengths"""
    seeds: int = 6
    """initialisations"""
    seed: int = 0
    """of all random numbers: the first of the initialisations"""

    def __post_init__(self) -> None:
        """Checks the numbers, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(1, starts=self.starts, seeds=self.seeds)
        run.at_least(0, seed=self.seed, batch=self.batch)
        run.at_least(200, steps=self.steps)
        run.at_least(100, **{"train-steps": self.train_steps})
        run.at_least(50, samples=self.samples, train=self.train)
        if not self.methods:
            raise run.BadOption("--methods needs a name.")
        if self.loss not in LOSSES:
            raise run.BadOption(f"--loss is square or cross_entropy, got {self.loss}.")
        if not 0 < self.radius < float("inf"):
            raise run.BadOption(
                f"--radius must be finite and > 0, got {self.radius:g}."
            )
        self._grids()
        if self.quick:
            self.seeds = min(self.seeds, 2)
            self.steps, self.train_steps = 200, min(self.train_steps, 100)
            self.samples = self.train = 100
            self.starts, self.eta_grid = min(self.starts, 2), self.eta_grid[::2]
            self.train_eta_grid = self.train_eta_grid[:1]
            self.hallucination_grid = self.hallucination_grid[::4]
            self.hallucination_eta_grid = self.train_eta_grid
        self.most_saddles = 3 if self.quick else None

    def _grids(self) -> None:
        self.eta_grid = run.numbers("eta", self.eta, zero=False)
        self.lengths = run.numbers("rho", self.rho, zero=False)
        if len(self.lengths) != 3:
            raise run.BadOption(f"--rho takes three radii, got {len(self.lengths)}.")
        self.train_eta_grid = run.numbers("train-eta", self.train_eta, zero=False)
        self.train_lengths = run.numbers("train-rho", self.train_rho, zero=False)
        self.train_rates = run.numbers("train-rate", self.train_rate, zero=False)
        if len(self.train_lengths) != len(self.train_rates):
            raise run.BadOption(
                "--train-rho and --train-rate take equally many radii, got "
                f"{len(self.train_lengths)} and {len(self.train_rates)}."
            )
        self.hallucination_grid = run.numbers(
            "hallucination-rho", self.hallucination_rho, zero=False
        )
        self.hallucination_eta_grid = self.train_eta_grid[:2]


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    parts.carried_out(NAME, measure, "experiments.networks.saddles.report", config)


def measure(config: Config) -> xarray.Dataset:
    """All measurements; a part (`plan.owner`) is kept on disk once it is complete."""
    from experiments.networks.saddles import plan, shares
    from theory.kept import RESTS_ON, stamp

    rests_on = stamp(FILES)  # of the sources as they are now
    whole = parts.measured(
        NAME,
        plan.by_part(config),
        plan.owner,
        lambda cases: _measured(cases, config),
        plan.together,
        config,
    )
    found = shares.pooled(plan.in_order(plan.merge(whole), config))
    return found.assign_attrs({RESTS_ON: rests_on})


def _measured(cases: list[tuple], config: Config) -> Iterator[tuple]:
    """`(case, result)` as they finish."""
    from experiments.networks.saddles import plan

    return run.in_parallel(plan.do, cases, NAME, config.jobs, config.cluster)


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
