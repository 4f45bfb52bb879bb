"""Do the kept files prove what they say? Verifies them, or finds the proofs anew.

    python -m theory.proofs --verify
    python -m theory.proofs --out my_proofs

Verifying takes no solver, finding does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from theory import console
from theory.files import check_folder
from theory.methods import make
from theory.namespace import only_in_repository
from theory.proof import prove
from theory.proofs import FOLDER, KEPT, statement


@dataclass
class Options:
    """Do the kept proofs, on which the ledger rests, prove what they say?

    With --verify: verifies them, and the regions of `theory.regions`, exactly and
    without a solver. Without: finds the proofs anew and writes their files.

    Exit code 0: done; 2: a file proves nothing, or bad input; 74: a file cannot be
    written; 130: stopped.
    """

    out: str = str(FOLDER)
    """folder of the proofs"""
    verify: bool = False
    """only verify the kept files"""
    json: str = ""
    """with --verify: file of the regions, for `python -m figures proved_regions`"""


def work(options: Options) -> None:
    """Verifies; or searches, verifies, saves, one after the other."""
    if options.verify:
        from theory.proofs.verify import save, verify

        sound, drawn = verify()
        if not sound:
            raise ValueError("not all kept files prove what they are to.")
        if options.json:
            save(drawn, options.json)
        return
    if options.out == str(FOLDER):
        only_in_repository("the kept proofs (else give --out)")
    check_folder(Path(options.out))
    for name in KEPT:
        said = statement(name)
        numbers = {
            part: getattr(said, part)
            for part in ("mu", "beta", "eta", "rho", "measure", "factor")
        }
        proof = prove(make(said.method), **numbers)
        if fault := proof.reason or proof.fault():
            raise ValueError(f"`{name}`: {fault}.")
        proof.save(f"{options.out}/{name}.json")
        print(f"{name}: {len(proof.pieces)} pieces")


if __name__ == "__main__":
    console.main(Options, work, "theory.proofs")
