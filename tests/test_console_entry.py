"""The command `sharpness`, and the package of its name, in the repository."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import sharpness
from sharpness import __main__ as entry
from theory import completion

ROOT = Path(__file__).resolve().parent.parent


def command(*words):
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True
    )


def said(monkeypatch, capsys, *words):
    """What the command prints, and its exit code."""
    monkeypatch.setattr(sys, "argv", ["sharpness", *words])
    code = 0
    try:
        entry.main()
    except SystemExit as stop:
        code = stop.code
    captured = capsys.readouterr()
    return captured.out, captured.err, code


def runnable():
    """Dotted names of the files that have a block which runs."""
    for top in ("theory", "experiments", "figures"):
        for file in (ROOT / top).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            tests = [ast.unparse(n.test) for n in tree.body if isinstance(n, ast.If)]
            if "__name__ == '__main__'" in tests:
                parts = file.relative_to(ROOT).with_suffix("").parts
                yield ".".join(part for part in parts if part != "__main__")


def test_alone_it_lists_every_module_that_is_run(monkeypatch, capsys):
    out, _, code = said(monkeypatch, capsys)
    first = {line.split()[0] for line in out.splitlines() if line.startswith("  ")}
    assert set(runnable()) <= first
    assert code == 0
    assert said(monkeypatch, capsys, "--help")[0] == out


@pytest.mark.parametrize(
    "words",
    [
        ("theory.proof", "theory/proofs/n2.json"),
        ("theory.proof", "theory/proofs/none.json"),
        ("experiments.saddle_escape", "--startz", "3"),
    ],
)
def test_a_subcommand_is_the_module(words):
    one, other = command("sharpness", *words), command(*words)
    assert one.returncode == other.returncode
    assert (one.stdout, one.stderr) == (other.stdout, other.stderr)
    assert one.stdout or one.stderr


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("experiments.sadle_escape", "experiments.saddle_escape"),
        ("figure", "figures"),
        ("complete", "completion"),
    ],
)
def test_an_unknown_subcommand_names_the_nearest(monkeypatch, capsys, word, near):
    out, error, code = said(monkeypatch, capsys, word)
    assert (out, code) == ("", 2)
    assert error.startswith(f"sharpness: unknown subcommand `{word}`: did you mean")
    assert near in error
    assert error.count("\n") == 1


def test_benchmarks_are_the_repositorys_own(monkeypatch, capsys):
    assert said(monkeypatch, capsys, "benchmarks.regimes")[2] == 2


def test_a_reader_that_has_gone_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m sharpness | true", shell=True, cwd=ROOT, text=True,
        capture_output=True,
    )  # fmt: skip
    assert done.stderr == ""


def test_completion_is_that_of_every_command():
    done = command("sharpness", "completion", "bash")
    assert done.stdout == completion.script("bash")
    assert all(module in done.stdout for module in entry.commands())
    refused = command("sharpness", "completion", "fish")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("name", sharpness.NAMES)
def test_a_name_of_the_package_is_that_of_its_module(name):
    module = importlib.import_module(sharpness.NAMES[name])
    assert getattr(sharpness, name) is getattr(module, name)
    assert name in dir(sharpness)


def test_the_package_costs_nothing_until_a_name_is_asked_for():
    program = "import sys, sharpness; print({'numpy', 'torch'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == "set()\n"
    with pytest.raises(AttributeError, match="`sharpness` has no attribute `SMA`"):
        sharpness.SMA  # noqa: B018
