"""L5: momentum and small batches carry SAM farther from a saddle."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory import interval
from theory.base import HeavyBall
from theory.claim import Claim, Statement
from theory.diffusion import heavy_ball_diffusion, heavy_ball_variance, usam_drift
from theory.methods.usam import USAM
from theory.noise import InDescent, Noise, gaussian, impulses
from theory.runs import last


def ends(eta, rho, lam, momentum, steps, noise):
    """Last points of USAM with heavy ball, noise in the descent gradient, from 0."""
    quadratic = Quadratic(lam[:, None])
    x = np.zeros(np.broadcast_shapes(noise(0).shape, (lam.size, 1)))
    base = InDescent(noise, HeavyBall(momentum[:, None]))
    end = last(quadratic, USAM(rho[:, None]), x, eta[:, None], steps, base=base)
    return end.x[..., 0]


def responses(eta, rho, lam, momentum, B, steps):
    """The mean square from the responses to the impulses of single steps."""
    noise = impulses(steps)
    x = ends(eta, rho, lam, momentum, steps, lambda t: noise(t)[:, None, :])
    return abs(lam) / B * (x**2).sum(axis=0)


def sampled(eta, rho, lam, momentum, B, steps, runs, seed, level):
    """The mean square over runs with Gaussian noise."""
    scale = np.sqrt(abs(lam) / B)[:, None]
    noise = Noise(gaussian, scale, (runs, 1, 1), (5, seed))
    x = ends(eta, rho, lam, momentum, steps, noise)
    return interval.mean(x**2, level / lam.size)


def recursion(eta, rho, lam, momentum, B, steps):
    """The second moments of (x, v), step by step."""
    q = abs(lam) / B
    return heavy_ball_variance(eta, usam_drift(rho, lam), q, momentum, steps)


def diffusion(eta, rho, lam, momentum, B, steps):
    r"""$\frac{\eta|\lambda|}{2Bk(1-m)}(1 - e^{-2kt/(1-m)})$."""
    k, q = usam_drift(rho, lam), abs(lam) / B
    return heavy_ball_diffusion(eta, k, q, momentum, eta * steps)


def error(eta, rho, lam, momentum, B, steps):
    """How far the recursion is from the reading, relative."""
    case = (eta, rho, lam, momentum, B, steps)
    return abs(responses(*case) / diffusion(*case) - 1)


def share(eta, rho, lam, momentum, B, steps):
    """The mean square as a multiple of that without momentum."""
    plain = responses(eta, rho, lam, 0 * momentum, B, steps)
    return responses(eta, rho, lam, momentum, B, steps) / plain


def small(eta, rho, lam, momentum, B, steps):
    """What the reading neglects: in the rate, in the amplitude, at the beginning."""
    k, t, rest = usam_drift(rho, lam), eta * steps, 1 - momentum
    rate, amplitude = 2 * k**2 * eta * t / rest**3, 4 * eta * abs(k) / rest**2
    return rate + amplitude + 2 / (steps * rest)


def anywhere(eta, rho, lam, momentum, B, steps):
    """The recursion asks for nothing."""
    return np.isfinite(lam)


def diffusive(eta, rho, lam, momentum, B, steps):
    """What the reading neglects is small."""
    return small(eta, rho, lam, momentum, B, steps) <= 0.25


def at_a_saddle(eta, rho, lam, momentum, B, steps):
    r"""Noise is carried away: $k < 0$."""
    return usam_drift(rho, lam) < 0


def _grid(lam, t, momentum, steps, B=16.0):
    lam, momentum = (v.ravel() for v in np.meshgrid(lam, momentum))
    t = t / abs(lam)
    return {
        "eta": t / steps,
        "rho": 0.2 / abs(lam),
        "lam": lam,
        "momentum": momentum,
        "B": B,
        "steps": steps,
    }


def any_momentum(quick):
    r"""Curvatures of both signs, $|\lambda|t$ up to 3, batches of several sizes."""
    momentum = [0.0, 0.5, 0.9, 0.99]
    for t, B in ((0.5, 4.0),) if quick else ((0.1, 1.0), (0.5, 4.0), (3.0, 16.0)):
        yield _grid([-2.0, -0.5, 1.0], t, momentum, 100 if quick else 300, B)


def long(quick):
    """Many steps, so that little is neglected."""
    momentum = [0.0, 0.5, 0.8] if quick else [0.0, 0.3, 0.6, 0.8, 0.9]
    for t in (0.05,) if quick else (0.02, 0.05, 0.1):
        yield _grid([-2.0, 1.0], t, momentum, 300 if quick else 1000)


def saddles(quick):
    """Momentum up to 0.95."""
    momentum = [0.3, 0.9] if quick else [0.1, 0.3, 0.6, 0.9, 0.95]
    for t in (0.05, 1.0):
        yield _grid([-2.0, -0.5], t, momentum, 200 if quick else 400)


def ones(eta, rho, lam, momentum, B, steps):
    """Momentum carries no less far than none."""
    return np.ones_like(lam)


PROVED = {"proof": "paper_notes.md, L5", "grade": "T", "expected": "holds"}


def l5():
    """The statement."""
    return Statement(
        id="L5",
        title="momentum and small batches carry SAM farther from a saddle",
        source="Kim et al., arXiv 2301.06308, Thm 3 (as reported)",
        grade="C",
        claims=(
            Claim(
                id="L5.exact",
                says=r"$E x_T^2$ of USAM with heavy ball is that of the $2\times2$ "
                r"recursion $S^+ = ASA^\top + q\,bb^\top$, $q = |\lambda|/B$",
                measured=responses,
                bound=recursion,
                cases=any_momentum,
                within=anywhere,
                rtol=1e-9,  # rounding, over hundreds of steps of growth
                **PROVED,
            ),
            Claim(
                id="L5.sampled",
                says="the same over runs with Gaussian noise",
                measured=sampled,
                bound=recursion,
                cases=lambda quick: any_momentum(True),
                within=anywhere,
                runs=(8000, 32000, 64000),
                rtol=0.12,  # the interval's half-width at 8000 runs is 6 %
                **PROVED,
            ),
            Claim(
                id="L5.reading",
                says=r"where it is small, the relative error of "
                r"$\frac{\eta|\lambda|}{2Bk(1-m)}"
                r"(1 - e^{-2kt/(1-m)})$ at most $\frac{2k^2\eta t}{(1-m)^3} + "
                r"\frac{4\eta|k|}{(1-m)^2} + \frac{2}{T(1-m)}$",
                expected="supported",
                relation="<=",
                measured=error,
                bound=small,
                cases=long,
                within=diffusive,
                tight=0.3,
                grade="N",
            ),
            Claim(
                id="L5.momentum",
                says=r"at a saddle ($k < 0$) momentum never makes $E x_T^2$ smaller",
                relation=">=",
                measured=share,
                bound=ones,
                cases=saddles,
                within=at_a_saddle,
                loose="the gain is large: about $(1-m)^{-2}$",
                **PROVED,
            ),
        ),
        code=("theory/diffusion.py", "theory/noise.py"),
        notes="The constants of the theorem were read second-hand and look doubtful, "
        "so they are not judged; its text is. The reading that works: heavy ball is a "
        "step $\\eta/(1-m)$, with drift $k = \\lambda(1+\\rho\\lambda)$ and noise of "
        "variance $|\\lambda|/B$ in the descent gradient. The batch enters as $1/B$ "
        "and nothing else.",
    )
