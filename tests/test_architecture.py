"""Imports go one way, and everything is written once."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("landscapes", "theory", "experiments", "figures", "notebooks")
FILES = [file for layer in LAYERS for file in sorted((ROOT / layer).rglob("*.py"))]
# What a method is made of: it must run on symbols and compile, so it imports neither.
PURE = [
    ROOT / "theory/method.py",
    ROOT / "theory/base.py",
    ROOT / "landscapes/components.py",
    ROOT / "landscapes/registry.py",
    *sorted((ROOT / "theory/methods").glob("*.py")),
]


def name(path):
    return str(path.relative_to(ROOT))


def imported(path):
    """Names of all packages a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=name)
def test_imports_go_one_way(path):
    layer = LAYERS.index(path.relative_to(ROOT).parts[0])
    assert not imported(path) & {*LAYERS[layer + 1 :], "tests", "benchmarks"}


@pytest.mark.parametrize("path", PURE, ids=name)
def test_a_method_imports_neither_numpy_nor_torch(path):
    assert not imported(path) & {"numpy", "torch", "sympy", "scipy"}


def run(program, cwd=ROOT):
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=cwd, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_making_a_method_loads_neither_numpy_nor_torch():
    program = (
        "import sys; from theory.methods import make; make('ssam'); "
        "print(*{'numpy', 'torch', 'sympy'} & set(sys.modules))"
    )
    assert run(program) == []


def test_simulating_in_numpy_does_not_load_torch():
    program = (
        "import sys; from landscapes import load; from theory import simulate; "
        "from theory.methods import make; "
        "simulate.batch(load('beale'), make('ssam'), 1e-3, .1, [1., 2.], 8, window=8);"
        "print('torch' in sys.modules)"
    )
    assert run(program) == ["False"]


def ascents(path):
    """Calls `gradient(... rho ...)`: the ascent step, which makes a method."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            inside = {
                getattr(part, "id", getattr(part, "attr", ""))
                for part in ast.walk(node.args[0])
            }
            if "grad" in called and "rho" in inside:
                yield ast.unparse(node)


def test_a_method_is_defined_once():
    folder = ROOT / "theory/methods"
    defined = {file.stem: list(ascents(file)) for file in sorted(folder.glob("*.py"))}
    assert len(defined["sam"]) == len(defined["usam"]) == 1
    assert defined["stable"] == []
    everywhere = [call for calls in defined.values() for call in calls]
    assert len(everywhere) == len(set(everywhere))


@pytest.mark.parametrize(
    "path", [f for f in FILES if f.parent.name != "methods"], ids=name
)
def test_no_other_file_defines_a_method(path):
    assert list(ascents(path)) == []


METHOD = '''"""Descent along the sign-free unit gradient."""
from dataclasses import dataclass
from theory.method import Method, unit

@dataclass(frozen=True, eq=False)
class NormalisedGD(Method):
    label = "NGD"

    def direction(self, x, state, gradient):
        g = gradient(x)
        return unit(g), g, state
'''
LANDSCAPE = '''"""A bowl."""
from sympy import symbols
from landscapes.analytic import Analytic

def paraboloid():
    x, y = symbols("x y", real=True)
    return Analytic("paraboloid", (x, y), x**2 + y**2, (1.0, 1.0), ((-1, 1), (-1, 1)))
'''


def test_a_new_file_is_found_without_an_edit(tmp_path):
    for package in ("landscapes", "theory"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    (tmp_path / "theory/methods/normalised_gd.py").write_text(METHOD)
    (tmp_path / "landscapes/paraboloid.py").write_text(LANDSCAPE)
    (tmp_path / "landscapes/helper.py").write_text("def something_else(): pass\n")
    program = """
import landscapes, theory, theory.methods as methods
from theory import simulate
assert theory.__file__.startswith({here!r}), theory.__file__
assert "paraboloid" in landscapes.names() and "helper" not in landscapes.names()
assert "normalised-gd" in methods.names()
for spec in ("normalised-gd", "NormalisedGD", "stable:normalised_gd"):
    method = methods.make(spec)
    grid = (landscapes.load("paraboloid"), method, 0.1, 0.1, [1.0, 0.0], 8)
    print(simulate.batch(*grid, window=8).x[0])
"""
    ran = [float(x) for x in run(program.format(here=str(tmp_path)), cwd=tmp_path)]
    # 1 - 8 * .1 and, at the length of the gradient, .8^8.
    assert ran == pytest.approx([0.2, 0.2, 0.8**8], rel=1e-12)
