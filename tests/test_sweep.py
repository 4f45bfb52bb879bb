"""Sweeps: the same bytes however they are cut, carried out, interrupted, resumed."""

import json
import os
import resource
import subprocess
import sys
import time
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray

import landscapes
from experiments import run
from experiments.sweep import Sweep, sweep
from experiments.sweeping import chunks, estimate, folder, merge, sources, verdicts
from landscapes.starts import starts_of
from tests.test_architecture import ROOT
from theory import methods, simulate
from theory.decide import decide
from theory.files import locked

ETA, RHO = (0.05, 0.3, 0.9, 1.1), (0.0, 0.1, 0.4)
JOB = Sweep("double_well_saddle", "sam", ETA, RHO, starts=90, seed=3, steps=256)


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    """Tiles of 100 runs: the 1080 runs of `JOB` have many."""
    monkeypatch.setattr(verdicts, "tile_for", lambda engine, dim: 100)


def work(out, **words):
    return run.Work(**({"jobs": 1, "out": out} | words))


def swept(out, job=JOB, chunk=300, **words):
    (path,) = sweep([job], work(out, **words), "map", chunk)
    return path


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The bytes of a sweep that nothing disturbed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verdicts, "tile_for", lambda engine, dim: 100)
        return swept(tmp_path_factory.mktemp("reference")).read_bytes()


def test_every_run_has_the_verdict_that_it_has_alone(tmp_path):
    # One call over the broadcast grid, not by numbered runs.
    found = xarray.open_dataset(swept(tmp_path), engine="h5netcdf").load()
    surface = landscapes.load(JOB.landscape)
    x = starts_of(surface, JOB.starts, JOB.seed)
    np.testing.assert_array_equal(found.x, x)
    eta, rho = np.array(ETA)[:, None, None], np.array(RHO)[:, None, None, None]
    told = decide(surface, methods.make("sam"), eta, rho, x, JOB.steps, engine="numpy")
    for name in ("verdict", "place", "period", "steps"):
        assert found[name].dims == ("rho", "eta", "seed", "start")
        np.testing.assert_array_equal(found[name], getattr(told, name), err_msg=name)
        assert found[name].dtype == getattr(told, name).dtype
    assert len(np.unique(found.verdict)) >= 3
    for code in range(8):
        here = (found.verdict == code).sum(("seed", "start"))
        np.testing.assert_array_equal(found.counts.isel(verdict=code), here)
    assert found.attrs["label"] == "SAM" and found.attrs["seed"] == 3
    places = json.loads(found.attrs["places"])
    assert len(places) == len(surface.critical_points)
    assert "saddle (0, 0)" in places and "minimum (0, 1.414)" in places


@pytest.mark.parametrize("chunk", [1, 250, 10**6])
def test_the_bytes_do_not_depend_on_the_chunks(chunk, tmp_path, reference):
    assert swept(tmp_path, chunk=chunk).read_bytes() == reference


def test_the_bytes_do_not_depend_on_the_processes(tmp_path, reference):
    assert swept(tmp_path, jobs=2).read_bytes() == reference


def test_what_is_left_is_the_result_the_manifest_and_nothing_else(tmp_path):
    path = swept(tmp_path)
    left = {str(f.relative_to(tmp_path)) for f in tmp_path.rglob("*") if f.is_file()}
    name = "double_well_saddle-sam"
    ends = (".nc", ".json", "/manifest.json")
    assert left == {".lock", *(f"map/{name}{end}" for end in ends)}
    assert path == tmp_path / f"map/{name}.nc"
    aside = json.loads(path.with_suffix(".json").read_text())
    assert set(aside) == {"commit", "machine", "time"}


class Killed(BaseException):
    """Not an error that anything handles."""


