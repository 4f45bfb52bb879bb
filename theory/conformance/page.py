"""The page of all known optimizers: `docs/conformance.md`."""

from __future__ import annotations

from functools import cache

from theory.conformance.checks import CHECKS, Check
from theory.conformance.exact import evaluations
from theory.conformance.judge import FAIL, SKIP, Result, judge
from theory.conformance.peer import Peer
from theory.conformance.peers import PEERS, ours
from theory.conformance.table import shown, words
from theory.methods import specs

RELATIVE = "relative to the way gone, allowed 1e-10 or 100 epsilons of a norm"
INTRO = """\
# Conformance

Published optimizers, put through the checks of this toolkit's own. Written by
`make conformance`; do not edit. One optimizer alone, any that is installed:

    python -m theory.conformance PACKAGE:CLASS

{versions}

A cell is the deviation that was measured: **in bold where it is too large**, `ok` where
it is not (or `ok` and the number where some rounding is allowed), – where the check
does not apply. Each optimizer is made and stepped as its documentation says; the
expression stands with its failures below, and under each failure a script that shows
it, which needs torch and the optimizer only. A failure of the last few digits can be
harmless: 1e-8 is the trace of a norm rounded to single precision, which matters where
float64 is wanted, and 1e-16 that of a perturbation added and subtracted, an ulp a step.
What is right is this toolkit's definition of a method, `theory/methods`, whose steps
are taken on flat vectors, apart from any optimizer. Two checks ask for what a peer's
documentation does not promise, *BatchNorm* and *dropout*: that both passes are of one
function; and *no backward before* for what it warns of but does not notice.
"""


def page() -> str:
    """The whole page."""
    judged = [(peer, judge(peer)) for peer in PEERS if installed(peer)]
    absent = sorted({peer.package for peer in PEERS if not installed(peer)})
    missing = [f"Not installed: {', '.join(absent)}.", ""] if absent else []
    parts = [INTRO.format(versions=_versions(judged)), *missing, _matrix(judged)]
    parts += ["", "## What is checked", "", *map(_asked, CHECKS), ""]
    parts += ["## This toolkit's optimizer", "", *_own(), ""]
    for number, (peer, results) in enumerate(judged, 1):
        parts += _details(number, peer, results)
    return "\n".join(parts).rstrip() + "\n"


def installed(peer: Peer) -> bool:
    """Whether its class can be imported."""
    try:
        return bool(peer.found)
    except ValueError:
        return False


def _versions(judged: list) -> str:
    import torch

    found = {peer.package: f"{peer.distribution} {peer.version}" for peer, _ in judged}
    return f"Versions: torch {torch.__version__}, {', '.join(found.values())}."


def _matrix(judged: list) -> str:
    """Checks by peers, which have numbers."""
    columns = [f"[{n}](#peer-{n})" for n, _ in enumerate(judged, 1)]
    rows = [["check", *columns], ["---"] * (len(judged) + 1)]
    for position, check in enumerate(CHECKS):
        cells = [_cell(results[position]) for _, results in judged]
        rows.append([check.name, *cells])
    names = [
        f"{n}. {peer.distribution} `{peer.name}`, as {peer.method}, {peer.form}"
        for n, (peer, _) in enumerate(judged, 1)
    ]
    table = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*names, "", *table])


def _cell(result: Result) -> str:
    if result.status == SKIP:
        return "–"
    number = shown(result.deviation)
    if result.status == FAIL:
        return "**error**" if result.note else f"**{number}**"
    return f"ok {number}" if result.allowed and result.deviation else "ok"


def _asked(check: Check) -> str:
    bitwise = f"allowed {shown(check.allowed)}" if check.allowed else "exactly"
    if check.name.startswith("rho = 0"):
        bitwise += "; 1e-12 for a method with ratios of norms"
    how = RELATIVE if check.steps and check.run is not evaluations else bitwise
    return f"- *{check.name}*: {check.asks} ({how})"


def _own() -> list[str]:
    """A line for every method that is served, and one for those that are not."""
    passed, lines, refused = 0, [], []
    for spec in specs():
        results = _results(spec)
        if results is None:
            refused.append(spec)
            continue
        failed = [r.check.name for r in results if r.status == FAIL]
        lines += [f"- `{spec}` fails: {', '.join(failed)}."] if failed else []
        passed += not failed
    many = "method" if passed == 1 else "methods"
    said = f"`SharpnessAware` passes every check with {passed} {many}"
    exact = [r for s in specs() for r in (_results(s) or []) if r.check.steps]
    worst = max(r.deviation for r in exact if r.status != SKIP)
    head = f"{said}; the largest deviation from a definition is {shown(worst)}."
    alone = f"Not judged (they need single samples): {', '.join(refused)}."
    return [head, *([alone] if refused else []), *lines]


@cache
def _results(spec: str) -> list[Result] | None:
    """Of this toolkit's optimizer; None where it refuses the method."""
    try:
        return judge(ours(spec))
    except ValueError:
        return None


def _details(number: int, peer: Peer, results: list[Result]) -> list[str]:
    """One optimizer's failures and their scripts."""
    whole = f"{peer.distribution} {peer.version}".rstrip()
    note = [f"Chosen: {peer.note}", ""] if peer.note else []
    head = f'<a id="peer-{number}"></a>'
    parts = [head, "", f"## {number}. {whole}: {peer.name}", ""]
    parts += [
        f"As {peer.method}, {peer.form}.",
        "",
        f"    {peer.expression}",
        "",
        *note,
    ]
    largest = 0.0
    for result in results:
        if result.status == SKIP:
            parts += [f"- *{result.check.name}*: does not apply: {result.note}."]
        if result.status == FAIL:
            exact = result.check.steps and result.check.run is not evaluations
            again = exact and result.deviation <= 10 * largest
            parts += _failure(result, again)
            largest = max(largest, result.deviation if exact else 0.0)
    return [*parts, ""]


def _failure(result: Result, again: bool) -> list[str]:
    """What failed, by how much, and the script; not that of the like once more."""
    means = words(result)
    line = f"- **{result.check.name}**: {shown(result.deviation)}"
    line += f", {means}" if means else ""
    if again:
        return [f"{line}; as above."]
    fold = ["", "  <details><summary>script</summary>", "", "  ```python"]
    code = [f"  {text}".rstrip() for text in result.script.strip().splitlines()]
    asked = f"{line}. Asked: {result.check.asks}"
    return [asked, *fold, *code, "  ```", "", "  </details>", ""]
