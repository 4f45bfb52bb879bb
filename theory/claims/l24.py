"""L24: the flow of l_inf-SAM on diagonal nets ends in finite rescaled time."""

from __future__ import annotations

import numpy as np
from sympy import symbols

from landscapes.analytic import Analytic
from landscapes.diagonal_net import diagonal_net
from theory.claim import Claim, Statement
from theory.method import ratio, unit
from theory.methods.linf_sam import LinfSAM

MU = np.array([1.0, 2.0])
LARGE = 1e3  # a coefficient above counts as diverged
PROOF = "paper_notes.md, L24"


def margin_only(depth):
    r"""$-\langle\mu, w^L\rangle/L$: the flow of the net's loss in rescaled time.

    A loss that falls with the margin has the same direction up to a positive factor.
    """
    w = symbols("w1:3", real=True)
    margin = sum(float(m) * x**depth for m, x in zip(MU, w, strict=True))
    box = ((-2, 2),) * 2
    return Analytic("margin", w, -margin / depth, (0.5, 0.5), box, ((0, 0),))


def flow_end(landscape, rho, w, step, steps):
    """Where the flow at unit speed, `w' = -unit(d)`, comes from w `(n, 2)`.

    By Runge and Kutta's method; in a step the distance to rho that changes fastest
    changes by the share `step`.
    """

    def flow(x):
        return -unit(LinfSAM(rho).direction(x, (), landscape.gradient)[0])

    for _ in range(steps):
        a = flow(w)
        h = step / ratio(np.abs(a), np.abs(w - rho)).max(axis=-1, keepdims=True)
        b = flow(w + h / 2 * a)
        c = flow(w + h / 2 * b)
        w = w + h / 6 * (a + 2 * b + 2 * c + flow(w + h * c))
    return w


def limit(depth, rho, alpha):
    r"""$\beta_j$ at the end of the flow, at most `LARGE`; starts `(n, 2)`."""
    w = flow_end(margin_only(depth), rho, alpha, 0.04, 400)
    return np.minimum(np.abs(w) ** depth, LARGE)


def reported(depth, rho, alpha):
    r"""Below rho to 0 (even L) or $\rho^L$ (odd), constant at rho, infinite above."""
    below = 0.0 if depth % 2 == 0 else rho**depth
    beta = np.where(alpha < rho, below, np.where(alpha > rho, LARGE, rho**depth))
    return np.minimum(beta, LARGE)


def blow_up(depth, rho, alpha):
    r"""$s^\ast = \min_{\alpha_k > \rho} 1/((L-2)\mu_k(\alpha_k - \rho)^{L-2})$."""
    n = depth - 2
    times = np.full(alpha.shape, np.inf)
    above = alpha > rho
    times[above] = (
        1 / (n * np.broadcast_to(MU, alpha.shape) * np.abs(alpha - rho) ** n)[above]
    )
    return times.min(axis=-1, keepdims=True)


def corrected(depth, rho, alpha):
    r"""From $|\rho - w_j|^{2-L} = |\rho - \alpha_j|^{2-L} \pm (L-2)\mu_js^\ast$."""
    if depth == 2:
        return reported(depth, rho, alpha)
    n, end = depth - 2, blow_up(depth, rho, alpha)
    gap = rho - alpha
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = np.where((gap > 0) & (depth % 2 == 1), 1, -1)
        inverse = np.abs(gap) ** -n + turn * n * MU * end
        # An even net's coefficient that reaches 0 stays there.
        inverse = np.where(gap > 0, np.maximum(inverse, rho**-n), inverse)
        infinite = (gap < 0) & (inverse < 1e-9 * np.abs(gap) ** -n)
        w = rho - np.sign(gap) * np.maximum(inverse, 0) ** (-1 / n)
        w = np.where(infinite, np.inf, np.where(gap == 0, rho, w))
    return np.minimum(w**depth, LARGE)


def one_kind(depth, rho, alpha):
    """The range where the reported limits are right: depth 2, or none above rho."""
    return (alpha > 0) & ((depth == 2) | (alpha <= rho).all(axis=-1, keepdims=True))


def everywhere(depth, rho, alpha):
    """Positive starts."""
    return alpha > 0


