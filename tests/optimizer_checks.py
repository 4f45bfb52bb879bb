"""What `SharpnessAware` must do, as functions that raise AssertionError if it does not.

The reference is written by hand: flat vectors, one formula a method, no house code.
"""

import copy
import io
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from theory.method import Method, hyperparameter, unit
from theory.methods import make, specs
from theory.methods.msam import MSAM
from theory.torch_optimizer import Examples, SharpnessAware

torch.manual_seed(0)
X = torch.randn(12, 6, dtype=torch.float64)
Y = torch.randint(3, (12,))
RHO, LR = 0.3, 0.1


class Masks(nn.Dropout):
    """Dropout that notes the masks it drew."""

    def __init__(self, p):
        super().__init__(p)
        self.drawn = []

    def forward(self, x):
        mask = (torch.rand_like(x) > self.p).to(x.dtype)
        self.drawn.append((mask, random.random()))
        return x * mask


def network(dtype=torch.float64):
    """With BatchNorm and dropout, always the same."""
    torch.manual_seed(1)
    layers = nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Tanh(), Masks(0.3), nn.Linear(8, 3)
    return nn.Sequential(*layers).to(dtype)


def loss_of(model, scale=1.0, rows=slice(None)):
    """Cross-entropy, at the model's precision."""
    dtype = next(model.parameters()).dtype
    return scale * nn.functional.cross_entropy(model(X[rows].to(dtype)), Y[rows])


def closure_of(model, scale=1.0, rows=slice(None)):
    """A closure that leaves the zeroing of gradients to the optimizer."""

    def closure():
        closure.calls += 1
        loss = loss_of(model, scale, rows)
        loss.backward()
        return loss

    closure.calls = 0
    return closure


def examples_of(model, scale=1.0, rows=range(12)):
    """The same batch by the loss of each example; notes what it was asked for."""
    X_own, Y_own = X[list(rows)].to(next(model.parameters()).dtype), Y[list(rows)]

    def losses(part):
        found = scale * nn.functional.cross_entropy(
            model(X_own[part]), Y_own[part], reduction="none"
        )
        losses.asked.append((len(found), torch.is_grad_enabled()))
        return found

    losses.asked = []
    return Examples(losses, len(rows), rows, len(X))


def sgd(model, lr=LR, **options):
    return torch.optim.SGD(model.parameters(), lr=lr, **options)


def state_of(model):
    """Parameters and buffers, copied."""
    return [t.detach().clone() for t in (*model.parameters(), *model.buffers())]


def same(a, b):
    """Bit for bit."""
    assert len(a) == len(b)
    for p, q in zip(a, b, strict=True):
        assert torch.equal(p, q)


# ---- the reference -----------------------------------------------------------------


def oracle_of(model, seed, scale=1.0, rows=slice(None)):
    """`f(w) -> (loss, gradient)` on flat vectors; random numbers and buffers fixed."""
    model = copy.deepcopy(model)

    def f(w):
        vector_to_parameters(w.clone(), model.parameters())
        torch.manual_seed(seed)
        loss = loss_of(model, scale, rows)
        grads = torch.autograd.grad(loss, list(model.parameters()))
        return loss.detach(), parameters_to_vector(grads)

    def hvp(w, v):
        vector_to_parameters(w.clone(), model.parameters())
        torch.manual_seed(seed)
        parameters = list(model.parameters())
        loss = loss_of(model, scale, rows)
        g = torch.autograd.grad(loss, parameters, create_graph=True)
        slope = parameters_to_vector(g) @ v
        return parameters_to_vector(torch.autograd.grad(slope, parameters))

    f.hvp = hvp
    return f


def _unit(v):
    return v / v.square().sum().sqrt() if v.any() else v


def _polyak(f, w, g, rho):
    e = w + rho * _unit(g)
    loss, g_e = f(e)
    step = (loss - g_e @ (e - w)) / (g_e @ g_e)
    return step.clamp(0, 1) * g_e


def _asam(f, w, g, rho):
    """Of `network`: its weights, one of them the gain, are neither bias nor shift."""
    T, start = w.abs() + 0.01, 0
    for name, p in network().named_parameters():
        if "weight" not in name:
            T[start : start + p.numel()] = 1
        start += p.numel()
    return f(w + rho * T * _unit(T * g))[1]