def stopped(out, monkeypatch, after, **words):
    """A sweep that ends suddenly after it has kept some chunks; which it made."""
    kept, keep = [], folder.Folder.keep

    def counting(self, start, stop, content):
        if len(kept) == after:
            raise Killed
        keep(self, start, stop, content)
        kept.append((start, stop))

    with monkeypatch.context() as patch:
        patch.setattr(folder.Folder, "keep", counting)
        with suppress(Killed):
            swept(out, **words)
    return kept


def test_an_interrupted_sweep_does_the_rest_and_nothing_twice(
    tmp_path, monkeypatch, reference
):
    # Other chunks and other processes after every interruption.
    done = stopped(tmp_path, monkeypatch, 2, chunk=200)
    done += stopped(tmp_path, monkeypatch, 1, chunk=500)
    done += stopped(tmp_path, monkeypatch, 99, chunk=100, jobs=2)
    assert sum(stop - start for start, stop in done) == JOB.runs
    assert len({run for a, b in done for run in range(a, b)}) == JOB.runs
    assert (tmp_path / "map/double_well_saddle-sam.nc").read_bytes() == reference


def test_a_complete_sweep_is_not_touched(tmp_path, monkeypatch):
    path = swept(tmp_path)
    before = path.stat().st_mtime_ns
    assert stopped(tmp_path, monkeypatch, 0) == []
    assert path.stat().st_mtime_ns == before
    assert stopped(tmp_path, monkeypatch, 99, fresh=True) != []


def test_what_a_killed_process_left_half_written_goes(tmp_path, monkeypatch, reference):
    stopped(tmp_path, monkeypatch, 2)
    here = tmp_path / "map"
    (here / ".double_well_saddle-sam-abc").write_bytes(b"half")
    (here / "double_well_saddle-sam/.000-abc").write_bytes(b"half")
    (here / "double_well_saddle-sam.nc").write_bytes(reference[:1000])
    assert swept(tmp_path).read_bytes() == reference
    assert not list(here.glob(".*")) and not list(here.glob("*/.*"))


def test_a_damaged_chunk_is_named_and_made_again(tmp_path, monkeypatch, reference):
    stopped(tmp_path, monkeypatch, 3)
    place = folder.Folder(tmp_path / "map", JOB.name)
    (_, _, first), (_, _, second), *_ = place.chunks()
    first.write_bytes(first.read_bytes()[:-1])
    second.write_bytes(zlib.compress(b"short"))
    for file in (first, second):
        with pytest.raises(ValueError, match="was damaged and is removed") as caught:
            swept(tmp_path)
        assert str(file) in str(caught.value) and not file.exists()
    assert swept(tmp_path).read_bytes() == reference


OTHER = {
    "steps": (512, "was made with --steps 256, now 512:"),
    "starts": (91, "was made with --starts 90, now 91:"),
    "seed": (4, "was made with --seed 3, now 4:"),
    "eta": ((0.1,), "was made with --eta 0.05 ... 1.1 (4 values), now 0.1:"),
    "rho": ((0.0, 0.1, 0.5), "was made with --rho 0 0.1 0.4, now 0 0.1 0.5:"),
    "dtype": ("float32", "was made with --dtype float64, now float32:"),
}


@pytest.mark.parametrize("name", OTHER)
def test_another_configuration_is_refused(name, tmp_path, monkeypatch):
    value, said = OTHER[name]
    stopped(tmp_path, monkeypatch, 1)
    other = replace(JOB, **{name: value})
    with pytest.raises(ValueError) as caught:
        swept(tmp_path, other)
    assert f"{said} --fresh or another --out." in str(caught.value)
    assert "\n" not in str(caught.value)
    swept(tmp_path, other, fresh=True)
    with pytest.raises(ValueError, match="was made with"):  # also the finished result
        swept(tmp_path)


SOURCES = {
    "landscape": "landscapes/double_well_saddle.py",
    "method": "theory/methods/sam.py",
    "engine": "theory/blocked.py",
    "verdict": "theory/verdict.py",
}


