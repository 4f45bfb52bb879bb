"""Which whole regions can be proved? Finds the kept ones anew, with the solver.

    python -m theory.regions --out my_regions
    python -m theory.regions usam-pair-kappa-2 --out my_regions

`python -m theory.proofs --verify` verifies those that are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from landscapes.registry import unknown
from theory import console
from theory.files import check_folder
from theory.namespace import only_in_repository
from theory.proving.rational import rational
from theory.regions import FOLDER, KEPT
from theory.regions.exact import share
from theory.regions.find import found


@dataclass
class Options:
    """Which whole regions of learning rates and radii can be proved?

    Finds the kept ones anew, with the solver, and writes their files.

    They are verified by `python -m theory.proofs --verify`.
    """

    names: Annotated[
        tuple[str, ...],
        tyro.conf.Positional,
        tyro.conf.arg(metavar="[NAME ...]", help="of regions; default: all"),
    ] = ()
    out: str = str(FOLDER)
    """folder of the regions"""


def work(options: Options) -> None:
    """Searches, verifies, saves, one after the other."""
    for name in options.names:
        if name not in KEPT:
            raise unknown("region", name, KEPT)
    if options.out == str(FOLDER):
        only_in_repository("the kept regions (else give --out)")
    check_folder(Path(options.out))
    for name in options.names or KEPT:
        method, mu, measure, radius, count = KEPT[name]
        numbers = rational("mu", mu), measure, rational("rho", radius), count
        strip = found(method, *numbers)
        if fault := strip.fault():
            raise ValueError(f"`{name}`: {fault}.")
        strip.save(f"{options.out}/{name}.json")
        print(f"{name}: {100 * share(strip):.1f} % in {strip.pieces()} boxes")


if __name__ == "__main__":
    console.main(Options, work, "theory.regions")