def _gsam(f, w, g, rho):
    p = f(w + rho * _unit(g))[1]
    return p - 0.01 * (g - (g @ p) / (p @ p) * p)


def _adasam(f, w, g, rho):
    """The first step, which has its full length."""
    s = f(w + rho * _unit(g))[1]
    return 0.1 * s / (0.001 * s.square()).clamp(min=1e-16).sqrt()


def _drawn(w):
    """The numbers of step 0 under seed 0, for a method's own use (2), its first."""
    rng = np.random.default_rng([0, 0, 2, 0])
    return torch.from_numpy(rng.random(len(w), np.float32)).to(w)


def _sparse_sam_d(f, w, g, rho):
    mask = torch.zeros_like(w)
    mask[_drawn(w).argsort(stable=True)[: len(w) - round(len(w) / 2)]] = 1
    return f(w + mask * rho * _unit(g))[1]


def _eigen_sam(f, w, g, rho):
    v = _unit(_drawn(w) - 0.5)
    for _ in range(5):
        v = _unit(f.hvp(w, v))
    u = _unit(g)
    return f(w + rho * (u + 0.2 * (g @ v).sign() * (v - (v @ u) * u)))[1]


def _xsam(f, w, g, rho):
    e = rho * _unit(g)
    s = f(w + e)[1]
    v0, v1 = _unit(e), _unit(s)
    psi = (v0 @ v1).acos()
    turned = [
        (((1 - a) * psi).sin() * v0 + (a * psi).sin() * v1) / psi.sin()
        for a in np.arange(21) / 10
    ]
    return s.norm() * max(turned, key=lambda v: f(w + 0.05 * v)[0])


ALONG = {
    "gd": lambda f, w, g, rho: g,
    "sam": lambda f, w, g, rho: f(w + rho * _unit(g))[1],
    "usam": lambda f, w, g, rho: f(w + rho * g)[1],
    "unified-sam": lambda f, w, g, rho: f(w + rho * (0.5 * g + 0.5 * _unit(g)))[1],
    "linf-sam": lambda f, w, g, rho: f(w + rho * g.sign())[1],
    "lookahead-sam": lambda f, w, g, rho: f(w + rho * _unit(g) - 0.05 * g)[1],
    "sam-polyak": _polyak,
}
# At their first step.
ALONG |= dict.fromkeys(("msam", "friendly-sam", "vasso", "looksam"), ALONG["sam"])
ALONG |= {"asam": _asam, "gsam": _gsam, "adasam": _adasam, "xsam": _xsam}
ALONG |= {"sparse-sam-d": _sparse_sam_d, "eigen-sam": _eigen_sam}
# These look at single samples, of which a closure knows nothing.
SINGLE = {"esam": "losses_and_gradient", "ausam": "indices", "sparse-sam": "squares"}
SERVED = [spec for spec in specs() if spec.split(":")[-1] not in SINGLE]
# Passes of a first step, where a closure is all the data: a power iteration is one, and
# so is a value that is looked at.
COSTS = {"gd": 1, "eigen-sam": 2 + 5, "xsam": 2 + 21}
ALIASES = {"ssam": "stable:usam", "ssam-n": "stable:sam"}


def direction(spec, f, w, rho):
    """The closed form of a method's direction."""
    spec = ALIASES.get(spec, spec)
    g = f(w)[1]
    if not spec.startswith("stable:"):
        return ALONG[spec](f, w, g, rho)
    d = direction(spec.removeprefix("stable:"), f, w, rho)
    return d * g.norm() / d.norm()


# ---- checks ------------------------------------------------------------------------


def no_radius_is_the_base(spec, base=sgd, dtype=torch.float32, **options):
    """20 steps with a scheduler: parameters, buffers, losses, random numbers."""

    def train(wrapped):
        model = network(dtype)
        inner = base(model, **options)
        outer = SharpnessAware(inner, make(spec, rho=0.0), model) if wrapped else inner
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(outer, 20)
        closure, losses = closure_of(model), []
        torch.manual_seed(2)
        for _ in range(20):
            outer.zero_grad()
            losses.append(outer.step(closure).detach())
            scheduler.step()
        return [*state_of(model), *losses, torch.get_rng_state()]

    same(train(True), train(False))


