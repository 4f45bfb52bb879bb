"""Certified worst cases agree with PEPit, closed forms and functions one can run."""

import re
import sys
import warnings
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
import sympy

from landscapes.interpolant import Interpolant, gaps
from tests.test_errors import refused
from theory.base import HeavyBall, gradient_descent
from theory.certify import measures, worst_case
from theory.gram import programme as programmes
from theory.gram import solve as solving
from theory.gram import sweep, worst
from theory.gram.polynomial import Polynomial, variable
from theory.gram.programme import programme
from theory.gram.trace import interpolation
from theory.members import interpolants, step
from theory.method import Method, norm, ratio
from theory.methods import make, specs
from theory.methods.stable import Stable
from theory.methods.usam import USAM
from theory.pair_factors import coercive_factor, usam_pair_factor
from theory.regimes import descent_limit, fejer_limit

# Of a solver's 1e-10, on data of size 1 to 1e3.
SOLVED = 1e-6


def certified(spec, measure="distance", mu=0.1, rho=0.3, eta=0.5, beta=1.0, **more):
    """A solved worst case, with its value."""
    method = make(spec, rho=rho, **more.pop("values", {}))
    found = worst_case(method, mu=mu, beta=beta, eta=eta, measure=measure, **more)
    assert found.status == "solved"
    return found


def value(*args, **options):
    return certified(*args, **options).value


# --- PEPit -------------------------------------------------------------------------


def pepit(measure, mu, rho, eta, steps=1, momentum=0.0):
    """The worst case (not a square) of USAM, of GD at rho = 0, by PEPit; beta = 1."""
    from PEPit import PEP
    from PEPit.functions import SmoothStronglyConvexFunction

    problem = PEP()
    f = problem.declare_function(SmoothStronglyConvexFunction, mu=mu, L=1)
    star = f.stationary_point()

    def run(w):
        v = None
        for _ in range(steps):
            g = f.gradient(w)
            d = f.gradient(w + rho * g) if rho else g
            v = momentum * v + d if v else d
            w = w - eta * v
        return w

    w, other = problem.set_initial_point(), problem.set_initial_point()
    if measure == "descent":
        problem.set_initial_condition(f(w) - f(star) <= 1)
        problem.set_performance_metric(f(run(w)) - f(star))
    else:
        base, end = (star, star) if measure == "distance" else (other, run(other))
        problem.set_initial_condition((w - base) ** 2 <= 1)
        problem.set_performance_metric((run(w) - end) ** 2)
    with warnings.catch_warnings():
        # Its solver stops early where a worst case is approached, not attained.
        warnings.filterwarnings("ignore", "Solution may be inaccurate", UserWarning)
        found = problem.solve(wrapper="cvxpy", solver="CLARABEL", verbose=0)
    return found if measure == "descent" else found**0.5


# Below the limit, above GD's for rho = 0, and above USAM's.
SHARES = (0.45, 1.3)


@pytest.mark.parametrize("measure", ["distance", "pair", "descent"])
@pytest.mark.parametrize("mu", [0.0, 0.05, 0.1, 0.3])
def test_pepit_finds_the_same(measure, mu):
    # Some suprema are approached only, as values grow without bound: mu = 0 below the
    # limit (1 in every measure), and pairs of USAM (common gradients). There both
    # solvers stop short, PEPit by up to 3e-6 of a square.
    for rho, share in product((0.0, 0.3, 2.0), SHARES):
        eta = share * 2 / (1 + rho)
        spec = "usam" if rho else "gd"
        expected = pepit(measure, mu, rho, eta)
        assert value(spec, measure, mu, rho, eta) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("steps", [2, 3])
@pytest.mark.parametrize("measure", ["distance", "descent"])
def test_pepit_finds_the_same_of_heavy_ball(measure, steps):
    expected = pepit(measure, 0.1, 0.0, 1.2, steps, momentum=0.5)
    found = value("gd", measure, eta=1.2, steps=steps, base=HeavyBall(0.5))
    assert found == pytest.approx(expected, abs=1e-5)


# --- reference values, closed forms, limits ----------------------------------------


def quadratic_factor(mu, rho, eta):
    lam = np.linspace(mu, 1, 2001)
    return abs(1 - eta * lam * (1 + rho * lam)).max()


