"""The one-step checks every method must pass; `tests/mutants.py` must not.

Each takes `method(rho)` and the reference direction `oracle(H, w, rho)`, and raises
AssertionError.
"""

import numpy as np

from landscapes.quadratic import Quadratic
from landscapes.sample import Sample
from tests import reference
from theory.methods import make

# Maps agree up to rounding: a dozen operations, condition number below 100.
RTOL = 1e-12


class Counted:
    """A sample that notes where its gradient is asked for."""

    def __init__(self, landscape):
        self.landscape, self.visited = landscape, []

    def __call__(self, x):
        self.visited.append(x)
        return self.landscape.gradient(x)

    def value(self, x):
        return self.landscape.value(x)


def without_radius(spec):
    """Whether rho = 0 is GD: not of a look ahead, nor of a step size of its own."""
    return not spec.endswith(("lookahead-sam", "sam-polyak", "adasam"))


def served(spec, gradient, x):
    """Whether this gradient offers all that a method asks for at x."""
    method = make(spec, rho=0.1)
    try:
        method.direction(x, method.init(x), gradient)
    except ValueError as error:
        if " needs a sample with " in str(error):
            return False
        raise
    return True


def cases():
    """Random rotated quadratics with points, radii and sizes of gradient."""
    rng = np.random.default_rng(1)
    for d in (1, 2, 3, 7):
        for rho in (0.03, 0.4, 2.5):
            for size in (1e-8, 1e-3, 1.0, 1e4):
                spectrum = rng.uniform(0.2, 3, d) * rng.choice([-1, 1], d)
                H, Q = reference.rotated(rng, spectrum)
                yield H, Quadratic(spectrum, Q), size * rng.normal(size=d), rho


def close(actual, desired, scale):
    """Equality in units of the largest number that entered."""
    np.testing.assert_allclose(actual, desired, rtol=0, atol=RTOL * scale)


def matches_the_closed_form(method, oracle):
    """The direction is the reference's, at every size of the gradient."""
    for H, landscape, w, rho in cases():
        d, _, _ = method(rho).direction(w, (), Sample(landscape))
        d_usam, desired = reference.usam(H, w, rho), oracle(H, w, rho)
        # Cancellation in H w + rho H^2 w, then a rescaling to its inverse length.
        cancelled = max(1, reference.length(H @ w) / reference.length(desired))
        worst = max(1, reference.length(H @ w) / reference.length(d_usam))
        close(d, desired, cancelled * worst * 10 * reference.length(desired))


def returns_the_raw_gradient(method, oracle):
    """`g` is the gradient at x itself, whatever the ascent did."""
    for H, landscape, w, rho in cases():
        _, g, _ = method(rho).direction(w, (), Sample(landscape))
        close(g, H @ w, 10 * reference.length(H @ w))


def no_radius_is_gradient_descent(method, oracle):
    """At rho = 0 the direction is the gradient, bit for bit."""
    for _, landscape, w, _ in cases():
        d, _, _ = method(0.0).direction(w, (), Sample(landscape))
        np.testing.assert_array_equal(d, landscape.gradient(w))


def a_critical_point_stays(method, oracle):
    """A zero gradient gives the direction zero, without a warning."""
    for _, landscape, w, rho in cases():
        d, g, _ = method(rho).direction(0 * w, (), Sample(landscape))
        assert not d.any() and not g.any()


def is_pure(method, oracle):
    """Twice the same, and the point is not written to."""
    for _, landscape, w, rho in cases():
        kept, the_method = w.copy(), method(rho)
        first = the_method.direction(w, (), Sample(landscape))
        second = the_method.direction(w, (), Sample(landscape))
        np.testing.assert_array_equal(w, kept)
        np.testing.assert_array_equal(first[0], second[0])
        np.testing.assert_array_equal(first[1], second[1])


def keeps_single_precision(method, oracle):
    """float32 in, float32 out."""
    for _, landscape, w, rho in cases():
        d, g, _ = method(rho).direction(w.astype("float32"), (), Sample(landscape))
        assert d.dtype == g.dtype == np.float32


ONE_STEP = (
    matches_the_closed_form,
    returns_the_raw_gradient,
    no_radius_is_gradient_descent,
    a_critical_point_stays,
    is_pure,
    keeps_single_precision,
)
