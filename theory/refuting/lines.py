r"""The worst step on one-dimensional quadratics, $f(x) = \tfrac12\lambda x^2$."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory.base import gradient_descent
from theory.method import Method

CURVATURES, STARTS = 401, 200


def on_lines(
    method: Method,
    mu: float,
    beta: float,
    eta: float,
    measure: str,
    radius: float | None = None,
) -> float:
    r"""The largest ratio of a step over $\lambda \in [\mu, \beta]$, by sampling.

    What it measures is what `certify.worst_case` bounds, so it is never larger; the
    ends of the interval are among the samples. Of a method that divides by nothing, or
    rescales, steps are linear on each f, and a pair is a distance.

    Args:
        method: its hyperparameters are numbers.
        mu: least curvature.
        beta: largest curvature.
        eta: learning rate.
        measure: `distance`, `pair` or `descent`.
        radius: R, of methods with normalised ascent.
    """
    lam = np.linspace(mu, beta, CURVATURES)
    lam = lam[lam != 0, None] if measure == "descent" else lam[:, None]
    x = np.ones_like(lam)
    if radius is not None:
        farthest = radius if measure == "distance" else radius * np.sqrt(beta / lam)
        x = farthest * np.linspace(1e-9, 1, STARTS)
    curvature = (lam + 0 * x)[..., None]
    d, _, _ = method.direction(
        x[..., None], method.init(x[..., None]), Quadratic(curvature).gradient
    )
    after = gradient_descent.update(x[..., None], d, (), eta)[0][..., 0]
    if measure != "descent":
        return float((abs(after) / (x if radius is None else radius)).max())
    if mu < 0:
        return float((lam * (after**2 - x**2) / 2 / (lam * x) ** 2).max())
    top = lam * x**2 if radius is None else beta * radius**2
    return float((lam * after**2 / top).max())