def test_usam_up_to_rho_one_is_worst_on_quadratics():
    for mu, rho, eta in product((0.05, 0.1, 0.3), (0.1, 0.5, 0.9), (0.3, 1.0, 1.7)):
        expected = quadratic_factor(mu, rho, eta)
        assert value("usam", "distance", mu, rho, eta) == pytest.approx(expected, 1e-6)


@pytest.mark.parametrize(
    ("rho", "eta", "square", "error"),
    [(0.3, 0.9, 0.82319, 1e-5), (0.3, 1.5, 0.9025, 1e-5), (4.0, 0.38, 1.0738, 1e-4)],
)
def test_usam_has_the_known_worst_cases(rho, eta, square, error):
    assert value("usam", rho=rho, eta=eta) ** 2 == pytest.approx(square, abs=error)


def test_ssam_lies_between_a_function_found_and_a_bound_proved():
    assert 0.86169 <= value("ssam", rho=1.0, eta=1.0) ** 2 <= 0.86469


def test_pairs_of_usam_have_the_factor_in_closed_form():
    for mu, rho, share in product((0.0, 0.02, 0.1, 0.4), (0.1, 1.0, 4.0), (0.3, 1.1)):
        eta = share * 2 / (1 + rho)
        expected = float(usam_pair_factor(eta, mu, 1.0, rho))
        assert value("usam", "pair", mu, rho, eta) == pytest.approx(expected, abs=1e-6)


def test_the_lemma_on_pairs_fails_where_it_was_seen_to():
    for rho, share, expected in ((0.3, 1.0, 0.9736), (1.0, 0.5, 0.9616)):
        eta = share * (2 / 1.1 - rho)  # the lemma's range
        found = value("usam", "pair", rho=rho, eta=eta)
        assert found == pytest.approx(expected, abs=5e-5)
        assert found > coercive_factor(eta, 0.1, 1.0, rho) + 1e-3


@pytest.mark.parametrize("spec", ["gd", "usam", "ssam"])
@pytest.mark.parametrize("mu", [0.1, 0.0, -0.3, -1.0])
def test_the_value_falls_exactly_up_to_the_descent_limit(spec, mu):
    rho, level = 0.5, 1.0 if mu >= 0 else 0.0
    limit = float(descent_limit(spec, mu, 1.0, rho))
    at = [value(spec, "descent", mu, rho, share * limit) for share in (0.995, 1.005)]
    # mu = 0 is worst where f is nearly flat: 1 is approached, and the bound that the
    # dual proves may lie above it by its tolerance.
    assert at[0] <= level + SOLVED and at[1] > level + 1e-3


@pytest.mark.parametrize("spec", ["usam", "ssam"])
@pytest.mark.parametrize("s", [0.4, 1.0, 1.6, 2.2])
def test_the_minimiser_gets_no_farther_exactly_up_to_the_limit(spec, s):
    limit = float(fejer_limit(spec, 1.0, s))
    below, above = (value(spec, mu=0.0, rho=s, eta=q * limit) for q in (0.98, 1.02))
    assert below <= 1 + SOLVED and above > 1 + 10 * SOLVED


def test_a_quadratics_steps_multiply():
    once = value("gd", eta=0.7)
    assert value("gd", eta=0.7, steps=2) == pytest.approx(once**2, abs=1e-6)
    assert once == pytest.approx(max(1 - 0.07, 0), abs=1e-7)


def test_gd_and_sam_without_radius_are_one():
    for measure in ("distance", "descent"):
        expected = value("gd", measure, eta=1.1)
        assert value("usam", measure, rho=0.0, eta=1.1) == expected
        assert value("ssam", measure, rho=0.0, eta=1.1) == expected
        found = value("sam", measure, rho=0.0, eta=1.1, radius=2.0)
        assert found == pytest.approx(expected, abs=1e-3)


def test_the_two_ends_of_the_family_are_usam_and_sam():
    for measure, lam in product(("distance", "descent"), (0.0, 1.0)):
        spec, radius = ("usam", {}) if lam == 0 else ("sam", {"radius": 1.0})
        found = value("unified-sam", measure, radius=1.0, values={"lam": lam})
        assert found == pytest.approx(value(spec, measure, **radius), abs=1e-4)


# --- what is the same in other units -----------------------------------------------

SCALED = [("usam", {}), ("ssam", {}), ("sam", {"radius": 1.5})]


