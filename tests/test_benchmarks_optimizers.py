"""What the benchmark of optimizers counts, and the memory of a step."""

from math import prod

import numpy as np
import pytest
import torch

from benchmarks.steps import memory, overhead
from benchmarks.steps.contenders import CONTENDERS, Contender, ours
from benchmarks.steps.overhead import SHAPES, deviation, wave
from benchmarks.steps.timing import interleaved


def test_resnet18_has_its_published_size():
    shapes = SHAPES["ResNet-18's 62"]
    assert len(shapes) == 62 and sum(map(prod, shapes)) == 11_689_512


def test_the_gradient_of_the_comparison_is_that_of_its_loss():
    x = np.random.default_rng(1).normal(size=5)
    w = torch.from_numpy(x.copy()).requires_grad_()
    ((1 - torch.cos(w)).sum() + w.sum() ** 2 / 4).backward()
    np.testing.assert_allclose(wave(x), w.grad, rtol=1e-12)


@pytest.mark.parametrize(
    "one",
    [c for c in CONTENDERS if c.make is ours],
    ids=lambda contender: contender.name,
)
def test_our_step_is_sams(one):
    assert deviation(one) <= 1e-12


def test_who_computes_less_is_not_compared():
    sgd = Contender("sgd", lambda params: torch.optim.SGD(params, lr=overhead.ETA).step)
    with pytest.raises(SystemExit, match="sgd deviates"):
        overhead.check([sgd])


@pytest.mark.parametrize("spec", ["sam", "usam", "ssam", "ssam-n"])
def test_a_step_needs_three_copies_of_the_parameters_and_keeps_them(spec):
    # Allocations are counted, and the collector of cycles sleeps.
    floor, left = memory.peak(None)
    most, kept = memory.peak(spec)
    assert abs(floor - 1) < 0.01 and abs(left - 1) < 0.01  # its gradient
    assert most - floor < 3.01 and kept - left < 3.01  # its pool


def test_every_work_has_a_turn_in_every_block():
    found = interleaved({"a": lambda: None, "b": lambda: sum(range(1000))}, 7, 1e-4)
    assert {name: len(seconds) for name, seconds in found.items()} == {"a": 7, "b": 7}
