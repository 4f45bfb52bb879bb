"""Would a command that a page names be understood: program, module, options, files?

`understood` asks the command's own parser, in this process, and stops before any work.
"""

import importlib.util
import io
import re
import runpy
import shlex
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import pytest

from tests.documented import ROOT

# What stands for a thing of the reader's, and one such thing.
STANDS_FOR = {
    "PACKAGE:CLASS": "torch.optim:SGD",
    "FILE": "theory/proofs/n2.json",
    "NAME": "saddle_escape",
    "URL": "https://index.example",
    "RESULT.nc": "experiments/kept/stability.nc",
}
# Options whose value is a file or folder to be written.
WRITES = {"--out", "--to", "--json", "--page", "--scripts", "--csv", "--parquet"}
FILES = re.compile(r"[\w./-]+\.(py|json|nc|csv|md|ipynb|html|toml|txt)")
LOOP = re.compile(r"for (\w+) in ([^;]*); do (.*?); done", re.S)


class Understood(BaseException):
    """The parser is through; carries what it made of the words."""


def understood(words: tuple[str, ...], made: set[str]) -> list:
    """The options of each of our modules that a command runs.

    Args:
        words: the command.
        made: files that the pages show or their commands write.

    Raises:
        ValueError: the command would be refused; says why.
    """
    words = tuple(STANDS_FOR.get(word, word) for word in words)
    _files(words, made)
    if words[0] == "make":
        return [found for line in recipe(words) for found in _python(line)]
    if words[0] == "sharpness":
        return _sharpness(words[1:])
    return _python(words) if words[0] == "python" else []


def _sharpness(words):
    """The options of the module that a subcommand is."""
    from sharpness.__main__ import COMPLETION, HELP, VERSION, commands

    first = words[0] if words else ""
    if first in commands():
        return _python(("python", "-m", *words))
    if first not in (*HELP, *VERSION, COMPLETION):
        raise ValueError(f"there is no subcommand `{first}`")
    return []


def _files(words, made):
    """Every file that is to be read is there, or shown."""
    for before, word in zip(("", *words), words, strict=False):
        named = FILES.fullmatch(word) and before not in WRITES
        if named and not ((ROOT / word).is_file() or word in made):
            raise ValueError(f"there is no file `{word}`")


def _python(words):
    """The options of `python -m MODULE ...`; of a file's only that it is there."""
    if words[1] != "-m":
        return []
    name, rest = words[2], list(words[3:])
    if not is_module(name):
        raise ValueError(f"there is no module `{name}`")
    if not (ROOT / name.split(".")[0]).is_dir():
        return []  # somebody else's: pytest, pip, venv
    made = options(name, rest)
    if name == "figures":
        from figures.__main__ import NAMES

        # `figures report` is a page, with options of its own.
        if unknown := set(getattr(made, "names", ())) - set(NAMES):
            raise ValueError(f"there is no figure `{unknown.pop()}`")
    return [made]


def is_module(name: str) -> bool:
    """Whether Python finds a module of a dotted name."""
    try:
        return bool(importlib.util.find_spec(name))
    except ModuleNotFoundError:
        return False


def options(module: str, words: list[str]):
    """What `python -m MODULE` makes of its words; None if it has no options.

    Raises:
        ValueError: it refuses them.
    """
    import tyro

    if not _has_options(module):
        if words and "sys.argv" not in _source(module):
            raise ValueError(f"`{module}` takes no words")
        return None
    real, said = tyro.cli, io.StringIO()

    def cli(*args, **kwargs):
        raise Understood(real(*args, **kwargs))

    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        # Modules that tests have imported are run once more, on purpose.
        warnings.filterwarnings("ignore", ".*found in sys.modules", RuntimeWarning)
        patch.setattr(tyro, "cli", cli)
        patch.setattr(sys, "argv", [module, *words])
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(said):
                runpy.run_module(module, run_name="__main__", alter_sys=True)
        except Understood as made:
            return made.args[0]
        except SystemExit as stop:
            if stop.code:
                raise ValueError(said.getvalue().strip()) from None
    return None  # --help


def _source(module):
    found = importlib.util.find_spec(module)
    if found.submodule_search_locations:
        found = importlib.util.find_spec(f"{module}.__main__")
    return Path(found.origin).read_text(encoding="utf-8")


def _has_options(module):
    """Whether what runs asks a parser; what does not would set to work at once."""
    asks = ("tyro.cli(", "console.main(", "run.main(")
    return any(call in _source(module) for call in asks)


@cache
def recipe(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The commands `python ...` that a call of make would run, loops unrolled.

    Raises:
        ValueError: there is no such target.
    """
    done = subprocess.run(
        ["make", "-n", "--no-print-directory", *words[1:]],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise ValueError(done.stderr.strip())
    text = LOOP.sub(_unrolled, done.stdout.replace("\\\n", " "))
    lines = (shlex.split(line) for line in re.findall(r"\S*python -m .*", text))
    return [("python", *line[1:]) for line in lines]


def _unrolled(loop):
    name, values, body = loop.groups()
    body = re.sub(r"\|\| exit", "", body)
    return "\n".join(body.replace(f"${name}", value) for value in values.split())
