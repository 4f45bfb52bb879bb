"""Saddles of networks: closed forms against dense Hessians, verdicts, a whole run."""

import json
import math
from functools import cache

import numpy as np
import pytest
import torch
import xarray
from scipy.stats import binomtest
from torch.autograd.functional import hessian

from experiments import network_saddles, run
from experiments.networks.saddles import (
    answer,
    embedded,
    escape,
    plan,
    report,
    shares,
)
from experiments.networks.saddles.data import covarying, principal
from experiments.networks.saddles.hallucination import hallucination
from experiments.networks.saddles.runs import PIECES, Ball, Fate, Kept, fates, follow
from experiments.networks.saddles.sites import WIDTH, site
from experiments.networks.saddles.stalled import LOOKS, STALLED, fall, quarters
from experiments.networks.saddles.training import (
    THRESHOLDS,
    constant_loss,
    looked,
    perceptron,
)
from landscapes.quadratic import Quadratic
from landscapes.splits import split
from tests.test_saddle_escape import leaving
from theory import kept, methods
from theory.iterate import iterate
from theory.methods.gd import GD

SAMPLES = 100


def tiny(**words):
    """Options of the smallest run."""
    small = {
        "quick": True, "jobs": 1, "data": ("digits",), "seeds": 1, "train_steps": 100,
    }  # fmt: skip
    return network_saddles.Config(**small | words)


@cache
def small_network():
    """A trained network of one neuron."""
    net = embedded.two_layers(*principal("digits", SAMPLES, 3, 4), 1)
    return net, embedded.critical(net, 0)


def mean_square(X, labels, hidden):
    """The loss of a two-layer network, by its formula."""
    k, c = X.shape[1], int(labels.max()) + 1
    wanted = torch.eye(c, dtype=torch.float64)[labels]

    def loss(w):
        W, b, V, a = w.split([hidden * k, hidden, c * hidden, c])
        z = X @ W.view(hidden, k).T + b
        bent = z * (1 + torch.erf(z / math.sqrt(2))) / 2
        outputs = bent @ V.view(c, hidden).T + a
        return ((outputs - wanted) ** 2).sum(dim=1).mean() / 2

    return loss


def is_critical_with_the_told_inertia(share):
    net, w = small_network()
    larger, point = embedded.split_neuron(net, w, 0, share)
    loss = mean_square(net.X, net.y, 2)
    assert float(loss(point)) == pytest.approx(
        float(mean_square(net.X, net.y, 1)(w)), rel=1e-13
    )
    variable = point.clone().requires_grad_()
    (g,) = torch.autograd.grad(loss(variable), variable)
    assert float(g.norm()) < 1e-7
    lam = np.linalg.eigvalsh(hessian(loss, point).numpy())
    flat = 1e-7 * np.abs(lam).max()
    inner = embedded.inertia(embedded.hessian(net, w))
    outer = embedded.inertia(embedded.doubling(net, w, 0, share))
    assert int((lam < -flat).sum()) == inner[0] + outer[0] > inner[0]
    assert int((np.abs(lam) <= flat).sum()) == inner[1] + outer[1] >= 1
    np.testing.assert_allclose(
        np.linalg.eigvalsh(embedded.hessian(larger, point)), lam, atol=1e-10
    )


@pytest.mark.parametrize("share", [0.5, 0.25, 2.0, -1.0])
def test_a_neuron_written_twice_is_a_saddle_of_the_told_index(share):
    is_critical_with_the_told_inertia(share)


def test_outgoing_weights_that_do_not_add_up_would_be_seen(monkeypatch):
    honest = embedded.split_neuron

    def mutant(network, w, neuron, share):
        larger, point = honest(network, w, neuron, share)
        point = point.clone()
        point[larger.segments["3.weight"]] *= 1 + 1e-3
        return larger, point

    monkeypatch.setattr(embedded, "split_neuron", mutant)
    with pytest.raises(AssertionError):
        is_critical_with_the_told_inertia(0.5)


