r"""Learning rates and hyperparameters that depend on the step.

A schedule maps t = 0, 1, ... to values by name, `{"eta": ..., "rho": ..., "lam": ...}`;
`simulate.iterate(..., schedule=...)` gives them to the step and to the method. What a
schedule leaves out stays as it is. $\mu$ and $L$ (or $\beta$) are the constants of the
Polyak-Lojasiewicz inequality and of smoothness.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log, sqrt
from typing import Any

Schedule = Callable[[int], dict[str, Any]]


def constant(eta: Any, **hyperparameters: Any) -> Schedule:
    """The same at every step, for instance `constant(0.1, rho=0.05)`."""
    return lambda t: {"eta": eta, **hyperparameters}


def decreasing(
    eta: float, rho: float | None = None, power: float = 1.0, rho_power: float = 0.0
) -> Schedule:
    r"""$\eta_t = \eta/(t+1)^p$ and, if a radius is given, $\rho_t = \rho/(t+1)^q$.

    With $0 < p \le 1$ the steps tend to 0 and their sum is infinite (L17).

    Args:
        eta: the first learning rate, > 0.
        rho: the first radius, >= 0; None leaves the method's own.
        power: p, in [0, 1].
        rho_power: q, >= 0.
    """
    _positive(eta=eta)
    _between("power", power, 0, 1)
    _between("rho_power", rho_power, 0)
    if rho is None:
        return lambda t: {"eta": eta / (t + 1) ** power}
    _between("rho", rho, 0)
    return lambda t: {
        "eta": eta / (t + 1) ** power,
        "rho": rho / (t + 1) ** rho_power,
    }


def together(*schedules: Schedule) -> Schedule:
    """All their values; of two that name the same, the later one's counts."""

    def values(t: int) -> dict[str, Any]:
        return {name: v for one in schedules for name, v in one(t).items()}

    return values


def towards_usam(t: int) -> dict[str, Any]:
    r"""UnifiedSAM's $\lambda_t = 1/(t+1)$: SAM first (arXiv 2503.02225, code)."""
    return {"lam": 1 / (t + 1)}


def towards_sam(t: int) -> dict[str, Any]:
    r"""UnifiedSAM's $\lambda_t = 1 - 1/(t+1)$: USAM first (arXiv 2503.02225, code)."""
    return {"lam": 1 - 1 / (t + 1)}


def unified_sam_radius(mu: float, L: float, A: float, B: float, lam: float) -> float:
    r"""L12: $\rho^* = \mu / (L(\mu + 2(B\mu + A)(1-\lambda)^2))$; there the step is 0.

    Oikonomou & Loizou, arXiv 2503.02225 (code), for noise
    $E\|g_S\|^2 \le 2A(f - f^*) + B\|\nabla f\|^2 + C$.

    Args:
        mu: > 0.
        L: > 0; the largest $L_i$ for stochastic use.
        A: >= 0; 0 without noise.
        B: >= 0; 1 without noise.
        lam: UnifiedSAM's $\lambda$, in [0, 1].

    Raises:
        ValueError: a constant is out of range.
    """
    _noise(mu, L, A, B, lam)
    return mu / (L * (mu + 2 * (B * mu + A) * (1 - lam) ** 2))


def unified_sam_step(
    rho: float, mu: float, L: float, A: float, B: float, lam: float
) -> float:
    r"""L12: $\gamma^*(\rho)$, the largest step that the rate $1 - \gamma\mu$ is for.

    $$\gamma^*(\rho) = \frac{\mu - L\rho(\mu + 2(B\mu + A)(1-\lambda)^2)}
      {2L(B\mu + A)(2L^2\rho^2(1-\lambda)^2 + 1)}, \qquad \gamma^*(\rho^*) = 0.$$

    Args:
        rho: in [0, `unified_sam_radius`].
        mu: > 0.
        L: > 0.
        A: >= 0, of the noise.
        B: >= 0, of the noise; not 0 together with A.
        lam: in [0, 1].

    Raises:
        ValueError: a constant is out of range.
    """
    radius = unified_sam_radius(mu, L, A, B, lam)
    _between("rho", rho, 0, radius)
    if A == B == 0:
        raise ValueError("A and B must not both be 0: the step is unbounded.")
    if rho == radius:
        return 0.0  # not the rounding of a difference
    rest = mu - L * rho * (mu + 2 * (B * mu + A) * (1 - lam) ** 2)
    curved = 2 * L**2 * rho**2 * (1 - lam) ** 2 + 1
    return max(0.0, rest / (2 * L * (B * mu + A) * curved))


