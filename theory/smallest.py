"""Smallest: which coordinates of a point have the smallest scores, as a mask."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from landscapes.components import Components


@singledispatch
def count(x: Any) -> int:
    """The number d of coordinates."""
    return x.shape[-1]


@count.register
def _(x: Components) -> int:
    return len(x)


@singledispatch
def smallest(scores: Any, k: int, mask: Any = None, of: int = 1) -> Any:
    """1 at the k coordinates of smallest score, else 0; ties by index.

    Args:
        scores: a point `(..., d)`.
        k: how many, 0 to d.
        mask: a point of zeros and ones.
        of: which of them are looked at, those where the mask is 1 or where it is 0.
    """
    place = _places(scores)
    if mask is not None:
        place = _places(place + place.shape[-1] * (mask != of))
    return scores * 0.0 + (place < k)


@smallest.register
def _(scores: Components, k: int, mask: Any = None, of: int = 1) -> Components:
    """Every coordinate is compared with every other: meant for few."""
    rows = [*scores]
    if mask is not None:
        out = [m != of for m in mask]
        key = list(zip(out, rows, strict=True))
    else:
        key = [(s != s, s) for s in rows]
    return Components(
        s * 0.0 + (sum(_before(p, q, j < i) for j, p in enumerate(key)) < k)
        for i, (s, q) in enumerate(zip(rows, key, strict=True))
    )


def _places(v: Any) -> Any:
    """The place of every entry among those of its last axis, ascending."""
    return v.argsort(axis=-1, stable=True).argsort(axis=-1)


def _before(p: tuple, q: tuple, first: bool) -> Any:
    """Whether p = (left out, score) stands before q; `first` decides a tie."""
    (a, s), (b, t) = p, q
    level = (s < t) | ((s == t) & first)
    return 1 * ((a < b) | ((a == b) & level))