def test_the_double_matters_by_its_share_alone():
    # s (1 - s) is the same for s and 1 - s, and so is the index.
    net, w = small_network()
    spectra = [np.linalg.eigvalsh(embedded.doubling(net, w, 0, s)) for s in (0.3, 0.7)]
    np.testing.assert_allclose(*spectra, rtol=0, atol=1e-14)


def test_the_origins_spectrum_is_the_cross_covariances_with_both_signs():
    images, labels = split("digits", SAMPLES, 0, 0).train
    X = images.reshape(SAMPLES, -1)
    Y = np.eye(10)[labels]
    cross = (X / X.std()).T @ (Y - Y.mean(axis=0)) / SAMPLES
    sigma = np.linalg.svd(cross, compute_uv=False)[:9]
    here = site("digits", "origin, depth 2", SAMPLES, 0.2)
    X, Y = covarying("digits", SAMPLES)

    def loss(w):
        inner, outer = w[: 9 * WIDTH], w[9 * WIDTH :]
        outputs = X @ inner.view(WIDTH, 9).T @ outer.view(9, WIDTH).T
        return ((outputs - Y) ** 2).sum(dim=1).mean() / 2

    dense = np.linalg.eigvalsh(hessian(loss, here.point).numpy())
    told = np.sort(np.concatenate([s * np.repeat(sigma, WIDTH) for s in (-1, 1)]))
    np.testing.assert_allclose(dense, told, atol=1e-12)
    np.testing.assert_allclose(here.eigenvalues, told, atol=1e-12)
    assert here.index_told == (here.eigenvalues < 0).sum() == 9 * WIDTH
    deeper = site("digits", "origin, depth 3", SAMPLES, 0.2)
    assert deeper.nullity_told == (deeper.eigenvalues == 0).sum() == len(deeper.point)


def test_near_starts_lie_in_sams_trap_and_far_ones_at_a_quarter():
    here = site("digits", "origin, depth 2", SAMPLES, 0.2)
    m = np.abs(here.eigenvalues).min()
    size = np.array([escape.near(here, 0.02), np.nan])
    near, far = here.starts(size, 5, 0)
    steep = np.linalg.norm(near * here.eigenvalues, axis=1)
    np.testing.assert_allclose(steep, 0.5 * 0.02 * m)
    np.testing.assert_allclose(np.linalg.norm(far, axis=1), 0.05)


@pytest.mark.parametrize("spec", ["gd", "usam", "sam", "ssam", "ssam-n"])
def test_runs_leave_when_a_plain_loop_does(spec):
    lam = np.array([2.0, -1.0])  # of the loop's matrix
    ball = Ball(torch.zeros(2).double(), torch.eye(2).double(), lam, 1.0)
    u = np.random.default_rng(3).normal(size=(5, 2)) / 10
    eta, rho, steps = 0.2, 0.15, 2 * PIECES
    method = methods.make(spec)
    kept = follow(Quadratic(lam), method, u, eta, np.full(5, rho), ball, steps)
    desired = [leaving(spec, eta, rho, start, steps) for start in u]
    np.testing.assert_array_equal(kept.steps, desired)
    assert (kept.exit[np.isfinite(kept.steps)] < 0).all()


def made_up(**changes):
    """One run that rests, but for what is changed; 40 pieces, two directions."""
    ones = np.full((PIECES, 1), 0.01)
    words = {
        "distance": ones, "down": ones[..., None] * [1.0, 0.1], "rise": 0 * ones,
        "steps": np.array([np.inf]), "exit": np.array([np.nan]),
    }  # fmt: skip
    return Kept(**words | changes)


def growing_by(factor):
    down = made_up().down.copy()
    down[:, 0, 1] = 1e-6 * factor ** np.arange(PIECES)
    return down


# Half a band's width, chaotic: up to a factor of ten up and down.
CHAOS = np.exp(np.random.default_rng(0).uniform(-2.3, 0, (PIECES, 1)))
LINE = np.linspace(0, 1, PIECES)[:, None]
# Small for three quarters of the time, then large, without growing.
BURST = CHAOS * np.where(LINE < 0.75, 1e-4, 1e-2)


