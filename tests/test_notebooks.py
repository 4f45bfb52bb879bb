"""Every notebook runs from a clean kernel, explains before it computes, and is thin."""

import os
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("ipympl", reason="the extra `notebook` is not installed")
nb_run = pytest.importorskip("nbmake.nb_run", reason="nbmake is not installed")

# What the client of the kernels warns of is not ours.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "notebooks"
NOTEBOOKS = sorted(HERE.glob("*.ipynb"))
MOST_CELLS = 40


def name(path):
    return path.stem


def cells(path):
    return nbformat.read(path, as_version=4).cells


@pytest.fixture
def at_home(monkeypatch):
    """A kernel that finds the toolkit as an installed one does."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")


def execute(path, timeout=120):
    """The executed notebook and its error, if any, from a kernel of its own."""
    return nb_run.NotebookRun(path, default_timeout=timeout).execute()


def executed(path, sources):
    """The cells of a notebook of one's own, executed whatever they raise."""
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={"execution": {"allow_errors": True}},
    )
    nbformat.write(book, path)
    return execute(path).nb.cells


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_runs_from_a_clean_kernel(path, at_home):
    result = execute(path)
    assert result.error is None, result.error.trace
    said = [out for cell in result.nb.cells for out in cell.get("outputs", ())]
    assert said, "a notebook shows something"
    wrong = [out.text for out in said if out.get("name") == "stderr"]
    assert not wrong, wrong


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_is_committed_without_outputs(path):
    for cell in cells(path):
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_text_stands_before_code(path):
    kinds = [cell.cell_type for cell in cells(path)]
    assert len(kinds) < MOST_CELLS
    assert kinds[0] == "markdown"
    for before, cell in zip(kinds, cells(path)[1:], strict=False):
        assert before == "markdown" or cell.cell_type == "markdown", cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_begins_with_the_check_of_what_is_installed(path):
    code = [cell.source for cell in cells(path) if cell.cell_type == "code"]
    assert code[0] == "from begin import begin\n\nbegin()"


def test_the_notebooks_are_there():
    assert "first_look" in map(name, NOTEBOOKS)


def test_what_is_wrong_is_one_line_in_a_cell(at_home, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(HERE)]))
    missing = """
import importlib.util as imports
found = imports.find_spec
imports.find_spec = lambda name: None if name == "ipympl" else found(name)
from begin import begin
begin()
"""
    here = "from figures.interactive import begin as b; b.find_spec = found; b.begin()"
    syntax = "from landscapes.from_function import landscape\nlandscape('x**2 +')"
    shape = "landscape(lambda x: [x[0], x[1]], dim=2)"
    sources = (missing, here, syntax, shape)
    ran = executed(tmp_path / "wrong.ipynb", sources)
    said = ["".join(out.get("traceback", ())) for c in ran for out in c.outputs]
    assert all(text and "\n" not in text for text in said), said
    assert "ipympl" in said[0]
    assert "pip install -e '.[notebook]'" in said[0]
    assert len(said) == 3


def test_a_page_without_a_kernel_has_the_finished_picture(
    at_home, tmp_path, monkeypatch
):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(HERE)]))
    monkeypatch.setenv("SHARPNESS_AT_ONCE", "1")
    sources = (
        "from begin import begin\n\nbegin()",
        "from figures.interactive.bounds import Bounds\nb = Bounds('P5.pairs')\nb",
        "print(b.ruling.value)",
    )
    _, drawn, said = executed(tmp_path / "bounds.ipynb", sources)
    assert [sorted(out.data) for out in drawn.outputs] == [
        ["application/vnd.jupyter.widget-view+json", "image/png"]
    ]
    assert said.outputs[0].text.startswith("Refuted")
