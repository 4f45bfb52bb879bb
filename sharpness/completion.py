"""What a shell needs to complete `sharpness` and its options with the tab key."""

from __future__ import annotations

import importlib
import io
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from typing import Annotated, Union

from sharpness import full

SHELLS = ("bash", "zsh")


@dataclass
class Plain:
    """A subcommand without options."""


def options(name: str) -> type:
    """The dataclass that a subcommand's words are parsed into."""
    module = importlib.import_module(full(name))
    if hasattr(module, "__path__"):
        module = importlib.import_module(f"{module.__name__}.__main__")
    found = vars(module)
    return found.get("Config") or found.get("Options") or Plain


def script(shell: str, names: list[str]) -> str:
    """A shell's completion of all subcommands.

    Args:
        shell: out of `SHELLS`.
        names: of the modules that are run.
    """
    import tyro

    kinds = {name: options(name) for name in names} | {"completion": Plain}
    each = [Annotated[k, tyro.conf.subcommand(name=n)] for n, k in kinds.items()]
    said = io.StringIO()
    with redirect_stdout(said), suppress(SystemExit):
        tyro.cli(
            Union[tuple(each)],  # noqa: UP007
            prog="sharpness",
            args=["--tyro-print-completion", shell],
            config=(tyro.conf.FlagCreatePairsOff,),
        )
    return said.getvalue()
