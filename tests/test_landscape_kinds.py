"""A landscape is the same function on every kind of point it declares."""

import numpy as np
import pytest
import sympy

from landscapes import load, names
from landscapes.components import Components
from tests.test_landscape_derivatives import directions, points

SURFACES = names()


def having(kind):
    return [name for name in SURFACES if kind in load(name).kinds]


def evaluate(landscape, x, v):
    """Value, gradient and Hessian-vector product as NumPy arrays, and their sizes."""
    results = (landscape.value(x), landscape.gradient(x), landscape.hvp(x, v))
    return [
        np.stack(list(r), -1) if isinstance(r, Components) else np.asarray(r)
        for r in results
    ]


def assert_same(actual, desired):
    for a, b in zip(actual, desired, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12 * np.abs(b).max())


@pytest.mark.parametrize("name", SURFACES)
def test_every_landscape_runs_on_numpy(name):
    assert "numpy" in load(name).kinds


@pytest.mark.parametrize("name", SURFACES)
def test_a_batch_is_its_rows(name):
    landscape = load(name)
    x, v = points(landscape), directions(landscape)
    whole = evaluate(landscape, x.reshape(2, 3, -1), v.reshape(2, 3, -1))
    rows = [evaluate(landscape, a, b) for a, b in zip(x, v, strict=True)]
    for k, result in enumerate(whole):
        stacked = np.stack([row[k] for row in rows])
        assert result.shape[:2] == (2, 3)
        assert_same([result.reshape(stacked.shape)], [stacked])


@pytest.mark.parametrize("name", having("torch"))
def test_torch_agrees_with_numpy(name):
    import torch

    landscape = load(name)
    x, v = points(landscape), directions(landscape)
    results = evaluate(landscape, torch.from_numpy(x), torch.from_numpy(v))
    assert_same(results, evaluate(landscape, x, v))


@pytest.mark.parametrize("name", having("components"))
def test_components_agree_with_arrays(name):
    landscape = load(name)
    x, v = points(landscape), directions(landscape)
    results = evaluate(landscape, Components(x.T), Components(v.T))
    assert_same(results, evaluate(landscape, x, v))


@pytest.mark.parametrize("name", having("symbols"))
def test_symbols_give_the_exact_gradient(name):
    landscape = load(name)
    exact = [sympy.Rational(k + 2, 3) for k in range(landscape.dim)]
    floats = np.array(exact, dtype=float)
    results = [
        landscape.value(Components(exact)),
        *landscape.gradient(Components(exact)),
    ]
    numbers = [landscape.value(floats), *landscape.gradient(floats)]
    for a, b in zip(results, numbers, strict=True):
        assert isinstance(a, sympy.Basic)
        assert float(a) == pytest.approx(b, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", SURFACES)
def test_single_precision_is_kept(name):
    landscape = load(name)
    x = points(landscape).astype("float32")
    v = directions(landscape).astype("float32")
    results = evaluate(landscape, x, v)
    assert [r.dtype for r in results] == [np.float32] * 3
    doubled = x.astype("float64"), v.astype("float64")
    for a, b in zip(results, evaluate(landscape, *doubled), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4 * np.abs(b).max())


@pytest.mark.parametrize("name", having("torch"))
def test_single_precision_is_kept_in_torch(name):
    import torch

    landscape = load(name)
    x = torch.tensor(points(landscape), dtype=torch.float32)
    for result in (landscape.value(x), landscape.gradient(x), landscape.hvp(x, x)):
        assert result.dtype == torch.float32


@pytest.mark.parametrize("name", SURFACES)
def test_a_wrong_shape_is_refused_in_one_line(name):
    landscape = load(name)
    for shape in ((landscape.dim + 1,), (4, landscape.dim + 2), ()):
        with pytest.raises(ValueError, match=rf"`{name}` takes points of .*got") as e:
            landscape.gradient(np.ones(shape))
        assert "\n" not in str(e.value)
    if "components" in landscape.kinds:
        with pytest.raises(ValueError, match=f"`{name}` takes points of"):
            landscape.value(Components([1.0] * (landscape.dim + 1)))


@pytest.mark.parametrize("name", SURFACES)
def test_a_landscape_says_what_it_promises(name):
    landscape = load(name)
    assert landscape.name == name
    assert len(landscape.start) == len(landscape.box) == landscape.dim
    assert np.isfinite(landscape.value(np.array(landscape.start, dtype=float)))
    assert all(low < high for low, high in landscape.box)
