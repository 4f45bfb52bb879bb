"""Every method's step in gradients, beside its stated cost and other libraries'.

    pip install pytorch_optimizer unifiedsam   # the peers, for comparison only
    python -m benchmarks.methods --quick
    python -m benchmarks.methods --threads 1 2 --methods esam looksam

1. Seven float64 steps of every peer beside the method's in NumPy: those that differ are
   named with their deviation, and what they take is shown, but not compared;
2. steps of all methods, and of Stable around each, on a small ResNet (images of
   28 x 28), as optimizers in front of torch's fused SGD, in gradients (forward and
   backward of the batch): median of interleaved blocks, and quartiles. Stated is the
   cost the method's class tells, and the target at most 1.05 times that, 1.15 where a
   step draws masks or parts of the batch; 1.75 gradients for ESAM (beta = gamma = .5),
   1.25 for LookSAM (k = 5) and 1.15 for AUSAM (alpha = .5). What is done once an epoch
   is left out; LookSAM and EigenSAM are measured over whole cycles;
3. where a target is missed, a profile that says why, and what the parts of a gradient
   take: the forward pass, the backward pass without those weights' gradients, a
   gradient of half of the batch.
"""

from __future__ import annotations

import copy
import gc
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from benchmarks.optimizers import threads
from benchmarks.steps import rivals, why, zoo
from benchmarks.steps.rivals import SAME, Rival
from benchmarks.steps.timing import interleaved, said
from benchmarks.steps.whole import Task, gradient_of, task
from experiments import run
from theory import console
from theory.methods import make


@dataclass
class Config:
    """Methods' steps, side by side."""

    threads: tuple[int, ...] = (1, 2)
    """torch's threads, one setting after the other"""
    blocks: int = 15
    """of each measurement, at least 7"""
    batch: int = 256
    """samples in a mini-batch: images of a step"""
    methods: tuple[str, ...] = ()
    """esam, looksam, usam ...; default: all"""
    quick: bool = False
    """a small version, in a minute: one thread setting, small batches, seven blocks"""

    def __post_init__(self) -> None:
        """Checks the numbers, and the names."""
        run.at_least(1, threads=min(self.threads), batch=self.batch)
        run.at_least(7, blocks=self.blocks)
        for name in self.methods:
            make(name)


def check(only: tuple[str, ...]) -> set[Rival]:
    """Prints how far every peer is from the method; gives those that are equal."""
    print(f"{rivals.STEPS} float64 steps: a peer's deviation from the method in NumPy")
    absent = {r.package for r in rivals.RIVALS if not r.installed}
    if absent:
        print(f"  not installed: {', '.join(sorted(absent))}")
    equal = set()
    for rival in rivals.RIVALS:
        if rival.installed and (not only or rival.method in only):
            found = rivals.deviation(rival)
            verdict = "equal" if found <= SAME else "another method: no comparison"
            print(f"  {rival.method:14}{rival.package:20}{found:9.1e}  {verdict}")
            equal |= {rival} if found <= SAME else set()
    return equal


def parts(net: Task, blocks: int) -> None:
    """What the parts of a gradient take."""
    half = Task("half", net.module, net.X[::2].clone(), net.y[::2].clone())
    module = copy.deepcopy(net.module)

    def backward(chosen: list[nn.Parameter]) -> Callable[[], object]:
        return lambda: net.loss(module).backward(inputs=chosen)

    def forward() -> None:
        with torch.no_grad():
            net.loss(module)

    everyone = list(module.parameters())
    works = {
        "gradient": gradient_of(net),
        "forward pass": forward,
        "gradient by half of the tensors": backward(everyone[::2]),
        "gradient by the last tensor": backward(everyone[-1:]),
        "gradient by the first tensor": backward(everyone[:1]),
        "gradient of half of the batch": gradient_of(half),
    }
    seconds = interleaved(works, blocks)
    one = seconds.pop("gradient")
    for name, spent in seconds.items():
        print(f"    {name:34}{said(spent / one)} gradients")


def steps(config: Config, equal: set[Rival]) -> list[str]:
    """Whole steps of every method; gives the names of those that miss their target."""
    net = task("resnet", (1, 28, 28), config.batch)
    print(f"  {net.name}\n{zoo.HEAD}")
    missed = []
    for case in zoo.cases(config.methods):
        beside = {
            f"{r.package}{'' if r in equal else ' (not equal)'}": rivals.stepping(
                net, r, case.period
            )
            for r in rivals.of(case.name)
        }
        if not zoo.row(case, zoo.measure(net, case, beside, config.blocks)):
            missed.append(case.name)
            why.explain(case.name, zoo.stepping(net, case, case.method), 5)
    print("  parts of a gradient")
    parts(net, config.blocks)
    return missed


def main(config: Config) -> None:
    """Everything, for one number of threads after another."""
    if config.quick:
        config.threads, config.blocks, config.batch = config.threads[:1], 7, 64
    equal = check(config.methods)
    gc.freeze()  # what is imported is no garbage, and slow to look through
    for count in config.threads:
        with threads(count):
            print(f"torch {torch.__version__}, whole steps, {count} threads, float32")
            missed = steps(config, equal)
            print(f"  targets missed: {', '.join(missed) or 'none'}")


if __name__ == "__main__":
    console.main(Config, main, "benchmarks.methods")
