"""The methods that are compared, by label, and what serves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from theory import methods
from theory.method import Method
from theory.methods.adasam import AdaSAM
from theory.methods.ausam import AUSAM
from theory.methods.sam_polyak import SAMPolyak
from theory.methods.stable import Stable
from theory.methods.xsam import XSAM

SHARDS = "msam/m=4"  # a single shard is SAM
AMSGRAD = "adasam/rho=0"
FIRST = ("gd", "sam", "stable:sam", "usam", "stable:usam")
# What learning rates are in, of methods whose direction is a step of its own length:
# a tenth of a unit of length in each coordinate; a multiple of its own step.
UNITS = {AdaSAM: 0.1, SAMPolyak: 1.0}
DEAR = {AUSAM: 16, XSAM: 8}  # one run at a time; 21 values a step


def variants() -> tuple[str, ...]:
    """All methods, each followed by its renormalised form where it has one; AMSGrad.

    `ssam` and `ssam-n` are `stable:usam` and `stable:sam`; Stable around GD is GD.
    """
    found = []
    for name in methods.names():
        method = methods.make(name)
        if isinstance(method, Stable):
            continue
        word = SHARDS if name == "msam" else name
        found.append(word)
        if method.get("stable", None) is not None:
            found.append(f"{word}/stable=1")
        elif name != "gd" and not method.whole_step:
            found.append(f"stable:{word}")
    return (*FIRST, *(spec for spec in found if spec not in FIRST), AMSGRAD)


def line_up(specs: Iterable[str]) -> dict[str, Method]:
    """The methods of these names, by label."""
    return {methods.label(spec): methods.make(spec) for spec in specs}


def plain(spec: str) -> str:
    """The method that a spec renormalises; empty where it renormalises none."""
    method = methods.make(spec)
    _, colon, inner = spec.partition(":")
    if colon:
        return inner
    if isinstance(method, Stable):  # one with a name of its own
        return methods.spec(method.method)
    return methods.spec(method) if method.get("stable", False) else ""


def plain_forms(specs: Iterable[str]) -> list[str]:
    """Labels of the methods that these renormalise, empty for the others."""
    inner = [plain(spec) for spec in specs]
    return [methods.label(spec) if spec else "" for spec in inner]


def innermost(method: Method) -> Method:
    """The method without what is wrapped around it."""
    while isinstance(inner := getattr(method, "method", None), Method):
        method = inner
    return method


def rate_unit(method: Method, curvature: float) -> float:
    """What learning rates are multiples of: 1/L, unless the method has its own."""
    return UNITS.get(type(innermost(method)), 1 / curvature)


def dear(method: Method) -> bool:
    """Whether its steps take much longer than another's."""
    return type(innermost(method)) in DEAR


def fewer(method: Method, starts: int) -> int:
    """How many starts of a dear method: at least one."""
    return max(1, starts // DEAR.get(type(innermost(method)), 1))


def unserved(run: Callable[[], object]) -> str:
    """Why something cannot be run, empty if it can: what a method lacks, in a line.

    Raises:
        ValueError: for another reason.
    """
    try:
        run()
    except ValueError as error:
        if "needs a sample with" in str(error):
            return str(error)
        raise
    return ""