@pytest.mark.parametrize(
    "changes, fate",
    [
        ({}, Fate.HELD),
        ({"down": growing_by(1.02)}, Fate.HELD),
        ({"down": growing_by(1.1)}, Fate.UNDECIDED),
        ({"down": 0.01 * CHAOS[..., None]}, Fate.HELD),
        ({"down": BURST[..., None]}, Fate.HELD),
        ({"down": growing_by(1.1) * 1e-12}, Fate.HELD),  # rounding
        ({"rise": -1e-4 * LINE}, Fate.UNDECIDED),
        ({"rise": 1e-4 * (2 - LINE)}, Fate.HELD),  # comes down to the saddle
        ({"rise": -1e-4 * CHAOS}, Fate.HELD),
        ({"distance": 0.01 * (1 + LINE)}, Fate.HELD),  # the band is wider
        ({"distance": 0.1 * (1 + LINE)}, Fate.UNDECIDED),
        ({"steps": np.array([7.0]), "exit": np.array([-0.1])}, Fate.ESCAPED),
        ({"steps": np.array([7.0]), "exit": np.array([0.1])}, Fate.THROWN),
        ({"steps": np.array([7.0]), "exit": np.array([np.nan])}, Fate.THROWN),
    ],
)
def test_a_run_is_judged_by_all_that_is_known_of_it(changes, fate):
    # The band's half-width is 1.5 eta rho max|lam| = 0.015, times sqrt(2).
    found = fates(made_up(**changes), 0.1, np.array([0.05]), np.array([2.0, -1.0]))
    assert Fate(int(found[0])) is fate


def test_without_a_band_a_run_must_stay_as_near_as_it_was():
    wider = made_up(distance=0.01 * (1 + LINE))
    lam = np.array([2.0, -1.0])
    assert fates(wider, 0.1, np.zeros(1), lam)[0] == Fate.UNDECIDED


def test_a_method_with_a_memory_is_refused():
    lam = np.array([2.0, -1.0])
    ball = Ball(torch.zeros(2).double(), torch.eye(2).double(), lam, 1.0)

    class Remembers(GD):
        def init(self, x):
            return (x,)

    with pytest.raises(ValueError, match="has a memory: saddles are measured"):
        follow(Quadratic(lam), Remembers(), np.ones((1, 2)), 0.1, np.ones(1), ball, 40)


def test_the_constant_output_is_the_best_one():
    net = perceptron("digits", SAMPLES, "square")
    share = np.bincount(net.y) / SAMPLES
    targets = np.eye(10)[net.y]
    assert constant_loss(net) == pytest.approx(
        ((targets - share) ** 2).sum(axis=1).mean() / 2
    )


def asked(net, start, eta, steps):
    """What is seen of one run of GD at some steps, as a part of a result."""
    states = iterate(net, GD(), start[None], eta, max(steps))
    told = looked(net, states, steps)
    cells = {key: np.stack([one[key][0] for one in told]) for key in told[0]}
    index = cells.pop("train_index")
    threshold = {"threshold": list(THRESHOLDS)}
    made = xarray.Dataset({k: ("check", v) for k, v in cells.items()}, threshold)
    return made.assign(train_index=(("check", "threshold"), index))


def counted(seen):
    """Whether it counts as stalled above descending curvature."""
    index = seen.train_index.sel(threshold=shares.CURVED)
    return (shares.stalled(seen) & (index > 0)).values


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_slow_training_does_not_stall(seed):
    # As calibrated: GD learns on, its gradient small, its Hessian indefinite.
    net = perceptron("digits", 200, "square")
    seen = asked(net, net.initial(seed).double(), 0.2, (20, 50, 200))
    assert (seen.train_index.sel(threshold=shares.CURVED) > 0).all()
    assert not counted(seen).any() and (seen.train_fall > 3 * STALLED).all()
    if seed == 0:
        assert (seen.train_steepness < 0.01).all()
        np.testing.assert_allclose(seen.train_loss, [0.360, 0.323, 0.289], atol=5e-4)


