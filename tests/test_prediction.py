"""What is predicted from the Hessian holds in plain simulations on quadratics."""

from dataclasses import replace

import numpy as np
import pytest

from theory import prediction, quadratic
from theory.methods import make
from theory.prediction import Setting, predict

STEPS, STARTS = 250, 60
RATES = ("usam", "ssam")


def lengths(points):
    return np.sqrt((points**2).sum(axis=-1, keepdims=True))


def direction(spec, lam, rho, w):
    """The five methods by their formulas, in the eigenbasis."""
    g = lam * w
    if spec == "gd":
        return g
    d = g + rho * lam * (g if spec in RATES else g / lengths(g))
    return d * lengths(g) / lengths(d) if spec.startswith("ssam") else d


def first_exits(spec, lam, eta, rho, u, radius, steps):
    """The step at which each start is first outside the ball; inf where it never is."""
    w, times = u.copy(), np.full(len(u), np.inf)
    for t in range(steps + 1):
        size = lengths(w)[:, 0]
        times[(size >= radius) & np.isinf(times)] = t
        going = (size < radius) & (size > 1e-100)  # squares underflow at 1e-160
        w[going] -= eta * direction(spec, lam, rho, w[going])
    return times


def settings(spec, count, seed, negatives=None, rho=None):
    """Random saddles with starts in a quarter of the ball; radii in every regime."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        d = int(rng.integers(2, 6))
        descending = negatives or int(rng.integers(1, d))
        lam = rng.uniform(0.1, 2, d) * np.where(np.arange(d) < descending, -1, 1)
        largest, m = np.abs(lam).max(), -lam[lam < 0].max()
        eta = float(rng.uniform(0.02, 2.1) / largest)
        own = rng.choice([0.01, 0.1, 0.5, 1.1, 3]) * rng.uniform(0.5, 1.5)
        if spec in RATES:
            own /= rng.choice([m, largest])
        own = own if rho is None else rho(m)
        v = rng.normal(size=(STARTS, d))
        u = 0.25 * rng.random((STARTS, 1)) ** (1 / d) * v / lengths(v)
        yield Setting(make(spec, rho=own), eta, float(own), lam, u, 1.0, STEPS)


def simulated(spec, s):
    return first_exits(spec, s.spectrum, s.eta, s.rho, s.u, s.radius, s.steps)


@pytest.mark.parametrize("spec", ["gd", "usam"])
def test_linear_methods_leave_exactly_when_predicted(spec):
    for s in settings(spec, 60, 1):
        told, times = predict(s), simulated(spec, s)
        seen = np.where(told.times <= s.steps, told.times, np.inf)
        np.testing.assert_array_equal(seen, times)
        assert told.low == told.high == np.isfinite(times).mean()
        assert told.source == "T6"


@pytest.mark.parametrize("spec", ["usam", "ssam"])
@pytest.mark.parametrize("share", [0.9, 0.99, 1.01, 1.1])
def test_usam_and_ssam_are_held_iff_the_radius_exceeds_one_over_m(spec, share):
    for s in settings(spec, 12, 2, rho=lambda m: share / m):
        k = np.abs(s.spectrum * (1 + s.rho * s.spectrum))
        # USAM below its upper edge T4; leaving may take as long as it likes.
        small = replace(s, eta=1 / max(k.max(), s.curvature), steps=10**7)
        told = predict(small)
        assert told.low == float(share < 1)
        assert told.high == float(share < 1)
    if share > 1:
        times = simulated(spec, replace(small, steps=500))
        assert np.isinf(times).all()


def contradicted(spec, count=120, seed=3):
    """Settings whose simulation lies outside the bounds, and the sources used."""
    wrong, sources = [], set()
    for s in settings(spec, count, seed):
        told, times = predict(s), simulated(spec, s)
        share = np.isfinite(times).mean()
        assert 0 <= told.low <= told.high <= 1
        early = False
        if told.times is not None:
            assert told.times.shape == times.shape
            early = (times < np.where(told.times <= s.steps, told.times, np.inf)).any()
        if early or not told.low - 1e-12 <= share <= told.high + 1e-12:
            wrong.append((s, told, share))
        sources.add(told.source)
    return wrong, sources


SOURCES = {
    "sam": {"T7a stalls", "T7b stalls", "T7b leaves"},
    "ssam": {"T8 held", "T8 leaves"},
    "ssam-n": {"T9b stalls"},
}


@pytest.mark.parametrize("spec", SOURCES)
def test_the_bounds_contain_what_is_simulated(spec):
    wrong, sources = contradicted(spec, 400 if spec == "sam" else 120)
    assert wrong == [] and SOURCES[spec] <= sources


def setting(spec, lam, eta, rho, radius=1.0, steps=STEPS, **options):
    lam = np.array(lam, dtype=float)
    v = np.random.default_rng(4).normal(size=(STARTS, len(lam)))
    u = options.pop("u", 0.25 * v / lengths(v))
    return Setting(make(spec, rho=rho), eta, rho, lam, u, radius, steps)


@pytest.mark.parametrize(
    "eta, low, high",
    [(0.2, "0", "outside"), (0.3, "0", "outside"), (0.36, "inside", "1")],
)
def test_sam_is_bounded_from_opposite_sides_of_the_threshold(eta, low, high):
    s = setting("sam", [2, -1], eta, 0.3, steps=2000)
    inside = float((np.hypot(2 * s.u[:, 0], s.u[:, 1]) < 0.3).mean())
    bounds = {"0": 0.0, "1": 1.0, "inside": inside, "outside": 1 - inside}
    told = predict(s)
    assert 0.2 < inside < 1
    assert (told.low, told.high) == (bounds[low], bounds[high])


def test_a_trap_wider_than_the_ball_holds_nothing():
    # eta = .3 and rho = 10: the first bounce already leaves the ball.
    s = setting("sam", [1, -1], 0.3, 10.0)
    assert np.isfinite(simulated("sam", s)).all()
    told = predict(s)
    assert (told.low, told.high, told.times) == (0, 1, None)


def test_ssam_beside_a_second_descending_direction_may_be_faster_than_gd():
    # rho > 1 / m_2: the second is attracted, and overshoots.
    s = setting("ssam", [-0.07, -1.4, -2.0, 0.6, 0.9], 0.33, 0.82)
    told = predict(s)
    assert told.high == 1 and told.times is None


SILENT = {
    "degenerate": setting("gd", [1, 0, -1], 0.1, 0.1),
    "no theorem": setting("stable:gd", [1, -1], 0.1, 0.1),
    "at T7's threshold": setting("sam", [2, -1], 0.3334, 0.1),
    "index 2": setting("sam", [2, -1, -1], 0.4, 0.1),
    "T7 needs": setting("sam", [2, -1], 1.01, 0.1),
    "wider than the ball": setting("sam", [2, -1], 0.95, 0.1),
    "too slowly": setting("sam", [2, -1], 0.34, 0.1),
    "T8 needs": setting("ssam", [2, -1], 1.01, 0.1),
    "T9 needs": setting("ssam-n", [2, -1], 1.01, 0.1),
}


@pytest.mark.parametrize("reason", SILENT)
def test_where_no_statement_speaks_nothing_is_said(reason):
    told = predict(SILENT[reason])
    assert reason in told.source
    assert (told.low, told.high, told.times) == (0, 1, None)


@pytest.mark.parametrize("spec", ["sam", "ssam", "ssam-n", "usam"])
def test_without_a_radius_every_method_is_gd(spec):
    for s in settings("gd", 8, 5):
        told = predict(replace(s, method=make(spec, rho=0.0), rho=0.0))
        np.testing.assert_array_equal(told.times, predict(s).times)


def test_an_inverted_inequality_would_be_seen(monkeypatch):
    threshold = quadratic.sam_threshold
    monkeypatch.setattr(quadratic, "sam_threshold", lambda lam: 1.5 * threshold(lam))
    assert contradicted("sam", 200)[0]


def test_a_trap_too_wide_would_be_seen(monkeypatch):
    right = quadratic.usam_trap
    monkeypatch.setattr(quadratic, "usam_trap", lambda lam: 0.9 * right(lam))
    assert contradicted("ssam")[0]
    monkeypatch.undo()
    monkeypatch.setattr(prediction.quadratic, "sam_trap", lambda rho, lam: 2 * rho)
    assert contradicted("sam", 200)[0]
