"""The command line of what is run: parsing, help, one-line errors, exit codes."""

from __future__ import annotations

import inspect
import io
import os
import re
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from theory.listing import examples
from theory.namespace import command
from theory.options import BadOption, check, needed, reduced

__all__ = ["BadOption", "main", "parse"]

WIDTH = 80
EXITS = "Exit code 0: done; 2: bad input; 74: a result cannot be written; 130: stopped."
# What the parser says of options that are off, or whose help says what they are.
NOTHING = re.compile(r" *\(default:\s*(?:''|None|False)?\)")
FIRST = "show this help"  # of the option that every command has


def main(
    config: type, work: Callable[[Any], None], module: str, kept: str = ""
) -> None:
    """Parses the command line into the Config, works, and ends in one clear line.

    Args:
        config: the options, a dataclass.
        work: what is done with them.
        module: that is run.
        kept: what a stopped run leaves behind, in words.
    """
    program = command(module)
    # What Ctrl-C cancels is no news.
    warnings.filterwarnings("ignore", message=".*tasks .* have been cancelled")
    try:
        options = parse(config, program, sys.argv[1:])
        for line in reduced(options, sys.argv[1:]):
            print(f"{program}: {line}", file=sys.stderr)
        work(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(_say(program, f"stopped{'; ' * bool(kept)}{kept}.", 130))
    except (ValueError, BadOption, MemoryError) as error:
        sys.exit(_say(program, str(error), 2))
    except OSError as error:
        if error.filename is None:  # the pipe's reader has gone: nobody to tell more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        place = error.filename or "standard output"
        sys.exit(_say(program, f"{error.strerror}: `{place}`", 74))


def parse(config: type, program: str, words: list[str]) -> Any:
    """The configuration from command-line words.

    Raises:
        BadOption: an option is unknown, malformed or out of range.
        SystemExit: after `--help`.
    """
    import tyro

    check(config, words)
    # A negative number is a value, not an option.
    signed = [f" {w}" if w[:1] == "-" and w[1:2].isdigit() else w for w in words]
    said, shown = io.StringIO(), io.StringIO()
    try:
        with redirect_stderr(said), redirect_stdout(shown):
            return tyro.cli(
                config,
                prog=program,
                description="",
                args=signed,
                config=(tyro.conf.FlagCreatePairsOff,),
            )
    except SystemExit as stop:
        if not stop.code:
            print(_help(shown.getvalue(), config), end="")
            raise
        raise BadOption(_line(said.getvalue(), config, words)) from None


def description(config: type) -> str:
    """What a command answers, examples of it, its exit codes."""
    said = inspect.cleandoc(config.__doc__ or "")
    told = inspect.cleandoc(sys.modules[config.__module__].__doc__ or "")
    parts = [textwrap.fill(part, WIDTH) for part in said.split("\n\n")]
    if shown := examples(told):
        parts.append("\n".join(["For example:", *(f"  {line}" for line in shown)]))
    if "Exit code" not in said:
        parts.append(EXITS)
    return "\n\n".join(parts)


def _help(text: str, config: type) -> str:
    """The parser's help with the command's description, without what says nothing."""
    usage, _, rest = text.partition("\n\n")
    if not usage.startswith("usage"):
        return text  # a completion's script
    return "\n".join([usage, "", description(config), "", *_filled(rest), ""])


def _filled(text: str) -> Iterator[str]:
    """The parser's list of options, with every help text filled anew."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip(" -")]
    column = next(line.index(FIRST) for line in lines if FIRST in line)
    blocks: list[tuple[str, list[str]]] = []
    for line in lines:
        if not line[:column].strip():
            blocks[-1][1].append(line.strip())
        elif line[0:2] != "  ":
            blocks.append((f"{line.strip()}:", []))
        elif line[column - 2 : column].strip():  # too long for its column
            blocks.append((line, []))
        else:
            blocks.append((line[:column].rstrip(), [line[column:]]))
    for long, said in blocks:
        head = long.replace("{None}|", "")
        told = NOTHING.sub("", " ".join(said))
        first = head if told and len(head) <= column - 2 else ""
        body = textwrap.fill(
            told, WIDTH, initial_indent=f"{first:{column}}",
            subsequent_indent=" " * column,
        )  # fmt: skip
        yield "\n".join(filter(None, ["" if first else head, body]))


def _line(said: str, config: type, words: list[str]) -> str:
    """The parser's message, which it frames under a title, in a line."""
    lines = [line.strip() for line in said.splitlines() if line.strip(" -")][1:]
    text = " ".join(line for line in lines if "helptext" not in line)
    if text.startswith("Missing") and (left := needed(config, words)):
        told = inspect.cleandoc(sys.modules[config.__module__].__doc__ or "")
        such = "".join(f"; for example: {line}" for line in examples(told)[:1])
        return f"{left} must be given{such} (see --help)"
    if text.startswith("Unrecognized options: "):
        stray = text.removeprefix("Unrecognized options: ").partition(" Perhaps")[0]
        return f"nothing takes `{stray}`: options begin with -- (see --help)"
    return f"{text} (see --help)"


def _say(program: str, text: str, code: int) -> int:
    print(f"{program}: {text}", file=sys.stderr)
    return code
