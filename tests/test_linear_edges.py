"""T4, T6: GD and USAM on quadratics are stable exactly up to the stated edges."""

import numpy as np
import pytest

from tests.spectra import draw, padded, run, sizes, start
from theory import quadratic as closed
from theory.base import HeavyBall
from theory.methods import make

COUNT = 250


def with_top(edge, rng):
    """Positive spectra: the largest is `edge`, the others below .9 of it."""
    return lambda d: edge * np.append(rng.uniform(0.05, 0.9, d - 1), 1)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("spec", ["gd", "usam"])
def test_the_edge_is_bracketed_to_a_thousandth(spec, momentum):
    rng, base = np.random.default_rng(11), HeavyBall(momentum)
    eta = rng.uniform(0.05, 2, COUNT)
    rho = rng.uniform(0.01, 3, COUNT)
    edge = {
        "gd": closed.gd_edge(eta, momentum),
        "usam": closed.usam_edge(eta, rho, momentum),
    }[spec]
    lam = padded(draw(rng, COUNT, with_top(1.0, rng))) * edge[:, None]
    w = start(rng, lam, 1.0)
    stable = run(spec, 0.999 * lam, eta, rho, w, 3000, base=base)
    unstable = run(spec, 1.001 * lam, eta, rho, w, 3000, base=base)
    assert (sizes(stable.x) < 0.1 * sizes(w)).all()
    assert (sizes(unstable.x) > 10 * sizes(w)).all()


def test_the_edges_have_their_closed_forms():
    rng = np.random.default_rng(12)
    eta, rho = rng.uniform(0.01, 3, (2, COUNT))
    desired = (np.sqrt(1 + 8 * rho / eta) - 1) / (2 * rho)
    np.testing.assert_allclose(closed.usam_edge(eta, rho), desired, rtol=1e-10)
    np.testing.assert_allclose(closed.gd_edge(eta, 0.9), 3.8 / eta, rtol=1e-14)
    np.testing.assert_allclose(closed.usam_edge(eta, 0.0), 2 / eta, rtol=1e-14)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_usam_is_stable_on_both_sides_of_the_trap(momentum):
    rng = np.random.default_rng(13)
    eta, rho = rng.uniform(0.05, 1, (2, COUNT))
    edge = 2 * (1 + momentum) / eta
    # |lam|(rho |lam| - 1) = edge on the negative side.
    far = (1 + np.sqrt(1 + 4 * rho * edge)) / (2 * rho)
    near = 1 / rho
    for lam, held in (
        (-0.99 * near, False),
        (-1.01 * near, True),
        (-0.999 * far, True),
        (-1.001 * far, False),
        (-0.3 * near, False),
    ):
        assert (closed.usam_is_stable(eta, rho, lam, momentum) == held).all()
        w = np.ones((COUNT, 1))
        # 1/100 from the trap a mode changes by eta/rho/100 a step at most.
        result = run("usam", lam[:, None], eta, rho, w, 9000, base=HeavyBall(momentum))
        assert ((np.abs(result.x[:, 0]) < 1) == held).all()


def test_multipliers_are_those_of_each_mode():
    lam, eta, rho = np.array([-3.0, -0.5, 0.2, 4.0]), 0.3, 0.4
    np.testing.assert_allclose(
        closed.multipliers(make("gd"), eta, lam), 1 - eta * lam, rtol=1e-14
    )
    np.testing.assert_allclose(
        closed.multipliers(make("usam", rho=rho), eta, lam),
        1 - eta * lam * (1 + rho * lam),
        rtol=1e-13,
    )
    signs = np.sign(1 + rho * lam)
    np.testing.assert_allclose(
        closed.multipliers(make("ssam", rho=rho), eta, lam),
        1 - eta * signs * lam,
        rtol=1e-13,
    )


def test_usam_is_trapped_iff_rho_exceeds_the_weakest_descent():
    rng = np.random.default_rng(14)

    def saddle(d):
        negative = rng.integers(1, d)
        sign = np.where(np.arange(d) < negative, -1, 1)
        return sign * rng.uniform(0.3, 1, d)

    lam = padded(draw(rng, COUNT, saddle))
    m = np.array([-row[row < 0].max() for row in lam])
    assert all(closed.usam_trap(row) == 1 / b for row, b in zip(lam, m, strict=True))
    w = start(rng, lam, 1e-3)
    weakest = lam == -m[:, None]
    for share, trapped in ((0.99, False), (1.01, True)):
        rho = share / m
        eta = 0.9 * 2 / np.abs(lam * (1 + rho[:, None] * lam)).max(-1)
        result = run("usam", lam, eta, rho, w, 6000)
        grew = np.abs(result.x[weakest]) > np.abs(w[weakest])
        assert (grew != trapped).all()
        if trapped:
            assert (sizes(result.x) < sizes(w)).all()


@pytest.mark.parametrize("spec", ["gd", "usam"])
def test_escape_takes_the_number_of_steps_of_the_formula(spec):
    rng = np.random.default_rng(15)
    m, positive = rng.uniform(0.2, 2, (2, COUNT))
    lam = np.stack([positive, -m], axis=-1)
    eta, rho = rng.uniform(0.01, 0.4, COUNT), rng.uniform(0, 0.9, COUNT) / m
    u0, R = 10.0 ** rng.uniform(-9, -2, COUNT), 1.0
    growth = 1 + eta * m * (1 - (rho * m if spec == "usam" else 0))
    desired = np.log(R / u0) / np.log(growth)
    w = np.stack([np.zeros(COUNT), u0], axis=-1)
    steps = run(spec, lam, eta, rho, w, 300_000, radius=R, window=0).steps
    decided = np.abs(desired - np.round(desired)) > 1e-6
    assert decided.mean() > 0.99
    np.testing.assert_array_equal(steps[decided], np.ceil(desired)[decided])
    # With every mode taking part, the closed form counts the same steps.
    w[:, 0] = 1e-3
    steps = run(spec, lam, eta, rho, w, 300_000, radius=R, window=0).steps
    for i in range(COUNT):
        a = 1 - eta[i] * lam[i] * (1 + (rho[i] if spec == "usam" else 0) * lam[i])
        assert abs(closed.escape_time(a, w[i], R) - steps[i]) <= 1
