"""Boxes of parameters, and whether they cover a region."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from theory.gram.polynomial import Polynomial, as_polynomial, variable

# The ends (low, high) of every parameter, by name.
Box = dict[str, tuple[Fraction, Fraction]]


def multilinear(box: Box, values: Sequence[Any]) -> Polynomial:
    """The polynomial of degree 1 in each parameter with given values at the corners.

    Args:
        box: where.
        values: at the corners, low before high, the last parameter fastest.
    """
    if not box:
        return as_polynomial(values[0])
    (name, (low, high)), *rest = box.items()
    half = len(values) // 2
    start, end = (multilinear(dict(rest), v) for v in (values[:half], values[half:]))
    if low == high:
        return start
    return start + (end - start) * ((variable(name) - low) / (high - low))


def halves(box: Box, hull: Box) -> tuple[Box, Box]:
    """Cut across the side that is longest as a share of the hull's."""

    def share(name: str) -> Fraction:
        (low, high), (least, most) = box[name], hull[name]
        return (high - low) / (most - least) if most > least else Fraction(0)

    name = max(box, key=share)
    return cut(box, name, sum(box[name]) / 2)


def cut(box: Box, name: str, at: Fraction) -> tuple[Box, Box]:
    """The parts below and above a value of one parameter."""
    low, high = box[name]
    return {**box, name: (low, at)}, {**box, name: (at, high)}


def gap(
    box: Box, pieces: Sequence[Box], idle: Callable[[Box], bool]
) -> tuple[str, Box] | None:
    """The first part that no piece, or more than one, covers; None if there is none.

    Args:
        box: to be covered.
        pieces: by these.
        idle: says of a box that it need not be.
    """
    meeting = [piece for piece in pieces if _meet(piece, box)]
    if not meeting:
        return None if idle(box) else ("no piece covers", box)
    for name, (low, high) in box.items():
        ends = sorted(
            {at for piece in meeting for at in piece[name] if low < at < high}
        )
        if ends:  # cut in the middle, so that many pieces are no deep recursion
            parts = cut(box, name, ends[len(ends) // 2])
            found = (gap(part, meeting, idle) for part in parts)
            return next((fault for fault in found if fault), None)
    return ("two pieces cover", box) if len(meeting) > 1 else None


def _meet(piece: Box, box: Box) -> bool:
    """Whether their interiors do (of a side without length: the side itself)."""
    return all(
        piece[name][0] < high
        and low < piece[name][1]
        or low == high
        and piece[name][0] <= low <= piece[name][1]
        for name, (low, high) in box.items()
    )


def enclosure(polynomial: Polynomial, box: Box) -> tuple[Any, Any]:
    """Bounds of a polynomial on a box: its extreme control values."""
    degrees = {name: polynomial.degree(name) for name in box}
    values = [polynomial.control(box, index) for index in indices(degrees)]
    return min(values), max(values)


def indices(degrees: dict[str, int]) -> Iterator[dict[str, tuple[int, int]]]:
    """Of all control values of a polynomial with these degrees."""
    for index in product(*(range(n + 1) for n in degrees.values())):
        places = zip(degrees.items(), index, strict=True)
        yield {name: (k, n) for (name, n), k in places}
