"""Buffers of a module that was not given never advance twice unseen."""

import gc
import random

import pytest
import torch
from torch import nn

from tests import optimizer_checks as checks
from theory.adapter import outside
from theory.methods import make
from theory.torch_optimizer import SharpnessAware


class Seen(nn.Module):
    """Counts its passes in a buffer that it replaces."""

    def __init__(self):
        super().__init__()
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x):
        self.seen = self.seen + 1
        return x


class Codebook(nn.Module):
    """Moves a buffer behind autograd's back."""

    def __init__(self):
        super().__init__()
        self.register_buffer("code", torch.zeros(8, dtype=torch.float64))

    def forward(self, x):
        self.code.data.add_(x.detach().mean(0))
        return x


LAYERS = {
    "BatchNorm1d": lambda: nn.BatchNorm1d(8),
    "Seen": Seen,
    "Codebook": Codebook,
}


def parts(kind="BatchNorm1d"):
    """A feature extractor that is not trained, and a head that is."""
    torch.manual_seed(0)
    features = nn.Sequential(nn.Linear(6, 8), LAYERS[kind]()).double()
    return features.requires_grad_(False), nn.Linear(8, 3).double()


def closure_of(features, head, criterion=nn.functional.cross_entropy):
    def closure():
        torch.rand(2), random.random()
        loss = criterion(head(features(checks.X)), checks.Y)
        loss.backward()
        return loss

    return closure


def an_extractor_is_refused(kind="BatchNorm1d", with_model=False):
    """In one line, at every step; and it and all else are as before."""
    features, head = parts(kind)
    model = head if with_model else None
    optimizer = SharpnessAware(checks.sgd(head), make("sam"), model)
    held = list(features.buffers())

    def everything():
        states = checks.state_of(features) + checks.state_of(head)
        python = torch.tensor(random.getstate()[1])
        return [*states, torch.get_rng_state(), python]

    before = everything()
    for _ in range(2):
        with pytest.raises(ValueError, match=f"needs model=.*`{kind}`") as raised:
            optimizer.step(closure_of(features, head))
        assert "\n" not in str(raised.value)
        checks.same(before, everything())
        assert all(a is b for a, b in zip(held, features.buffers(), strict=True))


@pytest.mark.parametrize("with_model", [False, True])
@pytest.mark.parametrize("kind", LAYERS)
def test_an_extractor_whose_buffers_change_is_refused(kind, with_model):
    an_extractor_is_refused(kind, with_model)


@pytest.mark.parametrize("kind", LAYERS)
def test_an_extractor_that_is_given_advances_once(kind):
    features, head = parts(kind)
    model = nn.ModuleList([features, head])
    once, _ = parts(kind)
    once(checks.X)
    optimizer = SharpnessAware(checks.sgd(head), make("sam"), model)
    optimizer.step(closure_of(features, head))
    checks.same(checks.state_of(once), checks.state_of(features))


def test_buffers_that_do_not_change_need_no_model():
    features, head = parts()
    features.eval()
    dead = nn.BatchNorm1d(2)  # of a run that diverged, elsewhere in this process
    dead.running_mean.fill_(torch.nan)
    weighted = nn.CrossEntropyLoss(torch.tensor([1.0, 2.0, 3.0]).double())
    optimizer = SharpnessAware(checks.sgd(head), make("sam"))
    for _ in range(2):
        optimizer.step(closure_of(features, head, weighted))
    assert features[1].num_batches_tracked == 0


def test_modules_are_looked_through_at_the_first_step_alone(monkeypatch):
    features, head = parts()
    model = nn.ModuleList([features, head])
    optimizer = SharpnessAware(checks.sgd(head), make("sam"), model)
    looked, get_objects = [], gc.get_objects

    def counted():
        looked.append(1)
        return get_objects()

    monkeypatch.setattr(outside.gc, "get_objects", counted)
    for _ in range(3):
        optimizer.step([closure_of(features, head)] * 2)
    assert len(looked) == 1


def test_a_module_that_could_not_be_built_is_in_nobodys_way():
    class Broken(nn.Module):
        def __init__(self):
            self.late = nn.Linear(2, 2)

    unborn = Broken.__new__(Broken)
    with pytest.raises(AttributeError):
        unborn.__init__()
    features, head = parts()
    optimizer = SharpnessAware(checks.sgd(head), make("sam"))
    optimizer.step(closure_of(nn.Sequential(features[0]), head))
