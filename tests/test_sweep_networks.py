"""Sweeps of networks: the same engine, a tile one seed's, and the bytes as firm."""

import copy
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray

from experiments import run
from experiments.networks import training
from experiments.networks.job import RESULT, Training
from experiments.networks.kind import NETWORKS
from experiments.sweep import Sweep, sweep
from experiments.sweeping import chunks, estimate, folder, sources
from tests.test_architecture import ROOT

ETA, RHO = (0.05, 0.1, 0.2, 1e3), (0.0, 0.1, 0.3)
SLOW = "SLOW_TOY"  # in the environment: seconds that a tile takes


def toy(plan, start, stop):
    """What a tile might give: of its runs, and of all that stand with them in it."""
    time.sleep(float(os.environ.get(SLOW, 0)))
    seed, rho, eta = np.unravel_index(np.arange(start, stop), plan.job.shape)
    assert seed[0] == seed[-1]
    found = np.zeros(stop - start, RESULT)
    for number, name in enumerate(RESULT.names):
        found[name] = number + 10 * seed + 100 * np.array(plan.job.rho)[rho]
    found["test_loss"] = np.sqrt(np.arange(start, stop)) + (stop - start)
    broken = np.array(plan.job.eta)[eta] > 1
    found["train_loss"][broken] = np.nan
    found["g_norm"][broken] = np.inf
    found["diverged"] = np.where(broken, 1, -1)
    return found


def tiled(job, threads):
    """Tiles of 5, 5 and 2 networks: a seed has 12."""
    return chunks.Plan(job, "numpy", 5, tuple(sources.digests(job).items()), group=12)


class Toy(Training):
    """Its results are made up; all else is as it is."""

    kind = replace(
        NETWORKS,
        decided=toy,
        planned=tiled,
        memory=lambda plan: 0.0,
        files=lambda job: [*NETWORKS.files(job), Path(__file__)],
        group=lambda job, f: "training" if f.parent == HERE else NETWORKS.group(job, f),
    )


HERE = Path(__file__).parent
JOB = Toy("digits", "mlp:relu", "sam", ETA, RHO, seeds=4, epochs=3, first_seed=7)
REAL = Training("digits", "mlp:relu", "ssam", (0.1, 1e30), RHO[::2], 2, 2, 3, train=96)


def work(out, **words):
    return run.Work(**({"jobs": 1, "out": out} | words))


