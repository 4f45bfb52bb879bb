"""A run of SharpnessAware can be stopped, copied and resumed without a trace."""

import copy
import pickle

import numpy as np
import pytest
import torch

from tests import optimizer_checks as checks
from theory.methods import make, specs
from theory.methods.msam import MSAM
from theory.torch_optimizer import SharpnessAware

METHODS = [make(spec, rho=0.2) for spec in ("sam", "ssam", "unified-sam")]
METHODS += [make("stable@1:sam"), checks.Averaged(0.2)]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: type(method).__name__)
@pytest.mark.parametrize("base", checks.BASES)
def test_a_resumed_run_is_the_uninterrupted_one(method, base):
    checks.a_resumed_run_is_the_uninterrupted_one(method, base)


def pair(method, **options):
    model = checks.network()
    base = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, **options)
    return model, SharpnessAware(base, method, model)


def run(model, optimizer, steps=3):
    torch.manual_seed(6)
    for _ in range(steps):
        optimizer.step(checks.closure_of(model))
    return checks.state_of(model)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
@pytest.mark.parametrize("method", [make("ssam"), checks.Averaged(0.2)])
def test_a_copy_goes_the_same_way_alone(copied, method):
    first = pair(method)
    run(*first)
    torch.optim.lr_scheduler.StepLR(first[1], 1)
    second = copied(first)
    kept = checks.state_of(first[0])
    ahead = run(*second)
    checks.same(kept, checks.state_of(first[0]))
    checks.same(ahead, run(*first))


def test_numbers_are_loaded_as_in_torch():
    _, saved = pair(make("stable@2:unified-sam", rho=np.float64(0.3), lam=0.25))
    saved.param_groups[0]["lr"] = 0.7
    _, loaded = pair(make("stable@2:unified-sam"))
    loaded.load_state_dict(saved.state_dict())
    assert loaded.method.get("rho") == 0.3 and loaded.method.get("lam") == 0.25
    assert loaded.param_groups[0]["lr"] == 0.7
    _, split = pair(MSAM(0.1, m=4))
    _, other = pair(MSAM())
    other.load_state_dict(split.state_dict())
    assert other.method.m == 4


def test_the_base_alone_reads_it():
    model, optimizer = pair(make("sam"))
    run(model, optimizer)
    base = checks.sgd(model, momentum=0.5)
    base.load_state_dict(optimizer.state_dict())
    assert base.param_groups[0]["momentum"] == 0.9 and len(base.state) == 6


def state_of(spec):
    return pair(make(spec))[1].state_dict()


def without_method():
    return checks.sgd(checks.network()).state_dict()


def changed(*path, to):
    """A state that fits, but for what stands at a path; `...` takes it away."""

    def state():
        found = state_of("sam")
        inner = found
        for key in path[:-1]:
            inner = inner[key]
        if to is ...:
            del inner[path[-1]]
        else:
            inner[path[-1]] = to
        return found

    return state


OWN = "sharpness_aware"
MOMENTUM = ("state", 0, "momentum_buffer")
REFUSED = {
    "another method": (
        lambda: state_of("ssam"),
        "of `sam` got a state of `stable:usam",
    ),
    "no method": (without_method, "of `sam` got a state without a method"),
    "another version": (changed(OWN, "version", to=7), "version 1, got 7"),
    "no dict": (lambda: [1], r"malformed .* no dict but \[1\]"),
    "own part no dict": (changed(OWN, to=3), "malformed .*`sharpness_aware` has not"),
    "no version": (changed(OWN, "version", to=...), "malformed .* has not .*'version'"),
    "no state": (changed(OWN, "state", to=...), "malformed .* has not .*'state'"),
    "no rho": (changed(OWN, "hyperparameters", to={}), r"malformed .* not \['rho'\]"),
    "rho out of range": (changed(OWN, "hyperparameters", "rho", to=-1.0), "rho"),
    "rho no number": (
        changed(OWN, "hyperparameters", "rho", to="big"),
        "'big' is no number",
    ),
    "no point": (changed(OWN, "state", to=({"x": 1},)), "malformed .* list of tensors"),
    "no state that is kept": (
        changed(OWN, "state", to=["x"]),
        "malformed .*'x' is nothing",
    ),
    "other shapes": (
        changed(OWN, "state", to=[{"tensors": [torch.ones(2)]}]),
        r"state of the method belongs to parameters of the shapes \[\(2,\)\]",
    ),
    "no groups": (changed("param_groups", to=...), "malformed .*SGD.*'param_groups'"),
    "no momenta": (changed("state", to=...), "malformed .*SGD.*'state'"),
    "groups no list": (changed("param_groups", to=3), "malformed .*SGD"),
    "other groups": (changed("param_groups", to=[]), "different number of parameter"),
    "a group's rho": (changed("param_groups", 0, "rho", to=-2.0), "got -2.0 in group"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_state_that_does_not_fit_is_refused_whole(name):
    state, match = REFUSED[name]
    model, optimizer = pair(make("sam"))
    run(model, optimizer, 1)
    other, twin = copy.deepcopy((model, optimizer))
    with pytest.raises(ValueError, match=match) as raised:
        optimizer.load_state_dict(state())
    assert "\n" not in str(raised.value)
    after, before = optimizer.state_dict(), twin.state_dict()
    assert after["param_groups"] == before["param_groups"]
    assert after[OWN] == before[OWN]
    momenta = [
        [m["momentum_buffer"] for m in s["state"].values()] for s in (before, after)
    ]
    checks.same(*momenta)
    checks.same(run(model, optimizer), run(other, twin))


@pytest.mark.parametrize("spec", specs())
def test_every_method_reads_its_own_state(spec):
    _, loaded = pair(make(spec))
    loaded.load_state_dict(pair(make(spec, rho=0.3))[1].state_dict())
    assert loaded.method.get("rho", 0.3) == 0.3


def test_a_method_state_of_other_parameters_is_refused():
    model, optimizer = pair(checks.Averaged())
    run(model, optimizer, 1)
    state = copy.deepcopy(optimizer.state_dict())
    model[0].requires_grad_(False)
    with pytest.raises(ValueError, match="state of the method belongs to parameters"):
        optimizer.load_state_dict(state)
