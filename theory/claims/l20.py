"""L20: which flatness SAM seeks among minima, with and without mini-batches."""

from __future__ import annotations

import numpy as np

from landscapes.mean import Mean
from landscapes.two_sheets import (
    FLATTEST_TOP,
    FLATTEST_TRACE,
    two_sheet_losses,
    two_sheets,
)
from theory.claim import Claim, Curve, Picture, Statement
from theory.interval import mean
from theory.iterate import iterate
from theory.measured import spectra
from theory.methods.sam import SAM
from theory.quadratic import sam_cycle
from theory.runs import last

TOP, TRACE = (
    np.array(point[:2], dtype=float) for point in (FLATTEST_TOP, FLATTEST_TRACE)
)


def flatness(z):
    """F1, F2 and their gradients at z `(..., 2)`, written out."""
    x, y = z[..., 0], z[..., 1]
    F1, F2 = 4 + (x - 1) ** 2 + y**2, 1 + (x**2 + (y - 1) ** 2) / 2
    return F1, F2, np.stack([2 * (x - 1), 2 * y], -1), np.stack([x, y - 1], -1)


def full_end(eta, rho, z):
    """Where full-batch SAM ends on the plane of minima, `(n, 2)`."""
    w = np.concatenate([z, np.full(z.shape, 0.1)], axis=-1)
    return last(two_sheets(), SAM(rho), w, eta, 1500).x[:, :2]


def full_cases(quick):
    """Starts around both minima."""
    rng = np.random.default_rng(20)
    yield {
        "eta": 0.05,
        "rho": 0.4,
        "z": rng.uniform(-0.5, 1.5, (5 if quick else 50, 2)),
    }


def velocity(eta, rho, z):
    r"""Over $\eta\rho^2$: the mean motion along the plane in two steps, `(n, 2)`."""
    bounce = sam_cycle(eta, rho, 2 * flatness(z)[0])
    w = np.concatenate([z, np.stack([bounce, 0.01 * bounce], axis=-1)], axis=-1)
    end = last(two_sheets(), SAM(rho), w, eta, 2)
    return (end.x[:, :2] - z) / (2 * eta * rho**2)


def top_flow(eta, rho, z):
    r"""$-\frac12\nabla\lambda_1 = -\nabla F_1$."""
    return -flatness(z)[2]


def velocities(quick):
    """Small learning rate and radius."""
    rng = np.random.default_rng(201)
    yield {"eta": 1e-3, "rho": 1e-3, "z": rng.uniform(-1, 2, (20 if quick else 500, 2))}


