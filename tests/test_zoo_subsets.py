"""Methods that ask more of a sample: ESAM, AUSAM, SparseSAM, EigenSAM, XSAM, mSAM."""

from dataclasses import replace
from math import cos, pi

import numpy as np
import pytest
import torch
from torch import nn

from landscapes import load
from landscapes.components import Components
from landscapes.finite_sum import FiniteSum
from landscapes.network import Network
from landscapes.quadratic import Quadratic
from landscapes.sample import Sample
from landscapes.scalar_loss import loss
from tests import reference
from theory import simulate
from theory.adapter.tensors import Tensors
from theory.methods.ausam import AUSAM, probabilities
from theory.methods.eigen_sam import EigenSAM
from theory.methods.esam import ESAM
from theory.methods.msam import MSAM
from theory.methods.sam import SAM
from theory.methods.sparse_sam import SparseSAM, SparseSAMD
from theory.methods.stable import SSAM, SSAM_N, Stable
from theory.methods.usam import USAM
from theory.methods.xsam import XSAM
from theory.smallest import smallest

RNG = np.random.default_rng(8)
N, D, RHO = 12, 6, 0.3
A, Y = RNG.normal(size=(N, D)), RNG.normal(size=N)
DATA = FiniteSum(A, Y, loss("square"))
W = RNG.normal(size=D)
H, Q = reference.rotated(RNG, [3.0, -1.0, 0.5, 0.2])
BOWL, P = Quadratic(np.array([3.0, -1.0, 0.5, 0.2]), Q), RNG.normal(size=4)
RICHER = [ESAM, AUSAM, SparseSAM, SparseSAMD, EigenSAM, XSAM]


def each(w, rows=slice(None)):
    """The losses of least squares, by hand."""
    return (A[rows] @ w - Y[rows]) ** 2 / 2


def grad(w, rows=slice(None)):
    """The gradient of their mean, by hand."""
    return A[rows].T @ (A[rows] @ w - Y[rows]) / len(Y[rows])


def to_unit(v):
    return v / reference.length(v) if v.any() else v


def batch(t=0, rows=None, seed=0):
    return DATA.sample(np.arange(N) if rows is None else np.array(rows), t, seed)


class Noted:
    """A sample that notes how many examples each kind of evaluation saw."""

    def __init__(self, sample, seen=None):
        self.sample = sample
        self.seen = seen or {"gradient": 0, "losses": 0, "value": 0, "hvp": 0}

    def __getattr__(self, name):
        return getattr(self.sample, name)

    def _note(self, what):
        self.seen[what] += getattr(self.sample, "size", 1)

    def __call__(self, x):
        self._note("gradient")
        return self.sample(x)

    def losses(self, x):
        self._note("losses")
        return self.sample.losses(x)

    def value(self, x):
        self._note("value")
        return self.sample.value(x)

    def hvp(self, x, v):
        self._note("hvp")
        return self.sample.hvp(x, v)

    def losses_and_gradient(self, x, active=None):
        self._note("gradient")
        return self.sample.losses_and_gradient(x, active)

    def subset(self, rows):
        return Noted(self.sample.subset(rows), self.seen)


def steps(method, x, sample, first, last, state=None, eta=0.05):
    """Descent from step `first` to `last` by hand: the points and the states."""
    state, found = method.init(x) if state is None else state, []
    for t in range(first, last):
        d, g, state = method.direction(x, state, sample(t))
        x = x - eta * d
        found.append((x, state, d, g))
    return found


# The contract


def test_own_draws_are_decided_by_seed_step_and_purpose():
    def drawn(t=3, seed=1, draw=0, x=W):
        return Sample(BOWL, t, seed).uniform(x, 5, draw=draw)

    np.testing.assert_array_equal(drawn(), drawn())
    for other in (drawn(t=4), drawn(seed=2), drawn(draw=1), drawn(seed=(1, 0, 0, 1))):
        assert not (drawn() == other).any()
    np.testing.assert_array_equal(drawn(x=torch.from_numpy(W)), drawn())
    single = drawn(x=torch.from_numpy(W).float())
    assert single.dtype == torch.float32 and (single.double().numpy() == drawn()).all()
    many = Sample(BOWL).uniform(np.zeros((7, 4)))
    assert many.shape == (4,) and (many >= 0).all() and (many < 1).all()
    parts = Sample(BOWL).uniform(Components(np.zeros((4, 7))))
    np.testing.assert_array_equal([*parts], many)
    big = Sample(BOWL).uniform(np.zeros(40000))
    assert abs(big.mean() - 0.5) < 0.01 and abs(big.var() - 1 / 12) < 0.005


def test_neither_data_nor_noise_share_their_draws():
    own = Sample(BOWL, 3, 1).uniform(W, 4)
    for words in ([1, 3], [1, 3, 0], [1, 3, 1], [1, 3, 2]):
        same = np.random.default_rng(words).random(4, np.float32) == own
        assert same.all() == (words == [1, 3, 2])  # our own purpose, no other


def test_a_mini_batch_knows_its_epoch_and_its_examples():
    rows = [3, 1, 7, 0, 5]
    for t, epoch, new in ((0, 0, True), (1, 0, False), (2, 1, True), (5, 2, False)):
        sample = batch(t, rows)  # 12 // 5 = 2 steps an epoch
        assert (sample.epoch, sample.new_epoch) == (epoch, new)
        part = sample.subset([4, 1])
        assert (part.epoch, part.new_epoch, part.total) == (epoch, new, N)
        assert part.indices.tolist() == [5, 1]
    many = DATA.sample(np.array([[3, 1, 2], [5, 6, 7]]), 1)
    assert many.subset(np.array([[2], [0]])).indices.tolist() == [[2], [5]]
    assert (Sample(BOWL, 9).epoch, Sample(BOWL, 9).new_epoch) == (9, True)
    assert Sample(BOWL, np.array([4.0, 9.0, 9.0])).step == 9


