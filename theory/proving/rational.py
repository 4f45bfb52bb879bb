"""Numbers as they are written, and back."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

Range = tuple[Fraction, Fraction]


def rational(name: str, value: Any) -> Fraction:
    """A number as it is written: .1 is 1/10.

    Raises:
        ValueError: it is no finite number.
    """
    try:
        number = Fraction(str(value))
        float(number)  # a solver is to find the proof
        return number
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(f"{name} must be a finite number, got {value}.") from None


def ends(name: str, value: Any) -> Range:
    """Of a range (low, high), or of a number.

    Raises:
        ValueError: it is neither.
    """
    pair = value if isinstance(value, (tuple, list)) else (value, value)
    if len(pair) != 2:
        raise ValueError(f"{name} takes a number or (low, high), got {value}.")
    return rational(name, pair[0]), rational(name, pair[1])


def between(ends: Range | None) -> str:
    """A range in words."""
    if ends is None:
        return "none"
    return str(ends[0]) if ends[0] == ends[1] else f"[{ends[0]}, {ends[1]}]"


def fractions(value: Any) -> Any:
    """What was written to a file: lists as tuples, strings `p/q` as fractions.

    Raises:
        ValueError: something in it is no fraction.
    """
    if isinstance(value, dict):
        return {key: fractions(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return tuple(map(fractions, value))
    if value is None:
        return None
    if not (isinstance(value, str) and re.fullmatch(r"-?\d+(/0*[1-9]\d*)?", value)):
        raise ValueError(f"`{value}` is no fraction")
    return Fraction(value)
