"""T4 to T9, T12, T13: the algebra of their proofs, the methods run on symbols."""

import sympy
from sympy import Rational, simplify, solve, sqrt, symbols

from theory.methods import make
from theory.symbolic import closed_form, multiplier

eta, rho, lam, top, m, w, t, e, s, tau = symbols(
    "eta rho lambda lambda_1 m w t e s tau", positive=True
)


def test_t4_usams_edges_are_the_roots_and_momentum_moves_them():
    usam = multiplier(make("usam", rho=rho), lam, eta)
    k = lam * (1 + rho * lam)
    assert simplify(usam - (1 - eta * k)) == 0
    (edge,) = solve(usam + 1, lam)
    assert simplify(edge - (sqrt(1 + 8 * rho / eta) - 1) / (2 * rho)) == 0
    below = symbols("x", negative=True)
    ends = solve(1 - eta * below * (1 + rho * below) + 1, below)
    assert simplify(ends[0] + (sqrt(1 + 8 * rho / eta) + 1) / (2 * rho)) == 0
    z, beta, drift = symbols("z beta_m k")
    # Heavy ball's roots leave the disc at z = -1, where the drift is this.
    polynomial = z**2 - (1 + beta - eta * drift) * z + beta
    (edge,) = solve(polynomial.subs(z, -1), drift)
    assert simplify(edge - 2 * (1 + beta) / eta) == 0


def test_t5_the_cycle_repeats_and_attracts_across():
    cycle = eta * rho * lam / (2 - eta * lam)
    (step,) = closed_form(make("sam", rho=rho), [lam], [w], eta)
    assert simplify(step.subs(w, cycle) + cycle) == 0
    assert simplify(sympy.diff(step, w) - (1 - eta * lam)) == 0
    r = lam * cycle
    across = 1 - eta * t * lam * (1 + rho * t * lam / r)
    h = 1 - e * t - (2 - e) * t**2
    assert simplify(across - h.subs(e, eta * lam)) == 0
    assert (h.subs(t, 0), simplify(h.subs(t, 1))) == (1, -1)
    assert simplify(sympy.diff(h, t) + e + 2 * (2 - e) * t) == 0


def test_t5_the_exceptional_starts_are_the_preimages_of_0():
    for k in range(1, 6):
        start, before = ((1 - e) ** (-j) - 1 for j in (k, k - 1))
        assert simplify(start - (before + e) / (1 - e)) == 0


def test_t6_usam_grows_slower_than_gradient_descent():
    grows = 1 - eta * (-m) * (1 + rho * (-m))
    assert simplify(grows - (1 + eta * m * (1 - rho * m))) == 0
    assert simplify((1 + eta * m) - grows - eta * rho * m**2) == 0


def test_t7_the_weak_direction_grows_beside_the_bounce_above_the_threshold():
    bounce = eta * rho * top**2 / (2 - eta * top)
    grows = 1 + eta * m * (1 - rho * m / bounce)
    form = 1 + e * s - (2 - e) * s**2
    assert simplify(grows - form.subs({e: eta * top, s: m / top})) == 0
    (threshold,) = solve(sympy.together((grows - 1) / m), eta)
    assert simplify(threshold - 2 * m / (top * (top + m))) == 0


def test_t7_a_maximum_is_left_by_overshoot_from_a_above_1():
    a = symbols("a", positive=True)
    (step,) = closed_form(make("sam", rho=rho), [-a], [w], 1)
    assert simplify(step - ((1 + a) * w - a * rho)) == 0
    assert simplify(step.subs(w, rho) - rho) == 0  # the unstable fixed point
    # The farthest overshoot from (0, rho): it stays within rho iff a <= 1.
    assert step.subs(w, 0) == -a * rho


def test_t8_far_out_on_the_escape_the_factors_are_these():
    # The descending mode rules: gamma is 1 over its |1 - rho m|.
    k = 1 - rho * m
    gamma = 1 / k
    assert simplify(1 - eta * gamma * (-m) * k - (1 + eta * m)) == 0
    other = 1 - eta * gamma * lam * (1 + rho * lam)
    # It is overtaken unless |other| < 1 + eta m, the notes' condition (3).
    slack = (1 + eta * m) + other
    condition = 2 - eta * (lam * (1 + rho * lam) / k - m)
    assert simplify(slack - condition) == 0


def test_t9_on_the_rim_ssam_n_has_exact_2_cycles():
    j = eta * lam
    steep, weak = j * rho * m / 2, rho * m * sqrt(1 - j**2 / 4)
    r = sqrt(steep**2 + weak**2)
    assert simplify(r**2 - (rho * m) ** 2) == 0
    # With tau = m the weak mode's k is 0, and the other's factor is -1.
    gamma = rho * m / ((m + lam) * steep)
    assert simplify(1 - eta * gamma * lam * (m + lam)) == -1


def test_ssam_n_is_ssam_with_radius_over_gradient():
    at = (symbols("u v", positive=True), (Rational(3), Rational(2)))
    length = sqrt(sum((x * y) ** 2 for x, y in zip(*at, strict=True)))
    normalised = closed_form(make("ssam-n", rho=rho), at[1], at[0], eta)
    plain = closed_form(make("ssam", rho=rho / length), at[1], at[0], eta)
    for one, other in zip(normalised, plain, strict=True):
        assert simplify(one - other) == 0


def test_t12_sams_cycle_lies_on_its_edge():
    r = lam * eta * rho * lam / (2 - eta * lam)
    edge = r / (2 * rho) * (sqrt(1 + 8 * rho / (eta * r)) - 1)
    at = {eta: Rational(3, 7), rho: Rational(2, 5), lam: Rational(5, 3)}
    assert simplify((edge - lam).subs(at)) == 0
    # The edge's own equation, for all values.
    assert simplify(eta * lam * (1 + rho * lam / r) - 2) == 0


def test_t13_at_an_aligned_point_ssam_has_gradient_descents_edge():
    assert simplify(multiplier(make("ssam", rho=rho), lam, eta) - (1 - eta * lam)) == 0
    assert (
        simplify(multiplier(make("ssam-n", rho=rho), lam, eta) - (1 - eta * lam)) == 0
    )
