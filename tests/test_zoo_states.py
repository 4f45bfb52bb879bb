"""ASAM, GSAM, F-SAM, VaSSO, LookSAM, AdaSAM: formulas, reductions, costs, states.

The reference is plain NumPy, one loop a method, on gradients that differ at every step.
"""

import copy
import math

import numpy as np
import pytest
import sympy
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

import theory.method
from landscapes.components import Components
from landscapes.network import Network
from landscapes.quadratic import Quadratic
from landscapes.sample import Sample
from tests import optimizer_checks as checks
from tests import reference
from theory import compiled, schedule, simulate
from theory.adapter.tensors import Tensors
from theory.certify import worst_case
from theory.method import absolute, difference, maximum, ratio, root
from theory.methods import make
from theory.methods.adasam import AdaSAM
from theory.methods.asam import ASAM
from theory.methods.friendly_sam import FriendlySAM
from theory.methods.gd import GD
from theory.methods.gsam import GSAM, radius
from theory.methods.looksam import LookSAM
from theory.methods.sam import SAM
from theory.methods.stable import Stable
from theory.methods.vasso import VaSSO
from theory.symbolic import closed_form
from theory.torch_optimizer import SharpnessAware

ETA, RHO, STEPS = 0.1, 0.3, 9
RNG = np.random.default_rng(8)
W = RNG.normal(size=4)
NAMES = ("asam", "gsam", "friendly-sam", "vasso", "looksam", "adasam")
STABLE = [f"stable:{name}" for name in NAMES if name != "adasam"]


class Noisy:
    """Gradients A_t w - b_t of quadratics that differ at every step."""

    def __init__(self, seed=0, Q=None):
        rng = np.random.default_rng(seed)
        self.A = [reference.rotated(rng, rng.uniform(-1, 2, 4))[0] for _ in range(20)]
        self.b = rng.normal(size=(20, 4))
        self.Q = np.eye(4) if Q is None else Q
        self.visited = []

    def __call__(self, t):
        A, b = self.Q @ self.A[t] @ self.Q.T, self.Q @ self.b[t]

        def gradient(w):
            self.visited.append((t, w))
            return A @ w - b

        return gradient


def trajectory(method, noisy, w=W, steps=STEPS, eta=ETA):
    """Points, directions and raw gradients."""
    state, found = method.init(w), []
    for t in range(steps):
        d, g, state = method.direction(w, state, noisy(t))
        found.append((w, d, g))
        w = w - eta * d
    return [np.array(part) for part in zip(*found, strict=True)]


# ---- the reference -----------------------------------------------------------------


def u(v):
    n = reference.length(v)
    return v / n if n else v


def along_asam(grad, w, t, keep, rho=RHO, eta_T=0.01):
    g = grad(w)
    T = np.abs(w) + eta_T
    return grad(w + rho * T * u(T * g))


def along_gsam(grad, w, t, keep, rho=RHO, alpha=0.4):
    g = grad(w)
    p = grad(w + rho * u(g))
    return p - alpha * (g - (g @ p) / (p @ p) * p)


def along_friendly(grad, w, t, keep, rho=RHO, sigma=0.8, lam=0.6):
    g = grad(w)
    e = rho * u(g if t == 0 else g - sigma * keep["m"])
    keep["m"] = g if t == 0 else lam * keep["m"] + (1 - lam) * g
    return grad(w + e)


def along_vasso(grad, w, t, keep, rho=RHO, theta=0.3):
    g = grad(w)
    keep["s"] = g if t == 0 else (1 - theta) * keep["s"] + theta * g
    return grad(w + rho * u(keep["s"]))


def along_looksam(grad, w, t, keep, rho=RHO, alpha=0.7, k=4):
    g = grad(w)
    if t % k == 0:
        d = grad(w + rho * u(g))
        keep["v"] = d - (d @ g) / (g @ g) * g
        return d
    return g + alpha * reference.length(g) * u(keep["v"])


def along_adasam(grad, w, t, keep, rho=RHO, b1=0.8, b2=0.9, delta=0.1, stable=False):
    g = grad(w)
    s = grad(w + rho * u(g))
    if stable:
        s = reference.length(g) * u(s)
    m, v, top = keep.get("moments", (0, 0, delta**2))
    m, v = b1 * m + (1 - b1) * s, b2 * v + (1 - b2) * s**2
    top = np.maximum(top, v)
    keep["moments"] = m, v, top
    return np.array([a / math.sqrt(b) for a, b in zip(m, top, strict=True)])


