"""Excess risk on resampled training sets: its parts, its choices, its comparisons."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import xarray
from scipy import optimize, stats

from experiments import excess_risk
from experiments.risk import comparing, plan, report
from experiments.risk.case import measured
from experiments.risk.choosing import at_best, halves
from experiments.risk.decomposition import Least, Risks
from experiments.risk.exact import minimisers
from experiments.risk.good import NEAR, good, stretch
from experiments.risk.paired import apart, moments, pairs_of, quantile
from experiments.risk.problem import Sizes, problem, sizes
from experiments.risk.runs import Grid, checkpoints, smoothness
from experiments.risk.shared import Sets, Shared
from experiments.run import BadOption, load, parse
from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from theory import claims, kept
from theory.judge import judge
from theory.measured import risk

FIVE = ("gd", "usam", "sam", "ssam", "ssam-n")


def sets_of(word, n=30, count=3, ridge=None):
    whole = problem(word, ridge)
    return Sets.drawn(whole, sizes(word, whole.n, n), count, [1, n])


def grid_of(sets, batch, times=(0, 1, 7, 40), eta=(0.02, 0.05), radii=(0.1, 0.4)):
    radii = np.array(radii)
    return Grid(sets, batch, np.array(eta), radii, radii, times, (3,))


# -- Data and sets ---------------------------------------------------------------------


def test_the_parts_of_a_data_set_are_disjoint_and_all_of_it():
    whole = problem("wine")
    sets = Sets.drawn(whole, sizes("wine", whole.n, 40), 5, [0])
    three = (sets.train, sets.validation, sets.rest)
    assert [f.n for f in three] == [40, 8, 130]
    for k in range(5):
        rows = np.concatenate([np.c_[f.X[k, 0], f.y[k, 0]] for f in three])
        both = np.c_[whole.X, whole.y]
        assert (rows[np.lexsort(rows.T)] == both[np.lexsort(both.T)]).all()
    assert (sets.train.X[0] != sets.train.X[1]).any()


def test_the_words_of_a_data_set_say_what_it_is():
    right, wrong = problem("breast_cancer"), problem("breast_cancer:noisy")
    assert (right.X == wrong.X).all()
    assert (right.y != wrong.y).mean() == pytest.approx(0.2, abs=1e-3)
    assert right.loss is loss("logistic") and right.ridge == 0.01
    assert problem("wine:square").loss is problem("diabetes").loss is loss("square")
    assert problem("diabetes").ridge == 0.1 and problem("diabetes:plain").ridge == 0
    assert problem("wine", 0.3).ridge == 0.3
    lam = [np.linalg.eigvalsh(problem(w).X.T @ problem(w).X) for w in
           ("synthetic", "diabetes")]  # fmt: skip
    assert lam[0][-1] / lam[0][0] == pytest.approx(lam[1][-1] / lam[1][0], rel=1e-6)


def test_a_table_of_ones_own_is_read_with_and_without_a_header(tmp_path):
    rng = np.random.default_rng(0)
    rows = np.c_[rng.normal(5, 3, (40, 2)), rng.integers(3, 5, 40)]
    path = tmp_path / "mine.csv"
    for header in ("", "a,b,class"):
        np.savetxt(path, rows, delimiter=",", header=header, comments="")
        if not header:
            path.write_text(path.read_text().lstrip("\n"))
        problem.cache_clear()
        found = problem(str(path))
        assert found.loss is loss("logistic")
        assert (found.y == np.where(rows[:, 2] == 4, 1, -1)).all()
        np.testing.assert_allclose(found.X.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(found.X.std(axis=0), 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2,0\n1,3,1\n1,4,0\n", "has a constant column: number 1 is always 1."),
        ("1,2,1\n2,3,1\n3,5,1\n", "the target, is always 1."),
        ("1,2,1\n2,nan,0\n", "not finite: row 2, column 2."),
        ("1,2,1\n2,0\n", "is no table of numbers: "),
        ("a,b\nc,d\n", "is no table of numbers: "),
    ],
)
def test_a_bad_table_is_told_in_one_line(text, message, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(ValueError) as error:
        problem(str(path))
    assert message in str(error.value) and "\n" not in str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "winne"], "unknown data set `winne`: did you mean wine"),
        (["--data", "wine:nosy"], "unknown variant of `wine` `nosy`: did you mean"),
        (["--data", "diabetes:noisy"], "`diabetes` has no two classes, got `diabetes:"),
        (["--data", "none.csv"], "no such file: `none.csv`"),
        (
            ["--data", "wine", "--train", "100"],
            "`wine` has 178 rows: too few for train",
        ),
        (["--train", "20", "--batch", "30"], "a batch of 30 needs as many training"),
        (["--eta", "-1"], "--eta must be finite and > 0, got -1."),
        (["--eta", "nan"], "--eta must be finite and > 0, got nan."),
        (["--rho", "-0.5"], "--rho must be finite and >= 0, got -0.5."),
        (["--rho", "nan"], "--rho must be finite and >= 0, got nan."),
        (["--ridge", "-1"], "--ridge must be finite and >= 0, got -1."),
        (["--ridge", "nan"], "--ridge must be finite and >= 0, got nan."),
        (["--sets", "2"], "--sets must be >= 4, got 2."),
        (["--train", "1"], "--train must be >= 2, got 1."),
        (["--batch", "-1"], "--batch must be >= 0, got -1."),
        (["--methods", "sma"], "unknown method `sma`: did you mean sam"),
        (["--methods", "ssam", "stable:usam"], "are both called SSAM"),
        (
            ["--data", "breast_cancer:plain", "--train", "20"],
            "has no minimiser (separa",
        ),
    ],
)
def test_bad_words_are_told_in_one_line(words, message, tmp_path):
    words = [*words, "--quick", "--jobs", "1", "--out", str(tmp_path)]
    with pytest.raises((BadOption, ValueError)) as error:
        excess_risk.measure(parse(excess_risk.Config, "test", words))
    assert message in str(error.value) and "\n" not in str(error.value)


# -- What is exact ---------------------------------------------------------------------


@pytest.mark.parametrize("word", ["diabetes", "wine", "breast_cancer:noisy"])
def test_minimisers_are_those_of_another_solver(word):
    sets = sets_of(word, n=40)
    for f in (sets.train, sets.rest):
        found = minimisers(f)[:, 0]
        for k in range(3):
            X, y = f.X[k, 0], f.y[k, 0]
            if f.loss.name == "square":
                H = X.T @ X / f.n + f.ridge * np.eye(f.dim)
                w = np.linalg.solve(H, X.T @ y / f.n)
                np.testing.assert_allclose(found[k], w, rtol=1e-9, atol=1e-12)
            else:

                def value(w, X=X, y=y, r=f.ridge):
                    return np.logaddexp(0, -y * (X @ w)).mean() + r / 2 * w @ w

                told = optimize.minimize(value, np.zeros(f.dim), tol=1e-12)
                least = float(f.value(minimisers(f))[k, 0])
                assert least == pytest.approx(told.fun, rel=1e-8)
                assert least <= told.fun * (1 + 1e-14)


def gd_path(X, y, r, eta, T):
    """GD from 0 on ridge regression, eigenvalue by eigenvalue."""
    lam, V = np.linalg.eigh(X.T @ X / len(y) + r * np.eye(X.shape[1]))
    c = V.T @ (X.T @ y / len(y))
    return V @ ((1 - (1 - eta * lam) ** T) / lam * c)


def test_the_parts_are_those_of_the_eigenvalues():
    """The whole path and its risks, by no code of the experiment."""
    sets, times = sets_of("diabetes"), (0, 3, 40)
    grid = grid_of(sets, 30, times=times)
    least = Least.of(sets)
    told = Risks.at(sets, grid.points("gd")).parts(least)
    for k, (t, T), (e, eta) in itertools.product(
        range(3), enumerate(times), enumerate(grid.eta)
    ):
        risks = []
        for f in (sets.train, sets.rest):
            X, y, r = f.X[k, 0], f.y[k, 0], 0.1
            risks.append(lambda w, X=X, y=y, r=r: (
                ((X @ w - y) ** 2).mean() / 2 + r / 2 * w @ w
            ))  # fmt: skip
        bests = [
            np.linalg.solve(f.X[k, 0].T @ f.X[k, 0] + 0.1 * f.n * np.eye(f.dim),
                            f.X[k, 0].T @ f.y[k, 0])
            for f in (sets.train, sets.rest)
        ]  # fmt: skip
        w = gd_path(sets.train.X[k, 0], sets.train.y[k, 0], 0.1, eta, T)
        oracle = {
            "excess": risks[1](w) - risks[1](bests[1]),
            "gap": risks[1](w) - risks[0](w),
            "optimisation": risks[0](w) - risks[0](bests[0]),
            "offset": risks[0](bests[0]) - risks[1](bests[1]),
        }
        for name, value in oracle.items():
            here = told[name][k, t, 0, e]
            assert here == pytest.approx(value, rel=1e-9, abs=1e-12), name
        assert sum(oracle[p] for p in ("gap", "optimisation", "offset")) == (
            pytest.approx(oracle["excess"], abs=1e-12)
        )


def test_the_least_risk_of_fewer_samples_is_smaller_on_average():
    """Every partition of seven samples: n <= the others, as the experiment asks."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(7, 2)), rng.normal(size=7)
    least = {1: [], -1: []}
    for rows in itertools.combinations(range(7), 3):
        S = np.isin(np.arange(7), rows)
        for sign, part in ((1, S), (-1, ~S)):
            H = X[part].T @ X[part] / part.sum() + 0.1 * np.eye(2)
            c = X[part].T @ y[part] / part.sum()
            least[sign].append(
                (y[part] @ y[part] / part.sum() - c @ np.linalg.solve(H, c)) / 2
            )
    assert np.mean(least[1]) < np.mean(least[-1])
    assert sizes("wine", 100, 46) is None
    assert sizes("wine", 100, 45) == Sizes(45, 9, 46)


