"""Results as a table for a terminal, and as files."""

from __future__ import annotations

import re
from pathlib import Path

from theory.conformance.exact import evaluations
from theory.conformance.judge import FAIL, SKIP, Result
from theory.conformance.peer import Peer


def shown(number: float) -> str:
    """A deviation in few characters."""
    return f"{number:.0f}" if number == int_or_none(number) else f"{number:.1e}"


def int_or_none(number: float) -> int | None:
    """The number if it is whole and finite."""
    return int(number) if abs(number) < 1e6 and number == int(number) else None


def words(result: Result) -> str:
    """What a result means, where its number alone does not say."""
    if result.note:
        return result.note
    if result.status != FAIL or not result.check.steps:
        return ""
    if result.check.run is evaluations:
        return "more or fewer in 10 steps than the definition's"
    if result.deviation < 1e-6:
        return "of the size of single precision's rounding"
    return "another step than the definition's"


def table(peer: Peer, results: list[Result]) -> str:
    """Check, deviation, what is allowed, verdict, what it means."""
    import torch

    title = f"{peer.target} {peer.version}".rstrip()
    lines = [f"{title} as {peer.method}, {peer.form} (torch {torch.__version__})"]
    lines += [f"  {peer.expression}", ""]
    lines.append(f"{'check':22}{'deviation':>10}{'allowed':>10}  verdict")
    for r in results:
        skipped = r.status == SKIP
        numbers = ("", "") if skipped else (shown(r.deviation), shown(r.allowed))
        row = f"{r.check.name:22}{numbers[0]:>10}{numbers[1]:>10}  {r.status}"
        lines.append(f"{row}  {words(r)}".rstrip())
    failed = sum(r.status == FAIL for r in results)
    return "\n".join([*lines, "", f"{failed} of {len(results)} checks failed."])


def write(folder: Path, results: list[Result]) -> list[Path]:
    """A file for every script; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for result in results:
        if result.script:
            stem = re.sub(r"[^a-z0-9]+", "_", result.check.name.lower())
            written.append(folder / f"{stem.strip('_')}.py")
            written[-1].write_text(result.script, encoding="utf-8")
    return written
