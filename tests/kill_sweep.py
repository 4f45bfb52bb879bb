"""Kills sweeps at random moments, resumes them, and compares the bytes.

    python tests/kill_sweep.py --kills 200

Each time a small sweep begins in a folder of its own and is killed (SIGKILL, with all
its processes) after a random time; often it is resumed and killed again. Then it is
resumed to its end: the result must have the bytes of a sweep that nobody disturbed, and
no chunk that was kept may have been made twice.
"""

from __future__ import annotations

import argparse
import collections
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder stands there

from experiments import run  # noqa: E402
from experiments.sweep import Sweep, sweep  # noqa: E402
from experiments.sweeping import folder, verdicts  # noqa: E402

ETA, RHO = tuple(0.1 * (i + 1) for i in range(12)), (0.0, 0.05, 0.1, 0.2, 0.4)
JOBS = [
    Sweep("double_well_saddle", method, ETA, RHO, starts=16, seed=1, steps=128)
    for method in ("gd", "sam")
]
TILE, CHUNK = 64, 64  # runs
EVERY = 20  # of so many sweeps, one works with two processes
LOG = "kept.log"


def begin(out: Path, jobs: int) -> int:
    """A sweep as a group of processes of its own; the modules are imported already."""
    child = os.fork()
    if child:
        return child
    os.setsid()
    try:
        os.dup2(os.open(out / "errors", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        sweep(JOBS, run.Work(jobs=jobs, out=out), "map", CHUNK)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def keep_a_log() -> None:
    """Every chunk is noted after it was kept."""
    keep = folder.Folder.keep

    def noted(self, start: int, stop: int, content: bytes) -> None:
        keep(self, start, stop, content)
        with open(self.parent.parent / LOG, "a", encoding="utf-8") as log:
            log.write(f"{self.name} {start} {stop}\n")

    folder.Folder.keep = noted


def finish(child: int) -> bool:
    """Waits for a sweep; whether it ended well."""
    return os.waitpid(child, 0)[1] == 0


def kill(child: int, delay: float) -> bool:
    """Kills a sweep after a time; whether it was still running."""
    time.sleep(delay)
    with_all = os.getpgid(child) == child
    (os.killpg if with_all else os.kill)(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def state(out: Path) -> str:
    """Where a killed sweep stood."""
    results = len(list(out.glob("map/*.nc")))
    kept = len(list(out.rglob("*.chunk")))
    if results < len(JOBS) and list(out.glob("map/.*")):
        return "while merging"
    if results == len(JOBS):
        return "after the last merge"
    return "among the chunks" if kept else "before a job's first chunk"


def contents(out: Path) -> list[bytes]:
    """Of all results."""
    return [(out / f"map/{job.name}.nc").read_bytes() for job in JOBS]


def trial(out: Path, whole: list[bytes], span: float, jobs: int, seen: dict) -> int:
    """Kills a sweep until it is left alone; how often it was killed."""
    out.mkdir()
    kills = 0
    while not kills or random.random() < 0.3:
        if kill(begin(out, jobs), random.random() * span):
            kills += 1
            seen[state(out)] += 1
        elif contents(out) == whole and kills == 0:  # it was quicker
            shutil.rmtree(out)
            out.mkdir()
        else:
            break
    if not finish(begin(out, jobs)):
        raise SystemExit(f"not resumed: {(out / 'errors').read_text()}")
    if contents(out) != whole:
        raise SystemExit(f"other bytes after {kills} kills: {out}")
    lines = (out / LOG).read_text(encoding="utf-8").splitlines()
    if len(lines) != len(set(lines)):
        raise SystemExit(f"a chunk was made twice: {out}")
    shutil.rmtree(out)
    return kills


def main() -> None:
    """The number of kills and the seed come from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="sweeps to kill")
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    random.seed(words.seed)
    verdicts.tile_for = lambda engine, dim: TILE
    keep_a_log()
    place = Path(tempfile.mkdtemp(prefix="kill-sweep-"))
    begun = time.monotonic()
    sweep(JOBS, run.Work(jobs=1, out=place / "whole"), "map", CHUNK)
    whole = contents(place / "whole")
    # Here, so that every process that is forked finds the landscape prepared.
    (place / "again").mkdir()
    again = time.monotonic()
    if not finish(begin(place / "again", 1)) or contents(place / "again") != whole:
        raise SystemExit((place / "again/errors").read_text() or "other bytes")
    span = {1: time.monotonic() - again, 2: 4.0}
    kills, seen = 0, collections.Counter()
    for number in range(1, words.kills + 1):
        jobs = 2 if number % EVERY == 0 else 1
        kills += trial(place / str(number), whole, span[jobs], jobs, seen)
    shutil.rmtree(place)
    print(
        f"{words.kills} sweeps were killed, {kills} times in all, and resumed: every "
        f"result has the same bytes. {time.monotonic() - begun:.0f} s; killed "
        + ", ".join(f"{where}: {count}" for where, count in seen.most_common())
    )


if __name__ == "__main__":
    main()
