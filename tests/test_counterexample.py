"""What refutes is a function of the class, found by search, on which methods run."""

import subprocess
import sys

import numpy as np
import pytest

from landscapes import load
from landscapes.interpolant import gaps
from theory.certify import worst_case
from theory.counterexample import counterexample, measured, refutes, save
from theory.gram.heights import heights
from theory.members import interpolants
from theory.methods import make
from theory.pair_factors import coercive_factor, usam_pair_factor
from theory.pairs import ssam_pair
from theory.regimes import descent_limit, fejer_limit
from theory.ssam_pairs import ssam_pair_factor

pytest.importorskip("clarabel")


def by_hand(found, rho, rescaled):
    """The ratio from the gradient alone."""
    f, eta = found.landscape, found.eta
    g = f.gradient(found.points)
    d = f.gradient(found.points + rho * g)
    if rescaled:
        size = np.linalg.norm(d, axis=-1, keepdims=True)
        d = d * np.linalg.norm(g, axis=-1, keepdims=True) / np.where(size > 0, size, 1)
    x, end = found.points, found.points - eta * d
    if found.measure == "pair":
        x, end = x[1:] - x[:1], end[1:] - end[:1]
    if found.measure == "descent":
        rise = f.value(end[0]) - f.value(x[0])
        return rise / (g @ g.T)[0, 0] if f.mu < 0 else 1 + rise / f.value(x[0])
    return np.linalg.norm(end) / np.linalg.norm(x)


def of_its_class(found):
    """Random pairs, near the data and between them, obey the class's inequality."""
    f, rng = found.landscape, np.random.default_rng(7)
    data = np.array(f.points)
    x, y = (
        rng.dirichlet(np.ones(len(data)), 300) @ data
        + np.ptp(data)
        * rng.normal(size=(300, f.dim))
        * 10 ** rng.uniform(-4, 0, 300)[:, None]
        for _ in range(2)
    )
    g, h = f.gradient(x), f.gradient(y)
    bent = ((g - h - f.mu * (x - y)) ** 2).sum(-1) / (f.beta - f.mu)
    slack = f.value(x) - f.value(y) - (h * (x - y)).sum(-1)
    slack -= (bent + f.mu * ((x - y) ** 2).sum(-1)) / 2
    size = np.abs(f.values).max() + f.beta * np.ptp(data) ** 2
    return bool((slack >= -1e-12 * size).all())


def least_at_zero(found):
    """Its minimiser is the origin: gradient 0, and random points are no lower."""
    f = found.landscape
    x = np.random.default_rng(8).normal(size=(300, f.dim)) * np.ptp(f.points)
    x = x * 10 ** np.random.default_rng(9).uniform(-3, 0, (300, 1))
    zero = np.zeros(f.dim)
    still = np.abs(f.gradient(zero)).max() <= 1e-12 * f.beta * np.ptp(f.points)
    return bool(still and (f.value(x) >= f.value(zero)).all())


def right(found, rho, rescaled, mu=0.0, beta=1.0):
    """Of the class asked for, with its minimiser, and of the ratio it names."""
    assert (found.landscape.mu, found.landscape.beta) == (mu, beta)
    assert of_its_class(found)
    assert found.minimiser is None or least_at_zero(found)
    error = abs(by_hand(found, rho, rescaled) - found.ratio)
    assert error <= found.rounding + 1e-14
    assert found.ratio > found.factor + found.rounding
    return True


@pytest.mark.parametrize("spec", ["usam", "ssam"])
def test_the_way_to_the_minimiser_is_refuted_just_above_its_limit(spec):
    for s in np.linspace(0.2, 2, 10):
        method, limit = make(spec, rho=s), float(fejer_limit(spec, 1.0, s))
        found = refutes(method, 0.0, 1.0, 1.01 * limit)
        assert right(found, s, spec == "ssam") and found.landscape.dim <= 2
    assert (
        refutes(make(spec, rho=0.7), 0.0, 1.0, 0.99 * fejer_limit(spec, 1, 0.7)) is None
    )


@pytest.mark.parametrize("spec", ["usam", "ssam"])
def test_the_limit_is_found_however_near_three(spec):
    limit = float(fejer_limit(spec, 1.0, 2.9))
    assert right(
        refutes(make(spec, rho=2.9), 0.0, 1.0, 1.01 * limit), 2.9, spec == "ssam"
    )


@pytest.mark.parametrize("mu", [0.1, 0.0, -0.3, -1.0])
@pytest.mark.parametrize("spec", ["usam", "ssam"])
def test_descent_is_refuted_just_above_its_limit_and_not_below(spec, mu):
    method, limit = make(spec, rho=0.25), float(descent_limit(spec, 2 * mu, 2.0, 0.25))
    found = refutes(method, 2 * mu, 2.0, 1.005 * limit, "descent")
    assert right(found, 0.25, spec == "ssam", 2 * mu, 2.0)
    assert refutes(method, 2 * mu, 2.0, 0.995 * limit, "descent") is None


