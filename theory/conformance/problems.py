"""Small problems in float64, with gradients of size 1 and several tensors each.

Each is a model whose value is its own loss, `model()`. A script quotes these classes,
so they need torch only.
"""

import torch
from torch import nn


class Quadratic(nn.Module):
    """Two tensors of different curvature, coupled."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([1.0, -0.5], dtype=torch.float64))
        self.bias = nn.Parameter(torch.tensor([0.7], dtype=torch.float64))

    def forward(self):
        """The loss."""
        (a, b), (c,) = self.weight, self.bias
        return 0.5 * a**2 + 2.0 * b**2 + 0.1 * c**2 + 0.3 * a * b + 0.2 * b * c


class Linear(nn.Module):
    """A loss whose gradient is the same everywhere."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([1.0, -0.5], dtype=torch.float64))
        self.bias = nn.Parameter(torch.tensor([0.7], dtype=torch.float64))

    def forward(self):
        """The loss."""
        (a, b), (c,) = self.weight, self.bias
        return 0.7 * a - 0.3 * b + 1.1 * c + 2 + 0.0 * a**2  # with a Hessian, of 0


class Network(nn.Module):
    """A smooth network of four tensors, cross-entropy of 6 points in 2 classes."""

    def __init__(self):
        super().__init__()
        noise = torch.Generator().manual_seed(0)
        self.x = torch.randn(6, 3, generator=noise, dtype=torch.float64)
        self.y = torch.arange(6) % 2
        self.layers = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 2))
        self.layers.double()
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(torch.randn(p.shape, generator=noise, dtype=p.dtype))

    def forward(self):
        """The loss."""
        x = self.x.to(next(self.parameters()).dtype)
        return nn.functional.cross_entropy(self.layers(x), self.y)


class Masks(nn.Dropout):
    """Dropout that notes the masks it drew."""

    drawn = ()

    def forward(self, x):
        """The masked points."""
        mask = (torch.rand_like(x) > self.p).to(x.dtype)
        self.drawn = (*self.drawn, mask)
        return x * mask


class Layered(Network):
    """The network with BatchNorm and dropout."""

    def __init__(self):
        super().__init__()
        first, tanh, last = self.layers
        norm = nn.BatchNorm1d(2, dtype=torch.float64)
        self.layers = nn.Sequential(first, norm, tanh, Masks(0.3), last)


def flat(model):
    """A copy of all parameters, as one vector."""
    return torch.cat([p.detach().clone().flatten() for p in model.parameters()])