def test_squares_are_those_of_single_examples():
    rows = [3, 1, 7, 0, 5]
    expected = sum(grad(W, [i]) ** 2 for i in rows[:3])
    np.testing.assert_allclose(batch(0, rows).squares(W, 3), expected, rtol=1e-12)
    most = sum(grad(W, [i]) ** 2 for i in rows)
    np.testing.assert_allclose(batch(0, rows).squares(W, 99), most, rtol=1e-12)


@pytest.mark.parametrize("method", RICHER)
def test_what_a_sample_lacks_is_named_in_one_line(method):
    with pytest.raises(ValueError, match=f"^`{method.__name__}` needs a sample") as e:
        method().direction(P, method().init(P), lambda x: H @ x)
    assert "\n" not in str(e.value)


@pytest.mark.parametrize(
    "make_it, match",
    [
        (lambda: ESAM(beta=0.0), "`ESAM` takes beta > 0, got 0"),
        (lambda: ESAM(beta=1.1), r"`ESAM` takes beta in \[0, 1\], got 1.1"),
        (lambda: ESAM(gamma=-0.1), r"`ESAM` takes gamma in \[0, 1\], got -0.1"),
        (lambda: AUSAM(alpha=0.0, p_min=0.0), "`AUSAM` takes p_min <= alpha > 0, got"),
        (lambda: AUSAM(alpha=0.3, p_min=0.4), "`AUSAM` takes p_min <= alpha > 0, got"),
        (lambda: SparseSAM(sparsity=1.5), r"takes sparsity in \[0, 1\], got 1.5"),
        (lambda: SparseSAMD(every=0), "`SparseSAMD` takes a whole every >= 1, got 0"),
        (lambda: EigenSAM(iterations=0), "takes a whole iterations >= 1, got 0"),
        (lambda: XSAM(k=0), "`XSAM` takes a whole k >= 1, got 0"),
        (lambda: XSAM(a=2.5), r"`XSAM` takes a in \[0, 2\], got 2.5"),
        (lambda: MSAM(m=2, size=4), "takes m shards or shards of a size, got m = 2"),
    ],
)
def test_a_hyperparameter_out_of_range_is_refused(make_it, match):
    with pytest.raises(ValueError, match=match) as caught:
        make_it()
    assert "\n" not in str(caught.value)


ENDS = [
    ESAM(RHO, 1.0, 1.0),
    AUSAM(RHO, alpha=1.0),
    SparseSAM(RHO, sparsity=0.0),
    SparseSAMD(RHO, sparsity=0.0),
    EigenSAM(RHO, alpha=0.0),
]


@pytest.mark.parametrize("method", ENDS, ids=lambda m: type(m).__name__)
def test_at_its_end_a_method_is_sam_bit_for_bit(method):
    for x in (W, torch.from_numpy(W), RNG.normal(size=(3, D))):
        for t in (0, 1, 7):
            d, g, _ = method.direction(x, method.init(x), batch(t))
            expected, g_expected, _ = SAM(RHO).direction(x, (), batch(t))
            np.testing.assert_array_equal(d, expected)
            np.testing.assert_array_equal(g, g_expected)


STILL = [SparseSAM(0.0), SparseSAMD(0.0), EigenSAM(0.0), XSAM(0.0), XSAM(0.0, k=3)]
STILL += [XSAM(0.0, a=0.3, search=False)]
STILL += [SparseSAM(RHO, 1.0), SparseSAMD(RHO, 1.0), MSAM(0.0, size=N)]


@pytest.mark.parametrize("method", STILL, ids=str)
def test_without_an_ascent_it_is_gradient_descent_bit_for_bit(method):
    for x in (W, RNG.normal(size=(3, D))):
        d, _, _ = method.direction(x, method.init(x), batch())
        np.testing.assert_array_equal(d, DATA.gradient(x))


STAYING = [SparseSAM(), SparseSAMD(), EigenSAM(), XSAM(k=2)]
STAYING += [XSAM(a=a, search=False) for a in (0.0, 1.7)]


@pytest.mark.parametrize("method", STAYING, ids=str)
def test_a_zero_gradient_stays(method):
    still = FiniteSum(A, A @ W, loss("square"))
    still = replace(still, y=still.predictions(W))  # to the last bit
    sample = still.sample(np.arange(N))
    assert not sample(W).any()
    d, _, _ = method.direction(W, method.init(W), sample)
    assert not d.any()


RESUMED = [
    ESAM(0.1, gamma=0.5, beta=1.0),
    AUSAM(0.1, alpha=0.5),
    SparseSAM(0.1, every=2, samples=3),
    SparseSAMD(0.1, every=2, epochs=9),
    EigenSAM(0.1, every=3, iterations=2),
    XSAM(0.1, k=2),
    Stable(AUSAM(0.1, alpha=0.5)),
]


