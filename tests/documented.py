"""What pages tell their reader to type: every command and every piece of Python.

A command stands in a fenced or an indented block of its own or between backticks.
"""

import ast
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent
SHELL = {"sh", "bash", "shell", "console"}
# What a line to type begins with; between backticks, where words are, too, it goes on.
PROGRAMS = {"make", "python", "sharpness", "pip", "git", "jupyter", "pre-commit", "."}
PROGRAMS |= {"source", "cd", "export", "eval", "unzip", "tar"}
MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """Commands to be typed one after the other, or Python.

    Attributes:
        page: that it stands on, from the root.
        line: its first, from 1.
        commands: as lists of words, without comments.
        python: its source.
    """

    page: str
    line: int
    commands: tuple[tuple[str, ...], ...] = ()
    python: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """The pages whose commands count, from the root."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "paper_notes.md"]
    found += sorted((ROOT / "docs").glob("*.md"))
    return [str(p.relative_to(ROOT)) for p in found if p.is_file()]


def blocks(text: str, page: str) -> Iterator[Block]:
    """All of a page, in its order.

    Raises:
        ValueError: a line among commands begins with an unknown program.
    """
    for token in MARKDOWN.parse(text):
        line = token.map[0] + 1 if token.map else 0
        if token.type in ("fence", "code_block"):
            yield from _block(token, page, line)
        for part in token.children or ():
            words = shlex.split(part.content) if _spoken(part) else ()
            if len(words) > 1:
                yield Block(page, line, (tuple(words),))


def _spoken(part) -> bool:
    """Whether words between backticks are a command."""
    return part.type == "code_inline" and part.content.split(" ")[0] in PROGRAMS


def _block(token, page, line):
    kind = token.info.strip()
    lines = list(_commands(token.content))
    if kind == "python" or (not kind and _is_python(token.content)):
        yield Block(page, line, python=token.content)
    elif kind in SHELL or (not kind and lines and lines[0][0] in PROGRAMS):
        for words in lines:
            if words[0] not in PROGRAMS:
                raise ValueError(f"{page}:{line}: what program is `{words[0]}`?")
        yield Block(page, line, tuple(lines))


def _commands(text):
    """Lists of words; a line that ends in a backslash goes on, `&&` begins another."""
    for line in text.replace("\\\n", " ").splitlines():
        try:
            words = shlex.split(line.removeprefix("$ "), comments=True)
        except ValueError:  # a quotation mark in what is no command
            words = line.split()
        while words:  # what is written to a file is the same command
            end = words.index("&&") if "&&" in words else len(words)
            yield tuple(takewhile(lambda word: word not in (">", ">>"), words[:end]))
            words = words[end + 1 :]


def _is_python(text):
    """Whether an unmarked block imports something."""
    try:
        return isinstance(ast.parse(text).body[0], ast.Import | ast.ImportFrom)
    except (SyntaxError, IndexError):
        return False


def files_made(found: list[Block]) -> dict[str, str]:
    """Python files that pages show: `NAME.py`, named there, and what defines NAME."""
    made = {}
    for block in found:
        text = (ROOT / block.page).read_text(encoding="utf-8")
        for node in ast.parse(block.python).body:
            if isinstance(node, ast.FunctionDef) and f"{node.name}.py`" in text:
                made[f"{node.name}.py"] = block.python
    return made