@pytest.mark.parametrize("group", SOURCES)
def test_other_sources_are_refused_and_told_apart(group, tmp_path, monkeypatch):
    stopped(tmp_path, monkeypatch, 1)
    read, changed = Path.read_bytes, ROOT / SOURCES[group]
    monkeypatch.setattr(Path, "read_bytes", lambda p: read(p) + b"#" * (p == changed))
    match = f"other sources: the {group}'s changed since: --fresh or another --out"
    with pytest.raises(ValueError, match=match):
        swept(tmp_path)


def test_what_a_users_own_file_imports_decides_too(tmp_path):
    helper = tmp_path / "stiffness.py"
    helper.write_text("K = 1.0\n")
    job = mine(tmp_path, "import stiffness\n" + MINE)
    before = sources.digests(job)
    helper.write_text("K = 5.0\n")
    after = sources.digests(job)
    assert [g for g in before if before[g] != after[g]] == ["landscape"]


def test_only_the_sources_of_a_job_are_its_own():
    files = sources.files(replace(JOB, landscape="beale", method="gd"))
    names = {file.stem for file in files}
    assert {"beale", "analytic", "components", "simulate", "compiled", "job"} <= names
    assert not {"himmelblau", "usam", "saddle_escape", "report", "claim"} & names
    pair = (replace(JOB, landscape="beale", method=m) for m in ("usam", "stable:usam"))
    one, other = map(sources.digests, pair)
    assert [g for g in one if one[g] != other[g]] == ["method"]


def test_two_jobs_of_one_name_are_refused(tmp_path):
    other = replace(JOB, steps=512)
    with pytest.raises(ValueError, match="both called double_well_saddle-sam"):
        sweep([JOB, other], work(tmp_path), "map")


