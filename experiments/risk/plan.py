"""What `experiments.excess_risk` runs, and how it is put together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xarray

from experiments import run
from experiments.risk.case import Case, measured
from experiments.risk.problem import problem, sizes
from theory import methods

DATA = (
    "diabetes:plain", "diabetes", "synthetic", "wine", "breast_cancer",
    "breast_cancer:noisy", "digits",
)  # fmt: skip
TRAIN = (50, 100, 200, 400)  # of these what the data allow
LARGE = ("digits",)  # whose training sets may have the last
BATCH = (1, 16, 0)
ETA = tuple(2.0 ** (k * 11 / 9 - 9) for k in range(10))  # 1/512 to 4
LENGTHS, RATES = (0.01, 0.04, 0.16, 0.64), (0.04, 0.2, 1.0, 5.0)
STEPS = {1: 1024, 16: 512, 0: 256}


def cases(config: Any) -> list[Case]:
    """All that the options ask for.

    Raises:
        ValueError: the data are unknown or too few.
    """
    words = config.data or (DATA[::4] if config.quick else DATA)
    run.distinct("data", {word: label(word) for word in words})
    run.distinct("method", {s: methods.label(s) for s in config.methods})
    return [case for word in words for case in _of(word, config)]


def _of(word: str, config: Any) -> Iterator[Case]:
    """Of one data set."""
    rows = problem(word, config.ridge).n
    lengths = config.rho_grid or LENGTHS
    rates = config.rho_grid or RATES
    short = slice(None, None, 2) if config.quick else slice(None)
    for n in _sizes(word, rows, config):
        for batch in config.batch:
            if batch > n:
                raise ValueError(
                    f"`{word}`: a batch of {batch} needs as many training samples, got "
                    f"n = {n}."
                )
            if config.quick and batch not in (config.batch[0], config.batch[-1]):
                continue
            yield Case(
                word, config.ridge, n, batch, config.methods,
                tuple(config.eta_grid) or ETA[short], tuple(lengths)[short],
                tuple(rates)[short], config.steps or STEPS.get(batch, 512) //
                (8 if config.quick else 1), config.sets, config.seed,
            )  # fmt: skip


def _sizes(word: str, rows: int, config: Any) -> list[int]:
    """Those asked for; without, the usual ones that the data allow."""
    for n in config.train:
        if sizes(word, rows, n) is None:
            raise ValueError(
                f"`{word}` has {rows} rows: too few for training sets of {n}, as many "
                f"to judge them and {max(2, n // 5)} to choose by."
            )
    if config.train:
        return list(config.train)
    usual = TRAIN if word.split(":")[0] in LARGE else TRAIN[:-1]
    fit = [n for n in usual if sizes(word, rows, n)]
    if not fit:
        raise ValueError(
            f"`{word}` has {rows} rows: too few for training sets of {usual[0]}; give "
            "--train."
        )
    return fit[:1] if config.quick else fit


def label(word: str) -> str:
    """`breast_cancer noisy`."""
    name, *variants = word.split(":")
    return " ".join([Path(name).stem, *variants])


def name(case: Case) -> str:
    """Of a case, and of its file."""
    return f"{label(case.word)} n {case.n} batch {case.batch}"


def do(case: Case) -> xarray.Dataset:
    """One case, with its place in the whole."""
    found = measured(case)
    batch = str(case.batch or "n")
    return found.expand_dims(task=[label(case.word)], n=[case.n], batch=[batch])


def together(parts: list[xarray.Dataset]) -> xarray.Dataset:
    """One result along `task`, `n` and `batch`; NaN where the data allow no such n."""
    whole = _joined(parts, ["task", "n", "batch"])
    order = {
        dim: list(dict.fromkeys(v for part in parts for v in part[dim].values))
        for dim in ("task", "batch", "algorithm", "pair", "radius", "judge", "horizon")
        if dim in whole.dims
    }
    return whole.sel(order | {"n": sorted(whole.n.values)})


def _joined(parts: list[xarray.Dataset], dims: list[str]) -> xarray.Dataset:
    """Side by side along the first of the dimensions, then along the others."""
    if not dims:
        return parts[0]
    dim, *rest = dims
    rows: dict[object, list[xarray.Dataset]] = {}
    for part in parts:
        rows.setdefault(part[dim].item(), []).append(part)
    joined = [_joined(row, rest) for row in rows.values()]
    return xarray.concat(
        joined, dim, data_vars="all", join="outer", combine_attrs="drop"
    )
