"""For which learning rates and radii do SGD, SAM, Stable SAM and variants converge?

The names that a training loop or a notebook needs stand here, loaded when they are
asked for:

    from sharpness import SSAM, SharpnessAware
    from sharpness import largest_learning_rate, load, make

All else lies in the packages `landscapes`, `theory`, `experiments` and `figures`: in an
installed wheel inside this one (`sharpness.theory`), in the repository at its top
(`theory`). The names above are the same in both. The commands, too: `sharpness` lists
them, `sharpness theory T7` checks a statement.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

__version__ = "0.9.0"

NAMES = {
    "Analytic": "landscapes.analytic",
    "Examples": "theory.torch_optimizer",
    "SAM": "theory.methods.sam",
    "SSAM": "theory.methods.stable",
    "SharpnessAware": "theory.torch_optimizer",
    "USAM": "theory.methods.usam",
    "counterexample": "theory.counterexample",
    "largest_learning_rate": "theory.largest",
    "load": "landscapes",
    "make": "theory.methods",
    "prove": "theory.proof",
    "worst_case": "theory.certify",
}
__all__ = [*NAMES, "__version__"]

INSTALLED = Path(__file__).with_name("theory").is_dir()  # by a wheel


def full(module: str) -> str:
    """The name that a module of ours is imported by here."""
    return f"{__name__}.{module}" if INSTALLED else module


def __getattr__(name: str) -> Any:
    if name not in NAMES:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    found = getattr(importlib.import_module(full(NAMES[name])), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *NAMES})