# -- Runs ------------------------------------------------------------------------------


def by_hand(f, k, order, eta, rho, steps):
    """SAM on the square loss, one batch after another, in a loop."""
    w = np.zeros(f.dim)
    for t in range(steps):
        X, y = f.X[k, 0][order[t, k, 0]], f.y[k, 0][order[t, k, 0]]

        def gradient(w, X=X, y=y):
            return X.T @ (X @ w - y) / len(y) + f.ridge * w

        g = gradient(w)
        w = w - eta * gradient(w + rho * g / np.linalg.norm(g))
    return w


def test_a_run_is_that_of_a_loop_on_its_own_set_and_order():
    sets = sets_of("diabetes")
    grid = grid_of(sets, 4)
    found = grid.points("sam")
    for k, r, e in itertools.product(range(3), range(2), range(2)):
        w = by_hand(sets.train, k, grid.orders, grid.eta[e], grid.lengths[r], 40)
        np.testing.assert_allclose(found[-1, k, r, e], w, rtol=1e-8, atol=1e-12)


def test_all_methods_see_the_same_samples():
    sets = sets_of("diabetes")
    none = replace(grid_of(sets, 2), lengths=np.zeros(2), rates=np.zeros(2))
    first = none.points("gd")
    for spec in FIVE[1:]:
        np.testing.assert_allclose(none.points(spec)[:, :, :1], first, atol=1e-12)
    assert (replace(none).orders == none.orders).all()
    other = replace(none, seed=(4,))
    assert (other.points("gd")[-1] != first[-1]).any()
    assert len({*map(tuple, none.orders[:, 0, 0])}) > 20  # drawn anew in each step


