"""The largest learning rates at which SGD, USAM and SAM train, from many seeds.

    python -m experiments.network_edges --quick

`experiments.network_regimes` has whole ranges from five seeds; this has their upper
ends, on the same networks and data, from fresh seeds: 30, and 60 of the tanh network
and the CNN, whose seeds differ most. USAM and SAM take the largest radius at which that
experiment trains from all seeds. Rates stand a quarter of an octave apart in a window
around the end; each seed's are shifted by a random part of a step, the same for all
methods, so that means over seeds are not bound to the grid.

The result: `trains` and `train_loss` over that of the start (task, algorithm, seed,
rate), NaN beyond a window; `eta` of each; `edge` (task, algorithm, seed): the window's
first rate times a step for every rate of it that trains (one that fails below others
that do not is taken off); `cut`, whether the window's last rate trains, so that nothing
is known; `rho` (task, algorithm); `step`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "network_edges"
# What the numbers rest on; the last ones are found by name, not imported.
FILES = (
    "experiments/networks/upper.py",
    *(f"landscapes/models/{name}.py" for name in ("mlp", "cnn")),
    *(f"theory/methods/{name}.py" for name in ("gd", "usam", "sam")),
)


@dataclass
class Config(run.Work):
    """The largest learning rates at which SGD, USAM and SAM train, from many seeds."""

    seeds: int = 30
    """fresh ones, twice as many on the tanh network and the CNN"""
    epochs: int = 0
    """passes over the training data; 0: 40, and 20 of a cnn"""
    train: int = 0
    """training samples; 0: digits 1000, Fashion-MNIST 2000"""

    def __post_init__(self) -> None:
        """Checks the numbers, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(2, seeds=self.seeds)
        run.at_least(0, epochs=self.epochs, train=self.train)
        if self.quick:
            self.seeds = min(self.seeds, 2)
            self.epochs, self.train = self.epochs or 4, self.train or 200


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    parts.carried_out(NAME, measure, "experiments.networks.upper_report", config)


def measure(config: Config) -> xarray.Dataset:
    """Seeds in blocks; those that are complete on disk are kept."""
    from experiments.networks import upper
    from theory.kept import RESTS_ON, stamp

    rests_on = stamp(FILES)  # of the sources as they are now
    blocks = parts.measured(
        NAME,
        upper.blocks(config),
        upper.owner,
        lambda cases: _measured(cases, config),
        upper.together,
        config,
    )
    return upper.whole(blocks).assign_attrs({RESTS_ON: rests_on})


def _measured(cases: list[tuple], config: Config) -> Iterator[tuple]:
    """`(case, result)` as they finish."""
    from experiments.networks import upper

    return run.in_parallel(upper.do, cases, NAME, config.jobs, config.cluster)


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
