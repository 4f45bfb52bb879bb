r"""Many networks trained at once: one seed, a part of the grid of radii and rates.

The members of a tile are rows of x `(B, P)`, eta and rho `(B, 1)` stand beside them,
and `theory.iterate` takes the steps: a method has one definition, here too. All members
see the same mini-batches: seed and epoch alone decide their order, not the method, the
radius or the rate, so that runs of one seed are pairs.

Nothing in a step mixes members: one that diverges runs on, and its NaN is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from experiments.networks.kind import RESULT
from experiments.networks.task import networks
from landscapes.minibatch import MiniBatch
from landscapes.network import Network
from theory import methods
from theory.iterate import State, iterate
from theory.method import norm

BURST = 10.0  # a training loss of more than so many times the start's is divergence


def trained(job: Any, start: int, stop: int) -> np.ndarray:
    r"""Trains the runs `start` to `stop`, all of one seed, together.

    Args:
        job: with `data`, `model`, `method`, `eta`, `rho`, `first_seed`, `epochs`,
            `batch`, `loss`, `train`, `dtype`, `device` and `shape`, (seed, rho, eta);
            the runs are numbered in this order.
        start: the first run.
        stop: one past the last.

    Returns:
        Of `RESULT`, `(stop - start,)`: losses and accuracies at the end on the three
        parts of the data; `start_loss`, the training loss before the first step;
        `g_norm`, `d_norm`, mean norms of the raw and the surrogate gradient over the
        steps of the last epoch; `diverged`, the first epoch, from 1, at whose end the
        training loss was not finite or above 10 times the start's, else -1. Where
        something has overflown, it is not finite.

    Raises:
        ValueError: the runs are not of one seed, or a word of the job is unknown.
    """
    return finished(job, start, stop)[0]


def finished(
    job: Any, start: int, stop: int
) -> tuple[np.ndarray, Network, torch.Tensor]:
    """As `trained`: its `RESULT`, the training loss, and the points at the end."""
    seed, rho, eta = np.unravel_index(np.arange(start, stop), job.shape)
    if seed[0] != seed[-1]:
        raise ValueError(
            f"runs trained together are of one seed, got {seed[0]} to {seed[-1]}."
        )
    nets = networks(job.data, job.model, job.loss, job.train, job.dtype, job.device)
    net, seed = nets["train"], job.first_seed + int(seed[0])
    method, x = methods.make(job.method), net.initial(seed).to(net.X)
    x = x.expand(stop - start, -1).clone()
    rho, eta = _column(job.rho, rho, net), _column(job.eta, eta, net)
    if method.alone:  # a tile of one, which has no axis of members
        x, rho, eta = x[0], rho[0], eta[0]
    steps, sample = steps_of(net.n, job.batch), sampled(net, job.batch, seed)
    run = iterate(
        net, method.having(rho=rho), x, eta, job.epochs * steps, sample=sample
    )
    told, x = _told(nets, run, steps, job.epochs)
    return told, net, x


def _column(grid: tuple[float, ...], which: np.ndarray, net: Network) -> torch.Tensor:
    """Its entries, a scalar of the batch beside the points, `(B, 1)`."""
    return torch.as_tensor(np.array(grid)[which]).to(net.X)[:, None]


def sampled(net: Network, batch: int, seed: int) -> Callable[[int], MiniBatch]:
    """What step t sees: its mini-batch, which knows where in its epoch it stands.

    Arguments as of `ordered`, of the training samples.
    """
    order, steps = ordered(net.n, batch, seed), steps_of(net.n, batch)

    def sample(t: int) -> MiniBatch:
        return replace(net.sample(order(t), t, seed), per_epoch=steps)

    return sample


def ordered(n: int, batch: int, seed: int) -> Callable[[int], np.ndarray]:
    """The samples of step t: in every epoch all, in an order of its own.

    Args:
        n: how many samples there are.
        batch: how many a mini-batch has, at most; 0: all.
        seed: with the epoch it decides the order.
    """
    steps = steps_of(n, batch)

    @lru_cache(maxsize=1)
    def parts(epoch: int) -> list[np.ndarray]:
        order = np.random.default_rng([seed, epoch]).permutation(n)
        return np.array_split(order, steps)

    return lambda t: parts(t // steps)[t % steps]


def steps_of(n: int, batch: int) -> int:
    """Of an epoch: mini-batches of sizes as equal as possible, none above `batch`."""
    return -(-n // batch) if batch else 1


def _told(
    nets: dict[str, Network], run: Iterator[State], steps: int, epochs: int
) -> tuple[np.ndarray, torch.Tensor]:
    """A run's `RESULT`, and where it ended; so many steps are an epoch."""
    net, last = nets["train"], (epochs - 1) * steps
    for t, state in enumerate(run):
        x, g, d = map(torch.atleast_2d, (state.x, state.g, state.d))
        if t == 0:
            start_loss = net.value(x)
            told = np.zeros(len(x), RESULT)
            told["start_loss"], told["diverged"] = start_loss.cpu(), -1
        elif t % steps == 0:
            fine = net.value(x) <= BURST * start_loss  # NaN is not
            new = ~fine.cpu().numpy() & (told["diverged"] < 0)
            told["diverged"][new] = t // steps
        if last <= t < last + steps:
            told["g_norm"] += _number(norm(g)) / steps
            told["d_norm"] += _number(norm(d)) / steps
    for part, own in nets.items():
        loss = own.value(x)
        hits = torch.where(loss.isfinite(), own.accuracy(x), torch.nan)
        told[f"{part}_loss"], told[f"{part}_accuracy"] = loss.cpu(), hits.cpu()
    return told, x


def _number(scalar: torch.Tensor) -> np.ndarray:
    return scalar[:, 0].cpu().numpy()
