"""The kept proofs in fractions, as a table."""

from __future__ import annotations

from theory import proofs
from theory.proving.pieces import load
from theory.proving.rational import between


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