@pytest.mark.parametrize("method", RESUMED, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("stop", [1, 4, 7])
def test_a_run_taken_up_in_mid_cycle_is_the_uninterrupted_one(method, stop):
    rows = np.random.default_rng(0).permuted(np.tile(np.arange(N), (12, 1)), axis=1)

    def sample(t):
        return DATA.sample(rows[t // 3, 4 * (t % 3) : 4 * (t % 3) + 4], t, seed=5)

    whole = steps(method, W, sample, 0, 12)
    x, state, *_ = whole[stop - 1]
    state = tuple(np.array(part) for part in state)
    again = steps(method, x, sample, stop, 12, state)
    for one, other in zip(whole[stop:], again, strict=True):
        np.testing.assert_array_equal(one[0], other[0])


TURNING = [EigenSAM(RHO), XSAM(RHO, k=2), XSAM(RHO, a=1.6, search=False)]


@pytest.mark.parametrize("method", TURNING, ids=str)
def test_the_method_turns_with_the_landscape(method):
    flat = Quadratic(np.array([3.0, -1.0, 0.5, 0.2]))
    state = method.init(P)
    if isinstance(method, EigenSAM):
        state = (to_unit(RNG.normal(size=4)),)
    turned = tuple(Q @ s if s.shape == (4,) else s for s in state)
    t = 1  # no refresh of the vector, whose start does not turn
    d, _, _ = method.direction(P, state, Sample(flat, t))
    there, _, _ = method.direction(Q @ P, turned, Sample(BOWL, t))
    np.testing.assert_allclose(there, Q @ d, rtol=0, atol=1e-12)


def test_a_mask_does_not_turn_with_the_landscape():
    turned = FiniteSum(A @ np.linalg.qr(RNG.normal(size=(D, D)))[0].T, Y, DATA.loss)
    for method in (SparseSAM(RHO), SparseSAMD(RHO)):
        x, z = W, np.linalg.lstsq(turned.X, A @ W)[0]
        one, _, _ = method.direction(x, method.init(x), batch())
        two, _, _ = method.direction(z, method.init(z), turned.sample(np.arange(N)))
        lengths = reference.length(one), reference.length(two)
        assert lengths[0] != pytest.approx(lengths[1], rel=1e-6)


@pytest.mark.parametrize("method", [SparseSAMD(RHO), EigenSAM(RHO), XSAM(RHO)])
def test_a_grid_in_numpy_is_its_runs_and_a_compiled_one_is_refused(method):
    x = 1 + 0.3 * RNG.normal(size=(5, 2))
    grid = (load("beale"), method, 1e-3, None, x, 20)
    run = simulate.batch(*grid, window=8, engine="numpy")
    *_, last = simulate.iterate(grid[0], method, x, 1e-3, 20)
    np.testing.assert_allclose(run.x, last.x, rtol=1e-12)
    with pytest.raises(ValueError, match="needs a sample with `(step|new_epoch)`"):
        simulate.batch(*grid, window=8, engine="compiled")


# ESAM


def network(**options):
    torch.manual_seed(4)
    module = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3)).double()
    X = torch.randn(N, 5, dtype=torch.float64)
    return Network(module, X, torch.randint(3, (N,)), engine="batched", **options)


NET = network()
THETA = NET.start


def by_autograd(w, rows=slice(None)):
    """Losses and the mean's gradient of the network, by a plain forward pass."""
    w = w.clone().requires_grad_()
    a, b = w[:20].view(4, 5), w[24:36].view(3, 4)
    z = torch.tanh(NET.X[rows] @ a.T + w[20:24]) @ b.T + w[36:]
    losses = nn.functional.cross_entropy(z, NET.y[rows], reduction="none")
    return losses.detach(), torch.autograd.grad(losses.mean(), w)[0]


PLACES = [slice(0, 20), slice(20, 24), slice(24, 36), slice(36, 39)]


@pytest.mark.parametrize("t", [0, 1, 2, 5, 9])
def test_esam_is_its_formula(t):
    beta, gamma = 0.6, 0.4
    method = ESAM(RHO, beta, gamma)
    sample = NET.sample(np.arange(N), t, seed=3)
    d, g, (mask,) = method.direction(THETA, method.init(THETA), sample)
    whole = [sorted(set(mask[place].tolist())) for place in PLACES]
    assert all(values in ([0.0], [1.0]) for values in whole)
    assert t > 0 or whole == [[1.0]] * 4
    before, full = by_autograd(THETA)
    torch.testing.assert_close(g, mask * full, rtol=1e-12, atol=1e-15)
    e = RHO / (mask * full).norm() / beta * mask * full if mask.any() else 0 * full
    rise = by_autograd(THETA + e)[0] - before
    kept = rise.argsort(descending=True)[: int(gamma * N)]
    expected = by_autograd(THETA + e, kept)[1]
    torch.testing.assert_close(d, expected, rtol=1e-11, atol=1e-14)
    d, _, _ = Stable(method).direction(THETA, method.init(THETA), sample)
    assert float((mask * d).norm()) == pytest.approx(float(g.norm()), rel=1e-12)


def test_esam_s_tensors_are_active_with_their_probability():
    flags = []
    for t in range(400):
        method = ESAM(RHO, 0.3, 1.0)
        _, _, (mask,) = method.direction(THETA, (THETA,), NET.sample([0, 1], t, 7))
        flags.append([bool(mask[place].any()) for place in PLACES])
    assert all(flags[0])
    share = np.mean(flags[1:], axis=0)
    assert (abs(share - 0.3) < 4 * np.sqrt(0.21 / 399)).all()
    # Tensors are drawn one by one.
    assert np.corrcoef(np.array(flags[1:]).T)[0, 2] < 0.2


def test_where_no_tensor_is_active_esam_is_descent_on_a_random_part():
    method = ESAM(RHO, 1e-9, 0.5)
    sample = NET.sample(np.arange(N), 3)
    for the_method in (method, Stable(method)):
        d, g, (mask,) = the_method.direction(THETA, (THETA,), sample)
        assert not mask.any() and not g.any() and d.any()
        parts = [by_autograd(THETA, [i])[1] for i in range(N)]
        shares = torch.linalg.lstsq(torch.stack(parts, 1), d).solution
        torch.testing.assert_close(
            shares.sort().values, torch.tensor([0.0] * 6 + [1 / 6] * 6).double()
        )


def test_esam_keeps_the_samples_of_largest_rise_and_their_number():
    for gamma, b, kept in ((0.5, 12, 6), (0.1, 5, 1), (0.0, 5, 1), (0.3, 10, 3)):
        method = ESAM(RHO, 1.0, gamma)
        sample = batch(2, np.arange(b))
        seen = Noted(sample)
        d, g, _ = method.direction(W, (), seen)
        e = RHO * to_unit(grad(W, slice(b)))
        rise = each(W + e, slice(b)) - each(W, slice(b))
        rows = np.argsort(-rise)[:kept]
        np.testing.assert_allclose(d, grad(W + e, rows), rtol=1e-10)
        np.testing.assert_allclose(g, grad(W, slice(b)), rtol=1e-12)
        # One pass over the batch, a forward pass to select, the rest on what is kept.
        assert seen.seen == {"gradient": b + kept, "losses": b, "value": 0, "hvp": 0}
    # 0.29 * 100 is 28.999999999999996.
    big = FiniteSum(np.tile(A, (9, 1))[:100], np.tile(Y, 9)[:100], DATA.loss)
    seen = Noted(big.sample(np.arange(100)))
    ESAM(RHO, 1.0, 0.29).direction(W, (), seen)
    assert seen.seen["gradient"] == 129


def test_esam_s_samples_tie_in_random_order():
    chosen = []
    for t in range(300):
        d, _, _ = ESAM(0.0, 1.0, 0.25).direction(W, (), batch(t))
        shares = np.linalg.lstsq(DATA.gradients(W)[:, :D].T, d)[0]
        assert shares.shape == (N,)
        rise = ESAM(0.0, 1.0, 0.25)._largest(W, batch(t), each(W) * 0 + DATA.losses(W))
        chosen.append(np.bincount(rise.indices, minlength=N))
        np.testing.assert_allclose(d, grad(W, rise.indices), rtol=1e-12)
    assert (np.sum(chosen, 1) == 3).all()
    assert abs(np.mean(chosen, 0) - 0.25).max() < 4 * np.sqrt(0.1875 / 300)


def test_esam_costs_two_gradients_at_its_end_and_no_forward_pass():
    seen = Noted(batch())
    ESAM(RHO, 1.0, 1.0).direction(W, (), seen)
    assert seen.seen == {"gradient": 2 * N, "losses": 0, "value": 0, "hvp": 0}
    seen = Noted(NET.sample(np.arange(N)))
    ESAM(RHO, 0.5, 1.0).direction(THETA, (THETA,), seen)
    assert seen.seen == {"gradient": 2 * N, "losses": 0, "value": 0, "hvp": 0}


def test_the_gradient_by_some_tensors_is_that_part_of_it():
    torch.manual_seed(0)
    w = torch.stack([THETA, THETA + 0.1])
    for engine in ("batched", "looped", "traced"):
        net = replace(NET, engine=engine)
        for active in ([True] * 4, [False, True, False, True], [False] * 4, None):
            losses, g = net.losses_and_gradient(w, active)
            for i in range(2):
                expected, full = by_autograd(w[i])
                torch.testing.assert_close(losses[i], expected)
                for place, on in zip(PLACES, active or [True] * 4, strict=True):
                    part = full[place] if on else 0 * full[place]
                    torch.testing.assert_close(g[i, place], part)
            assert not losses.requires_grad and not g.requires_grad


def test_tensors_that_are_not_active_cost_no_backward_pass(monkeypatch):
    asked = []
    real = torch.autograd.grad

    def noted(outputs, inputs, **options):
        asked.append(len(inputs))
        return real(outputs, inputs, **options)

    monkeypatch.setattr(torch.autograd, "grad", noted)
    NET.losses_and_gradient(THETA, [False, True, False, False])
    assert asked == [1]


class Whole:
    """x'Hx / 2 by hand, on vectors or on points in two parts, all of its gradient."""

    step, new_epoch = 1, True
    segments = {"a": slice(0, 1), "b": slice(1, 2), "c": slice(2, 4)}

    def laid_out(self, v, x):
        return Tensors([v[:2], v[2:]]) if isinstance(x, Tensors) else v

    def __call__(self, x):
        return self.laid_out(torch.from_numpy(H) @ joined(x), x)

    def value(self, x):
        return joined(x) @ self(joined(x)) / 2

    def hvp(self, x, v):
        return self(v)

    def uniform(self, x, *shape, draw=0):
        u = torch.tensor([0.3, 0.7, 0.1, 0.5]).double()
        return u[: shape[0]] if shape else self.laid_out(u, x)

    def losses_and_gradient(self, x, active=None):
        return None, self(x)


def joined(x):
    """A point in parts as a vector."""
    return torch.cat([*x.materialised()]) if isinstance(x, Tensors) else x


def test_esam_s_gradient_is_masked_whatever_the_sample_left_out():
    method, x = ESAM(RHO, 0.5, 1.0), torch.from_numpy(P)
    d, g, (mask,) = method.direction(x, method.init(x), Whole())
    np.testing.assert_array_equal(mask, [1.0, 0.0, 1.0, 1.0])
    np.testing.assert_allclose(g, [1.0, 0, 1, 1] * (H @ P), rtol=1e-12)
    e = RHO / 0.5 * to_unit(g.numpy())
    np.testing.assert_allclose(d, H @ (P + e), rtol=1e-12)


@pytest.mark.parametrize(
    "method",
    [
        ESAM(RHO, 0.5, 1.0),
        Stable(ESAM(RHO, 0.5, 1.0)),
        EigenSAM(RHO, every=1),
        XSAM(RHO, 2, rho_max=0.9),
        MSAM(RHO, per_shard=True),
    ],
    ids=str,
)
def test_a_point_in_parts_is_its_vector(method):
    x = torch.from_numpy(P)
    parts = Tensors([x[:2].clone(), x[2:].clone()])
    state = (x * 0 + 0.5,) if isinstance(method, EigenSAM) else method.init(x)
    held = tuple(Whole().laid_out(s, parts) if s.shape == (4,) else s for s in state)
    one = method.direction(x, state, Whole())
    two = method.direction(parts, held, Whole())
    for a, b in zip(one[:2], two[:2], strict=True):
        torch.testing.assert_close(joined(b), a, rtol=1e-11, atol=1e-13)


def test_members_of_a_network_select_their_own_samples():
    w = torch.stack([THETA, THETA + 0.3])
    method = ESAM(RHO, 0.5, 0.5)
    d, _, _ = method.direction(w, method.init(w), NET.sample(np.arange(N), 4))
    for i in range(2):
        one, _, _ = method.direction(w[i], (THETA,), NET.sample(np.arange(N), 4))
        torch.testing.assert_close(d[i], one, rtol=1e-11, atol=1e-14)


# AUSAM


def test_the_probabilities_are_those_of_their_equation():
    for b, alpha, p_min in ((5, 0.5, 0.05), (40, 0.3, 0.3), (40, 0.9, 0.0)):
        for spread in (0.1, 1, 30):
            values = np.exp(spread * RNG.normal(size=b))
            p = np.array(probabilities(values.tolist(), alpha * b, p_min))
            assert p.sum() == pytest.approx(alpha * b, rel=1e-12)
            low, high = 0.0, 1 / values.min()
            for _ in range(400):  # by bisection of c
                c = (low * high) ** 0.5 if low else high / 2
                below = np.clip(c * values, p_min, 1).sum() < alpha * b
                low, high = (c, high) if below else (low, c)
                if not low and high < 1e-300:
                    break
            expected = np.clip(high * values, p_min, 1)
            np.testing.assert_allclose(p, expected, rtol=1e-6, atol=1e-12)


def test_equal_or_unknown_rises_are_drawn_alike():
    for value in (0.0, 1e-300, 3.0, 1e300):
        assert probabilities([value] * 6, 3, 0.1) == pytest.approx([0.5] * 6)
    # The ones known are drawn for sure, the others share what is left.
    p = probabilities([2.0, 0, 0, 1.0, 0, 0], 4, 0.1)
    assert p == pytest.approx([1, 0.5, 0.5, 1, 0.5, 0.5])
    # Unless the others' least does not leave enough.
    p = probabilities([2.0, 0, 2.0, 2.0, 0, 0], 4, 0.5)
    assert p == pytest.approx([5 / 6, 0.5, 5 / 6, 5 / 6, 0.5, 0.5])


def test_ausam_is_its_formula_over_epochs():
    method, rows = AUSAM(RHO, 0.5, 0.1), np.arange(N).reshape(3, 4)[:, ::-1]
    x, state, A_, visits = W, method.init(W), np.zeros(N), np.zeros(N)
    for t in range(30):
        sample = DATA.sample(rows[t % 3], t, seed=2)
        seen = Noted(sample)
        d, g, state = method.direction(x, state, seen)
        drawn = np.flatnonzero(state[1] - visits)  # by its visits
        assert set(drawn) <= set(rows[t % 3]) and len(drawn)
        u, p = sample.uniform(x, 4), probabilities(A_[rows[t % 3]].tolist(), 2, 0.1)
        if t < 3:
            assert len(drawn) == 4
        elif (u < p).any():
            assert set(drawn) == set(rows[t % 3][u < p])
        e = RHO * to_unit(grad(x, drawn))
        np.testing.assert_allclose(g, grad(x, drawn), rtol=1e-10)
        np.testing.assert_allclose(d, grad(x + e, drawn), rtol=1e-10)
        assert seen.seen["gradient"] == 2 * len(drawn) and not seen.seen["losses"]
        rise = abs(each(x + e) - each(x))[drawn]
        A_[drawn] = (A_[drawn] * visits[drawn] + rise) / (visits[drawn] + 1)
        visits[drawn] += 1
        np.testing.assert_allclose(state[0], A_, rtol=1e-9)
        np.testing.assert_array_equal(state[1], visits)
        x = x - 0.05 * d


def test_ausam_draws_with_its_probabilities():
    A_ = np.array([0.1, 5, 1, 1, 2, 0.3, 1, 1, 1, 3, 0.01, 0.7])
    counts, sizes, p = np.zeros(N), [], probabilities(A_.tolist(), 6, 0.1)
    for seed in range(400):
        sample = Noted(batch(1, seed=seed))
        _, _, (_, visits) = AUSAM(RHO, 0.5, 0.1).direction(W, (A_, np.zeros(N)), sample)
        counts += visits
        sizes.append(sample.seen["gradient"])
    assert abs(counts / 400 - p).max() < 4 * 0.5 / 20
    assert np.mean(sizes) == pytest.approx(2 * 0.5 * N, rel=0.05)


def test_ausam_draws_again_until_there_is_a_sample():
    for seed in range(40):
        _, _, (_, visits) = AUSAM(RHO, 0.05, 0.0).direction(
            W, (np.ones(N), np.zeros(N)), batch(6, [0, 1], seed)
        )
        assert visits.sum() in (1, 2)


def test_stable_ausam_has_the_length_of_the_gradient_on_what_was_drawn():
    state = (np.ones(N), np.zeros(N))
    d, _, (_, visits) = Stable(AUSAM(RHO)).direction(W, state, batch(2))
    size = reference.length(grad(W, np.flatnonzero(visits)))
    assert 0 < visits.sum() < N
    assert reference.length(d) == pytest.approx(size, rel=1e-12)


def test_ausam_runs_one_by_one_and_on_networks():
    with pytest.raises(ValueError, match="the samples of one run at a time, got"):
        AUSAM().direction(RNG.normal(size=(3, D)), (), batch(3))
    method, rows = AUSAM(RHO), torch.arange(N)
    for t in (0, 4):
        state = (torch.ones(N).double(), torch.zeros(N).double()) if t else ()
        d, g, (_, visits) = method.direction(THETA, state, NET.sample(rows, t))
        drawn = visits.nonzero()[:, 0]
        expected = by_autograd(THETA, drawn)[1]
        torch.testing.assert_close(g, expected, rtol=1e-11, atol=1e-14)
        e = RHO * expected / expected.norm()
        expected = by_autograd(THETA + e, drawn)[1]
        torch.testing.assert_close(d, expected, rtol=1e-11, atol=1e-14)


# SparseSAM


def test_the_smallest_scores_are_chosen_and_ties_go_by_index():
    scores = np.array([[3.0, 1, 2, 1, 1], [0, 0, 0, 0, 0]])
    mask = np.array([[0.0, 1, 1, 0, 1], [0, 1, 1, 0, 1]])
    desired = {
        (2, None, 1): [[0, 1, 0, 1, 0], [1, 1, 0, 0, 0]],
        (2, "mask", 1): [[0, 1, 0, 0, 1], [0, 1, 1, 0, 0]],
        (1, "mask", 0): [[0, 0, 0, 1, 0], [1, 0, 0, 0, 0]],
        (0, None, 1): np.zeros((2, 5)),
        (5, None, 1): np.ones((2, 5)),
    }
    for (k, among, of), expected in desired.items():
        for kind in (np.array, torch.tensor, lambda a: Components(a.T)):
            found = smallest(kind(scores), k, kind(mask) if among else None, of)
            found = np.array([*found]).T if isinstance(found, Components) else found
            np.testing.assert_array_equal(np.asarray(found), expected)


def test_sparse_sam_s_mask_is_fisher_s_and_the_first_step_is_no_sgd():
    rows = [3, 1, 7, 0, 5]
    for s, live in ((0.5, 3), (0.3, 4), (0.9, 1)):
        method = SparseSAM(RHO, s, samples=3)
        d, g, (mask,) = method.direction(W, method.init(W), batch(0, rows))
        fisher = sum(grad(W, [i]) ** 2 for i in rows[:3])
        expected = np.isin(np.arange(D), np.argsort(-fisher)[:live])
        np.testing.assert_array_equal(mask, expected)
        e = RHO * expected * grad(W, rows) / reference.length(grad(W, rows))
        np.testing.assert_allclose(d, grad(W + e, rows), rtol=1e-11)
        assert not np.allclose(d, g)
        stable, _, _ = Stable(method).direction(W, method.init(W), batch(0, rows))
        size = reference.length(grad(W, rows))  # of the dense gradient
        assert reference.length(stable) == pytest.approx(size, rel=1e-12)


def test_fisher_s_mask_is_found_at_the_first_step_of_every_few_epochs():
    method = SparseSAM(RHO, 0.5, every=2, samples=2)
    kept = (np.array([1.0, 0, 1, 0, 1, 0]),)
    for t in range(13):  # 12 // 4 = 3 steps an epoch
        seen = Noted(batch(t, [0, 1, 2, 3]))
        _, _, state = method.direction(W, kept, seen)
        assert (state[0] is not kept[0]) == (t in (0, 6, 12))
        assert state[0].sum() == 3
        assert seen.seen["gradient"] == 8


def test_fisher_s_information_sees_the_batch_that_normalisation_sees():
    torch.manual_seed(1)
    module = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))
    net = Network(module.double(), NET.X, NET.y, engine="batched")
    w = net.start.clone().requires_grad_()
    losses = net.losses(w)
    singles = [torch.autograd.grad(a, w, retain_graph=True)[0] for a in losses[:3]]
    found = net.sample(np.arange(N)).squares(w.detach(), 3)
    torch.testing.assert_close(found, sum(g**2 for g in singles))
    two = torch.stack([w.detach(), w.detach() + 0.1])
    torch.testing.assert_close(net.squares(two, 3)[0], found)
    method = SparseSAM(RHO, 0.5, samples=3)
    _, _, (mask,) = method.direction(two, method.init(two), net.sample(np.arange(N)))
    live = net.dim - round(net.dim / 2)
    assert mask.sum(-1).tolist() == [live, live]
    assert float(found[mask[0] == 1].min()) >= float(found[mask[0] == 0].max())