def agreed(quick):
    """Depth 2 with any start, more layers with all starts below rho."""
    rng, n = np.random.default_rng(24), 20 if quick else 300
    either = rng.uniform(0.2, 0.9, (n, 2)) + rng.choice([0, 1], (n, 2))
    either[: n // 4, 0] = 1.0  # exactly rho
    yield {"depth": 2, "rho": 1.0, "alpha": either}
    for depth in (3, 4) if quick else (3, 4, 5):
        low = rng.uniform(0.2, 0.7, (n, 2))
        yield {"depth": depth, "rho": 1.0, "alpha": low}


def known(quick):
    """One coefficient above rho, or both."""
    yield {"depth": 3, "rho": 1.0, "alpha": np.array([[0.5, 2.0]])}
    yield {"depth": 4, "rho": 1.0, "alpha": np.array([[0.5, 2.0]])}
    yield {"depth": 3, "rho": 1.0, "alpha": np.array([[1.2, 2.0]])}


def mixed(quick):
    """These, and random starts, at least one above rho."""
    yield from known(quick)
    rng, n = np.random.default_rng(241), 20 if quick else 300
    for depth in () if quick else (3, 4, 5):
        alpha = rng.uniform((0.2, 1.3), (2, 2), (n, 2))
        yield {"depth": depth, "rho": 1.0, "alpha": alpha}


def travelled(depth, rho, alpha):
    r"""Change of $\pm|\rho - w_j|^{2-L}/\mu_j$: that of j = 1 over that of j = 2.

    Along the flow of the net itself, until its margin is a hundred.
    """
    w = flow_end(diagonal_net(depth, tuple(MU)), rho, alpha, 0.02, 40)
    n, sign = depth - 2, np.where((alpha < rho) & (depth % 2 == 1), 1, -1)
    change = sign * (np.abs(rho - w) ** -n - np.abs(rho - alpha) ** -n) / MU
    return change[:, 0] / change[:, 1]


def invariants(quick):
    """Starts on both sides of rho, for even L above (below, 0 may be reached)."""
    rng, n = np.random.default_rng(242), 20 if quick else 200
    for depth, low, high in ((3, 0.2, 0.8), (4, 1.3, 2), (5, 0.2, 0.8)):
        alpha = rng.uniform((low, 1.3), (high, 2), (n, 2))
        yield {"depth": depth, "rho": 1.0, "alpha": alpha}


def l24():
    """The statement."""
    return Statement(
        id="L24",
        title="limits of l_inf-SAM's flow on diagonal nets: finite rescaled time",
        source="Moon, Si and Yun, arXiv 2603.08290 (as reported)",
        grade="C",
        claims=(
            Claim(
                id="L24.agreed",
                says=r"$L = 2$, or $L \ge 3$ and no $\alpha_j > \rho$: $\beta_j \to 0$ "
                r"(even $L$) or $\rho^L$ (odd) if $\alpha_j < \rho$; constant at "
                r"$\rho$; infinite above",
                expected="holds",
                measured=limit,
                bound=reported,
                cases=agreed,
                within=one_kind,
                rtol=1e-4,  # the end of the integration
                atol=4e-3,  # its steps across 0
                proof=PROOF,
            ),
            Claim(
                id="L24.reported",
                says=r"the same for all $L$ and $\alpha > 0$",
                expected="refuted",
                measured=limit,
                bound=reported,
                cases=known,
                within=everywhere,
                rtol=1e-4,
                atol=4e-3,
            ),
            Claim(
                id="L24.corrected",
                says=r"$L \ge 3$: $|\rho - w_j|^{2-L} = |\rho - \alpha_j|^{2-L} \pm "
                r"(L-2)\mu_js$, $+$ iff $w_j < \rho$ and $L$ is odd, up to "
                r"$s^\ast = \min_{\alpha_k > \rho}\frac{(\alpha_k - \rho)^{2-L}}"
                r"{(L-2)\mu_k}$; for even $L$ a $w_j$ at 0 stays",
                expected="holds",
                measured=limit,
                bound=corrected,
                cases=mixed,
                within=everywhere,
                rtol=1e-4,
                atol=4e-3,
                proof=PROOF,
                grade="T",
            ),
            Claim(
                id="L24.invariant",
                says=r"so $\pm|\rho - w_j|^{2-L}/\mu_j$ differ by constants along the "
                r"flow of the logistic loss itself",
                expected="holds",
                measured=travelled,
                bound=lambda depth, rho, alpha: np.ones(len(alpha)),
                cases=invariants,
                within=lambda depth, rho, alpha: (alpha != rho).all(axis=-1),
                rtol=1e-6,  # the integration
                proof=PROOF,
                grade="T",
            ),
        ),
        code=("landscapes/diagonal_net.py", "theory/methods/linf_sam.py"),
        notes=(
            "In $ds = L\\sigma\\,dt$ ($\\sigma$ the logistic loss's slope) the flow is "
            "$w_j' = \\mu_j(w_j - \\rho)^{L-1}$ for $w_j > 0$, each on its own. Above "
            "$\\rho$ it blows up at $s^\\ast$, in infinite t: there all others "
            "stop, below $\\rho$ short of their limits, above it at finite values. "
            "$L = 3$, $\\alpha = (.5, 2)$, $\\rho = 1$, $\\mu = (1, 2)$: $s^\\ast = "
            "\\frac12$, $\\beta_1 \\to .6^3 = .216$, not 1."
        ),
    )
