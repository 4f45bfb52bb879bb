"""The command line, results on disk, and what happens when either goes wrong."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray

from experiments import parts, run, saddle_escape, store
from experiments.saddles import plan
from tests.test_architecture import LANDSCAPE, METHOD, ROOT

MODULE = "experiments.saddle_escape"
TINY = ["--quick", "--starts", "16", "--steps", "80", "--rays", "1", "--jobs", "1"]


SURFACE = '''"""A saddle with a class of its own."""
from __future__ import annotations
from dataclasses import dataclass
from landscapes.quadratic import Quadratic
import numpy as np

@dataclass(frozen=True, eq=False)
class Mine(Quadratic):
    name = "mine"

def mine():
    return Mine(np.array([1.0, -0.5]))
'''


def test_words_are_numbers_or_logarithmic_ranges():
    assert run.numbers("eta", ("0.1", "1e-3", "5"), zero=False) == [0.1, 1e-3, 5]
    assert run.numbers("rho", ("0",), zero=True) == [0]
    found = run.numbers("eta", ("2", "1e-3:1:4"), zero=False)
    assert found == pytest.approx([2, 1e-3, 1e-2, 1e-1, 1], rel=1e-12)
    found = run.numbers("eta", ("0.1:0.7:2",), zero=False)
    assert found == pytest.approx([0.1, 0.7], rel=1e-12)


RANGE, EITHER = "LOW:HIGH:N needs 0 < LOW < HIGH", "takes numbers or LOW:HIGH:N"
BAD_WORDS = {
    "-0.1": "must be finite and > 0",
    "nan": "must be finite and > 0",
    "inf": "must be finite and > 0",
    "1e999": "must be finite and > 0",
    "0": "must be finite and > 0",
    "1:0.1:5": RANGE,
    "0.1:0.1:5": RANGE,
    "0:1:5": RANGE,
    "-1:1:5": RANGE,
    "nan:1:5": RANGE,
    "0.1:inf:5": RANGE,
    "0.1:1:1": EITHER,
    "0.1:1:2.5": EITHER,
    "0.1:1:nan": EITHER,
    "0.1:1:inf": EITHER,
    "0.1:1:1e12": EITHER,
    "0.1:1": EITHER,
    "1:2:3:4": EITHER,
    "fast": EITHER,
    "": EITHER,
}


@pytest.mark.parametrize("word", BAD_WORDS)
def test_a_bad_word_is_refused_with_option_rule_and_value(word):
    with pytest.raises(run.BadOption) as caught:
        run.numbers("eta", ("0.5", word), zero=False)
    said = str(caught.value)
    value = "inf" if word == "1e999" else word
    assert said.startswith("--eta ") and BAD_WORDS[word] in said and "\n" not in said
    assert said.endswith((f"got {value}.", f"got `{value}`."))


def command(*words, **options):
    """A process of its own; nothing is sent to a terminal."""
    return subprocess.run(
        [sys.executable, "-m", MODULE, *map(str, words)],
        capture_output=True, text=True, timeout=100, **{"cwd": ROOT} | options,
    )  # fmt: skip


def only_line(text):
    """The single line of an ending with an error."""
    assert text.endswith("\n") and text.count("\n") == 1, text
    assert text.startswith(f"python -m {MODULE}: ")
    return text


def ended(monkeypatch, capsys, *words):
    """Exit code and the one line of the experiment, run in this process."""
    monkeypatch.setattr(sys, "argv", ["", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        run.main(saddle_escape.Config, saddle_escape.work, MODULE)
    out, err = capsys.readouterr()
    assert out == ""
    return stop.value.code, only_line(err)


def test_help_comes_at_once():
    program = (
        "import runpy, sys\n"
        f"sys.argv = ['', '--help']\n"
        f"try: runpy.run_module('{MODULE}', run_name='__main__')\n"
        "except SystemExit as stop: code = stop.code\n"
        "heavy = {'numpy', 'scipy', 'torch', 'xarray', 'sympy'} & set(sys.modules)\n"
        "print(code, *heavy, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stderr == "0\n"
    for option in ("--landscape", "--eta", "--rho", "--radius", "--jobs", "--fresh"):
        assert option in done.stdout
    _, options = done.stdout.split("options", 1)
    assert max(map(len, options.splitlines())) <= 80


BAD_OPTIONS = {
    "--landscape beal": ["unknown landscape `beal`", "did you mean beale"],
    "--methods smm": ["unknown method `smm`", "did you mean sam"],
    "--methods": ["--methods needs a value"],
    "--methods sam SAM --landscape quadratic": ["`sam` and `SAM`"],
    "--landscape quadratic none.py": ["no such file: `none.py`"],
    "--landscape rosenbrock": ["`rosenbrock` has no saddle"],
    "--starts 0": ["--starts must be >= 1, got 0"],
    "--starts 1.5": ["--starts", "'1.5'"],
    "--steps 63": ["--steps must be >= 64, got 63"],
    "--jobs 0": ["--jobs must be >= 1, got 0"],
    "--seed -1": ["--seed must be >= 0, got -1"],
    "--rays 0": ["--rays must be >= 1, got 0"],
    "--radius nan": ["--radius must be finite and > 0, got nan"],
    "--radius -1": ["--radius must be finite and > 0, got -1"],
    "--eta -0.1": ["--eta must be finite and > 0, got -0.1"],
    "--rho 1:2": ["--rho takes numbers or LOW:HIGH:N", "`1:2`"],
    "--dtype float16": ["--dtype is float64 or float32", "`float16`"],
    "--device nonsense": ["--device nonsense is not available"],
    "--cluster": ["--cluster"],
    "--nope 3": ["--nope"],
    "stray": ["stray"],
}


@pytest.mark.parametrize("words", BAD_OPTIONS)
def test_a_bad_option_ends_in_one_line(words, monkeypatch, capsys, tmp_path):
    code, line = ended(monkeypatch, capsys, "--out", tmp_path, *words.split(" "))
    assert code == 2
    for part in BAD_OPTIONS[words]:
        assert part in line
    assert not list(tmp_path.iterdir())


def test_a_process_ends_in_one_line_too():
    done = command("--starts", 0)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--starts must be >= 1, got 0." in only_line(done.stderr)


def test_a_folder_that_cannot_be_is_refused_before_any_work(
    monkeypatch, capsys, tmp_path
):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(plan, "do", None)
    for out in (tmp_path / "file", tmp_path / "file/below"):
        words = ["--landscape", "quadratic", *TINY, "--out", out]
        code, line = ended(monkeypatch, capsys, *words)
        assert code == 74 and f"`{out}`" in line
    monkeypatch.setattr(os, "access", lambda *_: False)
    code, line = ended(monkeypatch, capsys, *words[:-1], tmp_path)
    assert code == 74 and line.endswith(f"Permission denied: `{tmp_path}`\n")


def test_a_full_disk_leaves_nothing_half_written(tmp_path):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    words = ["--landscape", "quadratic", "--methods", "gd", *TINY, "--out", tmp_path]
    done = command(*words, preexec_fn=small_files)
    target = tmp_path / "saddle_escape/quadratic-"
    assert (done.returncode, done.stdout) == (74, "")
    assert f"File too large: `{target}" in only_line(done.stderr)
    assert [f for f in tmp_path.rglob("*") if f.is_file()] == []


def test_an_output_that_takes_nothing_is_said_in_one_line(tmp_path):
    words = ["--landscape", "quadratic", "--methods", "gd", *TINY, "--out", tmp_path]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", MODULE, *map(str, words)],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
    assert done.returncode == 74 and "standard output" in only_line(done.stderr)


def place(words, name):
    """Where a landscape's part lies."""
    return parts.place("saddle_escape", words, name, run.fingerprint(words, name))