@pytest.mark.parametrize(
    "s, every, drop, epochs",
    [(0.35, 2, 0.6, 9), (0.1, 2, 0.9, 5), (0.5, 1, 0.6, 9), (0.975, 1, 0.9, 9)],
)
def test_sparse_sam_d_drops_the_small_and_grows_among_the_dead(s, every, drop, epochs):
    n = 40
    rng = np.random.default_rng(0)
    data = FiniteSum(rng.normal(size=(8, n)), rng.normal(size=8), DATA.loss)
    method = SparseSAMD(RHO, s, every, drop, epochs)
    x, live = rng.normal(size=n), n - round(n * s)
    state = method.init(x)
    for t in range(24):  # 2 steps an epoch
        sample = data.sample(np.arange(4) + t % 2 * 4, t, seed=1)
        before = state[0]
        d, g, state = method.direction(x, state, sample)
        k = t // 2
        if t == 0:
            assert state[0].sum() == live
            before = state[0]
        # The mask of this step is that before the update.
        e = RHO * before * g / reference.length(g)
        np.testing.assert_allclose(d, sample(x + e), rtol=1e-11)
        dropped, grown = (before > state[0]), (state[0] > before)
        count = 0
        if t % 2 == 0 and k and k % every == 0:
            q = drop / 2 * (1 + cos(pi * min(k, epochs) / epochs))
            count = int(min(live * q, n - live))
        assert dropped.sum() == grown.sum() == count
        assert state[0].sum() == live and set(state[0]) == {0.0, 1.0}
        if count:
            stays = (before == 1) & ~dropped
            assert abs(g)[dropped].max() <= abs(g)[stays].min()
        x = x - 0.02 * d
    assert k > epochs


