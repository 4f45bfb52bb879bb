"""Measured limits: brackets of made-up runs, and of functions whose limit is proved."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest

import landscapes
from landscapes.quadratic import quadratic
from landscapes.ssam_cycle import ssam_cycle
from theory import known_limit as known
from theory import measured_limits as measuring
from theory import regimes
from theory.known_limit import known_limit
from theory.measured_limits import bracketed, measured_limits
from theory.methods import make
from theory.verdict import Verdict

RATES = np.geomspace(0.1, 10, 21)
STARTS = 20


def made_up(**until):
    """Start i converges below its own rate, then diverges; `until` overrides spans.

    Args:
        **until: verdicts by name, each a function of eta that says where it holds for
            all starts.
    """
    own = np.linspace(1, 2, STARTS)
    asked = []

    def codes(rho, eta):
        asked.extend(zip(rho.tolist(), eta.tolist(), strict=True))
        cell = eta[:, None] * (1 + rho[:, None])
        found = np.where(cell <= own, Verdict.CONVERGED, Verdict.DIVERGED)
        for name, where in until.items():
            found[where(cell[:, 0])] = Verdict[name.upper()]
        return found.astype(np.int8)

    codes.asked = asked
    return codes


def ends(interval, *where):
    return float(interval.low[where]), float(interval.high[where])


def test_brackets_hold_the_rate_at_which_the_share_falls():
    found = bracketed(made_up(), [0.0, 1.0], RATES, rtol=1e-4)
    for k, rho in enumerate((0.0, 1.0)):
        for i, level in enumerate((0.5, 0.95)):
            # Of 20 starts, 10 and 19 are needed: that of the 11th, and of the second.
            need = math.ceil(level * STARTS)
            truth = np.linspace(1, 2, STARTS)[STARTS - need] / (1 + rho)
            for target in (0, 1):
                low, high = ends(found.converges, k, target, i)
                assert low <= truth <= high <= low * (1 + 1.01e-4)
        low, high = ends(found.diverges, k)
        assert low <= 1 / (1 + rho) <= high <= low * (1 + 1.01e-4)


def test_every_cell_is_run_once_and_none_that_was_seen():
    codes = made_up()
    bracketed(codes, [0.0, 0.5], RATES, rtol=1e-4)
    assert len(set(codes.asked)) == len(codes.asked)
    verdicts = codes(np.repeat([0.0, 0.5], 21), np.tile(RATES, 2)).reshape(2, 21, -1)
    seen = (verdicts[..., None] == np.arange(8)).sum(axis=2)
    again = made_up()
    bracketed(again, [0.0, 0.5], RATES, seen=seen, rtol=1e-4)
    assert not {eta for _, eta in again.asked} & set(RATES.tolist())


def test_an_island_beyond_the_first_failure_does_not_count():
    codes = made_up(cycling=lambda eta: (eta > 0.4) & (eta < 0.7))
    low, high = ends(bracketed(codes, [0.0], RATES).converges, 0, 0, 0)
    assert low <= 0.4 <= high < 0.401


def test_undecided_runs_widen_the_bracket():
    codes = made_up(undecided=lambda eta: (eta > 0.8) & (eta < 1.9))
    found = bracketed(codes, [0.0], RATES)
    low, high = ends(found.converges, 0, 1, 0)
    assert low == pytest.approx(0.8, rel=2e-3)
    assert high == pytest.approx(1.9, rel=2e-3)


def test_the_scan_begins_where_decisions_do():
    codes = made_up(undecided=lambda eta: eta < 0.5)
    low, high = ends(bracketed(codes, [0.0], RATES).converges, 0, 0, 0)
    assert low <= 1 + 10 / 19 <= high < 1.01 * low


def test_without_convergence_there_is_no_limit():
    none = bracketed(made_up(stalled=lambda eta: eta < 9), [0.0], RATES)
    assert np.isnan(none.converges.low).all() and np.isnan(none.converges.high).all()
    late = made_up(
        undecided=lambda eta: eta < 3, stalled=lambda eta: (eta > 3) & (eta < 4)
    )
    low, high = ends(bracketed(late, [0.0], RATES).converges, 0, 0, 0)
    assert np.isnan(low) and high == RATES[RATES > 3][0]
    never = bracketed(made_up(band=lambda eta: eta > 0), [0.0], RATES)
    assert np.isnan(ends(never.converges, 0, 0, 0)).all()
    assert ends(never.converges, 0, 1, 0) == (RATES[-1], np.inf)
    assert ends(never.diverges, 0) == (RATES[-1], np.inf)
    unsure = bracketed(made_up(undecided=lambda eta: eta > 0), [0.0], RATES)
    low, high = ends(unsure.converges, 0, 0, 0)
    assert np.isnan(low) and high == np.inf


def test_the_interval_of_all_starts_is_wilsons():
    found = bracketed(made_up(), [0.0], RATES, rtol=1e-4)
    low, high = ends(found.sampled, 0, 0, 0)
    own = np.linspace(1, 2, STARTS)

    def interval(eta):
        return binomtest(int((eta <= own).sum()), STARTS).proportion_ci(
            0.95, method="wilson"
        )

    assert interval(low).low >= 0.5 > interval(high).high
    # Rates were tried in steps of a quarter, so much it may be too wide.
    assert interval(low * 1.26).low < 0.5 <= interval(high / 1.26).high
    # 20 of 20 do not show that 95 of 100 converge.
    assert np.isnan(found.sampled.low[0, 0, 1])


@pytest.mark.parametrize(
    "eta, levels, message",
    [
        ([1.0, 0.5], (0.5,), "ascending learning rates > 0"),
        ([0.0, 0.5], (0.5,), "ascending learning rates > 0"),
        ([], (0.5,), "ascending learning rates > 0"),
        ([1.0], (0.0,), r"shares in \(0, 1\]"),
    ],
)
def test_what_is_no_scan_is_refused(eta, levels, message):
    with pytest.raises(ValueError, match=message) as caught:
        bracketed(made_up(), [0.0], eta, levels=levels)
    assert "\n" not in str(caught.value)


def drawn(f, count=5):
    """Its own start and some in its box."""
    low, high = np.array(f.box).T
    x = np.random.default_rng(7).uniform(low, high, (count, f.dim))
    return np.concatenate([[f.start], x])


def near(f, spec, rho, limit, steps=2048, rtol=5e-3):
    """The bracket up to which all starts converge, scanned around the limit."""
    scan = limit * np.array([0.8, 0.99, 1.01])
    found = measured_limits(
        f, make(spec), [rho], drawn(f), scan, steps, rtol=rtol, levels=(1.0,)
    )
    return ends(found.converges, 0, 1, 0)


BOWL = quadratic((2.0, 0.5), rotate=3)  # beta 2


def usam_equals_its_limit(quick=False):
    for rho in (0.7,) if quick else (0.1, 0.7):
        low, high = near(BOWL, "usam", rho, 1 / (1 + 2 * rho))
        limit = float(regimes.usam_limit(0.5, 2.0, rho))
        assert low <= limit <= high < 1.01 * low


def test_on_a_quadratic_gds_and_ssams_limit_is_two_over_beta():
    for spec, rho in (("gd", 0.0), ("ssam", 0.7), ("sam", 0.3)):
        low, high = near(BOWL, spec, rho, 1.0)
        assert low <= 2 / 2 <= high < 1.01 * low


def test_on_a_quadratic_usams_limit_is_that_of_t15():
    usam_equals_its_limit()


def test_a_limit_two_percent_off_would_be_seen(monkeypatch):
    right = regimes.usam_limit
    monkeypatch.setattr(regimes, "usam_limit", lambda *a: 1.02 * right(*a))
    with pytest.raises(AssertionError):
        usam_equals_its_limit(quick=True)


def steps_across(scale):
    """One step at (scaled) eta leads from each point of the cycle to the other."""
    for rho, mu, beta in ((3.0, 0.0, 1.0), (8.0, 0.1, 2.0), (0.6, -0.5, 1.0)):
        f = ssam_cycle(rho, mu, beta)
        eta = scale * float(regimes.ssam_limit(mu, beta, rho))
        x = np.array([f.start, [-f.start[0], f.start[1]]])
        d, _, _ = make("ssam", rho=rho).direction(x, (), f.gradient)
        np.testing.assert_allclose(x - eta * d, x[::-1], atol=1e-12)


def test_at_its_limit_ssam_jumps_to_and_fro():
    steps_across(1.0)
    with pytest.raises(AssertionError):  # at any other rate it does not
        steps_across(1.02)


@pytest.mark.parametrize("rho, mu, beta", [(3.0, 0.0, 1.0), (8.0, 0.1, 2.0)])
def test_below_its_limit_ssam_converges_from_all_starts(rho, mu, beta):
    f, limit = ssam_cycle(rho, mu, beta), float(regimes.ssam_limit(mu, beta, rho))
    found = measured_limits(
        f, make("ssam"), [rho], drawn(f), [0.9 * limit, 0.999 * limit], 8192,
        levels=(1.0,),
    )  # fmt: skip
    assert ends(found.converges, 0, 0, 0)[0] == 0.999 * limit


def test_every_rate_above_the_limit_has_its_cycle():
    for eta, mu, rho in ((1.8, 0.0, 3.0), (1.3, 0.1, 8.0)):
        beta = regimes.cycle_beta(eta, mu, rho)
        f = ssam_cycle(rho, mu, beta)
        x = np.array([f.start])
        d, _, _ = make("ssam", rho=rho).direction(x, (), f.gradient)
        np.testing.assert_allclose(x - eta * d, [[-f.start[0], 0]], atol=1e-12)


CONVEX = {
    "log_cosh": {},
    "softplus": {},
    "huber_ridge": {},
    "half_line": {},
    "flat_ball": {},
    "rank_one_family": {},
    "ridge_regression": {"rows": 50},
    "logistic_regression": {"rows": 12, "ridge": 0.3},
}


@pytest.mark.parametrize("name", CONVEX)
def test_a_measured_limit_is_not_below_what_is_proved(name):
    f = landscapes.load(name, **CONVEX[name])
    mu, beta = f.constants["mu"], f.constants["beta"]
    proved = {
        spec: float(regimes.descent_limit(spec, mu, beta, 0.5 / beta))
        for spec in ("gd", "usam", "ssam")
    }
    for spec, limit in proved.items():
        scan = limit * np.array([0.8, 0.995])
        found = measured_limits(
            f, make(spec), [0.5 / beta], drawn(f, 3), scan, 4096, levels=(1.0,)
        )
        assert ends(found.converges, 0, 1, 0)[0] == scan[-1], spec


def test_known_limits_are_exact_guaranteed_or_an_edge():
    usam, ssam, sam = (make(spec) for spec in ("usam", "ssam", "sam"))
    told = known_limit(BOWL, usam, 0.7)
    assert told == (pytest.approx(1 / 2.4), "T4", "exact")
    assert known_limit(BOWL, ssam, 0.7) == (pytest.approx(1.0), "T5", "exact")
    f = landscapes.load("ssam_cycle")
    assert known_limit(f, ssam, 3.0) == (pytest.approx(1.6), "T15", "at least")
    assert known_limit(f, sam, 3.0) is None
    # cos: curvature 1 at every minimum.
    f = landscapes.load("cosine")
    assert known_limit(f, usam, 1.0) == (pytest.approx(1.0), "T4", "at most")
    assert known_limit(f, sam, 0.3) == (pytest.approx(2.0), "T5", "at most")
    assert known_limit(landscapes.load("strict_saddle"), usam, 0.1) is None


def test_above_an_edge_a_run_leaves_the_minimum():
    f = landscapes.load("double_well_saddle")
    (minimum, *_) = (c for c in f.critical_points if c.kind == "minimum")
    beside = minimum.point + 1e-7
    for spec, rho in (("gd", 0.0), ("usam", 0.05), ("ssam", 0.05)):
        method, edge = make(spec, rho=rho), known_limit(f, make(spec), rho).eta
        for scale in (0.97, 1.03):
            x = beside
            for _ in range(100):
                d, _, _ = method.direction(x, (), f.gradient)
                x = x - scale * edge * d
            grown = np.linalg.norm(x - minimum.point) > np.linalg.norm(
                beside - minimum.point
            )
            assert grown == (scale > 1), (spec, scale)


def test_a_variant_without_a_name_has_no_edge():
    f = landscapes.load("double_well_saddle")
    assert known_limit(f, make("stable@1:sam"), 0.1) is None
    assert "SSAM" in known.EDGES and measuring.LEVELS == (0.5, 0.95)
