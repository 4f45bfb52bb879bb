"""Optimizer steps beside peers': overhead, whole steps, memory.

    pip install pytorch_optimizer unifiedsam temperon   # the peers, for comparison only
    python -m benchmarks.optimizers --quick
    python -m benchmarks.optimizers --threads 1 2

1. One float64 SAM step of every contender equals SAM's in NumPy to 1e-12 (where a peer
   is known to differ, its allowance and the reason are printed), or there is no
   comparison;
2. the optimizers' own work, gradients preset: steps of 1 x 2, 160 x 64 and ResNet-18's
   62 tensors, in float32 and float64, in units of torch's fused SGD and of the best
   peer, whatever its flags;
3. whole steps in gradients (forward and backward of one batch; SAM's floor is 2, and
   what the base's step costs beside) on an MLP, a small ResNet (images of 8 x 8 and of
   28 x 28) and ResNet-18, and SSAM over SAM;
4. parameter-sized temporaries at the peak of a step, by method;
5. where a target is missed, a profile that says why.

Ratios are formed block by block, blocks interleaved, after a warm-up: the median of the
blocks and their quartiles. Absolute times are this machine's, now.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from benchmarks.steps import contenders, memory, overhead, whole, why
from experiments import run
from theory import console

# Median ratios, of two cores.
PEER, GRADIENTS, STABLE, TEMPORARIES = 0.5, 2.05, 1.02, 3


@dataclass
class Config:
    """Optimizer steps, side by side."""

    threads: tuple[int, ...] = (1, 2)
    """torch's threads, one setting after the other"""
    blocks: int = 15
    """of each measurement, at least 7"""
    quick: bool = False
    """a small version, in seconds: one thread setting, the small shapes and models"""

    def __post_init__(self) -> None:
        """Checks the numbers."""
        run.at_least(1, threads=min(self.threads))
        run.at_least(7, blocks=self.blocks)


@contextmanager
def threads(count: int) -> Iterator[None]:
    """So many threads for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def overheads(config: Config, here: list[contenders.Contender]) -> None:
    """The optimizer's own work, for every shape and dtype."""
    for shapes in list(overhead.SHAPES)[: 2 if config.quick else 3]:
        for dtype in (torch.float32, torch.float64):
            seconds = overhead.measure(here, shapes, dtype, config.blocks)
            print(f"  {shapes}, {str(dtype).removeprefix('torch.')}")
            overhead.table(seconds)
            if shapes == "160 x 64" and not overhead.verdict(seconds, PEER):
                preset = overhead.Preset(overhead.SHAPES[shapes], dtype)
                step = here[0].step(preset.params)
                why.explain(here[0].name, lambda s=step, p=preset: s(p.closure))


def tasks(quick: bool) -> Iterator[tuple[whole.Task, float]]:
    """Networks, each with what a SAM step may cost (an MLP's is only reported)."""
    yield whole.task("mlp", (1, 8, 8), 128), float("inf")
    yield whole.task("resnet", (1, 8, 8), 128), GRADIENTS
    yield whole.task("resnet", (1, 28, 28), 128), GRADIENTS
    if not quick:
        resnet18 = {"widths": (64, 128, 256, 512), "blocks": 2}
        yield whole.task("resnet", (1, 28, 28), 32, **resnet18), GRADIENTS


def steps(config: Config) -> None:
    """Whole steps, for every network."""
    for task, target in tasks(config.quick):
        print(f"  {task.name}")
        seconds = whole.measure(task, config.blocks)
        whole.table(seconds)
        sam, one = seconds["sam"], seconds["gradient"]
        met = whole.verdict("SSAM / SAM", seconds["ssam"] / sam, STABLE)
        if target < float("inf"):
            met &= whole.verdict("SAM in gradients", sam / one, target)
        if not met:
            why.explain("SSAM", whole.stepping(task, "ssam"), 5)


def main(config: Config) -> None:
    """Everything, for one number of threads after another."""
    if config.quick:
        config.threads, config.blocks = config.threads[:1], 7
    here = contenders.present()
    overhead.check(here)
    for count in config.threads:
        with threads(count):
            print(f"torch {torch.__version__}, {count} threads: overhead of a step")
            overheads(config, here)
            print(f"whole steps, {count} threads, float32")
            steps(config)
    print("parameter-sized temporaries beyond SGD's gradient, one after the other")
    memory.table(whole.METHODS, TEMPORARIES)


if __name__ == "__main__":
    console.main(Config, main, "benchmarks.optimizers")
