"""Experiment on networks' learning rates: training, selection, judgement, ranges."""

from __future__ import annotations

import itertools
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
import xarray
from scipy import stats

from experiments import network_regimes
from experiments.networks import answer, paired, plan, ranges, report, tuned, words
from experiments.networks.grid import axes
from experiments.networks.job import Training
from experiments.networks.training import ordered, trained
from experiments.run import BadOption, load
from landscapes.splits import split

TINY = Training(
    "digits", "mlp:tanh", "gd", (0.1, 0.5), (0.0,), 2, 2, batch=32, train=96,
    dtype="float64",
)  # fmt: skip


def hand_written(name, module, loss, eta, rho):
    """One step of torch modules, by the formulas, tensor by tensor; no step of ours."""
    weights = list(module.parameters())

    def gradients():
        return torch.autograd.grad(loss(), weights)

    def length(tensors):
        return sum(float((t**2).sum()) for t in tensors) ** 0.5

    g = gradients()
    ascent = {"gd": 0.0, "usam": rho, "ssam": rho}.get(name, rho / length(g))
    with torch.no_grad():
        for w, each in zip(weights, g, strict=True):
            w += ascent * each
    d = gradients()
    with torch.no_grad():
        for w, each in zip(weights, g, strict=True):
            w -= ascent * each
        scale = length(g) / length(d) if name.startswith("ssam") else 1.0
        for w, each in zip(weights, d, strict=True):
            w -= eta * scale * each
    return length(g), scale * length(d)


