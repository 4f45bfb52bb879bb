"""T1 to T3, T10, T14 and N3: the algebra in symbols, the limits on functions."""

import numpy as np
import pytest
import sympy
from sympy import Matrix, Rational, simplify, sqrt

from landscapes import load
from landscapes.interpolant import Interpolant
from tests.test_interpolant import sampled
from theory import convergence, pair_factors, regimes
from theory.methods import make

a, b, s, eta, rho, gamma, mu = sympy.symbols("a b s eta rho gamma mu", positive=True)

# Vectors are combinations of w, g, g'; their products are the symbols of a Gram matrix.
GRAM = Matrix(3, 3, lambda i, j: sympy.Symbol(f"G{min(i, j)}{max(i, j)}", real=True))
W, G, H = (Matrix([int(i == k) for i in range(3)]) for k in range(3))
ZERO = Matrix([0, 0, 0])


def dot(u, v):
    return (u.T * GRAM * v)[0]


def square(v):
    return dot(v, v)


# Points, gradients and values of a convex f of beta = 1 with its minimiser at 0.
F0, FW, FA = sympy.symbols("f_0 f_w f_a")
PLACES = {"*": (ZERO, ZERO, F0), "w": (W, G, FW), "wa": (W + s * G, H, FA)}


def slack(i, j):
    """The interpolation inequality's slack, beta = 1, mu = 0."""
    (x, g, f), (y, h, e) = PLACES[i], PLACES[j]
    return f - e - dot(h, x - y) - square(g - h) / 2


def residual(scale, weights):
    """What 2<w, g'> - scale |g'|^2 leaves once weighted slacks are taken off."""
    taken = sum(weight * slack(*pair) for pair, weight in weights.items())
    return sympy.expand(2 * dot(W, H) - scale * square(H) - taken)


def step(f, name, radius, x, rate):
    method = make(name)
    if radius is not None:
        method = method.having(rho=radius)
    d, _, _ = method.direction(x, (), f.gradient)
    return x - rate * d


def length(v):
    return np.sqrt((v**2).sum(-1))


def test_the_two_inequalities_of_a_pair_are_t1s_ball():
    # Of w and w + rho g, for f less mu |x|^2 / 2, whose smoothness is l = beta - mu.
    beta = sympy.Symbol("beta", positive=True)
    a_, b_ = 1 + rho * mu, 1 + rho * beta
    rise = dot(H - a_ * G, rho * G)  # <change of the gradient, change of the point>
    both = rise - square(H - a_ * G) / (beta - mu)
    ball = dot(H - a_ * G, H - b_ * G)
    assert simplify(both + ball / (beta - mu)) == 0


def test_the_ball_bounds_the_length_and_t2s_angle():
    # |g| = 1, g' = n (cos t): the ball is n^2 - (a+b) n cos t + ab <= 0.
    n = sympy.Symbol("n", positive=True)
    least_cos = (n + a * b / n) / (a + b)
    # At cos t = 1 it is (n - a)(n - b) <= 0, hence a <= n <= b.
    assert sympy.factor(n**2 - (a + b) * n + a * b) == (a - n) * (b - n)
    (best,) = sympy.solve(sympy.diff(least_cos, n), n)
    assert simplify(best - sqrt(a * b)) == 0
    assert sympy.diff(least_cos, n, 2).subs(n, best).is_positive
    assert simplify(least_cos.subs(n, best) - 2 * sqrt(a * b) / (a + b)) == 0


def test_usams_descent_is_the_larger_ball():
    # <g, g'> >= |g'|^2 / b, since the ball of [0, bg] holds that of [ag, bg].
    ball = dot(H - a * G, H - b * G)
    rest = a * dot(G, b * G - H)  # >= 0, since |g'| <= b |g|
    assert sympy.expand(b * dot(G, H) - square(H) + ball - rest) == 0


