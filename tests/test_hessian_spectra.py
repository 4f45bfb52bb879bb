"""Hessian spectra where training ends: against dense matrices and plain loops."""

import contextlib
import io

import numpy as np
import pytest
import torch
from scipy import stats

from experiments import hessian_spectra, run
from experiments.hessian_spectra import Config
from experiments.spectral import drift, ends, plan, report, setting
from experiments.spectral.setting import Cell, Task
from landscapes import models
from landscapes.network import Network
from theory import methods, zero_loss
from theory.iterate import iterate
from theory.measured import spectra

TINY = Task("wine", "mlp:tanh", "square", 0, 4, 30, 0.5, 3)
SMALL = {"seeds": 2, "jobs": 1, "outliers": 3, "search": 12, "nodes": 5, "probes": 2}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Options, where the result lies, and what was said."""
    out = tmp_path_factory.mktemp("spectra")
    config = Config(tasks=("tiny",), methods=("gd", "sam"), out=out, **SMALL)
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        patch.setitem(setting.TASKS, "tiny", TINY)
        patch.setattr(plan, "NAMES", (*plan.NAMES, "tiny"))
        hessian_spectra.work(config)
        first = (out / "hessian_spectra.nc").read_bytes()
        patch.setattr(plan, "do", None)  # nothing is computed anew
        hessian_spectra.work(config)
        assert (out / "hessian_spectra.nc").read_bytes() == first
    return run.load(out / "hessian_spectra.nc").isel(task=0), said.getvalue()


def net(n=6, hidden=(5,), seed=0):
    rng = np.random.default_rng(seed)
    X, y = torch.tensor(rng.normal(size=(n, 3))), torch.tensor(rng.normal(size=(n, 1)))
    f = Network(models.make("mlp", (3,), 1, hidden=hidden).double(), X, y, "square")
    return f, torch.stack([f.initial(seed) for seed in range(2)])


def dense(f, x):
    return torch.autograd.functional.hessian(f.value, x)


@pytest.fixture(scope="module")
def minimum():
    f, x = net()
    return f, zero_loss.interpolated(f, x)


def test_zero_loss_is_found_and_its_hessian_is_that_of_the_samples(minimum):
    f, x = minimum
    assert f.value(x).max() < 1e-24
    lam, v = zero_loss.top(f, x)
    for row, values, first in zip(x, lam, v, strict=True):
        want, vectors = np.linalg.eigh(dense(f, row).numpy())
        np.testing.assert_allclose(values, want[::-1][: f.n], rtol=1e-8, atol=1e-12)
        assert abs(vectors[:, -1] @ first.numpy()) == pytest.approx(1, abs=1e-8)


def test_slopes_are_differences_of_dense_matrices(minimum):
    f, x = minimum
    _, v = zero_loss.top(f, x)
    u = torch.randn(x.shape, generator=torch.Generator().manual_seed(0)).double()
    u = zero_loss.along(f, x, u)
    h = 1e-4
    for slope, number in (
        (zero_loss.top_slope(f, x, v), lambda H: torch.linalg.eigvalsh(H)[-1]),
        (zero_loss.mean_slope(f, x, 0.0), torch.trace),
    ):
        for row, way, own in zip(x, u, slope, strict=True):
            up, down = (number(dense(f, row + s * h * way)) for s in (1, -1))
            assert float(own @ way) == pytest.approx(float(up - down) / (2 * h), 1e-5)


def test_what_lies_along_the_manifold_changes_no_output(minimum):
    f, x = minimum
    u = zero_loss.along(f, x, torch.ones_like(x))
    moved = [(f.outputs(x + h * u) - f.outputs(x)).abs().max() for h in (1e-3, 1e-4)]
    assert moved[1] < 0.02 * moved[0]  # of second order
    np.testing.assert_allclose(zero_loss.along(f, x, u), u, atol=1e-12)


def drifted(minimum, factor=1.0):
    """SAM's displacement in two steps over L19's, from within its bounce."""
    f, x = minimum
    lam, v = zero_loss.top(f, x)
    eta, rho = 0.8 / lam[:, :1], 1e-4
    size = eta * rho * lam[:, :1] / (2 - eta * lam[:, :1])
    sam = methods.make("sam").having(rho=torch.full_like(eta, rho))
    run = [s.x for s in iterate(f, sam, x + size * v, eta, 202)][-3:]
    middle = (run[0] + run[1]) / 2
    slope = zero_loss.along(f, middle, zero_loss.top_slope(f, middle, v))
    way = -4 * eta * rho**2 / (2 - eta * lam[:, :1]) ** 2 * slope * factor
    moved = zero_loss.along(f, middle, run[2] - run[0])
    return ((moved * way).sum(-1) / (way**2).sum(-1)).numpy()


def test_sam_drifts_as_it_should(minimum):
    np.testing.assert_allclose(drifted(minimum), 1, rtol=2e-3)
    assert (np.abs(drifted(minimum, 1.05) - 1) > 0.03).all()


def test_the_velocity_is_half_of_two_steps(minimum):
    f, x = minimum
    slope, eta, lam = torch.ones_like(x), torch.tensor([[0.3], [0.5]]), 2.0
    told = zero_loss.velocity(0.1, eta, zero_loss.bounce(eta, lam) * slope)
    want = -4 * eta * 0.01 / (2 - eta * lam) ** 2 / 2
    np.testing.assert_allclose(told, want.expand_as(x))


def test_networks_of_several_outputs_are_refused():
    X, y = torch.zeros(4, 3).double(), torch.tensor([0, 1, 1, 0])
    f = Network(models.make("mlp", (3,), 2).double(), X, y, "square", "two")
    with pytest.raises(ValueError, match="`two` needs one number a sample"):
        zero_loss.residuals(f, f.start[None])


def test_no_zero_loss_is_said_so():
    X = torch.zeros(4, 3).double()  # the same example with different targets
    y = torch.tensor([[0.0], [1.0], [2.0], [3.0]]).double()
    f = Network(models.make("mlp", (3,), 1).double(), X, y, "square", "torn")
    with pytest.raises((ValueError, RuntimeError)):
        zero_loss.interpolated(f, f.start[None])


@pytest.mark.parametrize("spec", ["gd", "sam"])
def test_ends_and_spectra_are_those_of_a_plain_loop(tiny, spec):
    found = tiny[0].sel(algorithm=methods.label(spec))
    nets = ends.networks(TINY.data, TINY.model, TINY.loss, TINY.train, "float32", "cpu")
    f = nets["train"].to(dtype=torch.float64)
    here = found.sel(cell="large", seed=1)
    w, rho = f.initial(1).double(), float(here.rho)
    for _ in range(TINY.epochs):
        g = f.gradient(w)
        d = f.gradient(w + rho * g / g.norm()) if spec == "sam" else g
        w = w - TINY.eta * d
    lam = np.linalg.eigvalsh(dense(f, w).numpy())[::-1]
    np.testing.assert_allclose(here.eigenvalue, lam[:3], rtol=1e-3)  # float32
    np.testing.assert_allclose(here.trace, lam.sum(), rtol=1e-3)
    np.testing.assert_allclose(here.frobenius, np.linalg.norm(lam), rtol=1e-3)
    share = np.abs(lam[lam < 0]).sum() / np.abs(lam).sum()
    np.testing.assert_allclose(here.negative_share, share, rtol=0.02)
    counts = [(lam > x).sum() for x in here.level.values[40:]]
    np.testing.assert_allclose(here.above.values[40:], counts, atol=1)
    np.testing.assert_allclose(here.train_loss, float(f.value(w)), rtol=1e-3)


def test_starts_are_paired_and_gd_has_no_radius(tiny):
    gd, sam = (tiny[0].sel(algorithm=label) for label in ("GD", "SAM"))
    for other in ("middle", "large"):
        one, two = gd.sel(cell="small"), gd.sel(cell=other)
        np.testing.assert_array_equal(one.eigenvalue, two.eigenvalue)
    assert np.isnan(gd.eigenvalue.sel(cell="own")).all()
    assert (gd.sel(cell="late").train_loss < gd.sel(cell="small").train_loss).all()
    assert sam.rho.sel(cell="small") == 0.01


def test_a_run_that_diverges_is_nan_and_counted():
    nets = ends.networks(TINY.data, TINY.model, TINY.loss, TINY.train, "float32", "cpu")
    x = torch.stack([nets["train"].initial(0), torch.full((547,), torch.nan)])
    start = nets["train"].value(x[:1]).expand(2)
    told = ends._seen(nets, "gd", Cell("small", 0.5, 0.0), x, start, Config(**SMALL))
    assert told["diverged"].tolist() == [False, True]
    assert np.isfinite(told["trace"][0]) and np.isnan(told["trace"][1])


def test_it_tells_ratios_seed_by_seed(tiny):
    found, said = tiny
    assert "of SGD's, SAM" in said and "over SGD's" in said
    trace = found.trace.sel(cell="large")
    apart = np.log(trace.sel(algorithm="SAM") / trace.sel(algorithm="GD")).values
    found = found.expand_dims("task")
    told = spectra.compared(found, TINY.label, "SAM", "GD", "large", "trace")
    ends = stats.t.interval(0.95, 1, apart.mean(), stats.sem(apart))
    np.testing.assert_allclose((told.low, told.high), np.exp(ends))
    assert told.value == pytest.approx(np.exp(apart.mean()))


def test_a_site_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(drift, "SHARES", {"all": (0.5,) * 2, "one": (0.1,) * 2})
    monkeypatch.setattr(drift, "FAR_STEPS", 10)
    monkeypatch.setattr(drift, "SETTLE", {"all": 30, "one": 2})
    monkeypatch.setattr(drift, "WINDOW", {"all": 4, "one": 2})
    small = drift.Site("diabetes", 6, (4,))
    monkeypatch.setitem(drift.SITES, "zero-diabetes", small)
    words = Config(tasks=("zero-diabetes",), seeds=2)
    done = [
        (("zero-diabetes", spec, words), drift.drift("zero-diabetes", spec, words))
        for spec in ("sam", "ssam")
    ]
    words.methods = ("sam", "ssam")
    found = plan.merge([plan.together(done)])
    near = found.sel(site="zero-diabetes", samples="all").isel(rho_level=0)
    assert (np.abs(near.ratio.sel(algorithm="SSAM")) < 1e-2).all()
    told = report.table(found) + report.answer(found)
    assert "SAM's drift over the predicted one" in told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"seeds": 1}, "--seeds must be >= 2, got 1"),
        ({"probes": 1}, "--probes must be >= 2, got 1"),
        ({"search": 3}, "--search must be >= 10, got 3"),
        ({"methods": ()}, "--methods needs a name"),
    ],
)
def test_bad_options_are_refused_in_one_line(words, message):
    with pytest.raises(run.BadOption, match=message) as refused:
        Config(**words)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"tasks": ("wine-squar",)}, "wine-square"),
        ({"methods": ("smm",)}, "sam"),
        ({"methods": ("sam", "SAM")}, "are both called"),
        ({"tasks": ("digits-relu",), "methods": ("gd", "asam")}, "`ASAM`"),
    ],
)
def test_unknown_words_are_refused_in_a_line(words, said):
    with pytest.raises(ValueError, match=said):
        plan.by_part(Config(**({"tasks": ("wine-square",)} | words)))