@pytest.mark.parametrize("name", ["origin, depth 2", "embedded, 3 classes, 1/2"])
def test_gd_at_a_known_saddle_stalls_until_it_leaves(name):
    here = site("digits", name, SAMPLES, 0.2)
    eta, size = 0.5 / here.curvature, 1e-6
    growth = np.log1p(-eta * here.eigenvalues[0])
    inside = int(np.log(0.01 / size) / growth)
    outside = int(np.log(10 / size) / growth)
    way = np.random.default_rng(0).normal(size=len(here.point))
    start = here.point + size * torch.tensor(way / np.linalg.norm(way))
    found = counted(
        asked(here.network, start, eta, (inside // 4, inside // 2, inside, outside))
    )
    assert found.tolist() == [True, True, True, False]


def test_the_fall_is_from_quarter_to_quarter_and_knows_no_scale():
    steps = (40, 400, 5000)
    by_step = {t: np.array([t**-0.3, 7 * t**-0.3]) for t in range(1, 5001)}
    for count in steps:
        np.testing.assert_allclose(fall(by_step, count), 1 - (5 / 7) ** 0.3, rtol=0.04)
    # A 2-cycle is at rest, and a loss that rises is not.
    cycle = {t: np.array([1 + 0.5 * (t % 2), 1 + t / 5000]) for t in range(5001)}
    for count in steps[1:]:
        still, rising = fall(cycle, count)
        assert abs(still) < STALLED and rising < -STALLED / 10
        assert all(len(part) <= 2 * LOOKS for part in quarters(count))
        assert all({t % 2 for t in part} == {0, 1} for part in quarters(count))
    loss = np.arange(100.0, 0.0, -1)
    plain = 1 - loss[31:41].mean() / loss[21:31].mean()
    found = fall({t: loss[[t]] for t in range(100)}, 40)
    np.testing.assert_allclose(found, plain)


def test_what_rises_or_is_not_finite_does_not_stall():
    falls = np.array([0.004, -0.004, 0.006, -0.006, np.nan, -np.inf])
    found = shares.stalled(xarray.Dataset({"train_fall": ("run", falls)}))
    assert found.values.tolist() == [True, True, False, False, False, False]


def test_the_largest_of_three_shares_has_an_interval_for_three():
    dims = ("data", "algorithm", "train_rho_level")
    hits = np.array([[[3, 9, 5], [4, np.nan, np.nan]]])
    made = xarray.Dataset({
        "stalled": (dims, hits / 18),
        "runs": (dims, np.array([[[18, 18, 18], [18, 0, 0]]])),
        "train_rho": (dims, np.array([[[0.1, 0.5, 2.0], [np.nan] * 3]])),
    }, coords={"data": ["digits"], "algorithm": ["SAM", "GD"]})  # fmt: skip
    for label, of, count, end in (("SAM", 3, 9, " at rho 0.5"), ("GD", 1, 4, "")):
        level = 1 - 0.05 / of
        told = binomtest(count, 18).proportion_ci(level, "wilson")
        span = f"({100 * told.low:.1f}-{100 * told.high:.1f})"
        want = f"{100 * count / 18:.1f} % {span}{end}"
        assert answer.most(made, label, "stalled") == want


def test_hallucination_needs_both_a_vanishing_direction_and_a_lower_loss():
    dims = ("hallucination_rho", "hallucination_eta", "seed", "arm")
    cold_d, warm_d = [0.01, 0.01, 1.0, np.nan], [1.0, 1.0, 1.0, 1.0]
    there, ones = [0.5, 2.0, 0.5, 0.5], np.ones(4)

    def spread(cold, warm):
        return dims, np.stack([cold, warm], axis=-1)[None, None]

    made = xarray.Dataset({
        "hallucination_d_norm": spread(cold_d, warm_d),
        "hallucination_g_norm": spread(ones, ones),
        "hallucination_loss_here": spread(ones, ones),
        "hallucination_loss_there": spread(there, there),
    }, coords={"arm": ["cold", "warm"]})  # fmt: skip
    found = shares._hallucination(made)
    assert found["hallucinated"].item() == pytest.approx(1 / 3)
    assert found["vanished"].item() == pytest.approx(2 / 3)
    assert found["upside_down"].item() == pytest.approx(2 / 3)
    assert found["hallucinated_warm"].item() == 0
    low, high = (found[f"hallucinated{end}"].item() for end in ("_low", "_high"))
    assert 0 < low < 1 / 3 < high < 1


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The same tiny experiment with one and with two processes."""
    paths = []
    for jobs in (1, 2):
        out = tmp_path_factory.mktemp(f"jobs{jobs}")
        words = tiny(jobs=jobs, out=out, methods=("gd", "sam"))
        words.most_saddles = 1
        dataset = network_saddles.measure(words)
        paths.append(run.save(dataset, out / "network_saddles.nc", words, "key"))
    return paths


def test_the_number_of_processes_does_not_matter(results):
    one, two = (path.read_bytes() for path in results)
    assert one == two


def test_a_whole_result_says_what_its_module_says(results):
    found = run.load(results[0])
    told = network_saddles.__doc__
    for name in found.data_vars:
        stem = name.removesuffix("_low").removesuffix("_high")
        assert f"`{name}`" in told or f"`{stem}`" in told
    total = found.held + found.undecided + found.escaped + found.thrown
    np.testing.assert_allclose(total.sel(algorithm="SAM"), 1)
    gd = found.escaped.sel(algorithm="GD")
    assert gd.isel(rho_level=0).notnull().all()
    assert gd.isel(rho_level=slice(1, None)).isnull().all()
    # At the origin GD leaves, and SAM stays where T7a says so.
    assert (gd.isel(rho_level=0) == 1).all()
    sam = found.sel(algorithm="SAM")
    sure = sam.predicted_held == 1
    assert sure.any() and (sam.stayed.where(sure, 1) == 1).all()
    assert "nan" not in report.answer(found) and "SAM stays" in report.answer(found)
    lines = report.table(found).splitlines()
    assert lines[0].split()[:3] == ["data", "saddle", "P"]


def test_the_result_names_the_files_its_numbers_rest_on(results):
    found = kept.result(network_saddles.NAME, results[0].parent)
    named = set(json.loads(found.attrs[kept.RESTS_ON]))
    folder = "experiments/networks/saddles"
    for name in ("stalled", "training", "sites", "escape", "shares", "plan"):
        assert f"{folder}/{name}.py" in named
    assert f"{folder}/report.py" not in named
    assert {"theory/iterate.py", "landscapes/network.py"} < named
    for spec in network_saddles.Config(quick=True).methods:
        assert type(methods.make(spec)).__module__.replace(".", "/") + ".py" in named


def test_a_learning_rate_of_hallucination_has_both_arms():
    words = tiny(hallucination_rho=("0.5",), out=run.RESULTS)
    words.hallucination_grid = [0.5]
    found = hallucination("digits", 0.05, words)
    assert found.hallucination_d_norm.shape == (1, 1, 1, 1, 2)
    assert np.isfinite(found.hallucination_d_norm).all()
    # The warm start has come down.
    start = perceptron("digits", words.samples, "square")
    assert float(found.warm_start_loss.mean()) < float(
        start.value(start.initial(0).double())
    )


@pytest.mark.parametrize(
    "words, message",
    [
        ({"rho": ("0.1",)}, "--rho takes three radii, got 1"),
        ({"train_rho": ("1",)}, "equally many radii, got 1 and 3"),
        ({"loss": "hinge"}, "--loss is square or cross_entropy, got hinge"),
        ({"radius": math.nan}, "--radius must be finite and > 0, got nan"),
        ({"steps": 3}, "--steps must be >= 200, got 3"),
        ({"methods": ()}, "--methods needs a name"),
        ({"eta": ("-1",)}, "--eta must be finite and > 0, got -1"),
    ],
)
def test_a_bad_option_is_refused_in_one_line(words, message):
    with pytest.raises(run.BadOption, match=message) as caught:
        tiny(**words)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "words, message",
    [
        ({"data": ("wine",)}, "measured on images, of digits, fashion_mnist, got `wi"),
        ({"data": ("digits", "digits")}, "a data set is named twice"),
        ({"methods": ("sam", "SAM")}, "are both called SAM"),
        ({"methods": ("sgd2",)}, "unknown method `sgd2`"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(words, message):
    with pytest.raises(ValueError, match=message) as caught:
        plan.by_part(tiny(**words))
    assert "\n" not in str(caught.value)
