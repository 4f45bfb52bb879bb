"""All methods with and without Stable, on networks: each alone, and side by side."""

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
from scipy.sparse import linalg

from experiments import variants
from experiments.networks.curved import CURVED, Curved
from experiments.networks.grid import axes
from experiments.networks.job import RESULT, Training
from experiments.networks.kind import NETWORKS
from experiments.networks.ranges import ranges
from experiments.networks.task import networks
from experiments.networks.training import finished, sampled, trained
from experiments.networks.tuned import chosen, judges
from experiments.run import BadOption, load, parse
from experiments.sweeping.options import file_word
from experiments.zoo import answer, lineup, plan, report
from experiments.zoo.training import comparisons, with_choice
from experiments.zoo.words import CHOICE, attributes
from landscapes.splits import WRONG, split
from theory import methods

ALL = lineup.variants()
TINY = Training(
    "digits", "mlp:relu", "sam", (0.05, 0.2), (0.05, 0.15), 1, 2, batch=32, train=90,
    dtype="float64",
)  # fmt: skip


def of(spec, **words):
    """The tiny job of a method, on two of its own rates and radii."""
    job = plan.job(("digits", "mlp:relu"), spec, variants.Config())
    grid = {"eta": job.eta[:4:2], "rho": job.rho[:2]}
    return replace(TINY, method=spec, **(grid | words))


# -- Training --------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ALL)
def test_a_method_trains_in_a_tile_as_it_does_alone(spec):
    job = of(spec)
    tile = NETWORKS.planned(job, 1).tile
    assert tile == (1 if "ausam" in spec else len(job.eta) * len(job.rho))
    together = np.concatenate(
        [trained(job, i, i + tile) for i in range(0, job.runs, tile)]
    )
    for i, (rho, eta) in enumerate(itertools.product(job.rho, job.eta)):
        (alone,) = trained(replace(job, eta=(eta,), rho=(rho,)), 0, 1)
        for name in RESULT.names:
            assert together[name][i] == pytest.approx(alone[name], rel=1e-7), name
    assert (together["train_loss"] < together["start_loss"]).all()
    assert len({*together["train_loss"]}) == len(together)  # rates and radii count


@pytest.mark.parametrize("spec", ALL)
def test_a_diverged_neighbour_changes_no_bit_of_the_others(spec):
    calm = of(spec, dtype="float32", rho=of(spec).rho[:1], eta=(0.001, 0.01, 0.02))
    wild, tile = replace(calm, eta=(0.001, 0.01, 1e30)), NETWORKS.planned(calm, 1).tile
    told = [
        np.concatenate([trained(job, i, i + tile) for i in range(0, 3, tile)])
        for job in (calm, wild)
    ]
    assert told[0][:2].tobytes() == told[1][:2].tobytes()
    assert told[1]["diverged"].tolist() == [-1, -1, 1]


def test_runs_that_draw_samples_of_their_own_are_refused_together():
    with pytest.raises(ValueError, match="`AUSAM` draws the samples of one run at a"):
        from theory.iterate import iterate

        net = networks("digits", "mlp:relu", "cross_entropy", 90, "float64", "cpu")
        x = net["train"].initial(0).double().expand(2, -1).clone()
        sample = sampled(net["train"], 32, 0)
        list(iterate(net["train"], methods.make("ausam"), x, 0.1, 4, sample=sample))
    full = Training("digits", "mlp:relu", "ausam/alpha=1", (0.1, 0.2), (0.05,), 1, 1)
    assert NETWORKS.planned(full, 1).tile == 2  # then it is SAM


