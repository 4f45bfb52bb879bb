"""Finds the kept regions anew, with the solver: `python -m theory.regions`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from theory import console
from theory.files import check_folder
from theory.namespace import only_in_repository
from theory.proving.rational import rational
from theory.regions import FOLDER, KEPT
from theory.regions.exact import share
from theory.regions.find import found


@dataclass
class Options:
    """Finds the kept regions anew, with the solver, and writes their files.

    They are verified by `python -m theory.proofs --verify`.
    """

    folder: str = str(FOLDER)
    """that the files are written to"""
    names: tuple[str, ...] = ()
    """of those to be found; all if none is given"""


def work(options: Options) -> None:
    """Searches, verifies, saves, one after the other."""
    if unknown := [name for name in options.names if name not in KEPT]:
        raise ValueError(f"there is no region `{unknown[0]}`; {', '.join(KEPT)}.")
    if options.folder == str(FOLDER):
        only_in_repository("the kept regions (else give --folder)")
    check_folder(Path(options.folder))
    for name in options.names or KEPT:
        method, mu, measure, radius, count = KEPT[name]
        numbers = rational("mu", mu), measure, rational("rho", radius), count
        strip = found(method, *numbers)
        if fault := strip.fault():
            raise ValueError(f"`{name}`: {fault}.")
        strip.save(f"{options.folder}/{name}.json")
        print(f"{name}: {100 * share(strip):.1f} % in {strip.pieces()} boxes")


if __name__ == "__main__":
    console.main(Options, work, "theory.regions")
