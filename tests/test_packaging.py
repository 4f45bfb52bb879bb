"""A wheel and a source distribution: what they hold, and what they do when installed.

The wheel is built from the source distribution, of a copy of the files under version
control, and installed where nothing of the repository is on the import path.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

import sharpness
from theory import kept, namespace, where, written
from theory.namespace import NAMESPACE, OURS, moved, unmoved

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [file for top in OURS for file in sorted((ROOT / top).rglob("*.py"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = "figures/readme/"  # pictures of the repository's pages


def tracked():
    """The repository's files, as they are now."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("no version control here")
    return [name for name in done.stdout.split("\0") if (ROOT / name).is_file()]


def call(words, cwd, **more):
    """Runs a command that knows nothing of this process's import path."""
    lost = ("PYTHONPATH", "PYTEST_CURRENT_TEST")
    known = {name: value for name, value in os.environ.items() if name not in lost}
    return subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=known | {"MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        **more,
    )


def build(place):
    """Builds both, and installs the wheel in an environment beside this one's."""
    for name in tracked():
        (place / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, place / "source" / name)
    words = ["-m", "build", "--no-isolation", "--outdir", place / "dist", "source"]
    done = call([sys.executable, *words], place)
    assert done.returncode == 0, done.stdout + done.stderr
    venv.create(place / "installed", symlinks=True)
    python = place / "installed/bin/python"
    words = ["install", "--quiet", "--no-deps", "--no-index", *place.glob("dist/*.whl")]
    done = call([sys.executable, "-m", "pip", "--python", python, *words], place)
    assert done.returncode == 0, done.stderr
    # Its dependencies are those of this environment; links to the repository are not
    # followed from here.
    (own,) = place.glob("installed/lib/python*/site-packages")
    (own / "beside.pth").write_text(sysconfig.get_path("purelib"))
    (place / "complete").touch()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of both, made by the first worker that needs it."""
    place = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        place = place.parent
    place = place / "packaged"
    place.mkdir(exist_ok=True)
    with open(place.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            build(place)
    return place


@pytest.fixture
def run(built, tmp_path):
    """Runs the installed command, or with `python=True` its interpreter."""

    def run(*words, python=False, code=0):
        program = built / "installed/bin" / ("python" if python else "sharpness")
        done = call([program, *words], tmp_path)
        assert done.returncode == code, done.stdout + done.stderr
        return SimpleNamespace(out=done.stdout, err=done.stderr)

    return run


@pytest.mark.parametrize("top", OURS)
def test_a_moved_source_comes_back_and_imports_ours_from_one_package(top):
    for file in (f for f in SOURCES if f.relative_to(ROOT).parts[0] == top):
        source = file.read_text(encoding="utf-8")
        there = moved(source)
        assert unmoved(there) == source
        assert not re.search(rf"(?m)^\s*(from|import) ({'|'.join(OURS)})\b", there)


def test_a_source_is_moved_in_its_imports_names_and_commands_only():
    source = (
        "import landscapes\nfrom theory.method import Method  # not theory.x\n"
        'LINE = "run `python -m figures ledger`, see theory/kept.py"\n'
        'MODULE = f"experiments.{name}"\ndefinitions("figures")\nfigures.dpi = theory\n'
    )
    assert moved(source) == (
        "from sharpness import landscapes\n"
        "from sharpness.theory.method import Method  # not theory.x\n"
        'LINE = "run `sharpness figures ledger`, see theory/kept.py"\n'
        'MODULE = f"sharpness.experiments.{name}"\n'
        'definitions("sharpness.figures")\nfigures.dpi = theory\n'
    )


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import theory.claim\n", "line 1 imports `theory.claim`"),
        ("x = 1\nimport landscapes as l\n", "line 2 imports `landscapes`"),
        ("# as `sharpness theory` does\n", "already"),
    ],
)
def test_what_cannot_be_moved_stops_the_build(source, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        moved(source)


def test_the_wheel_holds_our_packages_whole_inside_one(built):
    (wheel,) = built.glob("dist/*.whl")
    found = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    ours = {
        name if name.startswith(f"{NAMESPACE}/") else f"{NAMESPACE}/{name}"
        for name in tracked()
        if name.split("/")[0] in (*OURS, NAMESPACE) and not name.startswith(SHOWN)
    }
    assert found == {*ours, f"{NAMESPACE}/paper_notes.md"}
    assert {f"{NAMESPACE}/{top}/py.typed" for top in OURS} < found
    assert wheel.stat().st_size < 15e6  # three fifths are the kept results


def test_the_source_distribution_holds_the_repository(built):
    (path,) = built.glob("dist/*.tar.gz")
    with tarfile.open(path) as packed:
        found = {name.partition("/")[2] for name in packed.getnames()}
    assert set(tracked()) <= found


def test_an_installed_wheel_adds_one_name_and_all_its_modules_import(run):
    program = """
