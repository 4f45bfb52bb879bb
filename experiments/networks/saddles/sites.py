"""Known saddles of networks on real data, with the scales they are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from experiments.networks.saddles import embedded
from experiments.networks.saddles.data import covarying, principal
from landscapes import models
from landscapes.critical import FLAT
from landscapes.network import Network

# Hidden neurons of the linear networks; (classes, features, hidden neurons, share of
# the first double, seed) of the smaller network of each embedded saddle.
WIDTH = 2
EMBEDDED = {
    "embedded, 3 classes, 1/2": (3, 4, 1, 0.5, 0),
    "embedded, 3 classes, 2": (3, 4, 1, 2.0, 0),
    "embedded, 10 classes, 1/2": (10, 5, 1, 0.5, 2),
    "embedded, 10 classes, 1 of 2": (10, 6, 2, 0.5, 0),
}
ORIGINS = {"origin, depth 2": 2, "origin, depth 3": 3}
NAMES = (*ORIGINS, *EMBEDDED)


@dataclass(frozen=True, eq=False)
class Site:
    r"""A saddle and the ball a run must leave to have escaped.

    Args:
        name: out of `NAMES`.
        network: the landscape.
        point: the saddle, `(P,)`.
        eigenvalues: of the Hessian there, ascending, 0 where they are to rounding.
        eigenvectors: as columns.
        index_told: how many must be negative, by the closed form of the kind.
        nullity_told: how many must be zero.
        radius: R of the ball, in the directions that are not flat.
    """

    name: str
    network: Network
    point: torch.Tensor
    eigenvalues: np.ndarray
    eigenvectors: np.ndarray
    index_told: int
    nullity_told: int
    radius: float

    @property
    def kind(self) -> str:
        """`origin depth 2`, `origin depth 3` or `embedded`."""
        return self.name.replace(",", "") if self.name in ORIGINS else "embedded"

    @property
    def curved(self) -> np.ndarray:
        """Which directions are not flat; all, where all are."""
        curved = self.eigenvalues != 0
        return curved if curved.any() else ~curved

    @property
    def spectrum(self) -> np.ndarray:
        """The eigenvalues that are not zero."""
        return self.eigenvalues[self.eigenvalues != 0]

    @property
    def basis(self) -> np.ndarray:
        """The directions that are not flat, as columns."""
        return self.eigenvectors[:, self.curved]

    @property
    def curvature(self) -> float:
        r"""Largest $|\lambda|$ at the saddle; where all vanish, at distance R."""
        size = float(np.abs(self.eigenvalues).max())
        if size:
            return size
        v = np.random.default_rng(1).normal(size=(8, self.network.dim))
        v *= self.radius / np.linalg.norm(v, axis=1, keepdims=True)
        H = [embedded.hessian(self.network, self.point + torch.tensor(w)) for w in v]
        return float(np.abs(np.linalg.eigvalsh(np.array(H))).max())

    def starts(self, size: np.ndarray, count: int, seed: int) -> np.ndarray:
        r"""Random directions in the basis, each scaled to a size: `(*size, count, k)`.

        Args:
            size: of $\|Hw\|$, or of $\|w\|$ where the Hessian vanishes; NaN: a quarter
                of R for $\|w\|$.
            count: how many.
            seed: of the directions.
        """
        lam = self.eigenvalues[self.curved]
        v = np.random.default_rng([seed, 11]).normal(size=(count, len(lam)))
        length = np.linalg.norm(v, axis=1)
        steep = np.linalg.norm(v * lam, axis=1) if lam.any() else length
        size = np.asarray(size, dtype=float)[..., None]
        scale = np.where(np.isnan(size), self.radius / 4 / length, size / steep)
        return scale[..., None] * v


def linear(X: torch.Tensor, Y: torch.Tensor, depth: int) -> Network:
    """A linear network on the square loss."""
    made = models.make(
        "linear_net", (X.shape[1],), Y.shape[1], hidden=(WIDTH,) * (depth - 1)
    )
    return Network(made.double(), X, Y, "square", f"linear, depth {depth}", "traced")


@lru_cache(maxsize=16)
def site(data: str, name: str, samples: int, radius: float) -> Site:
    """A saddle by its name.

    Args:
        data: a data set of images.
        name: out of `NAMES`.
        samples: of the data.
        radius: R.
    """
    if name in ORIGINS:
        X, Y = covarying(data, samples)
        network = linear(X, Y, ORIGINS[name])
        point = torch.zeros(network.dim, dtype=torch.float64)
        told = (WIDTH * Y.shape[1], 0) if ORIGINS[name] == 2 else (0, network.dim)
    else:
        classes, features, hidden, share, seed = EMBEDDED[name]
        small = embedded.two_layers(
            *principal(data, samples, classes, features), hidden
        )
        w = embedded.critical(small, seed)
        network, point = embedded.split_neuron(small, w, 0, share)
        inner = embedded.inertia(embedded.hessian(small, w))
        outer = embedded.inertia(embedded.doubling(small, w, 0, share))
        told = (inner[0] + outer[0], inner[1] + outer[1])
    lam, vectors = np.linalg.eigh(embedded.hessian(network, point))
    lam[np.abs(lam) <= FLAT * np.abs(lam).max()] = 0.0
    return Site(name, network, point, lam, vectors, *told, radius)
