"""SharpnessAware takes the step that the method's formula says, and no other."""

import copy

import pytest
import torch
from torch import nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.nn.utils import parameters_to_vector
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from landscapes.network import Network
from tests import optimizer_checks as checks
from tests.checks import without_radius
from theory.iterate import iterate
from theory.methods import make
from theory.methods.msam import MSAM
from theory.torch_optimizer import SharpnessAware


@pytest.mark.parametrize("spec", [s for s in checks.SERVED if without_radius(s)])
def test_no_radius_is_sgd_with_momentum_and_decay(spec):
    checks.no_radius_is_the_base(spec, momentum=0.9, weight_decay=0.01)


@pytest.mark.parametrize("spec", ["sam", "usam", "ssam", "ssam-n", "unified-sam"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_no_radius_is_adamw(spec, dtype):
    checks.no_radius_is_the_base(
        spec, lambda model: checks.BASES["adamw"](model), dtype
    )


@pytest.mark.parametrize("spec", checks.SERVED)
@pytest.mark.parametrize("scale", [1.0, 1e-5])
def test_a_step_is_the_closed_form(spec, scale):
    if spec != "sam-polyak" or scale == 1:
        checks.one_step_is_the_closed_form(spec, scale)


@pytest.mark.parametrize("spec", checks.SERVED)
def test_as_many_gradients_as_the_method_needs(spec):
    checks.gradients_are_counted(spec, checks.COSTS.get(spec.split(":")[-1], 2))


def test_shards_ascend_alone():
    checks.shards_ascend_alone()


@pytest.mark.parametrize("spec", checks.SERVED)
def test_a_run_is_that_of_the_landscape(spec):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    landscape = Network(copy.deepcopy(model), checks.X, checks.Y)
    method = make(spec, rho=0.2)
    *_, last = iterate(landscape, method, landscape.start, 0.3, 4)
    optimizer = SharpnessAware(checks.sgd(model, lr=0.3), method, model)
    for _ in range(4):
        optimizer.step(checks.closure_of(model))
    actual = parameters_to_vector(model.parameters()).detach()
    torch.testing.assert_close(actual, last.x, rtol=1e-11, atol=1e-12)


def test_shards_of_the_landscape_are_closures():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    landscape = Network(copy.deepcopy(model), checks.X, checks.Y)
    method = MSAM(0.2, m=4)
    batch = landscape.sample(range(12))
    *_, last = iterate(
        landscape, method, landscape.start, 0.3, 1, sample=lambda t: batch
    )
    rows = [slice(3 * j, 3 * j + 3) for j in range(4)]
    closures = [checks.closure_of(model, rows=part) for part in rows]
    SharpnessAware(checks.sgd(model, lr=0.3), method, model).step(closures)
    actual = parameters_to_vector(model.parameters()).detach()
    torch.testing.assert_close(actual, last.x, rtol=1e-11, atol=1e-12)


def test_one_ascent_for_many_closures_is_one_for_the_accumulated_batch():
    rows = [slice(0, 6), slice(6, 12)]
    ends = []
    for accumulated in (False, True):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
        optimizer = SharpnessAware(checks.sgd(model), make("ssam", rho=0.3), model)
        halves = [checks.closure_of(model, 0.5, part) for part in rows]
        whole = [checks.closure_of(model, rows=part) for part in rows]
        loss = optimizer.step(
            (lambda h=halves: sum(f() for f in h)) if accumulated else whole
        )
        ends.append((parameters_to_vector(model.parameters()).detach(), loss.detach()))
    torch.testing.assert_close(*ends, rtol=1e-12, atol=1e-13)


class Live(TorchDispatchMode):
    """The most bytes that were alive of what was made inside."""

    def __init__(self):
        super().__init__()
        self.found, self.most = {}, 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        for t in tree_leaves(out):
            if isinstance(t, torch.Tensor):
                storage = t.untyped_storage()
                ref = StorageWeakRef(storage)
                self.found[ref.cdata] = (ref, storage.nbytes())
        self.found = {k: v for k, v in self.found.items() if not v[0].expired()}
        self.most = max(self.most, sum(size for _, size in self.found.values()))
        return out


def most_alive(spec):
    """Peak memory of a step in copies of the parameters, gradients included."""
    model = nn.Sequential(*(nn.Linear(100, 100, bias=False) for _ in range(4)))
    x = torch.randn(1, 100)

    def closure():
        model(x).square().sum().backward()
        return 0.0

    base = torch.optim.SGD(model.parameters(), lr=1e-3)
    optimizer = SharpnessAware(base, make(spec), model) if spec else base
    with Live() as live:
        optimizer.step(closure)
    return live.most / sum(4 * p.numel() for p in model.parameters())


# Besides gradients: the weights, g and the ascent point; sums of two vectors keep one.
TEMPORARIES = {"gd": 1, "sam": 3, "usam": 3, "ssam": 3, "ssam-n": 3, "unified-sam": 3}
TEMPORARIES |= {"msam": 3, "linf-sam": 4, "lookahead-sam": 4, "sam-polyak": 5}


@pytest.mark.parametrize("spec", TEMPORARIES)
def test_a_step_needs_few_copies_of_the_parameters(spec):
    plain = most_alive(None)
    assert most_alive(spec) - plain < TEMPORARIES[spec] + 0.3
