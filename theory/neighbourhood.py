r"""T9: the neighbourhood of a saddle that SSAM-N is attracted from, in closed form.

On quadratics $f(w) = \tfrac12 w^\top H w$; proofs: `paper_notes.md`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.quadratic import weakest_descent


def order_limit(spectrum: Any) -> float:
    r"""T9: $\tau_0$, below which the modes keep their order by $|\tau + \lambda_j|$.

    $\min(m, (n-p)/2)$ over eigenvalues $-n < 0 < p < n$.
    """
    lam = np.asarray(spectrum, dtype=float)
    n, p = -lam[lam < 0][:, None], lam[lam > 0]
    return float(min(weakest_descent(lam), *((n - p)[n > p] / 2), np.inf))


def renormalised_box(eta: float, spectrum: Any, k: Any, g: Any) -> np.ndarray:
    r"""T9b's proof: $|g_j|$ never exceeds $B_j$, also for SSAM inside T8a's trap.

    Args:
        eta: learning rate, $\eta\max|\lambda| < 2$.
        spectrum: eigenvalues, `(d,)`.
        k: numbers in the order that the sizes $|k_j|$ keep, all $\lambda_jk_j > 0$.
        g: gradients in the eigenbasis, `(..., d)`.

    Returns:
        $B_j = \max(|g_j|, \kappa_j(\sum_{i>j} B_i^2)^{1/2})$, `(..., d)`.
    """
    e = eta * np.abs(spectrum)
    kappa = e * np.maximum(1, 1 / np.sqrt(4 - e**2))
    box, beyond = np.abs(g), np.zeros(np.shape(g)[:-1])
    for j in np.argsort(np.abs(k)):
        box[..., j] = np.maximum(box[..., j], kappa[j] * np.sqrt(beyond))
        beyond = beyond + box[..., j] ** 2
    return box


def ssam_n_neighbourhood(eta: float, spectrum: Any) -> float:
    r"""T9b: SSAM-N is attracted from $\|Hw\| < \rho r$; this is a proved r.

    $r = \tau_0\prod_j c_j$, $c_j = \min((1+e_j^2)^{-1/2}, (1-e_j^2/4)^{1/2})$,
    $e_j = \eta|\lambda_j|$, the mode of smallest $|\tau+\lambda_j|$, $\tau<\tau_0$,
    left out; $\tau_0$: `order_limit`. Not sharp: see `ssam_n_conjecture`.

    Returns:
        0 where $\eta\max|\lambda| \ge 2$ (nothing is attracted).
    """
    lam = np.asarray(spectrum, dtype=float)
    e = eta * np.abs(lam)
    if e.max() >= 2:
        return 0.0
    tau = order_limit(lam)
    c = np.minimum(1 / np.sqrt(1 + e**2), np.sqrt(1 - e**2 / 4))
    c[np.abs(tau / 2 + lam).argmin()] = 1
    return float(tau * c.prod())


def ssam_n_conjecture(eta: float, spectrum: Any) -> float:
    r"""T9's conjecture: attracted from $\|Hw\| < \rho m\sqrt{1 - e^2/4}$.

    $e = \eta\max|\lambda| < 2$. No counterexample is known; the measured radius tends
    to it as $\lambda_+/m$ grows.
    """
    e = eta * np.abs(spectrum).max()
    return float(weakest_descent(spectrum) * np.sqrt(1 - e**2 / 4))
