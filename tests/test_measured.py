"""What the ledger reads of networks, from the raw runs by plain loops."""

import numpy as np
import pytest
from scipy import stats

from theory import kept
from theory.measured import edges, regimes, saddles


@pytest.mark.parametrize("method", ["GD", "USAM", "SSAM-N"])
def test_where_it_settles_is_the_mean_of_the_last_quarter(method):
    raw = kept.result("edge_of_stability").sel(data="fashion_mnist", algorithm=method)
    case = list(edges.cases((method,)))[-1]
    level = int(np.flatnonzero(raw.rho.values == case["rho"])[0])
    top = raw.sharpness.values[:, level, :, :, 0]  # (eta, seed, check)
    last = top.shape[-1] // 4
    seeds = [
        np.mean([raw.eta.values[e] / 2 * top[e, s, -last:].mean() for e in range(3)])
        for s in range(5)
    ]
    low, high = stats.t.interval(0.95, 4, np.mean(seeds), stats.sem(seeds))
    found = edges.settled(**case, edge="gd")
    np.testing.assert_allclose(
        [found.value, found.low, found.high], [np.mean(seeds), low, high], 1e-5
    )


def test_a_late_switch_is_read_at_its_end():
    raw = kept.result("edge_of_stability").sel(data="digits")
    sam, gd = (
        raw.late_sharpness.sel(late_algorithm=f"GD>{name}").values[level, :, -1, 0]
        for name, level in (("SAM", 2), ("GD", 0))
    )
    found = edges.landed("digits", "SAM", 0.1)
    assert found.value == pytest.approx(np.mean(sam / gd), rel=1e-6)
    predicted = edges.growth_predicted("digits", "USAM", 0.2)
    lam = raw.late_sharpness.sel(late_algorithm="GD>USAM").values[2, :, 0, 0]
    eta = float(raw.late_eta)
    np.testing.assert_allclose(predicted, np.log(eta * lam * (1 + 0.2 * lam) - 1), 1e-5)


@pytest.mark.parametrize("task", ["digits mlp tanh", "fashion_mnist mlp relu"])
def test_gains_are_paired_by_seed(task):
    raw = kept.result("network_regimes").sel(task=task)
    ours, other = (raw.tuned_test.sel(algorithm=a).values for a in ("SSAM", "SAM"))
    apart = 100 * (ours - other)
    low, high = stats.t.interval(
        1 - 0.05 / 28, len(apart) - 1, apart.mean(), stats.sem(apart)
    )
    found = regimes.gained(task, "SSAM", "SAM")
    np.testing.assert_allclose(
        [found.value, found.low, found.high], [apart.mean(), low, high]
    )


def largest(raw, method, level, seed):
    """The end of the longest row of rates that train."""
    at = raw.sel(algorithm=method).isel(rho_level=level, seed=seed)
    best, row = [], []
    for k, eta in enumerate(raw.eta.values):
        lost, start = int(at.diverged[k]) >= 0, float(at.start_loss[k])
        row = [] if lost or not at.train_loss[k] < start / 2 else [*row, eta]
        best = row if len(row) >= len(best) else best
    return best[-1] if best else np.nan


@pytest.mark.parametrize("task", ["digits mlp tanh", "digits cnn relu"])
def test_the_range_is_extended_at_the_largest_radius_that_both_train(task):
    raw = kept.result("network_regimes").sel(task=task)
    for level in reversed(range(5)):
        ends = np.array([
            [largest(raw, method, level, seed) for method in ("SSAM", "USAM")]
            for seed in range(5)
        ])  # fmt: skip
        if np.isfinite(ends).all():
            break
    logs, step = np.log(ends[:, 0] / ends[:, 1]), np.ptp(np.log(raw.eta.values[-2:]))
    low, high = stats.t.interval(0.95, 4, logs.mean(), stats.sem(logs))
    found = regimes.extended(task, "SSAM", "USAM")
    np.testing.assert_allclose(
        [found.value, found.low, found.high],
        np.exp([logs.mean(), low - step, high + step]),
        1e-9,
    )


def test_the_unlearnt_are_counted():
    raw = kept.result("network_saddles").sel(scale="usual", algorithm="SAM")
    at = raw.isel(train_rho_level=-1)
    share = float((at.plateau * at.runs).sum() / at.runs.sum())
    found = saddles.unlearnt("usual", "SAM")
    assert found.value == pytest.approx(share) and found.low < share < found.high
    count, runs = round(share * int(at.runs.sum())), int(at.runs.sum())
    exact = stats.binomtest(count, runs).proportion_ci(1 - saddles.LEVEL)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))
