"""A network is a landscape: members, mini-batches, dropout, one step, refusals."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from landscapes import engine, models
from landscapes.network import Network
from landscapes.sample import Sample
from tests.plain_network import (
    data,
    plain_gradient,
    plain_module,
    plain_value,
    wandering,
)
from theory.iterate import iterate
from theory.methods import make
from theory.methods.msam import MSAM

N = 12
SHAPE = (1, 4, 4)
X, Y = data(N, shape=SHAPE)


def mlp(dropout=0.0, **options):
    module = models.make("mlp", SHAPE, 10, hidden=(6,), dropout=dropout).double()
    return Network(module, X, Y, **({"engine": "batched"} | options))


def close(found, expected, rtol=1e-12):
    scale = float(expected.abs().max())
    torch.testing.assert_close(found, expected, rtol=0, atol=rtol * scale)


NET, DROPPED = mlp(), mlp(dropout=0.5)
W, V = wandering(NET, 4), wandering(NET, 4, seed=1)


# Members


@pytest.mark.parametrize("kind", engine.ENGINES)
def test_a_member_is_the_single_point_whatever_the_leading_axes(kind):
    net = replace(NET, engine=kind)
    grid = W.view(2, 1, 2, -1)
    for what in ("value", "losses", "outputs", "accuracy", "gradient", "hessian"):
        of = getattr(net, what)
        if what == "hessian":
            net = replace(net, X=net.X[:3], y=net.y[:3])
        found = of(grid)
        assert found.shape[:3] == (2, 1, 2)
        for i, w in enumerate(W):
            close(found.view(4, *found.shape[3:])[i], of(w))
    close(net.hvp(grid, V.view(2, 1, 2, -1))[1, 0, 1], net.hvp(W[3], V[3]))
    close(net.hvp(W, V[0])[2], net.hvp(W[2], V[0]))


def test_value_and_gradient_are_both():
    f, g = NET.value_and_gradient(W)
    close(f, NET.value(W))
    assert torch.equal(g, NET.gradient(W))
    assert not f.requires_grad and not g.requires_grad


def test_the_value_and_the_gradient_can_be_differentiated():
    for net in (NET, replace(NET, engine="looped")):
        w = W.clone().requires_grad_()
        (g,) = torch.autograd.grad(net.value(w).sum(), w)
        close(g, NET.gradient(W))
        (h,) = torch.autograd.grad((net.gradient(w) * V).sum(), w)
        close(h, NET.hvp(W, V))


def test_members_are_parted_into_blocks_of_nearly_equal_size():
    for count in (1, 5, 256, 1000):
        for size in (1, 7, 256, 5000):
            parts = [range(count)[part] for part in engine.blocks(count, size)]
            assert [i for part in parts for i in part] == [*range(count)]
            sizes = {len(part) for part in parts}
            assert max(sizes) <= size and max(sizes) - min(sizes) <= 1


def test_auto_takes_what_a_clock_says_and_asks_it_once(monkeypatch):
    for together, alone in ((1.0, 5.0), (5.0, 1.0)):
        net = mlp(engine="auto")
        seconds = iter([together * 4, alone * 3])
        monkeypatch.setattr(engine, "_seconds", lambda *_, left=seconds: next(left))
        for _ in range(2):
            close(net.gradient(W), NET.gradient(W))
        # 4 members at once, 3 in the loop: a member's share decides.
        (size,) = net.architecture.plans.values()
        assert (size > 1) == (together < alone)


def test_a_size_that_is_named_is_kept(monkeypatch):
    seen = []
    monkeypatch.setattr(engine, "compute", lambda run, n, size: seen.append(size))
    for block, expected in ((3, 3), (None, 256)):
        with pytest.raises(AttributeError):  # nothing was computed
            replace(NET, block=block).value(W)
        assert seen[-1] == expected


def test_a_user_s_own_loss_and_the_square_are_their_formulas():
    def huber(outputs, y):
        return F.huber_loss(
            outputs, F.one_hot(y, 10).to(outputs), reduction="none"
        ).sum(-1)

    own = mlp(loss=huber)
    w = W[0].clone().requires_grad_()
    expected = huber(plain_module(NET, W[0])(X), Y).mean()
    close(own.value(W)[0], expected.detach())
    square = replace(NET, loss="square")
    close(square.value(W)[1], plain_value(square, W[1]))
    close(square.gradient(W)[1], plain_gradient(square, W[1]))
    smooth = mlp(
        loss=lambda z, y: F.cross_entropy(z, y, label_smoothing=0.1, reduction="none")
    )
    for net in (own, square, smooth):
        close(net.gradient(W), replace(net, engine="looped").gradient(W))
    assert w.requires_grad


def test_accuracy_is_the_share_of_hits():
    for i in range(4):
        hits = plain_module(NET, W[i])(X).argmax(-1) == Y
        assert NET.accuracy(W)[i] == hits.double().mean()


def test_parameters_that_are_frozen_are_constants():
    module = models.make("mlp", SHAPE, 10, hidden=(6,)).double()
    module[1].weight.requires_grad_(False)
    net = Network(module, X, Y)
    assert net.dim == 6 + 60 + 10 and [*net.segments] == [
        "1.bias",
        "3.weight",
        "3.bias",
    ]
    F.cross_entropy(module(X), Y).backward()
    expected = torch.cat(
        [module[1].bias.grad, module[3].weight.grad.ravel(), module[3].bias.grad]
    )
    close(net.gradient(net.start), expected)
    close(net.gradient(net.start.expand(3, -1))[2], expected)


def test_a_tensor_that_two_layers_share_is_one_parameter():
    first, second = nn.Linear(4, 4), nn.Linear(4, 4)
    second.weight = first.weight
    module = nn.Sequential(first, nn.Tanh(), second).double()
    x, y = torch.randn(5, 4).double(), torch.randint(0, 4, (5,))
    net = Network(module, x, y, engine="batched")
    F.cross_entropy(module(x), y).backward()
    expected = torch.cat([first.weight.grad.ravel(), first.bias.grad, second.bias.grad])
    assert net.dim == 16 + 4 + 4
    close(net.gradient(net.start.expand(2, -1))[1], expected)


def test_a_parameter_that_is_not_used_has_gradient_zero():
    module = nn.Linear(3, 2).double()
    module.extra = nn.Parameter(torch.ones(2, dtype=torch.float64))
    net = Network(module, np.ones((2, 3)), np.zeros(2, int), engine="batched")
    g = net.gradient(net.start.expand(2, -1))
    assert not g[:, net.segments["extra"]].any() and g.any()
    assert not net.hvp(net.start, torch.ones(net.dim).double())[
        net.segments["extra"]
    ].any()


# Samples


def test_the_order_of_the_samples_does_not_matter():
    order = torch.randperm(N, generator=torch.Generator().manual_seed(3))
    for net in (NET, Network(models.make("resnet", SHAPE, 10).double(), X, Y)):
        w = wandering(net, 2)
        mixed = net.restrict(order)
        for what in ("value", "gradient"):
            close(getattr(mixed, what)(w), getattr(net, what)(w), 1e-10)
        assert torch.equal(mixed.y, net.y[order])


def test_samples_that_stand_twice_change_nothing():
    for net in (NET, Network(models.make("resnet", SHAPE, 10).double(), X, Y)):
        w = wandering(net, 2)
        twice = net.restrict([*range(N)] * 2)
        assert twice.n == 2 * N
        close(twice.gradient(w), net.gradient(w), 1e-10)


def test_a_mini_batch_is_the_module_on_these_samples():
    rows = [3, 0, 3, 7]
    batch = NET.sample(rows, t=5)
    assert batch.size == 4 and batch.t == 5
    for i in range(4):
        close(batch.value(W)[i], plain_value(NET, W[i], X[rows], Y[rows]))
        close(batch(W)[i], plain_gradient(NET, W[i], X[rows], Y[rows]))
    close(batch.losses(W), NET.losses(W)[:, rows])
    close(batch.hvp(W, V), NET.restrict(rows).hvp(W, V))
    assert batch.segments == NET.segments


@pytest.mark.parametrize("kind", ["batched", "traced", "looped"])
@pytest.mark.parametrize("name", ["mlp", "resnet", "vit"])
def test_every_member_has_its_own_mini_batch(name, kind):
    module = models.make(name, SHAPE, 10).double()
    net = Network(module, X, Y, engine=kind, block=2)
    w = wandering(net, 3)
    rows = np.array([[0, 1, 2], [5, 5, 4], [11, 0, 7]])
    batch = net.sample(rows)
    assert batch.size == 3
    for what in ("value", "losses"):
        for i in range(3):
            alone = getattr(net.restrict(rows[i]), what)(w[i])
            close(getattr(batch, what)(w)[i], alone)
    for i in range(3):
        close(batch(w)[i], plain_gradient(net, w[i], X[rows[i]], Y[rows[i]]), 1e-10)


def test_mini_batches_broadcast_beside_points():
    rows = np.array([[0, 1, 2], [5, 5, 4]])  # of two seeds; (eta, seed, P)
    grid = W.view(2, 2, -1)
    found = NET.sample(rows)(grid)
    for i in range(2):
        for j in range(2):
            close(found[i, j], NET.restrict(rows[j]).gradient(grid[i, j]))
    # One point, several mini-batches.
    close(NET.restrict(rows).gradient(W[0])[1], NET.restrict(rows[1]).gradient(W[0]))
    H = NET.restrict(rows[:, :1]).hessian(W[:2])
    close(H[1], NET.restrict(rows[1, :1]).hessian(W[1]))


def test_parts_of_mini_batches_are_mini_batches():
    rows = np.array([[0, 1, 2, 9], [5, 6, 4, 8], [1, 2, 3, 4], [7, 7, 0, 1]])
    batch = NET.sample(rows, 2)
    close(batch.subset([3, 0])(W), NET.restrict(rows[:, [3, 0]]).gradient(W))
    own = np.array([[0], [1], [2], [3]])
    close(
        batch.subset(own)(W), NET.restrict(np.take_along_axis(rows, own, 1)).gradient(W)
    )
    halves = batch.split(2)
    assert [half.size for half in halves] == [2, 2] and halves[0].t == 2
    close((halves[0](W) + halves[1](W)) / 2, batch(W))
    shared = NET.restrict([4, 5, 6]).restrict(own % 3)
    close(shared.value(W), NET.restrict(own % 3 + 4).value(W))


def test_msam_runs_on_mini_batches():
    rows = np.arange(8).reshape(2, 4)
    d, g, _ = MSAM(rho=0.1, m=2).direction(W[:2], (), NET.sample(rows))
    for i in range(2):
        parts = [plain_sam(NET, W[i], 0.1, rows[i, half : half + 2]) for half in (0, 2)]
        close(d[i], (parts[0] + parts[1]) / 2, 1e-10)


# Batch normalisation, dropout, random numbers


def test_the_module_is_never_touched():
    module = models.make("resnet", SHAPE, 10).double()
    before = copy.deepcopy(module.state_dict())
    net = Network(module, X, Y, engine="batched")
    w = wandering(net, 2)
    net.gradient(w), net.hvp(w, w), net.sample([0, 1, 2])(w), net.initial(1), net.to()
    after = module.state_dict()
    assert all(torch.equal(before[k], after[k]) for k in before)
    assert module.training and all(p.grad is None for p in module.parameters())
    assert all(type(p) is nn.Parameter for p in net.architecture.module.parameters())


def test_batch_normalisation_uses_the_samples_at_hand():
    net = Network(models.make("resnet", SHAPE, 10).double(), X, Y)
    w = wandering(net, 1)[0]
    close(net.outputs(w), plain_module(net, w)(X).detach())  # in training mode
    apart = torch.cat([net.restrict(r).outputs(w) for r in (range(6), range(6, N))])
    assert (apart - net.outputs(w)).abs().max() > 1e-3


def dropped(net, w, rows, seed):
    """The gradient of the module in training mode, its random numbers from a seed."""
    module = plain_module(net, w, training=True)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        F.cross_entropy(module(X[rows]), Y[rows]).backward()
    return torch.cat([p.grad.reshape(-1) for p in module.parameters()])


@pytest.mark.parametrize("kind", ["batched", "traced", "looped"])
def test_run_and_step_decide_the_masks_of_dropout(kind):
    net, rows = replace(DROPPED, engine=kind), [1, 2, 3, 4, 5]
    batch = net.sample(rows, 7, seed=3)
    word = int(np.random.SeedSequence((3, 7)).generate_state(1, np.uint64)[0])
    assert torch.equal(batch(W), batch(W))
    for i in range(4):  # the same mask for all members
        close(batch(W)[i], dropped(net, W[i], rows, word))
    for other in (net.sample(rows, 8, seed=3), net.sample(rows, 7, seed=4)):
        assert (other(W) - batch(W)).abs().max() > 1e-3
    # A different block, the same masks.
    close(replace(net, block=3).sample(rows, 7, seed=3)(W), batch(W))


@pytest.mark.parametrize("name", ["mlp", "cnn", "resnet", "vit"])
def test_a_recording_is_the_same_to_the_last_bit(name):
    net = Network(models.make(name, SHAPE, 10).double(), X, Y, engine="batched")
    traced, w = replace(net, engine="traced"), wandering(net, 3)
    for k in range(3):  # the first call records, other points and samples replay
        rows = np.roll(np.arange(N), k)[:5]
        for points in (w, w.flip(0), w[:2]):
            one, other = net.sample(rows), traced.sample(rows)
            assert torch.equal(one(points), other(points))
            assert torch.equal(one.losses(points), other.losses(points))
            assert torch.equal(one.hvp(points, w[: len(points)]),
                               other.hvp(points, w[: len(points)]))  # fmt: skip


def test_a_recording_keeps_the_graph_that_is_asked_for():
    traced = replace(NET, engine="traced")
    traced.value(W)
    w = W.clone().requires_grad_()
    traced.value(w).sum().backward()
    close(w.grad, NET.gradient(W))
    assert not traced.value(W).requires_grad
    assert not pickle.loads(pickle.dumps(traced)).architecture.plans


def test_both_evaluations_of_a_step_see_one_mask():
    batch = DROPPED.sample([0, 1, 2, 3], 4)
    ascent = replace(DROPPED.restrict([0, 1, 2, 3]), draw=(0, 4))
    g = ascent.gradient(W)
    u = g / g.norm(dim=-1, keepdim=True)
    d, first, _ = make("sam", rho=0.1).direction(W, (), batch)
    close(first, g)
    close(d, ascent.gradient(W + 0.1 * u))


def test_the_whole_landscape_and_a_restriction_have_no_dropout():
    for net in (DROPPED, DROPPED.restrict([0, 5])):
        value = plain_value(DROPPED, W[0], net.X, net.y)
        close(net.value(W)[0], value)
    assert torch.equal(Sample(DROPPED)(W), DROPPED.gradient(W))
    assert DROPPED.architecture.stochastic and not NET.architecture.stochastic


def test_the_global_random_state_stays():
    before = torch.get_rng_state()
    net = mlp(dropout=0.2)
    state = torch.get_rng_state()  # torch's own initialisation drew
    net.sample([0, 1], 3)(W), net.value(W), net.initial(2), replace(net).to()
    Network(net.module, X, Y)
    assert torch.equal(state, torch.get_rng_state())
    assert not torch.equal(before, state)


def test_an_outer_reset_has_the_last_word():
    attention = nn.MultiheadAttention(4, 2).double()  # its own reset clears a bias

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.attend, self.out = attention, nn.Linear(4, 2).double()

        def forward(self, x):
            return self.out(self.attend(x, x, x, need_weights=False)[0][:, 0])

    net = Network(Model(), torch.randn(3, 2, 4), torch.tensor([0, 1, 1]))
    w = net.initial(5)
    assert not w[net.segments["attend.out_proj.bias"]].any()
    assert w[net.segments["out.bias"]].any()


# One step of every method


def plain_step(module, rows, ascend, stable, eta):
    """One closure step on a module's parameters, written by hand."""
    params = [*module.parameters()]

    def gradient():
        module.zero_grad()
        F.cross_entropy(module(X[rows]), Y[rows]).backward()
        return [p.grad.clone() for p in params]

    g = gradient()
    size = sum((q * q).sum() for q in g).sqrt()
    kept = [p.detach().clone() for p in params]
    with torch.no_grad():
        for p, q in zip(params, g, strict=True):
            p += ascend(size) * q
    d = gradient()
    length = sum((q * q).sum() for q in d).sqrt()
    with torch.no_grad():
        for p, old, q in zip(params, kept, d, strict=True):
            p.copy_(old - eta * q * (size / length if stable else 1.0))
    return torch.cat([p.detach().reshape(-1) for p in params])