def test_sparse_sam_d_begins_at_random_places():
    masks = []
    for seed in range(200):
        method = SparseSAMD(RHO, 0.5)
        _, _, (mask,) = method.direction(W, method.init(W), batch(0, seed=seed))
        masks.append(mask)
    assert (np.sum(masks, 1) == 3).all()
    assert abs(np.mean(masks, 0) - 0.5).max() < 4 * 0.5 / np.sqrt(200)


def test_sparse_sam_d_grows_at_random_among_the_dead():
    n, grown = 12, np.zeros(12)
    data = FiniteSum(np.tile(np.eye(n), (2, 1)), np.ones(2 * n), DATA.loss)
    x, mask = np.linspace(-3, 3, n), np.array([0.0, 0, 1, 1, 1, 1] * 2)
    for seed in range(300):
        sample = data.sample(np.arange(2 * n), 1, seed)
        method = SparseSAMD(RHO, 1 / 3, every=1, drop=0.5, epochs=9)
        _, _, (after,) = method.direction(x, (mask,), sample)
        assert (after > mask).sum() == 3
        grown += after > mask
    assert abs(grown[mask == 0] / 300 - 0.75).max() < 4 * np.sqrt(0.1875 / 300)


def test_without_sparsity_all_coordinates_stay_perturbed():
    method = SparseSAMD(RHO, 0.0, every=1)
    for _, (mask,), _, _ in steps(method, W, batch, 0, 5):
        assert mask.all()


