"""How long does each command take? Measures it, for the lists of what there is.

    python -m benchmarks.times
    python -m benchmarks.times experiments.stability T7
    python -m benchmarks.times experiments.variants --full

Runs every experiment with --quick in a process of its own, and checks every statement
of the ledger, with --quick and without, on one core; writes `theory/times.json`, which
`python -m theory`, `experiments` and `figures` show. What was not measured anew keeps
its time. A run's seconds are those on the clock or of the processors, whichever are
fewer, so that what else the machine does counts less.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from landscapes.registry import unknown
from theory import claims, console, listing
from theory.files import atomic

THREADS = "_NUM_THREADS"


@dataclass
class Config:
    """How long does each command take?

    Without names: every experiment and every statement.
    """

    names: Annotated[
        tuple[str, ...],
        tyro.conf.Positional,
        tyro.conf.arg(metavar="[NAME ...]", help="experiments.stability ..., T7 ..."),
    ] = ()
    full: bool = False
    """the whole experiments instead of --quick (hours)"""

    def __post_init__(self) -> None:
        """Refuses names that there are not."""
        self.experiments = [
            c.module
            for c in listing.commands("experiments")
            if any("--quick" in example for example in c.examples[:1])
        ]
        known = [*self.experiments, *claims.names()]
        for name in self.names:
            if name not in known:
                raise unknown("experiment or statement", name, known)


def seconds(work: Callable[[], object], who: int) -> float:
    """Of a call: on the clock, or of the processors of this or of child processes."""
    before, begun = _spent(who), time.perf_counter()
    work()
    return min(time.perf_counter() - begun, _spent(who) - before)


def _spent(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def experiment(module: str, kind: str) -> float:
    """Seconds of an experiment, from nothing, in a folder of its own."""
    alone = {k: v for k, v in os.environ.items() if not k.endswith(THREADS)}
    with tempfile.TemporaryDirectory() as folder:
        words = ["-m", module, "--out", folder, *["--quick"] * (kind == "quick")]

        def work() -> None:
            command = [sys.executable, *words]
            done = subprocess.run(command, capture_output=True, env=alone)
            if done.returncode:
                raise ValueError(f"`{module}`: {done.stderr.decode().strip()}")

        return seconds(work, resource.RUSAGE_CHILDREN)


def statement(name: str, kind: str) -> float:
    """Seconds of a statement, what it imports already loaded."""
    from theory import ledger

    claims.load(name)
    return seconds(lambda: ledger.row(name, kind == "quick"), resource.RUSAGE_SELF)


def measured(config: Config) -> Iterator[tuple[str, str, str, float]]:
    """What was timed, its name, the kind of run, seconds."""
    for name in config.names or (*claims.names(), *config.experiments):
        if name in config.experiments:
            kind = "full" if config.full else "quick"
            yield "commands", name, kind, experiment(name, kind)
        else:
            for kind in listing.KINDS:
                yield "statements", name, kind, statement(name, kind)


def work(config: Config) -> None:
    """Measures; every time is kept at once."""
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}{THREADS}"] = "1"  # as the ledger does
    for what, name, kind, spent in measured(config):
        print(f"{name}, {kind}: {spent:.1f} s", flush=True)
        keep(listing.TIMES, what, name, kind, spent)


def keep(file: Path, what: str, name: str, kind: str, spent: float) -> None:
    """Writes a time; the whole ledger's is the sum of the statements' times."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    for part in ("commands", "statements"):
        known.setdefault(part, {})
    known["machine"] = f"a machine of {os.cpu_count()} cores"
    known[what].setdefault(name, {})[kind] = float(f"{spent:.2g}")
    whole = [times.get(kind, 0.0) for times in known["statements"].values()]
    known["commands"].setdefault("theory", {})[kind] = float(f"{sum(whole):.2g}")
    with atomic(file) as temporary:
        text = json.dumps(known, indent=1, sort_keys=True)
        temporary.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    console.main(Config, work, "benchmarks.times")
