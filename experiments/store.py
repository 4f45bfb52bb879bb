"""Results on disk: labelled arrays with provenance, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import time
from contextlib import (
    AbstractContextManager,
    nullcontext,
    suppress,
)
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from theory.files import atomic
from theory.imports import ROOT, closure
from theory.namespace import PREFIX, command

if TYPE_CHECKING:
    import xarray

    from experiments.run import Work

FORMAT = 1  # of the result files; raised when their meaning changes
# What decides a result besides the configuration; not: tables and texts.
SOURCES = ("landscapes", "theory", "experiments")
TEXTS = ("report.py",)
LEDGER = "claims"  # the folder of statements, which decides no experiment's result
BEGUN = time.monotonic()  # of the process, as its first modules are loaded
LIBRARIES = ("numpy", "scipy", "sympy", "torch", "scikit-learn", "clarabel")


def fingerprint(config: Work, part: str | None = None) -> str:
    """Hash of the configuration, the sources and the libraries that decide a result.

    Options that do not change results (jobs, out, ...) are left out; so is the list
    of landscapes from the hash of one landscape's part.

    Args:
        config: the experiment's.
        part: name of the landscape, None for the whole.
    """
    text = json.dumps([_words(config, part), part, versions()], sort_keys=True)
    digest = hashlib.sha256(text.encode())
    for folder in SOURCES:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if file.name not in TEXTS and file.parent.name != LEDGER:
                digest.update(file.read_bytes())
    for name in [part] if part else config.files():
        if Path(name).is_file():  # a user's own, and what it imports beside it
            for file in sorted(closure([Path(name)])):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _words(config: Work, part: str | None = None) -> dict[str, str]:
    """The options that change a result."""
    words = {key: str(value) for key, value in asdict(config).items()}
    unsaid = ("jobs", "cluster", "fresh", "out", *(["landscape"] if part else []))
    return {key: value for key, value in words.items() if key not in unsaid}


@cache
def versions() -> str:
    """Of the libraries that compute."""
    found = []
    for name in LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            found.append(f"{name} {metadata.version(name)}")
    return ", ".join(found)


def save(dataset: xarray.Dataset, path: Path, config: Work, key: str) -> Path:
    """Writes a result atomically: netCDF, and a sidecar of what may differ.

    The netCDF holds the configuration, its hash, versions and seed, so that the same
    work gives the same bytes; commit, machine and time stand in `NAME.json`.
    """
    words = _words(config)
    dataset.attrs |= {
        "format": FORMAT,
        "fingerprint": key,
        "config": json.dumps(words, sort_keys=True),
        "versions": versions(),
    } | {name: int(words[name]) for name in ("seed",) if name in words}
    # Encoded in memory: the HDF5 library does not survive a disk that fills up.
    with _local(config):
        content = bytes(dataset.to_netcdf(None, engine="h5netcdf"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as temporary:
        temporary.write_bytes(content)
    provenance(path, whole=config.fresh)
    return path


def provenance(path: Path, whole: bool = False) -> None:
    """Writes a result's sidecar `NAME.json`: what may differ with the same bytes.

    Args:
        path: of the result.
        whole: nothing was resumed, so that the seconds since the process began are
            those the result takes; `python -m experiments` shows them where it is kept.
    """
    aside = {"commit": _commit(), "machine": platform.platform(), "time": time.ctime()}
    if whole:
        aside["seconds"] = round(time.monotonic() - BEGUN)
    with atomic(path.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(aside, indent=1) + "\n", encoding="utf-8")


def _local(config: Work) -> AbstractContextManager:
    """While a cluster works, xarray would lock every write through its scheduler."""
    if not config.cluster:
        return nullcontext()
    import dask

    return dask.config.set(scheduler="synchronous")


def _how(path: Path) -> str:
    """The command that makes a result there, if it is an experiment's."""
    if not (ROOT / "experiments" / f"{path.stem}.py").is_file():
        return ""
    quick = " --quick" * (path.parent.name == "quick")
    return f": {command(f'experiments.{path.stem}')}{quick} --out {path.parent}"


def load(path: Path | str) -> xarray.Dataset:
    """Reads a result.

    Raises:
        ValueError: the file is missing, truncated, foreign, or of another version.
    """
    import xarray

    path = Path(path)
    if not path.is_file():
        raise ValueError(
            f"no result at `{path}`: run the experiment first{_how(path)}."
        )
    try:
        with xarray.open_dataset(path, engine="h5netcdf") as opened:
            # The file's own string lengths would cut longer names when saved again.
            dataset = opened.load().drop_encoding()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ValueError(
            f"`{path}` is damaged or no netCDF file; delete it."
        ) from error
    found = dataset.attrs.get("format")
    if found != FORMAT:
        raise ValueError(
            f"`{path}` has format {found}, this version reads {FORMAT}: run again."
        )
    return dataset


@cache
def _commit() -> str:
    if PREFIX:
        return f"wheel {metadata.version('sharpness-regimes')}"
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return answer.stdout.strip()