def by_hand(job, seed, rho, eta):
    """Final losses and accuracies, and the last epoch's norms, of one run alone."""
    from experiments.networks.task import networks

    net = networks("digits", job.model, job.loss, job.train, job.dtype, "cpu")["train"]
    module = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(64, 32), torch.nn.Tanh(),
        torch.nn.Linear(32, 10),
    ).double()  # fmt: skip
    torch.nn.utils.vector_to_parameters(net.initial(seed), module.parameters())
    parts = split("digits", job.train)
    data = {
        name: [torch.as_tensor(a) for a in getattr(parts, name)]
        for name in ("train", "validation", "test")
    }
    X, y = data["train"]
    norms = []
    for epoch in range(job.epochs):
        order = np.random.default_rng([seed, epoch]).permutation(len(X))
        for batch in np.array_split(order, -(-len(X) // job.batch)):
            rows = X[batch], y[batch]
            step = hand_written(
                job.method, module,
                lambda rows=rows: torch.nn.functional.cross_entropy(
                    module(rows[0]), rows[1]
                ),
                eta, rho,
            )  # fmt: skip
            norms.append((epoch, *step))
    last = np.mean([n[1:] for n in norms if n[0] == job.epochs - 1], axis=0)
    told = {"g_norm": last[0], "d_norm": last[1]}
    with torch.no_grad():
        for name, (X, y) in data.items():
            z = module(X)
            told[f"{name}_loss"] = float(torch.nn.functional.cross_entropy(z, y))
            told[f"{name}_accuracy"] = float((z.argmax(1) == y).double().mean())
    return told


@pytest.mark.parametrize("name", ["gd", "sam", "usam", "ssam", "ssam-n"])
def test_a_cell_is_what_a_loop_over_torch_modules_gives(name):
    job = replace(TINY, method=name, rho=(0.0,) if name == "gd" else (0.1, 0.7))
    size = len(job.rho) * len(job.eta)
    found = trained(job, size, 2 * size)[-1]  # the second seed, largest rho and eta
    expected = by_hand(job, 1, job.rho[-1], job.eta[-1])
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-8), key
    assert found["diverged"] == -1


def test_every_sample_is_seen_once_an_epoch_in_an_order_of_seed_and_epoch():
    order = ordered(100, 32, seed=3)
    epochs = [np.concatenate([order(t) for t in range(k, k + 4)]) for k in (0, 4)]
    assert all(sorted(each) == list(range(100)) for each in epochs)
    assert (epochs[0] != epochs[1]).any()
    again = ordered(100, 32, seed=3)
    assert (again(5) == order(5)).all()
    assert (ordered(100, 32, seed=4)(0) != order(0)).any()


def test_all_methods_start_and_go_through_the_data_alike():
    runs = [trained(replace(TINY, method=m), 0, 2) for m in ("gd", "sam", "usam")]
    for column in ("start_loss", "train_loss", "test_loss"):  # rho = 0 is GD
        assert all((run[column] == runs[0][column]).all() for run in runs)


def test_a_diverged_neighbour_changes_no_bit_of_the_others():
    job = replace(TINY, model="mlp:relu", dtype="float32", epochs=4)
    calm = trained(replace(job, eta=(0.1, 0.2, 0.3)), 0, 3)
    wild = trained(replace(job, eta=(0.1, 0.2, 1e30)), 0, 3)
    assert wild["diverged"].tolist() == [-1, -1, 1]
    assert not np.isfinite(wild["test_loss"][2])
    assert np.isnan(wild["test_accuracy"][2])
    assert calm[:2].tobytes() == wild[:2].tobytes()


def test_a_loss_that_bursts_and_returns_is_marked_with_its_first_epoch():
    job = replace(TINY, eta=(3.0, 300.0), epochs=3)
    found = trained(job, 0, 2)
    assert found["diverged"][0] == -1
    assert found["diverged"][1] == 1
    assert np.isfinite(found["train_loss"][1])  # it ran on


def test_runs_of_two_seeds_are_not_trained_together():
    with pytest.raises(ValueError, match="runs trained together are of one seed"):
        trained(TINY, 1, 3)


# -- Choosing and judging, on made-up numbers ------------------------------------------

LABELS = ["GD", "SAM", "USAM", "SSAM", "SSAM-N"]


def made_up(rng, tasks=2, seeds=5, rho=3, eta=4):
    """A grid of random results."""
    shape = (tasks, len(LABELS), rho, eta, seeds)
    dims = ("task", "algorithm", "rho_level", "eta_level", "seed")
    columns = ("validation_accuracy", "validation_loss", "test_accuracy", "train_loss")
    grid = xarray.Dataset({c: (dims, rng.random(shape)) for c in columns})
    grid["start_loss"] = xarray.full_like(grid.train_loss, 1.4)
    grid["diverged"] = xarray.full_like(grid.train_loss, -1, dtype=int)
    etas = np.tile(2.0 ** np.arange(eta), (tasks, 1))
    return grid.assign(
        eta=(("task", "eta_level"), etas),
        rho=(dims[:3], rng.random(shape[:3])),
        radius_unit=("algorithm", ["none", "length", "rate", "rate", "length"]),
    ).assign_coords(task=[f"t{k}" for k in range(tasks)], algorithm=LABELS)


def test_the_best_mean_validation_accuracy_is_chosen_and_ties_go_to_the_loss():
    grid = made_up(np.random.default_rng(0))
    grid["validation_accuracy"] = (grid.validation_accuracy * 3).round() / 3  # ties
    grid.validation_accuracy[0, 0, 1, 2] = np.nan  # one that overflew
    choice = tuned.chosen(grid)
    for task, a in itertools.product(range(2), range(len(LABELS))):
        best = None
        for r, e in itertools.product(range(3), range(4)):
            shares = grid.validation_accuracy.values[task, a, r, e]
            loss = grid.validation_loss.values[task, a, r, e].mean()
            if not np.isnan(shares).any():
                key = (-round(shares.mean(), 9), loss, r, e)
                best = key if best is None else min(best, key)
        cell = choice.isel(task=task, algorithm=a)
        assert (cell.chosen_rho_level, cell.chosen_eta_level) == best[2:]
        assert float(cell.chosen_eta) == 2.0 ** best[3]
        assert float(cell.chosen_rho) == float(grid.rho[task, a, best[2]])


def test_fresh_seeds_are_none_of_the_grid():
    job = replace(TINY, seeds=5)
    choice = tuned.chosen(made_up(np.random.default_rng(1), tasks=1))
    choice = choice.assign_coords(task=["digits mlp tanh"])
    (anew,) = tuned.judges({(("digits", "mlp:tanh"), "gd"): job}, choice, 20).values()
    assert range(anew.first_seed, anew.first_seed + anew.seeds) == range(5, 25)
    assert (len(anew.eta), len(anew.rho)) == (1, 1)


def fresh_tests(rng, seeds=20):
    """Accuracies whose seeds matter more than the methods: pairing is what tells."""
    luck = rng.normal(0, 0.05, (2, 1, seeds))
    gain = np.array([0, 0, 0.001, 0.004, 0.006])[None, :, None]
    values = 0.9 + luck + gain + rng.normal(0, 0.002, (2, len(LABELS), seeds))
    dims = ("task", "algorithm", "fresh_seed")
    coords = {"task": ["t0", "t1"], "algorithm": LABELS}
    return xarray.DataArray(values, dims=dims, coords=coords)


def test_differences_are_paired_t_intervals_over_the_family_of_all_comparisons():
    test = fresh_tests(np.random.default_rng(2))
    found = tuned.judged(test)
    pairs = [("SAM", "GD"), ("USAM", "GD"), ("SSAM", "GD"), ("SSAM-N", "GD"),
             ("SSAM", "SAM"), ("SSAM-N", "SAM"), ("SSAM", "USAM")]  # fmt: skip
    assert sorted(paired.comparisons(LABELS)) == sorted(pairs)
    assert int(found.difference.notnull().sum()) == 2 * len(pairs)
    for task, (label, other) in itertools.product(range(2), pairs):
        a, b = (test.isel(task=task).sel(algorithm=n).values for n in (label, other))
        oracle = stats.ttest_rel(a, b).confidence_interval(1 - 0.05 / 14)
        cell = found.isel(task=task).sel(algorithm=label, versus=other)
        assert float(cell.difference) == pytest.approx((a - b).mean(), rel=1e-12)
        assert float(cell.difference_low) == pytest.approx(oracle.low, rel=1e-9)
        assert float(cell.difference_high) == pytest.approx(oracle.high, rel=1e-9)
    assert (found.difference_low.sel(algorithm="SSAM-N", versus="GD") > 0).all()


def test_a_shuffled_pairing_is_seen():
    test = fresh_tests(np.random.default_rng(2))
    wrong = test.copy()
    wrong[:, 1:] = wrong[:, 1:, ::-1].values  # the others' seeds in another order
    found = tuned.judged(wrong).sel(algorithm="SSAM-N", versus="GD")
    assert (found.difference_low < 0).all()


def test_a_fresh_run_that_overflows_counts_against_the_method_that_chose_it():
    rng = np.random.default_rng(7)
    runs = made_up(rng, tasks=1, seeds=6, rho=1, eta=1).assign_coords(seed=range(6))
    runs["test_accuracy"] = runs.test_accuracy.dims, np.full((1, 5, 1, 1, 6), 0.9)
    runs["test_loss"] = runs.train_loss
    runs.test_accuracy[0, LABELS.index("SSAM"), 0, 0, 2] = np.nan
    found = tuned.at_best(runs)
    assert found.tuned_overflown.values.tolist() == [[0, 0, 0, 1, 0]]
    judged = tuned.judged(found.tuned_test).isel(task=0)
    ssam = judged.sel(algorithm="SSAM", versus=["GD", "SAM"])
    assert ssam.difference.values == pytest.approx([-0.9 / 6] * 2)
    assert (ssam.difference_low < 0).all()


# -- Ranges ----------------------------------------------------------------------------


def test_the_longest_row_is_found():
    rng = np.random.default_rng(3)
    good = rng.random((200, 9)) < 0.6
    low, high = ranges.longest(good)
    for row, a, b in zip(good, low, high, strict=True):
        rows = [
            (j - i, j, i)
            for i, j in itertools.combinations_with_replacement(range(9), 2)
            if row[i : j + 1].all()
        ]
        assert (b - a, b, a) == max(rows) if rows else a == b == -1


def ladder(upto, seeds=3):
    """A grid of eight rates 1, 2, 4 ... in which each method trains up to its own."""
    grid = made_up(np.random.default_rng(4), tasks=1, seeds=seeds, rho=1, eta=8)
    level = np.arange(8)[None, None, None, :, None]
    ends = np.array([upto[label] for label in LABELS])[None, :, None, None, :]
    grid["train_loss"] = grid.train_loss.dims, np.where(level <= ends, 0.1, 1.3)
    return grid


def test_the_largest_rates_are_compared_seed_by_seed_and_to_a_step_of_the_grid():
    upto = {"GD": (3, 4, 3), "SAM": (1, 2, 1), "USAM": (3, 4, 3), "SSAM": (6, 6, 6),
            "SSAM-N": (4, 5, 4)}  # fmt: skip
    found = ranges.ranges(ladder(upto)).isel(task=0, rho_level=0)
    sam = found.sel(algorithm="SAM", versus="GD")
    # Of every seed a quarter: no spread, and the grid's step of 2 either way.
    ends = [float(sam[f"train_largest_ratio{e}"]) for e in ("", "_low", "_high")]
    assert ends == pytest.approx([0.25, 0.125, 0.5])
    ssam = found.sel(algorithm="SSAM", versus="GD")
    apart = np.log(2.0) * np.array([3, 2, 3])
    oracle = stats.t.interval(0.95, 2, apart.mean(), stats.sem(apart))
    assert float(ssam.train_largest_ratio) == pytest.approx(np.exp(apart.mean()))
    low, high = np.exp(oracle[0]) / 2, np.exp(oracle[1]) * 2
    assert float(ssam.train_largest_ratio_low) == pytest.approx(low)
    assert float(ssam.train_largest_ratio_high) == pytest.approx(high)
    # Where all seeds train: from the first rate to the smallest of their own ends.
    assert found.range_train_high.values.tolist() == [8, 2, 8, 64, 16]
    assert (found.range_train_low == 1).all()
    # A radius in another unit is no partner.
    assert np.isnan(found.train_largest_ratio.sel(algorithm="SSAM", versus="SAM"))
    assert found.train_largest_ratio.sel(algorithm="SSAM", versus="USAM") > 4


def test_a_run_that_once_burst_has_not_trained():
    grid = ladder(dict.fromkeys(LABELS, (7, 7, 7)))
    grid.diverged[0, 1, 0, 5, 2] = 4
    found = ranges.ranges(grid).isel(task=0, rho_level=0)
    assert found.range_train_high.values.tolist() == [128, 16, 128, 128, 128]
    sam = found.sel(algorithm="SAM", versus="GD")
    assert float(sam.train_largest_ratio) == pytest.approx(0.5)  # of three seeds an 8th
    assert float(sam.end_largest_ratio) == pytest.approx(1)  # by the end it had


def test_a_test_range_is_within_a_standard_error_of_the_best():
    grid = ladder(dict.fromkeys(LABELS, (7,) * 5), seeds=5)
    dims = grid.test_accuracy.dims
    mean = np.array([0.90, 0.96, 0.97, 0.90, 0.9, 0.9, 0.9, 0.9])[:, None]
    noise = np.array([-0.02, 0, 0, 0, 0.02])  # standard error .0063
    good = np.broadcast_to(mean + noise, grid.test_accuracy.shape)
    grid["test_accuracy"] = dims, good.copy()
    found = ranges.ranges(grid)
    assert (found.range_test_low == 4).all() and (found.range_test_high == 4).all()
    grid["test_accuracy"] = dims, np.where(mean == 0.96, 0.965 + noise, good)
    found = ranges.ranges(grid)
    assert (found.range_test_low == 2).all() and (found.range_test_high == 4).all()
    ratio = found.test_width_ratio.isel(versus=0, task=0, rho_level=0)[1:]
    assert ratio.values.tolist() == pytest.approx([1.0] * 4)


def test_test_ranges_are_those_of_a_loop_over_methods_and_radii():
    grid = made_up(np.random.default_rng(8), eta=9)
    grid["train_loss"] = grid.train_loss.dims, 0.2 + 0.6 * grid.train_loss.values
    found, eta = ranges.ranges(grid), 2.0 ** np.arange(9)
    for task, a, r in itertools.product(range(2), range(len(LABELS)), range(3)):
        at = {"task": task, "algorithm": a, "rho_level": r}
        trains = (grid.train_loss.isel(at) < 0.7).values.all(-1)
        rows = [
            (j - i, j, i)
            for i, j in itertools.combinations_with_replacement(range(9), 2)
            if trains[i : j + 1].all()
        ]
        ends = [float(found[f"range_test_{end}"].isel(at)) for end in ("low", "high")]
        if not rows:
            assert np.isnan(ends).all()
            continue
        _, last, first = max(rows)
        tests = grid.test_accuracy.isel(at).values[first : last + 1]
        error = np.median([stats.sem(cell) for cell in tests])
        best = max(cell.mean() for cell in tests)
        good = [e for e, c in zip(eta[first:], tests, strict=False)
                if c.mean() >= best - error]  # fmt: skip
        assert ends == [good[0], good[-1]]


def test_of_equally_good_methods_that_with_more_radii_has_no_narrower_range():
    # Nothing but noise: 400 tasks, GD has one row of rates, the others five.
    rng = np.random.default_rng(9)
    grid = made_up(rng, tasks=400, rho=5, eta=24)
    grid["train_loss"] = xarray.full_like(grid.train_loss, 0.1)
    grid["test_accuracy"] = xarray.full_like(grid.test_accuracy, 0.9)
    grid["test_accuracy"] += rng.normal(0, 0.01, grid.test_accuracy.shape)
    one = grid.test_accuracy.isel(algorithm=[0], rho_level=[0])
    grid.test_accuracy[:, [0]] = one.values
    ratio = np.log(ranges.ranges(grid).test_width_ratio.isel(versus=0)[:, 1:])
    apart = ratio.mean(("algorithm", "rho_level")).values
    assert abs(apart.mean()) < 3 * stats.sem(apart)
    # By the standard of all a method's cells, with that cell's own error, it has.
    tests = grid.test_accuracy.values
    assert by_cell(tests[:, 1]) < 0.6 * by_cell(tests[:, 0, :1])


@pytest.mark.parametrize("rates", [8, 12, 24])
def test_noise_alone_makes_ranges_as_wide_as_is_said(rates):
    rng = np.random.default_rng(10)
    tests = xarray.DataArray(
        rng.normal(size=(4000, rates, 5)), dims=("task", "eta_level", "seed")
    )
    inside = xarray.ones_like(tests.isel(seed=0), dtype=bool)
    eta = xarray.DataArray(np.arange(rates), dims="eta_level")
    low, high = ranges.outermost(ranges.as_good(tests, inside), eta)
    share = (high - low + 1) / rates
    assert float(share.mean()) == pytest.approx(answer.NOISE[0], abs=0.025)
    assert float(share.std()) == pytest.approx(answer.NOISE[1], abs=0.02)


def by_cell(tests):
    """The share of cells `(task, rho, eta, seed)` within their best's own error."""
    mean, error = tests.mean(-1), stats.sem(tests, axis=-1)
    mean, error = (each.reshape(len(tests), -1) for each in (mean, error))
    best = mean.argmax(1, keepdims=True)
    return (mean >= np.take_along_axis(mean - error, best, 1)).mean()


def test_where_there_is_no_range_there_is_no_width():
    grid = ladder(dict.fromkeys(LABELS, (3, 3, 3)) | {"SAM": (-1, -1, -1)})
    found = ranges.ranges(grid).isel(task=0, rho_level=0)
    assert np.isnan(found.range_train_high[1]) and np.isnan(found.range_test_high[1])
    for name in ("test_width", "train_width", "train_largest"):
        ratio = found[f"{name}_ratio"].sel(versus="GD")
        assert np.isnan(ratio).values.tolist() == [True, True, False, False, False]
    assert found.train_none.values.tolist() == [0, 3, 0, 0, 0]
    assert found.end_none.values.tolist() == [0, 3, 0, 0, 0]


def test_a_bound_at_one_is_not_clear_and_a_seed_without_a_rate_is_below():
    # SAM ends a step below GD in all seeds: its interval ends at 1, but for rounding.
    upto = {"GD": (3, 3, 3), "SAM": (2, 2, 2), "USAM": (3, -1, 3), "SSAM": (5, 5, 5),
            "SSAM-N": (1, 1, 1)}  # fmt: skip
    grid = ladder(upto)
    for wrong in (1 - 1e-9, 1 + 1e-9):
        found = ranges.ranges(grid).merge(grid[["eta"]])
        for end in ("_low", "_high"):
            found[f"train_largest_ratio{end}"] *= wrong
        below = {n: answer.clearly(found, "train", n, "GD") for n in LABELS[1:]}
        assert below == {"SAM": (0, 0, 0), "USAM": (0, 1, 1), "SSAM": (1, 0, 0),
                         "SSAM-N": (0, 1, 0)}  # fmt: skip
    assert answer.clearly(found, "train", "SSAM", "USAM") == (1, 0, 0)


# -- The experiment --------------------------------------------------------------------

WORDS = [
    "--data", "digits", "--model", "mlp:relu", "--methods", "gd", "sam", "ssam",
    "--eta", "0.1", "0.4", "--rho", "0.1", "0.3", "--seeds", "2", "--fresh-seeds", "2",
    "--epochs", "1", "--train", "64",
]  # fmt: skip


def said(capsys, tmp_path, jobs):
    config = parsed([*WORDS, "--jobs", str(jobs), "--out", str(tmp_path)])
    network_regimes.work(config)
    return load(tmp_path / "network_regimes.nc"), capsys.readouterr().out


def parsed(words):
    from experiments.run import parse

    return parse(network_regimes.Config, "test", words)


def test_a_tiny_run_from_end_to_end_has_the_same_bytes_with_two_processes(
    tmp_path, capsys
):
    dataset, text = said(capsys, tmp_path / "one", 1)
    said(capsys, tmp_path / "two", 2)
    one, two = (tmp_path / n / "network_regimes.nc" for n in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert dataset.train_loss.dims == (
        "task", "algorithm", "rho_level", "eta_level", "seed"
    )  # fmt: skip
    assert dataset.tuned_test.shape == (1, 3, 2)
    assert dataset.rho.sel(algorithm="GD").values.tolist() == [[0, 0]]
    assert dataset.difference.notnull().sum() == 3
    assert "Bonferroni over 3 comparisons" in dataset.attrs["multiplicity"]
    assert "digits mlp relu" in text and "P6 is" in text
    assert "20 % on digits" not in text and "0.2 on digits" in text
    assert "2 for SGD; 4 for SAM, SSAM" in text
    assert "batch_norm" not in dataset.attrs


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "nonsense"], "unknown data set"),
        (["--model", "nonsense"], "unknown model"),
        (["--methods", "nonsense"], "unknown method"),
        (["--eta", "-1"], "--eta must be finite and > 0, got -1"),
        (["--rho", "-1"], "--rho must be finite and >= 0, got -1"),
        (["--seeds", "1"], "--seeds must be >= 2, got 1"),
        (["--loss", "nonsense"], "unknown loss"),
        (["--methods", "ssam", "stable:usam"], "are both called SSAM"),
        (["--batch", "100000"], "a mini-batch of `digits` takes 1 to"),
    ],
)
def test_bad_words_are_told_in_one_line(words, message, tmp_path):
    words = [*words, "--quick", "--jobs", "1", "--out", str(tmp_path)]
    with pytest.raises((BadOption, ValueError)) as error:
        network_regimes.measure(parsed(words))
    assert message in str(error.value) and "\n" not in str(error.value)