def test_a_second_process_on_one_folder_is_told(tmp_path):
    program = (
        "import sys; from pathlib import Path; from theory.files import locked\n"
        f"with locked(Path({str(tmp_path)!r})):\n"
        "    print('mine', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout.readline() == "mine\n"
        with pytest.raises(ValueError) as caught:
            swept(tmp_path)
        assert f"`{tmp_path}` is in use by process {other.pid} on " in str(caught.value)
        other.kill()
    with locked(tmp_path):  # a killed process lets go; one's own lock does not hinder
        swept(tmp_path)


GRIDS = {
    "reversed": ({"eta": (0.2, 0.1)}, "the grid of eta must rise, got 0.1 after 0.2."),
    "twice": ({"rho": (0.1, 0.1)}, "the grid of rho must rise, got 0.1 after 0.1."),
    "empty": ({"rho": ()}, "the grid of rho needs a value, got none."),
    "zero": ({"eta": (0.0, 0.1)}, "eta must be finite and > 0, got 0."),
    "infinite": ({"rho": (0.1, np.inf)}, "rho must be finite and >= 0, got inf."),
    "starts": ({"starts": 0}, "starts must be >= 1, got 0."),
    "steps": ({"steps": 127}, "steps must be >= 128, got 127."),
    "noisy": ({"steps": 255, "noise": 0.1}, "steps must be >= 256, got 255."),
    "seeds": ({"seeds": 2}, "2 seeds need noise or a mini-batch."),
    "noise": ({"noise": -1.0}, "noise must be finite and >= 0, got -1."),
    "batch": ({"batch": -1}, "batch must be >= 0, got -1."),
    "dtype": (
        {"noise": 1.0, "dtype": "float32"},
        "stochastic runs are made in float64 on the cpu, got float32 on cpu.",
    ),
}


@pytest.mark.parametrize("case", GRIDS)
def test_what_no_sweep_can_be_made_of_is_refused(case):
    words, said = GRIDS[case]
    with pytest.raises(ValueError) as caught:
        replace(JOB, **words)
    assert str(caught.value) == said


def refused(out, job, **words):
    with pytest.raises(ValueError) as caught:
        swept(out, job, **words)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_memory_or_disk_will_not_hold_is_refused_with_the_numbers(
    tmp_path, monkeypatch
):
    huge = replace(JOB, starts=10**13)
    said = refused(tmp_path, huge)
    assert said.startswith("the sweep needs ") and "of disk" in said
    assert said.count(" GiB") == 2
    monkeypatch.setattr(estimate, "available", lambda: 2.0**28)
    said = refused(tmp_path / "other", JOB)
    assert "of memory, 0.25 GiB are free: fewer --jobs" in said
    assert not list((tmp_path / "other").rglob("*.chunk"))


MINE = '''"""A user's own surface."""
import numpy as np
from landscapes.landscape import Landscape

class Mine(Landscape):
    name, dim, kinds, batched = "mine", 2, ("numpy",), ()
    start, box, constants = (1.0, 2.0), ((-3, 3), (-3, 3)), {}

    def value(self, x):
        return (x * x).sum(axis=-1) / 2

    def gradient(self, x):
        return x

    def hvp(self, x, v):
        return v

    def locate(self):
        return np.zeros((1, 2))

def mine():
    return Mine()
'''
GRADIENT = "        return x\n"
WRONG = {
    "shape": (GRADIENT, "        return x[..., :1]\n",
              "gradient must take shape (2,) to (2,), got (1,)."),
    "value": ("(x * x).sum(axis=-1)", "x * x",
              "value must take shape (2,) to (), got (2,)."),
    "batch": (".sum(axis=-1)", ".sum()",
              "value must take shape (3, 2) to (3,), got ()."),
    "finite": ("(x * x).sum(axis=-1)", "np.log(-(x * x).sum(axis=-1))",
               "value must be finite at the start, got nan."),
    "gradient": (GRADIENT, "        return x / 0\n",
                 "gradient must be finite at the start, got inf, inf."),
    "dtype": (GRADIENT, "        return x.astype(np.float32)\n",
              "gradient must be float64, got float32."),
    "start": ("(1.0, 2.0)", "(1.0, 2.0, 3.0)", "start must have shape (2,), got (3,)."),
    "unset": ("(1.0, 2.0)", "(1.0, float('nan'))", "start must be finite, got 1, nan."),
    "error": (GRADIENT, "        return x.transposed\n",
              "gradient failed: AttributeError: 'numpy.ndarray' object has no "
              "attribute 'transposed'"),
    "none": ("start, box, constants = (1.0, 2.0), ", "box, constants = ",
             "start failed: AttributeError: 'Mine' object has no attribute 'start'"),
    "kinds": ('("numpy",)', '("torch",)', "its kinds must hold numpy, got torch."),
    "hvp": ("        return v\n", "        return v[..., :1]\n",
            "hvp must take shape (2,) to (2,), got (1,)."),
    "box": ("((-3, 3), (-3, 3))", "((-3, 3),)",
            "box must be 2 pairs (low, high), low < high, got ((-3, 3),)."),
    "sides": ("((-3, 3), (-3, 3))", "((-3, 3), (3, -3))",
              "box must be 2 pairs (low, high), low < high, got ((-3, 3), (3, -3))."),
    "constants": ("{}\n", "None\n", "constants must be a dict, got None."),
    "points": ("np.zeros((1, 2))", "np.zeros((1, 3))",
               "critical_points failed: ValueError: cannot reshape array of size 3 "
               "into shape (2)"),
}  # fmt: skip


def mine(tmp_path, text=MINE):
    file = tmp_path / "mine.py"
    file.write_text(text)
    return replace(JOB, landscape=str(file))


@pytest.mark.parametrize("case", WRONG)
def test_a_landscape_that_breaks_the_contract_is_told_before_any_work(case, tmp_path):
    right, wrong, said = WRONG[case]
    assert MINE.count(right) == 1
    job = mine(tmp_path, MINE.replace(right, wrong))
    assert refused(tmp_path / "out", job) == f"`{job.landscape}`: {said}"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words, said",
    [
        ({"landscape": "beal"}, "unknown landscape `beal`: did you mean beale"),
        ({"landscape": "none.py"}, "no such file: `"),
        ({"method": "smm"}, "unknown method `smm`: did you mean"),
        ({"batch": 2, "steps": 256}, "is no sum over samples"),
    ],
)
def test_an_unknown_word_is_told_before_any_work(words, said, tmp_path):
    assert said in refused(tmp_path / "out", replace(JOB, **words))
    assert not (tmp_path / "out").exists()