def test_a_training_tells_its_samples_where_epochs_begin():
    # 1000 samples in 16 mini-batches of 62 and 63, of which 15 or 16 fit into them.
    net = networks("digits", "mlp:relu", "cross_entropy", 1000, "float64", "cpu")
    sample = sampled(net["train"], 64, seed=3)
    steps = [sample(t) for t in range(40)]
    assert [t for t, one in enumerate(steps) if one.new_epoch] == [0, 16, 32]
    assert [one.epoch for one in steps] == [t // 16 for t in range(40)]
    assert {one.size for one in steps} == {62, 63}
    assert {one.total for one in steps} == {1000}
    rows = np.concatenate([one.indices for one in steps[16:32]])
    assert sorted(rows) == list(range(1000))


def test_a_mask_is_found_anew_where_an_epoch_begins():
    """SparseSAM-F against its formula, with masks by a loop over single samples."""
    job = of("sparse-sam/every=1,samples=5", eta=(0.2,), rho=(0.5,), batch=32)
    net = networks("digits", "mlp:relu", "cross_entropy", 90, "float64", "cpu")["train"]
    x, sample = net.initial(0).double(), sampled(net, 32, 0)
    for t in range(6):  # two epochs of three steps
        idx = sample(t).indices
        if t % 3 == 0:
            single = [net.restrict([i]).gradient(x) for i in idx[:5]]
            order = torch.stack(single).square().sum(0).argsort(stable=True)
            mask = torch.ones_like(x)
            mask[order[: round(len(x) / 2)]] = 0
        here = net.restrict(idx)
        g = here.gradient(x)
        x = x - 0.2 * here.gradient(x + mask * 0.5 * g / g.norm())
    _, _, end = finished(job, 0, 1)
    np.testing.assert_allclose(end[0], x, rtol=1e-8, atol=1e-10)


def test_a_curved_training_is_the_same_and_knows_its_top_eigenvalue():
    job = of("stable:sam", eta=(0.2, 1e30), rho=(0.15,))
    curved = Curved(**vars(job))
    found = curved.kind.decided(curved.kind.planned(curved, 1), 0, 2)
    told, net, x = finished(job, 0, 2)
    assert found.dtype == CURVED
    assert all(found[n].tobytes() == told[n].tobytes() for n in RESULT.names)
    module = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(64, 32), torch.nn.ReLU(),
        torch.nn.Linear(32, 10),
    ).double()  # fmt: skip
    torch.nn.utils.vector_to_parameters(x[0], module.parameters())
    weights = list(module.parameters())
    loss = torch.nn.functional.cross_entropy(module(net.X), net.y)
    slopes = torch.autograd.grad(loss, weights, create_graph=True)
    g = torch.cat([each.flatten() for each in slopes])

    def product(v):
        along = g @ torch.as_tensor(v).flatten()
        parts = torch.autograd.grad(along, weights, retain_graph=True)
        return torch.cat([p.flatten() for p in parts]).numpy()

    H = linalg.LinearOperator((len(g), len(g)), product, dtype=float)
    (top,) = linalg.eigsh(H, 1, which="LA", return_eigenvectors=False)
    assert found["top_eigenvalue"][0] == pytest.approx(top, rel=1e-3)
    assert np.isnan(found["top_eigenvalue"][1])


# -- Names -----------------------------------------------------------------------------


def test_hyperparameters_stand_after_a_slash():
    assert methods.make("msam/m=4").m == 4
    assert methods.make("stable:msam/m=4").method.m == 4
    both = methods.make("LookSAM/k=2, alpha=.1")
    assert (both.k, both.alpha, type(both.k)) == (2, 0.1, int)
    assert methods.make("adasam/stable=1").stable is True
    assert methods.make("asam/eta_T=0").eta_T == methods.make("asam/eta_t=0").eta_T == 0
    assert methods.make("ssam/rho=.3").method.rho == 0.3
    assert methods.make("sam/rho=.3", rho=0.4).rho == 0.4
    assert methods.make("stable@1:asam/eta_t=0").cap == 1


def test_labels_tell_hyperparameters_apart():
    labels = {
        "looksam": "LookSAM", "looksam/k=2": "LookSAM (k 2)",
        "stable:looksam/k=2,alpha=.1": "Stable LookSAM (k 2, alpha 0.1)",
        "msam/m=4": "mSAM (m 4)", "adasam/stable=1": "AdaSAM (stable)",
        "stable:sam": "SSAM-N", "stable:sam/rho=.05": "SSAM-N",
    }  # fmt: skip
    assert {spec: methods.label(spec) for spec in labels} == labels


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("msam/k=2", "unknown hyperparameter of `msam` `k`: did you mean m"),
        ("gd/rho=1", "method `gd/rho=1`: `gd` has no hyperparameters."),
        ("msam/m=x", "method `msam/m=x`: m is a number, got `x`."),
        ("msam/m=0", "`MSAM` takes a whole m >= 1, got 0."),
        ("msam/m=1.5", "`MSAM` takes a whole m >= 1, got 1.5."),
        ("msam/m", "method `msam/m`: NAME/KEY=VALUE,..., got `m`."),
        ("msam/", "method `msam/`: NAME/KEY=VALUE,..., got ``."),
        ("msam/m=2,m=3", "method `msam/m=2,m=3` has m twice."),
        ("adasam/stable=2", "method `adasam/stable=2`: stable is 0 or 1, got 2."),
        ("sma/m=2", "unknown method `sma`: did you mean sam"),
        ("asam/rho=nan", "`ASAM` takes a finite rho >= 0, got nan."),
        ("stable:sam-polyak/cap=1", "`Stable` wraps a method whose direction"),
    ],
)
def test_a_hyperparameter_that_is_wrong_is_told_in_one_line(spec, message):
    for call in (methods.make, methods.label):
        with pytest.raises(ValueError) as error:
            call(spec)
        assert str(error.value).startswith(message) and "\n" not in str(error.value)