# EigenSAM


def test_eigen_sam_is_its_formula():
    for v in np.concatenate([np.eye(4), RNG.normal(size=(5, 4))]):
        v = to_unit(v)
        u = to_unit(H @ P)
        e = RHO * (u + 0.7 * np.sign(u @ v) * (v - (v @ u) * u))
        for sign in (1, -1):  # v and -v are the same
            d, g, _ = EigenSAM(RHO, 0.7).direction(P, (sign * v,), Sample(BOWL, 1))
            np.testing.assert_allclose(d, H @ (P + e), rtol=1e-10, atol=1e-13)
            np.testing.assert_allclose(g, H @ P, rtol=1e-12)
    size = reference.length(H @ P)
    d, _, _ = Stable(EigenSAM(RHO)).direction(P, (v,), Sample(BOWL, 1))
    assert reference.length(d) == pytest.approx(size, rel=1e-12)


@pytest.mark.parametrize("spectrum", [[3.0, -1, 0.5, 0.2], [1.0, -3, 0.5, 0.2]])
def test_eigen_sam_finds_the_eigenvector_of_the_largest_size(spectrum):
    bowl, (v,) = Quadratic(np.array(spectrum), Q), EigenSAM().init(P)
    for t in range(0, 1000, 100):
        _, _, (v,) = EigenSAM().direction(P, (v,), Sample(bowl, t))
    top = Q[:, np.argmax(np.abs(spectrum))]
    assert abs(v @ top) == pytest.approx(1, rel=1e-12)


