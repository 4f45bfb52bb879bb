"""The lines of the proofs of T10, L12 and L13, in symbols."""

import sympy

from theory.convergence import (
    cycle_over_floor,
    pl_floor,
    pl_rate,
    sam_floor,
    unified_sam_neighbourhood,
)
from theory.schedule import unified_sam_radius, unified_sam_step

eta, mu, beta, rho, gamma, L = sympy.symbols("eta mu beta rho gamma L", positive=True)


def test_t10_the_descent_lemma_expands_as_stated():
    g2, e2, ge = sympy.symbols("g2 e2 ge", real=True)
    step = -eta * (g2 + ge) + beta * eta**2 / 2 * (g2 + 2 * ge + e2)
    stated = (
        -eta * (2 - eta * beta) / 2 * g2
        - eta * (1 - eta * beta) * ge
        + beta * eta**2 / 2 * e2
    )
    assert sympy.expand(step - stated) == 0


def test_t10_the_floor_is_the_sum_of_what_a_step_adds():
    added = eta**2 * beta**3 * rho**2 / 2
    at = {eta: 0.3, mu: 0.2, beta: 1.7, rho: 0.6}
    expected = (added / (mu * eta * (2 - eta * beta))).subs(at)
    assert abs(pl_floor(0.3, 0.2, 1.7, 0.6) / expected - 1) < 1e-14
    assert abs(pl_rate(0.3, 0.2, 1.7) - (1 - 0.2 * 0.3 * (2 - 0.51))) < 1e-15


def test_t10_the_fixed_point_beyond_one_over_beta():
    y = sympy.symbols("y", positive=True)
    a = eta - 1
    P = -eta * (2 - eta) * y**2 + 2 * eta * a * y + eta**2
    assert sympy.expand(P - (((a * y) + eta) ** 2 - y**2)) == 0
    assert sympy.simplify(P.subs(y, eta / (2 - eta))) == 0
    assert sympy.simplify(sympy.diff(P, y).subs(y, a / (2 - eta))) == 0
    # y1 > y0, and phi1^2 / 2 with its units is the formula.
    assert sympy.simplify(eta / (2 - eta) - a / (2 - eta) - 1 / (2 - eta)) == 0
    # f -> beta rho^2 f, eta -> eta beta, mu -> mu / beta
    F = beta * rho**2 * (eta / (2 - eta)).subs(eta, eta * beta) ** 2 / (2 * mu / beta)
    at = {eta: 0.9, mu: 0.2, beta: 1.7, rho: 0.6}
    assert abs(sam_floor(0.9, 0.2, 1.7, 0.6) / F.subs(at) - 1) < 1e-14


def test_t10_the_cycle_exceeds_the_floor_beyond_the_sum():
    cycle = eta**2 * beta**3 * rho**2 / (2 * (2 - eta * beta) ** 2)
    floor = eta * beta**3 * rho**2 / (2 * mu * (2 - eta * beta))
    ratio = sympy.simplify(cycle / floor)
    assert sympy.simplify(ratio - eta * mu / (2 - eta * beta)) == 0
    at = {eta: 0.9, mu: 0.2, beta: 1.7}
    assert abs(cycle_over_floor(0.9, 0.2, 1.7) - ratio.subs(at)) < 1e-14
    assert sympy.simplify(ratio.subs(eta, 2 / (mu + beta))) == 1


def test_l12_the_steps_of_the_proof_give_the_radius_and_the_step():
    A, B, C, lam = sympy.symbols("A B C lam", nonnegative=True)
    K = gamma * L * rho * (1 - lam) ** 2 + gamma**2 * L * (
        1 + 2 * L**2 * rho**2 * (1 - lam) ** 2
    )
    # 2(B mu + A) K = gamma mu (1 - L rho), solved for gamma, is gamma*.
    (largest,) = sympy.solve(
        sympy.expand((2 * (B * mu + A) * K - gamma * mu * (1 - L * rho)) / gamma), gamma
    )
    (radius,) = sympy.solve(sympy.numer(sympy.together(largest)), rho)
    at = {mu: 0.3, L: 2.0, A: 0.7, B: 0.4, lam: 0.25, rho: 0.02}
    args = (0.3, 2.0, 0.7, 0.4, 0.25)
    assert abs(unified_sam_radius(*args) / radius.subs(at) - 1) < 1e-12
    assert abs(unified_sam_step(0.02, *args) / largest.subs(at) - 1) < 1e-12
    # The factor of f - f* at that step, and what a step adds.
    factor = 1 - 2 * gamma * mu * (1 - L * rho / 2) + 2 * (B * mu + A) * K
    assert sympy.simplify((factor - 1 + gamma * mu).subs(gamma, largest)) == 0
    added = K * C + gamma * L * lam**2 * rho * (1 + 2 * gamma * L**2 * rho)
    stated = unified_sam_neighbourhood(gamma, rho, mu, L, lam, C)
    assert sympy.simplify(added / (gamma * mu) - stated) == 0


def test_l12_the_norms_are_bounded_as_stated():
    # E|g_S + h_S|^2 and Young's term, with |h|^2 = 2 L^2 rho^2 ((1-lam)^2 G + lam^2).
    G, lam = sympy.symbols("G lam", positive=True)
    h2 = L**2 * rho**2 * 2 * ((1 - lam) ** 2 * G + lam**2)
    total = gamma * h2 / (2 * L * rho) + gamma**2 * L / 2 * (2 * G + 2 * h2)
    K = gamma * L * rho * (1 - lam) ** 2 + gamma**2 * L * (
        1 + 2 * L**2 * rho**2 * (1 - lam) ** 2
    )
    rest = gamma * L * lam**2 * rho * (1 + 2 * gamma * L**2 * rho)
    assert sympy.expand(total - K * G - rest) == 0


def test_l13_the_reported_form_fails_from_245_on():
    step, radius = 1 / (4 * L), 1 / (2 * L)
    cycle = step**2 * L**3 * radius**2 / (2 * (2 - step * L) ** 2)
    reported = radius * (1 + 2 * step * L**2 * radius) / L
    assert sympy.solve(cycle - reported, L) == [245]
