"""Schedules are the published formulas, and a run follows them step by step."""

from fractions import Fraction as F
from math import log

import numpy as np
import pytest

from landscapes.quadratic import Quadratic
from landscapes.strict_saddle import strict_saddle
from tests import reference
from theory import schedule, simulate
from theory.methods import make
from theory.methods.unified_sam import UnifiedSAM

H, Q = reference.rotated(np.random.default_rng(0), [2.0, 0.5])
BOWL = Quadratic(np.array([2.0, 0.5]), Q)
W = np.array([1.0, -2.0])


def test_a_run_follows_its_schedule():
    etas, rhos, lams = [0.1, 0.3, 0.0, 0.2], [0.0, 0.5, 0.1, 2.0], [0.0, 1.0, 0.3, 0.6]

    def plan(t):
        return {"eta": etas[t], "rho": rhos[t], "lam": lams[t]}

    states = list(simulate.iterate(BOWL, UnifiedSAM(9.0), W, None, 3, schedule=plan))
    x = W
    for t, state in enumerate(states):
        np.testing.assert_allclose(state.x, x, rtol=1e-12)
        x = x - etas[t] * reference.unified_sam(H, x, rhos[t], lams[t])


@pytest.mark.parametrize("spec", ["gd", "sam", "ssam", "unified-sam"])
def test_a_constant_schedule_is_none(spec):
    plain = simulate.iterate(BOWL, make(spec, rho=0.2), W, 0.3, 6)
    planned = simulate.iterate(
        BOWL, make(spec), W, None, 6, schedule=schedule.constant(0.3, rho=0.2)
    )
    for a, b in zip(plain, planned, strict=True):
        np.testing.assert_array_equal(a.x, b.x)


def test_what_a_schedule_leaves_out_stays():
    plain = simulate.iterate(BOWL, make("usam", rho=0.2), W, 0.3, 4)
    planned = simulate.iterate(
        BOWL, make("usam", rho=0.2), W, 0.3, 4, schedule=schedule.towards_sam
    )
    for a, b in zip(plain, planned, strict=True):
        np.testing.assert_array_equal(a.x, b.x)


@pytest.mark.parametrize(
    "values, match",
    [
        ({"eta": -0.1}, "eta must be finite and >= 0, got -0.1"),
        ({"eta": np.nan}, "eta must be finite and >= 0, got nan"),
        ({"eta": None}, "eta must be finite and >= 0, got None"),
        ({"rho": -1.0}, "finite rho >= 0, got -1"),
        ({"rho": np.array([-1.0])}, "rho must be finite and >= 0, got -1"),
    ],
)
def test_a_schedule_is_checked_at_the_step_it_fails(values, match):
    run = simulate.iterate(
        BOWL, make("sam"), W, 0.1, 5, schedule=lambda t: values if t == 3 else {}
    )
    assert [next(run) for _ in range(3)]
    with pytest.raises(ValueError, match=match) as caught:
        next(run)
    assert "\n" not in str(caught.value)


def test_decreasing_steps_follow_their_powers():
    plan = schedule.decreasing(0.5, rho=0.2, power=0.5, rho_power=2)
    assert plan(3) == {"eta": 0.25, "rho": pytest.approx(0.2 / 16)}
    assert schedule.decreasing(0.5)(4) == {"eta": 0.1}


def test_schedules_join_and_the_later_one_counts():
    both = schedule.together(schedule.constant(0.1, lam=0.3), schedule.towards_usam)
    assert both(3) == {"eta": 0.1, "lam": 0.25}


def test_unified_sam_s_share_runs_from_one_end_to_the_other():
    assert [schedule.towards_usam(t)["lam"] for t in (0, 1, 3)] == [1, 0.5, 0.25]
    assert [schedule.towards_sam(t)["lam"] for t in (0, 1, 3)] == [0, 0.5, 0.75]


# mu, L, A, B, lam and, by hand in fractions, rho* and gamma*(rho*/2).
# First: mu + 2(B mu + A)(1 - lam)^2 = 1 + 2 = 3, so rho* = 1/6, and at rho = 1/12
# gamma* = (1 - 1/2) / (4 (2 * 4/144 + 1)) = (1/2) / (38/9) = 9/76.
# Second: 1 + 2 * 5/2 / 4 = 9/4, rho* = 1/9; (1 - 1/2) / (20 (2 * 16/324/4 + 1)) with
# the bracket 83/81: 81/3320. Third: lam = 1, rho* = 1/3, (1/5) / (2 * 3 * 7/5) / 2.
L12 = [
    ((1.0, 2.0, 0.0, 1.0, 0.0), F(1, 6), F(9, 76)),
    ((1.0, 4.0, 1.5, 1.0, 0.5), F(1, 9), F(81, 3320)),
    ((0.2, 3.0, 1.0, 2.0, 1.0), F(1, 3), F(1, 84)),
]


@pytest.mark.parametrize("constants, radius, step", L12)
def test_unified_sam_s_radius_and_step_are_l12(constants, radius, step):
    rho = schedule.unified_sam_radius(*constants)
    assert rho == pytest.approx(float(radius), rel=1e-14)
    half = schedule.unified_sam_step(rho / 2, *constants)
    assert half == pytest.approx(float(step), rel=1e-13)
    assert schedule.unified_sam_step(rho, *constants) == 0
    # Without a radius and noise it is mu / (2 L B mu).
    mu, L, A, B, _ = constants
    largest = schedule.unified_sam_step(0, *constants)
    assert largest == pytest.approx(mu / (2 * L * (B * mu + A)), rel=1e-14)