def one_step_is_the_closed_form(spec, scale=1.0):
    """A step of plain SGD along the method's direction, to rounding."""
    model = network()
    w = parameters_to_vector(model.parameters()).detach()
    f = oracle_of(model, 5, scale)
    lr = 1.0 if spec in ("sam-polyak", "adasam") else LR / scale
    optimizer = SharpnessAware(sgd(model, lr), make(spec, rho=RHO), model)
    torch.manual_seed(5)
    optimizer.step(closure_of(model, scale))
    actual = parameters_to_vector(model.parameters()).detach()
    # Gradients of a network repeat up to a few units in the last place of w.
    expected = w - lr * direction(spec, f, w, RHO)
    # AdaSAM divides what is 0 but for rounding (a bias before BatchNorm) by 1e-8.
    atol = 1e-13 / 1e-8 if spec == "adasam" else 1e-13
    torch.testing.assert_close(actual, expected, rtol=1e-12, atol=atol)


def gradients_are_counted(spec, count):
    """The closure is evaluated once for each gradient."""
    model = network()
    closure = closure_of(model)
    SharpnessAware(sgd(model), make(spec), model).step(closure)
    assert closure.calls == count


def _adamw(model):
    return torch.optim.AdamW(model.parameters(), lr=LR)


def _momentum(model):
    return sgd(model, momentum=0.9, weight_decay=0.01, nesterov=True)


BASES = {"sgd": _momentum, "adamw": _adamw}


@dataclass(frozen=True, eq=False)
class Averaged(Method):
    """A method with a state: ascent along a moving average of gradients."""

    rho: Any = hyperparameter(0.05)

    def init(self, x):
        return (x * 0.0, 0)

    def direction(self, x, state, gradient):
        g = gradient(x)
        m = state[0] * 0.5 + g * 0.5
        return gradient(x + self.rho * unit(m)), g, (m, state[1] + 1)


def a_resumed_run_is_the_uninterrupted_one(method, base):
    """5 + 5 steps are 10, through a file that is read without trust."""

    def built():
        model = network()
        optimizer = SharpnessAware(BASES[base](model), method, model)
        return model, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 3, 0.5)

    def train(model, optimizer, scheduler, steps):
        for _ in range(steps):
            optimizer.step(closure_of(model))
            scheduler.step()

    torch.manual_seed(3)
    whole = built()
    train(*whole, 5)
    file, random_state = io.BytesIO(), torch.get_rng_state()
    torch.save([part.state_dict() for part in whole], file)
    train(*whole, 5)
    resumed = built()
    file.seek(0)
    for part, state in zip(resumed, torch.load(file, weights_only=True), strict=True):
        part.load_state_dict(state)
    torch.set_rng_state(random_state)
    train(*resumed, 5)
    same(state_of(whole[0]), state_of(resumed[0]))


def a_raising_pass_changes_nothing(number):
    """Parameters, their storage, buffers, random numbers and states are as before."""
    model = network()
    optimizer = SharpnessAware(BASES["sgd"](model), Averaged(RHO), model)
    optimizer.step(closure_of(model))
    raised, inner = [], closure_of(model)

    def closure():
        loss = inner()
        torch.rand(3), random.random()
        raised.append(loss)
        if len(raised) == number:
            raise InterruptedError
        return loss

    def everything():
        state = optimizer.state_dict()
        momenta = [each["momentum_buffer"] for each in state["state"].values()]
        own = state["sharpness_aware"]["state"]
        return [
            *(*state_of(model), *momenta, *own[0]["tensors"]),
            *(torch.tensor(own[1]), torch.get_rng_state()),
            torch.tensor(random.getstate()[1]),
        ]

    before = [t.clone() for t in everything()]
    pointers = [p.data_ptr() for p in model.parameters()]
    with pytest.raises(InterruptedError):
        optimizer.step(closure)
    same(before, everything())
    assert pointers == [p.data_ptr() for p in model.parameters()]
    assert all(p.grad is None for p in model.parameters())