def test_eigen_sam_iterates_five_times_every_hundred_steps():
    seen = Noted(Sample(BOWL))
    state = EigenSAM().init(P)
    v = to_unit(Sample(BOWL).uniform(P) - 0.5)
    for t in range(300):
        seen.sample = Sample(BOWL, t)
        _, _, state = EigenSAM().direction(P, state, seen)
        for _ in range(5 if t % 100 == 0 else 0):
            v = to_unit(H @ v)
        np.testing.assert_allclose(state[0], v, rtol=0, atol=1e-13)
    assert seen.seen == {"gradient": 600, "losses": 0, "value": 0, "hvp": 15}


def test_where_there_is_no_curvature_the_vector_stays():
    class Slope(Quadratic):
        def hvp(self, x, v):
            return 0 * v

    v = to_unit(RNG.normal(size=4))
    flat = Slope(np.array([3.0, -1.0, 0.5, 0.2]), Q)
    _, _, state = EigenSAM().direction(P, (v,), Sample(flat, 100))
    np.testing.assert_array_equal(state[0], v)
    _, _, state = EigenSAM().direction(P, EigenSAM().init(P), Sample(flat))
    assert reference.length(state[0]) == pytest.approx(1, rel=1e-12)


# XSAM


def turned(v0, v1, a):
    psi = np.arccos(np.clip(v0 @ v1, -1, 1))
    return (np.sin((1 - a) * psi) * v0 + np.sin(a * psi) * v1) / np.sin(psi)


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("a", [0.0, 0.3, 1.0, 1.7, 2.0])
def test_xsam_is_its_formula(k, a):
    x = P
    for _ in range(k):
        x = x + RHO / k * to_unit(H @ x)
    g_k = H @ x
    method = XSAM(RHO, k, a=a, search=False)
    seen = Noted(Sample(BOWL))
    d, g, _ = method.direction(P, method.init(P), seen)
    desired = reference.length(g_k) * turned(to_unit(x - P), to_unit(g_k), a)
    np.testing.assert_allclose(d, desired, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(g, H @ P, rtol=1e-12)
    assert seen.seen == {"gradient": k + 1, "losses": 0, "value": 0, "hvp": 0}
    d, _, _ = Stable(method).direction(P, method.init(P), Sample(BOWL))
    assert reference.length(d) == pytest.approx(reference.length(H @ P), rel=1e-12)


def test_xsam_s_ends_are_sam_and_the_gradient_s_direction():
    sam = SAM(RHO).direction(P, (), Sample(BOWL))[0]
    d, _, _ = XSAM(RHO, a=1.0, search=False).direction(P, (1.0,), Sample(BOWL))
    np.testing.assert_allclose(d, sam, rtol=1e-13)
    d, _, _ = XSAM(RHO, search=False).direction(P, (0.0,), Sample(BOWL))
    expected = reference.length(sam) * to_unit(H @ P)
    np.testing.assert_allclose(d, expected, rtol=1e-12)


def test_xsam_s_search_takes_the_first_highest():
    found = []
    for w in 0.3 * RNG.normal(size=(20, 4)):
        x = w + 2 * to_unit(H @ w)
        v0, v1 = to_unit(x - w), to_unit(H @ x)
        there = [w + 0.9 * turned(v0, v1, j / 10) for j in range(21)]
        best = int(np.argmax([y @ H @ y / 2 for y in there]))
        method = XSAM(2.0, rho_max=0.9)
        d, _, (a,) = method.direction(w, method.init(w), Sample(BOWL))
        np.testing.assert_allclose(a, [best / 10], rtol=1e-12)
        desired = reference.length(H @ x) * turned(v0, v1, best / 10)
        np.testing.assert_allclose(d, desired, rtol=1e-9, atol=1e-11)
        found.append(best)
    assert len(set(found)) > 3


def test_xsam_searches_once_an_epoch():
    method, a = XSAM(RHO), XSAM(RHO).init(W)
    for t in range(9):  # 4 steps an epoch
        seen = Noted(batch(t, [0, 1, 2]))
        _, _, after = method.direction(W, a, seen)
        assert seen.seen["value"] == (63 if t % 4 == 0 else 0)
        assert seen.seen["gradient"] == 6
        assert t % 4 == 0 or after[0] is a[0]
        a = after


def test_of_equal_heights_xsam_takes_the_first():
    class Level(Quadratic):
        def value(self, x):
            return 0 * super().value(x)

    level = Sample(Level(np.array([3.0, -1.0, 0.5, 0.2]), Q))
    assert XSAM(RHO).direction(P, (1.0,), level)[2] == (0.0,)


@pytest.mark.parametrize("a", [0.0, 1.3, 2.0])
def test_where_there_is_no_angle_xsam_is_sam(a):
    one = Quadratic(np.array([2.0, 2.0]))  # the gradient stays parallel
    for x in (np.array([3.0, 4.0]), np.array([-1e-3, 0.0])):
        d, _, _ = XSAM(RHO, a=a, search=False).direction(x, (a,), Sample(one))
        sam = SAM(RHO).direction(x, (), Sample(one))[0]
        np.testing.assert_allclose(d, sam, rtol=1e-7)
    # A cosine that rounding has put beyond 1 or -1 has no angle either.
    for x in 0.1 * np.random.default_rng(0).normal(size=(50, 2)):
        for c in (2.0, -2.0):
            alike = Sample(Quadratic(np.array([c, c])))
            d, _, _ = XSAM(RHO, a=a, search=False).direction(x, (a,), alike)
            sam = SAM(RHO).direction(x, (), alike)[0]
            np.testing.assert_allclose(d, sam, rtol=1e-7)
    # And where there is no ascent.
    d, g, _ = XSAM(0.0, a=a, search=False).direction(P, (a,), Sample(BOWL))
    np.testing.assert_array_equal(d, g)
    line = Quadratic(np.array([2.0]))
    d, _, _ = XSAM(RHO, a=a, search=False).direction(
        np.array([3.0]), (a,), Sample(line)
    )
    assert d == 2.0 * (3.0 + RHO)


def test_a_batch_of_points_and_every_kind_are_one_point_after_another():
    xs = RNG.normal(size=(5, 4))
    for method in (XSAM(RHO, 2, rho_max=0.7), EigenSAM(RHO)):
        sample = Sample(BOWL)
        many, _, _ = method.direction(xs, method.init(xs), sample)
        parts = Components(xs.T)
        column, _, _ = method.direction(parts, method.init(parts), sample)
        tensor = torch.from_numpy(xs)
        held, _, _ = method.direction(tensor, method.init(tensor), sample)
        for i, x in enumerate(xs):
            one, _, _ = method.direction(x, method.init(x), sample)
            for found in (many[i], [c[i] for c in column], held[i]):
                np.testing.assert_allclose(found, one, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("method", [SparseSAM(), SparseSAMD(), EigenSAM(), XSAM()])
def test_single_precision_stays(method):
    x = torch.from_numpy(W).float()
    d, g, state = method.direction(x, method.init(x), batch())
    assert d.dtype == g.dtype == torch.float32
    assert all(part.dtype == torch.float32 for part in state)


# Stable


def test_stable_bears_the_names_of_its_two_forms():
    shown = {Stable(m).label: Stable(m).color for m in (USAM(), SAM(), XSAM())}
    assert list(shown) == ["SSAM", "SSAM-N", "Stable XSAM"]
    assert len({*shown.values(), USAM.color, SAM.color}) == 5
    assert shown["Stable XSAM"] == XSAM.color
    assert Stable(USAM(), 1.0).label == "SSAM (cap 1)"
    for made, inner in ((SSAM, USAM), (SSAM_N, SAM)):
        assert type(made().method) is inner
        assert made().get("rho") == inner().get("rho")
        assert made(0.3, 2.0).get("rho") == 0.3 and made(0.3, 2.0).cap == 2.0


# mSAM and m-sharpness


@pytest.mark.parametrize("size, sizes", [(4, [4, 3, 3]), (5, [5, 5]), (10, [10])])
def test_m_sharpness_cuts_by_the_size_of_a_shard(size, sizes):
    seen = []

    class Cut(Noted):
        def split(self, m):
            parts = self.sample.split(m)
            seen.extend(part.size for part in parts)
            return parts

    d, g, _ = MSAM(RHO, size=size).direction(W, (), Cut(batch(0, np.arange(10))))
    assert seen == (sizes if len(sizes) > 1 else [])
    ends = np.cumsum([0, *sizes])
    expected = 0
    for low, high in zip(ends, ends[1:], strict=False):
        e = RHO * to_unit(grad(W, slice(low, high)))
        expected = expected + (high - low) / 10 * grad(W + e, slice(low, high))
    np.testing.assert_allclose(d, expected, rtol=1e-11)
    np.testing.assert_allclose(g, grad(W, slice(10)), rtol=1e-12)
    m, _, _ = MSAM(RHO, len(sizes)).direction(W, (), batch(0, np.arange(10)))
    np.testing.assert_array_equal(m, d)


def test_shards_are_given_by_one_number():
    with pytest.raises(ValueError, match="takes m shards or shards of a size, got m"):
        MSAM(m=2, size=1)
    assert MSAM(m=1, size=1).label == "mSAM (size 1)"
    assert MSAM(m=2, per_shard=True).label == "mSAM (m 2, per shard)"
    assert MSAM().label == "mSAM"


def test_size_one_is_sam_example_by_example_and_a_large_size_is_sam():
    one, _, _ = MSAM(RHO, size=1).direction(W, (), batch())
    all_, _, _ = MSAM(RHO, N).direction(W, (), batch())
    np.testing.assert_array_equal(one, all_)
    large, _, _ = MSAM(RHO, size=99).direction(W, (), batch())
    np.testing.assert_array_equal(large, SAM(RHO).direction(W, (), batch())[0])
    with pytest.raises(ValueError, match="splits into 1 to 12 shards, got 13"):
        MSAM(RHO, 13).direction(W, (), batch())
    assert MSAM(size=4).label == "mSAM (size 4)"


def test_renormalisation_per_shard_comes_before_the_mean():
    d, g, _ = MSAM(RHO, 3, per_shard=True).direction(W, (), batch())
    expected = 0
    for rows in np.split(np.arange(N), 3):
        own = grad(W, rows)
        there = grad(W + RHO * to_unit(own), rows)
        expected = expected + there * (reference.length(own) / reference.length(there))
    np.testing.assert_allclose(d, expected / 3, rtol=1e-11)
    np.testing.assert_allclose(g, grad(W), rtol=1e-12)
    assert reference.length(d) != pytest.approx(reference.length(g), rel=1e-5)
