"""What can be run: every module with a command line, found in the folders.

Only the syntax is read, so that a listing costs milliseconds: a file counts iff it has
an `if __name__ == "__main__"` block. Its docstring's first line says what it answers,
its lines that begin with `python -m` are examples. How long each takes stands in
`theory/times.json`, which `python -m benchmarks.times` measures.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent  # of the packages
FOLDERS = ("theory", "experiments", "figures", "benchmarks")
TIMES = Path(__file__).with_name("times.json")
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
    if not TIMES.is_file():
        return {}
    return json.loads(TIMES.read_text(encoding="utf-8"))[kind].get(name, {})
