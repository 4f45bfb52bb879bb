"""Tidy tables: one row a cell, names instead of codes, written with provenance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.labelled import places
from theory.files import atomic

if TYPE_CHECKING:
    import pandas
    import xarray

KINDS = (".csv", ".parquet")
MAIN = ("verdict", "share")  # what a table is about where it is not said
OURS = b"sharpness-regimes"  # the key of our words in a Parquet file


def tidy(
    dataset: xarray.Dataset, variables: Sequence[str] | None = None
) -> pandas.DataFrame:
    """The variables as columns, a row for every cell of all their axes.

    Args:
        dataset: from `experiments.labelled.load`.
        variables: those wanted; default: the verdicts, or the shares, with all that
            has no axis besides theirs.

    Raises:
        ValueError: a variable is not there, or none was named and there are several
            sets of axes.
    """
    names = list(variables or _chosen(dataset))
    for name in names:
        if name not in dataset.variables:
            raise ValueError(
                f"no variable `{name}` here: these are {', '.join(dataset.data_vars)}."
            )
    wanted = dataset[names]
    if not wanted.dims:
        raise ValueError(f"`{', '.join(names)}` is a single number, no table.")
    frame = wanted.to_dataframe(dim_order=list(wanted.dims)).reset_index()
    for name in frame:
        meanings = dataset[name].attrs.get("flag_meanings") if name in dataset else None
        if meanings:
            frame[name] = np.array(meanings.split())[frame[name].to_numpy()]
    if "place" in frame and (known := places(dataset)):
        frame["place"] = np.array([*known, ""])[frame["place"].to_numpy()]
    return frame


def _chosen(dataset: xarray.Dataset) -> list[str]:
    axes = {frozenset(v.dims) for v in dataset.data_vars.values() if v.dims}
    main = next((name for name in MAIN if name in dataset.data_vars), None)
    if main is None and len(axes) > 1:
        raise ValueError(
            "several tables are in here: name --variable, those of one out of "
            f"{', '.join(map(str, dataset.data_vars))}."
        )
    around = set(dataset[main].dims) if main else set(*axes)
    return [n for n, v in dataset.data_vars.items() if v.dims and {*v.dims} <= around]


def check(path: Path) -> None:
    """Refuses, before any work, a table that could not be written.

    Raises:
        ValueError: the name ends otherwise, its folder is missing, or pyarrow is.
    """
    if path.suffix not in KINDS:
        raise ValueError(f"a table ends in {' or '.join(KINDS)}, got `{path}`.")
    if not path.parent.is_dir():
        raise ValueError(f"no such folder: `{path.parent}`.")
    if path.suffix == ".parquet":
        _arrow()


def write(frame: pandas.DataFrame, path: Path, words: dict[str, str]) -> None:
    """Writes a table whole or not at all.

    Args:
        frame: the table.
        path: `.csv`: the words are lines `# name: value` before the header (pandas:
            `read_csv(path, comment="#")`); `.parquet`: they are JSON in the schema's
            metadata, under `sharpness-regimes`.
        words: the provenance.

    Raises:
        ValueError: as `check`.
    """
    check(path)
    with atomic(path) as temporary:
        if path.suffix == ".csv":
            lines = (f"# {name}: {value}\n" for name, value in words.items())
            text = frame.to_csv(index=False, lineterminator="\n")
            temporary.write_text("".join(lines) + text, encoding="utf-8")
            return
        arrow, parquet = _arrow()
        table = arrow.Table.from_pandas(frame, preserve_index=False)
        kept = (table.schema.metadata or {}) | {OURS: json.dumps(words).encode()}
        parquet.write_table(table.replace_schema_metadata(kept), temporary)


def _arrow() -> tuple:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ValueError(
            "a Parquet file needs pyarrow: install the extra `parquet` (pip install "
            "'sharpness-regimes[parquet]'), or write to a .csv."
        ) from None
    return pyarrow, parquet