@pytest.mark.parametrize(("spec", "options"), SCALED)
@pytest.mark.parametrize("measure", ["distance", "descent"])
def test_units_of_curvature_do_not_matter(spec, options, measure):
    c, rho = 7.0, 0.4
    other = rho if spec == "sam" else rho / c
    one = value(spec, measure, 0.1, rho, 0.8, **options)
    two = value(spec, measure, 0.1 * c, other, 0.8 / c, beta=c, **options)
    assert two == pytest.approx(one, abs=1e-6)


def test_units_of_curvature_do_not_matter_to_pairs_and_saddles():
    c = 7.0
    one = value("usam", "pair", 0.1, 0.4, 0.8)
    two = value("usam", "pair", 0.1 * c, 0.4 / c, 0.8 / c, beta=c)
    assert two == pytest.approx(one, abs=1e-6)
    # A rise over a squared gradient is measured in units of 1 / curvature.
    one = value("ssam", "descent", -0.5, 0.4, 0.8)
    two = value("ssam", "descent", -0.5 * c, 0.4 / c, 0.8 / c, beta=c)
    assert two * c == pytest.approx(one, abs=1e-6)


@pytest.mark.parametrize("measure", ["distance", "descent"])
@pytest.mark.parametrize("spec", ["sam", "ssam-n"])
def test_units_of_length_do_not_matter(spec, measure):
    k = 5.0
    one = value(spec, measure, 0.1, 0.3, 0.8, radius=1.0)
    two = value(spec, measure, 0.1, 0.3 * k, 0.8, radius=k)
    assert two == pytest.approx(one, abs=1e-6)


# --- the trace against a run -------------------------------------------------------


class Run:
    """A method's actual points, in place of the names of the trace."""

    def __init__(self, made, f, star, w, ratios):
        self.made, self.values, self.basis, self.at = made, {}, {"w": w - star}, {}
        self.ratios, self.size, self.star, self.f = ratios, {}, star, f
        self.low = float(f.value(star)) if made.measure != "pair" else 0.0
        for i, point in enumerate(made.points):
            self.take(i, point)

    def take(self, i, point):
        x = self.place(point.x) + self.star
        g = self.f.gradient(x)
        for name, factor in point.g.terms.items():
            self.basis[name] = g
            if name[0] == "e":  # r e
                (key,) = factor.terms
                self.at[key[0]] = np.linalg.norm(g)
                self.basis[name] = g / np.linalg.norm(g)
        self.size[i] = np.linalg.norm(g)
        for name, (top, bottom) in self.ratios.items():
            if bottom == i:
                self.at[name] = self.size[top] / self.size[bottom]
        for name in point.f.terms:
            self.values[name] = float(self.f.value(x)) - self.low

    def number(self, factor):
        return factor(**self.at) if isinstance(factor, Polynomial) else factor

    def place(self, v):
        parts = [self.number(c) * self.basis[n] for n, c in v.terms.items()]
        return sum(parts, start=0 * self.basis["w"])

    def measured(self, form):
        total = 0.0
        for key, factor in form.terms.items():
            if isinstance(key, str):
                part = self.values[key]
            else:
                part = self.basis[key[0]] @ self.basis[key[1]] if key else 1.0
            total += self.number(factor) * part
        return total


# The gammas as quotients of the sizes of gradients at two points.
ONE, TWO = {"gamma0": (1, 2)}, {"gamma0": (1, 2), "gamma1": (3, 4)}
TRACES = [
    ("gd", {}, 1),
    ("usam", {}, 3),
    ("ssam", ONE, 1),
    ("ssam", TWO, 2),
    ("sam", {}, 1),
    ("unified-sam", {}, 1),
    ("lookahead-sam", {}, 1),
    ("ssam-n", {"gamma1": (1, 2)}, 1),
    ("stable:lookahead-sam", {"gamma1": (1, 2)}, 1),
    ("stable:unified-sam", {"gamma1": (1, 2)}, 1),
]