def test_the_ratio_of_the_descent_regimes():
    ratio = 4 * sqrt(a * b) / (a + b) / (2 / b)
    assert simplify(ratio - 2 * b ** Rational(3, 2) * sqrt(a) / (a + b)) == 0
    convex = ratio.subs({a: 1, b: 1 + s})
    assert simplify(convex - 2 * (1 + s) ** Rational(3, 2) / (2 + s)) == 0
    # 4 (1+s)^3 - (2+s)^2 has positive coefficients: the ratio exceeds 1.
    excess = sympy.Poly(sympy.expand(4 * (1 + s) ** 3 - (2 + s) ** 2), s)
    assert all(c >= 0 for c in excess.coeffs()) and excess.degree() == 3
    t = sympy.Symbol("t", positive=True)
    concave = ((1 + t) ** 3 * (1 - t)).subs(t, s)  # the square, for mu = -beta
    assert simplify(ratio.subs({a: 1 - s, b: 1 + s}) ** 2 - concave) == 0
    assert sympy.solve(sympy.diff(concave, s), s) == [Rational(1, 2)]
    assert concave.subs(s, Rational(1, 2)) == Rational(27, 16)
    tribonacci = (t - 1) * (t**3 - t**2 - t - 1)
    assert simplify(concave.subs(s, t - 1) - 1 + tribonacci) == 0


def test_the_ratio_is_that_of_the_limits():
    radius = np.linspace(0, 0.999, 50)
    for low in (-1.0, 0.0, 0.4):
        ratio = regimes.ssam_limit(low, 1, radius) / regimes.usam_limit(low, 1, radius)
        np.testing.assert_allclose(regimes.descent_gain(low, 1, radius), ratio)
    crossing = regimes.gain_crossing()
    assert crossing == pytest.approx(0.839286755214161, abs=1e-14)
    assert regimes.descent_gain(-1, 1, crossing) == pytest.approx(1, abs=1e-13)
    assert regimes.descent_gain(-2, 2, 0.25) == pytest.approx(np.sqrt(27 / 16))


def test_without_a_there_is_no_regime():
    assert regimes.usam_limit(-1, 1, [1.0, 1.5]).tolist() == [1.0, 0.0]
    assert regimes.ssam_limit(-1, 1, [1.0, 1.5]).tolist() == [0.0, 0.0]
    assert regimes.cosine(-1, 1, [1.0, 1.5]).tolist() == [0.0, -1.0]
    assert regimes.gamma_range(-1, 1, [0.5, 1.5])[1].tolist() == [2.0, np.inf]


LIMITS = {
    "gd": lambda f, r: regimes.gd_limit(f.beta),
    "usam": lambda f, r: regimes.usam_limit(f.mu, f.beta, r),
    "ssam": lambda f, r: regimes.ssam_limit(f.mu, f.beta, r),
}


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("low", [0.0, 0.5, -0.5])
def test_at_the_limit_no_step_of_the_class_rises(name, low):
    for seed in range(12):
        f = sampled(seed, mu=low)
        radius = np.random.default_rng(seed).uniform(0.1, 0.99) / 0.5
        x = f.points[:, None] + np.random.default_rng(seed).normal(size=(4, 60, f.dim))
        rate = LIMITS[name](f, radius)
        rise = f.value(step(f, name, radius if name != "gd" else None, x, rate))
        rise = rise - f.value(x)
        assert rise.max() <= 1e-12 * (1 + np.abs(f.value(x)).max())


@pytest.mark.parametrize("name", ["gd", "usam"])
@pytest.mark.parametrize("radius", [0.3, 2.0])
def test_a_quadratic_attains_the_limits_of_gd_and_usam(name, radius):
    f, x = load("quadratic", spectrum=[1.5]), np.array([1.0])
    limit = {"gd": regimes.gd_limit(1.5), "usam": regimes.usam_limit(0, 1.5, radius)}
    for share, rises in ((0.999, False), (1.001, True)):
        y = step(f, name, None if name == "gd" else radius, x, share * limit[name])
        assert (f.value(y) > f.value(x)) == rises


def test_ssam_n_keeps_the_limit_of_an_infinite_radius():
    kappa, r = sympy.symbols("kappa r", positive=True)
    cos = 2 * sqrt((1 + r / kappa) * (1 + r)) / (2 + r + r / kappa)
    limit = sympy.limit(2 * cos, r, sympy.oo)
    assert simplify(limit - 4 * sqrt(kappa) / (1 + kappa)) == 0
    radius = 10.0 ** np.arange(-3, 9)
    limits = regimes.ssam_limit(0.2, 1.4, radius)
    assert (np.diff(limits) < 0).all()
    assert regimes.ssam_n_limit(0.2, 1.4) == pytest.approx(limits[-1], rel=1e-6)


