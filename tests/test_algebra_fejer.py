"""SSAM's limit of T14 for mu > 0: its proof in symbols, and an oracle in the plane."""

import numpy as np
import pytest
import sympy
from scipy.optimize import minimize_scalar
from sympy.polys.domains import ZZ
from sympy.polys.galoistools import gf_factor

from landscapes.interpolant import gaps
from theory import regimes
from theory.fejer import (
    ssam_fejer_data,
    ssam_fejer_limit_strong,
    ssam_fejer_worst,
    ssam_n_fejer_limit,
    ssam_nearing_factor,
)
from theory.usam_distance import distance_limit, limit_end

m, s, theta, P = sympy.symbols("m s theta P", positive=True)
mu = m**2
a, b, L = 1 + s * mu, 1 + s, 1 - mu
sigma = a + s
H = (1 + mu) * theta - 2 * m * sigma
BOX = (theta - m * s) ** 2 - a * b
v = 2 / (1 + m * theta)
u = v * a * theta / H
A, B = 2 * a * sigma / (theta * H), 2 * a * m / H
alpha = v * (4 * a - theta * H) / (4 * a)
least = v * a * sigma * BOX / (theta * H)  # the multiple of |g|^2
SQUARE = 4 * sigma / (1 + m * theta) ** 2 * (4 * a / (theta * H) - 1) * BOX

# Vectors are combinations of w, g, g'; their products are the symbols of a Gram matrix.
W, G, T = (sympy.Matrix([int(i == k) for i in range(3)]) for k in range(3))
GRAM = sympy.Matrix(3, 3, lambda i, j: sympy.Symbol(f"G{min(i, j)}{max(i, j)}"))
ASCENT = W + s * G


def dot(x, y):
    return (x.T * GRAM * y)[0]


def zero(expression):
    return sympy.simplify(expression) == 0


FIRST = -dot(G - mu * W, G - W)
SECOND = -dot(T - a * G, T - ASCENT)
VALUES = {"*": sympy.Integer(0), "w": sympy.Symbol("hw"), "a": sympy.Symbol("ha")}
SHIFTED = {"*": (0 * W, 0 * W), "w": (W, G - mu * W), "a": (ASCENT, T - mu * ASCENT)}


def slack(pair):
    """T1's inequality of an ordered pair, in h = f - mu |.|^2 / 2."""
    (xi, ki), (xj, kj) = (SHIFTED[i] for i in pair)
    rise = VALUES[pair[0]] - VALUES[pair[1]]
    return rise - dot(kj, xi - xj) - dot(ki - kj, ki - kj) / (2 * L)


ROUND = slack("w*") + slack("*a") + slack("aw")


def test_the_two_spheres_are_sums_of_inequalities():
    assert zero(L * (slack("*w") + slack("w*")) - FIRST)
    assert zero(L * ROUND - FIRST - SECOND)


def test_the_certificate():
    rest = T - A * G + B * W
    held = u * FIRST + v * SECOND + v * theta * H / (4 * a) * dot(rest, rest)
    left = 2 * dot(W, T) - alpha * dot(T, T) - least * dot(G, G)
    assert zero(left - held)
    assert zero(4 * alpha * least - SQUARE)


def test_its_multipliers_are_not_negative():
    # Of FIRST alone u - v; if a theta < H, then s < 1, and theta H > 4 a.
    assert zero(u - v - v * (a * theta - H) / H)
    assert zero(a * theta - H - (2 * m * sigma - mu * (1 - s) * theta))
    # The least theta, and there H > 0 and the sign of 4 a - theta H.
    root_a, root_b = sympy.symbols("p q", positive=True)
    start = m * s + root_a * root_b
    product = (start * H.subs(theta, start) - (root_b - m * root_a) ** 2).expand()
    squares = {root_a**2: a, root_b**2: b, root_a**3: a * root_a, root_b**3: b * root_b}
    assert zero(product.subs(squares).expand())
    assert zero(BOX.subs(theta, start).expand().subs(squares))


def test_at_mu_0_it_is_the_convex_limit():
    flat = SQUARE.subs(m, 0)
    (best,) = sympy.solve(sympy.diff(flat, theta), theta)
    r = sympy.sqrt(1 + s)
    assert zero(best**2 - 2 * r)
    assert zero(flat.subs(theta, sympy.sqrt(2 * r)) - (2 * r * (2 - r)) ** 2)
    # And its first correction, 2 sqrt(2 r) (r - 1)^2 sqrt(mu).
    r = sympy.Symbol("r", positive=True)
    slope = sympy.diff(sympy.log(SQUARE), m).subs(m, 0)
    slope = slope.subs(s, r**2 - 1).subs(theta, sympy.sqrt(2 * r)) / 2
    assert zero(slope * 2 * r * (2 - r) - 2 * sympy.sqrt(2 * r) * (r - 1) ** 2)


