"""Which experiments are there, what do they answer, and how long do they take?

    python -m experiments
    python -m experiments saddle_escape --quick

An experiment's name, and options of it, run it, as `python -m experiments.NAME` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from landscapes.registry import unknown
from theory import console, listing
from theory.running import run_named


@dataclass
class Options:
    """Which experiments are there, what do they answer, how long do they take?"""

    name: Annotated[
        str,
        tyro.conf.Positional,
        tyro.conf.arg(metavar="[NAME ...]", help="an experiment, and its own options"),
    ] = ""


def work(options: Options) -> None:
    """Lists them."""
    if options.name:
        raise unknown("experiment", options.name, listing.names("experiments"))
    found = [c for c in listing.commands("experiments") if "." in c.module]
    print("Each run as `python -m experiments.NAME`; --help says more:\n")
    print(listing.listed(found, "experiments."))
    if told := listing.measured_on():
        print(f"\n{told}")


if __name__ == "__main__":
    run_named("experiments", __package__)
    console.main(Options, work, "experiments")
