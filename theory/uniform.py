r"""Uniform stability of each method, from what one step does to two points: T17.

Two runs from one start see the same batches of two neighbouring data sets, which differ
in one of n samples; $\delta_t$ is their distance after t steps. Samples' losses have
curvature in $[\mu, \beta]$ and gradients, wherever the method takes one, of length at
most G. If a step on one batch's loss expands distances by at most c and a distance s,

$$E\delta_{t+1} \le c\,E\delta_t + s + \frac bn\,\eta X,$$

X how far apart the directions on two batches are that differ in one sample. Projecting
on a convex set changes nothing. All functions broadcast; `method` is a label: GD, USAM,
SAM, SSAM or SSAM-N. Proofs: `paper_notes.md`, T17.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binom

from theory.geometric import geometric, triangular
from theory.stability import nonconvex_stability
from theory.step_factors import (
    METHODS,
    NORMALISED,
    disagreement,
    drift,
    factor,
    linear_factor,
    spread,
)

__all__ = [
    "METHODS",
    "Step",
    "almost_sure",
    "distance",
    "drift",
    "factor",
    "known_steps",
    "linear_factor",
    "nonconvex",
    "on_average",
    "probable_gap",
    "trivial",
    "uniform",
]


class Step(NamedTuple):
    """What a step does to the distance: times c, plus `apart`, plus `hit` if drawn.

    `hit` is what the sample that differs adds to a step that draws it. `spread`, where
    c = 1, is the side that a step adds at a right angle.
    """

    c: np.ndarray
    apart: np.ndarray
    hit: np.ndarray
    spread: np.ndarray

    def after(self, share: Any, steps: Any, averaged: bool) -> np.ndarray:
        """The distance, with the odd sample in that share of the steps."""
        common, side = (triangular, 2 / 3) if averaged else (geometric, 1.0)
        moved = self.apart + share * self.hit
        drawn = np.where(moved > 0, moved * common(self.c, steps), 0.0)
        return drawn + side * self.spread * np.sqrt(steps)


def known_steps(
    method: str,
    *,
    eta: Any,
    rho: Any,
    mu: Any,
    beta: Any,
    lipschitz: Any,
    batch: Any = 1,
    linear: bool = False,
) -> tuple[Step, Step, Step]:
    """Descriptions of a step, all true: by its pair factor, GD's and a drift, `spread`.

    Arguments as for `distance`.
    """
    single = np.multiply(eta, 2.0 * np.divide(lipschitz, batch))
    if linear:
        c, hit = linear_factor(method, eta, np.subtract(beta, mu), rho, mu), single
    else:
        c = factor(method, eta, mu, beta, rho)
        hit = eta * disagreement(method, mu, beta, rho, lipschitz, batch)
    reach = rho if method in NORMALISED else np.multiply(rho, lipschitz)
    apart = drift(method, eta, beta, reach, mu)
    plain, none = factor("GD", eta, mu, beta, 0.0), np.zeros(())
    known = method in ("SAM", "USAM") and (np.asarray(mu) >= 0)
    side = np.where(known, spread(eta, beta, reach), np.inf)
    return (
        Step(c, none, hit, none),
        Step(plain, apart, single, none),
        Step(none + 1.0, none, single, side),
    )


def distance(
    method: str,
    *,
    eta: Any,
    rho: Any,
    mu: Any,
    beta: Any,
    lipschitz: Any,
    n: Any,
    steps: Any,
    batch: Any = 1,
    linear: bool = False,
    replaced: int = 1,
    averaged: bool = False,
) -> np.ndarray:
    r"""A bound on $E\|w_T - w_T'\|$, the data differing in one sample of n.

    $(s + \frac bn\eta X)\frac{c^T-1}{c-1}$, for SAM and USAM also
    $2\rho\sqrt{\eta\beta T/(2-\eta\beta)} + \frac bn\eta XT$ (`spread`): the least.

    Args:
        method: its label.
        eta: learning rate, > 0, constant.
        rho: radius.
        mu: least curvature of every sample's loss; with `linear` the ridge.
        beta: largest curvature, the ridge included.
        lipschitz: G, the longest gradient of a sample, ascent points included.
        n: the number of samples.
        steps: T.
        batch: b, drawn without replacement in a step, from step to step independently
            or by epochs; the method runs on the batch's mean.
        linear: losses $l_i(\langle x_i, w\rangle)$, l convex, and every example of a
            batch with an ascent of its own: T16. For SAM l' keeps one sign.
        replaced: how many samples differ.
        averaged: of the means of $w_0, \dots, w_{T-1}$ in place of $w_T$.

    Returns:
        Infinite where no bound is known. `trivial` holds in any case.
    """
    step = {"eta": eta, "rho": rho, "mu": mu, "beta": beta, "lipschitz": lipschitz}
    share = replaced * np.divide(batch, n)
    known = known_steps(method, **step, batch=batch, linear=linear)
    return _least([one.after(share, steps, averaged) for one in known])


def uniform(method: str, **same: Any) -> np.ndarray:
    r"""$\varepsilon \le G\,\cdot$ `distance`: by how much any loss differs, expected.

    So is the expected generalisation gap. Arguments as for `distance`.
    """
    return np.asarray(same["lipschitz"]) * distance(method, **same)


def trivial(eta: Any, lipschitz: Any, steps: Any) -> np.ndarray:
    r"""$2\eta GT$: no run gets farther than $\eta GT$ from the start. Else vacuous."""
    return 2.0 * np.multiply(eta, lipschitz) * steps


def almost_sure(
    method: str,
    *,
    delta: Any,
    eta: Any,
    rho: Any,
    mu: Any,
    beta: Any,
    lipschitz: Any,
    n: Any,
    steps: Any,
    batch: Any = 1,
    linear: bool = False,
    epochs: bool = False,
) -> np.ndarray:
    r"""A bound on $\|w_T - w_T'\|$ with probability 1 - delta over the batches.

    The sample that differs is drawn in $N \sim B(T, b/n)$ steps; with `epochs` (all of
    a permutation before the next) in exactly $Tb/n$, and delta has no part. The last
    N steps are the worst ones for c <= 1, the first N for c > 1. For all n neighbours
    at once put delta / n. Other arguments as for `distance`.
    """
    share = np.divide(batch, n)
    hits = np.ceil(share * steps) if epochs else binom.isf(delta, steps, share)
    step = {"eta": eta, "rho": rho, "mu": mu, "beta": beta, "lipschitz": lipschitz}
    known = known_steps(method, **step, batch=batch, linear=linear)
    return _least([_surely(one, hits, steps) for one in known])


def probable_gap(epsilon: Any, scale: Any, n: Any, delta: Any) -> np.ndarray:
    r"""The generalisation gap with probability 1 - delta over the data.

    $\varepsilon + (2n\varepsilon + M)\sqrt{\ln(1/\delta)/(2n)}$ for a deterministic
    algorithm (or given its draws), $\varepsilon$ bounding the difference of any loss
    on any two neighbours, losses in [0, M]. McDiarmid's inequality; the form is
    Bousquet and Elisseeff's (2002).
    """
    wide = 2 * np.multiply(n, epsilon) + scale
    return epsilon + wide * np.sqrt(np.log(1 / np.asarray(delta)) / (2 * np.asarray(n)))


def on_average(
    norms: Any,
    method: str,
    *,
    eta: Any,
    rho: Any,
    mu: Any,
    beta: Any,
    n: Any,
    linear: bool = False,
) -> np.ndarray:
    r"""A bound on $\frac1n\sum_iE\|w_T - w_T^{(i)}\|$ from one run's directions.

    $$\frac{2\eta}n\sum_t q^{T-1-t}m_t,\qquad q = c - \frac{c-1}n,$$

    $m_t = E\frac1n\sum_i\|d_i(w_t)\|$, samples and replacements drawn alike, one
    example a step (or several if `linear`, or for GD).

    Args:
        norms: $m_t$, `(..., T)`; a mean over runs and data estimates it.
        method: its label.
        eta: learning rate, `(...)`, as are the next.
        rho: radius.
        mu: least curvature.
        beta: largest curvature.
        n: the number of samples.
        linear: as for `distance`.

    Returns:
        Infinite where there is no pair factor.
    """
    norms = np.asarray(norms, dtype=float)
    if linear:
        c = linear_factor(method, eta, np.subtract(beta, mu), rho, mu)
    else:
        c = factor(method, eta, mu, beta, rho)
    known = np.isfinite(c)
    safe = np.where(known, c, 1.0)
    q = safe - (safe - 1) / n
    left = np.arange(norms.shape[-1])[::-1]
    with np.errstate(over="ignore", invalid="ignore"):
        total = (q[..., None] ** left * norms).sum(axis=-1)
    return np.where(known, 2 * np.divide(eta, n) * total, np.inf)


def nonconvex(
    method: str, *, c: Any, rho: Any, beta: Any, lipschitz: Any, n: Any, steps: Any
) -> np.ndarray:
    r"""L11, Thm 3.8, for each method: losses in [0, 1], $\eta_t \le c/t$, falling.

    Its $\beta$ is GD's; USAM's is $\beta(1+\rho\beta)$ and SSAM's, $\rho\beta < 1$,
    $\beta\sqrt{1 + ((1+\rho\beta)/(1-\rho\beta))^2}$, from `factor` at
    $\mu = -\beta$. Infinite for the others. And 1/n more: the step until which the
    sample is not drawn, which the proof chooses, is a whole number.
    """
    growth = factor(method, 1.0, -np.asarray(beta, dtype=float), beta, rho) - 1
    known = np.isfinite(growth)
    found = nonconvex_stability(c, np.where(known, growth, 1.0), lipschitz, n, steps)
    return np.where(known, found + 1 / np.asarray(n, dtype=float), np.inf)


def _surely(step: Step, hits: Any, steps: Any) -> np.ndarray:
    """The distance after T steps, N of them at the worst time with the odd sample."""
    hits = np.minimum(hits, steps)
    with np.errstate(over="ignore", invalid="ignore"):
        late = np.where(step.c > 1, step.c ** (steps - hits), 1.0)
        drawn = np.where(hits > 0, step.hit * geometric(step.c, hits) * late, 0.0)
        parted = np.where(step.apart > 0, step.apart * geometric(step.c, steps), 0.0)
    return drawn + parted + step.spread * np.sqrt(steps)


def _least(bounds: list[np.ndarray]) -> np.ndarray:
    """All are true."""
    return np.min(np.stack(np.broadcast_arrays(*bounds)), axis=0)
