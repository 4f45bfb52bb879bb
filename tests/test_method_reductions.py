"""What each method becomes at the ends of its hyperparameters, and its own formula."""

import numpy as np
import pytest

from landscapes import load
from landscapes.components import Components
from landscapes.quadratic import Quadratic
from landscapes.sample import Sample
from tests import reference
from tests.checks import RTOL, cases
from theory import simulate
from theory.method import maximum, sign
from theory.methods import make
from theory.methods.linf_sam import LinfSAM
from theory.methods.lookahead_sam import LookaheadSAM
from theory.methods.msam import MSAM
from theory.methods.sam import SAM
from theory.methods.sam_polyak import SAMPolyak
from theory.methods.stable import Stable
from theory.methods.unified_sam import UnifiedSAM
from theory.methods.usam import USAM
from theory.symbolic import closed_form


class LeastSquares:
    """The mean of (a_i w - y_i)^2 / 2 over a batch, with the size and shards of it."""

    def __init__(self, A, y):
        self.A, self.y, self.size, self.calls = A, y, len(y), 0

    def __call__(self, w):
        self.calls += self.size
        return (w @ self.A.T - self.y) @ self.A / self.size

    def split(self, m):
        self.shards = [
            LeastSquares(self.A[part], self.y[part])
            for part in np.array_split(np.arange(self.size), m)
        ]
        return self.shards


RNG = np.random.default_rng(3)
DATA = LeastSquares(RNG.normal(size=(7, 3)), RNG.normal(size=7))
W = RNG.normal(size=3)


def same(method, other, rho):
    """Bit for bit on every case."""
    for _, landscape, w, _ in cases():
        sample = Sample(landscape)
        d, g, _ = method(rho).direction(w, (), sample)
        desired, g_desired, _ = other(rho).direction(w, (), sample)
        np.testing.assert_array_equal(d, desired)
        np.testing.assert_array_equal(g, g_desired)


@pytest.mark.parametrize("rho", [0.0, 0.1, 3.0])
def test_at_its_ends_a_method_is_another_one_bit_for_bit(rho):
    same(lambda rho: UnifiedSAM(rho, 0), USAM, rho)
    same(lambda rho: UnifiedSAM(rho, 0.0), USAM, rho)
    same(lambda rho: UnifiedSAM(rho, 1), SAM, rho)
    same(lambda rho: LookaheadSAM(rho, 0.0), SAM, rho)
    same(lambda rho: MSAM(rho, 1), SAM, rho)
    same(lambda rho: Stable(UnifiedSAM(rho, 0.0)), lambda rho: make("ssam", rho=rho), 1)


@pytest.mark.parametrize("lam", [0.0, 0.2, 0.7, 1.0])
@pytest.mark.parametrize("ahead", [0.0, 0.3])
def test_between_its_ends_a_method_is_its_formula(lam, ahead):
    for H, landscape, w, rho in cases():
        g, n = H @ w, reference.length(H @ w)
        for method, e in (
            (UnifiedSAM(rho, lam), rho * (1 - lam) * g + rho * lam * g / n),
            (LookaheadSAM(rho, ahead), rho * g / n - ahead * g),
            (LinfSAM(rho), rho * np.where(g > 0, 1.0, -1.0)),
        ):
            d, _, _ = method.direction(w, (), Sample(landscape))
            size = reference.length(w) + reference.length(e)
            np.testing.assert_allclose(d, H @ (w + e), rtol=0, atol=10 * RTOL * size)


def test_without_noise_in_one_dimension_the_cube_is_the_ball():
    x = RNG.normal(size=(50, 1)) * np.logspace(-8, 8, 50)[:, None]
    bowl = Sample(Quadratic(np.array([1.7])))
    np.testing.assert_array_equal(
        LinfSAM(0.3).direction(x, (), bowl)[0], SAM(0.3).direction(x, (), bowl)[0]
    )


