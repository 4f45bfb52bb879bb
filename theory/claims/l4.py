"""L4: how far noise carries SGD and SAM from a saddle, and by how much SAM less."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory import interval
from theory.claim import Claim, Curve, Picture, Statement
from theory.diffusion import (
    descent_gap,
    minibatch_gap,
    reported_gap,
    usam_drift,
    variance,
)
from theory.iterate import iterate
from theory.methods.gd import GD
from theory.methods.usam import USAM
from theory.noise import InDescent, Noise, gaussian, impulses, same
from theory.runs import last

STEPS = 60  # t = eta * STEPS


def run(walk, method, eta, lam, steps, noise, ascent):
    """`iterate` or `last` from 0, the noise in the ascent's gradient too or not."""
    quadratic = Quadratic(np.asarray(lam)[..., None])
    x = np.zeros(np.broadcast_shapes(noise(0).shape, quadratic.spectrum.shape))
    eta = np.asarray(eta)[..., None]
    if ascent:
        sample = same(quadratic, noise)
        return walk(quadratic, method, x, eta, steps, sample=sample)
    return walk(quadratic, method, x, eta, steps, base=InDescent(noise))


def square(method, lam, t, noise, ascent):
    """$x_T^2$, without the axis of length one."""
    return run(last, method, t / STEPS, lam, STEPS, noise, ascent).x[..., 0] ** 2


def drawn(lam, B, runs, seed):
    """Gaussian noise, the same for every curvature."""
    scale = np.sqrt(abs(lam) / B)[:, None]
    return Noise(gaussian, scale, (runs, 1, 1), (4, seed))


def gap(rho, lam, B, t, ascent, runs, seed, level):
    """Mean square of SGD less USAM's, the same noise in both."""
    given = (lam, t, drawn(lam, B, runs, seed), ascent)
    sgd, usam = square(GD(), *given), square(USAM(rho[:, None]), *given)
    return interval.mean(sgd - usam, level / lam.size)


def spread(rho, lam, B, t, ascent, runs, seed, level):
    """USAM's mean square, sampled."""
    noise = drawn(lam, B, runs, seed)
    return interval.mean(
        square(USAM(rho[:, None]), lam, t, noise, ascent), level / lam.size
    )


def responses(rho, lam, B, t, ascent):
    """USAM's mean square without sampling, from one run a step's impulse."""
    noise = impulses(STEPS)
    pulses = square(USAM(rho[:, None]), lam, t, lambda s: noise(s)[:, None], ascent)
    return abs(lam) / B * pulses.sum(axis=0)


def exact(rho, lam, B, t, ascent):
    r"""The discrete variance; the ascent's noise counts $1 + \rho\lambda$ times."""
    q = abs(lam) / B * ((1 + rho * lam) ** 2 if ascent else 1)
    return variance(t / STEPS, usam_drift(rho, lam), q, STEPS)


def reported(rho, lam, B, t, ascent):
    r"""$2\eta t^2|\lambda|^3\rho/B$."""
    return reported_gap(t / STEPS, rho, lam, B, t)


def corrected(rho, lam, B, t, ascent):
    r"""$\eta t^2|\lambda|^3\rho/B$, or with noise in the ascent its own."""
    return (minibatch_gap if ascent else descent_gap)(t / STEPS, rho, lam, B, t)


def within(rho, lam, B, t, ascent):
    r"""$|\lambda|t \ll 1$, taken as at most 0.06; $\rho|\lambda|$ too with ascent."""
    return (abs(lam) * t <= 0.06) & ((rho * abs(lam) <= 0.05) | np.logical_not(ascent))


def anywhere(rho, lam, B, t, ascent):
    """The exact variance asks for nothing."""
    return np.isfinite(lam)


def _grid(lam, rho, B, t):
    grid = np.meshgrid(lam, rho, B, indexing="ij")
    lam, rho, B = (v.ravel() for v in grid)
    return {"rho": rho / abs(lam), "lam": lam, "B": B, "t": t / abs(lam)}


def near(ascent):
    r"""Curvatures of both signs, at $|\lambda|t = 0.05$."""

    def cases(quick):
        # First order in rho |lam| where the ascent is noisy too.
        rho = [0.02] if ascent else [0.1, 0.4]
        lam = [-1.0, 2.0] if quick else [-3.0, -1.0, -0.3, 0.5, 2.0]
        B = [4.0] if quick else [1.0, 16.0]
        yield _grid(lam, rho, B, 0.03 if ascent else 0.05) | {"ascent": ascent}

    return cases


def far(quick):
    r"""Any $|\lambda|t$ and radius, in the trap $\rho > 1/|\lambda|$ too."""
    for ascent in (False, True):
        rho = [0.2, 1.5] if quick else [0.0, 0.2, 0.9, 1.5]
        for t in (0.5,) if quick else (0.05, 0.5, 2.0):
            yield _grid([-2.0, 1.0], rho, [4.0], t) | {"ascent": ascent}


