"""A network computed the ordinary way: a module, a loss, `backward`."""

import copy

import torch
from torch.nn import functional as F
from torch.nn.utils import vector_to_parameters


def data(n, dtype=torch.float64, shape=(1, 8, 8), classes=10):
    """Examples and labels."""
    draw = torch.Generator().manual_seed(0)
    X = torch.randn(n, *shape, generator=draw, dtype=torch.float64).to(dtype)
    return X, torch.randint(0, classes, (n,), generator=draw)


def wandering(net, count, seed=0):
    """Points near no critical point, `(count, P)`."""
    draw = torch.Generator().manual_seed(seed)
    noise = torch.randn(count, net.dim, generator=draw, dtype=torch.float64)
    return net.start + (0.1 * noise).to(net.start)


def plain_module(net, w, training=False):
    """The module at a point; batch normalisation by the batch, dropout as told."""
    module = copy.deepcopy(net.module).train()
    for layer in module.modules():
        if isinstance(layer, torch.nn.Dropout):
            layer.train(training)
    vector_to_parameters(w.clone(), module.parameters())
    return module


def plain_loss(net, module, X, y):
    """The mean loss, `()`."""
    if net.loss == "cross_entropy":
        return F.cross_entropy(module(X), y)
    return ((module(X) - F.one_hot(y, 10)) ** 2).sum() / (2 * len(y))


def plain_value(net, w, X=None, y=None):
    """The loss of the module at w."""
    X, y = (net.X, net.y) if X is None else (X, y)
    return plain_loss(net, plain_module(net, w), X, y).detach()


def plain_gradient(net, w, X=None, y=None):
    """The gradient that `backward` leaves in the module's parameters, `(P,)`."""
    X, y = (net.X, net.y) if X is None else (X, y)
    module = plain_module(net, w)
    plain_loss(net, module, X, y).backward()
    return torch.cat([p.grad.reshape(-1) for p in module.parameters()])