def test_the_cube_s_corner_is_the_steepest_point_of_the_cube():
    g, rho = RNG.normal(size=5), 0.2
    e = LinfSAM(rho).direction(np.zeros(5), (), lambda x: g + x)[0] - g
    # The maximum of <g, e> over the cube is rho |g|_1.
    assert g @ e == pytest.approx(rho * np.abs(g).sum(), rel=1e-12)
    assert np.abs(e).max() == pytest.approx(rho, rel=1e-12)


# mSAM


def by_hand(m, rho):
    """sum_j (b_j / b) g_j(w + rho u(g_j)) with contiguous shards, by loops."""
    n, d, g, start = 7, np.zeros(3), np.zeros(3), 0
    for j in range(m):
        size = n // m + (j < n % m)
        A, y = DATA.A[start : start + size], DATA.y[start : start + size]
        start += size
        g_j = A.T @ (A @ W - y) / size
        e = rho * g_j / reference.length(g_j)
        d += size / n * (A.T @ (A @ (W + e) - y) / size)
        g += size / n * g_j
    return d, g


@pytest.mark.parametrize("m", [1, 2, 3, 7])
@pytest.mark.parametrize("rho", [0.0, 0.1, 2.0])
def test_every_shard_of_msam_has_an_ascent_of_its_own(m, rho):
    d, g, _ = MSAM(rho, m).direction(W, (), DATA)
    for actual, desired in zip((d, g), by_hand(m, rho), strict=True):
        np.testing.assert_allclose(actual, desired, rtol=1e-12, atol=1e-13)
    # The raw gradient is that of the whole batch.
    np.testing.assert_allclose(g, DATA(W), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("m", [2, 3, 8])
def test_identical_shards_are_one_of_them(m):
    A, y = DATA.A[:3], DATA.y[:3]
    batch = LeastSquares(np.tile(A, (m, 1)), np.tile(y, m))
    d, g, _ = MSAM(0.3, m).direction(W, (), batch)
    desired, g_desired, _ = SAM(0.3).direction(W, (), LeastSquares(A, y))
    # Up to the rounding of a sum of m equal terms.
    np.testing.assert_allclose(d, desired, rtol=1e-14)
    np.testing.assert_allclose(g, g_desired, rtol=1e-14)


def test_as_many_shards_as_examples_is_sam_example_by_example():
    one_by_one = [
        SAM(0.3).direction(W, (), LeastSquares(DATA.A[[i]], DATA.y[[i]]))[0]
        for i in range(7)
    ]
    d, _, _ = MSAM(0.3, 7).direction(W, (), DATA)
    np.testing.assert_allclose(d, np.mean(one_by_one, axis=0), rtol=1e-12)


def test_msam_passes_twice_over_the_batch_whatever_the_shards():
    for m in (2, 3, 7):
        DATA.calls = 0
        MSAM(0.1, m).direction(W, (), DATA)
        assert DATA.calls == 0
        assert sum(shard.calls for shard in DATA.shards) == 2 * DATA.size


def test_a_shard_at_rest_stays_while_the_others_ascend():
    A, y = DATA.A[:4], DATA.y[:4].copy()
    y[:2] = A[:2] @ W  # the first shard fits exactly
    d, g, _ = MSAM(0.5, 2).direction(W, (), LeastSquares(A, y))
    rest, _, _ = SAM(0.5).direction(W, (), LeastSquares(A[2:], y[2:]))
    np.testing.assert_allclose(d, rest / 2, rtol=1e-12, atol=1e-15)
    still = LeastSquares(A, A @ W)
    d, g, _ = MSAM(0.5, 2).direction(W, (), still)
    assert reference.length(g) < 1e-14 and np.isfinite(d).all()


def test_stable_msam_has_the_length_of_the_mean_gradient():
    d, _, _ = Stable(MSAM(0.7, 3)).direction(W, (), DATA)
    assert reference.length(d) == pytest.approx(reference.length(DATA(W)), rel=1e-12)


def test_the_shards_of_a_mini_batch_of_data_fit():
    ridge = load("ridge_regression")
    w = np.array(ridge.start) + 0.1
    batch = ridge.sample(np.arange(5))
    parts = [(ridge.sample(np.arange(a, b)), b - a) for a, b in ((0, 3), (3, 5))]
    d, g, _ = MSAM(0.1, 2).direction(w, (), batch)
    desired = sum(SAM(0.1).direction(w, (), s)[0] * b / 5 for s, b in parts)
    np.testing.assert_allclose(d, desired, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(g, batch(w), rtol=1e-12, atol=1e-14)


# SAM-Polyak


def close_to_polyak(d, H, w, rho, **options):
    """Up to the cancellation of f(e) against its linear part."""
    desired = reference.sam_polyak(H, w, rho, **options)
    g = H @ w
    unit = reference.length(g) if options.get("normalised", True) and g.any() else 1
    e = rho * g / unit
    gap = abs(w + e) @ abs(H) @ abs(w + e)
    noise = gap / max(reference.length(H @ (w + e)), 1e-300)
    scale = noise + reference.length(desired)
    np.testing.assert_allclose(d, desired, rtol=0, atol=10 * RTOL * scale)


OPTIONS = [
    {},
    {"cap": np.inf},
    {"cap": 0.1},
    {"f_star": -0.3},
    {"normalised": False},
    {"normalised": False, "cap": np.inf},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_polyak_s_step_is_its_formula(options):
    for H, landscape, w, rho in cases():
        d, g, _ = SAMPolyak(rho, **options).direction(w, (), Sample(landscape))
        close_to_polyak(d, H, w, rho, **options)
        np.testing.assert_allclose(g, H @ w, rtol=0, atol=1e-11 * reference.length(w))


def test_without_a_radius_polyak_s_step_is_spsmax():
    # At eigenvalues c the step is (c w^2 / 2) / (c w)^2 = 1 / (2 c), or the cap.
    x = RNG.normal(size=(4, 3))
    for c, step in ((2.0, 0.25), (0.1, 1.0)):
        d, _, _ = SAMPolyak(0.0).direction(x, (), Sample(Quadratic(np.full(3, c))))
        np.testing.assert_allclose(d, step * c * x, rtol=1e-12)
    for H, landscape, w, _ in cases():
        g = H @ w
        step = min(max(w @ g / 2 / (g @ g), 0), 1)
        d, _, _ = SAMPolyak(0.0).direction(w, (), Sample(landscape))
        np.testing.assert_allclose(d, step * g, rtol=0, atol=1e-11 * abs(w).max())


def test_polyak_s_step_stalls_exactly_where_the_ascent_is_too_long():
    H, Q = reference.rotated(RNG, [3.0, 1.0, 0.2])
    w = RNG.normal(size=3)
    u = H @ w / reference.length(H @ w)
    edge = np.sqrt((w @ H @ w) / (u @ H @ u))  # rho at which e'He = w'Hw
    bowl = Sample(Quadratic(np.array([3.0, 1.0, 0.2]), Q))
    for scale in (1 + 1e-9, 1.5, 40):
        assert not SAMPolyak(edge * scale).direction(w, (), bowl)[0].any()
    for scale in (1 - 1e-9, 0.5):
        assert SAMPolyak(edge * scale).direction(w, (), bowl)[0].any()


def test_polyak_s_step_is_a_step_for_a_learning_rate_of_one():
    *_, last = simulate.iterate(
        Quadratic(np.array([1.0, 1.0])), SAMPolyak(0.0), np.array([3.0, 4.0]), 1.0, 8
    )
    np.testing.assert_allclose(last.x, np.array([3.0, 4.0]) / 2**8, rtol=1e-12)
    with pytest.raises(ValueError, match="`SAMPolyak` has a step size of its own"):
        Stable(SAMPolyak())
    with pytest.raises(ValueError, match="`SAMPolyak` has a step size of its own"):
        make("stable:sam-polyak")


def test_polyak_s_symbolic_step_is_the_closed_form():
    from sympy import Rational as R

    H, w = np.diag([1.5, 0.7]), np.array([0.5, -2.0])
    for options in ({}, {"normalised": False}, {"cap": np.inf}):
        exact = closed_form(
            SAMPolyak(**options).having(rho=R(2, 5)),
            [R(3, 2), R(7, 10)],
            [R(1, 2), -2],
            1,
        )
        step = reference.sam_polyak(H, w, 0.4, **options)
        np.testing.assert_allclose([float(p) for p in exact], w - step, rtol=1e-12)


def test_a_step_costs_polyak_one_value():
    values = []

    class Noted(Sample):
        def value(self, x):
            values.append(x)
            return self.landscape.value(x)

    SAMPolyak(0.1).direction(W, (), Noted(Quadratic(np.ones(3))))
    assert len(values) == 1


# The primitives


def test_a_sign_is_exact_and_keeps_the_kind():
    import sympy
    import torch

    v = np.array([-3e200, -5e-324, -0.0, 0.0, 1e-310, 2.0])
    expected = [-1, -1, 0, 0, 1, 1]
    np.testing.assert_array_equal(sign(v), expected)
    np.testing.assert_array_equal(sign(torch.from_numpy(v)), expected)
    np.testing.assert_array_equal(list(sign(Components(v))), expected)
    single = np.array([-2.0, 0.0], dtype="float32")
    assert sign(single).dtype == np.float32
    assert sign(torch.from_numpy(single)).dtype == torch.float32
    a, b = sympy.Symbol("a", positive=True), sympy.Symbol("b", real=True)
    assert list(sign(Components([a, -a, sympy.S.Zero]))) == [1, -1, 0]
    for number in (-2, 0, 5):
        assert sign(b).subs(b, number) == sympy.sign(number)


def test_the_larger_of_two_is_exact_and_keeps_the_kind():
    import sympy
    import torch

    a = np.array([-1.0, 0.0, 2.0, np.inf])
    for kind in (np.asarray, torch.from_numpy):
        np.testing.assert_array_equal(maximum(kind(a), 0.5), [0.5, 0.5, 2.0, np.inf])
    assert maximum(sympy.Integer(-3), 2) == 2 and maximum(sympy.Integer(3), 2) == 3
    assert np.isnan(maximum(np.array([np.nan]), 0)).all()


# The edges


@pytest.mark.parametrize(
    "make_it, match",
    [
        (lambda: UnifiedSAM(lam=1.1), r"`UnifiedSAM` takes lam in \[0, 1\], got 1.1"),
        (lambda: UnifiedSAM(lam=-0.1), r"`UnifiedSAM` takes lam in \[0, 1\], got -0.1"),
        (lambda: UnifiedSAM(rho=np.inf), "`UnifiedSAM` takes a finite rho >= 0, got"),
        (lambda: LookaheadSAM(eta_ahead=-1), "takes a finite eta_ahead >= 0, got -1"),
        (lambda: MSAM(m=0), "`MSAM` takes a whole m >= 1, got 0"),
        (lambda: MSAM(m=1.5), "`MSAM` takes a whole m >= 1, got 1.5"),
        (lambda: SAMPolyak(f_star=np.nan), "`SAMPolyak` takes a finite f_star, got"),
        (lambda: SAMPolyak(cap=-1.0), "`SAMPolyak` takes cap >= 0, got -1"),
    ],
)
def test_a_hyperparameter_out_of_range_is_refused(make_it, match):
    with pytest.raises(ValueError, match=match) as caught:
        make_it()
    assert "\n" not in str(caught.value)


def test_an_array_out_of_range_is_refused_where_it_enters():
    bowl = Quadratic(np.ones(3))
    many = {"lam": np.array([0.5, 1.5])}
    with pytest.raises(ValueError, match=r"^lam must be in \[0, 1\], got 1.5.$"):
        simulate.batch(bowl, UnifiedSAM(**many), 0.1, 0.1, W, 9, window=8)


def test_labels_tell_variants_apart():
    assert MSAM(m=4).label == "mSAM (m 4)"
    assert SAMPolyak().label != SAMPolyak(normalised=False).label
    assert UnifiedSAM(lam=0).radius_unit == "rate"
    assert UnifiedSAM(lam=0.5).radius_unit == UnifiedSAM(lam=1).radius_unit == "length"
    assert SAMPolyak(normalised=False).radius_unit == "rate"