def test_fashion_mnist_is_left_out_where_it_is_not_and_missed_where_it_is_named(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(plan, "present", lambda name: name == "digits")
    assert {data for data, _ in plan.tasks(parsed([]))} == {"digits"}
    named = parsed(["--data", "fashion_mnist"])
    assert plan.tasks(named) == [("fashion_mnist", "mlp:relu")]


def test_help_needs_no_torch():
    code = (
        "import sys; from experiments import network_regimes as n, run\n"
        "try: run.parse(n.Config, 'x', ['--help'])\n"
        "except SystemExit: pass\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def told(test, rng):
    """A result with these accuracies of the fresh runs."""
    grid, overflown = made_up(rng), test.isnull().sum("fresh_seed")
    sizes = [[1000, 297, 500], [2000, 1000, 2000]]
    grid = grid.assign(
        samples=(("task", "part"), sizes), batch_norm=("task", [False, True])
    ).assign_coords(part=["train", "validation", "test"])
    parts = [grid, tuned.chosen(grid), tuned.judged(test), ranges.ranges(grid)]
    runs = {"tuned_test": test, "tuned_overflown": overflown}
    whole = xarray.merge([*parts, xarray.Dataset(runs)], compat="override")
    return whole.assign_attrs(words.attributes(whole))


def test_the_answer_says_what_the_numbers_say():
    rng = np.random.default_rng(6)
    whole = told(fresh_tests(rng), rng)
    text = report.answer(whole)
    assert text.count("(better on 2, worse on 0 of 2)") == 4
    assert text.count("P6 is supported for SSAM, supported for SSAM-N") == 2
    assert "SSAM-N" in report.table(whole)
    assert "each interval by itself" in text and "one partition of the data" in text
    assert "0.2 on t0 (0.34 in validation), 0.05 on t1 (0.1 in validation)" in text
    assert "4 for SGD; 12 for SAM, USAM, SSAM, SSAM-N" in text
    assert "0 of 200 fresh runs overflew" in text


def test_what_sam_gains_is_not_told_as_what_ssam_gains():
    rng = np.random.default_rng(6)
    test = fresh_tests(rng)
    test[:, 1:] = test[:, [1]].values + 0.008 + rng.normal(0, 0.001, (2, 4, 20))
    over_sgd, over_sam = report.answer(told(test, rng)).split("Over SAM")
    assert "P6 is supported for SSAM, supported for SSAM-N" in over_sgd
    assert over_sgd.count("(better on 2, worse on 0 of 2)") == 4  # SAM and USAM, too
    assert "P6 is not supported for SSAM, not supported for SSAM-N" in over_sam
    test[0, LABELS.index("SSAM")] += 0.01
    _, over_sam = report.answer(told(test, rng)).split("Over SAM")
    assert "P6 is supported on some tasks for SSAM, not supported" in over_sam


def test_models_that_look_at_other_samples_are_named():
    def job(model):
        return replace(TINY, model=model)

    jobs = {(("digits", m), "gd"): job(m) for m in ("mlp:relu", "resnet")}
    found = axes(jobs)
    assert found.batch_norm.values.tolist() == [False, True]
    assert found.samples.values.tolist() == [[96, 297, 500]] * 2
    rng = np.random.default_rng(6)
    said = told(fresh_tests(rng), rng).attrs["batch_norm"]
    assert said.startswith("t1: normalised by the statistics of the samples at hand")
