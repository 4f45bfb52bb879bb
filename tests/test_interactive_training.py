"""The live edge is that of an independent Hessian, and the comparison is fair."""

import numpy as np
import pytest
import torch

pytest.importorskip("ipywidgets", reason="the extra `notebook` is missing")

from figures.interactive import edges_live, training  # noqa: E402
from figures.interactive.claims_later import Later  # noqa: E402
from figures.interactive.training_compare import Compare  # noqa: E402
from figures.interactive.training_live import EDGES, Live  # noqa: E402
from landscapes.network import Network  # noqa: E402


@pytest.fixture(autouse=True)
def no_windows():
    import matplotlib
    from matplotlib import pyplot

    matplotlib.use("agg")
    yield
    pyplot.close("all")


@pytest.fixture
def net():
    """19 weights, 12 samples, float64."""
    rng = np.random.default_rng(0)
    module = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)
    ).double()
    X, y = torch.as_tensor(rng.normal(size=(12, 3))), rng.normal(size=(12, 1))
    return Network(module, X, torch.as_tensor(y), "square", "tiny", "looped")


@pytest.mark.parametrize("method", EDGES)
def test_the_sharpness_is_the_largest_eigenvalue_of_an_independent_hessian(net, method):
    live = Live(net, method, eta=0.2, rho=0.1, every=5)
    looks = list(live.run(15))
    assert [look.step for look in looks] == [0, 5, 10, 15]
    x = net.initial(0).to(net.X)
    assert looks[0].sharpness == pytest.approx(sharpness(net, x), rel=1e-3)
    if method == "gd":
        for _ in range(15):
            x = x - 0.2 * net.gradient(x)
        assert looks[-1].sharpness == pytest.approx(sharpness(net, x), rel=1e-3)


def sharpness(net, x):
    """By differentiating torch's own functional form of the loss twice."""
    names = [name for name, _ in net.module.named_parameters()]
    shapes = [p.shape for p in net.module.parameters()]

    def loss(w):
        parts = w.split([shape.numel() for shape in shapes])
        given = {n: p.view(s) for n, p, s in zip(names, parts, shapes, strict=True)}
        out = torch.func.functional_call(net.module, given, (net.X,))
        return ((out - net.y) ** 2).sum(dim=1).mean() * scale

    scale = float(net.value(x)) / float(((predicted(net, x) - net.y) ** 2).mean())
    hessian = torch.autograd.functional.hessian(loss, x)
    return float(torch.linalg.eigvalsh(hessian)[-1])


def predicted(net, x):
    import copy

    return net.load(copy.deepcopy(net.module), x)(net.X).detach()


def test_the_edges_turn_steps_back():
    """At an edge lam: eta lam (1 + r lam) = 2, r = rho or rho / |g|."""
    live = edges_live.EdgeOfStability("usam", first=10, steps=10).live
    look = live.looks[-1]
    lam = look.edges["usam"]
    assert look.eta * lam * (1 + look.rho * lam) == pytest.approx(2, rel=1e-9)
    lam = look.edges["sam"]
    assert look.eta * lam * (1 + look.rho / look.size * lam) == pytest.approx(2)
    assert look.edges["gd"] == look.edges["ssam"] == pytest.approx(2 / look.eta)
    assert look.edges["own"] == look.edges["usam"]


def test_a_slider_changes_the_step_after_the_one_at_hand(net):
    live = Live(net, "gd", eta=0.1, rho=0.1, every=1)
    run = live.run(3)
    next(run)
    next(run)
    live.eta = 0.3
    x = net.initial(0).to(net.X)
    next(run)  # by a step that was decided before
    for eta in (0.1, 0.1, 0.3):
        x = x - eta * net.gradient(x)
    assert next(run).loss == pytest.approx(float(net.value(x)), rel=1e-12)


def test_a_run_that_bursts_ends(net):
    assert list(Live(net, "gd", eta=1e3, rho=0.1, every=1).run(50))[-1].step < 50


def test_the_button_trains_to_the_end_and_the_picture_holds_every_look():
    shown = edges_live.EdgeOfStability("sam", first=10, steps=30)
    assert len(shown.live.looks) == 2
    shown.press()
    assert [look.step for look in shown.live.looks] == [0, 10, 20, 30]
    drawn = shown.picture.sharpness.get_ydata()
    assert list(drawn) == [look.sharpness for look in shown.live.looks]
    shown.method.value = "gd"
    assert [look.step for look in shown.live.looks] == [0]


def test_a_method_without_an_edge_is_refused():
    with pytest.raises(ValueError, match="`asam` has no edge here"):
        edges_live.EdgeOfStability("asam")


def test_plain_sgd_in_the_comparison_is_torchs_own():
    seen = list(training.trained("gd", 0.1, 0.05, epochs=1))[-1]
    (X, y), model = training.tensors(training.digits().train), training.network(0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))
    for part in order.split(training.BATCH):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(X[part]), y[part]).backward()
        optimizer.step()
    with torch.no_grad():
        loss = float(torch.nn.functional.cross_entropy(model(X), y))
    assert seen.loss == pytest.approx(loss, rel=1e-6)  # single precision


def test_all_methods_begin_with_the_same_network_and_learn():
    seen = Compare(first=2).seen
    begun = {each.loss for each in seen if each.epoch == 0}
    assert len(begun) == 1
    assert all(e.accuracy > 0.7 for e in seen if e.epoch == 2)
    assert len({e.loss for e in seen if e.epoch == 2}) == 3


def test_a_new_start_ends_what_was_left():
    """In a loop of events: the old pieces stop, the last call is with None."""
    import asyncio

    shown = []

    async def both():
        later = Later(shown.append)
        later.start(iter(range(1000)), shown.append)
        later.start(iter("ab"), shown.append)
        while later.busy:
            await asyncio.sleep(0.01)

    asyncio.run(both())
    assert shown[-3:] == ["a", "b", None]
    assert 999 not in shown