def test_every_method_stands_with_stable_or_cannot():
    plain = {name for name in methods.names() if name not in ("ssam", "ssam-n")}
    shown = {spec.replace("msam/m=4", "msam") for spec in ALL}
    assert plain <= shown and len(ALL) == len(shown)
    without = {"gd", "sam-polyak"}
    scaled = {lineup.plain(spec) for spec in ALL} - {""}
    assert {s.replace("msam/m=4", "msam") for s in scaled} == plain - without
    labels = [methods.label(spec) for spec in ALL]
    assert len({*labels}) == len({file_word(spec) for spec in ALL}) == len(ALL)
    assert not any(sign in file_word(spec) for spec in ALL for sign in ":/=,@")
    assert lineup.plain("ssam") == "usam" and lineup.plain("ssam-n") == "sam"
    assert lineup.plain("stable:msam/m=4") == "msam/m=4"
    assert lineup.plain("adasam/stable=1") == "adasam" and not lineup.plain("adasam")


def test_methods_are_compared_with_sgd_with_sam_and_with_themselves():
    found = plan.against(("gd", "sam", "stable:sam", "adasam", "adasam/stable=1"))
    scaled = {"SSAM-N": "SAM", "AdaSAM (stable)": "AdaSAM"}
    others = ["SSAM-N", "AdaSAM", "AdaSAM (stable)"]
    assert found == {
        "GD": dict.fromkeys(["SAM", *others], "GD"),
        "SAM": dict.fromkeys(others, "SAM"),
        "plain": scaled,
    }
    assert plan.against(("asam",)) == {"plain": {}}


def test_methods_whose_steps_or_balls_are_measured_otherwise_have_their_own_grids():
    config = variants.Config()

    def grid(spec):
        job = plan.job(("fashion_mnist", "mlp:relu"), spec, config)
        return job.eta[0], job.eta[-1], job.rho

    usual = (0.02, pytest.approx(0.8), (0.05, 0.2, 0.8))
    assert grid("sam") == grid("stable:looksam") == grid("stable:msam/m=4") == usual
    assert grid("gd")[2] == (0.0,)
    assert grid("adasam/stable=1")[0] == pytest.approx(5e-5)
    assert grid("sam-polyak")[1] == pytest.approx(9)
    assert grid("stable:usam")[2] == (0.025, 0.125, 0.5)
    noisy = plan.job(("digits:noisy", "mlp:relu"), "usam", config)
    assert noisy.rho == (0.1, 0.5, 2.0)
    assert grid("stable:asam")[2] == (0.25, 1.0, 4.0)
    assert grid("linf-sam")[2] == (0.001, 0.004, 0.016)


# -- Data ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["digits", "wine"])
def test_a_fifth_of_the_training_labels_is_wrong_and_nothing_else(name):
    right, wrong = split(name), split(f"{name}:noisy")
    assert (right.train[0] == wrong.train[0]).all()
    for part in ("validation", "test"):
        for one, two in zip(getattr(right, part), getattr(wrong, part), strict=True):
            assert (one == two).all()
    apart = right.train[1] != wrong.train[1]
    assert apart.sum() == round(WRONG * len(apart)) == round(len(apart) / 5)
    assert wrong.classes == right.classes
    assert (split(f"{name}:noisy").train[1] == wrong.train[1]).all()
    other = split(f"{name}:noisy", seed=1).train[1] != split(name, seed=1).train[1]
    assert (other != apart).any()


