"""What steps cost, beside counts by hand."""

import pytest
import torch

from experiments.networks.task import networks
from experiments.zoo import cost
from experiments.zoo.lineup import line_up

# Of 15 steps after the first epoch; gradients, values, products.
BY_HAND = {
    "gd": (1, 0, 0),
    "sam": (2, 0, 0),
    "stable:sam": (2, 0, 0),
    "looksam": ((3 * 2 + 12) / 15, 0, 0),
    "esam": (1 + 32 / 64, 1, 0),
    "msam": (2, 0, 0),
    "xsam": (2, 21 / 15, 0),
    "sam-polyak": (2, 1, 0),
}


@pytest.fixture(scope="module")
def found():
    return cost.cost([*BY_HAND, "ausam", "eigen-sam", "sparse-sam"], quick=True)


@pytest.mark.parametrize("spec", BY_HAND)
def test_evaluations_are_counted(found, spec):
    (label,) = line_up([spec])
    row = found.sel(algorithm=label).isel(network=0)
    counted = row.cost_gradients, row.cost_values, row.cost_products
    assert tuple(map(float, counted)) == pytest.approx(BY_HAND[spec], rel=1e-12)
    whole = BY_HAND[spec][0] + BY_HAND[spec][1] / 3
    assert float(row.cost_counted) == pytest.approx(whole, rel=1e-12)


def test_a_part_of_the_samples_counts_its_share(found):
    label = next(name for name in found.algorithm.values if "AUSAM" in name)
    row = found.sel(algorithm=label).isel(network=0)
    assert 0.8 < row.cost_gradients < 1.3  # 2 alpha in expectation


def test_what_is_due_at_a_refresh_is_counted():
    net = networks(*cost.NETWORK)["train"]
    for spec, counts in (
        ("eigen-sam", {"gradients": 2 * 15 * 64, "products": 5 * 64}),
        ("sparse-sam", {"gradients": 2 * 15 * 64 + 16}),
    ):
        (method,) = line_up([spec]).values()
        run = cost.Trained(method, net)
        run.epoch()
        assert dict(run.net.counts) == counts


def test_counting_changes_nothing():
    net = networks(*cost.NETWORK)["train"]
    counted = cost.Counted.of(net).restrict(torch.arange(8))
    part, w = net.restrict(torch.arange(8)), net.start + 0.01
    assert torch.equal(counted.gradient(w), part.gradient(w))
    assert torch.equal(counted.losses(w), part.losses(w))
    assert counted.counts == {"gradients": 8, "values": 8}


def test_what_is_stated_is_counted(found):
    for spec in ("gd", "sam", "looksam", "esam", "msam"):
        (label,) = line_up([spec])
        row = found.sel(algorithm=label).isel(network=0)
        assert float(row.cost_stated) == pytest.approx(float(row.cost_counted))


def test_time_is_beside_sgd_s(found):
    assert (found.cost_time_low <= found.cost_time).all()
    assert (found.cost_time <= found.cost_time_high).all()
    assert (found.cost_time > 0.2).all() and (found.cost_sgd_seconds > 0).all()