@pytest.mark.parametrize("word", ["diabetes:plain", "breast_cancer:plain", "wine"])
def test_ssam_is_sgd_on_linear_models_without_ridge_one_sample_a_step(word):
    sets = sets_of(word)
    for batch, spec in itertools.product((1, 5), ("ssam", "ssam-n")):
        grid = grid_of(sets, batch)
        far = np.abs(grid.points(spec) - grid.points("gd")[:, :, :1]).max()
        same = batch == 1 and word.endswith("plain")
        assert (far < 1e-12) if same else (far > 1e-5)


def test_a_product_with_all_runs_is_the_sum_run_by_run():
    sets = sets_of("wine")
    w = np.random.default_rng(1).normal(size=(3, 4, sets.train.dim))
    for name in ("value", "gradient"):
        for k, j in itertools.product(range(3), range(4)):
            f = sets.train
            alone = FiniteSum(f.X[k, 0], f.y[k, 0], f.loss, f.ridge)
            np.testing.assert_allclose(
                getattr(f, name)(w)[k, j], getattr(alone, name)(w[k, j]), rtol=1e-12
            )


def test_the_unit_of_learning_rates_goes_from_a_samples_to_the_sums():
    whole = problem("wine")
    units = [smoothness(whole, 40, b) for b in (1, 5, 40)]
    lam = np.linalg.eigvalsh(whole.X.T @ whole.X / whole.n)[-1]
    assert units[0] == pytest.approx((whole.X**2).sum(1).mean() / 4 + 0.01)
    assert units[2] == pytest.approx(lam / 4 + 0.01)
    assert units[0] > units[1] > units[2]
    assert checkpoints(1024) == (4, 16, 64, 256, 1024) and checkpoints(3) == (1, 3)


