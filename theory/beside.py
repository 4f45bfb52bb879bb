"""N5 as run: SAM's chaotic bounce along a negative direction, and what is beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from landscapes.components import Components
from landscapes.quadratic import Quadratic
from theory.bounce import exponent_beside, largest_beside
from theory.enclosure import enclosed
from theory.interval import Interval, mean
from theory.iterate import iterate
from theory.methods import make
from theory.quadratic import weakest_descent
from theory.settling import last, steepness
from theory.spectra import starts

SMALL = 1e-60  # a component beside the bounce: what is neglected is its square
SETTLE, STEPS = 100, 300


def bouncing(
    eta: np.ndarray, rho: np.ndarray, lam: np.ndarray, runs: int, seed: int
) -> Iterator[np.ndarray]:
    """Points of SAM on the planes (-M, lam), `(n, runs, 2)`, the second kept small.

    What the second has become before it is made small again is what is yielded.
    """
    a, k = (eta * -lam[:, 0])[:, None], (len(eta), runs)
    rng = np.random.default_rng([155, seed])
    w = np.stack([a * rng.uniform(size=k) * rho[:, None], np.full(k, SMALL)], axis=-1)
    for t in range(SETTLE + STEPS):
        w = last("sam", lam[:, None], eta[:, None], rho[:, None], w, 1)
        if t >= SETTLE:
            yield w
        w[..., 1] = SMALL


def share(a: np.ndarray, x: np.ndarray, runs: int, seed: int, level: float) -> Interval:
    r"""The share of time with $|w| < x$, on $-w^2/2$, rho 1, eta a."""
    lam, count = np.tile([-1.0, -1.0], (len(a), 1)), 0
    for w in bouncing(a, np.ones_like(a), lam, runs, seed):
        count = count + (np.abs(w[..., 0]) < x[:, None])
    return mean(count.T / STEPS, level / len(a))


def rate(
    eta: np.ndarray,
    rho: np.ndarray,
    lam: np.ndarray,
    strong: np.ndarray,
    runs: int,
    seed: int,
    level: float,
) -> Interval:
    """The mean logarithm of a small component's factors along lam."""
    plane, total = np.stack([-strong, lam], axis=-1), 0
    for w in bouncing(eta, rho, plane, runs, seed):
        total = total + np.log(np.abs(w[..., 1]) / SMALL)
    return mean(total.T / STEPS, level / len(eta))


def heights(quick: bool) -> Iterator[dict]:
    """Learning rates with one band and with several; heights in the band."""
    rng, n = np.random.default_rng(156), 6 if quick else 30
    # (At a = 1 the map is the doubling map: 53 steps use up a start's digits.)
    a = np.append(rng.uniform(0.2, 1, n), [0.25, 0.99])
    yield {"a": a, "x": a * np.append(rng.uniform(0.1, 0.9, n), [0.5, 0.5])}


def pairs(quick: bool) -> Iterator[dict]:
    """Other directions of both signs, also the two that `parts` is about."""
    rng, n = np.random.default_rng(157), 6 if quick else 14
    strong = np.append(rng.uniform(0.5, 3, n), [1.0, 1.0])
    eta = np.append(rng.uniform(0.2, 1, n) / strong[:n], [0.849, 0.849])
    lam = strong[:n] * rng.uniform(0.1, 1, n) * rng.choice([-1, 1], n)
    lam = np.append(lam, [0.64, -0.21])
    yield {"eta": eta, "rho": rng.uniform(0.1, 3, n + 2), "lam": lam, "strong": strong}


