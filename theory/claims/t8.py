"""T8: SSAM at a saddle: USAM's trap, and never a faster escape than GD's."""

from __future__ import annotations

import numpy as np

from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.quadratic import gd_edge, usam_trap, weakest_descent
from theory.settling import last, settles, settling_rate
from theory.spectra import descends, mixed, saddles, starts


def radius(eta, lam, w):
    """Bisected: from which radius on every start converges to the saddle."""
    steep = np.abs(lam).max(axis=-1)
    return bisect(
        lambda rho: ~settles("ssam", lam, eta, rho, w),
        0.2 / steep,
        3 / weakest_descent(lam),
        1e-4,
        parts=33,
    )


def radii(quick):
    """Near and far starts."""
    for d in (2,) if quick else (1, 2, 4):
        rng = np.random.default_rng([81, d])
        n = 8 if quick else 20
        lam = mixed(rng, n, d)
        eta = rng.uniform(0.1, 1.8, n) / np.abs(lam).max(axis=-1)
        w = starts(rng, lam, np.exp(rng.uniform(-3, 3, (n, 3))), 3)
        yield {"eta": eta, "lam": lam, "w": w}


def rates(quick):
    """In the trap; also the start along the steepest direction alone."""
    for d in (2,) if quick else (1, 2, 4):
        rng = np.random.default_rng([82, d])
        n = 8 if quick else 20
        lam = mixed(rng, n, d)
        rho = rng.uniform(1.05, 5, n) / weakest_descent(lam)
        w = starts(rng, lam, np.exp(rng.uniform(-3, 3, (n, 2))), 2)
        axis = np.abs(lam) == np.abs(lam).max(axis=-1, keepdims=True)
        w = np.concatenate([w, axis[:, None]], axis=1)
        yield {"rho": rho, "lam": lam, "w": w}


def one_step(eta, rho, lam, w):
    """The factor of the descending component, the second, in one step."""
    return last("ssam", lam, eta, rho, w, 1)[:, 1] / w[:, 1]


def free(rho, lam, **_):
    r"""Index 1 and $\rho m < 1$."""
    return ((lam < 0).sum(axis=-1) == 1) & (rho * weakest_descent(lam) < 1)


def points(quick):
    """Random points, and points nearly on the axes, where the limits are reached."""
    rng = np.random.default_rng(83)
    n = 200 if quick else 5000
    lam = saddles(rng, n, 3)
    eta = rng.uniform(0.05, 1.9, n) / lam[:, 0]
    rho = rng.uniform(0.05, 0.95, n) / weakest_descent(lam)
    tiny = np.where(rng.uniform(size=(n, 3)) < 0.5, 1.0, 1e-4)
    yield {"eta": eta, "rho": rho, "lam": lam, "w": tiny * rng.normal(size=(n, 3))}


def slowest(eta, rho, lam, w):
    r"""$1 + \eta m k_-/\max_j k_j$, $k_j = 1 + \rho\lambda_j$."""
    m = weakest_descent(lam)
    return 1 + eta * m * (1 - rho * m) / (1 + rho * lam.max(axis=-1))


def fastest(eta, rho, lam, w):
    r"""$1 + \eta m$, GD's."""
    return 1 + eta * weakest_descent(lam)


def escape(eta, rho, lam, w):
    """The factor of the descending component in the end."""
    before = last("ssam", lam, eta, rho, w, 500)
    return one_step(eta, rho, lam, before)


def calm(eta, rho, lam, w):
    r"""(3) of the notes: $\eta(\lambda_jk_j/k_- - m) < 2$ for every $\lambda_j > 0$."""
    m, top = weakest_descent(lam), lam.max(axis=-1)
    lhs = eta * (top * (1 + rho * top) / (1 - rho * m) - m)
    return free(rho, lam) & (lhs < 2)


def escapes(calmly):
    """Random points with condition (3), or in the plane without it."""

    def cases(quick):
        rng = np.random.default_rng([84, calmly])
        n = 200 if quick else 3000
        lam = saddles(rng, n, 3 if calmly else 2)
        lam /= lam[:, :1]
        rho = rng.uniform(0.05, 0.95, n) / weakest_descent(lam)
        at = {
            "eta": rng.uniform(0.05, 0.6 if calmly else 1.9, n),
            "rho": rho,
            "lam": lam,
            "w": 1e-60 * rng.normal(size=lam.shape),
        }
        chosen = calm(**at) == calmly
        # Near the limit of (3), and where both factors are near, a run takes too long.
        chosen &= calm(**(at | {"eta": at["eta"] * 1.1})) == calmly
        chosen &= calm(**(at | {"eta": at["eta"] / 1.1})) == calmly
        yield {name: value[chosen] for name, value in at.items()}

    return cases