@pytest.mark.parametrize("measure", ["distance", "descent"])
@pytest.mark.parametrize("base", [gradient_descent, HeavyBall(0.6)])
@pytest.mark.parametrize(("spec", "ratios", "steps"), TRACES)
def test_a_programme_speaks_of_what_a_run_does(measure, base, spec, ratios, steps):
    method, eta = make(spec, rho=0.15), 0.09
    for seed, f in enumerate(interpolants(5, 4, mu=0.2)):
        star = f.locate()[0]
        w = star + np.random.default_rng(seed).normal(size=2)
        made = programme(method, f.mu, f.beta, eta, measure, steps, base)
        run = Run(made, f, star, w, ratios)
        x, velocity = w, base.init(w)
        for _ in range(steps):
            d = method.direction(x, (), f.gradient)[0]
            x, velocity = base.update(x, d, velocity, eta)
        if measure == "distance":
            ends = (w - star) @ (w - star), (x - star) @ (x - star)
        else:
            ends = f.value(w) - f.value(star), f.value(x) - f.value(star)
        close = {"rel": 1e-9, "abs": 1e-9}
        assert run.measured(made.initial) == pytest.approx(ends[0], **close)
        assert run.measured(made.final) == pytest.approx(ends[1], **close)
        for form in made.equalities:
            assert run.measured(form) == pytest.approx(0, abs=1e-8)
        places = [run.place(p.x) for p in made.points]
        slopes = [run.place(p.g) for p in made.points]
        heights = [sum(run.values[n] for n in p.f.terms) for p in made.points]
        gap = gaps(places, slopes, heights, f.mu, f.beta)
        assert len(made.inequalities) == len(places) * (len(places) - 1)
        for (i, j), form in made.inequalities.items():
            assert run.measured(form) == pytest.approx(gap[i, j], rel=1e-10, abs=1e-8)
            assert gap[i, j] >= -1e-8
        for spec_of in made.parameters:
            if spec_of.ascent is not None:
                low, high = spec_of.interval(f.mu, f.beta, **run.at)
                assert low - 1e-9 <= run.at[spec_of.name] <= high + 1e-9


def test_a_pairs_programme_speaks_of_differences():
    rho, eta, rng = 0.7, 0.23, np.random.default_rng(3)
    for f in interpolants(6, 4, mu=0.2):
        pair = rng.normal(size=(2, 2))
        ascents = pair + rho * f.gradient(pair)
        (D, u, z) = (p[1] - p[0] for p in (pair, f.gradient(pair), f.gradient(ascents)))
        basis = {"w": D, "g1": u, "g2": z}
        made = programme(make("usam", rho=rho), f.mu, f.beta, eta, "pair")

        def measured(form, basis=basis):
            return sum(c * basis[i] @ basis[j] for (i, j), c in form.terms.items())

        assert measured(made.initial) == pytest.approx(D @ D)
        assert measured(made.final) == pytest.approx((D - eta * z) @ (D - eta * z))
        ends = (D, u), (D + rho * u, z)
        for (x, g), form in zip(ends, made.inequalities.values(), strict=True):
            inner = (g - f.mu * x) @ (f.beta * x - g) / (f.beta - f.mu)
            assert measured(form) == pytest.approx(inner, rel=1e-9, abs=1e-9)


def test_fractions_stay_exact_and_symbols_stay():
    numbers = Fraction(1, 10), Fraction(3), variable("eta")
    made = programme(make("ssam", rho=Fraction(1, 3)), *numbers)
    forms = made.initial, made.final, *made.inequalities.values(), *made.equalities
    for form in forms:
        for factor in form.terms.values():
            terms = factor.terms if isinstance(factor, Polynomial) else {(): factor}
            assert all(isinstance(c, (int, Fraction)) for c in terms.values())
    assert made.final.terms["g2", "g2"].degree("eta") == 2


# --- the solver's answer, checked without it ---------------------------------------

PROBED = [
    ("usam", "distance", 0.1, 2.0, 0.5, []),
    ("usam", "pair", 0.0, 1.0, 0.5, []),
    ("gd", "descent", -0.5, 0.0, 2.4, []),
    ("ssam", "distance", 0.1, 1.0, 1.0, [0.3]),
    ("ssam", "descent", -0.5, 1.0, 1.0, [0.6]),
    ("ssam", "pair", 0.1, 0.5, 0.7, [0.4, 0.6]),
    ("sam", "distance", 0.1, 0.3, 1.5, [0.5]),
    ("ssam-n", "descent", 0.1, 0.3, 1.5, [0.5, 0.2]),
]


