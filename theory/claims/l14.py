"""L14: a schedule of steps and radii with which the error falls like 1/t."""

from __future__ import annotations

import numpy as np

from theory.claim import Claim, Statement
from theory.convergence import exponent
from theory.expected_residual import tau_nice_residual
from theory.interval import mean
from theory.members import solved
from theory.methods.unified_sam import UnifiedSAM
from theory.noise import minibatches
from theory.runs import at
from theory.schedule import unified_sam

SPAN = 4  # the slope is measured over the last two octaves


def plan(f, tau, lam):
    """The schedule with the data's exact constants."""
    mu, L = f.constants["mu"], f.constants["beta_max"]
    return unified_sam(mu, L, *tau_nice_residual(f.n, tau, L), lam)


def gaps(loss, data, ridge, rows, tau, lam, steps, runs, seed):
    r"""$f(w_t) - f^*$ at t = steps / 4 and steps, `(runs, 2)`."""
    f, minimiser, least = solved(loss, data, ridge, rows)
    rng = np.random.default_rng([14, seed])
    # Near enough that the noise counts, not only the way there.
    w = minimiser + 0.45 * rng.normal(size=(runs, f.dim))
    given = {"sample": minibatches(f, tau, runs, (14, seed))}
    given["schedule"] = plan(f, tau, lam)
    ends = at((steps // SPAN, steps), f, UnifiedSAM(), w, None, **given)
    return np.array([f.value(state.x) for state in ends]).T - least


def measured(runs, level, **case):
    r"""The slope of $\ln E(f(w_t) - f^*)$ over $\ln t$."""
    early, late = gaps(runs=runs, **case).T
    return exponent(mean(early, level / 2), mean(late, level / 2), SPAN)


def bound(**case):
    """-1."""
    return -1.0


def within(loss, data, ridge, rows, tau, lam, steps):
    """The last two octaves lie where the step is no longer held at its limit."""
    f, *_ = solved(loss, data, ridge, rows)
    mu, t = f.constants["mu"], steps // SPAN
    return plan(f, tau, lam)(t)["eta"] * mu >= (2 * t + 1) / (t + 1) ** 2 * 0.999


def cases(quick):
    """Ridge and logistic regression, with noise and without."""
    for loss, data, ridge, rows, tau, steps in (
        ("ridge", "diabetes", 2.0, 60, 50, 1600),
        ("logistic", "wine", 2.0, 60, 50, 400),
        ("ridge", "diabetes", 5.0, 60, 50, 400),
        ("ridge", "wine", 2.0, None, 178, 448),
        ("logistic", "breast_cancer", 5.0, 100, 80, 800),
    )[: 2 if quick else 5]:
        for lam in (0.5,) if quick else (0.5, 1.0):
            yield {
                "loss": loss,
                "data": data,
                "ridge": ridge,
                "rows": rows,
                "tau": tau,
                "lam": lam,
                "steps": steps,
            }


def l14():
    """The statement."""
    return Statement(
        id="L14",
        title="UnifiedSAM with falling steps and radii: error of order 1/t",
        source="Oikonomou and Loizou, arXiv 2503.02225, Thm 3.5",
        grade="B",
        claims=(
            Claim(
                id="L14",
                says=r"$E f(w_t) - f^* = O(1/t)$, seen as a slope of at most $-1$, for "
                r"$\rho_t = \min\{\rho^*, \frac{1}{2t+1}\}$",
                expected="holds",
                relation="<=",
                measured=measured,
                bound=bound,
                cases=cases,
                within=within,
                tight=0.35,
                proof="paper_notes.md, L14",
                runs=(32, 64, 256),
            ),
        ),
        code=("theory/schedule.py",),
        notes="The slope tends to $-1$ where noise rules, and is steeper on the way "
        "there ($-1.3$ to $-4$); the "
        "step stands still until $1/(2t+1) < \\rho^*$.",
    )
