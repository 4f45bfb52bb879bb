"""SAM as an optimizer, by several libraries, behind one signature.

A contender makes a `step(closure)` of parameters; the closure sets every `.grad` and
returns the loss, and the step has it evaluated twice. Peers are imported when they are
made: they are no dependency, `pip install pytorch_optimizer unifiedsam temperon`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import nn
from torch.optim import SGD

from theory.methods.sam import SAM
from theory.torch_optimizer import SharpnessAware

ETA, RHO = 0.1, 0.05
Step = Callable[[Callable], Any]


def ours(params: list[nn.Parameter], **flags: bool) -> Step:
    """This toolkit's."""
    return SharpnessAware(SGD(params, lr=ETA, **flags), SAM(RHO)).step


def _pytorch_optimizer(params: list[nn.Parameter], **flags: bool) -> Step:
    from pytorch_optimizer import SAM as Peer

    return evaluated_before(Peer(params, SGD, rho=RHO, lr=ETA, **flags))


def _unifiedsam(params: list[nn.Parameter], **flags: bool) -> Step:
    from unifiedsam import unifiedSAM

    return evaluated_before(
        unifiedSAM(params, SGD, rho=RHO, lambd=1.0, lr=ETA, **flags)
    )


def _temperon(params: list[nn.Parameter], **flags: bool) -> Step:
    from temperon import Temperon

    base = SGD(params, lr=ETA, **flags)
    return Temperon(base, total_steps=10**9, tail_frac=1.0, rho=RHO).step


def evaluated_before(optimizer: Any) -> Step:
    """Those whose `step` presumes that the first gradients are there."""

    def step(closure: Callable) -> None:
        closure()
        optimizer.step(closure)

    return step


@dataclass(frozen=True)
class Contender:
    """A library's SAM over `torch.optim.SGD`.

    Args:
        name: the library's, and how it is used.
        make: its step, given parameters and the flags.
        flags: of the base optimizer.
        package: what must be installed; none for this toolkit.
        allowed: by how much one float64 step may differ from SAM's, relative to it.
        because: why.
    """

    name: str
    make: Callable[..., Step]
    flags: dict[str, bool] = field(default_factory=dict)
    package: str | None = None
    allowed: float = 1e-12
    because: str = ""

    @property
    def installed(self) -> bool:
        """Whether it can be made here."""
        return self.package is None or importlib.util.find_spec(self.package)

    def step(self, params: list[nn.Parameter]) -> Step:
        """Its step on these parameters."""
        return self.make(params, **self.flags)


FOREACH, FUSED, LOOP = {"foreach": True}, {"fused": True}, {"foreach": False}
# pytorch_optimizer hands `foreach` on to the base, so that only its loops go fused.
_FLOAT32 = {"allowed": 1e-6, "because": "its norm is kept in float32"}
CONTENDERS = (
    Contender("this toolkit, fused base", ours, FUSED),
    Contender("this toolkit, foreach base", ours, FOREACH),
    Contender(
        "pytorch_optimizer, foreach",
        _pytorch_optimizer,
        FOREACH,
        "pytorch_optimizer",
        **_FLOAT32,
    ),
    Contender(
        "pytorch_optimizer, fused base",
        _pytorch_optimizer,
        FUSED,
        "pytorch_optimizer",
        **_FLOAT32,
    ),
    Contender(
        "pytorch_optimizer, loops",
        _pytorch_optimizer,
        LOOP,
        "pytorch_optimizer",
        **_FLOAT32,
    ),
    Contender("unifiedsam, fused base", _unifiedsam, FUSED, "unifiedsam"),
    Contender("unifiedsam, foreach base", _unifiedsam, FOREACH, "unifiedsam"),
    Contender("temperon, fused base", _temperon, FUSED, "temperon"),
    Contender("temperon, foreach base", _temperon, FOREACH, "temperon"),
)


def present() -> list[Contender]:
    """Those that can be made; a line says which cannot."""
    absent = sorted({c.package for c in CONTENDERS if not c.installed})
    if absent:
        print(f"not installed: {', '.join(absent)} (`pip install {' '.join(absent)}`)")
    return [c for c in CONTENDERS if c.installed]