@pytest.mark.parametrize(("spec", "measure", "mu", "rho", "eta", "shares"), PROBED)
def test_dual_and_primal_prove_each_other(spec, measure, mu, rho, eta, shares):
    method = make(spec, rho=rho)
    made = programme(method, mu, 1.0, eta, measure, star=mu >= 0)
    search = worst.Search(made, mu, 1.0, 1.0)
    found, n = search.at(np.array(shares)), len(made.inequalities)
    forms = search.matrices.at(**search.parameters(np.array(shares)))
    assert found.solved
    multipliers = np.concatenate([found.lam, found.nu])
    tau = found.value - multipliers @ forms.constant[2:]
    S = tau * forms.matrix[0] - forms.matrix[1]
    S = S - np.tensordot(multipliers, forms.matrix[2:], 1)
    flow = tau * forms.vector[0] - forms.vector[1] - multipliers @ forms.vector[2:]
    assert np.linalg.eigvalsh(S).min() >= -SOLVED and found.lam.min() >= -SOLVED
    assert abs(flow).max(initial=0) <= SOLVED
    levels = (forms.matrix * found.G).sum((1, 2)) + forms.vector @ found.F
    levels += forms.constant
    assert np.linalg.eigvalsh(found.G).min() >= -SOLVED
    assert levels[0] <= 1 + SOLVED and levels[2 : 2 + n].min() >= -SOLVED
    assert abs(levels[2 + n :]).max(initial=0) <= SOLVED
    assert levels[1] == pytest.approx(found.value, abs=SOLVED)


# --- worst functions, run ----------------------------------------------------------

WITNESSES = [
    ("gd", "distance", 0.1, 0.0, 0.7, {}),
    ("usam", "distance", 0.1, 4.0, 0.38, {}),
    ("usam", "descent", 0.1, 1.0, 0.9, {}),
    ("ssam", "distance", 0.1, 1.0, 1.0, {}),
    ("ssam", "descent", 0.1, 1.0, 1.5, {}),
    ("ssam", "distance", 0.3, 2.0, 1.9, {}),
    ("sam", "distance", 0.1, 0.3, 1.5, {"radius": 1.0}),
    ("sam", "distance", 0.3, 1.0, 0.5, {"radius": 2.0}),
    ("ssam-n", "distance", 0.1, 0.3, 1.0, {"radius": 1.0}),
]


@pytest.mark.parametrize(("spec", "measure", "mu", "rho", "eta", "more"), WITNESSES)
def test_a_worst_function_can_be_run(spec, measure, mu, rho, eta, more):
    found = certified(spec, measure, mu, rho, eta, **more)
    data = found.worst
    f = Interpolant(data.points, data.gradients, data.values, mu, 1.0, tolerance=1e-7)
    w = data.points[1]
    end = step(spec, rho, f, w[None], [eta])[0]
    assert not data.points[0].any() and not data.gradients[0].any()
    length = more.get("radius", 1.0)
    if measure == "distance":
        assert np.linalg.norm(w) == pytest.approx(length, abs=1e-4)
        reached = np.linalg.norm(end) / length
    else:
        reached = f.value(end) / f.value(w)
    assert reached == pytest.approx(found.value, abs=1e-4)


def test_a_saddles_worst_function_can_be_run():
    found = certified("ssam", "descent", -0.5, 1.0, 1.9)
    data = found.worst
    f = Interpolant(data.points, data.gradients, data.values, -0.5, 1.0, tolerance=1e-7)
    w, g = data.points[0], data.gradients[0]
    end = step("ssam", 1.0, f, w[None], [1.9])[0]
    assert (f.value(end) - f.value(w)) / (g @ g) == pytest.approx(found.value, abs=1e-4)


# --- the sweep ---------------------------------------------------------------------


def search_of(spec, measure, mu, rho, eta):
    made = programme(make(spec, rho=rho), mu, 1.0, eta, measure)
    return worst.Search(made, mu, 1.0, 1.0)


def test_a_sweep_of_one_number_finds_what_a_fine_grid_finds():
    cases = [("ssam", "distance", 0.1, 1.0, 1.0), ("sam", "distance", 0.1, 0.3, 0.7)]
    for case in cases:
        search = search_of(*case)
        seen = [search.value(np.array([q])) for q in np.linspace(0.005, 0.995, 100)]
        shares, swept = search.largest()
        assert max(seen) <= search.value(shares) + SOLVED <= max(seen) + 1e-3
        assert swept.unsolved == 0


def test_a_sweep_of_two_numbers_finds_what_a_grid_finds():
    search = search_of("ssam-n", "distance", 0.3, 0.7056791115878819, 2.022190065300441)
    assert (
        search.value(np.array([0.99, 0.433]))
        <= search.value(search.largest()[0]) + SOLVED
    )