def picture():
    """Spread against time at a saddle, measured and exact."""
    lam, B, eta, steps = np.array([-1.0]), 4.0, 0.02, 150
    noise = drawn(lam, B, 20000, 0)
    t, curves = eta * np.arange(steps + 1), []
    for method, ascent, label, marker in (
        (GD(), False, "SGD", "o"),
        (USAM(0.4), False, "USAM, noise in the descent", "s"),
        (USAM(0.4), True, "USAM, noise in both", "^"),
    ):
        rho = method.get("rho")
        states = run(iterate, method, eta, lam, steps, noise, ascent)
        seen = [(state.x**2).mean() for state in states]
        q = (1 + rho * lam[0] if ascent else 1) ** 2 / B
        shown = variance(eta, usam_drift(rho, lam[0]), q, np.arange(steps + 1))
        curves += [
            Curve(t[1::10], seen[1::10], label, False, method.label, marker),
            Curve(t[1:], shown[1:], "", theory=True),
        ]
    return Picture(
        "noise carries USAM less far from saddles",
        r"time $t = \eta T$",
        r"$E\,x_T^2$",
        tuple(curves),
        log="y",
    )


RANDOM = {"runs": (4000, 16000, 64000), "within": within, "measured": gap}
# |lam| t = .05 and T = 60 leave terms of relative size 4|lam|t/3 + 1/T = .08 and
# rho |lam| |lam| t, the noise of the gap's interval besides.
FIRST_ORDER = 0.15


def l4():
    """The statement."""
    return Statement(
        id="L4",
        title="noise carries SAM less far from a saddle than SGD, and how much less",
        source="Kim et al., arXiv 2301.06308, Cor. 1 (as reported)",
        grade="C",
        claims=(
            Claim(
                id="L4.reported",
                says=r"$\mathrm{MSD}_{SGD} - \mathrm{MSD}_{SAM} = "
                r"2\eta t^2|\lambda|^3\rho/B$ for $|\lambda|t \ll 1$",
                expected="refuted",
                bound=reported,
                cases=near(False),
                rtol=FIRST_ORDER,
                **RANDOM,
            ),
            Claim(
                id="L4.corrected",
                says=r"with noise in the descent gradient only the gap is "
                r"$\eta t^2|\lambda|^3\rho/B$ for $|\lambda|t \ll 1$",
                expected="holds",
                bound=corrected,
                cases=near(False),
                rtol=FIRST_ORDER,
                proof="paper_notes.md, L4",
                grade="T",
                **RANDOM,
            ),
            Claim(
                id="L4.minibatch",
                says=r"with one noisy gradient for ascent and descent it is "
                r"$-2\eta t\lambda|\lambda|\rho/B$ for small "
                r"$\rho|\lambda|, |\lambda|t$",
                expected="holds",
                bound=corrected,
                cases=near(True),
                rtol=FIRST_ORDER,
                proof="paper_notes.md, L4",
                grade="T",
                **RANDOM,
            ),
            Claim(
                id="L4.sampled",
                says=r"$E x_T^2 = \eta^2 q\frac{a^{2T}-1}{a^2-1}$, "
                r"$a = 1 - \eta\lambda(1+\rho\lambda)$, $q = |\lambda|/B$, times "
                r"$(1+\rho\lambda)^2$ with noise in the ascent",
                expected="holds",
                measured=spread,
                bound=exact,
                cases=far,
                within=anywhere,
                runs=(16000, 64000),
                rtol=0.1,  # twice the interval's width
                proof="paper_notes.md, L4",
                grade="T",
            ),
            Claim(
                id="L4.exact",
                says="the same, from the responses to single impulses",
                expected="holds",
                measured=responses,
                bound=exact,
                cases=far,
                within=anywhere,
                rtol=1e-11,  # rounding
                proof="paper_notes.md, L4",
                grade="T",
            ),
        ),
        code=("theory/diffusion.py", "theory/noise.py"),
        notes="SAM here is USAM: its drift is $k = \\lambda(1+\\rho\\lambda)$, so that "
        "$E x^2 \\approx \\frac{\\eta|\\lambda|}{B}(t - kt^2)$ and the gap is "
        "$\\frac{\\eta|\\lambda|}{B}\\rho\\lambda^2t^2$: half the reported one, which "
        "fits a drift $\\lambda(1+\\rho\\lambda)^2$ that keeps the Jacobian of the "
        "ascent. In mini-batch practice the ascent sees the same noise, and the gap "
        "is of first order in $\\rho$, its sign that of $-\\lambda$.",
        picture=picture,
    )
