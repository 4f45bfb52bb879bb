"""All methods, with and without Stable: does renormalisation help every variant?

    python -m experiments.variants --quick
    python -m experiments.variants --data digits:noisy --methods sam stable:sam

Which saddles every method leaves, up to which learning rate it converges on convex
functions, and what its steps cost. Then it is trained on real data, with right and with
partly wrong labels, on a grid of learning rates and radii of its own; at its own best,
chosen on validation data, it is trained anew from fresh seeds and judged on test data,
in pairs on the same seeds, with the largest Hessian eigenvalue where it ended.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from experiments import parts, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray

NAME = "variants"
JUDGED = f"{NAME}_judged"
METHODS = run.ROOT / "theory/methods"
PARTS = ("saddles", "convex", "cost")  # beside training; functions of these names
# What the numbers rest on.
FILES = (
    *(f"experiments/zoo/{part}.py" for part in ("training", *PARTS)),
    "landscapes/models/mlp.py",
    *(f"theory/methods/{f.name}" for f in sorted(METHODS.glob("*.py"))),
)


@dataclass
class Config(run.Work):
    """All methods, with and without Stable: does renormalisation help every variant?

    On saddles, on convex functions, in training; and what each costs. Steps are plain
    (SGD on mini-batches). Without --data: digits and, where the data
    are here, Fashion-MNIST, each also with a fifth of the training labels wrong.
    Without --methods: all, each with Stable where it can be. Every method has a grid of
    10 learning rates and 3 radii.
    """

    data: tuple[str, ...] = ()
    """digits, digits:noisy, fashion_mnist, fashion_mnist:noisy ...; default: what is
    here"""
    model: tuple[str, ...] = ()
    """mlp, cnn ... with the activation: mlp:relu, mlp:tanh; default: mlp:relu"""
    methods: tuple[str, ...] = ()
    """gd (on mini-batches: SGD), usam, sam, ssam, ssam-n, stable:NAME ..., with
    hyperparameters: looksam/k=2; default: all"""
    seeds: int = 3
    """of the grid: each decides a start and the order of the mini-batches"""
    fresh_seeds: int = 20
    """further ones, on which the chosen learning rates and radii are judged"""
    epochs: int = 20
    """passes over the training data"""
    batch: int = 64
    """samples in a mini-batch; 0: all"""
    train: int = 1000
    """training samples"""
    dtype: str = "float32"
    """float64 or float32"""

    def __post_init__(self) -> None:
        """Checks the numbers, and makes everything small for --quick."""
        super().__post_init__()
        run.at_least(2, seeds=self.seeds, **{"fresh-seeds": self.fresh_seeds})
        run.at_least(1, epochs=self.epochs, train=self.train)
        run.at_least(0, batch=self.batch)
        if self.dtype not in ("float64", "float32"):
            raise run.BadOption(f"--dtype is float64 or float32, got `{self.dtype}`.")
        self.rates, self.radii = 10, 3
        if self.quick:
            self.seeds, self.fresh_seeds = 2, 5
            self.epochs, self.train = min(self.epochs, 3), min(self.train, 200)
            self.rates, self.radii = 3, 1


def work(config: Config) -> None:
    """Measures what is missing, saves, and prints the table and the answer."""
    from experiments.zoo import plan

    if missing := plan.left_out(config):
        print(f"{NAME}: {missing}")
    parts.carried_out(NAME, measure, "experiments.zoo.report", config)


def measure(config: Config) -> xarray.Dataset:
    """All parts, side by side; what was complete on disk is kept."""
    import xarray

    from experiments.zoo.training import training
    from theory.kept import RESTS_ON, stamp

    rests_on = stamp(FILES)  # of the sources as they are now
    # Each a Dataset of variables of its own; methods stand along `algorithm`.
    told = [training(config, NAME, JUDGED), *_parts(config)]
    whole = xarray.merge(told, compat="override", join="outer", combine_attrs="drop")
    labels = dict.fromkeys(label for part in told for label in part.algorithm.values)
    attributes = {name: text for part in told for name, text in part.attrs.items()}
    whole = whole.sel(algorithm=[*labels])  # in the order of the first part
    return whole.assign_attrs(attributes | {RESTS_ON: rests_on})


def _parts(config: Config) -> list[xarray.Dataset]:
    """What methods do on surfaces, and what they cost."""
    from experiments.zoo import plan

    def do(cases: list[tuple]) -> Iterator[tuple[tuple, xarray.Dataset]]:
        for (name,) in cases:
            part = getattr(importlib.import_module(f"experiments.zoo.{name}"), name)
            yield (name,), part(plan.specs(config), config.quick)

    plans = {name: [(name,)] for name in PARTS}
    return parts.measured(
        f"{NAME}_parts", plans, itemgetter(0), do, lambda done: done[0][1], config
    )


if __name__ == "__main__":
    run.main(Config, work, f"experiments.{NAME}", "what was complete is kept")
