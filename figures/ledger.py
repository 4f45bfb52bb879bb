"""The ledger of statements: the pictures of `python -m theory --json`."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from figures.claims import bars, phenomena

RESULT = "ledger.json"


def ledger(results: Path) -> dict[str, Callable[[], Figure]]:
    """How near measurements come to bounds, and the small pictures of phenomena.

    Args:
        results: folder of `ledger.json`.

    Raises:
        ValueError: it is missing, damaged, or not the ledger's.
    """
    rows = load(results / RESULT)
    found: dict[str, Callable[[], Figure]] = {"ledger": partial(bars.draw, rows)}
    if any("picture" in row for row in rows):
        found["ledger_phenomena"] = partial(phenomena.draw, rows)
    return found


def load(path: Path) -> list[dict[str, Any]]:
    """The rows of a ledger.

    Raises:
        ValueError: the file is missing, damaged, or not the ledger's.
    """
    if not path.is_file():
        raise ValueError(
            f"no ledger at `{path}`: run `python -m theory --json {path}` first."
        )
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        {
            (row["id"], row["verdict"], len(row["cases"]), len(row["claims"]))
            for row in rows
        }
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"`{path}` is damaged or not a ledger of this version; write it anew."
        ) from error
    if not rows:
        raise ValueError(f"`{path}` holds no row.")
    return rows