def test_t14_the_cycle_leaves_the_form_quoted():
    cycle = dict.fromkeys([("*", "wa"), ("w", "*"), ("wa", "w")], 2)
    form = (2 - eta * gamma) * square(H) + 2 * (1 + s) * (square(G) - dot(G, H))
    assert sympy.expand(residual(eta * gamma, cycle) - form) == 0
    # USAM, gamma = 1: the determinant of the form vanishes at (3 - s)/2.
    determinant = (2 - eta) * 2 * (1 + s) - (1 + s) ** 2
    assert sympy.solve(determinant, eta) == [Rational(3, 2) - s / 2]


def test_t14_with_unequal_weights_it_is_2_over_1_plus_s():
    weights = {("*", "wa"): 2, ("w", "*"): 2 * s, ("wa", "w"): 2 * s}
    weights["wa", "*"] = 2 - 2 * s  # >= 0 while s <= 1
    form = (2 - eta) * square(H) + 2 * s * (1 + s) * square(G) - 4 * s * dot(G, H)
    assert sympy.expand(residual(eta, weights) - form) == 0
    determinant = (2 - eta) * 2 * s * (1 + s) - 4 * s**2
    (limit,) = sympy.solve(determinant, eta)
    assert simplify(limit - 2 / (1 + s)) == 0


def test_t14_the_least_over_gamma_is_at_its_middle():
    # |g| = gamma |g'| and Cauchy-Schwarz: eta <= the least of this over gamma.
    allowed = 2 / gamma + 2 * (1 + s) * gamma - 2 * (1 + s)
    (best,) = sympy.solve(sympy.diff(allowed, gamma), gamma)
    assert simplify(best - 1 / sqrt(1 + s)) == 0
    root = sqrt(1 + s)
    assert simplify(allowed.subs(gamma, best) - 2 * root * (2 - root)) == 0


