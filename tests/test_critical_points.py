"""The critical points found are all there are, and of the kind they are said to be."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest
import sympy

from landscapes import load, names

x, y = sympy.symbols("x y", real=True)


def beale():
    c = (sympy.Rational(3, 2), sympy.Rational(9, 4), sympy.Rational(21, 8))
    return sum((c[i] - x * (1 - y ** (i + 1))) ** 2 for i in range(3))


FORMULAS = {
    "beale": beale(),
    "himmelblau": (x**2 + y - 11) ** 2 + (y**2 + x - 7) ** 2,
    "six_hump_camel": 4 * x**2
    - sympy.Rational(21, 10) * x**4
    + x**6 / 3
    + x * y
    - 4 * y**2
    + 4 * y**4,
    "double_well_saddle": x**2 - y**2 + y**4 / 4,
    "rosenbrock": 100 * (y - x**2) ** 2 + (x - 1) ** 2,
}
# How many minima, saddles, maxima lie in the box.
COUNTS = {
    "beale": (1, 2, 0),
    "himmelblau": (4, 4, 1),
    "six_hump_camel": (6, 7, 2),
    "double_well_saddle": (2, 1, 0),
    "rosenbrock": (1, 0, 0),
}


def real_roots(expression, symbol):
    """Distinct real roots of a polynomial with algebraic multiplicity removed."""
    polynomial = sympy.Poly(expression, symbol)
    if polynomial.is_zero or polynomial.degree() < 1:
        return []
    roots = polynomial.sqf_part().nroots(n=40, maxsteps=200)
    return [sympy.re(r) for r in roots if abs(sympy.im(r)) < 1e-25]


def eliminate(f, box):
    """All solutions of f_x = f_y = 0 in the box, by resultants."""
    fx, fy = sympy.diff(f, x), sympy.diff(f, y)
    abscissae = real_roots(sympy.resultant(fx, fy, y), x)
    ordinates = real_roots(sympy.resultant(fx, fy, x), y)
    small = sympy.lambdify((x, y), sympy.Abs(fx) + sympy.Abs(fy), "mpmath")
    with mpmath.workdps(40):
        found = [(a, b) for a in abscissae for b in ordinates if small(a, b) < 1e-20]
    (x0, x1), (y0, y1) = box
    return sorted(p for p in found if x0 <= p[0] <= x1 and y0 <= p[1] <= y1)


@pytest.mark.parametrize("name", FORMULAS)
def test_all_critical_points_are_found(name):
    landscape, f = load(name), FORMULAS[name]
    desired = eliminate(f, landscape.box)
    found = sorted(tuple(c.point) for c in landscape.critical_points)
    assert len(found) == len(desired) == sum(COUNTS[name])
    np.testing.assert_allclose(found, np.array(desired, dtype=float), rtol=0, atol=1e-9)
    kinds = {"minimum": 0, "saddle": 0, "maximum": 0}
    for a, b in desired:
        trace, det = (
            float(e.subs({x: a, y: b}))
            for e in (sympy.hessian(f, (x, y)).trace(), sympy.hessian(f, (x, y)).det())
        )
        kind = "saddle" if det < 0 else "minimum" if trace > 0 else "maximum"
        kinds[kind] += 1
        nearest = min(
            landscape.critical_points,
            key=lambda c: np.abs(c.point - [float(a), float(b)]).max(),
        )
        assert nearest.kind == kind
        assert nearest.eigenvalues.sum() == pytest.approx(trace, abs=1e-7)
        assert nearest.eigenvalues.prod() == pytest.approx(det, rel=1e-7)
    assert tuple(kinds.values()) == COUNTS[name]


def test_beale_has_two_saddles():
    near, known = sorted(load("beale").saddles, key=lambda c: c.point[1])
    np.testing.assert_allclose(known.point, [0, 1], atol=1e-12)
    np.testing.assert_allclose(known.eigenvalues, [-27.75, 27.75], rtol=1e-12)
    np.testing.assert_allclose(near.point, [0.1005, -2.6445], atol=1e-3)


def test_the_monkey_saddle_is_degenerate():
    (critical,) = load("monkey_saddle").saddles
    assert critical.kind == "degenerate"
    assert critical.nullity == 2 and critical.index == 0


@pytest.mark.parametrize("name", names())
def test_the_gradient_vanishes_and_the_spectrum_gives_the_kind(name):
    landscape = load(name)
    for critical in landscape.critical_points:
        H = landscape.hessian(critical.point)
        size = np.abs(H).max()
        g = landscape.gradient(critical.point)
        assert np.abs(g).max() <= 1e-9 * max(1, size)
        V, lam = critical.eigenvectors, critical.eigenvalues
        np.testing.assert_allclose(H @ V, V * lam, rtol=0, atol=1e-9 * max(1, size))
        np.testing.assert_allclose(V.T @ V, np.eye(len(lam)), rtol=0, atol=1e-9)
        negative, positive = lam < -1e-6 * size, lam > 1e-6 * size
        expected = {(True, False): "maximum", (False, True): "minimum"}.get(
            (negative.any(), positive.any()), "saddle"
        )
        if (negative | positive).all():
            assert critical.kind == expected and critical.index == negative.sum()
        else:
            assert critical.kind == "degenerate"
        assert (critical in landscape.saddles) == (expected == "saddle")


def test_a_false_declaration_is_refused():
    false = replace(load("strict_saddle"), declared_points=((0.0, 0.1),))
    with pytest.raises(ValueError, match="declares a critical point"):
        _ = false.critical_points
