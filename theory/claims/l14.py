"""L14: a schedule of steps and radii with which the error falls like 1/t."""

from __future__ import annotations

from functools import cache

import numpy as np

from landscapes.logistic_regression import logistic_regression
from landscapes.ridge_regression import ridge_regression
from theory.claim import Claim, Statement
from theory.expected_residual import tau_nice_residual
from theory.interval import Interval, mean
from theory.methods.unified_sam import UnifiedSAM
from theory.schedule import unified_sam
from theory.simulate import iterate

LOSSES = {"ridge": ridge_regression, "logistic": logistic_regression}
SPAN = 4  # the slope is measured over the last two octaves


@cache
def problem(loss, data, ridge, rows):
    """The landscape, its minimiser, its least value."""
    f = LOSSES[loss](data, ridge, rows)
    minimiser = f.locate()[0]
    return f, minimiser, float(f.value(minimiser))


def plan(f, tau, lam):
    """The schedule with the data's exact constants."""
    mu, L = f.constants["mu"], f.constants["beta_max"]
    return unified_sam(mu, L, *tau_nice_residual(f.n, tau, L), lam)


def gaps(loss, data, ridge, rows, tau, lam, steps, runs, seed):
    r"""$f(w_t) - f^*$ at t = steps / 4 and steps, `(runs, 2)`."""
    f, minimiser, least = problem(loss, data, ridge, rows)
    rng = np.random.default_rng([14, seed])

    def sample(t):
        if tau == f.n:
            return f.sample(np.arange(f.n), t)
        ranks = rng.random((runs, f.n)).argpartition(tau, axis=1)
        return f.sample(ranks[:, :tau], t)

    # Near enough that the noise counts, not only the way there.
    w = minimiser + 0.45 * rng.normal(size=(runs, f.dim))
    run = iterate(
        f,
        UnifiedSAM(),
        w,
        None,
        steps,
        sample=sample,
        schedule=plan(f, tau, lam),
    )
    chosen = [s.x for t, s in enumerate(run) if t in (steps // SPAN, steps)]
    return np.array([f.value(x) for x in chosen]).T - least


def measured(runs, level, **case):
    r"""The slope of $\ln E(f(w_t) - f^*)$ over $\ln t$."""
    both = mean(gaps(runs=runs, **case), level / 2)
    if np.any(both.low <= 0):
        return Interval(0.0, -np.inf, np.inf)
    (a, b), (low_a, low_b), (high_a, high_b) = map(
        np.log, (both.value, both.low, both.high)
    )
    ends = np.array([b - a, low_b - high_a, high_b - low_a]) / np.log(SPAN)
    return Interval(*ends)


def bound(**case):
    """-1."""
    return -1.0


def within(loss, data, ridge, rows, tau, lam, steps):
    """The last two octaves lie where the step is no longer held at its limit."""
    f, *_ = problem(loss, data, ridge, rows)
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
