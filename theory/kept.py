"""Kept results: what takes an experiment an hour, read by the ledger in a moment.

A result names the files its numbers rest on, each with a digest of its code (words do
not count: comments, docstrings). The ledger takes numbers only from a result whose
files are still those; else the claim is open until the experiment is run again.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import subprocess
import sys
import tokenize
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from theory.imports import ROOT, closure

if TYPE_CHECKING:
    import xarray

RESULTS = ROOT / "experiments/results"
RESTS_ON = "rests_on"  # the attribute of a result


class Unkept(ValueError):
    """There is no result, or it was made by other code; the message says which."""


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
    source = file.read_text(encoding="utf-8")
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


def result(experiment: str, folder: Path = RESULTS) -> xarray.Dataset:
    """An experiment's kept result.

    Raises:
        Unkept: it is not there, is damaged, names no files, or they have changed.
    """
    import xarray

    path = folder / f"{experiment}.nc"
    remedy = f"`python -m experiments.{experiment}`"
    if not path.is_file():
        raise Unkept(f"waits for {remedy}: no result is kept")
    try:
        with xarray.open_dataset(path, engine="h5netcdf") as opened:
            dataset = opened.load()
        made = json.loads(dataset.attrs[RESTS_ON])
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise Unkept(f"waits for {remedy}: `{path.name}` cannot be read") from error
    changed = [name for name, code in made.items() if digest(ROOT / name) != code]
    if changed:
        others = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise Unkept(f"waits for {remedy}: {changed[0]}{others} changed since")
    return dataset


def recompute(experiments: Iterable[str]) -> None:
    """Runs experiments anew.

    Raises:
        ValueError: one failed.
    """
    for name in dict.fromkeys(experiments):
        print(f"recomputing: python -m experiments.{name} --fresh", flush=True)
        command = [sys.executable, "-m", f"experiments.{name}", "--fresh"]
        if code := subprocess.run(command, cwd=ROOT).returncode:
            raise ValueError(f"`experiments.{name}` ended with exit code {code}.")
