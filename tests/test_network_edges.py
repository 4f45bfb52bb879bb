"""Largest rates and best cells from many seeds: small runs, resumed, told and drawn."""

import numpy as np
import pytest
import xarray

from experiments import network_edges, parts, run, variants_again
from experiments.networks import upper, upper_report
from experiments.networks.job import Training
from experiments.networks.training import trained
from experiments.zoo.again import cells
from experiments.zoo.again import report as again_report
from figures import network_edges as edges_figure
from figures import variants_again as again_figure
from theory import methods

TINY = {"seeds": 2, "epochs": 1, "train": 80, "jobs": 1}


@pytest.fixture(scope="module")
def edges(tmp_path_factory):
    """A tiny result, its folder and its options."""
    config = network_edges.Config(
        quick=True, out=tmp_path_factory.mktemp("edges"), **TINY
    )
    network_edges.work(config)
    return run.load(config.out / "network_edges.nc"), config


@pytest.fixture(scope="module")
def accuracies(tmp_path_factory):
    """The same of the other experiment, with both kinds of labels."""
    out = tmp_path_factory.mktemp("again")
    config = variants_again.Config(out=out, **TINY)
    few, rates = cells.SPECS, cells.RATES
    cells.SPECS, cells.RATES = ("sam", "friendly-sam"), ("digits", "digits:noisy")
    try:
        dataset = variants_again.measure(config)
    finally:
        cells.SPECS, cells.RATES = few, rates
    run.save(dataset, out / "variants_again.nc", config, "tiny")
    return dataset


def test_an_edge_counts_the_rates_that_train(edges):
    whole, _ = edges
    assert whole.algorithm.values.tolist() == ["GD", "USAM", "SAM"]
    for seed in (100, 101):
        at = whole.sel(task="digits mlp tanh", algorithm="USAM", seed=seed)
        eta = at.eta.values[np.isfinite(at.eta.values)]
        words = ("digits", "mlp:tanh", "usam", tuple(eta), (3.0,), 1, 1, seed)
        job = Training(*words, train=80)
        runs = trained(job, 0, len(eta))
        trains = (runs["diverged"] < 0) & (runs["train_loss"] < runs["start_loss"] / 2)
        np.testing.assert_array_equal(at.trains.values[: len(eta)], trains)
        assert float(at.edge) == pytest.approx(eta[0] * 2 ** ((trains.sum() - 0.5) / 4))
        assert bool(at.cut) == trains[-1]


def test_methods_share_a_shift_and_seeds_do_not(edges):
    whole, _ = edges
    first = whole.eta.isel(rate=0).sel(task="digits mlp tanh")
    phase = np.mod(4 * np.log2(first / [11.0, 9.0, 8.0]), 1)  # windows' first rates
    np.testing.assert_allclose(phase.std("algorithm"), 0, atol=1e-9)
    assert abs(float(phase[0, 0] - phase[1, 0])) > 1e-3


def test_what_is_complete_is_not_trained_again(edges, monkeypatch):
    whole, config = edges
    monkeypatch.setattr(upper, "do", None)
    again = network_edges.measure(config)
    np.testing.assert_array_equal(again.edge, whole.edge)


def test_longer_names_stay_whole(edges, tmp_path):
    whole, config = edges
    first, blocks = whole.isel(task=[0]).drop_vars("step"), []
    first = first.assign(rho=first.rho.expand_dims(seed=whole.seed))
    for name in ("digits", "fashion_mnist mlp relu"):
        block = first.assign_coords(task=[name])
        block.to_netcdf(tmp_path / "block.nc", engine="h5netcdf")
        blocks.append(run.load(tmp_path / "block.nc"))
    run.save(upper.whole(blocks), tmp_path / "whole.nc", config, "tiny")
    found = run.load(tmp_path / "whole.nc").task.values.tolist()
    assert found == ["digits", "fashion_mnist mlp relu"]


def test_radii_are_those_of_the_windows(edges):
    whole, _ = edges
    at = whole.rho.sel(task="digits mlp tanh").values
    np.testing.assert_array_equal(at, [0.0, 3.0, 2.0])


