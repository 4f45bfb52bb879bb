r"""The most by which a step of SSAM lengthens the gradient: a maximum over gamma (N4).

With $\gamma = \|g\|/\|h\|$ given SSAM's step is USAM's of rate $\eta\gamma$, and
$\|g\|^2 = \gamma^2\|h\|^2$ an equality, whose multiplier $\nu$ has any sign. So the
certificate of rank one (`theory.gradient_factor`) keeps t free, and the least tau over
t is a bound. Proofs: `paper_notes.md`, N4.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.optimize import minimize_scalar

from theory.gradient_factor import slack
from theory.regimes import ascent_factors
from theory.validate import require

SHARES = np.geomspace(1e-6, 1, 400)  # of t
RATIOS = 41  # gammas tried before the search around the best
ZOOMS = 3


def ssam_gradient_certified(eta: float, mu: float, beta: float, rho: float) -> float:
    r"""N4: SSAM's $\|\nabla f(w^+)\|/\|\nabla f(w)\|$ is at most this; mu >= 0.

    Proved at each gamma; the largest is found in floating point, on a grid and by a
    search around its best point. Not above `theory.value_rates.ssam_gradient_bound`.
    """
    require("mu", np.asarray(mu), np.asarray(mu) >= 0, ">= 0")
    require("eta", np.asarray(eta), np.asarray(eta) > 0, "> 0")
    eta, mu, rho = eta * beta, mu / beta, rho * beta
    a, b = (float(v) for v in ascent_factors(mu, 1.0, rho))
    square = partial(_square, eta, mu, rho)
    ratios = 1 / np.linspace(b, a, RATIOS)
    found = [square(gamma) for gamma in ratios]
    at = int(np.argmax(found))
    ends = ratios[max(at - 1, 0)], ratios[min(at + 1, RATIOS - 1)]
    near = minimize_scalar(lambda v: -square(v), ends, bounds=ends, method="bounded")
    return float(np.sqrt(max(found[at], -near.fun)))


def _square(eta: float, mu: float, rho: float, gamma: float) -> float:
    """The least proved square at one gamma."""
    a, b, rate = 1 + rho * mu, 1 + rho, eta * gamma
    mean, spread = (1 + mu) / 2, (1 - mu) / 2
    # T1's ball at this length: the direction's cosine to g, and N4's bound with it.
    cosine = (1 + a * b * gamma**2) / (gamma * (a + b))
    square = 1 + (eta * mean) ** 2 - 2 * eta * mean * min(cosine, 1)
    least = (np.sqrt(max(square, 0)) + eta * spread) ** 2
    forms = {p: slack(rate, mu, rho, *p) for p in ((0, 1), (1, 2), (0, 2), (2, 0))}
    fixed = -(forms[0, 2] + forms[2, 0])
    slope = forms[0, 2] - forms[0, 1] - forms[1, 2]
    shares = SHARES
    for _ in range(ZOOMS):
        found = _tau(fixed[..., None] + shares * slope[..., None], gamma)
        at = int(np.argmin(found))
        least = min(least, float(found[at]))
        low, high = shares[max(at - 1, 0)], shares[min(at + 1, len(shares) - 1)]
        shares = np.linspace(low, high, 100)
    return least


def _tau(N: np.ndarray, gamma: float) -> np.ndarray:
    """Of forms (3, 3, n), s times which is what the slacks leave; inf where it fails.

    All minors vanish: of the rows g, h and columns h, z by nu, of h, z by s, and the
    third by tau.
    """
    with np.errstate(all="ignore"):
        s = 1 / (N[2, 2] - N[1, 2] * N[0, 2] / N[0, 1])
        steep = s * N[0, 1] * N[1, 2] / N[0, 2]
        nu = (s * N[1, 1] - steep) / gamma**2
        tau = s * (N[0, 1] * N[0, 2] / N[1, 2] - N[0, 0]) - nu
        return np.where((s > 0) & (steep > 0), tau, np.inf)
