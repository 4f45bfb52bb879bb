"""T11: hallucinated minimisers, where only the ascent point is critical."""

from __future__ import annotations

from functools import cache

import numpy as np

from landscapes.cosine import cosine
from landscapes.double_well_saddle import double_well_saddle
from landscapes.himmelblau import himmelblau
from theory.base import gradient_descent
from theory.bisect import bisect
from theory.claim import Claim, Curve, Picture, Statement
from theory.hallucination import hallucinations, largest_rate, turning
from theory.iterate import iterate
from theory.methods.sam import SAM
from theory.runs import last

PROOF = "paper_notes.md, T11"
DEPTH = np.sqrt(2)  # minima of the double well


def rest(landscape, rho, eta, w, steps):
    """SAM's last point from starts `(n, d)`, for numbers or arrays `(n,)`."""
    rho, eta = (np.asarray(v, dtype=float)[..., None] for v in (rho, eta))
    return last(landscape, SAM(rho), w, eta, steps).x


def limit(rho, eta, w):
    """Where SAM comes to rest on the cosine."""
    return rest(cosine(), rho, eta, w[..., None], 2000)[..., 0]


def predicted_limit(rho, eta, w):
    r"""$\rho - \pi$: the ascent point is the minimum at $-\pi$."""
    return np.broadcast_to(rho - np.pi, w.shape)


def within_limit(rho, eta, w):
    r"""Starts between the maximum and the next minimum, $\pi < \rho < 2\pi$."""
    return (rho > np.pi) & (rho < 2 * np.pi) & (w > 0) & (w < np.pi) & (eta <= 1)


def limits(quick):
    """A slope at rest, then a grid of radii and starts."""
    yield {"rho": 4.0, "eta": 0.1, "w": np.array([1.0])}
    n = 7 if quick else 40
    rho, w = np.meshgrid(np.linspace(3.3, 6.1, n), np.linspace(0.1, 3, n))
    for eta in (0.1, 1.0):
        yield {"rho": rho.ravel(), "eta": eta, "w": w.ravel()}


def derivative(landscape, rho, eta, w):
    """The Jacobian of a SAM step by the complex step, `(n, d, d)`."""
    step, columns = 1e-30, []
    for i in range(landscape.dim):
        z = w + step * 1j * np.eye(landscape.dim)[i]
        d, _, _ = SAM(rho[:, None]).direction(z, (), landscape.gradient)
        columns.append(gradient_descent.update(z, d, (), eta)[0].imag / step)
    return np.stack(columns, axis=-1)


def jacobian(landscape, rho, eta, w):
    r"""$I - \eta A$."""
    return np.eye(landscape.dim) - eta * turning(landscape, rho, w)


@cache
def found(quick):
    """Hallucinated minimisers of Himmelblau's function: points and radii."""
    f, n = himmelblau(), 24 if quick else 200
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    radii = np.linspace(0.05, 8, 60)
    minima = [c.point for c in f.critical_points if c.kind == "minimum"]
    parts = [hallucinations(f, point, angles, radii) for point in minima]
    return f, *(np.concatenate(side) for side in zip(*parts, strict=True))


def jacobians(quick):
    """Random points, and hallucinated ones."""
    rng = np.random.default_rng(11)
    f, w, rho = found(quick)
    n = 50 if quick else 1000
    yield {"landscape": f, "rho": rho, "eta": 0.01, "w": w}
    anywhere = {"rho": rng.uniform(0.1, 3, n), "w": rng.uniform(-2, 2, (n, 2))}
    for landscape in (f, double_well_saddle()):
        yield {"landscape": landscape, "eta": 0.01, **anywhere}


def attracts(landscape, rho, eta, w):
    """Whether SAM, pushed 1e-8 aside, comes nearer."""
    far = 1e-8
    aside = far * np.array([np.cos(1.0), np.sin(1.0)])[: landscape.dim]
    distance = np.linalg.norm(rest(landscape, rho, eta, w + aside, 300) - w, axis=-1)
    return distance < far / 2


def radius_below_one(landscape, rho, eta, w):
    """Whether the spectral radius is below 1."""
    return spectral_radius(landscape, rho, eta, w) < 1


def spectral_radius(landscape, rho, eta, w):
    r"""Of $I - \eta A$, `(n,)`."""
    A = turning(landscape, rho, w)
    J = np.eye(landscape.dim) - np.asarray(eta)[:, None, None] * A
    return np.abs(np.linalg.eigvals(J)).max(axis=-1)


def decided(landscape, rho, eta, w):
    """Not so near to 1 that 300 steps cannot tell."""
    return np.abs(spectral_radius(landscape, rho, eta, w) - 1) > 0.02


