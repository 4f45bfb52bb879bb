"""Steps of every method of the zoo, in gradients, beside what the method states."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.optim import SGD

from benchmarks.steps.timing import interleaved, said
from benchmarks.steps.whole import ETA, Task, gradient_of
from theory.family import cost, members
from theory.method import Method
from theory.methods import make
from theory.methods.stable import Stable
from theory.torch_optimizer import Examples, SharpnessAware

# Of the stated cost: at most so much, and where a step draws masks or parts of a batch.
WHOLE, PARTS = 1.05, 1.15
# Numbers other than the defaults, and what a step may cost in gradients.
NUMBERS = {
    "esam": {"beta": 0.5, "gamma": 0.5},
    "msam": {"m": 4},
    "eigen-sam": {"every": 4, "iterations": 2},
}
GRADIENTS = {"esam": 1.75, "looksam": 1.25, "ausam": 1.15}
GIVEN_EXAMPLES = ("esam", "ausam", "sparse-sam", "msam")
CYCLE = {"looksam": "k", "eigen-sam": "every"}  # renew something every so many steps
DRAWS_PARTS = (*GIVEN_EXAMPLES, "sparse-sam-d")


@dataclass(frozen=True, eq=False)
class Case:
    """A method, measured over whole cycles of its steps.

    Args:
        name: the method's.
        method: with the numbers that are measured.
        most: what a step may cost, in gradients.
        period: steps of a cycle.
    """

    name: str
    method: Method
    most: float
    period: int

    @property
    def stated(self) -> float:
        """Gradients of a step, as the method says."""
        return cost(self.method)


def cases(only: tuple[str, ...] = ()) -> list[Case]:
    """All methods, or some by name; GD, whose step is SGD's, is the first."""
    found = []
    for name, member in members().items():
        method = make(name, **NUMBERS[name]) if name in NUMBERS else member
        share = PARTS if name in DRAWS_PARTS else WHOLE
        most = GRADIENTS.get(name, share * cost(method))
        period = int(method.get(CYCLE[name])) if name in CYCLE else 1
        if not only or name in only:
            found.append(Case(name, method, most, period))
    return found


def stepping(task: Task, case: Case, method: Method) -> Callable[[], object]:
    """A cycle of steps of a method's optimizer.

    What is done once an epoch (a search, a mask, the full steps of AUSAM) is over after
    the first step.
    """
    module = copy.deepcopy(task.module)
    base = SGD(module.parameters(), lr=ETA, fused=True)
    per_epoch = 1 if case.name in ("ausam", "eigen-sam") else 10**9
    optimizer = SharpnessAware(base, method, module, per_epoch=per_epoch)
    given = examples if case.name in GIVEN_EXAMPLES else closure
    made = given(task, module)
    return partial(_steps, optimizer, made, case.period)


def _steps(optimizer: SharpnessAware, given: Callable[[], object], times: int) -> None:
    for _ in range(times):
        optimizer.step(given())


def closure(task: Task, module: nn.Module) -> Callable[[], Callable]:
    """What makes the closure of a step."""

    def evaluated() -> torch.Tensor:
        module.zero_grad()
        loss = task.loss(module)
        loss.backward()
        return loss

    return lambda: evaluated


def examples(task: Task, module: nn.Module) -> Callable[[], Examples]:
    """What makes the examples of a step."""
    places = torch.arange(len(task.y))

    def losses(part: object) -> torch.Tensor:
        out = module(task.X[part])
        return nn.functional.cross_entropy(out, task.y[part], reduction="none")

    return lambda: Examples(losses, len(places), places, len(places))


def measure(
    task: Task, case: Case, rivals: dict[str, Callable], blocks: int
) -> dict[str, np.ndarray]:
    """Gradients of a step: the method's, Stable's around it, rivals', `(blocks,)`."""
    works = {"gradient": gradient_of(task), "method": stepping(task, case, case.method)}
    if not case.method.whole_step:
        works["stable"] = stepping(task, case, Stable(case.method))
    works |= rivals
    for work in works.values():
        work()  # what is done in the first step alone
    seconds = interleaved(works, blocks)
    one = seconds.pop("gradient")
    return {name: s / one / case.period for name, s in seconds.items()}


HEAD = (
    f"    {'method':22}{'stated':>7}{'at most':>9}  {'measured':26}{'of stated':>9}  "
    f"{'verdict':8} Stable around it"
)


def row(case: Case, found: dict[str, np.ndarray]) -> bool:
    """Prints what was measured; gives whether the target is met."""
    own = found["method"]
    met = bool(np.median(own) <= case.most)
    around = found.get("stable")
    print(
        f"    {case.method.label:22}{case.stated:7.3g}{case.most:9.3g}  {said(own):26}"
        f"{np.median(own) / case.stated:9.3f}  {'met' if met else 'MISSED':8} "
        f"{'none' if around is None else said(around)}",
        flush=True,
    )
    for name, spent in found.items():
        if name not in ("method", "stable"):
            ratio = said(own / spent)
            print(f"      {name}: {said(spent)}, ours is {ratio} of it", flush=True)
    return met