def buffers_advance_once(spec, given=closure_of):
    """As in one pass at the parameters; also counters, and in the same storage."""
    model = network()
    once = copy.deepcopy(model)
    pointers = [b.data_ptr() for b in model.buffers()]
    torch.manual_seed(4)
    loss_of(once)
    torch.manual_seed(4)
    SharpnessAware(sgd(model), make(spec), model).step(given(model))
    same(list(model.buffers()), list(once.buffers()))
    assert int(model[1].num_batches_tracked) == 1
    assert pointers == [b.data_ptr() for b in model.buffers()]


def random_numbers_are_replayed(spec):
    """Every pass draws the same masks, and the next step draws what follows one."""
    model = network()
    once = copy.deepcopy(model)
    torch.manual_seed(4), random.seed(4)
    loss_of(once)
    after = torch.get_rng_state(), random.getstate()
    torch.manual_seed(4), random.seed(4)
    SharpnessAware(sgd(model), make(spec), model).step(closure_of(model))
    assert torch.equal(after[0], torch.get_rng_state())
    assert after[1] == random.getstate()
    assert len(model[3].drawn) == 2
    for mask, number in model[3].drawn:
        assert torch.equal(mask, once[3].drawn[0][0])
        assert number == once[3].drawn[0][1]


def weights_come_back(spec, given=closure_of):
    """A step of length zero changes no bit, and no storage."""
    model = network(torch.float32)
    with torch.no_grad():  # numbers that adding and subtracting would round
        for p in model.parameters():
            p.mul_(3e-3)
    before = [p.detach().clone() for p in model.parameters()]
    pointers = [p.data_ptr() for p in model.parameters()]
    optimizer = SharpnessAware(sgd(model, lr=0.0), make(spec, rho=RHO), model)
    for _ in range(3):
        optimizer.step(given(model))
    same(before, [p.detach() for p in model.parameters()])
    assert pointers == [p.data_ptr() for p in model.parameters()]


def groups_have_their_own_radius(spec):
    """Each group ascends by its own rho; the norm is over all of them."""
    model = network()
    first, second = list(model[:2].parameters()), list(model[2:].parameters())
    radii = [torch.full_like(p, 0.7) for p in first]
    rho = parameters_to_vector(radii + [torch.full_like(p, RHO) for p in second])
    w = parameters_to_vector(model.parameters()).detach()
    expected = w - LR * direction(spec, oracle_of(model, 5), w, rho)
    groups = [{"params": first, "rho": 0.7}, {"params": second}]
    base = torch.optim.SGD(groups, lr=LR)
    torch.manual_seed(5)
    optimizer = SharpnessAware(base, make(spec, rho=RHO), model)
    optimizer.step(closure_of(model))
    actual = parameters_to_vector(model.parameters()).detach()
    torch.testing.assert_close(actual, expected, rtol=1e-12, atol=1e-13)


def a_zero_gradient_stays(spec, given=closure_of):
    """Nothing moves and nothing is NaN."""
    model = network()
    before = [p.detach().clone() for p in model.parameters()]
    SharpnessAware(sgd(model), make(spec), model).step(given(model, 0.0))
    same(before, [p.detach() for p in model.parameters()])


def shards_ascend_alone(m=3):
    """Over m closures mSAM is the mean of SAM's directions on them."""
    model = network()
    model[3].p = 0.0  # masks differ between shards
    rows = [slice(4 * j, 4 * j + 4) for j in range(m)]
    w = parameters_to_vector(model.parameters()).detach()
    alone = [direction("sam", oracle_of(model, 5, rows=part), w, RHO) for part in rows]
    closures = [closure_of(model, rows=part) for part in rows]
    loss = SharpnessAware(sgd(model), MSAM(RHO, m=m), model).step(closures)
    actual = parameters_to_vector(model.parameters()).detach()
    expected = w - LR * torch.stack(alone).mean(0)
    torch.testing.assert_close(actual, expected, rtol=1e-12, atol=1e-13)
    losses = [oracle_of(model, 5, rows=part)(w)[0] for part in rows]
    torch.testing.assert_close(loss, torch.stack(losses).mean())
    assert [closure.calls for closure in closures] == [2] * m
