"""Every model is a landscape whose derivatives are those of the module itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from landscapes import models
from landscapes.network import Network
from tests.plain_network import data, plain_gradient, plain_value, wandering

DTYPES = (torch.float32, torch.float64)
# Rounding of sums over some hundred numbers, over the gradient's size.
NEAR = {torch.float32: 2e-5, torch.float64: 1e-12}


def make(name, dtype=torch.float64, **options):
    X, y = data(8, dtype)
    module = models.make(name, X.shape[1:], 10, **options).to(dtype)
    return Network(module, X, y, engine="batched")


def close(found, expected, dtype=torch.float64):
    scale = float(expected.abs().max())
    torch.testing.assert_close(found, expected, rtol=0, atol=NEAR[dtype] * scale)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", models.names())
def test_value_and_gradient_are_the_module_s_own(name, dtype):
    net = make(name, dtype)
    w = wandering(net, 3)
    for i in range(3):
        close(net.value(w)[i], plain_value(net, w[i]), dtype)
        close(net.gradient(w)[i], plain_gradient(net, w[i]), dtype)


@pytest.mark.parametrize("name", models.names())
def test_the_gradient_is_the_slope_of_the_value(name):
    net = make(name, **({} if name != "cnn" else {"activation": "gelu"}))
    w, v = (
        wandering(net, 1)[0],
        torch.nn.functional.normalize(
            torch.randn(net.dim, generator=torch.Generator().manual_seed(5)).double(),
            dim=0,
        ),
    )
    h = 1e-5
    slope = (plain_value(net, w + h * v) - plain_value(net, w - h * v)) / (2 * h)
    # Rounding of the value, 1e-16 / h, the remainder h^2; ReLUs may turn in between.
    torch.testing.assert_close(net.gradient(w) @ v, slope, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", models.names())
def test_the_hessian_vector_product_is_torchs_and_the_slope_of_the_gradient(name):
    net = make(name, **({} if name != "cnn" else {"activation": "tanh"}))
    w, v = wandering(net, 2), wandering(net, 2, seed=9)
    found = net.hvp(w, v)

    def value(point):
        shaped = dict(net.module.named_parameters())
        pieces = point.split([p.numel() for p in shaped.values()])
        shaped = {
            k: a.view(p.shape) for (k, p), a in zip(shaped.items(), pieces, strict=True)
        }
        outputs = torch.func.functional_call(still(net), shaped, (net.X,))
        return F.cross_entropy(outputs, net.y)

    _, expected = torch.autograd.functional.hvp(value, w[0], v[0])
    torch.testing.assert_close(
        found[0], expected, rtol=0, atol=1e-10 * float(expected.abs().max())
    )
    if name != "resnet":  # its ReLUs turn
        h = 1e-5 / v[1].norm()
        ends = [plain_gradient(net, w[1] + s * h * v[1]) for s in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * h)
        scale = float(slope.abs().max())
        torch.testing.assert_close(found[1], slope, rtol=0, atol=1e-6 * scale)


def still(net):
    """The module with batch normalisation by the batch, as in training."""
    return net.module.train()


@pytest.mark.parametrize("name", models.names())
def test_many_at_once_are_one_by_one(name):
    net = make(name)
    loop = replace(net, engine="looped")
    w, v = wandering(net, 5), wandering(net, 5, seed=1)
    for block in (None, 2):
        many = replace(net, block=block)
        for what in ("value", "gradient", "losses", "outputs"):
            close(getattr(many, what)(w), getattr(loop, what)(w))
        close(many.hvp(w, v), loop.hvp(w, v))


@pytest.mark.parametrize("name", models.names())
def test_a_seed_decides_the_start_and_nothing_else_moves(name):
    net, before = make(name, torch.float32), torch.get_rng_state()
    assert torch.equal(net.initial(3), net.initial(3))
    assert not torch.equal(net.initial(3), net.initial(4))
    double = net.to(dtype=torch.float64).initial(3)
    assert torch.equal(double.float(), net.initial(3))
    assert torch.equal(before, torch.get_rng_state())
    # As wide as torch draws it.
    torch.manual_seed(0)
    spread = net.flat(models.make(name, (1, 8, 8), 10)).std()
    assert float(net.initial(3).std() / spread) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("name", models.names())
def test_a_point_is_written_back_into_a_module(name):
    net = make(name)
    w = net.initial(7)
    module = net.load(models.make(name, (1, 8, 8), 10).double(), w)
    assert torch.equal(net.flat(module), w)
    assert torch.equal(net.flat(net.module), net.start)


def test_a_resnet_18_has_its_62_tensors():
    module = models.make(
        "resnet", (3, 32, 32), 10, widths=(64, 128, 256, 512), blocks=2
    )
    assert len([*module.parameters()]) == 62
    # The known count of the 32 x 32 form.
    assert sum(p.numel() for p in module.parameters()) == 11_173_962


def test_a_deep_linear_net_is_linear_and_has_no_bias():
    module = models.make("linear_net", (5,), 3, hidden=(4, 6)).double()
    X = torch.randn(9, 5, dtype=torch.float64)
    W = [p.detach() for p in module.parameters()]
    assert [w.shape for w in W] == [(4, 5), (6, 4), (3, 6)]
    torch.testing.assert_close(module(X), X @ (W[2] @ W[1] @ W[0]).T)


def test_attention_is_torchs():
    from landscapes.models.vit import Attention

    own = Attention(12, 3)
    other = torch.nn.MultiheadAttention(12, 3, batch_first=True)
    with torch.no_grad():
        other.in_proj_weight.copy_(own.qkv.weight)
        other.in_proj_bias.copy_(own.qkv.bias)
        other.out_proj.weight.copy_(own.out.weight)
        other.out_proj.bias.copy_(own.out.bias)
    x = torch.randn(2, 5, 12)
    torch.testing.assert_close(own(x), other(x, x, x)[0], rtol=1e-5, atol=1e-6)


def test_the_tokens_of_a_transformer_are_the_patches_of_the_image():
    from landscapes.models.vit import Tokens

    made, x = Tokens((2, 8, 12), 4, 6), torch.randn(3, 2, 8, 12)
    torch.nn.init.zeros_(made.position)
    second = x[:, :, 0:4, 4:8].flatten(1)  # the patch to the right of the first
    torch.testing.assert_close(made(x)[:, 2], made.embed(second))
    assert made(x).shape == (3, 7, 6)


@pytest.mark.parametrize(
    "call, what",
    [
        (lambda: models.make("mpl", (4,), 2), "unknown model `mpl`: did you mean mlp"),
        (lambda: models.make("mlp", (4,), 2, activation="elu"), "`mlp` .* got `elu`"),
        (lambda: models.make("cnn", (1, 8, 8), 2, activation="x"), "`cnn` .* got `x`"),
        (lambda: models.make("cnn", (64,), 2), "`cnn` takes images .* got \\(64,\\)"),
        (lambda: models.make("resnet", (64,), 2), "`resnet` takes images"),
        (lambda: models.make("vit", (64,), 2), "`vit` takes images"),
        (lambda: models.make("vit", (1, 9, 8), 2), "`vit` takes a patch that divides"),
        (lambda: models.make("vit", (1, 8, 8), 2, heads=5), "heads 5, width 32"),
    ],
)
def test_what_a_model_cannot_be_is_refused_in_one_line(call, what):
    with pytest.raises(ValueError, match=what) as error:
        call()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", models.names())
def test_a_model_takes_real_images(name):
    for shape in ((1, 28, 28), (3, 32, 32)):
        assert models.make(name, shape, 7)(torch.zeros(2, *shape)).shape == (2, 7)


def test_a_bowl_of_samples_is_as_numpy_has_it():
    # Least squares by one linear layer, in NumPy's own words.
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    net = Network(torch.nn.Linear(3, 2).double(), X, y, "square")
    w = rng.normal(size=8)
    W, b = w[:6].reshape(2, 3), w[6:]
    error = X @ W.T + b - y
    assert net.value(torch.tensor(w)) == pytest.approx((error**2).sum() / 40)
    g = np.concatenate([(error.T @ X / 20).ravel(), error.mean(axis=0)])
    np.testing.assert_allclose(net.gradient(torch.tensor(w)), g, rtol=1e-12)
    ones = np.hstack([X, np.ones((20, 1))])
    lam = np.linalg.eigvalsh(net.hessian(torch.tensor(w)).numpy())
    np.testing.assert_allclose(lam[::2], np.linalg.eigvalsh(ones.T @ ones / 20))