def test_all_other_classes_are_equally_likely():
    right, wrong = (
        split(name, 1797, 0, 0).train[1] for name in ("digits", "digits:noisy")
    )
    shift = (wrong - right) % 10
    counts = np.bincount(shift, minlength=10)
    assert counts[0] == 1797 - round(1797 / 5)
    assert stats.chisquare(counts[1:]).pvalue > 1e-3


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("digits:nosy", "unknown data set `digits:nosy`: did you mean digits:noisy"),
        ("digitz:noisy", "unknown data set `digitz:noisy`: did you mean digits:noisy"),
        ("diabetes:noisy", "`diabetes` has no labels to be noisy"),
    ],
)
def test_a_noise_that_is_not_there_is_refused(name, message):
    with pytest.raises(ValueError) as error:
        split(name)
    assert str(error.value).startswith(message) and "\n" not in str(error.value)


# -- Choosing, judging, telling --------------------------------------------------------

LABELS = ["GD", "SAM", "SSAM-N", "ASAM", "Stable ASAM"]
AGAINST = plan.against(("gd", "sam", "stable:sam", "asam", "stable:asam"))


def made_up(rng, seeds=3):
    """A grid of random results, every method with rates of its own."""
    shape = (2, len(LABELS), 3, 4, seeds)
    dims = ("task", "algorithm", "rho_level", "eta_level", "seed")
    columns = ("validation_accuracy", "validation_loss", "test_accuracy", "train_loss")
    grid = xarray.Dataset({c: (dims, rng.random(shape)) for c in columns})
    grid["start_loss"] = xarray.full_like(grid.train_loss, 1.4)
    grid["diverged"] = xarray.full_like(grid.train_loss, -1, dtype=int)
    scale = 10.0 ** np.arange(len(LABELS))[:, None]
    eta = np.broadcast_to(scale * 2.0 ** np.arange(4), (2, len(LABELS), 4))
    return grid.assign(
        eta=((*dims[:2], "eta_level"), eta),
        rho=(dims[:3], rng.random(shape[:3])),
        radius_unit=("algorithm", ["none", *["length"] * 4]),
    ).assign_coords(task=["t0", "t1"], algorithm=LABELS)


def test_a_method_is_chosen_and_its_range_ends_on_rates_of_its_own():
    grid = made_up(np.random.default_rng(0))
    choice, found = chosen(grid), ranges(grid, {"plain": AGAINST["plain"]})
    assert found.versus.values.tolist() == ["plain"]
    for task, a in itertools.product(range(2), range(len(LABELS))):
        mean = grid.validation_accuracy.values[task, a].mean(-1)
        r, e = np.unravel_index(mean.argmax(), mean.shape)
        cell = choice.isel(task=task, algorithm=a)
        assert float(cell.chosen_eta) == 10.0**a * 2.0**e
        assert float(cell.chosen_rho) == float(grid.rho[task, a, r])
    trains = grid.train_loss.values < 0.7
    for task, r, (a, b) in itertools.product(range(2), range(3), [(2, 1), (4, 3)]):
        logs = []
        for s in range(3):
            last = []
            for k in (a, b):
                rows = [
                    (j - i, j)
                    for i, j in itertools.combinations_with_replacement(range(4), 2)
                    if trains[task, k, r, i : j + 1, s].all()
                ]
                last.append(10.0**k * 2.0 ** max(rows)[1] if rows else np.nan)
            logs.append(np.log(last[0] / last[1]))
        at = found.isel(task=task, algorithm=a, rho_level=r, versus=0)
        told = float(at.train_largest_ratio)
        assert told == pytest.approx(np.exp(np.mean(logs)), nan_ok=True)


def test_axes_tell_rates_by_method_where_they_differ_and_by_task_where_not():
    task = ("digits", "mlp:relu")
    same = {(task, s): replace(TINY, method=s) for s in ("sam", "asam")}
    assert axes(same).eta.dims == ("task", "eta_level")
    other = replace(TINY, method="adasam", eta=(1e-3, 1e-2))
    told = axes(same | {(task, "adasam"): other}).eta
    assert told.dims == ("task", "algorithm", "eta_level")
    assert told.sel(algorithm="AdaSAM").values.tolist() == [[1e-3, 1e-2]]
    assert told.sel(algorithm="ASAM").values.tolist() == [[0.05, 0.2]]


