"""What do the methods say of themselves? Costs, reductions: docs/methods.md's table.

    python -m theory.family
    python -m theory.family docs/methods.md

Prints the table; with a file's name it renews the part of the file between the two
markers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated

import tyro

from theory import console, methods, written
from theory.method import Method
from theory.methods.stable import Stable
from theory.reduces import Reduces

PART = "methods"  # of docs/methods.md
HEAD = ("method", "$d$", "known from", "gradients", "becomes", "Stable around it")
SYMBOLS = {
    "lam": r"\lambda",
    "eta_ahead": r"\eta'",
    "eta_T": r"\eta_T",
    "beta1": r"\beta_1",
    "beta2": r"\beta_2",
    "beta": r"\beta_s",
    "gamma": r"\gamma_s",
    "sparsity": "s",
    "every": "T",
    "iterations": "n",
    "size": "b_j",
} | {name: rf"\{name}" for name in ("rho", "alpha", "delta", "theta", "sigma")}


def members() -> dict[str, Method]:
    """Every method by its name, what all reduce to first; not those that wrap one."""
    made = {name: methods.make(name) for name in methods.names()}
    alone = {name: m for name, m in made.items() if not isinstance(m, Stable)}
    order = sorted(alone, key=lambda name: (depth(name), alone[name].label.lower()))
    return {name: alone[name] for name in order}


def cost(method: Method) -> float:
    """Gradient evaluations of a step in the mean; a value of the loss counts 1/3.

    Args:
        method: its hyperparameters, where they decide it, are numbers.
    """
    from sympy import sympify

    given = vars(method).items()
    known = {name: cost(v) if isinstance(v, Method) else v for name, v in given}
    return float(sympify(method.cost, locals=known))


def reductions(method: Method) -> tuple[Reduces, ...]:
    """What a method becomes; around another, what Stable around that one becomes."""
    if not isinstance(method, Stable):
        return method.reductions
    inner = (r for r in method.method.reductions if r.to in methods.names())
    return tuple(replace(r, to=f"stable:{r.to}") for r in inner)


@cache
def depth(name: str) -> int:
    """The most reductions, without conditions, to a method that has none."""
    if name not in methods.names():
        return 0
    found = [r for r in methods.make(name).reductions if not r.given]
    return max((1 + depth(r.to) for r in found), default=0)


def condition(r: Reduces) -> str:
    r"""`$\rho = 0$`: where a method reduces, in words and TeX."""
    parts = [
        f"{'' if value else 'no '}{name}"
        if isinstance(value, bool)
        else f"${SYMBOLS.get(name, name)} = {value}$"
        for name, value in r.at.items()
    ]
    return ", ".join([*parts, r.given] if r.given else parts)


def label(name: str) -> str:
    """How tables and figures call what a method reduces to."""
    return methods.make(name).label if name in methods.names() else name


def table() -> str:
    """The table in docs/methods.md, in Markdown."""
    named = [(m.label, m) for m in members().values()]
    rows = [
        _row(*pair) for pair in [*named, ("**Stable**", Stable(methods.make("sam")))]
    ]
    lines = [HEAD, ["---"] * len(HEAD), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _row(name: str, method: Method) -> tuple[str, ...]:
    link = r"[\1](https://arxiv.org/abs/\1)"
    return (
        name,
        f"${method.formula}$",
        re.sub(r"arXiv (\d{4}\.\d{5})", link, method.source),
        _costs(method),
        "; ".join(f"{label(r.to)}: {condition(r)}" for r in method.reductions) or "–",
        _around(method),
    )


def _costs(method: Method) -> str:
    """`$1 + 1/k$ (1.2)`: the expression and its number at the defaults."""
    if isinstance(method, Stable):
        return f"+ 0 ({method.besides})"
    text = re.sub(r"ceiling\((.*?)\)", r"\\lceil \1\\rceil ", method.cost)
    words = "|".join(SYMBOLS)
    text = re.sub(rf"\b({words})\b", lambda m: SYMBOLS[m[0]], text.replace("*", " "))
    number = "" if text.isdigit() else f" ({cost(method):.3g})"
    return f"${text}${number}{method.besides and f'; {method.besides}'}"


def _around(method: Method) -> str:
    if isinstance(method, Stable):
        return "–"
    says = "no: a step of its own length" if method.whole_step else "yes"
    return f"{says}; {method.equalised}" if method.equalised else says


@dataclass
class Options:
    """What do the methods say of themselves? Costs, reductions: the table of README."""

    file: Annotated[
        str,
        tyro.conf.Positional,
        tyro.conf.arg(metavar="[FILE]", help="whose table is renewed; else printed"),
    ] = ""


def work(options: Options) -> None:
    """Prints the table, or renews a file's."""
    if options.file:
        written.renew(Path(options.file), {PART: table()})
    else:
        print(table(), end="")


if __name__ == "__main__":
    console.main(Options, work, "theory.family")
