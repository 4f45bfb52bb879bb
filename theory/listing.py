"""What can be run: every module with a command line, found in the folders.

Only the syntax is read, which takes milliseconds: a file counts iff it has a block for
`__main__`. Its docstring's first line says what it answers, indented `python -m` lines
are examples. Times stand in `theory/times.json`: `python -m benchmarks.times`.
"""

from __future__ import annotations

import ast
import json
import math
import re
import shutil
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent  # of the packages
FOLDERS = ("theory", "experiments", "figures", "benchmarks")
TIMES = Path(__file__).with_name("times.json")
KINDS = ("full", "quick")
NARROW, BELOW = 44, 6  # a column that is narrower stands below, indented by so many
RUN = ("python -m ", "sharpness ")  # in the repository, installed


@dataclass(frozen=True)
class Command:
    """A module that is run.

    Args:
        module: its dotted name below the packages' home, for instance `theory.proofs`.
        line: what it answers.
        examples: command lines, as its docstring has them.
        times: seconds by kind of run, `full` and `quick`, as far as measured.
    """

    module: str
    line: str
    examples: tuple[str, ...]
    times: dict[str, float]


def commands(folder: str = "") -> list[Command]:
    """Every command of a folder, or of all, in the order of their names."""
    found = [
        command
        for name in FOLDERS
        if name == (folder or name)
        for file in sorted((ROOT / name).rglob("*.py"))
        if (command := _command(file))
    ]
    return sorted(
        found, key=lambda c: (FOLDERS.index(c.module.split(".")[0]), c.module)
    )


def names(folder: str) -> list[str]:
    """Of a folder's commands, but for its own."""
    found = (command.module.partition(".")[2] for command in commands(folder))
    return [name for name in found if name]


def _command(file: Path) -> Command | None:
    """That of a file, if it is run."""
    text = file.read_text(encoding="utf-8")
    if "__main__" not in text or not _is_run(tree := ast.parse(text)):
        return None
    said = ast.get_docstring(tree) or ""
    parts = file.relative_to(ROOT).with_suffix("").parts
    module = ".".join(part for part in parts if part != "__main__")
    line = said.partition("\n")[0]
    return Command(module, line, examples(said), times("commands", module))


def line(file: Path) -> str:
    """The first line of a file's docstring."""
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0]


def _is_run(tree: ast.Module) -> bool:
    """Whether a file has a block that runs when it is the program."""
    tests = (ast.unparse(node.test) for node in tree.body if isinstance(node, ast.If))
    return any(test == "__name__ == '__main__'" for test in tests)


def examples(text: str) -> tuple[str, ...]:
    """The indented lines of a docstring that are commands; cut ones are joined."""
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    found = (line.partition("  #")[0].strip() for line in lines if line[:4] == " " * 4)
    return tuple(line for line in found if line.startswith(RUN))


def times(kind: str, name: str) -> dict[str, float]:
    """Measured seconds of a command or a statement, by kind of run."""
    found = _read(TIMES).get(kind, {}).get(name, {})
    folder, _, experiment = name.partition(".")
    # What a whole run took stands beside its kept result.
    beside = _read(ROOT / folder / "kept" / f"{experiment}.json")
    return found | ({"full": beside["seconds"]} if "seconds" in beside else {})


def _read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def spent(seconds: float | None) -> str:
    """`12 s`, `3 min`, `1.5 h`: rounded, as times of other machines are."""
    if seconds is None:
        return "-"
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 0.9 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{max(seconds, 0.1):.{1 if seconds < 1 else 0}f} s"


def both(times: dict[str, float]) -> tuple[str, ...]:
    """The times of the kinds of run, in words."""
    return tuple(spent(times.get(kind)) for kind in KINDS)


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Columns side by side; on a terminal the last one is filled, or stands below."""
    whole = [head, *rows]
    widths = [max(len(row[i]) for row in whole) for i in range(len(head) - 1)]
    start = 2 + sum(width + 2 for width in widths)
    # One row a line where nobody looks, for programs that read it.
    wide = shutil.get_terminal_size().columns if sys.stdout.isatty() else math.inf
    if below := wide - start < min(NARROW, max(len(row[-1]) for row in whole)):
        start = BELOW
    lines = []
    for *cells, told in whole:
        first = "".join(f"{c:{w}}  " for c, w in zip(cells, widths, strict=True))
        parts = _filled(told, max(wide - start, NARROW))
        if not below:
            first += parts.pop(0)
        lines.append(f"  {first}".rstrip())
        lines += (f"{'':{start}}{part}" for part in parts if part)
    return "\n".join(lines)


def _filled(text: str, width: float) -> list[str]:
    """Lines of at most so many letters, one at least; no name is broken."""
    if len(text) <= width:
        return [text]
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def listed(found: list[Command], prefix: str = "") -> str:
    """Commands, a line each, with the time they take."""
    rows = [
        (
            c.module.removeprefix(prefix),
            *both(c.times),
            c.line,
        )
        for c in found
    ]
    return table(("", "full", "--quick", ""), rows)


def measured_on() -> str:
    """Where the times were measured, in words; empty if nowhere."""
    machine = _read(TIMES).get("machine", "")
    return f"Times: on {machine}; -: not measured." if machine else ""