def test_the_place_is_named_in_the_parameters_own_units():
    found = certified("ssam", rho=1.0, eta=1.0, mu=0.1)
    assert 1 / 2 <= found.sweep.at["gamma0"] <= 1 / 1.1
    found = certified("sam", radius=3.0)
    assert 0 < found.sweep.at["r0"] <= 3.0
    assert found.sweep.evaluations > 13 and found.sweep.resolution == sweep.RESOLUTION
    assert certified("usam").sweep == sweep.Sweep(1, 0, 0.0)


# --- mutants -----------------------------------------------------------------------


def usam_is_right():
    """Whether the known worst cases come out."""
    cases = [(0.3, 0.9, 0.82319), (4.0, 0.38, 1.07383)]
    found = [value("usam", rho=rho, eta=eta) ** 2 for rho, eta, _ in cases]
    return np.allclose(found, [square for *_, square in cases], rtol=0, atol=2e-5)


def descending(self, x, state, gradient):
    g = gradient(x)
    return gradient(x - self.rho * g), g, state


def weakened(one, other, mu, beta):
    """Less than beta allows."""
    return interpolation(one, other, mu, 3 * beta)


def wrong_beta(one, other, mu, beta):
    return interpolation(one, other, mu, 1.01 * beta)


def wrong_sign_of_mu(one, other, mu, beta):
    return interpolation(one, other, -mu, beta)


@pytest.mark.parametrize("weaker", [weakened, wrong_beta, wrong_sign_of_mu])
def test_another_inequality_gives_other_worst_cases(weaker, monkeypatch):
    assert usam_is_right()
    monkeypatch.setattr(programmes, "interpolation", weaker)
    assert not usam_is_right()


def test_an_ascent_that_descends_gives_other_worst_cases(monkeypatch):
    monkeypatch.setattr(USAM, "direction", descending)
    assert not usam_is_right()


# --- what is not solved, and what is refused ---------------------------------------


@pytest.mark.parametrize("spec", ["usam", "ssam"])
def test_what_stops_early_has_no_value(spec, monkeypatch):
    monkeypatch.setattr(solving, "USABLE", ())
    found = worst_case(make(spec), mu=0.1, beta=1.0, eta=0.5)
    assert np.isnan(found.value) and found.status == "not solved"
    assert found.sweep.unsolved == found.sweep.evaluations


def test_what_leaves_a_gap_has_no_value(monkeypatch):
    solve = worst.solve
    monkeypatch.setattr(worst, "solve", lambda *args: replace(solve(*args), gap=1e-3))
    found = worst_case(make("usam"), mu=0.1, beta=1.0, eta=0.5)
    assert np.isnan(found.value) and found.status == "not solved" and found.gap == 1e-3


def test_one_unsolved_place_of_a_sweep_is_counted_and_told(monkeypatch):
    solve, calls = worst.solve, []

    def once(*args):
        calls.append(args)
        # At one place with both tolerances, and twice a little nearer to the middle.
        status = "MaxIterations" if 5 <= len(calls) <= 10 else "Solved"
        return replace(solve(*args), status=status)

    monkeypatch.setattr(worst, "solve", once)
    found = worst_case(make("ssam"), mu=0.1, beta=1.0, eta=0.5)
    assert found.status == "not solved" and found.sweep.unsolved == 1


def test_one_unsolved_place_of_a_sweep_leaves_no_value(monkeypatch):
    solve, calls = worst.solve, []

    def once(*args):
        calls.append(args)
        # At one place with both tolerances, and twice a little nearer to the middle.
        status = "MaxIterations" if 5 <= len(calls) <= 10 else "Solved"
        return replace(solve(*args), status=status)

    monkeypatch.setattr(worst, "solve", once)
    assert np.isnan(worst_case(make("ssam"), mu=0.1, beta=1.0, eta=0.5).value)


def test_a_missing_solver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "clarabel", None)
    refused("need a solver: `pip install", worst_case, USAM(), mu=0, beta=1, eta=0.5)


