"""The interpolant is of its class, passes through the data, and is exact."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from landscapes.interpolant import Interpolant, gaps


def sampled(seed, k=4, d=2, mu=0.0):
    """Data of a sum of Hubers plus a parabola, and the class it belongs to."""
    rng = np.random.default_rng(seed)
    C, t = rng.normal(size=(5, d)), rng.normal(size=5)
    x = 2 * rng.normal(size=(k, d))
    z = x @ C.T - t
    slope = np.clip(z, -1, 1)
    values = (slope * z - slope**2 / 2).sum(-1) + mu * (x**2).sum(-1) / 2
    beta = mu + np.linalg.eigvalsh(C.T @ C).max()
    return Interpolant(x, slope @ C + mu * x, values, mu, beta)


CASES = [
    sampled(0),
    sampled(1, mu=0.3),
    sampled(2, mu=-2.0),
    sampled(3, k=6),
    sampled(4, k=3, d=5, mu=-0.1),
    sampled(5, k=5, d=1, mu=-1.0),
    sampled(6, k=1, d=3),
    sampled(7, k=9, d=3, mu=0.05),
]
each = pytest.mark.parametrize("f", CASES)


def cloud(f, count=300, seed=11):
    """Points near and far, `(count, d)`."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, f.dim)) * 10 ** rng.uniform(-2, 2, (count, 1))


def inequality(f, x, y):
    """f(x) less what y's data and the class allow, in the form with 1 - mu/beta."""
    g, h, mu, beta = f.gradient(x), f.gradient(y), f.mu, f.beta
    q = mu / beta

    def dot(u, v):
        return (u * v).sum(-1)

    bent = dot(g - h, g - h) / beta + mu * dot(x - y, x - y)
    bent -= 2 * q * dot(h - g, y - x)
    return f.value(x) - f.value(y) - dot(h, x - y) - bent / (2 * (1 - q))


@each
def test_it_passes_through_the_data(f):
    scale = np.abs(f.values).max() + 1
    np.testing.assert_allclose(f.value(f.points), f.values, atol=1e-12 * scale)
    np.testing.assert_allclose(
        f.gradient(f.points), f.gradients, rtol=0, atol=1e-12 * scale
    )


@each
def test_its_value_meets_the_dual_bound(f):
    # <x, y> - max_i (<m_i, y> - k_i) - |y|^2/(2 l) bounds the least value over the
    # simplex from below, for every y; at the gradient it is attained.
    span, x = f.beta - f.mu, cloud(f)
    g = np.asarray(f.gradients) - f.mu * np.asarray(f.points)
    m = f.points - g / span
    k = f.values - f.mu * (f.points**2).sum(-1) / 2 - (g**2).sum(-1) / (2 * span)
    y = f.gradient(x) - f.mu * x
    bound = (x * y).sum(-1) - (y @ m.T - k).max(-1) - (y**2).sum(-1) / (2 * span)
    value = f.value(x) - f.mu * (x**2).sum(-1) / 2
    scale = 1 + span * (x**2).sum(-1) + np.abs(k).max()
    assert (np.abs(value - bound) <= 1e-13 * scale).all()


@each
def test_every_pair_of_points_obeys_the_class(f):
    x, y = cloud(f), cloud(f, seed=12)
    scale = 1 + (x**2 + y**2).sum(-1)
    assert (inequality(f, x, y) >= -1e-12 * f.beta * scale).all()
    near = x + 1e-3 * y / (1 + np.abs(y))
    assert (inequality(f, x, near) >= -1e-12 * f.beta * scale).all()


def kinks(f, count=40):
    """Points where the Hessian jumps, found by bisection, `(n, d)`."""
    x, y = cloud(f, count), cloud(f, count, seed=13)
    v = np.random.default_rng(3).normal(size=f.dim) * np.ones_like(x)
    jumps = (f.hvp(x, v) != f.hvp(y, v)).any(-1)
    x, y, v = x[jumps], y[jumps], v[jumps]
    for _ in range(60):
        middle = (x + y) / 2
        same = (f.hvp(middle, v) == f.hvp(x, v)).all(-1, keepdims=True)
        x, y = np.where(same, middle, x), np.where(same, y, middle)
    return x


@each
def test_the_gradient_is_exact_where_faces_meet(f):
    # A face chosen by values alone is wrong by the root of rounding, 1e-8.
    x, steepest = kinks(f), max(f.beta, -f.mu)
    assert len(x) > 5 or len(f.points) == 1
    scale = steepest * (1 + np.abs(x)).max(-1, initial=0)
    for seed, far in enumerate((1e-10, 1e-9, 1e-8, 1e-7)):
        v = far * np.random.default_rng(seed).normal(size=x.shape)
        change = np.linalg.norm(f.gradient(x + v) - f.gradient(x), axis=-1)
        bound = steepest * np.linalg.norm(v, axis=-1)
        assert (change <= bound + 1e-13 * scale).all()


