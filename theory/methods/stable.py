"""Stable: the renormalisation of Tan et al. around any method."""

from dataclasses import dataclass
from functools import singledispatch
from math import inf
from typing import Any

from theory.method import Method, hyperparameter, minimum, norm, ratio
from theory.methods.sam import SAM
from theory.methods.usam import USAM
from theory.reduces import Reduces

# The two forms of Stable SAM have names and colours of their own.
NAMED = {"USAM": ("SSAM", "#0072B2"), "SAM": ("SSAM-N", "#E69F00")}


@singledispatch
def compared(method: Method, d: Any, g: Any, state: Any) -> tuple[Any, Any]:
    """The parts of $(d', g)$ whose norms are equalised: all, for most methods."""
    return d, g


def compares_all(method: Method) -> bool:
    """Whether Stable takes a method, and compares all of its direction."""
    own = compared.dispatch(type(method))
    return not method.whole_step and own is compared.dispatch(object)


@dataclass(frozen=True, eq=False)
class Stable(Method):
    r"""Rescales a method's direction to the norm of the raw gradient.

    $d = \gamma\, d'$, $\gamma = \|g\| / \|d'\|$, with $d'$ the wrapped direction and g
    its raw gradient; 0 where $d' = 0$. So $\|d\| = \|g\|$ wherever $d' \ne 0$.
    With a cap, $\gamma = \min(\mathrm{cap}, \|g\|/\|d'\|)$. A method that looks at some
    tensors only (ESAM) has the norms over these.
    In the authors' code a cap of 1 stands commented out.

    Args:
        method: the wrapped method.
        cap: upper limit of the scale; `inf` (the paper's method) leaves it free, 1 is
            the truncated variant, which only ever shortens a step.

    Raises:
        ValueError: the cap is out of range, or the method's direction is a step of its
            own length.
    """

    method: Method
    cap: float = hyperparameter(inf, static=True, finite=False)

    source = "Tan et al., arXiv 2401.07250 (code)"
    formula = r"(\lVert g\rVert / \lVert d'\rVert) d'"
    cost = "method"
    besides = "two norms, a scaling"
    reductions = (
        Reduces("gd", {"rho": 0}),
        Reduces("gd", given="in one convex dimension", exact=False),
        Reduces("gd", given="for $H = cI$, up to a sign", exact=False),
    )

    def __post_init__(self) -> None:
        """Refuses what must not be rescaled."""
        Method.__post_init__(self)
        if self.method.whole_step:
            raise ValueError(
                "`Stable` wraps a method whose direction may be rescaled; "
                f"`{type(self.method).__name__}` has a step size of its own."
            )

    @property
    def label(self) -> str:
        """SSAM, SSAM-N, or Stable and the wrapped label; a finite cap is shown."""
        name = NAMED.get(self.method.label, (f"Stable {self.method.label}",))[0]
        return name if self.cap == inf else f"{name} (cap {self.cap:g})"

    @property
    def color(self) -> str:
        """Its own for the named forms, else the wrapped method's."""
        return NAMED.get(self.method.label, ("", self.method.color))[1]

    @property
    def radius_unit(self) -> str:
        """The wrapped method's."""
        return self.method.radius_unit

    @property
    def steady(self) -> bool:
        """As the wrapped method."""
        return self.method.steady

    @property
    def alone(self) -> bool:
        """As the wrapped method."""
        return self.method.alone

    def init(self, x):
        """The wrapped method's state."""
        return self.method.init(x)

    def direction(self, x, state, gradient):
        r"""$(\gamma d', g)$."""
        d, g, state = self.method.direction(x, state, gradient)
        part, whole = compared(self.method, d, g, state)
        gamma = ratio(norm(whole), norm(part))
        if self.cap < inf:
            gamma = minimum(gamma, self.cap)
        return d * gamma, g, state


def SSAM(rho: Any = 0.05, cap: float = inf) -> Stable:
    r"""The paper's method, un-normalised ascent: `Stable(USAM(rho))`."""
    return Stable(USAM(rho), cap)


def SSAM_N(rho: Any = 0.05, cap: float = inf) -> Stable:
    r"""The abstract's wording, normalised ascent: `Stable(SAM(rho))`."""
    return Stable(SAM(rho), cap)


ALIASES = {"ssam": SSAM, "ssam-n": SSAM_N}
