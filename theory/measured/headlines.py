"""Headline claims of methods, of accuracy and of time, as the kept variants tell."""

from __future__ import annotations

from typing import Any

from theory.claim import Claim
from theory.measured import again, variants


def accuracy(
    id: str,
    says: str,
    expected: str,
    method: str,
    other: str,
    least: float = 0.0,
) -> Claim:
    """On every task a method's test accuracy is at least the other's, and so much more.

    Args:
        id: of the claim.
        says: it, in words.
        expected: its verdict.
        method: label.
        other: label of the one it is compared with.
        least: percentage points.
    """
    return Claim(
        id=id,
        says=says,
        expected=expected,
        relation=">=",
        measured=variants.gained,
        bound=lambda task, method, other: least,
        cases=lambda quick: variants.tasks(method, other),
        within=lambda task, method, other: True,
        loose="a difference may have any size",
        grade="N",
    )


def more(
    id: str,
    says: str,
    expected: str,
    method: str,
    other: str,
    least: float = variants.MARGIN,
    words: str = "",
) -> Claim:
    """As `accuracy`, at the cells that test best, from many seeds.

    Args:
        id: of the claim.
        says: it, in words.
        expected: its verdict.
        method: label.
        other: label of the one it is compared with.
        least: percentage points.
        words: what a task's name contains.
    """
    return Claim(
        relation=">=",
        bound=lambda task, method, other: least,
        loose="a difference may have any size",
        **_again(id, says, expected, method, other, words),
    )


def as_good(id: str, says: str, expected: str, method: str, other: str) -> Claim:
    """There any difference, either way, is less than a percentage point."""
    return Claim(
        relation="==",
        bound=lambda task, method, other: 0.0,
        atol=again.POINT,
        **_again(id, says, expected, method, other),
    )


def _again(
    id: str, says: str, expected: str, method: str, other: str, words: str = ""
) -> dict[str, Any]:
    return {
        "id": id,
        "says": says,
        "expected": expected,
        "measured": again.gained,
        "cases": lambda quick: again.tasks(method, other, words),
        "within": lambda task, method, other: True,
        "runs": again.AT_LEAST,
        "grade": "N",
    }


def as_accurate(id: str, expected: str, method: str) -> Claim:
    """A method is as accurate as SAM, up to `variants.MARGIN`."""
    says = f"its test accuracy is at most {variants.MARGIN} points below SAM's"
    return accuracy(id, says, expected, method, "SAM", -variants.MARGIN)


def time(
    id: str,
    says: str,
    expected: str,
    method: str,
    other: str,
    relation: str,
    bound: float,
) -> Claim:
    """How long a step takes over another's, on a network of 32 neurons.

    Args:
        id: of the claim.
        says: it, in words; that it is of this network is added.
        expected: its verdict.
        method: label.
        other: label of the one it is compared with.
        relation: `<=` or `>=`.
        bound: of the quotient.
    """
    return Claim(
        id=id,
        says=f"{says}, on an MLP of 32 neurons",
        expected=expected,
        relation=relation,
        measured=lambda: variants.times(method, other),
        bound=lambda: bound,
        cases=lambda quick: [{}],
        within=lambda: True,
        loose="time is the machine's",
        grade="N",
    )
