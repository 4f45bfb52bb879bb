"""What a dataclass of options offers on the command line, and what words fit it."""

from __future__ import annotations

import ast
import re
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

# What the parser adds to every command's.
OWN = ("--help", "--tyro-print-completion", "--tyro-write-completion")


class BadOption(Exception):
    """An option out of range (no ValueError, which the parser would frame)."""


@dataclass(frozen=True)
class Option:
    """One word of a command line.

    Args:
        field: name of the dataclass's field.
        word: as it is typed, `--eta`; of a positional one its name in capitals.
        positional: it stands without a word.
        several: it takes one value or more.
        flag: it takes none.
        required: it has no default.
        choices: the only values it takes, if they are listed.
    """

    field: str
    word: str
    positional: bool
    several: bool
    flag: bool
    required: bool
    choices: tuple[str, ...]


def options(config: type) -> list[Option]:
    """Those of a dataclass, in order; annotations are strings, and are not loaded."""
    return [_option(part) for part in fields(config) if part.init]


def _option(part: Any) -> Option:
    said = str(part.type)
    own = re.search(r"\bname=['\"]([\w-]+)", said)
    name = own[1] if own else part.name.replace("_", "-")
    positional = "Positional" in said
    no = "no-" * (part.default is True)
    listed = re.search(r"Literal(\[[^]]*\])", said)
    return Option(
        part.name,
        part.name.upper() if positional else f"--{no}{name}",
        positional,
        "tuple[" in said,
        said == "bool",
        part.default is MISSING and part.default_factory is MISSING,
        tuple(ast.literal_eval(listed[1])) if listed else (),
    )


def check(config: type, words: list[str]) -> None:
    """Refuses options that there are not, and those of several values without one.

    Raises:
        BadOption: names the option and the nearest that there are.
    """
    known = {o.word: o for o in options(config) if not o.positional}
    for word, after in pairwise([*words, "--"]):
        name = word.partition("=")[0].replace("_", "-")
        if word[:2] != "--" or word == "--" or name in OWN:
            continue
        if name not in known:
            near = get_close_matches(name[2:], [k[2:] for k in (*known, *OWN)], 2)
            such = f": did you mean --{' or --'.join(near)}?" if near else "."
            raise BadOption(f"there is no option `{name}`{such} (see --help)")
        if known[name].several and "=" not in word and after[:2] == "--":
            raise BadOption(f"{name} needs a value.")


def needed(config: type, words: list[str]) -> str:
    """The options without a default that are not among the words, with commas."""
    given = {word.partition("=")[0].replace("_", "-") for word in words}
    left = [o.word for o in options(config) if o.required and o.word not in given]
    return ", ".join(left)


def given(config: type, words: list[str]) -> dict[str, list[str]]:
    """The values that were typed, by field; not of flags and positional ones."""
    known = {o.word: o for o in options(config) if not (o.positional or o.flag)}
    found: dict[str, list[str]] = {}
    values: list[str] | None = None
    for word in words:
        name, equals, value = word.partition("=")
        if name[:2] == "--":
            option = known.get(name.replace("_", "-"))
            values = found.setdefault(option.field, []) if option else None
            word = value
        if values is not None and (equals or word):
            values.append(word)
    return found


def reduced(made: Any, words: list[str]) -> list[str]:
    """What `--quick` made smaller although it was typed, a line each.

    Args:
        made: the options as they were made of the words.
        words: of the command line.
    """
    lines = []
    for field, typed in given(type(made), words).items():
        value = getattr(made, field)
        now = [*map(str, value)] if isinstance(value, tuple) else [str(value)]
        if getattr(made, "quick", False) and now != typed and not _same(now, typed):
            option = f"--{field.replace('_', '-')}"
            lines.append(f"--quick: {option} is {' '.join(now)}, not {' '.join(typed)}")
    return lines


def _same(now: list[str], typed: list[str]) -> bool:
    """Whether words are the same numbers."""
    try:
        return [*map(float, now)] == [*map(float, typed)]
    except ValueError:
        return False