STEPS = {
    "gd": (lambda size: 0.0, False),
    "sam": (lambda size: 0.3 / size, False),
    "usam": (lambda size: 0.3, False),
    "ssam": (lambda size: 0.3, True),
    "ssam-n": (lambda size: 0.3 / size, True),
}


@pytest.mark.parametrize("spec", STEPS)
def test_a_step_is_the_step_on_the_module(spec):
    ascend, stable = STEPS[spec]
    eta = torch.tensor([[0.1], [0.2], [0.3], [0.4]], dtype=torch.float64)
    rows = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]])
    method = make(spec, rho=torch.full((4, 1), 0.3, dtype=torch.float64))
    *_, last = iterate(NET, method, W, eta, 1, sample=lambda t: NET.sample(rows, t))
    for i in range(4):
        module = plain_module(NET, W[i])
        expected = plain_step(module, rows[i], ascend, stable, float(eta[i]))
        close(last.x[i], expected, 1e-12)


def plain_sam(net, w, rho, rows):
    """SAM's surrogate gradient from two plain gradients."""
    g = plain_gradient(net, w, X[rows], Y[rows])
    return plain_gradient(net, w + rho * g / g.norm(), X[rows], Y[rows])


# Kinds of data and points


def test_a_network_is_sent_to_another_process_as_it_is():
    for net in (mlp(dropout=0.1), mlp(engine="looped")):
        expected = net.gradient(W)  # what is kept after a first use travels too
        for sent in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
            assert torch.equal(sent.gradient(W), expected)
            assert torch.equal(sent.sample([1, 2], 3)(W), net.sample([1, 2], 3)(W))