def test_unified_sam_s_schedule_is_l14():
    constants, radius, _ = L12[1]
    plan = schedule.unified_sam(*constants)
    for t in range(5):  # 1/(2t+1) > 1/9: nothing moves
        assert plan(t)["rho"] == pytest.approx(1 / 9) and plan(t)["eta"] == 0
    # t = 9: rho = 1/19 and (1 - 9/19) / (20 (2 * 16/361/4 + 1)), the bracket 369/361.
    assert plan(9)["rho"] == pytest.approx(1 / 19, rel=1e-14)
    assert plan(9)["eta"] == pytest.approx(10 * 19 / (20 * 369), rel=1e-13)
    # Late, (2t+1)/((t+1)^2 mu) is the smaller one.
    assert plan(999)["eta"] == pytest.approx(1999 / 1e6, rel=1e-14)
    assert plan(999)["lam"] == 0.5
    slow = schedule.unified_sam(0.2, 3.0, 1.0, 2.0, 1.0)  # mu = 1/5
    assert slow(999)["eta"] == pytest.approx(5 * 1999 / 1e6, rel=1e-14)


def test_l14_s_schedule_converges_where_a_constant_radius_does_not():
    flat = (0.5, 2.0, 0.0, 1.0, 0.5)
    runs = {
        "planned": {"eta": None, "schedule": schedule.unified_sam(*flat)},
        "constant": {"eta": 0.1},
    }
    gaps = {
        name: [*simulate.iterate(BOWL, UnifiedSAM(0.1), W, steps=1500, **how)][-1]
        for name, how in runs.items()
    }
    gap = {name: last.x @ H @ last.x / 2 for name, last in gaps.items()}
    assert gap["planned"] < 1e-8 < 1e-6 < gap["constant"]


@pytest.mark.parametrize(
    "T, mu, beta, expected",
    [(2, 1.0, 1.0, 0.5), (100, 1.0, 1.0, 2 * log(100) / 100), (100, 4.0, 50, 0.01)],
)
def test_the_step_for_strongly_convex_functions(T, mu, beta, expected):
    eta = schedule.strongly_convex_step(T, mu, beta)
    assert eta == pytest.approx(expected, rel=1e-14)


def test_usam_s_schedules_are_l27():
    plan = schedule.usam_smooth(16, 2.0)
    assert plan(0) == plan(15) == {"eta": 1 / 8, "rho": 1 / 4}
    plan = schedule.usam_pl(1.0, 2.0)
    assert plan(0)["eta"] == 0.25
    assert plan(0)["rho"] == pytest.approx(0.125**0.5, rel=1e-14)
    # t = 99: (796) / (3 * 10^4).
    assert plan(99)["eta"] == pytest.approx(796 / 3e4, rel=1e-14)
    assert plan(99)["rho"] == pytest.approx((398 / 3e4) ** 0.5, rel=1e-14)


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: schedule.unified_sam(0, 1, 1, 1, 0), "mu must be finite and > 0"),
        (lambda: schedule.unified_sam(1, np.inf, 1, 1, 0), "L must be finite and > 0"),
        (lambda: schedule.unified_sam(1, 1, -1, 1, 0), "A must be finite and >= 0"),
        (lambda: schedule.unified_sam(1, 1, 0, np.nan, 0), "B must be finite and >= 0"),
        (lambda: schedule.unified_sam(1, 1, 0, 0, 0), "A and B must not both be 0"),
        (lambda: schedule.unified_sam(1, 1, 1, 1, 2), r"lam must be .*in \[0, 1\]"),
        (lambda: schedule.unified_sam_step(9, 1, 1, 1, 1, 0), r"rho must be .*got 9"),
        (lambda: schedule.decreasing(0.0), "eta must be finite and > 0"),
        (lambda: schedule.decreasing(0.1, rho=-1), "rho must be finite and >= 0"),
        (lambda: schedule.decreasing(0.1, power=1.5), r"power must be .*in \[0, 1\]"),
        (lambda: schedule.decreasing(0.1, rho_power=-1), "rho_power must be"),
        (lambda: schedule.strongly_convex_step(1, 1, 1), "T must be a whole number"),
        (lambda: schedule.strongly_convex_step(9, 1, 0), "beta must be finite and > 0"),
        (lambda: schedule.usam_smooth(2.5, 1), "T must be a whole number .*got 2.5"),
        (lambda: schedule.usam_smooth(np.inf, 1), "T must be a whole number"),
        (lambda: schedule.usam_pl(1, -1), "L must be finite and > 0"),
    ],
)
def test_a_constant_out_of_range_is_refused(call, match):
    with pytest.raises(ValueError, match=match) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_schedule_runs_on_any_landscape():
    plan = schedule.decreasing(0.1, rho=0.1, rho_power=1)
    *_, last = simulate.iterate(
        strict_saddle(), make("ssam"), np.array([1.0, 0.5]), None, 20, schedule=plan
    )
    assert np.isfinite(last.x).all()
