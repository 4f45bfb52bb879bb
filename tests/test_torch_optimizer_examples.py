"""SharpnessAware given the losses of single examples."""

import copy
import io
import itertools
import random

import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from landscapes.network import Network
from tests import optimizer_checks as checks
from theory.adapter import curvature, examples
from theory.adapter.examples import Part
from theory.adapter.weights import Weights
from theory.iterate import iterate
from theory.methods import make
from theory.methods.ausam import AUSAM
from theory.methods.esam import ESAM
from theory.methods.msam import MSAM
from theory.methods.sparse_sam import SparseSAM
from theory.methods.stable import Stable
from theory.torch_optimizer import Examples, SharpnessAware

RHO = 0.3
METHODS = [
    ESAM(RHO, beta=0.5, gamma=0.5),
    ESAM(RHO, beta=1.0, gamma=0.3),
    ESAM(RHO, beta=0.4, gamma=1.0),
    AUSAM(RHO, alpha=0.5),
    SparseSAM(RHO, every=2, samples=4),
    MSAM(RHO, m=4),
    MSAM(RHO, m=5, per_shard=True),
    MSAM(RHO, size=4),
]
METHODS += [Stable(method) for method in METHODS[::3]]


def said(method):
    own = getattr(method, "method", method)
    return f"{method.label} {[v for v in vars(own).values()]}"


EVERY = pytest.mark.parametrize("method", METHODS, ids=said)
ROWS = [range(6), range(3, 9), range(6, 12), (0, 2, 4, 6, 8, 10)]
ORDERS = [[(5 * i + t) % 12 for i in range(12)] for t in range(4)]
SINGLES = METHODS[1], METHODS[3], METHODS[5], METHODS[6]  # parts of one, out of six


def normed(batch_norm=True):
    torch.manual_seed(0)
    norm = [nn.BatchNorm1d(5)] * batch_norm
    return nn.Sequential(nn.Linear(6, 5), *norm, nn.Tanh(), nn.Linear(5, 3)).double()


def runs_as_the_landscape(method, steps=7):
    """Batches of six out of twelve, as the landscape's samples of the same."""
    parts_of_one = getattr(method, "method", method) in SINGLES
    model = normed(batch_norm=not parts_of_one)
    landscape = Network(copy.deepcopy(model), checks.X, checks.Y)

    def sample(t):
        return landscape.sample(list(ROWS[t % 4]), t, 4)

    *_, last = iterate(landscape, method, landscape.start, 0.3, steps, sample=sample)
    base = checks.sgd(model, lr=0.3)
    optimizer = SharpnessAware(base, method, model, seed=4, per_epoch=2)
    for t in range(steps):
        optimizer.step(checks.examples_of(model, rows=ROWS[t % 4]))
    actual = parameters_to_vector(model.parameters()).detach()
    torch.testing.assert_close(actual, last.x, rtol=1e-10, atol=1e-12)


@EVERY
def test_a_run_is_that_of_the_landscape(method):
    runs_as_the_landscape(method)


@pytest.mark.parametrize("spec", checks.SERVED)
def test_to_the_others_examples_are_the_closure_of_their_mean(spec):
    def ends(given):
        model = checks.network()
        optimizer = SharpnessAware(checks.sgd(model), make(spec, rho=RHO), model)
        torch.manual_seed(3)
        losses = [optimizer.step(given(model)).detach() for _ in range(3)]
        return [*checks.state_of(model), *losses, torch.get_rng_state()]

    def closure_of(model):
        losses = checks.examples_of(model).losses

        def closure():
            loss = losses(slice(0, 12)).mean()
            loss.backward()
            return loss

        return closure

    checks.same(ends(checks.examples_of), ends(closure_of))


# ---- what it costs -----------------------------------------------------------------


def asked(method, steps=1, model=None):
    """Examples of every pass of the last step, and whether it went backward."""
    model = model or normed(batch_norm=False)
    optimizer = SharpnessAware(checks.sgd(model), method, model)
    for _ in range(steps):
        batch = checks.examples_of(model)
        optimizer.step(batch)
    return batch.losses.asked


def test_esam_asks_for_one_gradient_one_forward_pass_and_a_part():
    assert asked(ESAM(beta=0.5, gamma=0.25)) == [(12, True), (12, False), (3, True)]
    assert asked(ESAM(beta=0.5, gamma=1.0)) == [(12, True), (12, True)]