def on_rays(eta, rho, lam):
    """One step's factor of the descending component on the ray, a little beside it."""
    plus, minus = products(rho, lam)
    k = 1 + rho[:, None] * lam
    gamma2 = (2 / (eta * (plus - minus))) ** 2
    # ||g|| = gamma ||Kg|| for the ratio |g_+/g_-|.
    ratio = np.sqrt((1 - gamma2 * k[:, 1] ** 2) / (gamma2 * k[:, 0] ** 2 - 1))
    w = 1e-60 * np.stack([ratio * 1.001, np.ones_like(ratio)], axis=-1) / lam
    return escape(eta, rho, lam, w)


def products(rho, lam):
    r"""$p_\pm = \lvert\lambda\rvert(1 + \rho\lambda)$."""
    return (np.abs(lam) * (1 + rho[:, None] * lam)).T


def rays(eta, rho, lam, **_):
    """$(p_++p_-)/(p_+-p_-)$."""
    plus, minus = products(rho, lam)
    return (plus + minus) / (plus - minus)


def wild(eta, rho, lam, w=None):
    r"""In the plane, without (3), and $\eta\lambda < 2$."""
    return free(rho, lam) & ~calm(eta, rho, lam, w) & (eta * lam[:, 0] < 2)


def planes(quick):
    """The same without starts."""
    for case in escapes(False)(quick):
        yield {name: case[name] for name in ("eta", "rho", "lam")}


def t8():
    """The statement."""
    proof = "paper_notes.md, T8"
    return Statement(
        id="T8",
        title="renormalisation removes no trap: SSAM's saddle trap is USAM's",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T8.radius",
                says=r"every start converges to the saddle iff $\rho > 1/m$, for "
                r"$\eta\max\lvert\lambda\rvert < 2$",
                expected="holds",
                measured=radius,
                bound=lambda eta, lam, w: usam_trap(lam),
                cases=radii,
                within=lambda eta, lam, w: (
                    descends(lam) & (eta * np.abs(lam).max(axis=-1) < 2)
                ),
                rtol=2e-4,  # the bracket is 1e-4 wide
                proof=proof,
            ),
            Claim(
                id="T8.rate",
                says=r"and, for $\rho > 1/m$, iff $\eta\max\lvert\lambda\rvert < 2$",
                expected="holds",
                measured=lambda rho, lam, w: settling_rate("ssam", lam, rho, w),
                bound=lambda rho, lam, w: gd_edge(np.abs(lam).max(axis=-1)),
                cases=rates,
                within=lambda rho, lam, w: descends(lam) & (rho > usam_trap(lam)),
                rtol=2e-4,  # the bracket is 1e-4 wide
                proof=proof,
            ),
            Claim(
                id="T8.leaves",
                says=r"$\rho m < 1$, index 1: every step multiplies $g_-$ by at least "
                r"$1+\eta m\frac{1-\rho m}{1+\rho\lambda_+}$",
                expected="holds",
                relation=">=",
                measured=one_step,
                bound=slowest,
                cases=points,
                within=free,
                tight=0.999,
                rtol=1e-12,  # rounding
                proof=proof,
            ),
            Claim(
                id="T8.not_faster",
                says=r"and by at most GD's $1 + \eta m$",
                expected="holds",
                relation="<=",
                measured=one_step,
                bound=fastest,
                cases=points,
                within=free,
                tight=0.999,
                rtol=1e-12,  # rounding
                proof=proof,
            ),
            Claim(
                id="T8.escape",
                says=r"the factor tends to $1+\eta m$, if "
                r"$\eta(\lambda_jk_j/k_- - m)<2$, $k = 1+\rho\lambda$",
                expected="holds",
                measured=escape,
                bound=fastest,
                cases=escapes(True),
                outside=escapes(False),
                within=calm,
                rtol=1e-9,  # what is left after 500 steps
                proof=proof,
            ),
            Claim(
                id="T8.rays",
                says=r"else the plane has invariant rays with the factor "
                r"$\frac{p_++p_-}{p_+-p_-}$, $p=\lvert\lambda\rvert(1+\rho\lambda)$; "
                r"they attract",
                expected="holds",
                measured=on_rays,
                bound=rays,
                cases=planes,
                within=wild,
                rtol=1e-9,  # what is left after 500 steps
                proof=proof,
            ),
        ),
        code=("theory/quadratic.py", "theory/methods/stable.py"),
        notes="$\\gamma>0$ is common to all modes, so the signs of their steps, and "
        "the trap, are USAM's. From afar $\\gamma<1$ makes SSAM the slower of the two. "
        "Every random start tried settles on the rays; that almost all do is open.",
    )
