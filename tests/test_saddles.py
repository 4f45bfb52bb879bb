"""T7, T8: when SAM stalls at a saddle, and what renormalisation does to the trap."""

import numpy as np
import pytest

from tests.spectra import draw, geometric, padded, run, sizes, start, verdicts
from theory import quadratic as closed
from theory.verdict import Verdict

COUNT = 250


def index_one(rng):
    """Eigenvalue -m and positive ones up to 1, the top two a gap apart."""

    def one(d):
        others = rng.uniform(0.05, 0.8, max(d - 2, 0))
        return np.array([-rng.uniform(0.3, 0.85), 1.0, *others])

    scale = rng.uniform(0.3, 3, (COUNT, 1))
    return padded(draw(rng, COUNT, one)) * scale


def trapped_start(rng, lam, m, rho):
    return start(rng, lam, rng.uniform(0.05, 0.95, COUNT) * rho * m)


def test_sam_stalls_below_the_threshold_and_escapes_above():
    rng = np.random.default_rng(31)
    lam, rho = index_one(rng), 10 ** rng.uniform(-3, 1, COUNT)
    m, top = -lam.min(-1), lam.max(-1)
    desired = 2 * m / (top * (top + m))
    thresholds = [closed.sam_threshold(row[row != 0]) for row in lam]
    np.testing.assert_allclose(thresholds, desired, rtol=1e-13)
    w, far = trapped_start(rng, lam, m, rho), 100 * rho * top.max()
    below = run("sam", lam, 0.97 * desired, rho, w, 8000, radius=far)
    above = run("sam", lam, 1.03 * desired, rho, w, 8000, radius=far)
    assert (verdicts(below, lam) == Verdict.STALLED).all()
    assert (sizes(lam * below.window) < rho * m).all()
    assert above.left.all()
    assert (verdicts(above, lam) == Verdict.ESCAPED).all()


def test_the_threshold_of_two_and_minus_one_is_a_third():
    assert closed.sam_threshold([2.0, -1.0]) == pytest.approx(1 / 3, rel=1e-15)
    lam, w = np.array([[2.0, -1.0]]), np.array([[0.011, 0.013]])
    stays, leaves = (
        run("sam", lam, eta, 0.1, w, 20_000, radius=10.0) for eta in (0.33, 0.34)
    )
    assert not stays.left.any() and leaves.left.all()


@pytest.mark.parametrize(
    "spectrum", [[1.0, 2.0], [-1.0, -2.0, 3.0], [-1.0, 0.0, 2.0], [0.5, -1.0], [-1.0]]
)
def test_the_threshold_is_silent_outside_its_assumptions(spectrum):
    assert np.isnan(closed.sam_threshold(spectrum))


def test_eta_m_below_one_is_needed():
    # Below the formula's 2m/(lam(lam + m)) = 2.67, yet eta m = 1.05.
    lam, w = np.array([[0.5, -1.0]]), np.array([[0.02, 0.03]])
    assert run("sam", lam, 1.05, 0.1, w, 20_000, radius=10.0).left.all()


@pytest.mark.parametrize("a, held", [(0.5, True), (0.99, True), (1.0, True)])
def test_a_maximum_traps_sam_while_its_step_is_at_most_one(a, held):
    rng = np.random.default_rng(32)
    lam, rho = -rng.uniform(0.2, 5, (COUNT, 1)), rng.uniform(0.01, 3, COUNT)
    w = rho[:, None] * rng.uniform(-0.999, 0.999, (COUNT, 1))
    result = run("sam", lam, a / np.abs(lam[:, 0]), rho, w, 4000)
    assert (sizes(result.window) <= rho * (1 + 1e-9)).all() == held


def test_a_maximum_releases_sam_just_above():
    rng = np.random.default_rng(33)
    lam, rho = -rng.uniform(0.2, 5, (COUNT, 1)), rng.uniform(0.01, 3, COUNT)
    w = rho[:, None] * rng.uniform(-0.999, 0.999, (COUNT, 1))
    eta = 1.02 / np.abs(lam[:, 0])
    assert run("sam", lam, eta, rho, w, 9000, radius=100 * rho).left.all()


def any_index(rng, low=0.2):
    """Nonsingular spectra with eigenvalues of both signs."""

    def one(d):
        sign = np.where(np.arange(d) < rng.integers(1, d), -1, 1)
        return sign * rng.uniform(low, 1, d)

    return padded(draw(rng, COUNT, one))


def test_ssam_has_the_trap_of_usam():
    rng = np.random.default_rng(34)
    lam = any_index(rng, low=0.4)
    m = np.array([-row[row < 0].max() for row in lam])
    eta = rng.uniform(0.05, 0.5, COUNT)
    w = start(rng, lam, 1.0)
    outside = run("ssam", lam, eta, 0.99 / m, w, 12_000, radius=1e3)
    inside = run("ssam", lam, eta, 1.01 / m, w, 6000, radius=1e3)
    assert outside.left.all()
    assert not inside.left.any() and (sizes(inside.x) < 1e-6).all()


def test_in_the_trap_ssam_converges_geometrically_to_the_saddle():
    rng = np.random.default_rng(35)
    lam = any_index(rng)
    m = np.array([-row[row < 0].max() for row in lam])
    eta = rng.uniform(0.05, 1.9, COUNT) / np.abs(lam).max(-1)
    rho = rng.uniform(1.05, 3, COUNT) / m
    w = start(rng, lam, 1.0)
    half, full = (run("ssam", lam, eta, rho, w, n) for n in (3000, 6000))
    assert (sizes(half.x) < 1e-4).all()
    assert geometric(half, full).all()


@pytest.mark.parametrize("side", [0.95, 1.05])
def test_ssam_escapes_at_the_rate_of_gd_unless_the_top_direction_bounces(side):
    r"""Along -m alone gamma is $1/(1-\rho m)$; is the top direction stable under it?

    With k = lam(1 + rho lam), q = m(1 - rho m): its factor 1 - eta gamma k is smaller
    than the growth 1 + eta m iff eta(k/(1 - rho m) - m) < 2. Otherwise both share the
    gradient so that the factors are opposite, eta gamma (k - q) = 2.
    """
    rng = np.random.default_rng(36)
    lam = index_one(rng)
    m, top = -lam.min(-1), lam.max(-1)
    rho = rng.uniform(0.1, 0.9, COUNT) / m
    k, q = top * (1 + rho * top), m * (1 - rho * m)
    eta = side * 2 / (k / (1 - rho * m) - m)
    w = start(rng, lam, 1e-6)
    late = run("ssam", lam, eta, rho, w, 20_000, radius=1e60, window=0)
    early = run("ssam", lam, eta, rho, w, 20_000, radius=1e20, window=0)
    assert late.left.all()
    rate = np.log(1e40) / (late.steps - early.steps)
    growth = 1 + eta * m if side < 1 else 1 + 2 * q / (k - q)
    np.testing.assert_allclose(rate, np.log(growth), rtol=0.02)


def test_renormalisation_is_faster_from_near_and_slower_from_far():
    def steps(spec, x0):
        lam, w = np.array([[1.0, -1.0]]), np.array([[x0, 1e-3]])
        done, t = w, 0
        while abs(done[0, 1]) < 10:
            t += 1
            done = run(spec, lam, 0.1, 0.5, done, 1, window=0).x
        return t

    assert [steps("gd", 1.0), steps("usam", 1.0)] == [97, 189]
    assert [steps("ssam", x) for x in (1e-3, 1, 100, 1e6)] == [100, 132, 153, 197]