def test_arrays_of_numpy_are_taken_as_data():
    module = models.make("mlp", (5,), 3)
    x, y = (
        np.random.default_rng(0).normal(size=(4, 5)),
        np.array([0, 1, 2, 1], np.int32),
    )
    net = Network(module, x, y)
    assert net.X.dtype == torch.float32 and net.y.dtype == torch.int64
    expected = F.cross_entropy(module(torch.tensor(x).float()), torch.tensor(y).long())
    torch.testing.assert_close(net.value(net.start), expected.detach())


def test_a_landscape_is_taken_to_another_dtype():
    single = mlp().to(dtype=torch.float32)
    assert single.start.dtype == single.X.dtype == torch.float32
    assert single.y.dtype == torch.int64
    torch.testing.assert_close(
        single.gradient(W.float()).double(), NET.gradient(W), rtol=0, atol=1e-5
    )
    assert single.to(dtype=torch.float64).gradient(W).dtype == torch.float64


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_landscape_is_taken_to_another_device():
    there = mlp(dropout=0.3).to("cuda")
    assert torch.equal(there.initial(1).cpu(), mlp().initial(1))
    close(there.gradient(W.cuda()).cpu(), NET.gradient(W), 1e-10)
    batch = there.sample(np.arange(4), 1)
    assert torch.equal(batch(W.cuda()), batch(W.cuda()))


