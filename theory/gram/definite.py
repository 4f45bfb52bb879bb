"""Semidefiniteness and linear equations, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def semidefinite(matrix: Sequence[Sequence[Fraction]]) -> bool:
    r"""Whether a symmetric matrix of fractions is positive semidefinite.

    By $LDL^\top$: a pivot < 0 is a witness against it, and so is a pivot 0 whose row is
    not 0; else what is left, the Schur complement, decides.
    """
    rows = [list(row) for row in matrix]
    for i in range(len(rows)):
        pivot, rest = rows[i][i], rows[i][i + 1 :]
        if pivot < 0 or (pivot == 0 and any(rest)):
            return False
        if pivot == 0:
            continue
        for j, entry in enumerate(rest, start=i + 1):
            share = entry / pivot
            for k in range(j, len(rows)):
                rows[j][k] -= share * rows[i][k]
    return True


def reduced(
    equations: Sequence[dict[str, Fraction]], order: Sequence[str]
) -> dict[str, dict[str, Fraction]]:
    """Equations solved for as many unknowns as they determine (Gauss, Jordan).

    Args:
        equations: each a sum of coefficients times unknowns that is 0; the unknown `1`
            is the number.
        order: the unknowns, those to be solved for first.

    Returns:
        the solved unknowns, each as a combination of the others. If the equations have
        no solution, `1` is among the solved.
    """
    left = [dict(equation) for equation in equations]
    solved: dict[str, dict[str, Fraction]] = {}
    for name in [*order, "1"]:
        found = next((e for e in left if name in e), None)
        if found is None:
            continue
        left.remove(found)
        pivot = found.pop(name)
        solved[name] = {key: -value / pivot for key, value in found.items()}
        left = [_replaced(equation, name, solved[name]) for equation in left]
        for key in solved.keys() - {name}:
            solved[key] = _replaced(solved[key], name, solved[name])
    return solved


def _replaced(sum_, name, by) -> dict[str, Fraction]:
    """A combination with an unknown replaced by a combination of others."""
    share = sum_.get(name, 0)
    total = {key: value for key, value in sum_.items() if key != name}
    for key, value in by.items() if share else ():
        total[key] = total.get(key, 0) + share * value
    return {key: value for key, value in total.items() if value}
