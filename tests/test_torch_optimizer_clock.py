"""Steps, epochs, draws and Hessians of SharpnessAware, and what no closure gives."""

import copy
import io

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from landscapes.minibatch import MiniBatch
from landscapes.network import Network
from tests import optimizer_checks as checks
from theory.adapter import clock as clock_file
from theory.adapter import curvature, weights
from theory.adapter.clock import Clock
from theory.adapter.passes import Pass
from theory.adapter.tensors import Tensors
from theory.iterate import iterate
from theory.method import need
from theory.methods import make
from theory.methods.eigen_sam import EigenSAM
from theory.methods.msam import MSAM
from theory.methods.sparse_sam import SparseSAMD
from theory.methods.xsam import XSAM
from theory.smallest import count, smallest
from theory.torch_optimizer import SharpnessAware

# Each renews its state in mid-run.
TIMED = [
    SparseSAMD(0.2, every=2, epochs=9),
    EigenSAM(0.2, every=3, iterations=2),
    XSAM(0.2, k=2, rho_max=0.4),
]
EVERY = pytest.mark.parametrize("method", TIMED, ids=lambda m: m.label)


def built(method, **options):
    model = checks.network()
    return model, SharpnessAware(checks.sgd(model), method, model, **options)


def trained(method, steps=5, **options):
    model, optimizer = built(method, **options)
    torch.manual_seed(3)
    for _ in range(steps):
        optimizer.step(checks.closure_of(model))
    return model, optimizer


# ---- what no closure gives ---------------------------------------------------------


LACKING = {make(spec): name for spec, name in checks.SINGLE.items()}
LACKING |= {make(f"stable:{spec}"): name for spec, name in checks.SINGLE.items()}
LACKING |= {MSAM(0.1, size=3): "size"}


@pytest.mark.parametrize("method", LACKING, ids=lambda m: m.label)
@pytest.mark.parametrize("many", [False, True])
def test_what_a_closure_cannot_give_is_named(method, many):
    model, optimizer = built(method)
    before = checks.state_of(model)
    closure = checks.closure_of(model)
    name = type(getattr(method, "method", method)).__name__
    match = (
        f"^`{name}` needs a sample with `{LACKING[method]}`, which a closure cannot "
        r"give: call `step\(Examples\(losses, size\)\)`.$"
    )
    with pytest.raises(ValueError, match=match):
        optimizer.step([closure, closure] if many else closure)
    checks.same(before, checks.state_of(model))
    assert optimizer.clock == Clock() and optimizer.method_state is None


@pytest.mark.parametrize("spec", ["esam", "ausam", "sparse-sam"])
def test_where_all_samples_are_taken_they_are_served(spec):
    """And are SAM, bit for bit."""
    numbers = {"beta": 1.0, "gamma": 1.0, "alpha": 1.0, "sparsity": 0.0}
    ends = [trained(make(s, rho=0.2, **numbers))[0] for s in (spec, "sam")]
    checks.same(*map(checks.state_of, ends))


# ---- steps and epochs --------------------------------------------------------------