def test_a_run_that_diverges_has_no_risk():
    sets = sets_of("diabetes")
    told = Risks.at(sets, grid_of(sets, 30, eta=(0.02, 50.0)).points("ssam"))
    assert (
        np.isfinite(told.rest[..., 0]).all() and np.isinf(told.rest[:, -1, :, 1]).all()
    )
    assert (np.isinf(told.train) == np.isinf(told.rest)).all()
    parts_of = told.parts(Least.of(sets))
    assert all((part[:, -1, :, 1] == np.inf).all() for name, part in parts_of.items()
               if name != "offset")  # fmt: skip


# -- Choosing --------------------------------------------------------------------------


def made_up(rng, sets=8):
    dims = ("algorithm", "set", "checkpoint", "rho_level", "eta")
    shape = (2, sets, 3, 2, 4)
    names = ("validation", "excess", "gap", "optimisation", "rest")
    risks = xarray.Dataset({name: (dims, 1 + rng.random(shape)) for name in names})
    coords = {"algorithm": ["GD", "SAM"], "eta": [1.0, 2.0, 4.0, 8.0],
              "checkpoint": [-2, -1, 0]}  # fmt: skip
    risks = risks.assign_coords(coords)
    return risks.assign(rho=(("algorithm", "rho_level"), [[0, 0], [0.1, 0.3]]))


def test_a_set_chooses_by_its_own_validation_and_in_hindsight_by_the_others():
    risks = made_up(np.random.default_rng(0))
    risks.excess[0, 3, 2, 1, 1] = np.inf
    found = at_best(risks)
    for a, s, horizon in itertools.product(range(2), range(8), ("last", "stopped")):
        here = risks.isel(algorithm=a)
        if horizon == "last":
            here = here.isel(checkpoint=[2])
        others = [k for k in range(8) if k % 2 != s % 2]
        for way in ("validation", "hindsight"):
            seen = (
                here.validation.values[s]
                if way == "validation"
                else here.excess.values[others].mean(axis=0)
            )
            t, r, e = np.unravel_index(seen.argmin(), seen.shape)
            at = found.sel(judge=way, horizon=horizon).isel(algorithm=a, set=s)
            for part in ("excess", "gap", "optimisation"):
                assert float(at[f"tuned_{part}"]) == here[part].values[s, t, r, e]
            assert float(at.chosen_eta) == 2.0**e
            assert float(at.chosen_rho) == pytest.approx(float(risks.rho[a, r]))
            assert float(at.chosen_checkpoint) == float(here.checkpoint[t])


