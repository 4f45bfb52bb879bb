"""One statement a file, found by `names`, made by `load`."""

from __future__ import annotations

import importlib
import re
from functools import cache

from landscapes.registry import definitions, unknown
from theory.claim import GRADES, Statement

ORDER = "TPNL"  # theorems proved here, the paper's, established here, the literature's


def _key(name: str) -> tuple[int, int]:
    letter, number = re.fullmatch(r"([A-Za-z])(\d+)", name).groups()
    return ORDER.index(letter.upper()), int(number)


def names() -> list[str]:
    """Ids of all statements in this folder, in the ledger's order."""
    return list(_names())


@cache
def _names() -> tuple[str, ...]:
    """Looked for once: every file's syntax is read."""
    found = [n for n in definitions("theory.claims") if re.fullmatch(r"[tpnl]\d+", n)]
    return tuple(name.upper() for name in sorted(found, key=_key))


def load(name: str) -> Statement:
    """Makes a statement by its id.

    Raises:
        ValueError: the id is unknown (the nearest are named), or its file lacks a part.
    """
    if name.upper() not in names():
        raise unknown("statement", name, names())
    stem = name.lower()
    try:
        made = getattr(importlib.import_module(f"theory.claims.{stem}"), stem)()
    except TypeError as error:  # a field without a default was left out
        raise ValueError(f"`theory/claims/{stem}.py`: {error}") from error
    except ValueError as error:
        raise ValueError(f"`theory/claims/{stem}.py`: {error}") from error
    if not isinstance(made, Statement) or made.id != name.upper():
        raise ValueError(
            f"`theory/claims/{stem}.py`: {stem}() must return the Statement "
            f"{name.upper()}, got {getattr(made, 'id', type(made).__name__)}."
        )
    return made


__all__ = ["GRADES", "ORDER", "load", "names"]
