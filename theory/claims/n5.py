"""N5: SAM at saddles of index 2 and more: where T7's threshold carries over."""

from __future__ import annotations

import numpy as np

from theory.claim import Claim, Statement
from theory.quadratic import (
    bounce_threshold,
    sam_cycle,
    sam_trap_is_invariant,
    weakest_descent,
)
from theory.settling import last, leaving_rate, near, steepness
from theory.spectra import in_trap, saddles, starts


def farthest(eta, rho, lam, w):
    r"""The largest $\|Hw\|/(\rho m)$ of all starts over a hundred steps."""
    unit, far = (rho * weakest_descent(lam))[:, None], 0.0
    for _ in range(100):
        w = last("sam", lam[:, None], eta[:, None], rho[:, None], w, 1)
        far = np.maximum(far, steepness(lam[:, None], w) / unit)
    return far.max(axis=-1)


def held(quick):
    """Any index; learning rates up to the condition's, starts up to the rim."""
    for d in (3,) if quick else (2, 3, 5):
        rng = np.random.default_rng([151, d])
        n = 100 if quick else 300
        lam = saddles(rng, n, d, index=int(rng.integers(1, d)), low=0.1)
        lam *= rng.choice([-1, 1], (n, 1)) if d > 2 else 1
        lam[(lam > 0).all(axis=-1)] *= -1
        m = weakest_descent(lam)
        eta = rng.uniform(0.1, 1, n) * m / np.abs(lam).max(axis=-1) ** 2
        rho = rng.uniform(0.1, 3, n)
        w = starts(rng, lam, (rho * m)[:, None] * rng.uniform(0.01, 1, (n, 8)), 8)
        yield {"eta": eta, "rho": rho, "lam": lam, "w": w}


def factors(e, s, rho):
    r"""One step's factor of a tiny component along $-s\lambda_+$, on the 2-cycle."""
    lam = np.stack([np.ones_like(s), -s], axis=-1)
    w = np.stack([sam_cycle(e, rho, 1.0), np.full_like(s, 1e-60)], axis=-1)
    return np.abs(last("sam", lam, e, rho, w, 1)[:, 1] / 1e-60)


def grows(e, s, rho):
    r"""Whether the component grows, which is claimed iff $e > 2s/(1+s)$."""
    return (factors(e, s, rho) > 1).astype(float)


def modes(quick):
    """Every sort of negative direction, no larger than the top positive one."""
    rng = np.random.default_rng(152)
    n = 300 if quick else 5000
    e, s = rng.uniform(0.01, 1.99, n), rng.uniform(0.01, 1, n)
    yield {"e": e, "s": s, "rho": rng.uniform(0.1, 3, n)}


def dominated(quick):
    """Index 2 to 4, the top positive eigenvalue the largest in size."""
    for index, d in ((2, 3),) if quick else ((2, 3), (2, 4), (3, 4), (4, 6)):
        for who in ("all", "some"):
            rng = np.random.default_rng([153, index, d])
            n = 4 if quick else 6
            lam, rho = saddles(rng, n, d, index, low=0.4), rng.uniform(0.1, 3, n)
            w = in_trap(rng, lam, rho * weakest_descent(lam), 4)
            yield {"rho": rho, "lam": lam, "w": w, "who": who}


def strongest_is_positive(rho, lam, w, who):
    r"""$\lambda_+ > \lvert\lambda_i\rvert$ for all others."""
    return lam.max(axis=-1) > -lam.min(axis=-1)


def left(lam, share):
    r"""The share of 64 starts in SAM's trap that leave at `share` times $\eta^*$."""
    lam = np.array([lam])
    eta = share * bounce_threshold(lam)
    w = in_trap(np.random.default_rng(154), lam, weakest_descent(lam), 64)
    end = last("sam", lam[:, None], eta[:, None], 1.0, w, 3000)
    return 1 - near(lam, 1.0, end).mean()


def strongest_is_negative(lam, share):
    r"""A negative eigenvalue is the largest in size, $\eta\lvert\lambda\rvert < 1$."""
    lam = np.asarray(lam)
    return bool(-lam.min() > lam.max() and share * bounce_threshold(lam) < 1)


def n5():
    """The statement."""
    return Statement(
        id="N5",
        title="SAM's threshold at saddles of index 2 and more",
        source="this toolkit",
        grade="N",
        claims=(
            Claim(
                id="N5.invariant",
                says=r"no start leaves $\lVert Hw\rVert \le \rho m$ if "
                r"$\eta\max_i\lambda_i^2 \le m$",
                expected="holds",
                relation="<=",
                measured=farthest,
                bound=lambda eta, rho, lam, w: np.ones(len(eta)),
                cases=held,
                within=lambda eta, rho, lam, w: sam_trap_is_invariant(eta, lam),
                tight=0.9,
                rtol=1e-12,  # rounding
                proof="paper_notes.md, T7",
                grade="T",
            ),
            Claim(
                id="N5.cycle",
                says=r"on the positive 2-cycle a direction $-s\lambda_+$, $s \le 1$, "
                r"grows iff $\eta\lambda_+ > \frac{2s}{1+s}$: the weakest first",
                expected="holds",
                measured=grows,
                bound=lambda e, s, rho: (e > 2 * s / (1 + s)).astype(float),
                cases=modes,
                within=lambda e, s, rho: (0 < e) & (e < 2) & (s <= 1),
                proof="paper_notes.md, N5",
                grade="T",
            ),
            Claim(
                id="N5.dominated",
                says=r"if $\lambda_+$ is the largest in size, all starts stall below, "
                r"almost all leave above $\eta^*=\frac{2m}{\lambda_+(\lambda_++m)}$",
                expected="supported",
                measured=lambda rho, lam, w, who: leaving_rate("sam", lam, rho, w, who),
                bound=lambda rho, lam, w, who: bounce_threshold(lam),
                cases=dominated,
                within=strongest_is_positive,
                rtol=0.03,  # 1200 steps: just above eta* leaving takes longer
            ),
            Claim(
                id="N5.below",
                says=r"if not, SAM may leave below $\eta^*$: "
                r"$\mathrm{diag}(.5,-.18,-1)$, $.9\eta^*$, from every start",
                expected="supported",
                measured=left,
                bound=lambda lam, share: 1.0,
                cases=lambda quick: ({"lam": (0.5, -0.18, -1.0), "share": 0.9},),
                within=strongest_is_negative,
            ),
            Claim(
                id="N5.above",
                says=r"or stay above it: $\mathrm{diag}(.64,-.21,-1)$, $1.1\eta^*$, "
                r"from most starts",
                expected="supported",
                relation="<=",
                measured=left,
                bound=lambda lam, share: 0.5,
                cases=lambda quick: ({"lam": (0.64, -0.21, -1.0), "share": 1.1},),
                within=strongest_is_negative,
                loose="it is a share of starts, about a quarter",
            ),
            Claim(
                id="N5.exact",
                says=r"the exact condition where a negative eigenvalue is the largest",
                expected="open",
                waits="an idea: strong descending directions bounce chaotically",
            ),
        ),
        code=("theory/quadratic.py",),
        notes="With the top positive eigenvalue the largest in size the 2-cycle "
        "attracts or repels as at index 1 (proved), and the threshold is T7's as far "
        "as tried. Otherwise both deviations occur, and starts part.",
    )