def spectra(seed: int, n: int, d: int, index: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Spectra `(n, d)` whose first eigenvalue, -1, is the largest in size; rates.

    Above $m$, below which no start of the trap leaves (T7a), and at most 1.
    """
    rng = np.random.default_rng([seed, d, index])
    lam = np.exp(rng.uniform(np.log(0.05), 0, (n, d)))
    lam[:, :index] *= -1
    lam[:, 0] = -1
    return np.exp(rng.uniform(0, 1, n) * np.log(weakest_descent(lam))), lam


def scattered(seed: int, lam: np.ndarray, count: int) -> np.ndarray:
    r"""Starts in $\|Hw\| < m$, `(n, count, d)`."""
    rng = np.random.default_rng([seed, 1])
    part = rng.uniform(0.05, 0.99, (len(lam), count))
    return starts(rng, lam, weakest_descent(lam)[:, None] * part, count)


def chosen(seed: int, quick: bool, rule: Callable) -> Iterator[dict]:
    """Spectra of index 2 and 3 that a rule keeps, with starts in the trap."""
    for d, index in ((3, 2),) if quick else ((2, 2), (3, 2), (4, 3)):
        eta, lam = spectra(seed, 60 if quick else 250, d, index)
        kept = rule(eta, lam)
        eta, lam = eta[kept], lam[kept]
        yield {"eta": eta, "lam": lam, "w": scattered(seed, lam, 4 if quick else 8)}


def deep(quick: bool) -> Iterator[dict]:
    """All exponents below -.1."""
    yield from chosen(158, quick, lambda eta, lam: largest_beside(eta, lam) < -0.1)


def shallow(quick: bool) -> Iterator[dict]:
    """The largest between -.05 and -.01."""

    def rule(eta: np.ndarray, lam: np.ndarray) -> np.ndarray:
        return np.abs(largest_beside(eta, lam) + 0.03) < 0.02

    yield from chosen(159, quick, rule)


def weakly(quick: bool) -> Iterator[dict]:
    """Above .02 that of the weakest negative direction, all others negative."""

    def rule(eta: np.ndarray, lam: np.ndarray) -> np.ndarray:
        lam = np.sort(lam, axis=-1)
        rates = exponent_beside(eta[:, None], lam[:, 1:], -lam[:, :1])
        index = (lam < 0).sum(axis=-1)[0] - 2
        others = np.delete(rates, index, axis=-1).max(axis=-1, initial=-1)
        return (rates[:, index] > 0.02) & (others < 0)

    for d in (3,) if quick else (3, 4):
        eta, lam = spectra(160, 300 if quick else 900, d, 2)
        kept = rule(eta, lam)
        eta, lam = eta[kept], lam[kept]
        yield {"eta": eta, "lam": lam, "w": scattered(160, lam, 4 if quick else 8)}


def leaving(eta: np.ndarray, lam: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Of each spectrum the share of starts that leave, `(n,)`; rho 1."""
    end = last("sam", lam[:, None], eta[:, None], 1.0, w, 3000)
    return gone(lam[:, None], end).mean(axis=-1)


def gone(lam: np.ndarray, w: np.ndarray) -> np.ndarray:
    r"""Whether $\|g_-\| > \rho\max|\lambda_-|$ (rho 1): from there $g_-$ only grows."""
    down = steepness(np.minimum(lam, 0), w)
    return down > -lam.min(axis=-1)


def parted(eta: np.ndarray, lam: np.ndarray, w: np.ndarray) -> float:
    """The share of spectra from which some starts leave, and some do not."""
    share = leaving(eta, lam, w)
    return ((share > 0) & (share < 1)).mean()


def attracting(quick: bool) -> Iterator[dict]:
    """All exponents below -.02; starts a millionth beside the bounce."""
    for d, index in ((3, 2),) if quick else ((2, 2), (3, 2), (4, 3)):
        eta, lam = spectra(161, 60 if quick else 120, d, index)
        kept = largest_beside(eta, lam) < -0.02
        eta, lam = eta[kept], lam[kept]
        rng = np.random.default_rng([162, d])
        g = 1e-6 * rng.normal(size=(len(lam), 8, d))
        g[..., 0] = eta[:, None] * rng.uniform(0.05, 1, g.shape[:2])
        rho = rng.uniform(0.1, 3, len(lam))
        yield {
            "eta": eta,
            "rho": rho,
            "lam": lam,
            "w": rho[:, None, None] * g / lam[:, None],
        }


def drawn_in(eta: np.ndarray, rho: np.ndarray, lam: np.ndarray, w: np.ndarray) -> float:
    """The share of starts that end on the bounce, all else below 1e-30."""
    end = last("sam", lam[:, None], eta[:, None], rho[:, None], w, 3000)
    return (steepness(lam[:, None, 1:], end[..., 1:]) < 1e-30).mean()


def parting(quick: bool) -> Iterator[dict]:
    """The spectrum in hundredths, the learning rate in thousandths."""
    yield {"lam": (64, -21, -100), "eta": 849, "w": (1, 85, 10), "steps": 25}


def in_trap(lam: tuple, w: tuple) -> bool:
    r"""$\|Hw\| < m$, in whole numbers."""
    m = min(-x for x in lam if x < 0)
    return sum((x * y) ** 2 for x, y in zip(lam, w, strict=True)) < (100 * m) ** 2


def parts(lam: tuple, eta: int, w: tuple, steps: int) -> np.ndarray:
    r"""The least $\|g_-\|/\rho M$ that the start can have reached; minus the exponents.

    The first above 1: it has left, and so have its neighbours. The second above 0: the
    bounce attracts.
    """
    H, x = (Components(enclosed(Fraction(v, 100)) for v in p) for p in (lam, w))
    method, rate = make("sam", rho=Fraction(1)), Fraction(eta, 1000)
    *_, end = iterate(Quadratic(H), method, x, rate, steps)
    down = [
        g.low**2 for g, v in zip((abs(g) for g in end.g), lam, strict=True) if v < 0
    ]
    strong = Fraction(-min(lam), 100)
    bounce = largest_beside(np.array([rate], float), np.array([lam]) / 100)
    return np.array([float(sum(down)) ** 0.5 / float(strong), -bounce[0]])
