"""Which figures are there, which can be drawn now? And draws them.

    python -m figures                      # lists figures and pages
    python -m figures --all
    python -m figures saddle_escape --style print
    python -m figures stability --results experiments/kept

A figure reads what an experiment saved, and computes nothing.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from experiments import run
from landscapes.registry import definitions, unknown
from theory import listing
from theory.kept import KEPT
from theory.namespace import only_in_repository
from theory.running import run_named

if TYPE_CHECKING:
    from matplotlib.figure import Figure

README = run.ROOT / "figures" / "readme"
NAMES = definitions("figures")


@dataclass
class Options:
    """Which figures are there, which can be drawn now? And draws them, PNG and PDF.

    Without arguments: lists the figures, the result each needs and whether it is here.
    """

    names: Annotated[
        tuple[str, ...],
        tyro.conf.Positional,
        tyro.conf.arg(metavar="[NAME ...]", help=f"out of: {', '.join(NAMES)}"),
    ] = ()
    all: bool = False
    """every figure whose result is here (so does --readme alone)"""
    results: Path = Path("experiments/results")
    """folder of the experiments' results"""
    out: Path = Path("figures/out")
    """folder of the pictures"""
    style: Literal["screen", "print"] = "screen"
    """screen: sans serif, 1200 dots wide; print: serif, 2400 dots"""
    readme: bool = False
    """only the PNG that README shows, into figures/readme"""


def work(options: Options) -> None:
    """Lists; or draws what is asked for and prints the paths written."""
    for name in options.names:
        if name not in NAMES:
            raise unknown("figure", name, [*NAMES, *listing.names("figures")])
    if not (options.names or options.all or options.readme):
        return show(options.results)
    if options.names and options.all:
        raise run.BadOption("--all takes no names.")
    from figures import style

    if options.readme:
        only_in_repository("README's pictures")
    with style.use(options.style):
        for name in options.names or _drawable(options.results):
            for title, draw in _pictures(name, options).items():
                where, kinds = options.out, ("png", "pdf")
                if options.readme:
                    where, kinds = README, ("png",)
                for path in style.save(draw(), title, where, kinds):
                    print(path)


def show(results: Path) -> None:
    """Lists the figures, and the pages beside them."""
    print("Figures, each drawn by `python -m figures NAME`, those here by --all:\n")
    rows = [(name, *_needed(name, results), _line(name)) for name in NAMES]
    print(listing.table(("", "needs", f"in {results}", ""), rows))
    print("\nkept: drawn with `--results experiments/kept`; -: make it first.")
    pages = [c for c in listing.commands("figures") if "." in c.module]
    print("\nPages, each made by `python -m figures.NAME`:\n")
    print(listing.listed(pages, "figures."))


def _line(name: str) -> str:
    """The first line of a figure's docstring; nothing is imported."""
    return listing.line(run.ROOT / "figures" / f"{name}.py")


def _needed(name: str, results: Path) -> tuple[str, str]:
    """The file a figure reads, and whether it is here; nothing is imported."""
    text = (run.ROOT / "figures" / f"{name}.py").read_text(encoding="utf-8")
    file = re.search(r'^RESULT = "(.*)"', text, re.MULTILINE)[1]
    if (results / file).is_file():
        return file, "here"
    return file, "kept" if (KEPT / file).is_file() else "-"


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
    run_named("figures", __package__)
    run.main(Options, work, "figures")
