"""L17: SAM and USAM with constant and with falling steps."""

from __future__ import annotations

import numpy as np

from landscapes.log_square import log_square
from theory.claim import Claim, Statement
from theory.iterate import iterate
from theory.methods.sam import SAM
from theory.methods.usam import USAM
from theory.quadratic import sam_cycle
from theory.runs import at
from theory.schedule import decreasing
from theory.settling import bounced
from theory.spectra import rotated


def nearest(eta, rho, lam, w, rotation):
    """The least distance from the minimiser over the last two steps, `(n,)`."""
    ends = bounced(eta, rho, lam, w, rotation)
    return np.min([np.linalg.norm(state.x, axis=-1) for state in ends], axis=0)


def cycle(eta, rho, lam, w, rotation):
    r"""$\eta\rho\lambda_1/(2 - \eta\lambda_1)$."""
    return sam_cycle(eta, rho, lam.max(axis=1))


def bounded_step(eta, rho, lam, w, rotation):
    r"""$\eta\lambda_1 < 2$, and the spectrum is positive."""
    return (eta * lam.max(axis=1) < 2) & (lam.min(axis=1) > 0)


def starts(count, condition):
    """Points about the log-square's minimiser, its loss too."""
    f = log_square(5, condition)
    rng = np.random.default_rng(17)
    return f, f.locate()[0] + 2 * rng.normal(size=(count, f.dim))


def least_gradient(eta, power, rho, condition, steps):
    r"""$\min\|g_t\|$ over the second half of a run of SAM, of 20 starts."""
    f, w = starts(20, condition)
    run = iterate(f, SAM(rho), w, None, steps, schedule=decreasing(eta, power=power))
    late = [np.linalg.norm(s.g, axis=-1) for t, s in enumerate(run) if 2 * t > steps]
    return np.min(late, axis=0)


def last_cycle(eta, power, rho, condition, steps):
    r"""The cycle's gradient $\eta_t\rho L^2/(2 - \eta_t L)$ at half time."""
    L = log_square(5, condition).constants["beta"]
    return L * sam_cycle(eta / (steps / 2) ** power, rho, L) * np.ones(20)


def falling(eta, power, rho, condition, steps):
    """Steps tend to 0, their sum is infinite, and T5's cycle exists from the first."""
    L = log_square(5, condition).constants["beta"]
    return 0 < power <= 1 and 0 < eta * L < 2


def falling_cases(quick):
    """Powers, radii, and ever longer runs: the bound falls as they grow."""
    for power in (0.4,) if quick else (0.3, 0.4, 0.5):
        for rho in (0.1, 0.5):
            for steps in (400, 800) if quick else (500, 2000):
                case = {"eta": 0.9, "power": power, "rho": rho}
                yield case | {"condition": 3.0, "steps": steps}


def last_gradient(s, step, condition, steps):
    r"""The largest of $\|g_T\|/\|g_0\|$ over 20 starts, for USAM."""
    f, w = starts(20, condition)
    L = f.constants["beta"]
    run = at((0, steps), f, USAM(s / L), w, step / L)
    first, last = (np.linalg.norm(state.g, axis=-1) for state in run)
    return (last / first).max()


def small(s, step, condition, steps):
    """A millionth."""
    return 1e-6


def short_radius(s, step, condition, steps):
    r"""$s = L\rho < 1$."""
    return s < 1


def usam_cases(quick):
    """The source's setting, and others below 1/L."""
    for s in (0.5,) if quick else (0.1, 0.5, 0.9, 0.99):
        yield {"s": s, "step": 2 / 9, "condition": 3.0, "steps": 1200}


def longer_radii(quick):
    """Radii above 1/L."""
    for s in (1.2, 2.0, 4.0):
        yield {"s": s, "step": 2 / 9, "condition": 3.0, "steps": 1200}


def l17():
    """The statement."""
    return Statement(
        id="L17",
        title="SAM needs falling steps to converge; USAM a radius below 1/L",
        source="Khanh et al., arXiv 2401.08060 (as reported)",
        grade="C",
        claims=(
            Claim(
                id="L17.constant",
                says=r"SAM, constant $\eta$, quadratics: $\liminf\lVert w_t\rVert = "
                r"\eta\rho\lambda_1/(2 - \eta\lambda_1) > 0$",
                expected="supported",
                measured=nearest,
                bound=cycle,
                cases=lambda quick: [rotated(17, 100 if quick else 1000, 4)],
                within=bounded_step,
                rtol=1e-10,  # rounding over the steps
            ),
            Claim(
                id="L17.falling",
                says=r"SAM, $\eta_t \to 0$, $\sum\eta_t = \infty$: "
                r"$\liminf\lVert g_t\rVert = 0$, below the cycle of $\eta_t$",
                expected="supported",
                relation="<=",
                measured=least_gradient,
                bound=last_cycle,
                cases=falling_cases,
                within=falling,
                loose="the cycle along the top eigenvector is the largest of all",
            ),
            Claim(
                id="L17.usam",
                says=r"USAM, $\eta = \frac{2}{9L}$, $\rho < 1/L$: $g_t \to 0$",
                expected="supported",
                relation="<=",
                measured=last_gradient,
                bound=small,
                cases=usam_cases,
                within=short_radius,
                outside=longer_radii,
                loose="a limit of 0 is seen as a millionth",
            ),
        ),
        code=("theory/quadratic.py", "theory/schedule.py"),
        notes="$\\sum_i\\log(1+(Ax-b)_i^2)$, condition 3, $L = 2\\lVert A\\rVert^2$. "
        "$\\rho < 1/L$ is not sharp: USAM converges at the radii tried beyond it too.",
    )
