"""A peer put through all checks."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import torch

from theory.conformance import exact, kept, problems
from theory.conformance.checks import CHECKS, Check
from theory.conformance.peer import Peer
from theory.conformance.reference import known
from theory.conformance.reproduce import script

PASS, FAIL, SKIP = "pass", "FAIL", "n/a"
REFUSED = "refused: "
# A radius of 0 does not make them the base optimizer.
OTHERWISE = ("adasam", "lookahead-sam", "sam-polyak", "xsam")
# Nor these but for rounding, as ratios and means are rounded.
ROUNDED = ("gsam", "looksam", "msam", "stable")


@dataclass(frozen=True)
class Result:
    """What one check found.

    Args:
        check: that was run.
        status: `pass`, `FAIL` or `n/a`.
        deviation: measured; NaN where there is none, inf where an error was raised.
        allowed: the largest that passes.
        note: the error, or why the check does not apply.
        script: of a failure, a program that shows it.
    """

    check: Check
    status: str
    deviation: float = math.nan
    allowed: float = 0.0
    note: str = ""
    script: str = ""


def judge(peer: Peer) -> list[Result]:
    """All checks, each on an optimizer of its own.

    Raises:
        ValueError: the peer cannot be had, made or stepped, or its method needs more
            than a loss and its gradient.
    """
    _known(peer, exact.quadratic, 1)
    problem, made = problems.Quadratic(), False
    _ = peer.found  # says so where it is not installed, however it would be made
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            optimizer = peer.made(problem, exact.RHO, lr=peer.lr)
            made = True
            peer.stepped(optimizer, problem)
    except Exception as error:
        if made:
            how = f"`{peer.target}` cannot take a step of the form {peer.form}"
            raise ValueError(f"{how}: {_said(error)} (see --form).") from None
        raise ValueError(
            f"`{peer.expression}` fails: {_said(error)} (say how it is made: --build)."
        ) from None
    return [_judge(peer, check) for check in CHECKS]


def _judge(peer: Peer, check: Check) -> Result:
    reason = _inapplicable(peer, check)
    if reason:
        return Result(check, SKIP, note=reason)
    numbers = _known(peer, check.run, check.steps) if check.steps else {}
    allowed = _allowed(peer, check)
    deviation, note = _measure(peer, check, numbers)
    if note.startswith(REFUSED):
        return Result(check, SKIP, note=note)
    if deviation <= allowed:
        return Result(check, PASS, deviation, allowed)
    counted = check.run is exact.evaluations
    needless = "end" if counted else "evaluations"
    numbers = {name: each for name, each in numbers.items() if name != needless}
    text = script(peer, check.run, numbers, allowed)
    return Result(check, FAIL, deviation, allowed, note, text)


def _measure(peer: Peer, check: Check, numbers: dict) -> tuple[float, str]:
    """The deviation, and the error that was raised instead.

    A refusal in so many words of what the check asks is no defect: NaN.
    """
    torch.manual_seed(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float(check.run(peer.made, peer.stepped, numbers)), ""
    except Exception as error:
        refused = check.name.startswith("rho = 0") and isinstance(error, ValueError)
        no_scheduler = check.name == "scheduler" and isinstance(error, TypeError)
        kind = REFUSED * (refused or no_scheduler)
        return math.nan if kind else math.inf, kind + _said(error)


def _allowed(peer: Peer, check: Check) -> float:
    if check.steps and check.run is not exact.evaluations:
        return peer.allowed
    if check.name.startswith("rho = 0") and peer.method.split(":")[0] in ROUNDED:
        return 1e-12
    return check.allowed


def _inapplicable(peer: Peer, check: Check) -> str:
    """Why a check says nothing of a peer; empty if it does."""
    if check.name in peer.documented:
        return f"documented: {peer.documented[check.name]}"
    if peer.form not in check.forms:
        caller = "the caller evaluates both passes"
        return caller if peer.form == "two-step" else f"not of the form {peer.form}"
    if check.base and not peer.base:
        return "it has no base optimizer and sets its own rate"
    if check.name.startswith("rho = 0") and peer.method.split(":")[-1] in OTHERWISE:
        return f"{peer.method} of radius 0 is not its base"
    once = _known(peer, exact.quadratic, 1)["evaluations"] == 1
    return "there is no second pass" if check.run is kept.raised and once else ""


def _known(peer: Peer, run: Any, steps: int) -> dict[str, Any]:
    surfaces = {exact.network: problems.Network, exact.linear: problems.Linear}
    problem = surfaces.get(run, problems.Quadratic)
    return known(peer.defined, problem, steps, peer.lr)


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:160]}"
