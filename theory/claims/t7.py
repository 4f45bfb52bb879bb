"""T7: SAM at a strict saddle stalls below a learning rate and leaves above it."""

from __future__ import annotations

import numpy as np

from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.quadratic import bounce_threshold, sam_cycle, sam_growth, weakest_descent
from theory.settling import last, leaving_rate, steepness
from theory.spectra import in_trap, mixed, saddles, starts, strong_top

STARTS = 200_000  # on a maximum
SMALL = 1e-60  # a component beside a cycle: what is neglected is its square


def invariant(rho, lam, w):
    r"""The learning rate, bisected, from which one step leaves $\|Hw\|\le\rho m$."""
    m, steep = weakest_descent(lam), np.abs(lam).max(axis=-1)

    def stays(eta):
        x = last("sam", lam[:, None], eta[:, None], rho[:, None], w, 1)
        return (steepness(lam[:, None], x) <= (rho * m)[:, None]).all(axis=-1)

    return bisect(stays, 1e-3 * m / steep**2, 4 * m / steep**2, 1e-8)


def inside(quick):
    """Any index; random starts of all sizes and tiny ones along the steepest mode."""
    for d in (1, 3) if quick else (1, 2, 3, 5):
        rng = np.random.default_rng([71, d])
        n, k = (40, 20) if quick else (200, 40)
        lam = mixed(rng, n, d)
        rho = rng.uniform(0.01, 3, n)
        size = (rho * weakest_descent(lam))[:, None] * rng.uniform(0, 1, (n, k)) ** 0.2
        w = starts(rng, lam, size, k)
        steepest = np.abs(lam) == np.abs(lam).max(axis=-1, keepdims=True)
        tiny = 1e-12 * rho[:, None, None] * steepest[:, None]
        yield {"rho": rho, "lam": lam, "w": np.concatenate([w, tiny], axis=1)}


def beside(eta, rho, lam):
    """The weak direction's factor on the positive 2-cycle, from one step of SAM."""
    w = np.stack([sam_cycle(eta, rho, lam[:, 0]), np.full(len(lam), SMALL)], axis=-1)
    return last("sam", lam, eta, rho, w, 1)[:, 1] / SMALL


def planes(quick):
    """One positive and one negative eigenvalue, of any sizes."""
    rng = np.random.default_rng(72)
    n = 200 if quick else 2000
    lam = np.exp(rng.uniform(-2, 1, (n, 2))) * [1, -1]
    eta = rng.uniform(0.02, 1.98, n) / lam[:, 0]
    yield {"eta": eta, "rho": rng.uniform(0.01, 3, n), "lam": lam}


def growing(rho, lam, w):
    """The learning rate, bisected, from which a tiny weak component grows at last."""
    m, top = weakest_descent(lam), lam.max(axis=-1)

    def dies(eta):
        half = last("sam", lam, eta, rho, w, 500)
        full = last("sam", lam, eta, rho, half, 20)
        before, after = np.abs(half[..., 1]), np.abs(full[..., 1])
        return (after < before) | (before < 1e-300)

    return bisect(dies, 0.5 * m / top**2, 1.9 / top, 1e-6, parts=33)


def spaces(quick):
    """Index 1, two to five dimensions, the bounce left to itself to settle."""
    for d in (3,) if quick else (2, 3, 5):
        rng = np.random.default_rng([73, d])
        n = 10 if quick else 20
        lam, rho = saddles(rng, n, d), rng.uniform(0.1, 3, n)
        w = starts(rng, lam, 0.9 * rho * weakest_descent(lam), 1)[:, 0]
        w[:, 1] = SMALL
        yield {"rho": rho, "lam": lam, "w": w}


def threshold(rho, lam, w, who):
    """The learning rate, bisected, up to which all, or some, of the starts stay."""
    return leaving_rate("sam", lam, rho, w, who)


def traps(who):
    r"""Cases of `threshold`: four starts in $\|Hw\| < \rho m$, on no axis."""

    def cases(quick):
        for d in (2,) if quick else (2, 4):
            rng = np.random.default_rng([74, d])
            n = 3 if quick else 10
            lam, rho = saddles(rng, n, d, low=0.4), rng.uniform(0.1, 3, n)
            w = in_trap(rng, lam, rho * weakest_descent(lam), 4)
            yield {"rho": rho, "lam": lam, "w": w, "who": who}

    return cases


def weak_top(who):
    r"""$\mathrm{diag}(.5,-1)$, where $\eta m > 1$ comes before the threshold."""

    def cases(quick):
        lam, rng = np.array([[0.5, -1.0]]), np.random.default_rng(75)
        w = starts(rng, lam, np.full((1, 4), 0.5), 4)
        yield {"rho": np.ones(1), "lam": lam, "w": w, "who": who}

    return cases


