"""What the benchmark of methods measures, and against what."""

import numpy as np
import pytest
import torch

from benchmarks.steps import rivals, zoo
from benchmarks.steps.contenders import ETA, RHO
from benchmarks.steps.rivals import Rival, Waves
from benchmarks.steps.whole import task
from theory.methods import make, names
from theory.methods.stable import Stable
from theory.torch_optimizer import SharpnessAware

NET = task("resnet", (1, 8, 8), 8)
CASES = zoo.cases()


def ours(method):
    """This toolkit's as a rival."""

    def made(model):
        numbers = rivals.NUMBERS.get(method, {})
        base = torch.optim.SGD(model.parameters(), lr=ETA)
        return SharpnessAware(base, make(method, rho=RHO, **numbers), model).step

    return Rival(method, "theory", made)


def test_every_method_is_measured():
    wrapped = {n for n in names() if isinstance(make(n), Stable)}
    assert {case.name for case in CASES} == set(names()) - wrapped


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_its_target_is_what_it_states_and_little_more(case):
    assert 0 < case.most <= max(1.15 * case.stated, zoo.GRADIENTS.get(case.name, 0))
    assert case.most >= case.stated or case.name == "esam"


def gradients(case):
    """Of a step: images forward and backward; without backward they count a third."""
    step, seen = zoo.stepping(NET, case, case.method), []

    def passed(_module, _given, out):
        seen.append(len(out) / len(NET.y) * (1 if out.requires_grad else 1 / 3))

    step.args[0].model.register_forward_hook(passed)
    step()
    seen.clear()
    for _ in range(12):
        step()
    return sum(seen) / 12 / case.period


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.name != "eigen-sam"], ids=lambda c: c.name
)
def test_the_optimizer_evaluates_what_the_method_states(case):
    close = {"rel": 0.25} if case.name == "ausam" else {"rel": 1e-12}
    assert gradients(case) == pytest.approx(case.stated, **close)


@pytest.mark.parametrize("method", ["sam", "gsam", "friendly-sam", "looksam"])
def test_what_equals_the_method_is_found_equal(method):
    # LookSAM divides by a short vector.
    allowed = 1e-10 if method == "looksam" else 1e-12
    assert rivals.deviation(ours(method)) <= allowed


def test_what_differs_is_found_different():
    sam = ours("sam")
    assert rivals.deviation(Rival("usam", "theory", sam.make)) > 1e-3


def test_the_comparison_has_the_gradient_of_its_loss():
    x = np.random.default_rng(1).normal(size=8)
    model = Waves(x)
    model.loss().backward()
    found = torch.cat([p.grad for p in model.parts])
    np.testing.assert_allclose(found, rivals.wave(x), rtol=1e-12)


def test_a_row_is_in_gradients_of_one_step(capsys):
    case = next(c for c in CASES if c.name == "looksam")
    steps = rivals.stepping(NET, ours("looksam"), case.period)
    found = zoo.measure(NET, case, {"theory": steps}, 7)
    assert {name: len(each) for name, each in found.items()} == dict.fromkeys(
        ("method", "stable", "theory"), 7
    )
    assert 0.5 < np.median(found["method"]) < 5
    zoo.row(case, found)
    assert "LookSAM" in capsys.readouterr().out
