"""The methods that are compared, by label, and what serves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from theory.method import Method
from theory.methods import make
from theory.methods.ausam import AUSAM
from theory.methods.stable import Stable
from theory.methods.xsam import XSAM

SHARDS = 4
DEAR = {AUSAM: 16, XSAM: 8}  # one run at a time; 21 values a step


def line_up(specs: Iterable[str]) -> dict[str, Method]:
    """Every method once, by label: `ssam` and `stable:usam` are one.

    What Stable is around already is left as it is: around it Stable changes nothing.

    Args:
        specs: names for `theory.methods.make`; mSAM, which is SAM at one shard, gets
            `SHARDS`.
    """
    found: dict[str, Method] = {}
    for spec in specs:
        method = make(spec)
        if method.get("m", 0) == 1:
            method = method.having(m=SHARDS)
        if isinstance(method, Stable) and isinstance(method.method, Stable):
            method = method.method
        found.setdefault(method.label, method)
    return found


def plain(method: Method) -> str:
    """The label of the method that this one renormalises; empty if it does none."""
    if isinstance(method, Stable):
        return method.method.label
    return method.having(stable=False).label if method.get("stable", False) else ""


def has_radius(method: Method) -> bool:
    """Whether the method has a rho at all."""
    return method.get("rho", None) is not None


def innermost(method: Method) -> Method:
    """The method without what is wrapped around it."""
    while isinstance(inner := getattr(method, "method", None), Method):
        method = inner
    return method


def alone(method: Method) -> bool:
    """Whether it takes one run at a time."""
    return isinstance(innermost(method), AUSAM)


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
