"""Does an installed torch optimizer do what it claims? Put through our own checks.

    python -m theory.conformance pytorch_optimizer:SAM --method sam

What fails comes with a script that shows it without this toolkit.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from landscapes.registry import unknown
from theory import console
from theory.files import atomic, check_folder

if TYPE_CHECKING:
    from theory.conformance.peer import Peer


@dataclass
class Options:
    """Does an installed torch optimizer do what it claims? Put through our own checks.

    Exit code 0: all pass; 1: some fail; 2: bad input, or it is not installed; 74: a
    file cannot be written; 130: stopped.
    """

    target: Annotated[
        str,
        tyro.conf.Positional,
        tyro.conf.arg(metavar="[PACKAGE:CLASS]", help="the optimizer's class"),
    ] = ""
    method: str = ""
    """what it claims to be: sam, usam, ssam, asam, looksam ...; else sam, or as known
    of the optimizer"""
    values: tuple[str, ...] = ()
    """hyperparameters of the method, NAME=NUMBER"""
    form: str = ""
    """two-step (first_step, second_step), closure (step(closure)), or prior-backward
    (a backward pass, then step(closure))"""
    build: str = ""
    """expression that makes it, of model, rho, Base (a torch optimizer class) and
    options (Base's): "SAM(model.parameters(), Base, rho=rho, **options)\""""
    epsilon: float | None = None
    """constant that it adds to a norm; else 1e-12"""
    scripts: str = ""
    """write the scripts that show the failures to this folder (default: print them)"""
    page: str = ""
    """judge all optimizers that are known, and write the page to this file"""

    def __post_init__(self) -> None:
        """Checks what can be checked before any work."""
        if self.epsilon is not None and not 0 <= self.epsilon < math.inf:
            raise console.BadOption(
                f"--epsilon must be finite and >= 0, got {self.epsilon:g}."
            )
        if bool(self.target) == bool(self.page):
            raise console.BadOption("give a PACKAGE:CLASS, or --page FILE.")
        for value in self.values:
            _pair(value)


def work(options: Options) -> None:
    """Judges, and says what was found."""
    from theory.conformance.judge import FAIL, judge
    from theory.conformance.table import table, write

    if options.page:
        from theory.conformance.page import page

        check_folder(Path(options.page).absolute().parent)
        with atomic(Path(options.page)) as part:
            part.write_text(page(), encoding="utf-8")
        return
    peer = chosen(options)
    results = judge(peer)
    print(table(peer, results))
    if options.scripts:
        for file in write(Path(options.scripts), results):
            print(file)
    else:
        for result in results:
            if result.script:
                print(f"\n# ---- {result.check.name}\n{result.script}")
    if any(result.status == FAIL for result in results):
        sys.stdout.flush()
        sys.exit(1)


def chosen(options: Options) -> Peer:
    """The optimizer that the options name.

    Raises:
        ValueError: there is none, or no such method or form.
    """
    from theory.conformance.forms import FORMS
    from theory.conformance.peers import stock

    peer = stock(options.target, options.method)
    if options.form and options.form not in FORMS:
        raise unknown("form", options.form, FORMS)
    changes = {
        "form": options.form,
        "build": options.build,
        "values": {**peer.values, **dict(map(_pair, options.values))},
    }
    if options.form and options.form != peer.form:
        changes["step"] = ""
    if options.epsilon is not None:
        changes["epsilon"] = options.epsilon
    kept = ("step", "epsilon")
    changes = {k: v for k, v in changes.items() if v or k in kept}
    return replace(peer, **changes)


def _pair(text: str) -> tuple[str, float]:
    """`k=5` as a name and a number, whole where it is written so."""
    name, _, number = text.partition("=")
    try:
        return name, int(number) if number.isdigit() else float(number)
    except ValueError:
        raise console.BadOption(f"--values takes NAME=NUMBER, got `{text}`.") from None


if __name__ == "__main__":
    console.main(Options, work, "theory.conformance")