def test_the_choice_in_hindsight_is_not_flattered_by_chance():
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(2000, 20, 30))  # all cells are equal
    picked = np.take_along_axis(noise, halves(noise)[..., None], axis=-1)
    assert abs(picked.mean()) < 4 / np.sqrt(picked.size / 5)
    assert noise.mean(axis=1).min(axis=-1).mean() < -0.3  # the naive one is


# -- Ranges ----------------------------------------------------------------------------


def test_a_range_ends_where_the_risk_crosses_the_limit():
    eta = np.linspace(-3, 3, 61)
    valley = np.exp(np.abs(eta)) * 2.0  # in logarithms |eta| + log 2: linear
    low, high, there = stretch(np.stack([valley, 3 * valley])[:, None], eta)
    assert low[0] == pytest.approx(-np.log(NEAR)) and there[0].all()
    assert high[0] == pytest.approx(np.log(NEAR))
    assert not there[1].any() and (low[1] == high[1]).all()
    flat, steep = np.full(61, 2.0), np.where(eta > 1.05, 1e6, 2.0)
    low, high, _ = stretch(np.stack([flat, steep])[:, None], eta)
    assert low[:, 0].tolist() == [-3, -3] and high[0, 0] == 3
    assert 1.0 < high[1, 0] < 1.1
    two = np.stack([np.where(eta < 0, 2.0, 9.0), np.where(eta > -1, 2.0, 9.0)])
    low, high, _ = stretch(two[None], eta)
    assert (low[0, 2], high[0, 2]) == (-3, 3)  # the best radius at every rate


def test_the_ratio_of_ranges_has_the_bootstraps_error():
    rng = np.random.default_rng(2)
    eta = np.exp(np.linspace(-3, 3, 25))
    centre = np.array([0.0, 0.5])[:, None, None, None]
    width = np.array([1.0, 0.5])[:, None, None, None]
    luck = rng.normal(0, 0.3, (1, 40, 1, 1))
    risk = 1 + ((np.log(eta) - centre - luck) / width / 4) ** 2
    rest = xarray.DataArray(
        risk, dims=("algorithm", "set", "rho_level", "eta"),
        coords={"algorithm": ["GD", "SAM"], "eta": eta},
    )  # fmt: skip
    found = good(rest, [("SAM", "GD")], 0)
    assert found.radius.values.tolist() == ["1", "own best"]
    twice = rest.isel(algorithm=[0, 0]).assign_coords(algorithm=["GD", "SAM"])
    alike = good(twice, [("SAM", "GD")], 0)  # the same sets are drawn for both
    assert not alike.log_wider.any() and not alike.log_wider_error.any()
    wide = float(found.log_wider.isel(pair=0, radius=0))
    assert wide == pytest.approx(np.log(0.5) + np.log(4) * 0, abs=1.2) and wide < 0
    again = []
    for _ in range(100):
        rows = rng.integers(40, size=40)
        one = good(rest.isel(set=rows), [("SAM", "GD")], 0)
        again.append(float(one.log_wider.isel(pair=0, radius=0)))
    error = float(found.log_wider_error.isel(pair=0, radius=0))
    assert error == pytest.approx(np.std(again), rel=0.3)


# -- Comparing -------------------------------------------------------------------------


def test_intervals_are_those_of_a_paired_test():
    rng = np.random.default_rng(3)
    labels = ["GD", "SAM", "SSAM"]
    luck = rng.normal(size=12)
    values = xarray.DataArray(
        luck + rng.normal(0, 0.1, (3, 12)), dims=("algorithm", "set"),
        coords={"algorithm": labels},
    )  # fmt: skip
    pairs = pairs_of(labels)
    assert pairs == [("SAM", "GD"), ("SSAM", "GD"), ("SSAM", "SAM")]
    mean, error = moments(apart(values, pairs))
    half = quantile(12, 6) * error
    for k, (one, two) in enumerate(pairs):
        a, b = (values.sel(algorithm=name).values for name in (one, two))
        low, high = stats.ttest_rel(a, b).confidence_interval(1 - 0.05 / 6)
        assert float(mean[k] - half[k]) == pytest.approx(low)
        assert float(mean[k] + half[k]) == pytest.approx(high)
    values[1, 4] = np.inf
    mean, _ = moments(apart(values, pairs))
    assert np.isnan(mean.values).tolist() == [True, False, True]


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    words = [
        "--data", "diabetes:plain", "wine", "--train", "20", "--batch", "1", "0",
        "--eta", ".1", "1", "--rho", ".1", ".3", "--steps", "16", "--sets", "8",
        "--jobs", "1", "--out", str(tmp_path_factory.mktemp("risk")),
    ]  # fmt: skip
    return parse(excess_risk.Config, "test", words)