@pytest.mark.parametrize(
    ("spec", "mu", "rho", "eta", "measure", "dim"),
    [
        ("gd", 0.1, 0.0, 1.9, "distance", 1),
        ("usam", 0.1, 4.0, 0.38, "distance", 2),  # N1: 1.0363
        ("usam", 0.1, 0.3, 1.5, "distance", 1),
        ("ssam", 0.1, 1.0, 1.0, "distance", 2),
        ("ssam", 0.1, 3.0, 1.3, "distance", 2),
        ("usam", 0.0, 0.5, 1.4, "descent", 1),
        ("ssam", 0.0, 0.5, 2.0, "descent", 2),
        ("ssam", -0.3, 1.0, 1.6, "descent", 2),
        ("usam", 0.1, 1.0, 0.5, "pair", 2),
    ],
)
def test_it_has_the_worst_ratio_in_few_dimensions(spec, mu, rho, eta, measure, dim):
    method, numbers = make(spec, rho=rho), dict(mu=mu, beta=1.0, eta=eta)
    found = counterexample(method, **numbers, measure=measure, factor=-1.0)
    worst = worst_case(method, **numbers, measure=measure).value
    assert found.ratio == pytest.approx(worst, abs=1e-5)
    assert found.landscape.dim == dim
    assert right(found, rho, spec == "ssam", mu)


@pytest.mark.parametrize("measure", ["distance", "descent"])
def test_any_factor_below_the_worst_is_refuted_and_none_above(measure):
    method = make("usam", rho=2.0)
    numbers = dict(mu=0.1, beta=1.0, eta=0.45, measure=measure)
    worst = worst_case(method, **numbers).value
    assert worst < 0.97
    assert right(refutes(method, **numbers, factor=worst - 1e-4), 2.0, False, 0.1)
    assert refutes(method, **numbers, factor=worst) is None


def test_what_little_is_along_an_axis_is_spared():
    limit = float(fejer_limit("usam", 1.0, 0.6))
    found = refutes(make("usam", rho=0.6), 0.0, 1.0, 1.01 * limit)
    assert right(found, 0.6, False) and found.landscape.dim == 1


def test_heights_are_strictly_inside_where_any_are():
    for f in interpolants(3, 20, mu=-0.2):
        values = heights(f.points, f.gradients, f.mu - 1e-3, f.beta + 1e-3)
        gap = gaps(f.points, f.gradients, values, f.mu - 1e-3, f.beta + 1e-3)
        assert (gap[~np.eye(len(gap), dtype=bool)] > 1e-6).all()
    # A slope that falls by more than the class lets it.
    assert heights([[0.0], [1.0]], [[0.0], [-0.5]], -0.4, 1.0) is None
    assert heights([[0.0], [1.0]], [[0.0], [-0.3]], -0.4, 1.0) is not None


def test_units_do_not_matter():
    small, large = (
        counterexample(
            make("usam", rho=4 / b), mu=0.1 * b, beta=b, eta=0.38 / b, factor=0.5
        )
        for b in (1.0, 250.0)
    )
    assert large.ratio == pytest.approx(small.ratio, rel=1e-6)
    assert of_its_class(large) and least_at_zero(large)


def test_a_normalised_ascent_is_measured_against_its_radius():
    method, numbers = make("sam", rho=1.0), dict(mu=0.1, beta=1.0, eta=0.9)
    found = counterexample(method, **numbers, radius=0.5)
    worst = worst_case(method, **numbers, radius=0.5).value
    assert found.ratio == pytest.approx(worst, abs=1e-4)
    x = found.points[0]
    end = x - 0.9 * make("sam", rho=1.0).direction(x, (), found.landscape.gradient)[0]
    assert np.linalg.norm(x) <= 0.5 + 1e-6
    assert found.ratio == pytest.approx(np.linalg.norm(end) / 0.5, abs=1e-6)
    assert of_its_class(found) and least_at_zero(found)
    assert refutes(method, 0.1, 1.0, 0.9, radius=0.5, factor=worst + 1e-3) is None


def test_two_steps_are_run():
    method = make("usam", rho=4.0)
    numbers = dict(mu=0.1, beta=1.0, eta=0.38, steps=2)
    found = counterexample(method, **numbers)
    assert found.ratio == pytest.approx(worst_case(method, **numbers).value, abs=1e-4)
    x, f = found.points[0], found.landscape
    for _ in range(2):
        x = x - 0.38 * f.gradient(x + 4.0 * f.gradient(x))
    ratio = np.linalg.norm(x) / np.linalg.norm(found.points[0])
    assert found.ratio == pytest.approx(ratio, rel=1e-12)


