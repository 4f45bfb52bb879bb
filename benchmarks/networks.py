"""Many networks at once against a loop of torch modules, one optimizer each.

    python -m benchmarks.networks
    python -m benchmarks.networks --model mlp cnn --dtype float64 --threads 1

The same job, one training step of B networks on a batch that they share, in five ways:
(1) as users do it: a module and a `torch.optim.SGD` each, `zero_grad`, `backward`,
`step`; (2) `Network` with `engine="looped"`; (3) with `engine="batched"`; (4) with
`engine="traced"`, its operations recorded; (5) with `engine="auto"`. All are first
shown to agree to 1e-10 in float64, also in a step of SAM; then they are timed in turn,
so that a machine that others use too is as fast for one as for the other, and medians
of 7 blocks are printed, in microseconds a network, with how many times faster than (1)
they are. A loop's cost is a network's times their number: loops are timed on at most 32
networks. With `--threads 1` processor time is counted instead of time on the wall,
which others on the machine lengthen.

Then SSAM's step beside SAM's, and where the time of a batched gradient goes: the
products of matrices beside this machine's best (a product of 1024 x 1024 in the same
dtype, same threads), the share of everything else, and the same for one network of the
loop, whose time is the calls' and not the arithmetic's. What (3) gains is bounded by
the arithmetic, what (1) loses is nearly independent of the dtype: float64 gains about
half of float32.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

import torch
from torch.nn import functional as F

from experiments import run
from landscapes import models
from landscapes.network import Network
from theory import console, methods
from theory.base import gradient_descent

BLOCKS = 7
ENGINES = ("looped", "batched", "traced", "auto")
LOOP = 32  # networks that a loop is timed on
ETA = 0.1


@dataclass
class Config:
    """Networks at once, side by side."""

    model: tuple[str, ...] = ("mlp", "cnn")
    """mlp, cnn ..., for images of 8 x 8"""
    members: tuple[int, ...] = (1, 16, 128, 256, 1024)
    """B, how many networks at once"""
    batch: int = 64
    """samples in a mini-batch"""
    dtype: str = "float32"
    """float64 or float32"""
    threads: int | None = None
    """torch's threads; default: as many as it takes"""

    def __post_init__(self) -> None:
        """Checks the numbers."""
        threads = 1 if self.threads is None else self.threads
        run.at_least(1, members=min(self.members), batch=self.batch, threads=threads)
        if self.dtype not in ("float64", "float32"):
            raise run.BadOption(f"--dtype is float64 or float32, got `{self.dtype}`.")


def network(model: str, batch: int, dtype: torch.dtype) -> Network:
    """Random images of 8 x 8 in ten classes."""
    draw = torch.Generator().manual_seed(0)
    X = torch.randn(batch, 1, 8, 8, generator=draw, dtype=torch.float64)
    y = torch.randint(0, 10, (batch,), generator=draw)
    return Network(models.make(model, (1, 8, 8), 10).to(dtype), X, y, name=model)


