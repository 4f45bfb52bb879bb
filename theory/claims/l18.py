"""L18: normalised ascent is stable, and drifts along a valley of minima."""

from __future__ import annotations

import numpy as np
from sympy import cosh, log

from landscapes.quadratic import Quadratic
from landscapes.valley import pseudo_huber, valley
from theory.bisect import bisect
from theory.claim import Claim, Curve, Picture, Statement
from theory.iterate import iterate
from theory.methods.sam import SAM
from theory.methods.usam import USAM
from theory.quadratic import sam_cycle, usam_edge
from theory.runs import at, last
from theory.settling import bounced
from theory.spectra import rotated

# Even and convex; second derivative at 0.
LOSSES = {
    "pseudo_huber": (pseudo_huber, 1.0),
    "log_cosh": (lambda t: log(cosh(t)), 1.0),
    "square": (lambda t: t**2, 2.0),
}


def divergence(eta, lam):
    """The radius from which USAM leaves every ball, spectra `(n, d)`."""

    def stays(rho):
        start = np.ones_like(lam)
        end = last(Quadratic(lam), USAM(rho[:, None]), start, eta[:, None], 500)
        return np.abs(end.x).max(axis=-1) < 2

    return bisect(stays, np.full(len(lam), 1e-4), np.full(len(lam), 20.0), 1e-3)


def divergence_bound(eta, lam):
    r"""$\eta\lambda_1(1 + \rho\lambda_1) = 2$ solved for rho."""
    top = lam.max(axis=1)
    return (2 / (eta * top) - 1) / top


def settled(eta, rho, lam, w):
    """Norm of SAM's last point."""
    return np.linalg.norm(bounced(eta, rho, lam, w)[-1].x, axis=-1)


def unstable(quick):
    """diag(1, 3) and random spectra, for USAM."""
    yield {"eta": np.array([0.5]), "lam": np.array([[1.0, 3.0]])}
    case = rotated(18, 10 if quick else 100, 2, 0.2, 1.5)
    yield {name: case[name] for name in ("eta", "lam")}


def stable(quick):
    """The same for SAM, at twice the radius where USAM begins to diverge."""
    for case in unstable(quick):
        w = np.random.default_rng(18).normal(size=case["lam"].shape)
        yield case | {"rho": 2 * divergence_bound(**case), "w": w}