@pytest.mark.parametrize(
    ("mu", "rho", "eta"), [(0.0, 1.0, 0.2), (0.1, 1.0, 0.8), (0.05, 3.0, 0.3)]
)
def test_usam_pairs_part_as_the_formula_says(mu, rho, eta):
    factor = float(usam_pair_factor(eta, mu, 1.0, rho))
    found = refutes(make("usam", rho=rho), mu, 1.0, eta, "pair", factor - 1e-5)
    assert right(found, rho, False, mu) and found.landscape.dim == 2
    assert refutes(make("usam", rho=rho), mu, 1.0, eta, "pair", factor) is None


def test_the_coercive_factor_is_refuted_on_a_line_and_beyond_lines():
    for rho, eta, dim, ratio in ((0.3, 1.518, 1, 0.9734), (1.0, 0.409, 2, 0.9616)):
        promised = float(coercive_factor(eta, 0.1, 1.0, rho))
        found = refutes(make("usam", rho=rho), 0.1, 1.0, eta, "pair", promised)
        assert right(found, rho, False, 0.1) and found.landscape.dim == dim
        assert found.ratio == pytest.approx(ratio, abs=1e-4)


@pytest.mark.parametrize("eta", [0.01, 0.3, 1.2])
def test_ssam_pairs_part_more_than_those_known(eta):
    found = counterexample(
        make("ssam", rho=0.3), mu=0.1, beta=1.0, eta=eta, measure="pair"
    )
    assert right(found, 0.3, True, 0.1) and found.landscape.dim == 2
    f, _ = ssam_pair(0.1, 0.3)  # of the least slope at one c, not of the worst
    known = measured(make("ssam", rho=0.3), f, f.points[:2], eta, "pair")
    assert found.ratio > known > 1
    worst = ssam_pair_factor(eta, 0.1, 1.0, 0.3)
    assert worst - 1e-4 <= found.ratio <= worst + 1e-9


def test_no_range_is_left_where_the_ascent_may_undo_the_gradient():
    found = refutes(make("ssam", rho=1.5), -1.0, 1.0, 0.3, "descent")
    assert right(found, 1.5, True, -1.0)


def test_an_equality_refutes_nothing():
    assert refutes(make("gd"), 0.0, 1.0, 2.0) is None
    assert refutes(make("gd"), 0.1, 1.0, 2.0, "descent") is None
    assert refutes(make("usam", rho=1.0), 0.0, 1.0, 1.0) is None
    assert refutes(make("usam", rho=1.0), -0.5, 1.0, 1.0, "descent") is None


def test_what_is_not_found_is_an_error_of_one_line():
    with pytest.raises(ValueError, match="no function was found on which `SSAM`") as e:
        counterexample(make("ssam", rho=1.0), mu=0.1, beta=1.0, eta=1.0)
    assert "\n" not in str(e.value)
    with pytest.raises(ValueError, match="not in pair"):
        refutes(make("usam"), -0.1, 1.0, 1.0, "pair")
    with pytest.raises(ValueError, match="finite mu < beta"):
        refutes(make("usam"), 2.0, 1.0, 1.0)


@pytest.mark.parametrize(
    "wrong", [{"eta": "x"}, {"eta": (1, 2)}, {"factor": "1"}, {"factor": np.nan}]
)
def test_what_is_no_number_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=f"{[*wrong][0]} must be") as e:
        counterexample(make("usam"), **{"mu": 0.1, "beta": 1.0, "eta": 1.9} | wrong)
    assert "\n" not in str(e.value)


def test_its_file_gives_the_function_and_the_ratio(tmp_path):
    found = counterexample(make("ssam", rho=1.0), mu=0.1, beta=1.0, eta=1.0, factor=0.9)
    path = save(found, tmp_path / "new", says="N2: the factor is at most .9")
    assert [file.name for file in path.parent.iterdir()] == ["ssam_distance.py"]
    f = load(str(path))
    x = np.random.default_rng(1).normal(size=(50, f.dim))
    assert (f.gradient(x) == found.landscape.gradient(x)).all()
    ran = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=True
    )
    assert float(ran.stdout) == pytest.approx(found.ratio, rel=1e-14)
    assert "N2: the factor is at most .9" in path.read_text()
    assert max(map(len, path.read_text().splitlines())) <= 88
    for name in ("no name", "class", "ratio"):
        with pytest.raises(ValueError, match="a function's"):
            save(found, tmp_path, name)


def test_a_statement_cannot_end_the_docstring_it_is_put_in(tmp_path):
    found = counterexample(make("gd"), mu=0.1, beta=1.0, eta=2.5)
    with pytest.raises(ValueError, match="no quotes"):
        save(found, tmp_path, says='every step """ ends')
    assert not list(tmp_path.iterdir())