def swept(out, job=JOB, chunk=None, **words):
    (path,) = sweep([job], work(out, **words), "nets", chunk)
    return path


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The bytes of a sweep that nothing disturbed."""
    return swept(tmp_path_factory.mktemp("reference")).read_bytes()


def opened(path):
    with xarray.open_dataset(path, engine="h5netcdf") as found:
        return found.load()


def test_every_network_stands_in_its_cell(tmp_path):
    found = opened(swept(tmp_path))
    assert set(found.data_vars) == set(RESULT.names)
    assert found.seed.values.tolist() == [7, 8, 9, 10]
    assert (tuple(found.eta.values), tuple(found.rho.values)) == (ETA, RHO)
    at = found.sel(seed=9, rho=0.3, eta=0.1)
    assert float(at.test_accuracy) == RESULT.names.index("test_accuracy") + 20 + 30
    assert float(at.test_loss) == np.sqrt(2 * 12 + 2 * 4 + 1) + 5
    assert found.attrs["label"] == "SAM" and found.attrs["model"] == "mlp:relu"
    assert {found[name].dims for name in RESULT.names} == {("seed", "rho", "eta")}
    assert found.diverged.dtype == "<i4"
    assert all(found[name].dtype == "<f8" for name in RESULT.names[1:])


def test_what_is_not_finite_is_kept(tmp_path):
    found = opened(swept(tmp_path))
    last = found.eta.values > 1
    assert (np.isnan(found.train_loss) == last).all()
    assert (np.isposinf(found.g_norm) == last).all()
    assert (found.diverged == np.where(last, 1, -1)).all()


@pytest.mark.parametrize("chunk", [1, 7, 12, 100])
def test_the_bytes_do_not_depend_on_the_chunks(chunk, tmp_path, reference):
    assert swept(tmp_path, chunk=chunk).read_bytes() == reference


def test_the_bytes_do_not_depend_on_the_processes(tmp_path, reference):
    assert swept(tmp_path, jobs=2).read_bytes() == reference


@pytest.mark.parametrize("runs, group, tile", [(60, 12, 5), (60, 12, 12), (7, 7, 3)])
@pytest.mark.parametrize("length", [1, 6, 13, 1000])
def test_a_tile_is_one_seeds_however_it_is_cut(runs, group, tile, length):
    job = replace(JOB, seeds=runs // group, eta=tuple(range(1, group + 1)), rho=(0.0,))
    plan = chunks.Plan(job, "numpy", tile, (), group=group)
    whole = list(chunks.tiles(plan, 0, runs))
    assert all(a // group == (b - 1) // group and b - a <= tile for a, b in whole)
    spans = list(chunks.cut(plan, 0, runs, length))
    parts = [part for span in spans for part in chunks.tiles(plan, *span)]
    assert parts == whole and [b for _, b in whole[:-1]] == [a for a, _ in whole[1:]]
    assert all(b - a <= max(length, tile) for a, b in spans)


@pytest.mark.parametrize("rates, tile", [(70, 70), (256, 256), (257, 129), (600, 200)])
def test_a_tile_holds_a_seeds_grid_or_an_equal_part_of_it(rates, tile):
    job = replace(REAL, eta=tuple(range(1, rates + 1)), rho=(0.0,))
    plan = NETWORKS.planned(job, 2)
    assert (plan.tile, plan.group, plan.threads) == (tile, rates, 1)


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


def test_an_interruption_costs_a_tile_and_nothing_is_done_twice(
    tmp_path, monkeypatch, reference
):
    done = stopped(tmp_path, monkeypatch, 2)
    assert done == [(0, 5), (5, 10)]
    done += stopped(tmp_path, monkeypatch, 1, chunk=15)
    done += stopped(tmp_path, monkeypatch, 99, jobs=2)
    assert len({i for a, b in done for i in range(a, b)}) == JOB.runs
    assert sum(b - a for a, b in done) == JOB.runs
    (left,) = tmp_path.glob("nets/*.nc")
    assert left.read_bytes() == reference
    assert stopped(tmp_path, monkeypatch, 0) == []  # complete


KILL = """
from pathlib import Path
from tests.test_sweep_networks import JOB, sweep, work
import sys
sweep([JOB], work(Path(sys.argv[1])), "nets")
"""


def test_a_killed_process_leaves_what_it_kept(tmp_path, monkeypatch, reference):
    with subprocess.Popen(
        [sys.executable, "-c", KILL, str(tmp_path)],
        cwd=ROOT, env=os.environ | {SLOW: "0.2"}, stderr=subprocess.DEVNULL,
    ) as running:  # fmt: skip
        end = time.monotonic() + 60
        while len(list(tmp_path.rglob("*.chunk"))) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
    kept = sum(1 for _ in tmp_path.rglob("*.chunk"))
    assert 2 <= kept < 12 and not list(tmp_path.rglob("*.nc"))
    assert len(stopped(tmp_path, monkeypatch, 99)) == 12 - kept
    assert swept(tmp_path).read_bytes() == reference


OTHER = {
    "model": ("mlp:tanh", None),
    "eta": ((0.1,), "--eta 0.05 ... 1000 (4 values), now 0.1:"),
    "seeds": (5, "--seeds 4, now 5:"),
    "first_seed": (0, "--first_seed 7, now 0:"),
    "epochs": (4, "--epochs 3, now 4:"),
    "batch": (0, "--batch 64, now 0:"),
    "loss": ("square", "--loss cross_entropy, now square:"),
    "train": (100, "--train 0, now 100:"),
    "dtype": ("float64", "--dtype float32, now float64:"),
}


@pytest.mark.parametrize("name", OTHER)
def test_another_configuration_is_refused_or_has_a_folder_of_its_own(name, tmp_path):
    value, said = OTHER[name]
    swept(tmp_path)
    other = replace(JOB, **{name: value})
    if said is None:
        assert swept(tmp_path, other) != swept(tmp_path)
        return
    with pytest.raises(ValueError) as caught:
        swept(tmp_path, other)
    assert str(caught.value).endswith(f"{said} --fresh or another --out.")
    assert "was made with --" in str(caught.value) and "\n" not in str(caught.value)


SOURCES = {
    "landscapes/models/mlp.py": "network",
    "landscapes/network.py": "network",
    "landscapes/splits.py": "network",
    "theory/methods/sam.py": "method",
    "theory/method.py": "method",
    "experiments/networks/training.py": "training",
    "experiments/networks/task.py": "training",
    "experiments/networks/job.py": "training",
    "experiments/networks/kind.py": "training",
    "theory/iterate.py": "engine",
    "experiments/sweeping/chunks.py": "engine",
    "landscapes/models/cnn.py": None,
    "theory/methods/usam.py": None,
    "theory/decide.py": None,
    "experiments/networks/ranges.py": None,
    "experiments/sweeping/merge.py": None,
}


@pytest.mark.parametrize("file", SOURCES)
def test_a_training_rests_on_its_own_sources(file, monkeypatch):
    job, read, changed = replace(REAL, method="sam"), Path.read_bytes, ROOT / file
    before = sources.digests(job)
    monkeypatch.setattr(Path, "read_bytes", lambda p: read(p) + b"#" * (p == changed))
    after = sources.digests(job)
    assert changed.is_file() and set(before) == set(NETWORKS.groups)
    assert [g for g in before if before[g] != after[g]] == [SOURCES[file]] * (
        SOURCES[file] is not None
    )


def test_other_sources_are_refused(tmp_path, monkeypatch):
    stopped(tmp_path, monkeypatch, 1)
    read, changed = Path.read_bytes, ROOT / "experiments/networks/training.py"
    monkeypatch.setattr(Path, "read_bytes", lambda p: read(p) + b"#" * (p == changed))
    with pytest.raises(ValueError, match="other sources: the training's changed since"):
        swept(tmp_path)


def test_both_kinds_of_job_go_in_one_sweep(tmp_path, reference):
    chart = Sweep("double_well_saddle", "sam", (0.1, 0.9), (0.1,), 8, 0, 128)
    nets, charts = sweep([JOB, chart], work(tmp_path), "both")
    assert nets.read_bytes() == reference
    assert charts.read_bytes() == sweep([chart], work(tmp_path), "one")[0].read_bytes()


def test_two_trainings_of_one_name_are_refused(tmp_path):
    with pytest.raises(ValueError) as caught:
        sweep([JOB, replace(JOB, epochs=9, batch=0)], work(tmp_path), "nets")
    assert str(caught.value) == (
        "two jobs are both called digits-mlp-relu-sam: they differ in epochs, batch."
    )


WRONG = {
    "eta": ((0.2, 0.1), "the grid of eta must rise, got 0.1 after 0.2."),
    "rho": ((-0.1,), "rho must be finite and >= 0, got -0.1."),
    "seeds": (0, "seeds must be >= 1, got 0."),
    "first_seed": (-1, "first_seed must be >= 0, got -1."),
    "epochs": (0, "epochs must be >= 1, got 0."),
    "batch": (-1, "batch must be >= 0, got -1."),
    "train": (-5, "train must be >= 0, got -5."),
    "dtype": ("float16", "dtype is float32 or float64, got `float16`."),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_nothing_can_be_trained_with_is_refused(name):
    value, said = WRONG[name]
    with pytest.raises(ValueError) as caught:
        replace(REAL, **{name: value})
    assert str(caught.value) == said


UNKNOWN = {
    "data": ("digit", "unknown data set `digit`: did you mean digits"),
    "model": ("mpl:relu", "unknown model `mpl`: did you mean mlp"),
    "method": ("smm", "unknown method `smm`: did you mean"),
    "loss": ("hinge", "unknown loss `hinge`: did you mean"),
    "batch": (97, "a mini-batch of `digits` takes 1 to 96 samples, got 97."),
    "train": (5000, "`digits` has 1797 samples to part"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_word_is_told_before_any_work(name, tmp_path):
    value, said = UNKNOWN[name]
    with pytest.raises(ValueError) as caught:
        swept(tmp_path / "out", replace(REAL, **{name: value}))
    assert str(caught.value).startswith(said) and "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("model", ["mlp:rleu", "vit:relu"])
def test_an_activation_that_a_model_does_not_take_is_one_line(model, tmp_path):
    with pytest.raises(ValueError) as caught:
        swept(tmp_path / "out", replace(REAL, model=model))
    name, _, word = model.partition(":")
    assert name in str(caught.value) and "activation" in str(caught.value)
    assert "\n" not in str(caught.value) and not (tmp_path / "out").exists()


def test_too_many_networks_for_the_memory_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(estimate, "available", lambda: 8e8)
    swept(tmp_path / "few", replace(REAL, epochs=1, seeds=1))
    rates = tuple(np.geomspace(0.01, 1, 256).tolist())
    with pytest.raises(ValueError, match="of memory, 0.745 GiB are free: fewer --jobs"):
        swept(tmp_path / "many", replace(REAL, model="cnn:relu", eta=rates))


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Eight networks, trained in this process, where torch has other threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        path = swept(tmp_path_factory.mktemp("real"), REAL)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    return path


def test_trained_networks_have_the_same_bytes_on_two_processes(real, tmp_path):
    assert swept(tmp_path, REAL, jobs=2).read_bytes() == real.read_bytes()


def test_a_trained_network_stands_in_its_cell(real):
    """Started by torch's own means; trained alone, where sums differ by rounding."""
    found = opened(real).sel(seed=4, rho=0.3, eta=0.1)
    words = (REAL.data, REAL.model, REAL.loss, REAL.train, REAL.dtype, REAL.device)
    net = training.networks(*words)["train"]
    module = copy.deepcopy(net.module)
    torch.nn.utils.vector_to_parameters(net.initial(4).clone(), module.parameters())
    loss = torch.nn.functional.cross_entropy(module(net.X), net.y).detach()
    assert float(found.start_loss) == pytest.approx(float(loss), rel=1e-5)
    alone = replace(REAL, eta=(0.1,), rho=(0.3,), seeds=1, first_seed=4)
    (told,) = training.trained(alone, 0, 1)
    assert told["diverged"] == found.diverged == -1
    for name in ("train_loss", "validation_loss", "test_loss", "g_norm", "d_norm"):
        assert float(found[name]) == pytest.approx(float(told[name]), rel=1e-4)


def test_a_network_that_diverges_is_kept_as_what_it_is(real):
    found = opened(real).sel(eta=1e30)
    assert (found.diverged == 1).all() and not np.isfinite(found.train_loss).any()
    assert np.isnan(found.test_accuracy).all()