def tail(loss, eta, rho, start, steps):
    r"""SAM's factor of y per step far down the valley, over the last half, `(n,)`.

    Its start is $\rho|x|/y^2$; y is far below 1, and $xy^2$ far above underflow.
    """
    y = np.full(rho.shape, 1e-4)
    w = np.stack([start * y**2 / rho, y], axis=-1)
    f, method = valley(LOSSES[loss][0]), SAM(rho[:, None])
    half, end = at((steps // 2, steps), f, method, w, eta)
    return (end.x[:, 1] / half.x[:, 1]) ** (2 / steps)


def strength(loss, eta, rho):
    r"""$e = \eta\rho^2\ell''(0)$."""
    return eta * rho**2 * LOSSES[loss][1]


def drift(loss, eta, rho):
    """What y loses per step, in units of e."""
    e = strength(loss, eta, rho)
    return (1 - tail(loss, eta, rho, e / 2, 8)) / e


def drifts(quick):
    """Learning rates, small radii."""
    rho = np.geomspace(0.003, 0.03, 6 if quick else 60)
    for loss in LOSSES:
        for eta in (0.1, 0.5):
            yield {"loss": loss, "eta": eta, "rho": rho}


def factor(loss, eta, rho):
    """The same factor, started aside of the bounce."""
    return tail(loss, eta, rho, strength(loss, eta, rho), 48)


def factor_bound(loss, eta, rho):
    r"""$1 - e(1 + b)$, $e(1 + b)^2 = b(1 + (1 - e(1 + b))^2)$."""
    e = strength(loss, eta, rho)
    b = e / 2
    for _ in range(200):
        b = e * (1 + b) ** 2 / (1 + (1 - e * (1 + b)) ** 2)
    return 1 - e * (1 + b)


def factors(quick):
    """Large radii."""
    for loss, (_, second) in LOSSES.items():
        for eta in (0.1, 0.5):
            e = np.linspace(0.15, 0.26, 6 if quick else 60)
            yield {"loss": loss, "eta": eta, "rho": np.sqrt(e / eta / second)}


def sharpness_left(loss, method, eta, rho, y):
    r"""$\eta\lambda(1 + \rho\lambda)$, $\lambda = \ell''(0)y^2$, where it stops."""
    f, second = valley(LOSSES[loss][0]), LOSSES[loss][1]
    w = np.stack([1e-3 + 0 * y, y], axis=-1)
    end = last(f, method(rho[:, None]), w, eta, 1000)
    lam = second * end.x[:, 1] ** 2
    return eta * lam * (1 + (rho if method is USAM else 0) * lam)


def starts(quick):
    """Starts up to a third above USAM's edge."""
    rng, n = np.random.default_rng(181), 30 if quick else 500
    for loss, (_, second) in LOSSES.items():
        rho, eta = rng.uniform(0.01, 0.5, n), 0.5
        y = np.sqrt(usam_edge(eta, rho) / second) * rng.uniform(0.7, 1.15, n)
        yield {"loss": loss, "method": USAM, "eta": eta, "rho": rho, "y": y}


def picture():
    """The coordinate along the valley over the steps."""
    f, eta, rho, steps = valley(), 0.5, 0.2, 400
    t, w = np.arange(steps + 1), np.array([0.01, 2.2])
    path = {
        m.label: np.array([s.x[1] for s in iterate(f, m, w, eta, steps)])
        for m in (SAM(rho), USAM(rho))
    }
    edge = np.full(t.shape, np.sqrt(usam_edge(eta, rho)))
    late = t >= 100
    decay = path["SAM"][100] * (1 - eta * rho**2) ** (t[late] - 100)
    return Picture(
        title="SAM drifts down a valley, USAM stops",
        xlabel=r"step $t$",
        ylabel=r"$y_t$ along the valley",
        curves=(
            Curve(t, path["SAM"], label="SAM", method="SAM"),
            Curve(t, path["USAM"], label="USAM", method="USAM"),
            Curve(t, edge, label="USAM's edge", theory=True),
            Curve(t[late], decay, label=r"factor $1 - \eta\rho^2$", theory=True),
        ),
        log="y",
    )


def l18():
    """The statement."""
    return Statement(
        id="L18",
        title="normalised ascent is stable where USAM diverges, and drifts in valleys",
        source="Dai, Ahn and Sra, arXiv 2305.15287",
        grade="A",
        claims=(
            Claim(
                id="L18.usam",
                says=r"on a positive-definite quadratic USAM diverges above "
                r"$\rho = (\frac{2}{\eta\lambda_1} - 1)/\lambda_1$; diag(1, 3), "
                r"$\eta = .5$: $\frac19$",
                expected="holds",
                measured=divergence,
                bound=divergence_bound,
                cases=unstable,
                within=lambda eta, lam: eta * lam.max(axis=1) < 2,
                rtol=5e-3,  # the bracket, and the growth seen in 500 steps
                proof="paper_notes.md, T4",
                grade="T",
            ),
            Claim(
                id="L18.sam",
                says=r"there SAM stays bounded, in its cycle of half-width "
                r"$\frac{\eta\rho\lambda_1}{2 - \eta\lambda_1}$, whatever $\rho$",
                expected="supported",
                measured=settled,
                bound=lambda eta, rho, lam, w: sam_cycle(eta, rho, lam.max(axis=1)),
                cases=stable,
                within=lambda eta, rho, lam, w: eta * lam.max(axis=1) < 2,
                rtol=1e-10,  # rounding over the steps
            ),
            Claim(
                id="L18.drift",
                says=r"far down $\ell(xy)$ ($y \to 0$, almost all $\rho|x| \le "
                r"3ey^2/2$) SAM's "
                r"$y$ falls by $1 - e(1 + O(e))$ a step, $e = \eta\rho^2\ell''(0)$",
                expected="holds",
                measured=drift,
                bound=lambda loss, eta, rho: np.ones(rho.shape),
                cases=drifts,
                within=lambda loss, eta, rho: strength(loss, eta, rho) < 1e-3,
                rtol=1e-3,  # e / 2, the next term
                proof="paper_notes.md, L18",
                grade="T",
            ),
            Claim(
                id="L18.factor",
                says=r"for $e < .27$ it tends to $1 - e(1 + b)$, $b$ the least root of "
                r"$e(1 + b)^2 = b(1 + (1 - e(1 + b))^2)$",
                expected="supported",
                measured=factor,
                bound=factor_bound,
                cases=factors,
                within=lambda loss, eta, rho: strength(loss, eta, rho) < 0.27,
                rtol=1e-3,  # the bounce after 24 steps
                grade="N",
            ),
            Claim(
                id="L18.stop",
                says=r"there USAM stops at a $y$ with $\eta\lambda(1 + \rho\lambda) "
                r"\le 2$, $\lambda = \ell''(0)y^2$",
                expected="supported",
                relation="<=",
                measured=sharpness_left,
                bound=lambda loss, method, eta, rho, y: np.full(y.shape, 2.0),
                cases=starts,
                within=lambda loss, method, eta, rho, y: y > 0,
                tight=0.95,
                rtol=1e-3,  # where the decay to the limit is slow
            ),
        ),
        code=("landscapes/valley.py", "theory/quadratic.py"),
        notes=(
            "With $x = \\pm b y^2/\\rho$ the valley's floor is self-similar: SAM's map "
            "becomes one of b, whose fixed point is the bounce ($b = e/2 + O(e^2)$). "
            "For $e$ above .3003 it has no small fixed point: the reported factor "
            "is that of small steps. In float64 the drift ends where $xy^2$ squared "
            "underflows."
        ),
        picture=picture,
    )