SLOW = (
    SURFACE.replace("mine", "slow")
    .replace("Mine", "Slow")
    .replace(
        "\ndef ",
        """
    def gradient(self, x):
        import os, time
        time.sleep(float(os.environ.get("PAUSE", 0)))
        return super().gradient(x)

def """,
    )
)


def test_a_stopped_run_keeps_what_is_complete_and_resumes(tmp_path):
    slow, out = tmp_path / "slow.py", tmp_path / "out"
    slow.write_text(SLOW)
    words = ["--landscape", "quadratic", str(slow), "--methods", "sam", *TINY]
    words[-1] = "2"
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE, *words, "--out", str(out)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env=os.environ | {"PAUSE": "0.1"},
        # Where the tests run in the background, an interrupt is ignored by default.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    folder, until = out / "saddle_escape", time.monotonic() + 60
    while not list(folder.glob("[!.]*.nc")) and time.monotonic() < until:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    said, err = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "")
    assert only_line(err).endswith("stopped; what was complete is kept.\n")
    (kept,) = folder.glob("[!.]*.nc")
    assert kept.name.startswith("quadratic-")
    assert {file.stem for file in folder.iterdir()} == {kept.stem}
    before, content = kept.stat().st_mtime_ns, kept.read_bytes()
    assert "escaped" in run.load(kept)
    done = command(*words, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert (kept.stat().st_mtime_ns, kept.read_bytes()) == (before, content)
    stems = sorted(file.name.partition("-")[0] for file in folder.glob("*.nc"))
    assert stems == ["quadratic", "slow"]


def test_a_resumed_result_has_the_bytes_of_a_fresh_one(tmp_path):
    # The second name is the longer one: it must not be cut to the first's length.
    words = config(tmp_path, landscape=("quadratic", "double_well_saddle"))
    whole, kept = tmp_path / "saddle_escape.nc", place(words, "quadratic")
    contents = []
    for missing in ("double_well_saddle", "quadratic", ""):
        saddle_escape.work(words)
        contents.append((whole.read_bytes(), kept.read_bytes()))
        place(words, missing).unlink(missing_ok=True)
    assert contents[0] == contents[1] == contents[2]
    saddles = run.load(whole).saddle.values
    assert list(saddles) == ["double_well_saddle 1", "quadratic 1"]


def config(out, **words):
    words = {"landscape": ("quadratic",), "methods": ("gd", "sam")} | words
    words = {"quick": True, "starts": 16, "steps": 80, "rays": 1, "jobs": 1} | words
    return saddle_escape.Config(out=out, **words)


def test_the_results_do_not_depend_on_the_number_of_processes(tmp_path, capsys):
    contents = []
    for jobs in (1, 2):
        out = tmp_path / str(jobs)
        saddle_escape.work(config(out, jobs=jobs))
        files = sorted(out.rglob("*.nc"))
        names = {f.name.partition("-")[0] for f in files}
        assert names == {"saddle_escape.nc", "quadratic"}
        contents.append([file.read_bytes() for file in files])
    assert contents[0] == contents[1]
    first, second = capsys.readouterr().out.split("figures:")[:2]
    assert first.split("results:")[0] in second


def test_what_is_there_is_used_unless_fresh(tmp_path, monkeypatch):
    words = config(tmp_path, methods=("gd",))
    first = saddle_escape.measure(words)

    def forbidden(*case):
        raise AssertionError("computed again")

    monkeypatch.setattr(plan, "do", forbidden)
    xarray.testing.assert_identical(
        saddle_escape.measure(words).drop_attrs(), first.drop_attrs()
    )
    for changed in ({"fresh": True}, {"eta": ("0.3",)}, {"seed": 1}):
        with pytest.raises(AssertionError, match="computed again"):
            saddle_escape.measure(replace(words, **changed))
    # A damaged file is measured again, not trusted.
    place(words, "quadratic").write_text("no netCDF")
    with pytest.raises(AssertionError, match="computed again"):
        saddle_escape.measure(words)


def test_the_fingerprint_follows_what_decides_the_numbers(tmp_path):
    surface = tmp_path / "bowl.py"
    surface.write_text("def bowl(): pass\n")
    words = config(tmp_path, landscape=(str(surface),))
    same = [{"jobs": 7}, {"out": tmp_path / "x"}, {"fresh": True}, {"cluster": "a:1"}]
    other = [{"eta": ("0.3",)}, {"rho": ("1",)}, {"seed": 1}, {"dtype": "float32"}]
    key = run.fingerprint(words)
    assert {run.fingerprint(replace(words, **change)) for change in same} == {key}
    keys = {run.fingerprint(replace(words, **change)) for change in other}
    assert len(keys) == len(other) and key not in keys
    assert run.fingerprint(words, "one") != run.fingerprint(words, "two")
    surface.write_text("def bowl(): return\n")
    assert run.fingerprint(words) != key


@pytest.fixture
def saved(tmp_path):
    dataset = xarray.Dataset(
        {"a": ("x", np.arange(300.0)), "label": ("x", np.full(300, "T6"))}
    )
    return run.save(dataset, tmp_path / "result.nc", config(tmp_path), "key")


def test_what_is_saved_is_loaded(saved):
    found = run.load(saved)
    np.testing.assert_array_equal(found.a, np.arange(300.0))
    assert set(found.label.values) == {"T6"}
    assert found.attrs["format"] == store.FORMAT and found.attrs["seed"] == 0
    assert json.loads(found.attrs["config"])["methods"] == "('gd', 'sam')"
    aside = json.loads(saved.with_suffix(".json").read_text())
    assert set(aside) == {"commit", "machine", "time"}
    assert {f.name for f in saved.parent.iterdir()} == {"result.nc", "result.json"}


def test_the_same_data_give_the_same_bytes(saved):
    dataset = run.load(saved)
    for folder in ("one", "two"):
        out = saved.parent / folder
        again = run.save(dataset.copy(), out / "r.nc", config(out, jobs=3), "key")
        assert again.read_bytes() == saved.read_bytes()


def test_an_error_while_writing_leaves_the_old_file(saved, monkeypatch):
    before = saved.read_bytes()

    def half(path, content):
        with open(path, "wb") as file:
            file.write(content[:100])
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="No space left") as caught:
        run.save(xarray.Dataset({"a": 1}), saved, config(saved.parent), "key")
    assert caught.value.filename == str(saved)
    assert saved.read_bytes() == before
    assert len(list(saved.parent.iterdir())) == 2


