"""The checks have teeth: every planted fault, seen in public code, dies."""

from contextlib import contextmanager
from itertools import count

import pytest
import torch

import theory.method
import theory.methods.sam
import theory.methods.stable
import theory.torch_optimizer
from tests import optimizer_checks as checks
from tests import test_torch_optimizer_base as bases
from tests import test_torch_optimizer_outside as outsiders
from tests import test_torch_optimizer_pool as pools
from tests import test_torch_optimizer_state as states
from theory.adapter import edge, outside, passes, replay, saved, tensors
from theory.adapter.flat import Flat, Pool
from theory.adapter.layout import Layout
from theory.adapter.replay import Replay
from theory.adapter.tensors import Tensors
from theory.adapter.weights import Weights
from theory.methods.sam import SAM
from theory.torch_optimizer import SharpnessAware

unit, norm, ratio = theory.method.unit, theory.method.norm, theory.method.ratio
SIZES = [p.numel() for p in checks.network().parameters()]


def by_tensor(v):
    """Every parameter tensor by its own norm."""
    return Tensors([torch.cat([t / t.norm() for t in v.parts[0].split(SIZES)])])


def in_single_precision(a, b, _dot=tensors._dot):
    return _dot(a.float(), b.float()).to(a.dtype)


def stays_away(self, x):
    if x is not self.home:
        self.layout.write(x)


def comes_back_by_subtraction(self, x):
    """Instead of from a copy."""
    if x is not self.home:
        self.step = x - self.home
        self.layout.write(x)
    elif hasattr(self, "step"):
        self.layout.write(self.layout.point() - self.step)


def with_an_extra_pass(self, closure, x, _evaluate=Weights.evaluate):
    _evaluate(self, closure, x)
    return _evaluate(self, closure, x)


def rebinds(self, x):
    start = 0
    for p in self.parameters:
        p.data = x.materialised()[0][start : start + p.numel()].view_as(p).clone()
        start += p.numel()


def without_buffers(self, devices, model, _init=Replay.__init__):
    _init(self, devices, None)


def without_base_state(self, _state=SharpnessAware.state_dict):
    return _state(self) | {"state": {}}


def commits_early(method, state, weights, *rest, _direct=passes.direct):
    """The weights come back only if nothing raises."""
    weights.go = lambda x: x is weights.home or Weights.go(weights, x)
    return _direct(method, state, weights, *rest)


def loads_before_judging(self, state_dict):
    """The base has it already when the method's part turns out not to fit."""
    self.base.load_state_dict({k: state_dict[k] for k in ("state", "param_groups")})
    own = state_dict[saved.KEY]
    self.method = saved.same_method(self.method, own)
    self.method_state = saved.unpacked(own["state"], self._now()[0])


@contextmanager
def blind_to_the_base(self):
    """The passes are undone, and what the base has moved is not."""
    try:
        yield
    except BaseException:
        self.go(self.home)
        self.layout.clear_gradients()
        self.replay.put_back(self.replay.first)
        raise


def commits_before_the_base(method, state, *rest, _direct=passes.direct):
    """The method's state is the next one already when the base raises."""
    loss, new = _direct(method, state, *rest)
    for old, later in zip(state or (), new, strict=False):
        if isinstance(old, Tensors):
            torch._foreach_copy_(old.parts, later.materialised())
    return loss, new


def by_identity(module, name, buffer, copy):
    """Blind to what is changed in place."""
    return module._buffers[name] is buffer


def lends_what_is_lent(self):
    """The same memory to everyone."""
    self.free = self.free or [self._new()]
    return Flat(self, self.free[0])


def forgets_the_old_parts(self, _now=SharpnessAware._now):
    """A method's state stays in parts that are no more."""
    kept = self.method_state
    found = _now(self)
    self.method_state = kept
    return found


def lost(state, layout):
    return None


def eps(v):
    return v / (norm(v) + 1e-12)


CLOSED_SAM = (checks.one_step_is_the_closed_form, "sam")
CLOSED_SSAM = (checks.one_step_is_the_closed_form, "ssam")
BACK = (checks.weights_come_back, "sam")
RAISES = (checks.a_raising_pass_changes_nothing, 2)
RESUMED = (checks.a_resumed_run_is_the_uninterrupted_one, SAM(0.2), "sgd")
AVERAGED = (checks.a_resumed_run_is_the_uninterrupted_one, checks.Averaged(0.2), "sgd")
GROWING = count(1)
SAM_FILE, STABLE_FILE = theory.methods.sam, theory.methods.stable

