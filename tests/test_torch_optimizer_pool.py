"""Points take their memory from a pool, and never memory that another one holds."""

import copy
import gc
import weakref

import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from landscapes.network import Network
from tests import optimizer_checks as checks
from tests.test_torch_optimizer import TEMPORARIES
from theory.adapter.flat import Pool
from theory.adapter.layout import Layout
from theory.iterate import iterate
from theory.methods import make
from theory.torch_optimizer import SharpnessAware


def layout_of(*shapes):
    torch.manual_seed(0)
    parameters = [nn.Parameter(torch.randn(shape)) for shape in shapes]
    return Layout([{"params": parameters}])


@pytest.mark.parametrize("shapes", [[(3,), (4,)], [(2, 3), (4,), ()]])
def test_points_that_are_held_do_not_share_memory(shapes):
    layout = layout_of(*shapes)
    x, y = layout.point(), layout.point()
    z = x + y * 2.0
    kept = [part.clone() for part in x.parts]
    places = {v.parts[0].data_ptr() for v in (x, y, z)}
    assert len(places) == 3
    again = z.parts[0].data_ptr()
    del z
    later = layout.join([torch.ones_like(p) for p in layout.parameters])
    assert later[0].data_ptr() == again
    checks.same(kept, x.parts)
    checks.same(kept, y.parts)


def test_what_a_pool_keeps_is_bounded():
    layout = layout_of((5,))
    points = [layout.point() for _ in range(7)]
    assert not layout.pool.free
    del points
    assert len(layout.pool.free) == Pool.KEPT


@pytest.mark.parametrize("spec", [s for s, n in TEMPORARIES.items() if n <= 3])
def test_later_steps_take_the_memory_of_the_first(spec, monkeypatch):
    made, new = [], Pool._new
    monkeypatch.setattr(Pool, "_new", lambda self: made.append(1) or new(self))
    model = checks.network()
    optimizer = SharpnessAware(checks.sgd(model), make(spec), model)
    for _ in range(3):
        optimizer.step(checks.closure_of(model))
        assert len(made) <= TEMPORARIES[spec]
    assert len(made) == len(optimizer._layout.pool.free)


def test_an_optimizer_that_is_gone_keeps_nothing():
    model = checks.network()
    optimizer = SharpnessAware(checks.sgd(model), make("sam"), model)
    optimizer.step(checks.closure_of(model))
    pool = weakref.ref(optimizer._layout.pool)
    gc.collect()
    gc.disable()  # references are counted: no cycle holds it
    try:
        del optimizer
        assert pool() is None
    finally:
        gc.enable()


def test_a_state_that_is_held_between_steps_is_not_overwritten():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    landscape = Network(copy.deepcopy(model), checks.X, checks.Y)
    method = checks.Averaged(0.2)
    *_, last = iterate(landscape, method, landscape.start, 0.3, 5)
    optimizer = SharpnessAware(checks.sgd(model, lr=0.3), method, model)
    for _ in range(5):
        optimizer.step(checks.closure_of(model))
    actual = parameters_to_vector(model.parameters()).detach()
    torch.testing.assert_close(actual, last.x, rtol=1e-11, atol=1e-12)


def a_state_follows_its_parameters(change=list.reverse):
    """A run whose groups are changed on the way, to the same effect."""
    ends = []
    for changed in (False, True):
        model = checks.network()
        halves = [
            {"params": list(model[4:].parameters())},
            {"params": list(model[:4].parameters())},
        ]
        base = torch.optim.SGD(halves, lr=0.1)
        optimizer = SharpnessAware(base, checks.Averaged(0.2), model)
        torch.manual_seed(3)
        for step in range(4):
            if changed and step == 2:
                change(base.param_groups)
            optimizer.step(checks.closure_of(model))
        ends.append(parameters_to_vector(model.parameters()).detach())
    torch.testing.assert_close(*ends, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(
    "change", [list.reverse, lambda groups: groups[0].update(rho=0.2)]
)
def test_a_state_follows_its_parameters(change):
    a_state_follows_its_parameters(change)


def test_a_state_follows_parameters_that_move():
    ends = []
    for moved in (False, True):
        model = checks.network()
        optimizer = SharpnessAware(checks.sgd(model), checks.Averaged(0.2), model)
        torch.manual_seed(3)
        for _ in range(3):
            optimizer.step(checks.closure_of(model))
            for p in model.parameters() if moved else ():
                p.data = p.data.clone()
        ends.append(checks.state_of(model))
    checks.same(*ends)


def test_a_state_of_a_layer_that_was_frozen_since_is_refused_at_every_step():
    model = checks.network()
    optimizer = SharpnessAware(checks.sgd(model), checks.Averaged(0.2), model)
    optimizer.step(checks.closure_of(model))
    model[0].requires_grad_(False)
    for _ in range(2):
        with pytest.raises(ValueError, match="state of the method belongs to"):
            optimizer.step(checks.closure_of(model))
    model[0].requires_grad_(True)
    optimizer.step(checks.closure_of(model))
