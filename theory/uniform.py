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

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binom

from theory.linear_models import rate_limit
from theory.pair_factors import usam_pair_factor
from theory.ssam_pairs import ssam_pair_factor
from theory.stability import nonconvex_stability

METHODS = ("GD", "USAM", "SAM", "SSAM", "SSAM-N")
# Their ascent is rho long; the others' rho times the gradient.
NORMALISED = ("SAM", "SSAM-N")


def factor(method: str, eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""The pair factor c of one step on a loss with curvature in $[\mu, \beta]$.

    GD: $\max(|1-\eta\mu|, |1-\eta\beta|)$. USAM and SSAM, $\mu \ge 0$: N3's, exact
    (SSAM's proved in the plane, in space numerical: `proved_factor`). $\mu < 0$, with
    $L = \max(\beta, |\mu|)$: USAM $1 + \eta L(1+\rho L)$, and for $1 + \rho\mu > 0$
    SSAM $1 + \eta L\sqrt{1 + ((1+\rho L)/(1+\rho\mu))^2}$.

    Args:
        method: its label.
        eta: learning rate, > 0.
        mu: least curvature, of any sign.
        beta: largest curvature.
        rho: radius; at 0 every method is GD.

    Returns:
        Infinite where there is none: SAM and SSAM-N, whose ascent jumps (`drift`).
    """
    eta, mu, beta, rho = _arrays(method, eta, mu, beta, rho)
    plain = np.maximum(np.abs(1 - eta * mu), np.abs(1 - eta * beta))
    if method == "GD":
        return plain
    if method in NORMALISED:
        return np.where(rho > 0, np.inf, plain)
    exact = {"USAM": usam_pair_factor, "SSAM": _ssam_pair_factor}[method]
    convex = exact(eta, np.maximum(mu, 0), beta, rho)
    found = np.where(mu >= 0, convex, _expansion(method, eta, mu, beta, rho))
    return np.where(rho > 0, found, plain)


def proved_factor(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""SSAM's pair factor is at most this in every dimension, $\mu \ge 0$.

    $\sqrt{1 - 2\eta p + \eta^2(1 + b^2/a^2)}$, $\beta = 1$, from N3.3: p is the least
    of $m - \sqrt2\delta + \rho r(\sqrt\mu - \sqrt2\delta)$ over r in $[\mu, 1]$,
    divided by b if it is positive, else by a; $m, \delta = (1 \pm \mu)/2$.
    """
    eta, mu, beta, rho = _arrays("SSAM", eta, mu, beta, rho)
    eta, mu, rho = eta * beta, mu / beta, rho * beta
    a, b, wide = 1 + rho * mu, 1 + rho, (1 - mu) / np.sqrt(2)
    tilt = rho * (np.sqrt(mu) - wide)
    least = (1 + mu) / 2 - wide + np.minimum(tilt * mu, tilt)
    slope = least / np.where(least > 0, b, a)
    return np.sqrt(1 - 2 * eta * slope + eta**2 * (1 + (b / a) ** 2))


def drift(method: str, eta: Any, beta: Any, rho: Any, mu: Any = 0.0) -> np.ndarray:
    r"""What a step adds to GD's factor: two points part by $c_{GD}\delta$ + this.

    $2\eta\|d - g\|$ at most: $2\eta\beta\rho$, and twice it for the renormalised
    methods where losses are not convex.

    Args:
        method: its label.
        eta: learning rate.
        beta: largest curvature.
        rho: how far the ascent goes at most: for USAM and SSAM the radius times G.
        mu: least curvature.
    """
    eta, mu, beta, rho = _arrays(method, eta, mu, beta, rho)
    if method == "GD":
        return 0.0 * (eta * beta * rho)
    bent = 2.0 if method in ("SSAM", "SSAM-N") else 1.0
    return 2 * eta * np.maximum(beta, -mu) * rho * np.where(mu < 0, bent, 1.0)


def linear_factor(
    method: str, eta: Any, curved: Any, rho: Any, ridge: Any = 0.0
) -> np.ndarray:
    r"""The pair factor on $l(\langle x, w\rangle)$, one example at a time: T16.

    $\max(1, 2\eta/\bar\eta - 1)$, $\bar\eta$ = `linear_models.rate_limit`; for SAM
    where l' keeps one sign. With a ridge r, $L = \tilde\beta + r$: GD
    $\max(|1-\eta r|, |1-\eta L|)$ and, exactly, USAM
    $\max(|1-\eta r(1+\rho r)|, |1-\eta L(1+\rho L)|)$; SSAM is SGD no longer, and has
    `factor`'s; SAM and SSAM-N none.

    Args:
        method: its label.
        eta: learning rate, > 0.
        curved: $\tilde\beta = \beta\|x\|^2$, the largest curvature without the ridge.
        rho: radius.
        ridge: r >= 0.
    """
    eta, ridge, curved, rho = _arrays(method, eta, ridge, curved, rho)
    L = curved + ridge
    alone = np.maximum(1.0, 2 * eta / rate_limit(method, curved, rho) - 1)
    if method == "USAM":
        low, high = ridge * (1 + rho * ridge), L * (1 + rho * L)
        pulled = np.maximum(np.abs(1 - eta * low), np.abs(1 - eta * high))
    else:
        pulled = factor(method, eta, ridge, L, rho)
    return np.where(ridge > 0, pulled, alone)


def disagreement(
    method: str, mu: Any, beta: Any, rho: Any, lipschitz: Any, batch: Any = 1
) -> np.ndarray:
    r"""X: how far apart directions on batches of b are that differ in one sample.

    GD $2G/b$; USAM $\min(2G, (1+\rho L)2G/b)$; SSAM, $a = 1 + \rho\mu > 0$,
    $\min(2G, \sqrt{1 + ((1+\rho L)/a)^2}\,2G/b)$; $2G$ at b = 1.
    `drift` counts what SAM's and SSAM-N's ascents add to GD's.
    """
    _, mu, beta, rho = _arrays(method, 1.0, mu, beta, rho)
    one, L = 2.0 * np.divide(lipschitz, batch), np.maximum(beta, -mu)
    if method == "GD" or method in NORMALISED:
        return one + 0.0 * (mu + beta + rho)
    carried = 1 + rho * L
    if method == "SSAM":
        a = 1 + rho * mu
        carried = np.hypot(1, carried / np.where(a > 0, a, np.nan))
        carried = np.where(a > 0, carried, np.inf)
    carried = np.where(rho > 0, carried, 1.0)
    return np.minimum(2.0 * np.asarray(lipschitz), carried * one)


def spread(eta: Any, beta: Any, rho: Any) -> np.ndarray:
    r"""SAM and USAM, convex, $\eta < 2/\beta$: $\delta^2$ grows by this squared.

    $\delta_{t+1}^2 \le \delta_t^2 + 4\eta\beta\rho^2/(2-\eta\beta)$ on a common
    batch; attained at $\eta\beta = 1$. So after T steps on common batches two runs are
    at most $\sqrt T$ times this apart, and what other batches add, adds to it.

    Args:
        eta: learning rate.
        beta: largest curvature.
        rho: how far the ascent goes at most: for USAM the radius times G.

    Returns:
        Infinite from $2/\beta$ on.
    """
    reach = np.multiply(eta, beta)
    slack = np.where(reach < 2, 2 - reach, 1.0)
    return np.where(reach < 2, 2 * np.asarray(rho) * np.sqrt(reach / slack), np.inf)


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
        batch: b, drawn without replacement in a step, independently from step to step
            (or by epochs, at the end of one); the method runs on the batch's mean.
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


def geometric(c: Any, steps: Any) -> np.ndarray:
    r"""$\sum_{t<T}c^t = \frac{c^T-1}{c-1}$, c >= 0; T at c = 1, infinite if it is."""
    c, steps = np.broadcast_arrays(np.asarray(c, float), np.asarray(steps, float))
    finite = np.isfinite(c)
    growth = np.where(finite, c, 1.0) - 1
    flat = growth == 0
    with np.errstate(divide="ignore", over="ignore"):
        total = np.expm1(steps * np.log1p(growth)) / np.where(flat, 1.0, growth)
    total = np.where(flat, steps, total)
    return np.where(finite | (steps <= 1), np.where(steps <= 0, 0.0, total), np.inf)


def triangular(c: Any, steps: Any) -> np.ndarray:
    r"""The mean of `geometric(c, t)` over t < T."""
    c, steps = np.broadcast_arrays(np.asarray(c, float), np.asarray(steps, float))
    growth = np.where(np.isfinite(c), c, 1.0) - 1
    near = np.abs(growth) * steps < 1e-5
    series = (steps - 1) / 2 * (1 + growth * (steps - 2) / 3)  # the next is 1e-10
    with np.errstate(over="ignore", invalid="ignore"):
        total = (geometric(c, steps) / steps - 1) / np.where(near, 1.0, growth)
    total = np.where(near, series, total)
    return np.where(np.isfinite(c) | (steps <= 2), total, np.inf)


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


def _expansion(method: str, eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    """The factor of a class with curvature of both signs."""
    L = np.maximum(beta, -mu)
    if method == "USAM":
        return 1 + eta * L * (1 + rho * L)
    a = 1 + rho * mu
    long = L * np.hypot(1, (1 + rho * L) / np.where(a > 0, a, 1.0))
    return np.where(a > 0, 1 + eta * long, np.inf)


@cache
def _ssam_once(eta: float, mu: float, beta: float, rho: float) -> float:
    return ssam_pair_factor(eta, mu, beta, rho) if rho > 0 else 1.0


def _ssam_pair_factor(eta: Any, mu: Any, beta: Any, rho: Any) -> np.ndarray:
    """Number by number: each is a search of its own."""
    return np.vectorize(_ssam_once, otypes=[float])(eta, mu, beta, rho)


def _arrays(method: str, *numbers: Any) -> list[np.ndarray]:
    """As floats, the method's label checked."""
    if method not in METHODS:
        known = ", ".join(METHODS)
        raise ValueError(f"Pair factors are known of {known}, got {method}.")
    return [np.asarray(number, dtype=float) for number in numbers]
