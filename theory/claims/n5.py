"""N5: SAM at saddles of index 2 and more: where T7's threshold carries over."""

from __future__ import annotations

import numpy as np

from theory import beside
from theory.bounce import exponent_beside, largest_beside, share_below
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
    proved = {"expected": "holds", "proof": "paper_notes.md, N5", "grade": "T"}
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
                id="N5.bounce",
                says=r"along $-M$ alone, $a = \eta M \le 1$, the share of time with "
                r"$\lvert w\rvert < x\rho$ is $\frac{\sum k_n\min(t_n, x)}"
                r"{\sum k_nt_n}$, $t_0 = a$, $t_{n+1} = \lvert(1+a)t_n-a\rvert$, "
                r"$k_{n+1} = \frac{\pm k_n}{1+a}$",
                measured=beside.share,
                bound=lambda a, x: share_below(a, x),
                cases=beside.heights,
                within=lambda a, x: (0 < a) & (a <= 1),
                runs=(64, 256, 1024),
                rtol=0,
                atol=0.03,  # an interval of time means must fit in
                **proved,
            ),
            Claim(
                id="N5.exponent",
                says=r"beside it a component along $\lambda$ grows at the mean rate of "
                r"$\ln\lvert1-\eta\lambda(1+\frac{\lambda}{Mx})\rvert$ over that law: "
                r"a sum of logarithms, whatever $\rho$",
                measured=beside.rate,
                bound=lambda eta, rho, lam, strong: exponent_beside(eta, lam, strong),
                cases=beside.pairs,
                within=lambda eta, rho, lam, strong: eta * strong <= 1,
                runs=(64, 256, 1024),
                rtol=0,
                atol=0.06,  # as before
                **proved,
            ),
            Claim(
                id="N5.attracts",
                says="where all exponents are negative the bounce attracts: a set of "
                "positive measure stalls, of starts beside it nearly all",
                relation=">=",
                measured=beside.drawn_in,
                bound=lambda **_: 0.95,
                cases=beside.attracting,
                within=lambda eta, rho, lam, w: largest_beside(eta, lam) < 0,
                tight=0.9,
                **proved,
            ),
            Claim(
                id="N5.parts",
                says=r"so no condition on $\eta$ and the spectrum alone decides: at "
                r"diag(.64, -.21, -1), $\eta = .849$ both exponents are negative, and "
                r"(.01, .85, .1) leaves the trap for good, as do its neighbours "
                r"(enclosed in fractions)",
                relation=">=",
                measured=beside.parts,
                bound=lambda **_: np.array([1.0, 0.01]),
                cases=beside.parting,
                within=lambda lam, eta, w, steps: beside.in_trap(lam, w),
                tight=0.8,
                **proved,
            ),
            Claim(
                id="N5.deep",
                says=r"where all exponents are below $-.1$ no start of the trap leaves",
                expected="supported",
                measured=beside.leaving,
                bound=lambda eta, lam, w: 0.0 * eta,
                cases=beside.deep,
                within=lambda eta, lam, w: largest_beside(eta, lam) < -0.1,
            ),
            Claim(
                id="N5.shallow",
                says=r"where the largest is between $-.05$ and $-.01$ some leave and "
                r"some stay, at most spectra",
                expected="supported",
                relation=">=",
                measured=beside.parted,
                bound=lambda eta, lam, w: 0.5,
                cases=beside.shallow,
                within=lambda eta, lam, w: largest_beside(eta, lam) < 0,
                loose="it is a share of spectra, about two thirds",
            ),
            Claim(
                id="N5.weak",
                says=r"where only the weakest negative direction's is positive, above "
                r"$.02$, at least 9 of 10 starts leave",
                expected="supported",
                relation=">=",
                measured=lambda eta, lam, w: beside.leaving(eta, lam, w).mean(),
                bound=lambda eta, lam, w: 0.9,
                cases=beside.weakly,
                within=lambda eta, lam, w: largest_beside(eta, lam) > 0.02,
                tight=0.85,
            ),
        ),
        code=("theory/quadratic.py", "theory/bounce.py", "theory/enclosure.py"),
        notes="With the top positive eigenvalue the largest in size the 2-cycle "
        "attracts or repels as at index 1 (proved), and the threshold is T7's as far "
        "as tried. Where a negative one, -M, is, SAM bounces chaotically along it, and "
        "the exponents of the other directions, in closed form, say whether that "
        "bounce attracts: this explains both deviations from T7's threshold, "
        "diag(.5, -.18, -1) at $.9\\eta^*$ (+.025: all leave) and diag(.64, -.21, -1) "
        "at $1.1\\eta^*$ (-.011: most stay). A counterexample to the two numerical "
        "forms would be a spectrum with all exponents below -.1 and a start in the "
        "trap that leaves, or one with a weak direction's above .02 and an attractor "
        "that most starts find. If a positive or another strong negative direction's "
        "is positive, the attractor has more dimensions, and no formula is known of "
        "its exponents.",
    )
