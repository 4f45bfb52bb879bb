"""The kept proofs and regions in fractions, as tables."""

from __future__ import annotations

from theory import proofs
from theory.methods import make
from theory.proving.pieces import load
from theory.proving.rational import between
from theory.regions import FOLDER, KEPT, exact
from theory.regions.strip import load as load_strip


def certified() -> str:
    """The kept proofs: what each proves, for beta = 1, and where it lies."""
    lines = [
        "| file | method | $\\mu$ | $\\rho$ | $\\eta$ | ratio | at most | pieces |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in proofs.KEPT:
        proof = load(proofs.FOLDER / f"{name}.json")
        s = proof.statement
        cells = (
            f"`{name}.json`",
            s.made(s.rho and s.rho[0]).label,
            str(s.mu),
            between(s.rho) if s.rho else "–",
            between(s.eta),
            "rise of $f$" if s.mu < 0 else s.measure,
            str(s.factor),
            str(len(proof.pieces)),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def regions() -> str:
    """The kept regions: the share of the exact one that is proved, method by method."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for name in KEPT:
        strip = load_strip(FOLDER / f"{name}.json")
        about = (strip.measure, str(strip.mu), str(strip.rho[1]))
        told = f"{100 * exact.share(strip):.1f} % ({strip.pieces()})"
        found.setdefault(about, {})[strip.method] = told
    methods = ("usam", "stable:usam", "stable:sam")
    labels = [make(method).label for method in methods]
    head = ("measure", r"$\mu/\beta$", r"$\rho\beta$ up to", *labels)
    lines = [head, ["---"] * len(head)]
    for about, shares in found.items():
        lines.append([*about, *(shares.get(method, "") for method in methods)])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
