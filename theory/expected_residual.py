r"""L12's expected residual: how noisy the gradient of a mini-batch is.

Batches of tau samples out of n, uniform without replacement (tau-nice).
"""

from __future__ import annotations

import numpy as np


def tau_nice_second_moment(gradients: np.ndarray, tau: int) -> np.ndarray:
    r"""$E\|g_S\|^2$, exactly, from the gradients of the samples.

    $\frac{n-\tau}{\tau(n-1)}\frac1n\sum_i\|g_i\|^2
    + \frac{n(\tau-1)}{\tau(n-1)}\|g\|^2$: a pair of samples is in S
    with probability $\tau(\tau-1)/(n(n-1))$.

    Args:
        gradients: $g_i$, shape `(..., n, d)`.
        tau: size of a batch, 1 to n.

    Returns:
        Shape `(...)`.
    """
    A, B = tau_nice_residual(gradients.shape[-2], tau, 1.0)
    g = gradients.mean(axis=-2)
    return A * (gradients**2).sum(-1).mean(-1) + B * (g**2).sum(-1)


def tau_nice_residual(n: int, tau: int, beta_max: float) -> tuple[float, float]:
    r"""L12: A and B in $E\|g_S\|^2 \le 2A(f - f^*) + B\|\nabla f\|^2 + C$.

    $A = \frac{n-\tau}{\tau(n-1)}L_{\max}$ and $B = \frac{n(\tau-1)}{\tau(n-1)}$, by
    $\|g_i\|^2 \le 2L_{\max}(f_i - f_i^*)$ in the exact second moment;
    $C = 2A(f^* - \frac1n\sum_i f_i^*)$ is `interpolation_gap` times 2A, 0 iff one
    w minimises every sample.

    Args:
        n: number of samples, at least 2 (of one, A = 0 and B = 1).
        tau: size of a batch, 1 to n.
        beta_max: $L_{\max}$, the largest smoothness of a sample.

    Raises:
        ValueError: tau is not between 1 and n.
    """
    if not 1 <= tau <= n:
        raise ValueError(f"tau-nice sampling takes 1 <= tau <= n = {n}, got {tau}.")
    if n == 1:
        return 0.0, 1.0
    spread = tau * (n - 1)
    return (n - tau) / spread * beta_max, n * (tau - 1) / spread


def interpolation_gap(minimum: float, sample_minima: np.ndarray) -> float:
    r"""$f^* - \frac1n\sum_i f_i^* \ge 0$: 0 iff one w minimises every sample.

    Args:
        minimum: $f^*$.
        sample_minima: $f_i^*$, shape `(n,)`.
    """
    return float(minimum - np.mean(sample_minima))