def test_t14_the_gain_grows_from_1_to_2():
    r = np.linspace(0, 2.999, 3000)
    gain = regimes.fejer_gain(2.0, r / 2)
    usam, ssam = (
        limit(2.0, r / 2)
        for limit in (regimes.usam_fejer_limit, regimes.ssam_fejer_limit)
    )
    np.testing.assert_allclose(gain, ssam / usam, rtol=1e-11)
    assert gain[0] == 1 and (np.diff(gain) > 0).all() and 1.999 < gain[-1] < 2
    assert np.isnan(regimes.fejer_gain(1, 3.0))
    for limit in (regimes.usam_fejer_limit, regimes.ssam_fejer_limit):
        assert limit(1.0, [3.0, 7.0]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("name", ["usam", "ssam"])
@pytest.mark.parametrize("size", [0.3, 1.0, 2.0, 2.9])
def test_t14_within_the_limit_no_step_leads_away_from_the_minimiser(name, size):
    limits = {"usam": regimes.usam_fejer_limit, "ssam": regimes.ssam_fejer_limit}
    with_minimum = [
        f for f in (sampled(n, k=5) for n in range(20)) if f.critical_points
    ]
    assert len(with_minimum) > 10
    for seed, f in enumerate(with_minimum):
        rng = np.random.default_rng(seed)
        radius = size / f.beta
        rate = limits[name](f.beta, radius)
        least = f.critical_points[0].point
        x = least + rng.normal(size=(300, 2)) * 10 ** rng.uniform(-2, 1, (300, 1))
        y = step(f, name, radius, x, rate)
        assert (length(y - least) <= length(x - least) * (1 + 1e-12)).all()


def test_t14_a_quadratic_attains_usams_first_branch():
    f, x = load("quadratic", spectrum=[1.0]), np.array([1.0])
    rate = regimes.usam_fejer_limit(1.0, 0.7)
    assert length(step(f, "usam", 0.7, x, 1.001 * rate)) > 1
    assert length(step(f, "usam", 0.7, x, rate)) == pytest.approx(1, rel=1e-12)


def pair_form(tau, first, second):
    """The form tau |D|^2 - |D - eta z|^2 less two multiples of co-coercivity.

    Of `first`: <u, D - u>; of `second`: <z, D + rho u - z>.
    """
    D, u, z = (Matrix([int(i == k) for i in range(3)]) for k in range(3))
    form = tau * D * D.T - (D - eta * z) * (D - eta * z).T
    for weight, v, x in ((first, u, D), (second, z, D + rho * u)):
        form -= weight * ((v * (x - v).T) + (x - v) * v.T) / 2
    return form


def test_n3_the_certificate_for_mu_0_has_rank_one():
    tau = 1 + eta * rho**2 / ((2 + rho) * (4 - (2 + rho) * eta))
    form = pair_form(tau, 4 * (tau - 1), 4 * eta / (2 + rho))
    k = (eta - 2 * eta / (2 + rho)) / (tau - 1)
    v = Matrix([1, -2, k])
    assert (form - (tau - 1) * v * v.T).applyfunc(simplify) == sympy.zeros(3, 3)
    # tau > 1 while (2 + rho) eta < 4: positive semidefinite, multipliers >= 0.
    closed = pair_factors.usam_pair_factor(0.5, 0.0, 1.0, 1.7) ** 2
    assert closed == pytest.approx(float(tau.subs({eta: 0.5, rho: 1.7})), rel=1e-14)


def test_n3_the_factor_is_the_largest_over_the_ball():
    # At most |D - eta (1+mu) y/2| + eta (1-mu)|y|/2 for the y of T1's ball, and the
    # function is convex in y: the largest lies on the sphere, here in the plane.
    rng, turn = np.random.default_rng(0), np.exp(1j * np.linspace(0, np.pi, 20001))
    bent = 0
    for _ in range(400):
        low = rng.choice([0.0, rng.uniform(0, 1)])
        radius, rate = 10 ** rng.uniform(-2, 1.5), 10 ** rng.uniform(-2, 1.3)
        p, q = 1 + radius * low, 1 + radius
        y = (p + q) / 2 + (q - p) / 2 * turn
        reach = abs(1 - rate * (1 + low) * y / 2) + rate * (1 - low) * abs(y) / 2
        factor = pair_factors.usam_pair_factor(rate / 3, low * 3, 3.0, radius / 3)
        assert factor == pytest.approx(reach.max(), rel=1e-8)
        bent += factor > max(1 - rate * low * p, rate * q - 1) * (1 + 1e-9)
    assert bent > 100  # the new branch was tried


def worst_pair(rate, low, radius, far=1e3):
    """A function on which two USAM steps part by the factor, in three dimensions.

    The pair's common gradient, `far` along an axis of its own, keeps the two points
    and the two ascent points out of each other's reach.
    """
    p, q = 1 + radius * low, 1 + radius
    angle = np.linspace(0, np.pi, 2000001)
    y = (p + q) / 2 + (q - p) / 2 * np.exp(1j * angle)
    reach = abs(1 - rate * (1 + low) * y / 2) + rate * (1 - low) * abs(y) / 2
    y = y[reach.argmax()]
    away = 1 - rate * (1 + low) * y / 2
    z = (1 + low) * y / 2 - (1 - low) * abs(y) / 2 * away / abs(away)
    u = (y - 1) / radius

    def plane(number, third=0.0):
        return np.array([np.real(number), np.imag(number), third])

    v, w, g = plane(0), plane(1), plane(0, far)
    ascent_g = (p + q) / 2 * g  # the middle of T1's ball: as slack as can be
    points = [v, w, v + radius * g, w + radius * (g + plane(u))]
    gradients = [g, g + plane(u), ascent_g, ascent_g + plane(z)]

    def rise(i, j):
        """f_j - f_i where the two inequalities of the pair leave no choice."""
        dx = points[j] - points[i]
        dg = gradients[j] - gradients[i] - low * dx
        shifted = (gradients[i] - low * points[i]) @ dx + dg @ dg / 2 / (1 - low)
        return shifted + low * (points[j] @ points[j] - points[i] @ points[i]) / 2

    # Between the least and the most that (v, v + radius g) allow.
    top = (g + ascent_g) @ (radius * g) / 2
    values = [0.0, rise(0, 1), top, top + rise(2, 3)]
    return Interpolant(points, gradients, values, low, 1.0, tolerance=1e-11)


@pytest.mark.parametrize(
    ("rate", "low", "radius"),
    [(0.5, 0.0, 1.0), (0.9, 0.0, 0.3), (0.2, 0.1, 6.0), (0.5, 0.3, 2.0), (1.3, 0.1, 1)],
)
def test_n3_the_factor_is_attained(rate, low, radius):
    f = worst_pair(rate, low, radius)
    v, w = np.array(f.points[:2])
    apart = length(step(f, "usam", radius, w, rate) - step(f, "usam", radius, v, rate))
    # Gradients of size 1e3 (1 + rho), their differences of size 1.
    assert apart == pytest.approx(
        pair_factors.usam_pair_factor(rate, low, 1, radius), rel=1e-9
    )


def test_n3_for_small_rates_pairs_part_from_a_radius_on():
    for kappa, desired in ((10.0, 4.298), (8.0, None), (30.0, None)):
        low = 1 / kappa
        q = ((kappa**0.5 + 1) / (kappa**0.5 - 1)) ** 2
        edge = (q - 1) / (1 - q / kappa)
        closed = 4 * low**0.5 / ((1 + low) * (1 - low - 2 * low**0.5))
        assert edge == pytest.approx(closed, rel=1e-12)
        assert desired is None or edge == pytest.approx(desired, abs=1e-3)
        assert pair_factors.usam_pair_factor(1e-6, low, 1, 0.99 * edge) < 1
        assert pair_factors.usam_pair_factor(1e-6, low, 1, 1.01 * edge) > 1
    radius = 10.0 ** np.linspace(-2, 4, 200)
    factor = pair_factors.usam_pair_factor(1e-6, 0.18, 1, radius)
    assert (factor < 1).all()  # kappa < 5.8


def test_n3_on_a_quadratic_two_ssam_steps_part_above_their_limit():
    low, radius = 0.3, 3.0
    f = load("quadratic", spectrum=[1.0, low])
    v, w = np.array([[0.0, 1e8], [1.0, 1e8]])
    limit = pair_factors.ssam_pair_limit(low, 1.0, radius)
    assert limit == pytest.approx(2 * 1.9 / 4)
    for rate in (0.9 * limit, limit, 1.0):
        apart = length(
            step(f, "ssam", radius, w, rate) - step(f, "ssam", radius, v, rate)
        )
        assert apart == pytest.approx(abs(1 - rate * 4 / 1.9), rel=1e-6)


def test_t10_the_bound_holds_for_sam_up_to_1_over_beta():
    for seed in range(8):
        f = sampled(seed, mu=0.3)
        (least,) = f.critical_points
        x, low = f.points, f.value(least.point)
        first = f.value(x) - low
        for share, radius in ((1.0, 0.3), (0.4, 2.0)):
            x, rate = f.points, share / f.beta
            shrink = convergence.pl_rate(rate, f.mu, f.beta)
            floor = convergence.pl_floor(rate, f.mu, f.beta, radius)
            for t in range(1, 40):
                x = step(f, "sam", radius, x, rate)
                bound = shrink**t * first + floor
                assert (f.value(x) - low <= bound * (1 + 1e-12)).all()


def test_t10_the_cycle_exceeds_its_floor_above_2_over_mu_plus_beta():
    for share, above in ((0.99, False), (1.01, True)):
        rate = share * 2 / (0.2 + 1.5)
        half = rate * 0.7 * 1.5 / (2 - rate * 1.5)
        level = 1.5 * half**2 / 2
        ratio = level / convergence.pl_floor(rate, 0.2, 1.5, 0.7)
        assert ratio == pytest.approx(rate * 0.2 / (2 - rate * 1.5), rel=1e-12)
        assert (ratio > 1) == above


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: regimes.ssam_limit(0, 0, 1), "beta must be finite and > 0, got 0."),
        (lambda: regimes.usam_limit(2, 1, 1), "mu must be finite and <= beta, got 2."),
        (lambda: regimes.cosine(0, 1, [1, -2]), "rho must be finite and >= 0, got -2."),
        (lambda: regimes.ssam_fejer_limit(1, np.nan), "rho must be finite"),
        (lambda: regimes.ssam_n_limit(0, 1), "mu must be finite and > 0, got 0."),
        (lambda: convergence.pl_rate(2, 0.1, 1), "eta must be finite and in"),
        (
            lambda: pair_factors.usam_pair_factor(0, 0, 1, 1),
            "eta must be finite and > 0",
        ),
        (
            lambda: pair_factors.usam_pair_factor(1, -1, 1, 1),
            "mu must be finite and >= 0",
        ),
        (lambda: regimes.cycle_beta(2, 1, 1), "eta mu < 2"),
    ],
)
def test_numbers_out_of_range_are_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert "\n" not in str(error.value)