def test_the_chosen_cell_of_a_method_is_trained_anew_under_its_name():
    task = ("digits", "mlp:relu")
    jobs = {(task, "msam/m=4"): Curved(**vars(replace(TINY, method="msam/m=4")))}
    cell = {"chosen_eta": 0.2, "chosen_rho": 0.15}
    choice = xarray.Dataset(
        {n: (("task", "algorithm"), [[v]]) for n, v in cell.items()},
        coords={"task": ["digits mlp relu"], "algorithm": ["mSAM (m 4)"]},
    )
    ((key, job),) = judges(jobs, choice, 5).items()
    assert isinstance(job, Curved) and job.method == key[1] == "msam/m=4"
    assert (job.eta, job.rho, job.first_seed, job.seeds) == ((0.2,), (0.15,), 1, 5)


def fresh_runs(rng, seeds=12):
    """Accuracies and eigenvalues whose seeds matter more than the methods."""
    dims, shape = ("task", "algorithm", "fresh_seed"), (2, len(LABELS), seeds)
    gain = np.array([0, 0, 0.02, 0, -0.02])[None, :, None]
    luck = rng.normal(0, 0.05, (2, 1, seeds))
    test = 0.9 + luck + gain + rng.normal(0, 0.002, shape)
    top = np.exp(
        luck + np.array([0, 0, -1, 0, 0])[None, :, None] + rng.normal(0, 0.1, shape)
    )
    data = {"tuned_test": (dims, test), "tuned_top_eigenvalue": (dims, top)}
    return xarray.Dataset(data, coords={"task": ["t0", "t1"], "algorithm": LABELS})


def test_intervals_are_paired_and_a_family_is_a_question():
    runs = fresh_runs(np.random.default_rng(1))
    runs.tuned_top_eigenvalue[0, LABELS.index("ASAM"), 3] = -1.0  # has no logarithm
    found = comparisons(runs, AGAINST)
    assert found.versus.values.tolist() == ["GD", "SAM", "plain"]
    count = 0
    for name, family in (("GD", 8), ("SAM", 6), ("plain", 4)):
        for label, other in AGAINST[name].items():
            for task in ("t0", "t1"):
                at = found.sel(task=task, algorithm=label, versus=name)
                a, b = (runs.sel(task=task, algorithm=n) for n in (label, other))
                level = 1 - 0.05 / family
                for column, scale, told in (
                    ("tuned_test", lambda v: v, "difference"),
                    ("tuned_top_eigenvalue", np.log, "curvature_ratio"),
                ):
                    first, second = a[column].values, b[column].values
                    ends = [float(at[told + end]) for end in ("", "_low", "_high")]
                    if min(first.min(), second.min()) <= 0:
                        assert np.isnan(ends).all()
                        continue
                    oracle = stats.ttest_rel(scale(first), scale(second))
                    low, high = oracle.confidence_interval(level)
                    mean = (scale(first) - scale(second)).mean()
                    if told == "curvature_ratio":
                        mean, low, high = np.exp([mean, low, high])
                    assert ends == pytest.approx([mean, low, high], rel=1e-8)
                    count += 1
    assert count == 36 - 3  # ASAM's curvature on t0, in three comparisons
    assert int(found.difference.notnull().sum()) == 18


def test_the_answer_counts_what_the_intervals_say():
    rng = np.random.default_rng(2)
    runs, grid = fresh_runs(rng), made_up(rng)
    sizes = [[1000, 297, 500]] * 2
    whole = xarray.merge(
        [grid, chosen(grid), runs, comparisons(runs, AGAINST),
         ranges(grid, {"plain": AGAINST["plain"]})], compat="override", join="outer",
    ).assign(
        samples=(("task", "part"), sizes), batch_norm=("task", [False, False]),
        plain_form=("algorithm", [AGAINST["plain"].get(n, "") for n in LABELS]),
        tuned_overflown=runs.tuned_test.isnull().sum("fresh_seed"),
    )  # fmt: skip
    whole = whole.assign_coords(part=["train", "validation", "test"])
    whole = whole.sel(algorithm=LABELS)
    whole = whole.assign_attrs(attributes(whole, AGAINST))
    assert answer.scaled(whole) == AGAINST["plain"]
    text = report.answer(whole)
    assert "No: of 2 methods its test accuracy is better on every task for 1" in text
    one = "better for 1 (SAM), worse for 1 (ASAM), undecided for 0 on"
    assert f"{one} t0" in text and f"{one} t1" in text
    assert "lower in 2, higher in 0 and undecided in 2 of 4 comparisons" in text
    assert "8 with GD, 6 with SAM, 4 with plain" in text
    table = report.table(whole)
    assert table.count("Stable ASAM") == 2 and table.count("*") >= 8


