"""Edges of stability: formulas against one step of the methods themselves."""

import numpy as np
import pytest

from landscapes.quadratic import Quadratic, quadratic
from theory import edges
from theory.bisect import bisect
from theory.edges import edge, edge_at, multiplier
from theory.methods import make

METHODS = ["gd", "usam", "sam", "ssam", "ssam-n"]
OTHERS = np.array([0.4, 0.1])  # curvatures that stay as they are


def settings(n=50):
    """Learning rates, radii and gradient norms over decades."""
    return 10 ** np.random.default_rng(0).uniform(-2, 1, (3, n))


def turning(spec, eta, rho, first, rest):
    """The curvature of the first mode at which a step turns its gradient round.

    The gradient along it is first, `(n,)`, along two modes of fixed curvature it is
    rest, `(n, 2)`. Beside the curvature: |g| and, by the formulas, |g| / |d'| there.
    """
    method = make(spec).having(rho=rho[:, None])
    Q = quadratic((3.0, 2.0, 1.0), rotate=5).rotation

    def spectrum(lam):
        return np.stack([lam, *np.outer(OTHERS, 1 / eta)], axis=-1)

    def less_than_turned(lam):
        f = Quadratic(spectrum(lam), Q)
        g = np.column_stack([first, rest])
        w = (g / spectrum(lam)) @ Q.T
        d, _, _ = method.direction(w, (), f.gradient)
        after = f.gradient(w - eta[:, None] * d) @ Q
        return after[:, 0] / first > -1

    at = bisect(less_than_turned, 1e-3 / eta, 1e3 / eta, 1e-12).value
    g = np.column_stack([first, rest])
    size = np.sqrt((g**2).sum(-1))
    r = {"usam": rho, "ssam": rho, "gd": 0 * rho}.get(spec, rho / size)
    ascended = g * (1 + r[:, None] * spectrum(at))
    return at, size, size / np.sqrt((ascended**2).sum(-1))


def formula_agrees(spec):
    eta, rho, size = settings()
    at, _, _ = turning(spec, eta, rho, size, np.zeros((len(eta), 2)))
    told = edge(make(spec).having(rho=rho), eta, size)
    np.testing.assert_allclose(told, at, rtol=1e-9)


@pytest.mark.parametrize("spec", METHODS)
def test_an_aligned_gradient_is_turned_round_at_the_edge(spec):
    formula_agrees(spec)


def measured_gamma_agrees(spec):
    eta, rho, size = settings()
    rest = np.random.default_rng(1).normal(size=(len(eta), 2)) * size[:, None]
    at, length, gamma = turning(spec, eta, rho, size, rest)
    method = make(spec).having(rho=rho)
    np.testing.assert_allclose(edge_at(method, eta, length, gamma), at, rtol=1e-9)
    turned = multiplier(method, eta, at, length, gamma)
    np.testing.assert_allclose(turned, -1, rtol=1e-8)
    return at, edge(method, eta, length)


@pytest.mark.parametrize("spec", METHODS)
def test_with_the_measured_gamma_it_matters_not_where_the_gradient_points(spec):
    at, aligned = measured_gamma_agrees(spec)
    if spec.startswith("ssam"):  # flat modes lengthen gamma: the edge is lower
        assert (at < aligned).all() and (at < 0.7 * aligned).any()
    else:
        np.testing.assert_allclose(at, aligned, rtol=1e-9)


def test_the_two_edges_agree_where_gamma_is_that_of_an_aligned_gradient():
    eta, rho, size = settings()
    for spec, r in (("ssam", rho), ("ssam-n", rho / size)):
        method = make(spec).having(rho=rho)
        gamma = 1 / (1 + r * 2 / eta)
        np.testing.assert_allclose(
            edge_at(method, eta, size, gamma), edge(method, eta, size), rtol=1e-12
        )


def test_the_formulas_are_those_of_the_literature():
    eta, rho, size = 0.3, 0.2, 0.05
    assert edge(make("gd"), eta, size) == pytest.approx(2 / eta)
    assert edge(make("ssam", rho=rho), eta, size) == pytest.approx(2 / eta)
    usam = (np.sqrt(1 + 8 * rho / eta) - 1) / (2 * rho)
    assert edge(make("usam", rho=rho), eta, size) == pytest.approx(usam)
    sam = size / (2 * rho) * (np.sqrt(1 + 8 * rho / (eta * size)) - 1)
    assert edge(make("sam", rho=rho), eta, size) == pytest.approx(sam)


def test_an_edge_without_gamma_would_be_seen(monkeypatch):
    monkeypatch.setattr(edges, "gd_edge", lambda eta: edges.usam_edge(eta, 0.1))
    with pytest.raises(AssertionError):
        formula_agrees("ssam")


def test_a_length_taken_for_a_rate_would_be_seen(monkeypatch):
    monkeypatch.setattr(
        edges, "rate", lambda method, size: method.get("rho") + 0 * size
    )
    with pytest.raises(AssertionError):
        formula_agrees("sam")
    with pytest.raises(AssertionError):
        measured_gamma_agrees("ssam-n")
