"""The largest learning rates: theorems, and brackets of a proof and a function."""

from fractions import Fraction

import numpy as np
import pytest

from theory.counterexample import refutes
from theory.largest import bracketed, largest_learning_rate, outermost
from theory.methods import make
from theory.methods.gd import GD
from theory.methods.stable import Stable
from theory.proof import prove

TENTHS = [Fraction(2 * k, 10) for k in range(1, 11)]


def usam_fejer(s):
    """T14, written anew."""
    return 2 / (1 + s) if s <= 1 else (3 - s) / 2


def ssam_fejer(s):
    return 2 * np.sqrt(1 + s) * (2 - np.sqrt(1 + s))


@pytest.mark.parametrize("s", TENTHS)
@pytest.mark.parametrize(
    ("spec", "limit"), [("usam", usam_fejer), ("ssam", ssam_fejer)]
)
def test_the_limits_of_nearing_are_bracketed(spec, limit, s):
    method, eta = make(spec, rho=s), float(limit(float(s)))
    below = prove(method, mu=0, beta=1, eta=round(0.99 * eta, 6), factor=1)
    assert below.status == "proved" and below.verify()
    above = refutes(make(spec, rho=float(s)), 0.0, 1.0, 1.01 * eta)
    assert above is not None and above.ratio > 1


@pytest.mark.parametrize("mu", [0.3, 0.1, 0.0, -0.3])
@pytest.mark.parametrize("rho", [0.5, 2.0])
def test_the_limits_of_descent_are_bracketed(mu, rho):
    a, b = 1 + rho * mu, 1 + rho
    limits = {"usam": 2 / b, "ssam": 4 * np.sqrt(a * b) / (a + b)}
    for spec, eta in limits.items():
        method, said = make(spec, rho=rho), {"mu": mu, "beta": 1, "measure": "descent"}
        factor = 1 if mu >= 0 else 0
        below = prove(method, **said, eta=round(0.998 * eta, 6), factor=factor)
        assert below.status == "proved" and below.verify()
        above = refutes(method, mu, 1.0, 1.002 * eta, "descent")
        assert above is not None and above.clear


def test_a_theorem_is_looked_up_with_its_name():
    found = largest_learning_rate(
        make("ssam", rho=0.5), mu=0, beta=2, measure="descent"
    )
    assert found.status == "theorem" and found.source == "T3"
    assert found.low == found.high == pytest.approx(2 * np.sqrt(2) / 3)
    at_rest = largest_learning_rate(make("sam", rho=0.5), mu=0.1, beta=1)
    assert (at_rest.low, at_rest.source) == (0, "T15")
    plain = largest_learning_rate(make("sam", rho=0), mu=0.1, beta=1)
    assert plain.low == 2


@pytest.mark.parametrize("measure", ["descent", "distance"])
def test_without_a_theorem_it_is_bracketed(measure):
    """Rescaling GD's direction to its own length is GD, whose limit is 2 / beta."""
    found = largest_learning_rate(Stable(GD()), mu=0.1, beta=4, measure=measure)
    assert found.status == "bracketed" and found.proof.verify()
    assert 0.998 * 0.5 < found.low < 0.5 < found.high < 1.002 * 0.5
    assert found.counterexample.ratio > 1


def test_a_bracket_agrees_with_the_theorem_that_it_does_not_use():
    found = bracketed(make("ssam", rho=1), 0.1, 1.0, "distance")
    assert found.low < 1.840115568797267 < found.high < 1.002 * found.low


def test_of_weakly_convex_functions_it_is_descent_that_is_proved():
    """Beyond 2 / beta some step of GD raises f: a rise by |g|^2 is none allowed."""
    found = largest_learning_rate(Stable(GD()), mu=-0.3, beta=1, measure="descent")
    assert found.status == "bracketed" and found.proof.statement.factor == 0
    assert 1.998 < found.low < 2 < found.high < 2.002


def test_pairs_of_ssam_are_between_a_theorem_and_a_function():
    found = largest_learning_rate(
        make("ssam", rho=0.3), mu=1 / 3, beta=1, measure="pair"
    )
    assert found.status == "bracketed" and found.source == "N3" and found.proof is None
    assert found.low == pytest.approx(0.132, abs=1e-3)
    assert found.high == pytest.approx(1.625, abs=2e-3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"mu": 2, "beta": 1}, "mu < beta"),
        ({"mu": 0, "beta": -1}, "beta > 0"),
        ({"mu": -0.1, "beta": 1, "measure": "distance"}, "nothing is known"),
        ({"mu": 0.1, "beta": 1, "measure": "speed"}, "measure is one of"),
    ],
)
def test_what_is_not_known_is_said(words, said):
    with pytest.raises(ValueError, match=said):
        largest_learning_rate(make("usam"), **words)


def test_without_a_scale_or_a_radius_nothing_is_known():
    with pytest.raises(ValueError, match="nothing is known of the distance of `SAM`"):
        largest_learning_rate(make("sam"), mu=0.1, beta=1, measure="distance")
    with pytest.raises(ValueError, match="rho must be one number"):
        largest_learning_rate(make("usam", rho=np.ones(2)), mu=0.1, beta=1)


def test_a_search_looks_on_its_own_side_only():
    asked = []

    def holds(eta):
        asked.append(eta)
        return eta <= 0.7

    assert 0.35 < outermost(holds, 1.0, -1, 1e-3, 8) <= 0.7
    assert all(eta < 1 for eta in asked)
    assert outermost(lambda eta: False, 1.0, -1, 1e-3, 8) is None
    assert outermost(lambda eta: eta >= 3, 1.0, 1, 1e-3, 8) >= 3
    assert outermost(lambda eta: False, 1.0, 1, 1e-3, 8) is None
    assert outermost(lambda eta: True, 0.0, 1, 1e-3, 8) == pytest.approx(1e-3, rel=1e-3)


def test_a_limit_reads_as_a_sentence():
    found = str(largest_learning_rate("ssam", rho=1, mu=0.1, beta=1))
    head, how = found.split("\n  ")
    assert head.startswith("SSAM (rho = 1), every f with curvature in [0.1, 1]")
    assert "`convergence`" in head and head.endswith("eta = 1.91386")
    assert how.startswith("theorem T15")
    none = str(largest_learning_rate("sam", mu=0, beta=1))
    assert "for no eta" in none
    between = largest_learning_rate("ssam", rho=0.2, mu=0.3, beta=1, measure="pair")
    assert f"[{between.low:.6g}, {between.high:.6g}]" in repr(between)
    assert "below theorem N3, above a function with ratio" in repr(between)


def test_a_name_with_a_radius_is_the_method():
    named = largest_learning_rate("usam", rho=0.7, mu=0.1, beta=2, measure="distance")
    made = largest_learning_rate(
        make("usam", rho=0.7), mu=0.1, beta=2, measure="distance"
    )
    assert named.low == made.low


@pytest.mark.parametrize(
    "given, told",
    [
        ({"measure": "length"}, "measure is one of convergence, descent, distance"),
        ({"mu": -0.1, "measure": "distance"}, "theorems for convergence, descent"),
        ({"mu": 2}, "finite mu < beta"),
        ({"rho": -1}, "rho >= 0, got -1"),
        ({"method": "sssam"}, "did you mean"),
    ],
)
def test_what_cannot_be_asked_is_one_line(given, told):
    asked = {"method": "ssam", "rho": 1, "mu": 0.1, "beta": 1} | given
    with pytest.raises(ValueError, match=told) as caught:
        largest_learning_rate(**asked)
    assert "\n" not in str(caught.value)
