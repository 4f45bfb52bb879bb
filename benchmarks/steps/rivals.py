"""Other libraries' variants of SAM, and whether they take the step of the method."""

from __future__ import annotations

import copy
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn
from torch.optim import SGD

from benchmarks.steps.contenders import ETA, RHO, Step, evaluated_before
from benchmarks.steps.overhead import wave
from benchmarks.steps.whole import Task
from theory.methods import make

STEPS = 7  # of the comparison, so that what is kept between steps counts
SAME = 1e-6  # where a library keeps a norm in float32
NUMBERS = {"gsam": {"alpha": 0.1}, "looksam": {"alpha": 0.7, "k": 5}}
BASE = {"lr": ETA, "fused": True}


@dataclass(frozen=True)
class Rival:
    """A library's form of a method over `torch.optim.SGD`.

    Args:
        method: its name here.
        package: the library's.
        make: its step, given a model.
    """

    method: str
    package: str
    make: Callable[[nn.Module], Step]

    @property
    def installed(self) -> bool:
        """Whether it can be made here."""
        return importlib.util.find_spec(self.package) is not None


def _look_sam(model: nn.Module) -> Step:
    from pytorch_optimizer import LookSAM

    made = LookSAM(model.parameters(), SGD, rho=RHO, **NUMBERS["looksam"], **BASE)

    def step(closure: Callable) -> None:
        # Between, it evaluates the closure where the parameters are.
        if made.get_step() % made.k == 0:
            closure()
        made.step(closure)

    return step


def _friendly_sam(model: nn.Module) -> Step:
    from pytorch_optimizer import FriendlySAM

    made = FriendlySAM(model.parameters(), SGD, rho=RHO, sigma=1.0, lmbda=0.9, **BASE)
    return evaluated_before(made)


def _gsam(model: nn.Module) -> Step:
    from pytorch_optimizer import GSAM

    radius = SimpleNamespace(step=lambda: RHO)
    base = SGD(model.parameters(), **BASE)
    made = GSAM(model.parameters(), base, model, radius, **NUMBERS["gsam"])

    def step(closure: Callable) -> None:
        made.step(lambda: (None, torch.enable_grad()(closure)()))

    return step


def _sam(model: nn.Module) -> Step:
    from pytorch_optimizer import SAM

    return evaluated_before(SAM(model.parameters(), SGD, rho=RHO, **BASE))


def _asam(model: nn.Module) -> Step:
    from pytorch_optimizer import SAM

    made = SAM(model.parameters(), SGD, rho=RHO, adaptive=True, **BASE)
    return evaluated_before(made)


def _unified(lam: float) -> Callable[[nn.Module], Step]:
    def made(model: nn.Module) -> Step:
        from unifiedsam import unifiedSAM

        own = unifiedSAM(model.parameters(), SGD, rho=RHO, lambd=lam, **BASE)
        return evaluated_before(own)

    return made


RIVALS = (
    Rival("sam", "pytorch_optimizer", _sam),
    Rival("asam", "pytorch_optimizer", _asam),
    Rival("gsam", "pytorch_optimizer", _gsam),
    Rival("friendly-sam", "pytorch_optimizer", _friendly_sam),
    Rival("looksam", "pytorch_optimizer", _look_sam),
    Rival("sam", "unifiedsam", _unified(1.0)),
    Rival("usam", "unifiedsam", _unified(0.0)),
    Rival("unified-sam", "unifiedsam", _unified(0.5)),
)


def of(method: str) -> list[Rival]:
    """Those of a method that can be made here."""
    return [r for r in RIVALS if r.method == method and r.installed]


def stepping(task: Task, rival: Rival, times: int) -> Callable[[], object]:
    """So many steps on a network."""
    module = copy.deepcopy(task.module)
    step = rival.make(module)

    def closure() -> torch.Tensor:
        module.zero_grad()
        loss = task.loss(module)
        loss.backward()
        return loss

    def steps() -> None:
        for _ in range(times):
            step(closure)

    return steps


class Waves(nn.Module):
    """Parameters alone, whose loss is that of `overhead.wave`."""

    def __init__(self, x: np.ndarray):
        super().__init__()
        parts = (nn.Parameter(torch.from_numpy(p.copy())) for p in np.split(x, 4))
        self.parts = nn.ParameterList(parts)

    def loss(self) -> torch.Tensor:
        """A scalar."""
        w = torch.cat(list(self.parts))
        return (1 - torch.cos(w)).sum() + w.sum() ** 2 / 4


def deviation(rival: Rival) -> float:
    """Of some float64 steps from the method's in NumPy, relative to their length."""
    x = start = np.random.default_rng(0).normal(size=60)
    method, state = make(rival.method, rho=RHO, **NUMBERS.get(rival.method, {})), None
    model = Waves(x)
    step = rival.make(model)

    def closure() -> torch.Tensor:
        model.zero_grad()
        loss = model.loss()
        loss.backward()
        return loss

    for _ in range(STEPS):
        state = method.init(x) if state is None else state
        d, _, state = method.direction(x, state, wave)
        x = x - ETA * d
        step(closure)
    found = torch.cat([p.detach() for p in model.parts]).numpy()
    return float(np.abs(found - x).max() / np.abs(x - start).max())