def test_a_test_accuracy_is_that_of_the_cell(accuracies):
    for task, spec, count in (
        (("digits", "mlp:relu"), "friendly-sam", 2),
        (("digits:noisy", "mlp:relu"), "sam", 4),
    ):
        label = " ".join(task).replace(":", " ")
        at = accuracies.sel(task=label, algorithm=methods.label(spec))
        cell = (float(at.chosen_eta),), (float(at.chosen_rho),)
        job = Training(*task, spec, *cell, count, 1, 100, train=80)
        anew = [float(trained(job, k, k + 1)["test_accuracy"][0]) for k in range(count)]
        np.testing.assert_allclose(at.test_accuracy.dropna("seed"), anew, atol=2e-3)


def test_a_run_that_overflows_tells_nothing_right(accuracies):
    nan = np.nan  # two seeds; of the second task one was not run
    ran = np.array([[[1.0, 1.0]], [[1.0, nan]]])
    test = np.array([[[0.9, nan]], [[0.8, nan]]])
    dims = ("task", "algorithm", "rho_level", "eta_level", "seed")
    shape = (2, 1, 1, 1, 2)
    tasks = [("digits", "mlp:relu"), ("digits:noisy", "mlp:relu")]
    runs = xarray.Dataset(
        {
            "test_accuracy": (dims, test.reshape(shape)),
            "start_loss": (dims, ran.reshape(shape)),
        },
        coords={"task": ["digits mlp relu", "digits noisy mlp relu"],
                "algorithm": ["SAM"], "seed": [100, 101]},
    )  # fmt: skip
    jobs = {(t, "sam"): Training(*t, "sam", (0.1,), (0.2,), 2, 1) for t in tasks}
    found = cells.result(jobs, runs)
    np.testing.assert_array_equal(found.test_accuracy[:, 0], [[0.9, 0], [0.8, nan]])
    np.testing.assert_array_equal(found.overflown[:, 0], [1, 0])


def test_tables_and_answers_are_of_the_data(edges, accuracies):
    whole, _ = edges
    table, answer = upper_report.table(whole), upper_report.answer(whole)
    at = whole.edge.sel(task="digits mlp tanh")
    over = np.exp(np.log(at.sel(algorithm="SAM") / at.sel(algorithm="GD")).mean())
    assert f"SAM's is {float(over):.3g} times SGD's on digits mlp tanh" in answer
    assert "digits mlp relu  SAM" in table
    four = accuracies.reindex(algorithm=["SAM", "F-SAM"])
    assert f"{100 * float(four.test_accuracy[0, 0].mean()):.2f}" in again_report.table(
        four
    )


def test_pictures_are_drawn(edges, accuracies, tmp_path):
    _, config = edges
    (draw,) = edges_figure.network_edges(config.out).values()
    labels = ("Stable F-SAM", "SSAM-N", "AdaSAM", "AdaSAM (rho 0)")
    rows = [accuracies.sel(algorithm="SAM").assign_coords(algorithm=n) for n in labels]
    full = xarray.concat([accuracies, *rows], "algorithm")
    run.save(full, tmp_path / "variants_again.nc", config, "tiny")
    (other,) = again_figure.variants_again(tmp_path).values()
    assert len(draw().axes) == 2 and len(other().axes) == 4
    assert again_report.answer(full).startswith("Percentage points")


@pytest.mark.parametrize("experiment", [network_edges, variants_again])
def test_bad_options_are_named(experiment):
    with pytest.raises(run.BadOption, match="--seeds must be >= 2, got 1"):
        experiment.Config(seeds=1)


def test_parts_are_blocks_of_seeds():
    config = network_edges.Config(seeds=20)
    blocks = upper.blocks(config)
    assert len(blocks["digits mlp relu 1"]) == 10
    assert len([name for name in blocks if "tanh" in name]) == 4
    keys = {parts.place("network_edges", config, name, "key") for name in blocks}
    assert len(keys) == len(blocks)
