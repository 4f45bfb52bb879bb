"""T2: the angle between the gradient and the gradient at the ascent point."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory.claim import Claim, Statement
from theory.method import dot, norm
from theory.methods.usam import USAM


def measured(rho, lam, w):
    """The cosine, on quadratics `(n, d)` at points `(n, d)`."""
    gradient = Quadratic(lam).gradient
    d, g, _ = USAM(rho[:, None]).direction(w, (), gradient)
    return (dot(g, d) / (norm(g) * norm(d)))[:, 0]


def bound(rho, lam, w):
    r"""$2\sqrt{ab}/(a+b)$."""
    a, b = 1 + rho * lam.min(axis=1), 1 + rho * lam.max(axis=1)
    return 2 * np.sqrt(a * b) / (a + b)


def within(rho, lam, w):
    r"""$a = 1 + \rho\mu > 0$."""
    return 1 + rho * lam.min(axis=1) > 0


def cases(quick):
    """Random spectra of either sign, at random points and at the worst one."""
    rng = np.random.default_rng(2)
    n, d = (200, 4) if quick else (5000, 6)
    lam = rng.uniform(-1, 1, (n, d))
    rho = rng.uniform(0.01, 0.99, n) / np.abs(lam.min(axis=1))
    yield {"rho": rho, "lam": lam, "w": rng.normal(size=(n, d))}
    # Both extreme directions with gradients in the ratio b : a.
    worst = np.zeros_like(lam)
    rows, low, high = np.arange(n), lam.argmin(axis=1), lam.argmax(axis=1)
    worst[rows, low] = (1 + rho * lam.max(axis=1)) / lam[rows, low]
    worst[rows, high] = (1 + rho * lam.min(axis=1)) / lam[rows, high]
    yield {"rho": rho, "lam": lam, "w": worst}


def t2():
    """The statement."""
    return Statement(
        id="T2",
        title="the angle of ascent and descent gradients is bounded",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T2",
                says=r"$\cos\angle(g, g') \ge 2\sqrt{ab}/(a+b)$ if $a > 0$",
                expected="holds",
                relation=">=",
                measured=measured,
                bound=bound,
                cases=cases,
                within=within,
                tight=0.999,
                rtol=1e-12,  # rounding
                proof="paper_notes.md, T2",
            ),
        ),
        code=("theory/regimes.py",),
        notes="The first antieigenvalue of $I + \\rho H$.",
    )
