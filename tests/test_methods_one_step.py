"""Every method is its formula: one step against matrix algebra."""

import numpy as np
import pytest
import sympy

from landscapes.components import Components
from landscapes.quadratic import Quadratic
from landscapes.sample import Sample
from tests import reference
from tests.checks import (
    ONE_STEP,
    RTOL,
    Counted,
    cases,
    no_radius_is_gradient_descent,
    served,
    without_radius,
)
from theory.methods import make, specs
from theory.symbolic import closed_form

BOWL, START = Quadratic(np.array([2.0, -1.0])), np.array([1.0, 1.0])
ALL = [*specs(), "stable@1:usam"]
# What a surface serves: it has no examples.
SPECS = [spec for spec in ALL if served(spec, Sample(BOWL), START)]
KNOWN = [spec for spec in SPECS if reference.oracle(spec)]
FORMULAS = [
    (spec, check)
    for spec in KNOWN
    for check in ONE_STEP
    if check is not no_radius_is_gradient_descent or without_radius(spec)
]


@pytest.mark.parametrize(
    "spec, check", FORMULAS, ids=lambda p: getattr(p, "__name__", p)
)
def test_a_method_is_its_formula(spec, check):
    check(lambda rho: make(spec, rho=rho), reference.oracle(spec))


def test_the_methods_of_the_paper_have_references():
    assert {"gd", "sam", "usam", "ssam", "ssam-n"} <= set(KNOWN)


@pytest.mark.parametrize("spec", SPECS)
def test_numpy_torch_and_components_agree(spec):
    import torch

    for _, landscape, w, rho in cases():
        # A search among values that tie is decided by rounding.
        method = make(spec, rho=rho, search=False)
        d, g, _ = method.direction(w, method.init(w), Sample(landscape))
        tensor = torch.from_numpy(w)
        parts = Components(list(w))
        for x in (tensor, parts):
            d2, g2, _ = method.direction(x, method.init(x), Sample(landscape))
            for a, b in ((d, d2), (g, g2)):
                size = max(reference.length(a), reference.length(g))
                np.testing.assert_allclose(list(b), a, rtol=0, atol=10 * RTOL * size)


@pytest.mark.parametrize("spec", KNOWN)
def test_the_symbolic_step_is_the_closed_form(spec):
    rational = sympy.Rational
    lam = [rational(3, 2), rational(-2, 3), rational(5, 7)]
    w = [rational(1, 3), rational(-2, 5), rational(4, 3)]
    rho, eta = rational(2, 5), rational(1, 4)
    exact = closed_form(make(spec).having(rho=rho), lam, w, eta)
    H, x = np.diag(np.array(lam, dtype=float)), np.array(w, dtype=float)
    desired = x - 0.25 * reference.oracle(spec)(H, x, 0.4)
    values = [float(sympy.N(part, 30)) for part in exact]
    np.testing.assert_allclose(values, desired, rtol=RTOL)


@pytest.mark.parametrize("spec", SPECS)
def test_a_grid_of_radii_is_one_radius_after_another(spec):
    rng = np.random.default_rng(2)
    landscape, x = Quadratic(np.array([2.0, -0.5, 1.0])), rng.normal(size=(4, 1, 3))
    radii = np.array([0.0, 0.1, 0.5, 2.0, 7.0])
    method = make(spec, rho=radii[:, None])
    grid, _, _ = method.direction(x, method.init(x), Sample(landscape))
    for k, rho in enumerate(radii):
        method, start = make(spec, rho=rho), x[:, 0]
        one, _, _ = method.direction(start, method.init(start), Sample(landscape))
        np.testing.assert_allclose(
            np.broadcast_to(grid, (4, 5, 3))[:, k], one, rtol=1e-14
        )


@pytest.mark.parametrize("spec", SPECS)
def test_torch_keeps_single_precision(spec):
    import torch

    x = torch.tensor([[1.0, -2.0], [0.0, 0.0]])
    method = make(spec, rho=0.1)
    sample = Sample(Quadratic(np.array([2.0, -1.0])))
    d, g, _ = method.direction(x, method.init(x), sample)
    assert d.dtype == g.dtype == torch.float32
    assert torch.isfinite(d).all() and not d[1].any()


def test_only_methods_that_choose_among_examples_need_them():
    few = {"esam", "ausam", "sparse-sam"}
    assert set(ALL) - set(SPECS) == few | {f"stable:{name}" for name in few}


@pytest.mark.parametrize("spec", [s for s in SPECS if served(s, Counted(BOWL), START)])
def test_a_method_costs_two_gradients_and_gd_one(spec):
    counted = Counted(BOWL)
    method = make(spec, rho=0.1)
    method.direction(START, method.init(START), counted)
    assert len(counted.visited) == (1 if spec in ("gd", "stable:gd") else 2)
