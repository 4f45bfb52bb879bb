"""The command `sharpness`: its subcommands are the modules that are run.

    sharpness                                    # lists them
    sharpness theory L13 --explain               # what the module `theory` does
    sharpness experiments.saddle_escape --quick
    sharpness completion bash                    # or zsh: words for the tab key

In the repository `python -m NAME` is the same.
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys
from types import ModuleType
from typing import Any

from sharpness import __doc__ as SAID
from sharpness import __version__, full

HELP, VERSION = ("", "-h", "--help"), ("-V", "--version")
COMPLETION = "completion"
LAST = f"""\
`sharpness NAME --help` says what each answers, with examples and options;
`sharpness {COMPLETION} bash` (or zsh) prints what completes them with the tab key."""


def ours(module: str) -> ModuleType:
    """A module of ours, wherever it lies here."""
    return importlib.import_module(full(module))


def main() -> None:
    """Does what the command line says.

    Exit codes: 2: there is no such subcommand; else that of the module.
    """
    name, *rest = sys.argv[1:] or [""]
    if name in HELP:
        _say(listed())
    elif name in VERSION:
        _say(f"sharpness-regimes {__version__}")
    elif name == COMPLETION:
        run("theory.completion", rest)
    elif name in commands():
        run(name, rest)
    else:
        known = [*commands(), COMPLETION]
        error = ours("landscapes.registry").unknown("subcommand", name, known)
        sys.exit(_refused(str(error)))


def commands() -> dict[str, Any]:
    """The modules that are run, by name; benchmarks are no part of it."""
    found = ours("theory.listing").commands()
    return {c.module: c for c in found if not c.module.startswith("benchmarks")}


def listed() -> str:
    """All subcommands, a line each, with the time they take."""
    listing = ours("theory.listing")
    head = f"sharpness {__version__}\n{(SAID or '').splitlines()[0]}"
    table = listing.listed(list(commands().values()))
    return "\n".join(
        [head, "", table, "", *filter(None, [listing.measured_on()]), LAST]
    )


def run(name: str, words: list[str]) -> None:
    """Runs a module as `python -m` does, which looks in the current folder, too."""
    sys.argv = [name, *words]
    sys.path.insert(0, os.getcwd())
    runpy.run_module(full(name), run_name="__main__", alter_sys=True)


def _say(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refused(why: str) -> int:
    print(f"sharpness: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