@pytest.fixture(scope="module")
def whole(config):
    return excess_risk.measure(config)


def test_a_whole_result_is_that_of_its_cases(whole, config):
    case = plan.cases(config)[3]
    assert plan.name(case) == "wine n 20 batch 0"
    alone, here = measured(case), whole.sel(task="wine", n=20, batch="n")
    for name in ("excess_mean", "tuned_excess", "offset", "wide", "chosen_eta"):
        np.testing.assert_array_equal(
            here[name].transpose(*alone[name].dims), alone[name]
        )
    assert here.steps.values.tolist() == [1, 4, 16]


def test_the_parts_add_up(whole):
    total = whole.tuned_gap + whole.tuned_optimisation + whole.offset
    np.testing.assert_allclose(total, whole.tuned_excess, rtol=1e-9, atol=1e-12)
    assert (whole.tuned_excess >= 0).all() and (
        whole.tuned_optimisation >= -1e-12
    ).all()


def test_a_gain_is_how_much_lower_the_excess_is(whole):
    excess = whole.tuned_excess.sel(judge="validation", horizon="last", task="wine")
    excess = excess.sel(n=20, batch="1")
    a, b = (excess.sel(algorithm=name).values for name in ("SSAM", "SAM"))
    at = whole.sel(judge="validation", horizon="last", task="wine", n=20, batch="1")
    at = at.sel(pair=comparing.pair("SSAM", "SAM"))
    assert float(at.gain) == pytest.approx((b - a).mean() / b.mean())
    family = 4 * 2 * 2
    low, high = stats.ttest_rel(b, a).confidence_interval(1 - 0.05 / family)
    assert float(at.gain_low) == pytest.approx(low / b.mean())
    assert float(at.gain_high) == pytest.approx(high / b.mean())
    assert "16 of gain" in whole.attrs["multiplicity"]


def test_ssam_is_the_same_as_sgd_where_t16_says_so(whole):
    at = whole.sel(task="diabetes plain", n=20, batch="1")
    assert float(at.from_sgd.sel(algorithm="SSAM")) < 1e-10
    assert float(at.from_sgd.sel(algorithm="SAM")) > 1e-3
    alike = comparing.same(at, "gain").sel(pair=comparing.pair("SSAM", "GD"))
    assert alike.all()
    text = report.answer(whole)
    assert "SSAM and SSAM-N are SGD" in text and "Does SSAM consistently" in text
    assert report.table(whole).count("\n") > 4


def test_what_was_complete_is_kept_and_the_bytes_are_the_same(
    config, whole, capsys, monkeypatch
):
    paths = sorted((config.out / "excess_risk").glob("*.nc"))
    assert len(paths) == 4
    before = [path.read_bytes() for path in paths]
    paths[1].unlink()
    paths[2].write_bytes(b"cut short")
    done, do = [], plan.do

    def noted(left, _):
        for (case,) in left:
            done.append(plan.name(case))
            yield (case,), do(case)

    monkeypatch.setattr(excess_risk, "_measured", noted)
    excess_risk.work(config)
    assert len(done) == 2 and [path.read_bytes() for path in paths] == before
    found = load(config.out / "excess_risk.nc")
    assert found.attrs["cases"] == 4 and found.equals(whole)
    assert "Does SSAM consistently perform better than SAM?" in capsys.readouterr().out