import importlib, pkgutil, sys
import sharpness
walked = pkgutil.walk_packages(sharpness.__path__, "sharpness.")
names = [found.name for found in walked if not found.name.endswith("__main__")]
for name in names:
    importlib.import_module(name)
ours = ("landscapes", "theory", "experiments", "figures")
print(len(names), *{name.split(".")[0] for name in sys.modules} & {*ours})
try:
    import theory
except ImportError as error:
    print(error)
"""
    count, error = run("-W", "error", "-c", program, python=True).out.splitlines()
    modules = [file for file in SOURCES if file.name != "__main__.py"]
    assert int(count) == len(modules)
    assert error == "No module named 'theory'"


def test_the_installed_command_lists_what_the_repository_has(run):
    here = call([sys.executable, "-m", "sharpness"], ROOT).stdout.splitlines()
    there = run().out.splitlines()
    assert [line.split()[:1] for line in there] == [line.split()[:1] for line in here]
    assert "python -m" not in "\n".join(there)
    assert run("--version").out == f"sharpness-regimes {sharpness.__version__}\n"


def test_a_statement_has_the_same_row_installed(run):
    here = call([sys.executable, "-m", "theory", "T2", "--quick"], ROOT)
    assert run("theory", "T2", "--quick").out == here.stdout
    assert here.stdout.startswith("T2")


def test_a_file_written_for_the_repository_is_told_the_new_names(run, tmp_path):
    (file := tmp_path / "mine.py").write_text(
        "from landscapes.analytic import Analytic"
    )
    words = ("experiments.learning_rate_regimes", "--quick", "--landscape", str(file))
    assert "here it is `sharpness.landscapes`" in run(*words, code=2).err


def test_a_kept_proof_is_verified_from_any_folder(run):
    assert "Proved in fractions" in run("theory.proof", "theory/proofs/n2.json").out


def test_an_experiment_and_its_figure_write_into_the_current_folder(run, tmp_path):
    words = "--quick --landscape strict_saddle --methods sam --starts 16 --jobs 1"
    told = run("experiments.saddle_escape", *words.split()).out
    line = "sharpness figures saddle_escape --results experiments/results/quick"
    assert f"figures: {line}" in told
    run(*line.split()[1:])
    assert list(tmp_path.glob("figures/out/*.png"))
    aside = tmp_path / "experiments/results/quick/saddle_escape.json"
    commit = json.loads(aside.read_text(encoding="utf-8"))["commit"]
    assert commit == f"wheel {sharpness.__version__}"


def test_the_report_finds_the_notes_verdicts_installed(run):
    program = "from {} import noted; print(*noted.rows().items(), sep='\\n')"
    here = call([sys.executable, "-c", program.format("figures.report")], ROOT)
    there = run("-c", program.format("sharpness.figures.report"), python=True)
    assert there.out == here.stdout
    assert len(here.stdout.splitlines()) > 70


@pytest.mark.parametrize(
    "words", ["theory --write", "theory P6 --recompute", "figures --readme"]
)
def test_what_writes_into_the_repository_is_refused(run, words, tmp_path):
    said = run(*words.split(), code=2).err
    assert said.count("\n") == 1
    assert "in the repository only" in said
    assert not any(tmp_path.iterdir())


def test_a_kept_result_is_as_old_installed_as_here(run):
    names = ("stability", "network_saddles")
    here = [kept.changed(kept.result(name)) for name in names]
    program = (
        "import json; from sharpness.theory import kept; "
        f"print(json.dumps([kept.changed(kept.result(n)) for n in {names}]))"
    )
    assert json.loads(run("-c", program, python=True).out) == here


def test_the_readme_example_trains_installed(run):
    blocks = re.findall(r"```python\n(.*?)```", README, re.S)
    (source,) = [block for block in blocks if "SharpnessAware" in block]
    one = source.replace("scheduler.last_epoch, 10)", "scheduler.last_epoch, 1)")
    assert one != source
    assert "from sharpness.theory.torch_optimizer" in moved(one)
    assert float(re.search(r"[.\d]+", run("-c", moved(one), python=True).out)[0]) > 0.5


def test_the_version_is_one():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"(?m)^version: (.*)$", text)[1] == sharpness.__version__
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released, date = re.search(r"(?m)^## \[(\d.*?)\] - (.*)$", log).groups()
    assert released == sharpness.__version__
    assert re.search(r"(?m)^date-released: (.*)$", text)[1] == date
    given = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in given["project"]["dynamic"]


def test_a_command_is_named_as_it_is_run_here(monkeypatch):
    assert namespace.command("theory.proof") == "python -m theory.proof"
    monkeypatch.setattr(namespace, "PREFIX", "sharpness.")
    assert namespace.command("sharpness.theory.proof") == "sharpness theory.proof"
    with pytest.raises(ValueError, match="the notes .* in the repository only"):
        namespace.only_in_repository("the notes")


def extras(lines):
    """What the table of docs/installing.md says of each extra."""
    rows = (re.findall(r"`([^`]+)`", line.split("|")[1]) for line in lines)
    packages = (re.findall(r"`([^`]+)`", line.split("|")[2]) for line in lines)
    return {name: found for (name,), found in zip(rows, packages, strict=True)}


def test_the_extras_are_documented():
    given = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    known = given["project"]["optional-dependencies"]
    text = (ROOT / "docs/installing.md").read_text(encoding="utf-8")
    section = text.partition("## Extras")[2].partition("\n## ")[0]
    told = extras([line for line in section.splitlines() if line.startswith("| `")])
    assert set(told) == set(known)
    assert {name: found for name, found in told.items() if name != "test"} == {
        name: found for name, found in known.items() if name != "test"
    }
    others = {p for name, found in known.items() for p in found} - set(known["test"])
    assert others == {*known["peers"], *known["lint"]}


def test_contributing_has_the_table_of_readme():
    assert written.part(where.PAGE, where.PART) == where.table()
    assert len(where.table().splitlines()) > 10


def test_hooks_are_those_of_make_lint_and_need_no_network():
    given = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    (repository,) = given["repos"]
    assert repository["repo"] == "local"
    hooks = [hook["entry"].split()[:2] for hook in repository["hooks"]]
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    recipe = (ROOT / "Makefile").read_text().partition("\nlint:")[2].split("\n\n")[0]
    lines = [line.split()[:2] for line in recipe.splitlines()[1:]]
    assert hooks == [[p.replace("$(BIN)", ".venv/bin"), word] for p, word in lines]


def test_hooks_refuse_what_ruff_refuses(tmp_path, monkeypatch):
    pytest.importorskip("pre_commit")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for name in (".pre-commit-config.yaml", "pyproject.toml"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / "bad.py").write_text('"""A file."""\nimport os\n')
    for words in ("init -q", "add bad.py"):
        assert call(["git", *words.split()], tmp_path).returncode == 0
    words = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    done = call(words, tmp_path)
    assert done.returncode == 1
    assert "`os` imported but unused" in done.stdout
    (tmp_path / "bad.py").write_text('"""A file."""\n')
    assert call(words, tmp_path).returncode == 0
