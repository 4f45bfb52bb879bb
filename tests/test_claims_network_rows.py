"""P4, L33 and L35 on networks: on results made up, by other means, and on mutants."""

import json

import numpy as np
import pytest
import xarray
from scipy import stats

from experiments.networks import upper
from experiments.zoo.again import cells
from theory import claims, kept
from theory.judge import ALPHA, judge
from theory.measured import again, reading
from theory.measured import upper as largest

TASKS = ("digits mlp relu", "digits noisy mlp relu", "fashion_mnist noisy mlp relu")
LABELS = ("SAM", "F-SAM", "SSAM-N", "Stable F-SAM", "AdaSAM", "AdaSAM (rho 0)")
BETTER = ("F-SAM", "Stable F-SAM", "AdaSAM")
NETWORKS = ("digits mlp tanh", "digits mlp relu")


def made_accuracies(folder, gain=0.0, spread=0.001, seeds=100):
    """Test accuracies: those of the methods that are praised are so much higher."""
    rng = np.random.default_rng(0)
    test = 0.8 + spread * rng.normal(size=(len(TASKS), len(LABELS), seeds))
    test += gain * np.isin(LABELS, BETTER)[:, None]
    keep(folder, again.EXPERIMENT, {"test_accuracy": test}, TASKS, LABELS)


def made_edges(folder, ratio=1.0, spread=0.1, seeds=60, cut=0.0):
    """Largest rates: SGD's times a ratio."""
    labels = ("GD", "USAM", "SAM")
    rng = np.random.default_rng(0)
    logs = spread * rng.normal(size=(len(NETWORKS), len(labels), seeds))
    logs += np.log(ratio) * np.array([0, 1, 1])[:, None]
    edge = np.exp(logs)
    edge[1, 1] = np.nan  # USAM is not measured there
    table = {"edge": edge, "cut": np.full(edge.shape, cut)}
    keep(folder, largest.EXPERIMENT, table, NETWORKS, labels)


def keep(folder, name, table, tasks, labels):
    dims = ("task", "algorithm", "seed")
    xarray.Dataset(
        {key: (dims, values) for key, values in table.items()},
        coords={"task": list(tasks), "algorithm": list(labels)},
        attrs={kept.RESTS_ON: json.dumps({})},
    ).to_netcdf(folder / f"{name}.nc", engine="h5netcdf")


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """Verdicts of a row's claims that read a result, made up by `make(**numbers)`."""
    monkeypatch.setattr(kept, "KEPT", tmp_path)

    def verdicts(row, make, **numbers):
        reading._read.cache_clear()
        make(tmp_path, **numbers)
        statement = claims.load(row)
        reads = [c for c in statement.claims if c.runs]
        found = [judge(claim, statement.grade, True) for claim in reads]
        return {j.id.partition(".")[2]: j.verdict for j in found}

    yield verdicts
    reading._read.cache_clear()


@pytest.mark.parametrize(
    ("gain", "more", "above", "within", "not_less"),
    [
        (0.02, "supported", "supported", "refuted", "supported"),
        (0.007, "supported", "supported", "supported", "supported"),
        (0.003, "refuted", "supported", "supported", "supported"),
        (-0.003, "refuted", "refuted", "supported", "supported"),
        (-0.02, "refuted", "refuted", "refuted", "refuted"),
    ],
)
def test_half_a_point_and_a_point_decide(judged, gain, more, above, within, not_less):
    found = judged("L33", made_accuracies, gain=gain)
    assert (found["more"], found["stable"]) == (more, more)
    assert (found["within"], found["stable_within"]) == (within, within)
    found = judged("L35", made_accuracies, gain=gain)
    assert (found["sam"], found["amsgrad"], found["wrong"]) == (more, more, above)
    assert (found["sam_not_less"], found["amsgrad_within"]) == (not_less, within)


def test_an_interval_that_holds_the_bound_leaves_a_row_open(judged):
    found = judged("L33", made_accuracies, gain=0.005, spread=0.03)
    assert set(found.values()) == {"open"}


@pytest.mark.parametrize("row", ["L33", "L35"])
def test_too_few_seeds_decide_nothing(judged, row):
    assert set(judged(row, made_accuracies, gain=0.02, seeds=20).values()) == {"open"}


def test_without_fashion_mnist_its_claim_waits(judged, monkeypatch):
    monkeypatch.setattr(f"{__name__}.TASKS", TASKS[:2])
    found = judged("L35", made_accuracies, gain=0.02)
    assert found["wrong"] == "open" and found["sam"] == "supported"


def test_one_task_refutes_every_task(judged):
    def one_worse(folder):
        made_accuracies(folder, gain=0.007)
        reading._read.cache_clear()
        path = folder / f"{again.EXPERIMENT}.nc"
        whole = xarray.load_dataset(path, engine="h5netcdf")
        whole.test_accuracy[1, LABELS.index("F-SAM")] -= 0.05
        whole.to_netcdf(path, engine="h5netcdf")

    found = judged("L33", one_worse)
    assert (found["more"], found["within"]) == ("refuted", "refuted")
    assert (found["stable"], found["stable_within"]) == ("supported", "supported")