def test_the_worst_functions_two_other_inequalities():
    k, top, d = G - mu * W, T - mu * ASCENT, W - G
    assert zero(L * (slack("wa") + slack("aw")) - SECOND + dot(T - a * G, d))
    assert zero(L * (slack("a*") + slack("*a")) - L * dot(top, ASCENT) + dot(top, top))
    assert zero(L * dot(top, ASCENT) - dot(top, top) - SECOND + dot(k, T - ASCENT))
    # FIRST is <k, d>, 0; in k and d the products above have the signs of these.
    assert zero(FIRST - dot(k, d))
    high = A * G - B * W
    along = L * (high - a * G) - (mu * (A - a) - B) * d - (A - B - a) * k
    across = L * (high - ASCENT) - (mu * A - B - a) * d - (A - B - b) * k
    assert all(zero(part) for part in (*along, *across))


def test_the_worst_functions_place():
    # SECOND at g' = A g - B w, |g| = 1, <w, g> = P, FIRST = 0: linear in P.
    far = ((1 + mu) * P - 1) / mu
    p, q = sympy.symbols("A B")
    met = -(
        (p - a) * (p - s) - ((p - a) * (q + 1) + (p - s) * q) * P + q * (q + 1) * far
    )
    at = {GRAM[0, 0]: far, GRAM[0, 1]: P, GRAM[1, 1]: 1}
    top = p * G - q * W
    assert zero(met + dot(top - a * G, top - ASCENT).subs(at))
    lam = p - q
    assert zero(met.subs(P, 1) + (lam - a) * (lam - b))
    other = p - q / mu
    assert zero(met.subs(P, 1 / mu) + (other - a) * (other - a / mu))
    assert zero((A - B / mu) - 2 * a / (theta * H) * (sigma - theta / m))
    # |w|^2 >= <w, g>^2 between P = 1 and P = 1 / mu.
    assert zero(far - P**2 - (P - 1) * (1 - mu * P) / mu)


def test_it_falls_in_the_radius():
    # The step of the proof, C = P + s; at P = 1 it is (q - p)(q - mu p) > 0.
    C = P + s
    left = sigma * (C + a * P) - 2 * a * C
    assert zero(left - s * (C + mu * a * P + a * (P - 1)))
    p, q = sympy.symbols("p q", positive=True)
    assert zero(q**2 + mu * p**2 - (1 + mu) * p * q - (q - p) * (q - mu * p))


def worst_in_the_plane(mu, s):
    r"""The least of $2\langle w,g'\rangle/(|g||g'|)$, g' farthest from w in its ball.

    |g| = 1; g lies on the circle of diameter [mu w, w], g' in the ball of diameter
    [a g, w + s g]: angles only, over |w|.
    """
    a = 1 + s * mu

    def twice(log):
        length = np.exp(log)
        P = (1 + mu * length**2) / (1 + mu)
        across = np.sqrt(max(length**2 - P**2, 0))
        w, g = np.array([length, 0]), np.array([P, across]) / length
        ends = a * g, w + s * g
        center, radius = (ends[0] + ends[1]) / 2, np.hypot(*(ends[1] - ends[0])) / 2
        angle = np.arctan2(center[1], center[0])
        return 2 * length * np.cos(angle + np.arcsin(radius / np.hypot(*center)))

    grid = np.linspace(0, -np.log(mu), 400)
    k = int(np.argmin([twice(x) for x in grid]))
    around = grid[max(k - 1, 0)], grid[min(k + 1, 399)]
    return minimize_scalar(twice, bounds=around, options={"xatol": 1e-12}).fun


@pytest.mark.parametrize("s", [0.2, 1.0, 2.0, 3.0, 6.0, 40.0])
@pytest.mark.parametrize("mu", [0.003, 0.02, 0.1, 0.3, 0.6])
def test_the_formula_is_the_least_over_the_plane(mu, s):
    worst = max(worst_in_the_plane(mu, s), 0.0)
    assert ssam_fejer_limit_strong(mu, 1.0, s) == pytest.approx(worst, abs=2e-8)


def test_values_that_semidefinite_programmes_gave():
    found = ssam_fejer_limit_strong([0.1, 0.1, 0.1, 0.3], 1.0, [1, 2, 3, 10])
    np.testing.assert_allclose(
        found, [1.840116, 1.569813, 1.292090, 1.553232], atol=1e-6
    )
    units = ssam_fejer_limit_strong(0.3, 3.0, 2 / 3)
    assert 3 * units == pytest.approx(float(found[1]), rel=1e-12)


@pytest.mark.parametrize(
    ("mu", "s"), [(0.01, 2.0), (0.1, 1.0), (0.1, 9.0), (0.3, 10.0), (0.6, 0.5)]
)
def test_the_worst_function_is_of_the_class_and_attains_the_limit(mu, s):
    data = [np.array(part) for part in ssam_fejer_data(mu, s)]
    gap = gaps(*data, mu, 1.0)
    assert gap.min() > -1e-12
    assert min(gap[1, 2], gap[2, 0]) > 1e-4  # the other four are equalities
    f, limit = ssam_fejer_worst(mu, s), float(ssam_fejer_limit_strong(mu, 1.0, s))
    w = f.points[1]
    g = f.gradient(w)
    d = f.gradient(w + s * g)
    d = d * np.linalg.norm(g) / np.linalg.norm(d)
    for share, sign in ((0.999, -1), (1.001, 1)):
        change = share * limit * d @ d - 2 * w @ d
        assert np.sign(change) == sign
    assert 2 * w @ d / (d @ d) == pytest.approx(limit, abs=1e-12)


