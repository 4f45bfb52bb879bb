"""Command line, parallel work, and results with provenance, for every experiment."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path("experiments/results")
FORMAT = 1  # of the result files; raised when their meaning changes
MOST = 1000  # values in LOW:HIGH:N


class BadOption(Exception):
    """An option out of range (no ValueError, which the parser would frame)."""


@dataclass
class Config:
    """The words every experiment shares."""

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
    quick: bool = False
    """a small version, in seconds; its results go to the folder `quick`"""
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    """processes; the results do not depend on it"""
    cluster: str = ""
    """address of a dask scheduler that runs the jobs instead"""
    fresh: bool = False
    """recompute what is already there (default: resume)"""
    device: str = "cpu"
    """torch device of the large batches"""
    dtype: str = "float64"
    """float64 or float32"""
    out: Path = RESULTS
    """folder of the results"""

    def __post_init__(self) -> None:
        """Checks the numbers; raises BadOption naming the option and its rule."""
        for name, least in {"starts": 1, "steps": 1, "jobs": 1, "seed": 0}.items():
            value = getattr(self, name)
            if value < least:
                raise BadOption(f"--{name} must be >= {least}, got {value}.")
        if not self.methods:
            raise BadOption("--methods needs a name.")
        if self.dtype not in ("float64", "float32"):
            raise BadOption(f"--dtype is float64 or float32, got `{self.dtype}`.")
        if self.device != "cpu":
            check_device(self.device)
        numbers("eta", self.eta, zero=False)
        numbers("rho", self.rho, zero=True)


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


def main(config: type, work: Callable[[Any], None], module: str) -> None:
    """Parses the command line into the Config, works, and ends in one clear line.

    Exit codes: 0 done, 2 bad input, 74 the results cannot be written, 130 stopped.
    """
    program = f"python -m {module}"
    # What Ctrl-C cancels is no news.
    warnings.filterwarnings("ignore", message=".*tasks .* have been cancelled")
    try:
        work(parse(config, program, sys.argv[1:]))
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(_say(program, "stopped; what was complete is kept.", 130))
    except (ValueError, BadOption, MemoryError) as error:
        sys.exit(_say(program, str(error), 2))
    except OSError as error:
        if error.filename is None:  # the pipe's reader has gone: nobody to tell more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        place = error.filename or "standard output"
        sys.exit(_say(program, f"{error.strerror}: `{place}`", 74))


def parse(config: type, program: str, words: list[str]) -> Any:
    """The configuration from command-line words.

    Raises:
        BadOption: an option is unknown, malformed or out of range.
        SystemExit: after `--help`.
    """
    import tyro

    # A negative number is a value, not an option.
    words = [f" {w}" if w[:1] == "-" and w[1:2].isdigit() else w for w in words]
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            return tyro.cli(
                config,
                prog=program,
                args=words,
                config=(tyro.conf.FlagCreatePairsOff,),
            )
    except SystemExit as stop:
        if not stop.code:
            raise
        # The parser frames its message in a box under a title.
        _, *lines = (line.strip("│╭╮╰╯─ ") for line in said.getvalue().splitlines())
        text = " ".join(line for line in lines if line and "helptext" not in line)
        raise BadOption(f"{text} (see --help)") from None


def _say(program: str, text: str, code: int) -> int:
    print(f"{program}: {text}", file=sys.stderr)
    return code


def in_parallel(
    work: Callable[..., Any], cases: list[tuple], config: Config, what: str
) -> Iterator[tuple[tuple, Any]]:
    """Yields `(case, work(*case))` as they finish, with progress."""
    import joblib
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    def labelled(case: tuple) -> tuple[tuple, Any]:
        return case, work(*case)

    jobs = [joblib.delayed(labelled)(case) for case in cases]
    with _backend(config):
        pool = joblib.Parallel(
            n_jobs=min(config.jobs, max(1, len(cases))),
            return_as="generator_unordered",
            batch_size=1,
        )
        try:
            yield from progress(pool(jobs), len(cases), what)
        except TerminatedWorkerError as error:
            raise ValueError(
                "a worker process was killed (out of memory?): try fewer --jobs."
            ) from error


@contextmanager
def _backend(config: Config) -> Iterator[None]:
    if not config.cluster:
        yield
        return
    import joblib

    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError(
            "--cluster needs dask: `pip install sharpness-regimes[cluster]`"
        ) from error
    with Client(config.cluster), joblib.parallel_config(backend="dask"):
        yield


def progress(items: Iterable, total: int, what: str) -> Iterator:
    """A bar with rate and remaining time on a terminal, else a line now and then."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        yield from tqdm(items, total=total, desc=what, unit="case", leave=False)
        return
    begun = said = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - said > 20:
            said = now
            left = (now - begun) / done * (total - done)
            print(f"{what}: {done} of {total}, {left:.0f} s left", file=sys.stderr)


# What decides a result besides the configuration; not: tables and texts.
SOURCES = ("landscapes", "theory", "experiments")
TEXTS = ("report.py",)
LIBRARIES = ("numpy", "scipy", "sympy", "torch", "scikit-learn")


def fingerprint(config: Config, part: str | None = None) -> str:
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
            if file.name not in TEXTS:
                digest.update(file.read_bytes())
    for name in [part] if part else config.landscape:
        if Path(name).is_file():
            digest.update(Path(name).read_bytes())
    return digest.hexdigest()[:16]


def _words(config: Config, part: str | None = None) -> dict[str, str]:
    """The options that change a result."""
    words = {key: str(value) for key, value in asdict(config).items()}
    for name in ("jobs", "cluster", "fresh", "out", *(["landscape"] if part else [])):
        del words[name]
    return words


def versions() -> str:
    """Of the libraries that compute."""
    found = []
    for name in LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            found.append(f"{name} {metadata.version(name)}")
    return ", ".join(found)


def save(dataset: xarray.Dataset, path: Path, config: Config, key: str) -> Path:
    """Writes a result atomically: netCDF, and a sidecar of what may differ.

    The netCDF holds the configuration, its hash, versions and seed, so that the same
    work gives the same bytes; commit, machine and time stand in `NAME.json`.
    """
    dataset.attrs |= {
        "format": FORMAT,
        "fingerprint": key,
        "config": json.dumps(_words(config), sort_keys=True),
        "seed": config.seed,
        "versions": versions(),
    }
    # Encoded in memory: the HDF5 library does not survive a disk that fills up.
    content = bytes(dataset.to_netcdf(None, engine="h5netcdf"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with _atomic(path) as temporary:
        temporary.write_bytes(content)
    aside = {"commit": _commit(), "machine": platform.platform(), "time": time.ctime()}
    with _atomic(path.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(aside, indent=1) + "\n", encoding="utf-8")
    return path


def check_folder(folder: Path) -> None:
    """Makes the folder; refuses one that cannot be written to, before any work."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


@contextmanager
def _atomic(path: Path) -> Iterator[Path]:
    """A temporary file beside the target that replaces it only when complete."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def load(path: Path | str) -> xarray.Dataset:
    """Reads a result.

    Raises:
        ValueError: the file is missing, truncated, foreign, or of another version.
    """
    import xarray

    path = Path(path)
    if not path.is_file():
        raise ValueError(f"no result at `{path}`: run the experiment first.")
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
