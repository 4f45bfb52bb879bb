"""The 2-cycle in which renormalisation holds a mode: against runs on quadratics."""

import numpy as np
import pytest

from landscapes.quadratic import Quadratic
from theory.balance import balance
from theory.edges import edge
from theory.methods import make
from theory.runs import last

FLAT = 1e-9  # the curvature of the rest: constant as seen over a run


@pytest.mark.parametrize(("spec", "plain"), [("ssam", "usam"), ("ssam-n", "sam")])
def test_runs_between_the_edges_come_to_the_balance(spec, plain):
    eta, rho = 0.2, 0.1
    low = float(edge(make(plain, rho=rho), eta, 1.0))
    lam = low + np.linspace(0.1, 0.9, 9) * (2 / eta - low)
    f = Quadratic(np.stack([lam, np.full(9, FLAT)], axis=-1))
    start = np.stack([np.full(9, 1e-3), np.full(9, 1 / FLAT)], axis=-1)
    end = last(f, make(spec, rho=rho), start, eta, 3000)
    size = np.sqrt((end.g**2).sum(-1))
    told = balance(make(spec, rho=rho), eta, lam, size)
    np.testing.assert_allclose(abs(end.g[:, 0]) / size, told, rtol=1e-3)
    turned = f.gradient(end.x - eta * end.d)[:, 0]
    np.testing.assert_allclose(turned, -end.g[:, 0], rtol=1e-3)


def test_it_runs_from_none_at_one_edge_to_all_at_the_other():
    eta, rho = np.array([0.1, 0.5, 2.0]), 0.3
    method = make("ssam", rho=rho)
    low, high = edge(make("usam", rho=rho), eta, 1.0), 2 / eta
    told = balance(method, eta, low * (1 + 1e-9), 1.0)
    np.testing.assert_allclose(told, 0, atol=1e-3)
    np.testing.assert_allclose(balance(method, eta, high * (1 - 1e-12), 1.0), 1)
    assert np.isnan(balance(method, eta, 0.99 * low, 1.0)).all()
    assert np.isnan(balance(method, eta, 1.01 * high, 1.0)).all()