def test_ausam_asks_for_two_gradients_of_what_it_drew():
    first, (k, _) = asked(AUSAM(alpha=0.5))[0], asked(AUSAM(alpha=0.5), steps=2)[0]
    assert first == (12, True) and 0 < k < 12
    assert asked(AUSAM(alpha=0.5), steps=2) == [(k, True)] * 2


def test_shards_are_asked_for_twice():
    assert asked(MSAM(m=5)) == [(n, True) for n in (3, 3, 2, 2, 2)] * 2
    assert asked(MSAM(size=4)) == [(4, True)] * 6


def test_the_information_costs_one_more_forward_pass():
    assert asked(SparseSAM(samples=4)) == [(12, True)] * 3
    assert asked(SparseSAM(samples=4), steps=2) == [(12, True)] * 2


def test_a_value_costs_a_forward_pass():
    passes = asked(make("xsam"))
    assert passes[:2] == [(12, True)] * 2 and passes[2:] == [(12, False)] * 21


@pytest.mark.parametrize("step", range(1, 6))
def test_the_gradient_by_tensors_that_are_not_active_is_not_computed(step):
    model = normed()
    computed = []
    for name, p in model.named_parameters():
        p.register_hook(lambda _, name=name: computed.append(name))
    optimizer = SharpnessAware(checks.sgd(model), ESAM(beta=0.4, gamma=0.5), model)
    for _ in range(step + 1):
        computed.clear()
        optimizer.step(checks.examples_of(model))
    active = [bool(t.any()) for t in optimizer.state_dict()["sharpness_aware"]["state"]
              [0]["tensors"]]  # fmt: skip
    assert len(computed) == len(active) + sum(active)


def test_a_step_in_which_no_tensor_is_active_is_sgd_on_the_part():
    model = normed()
    optimizer = SharpnessAware(checks.sgd(model), ESAM(RHO, beta=1e-9), model)
    for _ in range(2):
        batch = checks.examples_of(model)
        optimizer.step(batch)
    # None has risen: six are drawn, and the first pass was all that was to be known.
    assert batch.losses.asked == [(12, False), (12, False), (6, True)]


def test_an_active_tensor_that_is_not_used_is_no_error():
    model = normed()
    model.register_parameter("unused", nn.Parameter(torch.ones(2).double()))
    optimizer = SharpnessAware(checks.sgd(model), ESAM(beta=0.15, gamma=0.5), model)
    for _ in range(30):
        optimizer.step(checks.examples_of(model))
    assert model.unused.grad is None and model.unused.tolist() == [1, 1]


# ---- as closures: buffers, random numbers, what is raised, resume ------------------


@pytest.mark.parametrize("spec", ["esam", "stable:esam", "ausam", "sparse-sam"])
def test_weights_and_buffers(spec):
    checks.buffers_advance_once(spec, checks.examples_of)
    checks.weights_come_back(spec, checks.examples_of)
    checks.a_zero_gradient_stays(spec, checks.examples_of)


def random_numbers_are_replayed(method):
    """The next step draws what follows one pass over the whole batch."""
    model = checks.network()
    once = copy.deepcopy(model)
    torch.manual_seed(4), random.seed(4)
    checks.loss_of(once)
    after = torch.get_rng_state(), random.getstate()
    torch.manual_seed(4), random.seed(4)
    optimizer = SharpnessAware(checks.sgd(model), method, model)
    optimizer.step(checks.examples_of(model))
    assert torch.equal(after[0], torch.get_rng_state())
    assert after[1] == random.getstate()
    for mask, number in model[3].drawn:
        if len(mask) == 12:
            assert torch.equal(mask, once[3].drawn[0][0])
        assert number == once[3].drawn[0][1]


WHOLE = [m for m in METHODS if not isinstance(getattr(m, "method", m), MSAM)]


@pytest.mark.parametrize("method", WHOLE, ids=said)
def test_random_numbers_are_replayed(method):
    random_numbers_are_replayed(method)


def buffers_of_shards_advance_once(method, sizes):
    """As in one pass over shard after shard."""
    model = checks.network()
    once, start = copy.deepcopy(model), 0
    torch.manual_seed(4)
    for size in sizes:
        checks.loss_of(once, rows=slice(start, start + size))
        start += size
    torch.manual_seed(4)
    optimizer = SharpnessAware(checks.sgd(model), method, model)
    optimizer.step(checks.examples_of(model))
    checks.same(list(model.buffers()), list(once.buffers()))
    assert model[1].num_batches_tracked == len(sizes)


