"""What the methods say of themselves is so: costs, reductions, their table."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch

from landscapes.quadratic import Quadratic
from landscapes.sample import Sample
from tests import test_method_reductions as ends
from tests import test_zoo_states as states
from tests import test_zoo_subsets as subsets
from tests.test_zoo_subsets import BOWL, DATA, NET, THETA, D, N, Noted, P, W
from theory import family, written
from theory.methods import make, names, specs
from theory.methods.lookahead_sam import LookaheadSAM
from theory.methods.sam import SAM
from theory.methods.stable import Stable
from theory.methods.usam import USAM

PAGE = Path(__file__).parent.parent / "docs/methods.md"
STEPS = 7
GRADES = {"code", "code, repaired", "abstract", "secondary", "reconstructed"}
# Hyperparameters in the middle of their ranges, so that no reduction is a default.
MIDDLE = {
    "m": 3,
    "k": 3,
    "a": 0.3,
    "alpha": 0.4,
    "lam": 0.6,
    "sigma": 0.8,
    "theta": 0.3,
    "delta": 1e-3,
    "eta_T": 0.2,
    "eta_ahead": 0.2,
    "beta": 0.5,
    "gamma": 0.5,
    "sparsity": 0.3,
    "every": 2,
    "iterations": 2,
}
# Mini-batches over epochs of three steps, of a network and of numbers; and a surface.
ROWS = np.random.default_rng(0).permuted(np.tile(np.arange(N), (9, 1)), axis=1)
PLACES = {
    "network": (lambda t: NET.sample(_rows(t), t, seed=4), THETA),
    "batches": (lambda t: DATA.sample(_rows(t), t, seed=4), W),
    "surface": (lambda t: Sample(BOWL, t, seed=4), P),
}
REDUCTIONS = [
    (spec, r)
    for spec in specs()
    for r in family.reductions(make(spec))
    if not r.given and r.to in specs()
]


def _rows(t):
    return ROWS[t // 3, 4 * (t % 3) : 4 * (t % 3) + 4]


def path(method, place, eta=0.05):
    """Directions and raw gradients along some steps; None where it is not served."""
    sample, x = PLACES[place]
    state, found = method.init(x), []
    for t in range(STEPS):
        try:
            d, g, state = method.direction(x, state, sample(t))
        except ValueError as error:
            assert "needs a sample with" in str(error)
            return None
        x = x - eta * d
        found.append((np.asarray(d), np.asarray(g)))
    return np.array(found)


def test_every_method_says_all_of_it():
    for name, method in family.members().items():
        assert method.formula and method.label, name
        assert family.cost(method) >= 1 and family.cost(make(name, k=3)) >= 1
        grade = method.source.rpartition("(")[2].rstrip(")")
        assert grade in GRADES or method.source == "classical", name
        assert method.reductions or name == "gd"
    assert Stable.source and Stable.formula and Stable.reductions
    found = {type(method) for method in family.members().values()}
    assert found == {type(make(name)) for name in names()} - {Stable}


@pytest.mark.parametrize(
    "spec, r", REDUCTIONS, ids=[f"{s}-{r.to}-{dict(r.at)}" for s, r in REDUCTIONS]
)
def test_a_reduction_holds_along_runs(spec, r):
    served = set()
    others = [r.to, "gd"] if r.to == "stable:gd" else [r.to]
    for rho in {r.at.get("rho", rho) for rho in (0.0, 0.07, 1.5)}:
        one = make(spec, **MIDDLE | {"rho": rho} | r.at)
        for place, to in product(PLACES, others):
            found, desired = path(one, place), path(make(to, rho=rho), place)
            if found is None:
                continue
            served.add(place)
            if r.exact:
                np.testing.assert_array_equal(found, desired)
            else:
                np.testing.assert_allclose(found, desired, rtol=1e-9, atol=1e-11)
    assert len(served) >= 2 and (r.to != "sam" or "surface" in served)


@pytest.mark.parametrize("spec", specs())
def test_a_reduction_is_no_identity(spec):
    # With another number in its place each of them fails.
    method = make(spec, **MIDDLE, rho=0.3)
    for to in {r.to for s, r in REDUCTIONS if s == spec}:
        found, other = path(method, "network"), path(make(to, rho=0.3), "network")
        assert not np.allclose(found, other, rtol=1e-6) or to == spec


# Those that hold under a condition, or lead out of the folder, have tests by hand.


def test_where_the_gradient_has_length_one_usam_is_sam():
    for c in (0.3, 2.0):
        x = np.array([0.6, -0.8]) / c
        bowl = Sample(Quadratic(np.array([c, c])))
        usam, sam = (made(0.7).direction(x, (), bowl)[0] for made in (USAM, SAM))
        np.testing.assert_allclose(usam, sam, rtol=1e-15)


def test_without_a_radius_looking_ahead_is_the_extragradient():
    ahead, *_ = LookaheadSAM(0.0, 0.2).direction(P, (), Sample(BOWL))
    H = subsets.H
    np.testing.assert_allclose(ahead, H @ (P - 0.2 * (H @ P)), rtol=1e-12)


@pytest.mark.parametrize("name", ["ausam", "esam"])
def test_without_a_radius_a_step_is_the_gradient_on_the_samples_drawn(name):
    method = make(name, rho=0.0, beta=1.0)
    state = (np.ones(N), np.zeros(N)) if name == "ausam" else ()
    drawn = []

    class Drawn(Noted):
        def subset(self, rows):
            drawn.append(np.array(rows))
            return self.sample.subset(rows)

    for t in range(1, 20):
        d, _, _ = method.direction(W, state, Drawn(subsets.batch(t)))
        np.testing.assert_allclose(d, subsets.grad(W, drawn[-1]), rtol=1e-12)
    assert len({tuple(rows) for rows in drawn}) > 5 or name == "esam"


@pytest.mark.parametrize("inner", ["sam", "usam"])
def test_in_one_convex_dimension_stable_is_descent(inner):
    x = np.linspace(-2, 2, 9)[:, None]
    found = make(f"stable:{inner}", rho=0.7).direction(x, (), lambda w: w + w**3)[0]
    np.testing.assert_allclose(found, x + x**3, rtol=1e-12)


@pytest.mark.parametrize("c", [2.0, -0.5, -3.0])
@pytest.mark.parametrize("inner", ["sam", "usam"])
def test_where_curvature_is_alike_stable_is_descent_up_to_a_sign(inner, c):
    x = np.array([0.3, -1.2, 0.4])
    g = c * x
    size = np.sqrt(g @ g) if inner == "sam" else 1.0
    d, _, _ = make(f"stable:{inner}", rho=0.7).direction(x, (), lambda w: c * w)
    np.testing.assert_allclose(d, np.sign(1 + c * 0.7 / size) * g, rtol=1e-12)


DRAWN = test_without_a_radius_a_step_is_the_gradient_on_the_samples_drawn
BY_HAND = {
    ("usam", "sam"): test_where_the_gradient_has_length_one_usam_is_sam,
    ("linf-sam", "sam"): (
        ends.test_without_noise_in_one_dimension_the_cube_is_the_ball
    ),
    ("lookahead-sam", "extragradient"): (
        test_without_a_radius_looking_ahead_is_the_extragradient
    ),
    ("asam", "sam"): states.test_at_its_ends_a_method_is_another_one_bit_for_bit,
    ("msam", "sam"): (
        subsets.test_size_one_is_sam_example_by_example_and_a_large_size_is_sam,
        ends.test_identical_shards_are_one_of_them,
    ),
    ("adasam", "AMSGrad without bias correction"): (
        states.test_without_a_radius_adasam_is_amsgrad_without_bias_correction
    ),
    ("looksam", "sam"): states.test_without_a_turn_looksam_is_sam_now_and_then,
    ("esam", "gd"): DRAWN,
    ("ausam", "gd"): DRAWN,
    ("ausam", "sam"): subsets.test_equal_or_unknown_rises_are_drawn_alike,
    ("sam-polyak", "sam"): ends.test_polyak_s_step_is_its_formula,
    ("sam-polyak", "SPS_max (c = 1)"): (
        ends.test_without_a_radius_polyak_s_step_is_spsmax
    ),
    ("xsam", "gd"): subsets.test_xsam_s_ends_are_sam_and_the_gradient_s_direction,
}


def test_what_is_not_tested_above_is_tested_by_hand():
    said = [
        (name, r.to)
        for name, method in family.members().items()
        for r in method.reductions
        if r.given or r.to not in names()
    ]
    assert set(said) == set(BY_HAND)
    tests = [t for own in BY_HAND.values() for t in np.atleast_1d(own)]
    assert all(map(callable, tests))
    assert len(said) == len(tests)


# Costs


class Counting(Noted):
    """Counts in shards and subsets too; one tensor a coordinate."""

    segments = {str(i): slice(i, i + 1) for i in range(D)}

    def split(self, m):
        return [Noted(part, self.seen) for part in self.sample.split(m)]


def gradients(method, begin=100, steps=400):
    """Gradients of a step in the mean; a forward pass to select counts 1/3."""
    x, state, seen = W, method.init(W), None
    for t in range(begin, begin + steps):
        sample = Counting(subsets.batch(t), seen)
        seen = sample.seen
        d, _, state = method.direction(x, state, sample)
        x = x - 1e-3 * d
    passes = seen["gradient"] + seen["losses"] / 3 + 2 * seen["hvp"]
    return passes / steps / N


@pytest.mark.parametrize("spec", specs())
@pytest.mark.parametrize("values", [{}, MIDDLE | {"k": 2}], ids=["default", "other"])
def test_a_step_costs_what_the_method_says(spec, values):
    method = make(spec, **values)
    found, said = gradients(method), family.cost(method)
    if "ausam" in spec:  # at random, of a binomial's spread at most
        assert said == 2 * method.get("alpha")
        assert found == pytest.approx(said, abs=4 * 2 * 0.5 / np.sqrt(400 * N))
    elif "esam" in spec and "looksam" not in spec:
        assert found == pytest.approx(said, rel=1e-12)
        assert said == pytest.approx(4 / 3 + method.get("gamma"))
    else:
        assert found == pytest.approx(said, rel=1e-12)


def test_costs_are_those_published():
    for spec, values, number in (
        ("gd", {}, 1),
        ("stable:gd", {}, 1),
        ("sam", {}, 2),
        ("ssam", {}, 2),
        ("looksam", {"k": 5}, 1.2),
        ("stable:looksam", {"k": 1}, 2),
        ("esam", {"beta": 0.5, "gamma": 0.5}, 1 + 1 / 3 + 0.5),
        ("esam", {"beta": 1, "gamma": 1}, 2),
        ("ausam", {"alpha": 0.5}, 1),
        ("eigen-sam", {}, 2.1),
        ("xsam", {"k": 3}, 4),
    ):
        assert family.cost(make(spec, **values)) == pytest.approx(number, rel=1e-12)


# The page of the methods


def test_the_page_shows_the_table_of_the_methods():
    assert written.part(PAGE, family.PART) + "\n" == family.table()


def test_a_row_has_its_cells_and_its_formula_no_bar():
    head, _, *rows = family.table().splitlines()
    assert len(rows) == len(family.members()) + 1
    for row in (head, *rows):
        assert row.count("|") == len(family.HEAD) + 1
        assert row.count("$") % 2 == 0 and row.count("(") == row.count(")")


def test_the_family_loads_no_torch_and_its_costs_need_only_symbols():
    assert family.depth("gd") == 0 and family.depth("sam") == 1
    assert family.depth("unified-sam") == 2
    assert isinstance(family.cost(SAM(torch.tensor(0.1))), float)