FORMULAS = {
    "asam": (lambda: ASAM(RHO), along_asam),
    "gsam": (lambda: GSAM(RHO, 0.4), along_gsam),
    "friendly-sam": (lambda: FriendlySAM(RHO, 0.8, 0.6), along_friendly),
    "vasso": (lambda: VaSSO(RHO, 0.3), along_vasso),
    "looksam": (lambda: LookSAM(RHO, 0.7, 4), along_looksam),
    "adasam": (lambda: AdaSAM(RHO, 0.8, 0.9, 0.1), along_adasam),
}


def a_run_is_its_formula(name, formula=None):
    """Directions and raw gradients along a run, to rounding."""
    made, along = FORMULAS[name]
    formula, keep = formula or along, {}
    for t, (w, d, g) in enumerate(zip(*trajectory(made(), Noisy()), strict=True)):
        desired = formula(Noisy()(t), w, t, keep)
        np.testing.assert_allclose(d, desired, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(g, Noisy()(t)(w), rtol=0, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_its_formula(name):
    a_run_is_its_formula(name)


def same(one, other, **options):
    """Two runs, bit for bit."""
    for a, b in zip(
        trajectory(one, Noisy(), **options),
        trajectory(other, Noisy(), **options),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


def ascents(method, noisy=None, **options):
    """How far every step's second gradient is from its point."""
    noisy = noisy or Noisy()
    points, _, _ = trajectory(method, noisy, **options)
    last = dict(noisy.visited)
    return np.array([last[t] - w for t, w in enumerate(points)])


def test_at_its_ends_a_method_is_another_one_bit_for_bit():
    for rho in (0.0, 0.1, 3.0):
        same(GSAM(rho, 0.0), SAM(rho))
        same(FriendlySAM(rho, 0.0), SAM(rho))
        same(VaSSO(rho, 1.0), SAM(rho))
        same(LookSAM(rho, k=1), SAM(rho))
    for made in (ASAM, GSAM, FriendlySAM, VaSSO, LookSAM):
        same(made(0.0), GD())
    w = np.array([1.0, -1.0, -1.0, 1.0])
    same(ASAM(0.3, 0.0), SAM(0.3), w=w, steps=1)


@pytest.mark.parametrize("name", [*NAMES, *STABLE])
def test_every_kind_of_point_takes_the_same_steps(name):
    noisy, method = Noisy(), make(name, rho=RHO, k=3)

    def of(kind, leaves):
        def run(t):
            A, b = noisy.A[t], noisy.b[t]
            return lambda w: kind([sum(A[i] * leaves(w)) - b[i] for i in range(4)])

        state, w, d = method.init(kind(W)), kind(W), None
        for t in range(STEPS):
            d, _, state = method.direction(w, state, run(t))
            w = w - ETA * d
        return np.array([float(part) for part in leaves(w)])

    plain = of(np.array, np.asarray)
    np.testing.assert_allclose(
        of(Components, lambda w: np.array(list(w))), plain, rtol=1e-11
    )
    tensor = of(lambda v: torch.tensor(np.array(v)), lambda w: w.numpy())
    np.testing.assert_allclose(tensor, plain, rtol=1e-11)


@pytest.mark.parametrize("name", [*NAMES, *STABLE])
def test_a_batch_is_one_run_after_another(name):
    # 7 steps, then a window of 4: neither is a multiple of k.
    bowl, starts = Quadratic(np.array([2.0, -0.5, 1.0])), RNG.normal(size=(5, 1, 3))
    method, etas = make(name, k=3), np.array([0.05, 0.2])
    run = simulate.batch(bowl, method, etas, 0.1, starts, 11, window=4)
    assert run.engine == "numpy"
    for i in range(5):
        for j, eta in enumerate(etas):
            one = make(name, rho=0.1, k=3)
            *_, last = simulate.iterate(bowl, one, starts[i, 0], eta, 11)
            np.testing.assert_allclose(run.x[i, j], last.x, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", [*NAMES, *STABLE])
def test_a_grid_of_radii_is_one_radius_after_another(name):
    radii, bowl = np.array([0.0, 0.1, 2.0]), Quadratic(np.array([2.0, -0.5, 1.0, 0.3]))
    x = RNG.normal(size=(4, 1, 4))
    grid, alone = make(name, rho=radii[:, None], k=2), []
    for rho in radii:
        *_, last = simulate.iterate(bowl, make(name, rho=rho, k=2), x[:, 0], ETA, 5)
        alone.append(last.x)
    *_, last = simulate.iterate(bowl, grid, x, ETA, 5)
    np.testing.assert_allclose(last.x, np.stack(alone, 1), rtol=1e-12, atol=1e-13)


def traced(graph, like, dynamic_shapes):
    """The kernel as it was traced: to compile it takes twenty seconds."""
    return graph


def test_a_traced_batch_is_the_plain_one(monkeypatch):
    monkeypatch.setattr(compiled, "compiler_works", lambda: True)
    monkeypatch.setattr(torch._inductor, "standalone_compile", traced)
    bowl, starts = Quadratic(np.array([2.0, -0.5, 1.0])), RNG.normal(size=(5, 3))
    some = (make(name, rho=RHO) for name in ("asam", "friendly-sam", "adasam"))
    for method in (LookSAM(RHO, k=4), *some):
        given = (bowl, Stable(method) if not method.whole_step else method)
        plain, made = (
            simulate.batch(*given, ETA, None, starts, 18, window=2, engine=engine)
            for engine in ("numpy", "compiled")
        )
        np.testing.assert_allclose(made.x, plain.x, rtol=1e-11)
    for k, steps in ((5, 16), (4, 15)):
        with pytest.raises(ValueError, match="`LookSAM` does not return to its struct"):
            simulate.batch(
                *(bowl, LookSAM(k=k), ETA, None, starts, steps),
                window=0,
                engine="compiled",
            )


@pytest.mark.parametrize("name", NAMES)
def test_the_symbolic_step_is_the_formula(name):
    rational = sympy.Rational
    lam, w = (2, rational(-2, 3)), (rational(1, 3), rational(-2, 5))
    method, formula = FORMULAS[name]
    H, x = np.diag([2, -2 / 3]), np.array([1 / 3, -0.4])
    exact = closed_form(method(), lam, w, rational(1, 4))
    desired = x - 0.25 * formula(lambda v: H @ v, x, 0, {})
    np.testing.assert_allclose([float(part) for part in exact], desired, rtol=1e-12)


@pytest.mark.parametrize("name", STABLE)
def test_stable_keeps_the_length_of_the_raw_gradient_at_every_step(name):
    _, d, g = trajectory(make(name, rho=RHO, k=3), Noisy())
    lengths = [[reference.length(v) for v in rows] for rows in (d, g)]
    np.testing.assert_allclose(*lengths, rtol=1e-12)


def turned(name):
    """The largest distance between a turned run and the run of a turned landscape."""
    Q = reference.rotated(np.random.default_rng(3), np.ones(4))[1]
    method = FORMULAS[name][0]()
    there, _, _ = trajectory(method, Noisy(Q=Q), Q @ W)
    here, _, _ = trajectory(method, Noisy())
    return np.abs(there - here @ Q.T).max()


@pytest.mark.parametrize("name", NAMES)
def test_only_methods_without_coordinates_turn_with_the_landscape(name):
    if name in ("asam", "adasam"):
        assert turned(name) > 1e-2
    else:
        assert turned(name) < 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_counted(name):
    noisy = Noisy()
    trajectory(make(name, rho=RHO, k=4), noisy)
    counts = np.bincount([t for t, _ in noisy.visited])
    short = [1 if name == "looksam" and t % 4 else 2 for t in range(STEPS)]
    np.testing.assert_array_equal(counts, short)


@pytest.mark.parametrize("name", [*NAMES, *STABLE])
@pytest.mark.parametrize("number", [0.0, 1e-200])
def test_no_gradient_gives_no_direction_and_no_nan(name, number):
    bowl = Sample(Quadratic(np.array([1.0, -2.0])))
    method, x = make(name, rho=RHO, k=2, delta=0.0), np.array([number, 0.0])
    state = method.init(x)
    for _ in range(4):
        d, g, state = method.direction(x, state, bowl)
        assert np.isfinite(d).all() and (number or not d.any())
    assert all(np.isfinite(part).all() for part in state)


# ASAM


def test_the_ascent_of_asam_scales_with_the_weights():
    A, b = Noisy().A[0], Noisy().b[0]
    D = np.array([3.0, -0.2, 1.0, -40.0])

    def ascent(method, w, scale):
        gradient = lambda v: (A @ (v / scale) - b) / scale  # noqa: E731
        seen = []
        method.direction(w, (), lambda v: seen.append(v) or gradient(v))
        return seen[1] - w

    e = ascent(ASAM(0.5, 0.0), W, np.ones(4))
    scaled = ascent(ASAM(0.5, 0.0), D * W, D)
    np.testing.assert_allclose(scaled, D * e, rtol=1e-12)
    # And with an eta_T it does not.
    e = ascent(ASAM(0.5, 0.1), W, np.ones(4))
    assert abs(ascent(ASAM(0.5, 0.1), D * W, D) / (D * e) - 1).max() > 0.05


def asam_by_tensor(module, rho, eta_T, everywhere=False):
    """Where ASAM goes, by loops over the parameters of a module."""
    module = copy.deepcopy(module)
    checks.loss_of(module).backward()
    rows = [
        (
            p,
            p.detach().abs() + eta_T
            if everywhere or "weight" in name
            else p.detach() * 0 + 1,
        )
        for name, p in module.named_parameters()
    ]
    square = sum(float(((T * p.grad) ** 2).sum()) for p, T in rows)
    return [p.detach() + rho * T * T * p.grad / math.sqrt(square) for p, T in rows]


def net():
    """With the gain of a batch normalisation, which is a weight."""
    torch.manual_seed(1)
    layers = nn.Linear(6, 5), nn.BatchNorm1d(5), nn.Tanh(), nn.Linear(5, 3)
    return nn.Sequential(*layers).double()


@pytest.mark.parametrize("everywhere", [False, True])
def test_asam_goes_by_the_names_of_parameters(everywhere):
    model, seen = net(), []
    method = ASAM(0.5, 0.2, everywhere=everywhere)
    expected = asam_by_tensor(model, 0.5, 0.2, everywhere)
    landscape = Network(copy.deepcopy(model), checks.X, checks.Y)
    for sample in (Sample(landscape), landscape.sample(range(12))):
        d, _, _ = method.direction(landscape.start, (), sample)
        there = torch.cat([p.reshape(-1) for p in expected])
        torch.testing.assert_close(d, landscape.gradient(there), rtol=1e-11, atol=1e-12)
    inner = checks.closure_of(model)

    def closure():
        seen.append([p.detach().clone() for p in model.parameters()])
        return inner()

    SharpnessAware(checks.sgd(model), method, model).step(closure)
    for p, q in zip(seen[1], expected, strict=True):
        torch.testing.assert_close(p, q, rtol=1e-12, atol=1e-13)


def test_groups_apart_keep_their_names():
    # With radii of their own, in another order than the model's.
    model, seen = net(), []
    late, early = [*model[2:].parameters()], [*model[:2].parameters()]
    base = torch.optim.SGD([{"params": late, "rho": 0.5}, {"params": early}], 0.1)
    expected = asam_by_tensor(model, 0.5, 0.2)
    inner = checks.closure_of(model)

    def closure():
        seen.append([p.detach().clone() for p in model.parameters()])
        return inner()

    SharpnessAware(base, ASAM(0.5, 0.2), model).step([closure])
    for p, q in zip(seen[1], expected, strict=True):
        torch.testing.assert_close(p, q, rtol=1e-12, atol=1e-13)


def test_parameters_without_names_are_refused_before_anything_moves():
    model = nn.Linear(6, 3).double()
    before = checks.state_of(model)
    for given in (None, nn.ParameterList([model.weight])):
        optimizer = SharpnessAware(checks.sgd(model), ASAM(), given)
        with pytest.raises(ValueError, match="goes by the names .* needs model=") as it:
            optimizer.step(checks.closure_of(model))
        assert "\n" not in str(it.value)
        checks.same(before, checks.state_of(model))


# GSAM


def test_the_surrogate_gap_is_ascended_across_the_direction():
    noisy = Noisy()
    g = noisy(0)(W)
    p = noisy(0)(W + RHO * u(g))
    d, _, _ = GSAM(RHO, 5.0).direction(W, (), noisy(0))
    assert (d - p) @ p == pytest.approx(0, abs=1e-12 * (p @ p))
    # The gap f(w + e) - f(w) falls along -d faster than along -p.
    assert (p - g) @ d > (p - g) @ p


def test_a_perturbed_gradient_of_zero_is_the_direction():
    hill = Sample(Quadratic(np.array([-1.0, -1.0])))
    w = np.array([2.0, 0.0])
    d, g, _ = GSAM(2.0, 0.4).direction(w, (), hill)
    assert g.any() and not d.any()


def test_a_radius_follows_the_learning_rate():
    assert radius(0.3, 0.02, 0.1, 0.1, 0.3) == pytest.approx(0.1)
    assert radius(0.1, 0.02, 0.1, 0.1, 0.3) == 0.02
    assert radius(0.15, 0.02, 0.1, 0.1, 0.3) == pytest.approx(0.04)
    assert radius(0.3, 0.02, 0.1, 0.3, 0.3) == 0.1
    rates, limits = schedule.decreasing(0.4), (0.0, 0.8, 0.0, 0.4)

    def both(t):
        return rates(t) | {"rho": radius(rates(t)["eta"], *limits)}

    bowl = Quadratic(np.array([2.0, 0.5]))
    x = np.array([1.0, -1.0])
    found = simulate.iterate(bowl, GSAM(), x, None, 3, schedule=both)
    for t, state in enumerate(found):
        d, _, _ = GSAM(0.8 / (t + 1)).direction(state.x, (), Sample(bowl))
        np.testing.assert_allclose(state.d, d, rtol=1e-12)


def test_a_group_of_parameters_follows_its_learning_rate():
    ends = []
    for scheduled in (True, False):
        model = net()
        base = torch.optim.SGD([{"params": model.parameters(), "rho": 0.2}], 0.1)
        optimizer = SharpnessAware(base, GSAM(9.0, 0.1), model)
        if scheduled:
            (group,) = optimizer.param_groups
            group["lr"] = 0.05
            group["rho"] = radius(group["lr"], 0.1, 0.3, 0.0, 0.1)
        else:
            optimizer = SharpnessAware(checks.sgd(model, 0.05), GSAM(0.2, 0.1), model)
        optimizer.step(checks.closure_of(model))
        ends.append(checks.state_of(model))
    for a, b in zip(*ends, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_what_no_programme_expresses_is_refused_in_one_line(name):
    with pytest.raises(ValueError, match="cannot be certified") as raised:
        worst_case(make(name), mu=0.1, beta=1.0, eta=1.0, radius=1.0)
    assert "\n" not in str(raised.value)


# F-SAM and VaSSO


def test_sigma_of_the_paper_is_another_one_here():
    rng, lam, sigma = np.random.default_rng(4), 0.6, 0.9
    g, m = rng.normal(size=(2, 4))
    theirs = u(g - sigma * (lam * m + (1 - lam) * g))
    ours = sigma * lam / (1 - sigma + sigma * lam)
    method = FriendlySAM(1.0, ours, lam)
    seen = []
    state = (m, np.ones(1))
    method.direction(np.zeros(4), state, lambda w: seen.append(w) or g)
    np.testing.assert_allclose(seen[1], theirs, rtol=1e-12)


def test_the_average_is_of_raw_gradients():
    # A published fault: what is left after the subtraction enters the average.
    noisy = Noisy()
    method, state, w = FriendlySAM(RHO, 1.0, 0.6), None, W
    state, m = method.init(w), None
    for t in range(4):
        g = noisy(t)(w)
        d, _, state = method.direction(w, state, noisy(t))
        m = g if m is None else 0.6 * m + 0.4 * g
        np.testing.assert_allclose(state[0], m, rtol=1e-12, atol=1e-14)
        w = w - ETA * d


def test_a_gradient_that_does_not_vary_has_nothing_to_ascend():
    g = np.random.default_rng(0).normal(size=40)
    for kind in (np.array, torch.tensor):
        for dtype in ("float64", "float32"):
            method, x = FriendlySAM(RHO, 1.0, 0.7), kind(np.zeros(40))
            fixed = kind(g)
            if dtype == "float32":
                single = np.float32 if kind is np.array else torch.float32
                fixed = kind(g.tolist(), dtype=single)
                x = 0 * fixed
            state, seen = method.init(x), []
            for t in range(6):
                del seen[:]
                point = lambda w: seen.append(w) or fixed  # noqa: B023, E731
                _, _, state = method.direction(x, state, point)
                assert bool((seen[1] != x).any()) == (t == 0)
            # And yet the average of equal numbers has rounded.
            assert bool((state[0] != fixed).any())


def test_they_may_move_at_a_zero_gradient():
    for method in (FriendlySAM(RHO), VaSSO(RHO, 0.5)):
        state = method.init(W)
        _, _, state = method.direction(W, state, lambda w: w)
        seen = []
        method.direction(W, state, lambda w, seen=seen: seen.append(w) or w * 0.0)
        assert reference.length(seen[1] - W) == pytest.approx(RHO, rel=1e-12)


def test_a_first_average_is_the_first_gradient_bit_for_bit():
    for method in (FriendlySAM(RHO, lam=0.3), VaSSO(RHO, 0.3)):
        _, g, (average, _) = method.direction(W, method.init(W), Noisy()(0))
        np.testing.assert_array_equal(average, g)


def test_scaling_the_loss_scales_no_ascent():
    # Nothing here needs the loss as it is, as long as its scale does not change.
    for name in ("gsam", "friendly-sam", "vasso", "looksam", "asam"):
        method, seen = FORMULAS[name][0](), []
        for c in (1.0, 64.0):
            noisy = Noisy()
            noisy.A, noisy.b = [c * A for A in noisy.A], c * noisy.b
            seen.append(ascents(method, noisy, eta=ETA / c))
        np.testing.assert_allclose(*seen, rtol=1e-12, atol=1e-14)


# LookSAM


def test_without_a_turn_looksam_is_sam_now_and_then():
    points, d, g = trajectory(LookSAM(RHO, 0.0, 3), Noisy())
    for t in range(STEPS):
        sam, _, _ = SAM(RHO).direction(points[t], (), Noisy()(t))
        np.testing.assert_array_equal(d[t], g[t] if t % 3 else sam)


def test_what_is_reused_is_across_the_gradient():
    d, g, (g_v, phase) = LookSAM(RHO).direction(W, LookSAM().init(W), Noisy()(0))
    assert phase == 1
    assert abs(g_v @ g) < 1e-14 * reference.length(g_v) * reference.length(g)
    np.testing.assert_allclose(u(d - (d @ u(g)) * u(g)), u(g_v), rtol=1e-12)


@pytest.mark.parametrize("rho", [0.0, 1e-18, 1e-15])
def test_rounding_is_not_blown_up_to_a_turn(rho):
    H, _ = reference.rotated(np.random.default_rng(0), [1.0, 3.0, 0.1, 2.0])
    # Gradients that differ in their last bits between evaluations of one point.
    bits = iter(1 + 2.0**-52 * np.random.default_rng(1).integers(-2, 3, (99, 4)))
    method, state = LookSAM(rho, k=3), LookSAM().init(W)
    for _ in range(6):
        d, g, state = method.direction(W, state, lambda w: (H @ w) * next(bits))
        np.testing.assert_allclose(d, g, rtol=1e-14)


def test_the_projection_is_over_all_tensors_and_the_steps_are_counted_here():
    # Published faults: by tensor; both gradients always; the base's count of steps.
    model = net()
    landscape = Network(copy.deepcopy(model), checks.X, checks.Y)
    base = torch.optim.Adam(model.parameters(), lr=0.01)
    checks.loss_of(model).backward()
    base.step()  # a count that is not ours
    w = parameters_to_vector(model.parameters()).detach()
    optimizer = SharpnessAware(base, LookSAM(RHO, 0.7, 3), model)
    closure, calls, keep = checks.closure_of(model), [], {}

    def gradient(w):
        return landscape.gradient(torch.from_numpy(w)).numpy()

    for t in range(7):
        before = closure.calls
        expected = along_looksam(gradient, w.numpy(), t, keep, k=3)
        optimizer.step(closure)
        calls.append(closure.calls - before)
        d = torch.cat([p.grad.reshape(-1) for p in model.parameters()])
        np.testing.assert_allclose(d.numpy(), expected, rtol=1e-9, atol=1e-12)
        w = parameters_to_vector(model.parameters()).detach()
    assert calls == [2, 1, 1, 2, 1, 1, 2]


# AdaSAM


def test_without_a_radius_adasam_is_amsgrad_without_bias_correction():
    def amsgrad(grad, w, t, keep):
        return along_adasam(grad, w, t, keep, rho=0.0, b1=0.9, b2=0.999, delta=1e-8)

    keep = {}
    points, d, _ = trajectory(AdaSAM(0.0), Noisy(), eta=0.01)
    for t in range(STEPS):
        desired = amsgrad(Noisy()(t), points[t], t, keep)
        np.testing.assert_allclose(d[t], desired, rtol=1e-12)
    np.testing.assert_allclose(abs(d[0]), 0.1 / math.sqrt(0.001), rtol=1e-12)


def test_the_second_moment_never_falls():
    method, state, tops = AdaSAM(RHO, 0.5, 0.5), AdaSAM().init(W), []
    for c in (1.0, 100.0, 1e-3, 1e-3):
        _, _, state = method.direction(W, state, lambda w, c=c: c * w)
        tops.append(state[2])
    assert (np.diff(tops, axis=0) >= 0).all() and (tops[3] == tops[1]).all()
    np.testing.assert_array_equal(AdaSAM(delta=0.5).init(W)[2], np.full(4, 0.25))


def test_renormalisation_is_before_the_moments_and_never_after():
    keep = {}
    method = AdaSAM(RHO, 0.8, 0.9, 0.1, stable=True)
    for t, (w, d, _) in enumerate(zip(*trajectory(method, Noisy()), strict=True)):
        desired = along_adasam(Noisy()(t), w, t, keep, stable=True)
        np.testing.assert_allclose(d, desired, rtol=1e-11)
    for made in (lambda: Stable(AdaSAM()), lambda: make("stable:adasam")):
        with pytest.raises(ValueError, match="`AdaSAM` has a step size of its own"):
            made()


# In front of torch


@pytest.mark.parametrize("name", [*NAMES, *STABLE])
def test_the_optimizer_takes_the_steps_of_the_landscape(name):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    landscape, method = (
        Network(copy.deepcopy(model), checks.X, checks.Y),
        make(name, rho=RHO, k=3),
    )
    *_, last = simulate.iterate(landscape, method, landscape.start, 0.05, 7)
    optimizer = SharpnessAware(checks.sgd(model, lr=0.05), method, model)
    for _ in range(7):
        optimizer.step(checks.closure_of(model))
    actual = parameters_to_vector(model.parameters()).detach()
    torch.testing.assert_close(actual, last.x, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", [*NAMES, *STABLE])
@pytest.mark.parametrize("base", checks.BASES)
def test_a_resumed_run_is_the_uninterrupted_one(name, base):
    # 5 + 5 steps: between two refreshes for k = 3 and for k = 4.
    for k in (3, 4) if "looksam" in name else (3,):
        method = make(name, rho=RHO, k=k)
        checks.a_resumed_run_is_the_uninterrupted_one(method, base)


@pytest.mark.parametrize("name", NAMES)
def test_a_step_leaves_alone_what_it_should(name):
    checks.buffers_advance_once(name)
    checks.random_numbers_are_replayed(name)
    checks.weights_come_back(name)
    checks.a_zero_gradient_stays(name)


@pytest.mark.parametrize("name", [n for n in [*NAMES, *STABLE] if n != "adasam"])
def test_no_radius_is_the_base(name):
    checks.no_radius_is_the_base(name, momentum=0.9, weight_decay=0.01)


def test_a_step_that_raised_is_not_counted():
    model = checks.network()
    optimizer = SharpnessAware(checks.sgd(model), LookSAM(k=3), model)
    inner = checks.closure_of(model)

    def closure():
        loss = inner()
        if inner.calls == 2:
            raise InterruptedError
        return loss

    with pytest.raises(InterruptedError):
        optimizer.step(closure)
    calls = []
    for _ in range(4):
        before = inner.calls
        optimizer.step(closure)
        calls.append(inner.calls - before)
    assert calls == [2, 1, 1, 2]


# The primitives


KINDS = [
    (np.array, np.asarray),
    (Components, lambda v: np.array(list(v), dtype=float)),
    (lambda v: torch.tensor(np.array(v)), lambda v: v.numpy()),
    (
        lambda v: Tensors([torch.tensor(v[:1]), torch.tensor(v[1:])]),
        lambda v: torch.cat(list(v.materialised())).numpy(),
    ),
]


@pytest.mark.parametrize("made, plain", KINDS)
def test_coordinate_by_coordinate_on_every_kind_of_point(made, plain):
    a, b = np.array([4.0, -2.0, 0.0, 9.0]), np.array([2.0, 0.0, 0.0, -3.0])
    p, q = made(a), made(b) * 1.0
    for found, desired in (
        (absolute(p), [4, 2, 0, 9]),
        (maximum(p, q), [4, 0, 0, 9]),
        (ratio(p, q), [2, 0, 0, -3]),
        (p * q, [8, 0, 0, -27]),
        (root(p * p), [4, 2, 0, 9]),
        (p * 2.0 + 1.5, [9.5, -2.5, 1.5, 19.5]),
        (-p * (q * 2.0), [-16, 0, 0, 54]),
        (theory.method.minimum(p * 1.0, q), [2, -2, 0, -3]),
        (ratio(-p, q * 0.5), [-4, 0, 0, 6]),
        (maximum(-p, q * 0.5), [1, 2, 0, -1.5]),
    ):
        np.testing.assert_array_equal(plain(found), desired)


@pytest.mark.parametrize("made, plain", KINDS)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_of_what_has_overflown_no_quotient_is_known(made, plain):
    a, b = made(np.array([0.0, 1.0, 1.0, 0.0])), np.array([math.inf, math.inf, 2.0, 0])
    found = plain(ratio(a, made(b)))
    np.testing.assert_array_equal(found, [math.nan, math.nan, 0.5, 0.0])


@pytest.mark.parametrize("made, plain", KINDS)
def test_a_difference_of_rounding_is_zero(made, plain):
    a = np.array([3.0, -4.0, 1e-3, 0.0])
    for off, seen in ((0.0, 0), (1e-13, 0), (1e-11, 1), (0.3, 1)):
        b = a * (1 - off)
        found = plain(difference(made(a), made(b)))
        np.testing.assert_array_equal(found, (a - b) * seen)
    np.testing.assert_array_equal(plain(difference(made(a), made(0 * a))), a)


def test_a_difference_knows_its_precision():
    a = np.array([3.0, -4.0], dtype="float32")
    for off, seen in ((1e-4, False), (1e-2, True)):
        found = difference(a, a * np.float32(1 - off))
        assert found.any() == seen and found.dtype == np.float32
    x = sympy.Symbol("x", positive=True)
    tiny = sympy.Rational(1, 10**30)
    exact = difference(Components([x, x]), Components([x, x * (1 - tiny)]))
    first, second = exact
    assert first == 0 and sympy.simplify(second - x * tiny) == 0


@pytest.mark.parametrize(
    "made, match",
    [
        (lambda: ASAM(-1), "`ASAM` takes a finite rho >= 0, got -1"),
        (lambda: ASAM(eta_T=-0.1), "`ASAM` takes a finite eta_T >= 0, got -0.1"),
        (lambda: GSAM(alpha=-1.0), "`GSAM` takes a finite alpha >= 0, got -1"),
        (lambda: FriendlySAM(lam=1.5), r"`FriendlySAM` takes lam in \[0, 1\], got 1.5"),
        (lambda: FriendlySAM(sigma=-1), "`FriendlySAM` takes a finite sigma >= 0"),
        (lambda: VaSSO(theta=-0.1), r"`VaSSO` takes theta in \[0, 1\], got -0.1"),
        (lambda: LookSAM(k=0), "`LookSAM` takes a whole k >= 1, got 0"),
        (lambda: LookSAM(k=1.5), "`LookSAM` takes a whole k >= 1, got 1.5"),
        (lambda: AdaSAM(beta2=2), r"`AdaSAM` takes beta2 in \[0, 1\], got 2"),
        (lambda: AdaSAM(delta=math.inf), "`AdaSAM` takes a finite delta >= 0"),
    ],
)
def test_a_hyperparameter_out_of_range_is_refused(made, match):
    with pytest.raises(ValueError, match=match) as caught:
        made()
    assert "\n" not in str(caught.value)


# The tests have teeth


def test_a_difference_without_its_rule_is_found(monkeypatch):
    monkeypatch.setattr(theory.method, "ROUNDING", math.inf)
    with pytest.raises(AssertionError):
        test_a_difference_of_rounding_is_zero(*KINDS[0])
