"""A compiled model, torch's schedulers and accumulated gradients, with SAM in front."""

import copy

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from landscapes.network import Network
from theory.iterate import iterate
from theory.methods import make
from theory.methods.msam import MSAM
from theory.methods.stable import Stable
from theory.torch_optimizer import SharpnessAware

draw = torch.Generator().manual_seed(0)
X = torch.randn(24, 6, generator=draw, dtype=torch.float64)
Y = torch.randint(3, (24,), generator=draw)
METHODS = ("sam", "usam", "ssam", "ssam-n")
SCHEDULERS = {
    "StepLR": lambda o: lr_scheduler.StepLR(o, 2, 0.5),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 6),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.2, total_steps=7),
    "ReduceLROnPlateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0),
    "SequentialLR": lambda o: lr_scheduler.SequentialLR(
        o,
        [lr_scheduler.ConstantLR(o, 0.1, 2), lr_scheduler.ExponentialLR(o, 0.7)],
        milestones=[3],
    ),
}


def network(*more):
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Tanh(), *more, nn.Linear(8, 3)
    ).double()


def smooth():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)).double()


def sgd(module, lr=0.1):
    return torch.optim.SGD(module.parameters(), lr=lr, momentum=0.9)


def mean_loss(module, rows=slice(None)):
    return nn.functional.cross_entropy(module(X[rows]), Y[rows])


def closure_of(module, optimizer, rows=slice(None)):
    def closure():
        optimizer.zero_grad()
        loss = mean_loss(module, rows)
        loss.backward()
        return loss

    return closure


def flat(module):
    return torch.cat([p.detach().reshape(-1) for p in module.parameters()])


def trained(called, owner, spec="sam", steps=4):
    """The weights after some steps; `called` is run, `owner` has the parameters."""
    optimizer = SharpnessAware(sgd(owner), make(spec, rho=0.2), owner)
    torch.manual_seed(2)
    for _ in range(steps):
        optimizer.step(closure_of(called, optimizer))
    return torch.cat([flat(owner), *(b.reshape(-1) for b in owner.buffers())])


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
@pytest.mark.parametrize("spec", ["sam", "ssam"])
def test_a_compiled_model_takes_the_same_steps(backend, spec):
    plain, module = network(nn.Dropout(0.2)), network(nn.Dropout(0.2))
    compiled = torch.compile(module, backend=backend)
    ends = [trained(plain, plain, spec), trained(compiled, module, spec)]
    torch.testing.assert_close(*ends, rtol=1e-12, atol=1e-14)


def test_inductor_takes_the_same_steps(compiler):
    # One layer: compiling takes nearly all the time.
    plain, module = (nn.Sequential(smooth()[0]) for _ in range(2))
    ends = [trained(plain, plain), trained(torch.compile(module), module)]
    torch.testing.assert_close(*ends, rtol=1e-10, atol=1e-12)


def test_the_compiled_module_itself_may_be_the_model():
    plain, module = network(), network()
    compiled = torch.compile(module, backend="eager")
    ends = [trained(plain, plain), trained(compiled, compiled)]
    torch.testing.assert_close(*ends, rtol=1e-12, atol=1e-14)


def run(name, on):
    """Weights and rates of six steps under a scheduler of the wrapper or the base."""
    module = smooth()
    base = sgd(module)
    optimizer = SharpnessAware(base, make("ssam", rho=0.1))
    scheduler = SCHEDULERS[name]({"wrapper": optimizer, "base": base}[on])
    rates = []
    for _ in range(6):
        loss = optimizer.step(closure_of(module, optimizer))
        # A loss that does not fall, so that a plateau is seen.
        scheduler.step(*[0 * loss.item() + 1] * (name == "ReduceLROnPlateau"))
        rates.append(optimizer.param_groups[0]["lr"])
    return flat(module), rates, [group["lr"] for group in base.param_groups]


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_scheduler_acts_from_the_wrapper_as_from_the_base(name):
    first, rates, _ = run(name, "wrapper")
    second, again, own = run(name, "base")
    assert torch.equal(first, second) and rates == again and own == rates[-1:]
    assert len(set(rates)) > 1


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_run_has_the_rates_that_its_scheduler_says(name):
    # The same rates set by hand, no scheduler anywhere.
    expected, rates, _ = run(name, "wrapper")
    module = smooth()
    optimizer = SharpnessAware(sgd(module), make("ssam", rho=0.1))
    fresh = SCHEDULERS[name](sgd(copy.deepcopy(module)))
    start = fresh.optimizer.param_groups[0]
    momenta = momenta_of(name)
    for lr, momentum in zip([start["lr"], *rates[:-1]], momenta, strict=True):
        optimizer.param_groups[0].update(lr=lr, momentum=momentum)
        optimizer.step(closure_of(module, optimizer))
    assert torch.equal(flat(module), expected)


def momenta_of(name):
    """OneCycleLR turns the momentum too; what it gives without any wrapper."""
    base = sgd(smooth())
    scheduler, momenta = SCHEDULERS[name](base), []
    for _ in range(6):
        momenta.append(base.param_groups[0]["momentum"])
        base.step()
        scheduler.step(*[1] * (name == "ReduceLROnPlateau"))
    return momenta


@pytest.mark.parametrize("spec", METHODS)
@pytest.mark.parametrize("sizes", [(8, 8, 8), (5, 12, 7)])
def test_a_looping_closure_ascends_once_for_the_whole_batch(spec, sizes):
    ends = []
    for parts in ((24,), sizes):
        module = smooth()
        optimizer = SharpnessAware(sgd(module), make(spec, rho=0.2))

        def closure(module=module, optimizer=optimizer, parts=parts):
            optimizer.zero_grad()
            whole = 0.0
            for rows in torch.arange(24).split(parts):
                loss = mean_loss(module, rows) * len(rows) / 24
                loss.backward()
                whole += loss.detach()
            return whole

        losses = [optimizer.step(closure) for _ in range(5)]
        ends.append(torch.cat([flat(module), torch.stack(losses)]))
    torch.testing.assert_close(*ends, rtol=1e-12, atol=1e-14)


def by_micro_batches(method, parts=3):
    """Five steps, a closure for each micro-batch."""
    module = smooth()
    base = torch.optim.SGD(module.parameters(), lr=0.1)
    optimizer = SharpnessAware(base, method)
    rows = torch.arange(24).chunk(parts)
    closures = [closure_of(module, optimizer, part) for part in rows]
    losses = [optimizer.step(closures) for _ in range(5)]
    return torch.cat([flat(module), torch.stack(losses).detach()])


@pytest.mark.parametrize("spec", METHODS)
def test_closures_of_micro_batches_ascend_once_for_the_whole_batch(spec):
    ends = [by_micro_batches(make(spec, rho=0.2), parts) for parts in (1, 3)]
    torch.testing.assert_close(*ends, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("wrap", [lambda method: method, Stable], ids=["", "stable"])
def test_with_msam_every_micro_batch_has_an_ascent_of_its_own(wrap):
    landscape = Network(smooth(), X, Y)
    rows, method = torch.arange(24).numpy(), wrap(MSAM(rho=0.2, m=3))

    def sample(t):
        return landscape.sample(rows, t)

    run = list(iterate(landscape, method, landscape.start, 0.1, 5, sample=sample))
    losses = torch.stack([landscape.value(state.x) for state in run[:-1]])
    expected = torch.cat([run[-1].x, losses])
    found = by_micro_batches(method)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-14)
    whole = by_micro_batches(wrap(make("sam", rho=0.2)))
    assert not torch.allclose(found, whole, rtol=1e-3)