# name: (where, what, the fault, the check that must fail)
MUTANTS = {
    "accumulated gradients": (Layout, "clear_gradients", lambda self: None, CLOSED_SAM),
    "a norm for each tensor": (SAM_FILE, "unit", by_tensor, CLOSED_SAM),
    "ratio inverted": (STABLE_FILE, "ratio", lambda a, b: ratio(b, a), CLOSED_SSAM),
    "not renormalised": (STABLE_FILE, "ratio", lambda a, b: 1.0, CLOSED_SSAM),
    "epsilon in the norm": (SAM_FILE, "unit", eps, (*CLOSED_SAM, 1e-5)),
    "ascent of the wrong sign": (SAM_FILE, "unit", lambda v: -unit(v), CLOSED_SAM),
    "norm in single precision": (tensors, "_dot", in_single_precision, CLOSED_SAM),
    "u(0) not 0": (
        *(theory.method, "nonzero", lambda b: b),
        (checks.a_zero_gradient_stays, "sam"),
    ),
    "rescaled gradients not left": (
        *(Weights, "_rescale", lambda self, d: None),
        CLOSED_SSAM,
    ),
    "evaluated twice as often": (
        *(Weights, "evaluate", with_an_extra_pass),
        (checks.gradients_are_counted, "sam", 2),
    ),
    "weights not restored": (Weights, "go", stays_away, BACK),
    "weights restored by subtraction": (Weights, "go", comes_back_by_subtraction, BACK),
    "weights not restored if a pass raises": (
        *(theory.torch_optimizer, "direct", commits_early),
        RAISES,
    ),
    "storage not kept": (Layout, "write", rebinds, BACK),
    "buffers not restored": (
        *(Replay, "__init__", without_buffers),
        (checks.buffers_advance_once, "sam"),
    ),
    "random numbers not replayed": (
        *(replay, "_set_random_state", lambda *_: None),
        (checks.random_numbers_are_replayed, "sam"),
    ),
    "nothing put back if a pass raises": (
        *(Replay, "put_back", lambda *_: None),
        RAISES,
    ),
    "nothing put back if the base raises": (
        *(Replay, "put_back", lambda *_: None),
        (bases.a_raising_base_changes_nothing, bases.before, SAM(0.2)),
    ),
    "weights not restored if the base raises": (
        *(Weights, "unless_raised", blind_to_the_base),
        (bases.a_raising_base_changes_nothing, bases.halfway, SAM(0.2)),
    ),
    "state of the method changed before the base": (
        *(theory.torch_optimizer, "direct", commits_before_the_base),
        (bases.a_raising_base_changes_nothing, bases.before, checks.Averaged(0.2)),
    ),
    "buffers that were not given are not watched": (
        *(theory.torch_optimizer, "watched", lambda closures, model: closures),
        (outsiders.an_extractor_is_refused,),
    ),
    "buffers changed in place are not seen": (
        *(outside, "_as_before", by_identity),
        (outsiders.an_extractor_is_refused, "Codebook"),
    ),
    "radii of groups ignored": (
        *(edge, "own_radii", lambda base: False),
        (checks.groups_have_their_own_radius, "sam"),
    ),
    "state of the base not saved": (
        *(SharpnessAware, "state_dict", without_base_state),
        RESUMED,
    ),
    "state of the method not saved": (saved, "packed", lost, AVERAGED),
    "a state half loaded": (
        *(SharpnessAware, "load_state_dict", loads_before_judging),
        (states.test_a_state_that_does_not_fit_is_refused_whole, "other shapes"),
    ),
    "memory lent twice": (Pool, "take", lends_what_is_lent, CLOSED_SAM),
    "state left in old parts": (
        *(SharpnessAware, "_now", forgets_the_old_parts),
        (pools.a_state_follows_its_parameters,),
    ),
    "shards of unequal weight": (
        *(passes.Shard, "size", property(lambda self: next(GROWING))),
        (checks.shards_ascend_alone,),
    ),
    "direction not left": (
        *(Weights, "_write", lambda self, d: None),
        (checks.shards_ascend_alone,),
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_is_found(name, monkeypatch):
    owner, attribute, fault, (check, *arguments) = MUTANTS[name]
    check(*arguments)
    monkeypatch.setattr(owner, attribute, fault)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(*arguments)
