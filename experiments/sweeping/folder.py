"""Folder: what a job has on disk: its manifest, its chunks, its result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments import store
from experiments.sweeping.chunks import Plan
from experiments.sweeping.kind import Job
from theory.files import atomic

REMEDY = "--fresh or another --out"
CHUNK = ".chunk"


@dataclass(frozen=True)
class Folder:
    """The place of one job.

    Args:
        parent: of the sweep: holds the results `NAME.nc`, and the folders `NAME` of
            the manifests and, until they are merged, of the chunks.
        name: the job's.
    """

    parent: Path
    name: str

    @property
    def path(self) -> Path:
        """Of the manifest and the chunks."""
        return self.parent / self.name

    @property
    def manifest(self) -> Path:
        """What the chunks were made of."""
        return self.path / "manifest.json"

    @property
    def result(self) -> Path:
        """The merged netCDF."""
        return self.parent / f"{self.name}.nc"

    def refuse_others(self, plan: Plan) -> None:
        """Refuses what another configuration, or other sources, left here.

        Raises:
            ValueError: says how they differ.
        """
        made, now = self._made(), manifest(plan)
        if made is None and (self.result.exists() or self.chunks()):
            raise ValueError(f"`{self.path}` has no readable manifest: {REMEDY}.")
        if made is not None and (how := difference(made, now)):
            raise ValueError(f"`{self.path}` {how}: {REMEDY}.")

    def _made(self) -> dict[str, Any] | None:
        try:
            made = json.loads(self.manifest.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return made if isinstance(made, dict) else None

    def begin(self, plan: Plan, fresh: bool) -> None:
        """Makes the folder ready; what killed processes left half written goes."""
        self.path.mkdir(parents=True, exist_ok=True)
        for place, stem in ((self.parent, self.name), (self.path, "")):
            for half in place.glob(f".{stem}-*" if stem else ".*"):
                half.unlink()
        if fresh:
            self.result.unlink(missing_ok=True)
            self.remove_chunks()
        if fresh or not self.manifest.exists():
            text = json.dumps(manifest(plan), indent=1, sort_keys=True) + "\n"
            with atomic(self.manifest) as temporary:
                temporary.write_text(text, encoding="utf-8")

    def is_complete(self, key: str) -> bool:
        """Whether the merged result is there, and is readable and this job's."""
        import h5py

        try:
            with h5py.File(self.result, "r") as file:
                return file.attrs.get("fingerprint") == key
        except OSError:
            return False

    def keep(self, start: int, stop: int, content: bytes) -> None:
        """Writes a chunk, whole or not at all."""
        with atomic(self.path / f"{start:015}-{stop:015}{CHUNK}") as temporary:
            temporary.write_bytes(content)

    def chunks(self) -> list[tuple[int, int, Path]]:
        """`(start, stop, file)` in order."""
        found = []
        for file in sorted(self.path.glob(f"[0-9]*{CHUNK}")):
            start, _, stop = file.stem.partition("-")
            found.append((int(start), int(stop), file))
        return found

    def missing(self, runs: int) -> list[tuple[int, int]]:
        """The ranges that no chunk holds yet."""
        gaps, done = [], 0
        for start, stop, _ in [*self.chunks(), (runs, runs, None)]:
            gaps += [(done, start)] if done < start else []
            done = stop
        return gaps

    def remove_chunks(self) -> None:
        """After they were merged, or for a fresh start."""
        for *_, file in self.chunks():
            file.unlink()


def manifest(plan: Plan) -> dict[str, Any]:
    """All that decides a job's bytes."""
    return {
        "format": store.FORMAT,
        "configuration": configuration(plan.job),
        "sources": dict(plan.sources),
        "libraries": store.versions(),
    }


def configuration(job: Job) -> dict[str, Any]:
    """The job's options, as JSON gives them back."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in job.words.items()}


def fingerprint(plan: Plan) -> str:
    """Of the manifest."""
    text = json.dumps(manifest(plan), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def difference(made: dict[str, Any], now: dict[str, Any]) -> str:
    """How two manifests differ, in words; nothing where they are the same."""
    old, new = made.get("configuration", {}), now["configuration"]
    for name, value in new.items():
        if old.get(name) != value:
            return f"was made with --{name} {_said(old.get(name))}, now {_said(value)}"
    old, new = made.get("sources", {}), now["sources"]
    changed = [f"the {group}'s" for group in new if old.get(group) != new[group]]
    if changed:
        return f"was made by other sources: {' and '.join(changed)} changed since"
    for name in ("libraries", "format"):
        if made.get(name) != now[name]:
            return f"was made with {name} {_said(made.get(name))}, now {now[name]}"
    return ""


def _said(value: Any) -> str:
    """Grids are told by their ends."""
    if not isinstance(value, list):
        return str(value)
    if len(value) <= 3:
        return " ".join(f"{v:.6g}" for v in value)
    return f"{value[0]:.6g} ... {value[-1]:.6g} ({len(value)} values)"
