"""A saved regime map, or a quick one where none was saved."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import xarray

from experiments.run import RESULTS, ROOT, load

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


def _short(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