def test_a_users_own_landscape_is_as_good_as_ours(tmp_path):
    job = mine(tmp_path)
    found = swept(tmp_path / "out", job, jobs=2)
    assert found.name == "mine-sam.nc"
    assert found.read_bytes() == swept(tmp_path / "other", job).read_bytes()
    job = mine(tmp_path, MINE + "\n# changed\n")
    assert "the landscape's changed since" in refused(tmp_path / "out", job)


def test_what_fails_in_a_worker_is_one_line(tmp_path):
    bad = "        if abs(x).max() > 2.9: raise RuntimeError('too far\\nindeed')\n"
    job = mine(tmp_path, MINE.replace(GRADIENT, bad + GRADIENT))
    for jobs in (1, 2):
        with pytest.raises(ValueError) as caught:
            swept(tmp_path / "out", job, jobs=jobs)
        assert str(caught.value).startswith(f"`{job.landscape}` failed in runs ")
        assert str(caught.value).endswith("RuntimeError: too far")


def test_a_killed_worker_is_one_line_and_the_rest_is_done_later(tmp_path, monkeypatch):
    kill = "        import os; os.getppid() != PARENT and os._exit(9)\n"
    text = MINE.replace(GRADIENT, kill + GRADIENT)
    job = mine(tmp_path, text.replace("PARENT", str(os.getppid())))
    said = refused(tmp_path / "out", job, jobs=2)
    assert said == "a worker process was killed (out of memory?): try fewer --jobs."
    assert swept(tmp_path / "out", job).is_file()


def test_a_file_that_a_worker_lacks_is_named(tmp_path):
    job = mine(tmp_path)
    plan = chunks.Plan(job, "numpy", 100, ())
    Path(job.landscape).unlink()
    with pytest.raises(ValueError, match="no such file on .*mine.py`"):
        chunks.carry_out(plan, 0, 100)


def test_a_worker_with_other_sources_is_refused():
    ours = tuple(sources.digests(JOB).items())
    plan = chunks.Plan(JOB, "numpy", 100, (*ours[:2], ("engine", "other")))
    with pytest.raises(ValueError, match="the engine's sources on .* differ"):
        chunks.carry_out(plan, 0, 100)


def test_compiled_sweeps_do_not_depend_on_the_processes(
    tmp_path, monkeypatch, compiler
):
    monkeypatch.setattr(simulate, "WORTH_COMPILING", 1)
    job = Sweep("strict_saddle", "gd", (0.3, 0.9), (0.0,), 200, 0, 128)
    one, two = (swept(tmp_path / str(n), job, jobs=n) for n in (1, 2))
    assert one.read_bytes() == two.read_bytes()
    with xarray.open_dataset(one, engine="h5netcdf") as found:
        assert found.attrs["engine"] == "compiled"


def test_a_noisy_sweep_has_a_run_for_every_seed(tmp_path):
    job = Sweep("quadratic", "gd", (0.1, 1.5), (0.0,), 3, 1, 256, seeds=4, noise=0.1)
    found = xarray.open_dataset(swept(tmp_path, job), engine="h5netcdf").load()
    assert found.verdict.shape == (1, 2, 4, 3)
    assert (found.counts.sum("verdict") == 12).all()
    assert (
        swept(tmp_path / "b", job, jobs=2).read_bytes()
        == (tmp_path / "map/quadratic-gd.nc").read_bytes()
    )


