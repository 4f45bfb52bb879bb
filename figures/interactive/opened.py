"""A saved regime map and its landscapes, or a quick one where none was saved."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import xarray

import landscapes
from experiments.run import RESULTS, ROOT, load
from landscapes.landscape import Landscape

FILE = "learning_rate_regimes.nc"
QUICK = ("-m", "experiments.learning_rate_regimes", "--quick")


def regimes(folder: Path = ROOT / RESULTS) -> xarray.Dataset:
    """The result of `make regimes`, else the quick one, which is made if need be.

    Args:
        folder: of the results.

    Raises:
        ValueError: a result is damaged, or the quick run failed.
    """
    for path in (folder / FILE, folder / "quick" / FILE):
        if path.is_file():
            print(f"opened {_short(path)}")
            return load(path)
    print("no saved result: computing the quick one", flush=True)
    done = subprocess.run(
        [sys.executable, *QUICK, "--out", str(path.parent)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise ValueError(done.stderr.strip().splitlines()[-1])
    return load(path)


def surface(dataset: xarray.Dataset, name: str) -> Landscape:
    """A landscape of a saved map: one of ours, or of the file that was mapped.

    Raises:
        ValueError: that file is gone, or defines none.
    """
    # A map that was made in memory names no file.
    config = json.loads(dataset.attrs["config"])
    named = ast.literal_eval(config.get("landscape", "()"))
    files = [p for p in map(Path, named) if p.suffix == ".py" and p.stem == name]
    for path in (place / file for file in files for place in (Path(), ROOT)):
        if path.is_file():
            return landscapes.load(str(path))
    if files:
        raise ValueError(
            f"The map is the saved one; to run its cells `{files[0]}` is needed, which "
            "is there no more."
        )
    return landscapes.load(name)


def _short(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