def rates(quick):
    """Learning rates around the largest one; some points have none."""
    f, w, rho = found(quick)
    a = np.linalg.eigvals(turning(f, rho, w))
    for share in (0.3, 0.7, 0.95, 1.05, 1.5):
        eta = share * 2 / np.abs(a).max(axis=-1)
        keep = decided(f, rho, eta, w)
        yield {"landscape": f, "rho": rho[keep], "eta": eta[keep], "w": w[keep]}


def threshold(landscape, rho, w):
    """The learning rate at which the point ceases to attract."""
    low, high = np.full(len(w), 1e-3), np.full(len(w), 3.0)

    def holds(eta):
        return attracts(landscape, rho, eta, w)

    return bisect(holds, low, high, 1e-3)


def thresholds(quick):
    """The cosine, and the double well's axis: the ascent lands in the other well."""
    n = 6 if quick else 40
    rho = np.linspace(np.pi + 0.2, 2 * np.pi - 0.2, n)
    yield {"landscape": cosine(), "rho": rho, "w": (rho - np.pi)[:, None]}
    y = np.linspace(-1.3, -0.1, n)
    w = np.stack([0 * y, y], axis=-1)
    yield {"landscape": double_well_saddle(), "rho": DEPTH - y, "w": w}


def critical(landscape, rho, w):
    """The ascent point is a critical point, w is none."""
    d, g, _ = SAM(np.asarray(rho)[..., None]).direction(w, (), landscape.gradient)
    return (g != 0).any(axis=-1) & (np.abs(d).max(axis=-1) < 1e-9)


def picture():
    """The path on the cosine, and the ascent points."""
    f, rho, eta = cosine(), 4.0, 0.1
    path = np.array([s.x[0] for s in iterate(f, SAM(rho), np.array([1.0]), eta, 80)])
    ascent, w = path - rho, np.linspace(-4.5, 4.5, 400)

    def height(x):
        return f.value(x[:, None])

    rest = np.array([rho - np.pi, -np.pi])
    return Picture(
        title="SAM rests on a slope, its ascent point in a minimum",
        xlabel=r"$w$",
        ylabel=r"$f(w) = \cos w$",
        curves=(
            Curve(w, height(w), label=r"$f$", theory=True),
            Curve(path, height(path), label="iterates", method="SAM", marker="o"),
            Curve(ascent, height(ascent), label="ascent points", marker="."),
            Curve(rest, height(rest), label="predicted", theory=True, marker="x"),
        ),
    )


def t11():
    """The statement."""
    return Statement(
        id="T11",
        title="SAM can rest where only the ascent point is a minimum",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T11.limit",
                says=r"$f = \cos$, $\pi < \rho < 2\pi$, $w_0 \in (0, \pi)$: "
                r"$w_t \to \rho - \pi$, where $f' \ne 0$",
                expected="holds",
                measured=limit,
                bound=predicted_limit,
                cases=limits,
                within=within_limit,
                rtol=1e-12,  # rounding
                proof=PROOF,
            ),
            Claim(
                id="T11.jacobian",
                says=r"SAM's map has the Jacobian $I - \eta H(w_a)[I + "
                r"\frac{\rho}{\lVert g \rVert}(I - uu^\top)H(w)]$",
                expected="holds",
                measured=derivative,
                bound=jacobian,
                cases=jacobians,
                within=lambda landscape, rho, eta, w: rho > 0,
                rtol=1e-9,  # rounding, where g is small beside the Hessian
                atol=1e-9,
                proof=PROOF,
            ),
            Claim(
                id="T11.iff",
                says=r"a hallucinated minimiser attracts if the spectral radius is "
                r"below 1, and not if it is above",
                expected="holds",
                measured=attracts,
                bound=radius_below_one,
                cases=rates,
                within=decided,
                proof=PROOF,
            ),
            Claim(
                id="T11.threshold",
                says=r"it attracts up to $\eta = \min_i 2\,\mathrm{Re}\,a_i/|a_i|^2$, "
                r"$a_i$ of $A$; in one dimension $2/f''(w_a)$",
                expected="holds",
                measured=threshold,
                bound=lambda landscape, rho, w: largest_rate(
                    turning(landscape, rho, w)
                ),
                cases=thresholds,
                within=critical,
                rtol=5e-3,  # so slow is the decay in 300 steps at the threshold
                proof=PROOF,
            ),
        ),
        code=("theory/hallucination.py",),
        notes=(
            "The chain rule; $\\partial u(g) = (I - uu^\\top)H/\\lVert g\\rVert$. In "
            "one dimension that part is 0. On $\\cos$ SAM is gradient descent on "
            "$\\cos(w - \\rho)$ as long as $0 < w < \\pi$, and stays there."
        ),
        picture=picture,
    )
