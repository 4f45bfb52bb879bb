"""Pairs of runs on neighbouring data sets: every number against a plain loop."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import xarray
from matplotlib.backends.backend_agg import FigureCanvasAgg as plt_canvas

from experiments import stability
from experiments.run import ROOT, BadOption, parse
from experiments.stable import counted, data, limits, networks, plan, report, theorems
from experiments.stable.measures import MEASURES, measures
from experiments.stable.setting import Problem
from figures import stability as pictures
from figures import style
from landscapes.scalar_loss import loss
from landscapes.softmax_sum import Softmax, SoftmaxSum
from theory import methods
from theory.claims.n8 import n8
from theory.judge import judge
from theory.measured import parting
from theory.measured import stability as told
from theory.swapped import Swapped, apart, orders

METHODS = ("gd", "usam", "sam", "ssam", "ssam-n")
D, N, NEW, DIM, K, STEPS = 2, 7, 4, 3, 3, 9
ETA, RHO = np.array([[0.5], [2.0]]), np.array([[0.3], [1.1]])


def made(kind):
    """Small made-up data with their neighbours."""
    rng = np.random.default_rng(4)
    X, new = rng.normal(size=(D, N, DIM)), rng.normal(size=(D, NEW, DIM))
    if kind == "softmax":
        y, new_y = rng.integers(K, size=(D, N)), rng.integers(K, size=(D, NEW))
        return Swapped(X, y, new, new_y, Softmax(K), 0.1)
    y, new_y = np.sign(rng.normal(size=(D, N))), np.sign(rng.normal(size=(D, NEW)))
    return Swapped(X, y, new, new_y, loss(kind), 0.1)


def slope(kind, z, y):
    """By the formulas, `(K,)` of one sample."""
    if kind == "softmax":
        return np.exp(z) / np.exp(z).sum() - np.eye(K)[y]
    return -y / (1 + np.exp(y * z)) if kind == "logistic" else z - y


def gradient(kind, W, X, y, ridge):
    """A sum over samples, one by one."""
    total = 0
    for x, target in zip(X, y, strict=True):
        total = total + np.outer(slope(kind, W @ x, target), x)
    return total / len(y) + ridge * W


def loop(kind, spec, X, y, order, eta, rho, ridge=0.1):
    """One run."""
    W = np.zeros((K if kind == "softmax" else 1, X.shape[1]))
    for chosen in order:
        rows, targets = X[chosen], y[chosen]
        g = gradient(kind, W, rows, targets, ridge)
        up = g if spec in ("usam", "ssam") else g / np.linalg.norm(g)
        d = g if spec == "gd" else gradient(kind, W + rho * up, rows, targets, ridge)
        if spec.startswith("ssam"):
            d = d * np.linalg.norm(g) / np.linalg.norm(d)
        W = W - eta * d
    return W.ravel()


def ends(f, spec, order):
    """Last points of the batch."""
    method = methods.make(spec)
    method = method.having(rho=RHO) if method.has_radius else method
    *_, x = f.paths(method, ETA, f.start(len(ETA)), order)
    return x


def by_loop(f, kind, spec, order):
    """Every run of `ends`, alone."""
    found = np.empty((D, NEW + 1, len(ETA), f.dim))
    for k, j, c in np.ndindex(found.shape[:3]):
        X, y = f.X[k].copy(), f.y[k].copy()
        if j:
            X[j - 1], y[j - 1] = f.new_X[k, j - 1], f.new_y[k, j - 1]
        cell = float(ETA[c, 0]), float(RHO[c, 0])
        found[k, j, c] = loop(kind, spec, X, y, order[:, k], *cell)
    return found


# -- The batch of pairs ----------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 3, N])
@pytest.mark.parametrize("kind", ["square", "logistic", "softmax"])
def test_pairs_are_those_of_a_loop_over_them(kind, batch):
    f = made(kind)
    order = orders(N, batch, D, STEPS, np.random.default_rng(1))
    for spec in METHODS:
        want = by_loop(f, kind, spec, order)
        np.testing.assert_allclose(ends(f, spec, order), want, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("wrong", ["order", "sample"])
def test_a_neighbour_with_another_order_or_sample_is_noticed(wrong, monkeypatch):
    f = made("logistic")
    order = orders(N, 3, D, STEPS, np.random.default_rng(1))
    want = by_loop(f, "logistic", "sam", order)
    if wrong == "order":
        order = order[::-1]
    else:
        f = replace(f, new_y=-f.new_y)
    x = ends(f, "sam", order)
    assert np.abs(x - want).max() > 1e-3


def test_a_neighbour_is_the_data_set_until_its_sample_is_drawn():
    f = made("logistic")
    order = orders(N, 1, D, 40, np.random.default_rng(2))
    paths = f.paths(methods.make("sam"), 0.5, f.start(1), order)
    gaps = np.array([apart(x)[..., 0] for x in paths])  # (T + 1, D, NEW)
    for k, i in np.ndindex(D, NEW):
        first = np.flatnonzero(order[:, k, 0] == i)[0]
        assert (gaps[: first + 1, k, i] < 1e-14).all()
        assert gaps[first + 1, k, i] > 1e-3


@pytest.mark.parametrize("kind", ["square", "logistic"])
def test_renormalised_methods_part_as_sgd_with_one_example_a_step(kind):
    f = replace(made(kind), ridge=0.0)
    one = orders(N, 1, D, 50, np.random.default_rng(3))
    few = orders(N, 3, D, 50, np.random.default_rng(3))
    f = replace(f, X=f.X / 3, new_X=f.new_X / 3)
    for spec in ("ssam", "ssam-n"):
        np.testing.assert_allclose(
            apart(ends(f, spec, one)), apart(ends(f, "gd", one)), rtol=1e-9
        )
        off = apart(ends(f, spec, few)) / apart(ends(f, "gd", few)) - 1
        assert np.abs(off).max() > 1e-3


def test_orders_show_no_sample_twice_in_a_step():
    rng = np.random.default_rng(0)
    for batch in (1, 3, N):
        order = orders(N, batch, D, 50, rng)
        assert order.shape == (50, D, batch)
        assert all(len(set(row)) == batch for row in order.reshape(-1, batch))


def test_points_of_another_shape_are_refused():
    f = made("square")
    with pytest.raises(ValueError, match=r"takes points \(2, 5\) \+ \(C, 3\), got"):
        f.check(np.zeros((D, NEW, 2, DIM)))


# -- Softmax regression ----------------------------------------------------------------


def softmax_sum():
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(6, DIM)), rng.integers(K, size=6)
    return SoftmaxSum(X, y, Softmax(K), 0.2), rng.normal(size=K * DIM)


def test_softmax_sums_have_the_derivatives_of_their_formula():
    f, w = softmax_sum()
    z = w.reshape(K, DIM) @ f.X.T
    value = np.log(np.exp(z).sum(0)).mean() - z[f.y, np.arange(6)].mean()
    np.testing.assert_allclose(f.value(w), value + 0.1 * w @ w, rtol=1e-13)
    want = gradient("softmax", w.reshape(K, DIM), f.X, f.y, 0.2).ravel()
    np.testing.assert_allclose(f.gradient(w), want, rtol=1e-12)
    v, h = np.random.default_rng(6).normal(size=w.shape), 1e-6
    slope = (f.gradient(w + h * v) - f.gradient(w - h * v)) / (2 * h)
    np.testing.assert_allclose(f.hvp(w, v), slope, rtol=1e-7, atol=1e-9)


def test_the_constants_of_softmax_are_attained():
    f = Softmax(K)
    far = np.array([[40.0], [0.0], [-40.0]])
    assert np.linalg.norm(f.slope(far, np.array([1]))) == pytest.approx(2**0.5)
    x, y = np.array([[1.0, 2.0]]), np.array([0])
    even = SoftmaxSum(x, y, Softmax(2))
    top = np.linalg.eigvalsh(even.hessian(np.zeros(4))).max()
    assert top == pytest.approx(even.sample_smoothness[0])
    rng = np.random.default_rng(7)
    for w in 3 * rng.normal(size=(50, 4)):
        assert np.linalg.eigvalsh(even.hessian(w)).max() <= top * (1 + 1e-12)


def test_softmax_sums_refuse_what_they_cannot_learn():
    X = np.ones((2, 2))
    with pytest.raises(ValueError, match="labels 0 to 2"):
        SoftmaxSum(X, np.array([0, 3]), Softmax(3))
    with pytest.raises(ValueError, match="rows"):
        SoftmaxSum(X, np.array([0]), Softmax(3))
    with pytest.raises(ValueError, match="ridge >= 0"):
        SoftmaxSum(X, np.array([0, 1]), Softmax(3), -1.0)


# -- What is told of them --------------------------------------------------------------


def test_measures_are_means_and_maxima_over_neighbours():
    rng = np.random.default_rng(8)
    distance = rng.random((D, NEW, 2))
    tests, own = rng.random((D, NEW + 1, 2, 5)), rng.random((D, NEW + 1, 2, NEW))
    found = measures(distance, tests, own)
    assert set(found) == set(MEASURES)
    k, c = 1, 0
    gaps = [np.abs(tests[k, i + 1, c] - tests[k, 0, c]) for i in range(NEW)]
    want = {
        "distance": distance[k, :, c].mean(),
        "squared": (distance[k, :, c] ** 2).mean(),
        "loss": np.mean([g.max() for g in gaps]),
        "gap": np.mean([own[k, i + 1, c, i] - own[k, 0, c, i] for i in range(NEW)]),
    }
    for name, value in want.items():
        assert found[name][c, k] == pytest.approx(value)
    assert found["farthest"][c] == distance[:, :, c].max()
    widest = np.abs(tests[:, 1:, c] - tests[:, :1, c]).max()
    assert found["worst_loss"][c] == pytest.approx(widest)


def config(**words):
    words = {"data": ("wine",), "eta": ("0.5", "1"), "rho": ("0.1", "1")} | words
    small = {"n": (12, 24), "trials": 3, "replacements": 4, "steps": 16, "jobs": 1}
    return stability.Config(**(small | words))


@pytest.fixture(scope="module")
def found():
    """Three models on small data sets."""
    plans = plan.by_part(config(model=("logistic", "softmax", "square"), batch=(1, 0)))
    rows = [
        plan.together([(case, plan.do(*case)) for case in cases])
        for cases in plans.values()
    ]
    return plan.merge(rows, config())


def test_distances_and_gaps_are_those_of_a_loop(found):
    problem = Problem("wine", "logistic", 12, 3, 4)
    f, _, _ = problem.pairs()
    cell = found.sel(problem=problem.name, batch="all", algorithm="SAM").isel(
        eta_level=1, rho_level=1, check=-1
    )
    eta, rho = float(cell.eta), float(cell.rho)
    order = np.broadcast_to(np.arange(12), (16, 12))
    k, i, samples = 2, 1, f.new
    runs = []
    for X, y in ((f.X[k], f.y[k]), (f.X[k].copy(), f.y[k].copy())):
        if runs:
            X[i], y[i] = samples.X[k, i], samples.y[k, i]
        runs.append(loop("logistic", "sam", X, y, order, eta, rho, 0.0))
    far = np.linalg.norm(runs[0] - runs[1])
    x = f.paths(methods.make("sam").having(rho=rho), eta, f.start(1),
                orders(12, 12, 3, 16, np.random.default_rng(0)))  # fmt: skip
    *_, end = x
    assert apart(end)[k, i, 0] == pytest.approx(far, rel=1e-9)
    assert float(cell.distance[k]) == pytest.approx(apart(end)[k, :, 0].mean())


def test_data_sets_are_nested_and_apart_from_what_replaces_them():
    small, large = (Problem("wine", "softmax", n, 3, 4).drawn() for n in (12, 24))
    np.testing.assert_array_equal(small[0][0], large[0][0][:, :12])
    np.testing.assert_array_equal(small[1][0], large[1][0])
    for trial in range(3):
        rows = np.concatenate([part[0][trial] for part in large])
        assert len(np.unique(rows, axis=0)) == len(rows)


def test_measured_distances_lie_below_the_bounds_of_their_assumptions(found):
    for name in told.BOUND:
        judged = told.judged(found, name)
        assert judged.within.any() and not judged.above.any()
    surely = told.judged(found, "farthest")
    assert (surely.batch.where(surely.within.any(list(told.CELL[2:])).any("problem"))
            .dropna("batch").values == ["all"]).all()  # fmt: skip
    assert float(surely.share.max()) < 1


def test_a_bound_without_its_factor_is_refuted(found):
    wrong = found.assign(distance_bound=found.distance_bound / 20)
    assert told.judged(wrong, "farthest").above.any()


def test_bounds_are_those_of_the_theory_on_the_region_visited(found):
    cell = found.sel(problem="wine logistic 24", batch="1", algorithm="GD")
    cell = cell.isel(eta_level=1, rho_level=0, check=-1)
    want = 2 * float(cell.lipschitz) * float(cell.eta) * 16 / 24
    assert float(cell.distance_bound) == pytest.approx(want)  # L11, convex
    f, _, _ = Problem("wine", "logistic", 24, 3, 4).pairs()
    rows = np.concatenate([f.X.reshape(-1, 13), f.new_X.reshape(-1, 13)])
    size = np.linalg.norm(rows, axis=1).max()
    R = float(cell.reach)
    assert float(cell.lipschitz) == pytest.approx(size / (1 + np.exp(-R * size)))
    assert limits.applies("SSAM", "square", 1) and not limits.applies(
        "SAM", "square", 1
    )
    assert not limits.applies("SSAM", "ridge", 1)
    assert not limits.applies("SSAM", "logistic", 8)


def test_networks_grow_at_least_as_the_trivial_bound():
    cell = xarray.Dataset({"beta": 3.0, "lipschitz": ("check", [2.0, 2.0])})
    eta, steps = 0.1, np.array([4, 100])
    grown = limits.grown(cell, eta, steps, 10)
    want = [2 * 2 * eta / 10 * sum((1 + 0.3) ** t for t in range(T)) for T in steps]
    np.testing.assert_allclose(grown, want, rtol=1e-12)


def test_powers_are_those_of_made_up_growth():
    T, eta, rho, n = np.array([4, 8, 16, 32]), [0.1, 1.0], [0.1, 1.0], [10, 40]
    rng = np.random.default_rng(9)
    noise = np.exp(0.01 * rng.normal(size=(2, 1, 1, 2, 2, 4, 6)))
    grid = np.meshgrid(n, [1], [1], eta, rho, T, np.ones(6), indexing="ij")
    value = grid[5] ** 0.9 * grid[3] ** 0.8 * grid[4] ** 0.2 / grid[0]
    dims = (*told.CELL, "trial")
    made = xarray.Dataset(
        {
            "distance": (dims, value * noise),
            "times": (("problem", "check"), np.tile(T, (2, 1))),
            "rho": (("problem", "algorithm", "rho_level"), np.tile(rho, (2, 1, 1))),
            "data": ("problem", ["a", "a"]),
            "model": ("problem", ["m", "m"]),
            "n": ("problem", n),
        },
        {"problem": ["a m 10", "a m 40"], "batch": ["all"], "algorithm": ["SAM"],
         "eta_level": eta, "rho_level": rho, "check": np.arange(4)},
    )  # fmt: skip
    fitted = told.exponents(made)
    for key, power in {"T": 0.9, "eta": 0.8, "rho": 0.2, "n": -1.0}.items():
        values, low, high = (fitted[f"{key}{end}"] for end in ("", "_low", "_high"))
        assert np.abs(values - power).max() < 0.02
        assert ((low < values) & (values < high)).all()


def test_identical_runs_are_neither_more_nor_less_stable(found):
    here = told.against(found).sel(problem="wine square 24", batch="1")
    cells = here.sel(algorithm=["SSAM", "SSAM-N"])
    assert (cells.ratio == 1).all() and (cells.low == cells.high).all()
    assert counted.signs(cells) == {"less": 0, "more": 0, "same": 8, "open": 0}


def test_the_report_counts_what_the_data_hold(found):
    text = report.table(found) + report.answer(found)
    assert "wine" in text and "lie above" in text and "0 lie above" in text
    wrong = found.assign(distance_bound=found.distance_bound / 1e3)
    assert "lie ABOVE their bound" in report.answer(wrong)


def test_every_picture_is_drawn(found):
    whole = found.merge(theorems.stairs())
    with style.use("screen"):
        for module in pictures.PICTURES.values():
            assert all(name in whole for name in module.NEEDS)
            figure = module.draw(whole)
            assert len(figure.axes) >= 6
            plt_canvas(figure).draw()


@pytest.mark.parametrize(
    ("wrong", "claim"),
    [
        ({}, ""),
        ({"bound": 0.05}, "N8.surely"),
        ({"ssam": 1 + 1e-5}, "N8.linear"),
        ({"sam": 0.5}, "N8.order"),
    ],
)
def test_the_ledger_notices_other_numbers(wrong, claim, monkeypatch):
    kept = told.dataset()
    at = kept.algorithm == "SSAM" if "ssam" in wrong else kept.algorithm == "SAM"
    by = wrong.get("ssam", wrong.get("sam", 1.0))
    kept = kept.assign(
        distance_bound=kept.distance_bound * wrong.get("bound", 1.0),
        distance=kept.distance * xarray.where(at, by, 1.0),
    )
    monkeypatch.setattr(told, "dataset", lambda: kept)
    for cache in (parting._cells, parting._fitted):
        cache.cache_clear()
    row = n8()
    verdicts = {c.id: judge(c, row.grade, True).verdict for c in row.claims[::2]}
    verdicts |= {c.id: judge(c, row.grade, True).verdict for c in row.claims[3:4]}
    for cache in (parting._cells, parting._fitted):
        cache.cache_clear()
    bad = [name for name, verdict in verdicts.items() if verdict != "supported"]
    assert bad == ([claim] if claim else [])


# -- Networks --------------------------------------------------------------------------


def test_networks_part_as_in_a_loop_over_pairs():
    import torch

    words = config(model=("mlp",), methods=("sam",), eta=("1",), rho=("0.5",), n=(12,))
    problem = Problem("wine", "mlp", 12, 2, 3)
    cell = networks.runs(problem, 0, words).isel(
        algorithm=0, eta_level=0, rho_level=0, check=-1
    )
    (X, y), (new_X, new_y), _ = problem.drawn()
    nets, k, gaps = networks.Trained(problem), 1, []
    ends = []
    for i in (None, 0, 1, 2):
        rows, labels = X[k].copy(), y[k].copy()
        if i is not None:
            rows[i], labels[i] = new_X[k, i], new_y[k, i]
        rows = torch.from_numpy(rows) * 13**0.5
        w = nets.starts[k]
        for _ in range(words.times_of("mlp")[-1]):
            g = slope_of(w, rows, torch.from_numpy(labels))
            up = w + float(cell.rho) * g / g.norm()
            w = w - float(cell.eta) * slope_of(up, rows, torch.from_numpy(labels))
        ends.append(w.numpy())
    gaps = [np.linalg.norm(end - ends[0]) for end in ends[1:]]
    assert float(cell.distance[k]) == pytest.approx(np.mean(gaps), rel=1e-8)
    assert float(cell.farthest) >= np.max(gaps) * (1 - 1e-8)


def slope_of(w, X, y):
    """By autograd, of two layers written out."""
    import torch

    w, h, d = w.clone().requires_grad_(), networks.HIDDEN[0], X.shape[1]
    a, b = h * d, h * d + h
    hidden = torch.tanh(X @ w[:a].view(h, d).T + w[a:b])
    z = hidden @ w[b : b + 3 * h].view(3, h).T + w[b + 3 * h :]
    value = torch.nn.functional.cross_entropy(z, y)
    return torch.autograd.grad(value, w)[0]


# -- Data and options ------------------------------------------------------------------


def test_twins_have_the_moments_of_the_real_data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4000, 3)) @ rng.normal(size=(3, 3)) + 1
    y = np.where(X[:, 0] > 1, 1, 0)
    made, labels = data.twin(X, y, numbers=False)
    for label in (0, 1):
        one, two = X[y == label], made[labels == label]
        np.testing.assert_allclose(two.mean(0), one.mean(0), atol=0.15)
        np.testing.assert_allclose(np.cov(two.T), np.cov(one.T), atol=0.4)


def test_samples_are_centred_and_no_longer_than_one():
    for name in ("wine", "diabetes", "breast_cancer:twin", "digits"):
        X, _ = data.samples(name)
        assert np.abs(X.mean(0)).max() < 1e-12
        assert np.linalg.norm(X, axis=1).max() == pytest.approx(1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--eta", "-1"], "--eta must be finite and > 0"),
        (["--rho", "nan"], "--rho must be finite and >= 0"),
        (["--trials", "1"], "--trials must be >= 2"),
        (["--batch", "-1"], "--batch must be >= 0"),
        (["--steps", "3"], "--steps must be >= 16"),
    ],
)
def test_numbers_out_of_range_are_told_in_a_line(words, message):
    with pytest.raises(BadOption, match=message):
        parse(stability.Config, "x", words)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"data": ("nothing",)}, "unknown data set `nothing`"),
        ({"model": ("lasso",)}, "unknown model `lasso`"),
        ({"data": ("diabetes",), "model": ("softmax",)}, "has no classes for softmax"),
        ({"replacements": 30}, "--replacements 30: `wine softmax 12` has 12 samples"),
        ({"n": (170,)}, "`wine` has 178 samples, 170 with 4 replacements and 8"),
        ({"batch": (50,)}, "--batch 50: `wine softmax 12` has 12 samples"),
        ({"n": (12, 12)}, "named twice"),
        ({"methods": ("foo",)}, "unknown method `foo`"),
    ],
)
def test_what_cannot_be_run_is_told_in_a_line(words, message):
    with pytest.raises(ValueError, match=message):
        plan.problems(config(**words))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,y\n1,5,0\n2,5,1\n", "has a constant column: number 2 is always 5"),
        ("1,5,1\n2,6,1\n", "has one class only: .* always 1"),
        ("a,b\nx,y\n", "is no table of numbers"),
        ("1,nan,0\n2,3,1\n", "not finite: row 1, column 2"),
        ("1,2,0\n2,3,1\n", "has 2 samples"),
    ],
)
def test_a_file_that_teaches_nothing_is_told_in_a_line(tmp_path, text, message):
    file = tmp_path / "mine.csv"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        plan.problems(config(data=(str(file),)))


def test_a_file_that_changed_is_another_problem(tmp_path):
    file = tmp_path / "mine.csv"
    names = []
    for shift in (0, 1):
        file.write_text("".join(f"{i + shift},{i**2},{i % 2}\n" for i in range(60)))
        names.append(Problem(str(file), "logistic", 12, 2, 3).name)
    assert names[0] != names[1] and names[0].startswith("mine-")


def test_bad_input_ends_with_code_2(tmp_path):
    command = [sys.executable, "-m", "experiments.stability", "--data", "nothing"]
    run = subprocess.run(
        [*command, "--out", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1 and "unknown data set" in run.stderr


def test_what_was_complete_is_not_run_again(tmp_path, monkeypatch):
    quick = theorems.stairs()
    monkeypatch.setattr(theorems, "theorems", lambda: quick)
    words = config(model=("square",), batch=(1,), methods=("gd",), out=tmp_path)
    first = stability.measure(words)
    with monkeypatch.context() as patch:
        patch.setattr(plan, "do", lambda *case: pytest.fail("run again"))
        again = stability.measure(words)
    xarray.testing.assert_identical(first.drop_attrs(), again.drop_attrs())
    anew = stability.measure(replace(words, fresh=True))
    xarray.testing.assert_identical(first.drop_attrs(), anew.drop_attrs())


# -- The kept result -------------------------------------------------------------------


def test_the_kept_result_is_what_this_code_computes():
    kept = told.dataset()
    words = json.loads(kept.attrs["config"])
    config = stability.Config(
        methods=("gd", "sam"),
        **{key: int(words[key]) for key in ("trials", "replacements", "steps", "seed")},
    )
    size = (config.trials, config.replacements, config.seed)
    for name in ("square", "ridge"):
        problem = Problem("diabetes", name, 32, *size)
        case = (problem, 1, config)
        anew = plan.together([(case, plan.do(*case))])
        before = kept.sel(
            problem=[problem.name], batch=["1"], algorithm=anew.algorithm
        ).isel(check=slice(anew.sizes["check"]))
        for key in ("distance", "farthest", "distance_bound", "reach"):
            want = before[key].transpose(*anew[key].dims)
            np.testing.assert_allclose(anew[key], want, rtol=1e-6, atol=1e-12)
