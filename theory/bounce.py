r"""SAM bouncing along one negative direction, and what grows beside it: N5.

On $f = \tfrac12 w^\top H w$, along an eigenvector of eigenvalue $-M$ alone, in units
$x = |w|/\rho$: $x^+ = |(1+a)x - a|$, $a = \eta M \le 1$. That is a tent map of slope
$1+a$ on $[0, a]$, whose invariant density and whose transverse exponents are sums.
Proofs: `paper_notes.md`, N5.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import xlogy

from theory.validate import require

SMALL = 1e-17  # weights below this are left out
FLAT = 1e-7  # of 1 - eta lam: below it the integral is that of 0


def steps_of_density(a: Any) -> tuple[np.ndarray, np.ndarray]:
    r"""The density of x: proportional to $\sum_n k_n 1[x < t_n]$.

    $t_0 = a$, $t_{n+1} = |(1+a)t_n - a|$; $k_0 = 1$ and
    $k_{n+1} = \pm k_n/(1+a)$, + where $(1+a)t_n > a$.

    Args:
        a: $\eta M$ in (0, 1], `(...)`.

    Returns:
        k and t, `(terms, ...)`; $\sum_n k_n = 1 + a$.

    Raises:
        ValueError: a is out of range.
    """
    a = np.asarray(a, dtype=float)
    require("a", a, (a > 0) & (a <= 1), "in (0, 1]")
    terms = int(np.ceil(-np.log(SMALL) / np.log1p(a.min())))
    k, t = np.ones((terms, *a.shape)), np.zeros((terms, *a.shape))
    t[0] = a
    for n in range(terms - 1):
        beyond = (1 + a) * t[n] - a
        k[n + 1] = np.where(beyond == 0, 0, np.sign(beyond)) * k[n] / (1 + a)
        t[n + 1] = np.abs(beyond)
    return k, t


def share_below(a: Any, x: Any) -> np.ndarray:
    r"""The share of time that the bounce spends below $x\rho$; both `(...)`."""
    k, t = steps_of_density(a)
    return (k * np.minimum(t, x)).sum(axis=0) / (k * t).sum(axis=0)


def exponent_beside(eta: Any, lam: Any, strong: Any) -> np.ndarray:
    r"""The mean of $\ln|1 - \eta\lambda(1 + \lambda/(Mx))|$ over the bounce.

    At this rate per step a small component along $\lambda$ grows (or shrinks, where it
    is negative) beside the bounce along $-M$; whatever rho.

    Args:
        eta: learning rate, $\eta M \le 1$, `(...)`.
        lam: the other eigenvalue, not 0, `(...)`.
        strong: M, `(...)`.
    """
    eta, lam, strong = np.broadcast_arrays(eta, lam, strong)
    k, t = steps_of_density(eta * strong)
    slope, offset = 1 - eta * lam, -eta * lam**2 / strong
    flat = np.abs(slope) < FLAT
    safe, u = np.where(flat, 1, slope), slope * t + offset
    # The integral of ln|slope + offset/x| from 0 to t.
    curved = (xlogy(u, np.abs(u)) - xlogy(offset, np.abs(offset))) / safe
    whole = np.where(flat, t * (np.log(np.abs(offset)) + 1), curved) - xlogy(t, t)
    return (k * whole).sum(axis=0) / (k * t).sum(axis=0)


def largest_beside(eta: Any, lam: np.ndarray) -> np.ndarray:
    r"""The largest exponent beside the bounce along the most negative eigenvalue.

    Args:
        eta: learning rates, `(n,)`.
        lam: spectra, `(n, d)`, the most negative eigenvalue simple.
    """
    lam = np.sort(lam, axis=-1)
    beside = exponent_beside(np.asarray(eta)[:, None], lam[:, 1:], -lam[:, :1])
    return beside.max(axis=-1)
