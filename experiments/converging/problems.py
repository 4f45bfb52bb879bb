"""What is minimised: quadratics, regressions on data, functions under PL."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from experiments.converging.spectra import ridge_for, spectrum
from experiments.converging.tables import features
from landscapes.finite_sum import FiniteSum
from landscapes.landscape import Landscape
from landscapes.log_square import log_square
from landscapes.quadratic import Quadratic
from landscapes.scalar_loss import loss
from theory.pl_factors import log_square_constant

ROWS = 200  # of a table, at most
FEW = 0.6  # rows over columns where minimisers are to fill a subspace


@dataclass(frozen=True, eq=False)
class Problem:
    r"""A function with its constants and minimisers.

    Args:
        name: of it.
        kind: `quadratic`, `strongly convex`, `convex`, `pl` or `not convex`.
        landscape: the function.
        mu: of strong convexity (of a `pl` kind across its floor of minimisers) or, not
            convex, of the PL inequality; 0 for convex.
        beta: largest size of a curvature.
        low: least curvature.
        least: $f^*$.
        minimiser: one, `(d,)`; None if there is none.
        across: orthonormal columns `(d, r)` across the floor of minimisers; None: all.
        reach: how far from the minimiser runs begin.
    """

    name: str
    kind: str
    landscape: Landscape
    mu: float
    beta: float
    low: float
    least: float
    minimiser: np.ndarray | None
    across: np.ndarray | None = None
    reach: float = 1.0

    @property
    def kappa(self) -> float:
        """Beta over mu, infinite for convex f."""
        return self.beta / self.mu if self.mu > 0 else np.inf

    def gap(self, x: np.ndarray) -> np.ndarray:
        """$f(x) - f^*$."""
        return self.landscape.value(x) - self.least

    def distance(self, x: np.ndarray) -> np.ndarray:
        """From the nearest minimiser; NaN where there is none."""
        if self.minimiser is None:
            return np.full(x.shape[:-1], np.nan)
        away = x - self.minimiser
        away = away if self.across is None else away @ self.across
        return np.sqrt((away * away).sum(axis=-1))


@cache
def problem(name: str) -> Problem | None:
    """A problem by its name: what it is, on what, and kappa where it has one.

    `huber` is without ridge, `low-rank` least squares of fewer rows than columns.

    Returns:
        None where data have a lower condition number than the one that is asked for.
    """
    kind, _, rest = name.partition(" ")
    what, _, kappa = rest.rpartition(" kappa ")
    if kind == "quadratic":
        return _quadratic(name, what, float(kappa))
    if kind == "huber":
        return _regression(name, "convex", _sum("huber", rest, 0.0, ROWS))
    if kind == "low-rank":
        return _rank_deficient(name, rest)
    if kind == "log-square":
        return _log_square(name)
    return _strongly_convex(name, kind, what, float(kappa))


def _quadratic(name: str, shape: str, kappa: float) -> Problem | None:
    lam = spectrum(shape, kappa)
    if lam is None:
        return None
    # Rotated: in its own axes a coordinate may underflow to 0, and stay there.
    noise = np.random.default_rng(5).normal(size=(lam.size, lam.size))
    f = Quadratic(lam, np.linalg.qr(noise)[0])
    mu, zero = 1 / kappa, np.zeros(lam.size)
    return Problem(name, "quadratic", f, mu, 1.0, mu, 0.0, zero)


def _sum(model: str, data: str, ridge: float, rows: int | None) -> FiniteSum:
    names = {"ridge": "square", "logistic": "logistic", "huber": "huber"}
    X, y = features(data, rows, signs=model == "logistic")
    return FiniteSum(X, y, loss(names[model]), ridge, f"{model}_regression")


def _strongly_convex(name: str, model: str, data: str, kappa: float) -> Problem | None:
    f = _sum(model, data, 0.0, ROWS)
    low, high = f.loss.curvatures
    ridge = ridge_for(f.spectrum, kappa, high, low)
    if ridge is None:
        return None
    return _regression(name, "strongly convex", _sum(model, data, ridge, ROWS))


def _regression(name: str, kind: str, f: FiniteSum) -> Problem:
    known, points = f.constants, f.locate()
    mu = max(known["mu"], 0.0) if kind == "strongly convex" else 0.0
    if not len(points):  # f tends to its infimum 0, and does not reach it
        return Problem(name, kind, f, mu, known["beta"], mu, 0.0, None)
    point = points[0]
    return Problem(
        name, kind, f, mu, known["beta"], mu, float(f.value(point)), point,
        reach=max(1.0, float(np.linalg.norm(point))),
    )  # fmt: skip


def _rank_deficient(name: str, data: str) -> Problem:
    """Fewer rows than columns: the least value is 0, on a subspace."""
    X, _ = features(data)
    rows = max(2, int(FEW * X.shape[1]))
    f = _sum("ridge", data, 0.0, rows)
    _, s, V = np.linalg.svd(f.X, full_matrices=False)
    across = V[s > 1e-9 * s.max()].T
    known = f.constants
    point = np.linalg.lstsq(f.X, f.y, rcond=None)[0]
    return Problem(
        name, "pl", f, known["pl"], known["beta"], 0.0, float(f.value(point)), point,
        across, reach=max(1.0, float(np.linalg.norm(point))),
    )  # fmt: skip


def _log_square(name: str) -> Problem:
    r"""PL where $f \le f_0$: see `log_square_constant`."""
    f = log_square()
    point, beta = f.locate()[0], f.constants["beta"]
    s = np.linalg.svd(f.X, compute_uv=False)
    # Starts at a distance of at most 1: f = sum log(1 + r_i^2) <= |r|^2 <= |A|^2.
    mu = log_square_constant(s.min(), s.max() ** 2)
    return Problem(name, "not convex", f, mu, beta, f.constants["mu"], 0.0, point)