WRONG = [
    ("gd", {"mu": 2.0}, "finite mu < beta and beta > 0, got mu = 2.0"),
    ("gd", {"mu": 1.0}, "finite mu < beta"),
    ("gd", {"mu": np.nan}, "finite mu < beta"),
    ("gd", {"mu": -np.inf}, "finite mu < beta"),
    ("gd", {"beta": 0.0, "mu": -1.0}, "beta > 0, got mu = -1.0 and beta = 0.0"),
    ("gd", {"eta": np.nan}, "eta must be finite and > 0, got nan"),
    ("gd", {"eta": 0.0}, "eta must be finite and > 0, got 0.0"),
    ("gd", {"eta": -1.0}, "eta must be finite and > 0, got -1.0"),
    ("gd", {"eta": 10**400}, "eta must be finite, got 1000"),
    ("gd", {"beta": True}, "beta must be one number, got True"),
    ("sam", {"radius": "1"}, "radius must be one number, got '1'"),
    ("gd", {"measure": "speed"}, "one of distance, pair, descent, got `speed`"),
    ("sam", {}, "`SAM` has no scale of its own: it takes a finite radius > 0, got N"),
    ("sam", {"radius": 0.0}, "radius > 0, got 0.0"),
    ("sam", {"radius": np.nan}, "radius > 0, got nan"),
    ("ssam-n", {"radius": np.inf}, "radius > 0, got inf"),
    ("ssam", {"radius": 1.0}, "`SSAM` takes no radius, got 1.0"),
    ("gd", {"steps": 0}, "steps must be a whole number >= 1, got 0"),
    ("gd", {"steps": 1.5}, "steps must be a whole number >= 1, got 1.5"),
    ("gd", {"steps": 2, "measure": "pair"}, "steps must be 1 for a pair, got 2"),
    ("ssam", {"steps": 3}, "3 steps of `SSAM` are too many: 3 numbers to sweep"),
    ("sam", {"steps": 2, "radius": 1.0}, "2 steps of `SAM` are too many"),
    ("linf-sam", {"radius": 1.0}, "`LinfSAM` cannot be certified: it takes a size"),
    ("sam-polyak", {"radius": 1.0}, "`SAMPolyak` needs a sample with `value`"),
    ("stable@1:usam", {}, r"`SSAM \(cap 1\)` cannot be certified: it takes a minimum"),
    ("gd", {"mu": -0.1}, "certified in descent for mu < 0, not in distance"),
    ("sam", {"mu": -0.1, "radius": 1.0}, "certified in no measure for mu < 0"),
    ("sam", {"measure": "pair", "radius": 1.0}, "distance and descent .*not in pair"),
    ("ssam", {"measure": "pair"}, "exact factor .*ssam_pair_factor"),
    ("ssam", {"mu": -20.0, "measure": "descent"}, "the gradient may vanish"),
]


@pytest.mark.parametrize(("spec", "change", "message"), WRONG)
def test_a_wrong_call_is_refused_in_one_line(spec, change, message):
    right = {"mu": 0.1, "beta": 1.0, "eta": 0.5}
    refused(message, worst_case, make(spec), **right | change)


@dataclass(frozen=True, eq=False)
class Mean(Method):
    """The mean of two gradients: linear, but its norm is no gradient's."""

    rho: Any = 0.3
    label = "Mean"

    def direction(self, x, state, gradient):
        g = gradient(x)
        return (g + gradient(x + self.rho * g)) / 2, g, state


@dataclass(frozen=True, eq=False)
class Longer(Mean):
    """Takes the size of what is no gradient, and divides a size by a number."""

    label = "Longer"

    def direction(self, x, state, gradient):
        g = gradient(x)
        return g * ratio(norm(g + x), 2.0), g, state


def test_a_new_method_is_certified_as_it_is():
    lam = np.linspace(0.1, 1, 2001)
    expected = abs(1 - 0.5 * lam * (1 + 0.15 * lam)).max()
    found = worst_case(Mean(), mu=0.1, beta=1.0, eta=0.5)
    assert found.value == pytest.approx(expected, abs=1e-6)


def test_what_is_not_linear_is_refused():
    refused("`Longer` cannot be certified", worst_case, Longer(), mu=0, beta=1, eta=1)


@pytest.mark.parametrize("spec", specs())
def test_a_method_is_certified_or_refused_in_one_clear_line(spec):
    try:
        assert "distance" in measures(make(spec))
    except ValueError as error:
        assert re.fullmatch(
            "`.+` cannot be certified: it takes a .+, which is not linear in points and"
            " gradients.|`.+` needs a sample with `.+`, which this gradient lacks.",
            str(error),
        )


def test_a_ratio_to_what_is_no_gradient_is_refused():
    refused("cannot be certified", worst_case, Stable(Mean()), mu=0, beta=1, eta=1)


