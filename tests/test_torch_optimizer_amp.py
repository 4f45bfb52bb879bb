"""Mixed precision: bf16 autocast works, and a gradient scaler destroys nothing."""

import copy
from contextlib import nullcontext

import pytest
import torch
from torch import nn

from theory.methods import make
from theory.torch_optimizer import SharpnessAware

draw = torch.Generator().manual_seed(0)
X = torch.randn(48, 12, generator=draw)
Y = (X[:, 0] > 0).long() + (X[:, 1] > 0).long()
METHODS = ("sam", "usam", "ssam", "ssam-n")


def network():
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Linear(12, 16),
        nn.BatchNorm1d(16),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(16, 3),
    )


def sgd(module):
    return torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9)


def loss_of(module, autocast=True):
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        return nn.functional.cross_entropy(module(X), Y)


def closure_of(module, optimizer, autocast=True, scale=lambda loss: loss):
    def closure():
        optimizer.zero_grad()
        loss = loss_of(module, autocast)
        scale(loss).backward()
        return loss

    return closure


def weights(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def same(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("spec", METHODS)
def test_bf16_autocast_trains_and_weights_stay_float32(spec):
    module = network()
    optimizer = SharpnessAware(sgd(module), make(spec, rho=0.05), module)
    closure = closure_of(module, optimizer)
    losses = [optimizer.step(closure).item() for _ in range(30)]
    assert losses[-1] < 0.5 * losses[0]
    assert all(p.dtype == p.grad.dtype == torch.float32 for p in module.parameters())


@pytest.mark.parametrize("spec", METHODS)
def test_rho_zero_is_the_base_under_autocast_bitwise(spec):
    plain = network()
    ours = copy.deepcopy(plain)
    base = sgd(plain)
    optimizer = SharpnessAware(sgd(ours), make(spec, rho=0.0), ours)
    torch.manual_seed(2)
    for _ in range(5):
        base.step(closure_of(plain, base))
    torch.manual_seed(2)
    for _ in range(5):
        optimizer.step(closure_of(ours, optimizer))
    assert same(weights(plain), weights(ours))


def test_autocast_around_the_step_is_autocast_in_the_closure():
    # Till the outermost context ends, enabled or not, autocast keeps the weights it has
    # cast: a second pass must not see those of the first.
    ends = []
    for around in (
        nullcontext(),
        torch.autocast("cpu", torch.bfloat16),
        torch.autocast("cpu", enabled=False),
    ):
        module = network()
        optimizer = SharpnessAware(sgd(module), make("sam", rho=0.5), module)
        torch.manual_seed(2)
        for _ in range(3):
            with around:
                optimizer.step(closure_of(module, optimizer))
        ends.append(weights(module))
    assert same(ends[0], ends[1]) and same(ends[0], ends[2])


def test_a_disabled_scaler_changes_nothing():
    ends = []
    for scaled in (False, True):
        module = network()
        optimizer = SharpnessAware(sgd(module), make("ssam"), module)
        scaler = torch.amp.GradScaler("cpu", enabled=False)
        torch.manual_seed(2)
        for _ in range(3):
            closure = closure_of(module, optimizer, scale=scaler.scale)
            scaler.step(optimizer, closure) if scaled else optimizer.step(closure)
            scaler.update()
        ends.append(weights(module))
    assert same(*ends)


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("given", ["a closure", "nothing"])
def test_a_scaler_is_refused_and_destroys_nothing(given, before):
    # A closure given by position passes torch's own check; unrefused, its gradients,
    # scaled by 65536, would be stepped with.
    module = network()
    optimizer = SharpnessAware(sgd(module), make("ssam"), module)
    for _ in range(before):
        optimizer.step(closure_of(module, optimizer))
    scaler = torch.amp.GradScaler("cpu")
    scaler.scale(torch.ones(()))  # in use, as by another optimizer
    closure = closure_of(module, optimizer, scale=scaler.scale)
    if given == "nothing":
        closure()  # as in the usual loop: backward, then scaler.step(optimizer)
    # The usual loop's forward pass moves BatchNorm's statistics: its own affair.
    kept = weights(module)
    with pytest.raises(ValueError, match="GradScaler"):
        scaler.step(optimizer, *[closure] * (given == "a closure"))
    assert same(kept, weights(module))


def test_a_closure_that_divides_by_the_scale_is_the_unscaled_step():
    ends = []
    for scale in (1.0, 2.0**16):
        module = network().double()
        base = torch.optim.SGD(module.parameters(), lr=0.1)
        optimizer = SharpnessAware(base, make("ssam", rho=0.3), module)

        def closure(module=module, optimizer=optimizer, scale=scale):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(module(X.double()), Y)
            (scale * loss).backward()
            for p in module.parameters():
                p.grad /= scale
            return loss

        torch.manual_seed(2)
        for _ in range(3):
            optimizer.step(closure)
        ends.append(weights(module))
    assert same(*ends)  # a power of two rounds nothing