def test_gains_are_points_paired_by_seed(judged):
    judged("L33", made_accuracies, gain=0.004, spread=0.01)
    test = reading.dataset(again.EXPERIMENT).test_accuracy.sel(task=TASKS[0])
    one, two = (100 * test.sel(algorithm=a).values for a in ("F-SAM", "SAM"))
    told = stats.ttest_rel(one, two).confidence_interval(0.99)
    found = again.gained(TASKS[0], "F-SAM", "SAM", 30, 0, 0.01)
    assert (found.low, found.high) == pytest.approx((told.low, told.high))


@pytest.mark.parametrize(
    ("ratio", "verdict"), [(0.8, "supported"), (1.25, "refuted"), (1.0, "open")]
)
def test_quotients_of_largest_rates_decide(judged, ratio, verdict):
    found = judged("P4", made_edges, ratio=ratio)
    assert found == {"tanh": verdict, "normalised": verdict}


def test_networks_may_have_other_numbers_of_seeds(judged):
    def fewer(folder):
        made_edges(folder, ratio=0.8)
        path = folder / f"{largest.EXPERIMENT}.nc"
        whole = xarray.load_dataset(path, engine="h5netcdf")
        whole.edge[1, :, 30:] = np.nan
        whole.to_netcdf(path, engine="h5netcdf")

    assert judged("P4", fewer)["normalised"] == "supported"
    logs = np.log(reading.dataset(largest.EXPERIMENT).edge.sel(task=NETWORKS[1]))
    apart = (logs.sel(algorithm="SAM") - logs.sel(algorithm="GD")).values[:30]
    half = stats.t.ppf(0.995, 29) * stats.sem(apart)
    found = largest.over(NETWORKS[1], "SAM", "GD", 30, 0, 0.01)
    assert np.log(found.high / found.low) == pytest.approx(2 * half)


def test_seeds_are_added_only_while_nothing_is_decided(judged):
    assert judged("P4", made_edges, ratio=0.8, seeds=30)["tanh"] == "supported"
    assert judged("P4", made_edges, ratio=0.93, seeds=30)["tanh"] == "open"
    assert judged("P4", made_edges, ratio=0.93, spread=0.08)["tanh"] == "supported"


def test_a_window_that_ends_too_early_is_no_verdict(judged):
    assert judged("P4", made_edges, ratio=0.8, cut=1.0)["normalised"] == "failed"


def test_the_interval_of_a_quotient_is_that_of_its_logarithm(judged):
    judged("P4", made_edges, ratio=0.8)
    edge = reading.dataset(largest.EXPERIMENT).edge.sel(task=NETWORKS[0])
    logs = [np.log(edge.sel(algorithm=a).values) for a in ("USAM", "GD")]
    told = stats.ttest_rel(*logs).confidence_interval(1 - ALPHA)
    found = largest.over(NETWORKS[0], "USAM", "GD", 60, 1, ALPHA)
    assert (found.low, found.high) == pytest.approx(np.exp([told.low, told.high]))


def test_the_end_of_a_range_is_told_without_bias():
    rng = np.random.default_rng(0)
    for end in (2.0, 2.17, 2.3):  # of a range that ends sharply
        logs = []
        for shift in rng.uniform(size=4000):
            eta = upper.rates(1.0, 4.0, shift)
            logs.append(np.log(upper.edge(eta, eta <= end)))
        assert np.max(np.abs(logs - np.log(end))) <= np.log(upper.STEP) / 2 + 1e-12
        assert np.mean(logs) == pytest.approx(np.log(end), abs=4e-3)


def test_a_window_holds_its_ends():
    for windows in upper.WINDOWS.values():
        for _, low, high in windows.values():
            for shift in (0.0, 0.999):
                eta = upper.rates(low, high, shift)
                np.testing.assert_allclose(np.diff(np.log2(eta)), 0.25)
                assert low <= eta[0] < low * upper.STEP and eta[-1] >= high


def test_what_fails_below_the_end_is_taken_off():
    eta = upper.rates(1.0, 2.0, 0.5)
    trains = np.array([True, False, True, False, False])
    assert upper.edge(eta, trains) == pytest.approx(eta[0] * upper.STEP**1.5)


def test_the_best_cell_is_found_by_plain_loops():
    rng = np.random.default_rng(3)
    accuracy = rng.integers(90, 92, (3, 4, 2)) / 100  # many are equal
    loss = rng.uniform(size=(3, 4, 2))
    accuracy[0, 0] = 0.99, np.nan  # a seed overflew
    dims = ("rho_level", "eta_level", "seed")
    here = xarray.Dataset(
        {"test_accuracy": (dims, accuracy), "test_loss": (dims, loss)}
    ).assign(eta=("eta_level", [1.0, 2, 3, 4]), rho=("rho_level", [0.1, 0.2, 0.3]))
    best, found = (-1.0, 0.0), None
    for i, rho in enumerate(here.rho.values):
        for k, eta in enumerate(here.eta.values):
            key = round(accuracy[i, k].mean(), 9), -loss[i, k].mean()
            if np.isfinite(key[0]) and key > best:
                best, found = key, (eta, rho)
    assert cells.best(here) == found
