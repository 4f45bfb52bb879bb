"""The function of a class through given points, gradients and values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from landscapes.arrays import like
from landscapes.interpolation import slack
from landscapes.landscape import Landscape

# All faces of the hull are enumerated: 2^k of them in many dimensions.
MOST_POINTS = 10
# A face thinner than this share of the whole moves the projection by no more.
THIN = 1e-13


@dataclass(frozen=True, eq=False)
class Interpolant(Landscape):
    r"""$f$ with curvature in $[\mu, \beta]$ and $f(x_i) = f_i$, $\nabla f(x_i) = g_i$.

    The hull of parabolas: with $l = \beta - \mu$, $\tilde g_i = g_i - \mu x_i$ and
    $\tilde f_i = f_i - \tfrac\mu2\|x_i\|^2$,

    $$f(x) = \tfrac\mu2\|x\|^2 + \min_{a \in \Delta} \tfrac l2\|x - \sum a_i m_i\|^2
    + \sum a_i k_i, \quad m_i = x_i - \tilde g_i / l, \quad
    k_i = \tilde f_i - \|\tilde g_i\|^2 / (2l),$$

    and $\nabla f(x) = l(x - \sum a_i m_i) + \mu x$ at the least a. Which face of the
    simplex holds it is found by enumeration, so f is exact to rounding. On a face f
    is quadratic; where two meet, the gradient is continuous and the Hessian jumps.

    Source: Taylor, Hendrickx, Glineur (Math. Program. 2017). Every one-step
    counterexample of performance estimation becomes a function to run.

    Args:
        points: $x_i$, shape `(k, d)`, k at most 10.
        gradients: $g_i$, shape `(k, d)`.
        values: $f_i$, shape `(k,)`.
        mu: least curvature, of any sign.
        beta: largest curvature, > mu.
        name: in errors and tables.
        tolerance: how far an inequality of `gaps` may fail, as a share of the size of
            its terms. Beyond rounding (the default) the data are met only about to
            the root of it.

    Raises:
        ValueError: shapes or numbers do not fit, k is too large, or no function of
            the class passes through the data.
    """

    points: Any
    gradients: Any
    values: Any
    mu: float
    beta: float
    name: str = "interpolant"
    tolerance: float = 1e-12

    kinds = ("numpy", "torch")
    batched = ()

    def __post_init__(self) -> None:
        """Refuses data that the class does not hold."""
        shape = np.shape(self.points)
        if len(shape) != 2 or np.shape(self.gradients) != shape:
            raise ValueError(
                f"`{self.name}` takes points and gradients of one shape (k, d), got "
                f"{shape} and {np.shape(self.gradients)}."
            )
        if np.shape(self.values) != shape[:1] or not 1 <= shape[0] <= MOST_POINTS:
            raise ValueError(
                f"`{self.name}` takes k values, 1 <= k <= {MOST_POINTS}, got shape "
                f"{np.shape(self.values)} for {shape[0]} points."
            )
        numbers = (self.points, self.gradients, self.values, self.mu, self.beta)
        if not all(np.isfinite(n).all() for n in numbers) or not self.mu < self.beta:
            raise ValueError(
                f"`{self.name}` takes finite data and mu < beta, got mu = {self.mu} "
                f"and beta = {self.beta}."
            )
        gap = gaps(self.points, self.gradients, self.values, self.mu, self.beta)
        if gap.min() < -self.tolerance * self._size:
            i, j = np.unravel_index(gap.argmin(), gap.shape)
            raise ValueError(
                f"no function with curvature in [{self.mu:g}, {self.beta:g}] is "
                f"`{self.name}`: the inequality of points {i}, {j} fails by "
                f"{-gap.min():.3g}."
            )

    @property
    def dim(self) -> int:
        """The number of coordinates d."""
        return np.shape(self.points)[1]

    @property
    def start(self) -> tuple[float, ...]:
        """The first point."""
        return tuple(float(part) for part in self.points[0])

    @property
    def box(self) -> tuple[tuple[float, float], ...]:
        """Around the points and the parabolas' centres, with a margin."""
        seen = np.concatenate([np.asarray(self.points, dtype=float), self._m])
        low, high = seen.min(axis=0), seen.max(axis=0)
        margin = (high - low).max() / 3 or 1.0
        sides = zip(low - margin, high + margin, strict=True)
        return tuple((float(low), float(high)) for low, high in sides)

    @property
    def constants(self) -> dict[str, float]:
        """Bounds of the curvature."""
        return {"mu": float(self.mu), "beta": float(self.beta)}

    @cached_property
    def _shifted(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        r"""$x_i, \tilde g_i, \tilde f_i$."""
        return _shift(self.points, self.gradients, self.values, self.mu)

    @cached_property
    def _m(self) -> np.ndarray:
        x, g, _ = self._shifted
        return np.asarray(x - g / (self.beta - self.mu), dtype=float)

    @cached_property
    def _k(self) -> np.ndarray:
        _, g, f = self._shifted
        return np.asarray(f - (g**2).sum(-1) / (2 * (self.beta - self.mu)), dtype=float)

    @cached_property
    def _size(self) -> float:
        """What the terms of an inequality amount to: rounding is a share of it."""
        (x, g, f), span = self._shifted, self.beta - self.mu
        terms = np.abs(f), span * (x**2).sum(-1), (g**2).sum(-1) / span
        return float(sum(term.max() for term in terms))

    @cached_property
    def _faces(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        r"""Faces with independent corners: the least a is $Ax + b$, the Hessian H.

        $a$ minimises over the affine hull; shapes `(face, k, d)`, `(face, k)` and
        `(face, d, d)`. By Caratheodory some such face holds the least a of the simplex.
        """
        m, k, span = self._m, self._k, self.beta - self.mu
        faces, thin = [], THIN * (np.abs(m).max() + np.abs(self._shifted[0]).max())
        for size in range(1, min(len(m), self.dim + 1) + 1):
            for first, *rest in combinations(range(len(m)), size):
                E = m[rest] - m[first]
                if np.linalg.svd(E, compute_uv=False).min(initial=np.inf) <= thin:
                    continue
                P = np.linalg.pinv(E)  # E E' alpha = E(x - m_first) - (k - k_first)/l
                A, b = np.zeros((len(m), self.dim)), np.zeros(len(m))
                A[rest], A[first] = P.T, -P.sum(axis=1)
                b[rest] = -P.T @ (m[first] + P @ (k[rest] - k[first]) / span)
                b[first] = 1 - b.sum()
                faces.append((A, b, self.beta * np.eye(self.dim) - span * (P @ E)))
        return tuple(np.stack(part) for part in zip(*faces, strict=True))

    def _face(self, x: Any) -> Any:
        r"""Which face holds the least a, `(...)`: the one that violates least.

        Optimality, $a \ge 0$ and no corner's parabola lower, is judged to first order:
        values tell two faces apart only to the root of rounding.
        """
        self.check(x)
        A, b, m, k = (like(part, x) for part in (*self._faces[:2], self._m, self._k))
        a = (A @ x[..., None, :, None])[..., 0] + b  # (..., face, k)
        away = a @ m - x[..., None, :]  # (..., face, d)
        r = (self.beta - self.mu) * (away @ m.mT) + k
        level = (a * r).sum(-1)[..., None]
        lower = (level - r).clip(min=0).sum(-1) / (self._size or 1.0)
        return ((-a).clip(min=0).sum(-1) + lower).argmin(-1)

    def _least(self, x: Any) -> tuple[Any, Any]:
        r"""The least a, `(..., k)`, and $x - \sum a_i m_i$, `(..., d)`."""
        face = self._face(x)
        A, b, m = (like(part, x) for part in (*self._faces[:2], self._m))
        a = (A[face] @ x[..., None])[..., 0] + b[face]
        return a, x - a @ m

    def value(self, x: Any) -> Any:
        """$f(x)$, shape `(...)`."""
        a, away = self._least(x)
        hull = (self.beta - self.mu) / 2 * (away**2).sum(-1) + a @ like(self._k, x)
        return hull + self.mu / 2 * (x**2).sum(-1)

    def gradient(self, x: Any) -> Any:
        r"""$l(x - \sum a_i m_i) + \mu x$, of the kind and shape of `x`."""
        return (self.beta - self.mu) * self._least(x)[1] + self.mu * x

    def hvp(self, x: Any, v: Any) -> Any:
        r"""$\beta v$ less $l$ times v's part along the face that holds the least a."""
        return (like(self._faces[2], v)[self._face(x)] @ v[..., None])[..., 0]

    def locate(self) -> np.ndarray:
        """The critical points, each face's at most one (of a flat one its middle)."""
        found: list[np.ndarray] = []
        scale = np.abs(self._m).max() + np.abs(self._shifted[0]).max()
        for A, b, H in zip(*self._faces, strict=True):
            corners = A.any(axis=1) | (b != 0)
            middle = self._m[corners].mean(axis=0)
            slope = (self.beta - self.mu) * (self._m.T @ b) - H @ middle
            x = middle + np.linalg.lstsq(H, slope, rcond=1e-12)[0]
            still = (
                np.abs(self.gradient(x)).max()
                <= 1e-10 * max(self.beta, -self.mu) * scale
            )
            if still and all(np.abs(x - y).max() > 1e-9 * scale for y in found):
                found.append(x)
        return np.reshape(found, (-1, self.dim))


def gaps(points: Any, gradients: Any, values: Any, mu: Any, beta: Any) -> np.ndarray:
    r"""The interpolation inequalities' slack; all are >= 0 iff a function exists.

    Of the pair (i, j): `landscapes.interpolation.slack`.

    Args:
        points: $x_i$, shape `(k, d)`; floats, fractions or SymPy expressions.
        gradients: $g_i$, shape `(k, d)`.
        values: $f_i$, shape `(k,)`.
        mu: least curvature, of any sign.
        beta: largest curvature.

    Returns:
        Shape `(k, k)`, of the numbers' own kind; 0 on the diagonal.
    """
    x, g, f = (np.asarray(part) for part in (points, gradients, values))
    rise, dx = f[:, None] - f, x[:, None] - x  # (i, j) and (i, j, d)
    return slack(rise, dx, g[:, None], g, mu, beta, _dot)


def _dot(one: Any, other: Any) -> Any:
    return (one * other).sum(-1)


def _shift(points: Any, gradients: Any, values: Any, mu: Any) -> tuple:
    x, g, f = (np.asarray(part) for part in (points, gradients, values))
    return x, g - mu * x, f - mu * (x**2).sum(-1) / 2