def unified_sam(mu: float, L: float, A: float, B: float, lam: float) -> Schedule:
    r"""L14: O(1/t) under the PL inequality, for UnifiedSAM with this $\lambda$.

    $$\rho_t = \min\{\rho^*, 1/(2t+1)\}, \qquad
      \gamma_t = \min\{\gamma^*(\rho_t), (2t+1)/((t+1)^2\mu)\}.$$

    While $1/(2t+1) \ge \rho^*$ the step is 0: the run begins to move only then.
    Oikonomou & Loizou, arXiv 2503.02225 (code). Arguments as of `unified_sam_step`.

    Raises:
        ValueError: a constant is out of range.
    """
    radius = unified_sam_radius(mu, L, A, B, lam)
    unified_sam_step(0, mu, L, A, B, lam)

    def values(t: int) -> dict[str, float]:
        rho = min(radius, 1 / (2 * t + 1))
        most = unified_sam_step(rho, mu, L, A, B, lam)
        return {
            "eta": min(most, (2 * t + 1) / ((t + 1) ** 2 * mu)),
            "rho": rho,
            "lam": lam,
        }

    return values


def strongly_convex_step(T: int, mu: float, beta: float) -> float:
    r"""$\eta_T = \min\{1/(2\beta), 2\ln T/(\mu T)\}$, constant over T >= 2 steps.

    With it SAM of constant radius shows the rate $T^{-2}$, up to logarithms, that L16
    (Si & Yun, arXiv 2306.09850) speaks of; only the rate was read there.

    Raises:
        ValueError: a constant is out of range.
    """
    _horizon(T, 2)
    _positive(mu=mu, beta=beta)
    return min(1 / (2 * beta), 2 * log(T) / (mu * T))


def usam_smooth(T: int, L: float) -> Schedule:
    r"""L27: $\gamma = 1/(L\sqrt T)$, $\rho = 1/(L T^{1/4})$, constant over T steps.

    For USAM on L-smooth functions, L that of the single samples. Andriushchenko &
    Flammarion, arXiv 2206.06232 (code).

    Raises:
        ValueError: a constant is out of range.
    """
    _horizon(T, 1)
    _positive(L=L)
    return constant(1 / (L * sqrt(T)), rho=1 / (L * sqrt(sqrt(T))))


def usam_pl(mu: float, L: float) -> Schedule:
    r"""L27: $\gamma_t = \min\{(8t+4)/(3\mu(t+1)^2), 1/(2L)\}$, $\rho_t^2 = \gamma_t/L$.

    For USAM under the PL inequality, L the smoothness of the single samples.
    Andriushchenko & Flammarion, arXiv 2206.06232 (code).

    Raises:
        ValueError: a constant is out of range.
    """
    _positive(mu=mu, L=L)

    def values(t: int) -> dict[str, float]:
        eta = min((8 * t + 4) / (3 * mu * (t + 1) ** 2), 1 / (2 * L))
        return {"eta": eta, "rho": sqrt(eta / L)}

    return values


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not 0 < value < inf:
            raise ValueError(f"{name} must be finite and > 0, got {value}.")


def _between(name: str, value: float, low: float, high: float = inf) -> None:
    if not (low <= value <= high and value < inf):
        limits = f">= {low}" if high == inf else f"in [{low}, {high}]"
        raise ValueError(f"{name} must be finite and {limits}, got {value}.")


def _noise(mu: float, L: float, A: float, B: float, lam: float) -> None:
    _positive(mu=mu, L=L)
    _between("A", A, 0)
    _between("B", B, 0)
    _between("lam", lam, 0, 1)


def _horizon(T: int, least: int) -> None:
    if not (T % 1 == 0 and T >= least):
        raise ValueError(f"T must be a whole number of steps >= {least}, got {T}.")