def test_fewer_starts_are_the_first_of_more():
    for name in ("beale", "linear_autoencoder"):
        surface = landscapes.load(name)
        many = starts_of(surface, 5000, 7)
        np.testing.assert_array_equal(starts_of(surface, 4100, 7), many[:4100])
        np.testing.assert_array_equal(many[0], surface.start)
        low, high = np.array(surface.box).T
        assert len(np.unique(many, axis=0)) == 5000
        if surface.dim == 2:
            assert ((many >= low) & (many <= high)).all()
            assert np.abs(many.mean(axis=0)).max() < 0.2 and many.std() > 2
        assert not (starts_of(surface, 9, 8)[1:] == many[1:9]).any()


@pytest.mark.parametrize("shape", [(3, 4, 1, 5), (1, 1, 1, 1), (7, 1, 2, 50), (2, 9)])
@pytest.mark.parametrize("most", [1, 4, 24, 10**4])
def test_blocks_are_ranges_of_runs_in_order(shape, most):
    block = merge.block_shape(shape, most)
    assert np.prod(block) <= most
    numbers = np.arange(np.prod(shape)).reshape(shape)
    parts = [numbers[where].ravel() for where in merge.blocks(shape, block)]
    np.testing.assert_array_equal(np.concatenate(parts), numbers.ravel())


@pytest.mark.parametrize("block", [1, 7, 64, 360])
def test_cells_are_counted_whatever_the_blocks(block, tmp_path, monkeypatch, reference):
    monkeypatch.setattr(merge, "BLOCK", block)
    other = xarray.open_dataset(swept(tmp_path), engine="h5netcdf").load()
    (tmp_path / "first.nc").write_bytes(reference)
    first = xarray.open_dataset(tmp_path / "first.nc", engine="h5netcdf").load()
    xarray.testing.assert_identical(other, first)


def test_the_result_bears_no_time(tmp_path, reference):
    time.sleep(1.1)
    assert swept(tmp_path).read_bytes() == reference


def test_a_disk_that_is_full_at_any_byte_keeps_the_chunks(
    tmp_path, monkeypatch, reference
):
    with monkeypatch.context() as patch:
        patch.setattr("experiments.sweep.merge", lambda *_: None)
        patch.setattr(folder.Folder, "remove_chunks", lambda self: None)
        target = swept(tmp_path)
    whole = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept = sorted(target.parent.rglob("*"))
    for size in np.linspace(1, len(reference) - 1, 40, dtype=int):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), whole[1]))
        try:
            with pytest.raises(OSError, match="File too large") as caught:
                swept(tmp_path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, whole)
        assert caught.value.filename == str(target)
        assert sorted(target.parent.rglob("*")) == kept
    assert swept(tmp_path).read_bytes() == reference


FULL = """
import sys
from pathlib import Path
from experiments import run
from experiments.sweep import Sweep, sweep
from experiments.sweeping import estimate, verdicts
verdicts.tile_for = lambda engine, dim: 100
estimate.refuse = lambda *_: None
job = Sweep("double_well_saddle", "sam", (.05, .3, .9, 1.1), (0.0, .1, .4), 90, 3, 256)
work = lambda config: sweep([job], config, "map", 300)
run.main(run.Work, work, "sweep")
"""


def test_a_sweep_on_a_full_disk_ends_in_one_line_and_is_resumed(tmp_path, reference):
    """A disk of its own, full, then larger."""
    disk, copy = tmp_path / "disk", tmp_path / "copy.nc"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=48k tmpfs {disk}"
    tried = subprocess.run(["unshare", "-m", "sh", "-c", mount], capture_output=True)
    if tried.returncode:
        pytest.skip("no disk can be mounted here")
    script = f"""{mount}
    $PYTHON -c "$PROGRAM" --jobs 1 --out {disk}; echo $?
    mount -o remount,size=1m {disk}
    $PYTHON -c "$PROGRAM" --jobs 1 --out {disk}; echo $?
    cp {disk}/map/*.nc {copy}
    """
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        cwd=ROOT, env=os.environ | {"PYTHON": sys.executable, "PROGRAM": FULL},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split() == ["74", "0"], done.stderr
    assert done.stderr.count("\n") == 1
    assert f"No space left on device: `{disk}/map/double_well" in done.stderr
    assert copy.read_bytes() == reference


