"""A result as a table: CSV or Parquet, one row a cell, names instead of codes.

    python -m experiments.export stability --variable distance --to distance.csv
    python -m experiments.export variants --variable g_norm --to norms.parquet

In Python: `export("stability", "distance.csv", ["distance"])`. A map's file (of one
landscape and method) lies in the folder of its experiment's name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from theory import console

SAID = ("landscape", "label", "config", "fingerprint", "versions")  # of a result


@dataclass
class Config:
    """A result as a table, CSV or Parquet, with where it comes from."""

    result: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RESULT")]
    """the netCDF file of a result, or of the map of one landscape and method; or the
    name of an experiment"""
    to: Path
    """the table, .csv or .parquet (the extra `parquet`)"""
    variable: tuple[str, ...] = ()
    """which to put in; default: verdicts or shares, and all that has the same axes"""


def export(
    result: Path | str, to: Path | str, variables: Sequence[str] | None = None
) -> Path:
    """Writes a result as a table, whole or not at all.

    Args:
        result: the netCDF file, or an experiment's name.
        to: the table, `.csv` or `.parquet`.
        variables: those wanted; default: as `experiments.tidy.tidy` chooses.

    Raises:
        ValueError: one line on what is wrong with the result, a name or the table.
    """
    from experiments import labelled, tidy

    result, to = labelled.found(result), Path(to)
    tidy.check(to)
    dataset = labelled.load(result)
    frame = tidy.tidy(dataset, variables)
    tidy.write(frame, to, _provenance(result, dataset.attrs))
    return to


def _provenance(result: Path, attrs: dict) -> dict[str, str]:
    """Where a table comes from: the result, what made it, and, if known, when."""
    words = {"result": result.name}
    words |= {name: str(attrs[name]) for name in SAID if name in attrs}
    aside = result.with_suffix(".json")
    if aside.is_file():
        made = json.loads(aside.read_text(encoding="utf-8"))
        words |= {name: str(made[name]) for name in ("commit", "time") if name in made}
    return words


def work(config: Config) -> None:
    """Writes the table and says so."""
    print(f"table: {export(config.result, config.to, config.variable or None)}")


if __name__ == "__main__":
    console.main(Config, work, "experiments.export")