@pytest.mark.parametrize(("mu", "s"), [(0.02, 2.5), (0.1, 1.0), (0.4, 8.0)])
def test_no_step_within_the_limit_leads_away(mu, s):
    # Sums of Hubers of minimiser 0, divided by their smoothness.
    limit = float(ssam_fejer_limit_strong(mu, 1.0, s))
    for seed in range(20):
        rng = np.random.default_rng(seed)
        C = rng.normal(size=(4, 2))
        C *= np.sqrt((1 - mu) / np.linalg.eigvalsh(C.T @ C).max())
        x = rng.normal(size=(400, 2)) * 10 ** rng.uniform(-1, 2, (400, 1))

        def slope(x, C=C):
            return np.clip(x @ C.T, -1, 1) @ C + mu * x

        g = slope(x)
        d = slope(x + s * g)
        d *= np.sqrt((g**2).sum(-1) / (d**2).sum(-1))[:, None]
        for share in (0.5, 1.0):
            eta = share * limit
            ratio = ((x - eta * d) ** 2).sum(-1) / (x**2).sum(-1)
            assert (ratio <= ssam_nearing_factor(eta, limit, mu) + 1e-12).all()
    assert ssam_nearing_factor(1.0, 1.8, 0.5) == pytest.approx(0.8)


def test_it_lies_between_usams_limit_and_that_of_convergence():
    mu, s = np.meshgrid([0.003, 0.05, 0.1, 0.3, 0.8], np.geomspace(0.05, 500, 25))
    limit = ssam_fejer_limit_strong(mu, 1.0, s)
    usam, convergence = distance_limit(mu, 1.0, s), regimes.ssam_limit(mu, 1.0, s)
    assert (limit < convergence).all()
    assert (limit >= (1 + mu * s) * usam).all()
    assert ((limit > 0) == (s < limit_end(1 / mu))).all()
    assert (np.diff(limit, axis=0) <= 0).all() and (np.diff(limit, axis=1) >= 0).all()


def test_the_limit_at_every_radius():
    kappa = np.array([1.0, 1.5, 2.0, 5.0, 5.9, 20.0])
    limit = ssam_n_fejer_limit(1 / kappa, 1.0)
    far = ssam_fejer_limit_strong(1 / kappa, 1.0, 1e7)
    np.testing.assert_allclose(limit, far, atol=1e-5)
    assert (limit > 0).tolist() == [True] * 4 + [False] * 2
    assert ssam_n_fejer_limit(1.0, 2.0) == pytest.approx(np.sqrt(2) - 0.5)


def test_its_edges():
    for rho in (0.3, 1.0, 2.9, 3.0, 8.0):
        expected = regimes.ssam_fejer_limit(1.0, rho)
        assert ssam_fejer_limit_strong(0.0, 1.0, rho) == pytest.approx(expected)
    assert ssam_fejer_limit_strong(2.0, 2.0, 5.0) == 1.0  # mu = beta, GD
    assert ssam_fejer_limit_strong(0.3, 2.0, 0.0) == 1.0
    with pytest.raises(ValueError, match="mu must be finite and >= 0"):
        ssam_fejer_limit_strong(-0.1, 1.0, 1.0)
    with pytest.raises(ValueError, match="takes mu in"):
        ssam_fejer_worst(0.1, 10.0)


def test_no_formula_in_radicals_gives_it():
    # At mu = 1/4, s = 2 theta is a root of a quintic of Galois group S5: irreducible
    # modulo 11, of factors of degrees 2 and 3 modulo 23.
    at = SQUARE.subs({m: sympy.Rational(1, 2), s: 2})
    quintic = sympy.Poly(
        50 * theta**5
        - 175 * theta**4
        - 100 * theta**3
        + 148 * theta**2
        + 616 * theta
        + 784,
        theta,
    )
    slope = sympy.numer(sympy.together(sympy.diff(at, theta)))
    assert sympy.rem(sympy.Poly(slope, theta), quintic).is_zero
    # The square of the limit satisfies one with the same property.
    y = sympy.Symbol("y")
    level = sympy.numer(sympy.together(y - at))
    eliminated = sympy.Poly(sympy.resultant(quintic, level, theta), y).primitive()[1]
    whole = [int(c) for c in eliminated.all_coeffs()]
    assert len(whole) == 6 and abs(whole[0]) == 128
    for prime, degrees in ((11, [5]), (23, [2, 3])):
        _, factors = gf_factor([c % prime for c in whole], prime, ZZ)
        assert (
            sorted(len(f) - 1 for f, times in factors for _ in range(times)) == degrees
        )
    limit = float(ssam_fejer_limit_strong(0.25, 1.0, 2.0))
    roots = np.roots(np.array(whole, dtype=float))
    assert np.abs(roots - limit**2).min() < 1e-9
