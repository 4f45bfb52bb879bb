"""A base optimizer that raises leaves everything as it was before the step."""

import random

import pytest
import torch

from tests import optimizer_checks as checks
from theory.methods import make
from theory.torch_optimizer import SharpnessAware


class Halfway(torch.optim.SGD):
    """Stops after it has moved half of the parameters."""

    def step(self):
        rows = [p for group in self.param_groups for p in group["params"]]
        for p in rows[: len(rows) // 2]:
            p.sub_(p.grad)
        torch.rand(3), random.random()
        raise InterruptedError


def stop(*_):
    raise InterruptedError


def before(model, **options):
    base = checks.sgd(model, **options)
    base.register_step_pre_hook(stop)
    return base


def after(model, **options):
    base = checks.sgd(model, **options)
    base.register_step_post_hook(stop)
    return base


def halfway(model, **options):
    return Halfway(model.parameters(), checks.LR, **options)


def a_raising_base_changes_nothing(base, method):
    """Parameters and their storage, buffers, random numbers, the method's state."""
    model = checks.network()
    optimizer = SharpnessAware(checks.sgd(model), method, model)
    optimizer.step(checks.closure_of(model))
    optimizer.base = base(model)

    def everything():
        state = optimizer.state_dict()["sharpness_aware"]["state"]
        point = state[0]["tensors"] if state else []
        return [
            *(*checks.state_of(model), *point, torch.tensor(state[1:])),
            *(torch.get_rng_state(), torch.tensor(random.getstate()[1])),
        ]

    kept, buffers = everything(), list(model.buffers())
    pointers = [p.data_ptr() for p in model.parameters()]
    with pytest.raises(InterruptedError):
        optimizer.step(checks.closure_of(model))
    checks.same(kept, everything())
    assert pointers == [p.data_ptr() for p in model.parameters()]
    assert all(a is b for a, b in zip(buffers, model.buffers(), strict=True))
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize(
    "method", [make("gd"), make("ssam"), checks.Averaged(0.2)], ids=lambda m: m.label
)
@pytest.mark.parametrize("base", [before, halfway, after])
def test_a_raising_base_changes_nothing(base, method):
    a_raising_base_changes_nothing(base, method)


def test_what_a_raising_hook_stopped_can_be_done_again():
    ends = []
    for stopped in (False, True):
        model = checks.network()
        base = checks.BASES["sgd"](model)
        optimizer = SharpnessAware(base, checks.Averaged(0.2), model)
        torch.manual_seed(3)
        for _ in range(3):
            hook = base.register_step_pre_hook(stop) if stopped else None
            if stopped:
                with pytest.raises(InterruptedError):
                    optimizer.step(checks.closure_of(model))
                hook.remove()
            optimizer.step(checks.closure_of(model))
        ends.append(checks.state_of(model))
    checks.same(*ends)
