"""What was found about a lemma, in a table, in words and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from theory.lemmas.lemma import Lemma
from theory.lemmas.ruling import STATUSES, Ruling

FORMAT = "sharpness-regimes adjudication 1"


def table(rulings: Sequence[Ruling]) -> str:
    """How many points have which status, a line for each class of functions."""
    rows = {}
    for ruling in rulings:
        at = (ruling.point.mu, ruling.point.beta)
        rows.setdefault(at, Counter())[ruling.status] += 1
    heads = ("mu", "beta", "points", *STATUSES)
    lines = ["".join(f"{head:>12}" for head in heads)]
    for (mu, beta), counts in rows.items():
        cells = (float(mu), float(beta), counts.total(), *map(counts.get, STATUSES))
        lines.append("".join(f"{cell or 0:>12g}" for cell in cells))
    return "\n".join(lines)


def failures(rulings: Sequence[Ruling]) -> list[str]:
    """Where it fails, a line for each class."""
    ranges: dict[tuple, list] = {}
    for ruling in rulings:
        if ruling.status == "refuted":
            at = (ruling.point.mu, ruling.point.beta)
            ranges.setdefault(at, []).append(ruling.point)
    lines = []
    for (mu, beta), points in ranges.items():
        many = f"{len(points)} point{'s' * (len(points) > 1)}"
        eta, rho = (_span(getattr(p, n) for p in points) for n in ("eta", "rho"))
        at = f"mu = {float(mu):g}, beta = {float(beta):g}"
        lines.append(f"{at}: it fails at {many}, eta {eta}, rho {rho}.")
    return lines


def _span(values: Any) -> str:
    seen = sorted(map(float, values))
    low, high = seen[0], seen[-1]
    return f"= {low:g}" if low == high else f"in [{low:g}, {high:g}]"


def worst(rulings: Sequence[Ruling]) -> list[Ruling]:
    """The worst violations, one where one-dimensional quadratics suffice, one not.

    The worse comes first; kinds that do not occur are left out.
    """
    refuted = [ruling for ruling in rulings if ruling.status == "refuted"]
    kinds = ([r for r in refuted if r.on_a_line == line] for line in (True, False))
    found = [max(kind, key=lambda r: r.excess) for kind in kinds if kind]
    return sorted(found, key=lambda ruling: -ruling.excess)


def violation(ruling: Ruling) -> str:
    """A violation, and what kind of function it takes."""
    found, dim = ruling.function, ruling.function.landscape.dim
    quadratic = "a quadratic" if ruling.on_a_line else "no quadratic"
    return (
        f"{ruling.point}: measured {found.ratio:.6g} in {dim} "
        f"dimension{'s' * (dim > 1)}, claimed <= {float(ruling.claimed):.6g}, excess "
        f"{ruling.excess:.3g}; {quadratic} of one dimension breaks it there "
        f"(at most {ruling.line:.6g})"
    )


def sentence(rulings: Sequence[Ruling]) -> str:
    """The answer."""
    counts = Counter(ruling.status for ruling in rulings)
    total, left = len(rulings), counts["undecided"] + counts["not solved"]
    if counts["refuted"]:
        found = worst(rulings)[0]
        also = f" Undecided at {left} other points." * (left > 0)
        return (
            f"The lemma is false: at {found.point} the ratio is "
            f"{found.function.ratio:.6g} on a function of the class, claimed was at "
            f"most {float(found.claimed):.6g}.{also}"
        )
    if left:
        tight = sum(r.tight for r in rulings if r.status == "undecided")
        why = f" At {tight} the worst case is the claim to 1e-7: try a factor above it."
        return f"Undecided at {left} of {total} sampled points.{why * (tight > 0)}"
    if counts["certified"]:
        return (
            f"Of {total} sampled points of the assumed region the lemma is proved at "
            f"{counts['proved']}; at {counts['certified']} the worst case found in "
            "floating point obeys it, and no proof was found."
        )
    where = f"all {total} sampled points" if total > 1 else "the one sampled point"
    return f"At {where} of the assumed region the lemma is proved."


def decided(rulings: Sequence[Ruling]) -> bool:
    """Whether every point is."""
    return all(r.status in ("proved", "refuted") for r in rulings)


def content(lemma: Lemma, rulings: Sequence[Ruling]) -> dict[str, Any]:
    """Everything, for a JSON file; points and claims are exact."""
    return {
        "format": FORMAT,
        "lemma": {
            spec.name: value and str(value)
            for spec in fields(lemma)
            for value in [getattr(lemma, spec.name)]
        },
        "answer": sentence(rulings),
        "points": [_entry(ruling) for ruling in rulings],
    }


def _entry(ruling: Ruling) -> dict[str, Any]:
    found = ruling.function
    function = found and {"dimension": found.landscape.dim, "ratio": found.ratio}
    return {name: str(v) for name, v in vars(ruling.point).items()} | {
        "claimed": str(ruling.claimed),
        "worst": ruling.worst if ruling.worst == ruling.worst else None,
        "one_dimensional_quadratics": ruling.line,
        "status": ruling.status,
        "function": function,
    }