def test_help_needs_no_torch():
    import subprocess
    import sys

    code = (
        "import sys; from experiments import excess_risk as v, run\n"
        "try: run.parse(v.Config, 'x', ['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'xarray'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_shared_data_are_a_finite_sum():
    whole = problem("wine")
    f = Shared.of(whole, np.array([[0, 5], [3, 2]]))
    assert f.n == 2 and f.X.shape == (2, 1, 2, 13) and f.ridge == whole.ridge


# -- The ledger and the pictures -------------------------------------------------------


def judged(dataset, monkeypatch, *names):
    """The verdicts of some claims of the row on a result."""
    monkeypatch.setattr(risk, "dataset", lambda *labels: dataset)
    known = {claim.id.split(".")[1]: claim for claim in claims.load("N10").claims}
    return [judge(known[name], "N", quick=True).verdict for name in names]


def test_the_row_sees_what_is_wrong_in_a_result(whole, monkeypatch):
    right = judged(whole, monkeypatch, "parts", "equal", "bound", "offset")
    assert {*right} == {"holds"}
    wrong = {
        "parts": whole.assign(tuned_gap=whole.tuned_gap * (1 + 1e-6)),
        "equal": whole.assign(from_sgd=whole.from_sgd + 1e-6),
        "bound": whole.assign(lipschitz=whole.lipschitz / 1e3),
    }
    for name, dataset in wrong.items():
        assert judged(dataset, monkeypatch, name) == ["refuted"]
    for gain, verdict in ((0.5, "supported"), (-0.5, "refuted")):
        ends = {f"gain{end}": gain + 0 * whole.gain for end in ("", "_low", "_high")}
        names = ("better", "noworse", "sgd")
        assert judged(whole.assign(ends), monkeypatch, *names) == [verdict] * 3


def test_the_kept_result_is_this_codes():
    config = excess_risk.Config(data=("wine",), batch=(0,), methods=("gd", "ssam"))
    (case,) = plan.cases(config)
    anew = measured(case)
    before = kept.result("excess_risk").sel(task="wine", n=50, batch="n")
    before = before.sel(algorithm=anew.algorithm)
    assert before.eta.values.tolist() == list(case.eta)
    for name in ("tuned_excess", "offset", "chosen_eta", "excess_mean"):
        told = before[name].transpose(*anew[name].dims)
        np.testing.assert_allclose(anew[name], told, rtol=1e-4)


def test_pictures_show_what_the_intervals_say(whole, tmp_path):
    from figures import style
    from figures.excess_risk import PICTURES
    from figures.risk import forest

    with style.use("screen"):
        drawn = {name: module.draw(whole) for name, module in PICTURES.items()}
        (path,) = style.save(drawn["excess_risk_ranges"], "r", tmp_path, ("png",))
    assert path.stat().st_size > 10**4
    columns = drawn["excess_risk_pairs"].axes
    for (one, two), axes in zip(forest.SHOWN, columns, strict=True):
        here = whole.sel(pair=comparing.pair(one, two))
        signs = comparing.sign(here.sel(judge="validation", horizon="last"), "gain")
        told = [text.get_text() for text in axes.texts]
        for s, word in ((1, "better"), (-1, "worse"), (0, "open")):
            assert f"{int((signs == s).sum())} {word}" in told


def test_a_bound_of_the_gap_is_that_of_the_theorem(whole):
    here = whole.sel(task="wine", n=20)
    found = risk.gap_bound(here)
    for b, e, t in itertools.product(range(2), range(2), range(3)):
        at = here.isel(batch=b)
        eta, T = float(at.eta[e] * at.eta_unit), int(at.steps[t])
        r, beta = 0.01, float(at.beta_max)
        G, c = 2 * float(at.lipschitz), max(abs(1 - eta * r), abs(1 - eta * beta))
        told = 2 * G**2 * eta / 20 * sum(c**k for k in range(T))
        here_too = float(found.isel(batch=b, eta=e, checkpoint=t))
        assert here_too == pytest.approx(told)
    X = problem("wine").X
    assert float(here.lipschitz[0]) == pytest.approx(np.sqrt((X**2).sum(1).max()))
