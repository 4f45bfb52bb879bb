"""The command line of what is run: parsing, one-line errors, exit codes."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr
from typing import Any


class BadOption(Exception):
    """An option out of range (no ValueError, which the parser would frame)."""


def main(
    config: type, work: Callable[[Any], None], module: str, kept: str = ""
) -> None:
    """Parses the command line into the Config, works, and ends in one clear line.

    Exit codes: 0 done, 2 bad input, 74 the results cannot be written, 130 stopped.

    Args:
        config: the options, a dataclass.
        work: what is done with them.
        module: that is run.
        kept: what a stopped run leaves behind, in words.
    """
    program = f"python -m {module}"
    # What Ctrl-C cancels is no news.
    warnings.filterwarnings("ignore", message=".*tasks .* have been cancelled")
    try:
        work(parse(config, program, sys.argv[1:]))
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

    # A negative number is a value, not an option.
    words = [f" {w}" if w[:1] == "-" and w[1:2].isdigit() else w for w in words]
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            return tyro.cli(
                config,
                prog=program,
                args=words,
                config=(tyro.conf.FlagCreatePairsOff,),
            )
    except SystemExit as stop:
        if not stop.code:
            raise
        # The parser frames its message in a box under a title.
        _, *lines = (line.strip("│╭╮╰╯─ ") for line in said.getvalue().splitlines())
        text = " ".join(line for line in lines if line and "helptext" not in line)
        raise BadOption(f"{text} (see --help)") from None


def _say(program: str, text: str, code: int) -> int:
    print(f"{program}: {text}", file=sys.stderr)
    return code
