"""T7a, T7b, T9b: the invariant trap, growth beside the bounce, what is attracted."""

import numpy as np
import pytest

from tests.spectra import draw, padded, run, sizes, start
from theory import neighbourhood
from theory import quadratic as closed

COUNT = 250


def saddles(rng):
    """Nonsingular spectra with eigenvalues of both signs, and m."""

    def one(d):
        sign = np.where(np.arange(d) < rng.integers(1, d), -1, 1)
        return sign * rng.uniform(0.25, 1, d)

    lam = padded(draw(rng, COUNT, one))
    return lam, np.array([-row[row < 0].max() for row in lam])


def test_sams_trap_is_invariant_iff_the_step_is_small():
    rng = np.random.default_rng(51)
    lam, m = saddles(rng)
    rho, edge = rng.uniform(0.01, 3, COUNT), m / (lam**2).max(-1)
    for share, held in ((0.999, True), (1.001, False)):
        claimed = [
            closed.sam_trap_is_invariant(share * a, row[row != 0])
            for a, row in zip(edge, lam, strict=True)
        ]
        assert claimed == [held] * COUNT
    for size in (1e-6, 0.3, 0.999):
        w = start(rng, lam, size * rho * m)
        result = run("sam", lam, 0.999 * edge, rho, w, 2000, window=2000)
        assert (sizes(lam * result.window) < rho * m).all()
    # Along the eigenvector of the largest |lam| a tiny point is thrown the farthest.
    steep = np.abs(lam) == np.abs(lam).max(-1, keepdims=True)
    w = 1e-9 * rho[:, None] * steep
    thrown = run("sam", lam, 1.001 * edge, rho, w, 1, window=0).x
    assert (sizes(lam * thrown) > rho * m).all()


@pytest.mark.parametrize("share", [0.8, 0.97, 1.03, 1.3])
def test_beside_the_bounce_the_descending_mode_has_its_factor(share):
    m, top, rho = 0.6, 1.0, 0.7
    eta = share * closed.sam_threshold([top, -m])
    bounce = eta * rho * top / (2 - eta * top)
    expected = 1 + eta * m * (1 - rho * m / (top * bounce))
    factor = closed.sam_growth(eta, [top, -m])
    assert factor == pytest.approx(expected, rel=1e-12)
    assert (factor > 1) == (share > 1)
    w = np.array([[bounce, 1e-60]])
    result = run("sam", np.array([[top, -m]]), eta, rho, w, 200)
    assert result.x[0, 1] == pytest.approx(1e-60 * expected**200, rel=1e-9)


@pytest.mark.parametrize("bound", ["ssam_n_neighbourhood", "ssam_n_conjecture"])
def test_ssam_n_is_attracted_from_the_stated_neighbourhood(bound):
    rng = np.random.default_rng(52)
    lam, _ = saddles(rng)
    rho = rng.uniform(0.01, 3, COUNT)
    eta = rng.uniform(0.05, 1.8, COUNT) / np.abs(lam).max(-1)
    reach = [
        getattr(neighbourhood, bound)(a, row[row != 0])
        for a, row in zip(eta, lam, strict=True)
    ]
    for _ in range(4):
        w = start(rng, lam, 0.999 * rho * reach)
        result = run("ssam-n", lam, eta, rho, w, 1500)
        assert (sizes(lam * result.x) < 1e-2 * sizes(lam * w)).all()


@pytest.mark.parametrize("step", [0.5, 1.5])
def test_the_conjectured_neighbourhood_is_nearly_reached(step):
    lam, rho = np.array([30.0, -1.0]), 0.1
    reach = neighbourhood.ssam_n_conjecture(step / 30, lam)
    assert reach == pytest.approx(np.sqrt(1 - step**2 / 4), rel=1e-12)
    angle = np.linspace(0, np.pi / 2, 401)
    g = rho * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    inside, outside = (
        run("ssam-n", lam, step / 30, rho, s * reach * g / lam, 20_000, radius=3.0)
        for s in (0.999, 1.02)
    )
    assert not inside.left.any() and outside.left.any()


def test_beyond_the_edge_nothing_is_attracted():
    assert neighbourhood.ssam_n_neighbourhood(1.01, [2.0, -1.0]) == 0
    lam, w = np.array([[2.0, -1.0]]), np.array([[1e-3, 1e-3]])
    assert not sizes(run("ssam-n", lam, 1.01, 0.1, w, 3000).x)[0] < 1e-4