def test_kills_at_random_moments_lose_nothing():
    script = ROOT / "tests/kill_sweep.py"
    done = subprocess.run(
        [sys.executable, str(script), "--kills", "5"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 sweeps were killed" in done.stdout


SLOW = MINE.replace(
    GRADIENT,
    """        import os, pathlib, time
        if len(x) == 100:  # a tile, which begins
            (pathlib.Path(__file__).parent / f"{os.getpid()}.pid").touch()
        time.sleep(0.0005)  # some .1 s a tile
"""
    + GRADIENT,
)
CLUSTER = """
import sys
from experiments import run
from experiments.sweep import Sweep, sweep
from experiments.sweeping import verdicts
verdicts.tile_for = lambda engine, dim: 100
landscape = sys.argv.pop(1)
job = Sweep(landscape, "sam", (.05, .3, .9, 1.1), (0.0, .1, .4), 90, 3, 256)
run.main(run.Work, lambda config: sweep([job], config, "map", 100), "sweep")
"""


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)
    return found


def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(tmp_path):
    pytest.importorskip("distributed", reason="dask distributed is not installed")
    surface = tmp_path / "mine.py"
    surface.write_text(SLOW)
    environment = os.environ | {"DASK_DISTRIBUTED__DASHBOARD__LINK": ""}

    def start(*words):
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *map(str, words)],
            cwd=ROOT, env=environment, stdout=-3, stderr=-3,
        )  # fmt: skip

    def sweep_on(out, *words):
        return subprocess.Popen(
            [sys.executable, "-c", CLUSTER, surface, "--out", out, *words],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    meeting = tmp_path / "scheduler.json"
    processes = [
        start("scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard",
              "--scheduler-file", meeting)
    ]  # fmt: skip
    try:
        address = until(lambda: meeting.is_file() and _address(meeting))
        for _ in range(2):
            processes.append(
                start("worker", address, "--no-nanny", "--nthreads", 1,
                      "--no-dashboard", "--local-directory", tmp_path)
            )  # fmt: skip
        until(lambda: len(list(tmp_path.glob("dask-scratch-space/worker-*/"))) == 2)
        with sweep_on(tmp_path / "a", "--cluster", address) as running:
            until(lambda: len(list((tmp_path / "a").rglob("*.chunk"))) >= 3)
            assert len(list((tmp_path / "a").rglob("*.chunk"))) < 9
            processes[1].kill()
            said = running.communicate(timeout=100)
            assert (running.returncode, *said) == (0, "", "")
        worked = {int(file.stem) for file in tmp_path.glob("*.pid")}
        assert worked == {process.pid for process in processes[1:]}
    finally:
        for process in processes:
            process.kill()
            process.wait()
    with sweep_on(tmp_path / "b", "--jobs", "1") as running:
        assert running.wait() == 0, running.stderr.read()
    one, other = (tmp_path / f"{out}/map/mine-sam.nc" for out in "ab")
    assert one.read_bytes() == other.read_bytes()
    with sweep_on(tmp_path / "a", "--cluster", address, "--fresh") as running:
        said = running.communicate(timeout=100)[1]
        assert running.returncode == 2 and said.count("\n") == 1
        assert f"--cluster `{address}`: no scheduler answers there." in said


def _address(meeting):
    try:
        return json.loads(meeting.read_text())["address"]
    except ValueError:  # half written
        return None


def test_a_cluster_is_started_here(tmp_path, reference):
    pytest.importorskip("distributed", reason="dask distributed is not installed")
    program = FULL.replace("estimate.refuse = lambda *_: None", "")
    words = ["--jobs", "2", "--cluster", "local", "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    (path,) = tmp_path.glob("map/*.nc")
    assert path.read_bytes() == reference
