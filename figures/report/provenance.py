"""Where everything on the page comes from, and what is older than the code."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from experiments import store
from figures.report.ledger import Ledger
from figures.report.source import KNOWN, LEDGER, REGIONS, Source, short
from theory import kept


@dataclass(frozen=True)
class Record:
    """One file that was read.

    Args:
        path: of the file.
        made: when, of which commit, where; as its sidecar has it.
        versions: of the libraries that made it.
        fingerprint: hash of configuration and sources.
        digest: the beginning of the file's SHA-256.
        older: files it rests on that have changed since.
    """

    path: str
    made: str
    versions: str
    fingerprint: str
    digest: str
    older: tuple[str, ...]


@dataclass(frozen=True)
class Here:
    """This run: when, of which commit, with what."""

    time: str
    commit: str
    python: str
    versions: str
    machine: str
    format: int


def here() -> Here:
    """What writes the page."""
    return Here(
        time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        # Renamed, it would make every kept result look older than the code.
        store._commit(),
        sys.version.split()[0],
        store.versions(),
        platform.platform(),
        store.FORMAT,
    )


def records(source: Source, ledger: Ledger) -> list[Record]:
    """Every result that the page read, and the ledger."""
    found = [_result(name, source) for name in KNOWN if source.file(f"{name}.nc")]
    others = [ledger.path, source.file(REGIONS)]
    return [_plain(path) for path in others if path] + found


def _plain(path: Path) -> Record:
    """A file without labels: the ledger, the notes, the regions."""
    stamp = time.gmtime(path.stat().st_mtime)
    made = time.strftime("%Y-%m-%d %H:%M UTC (the file's date)", stamp)
    if path.name not in (LEDGER, REGIONS):
        made = "committed"
    return Record(short(path), made, "", "", digest(path), ())


def _result(name: str, source: Source) -> Record:
    dataset, path = source.result(name)
    older = kept.changed(dataset) if kept.RESTS_ON in dataset.attrs else []
    return Record(
        short(path),
        _made(path.with_suffix(".json")),
        str(dataset.attrs.get("versions", "")),
        str(dataset.attrs.get("fingerprint", "")),
        digest(path),
        tuple(older),
    )


def _made(sidecar: Path) -> str:
    """A sidecar in words; one that is missing or damaged says so."""
    try:
        said = json.loads(sidecar.read_text(encoding="utf-8"))
        return f"{said['time']}, commit {said['commit']}, {said['machine']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "not told: no sidecar"


def digest(path: Path) -> str:
    """The beginning of the file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
