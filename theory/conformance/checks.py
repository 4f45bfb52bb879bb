"""The checks: what each asks and allows, and whom it suits."""

from collections.abc import Callable
from dataclasses import dataclass

from theory.conformance import exact, kept, used

# Passes that are evaluated by the optimizer, not by its caller.
CLOSURES = ("closure", "prior-backward")


@dataclass(frozen=True)
class Check:
    """One check.

    Args:
        name: in the table.
        run: measures the deviation, and says in its docstring what it asks.
        steps: to take, of a check against the method's definition; else 0.
        forms: of a step, to which it applies.
        base: whether it needs a base optimizer with a learning rate.
        allowed: the largest deviation, where there is no definition: bitwise.
    """

    name: str
    run: Callable
    steps: int = 0
    forms: tuple[str, ...] = ("two-step", *CLOSURES)
    base: bool = False
    allowed: float = 0.0

    @property
    def asks(self) -> str:
        """What it asks, in words."""
        return (self.run.__doc__ or "").strip().splitlines()[0]


CHECKS = (
    Check("one step, quadratic", exact.quadratic, 1),
    Check("one step, network", exact.network, 1),
    Check("seven steps, network", exact.network, 7),
    Check("constant gradient", exact.linear, 7),
    Check("evaluations", exact.evaluations, 10),
    Check("rho = 0, SGD", kept.base_sgd, base=True),
    Check("rho = 0, Adam", kept.base_adam, base=True),
    Check("weights restored", kept.restored, base=True),
    Check("exception", kept.raised, forms=CLOSURES),
    Check("BatchNorm", kept.buffers, forms=CLOSURES),
    Check("dropout", kept.masks, forms=CLOSURES),
    Check("resume", used.resumed),
    Check("storage", kept.storage),
    Check("zero gradient", kept.zero),
    Check("float32", kept.precision),
    Check("scheduler", used.scheduler, base=True, allowed=1e-12),
    Check("reloaded groups", used.reloaded, base=True, allowed=1e-12),
    Check("no backward before", used.forgotten, forms=("prior-backward",)),
    Check("returned loss", used.returned, forms=("closure",), allowed=1e-12),
)
