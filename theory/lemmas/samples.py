"""Numbers and ranges that somebody typed, as the fractions they are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from fractions import Fraction

from theory.console import BadOption

MOST = 1000  # values in LOW:HIGH:N
DIGITS = 6  # of a value between LOW and HIGH

_DECIMAL = re.compile(
    r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?", re.A
)


def fractions(option: str, words: Iterable[str], rule: str = "") -> tuple:
    """Expands `0.1 1e-3:1:4`: exactly the decimals typed, no value twice.

    Between LOW and HIGH the values are logarithmic and have six digits, so that they
    are short fractions.

    Args:
        option: for errors.
        words: as typed.
        rule: of every value: `> 0`, `>= 0` or none.

    Raises:
        BadOption: a word is no number or range, or breaks the rule.
    """
    values = [value for word in words for value in _values(option, word.strip())]
    if not values:
        raise BadOption(f"--{option} needs a value.")
    for value in values:
        if (rule and value < 0) or (rule == "> 0" and value == 0):
            raise BadOption(f"--{option} must be {rule}, got {float(value):g}.")
    return tuple(dict.fromkeys(values))


def _values(option: str, word: str) -> list[Fraction]:
    low, *rest = parts = word.split(":")
    if not all(map(_DECIMAL.fullmatch, parts)) or len(parts) not in (1, 3):
        raise BadOption(f"--{option} takes decimals or LOW:HIGH:N, got `{word}`.")
    if not rest:
        return [Fraction(low)]
    start, end, count = map(Fraction, parts)
    if not (count.denominator == 1 and 2 <= count <= MOST):
        raise BadOption(f"--{option} LOW:HIGH:N takes N from 2 to {MOST}, got {word}.")
    if not 0 < start < end:
        raise BadOption(f"--{option} LOW:HIGH:N needs 0 < LOW < HIGH, got {word}.")
    ends, last = (math.log(start), math.log(end)), int(count) - 1
    inner = (math.exp(ends[0] + (ends[1] - ends[0]) * k / last) for k in range(1, last))
    return [start, *(Fraction(f"{value:.{DIGITS}g}") for value in inner), end]