def unreadable(path, match):
    with pytest.raises(ValueError, match=match) as caught:
        run.load(path)
    assert "\n" not in str(caught.value) and f"`{path}`" in str(caught.value)


def test_a_missing_or_damaged_result_is_refused_in_one_line(saved):
    unreadable(saved.parent / "none.nc", "no result at")
    unreadable(saved.parent, "no result at")
    content = saved.read_bytes()
    for size in (0, 1, 8, 100, 1000, len(content) // 2, len(content) - 1):
        saved.write_bytes(content[:size])
        unreadable(saved, "is damaged or no netCDF file")
    saved.write_text("landscape, method\n" * 100)
    unreadable(saved, "is damaged or no netCDF file")


def test_another_format_is_refused_in_one_line(saved, monkeypatch):
    monkeypatch.setattr(store, "FORMAT", 99)
    unreadable(saved, "has format 1, this version reads 99: run again")
    monkeypatch.undo()
    foreign = saved.parent / "foreign.nc"
    xarray.Dataset({"a": 1}).to_netcdf(foreign, engine="h5netcdf")
    unreadable(foreign, "has format None")


def test_new_files_are_picked_up_without_an_edit(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", "results")
    for package in ("landscapes", "theory", "experiments"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    (tmp_path / "theory/methods/normalised_gd.py").write_text(METHOD)
    added = LANDSCAPE.replace("paraboloid", "pass_road").replace("+ y**2", "- y**2")
    (tmp_path / "landscapes/pass_road.py").write_text(added)
    mine = tmp_path / "elsewhere/mine.py"
    mine.parent.mkdir()
    mine.write_text(SURFACE)
    words = ["--landscape", "pass_road", mine, "--methods", "normalised-gd", "sam"]
    done = command(*words, *TINY, "--out", tmp_path / "out", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    table = [line.split()[:2] for line in done.stdout.splitlines()[1:5]]
    assert sorted(table) == [
        ["mine", "NGD"],
        ["mine", "SAM"],
        ["pass_road", "NGD"],
        ["pass_road", "SAM"],
    ]
    kept = (tmp_path / "out/saddle_escape").glob("*.nc")
    assert {f.name.partition("-")[0] for f in kept} == {"pass_road", "mine"}