def single_end(eta, rho, steps, runs, seed, level):
    """Where SAM on one of the two losses a step stays, the last half averaged."""
    f = Mean(two_sheet_losses())
    draws = np.random.default_rng([20, seed]).integers(0, 2, (steps + 1, runs, 1))
    w = np.tile([0.8, 0.2, 0.01, 0.01], (runs, 1))
    total = np.zeros((runs, 2))
    path = iterate(f, SAM(rho), w, eta, steps, sample=lambda t: f.sample(draws[t], t))
    for t, state in enumerate(path):
        total += state.x[:, :2] * (t > steps / 2)
    return mean(total / (steps - steps // 2), level)


def trace_minimum(eta, rho, steps):
    """The minimum of F1 + F2."""
    return TRACE


def reach(eta):
    r"""$\eta$ times the largest eigenvalue of a single loss, $4F_1$ at the end."""
    return 4 * eta * flatness(TRACE)[0]


def trace_cases(quick):
    """A small learning rate; the radius makes it reach the end."""
    yield {"eta": 0.002, "rho": 1.0, "steps": 800}


def weighted_minimum(eta, rho, steps):
    r"""Where $\sum_i\nabla F_i/(2 - 4\eta F_i)^2 = 0$, by iterated weights."""
    z = TRACE
    for _ in range(200):
        F1, F2, _, _ = flatness(z)
        a, b = (2 - 4 * eta * F1) ** -2.0, (2 - 4 * eta * F2) ** -2.0
        # 2 a ((x - 1), y) + b (x, y - 1) = 0
        z = np.array([2 * a, b]) / (2 * a + b)
    return z


def weighted_cases(quick):
    """Learning rates at which the two losses bounce by different factors."""
    for eta in (0.06,) if quick else (0.02, 0.06):
        yield {"eta": eta, "rho": 0.5, "steps": 400}


def picture():
    """Two paths over the top eigenvalue's contours."""
    grid = np.linspace(-0.4, 1.4, 41)
    points = np.stack(np.meshgrid(grid, grid), axis=-1)
    w, eta, rho = np.array([0.0, 0.8, 0.01, 0.01]), 0.004, 0.7
    f = Mean(two_sheet_losses())
    draws = np.random.default_rng(0).integers(0, 2, (1501, 1))
    runs = (
        iterate(two_sheets(), SAM(rho), w, eta, 1500),
        iterate(f, SAM(rho), w, eta, 1500, sample=lambda t: f.sample(draws[t])),
    )
    full, one = (np.array([state.x[:2] for state in run]) for run in runs)
    return Picture(
        title="SAM seeks the least top eigenvalue, 1-SAM the least trace",
        xlabel=r"$x_1$",
        ylabel=r"$x_2$",
        curves=(
            Curve(full[:, 0], full[:, 1], label="SAM", method="SAM"),
            Curve(*one[::60].T, label="1-SAM", method="SAM", marker="o"),
            Curve(TOP[:1], TOP[1:], label="least eigenvalue", theory=True, marker="x"),
            Curve(TRACE[:1], TRACE[1:], label="least trace", theory=True, marker="+"),
        ),
        levels=(grid, grid, flatness(points)[0]),
    )


def l20():
    """The statement."""
    return Statement(
        id="L20",
        title="among minima SAM seeks the least eigenvalue, 1-SAM the least trace",
        source="Wen, Ma and Li, arXiv 2211.05729, Thms 4.5 and 5.4",
        grade="A",
        claims=(
            Claim(
                id="L20.full",
                says=r"on $F_1x_3^2 + F_2x_4^2$, $F_1 > F_2$, full-batch SAM ends at "
                r"$\mathrm{argmin}\,F_1$",
                expected="supported",
                measured=full_end,
                bound=lambda eta, rho, z: np.broadcast_to(TOP, z.shape),
                cases=full_cases,
                within=lambda eta, rho, z: 2 * eta * flatness(z)[0][:, None] < 2,
                rtol=1e-8,  # rounding; the path has 1500 steps
                atol=1e-8,
            ),
            Claim(
                id="L20.velocity",
                says=r"it moves by $-\frac{\eta\rho^2}{2}\nabla\lambda_1$ a step "
                r"($\eta, \rho \to 0$)",
                expected="holds",
                measured=velocity,
                bound=top_flow,
                cases=velocities,
                within=lambda eta, rho, z: 2 * eta * flatness(z)[0][:, None] < 0.03,
                rtol=0.03,  # eta lam_1, as in L19
                proof="arXiv 2211.05729, Thm 4.5",
            ),
            Claim(
                id="L20.one",
                says=r"1-SAM (one of $2F_1x_3^2$, $2F_2x_4^2$ a step) ends at "
                r"$\mathrm{argmin}\,(F_1 + F_2)$ ($\eta, \rho \to 0$)",
                expected="supported",
                measured=single_end,
                bound=trace_minimum,
                cases=trace_cases,
                within=lambda eta, rho, steps: reach(eta) < 0.05,
                atol=0.015,  # O(eta): .005 by the next claim; O(rho^2); the start
                runs=(200, 800),
            ),
            Claim(
                id="L20.weights",
                says=r"at larger $\eta$ it ends where $\sum_i \nabla F_i/(2 - "
                r"4\eta F_i)^2 = 0$: each loss counts by its own bounce",
                expected="supported",
                measured=single_end,
                bound=weighted_minimum,
                cases=weighted_cases,
                within=lambda eta, rho, steps: reach(eta) < 2,
                atol=0.015,  # O(rho^2)
                runs=(200, 800),
                grade="N",
            ),
            Claim(
                id="L20.networks",
                says=r"1-SAM drifts along a network's manifold of zero loss (one "
                r"output) by $-\frac{\eta\rho^2}2\nabla\,\mathrm{tr}\,H$ a step: "
                r"measured over predicted at $\eta\,\mathrm{tr}\,H = .02$",
                expected="supported",
                measured=spectra.drift("small_ratio"),
                bound=lambda **case: 1.0,
                cases=lambda quick: spectra.drifts("one", "SAM", levels=1),
                within=lambda share, **case: share < 0.05,
                rtol=0.04,  # of the order of eta tr H
                grade="N",
            ),
            Claim(
                id="L20.bounces",
                says=r"at larger $\eta$ by $-\frac{\eta\rho^2}{2n}\sum_i"
                r"\frac4{(2 - \eta\lvert a_i\rvert^2)^2}\nabla\lvert a_i\rvert^2$, "
                r"$\mathrm{tr}\,H = \frac1n\sum_i\lvert a_i\rvert^2$",
                expected="supported",
                measured=spectra.drift("ratio"),
                bound=lambda **case: 1.0,
                cases=lambda quick: spectra.drifts("one", "SAM"),
                within=lambda share, **case: share < 1,
                rtol=0.08,  # samples disturb one another's bounces: eta tr H
                grade="N",
            ),
            Claim(
                id="L20.trace",
                says=r"there the trace falls by what that drift says",
                expected="supported",
                measured=spectra.drift("fall_trace"),
                bound=lambda **case: 1.0,
                cases=lambda quick: spectra.drifts("one", "SAM"),
                within=lambda share, **case: share < 1,
                rtol=0.08,  # as above
                grade="N",
            ),
        ),
        code=(
            "landscapes/two_sheets.py",
            "landscapes/mean.py",
            "theory/zero_loss.py",
        ),
        reads=(spectra.EXPERIMENT,),
        notes=(
            "By L19 a loss of sharpness $\\lambda$ pulls by "
            "$\\frac{4}{(2 - \\eta\\lambda)^2}$ times the rate of small $\\eta$. Full "
            "batch only one sheet bounces, so its end does not depend on it; 1-SAM "
            "leaves the argmin of the trace as $\\eta$ grows: at $\\eta = .06$ it ends "
            "at (.829, .171) in place of (.667, .333). Networks: as in L19, "
            "where the full batch is L19.networks."
        ),
        picture=picture,
    )