def runs_as_the_landscape(method, per_epoch=1):
    """Seven steps over the whole data, as those of a landscape's samples."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    landscape = Network(copy.deepcopy(model), checks.X, checks.Y)

    def sample(t):
        return MiniBatch(landscape, t, 4, per_epoch=per_epoch)

    *_, last = iterate(landscape, method, landscape.start, 0.3, 7, sample=sample)
    base = checks.sgd(model, lr=0.3)
    optimizer = SharpnessAware(base, method, model, seed=4, per_epoch=per_epoch)
    for _ in range(7):
        optimizer.step(checks.closure_of(model))
    actual = parameters_to_vector(model.parameters()).detach()
    torch.testing.assert_close(actual, last.x, rtol=1e-10, atol=1e-11)
    assert optimizer.clock == Clock(4, per_epoch, 7)


@EVERY
@pytest.mark.parametrize("per_epoch", [1, 2])
def test_a_run_is_that_of_the_landscape(method, per_epoch):
    runs_as_the_landscape(method, per_epoch)


def test_a_search_is_made_once_an_epoch():
    model, optimizer = built(XSAM(0.2), per_epoch=3)
    costs = []
    for _ in range(7):
        closure = checks.closure_of(model)
        optimizer.step(closure)
        costs.append(closure.calls)
    assert costs == [23, 2, 2, 23, 2, 2, 23]


def a_resumed_run_goes_on(method):
    """5 + 5 steps are 10; numbers of the clock are loaded as those of the method."""

    def train(model, optimizer):
        torch.manual_seed(3)
        for _ in range(5):
            optimizer.step(checks.closure_of(model))

    whole, resumed = built(method, seed=5, per_epoch=2), built(method)
    train(*whole)
    file = io.BytesIO()
    torch.save([part.state_dict() for part in whole], file)
    train(*whole)
    file.seek(0)
    for part, state in zip(resumed, torch.load(file, weights_only=True), strict=True):
        part.load_state_dict(state)
    assert resumed[1].clock == Clock(5, 2, 5)
    train(*resumed)
    checks.same(checks.state_of(whole[0]), checks.state_of(resumed[0]))


@EVERY
def test_a_resumed_run_goes_on(method):
    a_resumed_run_goes_on(method)


def test_a_state_that_is_saved_stays():
    model, optimizer = trained(TIMED[0], 2)
    state = optimizer.state_dict()
    optimizer.step(checks.closure_of(model))
    assert state["sharpness_aware"]["clock"]["step"] == 2


def test_a_state_of_before_there_was_a_clock_is_loaded():
    _, optimizer = trained(make("sam"), 2, seed=7)
    state = optimizer.state_dict()
    del state["sharpness_aware"]["clock"]
    optimizer.load_state_dict(state)
    assert optimizer.clock == Clock(7)


@pytest.mark.parametrize(
    "found, match",
    [
        (3, "malformed .* the clock 3 has not"),
        ({"step": 1}, r"malformed .* has not \['per_epoch', 'seed', 'step'\]"),
        ({"seed": 0, "per_epoch": 1, "step": -1}, "a whole step >= 0, got -1"),
        ({"seed": 0, "per_epoch": 0, "step": 1}, "a whole per_epoch >= 1, got 0"),
        ({"seed": 0.5, "per_epoch": 1, "step": 1}, "a whole seed >= 0, got 0.5"),
    ],
)
def test_a_clock_that_does_not_fit_is_refused(found, match):
    _, optimizer = trained(TIMED[0], 2)
    state = optimizer.state_dict()
    state["sharpness_aware"]["clock"] = found
    with pytest.raises(ValueError, match=match) as raised:
        optimizer.load_state_dict(state)
    assert "\n" not in str(raised.value) and optimizer.clock.step == 2


@pytest.mark.parametrize("options", [{"seed": -1}, {"per_epoch": 0}, {"seed": True}])
def test_numbers_of_a_clock_are_whole(options):
    with pytest.raises(ValueError, match="`SharpnessAware` takes a whole"):
        built(make("sam"), **options)


def a_raised_step_is_not_counted():
    model, optimizer = trained(TIMED[0], 1)
    optimizer.base.register_step_pre_hook(lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        optimizer.step(checks.closure_of(model))
    assert optimizer.clock.step == 1


def test_a_raised_step_is_not_counted():
    a_raised_step_is_not_counted()


# ---- draws -------------------------------------------------------------------------


def point(*sizes, dtype=torch.float64):
    rng = np.random.default_rng(2)
    return Tensors([torch.tensor(rng.normal(size=n)).to(dtype) for n in sizes])


def test_numbers_are_those_of_the_seed_the_step_and_the_draw():
    x = point(4, 3)
    whole = torch.cat(list(Clock(6, 1, 2).uniform(x, draw=1).parts))
    expected = np.random.default_rng([6, 2, 2, 1]).random(7, np.float32)
    np.testing.assert_array_equal(whole, expected)
    drawn = Clock(6, 1, 2).uniform(x, 2, 3)
    expected = np.random.default_rng([6, 2, 2, 0]).random((2, 3), np.float32)
    np.testing.assert_array_equal(drawn, expected)


def test_torch_s_own_random_numbers_are_left_alone():
    model, optimizer = built(TIMED[0])
    once = copy.deepcopy(model)
    torch.manual_seed(4)
    checks.loss_of(once)
    after = torch.get_rng_state()
    torch.manual_seed(4)
    optimizer.step(checks.closure_of(model))
    assert torch.equal(after, torch.get_rng_state())


def test_another_seed_is_another_mask():
    masks = [
        trained(TIMED[0], 1, seed=s)[1].method_state[0].parts[0] for s in (0, 0, 1)
    ]
    assert torch.equal(masks[0], masks[1]) and not torch.equal(masks[0], masks[2])


def the_smallest_are_of_all_parts():
    """As of one vector; ties by place, one part after another."""
    x = Tensors([p.round(decimals=0) for p in point(5, 4, 6).parts])
    mask = Tensors([(p > 0).to(p) for p in point(5, 4, 6).parts])
    flat, chosen = (np.concatenate([p.numpy() for p in v.parts]) for v in (x, mask))
    assert count(x) == 15
    for k in range(16):
        found = smallest(x * 2.0, k)
        assert [len(p) for p in found.parts] == [5, 4, 6]
        order = sorted(range(15), key=lambda i: (flat[i], i))
        np.testing.assert_array_equal(
            np.flatnonzero(torch.cat(list(found.parts))), sorted(order[:k])
        )
    for of in (0, 1):
        order = [i for i in order if chosen[i] == of]
        found = smallest(x, 3, mask, of)
        np.testing.assert_array_equal(
            np.flatnonzero(torch.cat(list(found.parts))), sorted(order[:3])
        )
        order = sorted(range(15), key=lambda i: (flat[i], i))


def test_the_smallest_are_of_all_parts():
    the_smallest_are_of_all_parts()


def test_precisions_mix_in_one_order():
    parts = [torch.tensor([1.0, 3.0]), torch.tensor([1.0 + 1e-12, 0.5]).double()]
    found = smallest(Tensors(parts), 2)
    assert [p.tolist() for p in found.parts] == [[1.0, 0.0], [0.0, 1.0]]
    assert [p.dtype for p in found.parts] == [torch.float32, torch.float64]


@pytest.mark.parametrize("spec", ["xsam", "sparse-sam-d", "eigen-sam"])
def test_groups_have_their_own_radius(spec):
    checks.groups_have_their_own_radius(spec)


def test_the_radius_of_a_group_is_shared_among_steps():
    ends = []
    for radii in ({}, {"rho": 0.2}):
        model = checks.network()
        parts = [list(each.parameters()) for each in (model[:2], model[2:])]
        base = torch.optim.SGD([{"params": p} | radii for p in parts], lr=0.1)
        torch.manual_seed(5)
        method = XSAM(0.2, k=2, search=False)
        SharpnessAware(base, method, model).step(checks.closure_of(model))
        ends.append(parameters_to_vector(model.parameters()).detach())
    torch.testing.assert_close(*ends, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("spec", ["xsam", "sparse-sam-d", "eigen-sam"])
def test_a_step_leaves_alone_what_it_should(spec):
    checks.buffers_advance_once(spec)
    checks.weights_come_back(spec)
    checks.a_zero_gradient_stays(spec)


# ---- Hessians ----------------------------------------------------------------------


class Seen(EigenSAM):
    """Keeps one product."""

    def direction(self, x, state, gradient):
        v = gradient.uniform(x)
        self.seen.append((v, need(self, gradient, "hvp")(x, v)))
        return EigenSAM.direction(self, x, state, gradient)


def products_are_exact():
    """Of a network with BatchNorm and dropout, by a graph of the tests' own."""
    method = Seen(0.2)
    object.__setattr__(method, "seen", [])
    model, optimizer = built(method)
    w = parameters_to_vector(model.parameters()).detach()
    f = checks.oracle_of(model, 5)
    torch.manual_seed(5)
    loss = optimizer.step(checks.closure_of(model))
    ((v, Hv),) = method.seen
    expected = f.hvp(w, v.parts[0])
    torch.testing.assert_close(Hv.parts[0], expected, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(loss.detach(), f(w)[0])
    assert int(model[1].num_batches_tracked) == 1


def test_products_are_exact():
    products_are_exact()


def test_products_of_shards_are_their_mean():
    ends = []
    for many in (False, True):
        model, optimizer = built(EigenSAM(0.2))
        model[1].eval(), model[3].eval()
        model[3].p = 0.0
        rows = [slice(0, 6), slice(6, 12)]
        halves = [checks.closure_of(model, rows=part) for part in rows]
        optimizer.step(halves if many else checks.closure_of(model))
        ends.append(parameters_to_vector(model.parameters()).detach())
    torch.testing.assert_close(*ends, rtol=1e-11, atol=1e-12)


def test_backward_may_be_called_on_every_part_of_a_batch():
    ends = []
    for rows in ([slice(None)], [slice(0, 6), slice(6, 12)]):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
        closures = [checks.closure_of(model, 1 / len(rows), part) for part in rows]
        optimizer = SharpnessAware(checks.sgd(model), EigenSAM(0.3), model)
        optimizer.step(lambda c=closures: sum(each() for each in c))
        ends.append(parameters_to_vector(model.parameters()).detach())
    torch.testing.assert_close(*ends, rtol=1e-11, atol=1e-12)


def test_a_parameter_that_is_not_used_is_left_alone():
    torch.manual_seed(0)
    model = nn.ModuleList([nn.Linear(6, 3), nn.Linear(5, 5)]).double()
    kept = checks.state_of(model[1])
    optimizer = SharpnessAware(checks.sgd(model), EigenSAM(0.3), model)
    optimizer.step(checks.closure_of(model[0]))
    checks.same(kept, checks.state_of(model[1]))
    assert all(p.grad is None for p in model[1].parameters())


def linear(model):
    def closure():
        loss = sum(p.sum() for p in model.parameters())
        loss.backward()
        return loss

    return closure


def unseen(model):
    """A way to differentiate that is no tensor's method."""

    def closure():
        loss = checks.loss_of(model)
        torch.autograd.backward(loss)
        return loss

    return closure


@pytest.mark.parametrize("closure", [linear, unseen])
def test_a_closure_without_a_graph_is_refused(closure):
    model, optimizer = built(EigenSAM(0.2))
    before = checks.state_of(model)
    with pytest.raises(ValueError, match="Hessian-vector products: the closure") as e:
        optimizer.step(closure(model))
    assert "\n" not in str(e.value)
    checks.same(before, checks.state_of(model))
    assert all(p.grad is None for p in model.parameters())


def test_products_of_several_processes_are_refused(monkeypatch):
    monkeypatch.setattr(curvature.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(curvature.distributed, "get_world_size", lambda: 3)
    model, optimizer = built(EigenSAM(0.2))
    with pytest.raises(ValueError, match="of one process, not of 3"):
        optimizer.step(checks.closure_of(model))


# ---- planted faults ----------------------------------------------------------------


MUTANTS = {
    "a clock that is not saved": (
        *(SharpnessAware, "state_dict", lambda self, _was=SharpnessAware.state_dict: {
            **_was(self),
            "sharpness_aware": _was(self)["sharpness_aware"]
            | {"clock": {"seed": 5, "per_epoch": 2, "step": 0}},
        }),
        (a_resumed_run_goes_on, TIMED[0]),
    ),
    "an epoch a step": (
        *(Clock, "epoch", property(lambda self: self.step)),
        (runs_as_the_landscape, TIMED[0], 2),
    ),
    "every step begins an epoch": (
        *(Clock, "new_epoch", property(lambda self: True)),
        (runs_as_the_landscape, TIMED[2], 3),
    ),
    "the same draws at every seed": (
        *(clock_file, "Sample", lambda f, t, s, _was=clock_file.Sample: _was(f, t, 0)),
        (runs_as_the_landscape, TIMED[0]),
    ),
    "a product is the clean pass": (
        *(Pass, "hvp", lambda self, x, v: self.weights.product(self.closure, x, v)),
        (products_are_exact,),
    ),
    "a product along the gradient": (
        *(weights, "products", lambda g, p, v, _was=weights.products: _was(
            g, p, [each.detach() for each in g]
        )),
        (products_are_exact,),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_is_found(name, monkeypatch):
    owner, attribute, fault, (check, *arguments) = MUTANTS[name]
    check(*arguments)
    monkeypatch.setattr(owner, attribute, fault)
    with pytest.raises(AssertionError):
        check(*arguments)
