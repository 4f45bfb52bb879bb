"""A sample is what a method sees in one step, and says what it lacks."""

import numpy as np
import pytest

from landscapes import load
from landscapes.components import Components
from landscapes.quadratic import Quadratic
from landscapes.sample import Sample
from tests import reference
from tests.checks import served
from theory import simulate
from theory.method import Method, need
from theory.methods import make, names
from theory.methods.msam import MSAM

H, Q = reference.rotated(np.random.default_rng(0), [2.0, -0.5, 1.0])
BOWL = Quadratic(np.array([2.0, -0.5, 1.0]), Q)
W, V = np.random.default_rng(1).normal(size=(2, 3))


def test_a_sample_is_its_landscape():
    sample = Sample(BOWL)
    np.testing.assert_allclose(sample(W), H @ W, rtol=1e-12)
    np.testing.assert_allclose(sample.value(W), W @ H @ W / 2, rtol=1e-12)
    np.testing.assert_allclose(sample.hvp(W, V), H @ V, rtol=1e-12)
    assert sample.t == 0


class Clock(Method):
    """Notes which step it sees."""

    label = "clock"

    def direction(self, x, state, gradient):
        return gradient(x) * 0 + 1.0 + gradient.t, gradient(x), state


def test_every_step_bears_its_number():
    states = simulate.iterate(BOWL, Clock(), np.zeros(3), 1.0, 4)
    assert [float(s.d[0]) for s in states] == [1, 2, 3, 4, 5]
    run = simulate.batch(BOWL, Clock(), [1.0, 2.0], None, np.zeros(3), 4, window=0)
    # 1 + 2 + 3 + 4 steps of length eta, in every coordinate.
    np.testing.assert_array_equal(run.x, [[-10.0] * 3, [-20.0] * 3])


def test_what_a_sample_lacks_is_named():
    match = "^`MSAM` needs a sample with `split`, which a sample of `beale` lacks.$"
    with pytest.raises(ValueError, match=match):
        MSAM(m=2).direction(np.ones(2), (), Sample(load("beale")))
    match = "^`MSAM` needs a sample with `split`, which this gradient lacks.$"
    with pytest.raises(ValueError, match=match):
        MSAM(m=2).direction(np.ones(2), (), load("beale").gradient)
    assert need(MSAM(), Sample(BOWL, 7), "t") == 7


def test_a_plain_function_serves_a_method_that_only_calls_it():
    served_so = [name for name in names() if served(name, lambda x: H @ x, W)]
    assert {"gd", "sam", "gsam", "looksam", "adasam"} <= set(served_so)
    for method in map(make, served_so):
        d, _, _ = method.direction(W, method.init(W), lambda x: H @ x)
        expected, _, _ = method.direction(W, method.init(W), Sample(BOWL))
        np.testing.assert_allclose(d, expected, rtol=1e-12)


def test_polyak_s_step_runs_wherever_values_do():
    import torch

    for name in ("beale", "ridge_regression"):
        landscape = load(name)
        x, method = np.array(landscape.start) + 0.1, make("sam-polyak", rho=0.01)
        kinds = [x, torch.from_numpy(x)]
        if "components" in landscape.kinds:
            kinds.append(Components(x))
        ends = [
            [*simulate.iterate(landscape, method, kind, 1.0, 5)][-1].x for kind in kinds
        ]
        for end in ends:
            np.testing.assert_allclose(list(end), ends[0], rtol=1e-9)
        assert landscape.value(ends[0]) < landscape.value(x)