def test_intervals_hold_the_difference_in_hindsight():
    labels, cell = ["GD", "SAM"], ("task", "algorithm", "versus")
    test = np.zeros((1, 2, 2, 2, 2))  # task, algorithm, rho, eta, seed
    test[0, 0, 0] = [[0.90, 0.92], [0.80, 0.81]]
    test[0, 1, 1] = [[0.95, 0.97], [np.nan, 1.0]]  # one overflown: no cell to choose
    low, high = np.full((2, 1, 2, 1), np.nan)
    for gain, ends in ((0.2, (0.045, 0.3)), (0.05, (-0.1, 0.2)), (-0.2, (-0.3, 0.055))):
        low[0, 1, 0], high[0, 1, 0] = gain - 0.1, gain + 0.1
        if gain == 0.05:
            low[0, 1, 0], high[0, 1, 0] = ends
        whole = xarray.Dataset(
            {
                "test_accuracy": (
                    ("task", "algorithm", "rho_level", "eta_level", "seed"), test
                ),
                "difference_low": (cell, low),
                "difference_high": (cell, high),
            },
            coords={"algorithm": labels, "versus": ["GD"]},
        )  # fmt: skip
        found = with_choice(whole, {"GD": {"SAM": "GD"}})
        assert found.hindsight_test.values.tolist() == [[0.91, 0.96]]
        here = found.sel(algorithm="SAM").isel(task=0, versus=0)
        told = float(here.difference_low), float(here.difference_high)
        assert told == pytest.approx(ends) and CHOICE == 0.005
        assert np.isnan(found.difference_low[0, 0, 0])


# -- The experiment --------------------------------------------------------------------

WORDS = [
    "--data", "digits:noisy", "--methods", "gd", "sam", "ssam-n", "adasam",
    "adasam/stable=1", "--seeds", "2", "--fresh-seeds", "2", "--quick", "--epochs", "1",
    "--train", "64",
]  # fmt: skip


def parsed(words):
    return parse(variants.Config, "test", words)


def said(capsys, out, jobs):
    variants.work(parsed([*WORDS, "--jobs", str(jobs), "--out", str(out)]))
    return load(out / "variants.nc"), capsys.readouterr().out


def test_a_tiny_run_from_end_to_end_goes_on_where_it_was(tmp_path, capsys):
    dataset, text = said(capsys, tmp_path, 1)
    labels = ["GD", "SAM", "SSAM-N", "AdaSAM", "AdaSAM (stable)"]
    assert dataset.algorithm.values.tolist() == labels
    assert dataset.task.values.tolist() == ["digits noisy mlp relu"]
    assert dataset.versus.values.tolist() == ["GD", "SAM", "plain"]
    assert dataset.train_loss.shape == (1, 5, 1, 3, 2)
    assert dataset.tuned_top_eigenvalue.shape == (1, 5, 5)
    assert (dataset.tuned_top_eigenvalue > 0).all()
    assert dataset.plain_form.values.tolist() == ["", "", "SAM", "", "AdaSAM"]
    assert "Does renormalisation help every variant?" in text
    assert "digits noisy mlp relu:" in text
    first = (tmp_path / "variants.nc").read_bytes()
    said(capsys, tmp_path, 2)
    assert (tmp_path / "variants.nc").read_bytes() == first


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "digits:nosy"], "unknown data set"),
        (["--model", "nonsense"], "unknown model"),
        (["--methods", "nonsense"], "unknown method"),
        (["--methods", "sam/k=1"], "unknown hyperparameter of `sam` `k`"),
        (["--methods", "ssam", "stable:usam"], "are both called SSAM"),
        (["--fresh-seeds", "1"], "--fresh-seeds must be >= 2, got 1"),
        (["--epochs", "0"], "--epochs must be >= 1, got 0"),
        (["--dtype", "half"], "--dtype is float64 or float32"),
        (["--batch", "1000"], "a mini-batch of `digits` takes 1 to 200 samples"),
    ],
)
def test_bad_words_are_told_in_one_line(words, message, tmp_path):
    words = [*words, "--quick", "--jobs", "1", "--out", str(tmp_path)]
    with pytest.raises((BadOption, ValueError)) as error:
        variants.measure(parsed(words))
    assert message in str(error.value) and "\n" not in str(error.value)


def test_help_needs_no_torch():
    code = (
        "import sys; from experiments import variants as v, run\n"
        "try: run.parse(v.Config, 'x', ['--help'])\n"
        "except SystemExit: pass\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
