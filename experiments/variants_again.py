"""F-SAM and AdaSAM beside the methods they are said to beat, from many seeds.

    python -m experiments.variants_again --quick

`experiments.variants` lets every method choose a learning rate and a radius on some
hundred validation images, which is partly chance, and has 20 seeds. Here nothing is
chosen by chance of a validation set: a method is trained at the cell of that grid which
tests best on the grid's own three seeds (the kept result), and judged on others, in
pairs on the same seeds: 50, and 100 where a fifth of the labels are wrong.

The result: `test_accuracy` (task, algorithm, seed), 0 where a run overflew, counted in
`overflown` (task, algorithm), NaN where a task has fewer seeds, and `chosen_eta`,
`chosen_rho` (task, algorithm).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    import xarray

NAME = "variants_again"
# What the numbers rest on; the last ones are found by name, not imported.
FILES = (
    "experiments/zoo/again/cells.py",
    "landscapes/models/mlp.py",
    *(f"theory/methods/{name}.py" for name in ("sam", "friendly_sam", "adasam")),
    "theory/methods/stable.py",
)


@dataclass
class Config(run.Work):
    """F-SAM and AdaSAM beside the methods they are said to beat, from many seeds."""

    seeds: int = 50
    """fresh ones, twice as many where labels are wrong: each decides a start and the
    order of the mini-batches"""
    epochs: int = 20
    """passes over the training data"""
    train: int = 1000
    """training samples"""

    def __post_init__(self) -> None:
        """Checks the numbers, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(2, seeds=self.seeds)
        run.at_least(1, epochs=self.epochs, train=self.train)
        if self.quick:
            self.seeds = min(self.seeds, 2)
            self.epochs, self.train = min(self.epochs, 3), min(self.train, 200)


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    parts.carried_out(NAME, measure, "experiments.zoo.again.report", config)


def measure(config: Config) -> xarray.Dataset:
    """The chosen cells from fresh seeds; what was complete on disk is kept."""
    from experiments.sweep import sweep
    from experiments.zoo.again import cells
    from theory.kept import RESTS_ON, stamp

    rests_on = stamp(FILES)  # of the sources as they are now
    jobs = cells.jobs(config)
    runs = cells.runs(jobs, sweep(list(jobs.values()), config, NAME))
    return cells.result(jobs, runs).assign_attrs({RESTS_ON: rests_on})


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
