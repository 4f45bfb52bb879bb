"""Bisection brackets a threshold, many at once, and refuses where there is none."""

import numpy as np
import pytest

from theory.bisect import bisect


@pytest.mark.parametrize("parts", [2, 3, 20])
def test_the_bracket_contains_the_threshold_and_is_narrow(parts):
    edges = np.array([[1e-6, 0.1, 3.0], [7.5, 99.0, 0.5]])
    found = bisect(lambda x: x < edges, 1e-9, 100.0, 1e-9, parts)
    assert (found.low <= edges).all() and (edges <= found.high).all()
    assert (found.high - found.low <= 1e-9 * found.high).all()


def test_the_threshold_may_be_crossed_downwards():
    found = bisect(lambda x: x > 2.0, 5.0, 1.0, 1e-6)
    assert found.low < found.high and found.low <= 2 <= found.high


def test_brackets_have_ends_that_were_asked():
    asked = {}
    found = bisect(lambda x: asked.setdefault(float(x), x < np.pi), 0, 4, 1e-3)
    assert asked[float(found.low)] and not asked[float(found.high)]


def test_low_and_high_broadcast():
    found = bisect(lambda x: x < 0.3, np.zeros((2, 1)), np.ones(3), 1e-3)
    assert found.value.shape == (2, 3)


@pytest.mark.parametrize(
    ("low", "high", "said"), [(2, 3, "must hold at `low`"), (0, 0.5, "must not hold")]
)
def test_without_a_threshold_between_it_refuses(low, high, said):
    with pytest.raises(ValueError, match=said):
        bisect(lambda x: x < 1, low, high, 1e-3)


def test_many_parts_keep_the_first_end():
    found = bisect(lambda x: (x < 1) | ((x > 2) & (x < 3)), 0.0, 4.0, 1e-6, parts=41)
    assert found.low <= 1 <= found.high


def test_a_width_below_rounding_is_refused():
    with pytest.raises(ValueError, match="rtol"):
        bisect(lambda x: x < 1, 0, 2, 1e-17)
    with pytest.raises(ValueError, match="parts"):
        bisect(lambda x: x < 1, 0, 2, 1e-3, parts=1)
