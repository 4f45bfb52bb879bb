"""Every command that README, the notes and docs name is understood, and does its work.

All are parsed, by their own parsers. All are run, too, in a folder of their own: here,
or, those of `LONG`, by `make test-all` and with `--quick`. What is not run by either
stands in `NOT_RUN` or `RUN_BY`, with the reason.
"""

import os
import shlex
import subprocess
import sys
from fnmatch import fnmatchcase
from functools import cache

import pytest

from tests import command_checks, documented
from tests.command_checks import understood
from tests.documented import ROOT, Block, blocks
from theory import listing

# Named, not called: each needs words of the reader's.
NAMED = {"python -m theory.adjudicate": "docs/lemmas.md has it whole"}
# Takes minutes even where everything is small; so does what is drawn of it.
LONG = {
    "python -m theory --all*": "the ledger, in minutes; with --quick in one",
    "python -m theory --only *": "the ledger",
    "python -m experiments.*": "a quarter of a minute to minutes, each",
    "python -m benchmarks.*": "they time, alone on the machine",
}
# Those of them that are run here all the same.
HERE = {
    "python -m experiments.* --landscape my_surface.py * --quick",
    "python -m experiments.trajectory *",
}
# Run in this form by another test.
RUN_BY = {
    "python -m theory.proofs --verify": "tests/test_proofs_folder.py",
    "python tests/kill_sweep.py *": "tests/test_sweep.py",
    "python -m build": "tests/test_packaging.py",
    "python -m experiments.export *": "tests/test_export.py",
}
PYTHON_BY = {"docs/ecosystem.md": "tests/test_ecosystem.py"}
WRITES_HERE = "it writes into the repository"
NOT_RUN = {
    "make *": "its recipe's commands are parsed, each; they are those that pages name",
    ". .venv/bin/activate": "a line for the reader's shell",
    "pip install *": "tests/test_packaging.py installs into environments of its own",
    "python -m pytest *": "a test",
    "python -m theory --write": WRITES_HERE,
    "python -m theory P6 --recompute": "hours",
    "python -m theory P7 --explain": "a file that its reader is to write",
    "python -m theory.proofs": f"{WRITES_HERE}; `--verify` is run",
    "python -m theory.regions": f"{WRITES_HERE}, in an hour",
    "python -m theory.conformance *": "needs a package of the reader's choice",
}
TABLES = {"LONG": LONG, "RUN_BY": RUN_BY, "NOT_RUN": NOT_RUN, "NAMED": NAMED}

PAGES = documented.pages()
# Scripts that show failures: run by tests/test_conformance.py with their packages.
GENERATED = "docs/conformance.md"
FOUND = [
    block
    for page in PAGES
    for block in blocks((ROOT / page).read_text(encoding="utf-8"), page)
    if not (block.python and page == GENERATED)
]
# Files that pages show, and one that readers have.
MADE = {"mine.py": "f = lambda x, y: x**2 - y**2 + y**4 / 4\nbox = (-2, 2)\n"}
MADE |= documented.files_made(FOUND)
COMMANDS = list(dict.fromkeys(words for block in FOUND for words in block.commands))
# Of modules' docstrings, which `--help` shows: parsed; what they do is tested apart.
# There [--option] may be left out.
EXAMPLES = {
    tuple(shlex.split(line.replace("[", "").replace("]", ""))): command.module
    for command in listing.commands()
    for line in command.examples
}


def line(words):
    return " ".join(words)


@cache
def subcommands():
    return {command.module for command in listing.commands()}


def spelt(words):
    """As `python -m MODULE` where it is a subcommand of `sharpness`."""
    if words[0] == "sharpness" and words[1:] and words[1] in subcommands():
        return ("python", "-m", *words[1:])
    return words


def listed(table, words):
    return any(fnmatchcase(line(spelt(words)), pattern) for pattern in table)


def is_long(words):
    return listed(LONG, words) and not listed(HERE, words)


def left(words):
    """Whether no test of this file runs it."""
    return any(listed(table, words) for table in (RUN_BY, NOT_RUN, NAMED))


def to_run(long):
    """Blocks with those of their commands that are to be run, each command once.

    What reads results (`--results`) is as long as what stands before it in its block,
    and runs after it.
    """
    seen, chosen = set(), []
    for block in FOUND:
        words = [c for c in block.commands if not left(c)]
        reads = any("--results" in c for c in words)
        if reads:
            words = words if any(map(is_long, words)) == long else []
        else:
            words = [c for c in words if is_long(c) == long]
        keys = [tuple(w for w in spelt(c) if w != "--quick") for c in words]
        new = [c for c, key in zip(words, keys, strict=True) if key not in seen]
        seen.update(keys)
        if new:
            whole = words if reads else list(dict.fromkeys(new))
            chosen.append(Block(block.page, block.line, tuple(whole)))
    return chosen


def small(words):
    """The command with `--quick`, where it knows the word."""
    options = understood(words, set(MADE))
    knows = options and hasattr(options[0], "quick") and "--quick" not in words
    return (*words, "--quick") if knows else words


@pytest.fixture
def place(tmp_path):
    """The repository as a newcomer sees it, results apart: an own place to write to."""
    for source in ROOT.iterdir():
        if source.name in ("experiments", "figures"):
            (tmp_path / source.name).mkdir()
            for part in source.iterdir():
                if part.name not in ("results", "out"):
                    (tmp_path / source.name / part.name).symlink_to(part)
        elif not source.name.startswith("."):
            (tmp_path / source.name).symlink_to(source)
    for name, source in MADE.items():
        (tmp_path / name).write_text(source, encoding="utf-8")
    return tmp_path


