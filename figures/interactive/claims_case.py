"""One case out of many that a claim computes at once, as a batch of one.

A claim's case may hold arrays whose leading axes are many cases (`theory.claim`). A
slider moves one of them: the others are cut away, the leading axes stay, of length one,
so that `bound` and `measured` see what they are written for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from landscapes.landscape import Landscape
from theory.claim import Claim

Shape = tuple[int, ...]


def all_cases(claim: Claim) -> tuple[list[dict[str, Any]], int]:
    """The quick cases, those outside of the assumptions last, and how many are not."""
    inside = list(claim.cases(True))
    return [*inside, *claim.outside(True)], len(inside)


def lead(claim: Claim, case: dict[str, Any]) -> Shape:
    """The leading axes that the case's arrays share with what comes of them.

    Told by the bound and the assumptions, which cost little, and tried: the bound of
    the last case alone is the last of all bounds. `()` is a single case.
    """
    arrays = [each.shape for value in case.values() for each in _arrays(value)]
    with np.errstate(all="ignore"):
        bound, within = claim.bound(**case), claim.within(**case)
    for shape in _candidates(np.shape(bound), np.shape(within), arrays):
        fits = not any(_split(own, shape) for own in arrays)
        if fits and any(_whole(own, shape) for own in arrays):
            if _same(claim, case, shape, np.asarray(bound)):
                return shape
    return ()


def _candidates(bound: Shape, within: Shape, arrays: list[Shape]) -> Iterator[Shape]:
    """Shapes that may be it, the longest first."""
    for told in (bound, within):
        yield from (told[:n] for n in range(len(told), 0, -1))
    yield bound[-1:]  # several numbers of each case stand before: `(5, n)`
    # Where nothing tells, several arrays of one length do.
    if not bound and not within and len(arrays) > 1:
        yield arrays[0][:1]


def _same(claim: Claim, case: dict[str, Any], shape: Shape, bound: np.ndarray) -> bool:
    """Whether the last case's bound, alone, is what it is among all."""
    if not shape:
        return False
    last = member(case, shape, math.prod(shape) - 1)
    try:
        with np.errstate(all="ignore"):
            alone = np.asarray(claim.bound(**last))
            if len(shape) > 1 and not claim.runs:  # axes of vectors may look like it
                claim.measured(**last)
    except (ValueError, IndexError, TypeError):
        return False
    ahead = bound.shape[: len(shape)] == shape
    place = tuple(n - 1 for n in shape)
    one = bound[place] if ahead else bound[(..., *place)] if bound.ndim else bound
    return np.allclose(alone.ravel(), np.ravel(one), rtol=1e-9, equal_nan=True)


def member(case: dict[str, Any], shape: Shape, at: int) -> dict[str, Any]:
    """The case with this number, its leading axes of length one.

    Args:
        case: many cases.
        shape: their `lead`.
        at: from 0 to the product of the shape, less one.
    """
    place = np.unravel_index(at, shape)
    cut = [slice(int(i), int(i) + 1) for i in place]
    return mapped(case, shape, lambda v: v[_cut(v.shape, shape, cut)])


def repeated(one: dict[str, Any], shape: Shape, count: int) -> dict[str, Any]:
    """A batch of one, so many times along its first leading axis."""
    ones = (1,) * len(shape)
    return mapped(one, ones, lambda v: np.repeat(v, count, axis=0))


def mapped(case: dict[str, Any], shape: Shape, change: Any) -> dict[str, Any]:
    """The case with a change of every array that has these leading axes."""
    return {name: _mapped(value, shape, change) for name, value in case.items()}


def batched(value: Any, shape: Shape) -> bool:
    """Whether a parameter is many, one for each case."""
    return isinstance(value, np.ndarray) and _whole(value.shape, shape)


def _mapped(value: Any, shape: Shape, change: Any) -> Any:
    if batched(value, shape):
        return change(value)
    if isinstance(value, Landscape):
        parts = {name: getattr(value, name) for name in value.batched}
        made = {k: change(v) for k, v in parts.items() if batched(v, shape)}
        return replace(value, **made) if made else value
    return value


def _arrays(value: Any) -> list[np.ndarray]:
    if isinstance(value, Landscape):
        return [a for name in value.batched for a in _arrays(getattr(value, name))]
    return [value] if isinstance(value, np.ndarray) and value.ndim else []


def _whole(own: Shape, shape: Shape) -> bool:
    """Whether an array has all leading axes, of their lengths or of length one."""
    return (
        len(shape) > 0
        and len(own) >= len(shape)
        and all(a in (n, 1) for a, n in zip(own, shape, strict=False))
    )


def _split(own: Shape, shape: Shape) -> bool:
    """Whether an array has the first of the leading axes, and not all of them."""
    return bool(shape) and own[0] in (shape[0], 1) and not _whole(own, shape)


def _cut(own: Shape, shape: Shape, cut: list[slice]) -> tuple[slice, ...]:
    """The place in an array some of whose leading axes are of length one."""
    pairs = zip(own, shape, cut, strict=False)
    return tuple(c if a == n else slice(None) for a, n, c in pairs)
