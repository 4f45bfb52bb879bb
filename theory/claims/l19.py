"""L19: SAM's cycle on quadratics, and its drift towards small top eigenvalues."""

from __future__ import annotations

import numpy as np
from sympy import cos, exp

from landscapes.sharp_valley import one_plus_square, sharp_valley
from theory.claim import Claim, Statement
from theory.measured import spectra
from theory.methods.sam import SAM
from theory.quadratic import sam_cycle
from theory.runs import at
from theory.settling import bounced
from theory.spectra import rotated

# The sharpness lam(z) and, for the bound, its value and slope.
SHARPNESS = {
    "1 + z^2": (one_plus_square, lambda z: (1 + z**2, 2 * z)),
    "exp z": (exp, lambda z: (np.exp(z), np.exp(z))),
    "2 + cos z": (lambda z: 2 + cos(z), lambda z: (2 + np.cos(z), -np.sin(z))),
}


def alignment(eta, rho, lam, w, rotation):
    """Cosine of the angle of SAM's last point with v_1, spectra `(n, d)`."""
    along = bounced(eta, rho, lam, w, rotation)[-1].x @ rotation
    return np.abs(along[:, 0]) / np.linalg.norm(along, axis=1)


def drift(sharpness, eta, rho, z):
    """What z gains in two steps, over rho^2, after 400 steps from aside the cycle."""
    function, numbers = SHARPNESS[sharpness]
    w = np.stack([1.2 * sam_cycle(eta, rho, numbers(z)[0]), z], axis=-1)
    before, end = at((400, 402), sharp_valley(function), SAM(rho), w, eta)
    return (end.x[:, 1] - before.x[:, 1]) / rho**2


def drift_bound(sharpness, eta, rho, z):
    r"""$-4\eta\lambda'(z)/(2 - \eta\lambda)^2$."""
    lam, slope = SHARPNESS[sharpness][1](z)
    return -4 * eta * slope / (2 - eta * lam) ** 2


def below_two(sharpness, eta, rho, z):
    r"""$0 < \eta\lambda(z) < 1.9$."""
    lam = SHARPNESS[sharpness][1](z)[0]
    return (eta * lam > 0) & (eta * lam < 1.9)


def drifts(quick):
    """Learning rates from small to large, a small radius."""
    z = np.linspace(0.2, 0.7, 6 if quick else 100)
    for name in SHARPNESS:
        for eta in (0.05, 0.2, 0.6):
            yield {"sharpness": name, "eta": eta, "rho": 3e-5, "z": z}


def l19():
    """The statement."""
    return Statement(
        id="L19",
        title="SAM bounces along the top eigenvector, and descends its eigenvalue",
        source="Bartlett, Long and Bousquet, arXiv 2210.01513",
        grade="A",
        claims=(
            Claim(
                id="L19.cycle",
                says=r"on a positive-definite quadratic with $\lambda_1$ simple, "
                r"$\eta\lambda_1 < 2$, SAM ends, from almost every start, on the "
                r"axis of $v_1$",
                expected="supported",
                measured=alignment,
                bound=lambda lam, **_: np.ones(len(lam)),
                cases=lambda quick: [rotated(19, 20 if quick else 400, 4)],
                within=lambda eta, lam, **_: eta * lam[:, 0] < 2,
                rtol=1e-12,  # rounding
            ),
            Claim(
                id="L19.drift",
                says=r"on $\lambda(z)x^2/2$, in its cycle, two steps move $z$ by "
                r"$-\frac{4\eta\rho^2}"
                r"{(2 - \eta\lambda)^2}\lambda'(z) + O(\rho^4)$",
                expected="holds",
                measured=drift,
                bound=drift_bound,
                cases=drifts,
                within=below_two,
                rtol=3e-4,  # rounding of z, and its change in 400 steps
                proof="paper_notes.md, L19",
                grade="T",
            ),
            Claim(
                id="L19.networks",
                says=r"on a network's manifold of zero loss (one output, all samples "
                r"in a step) it drifts by that formula with "
                r"$\nabla\lambda_1(H)$ along the manifold: measured over predicted, "
                r"$\rho = 10^{-3}$, $\eta\lambda_1 \le 1.5$",
                expected="supported",
                measured=spectra.drift("ratio"),
                bound=lambda **case: 1.0,
                cases=lambda quick: spectra.drifts("all", "SAM"),
                within=lambda share, **case: share < 2,
                rtol=0.01,  # of the order of rho^2 / (2 - eta lam_1)^2
                grade="N",
            ),
            Claim(
                id="L19.descent",
                says=r"there $\lambda_1$ falls by what that drift says",
                expected="supported",
                measured=spectra.drift("fall_top"),
                bound=lambda **case: 1.0,
                cases=lambda quick: spectra.drifts("all", "SAM"),
                within=lambda share, **case: share < 2,
                rtol=0.01,  # as above
                grade="N",
            ),
            Claim(
                id="L19.far",
                says=r"and goes on to fall: after 1500 steps at $\rho = .05$, "
                r"$\eta\lambda_1 = .5$ it is at most .8 of the start's",
                expected="supported",
                relation="<=",
                measured=spectra.fallen,
                bound=lambda **case: 0.8,
                cases=lambda quick: spectra.far("all", ("SAM",), "far_top"),
                within=lambda **case: True,
                tight=0.5,
                grade="N",
            ),
        ),
        code=(
            "landscapes/sharp_valley.py",
            "theory/quadratic.py",
            "theory/zero_loss.py",
        ),
        reads=(spectra.EXPERIMENT,),
        notes=(
            "In the cycle $|x_a| = \\rho + \\frac{\\eta\\rho\\lambda}{2 - \\eta"
            "\\lambda} = \\frac{2\\rho}{2 - \\eta\\lambda}$, and each step takes "
            "$\\frac\\eta2\\lambda' x_a^2$ from z."
        ),
    )