def starts_inside(rho, lam, w, who):
    r"""Index 1, $\lambda_+ > m$ (then $\eta m < 1$), starts in the trap."""
    inside = steepness(lam[:, None], w) < (rho * weakest_descent(lam))[:, None]
    return strong_top(lam) & inside.all(axis=-1)


def share(a, n):
    r"""Of starts in $[0,\rho)$ on a maximum the share still there after n steps."""
    w = (np.arange(STARTS)[:, None] + 0.5) / STARTS
    lam = -np.ones((1, 1))
    for _ in range(n):
        w = last("sam", lam, a, 1.0, w, 1)
        w = w[np.abs(w[:, 0]) < 1]
    return len(w) / STARTS


def t7():
    """The statement."""
    proof = "paper_notes.md, T7"
    return Statement(
        id="T7",
        title="SAM stalls at a saddle below a learning rate, and leaves above it",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T7.invariant",
                says=r"any index: $\lVert Hw\rVert \le \rho m$ is mapped into itself "
                r"iff $\eta\max_i\lambda_i^2 \le m$",
                expected="holds",
                measured=invariant,
                bound=lambda rho, lam, w: (
                    weakest_descent(lam) / np.abs(lam).max(axis=-1) ** 2
                ),
                cases=inside,
                within=lambda rho, lam, w: (lam < 0).any(axis=-1) & (rho > 0),
                rtol=1e-7,  # the bracket is 1e-8 wide
                proof=proof,
            ),
            Claim(
                id="T7.factor",
                says=r"on the positive 2-cycle the negative mode's factor is "
                r"$1+\eta m(1-\rho m/G)$, $G=\frac{\eta\rho\lambda_+^2}"
                r"{2-\eta\lambda_+}$",
                expected="holds",
                measured=beside,
                bound=lambda eta, rho, lam: sam_growth(eta, lam),
                cases=planes,
                within=lambda eta, rho, lam: eta * lam[:, 0] < 2,
                rtol=1e-11,  # rounding
                atol=1e-11,  # where the factor is near 0
                proof=proof,
            ),
            Claim(
                id="T7.repels",
                says=r"index 1, $\lambda_+ > m$: beside the 2-cycle it grows iff "
                r"$\eta > \eta^* = \frac{2m}{\lambda_+(\lambda_++m)}$",
                expected="holds",
                measured=growing,
                bound=lambda rho, lam, w: bounce_threshold(lam),
                cases=spaces,
                within=lambda rho, lam, w: lam.max(axis=-1) > weakest_descent(lam),
                rtol=1e-5,  # the bracket is 1e-6 wide
                proof=proof,
            ),
            Claim(
                id="T7.stalls",
                says=r"every start in $\lVert Hw\rVert < \rho m$ stays iff "
                r"$\eta < \eta^*$, if $\lambda_+ > m$",
                expected="supported",
                measured=threshold,
                bound=lambda rho, lam, w, who: bounce_threshold(lam),
                cases=traps("all"),
                outside=weak_top("all"),
                within=starts_inside,
                rtol=0.03,  # 1200 steps: just above eta* leaving takes longer
                grade="N",
            ),
            Claim(
                id="T7.leaves",
                says=r"almost every start in it leaves iff $\eta > \eta^*$",
                expected="supported",
                measured=threshold,
                bound=lambda rho, lam, w, who: bounce_threshold(lam),
                cases=traps("some"),
                outside=weak_top("some"),
                within=starts_inside,
                rtol=0.03,  # 1200 steps: just above eta* leaving takes longer
                grade="N",
            ),
            Claim(
                id="T7.maximum",
                says=r"maximum, $d=1$, $a=\eta m>1$: the share "
                r"$(\frac{2}{1+a})^n$ of $\lvert w\rvert<\rho$ stays for $n$ steps; "
                r"all, if $a \le 1$",
                expected="holds",
                measured=share,
                bound=lambda a, n: min(1, 2 / (1 + a)) ** n,
                cases=lambda quick: (
                    {"a": a, "n": n}
                    for a in (0.3, 1.0, 1.2, 2.5)
                    for n in ((1, 4) if quick else (1, 2, 4, 6))
                ),
                within=lambda a, n: a > 0,
                rtol=1e-2,  # so many starts, in up to 2^n pieces
                proof=proof,
            ),
        ),
        code=("theory/quadratic.py", "theory/neighbourhood.py"),
        notes="Whatever $\\rho$. Proved: the invariance, the cycle and the maximum, so "
        "that an open set stalls below $\\eta^*$. That all starts in the trap stall "
        "below it and almost all leave above it is evidence in numbers.",
    )