class Spectral(nn.Module):
    """Counts its passes in a buffer."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 2)
        self.register_buffer("passes", torch.zeros(()))

    def forward(self, x):
        self.passes += 1
        return self.layer(x)


class Bare(nn.Module):
    """Owns a parameter and no way to draw it anew."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(4))

    def forward(self, x):
        return self.scale * x


EXAMPLES, LABELS = np.ones((6, 4)), np.array([0, 1, 0, 1, 1, 0])


def linear(X=EXAMPLES, y=LABELS, *rest, **options):
    return Network(nn.Linear(4, 2), X, y, *rest, **options)


def holed(X, value=np.nan):
    X = X.astype(float)
    X[1, 2:] = value
    return X


@pytest.mark.parametrize(
    "call, what",
    [
        (
            lambda: Network(nn.Flatten(), EXAMPLES, LABELS),
            "`network` takes a module with parameters to train, .* got none",
        ),
        (
            lambda: Network(
                nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2).double()),
                EXAMPLES,
                LABELS,
            ),
            "all of one dtype .* got torch.float32 on cpu and torch.float64 on cpu",
        ),
        (
            lambda: linear(loss=F.cross_entropy),
            "loss that gives one number a sample, .* got shape \\(\\) for b = 2",
        ),
        (lambda: linear(loss=lambda z, y: z), "got shape \\(2, 2\\) for b = 2"),
        (lambda: linear(loss="hinge"), "unknown loss `hinge`: did you mean"),
        (
            lambda: linear(y=LABELS + 1),
            "`network` takes labels from 0 to 1, got 1 to 2",
        ),
        (lambda: linear(y=LABELS - 1), "labels from 0 to 1, got -1 to 0"),
        (lambda: linear(y=LABELS * 1.0), "labels \\(n,\\) of whole numbers .*float32"),
        (lambda: linear(y=LABELS > 0), "labels \\(n,\\) of whole numbers .*bool"),
        (lambda: linear(y=LABELS[:, None]), "of shape \\(6, 1\\)"),
        (
            lambda: linear(EXAMPLES, EXAMPLES, "square"),
            "targets of the outputs' shape \\(n, 2\\), got \\(6, 4\\)",
        ),
        (lambda: linear(holed(EXAMPLES)), "got 2 among its examples that are not"),
        (
            lambda: linear(EXAMPLES, holed(EXAMPLES, np.inf), "square"),
            "got 2 among its targets that are not",
        ),
        (lambda: linear(EXAMPLES[:5]), "as many targets as examples, .* \\(6,\\) for"),
        (lambda: linear(EXAMPLES[:0], LABELS[:0]), "at least one"),
        (lambda: linear(np.ones((6, 3))), "does not take examples of shape \\(3,\\)"),
        (
            lambda: linear(engine="fast"),
            "engine of auto, batched, traced, looped, got `fast`",
        ),
        (lambda: linear(block=0), "`network` takes blocks of at least 1, got 0"),
        (
            lambda: Network(Spectral(), EXAMPLES, LABELS),
            "a pass changes the module's buffer `passes`",
        ),
        (
            lambda: Network(Bare(), EXAMPLES, LABELS).initial(0),
            "cannot draw `scale` anew: Bare has no reset_parameters()",
        ),
        (
            lambda: linear().value(np.zeros(10)),
            "`network` takes torch points \\(..., 10\\), got numpy.ndarray",
        ),
        (lambda: linear().value(torch.zeros(3, 9)), "\\(..., 10\\), got \\(3, 9\\)"),
        (
            lambda: linear().gradient(torch.zeros(10).double()),
            "points of torch.float32 on cpu, got torch.float64 on cpu",
        ),
        (lambda: linear().hvp(torch.zeros(10), torch.zeros(9)), "got \\(9,\\)"),
        (
            lambda: linear().value(torch.zeros(0, 10)),
            "takes at least one point, got none",
        ),
        (lambda: linear().restrict([6]), "samples by integers .* in \\[0, 6\\)"),
        (
            lambda: linear(EXAMPLES, EXAMPLES[:, :2], "square").accuracy(
                torch.zeros(10)
            ),
            "`network` has no labels to be accurate on",
        ),
        (
            lambda: linear().sample([[0], [1]])(torch.zeros(3, 10)),
            "`network` has mini-batches for members \\(2,\\), got points \\(3, 10\\)",
        ),
    ],
)
def test_what_is_no_network_is_refused_in_one_line(call, what):
    with pytest.raises(ValueError, match=what) as error:
        call()
    assert "\n" not in str(error.value)
