"""The options every experiment shares, and their checks.

The command line itself is in `theory.console`, parallel work in `theory.parallel`,
results on disk in `experiments.store`; what experiments and figures need of them is
named here too.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from experiments.store import ROOT, fingerprint, load, save
from theory.console import BadOption, main, parse
from theory.files import check_folder
from theory.parallel import in_parallel, progress

__all__ = [
    "RESULTS",
    "ROOT",
    "BadOption",
    "Config",
    "Work",
    "at_least",
    "check_folder",
    "distinct",
    "fingerprint",
    "in_parallel",
    "load",
    "main",
    "numbers",
    "parse",
    "progress",
    "save",
]

RESULTS = Path("experiments/results")
MOST = 1000  # values in LOW:HIGH:N


@dataclass
class Work:
    """The words that say how the work is done."""

    quick: bool = False
    """a small version, in seconds; its results go to the folder `quick`"""
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    """processes; the results do not depend on it"""
    cluster: str = ""
    """address of a dask scheduler that runs the jobs instead; local: starts one here"""
    fresh: bool = False
    """recompute what is already there (default: resume)"""
    out: Path = RESULTS
    """folder of the results"""

    def __post_init__(self) -> None:
        """Checks the numbers; raises BadOption naming the option and its rule."""
        at_least(1, jobs=self.jobs)
        if self.quick and self.out == RESULTS:  # the whole results are worth minutes
            self.out = RESULTS / "quick"

    def files(self) -> tuple[str, ...]:
        """What a user's own files may be among."""
        return ()


@dataclass
class Config(Work):
    """The words every experiment on landscapes shares."""

    landscape: tuple[str, ...] = ()
    """names, or paths of your own Python files; default: all that suit"""
    methods: tuple[str, ...] = ("gd", "usam", "sam", "ssam", "ssam-n")
    """gd, usam, sam, ssam, ssam-n, stable:NAME ..."""
    eta: tuple[str, ...] = ()
    """learning rates, values or LOW:HIGH:N (logarithmic)"""
    rho: tuple[str, ...] = ()
    """radii, values or LOW:HIGH:N (logarithmic): lengths for SAM and SSAM-N, rates
    (1 / curvature) for USAM and SSAM"""
    starts: int = 6144
    """starting points, per saddle or minimum"""
    steps: int = 500
    """most steps a run takes"""
    seed: int = 0
    """of all random numbers"""
    device: str = "cpu"
    """torch device of the large batches"""
    dtype: str = "float64"
    """float64 or float32"""

    def __post_init__(self) -> None:
        """Checks the numbers; raises BadOption naming the option and its rule."""
        super().__post_init__()
        at_least(1, starts=self.starts, steps=self.steps)
        at_least(0, seed=self.seed)
        if not self.methods:
            raise BadOption("--methods needs a name.")
        if self.dtype not in ("float64", "float32"):
            raise BadOption(f"--dtype is float64 or float32, got `{self.dtype}`.")
        if self.device != "cpu":
            check_device(self.device)
        numbers("eta", self.eta, zero=False)
        numbers("rho", self.rho, zero=True)

    def files(self) -> tuple[str, ...]:
        """The landscapes."""
        return self.landscape


def at_least(least: int, **options: int) -> None:
    """Refuses options below their least value."""
    for name, value in options.items():
        if value < least:
            raise BadOption(f"--{name} must be >= {least}, got {value}.")


def distinct(what: str, labels: dict[str, str]) -> None:
    """Refuses two words for one thing: results are kept by label."""
    first: dict[str, str] = {}
    for word, label in labels.items():
        if first.setdefault(label, word) != word:
            raise ValueError(
                f"{what} `{first[label]}` and `{word}` are both called {label}."
            )


def check_device(name: str) -> None:
    """Refuses a device that torch does not have here."""
    import torch

    try:
        torch.zeros(1, device=name).cpu().numpy()
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise BadOption(f"--device {name} is not available: {reason}") from error


def numbers(option: str, words: Iterable[str], zero: bool) -> list[float]:
    """Expands `0.1 0.2 1e-3:1:4`; refuses what is not finite and in range."""
    values: list[float] = []
    for word in words:
        try:
            parts = [float(part) for part in word.split(":")]
        except ValueError:
            parts = []
        if len(parts) == 3 and 2 <= parts[2] <= MOST and parts[2] % 1 == 0:
            low, high, count = parts
            if not 0 < low < high < math.inf:
                raise BadOption(
                    f"--{option} LOW:HIGH:N needs 0 < LOW < HIGH, got {word}."
                )
            ends = (math.log(low), math.log(high))
            width = (ends[1] - ends[0]) / (count - 1)
            values += [math.exp(ends[0] + i * width) for i in range(int(count))]
        elif len(parts) == 1:
            values += parts
        else:
            raise BadOption(
                f"--{option} takes numbers or LOW:HIGH:N with N from 2 to {MOST}, got "
                f"`{word}`."
            )
    rule = ">= 0" if zero else "> 0"
    for value in values:
        if not (math.isfinite(value) and (value > 0 or (zero and value == 0))):
            raise BadOption(f"--{option} must be finite and {rule}, got {value:g}.")
    return values