@pytest.mark.parametrize(
    "method, sizes", [(MSAM(m=5), (3, 3, 2, 2, 2)), (MSAM(size=4), (4, 4, 4))]
)
def test_buffers_advance_once_for_each_shard(method, sizes):
    buffers_of_shards_advance_once(method, sizes)


@EVERY
def test_the_loss_is_that_of_the_clean_pass(method):
    model = normed(batch_norm=False)
    loss = checks.loss_of(model).detach()
    optimizer = SharpnessAware(checks.sgd(model), method, model)
    found = optimizer.step(checks.examples_of(model))
    torch.testing.assert_close(found, loss, rtol=1e-12, atol=0)
    assert not found.requires_grad


@EVERY
@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_raises_changes_nothing(method, number):
    if len(asked(method, 2, checks.network())) < number:
        return
    model = checks.network()
    optimizer = SharpnessAware(checks.BASES["sgd"](model), method, model, per_epoch=2)
    optimizer.step(checks.examples_of(model))
    batch, calls = checks.examples_of(model), []

    def losses(part):
        found = batch.losses(part)
        torch.rand(3), random.random()
        calls.append(part)
        if len(calls) == number:
            raise InterruptedError
        return found

    def everything():
        own = optimizer.state_dict()["sharpness_aware"]["state"]
        flat = [t for each in own for t in (each["tensors"] if isinstance(each, dict)
                                            else [each])]  # fmt: skip
        return [*checks.state_of(model), *flat, torch.get_rng_state(),
                torch.tensor(random.getstate()[1])]  # fmt: skip

    before = [t.clone() for t in everything()]
    with pytest.raises(InterruptedError):
        optimizer.step(Examples(losses, 12, range(12), 12))
    checks.same(before, everything())
    assert all(p.grad is None for p in model.parameters())


def a_resumed_run_goes_on(method):
    """3 + 4 steps are 7, in mid-cycle, through a file that is read without trust."""

    def train(pair, steps):
        torch.manual_seed(3)
        for t in steps:
            pair[1].step(checks.examples_of(pair[0], rows=ORDERS[t % 4]))

    def built(**options):
        model = checks.network()
        base = checks.BASES["adamw"](model)
        return model, SharpnessAware(base, method, model, **options)

    whole, resumed = built(seed=5, per_epoch=2), built()
    train(whole, range(3))
    file = io.BytesIO()
    torch.save([part.state_dict() for part in whole], file)
    train(whole, range(3, 7))
    file.seek(0)
    for part, state in zip(resumed, torch.load(file, weights_only=True), strict=True):
        part.load_state_dict(state)
    train(resumed, range(3, 7))
    checks.same(checks.state_of(whole[0]), checks.state_of(resumed[0]))


@EVERY
def test_a_resumed_run_goes_on(method):
    a_resumed_run_goes_on(method)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@EVERY
def test_other_precisions_are_served(method, dtype):
    model = checks.network(dtype)
    optimizer = SharpnessAware(checks.sgd(model), method, model, per_epoch=2)
    for _ in range(5):
        assert optimizer.step(checks.examples_of(model)).isfinite()


# ---- what is refused ---------------------------------------------------------------


def each(part):
    return torch.zeros(4)[part]


@pytest.mark.parametrize(
    "given, match",
    [
        ((torch.zeros(4), 4), r"takes losses\(part\), a function"),
        ((each, 0), "a whole size >= 1, got 0"),
        ((each, 4.0), "a whole size >= 1, got 4.0"),
        ((each, 4, [0, 1, 2, 3]), "indices and total together"),
        ((each, 4, None, 9), "indices and total together"),
        ((each, 4, [0, 1, 2], 9), r"4 whole numbers as indices, got .*\(3,\)"),
        ((each, 4, [0, 1, 2, 0.5], 9), "4 whole numbers as indices, got torch.float"),
        ((each, 4, [0, 1, 2, 9], 9), r"indices in \[0, 9\), got 0 to 9"),
    ],
)
def test_wrong_examples_are_refused(given, match):
    with pytest.raises(ValueError, match=match) as error:
        Examples(*given)
    assert "\n" not in str(error.value)


def wrong(losses):
    return lambda model: Examples(losses(model), 12)


