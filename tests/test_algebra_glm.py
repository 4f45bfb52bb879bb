"""T16, line by line: what the methods do on one example of a linear model."""

import pytest
import sympy as sp

from landscapes.components import Components
from theory import symbolic  # noqa: F401 (registers the primitives for symbols)
from theory.methods import make

RHO, Z, R = sp.symbols("rho z r", positive=True)
X = (3 * R / 5, 4 * R / 5)  # an example of any length r; its direction is a rotation's
N = R**2
# Slopes of convex losses: positive everywhere, or where z > 0.
SLOPES = {
    "exponential": sp.exp,
    "softplus": lambda z: sp.exp(z) / (1 + sp.exp(z)),
    "square": lambda z: z,
}


def prediction(w):
    return sp.simplify(sum(x * part for x, part in zip(X, w, strict=True)))


def one_example(spec, slope):
    """The method's direction and raw gradient at w = z x / |x|^2."""

    def gradient(w):
        s = slope(prediction(w))
        return Components([s * x for x in X])

    w = Components([Z * x / N for x in X])
    d, g, _ = make(spec, rho=RHO).direction(w, (), gradient)
    return d, g


def same(a, b):
    return all(sp.simplify(p - q) == 0 for p, q in zip(a, b, strict=True))


@pytest.mark.parametrize("name", SLOPES)
@pytest.mark.parametrize("spec", ["ssam", "ssam-n"])
def test_ssam_is_sgd_on_one_example(spec, name):
    d, g = one_example(spec, SLOPES[name])
    assert same(d, g)


@pytest.mark.parametrize("name", SLOPES)
def test_usam_sees_the_slope_at_the_moved_prediction(name):
    slope = SLOPES[name]
    d, _ = one_example("usam", slope)
    assert same(d, [slope(Z + RHO * N * slope(Z)) * x for x in X])


@pytest.mark.parametrize("name", SLOPES)
def test_sam_sees_the_slope_at_the_shifted_prediction(name):
    slope = SLOPES[name]
    d, _ = one_example("sam", slope)
    assert same(d, [slope(Z + RHO * R) * x for x in X])


def test_the_transformed_loss_has_the_smoothness_of_t16():
    n, beta = sp.symbols("n beta", positive=True)
    slope, at, here = sp.Function("l'"), *sp.symbols("c_a c", nonnegative=True)
    z = sp.Symbol("z", real=True)
    moved = sp.diff(slope(z + RHO * n * slope(z)), z).doit()
    # l'' at the ascent point and at the point.
    moved = moved.replace(sp.Subs, lambda *_: at).subs(sp.diff(slope(z), z), here)
    assert sp.expand(moved - at * (1 + RHO * n * here)) == 0
    # It grows with both; at l'' = beta and n times it is bt (1 + rho bt).
    assert all(sp.diff(moved, c).is_nonnegative for c in (at, here))
    largest = (n * moved).subs({at: beta, here: beta})
    bt = beta * n
    assert sp.expand(largest - bt * (1 + RHO * bt)) == 0
    limit = 2 / (bt * (1 + RHO * bt))
    assert sp.simplify(1 - limit * largest) == -1
