"""What a step of every method costs: evaluations counted, and time beside SGD's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray

from experiments.networks.task import networks
from experiments.zoo.lineup import line_up, plain_forms
from experiments.zoo.seen import order
from landscapes.network import Network
from theory.base import gradient_descent
from theory.family import cost as stated
from theory.methods.gd import GD

if TYPE_CHECKING:
    import torch

    from theory.method import Method

NETWORK = ("digits", "mlp:relu", "cross_entropy", 1000, "float64", "cpu")
BATCH, ETA = 64, 0.05
EPOCHS = 20  # after the first: 300 steps, whole periods of all methods
QUICK = 1
VALUE, PRODUCT = 1 / 3, 2.0  # in gradients: a value, a Hessian-vector product


@dataclass(frozen=True, eq=False)
class Counted(Network):
    """A network that counts how many samples each evaluation saw.

    Args:
        counts: of `gradients`, `values` and `products`, shared by all its parts.
    """

    counts: Counter | None = None

    @classmethod
    def of(cls, net: Network) -> Counted:
        """The same network, with nothing counted."""
        known = {spec.name: getattr(net, spec.name) for spec in fields(Network)}
        return cls(**known, counts=Counter())

    def value(self, w: torch.Tensor) -> torch.Tensor:
        """Counted as a value."""
        self.counts["values"] += self.n
        return super().value(w)

    def losses(self, w: torch.Tensor) -> torch.Tensor:
        """Counted as a value."""
        self.counts["values"] += self.n
        return super().losses(w)

    def value_and_gradient(self, w: torch.Tensor) -> tuple:
        """Counted as a gradient."""
        self.counts["gradients"] += self.n
        return super().value_and_gradient(w)

    def losses_and_gradient(self, w: torch.Tensor, active: Any = None) -> tuple:
        """Counted as a gradient, whichever tensors are active."""
        self.counts["gradients"] += self.n
        return super().losses_and_gradient(w, active)

    def squares(self, w: torch.Tensor, count: int) -> torch.Tensor:
        """Counted as a gradient a sample."""
        self.counts["gradients"] += count
        return super().squares(w, count)

    def hvp(self, w: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        """Counted as a product."""
        self.counts["products"] += self.n
        return super().hvp(w, v)


class Trained:
    """A network on its way, trained by one method."""

    def __init__(self, method: Method, net: Network) -> None:
        """Before the first step."""
        self.method, self.net = method, Counted.of(net)
        self.w, self.t = net.start.clone(), 0
        self.state = method.init(self.w)

    def epoch(self) -> float:
        """Seconds of a step, over one epoch."""
        n, begin = self.net.n, perf_counter()
        batches = order(n, BATCH, 0, self.t // (n // BATCH))
        for indices in batches:
            sample = self.net.sample(indices, self.t)
            d, _, self.state = self.method.direction(self.w, self.state, sample)
            self.w, _ = gradient_descent.update(self.w, d, (), ETA)
            self.t += 1
        return (perf_counter() - begin) / len(batches)


def cost(specs: Iterable[str], quick: bool) -> xarray.Dataset:
    r"""Trains a network by every method in turn, epoch by epoch, beside SGD.

    The first epoch is neither counted nor timed. All count in steps' worth: a gradient
    of the whole batch is 1, of a part of it its share.

    Args:
        specs: names of methods.
        quick: fewer epochs than the longest periods.

    Returns:
        A step's `cost_gradients`, `cost_values` (passes forward alone),
        `cost_products` (Hessian-vector products); `cost_counted`, their sum in
        gradients: a value is 1/3, a product 2; `cost_stated`, what the method states,
        in the same unit; `cost_time`: of a step over that of SGD's, the median of the
        epochs' quotients, `cost_time_low`, `cost_time_high`, their quartiles;
        `(algorithm, network)`; `cost_sgd_seconds`, of SGD's step, `(network)`.
    """
    specs, net = list(specs), networks(*NETWORK)["train"]
    methods = line_up(specs)
    sgd = Trained(GD(), net)
    runs = {label: Trained(method, net) for label, method in methods.items()}
    for run in (sgd, *runs.values()):
        run.epoch()
        run.net.counts.clear()
    base, times = [], {label: [] for label in runs}
    for _ in range(QUICK if quick else EPOCHS):
        base.append(sgd.epoch())
        for label, run in runs.items():
            times[label].append(run.epoch() / base[-1])
    rows = [
        _row(run, np.array(times[label]), run.t - run.t // (len(base) + 1))
        for label, run in runs.items()
    ]
    cell = ("algorithm", "network")
    table = {key: (cell, [[row[key]] for row in rows]) for key in rows[0]}
    return xarray.Dataset(
        table | {"cost_sgd_seconds": ("network", [float(np.median(base))])},
        coords={"algorithm": list(methods), "network": [net.name]},
    ).assign(plain_form=("algorithm", plain_forms(specs)))


def _row(run: Trained, times: np.ndarray, steps: int) -> dict[str, float]:
    """What one method's steps cost."""
    names = ("gradients", "values", "products")
    gradients, values, products = (
        run.net.counts[name] / BATCH / steps for name in names
    )
    low, middle, high = np.quantile(times, (0.25, 0.5, 0.75))
    return {
        "cost_gradients": gradients,
        "cost_values": values,
        "cost_products": products,
        "cost_counted": gradients + VALUE * values + PRODUCT * products,
        "cost_stated": stated(run.method),
        "cost_time": middle,
        "cost_time_low": low,
        "cost_time_high": high,
    }
