"""Finds the kept proofs anew, with the solver, and writes them: `-m theory.proofs`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from theory import console
from theory.files import check_folder
from theory.methods import make
from theory.proof import prove
from theory.proofs import FOLDER, KEPT, statement


@dataclass
class Options:
    """Finds the proofs that the ledger's rows rest on anew, and writes their files."""

    folder: str = str(FOLDER)
    """that the files are written to"""


def work(options: Options) -> None:
    """Searches, verifies, saves, one after the other."""
    check_folder(Path(options.folder))
    for name in KEPT:
        said = statement(name)
        numbers = {
            part: getattr(said, part)
            for part in ("mu", "beta", "eta", "rho", "measure", "factor")
        }
        proof = prove(make(said.method), **numbers)
        if fault := proof.reason or proof.fault():
            raise ValueError(f"`{name}`: {fault}.")
        proof.save(f"{options.folder}/{name}.json")
        print(f"{name}: {len(proof.pieces)} pieces")


if __name__ == "__main__":
    console.main(Options, work, "theory.proofs")
