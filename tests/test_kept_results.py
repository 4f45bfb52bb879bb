"""The results that the ledger reads are this code's: some of each, computed anew."""

from dataclasses import replace

import numpy as np
import pytest

from experiments import (
    edge_of_stability,
    network_regimes,
    network_saddles,
    variants,
)
from experiments.edges.plan import edge_runs
from experiments.networks import plan, upper
from experiments.networks.job import Training
from experiments.networks.saddles.escape import escape
from experiments.networks.training import trained
from experiments.zoo import convex, cost, saddles
from experiments.zoo import plan as zoo
from experiments.zoo.again import cells
from theory import kept, methods

CHECKS = 4


@pytest.fixture(scope="module")
def edges():
    return kept.result("edge_of_stability")


@pytest.fixture(scope="module")
def regimes():
    return kept.result("network_regimes")


@pytest.mark.parametrize("spec", ["gd", "usam", "sam", "ssam", "ssam-n"])
def test_edges_begin_as_they_did(edges, spec):
    config = edge_of_stability.Config(data=("digits",), seeds=2, late=False)
    config.steps = (CHECKS - 1) * config.every
    anew = edge_runs("digits", spec, 1, config)
    label = methods.make(spec).label
    before = edges.sel(data=["digits"], algorithm=[label]).isel(
        eta_level=[1], rho_level=anew.rho_level, seed=[0, 1], check=slice(CHECKS)
    )
    for name, rtol in (("loss", 1e-3), ("g_norm", 1e-2), ("sharpness", config.tol)):
        np.testing.assert_allclose(anew[name], before[name], rtol)


@pytest.mark.parametrize("spec", ["gd", "sam", "ssam"])
@pytest.mark.parametrize("task", [("digits", "mlp:relu"), ("digits", "mlp:tanh")])
def test_regimes_end_as_they_did(regimes, task, spec):
    job = plan.job(task, spec, network_regimes.Config())
    eta, rho = 4, len(job.rho) // 2  # a small rate: rounding does not grow
    one = replace(job, eta=(job.eta[eta],), rho=(job.rho[rho],), seeds=1)
    (anew,) = trained(one, 0, 1)
    before = regimes.sel(
        task=plan.label(task), algorithm=methods.make(spec).label
    ).isel(eta_level=eta, rho_level=rho, seed=0)
    for name in ("start_loss", "train_loss", "test_loss", "g_norm"):
        np.testing.assert_allclose(anew[name], before[name], 1e-2)
    assert abs(anew["test_accuracy"] - before.test_accuracy) <= 2 / 500


@pytest.mark.parametrize("spec", ["gd", "sam", "ssam"])
def test_saddles_hold_as_they_did(spec):
    name, config = "origin, depth 2", network_saddles.Config(data=("digits",))
    anew = escape("digits", name, spec, config)
    whole = kept.result("network_saddles")
    before = whole.sel({key: anew[key] for key in ("data", "saddle", "algorithm")})
    for share in ("escaped", "held", "escape_steps"):
        np.testing.assert_array_equal(anew[share], before[share])
    np.testing.assert_allclose(anew.rho, before.rho, 1e-9)


@pytest.fixture(scope="module")
def zoo_result():
    return kept.result("variants")


@pytest.mark.parametrize(
    "spec", ["gd", "stable:gsam", "looksam", "esam", "sparse-sam", "adasam/rho=0"]
)
@pytest.mark.parametrize("data", ["digits", "digits:noisy"])
def test_variants_end_as_they_did(zoo_result, data, spec):
    task = data, "mlp:relu"
    job = zoo.job(task, spec, variants.Config())
    eta, rho = 1, len(job.rho) // 2  # a small rate: rounding does not grow
    one = replace(job, eta=(job.eta[eta],), rho=(job.rho[rho],), seeds=1)
    (anew,) = trained(one, 0, 1)
    before = zoo_result.sel(task=plan.label(task), algorithm=methods.label(spec)).isel(
        eta_level=eta, rho_level=rho, seed=0
    )
    for name in ("start_loss", "train_loss", "test_loss", "g_norm"):
        np.testing.assert_allclose(anew[name], before[name], 1e-2)
    assert abs(anew["test_accuracy"] - before.test_accuracy) <= 2 / 500


def test_variants_leave_saddles_and_converge_as_they_did(zoo_result):
    specs = ["gd", "stable:sam", "usam"]
    here = zoo_result.sel(algorithm=[methods.label(spec) for spec in specs])
    for name, anew in (
        ("saddle_escaped", saddles.saddles(specs, False)),
        ("cost_counted", cost.cost(specs, True)),
    ):
        np.testing.assert_array_equal(anew[name], here[name])
    anew, before = convex.convex(specs, False), here.range_low
    np.testing.assert_allclose(anew.range_low, before.transpose(*anew.range_low.dims))


@pytest.mark.parametrize(
    ("task", "spec"),
    [(upper.TANH, "usam"), (("digits", "mlp:relu"), "gd"), (upper.TANH, "sam")],
)
def test_windows_begin_and_end_as_they_did(task, spec):
    whole, seed = kept.result("network_edges"), upper.FIRST + 2
    before = whole.sel(
        task=plan.label(task), algorithm=methods.make(spec).label, seed=seed
    )
    before = before.isel(rate=np.isfinite(before.eta.values))
    rho, low, high = upper.WINDOWS[task][spec]
    eta = upper.rates(low, high, np.random.default_rng(seed).uniform())
    np.testing.assert_allclose(before.eta, eta)
    # Far from the end alone: beside it rounding decides.
    epochs = plan.epochs(task, network_regimes.Config())
    job = Training(*task, spec, tuple(eta[[0, -1]]), (rho,), 1, epochs, seed)
    anew = trained(job, 0, 2)
    trains = (anew["diverged"] < 0) & (anew["train_loss"] < anew["start_loss"] / 2)
    assert trains.tolist() == [True, False]
    np.testing.assert_array_equal(before.trains.values[[0, -1]], trains)
    counted = eta[0] * upper.STEP ** (before.trains.values.sum() - 0.5)
    assert float(before.edge) == pytest.approx(counted)


@pytest.mark.parametrize("spec", ["sam", "friendly-sam", "adasam/rho=0"])
def test_best_cells_test_as_they_did(zoo_result, spec):
    whole, task = kept.result("variants_again"), ("digits:noisy", "mlp:relu")
    here = {"task": plan.label(task), "algorithm": methods.label(spec)}
    before = whole.sel(here)
    eta, rho = cells.best(zoo_result.sel(here))
    assert (eta, rho) == (float(before.chosen_eta), float(before.chosen_rho))
    job = Training(
        *task, spec, (eta,), (rho,), 1, 20, cells.FIRST, batch=64, train=1000
    )
    (anew,) = trained(job, 0, 1)
    kept_accuracy = float(before.test_accuracy.sel(seed=cells.FIRST))
    assert abs(anew["test_accuracy"] - kept_accuracy) <= 3 / 500
