"""What a step of SharpnessAware leaves alone, and what it refuses."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from tests import optimizer_checks as checks
from theory.methods import make
from theory.methods.msam import MSAM
from theory.torch_optimizer import SharpnessAware

SPECS = ["sam", "usam", "ssam", "ssam-n", "unified-sam", "linf-sam"]


@pytest.mark.parametrize("spec", SPECS)
def test_buffers_advance_once(spec):
    checks.buffers_advance_once(spec)


@pytest.mark.parametrize("spec", SPECS)
def test_random_numbers_are_replayed(spec):
    checks.random_numbers_are_replayed(spec)


@pytest.mark.parametrize("spec", SPECS)
def test_weights_come_back(spec):
    checks.weights_come_back(spec)


@pytest.mark.parametrize("number", [1, 2])
def test_a_raising_pass_changes_nothing(number):
    checks.a_raising_pass_changes_nothing(number)


@pytest.mark.parametrize("spec", SPECS[:4])
def test_groups_have_their_own_radius(spec):
    checks.groups_have_their_own_radius(spec)


@pytest.mark.parametrize("spec", SPECS)
def test_a_zero_gradient_stays(spec):
    checks.a_zero_gradient_stays(spec)


def linear(*sizes, seed=0, **options):
    torch.manual_seed(seed)
    return nn.Sequential(*(nn.Linear(a, b, **options) for a, b in sizes)).double()


def stepped(model, spec, closure, params=None, **options):
    base = torch.optim.SGD(params or model.parameters(), lr=0.1, **options)
    optimizer = SharpnessAware(base, make(spec, rho=0.3), model)
    return optimizer, optimizer.step(closure)


@pytest.mark.parametrize("spec", ["sam", "ssam"])
def test_a_frozen_parameter_is_neither_moved_nor_measured(spec):
    model = linear((6, 4), (4, 3))
    small = copy.deepcopy(model)
    model[0].requires_grad_(False)
    model[0].weight.grad = torch.ones_like(model[0].weight)  # left over from before
    kept = checks.state_of(model[0])
    stepped(model, spec, checks.closure_of(model), weight_decay=0.1)
    checks.same(kept, checks.state_of(model[0]))
    assert model[0].weight.grad is None
    only = list(small[1].parameters())
    stepped(small, spec, checks.closure_of(small), only, weight_decay=0.1)
    checks.same(checks.state_of(model[1]), checks.state_of(small[1]))


@pytest.mark.parametrize("spec", ["gd", "sam", "ssam"])
def test_an_unused_parameter_keeps_no_gradient(spec):
    model = linear((6, 3), (5, 5))
    kept = checks.state_of(model[1])
    stepped(model, spec, checks.closure_of(model[:1]), weight_decay=0.1)
    checks.same(kept, checks.state_of(model[1]))
    assert all(p.grad is None for p in model[1].parameters())


@pytest.mark.parametrize("spec", ["sam", "ssam"])
@pytest.mark.parametrize("missing", [0, 1])
def test_a_gradient_missing_in_one_pass_is_zero_there(spec, missing):
    model = linear((6, 3), (3, 3))
    calls = []

    def loss():
        calls.append(model[0](checks.X).square().mean())
        if len(calls) - 1 != missing:
            calls[-1] = calls[-1] + model[1].weight.square().sum()
        return calls[-1]

    def closure():
        loss().backward()
        return calls[-1]

    def gradient(with_second):
        only = model[0](checks.X).square().mean()
        second = model[1].weight.square().sum() * with_second
        grads = torch.autograd.grad(only + second, [*model.parameters()][:3])
        return torch.cat([g.flatten() for g in grads])

    w = parameters_to_vector(model.parameters()).detach()
    bias = w[-3:]
    g = gradient(missing != 0)
    there = copy.deepcopy(model)
    ascent = torch.cat([0.3 * g / g.norm(), torch.zeros(3)])
    nn.utils.vector_to_parameters(w + ascent, model.parameters())
    d = gradient(missing != 1)
    model.load_state_dict(there.state_dict())
    if spec == "ssam":
        nn.utils.vector_to_parameters(
            w + torch.cat([0.3 * g, torch.zeros(3)]), model.parameters()
        )
        d = gradient(missing != 1)
        d = d * g.norm() / d.norm()
        model.load_state_dict(there.state_dict())
    stepped(model, spec, closure)
    expected = torch.cat([w[:-3] - 0.1 * d, bias])
    actual = parameters_to_vector(model.parameters()).detach()
    torch.testing.assert_close(actual, expected, rtol=1e-12, atol=1e-13)
    assert model[1].bias.grad is None


def test_a_sparse_gradient_is_refused():
    model = nn.Embedding(5, 3, sparse=True)
    with pytest.raises(ValueError, match=r"sparse one of shape \(5, 3\)"):
        stepped(model, "sam", lambda: backward(model(torch.tensor([1, 2])).sum()))


def backward(loss):
    loss.backward()
    return loss


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("layer", [(nn.Linear, 6, 3), (nn.Conv2d, 2, 3, 2)])
def test_parameters_may_lie_as_they_like(layer, bias):
    torch.manual_seed(0)
    kind, *sizes = layer
    model = kind(*sizes, bias=bias).double().to(memory_format=torch.channels_last)
    x = torch.randn(4, *((6,) if isinstance(model, nn.Linear) else (2, 3, 3))).double()
    plain = copy.deepcopy(model).to(memory_format=torch.contiguous_format)
    before = [p.data_ptr() for p in model.parameters()]
    for each in (model, plain):
        stepped(each, "ssam", lambda m=each: backward(m(x).square().mean()))
    for p, q in zip(model.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-12, atol=1e-14)
    assert before == [p.data_ptr() for p in model.parameters()]


def test_precisions_mix_in_one_norm():
    model = linear((6, 4), (4, 3))
    mixed = copy.deepcopy(model)
    mixed[1].float()

    def closure_of(m):
        return lambda: backward(m[1](m[0](checks.X).to(m[1].weight.dtype)).pow(2).sum())

    for each in (model, mixed):
        stepped(each, "ssam", closure_of(each))
    assert mixed[1].weight.dtype == torch.float32
    torch.testing.assert_close(mixed[0].weight, model[0].weight, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(
        mixed[1].weight.double(), model[1].weight, rtol=1e-5, atol=1e-6
    )


def test_a_long_vector_in_single_precision_has_an_exact_norm():
    torch.manual_seed(0)
    p = nn.Parameter(torch.randn(3_000_000))
    seen = []

    def closure():
        seen.append(p.detach().clone())
        return backward(p.square().sum() / 2)

    optimizer = SharpnessAware(torch.optim.SGD([p], lr=0.0), make("sam", rho=10.0))
    optimizer.step(closure)
    length = (seen[1].double() - seen[0].double()).norm().item()
    assert length == pytest.approx(10, rel=1e-6)


def test_weights_that_autocast_keeps_are_those_of_the_pass():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 3))
    x, losses = checks.X.float(), []

    def closure():
        losses.append(model(x).square().mean())
        return backward(losses[-1])

    with torch.autocast("cpu", torch.bfloat16):
        stepped(model, "sam", closure)
    assert losses[1] > 1.05 * losses[0]


def test_a_module_that_replaces_its_buffer_keeps_the_clean_one():
    class Counter(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(2))
            self.register_buffer("seen", torch.zeros(()))
            self.register_buffer("late", None)

        def forward(self):
            self.seen = self.seen + 1
            self.late = self.seen * 2
            return (self.w**2 * self.seen).sum()

    model = Counter()
    _, loss = stepped(model, "sam", lambda: backward(model()))
    assert (model.seen, model.late, loss) == (1, 2, 2)


def test_hooks_schedulers_and_groups_see_one_optimizer():
    model = checks.network()
    base = checks.sgd(model)
    optimizer = SharpnessAware(base, make("ssam"), model)
    assert optimizer.param_groups is base.param_groups
    assert optimizer.state is base.state and optimizer.defaults is base.defaults
    seen = []
    optimizer.register_step_pre_hook(lambda *_: seen.append("before"))
    optimizer.register_step_post_hook(lambda *_: seen.append("after"))
    on_base = torch.optim.lr_scheduler.StepLR(base, 1, 0.5)
    on_both = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, 10)
    optimizer.step(checks.closure_of(model))
    on_both.step(), on_base.step()
    assert seen == ["before", "after"]
    assert optimizer.param_groups[0]["lr"] == base.param_groups[0]["lr"]
    extra = nn.Parameter(torch.zeros(2))
    optimizer.add_param_group({"params": [extra], "rho": 0.1})
    assert len(base.param_groups) == 2 and "stable:usam" in repr(optimizer)
    optimizer.zero_grad()
    assert all(p.grad is None for p in model.parameters())


def test_the_rho_of_adadelta_is_its_own():
    ends = []
    for rho in (0.9, 0.5):
        model = checks.network()
        base = torch.optim.Adadelta(model.parameters(), lr=0.0, rho=rho)
        optimizer = SharpnessAware(base, make("sam"), model)
        torch.manual_seed(0)
        optimizer.step(checks.closure_of(model))
        ends.append([p.grad.clone() for p in model.parameters()])
    checks.same(*ends)


def wrapped(**options):
    model = checks.network()
    given = {"base": checks.sgd(model), "method": make("sam"), "model": model} | options
    return lambda: SharpnessAware(**given)


def stepping(closure, method=None):
    def step():
        model = checks.network()
        optimizer = SharpnessAware(checks.sgd(model), method or make("sam"), model)
        optimizer.step(closure(model))

    return step


def rho_of(value):
    model = checks.network()
    return torch.optim.SGD([{"params": model.parameters(), "rho": value}], lr=0.1)


def scaled():
    scaler = torch.amp.GradScaler("cpu")
    model = checks.network()
    optimizer = SharpnessAware(checks.sgd(model), make("sam"), model)
    scaler.scale(checks.loss_of(model)).backward()
    scaler.step(optimizer, checks.closure_of(model))


def unowned():
    model = nn.Sequential(nn.Linear(6, 3), nn.BatchNorm1d(3, affine=False)).double()
    SharpnessAware(checks.sgd(model), make("sam"))


def owned_late():
    layer = nn.Linear(6, 3).double()
    optimizer = SharpnessAware(checks.sgd(layer), make("sam"))
    model = nn.Sequential(layer, nn.BatchNorm1d(3, affine=False).double())
    optimizer.step(checks.closure_of(model))


def frozen():
    model = checks.network()
    optimizer = SharpnessAware(checks.sgd(model), make("sam"), model)
    model.requires_grad_(False)
    optimizer.step(checks.closure_of(model))


def late_rho():
    wrapped()().add_param_group({"params": [nn.Parameter(torch.ones(2))], "rho": -0.1})


def changed_rho():
    base = rho_of(0.1)
    optimizer = SharpnessAware(base, make("sam"), nn.ParameterList(base_params(base)))
    base.param_groups[0]["rho"] = -2.0
    optimizer.step(lambda: 0.0)


def base_params(base):
    return [p for group in base.param_groups for p in group["params"]]


REFUSED = {
    "no closure": (stepping(lambda m: None), "needs a closure .* GradScaler"),
    "no closures": (stepping(lambda m: []), r"needs a closure .* got \[\]"),
    "no backward": (stepping(lambda m: lambda: checks.loss_of(m)), "call backward"),
    "no loss": (stepping(lambda m: lambda: checks.loss_of(m).backward()), "got None"),
    "no scalar": (
        stepping(lambda m: lambda: backward(checks.loss_of(m)).expand(2)),
        r"scalar loss, got the shape \(2,\)",
    ),
    "one closure for shards": (
        stepping(checks.closure_of, MSAM(m=3)),
        r"one closure does not split into 3 shards: .*step\(\[closure_1",
    ),
    "wrong number of closures": (
        stepping(lambda m: [checks.closure_of(m)] * 2, MSAM(m=3)),
        "3 shards, `step` got 2 closures",
    ),
    "a model with buffers": (unowned, "needs model=.*`Sequential`.*`1.running_mean`"),
    "a model of later": (owned_late, "needs model=.*`Sequential`"),
    "no base": (wrapped(base="sgd"), "takes a torch optimizer .* got 'sgd'"),
    "no method": (wrapped(method="sam"), "takes a method, .* got 'sam'"),
    "LBFGS": (
        wrapped(base=torch.optim.LBFGS([nn.Parameter(torch.ones(2))])),
        "`LBFGS` needs a closure of its own",
    ),
    "many radii": (wrapped(method=make("ssam", rho=torch.ones(3, 1))), "single rho"),
    "bad tensor": (wrapped(method=make("ssam", rho=torch.tensor(-1.0))), "rho must be"),
    "negative rho": (wrapped(base=rho_of(-0.1)), "rho >= 0, got -0.1 in group 0"),
    "rho not a number": (wrapped(base=rho_of(float("nan"))), "got nan in group 0"),
    "rho a word": (wrapped(base=rho_of("big")), "got big in group 0"),
    "rho of a late group": (late_rho, "got -0.1 in group 1"),
    "rho changed": (changed_rho, "got -2.0 in group 0"),
    "ascent": (wrapped(ascent="both"), "ascent is one of"),
    "no replicas": (wrapped(ascent="per-replica"), "no_sync.*`Sequential`"),
    "a scaler": (scaled, "GradScaler cannot step"),
    "nothing to train": (frozen, "no parameter with requires_grad"),
    "complex": (
        wrapped(base=torch.optim.SGD([nn.Parameter(torch.ones(2) * 1j)], lr=0.1)),
        "real parameters, got torch.complex64",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_in_one_line(name):
    act, match = REFUSED[name]
    with pytest.raises(ValueError, match=match) as raised:
        act()
    assert "\n" not in str(raised.value)


def test_after_a_refused_scaler_steps_go_on():
    model = checks.network()
    optimizer = SharpnessAware(checks.sgd(model), make("sam"), model)
    scaler = torch.amp.GradScaler("cpu")
    scaler.scale(checks.loss_of(model)).backward()
    with pytest.raises(ValueError, match="GradScaler"):
        scaler.step(optimizer)
    optimizer.step(checks.closure_of(model))
    off = torch.amp.GradScaler("cpu", enabled=False)
    off.step(optimizer, closure=checks.closure_of(model))
