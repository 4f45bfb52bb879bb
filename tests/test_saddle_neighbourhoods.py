"""T9: SSAM-N is attracted by every nondegenerate saddle, from a neighbourhood."""

import numpy as np
import pytest

from tests.spectra import draw, geometric, padded, run, sizes, start

COUNT = 250


def test_ssam_n_converges_to_the_saddle_from_near():
    rng = np.random.default_rng(41)

    def one(d):
        sign = np.where(np.arange(d) < rng.integers(1, d), -1, 1)
        return sign * rng.uniform(0.25, 1, d)

    lam = padded(draw(rng, COUNT, one))
    m = np.array([-row[row < 0].max() for row in lam])
    rho = 10 ** rng.uniform(-2, 1, COUNT)
    eta = rng.uniform(0.05, 1.5, COUNT) / np.abs(lam).max(-1)
    w = start(rng, lam, 0.2 * rho * m)
    half, full = (run("ssam-n", lam, eta, rho, w, n) for n in (2000, 4000))
    assert not full.left.any()
    assert (sizes(half.x) < 1e-3 * sizes(w)).all()
    assert geometric(half, full).all()


@pytest.mark.parametrize("eta", [0.34, 0.6, 0.9])
def test_ssam_n_dies_where_sam_escapes(eta):
    lam, w = np.array([[2.0, -1.0]]), np.array([[0.011, 0.013]])
    assert run("sam", lam, eta, 0.1, w, 20_000, radius=10.0).left.all()
    died = run("ssam-n", lam, eta, 0.1, w, 20_000, radius=10.0)
    assert (sizes(died.x) < 1e-12).all()


# eta max|lam|, smallest escaping |Hw|/(rho m)
DIAG_1_1 = [(0.1, 0.9998), (0.5, 0.990), (1.0, 0.954), (1.5, 0.875), (1.9, 0.740)]
DIAG_2_1 = [(0.1, 0.9998), (0.5, 0.985), (1.0, 0.926), (1.5, 0.805), (1.9, 0.585)]
DIAG_10_1 = [(0.5, 0.973), (1.0, 0.880), (1.5, 0.689)]
TABLE = [
    *((1.0, *row) for row in DIAG_1_1),
    *((2.0, *row) for row in DIAG_2_1),
    *((10.0, *row) for row in DIAG_10_1),
]


@pytest.mark.parametrize("top, step, share", TABLE)
def test_the_neighbourhood_has_the_measured_size(top, step, share):
    lam, rho = np.array([top, -1.0]), 0.1
    angle = np.linspace(0, np.pi / 2, 801)
    gradient = rho * np.stack([np.cos(angle), np.sin(angle)], axis=-1)

    def some_escape(size):
        w = size * gradient / lam
        return run("ssam-n", lam, step / top, rho, w, 3000, radius=10.0).left.any()

    assert not some_escape(share - 0.01)
    assert some_escape(share + 0.01)
