"""L12: UnifiedSAM with mini-batches converges linearly to a neighbourhood."""

from __future__ import annotations

from functools import cache

import numpy as np

from landscapes.sum_constants import sample_minima
from theory.claim import Claim, Statement
from theory.convergence import linear_to_neighbourhood, unified_sam_neighbourhood
from theory.expected_residual import (
    interpolation_gap,
    tau_nice_residual,
    tau_nice_second_moment,
)
from theory.interval import mean
from theory.members import solved
from theory.methods.unified_sam import UnifiedSAM
from theory.noise import minibatches
from theory.runs import at
from theory.schedule import unified_sam_radius, unified_sam_step

TIMES = (1, 10, 80)


@cache
def problem(loss, data, ridge, rows):
    r"""The landscape, $w^*$, $f^*$ and $f^* - \frac1n\sum_i f_i^*$."""
    f, minimiser, least = solved(loss, data, ridge, rows)
    return f, minimiser, least, interpolation_gap(least, sample_minima(f))


def constants(f, tau):
    """mu, L, A, B of the mini-batches."""
    mu, L = f.constants["mu"], f.constants["beta_max"]
    return mu, L, *tau_nice_residual(f.n, tau, L)


def settings(f, tau, lam, share):
    """The radius, a share of the largest, and the largest step there."""
    known = constants(f, tau)
    rho = share * unified_sam_radius(*known, lam)
    return rho, unified_sam_step(rho, *known, lam)


def start(minimiser):
    """Some way from the minimiser, the same for all runs."""
    return minimiser + np.random.default_rng(12).normal(size=minimiser.shape)


def measured(loss, data, ridge, rows, tau, lam, share, runs, seed, level):
    r"""$E f(w_t) - f^*$ at `TIMES`."""
    f, minimiser, least, _ = problem(loss, data, ridge, rows)
    rho, gamma = settings(f, tau, lam, share)
    w, sample = np.tile(start(minimiser), (runs, 1)), minibatches(f, tau, runs, seed)
    run = at(TIMES, f, UnifiedSAM(rho, lam), w, gamma, sample=sample)
    gaps = np.array([f.value(state.x) for state in run]).T - least
    return mean(gaps, level / len(TIMES))


def bound(loss, data, ridge, rows, tau, lam, share):
    """The rate and the neighbourhood."""
    f, minimiser, least, gap = problem(loss, data, ridge, rows)
    mu, L, A, _ = constants(f, tau)
    rho, gamma = settings(f, tau, lam, share)
    floor = unified_sam_neighbourhood(gamma, rho, mu, L, lam, 2 * A * gap)
    first = f.value(start(minimiser)) - least
    return linear_to_neighbourhood(np.array(TIMES), first, gamma, mu, floor)


def within(share, **rest):
    r"""$\rho < \rho^*$."""
    return 0 <= share < 1


def cases(quick):
    """Real data, and a synthetic twin of condition 10, over lambda and tau."""
    for loss, data, ridge, rows, tau in (
        ("ridge", "diabetes", 0.1, None, 221),
        ("logistic", "wine", 0.1, None, 20),
        ("ridge", "synthetic", 0.0, 100, 20),
        ("logistic", "breast_cancer", 0.1, None, 569),
        ("ridge", "diabetes", 1.0, 100, 1),
        ("ridge", "wine", 1.0, None, 178),
    )[: 2 if quick else 6]:
        for lam in (0.5,) if quick else (0.0, 0.5, 1.0):
            yield {
                "loss": loss,
                "data": data,
                "ridge": ridge,
                "rows": rows,
                "tau": tau,
                "lam": lam,
                "share": 0.5,
            }


def second_moment(loss, data, ridge, rows, tau, w):
    r"""$E\|g_S\|^2$, exactly, at points `(k, d)`."""
    f, *_ = problem(loss, data, ridge, rows)
    return tau_nice_second_moment(f.gradients(w), tau)


def residual(loss, data, ridge, rows, tau, w):
    r"""$2A(f - f^*) + B\|\nabla f\|^2 + C$."""
    f, _, least, gap = problem(loss, data, ridge, rows)
    *_, A, B = constants(f, tau)
    above = f.value(w) - least + gap
    return 2 * A * above + B * (f.gradient(w) ** 2).sum(-1)


def points(quick):
    """Points near and far, and far out along the longest sample."""
    rng = np.random.default_rng(12)
    for loss, data, ridge, rows, tau in (
        ("ridge", "synthetic", 0.0, 100, 1),
        ("ridge", "diabetes", 0.1, None, 10),
        ("logistic", "wine", 0.1, None, 5),
        ("logistic", "breast_cancer", 0.01, None, 100),
    )[: 2 if quick else 4]:
        f, *_ = problem(loss, data, ridge, rows)
        w = rng.normal(size=(40, f.dim)) * np.geomspace(1e-2, 1e2, 40)[:, None]
        longest = f.X[(f.X**2).sum(-1).argmax()]
        w = np.vstack([w, 100 * longest, 100 * np.linalg.pinv(f.X)[:, -1]])
        if data == "synthetic":  # only the longest sample has a loss
            errors = np.where((f.X == longest).all(-1), 1.0, 0.0)
            w = np.vstack([w, np.linalg.solve(f.X, f.y + errors)])
        case = {"loss": loss, "data": data, "ridge": ridge, "rows": rows}
        yield {**case, "tau": tau, "w": w}


def l12():
    """The statement."""
    return Statement(
        id="L12",
        title="UnifiedSAM with mini-batches: linear to a neighbourhood",
        source="Oikonomou and Loizou, arXiv 2503.02225, Thm 3.2",
        grade="B",
        claims=(
            Claim(
                id="L12",
                says=r"$E f(w_t) - f^* \le (1 - \gamma\mu)^t(f(w_0) - f^*) + N$ for "
                r"$\rho < \rho^*$, $\gamma \le \gamma^*(\rho)$",
                expected="holds",
                relation="<=",
                measured=measured,
                bound=bound,
                cases=cases,
                within=within,
                tight=0.75,
                grade="T",
                proof="paper_notes.md, L12",
                runs=(40, 160),
            ),
            Claim(
                id="L12.residual",
                says=r"$E\lVert g_S\rVert^2 \le 2A(f - f^*) "
                r"+ B\lVert\nabla f\rVert^2 + C$",
                expected="holds",
                relation="<=",
                measured=second_moment,
                bound=residual,
                cases=points,
                within=lambda **case: True,  # it assumes nothing
                tight=0.99,
                rtol=1e-10,  # f* is known to rounding
                proof="paper_notes.md, L12",
            ),
        ),
        code=("theory/convergence.py", "theory/schedule.py"),
        notes="N with its constants is ours: the steps of the proof give exactly "
        "$\\rho^*$ and $\\gamma^*$. L is the largest smoothness of a sample.",
    )
