"""Kept results: what takes an experiment an hour, read by the ledger in a moment.

They stand in `experiments/kept`, in the repository. A result names the files that its
numbers rest on, each with a digest of its code (words do not count: comments,
docstrings), so that `changed` tells which of them are others now. That alone makes no
number wrong: `tests/test_kept_results.py` computes some of each result anew, and
`python -m theory --recompute` all.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from theory.files import atomic
from theory.imports import ROOT, closure
from theory.namespace import as_written, only_in_repository

if TYPE_CHECKING:
    import xarray

KEPT = ROOT / "experiments/kept"
# Bookkeeping: what is run, kept and written, and where. It computes no numbers.
OWN = {
    "experiments/store.py",
    "experiments/sweeping/sources.py",
    *(f"theory/{n}.py" for n in ("console", "files", "imports", "kept", "namespace")),
}
RESTS_ON = "rests_on"  # the attribute of a result


class Unkept(ValueError):
    """There is no result, or it cannot be read; the message says which."""


def stamp(files: Iterable[str]) -> str:
    """The files, and all that they import, with the digests of their code, as JSON.

    Args:
        files: those that compute the numbers, relative to the root.
    """
    found = closure([ROOT / file for file in files])
    names = sorted(str(file.relative_to(ROOT)) for file in found)
    return json.dumps({name: digest(ROOT / name) for name in names})


def digest(file: Path) -> str:
    """Of a file's code without its words; empty where there is no such file."""
    if not file.is_file():
        return ""
    source = as_written(file.read_text(encoding="utf-8"))
    lines = ["", *source.splitlines()]
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_text(body[0]):
            for number in range(body[0].lineno, body[0].end_lineno + 1):
                lines[number] = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row] = lines[row][:column]
    code = "\n".join(filter(None, map(str.rstrip, lines)))
    return hashlib.sha256(code.encode()).hexdigest()[:12]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def result(experiment: str, folder: Path | None = None) -> xarray.Dataset:
    """An experiment's kept result.

    Raises:
        Unkept: it is not there, is damaged, or names no files.
    """
    import xarray

    path = (folder or KEPT) / f"{experiment}.nc"
    remedy = f"`python -m experiments.{experiment}`"
    if not path.is_file():
        raise Unkept(f"waits for {remedy}: no result is kept")
    try:
        with xarray.open_dataset(path, engine="h5netcdf") as opened:
            dataset = opened.load()
        json.loads(dataset.attrs[RESTS_ON])
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise Unkept(f"waits for {remedy}: `{path.name}` cannot be read") from error
    return dataset


def changed(dataset: xarray.Dataset) -> list[str]:
    """The files a result rests on whose code is no longer that which made it."""
    made = json.loads(dataset.attrs[RESTS_ON])
    counted = [name for name in made if name not in OWN]
    return [name for name in counted if digest(ROOT / name) != made[name]]


def told(experiment: str) -> str:
    """A line on how old a kept result is, empty if the code is what made it."""
    try:
        names = changed(result(experiment))
    except Unkept:
        return ""  # the claims say it
    others = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{experiment}: made before {names[0]}{others} changed" if names else ""


def recompute(experiments: Iterable[str]) -> None:
    """Runs experiments anew, and keeps their results.

    Raises:
        ValueError: one failed, or this is no repository.
    """
    only_in_repository("kept results")
    for name in dict.fromkeys(experiments):
        print(f"recomputing: python -m experiments.{name} --fresh", flush=True)
        command = [sys.executable, "-m", f"experiments.{name}", "--fresh"]
        if code := subprocess.run(command, cwd=ROOT).returncode:
            raise ValueError(f"`experiments.{name}` ended with exit code {code}.")
        for path in (ROOT / "experiments/results").glob(f"{name}.*"):
            with atomic(KEPT / path.name) as temporary:
                shutil.copyfile(path, temporary)