@each
def test_the_hessian_is_the_slope_of_the_gradient_and_of_the_class(f):
    x = cloud(f)
    lam = np.linalg.eigvalsh(f.hessian(x))
    assert lam.min() >= f.mu - 1e-9 and lam.max() <= f.beta + 1e-9
    v = np.random.default_rng(5).normal(size=x.shape)
    h = 1e-6 * (1 + np.abs(x).max(-1, keepdims=True))
    slope = (f.gradient(x + h * v) - f.gradient(x - h * v)) / (2 * h)
    error = np.abs(slope - f.hvp(x, v)).max(-1)
    # Kinks have measure zero: nearly every difference lies within one face.
    assert (error < 1e-7).mean() > 0.99


@each
def test_torch_and_its_autograd_agree(f):
    import torch

    x = torch.tensor(cloud(f, 20), requires_grad=True)
    f.value(x).sum().backward()
    g = f.gradient(x.detach())
    scale = float(g.abs().max())
    np.testing.assert_allclose(x.grad, g, rtol=0, atol=1e-12 * scale)
    np.testing.assert_allclose(
        g, f.gradient(x.detach().numpy()), rtol=0, atol=1e-14 * scale
    )


def test_points_given_twice_change_nothing():
    f, x = CASES[0], cloud(CASES[0])
    twice = Interpolant(*(2 * list(t) for t in (f.points, f.gradients, f.values)), 0, 9)
    once = Interpolant(f.points, f.gradients, f.values, 0, 9)
    np.testing.assert_allclose(twice.value(x), once.value(x), rtol=1e-12, atol=1e-12)
    # A face that is there twice must not take part: only rounding tells it from one.
    np.testing.assert_allclose(twice.gradient(x), once.gradient(x), rtol=1e-12)


def test_two_minima_have_a_maximum_between():
    f = Interpolant([[-1.0], [1.0]], [[0.0], [0.0]], [0.0, 0.0], -1.0, 1.0)
    found = {float(c.point[0]): c.kind for c in f.critical_points}
    assert found == {-1.0: "minimum", 0.0: "maximum", 1.0: "minimum"}
    # Curvature 1, then -1, each over half the way: 1/8 + 1/8.
    assert f.value(np.zeros(1)) == pytest.approx(0.25, rel=1e-14)


def test_the_gaps_are_exact_on_fractions_and_symbols():
    x, g, f = [[1, 0], [0, 2]], [[1, 1], [0, 3]], [1, 2]
    thirds = [[[Fraction(n, 3) for n in row] for row in part] for part in (x, g)] + [
        [Fraction(n, 3) for n in f]
    ]
    exact = gaps(*thirds, Fraction(-1, 2), Fraction(2))
    assert all(isinstance(entry, Fraction) for entry in exact.flat)
    floats = gaps(*(np.array(part, dtype=float) for part in thirds), -0.5, 2.0)
    np.testing.assert_allclose(exact.astype(float), floats, rtol=1e-14, atol=1e-16)
    mu, beta = sympy.symbols("mu beta")
    formula = gaps(*thirds, mu, beta)[0, 1].subs({mu: Fraction(-1, 2), beta: 2})
    assert formula == sympy.Rational(str(exact[0, 1]))


def test_data_of_no_function_are_refused_with_pair_and_amount():
    # f falls by 1 along a slope of 2 at both ends of a unit segment: short by 1.
    with pytest.raises(ValueError, match="points 1, 0 fails by 1.$") as error:
        Interpolant([[0.0], [1.0]], [[2.0], [2.0]], [0.0, 1.0], 0.0, 1.0)
    assert "\n" not in str(error.value)


def test_a_tolerance_admits_a_solvers_data():
    # Half a parabola of curvature beta, its end too low by 1e-7.
    data = ([[0.0], [1.0]], [[0.0], [1.0]], [0.0, 0.5 - 1e-7], 0.0, 1.0)
    with pytest.raises(ValueError, match="fails by 1e-07"):
        Interpolant(*data)
    loose = Interpolant(*data, tolerance=1e-6)
    assert np.abs(loose.value(np.array(data[0])) - data[2]).max() < 2e-7
    assert np.abs(loose.gradient(np.array(data[0])) - data[1]).max() < 1e-3


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (([[0.0]], [[0.0, 1.0]], [0.0], 0.0, 1.0), "one shape"),
        (([0.0], [0.0], [0.0], 0.0, 1.0), "one shape"),
        (([[0.0]], [[0.0]], [[0.0]], 0.0, 1.0), "takes k values"),
        (([[0.0]] * 11, [[0.0]] * 11, [0.0] * 11, 0.0, 1.0), "k <= 10"),
        (([[0.0]], [[0.0]], [0.0], 1.0, 1.0), "mu < beta"),
        (([[np.nan]], [[0.0]], [0.0], 0.0, 1.0), "finite data"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(data, rule):
    with pytest.raises(ValueError, match=rule) as error:
        Interpolant(*data)
    assert "\n" not in str(error.value)