def starts(net: Network, count: int) -> torch.Tensor:
    """As many points as there are networks, `(B, P)`."""
    few = torch.stack([net.initial(seed) for seed in range(min(count, 32))])
    return few.repeat(-(-count // len(few)), 1)[:count].clone()


def modules(net: Network, w: torch.Tensor) -> tuple[Callable, list]:
    """A step of the user's loop, and its modules."""
    made = [net.load(copy.deepcopy(net.module), row) for row in w]
    optimizers = [torch.optim.SGD(m.parameters(), lr=ETA) for m in made]

    def step() -> None:
        for module, optimizer in zip(made, optimizers, strict=True):
            optimizer.zero_grad()
            F.cross_entropy(module(net.X), net.y).backward()
            optimizer.step()

    return step, made


def at_once(net: Network, w: torch.Tensor, spec: str = "gd") -> Callable:
    """A step of a method for all points; gives the next points."""
    method, sample = methods.make(spec, rho=0.05), net.sample(range(net.n))

    def step() -> torch.Tensor:
        d, _, _ = method.direction(w, (), sample)
        return gradient_descent.update(w, d, (), ETA)[0]

    return step


def check(net: Network) -> None:
    """The same step by every way in float64, or there is no comparison."""
    net = net.to(dtype=torch.float64)
    w = starts(net, 20)
    step, made = modules(net, w)
    step()
    ends = {"gd": torch.stack([net.flat(module) for module in made])}
    ends["sam"] = torch.stack([plain_sam(net, row) for row in w])
    for engine in ENGINES:
        for spec, expected in ends.items():
            found = at_once(replace(net, engine=engine), w, spec)()
            deviation = float((found - expected).abs().max())
            if not deviation <= 1e-10:
                raise SystemExit(
                    f"{engine} {spec} deviates by {deviation:.2g}: no comparison."
                )
    print("  a step of SGD and of SAM is the same to 1e-10, in all ways")


def plain_sam(net: Network, row: torch.Tensor) -> torch.Tensor:
    """A step of SAM on a module, by hand."""
    there = row
    for radius in (0.05, 0.0):
        module = net.load(copy.deepcopy(net.module), there)
        F.cross_entropy(module(net.X), net.y).backward()
        g = torch.cat([p.grad.reshape(-1) for p in module.parameters()])
        there = row + radius * g / g.norm() if radius else row - ETA * g
    return there


def clock() -> float:
    """Seconds: of this thread alone where torch has no other, else on the wall."""
    return time.thread_time() if torch.get_num_threads() == 1 else time.perf_counter()


def seconds(ways: dict[str, Callable]) -> dict[str, float]:
    """Of a call, medians of some blocks of at least 10 ms, the ways in turn."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    calls = {name: 1 + int(0.01 / once(work, 2)) for name, work in ways.items()}
    for _ in range(BLOCKS):
        for name, work in ways.items():
            work()  # after another way's: caches and memory are its own again
            spent[name].append(once(work, calls[name]))
    return {name: median(each) for name, each in spent.items()}


def once(work: Callable, calls: int) -> float:
    """Seconds of a call, the mean of several."""
    begun = clock()
    for _ in range(calls):
        work()
    return (clock() - begun) / calls


def compare(net: Network, members: int) -> None:
    """A line: microseconds a network, and how many times the user's loop."""
    w = starts(net, members)
    few = w[:LOOP]
    loops = {
        "modules": modules(net, few)[0],
        "looped": at_once(replace(net, engine="looped"), few),
    }
    batches = {name: at_once(replace(net, engine=name), w) for name in ENGINES[1:]}
    found = seconds(loops | batches)
    each = {k: s / (len(few) if k in loops else members) for k, s in found.items()}
    told = "".join(
        f"{1e6 * s:10.1f} ({each['modules'] / s:5.2f} x)" for s in each.values()
    )
    print(f"  {members:6}{told}")


def ssam_over_sam(net: Network, members: int) -> None:
    """Whole steps, in gradients."""
    w = starts(net, members)
    specs = ("gd", "sam", "ssam", "ssam-n")
    many = replace(net, engine="batched")
    found = seconds({spec: at_once(many, w, spec) for spec in specs})
    told = ", ".join(f"{s} {found[s] / found['gd']:.2f}" for s in specs[1:])
    print(
        f"  {members} at once, steps over SGD's: {told}; SSAM over SAM "
        f"{found['ssam'] / found['sam']:.3f}"
    )


def profile(net: Network, members: int) -> None:
    """Where the time of a batched gradient goes, and of a loop's."""
    best = best_product(net.X.dtype)
    for engine, count in (("batched", members), ("looped", LOOP)):
        w, own = starts(net, count), replace(net, engine=engine)
        own.gradient(w)
        with torch.profiler.profile(with_flops=True) as seen:
            for _ in range(3):
                own.gradient(w)
        events = seen.key_averages()
        whole = sum(e.self_cpu_time_total for e in events)
        products = [e for e in events if e.key in PRODUCTS]
        share = sum(e.self_cpu_time_total for e in products) / whole
        rest = sorted(
            (e for e in events if e.key not in PRODUCTS),
            key=lambda e: -e.self_cpu_time_total,
        )
        told = ", ".join(
            f"{e.key.removeprefix('aten::')} {e.self_cpu_time_total / whole:.0%}"
            for e in rest[:6]
        )
        calls = sum(e.count for e in events if e.key.startswith("aten::")) / 3 / count
        print(
            f"  {engine}: {share:.0%} products and convolutions, {told}; "
            f"{calls:.1f} operations a network"
        )
    flops = sum(e.flops for e in events if e.key in PRODUCTS) / 3 / LOOP
    if flops:
        print(
            f"  the loop's products as torch counts them: {flops / 1e6:.2f} Mflop a "
            f"network, {flops / best * 1e6:.1f} us at this machine's best, "
            f"{best / 1e9:.0f} Gflop/s"
        )


PRODUCTS = {
    "aten::mm",
    "aten::bmm",
    "aten::addmm",
    "aten::baddbmm",
    "aten::mkldnn_convolution",
    "aten::convolution_backward",
    "aten::_slow_conv2d_forward",
    "aten::_slow_conv2d_backward",
    "aten::conv2d",
}


def best_product(dtype: torch.dtype) -> float:
    """Operations a second of a large product."""
    A = torch.randn(1024, 1024, dtype=dtype)
    return 2 * 1024**3 / seconds({"product": lambda: A @ A})["product"]


def main(config: Config) -> None:
    """Everything, model by model."""
    if config.threads:
        torch.set_num_threads(config.threads)
    print(
        f"torch {torch.__version__}, {torch.get_num_threads()} threads, "
        f"{config.dtype}, batches of {config.batch}"
    )
    for model in config.model:
        net = network(model, config.batch, getattr(torch, config.dtype))
        print(f"{model}, {net.dim} parameters; us a network's step (x of modules)")
        check(net)
        print("       B" + "".join(f"{head:>20}" for head in ("modules", *ENGINES)))
        for members in config.members:
            compare(net, members)
        ssam_over_sam(net, 256)
        profile(net, 256)


if __name__ == "__main__":
    console.main(Config, main, "benchmarks.networks")
