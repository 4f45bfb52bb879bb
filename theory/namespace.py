"""Our packages in the repository, and in an installed wheel.

In the repository they stand at its top, so that `python -m` runs them by short names.
Names as common as these would clash once installed, so a wheel has all of them inside
one package, and `moved` rewrites their sources on the way: each `from` and `import` of
ours, each string (or words in backticks) that begins with a dotted name of ours, and
each command. `unmoved` is its inverse. Words that name a file (`theory/kept.py`) stay.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

NAMESPACE = "sharpness"
OURS = ("landscapes", "theory", "experiments", "figures")
# What stands before a name of ours here: nothing in the repository.
PREFIX = __package__.removesuffix("theory")
ROOT = Path(__file__).resolve().parent.parent

_NAME = "|".join(OURS)
# What is written in the repository, and what it becomes; then the way back.
_THERE = (
    (rf'((?<!")["`])({_NAME})\.(?=[\w{{])', rf"\1{NAMESPACE}.\2."),
    (rf'\b(definitions\(")({_NAME})"', rf'\1{NAMESPACE}.\2"'),
    (rf"\bfrom ({_NAME})(?=[\w.]* import\b)", rf"from {NAMESPACE}.\1"),
    (rf"(?m)^( *)import ({_NAME})$", rf"\1from {NAMESPACE} import \2"),
    (rf"\bpython -m ({_NAME})\b", rf"{NAMESPACE} \1"),
)
_BACK = (
    (rf'((?<!")["`]){NAMESPACE}\.({_NAME})\.(?=[\w{{])', r"\1\2."),
    (rf'\b(definitions\("){NAMESPACE}\.({_NAME})"', r'\1\2"'),
    (rf"\bfrom {NAMESPACE}\.({_NAME})(?=[\w.]* import\b)", r"from \1"),
    (rf"(?m)^( *)from {NAMESPACE} import ({_NAME})$", r"\1import \2"),
    (rf"\b{NAMESPACE} ({_NAME})\b", r"python -m \1"),
)


def moved(source: str) -> str:
    """A source of the repository as the wheel has it.

    Raises:
        ValueError: it imports ours in a form that is not rewritten, or cannot be
            brought back.
    """
    text = moved_words(source)
    for node in ast.walk(ast.parse(text)):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        if found := [n for n in names if n.split(".")[0] in OURS]:
            raise ValueError(
                f"line {node.lineno} imports `{found[0]}`: a wheel's build knows "
                f"`import {found[0].split('.')[0]}` and `from {found[0]} import ...`."
            )
    if unmoved(text) != source:
        raise ValueError(
            f"it has a name or a command of the wheel's own (`{NAMESPACE}`) already."
        )
    return text


def moved_words(text: str) -> str:
    """A page's names and commands as the wheel has them."""
    return _replaced(_THERE, text)


def unmoved(source: str) -> str:
    """A wheel's source as the repository has it."""
    return _replaced(_BACK, source)


def _replaced(rules: tuple[tuple[str, str], ...], text: str) -> str:
    for pattern, to in rules:
        text = re.sub(pattern, to, text)
    return text


def as_written(source: str) -> str:
    """A source that is read here, as the repository has it: of these digests speak."""
    return unmoved(source) if PREFIX else source


def command(module: str) -> str:
    """How a module of ours is run here."""
    name = module.removeprefix(PREFIX)
    return f"{NAMESPACE} {name}" if PREFIX else f"python -m {name}"


def only_in_repository(what: str) -> None:
    """Refuses, in a wheel, what writes into the repository: a wheel's files stay.

    Args:
        what: would be written, in a few words.

    Raises:
        ValueError: this is no repository.
    """
    if PREFIX:
        raise ValueError(
            f"{what} are written in the repository only, and this is an installed "
            "wheel: run it in a clone."
        )