def run(words, place, seconds):
    """Runs a command in a place as its reader would, and what it said.

    Raises:
        AssertionError: it ends with another code than 0.
    """
    words = [command_checks.STANDS_FOR.get(word, word) for word in words]
    if words[0] == "python":
        words[0] = sys.executable
    elif words[0] == "sharpness":
        words = [sys.executable, "-m", *words]
    done = subprocess.run(
        words, cwd=place, capture_output=True, text=True, timeout=seconds,
        env={**os.environ, "PYTHONPATH": str(place)},
    )  # fmt: skip
    assert done.returncode == 0, f"{line(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=line)
def test_a_documented_command_is_understood(words):
    if listed(NAMED, words):
        assert words[:2] == ("python", "-m") and command_checks.is_module(words[2])
    else:
        understood(words, set(MADE))


@pytest.mark.parametrize("words", EXAMPLES, ids=line)
def test_an_example_of_a_docstring_is_understood_and_its_own(words):
    understood(words, {*MADE, "mine.csv"})
    own = EXAMPLES[words]  # `figures.report` is called `figures report`
    runs = (f"python -m {own} ", f"python -m {own.replace('.', ' ', 1)} ")
    assert f"{line(words)} ".startswith(runs)


@pytest.mark.parametrize("block", to_run(long=False), ids=str)
def test_a_documented_command_runs(block, place):
    for words in block.commands:
        assert run(words, place, 300).strip()


@pytest.mark.long
@pytest.mark.parametrize("block", to_run(long=True), ids=str)
def test_a_long_documented_command_runs(block, place):
    for words in block.commands:
        assert run(small(words), place, 1800).strip()


@pytest.mark.parametrize("page", sorted({b.page for b in FOUND if b.python}))
def test_the_python_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    if page in PYTHON_BY:
        assert page in (ROOT / PYTHON_BY[page]).read_text(encoding="utf-8")
        return
    for block in FOUND:
        # Training is run, interrupted and resumed by tests/test_readme_example.py.
        if block.page == page and block.python and "Examples(" not in block.python:
            if "SharpnessAware(" not in block.python:
                exec(compile(block.python, str(block), "exec"), names)


@pytest.mark.parametrize("table", TABLES)
def test_no_exception_is_left_over(table):
    for pattern in TABLES[table]:
        assert any(listed({pattern}, words) for words in COMMANDS), pattern


def test_a_test_that_is_credited_runs_the_module():
    for pattern, file in RUN_BY.items():
        name = pattern.split()[2 if "-m" in pattern else 1].removesuffix(".py")
        assert name.rpartition("/")[2] in (ROOT / file).read_text(encoding="utf-8")


WRONG = {
    "python -m experiments.nothing": "no module `experiments.nothing`",
    "python -m nothing.at.all": "no module `nothing.at.all`",
    "python -m theory --explian": "--explian",
    "python -m theory --jobs 0": "--jobs must be >= 1",
    "python -m figures --style neon": "neon",
    "python -m figures nothing": "no figure `nothing`",
    "python -m experiments.stability --quick 3": "3",
    "python -m experiments.saddle_escape --landscape mine.py": "no file `mine.py`",
    "python -m theory.proof theory/proofs/n0.json": "no file",
    "python tests/kill_swep.py": "no file `tests/kill_swep.py`",
    "python -m benchmarks.certificates --quick": "--quick",
    "make nothing": "nothing",
    "sharpness theory --explian": "--explian",
    "sharpness thoery T7": "no subcommand `thoery`",
}


@pytest.mark.parametrize("command", WRONG)
def test_a_wrong_command_is_refused_wherever_it_stands(command):
    shapes = (
        f"Type `{command}`.",
        f"```\n{command}  # so\n```",
        f"- so:\n\n      {command}",
    )
    for text in (*shapes, f"| run |\n|---|\n| `{command}` |"):
        ((words,),) = [block.commands for block in blocks(text, "page")]
        with pytest.raises(ValueError) as caught:
            understood(words, set())
        assert WRONG[command] in str(caught.value)


def test_a_command_that_fails_is_seen(place):
    with pytest.raises(AssertionError, match="Z99"):
        run(("python", "-m", "theory", "Z99", "--explain"), place, 100)


def test_an_unknown_program_among_commands_is_refused():
    with pytest.raises(ValueError, match="page:1: what program is `mkae`"):
        list(blocks("```sh\nmkae test\n```", "page"))


def test_a_command_goes_on_after_a_backslash_and_a_broken_line():
    text = "Run `python -m\ntheory` or\n\n```\nmake table \\\n  QUICK=1  # soon\n```"
    found = [block.commands for block in blocks(text, "page")]
    assert found == [(("python", "-m", "theory"),), (("make", "table", "QUICK=1"),)]


def test_a_recipe_is_its_commands_with_loops_unrolled():
    lines = [line(words) for words in command_checks.recipe(("make", "networks"))]
    assert "python -m experiments.edge_of_stability" in lines
    lines = command_checks.recipe(("make", "generalisation", "QUICK=1"))
    assert ("python", "-m", "experiments.excess_risk", "--quick") in lines