REFUSED = {
    "a mean": (
        wrong(lambda model: lambda part: checks.loss_of(model, rows=part)),
        r"one for each example \(reduction='none'\), of shape \(12,\), got \(\)",
    ),
    "no tensor": (
        wrong(lambda model: lambda part: [0.0] * 12),
        r"one for each example .*, of shape \(12,\), got \[0.0",
    ),
    "no graph": (
        wrong(lambda model: lambda part: torch.zeros(12)),
        "must depend on the parameters",
    ),
    "not of the part": (
        wrong(lambda model: lambda _: checks.examples_of(model).losses(slice(12))),
        r"of shape \(6,\), got \(12,\)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_losses_are_refused(name):
    given, match = REFUSED[name]
    model = checks.network()
    before = checks.state_of(model)
    optimizer = SharpnessAware(checks.sgd(model), ESAM(), model)
    with pytest.raises(ValueError, match=match) as error:
        optimizer.step(given(model))
    assert "\n" not in str(error.value)
    checks.same(before, checks.state_of(model))


def test_ausam_says_that_it_needs_the_places_in_the_training_set():
    model = checks.network()
    optimizer = SharpnessAware(checks.sgd(model), AUSAM(), model)
    batch = Examples(checks.examples_of(model).losses, 12)
    match = "`AUSAM` needs .*`indices`, which .*: give it indices=... and total=...[.]$"
    with pytest.raises(ValueError, match=match):
        optimizer.step(batch)


def test_more_shards_than_examples_are_refused():
    model = checks.network()
    optimizer = SharpnessAware(checks.sgd(model), MSAM(m=13), model)
    with pytest.raises(ValueError, match="12 splits into 1 to 12 shards, got 13"):
        optimizer.step(checks.examples_of(model))


def test_examples_of_several_processes_are_refused(monkeypatch):
    monkeypatch.setattr(curvature.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(curvature.distributed, "get_world_size", lambda: 3)
    model = checks.network()
    optimizer = SharpnessAware(checks.sgd(model), ESAM(), model)
    with pytest.raises(ValueError, match="given `Examples`, .* process, not of 3"):
        optimizer.step(checks.examples_of(model))


def test_buffers_outside_the_model_are_watched():
    model, outside = checks.network(), nn.BatchNorm1d(6).double()
    optimizer = SharpnessAware(checks.sgd(model), ESAM(), model)

    def losses(part):
        out = model(outside(checks.X[part]).detach())
        return nn.functional.cross_entropy(out, checks.Y[part], reduction="none")

    with pytest.raises(ValueError, match="no model that was given holds it"):
        optimizer.step(Examples(losses, 12))
    assert outside.num_batches_tracked == 0


# ---- planted faults ----------------------------------------------------------------


def forgets_the_clean_pass(self, places, _was=Part.subset):
    found = _was(self, places)
    found.clean = type(found.clean)()
    return found


def squares_of_the_mean(self, x, count):
    g = self(x)
    return g * g


def larger_last(self, m):
    ends = [j * self.size // m for j in range(m + 1)]
    told = self.examples, self.weights, self.clock
    self.shards = [Part(*told, self.chosen[i:j]) for i, j in itertools.pairwise(ends)]
    return self.shards


MUTANTS = {
    "a subset is a clean pass": (
        *(Part, "subset", forgets_the_clean_pass),
        (random_numbers_are_replayed, METHODS[0]),
    ),
    "a forward pass is not replayed": (
        *(Part, "losses", lambda self, x: self.weights.look(self.each, x)[1]),
        (random_numbers_are_replayed, METHODS[0]),
    ),
    "a forward pass where the parameters are": (
        *(Weights, "look", lambda self, closure, x: (None, closure())),
        (runs_as_the_landscape, METHODS[1]),
    ),
    "the square of the mean": (
        *(Part, "squares", squares_of_the_mean),
        (runs_as_the_landscape, METHODS[4]),
    ),
    "the batch's first, not the part's": (
        *(examples, "_index", lambda chosen: slice(0, len(chosen))),
        (runs_as_the_landscape, METHODS[5]),
    ),
    "the last shards are the large ones": (
        *(Part, "split", larger_last),
        (runs_as_the_landscape, METHODS[5]),
    ),
    "indices of the batch": (
        *(Part, "indices", property(lambda self: torch.arange(self.size))),
        (runs_as_the_landscape, METHODS[3]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_is_found(name, monkeypatch):
    owner, attribute, fault, (check, *arguments) = MUTANTS[name]
    check(*arguments)
    monkeypatch.setattr(owner, attribute, fault)
    with pytest.raises(AssertionError):
        check(*arguments)
