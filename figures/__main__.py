"""Draws the figures from saved results: `python -m figures [NAME ...]`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from experiments import run
from landscapes.registry import definitions, unknown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

README = run.ROOT / "figures" / "readme"
NAMES = definitions("figures")


@dataclass
class Options:
    """Draws the figures from saved results, each as PNG and PDF."""

    names: Annotated[
        tuple[str, ...],
        tyro.conf.Positional,
        tyro.conf.arg(
            metavar="[NAME ...]", help=f"out of: {', '.join(NAMES)}; else all"
        ),
    ] = ()
    results: Path = Path("experiments/results")
    """folder of the experiments' results"""
    out: Path = Path("figures/out")
    """folder of the pictures"""
    style: Literal["screen", "print"] = "screen"
    """screen: sans serif, 1200 dots wide; print: serif, 2400 dots"""
    readme: bool = False
    """only the PNG that README shows, into figures/readme"""


def work(options: Options) -> None:
    """Draws what is asked for and prints the paths written."""
    for name in options.names:
        if name not in NAMES:
            raise unknown("figure", name, NAMES)
    from figures import style

    with style.use(options.style):
        for name in options.names or _drawable(options.results):
            for title, draw in _pictures(name, options).items():
                where, kinds = options.out, ("png", "pdf")
                if options.readme:
                    where, kinds = README, ("png",)
                for path in style.save(draw(), title, where, kinds):
                    print(path)


def _drawable(results: Path) -> list[str]:
    """The figures whose results are there; the others are named on stderr.

    Raises:
        ValueError: no result is there.
    """
    needs = {name: importlib.import_module(f"figures.{name}").RESULT for name in NAMES}
    missing = [name for name, file in needs.items() if not (results / file).is_file()]
    if len(missing) == len(needs):
        raise ValueError(f"no result at `{results}`: run an experiment first.")
    for name in missing:
        print(f"{name}: left out, no `{results / needs[name]}`", file=sys.stderr)
    return [name for name in NAMES if name not in missing]


def _pictures(name: str, options: Options) -> dict[str, Callable[[], Figure]]:
    """What a figure's file offers; for README those it names, else of its own name."""
    module = importlib.import_module(f"figures.{name}")
    found = getattr(module, NAMES[name])(options.results)
    if not options.readme:
        return found
    shown = getattr(module, "README", (name,))
    return {title: draw for title, draw in found.items() if title in shown}


if __name__ == "__main__":
    run.main(Options, work, "figures")
