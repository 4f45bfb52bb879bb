"""N6(b): where the lemma on pairs of USAM steps holds, in exact fractions."""

from fractions import Fraction
from math import comb

import pytest
import sympy
from sympy import Rational, cancel, cbrt, expand, factor, simplify, symbols

from theory import pair_factors

k, y = symbols("k y", positive=True)
MU = (1 - k) / (1 + k)
RHO = (1 + k) * y
ETA = 2 / (1 + MU) - RHO  # the largest of the lemma's range
A, B = 1 + RHO * MU, 1 + RHO
PROMISE = 1 - (1 - k**2) * (1 - y) * (1 + y * (1 - k)) / 2
SQUARE = (y**2 + k**2 * (1 - y**2)) * (1 + k**2 * (1 - y) / (1 + y))
LOW, WIDEST = Rational(11, 25), Rational(319, 500)


def test_at_the_end_of_its_range_the_promise_and_the_factor_are_these():
    c, r = (A + B) / 2, (B - A) / 2
    e = 2 / (ETA * (1 + MU)) - c
    assert simplify(e - y**2 / (1 - y)) == 0
    steep = (1 + MU) ** 2 * e + (1 - MU) ** 2 * c
    assert simplify(ETA / (2 * (1 + MU)) * steep * (1 + r**2 / (c * e)) - SQUARE) == 0
    assert simplify(1 - A * ETA * MU / (1 + MU) - PROMISE) == 0


def test_the_factor_agrees_with_the_closed_form_where_it_is_in_force():
    at = {k: Rational(6, 10), y: Rational(6, 10)}
    mu, rho, eta = (float(part.subs(at)) for part in (MU, RHO, ETA))
    found = float(pair_factors.usam_pair_factor(eta, mu, 1.0, rho)) ** 2
    assert found == pytest.approx(float(SQUARE.subs(at)), rel=1e-12)


def test_quadratics_refute_it_below_the_root():
    mu, rho = symbols("mu rho", positive=True)
    K, L = (1 + 2 * mu) / (1 + mu), (1 + mu + mu**2) / (1 + mu)
    eta, a, b = 2 / (1 + mu) - rho, 1 + rho * mu, 1 + rho
    excess = eta * b - 1 - (1 - a * eta * mu / (1 + mu))
    assert simplify(excess - (eta * (K + L * rho) - 2)) == 0
    best = expand((2 * L / (1 + mu) + K) ** 2 - 8 * L) * (1 + mu) ** 4
    cubic = ((1 + 2 * mu) ** 3 - 3) / 2
    # The best rho's excess has the cubic's sign, turned.
    quotient = factor(cancel(simplify(best) / cubic))
    root = (cbrt(3) - 1) / 2
    assert simplify(cubic.subs(mu, root)) == 0
    assert quotient.subs(mu, Rational(1, 5)) < 0
    assert simplify(2 * L / (1 + mu) - K - (1 - mu) / (1 + mu) ** 2) == 0


def bernstein(polynomial):
    """Coefficients on the unit square; the polynomial is at least their minimum."""
    n, m = (polynomial.degree(gen) for gen in polynomial.gens)
    terms = {at: Fraction(int(c.p), int(c.q)) for at, c in polynomial.as_dict().items()}
    return [
        sum(
            terms.get((i, j), 0)
            * Fraction(comb(top, i) * comb(side, j), comb(n, i) * comb(m, j))
            for i in range(top + 1)
            for j in range(side + 1)
        )
        for top in range(n + 1)
        for side in range(m + 1)
    ]


def test_from_the_root_on_no_other_function_refutes_it():
    root = (cbrt(3) - 1) / 2
    assert float((1 - root) / (1 + root)) < WIDEST
    # In force only where rho (1 + rho) >= k^2, which implies y >= .44 k^2.
    bound = expand((RHO * (1 + RHO) - k**2).subs(y, LOW * k**2) / k**2)
    rising = sympy.Poly(bound, k)
    assert rising.eval(WIDEST) <= 0
    assert min(rising.all_coeffs()[:-1]) >= 0  # so it is largest at the end
    gap = (1 + y) * PROMISE**2 - (1 + y) * SQUARE
    quotient = cancel(expand(gap) / (1 - y))
    t, u = symbols("t u")
    inside = quotient.subs(y, LOW * k**2 + (1 - LOW * k**2) * t).subs(k, WIDEST * u)
    coefficients = bernstein(sympy.Poly(expand(inside), u, t))
    assert len(coefficients) == 75 and min(coefficients) >= 0