def test_a_capped_ratio_of_equal_norms_is_refused_in_words():
    refused("takes a minimum", worst_case, make("stable@1:gd"), mu=0, beta=1, eta=1)


def test_what_can_be_certified_is_told():
    assert measures(make("ssam")) == ("distance", "descent")
    assert measures(make("usam")) == ("distance", "pair", "descent")
    assert measures(make("usam"), -1.0) == ("descent",)
    assert measures(make("sam")) == ("distance", "descent")
    assert measures(make("ssam-n"), -1.0) == ()


# --- polynomials -------------------------------------------------------------------

NAMES = ("eta", "gamma", "rho")


def drawn(rng):
    """A polynomial with whole coefficients, and SymPy's own."""
    terms = {}
    for _ in range(5):
        key = tuple(sorted(rng.choice(NAMES, rng.integers(0, 4))))
        terms[tuple(map(str, key))] = Fraction(int(rng.integers(1, 9)), 3)
    symbols = (
        sympy.Rational(c) * sympy.prod(map(sympy.Symbol, key))
        for key, c in terms.items()
    )
    return Polynomial(terms), sum(symbols)


@pytest.mark.parametrize("seed", range(8))
def test_polynomials_are_sympys(seed):
    rng = np.random.default_rng(seed)
    (p, P), (q, Q), (r, R) = (drawn(rng) for _ in range(3))
    mine = (p + q) * r - p * 3 / 7 + 2 - (1 - q) * Fraction(1, 2) + -r
    theirs = (P + Q) * R - P * 3 / 7 + 2 - (1 - Q) * sympy.Rational(1, 2) - R
    at = {n: Fraction(int(rng.integers(-5, 6)), 4) for n in NAMES}
    expected = sympy.Poly(theirs, *map(sympy.Symbol, NAMES))
    found = mine(**at)
    assert isinstance(found, Fraction)
    assert sympy.Rational(found) == expected.eval(
        [sympy.Rational(at[n]) for n in NAMES]
    )
    assert len(mine.terms) == len(expected.terms())
    for n in NAMES:
        assert mine.degree(n) == expected.degree(sympy.Symbol(n))
    assert (p - p).terms == {} and p - p == 0 and p + 1 != p
    assert variable("eta")(eta=5) == 5 and p == Polynomial(dict(p.terms))


@pytest.mark.parametrize("seed", range(4))
def test_control_values_are_bernsteins_and_hold_all_values(seed):
    rng = np.random.default_rng(seed)
    p, P = drawn(rng)
    q, Q = drawn(rng)
    p, P = p - q, P - Q
    box = {"eta": (Fraction(-1), Fraction(2)), "gamma": (Fraction(1, 3), Fraction(1))}
    box["rho"] = (Fraction(0), Fraction(5, 2))
    degree = {n: max(p.degree(n), 1) for n in NAMES}
    places = list(product(*(range(degree[n] + 1) for n in NAMES)))
    controls = {
        k: p.control(box, {n: (i, degree[n]) for n, i in zip(NAMES, k, strict=True)})
        for k in places
    }
    # In Bernstein's basis on [0, 1] they are the coefficients, exactly.
    t = sympy.symbols("t0:3")
    bernstein = sum(
        sympy.Rational(c)
        * sympy.prod(
            sympy.binomial(degree[n], i) * x**i * (1 - x) ** (degree[n] - i)
            for n, i, x in zip(NAMES, k, t, strict=True)
        )
        for k, c in controls.items()
    )
    sides = {n: tuple(map(sympy.Rational, box[n])) for n in NAMES}
    moved = {
        sympy.Symbol(n): sides[n][0] + x * (sides[n][1] - sides[n][0])
        for n, x in zip(NAMES, t, strict=True)
    }
    assert sympy.expand(bernstein - sympy.sympify(P).subs(moved)) == 0
    for _ in range(50):
        share = [Fraction(int(n), 64) for n in rng.integers(0, 65, 3)]
        ends = zip(NAMES, share, strict=True)
        at = {n: box[n][0] + q * (box[n][1] - box[n][0]) for n, q in ends}
        assert min(controls.values()) <= p(**at) <= max(controls.values())
    corners = product((0, 1), repeat=3)
    for corner in corners:
        at = {n: box[n][i] for n, i in zip(NAMES, corner, strict=True)}
        k = tuple(i * degree[n] for n, i in zip(NAMES, corner, strict=True))
        assert controls[k] == p(**at)
