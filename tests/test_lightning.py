"""Lightning's trainer loop and a plain one take the same steps, to the last bit."""

import importlib.util
import warnings

import pytest
import torch

from theory.imports import ROOT
from theory.methods import make
from theory.torch_optimizer import SharpnessAware

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the package's own, at its import
    pytest.importorskip("lightning", reason="the extra `lightning` is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")  # its own, at every fit
EPOCHS, BATCHES = 2, 4


@pytest.fixture(scope="module")
def example():
    path = ROOT / "examples/lightning_digits.py"
    spec = importlib.util.spec_from_file_location("lightning_digits", path)
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    return module


def fitted(example, epochs=EPOCHS, **options):
    torch.manual_seed(3)
    model, (train, _) = example.Digits("ssam"), example.loaders()
    run = example.trainer(epochs, limit_train_batches=BATCHES, **options)
    torch.manual_seed(4)  # of dropout; a loader of tests would draw from it, too
    run.fit(model, train)
    return model, run


def plain(example):
    """The loop written out, with the losses of the clean passes."""
    torch.manual_seed(3)
    model, (train, _) = example.Digits("ssam"), example.loaders()
    base = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    optimizer = SharpnessAware(base, make("ssam", rho=0.05), model)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=5)
    torch.manual_seed(4)
    losses = []
    for _ in range(EPOCHS):
        for _, (X, y) in zip(range(BATCHES), train, strict=False):

            def closure(X=X, y=y):
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(model.network(X), y)
                loss.backward()
                return loss

            def clip(*_):
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)

            hook = base.register_step_pre_hook(clip)
            losses.append(float(optimizer.step(closure).detach()))
            hook.remove()
        scheduler.step()
    return model, losses


def equal(one, other):
    parts = zip(one.state_dict().items(), other.state_dict().items(), strict=True)
    for (name, a), (_, b) in parts:
        assert torch.equal(a, b), name


@pytest.fixture(scope="module")
def written_out(example):
    return plain(example)


def test_the_trainer_takes_the_same_steps(example, written_out):
    by_hand, losses = written_out
    model, run = fitted(example)
    equal(model, by_hand)
    assert run.global_step == EPOCHS * BATCHES
    # What is logged is the loss at the weights, not at the ascent point.
    assert float(run.callback_metrics["train_loss"]) == losses[-1]


def test_a_checkpoint_is_resumed_to_the_last_bit(example, written_out, tmp_path):
    model, run = fitted(example, 1)
    path = tmp_path / "run.ckpt"
    run.save_checkpoint(path)
    state = run.train_dataloader.generator.get_state(), torch.get_rng_state()
    again, (train, _) = example.Digits("ssam"), example.loaders()
    # Lightning's checkpoint holds no random numbers: the order and dropout's are ours.
    train.generator.set_state(state[0])
    torch.set_rng_state(state[1])
    further = example.trainer(EPOCHS, limit_train_batches=BATCHES)
    further.fit(again, train, ckpt_path=path)
    equal(again, written_out[0])


def test_a_training_step_that_logs_would_log_the_ascent_point(example):
    seen = []

    class Naive(example.Digits):
        def training_step(self, batch, index):
            loss = super().training_step(batch, index)
            seen.append(float(loss.detach()))
            return loss

    torch.manual_seed(3)
    model, (train, _) = Naive("ssam"), example.loaders()
    run = example.trainer(1, limit_train_batches=2)
    run.fit(model, train)
    assert len(seen) == 4 and seen[0] != seen[1]  # a clean pass, an ascent pass, ...
    assert float(run.callback_metrics["train_loss"]) == seen[2]


@pytest.mark.parametrize(
    "option", [{"accumulate_grad_batches": 2}, {"gradient_clip_val": 0.5}]
)
def test_what_would_change_the_method_is_refused(example, option):
    with pytest.raises(ValueError, match="with SharpnessAware use larger batches"):
        fitted(example, 1, **option)


def test_a_manual_loop_gives_its_closure(example):
    class Manual(example.Digits):
        def __init__(self):
            super().__init__("ssam")
            self.automatic_optimization = False

        def training_step(self, batch, index):
            (X, y), optimizer = batch, self.optimizers()

            def closure():
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(self.network(X), y)
                self.manual_backward(loss)
                return loss

            optimizer.step(closure)

    model, (train, _) = Manual(), example.loaders()
    before = [p.detach().clone() for p in model.parameters()]
    example.trainer(1, limit_train_batches=1).fit(model, train)
    moved = [
        not torch.equal(p, b) for p, b in zip(model.parameters(), before, strict=True)
    ]
    assert sum(moved) == 5  # a bias before BatchNorm has no gradient
