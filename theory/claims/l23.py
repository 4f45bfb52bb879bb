"""L23: divergence of stochastic steps by the coherence of the examples' Hessians."""

from __future__ import annotations

import numpy as np

from landscapes.rank_one_family import rank_one_family
from theory import interval
from theory.base import gradient_descent
from theory.bisect import bisect
from theory.claim import Claim, Statement
from theory.diffusion import (
    coherence_step,
    mean_square_limit,
    sam_mean_square,
    seen,
)
from theory.iterate import iterate
from theory.method import norm
from theory.methods.gd import GD
from theory.methods.sam import SAM
from theory.methods.usam import USAM
from theory.noise import minibatches

N, FAR = 100, 1e3  # diverged: a thousand times as far as the start


def starts(family, runs, seed):
    """Random unit vectors, and the norms of the gradient there."""
    w = np.random.default_rng([23, seed]).normal(size=(runs, family.dim))
    w /= norm(w)
    return w, norm(family.gradient(w))


def sizes(family, method, w, eta, B, steps, seed):
    r"""Yields $\|w_t\|$, `(runs,)`, on mini-batches of B without replacement."""
    sample = minibatches(family, B, len(w), (23, seed))
    with np.errstate(all="ignore"):  # overflow is an outcome
        for state in iterate(family, method, w, eta, steps, sample=sample):
            yield norm(state.x)[:, 0]


def diverged(how, sigma, B, rho, eta, steps, runs, seed, level):
    """The share of runs that get a thousand times as far as they started."""
    family = rank_one_family(N, sigma)
    w, alpha = starts(family, runs, seed)
    method = {"SGD": GD(), "SAM": SAM(rho), "frozen": USAM(rho / alpha)}[how]
    gone = np.zeros(runs, dtype=bool)
    for size in sizes(family, method, w, eta, B, steps, seed):
        gone |= ~(size < FAR)
        if gone.all():
            break
    return interval.proportion(gone.sum(), runs, level)


def most(how, sigma, B, rho, eta, steps):
    """Divergence: more than half of the runs."""
    return 0.5


def predicted(how, sigma, B, rho, eta, steps):
    r"""Above the threshold wherever a run starts: $\alpha = \|Hw_0\| \le 2$."""
    return eta >= coherence_step(N, sigma, B, rho, 2.0)


def limit(sigma, B):
    """The learning rate at which SGD's first coordinate stops contracting, bisected."""
    family, chance = rank_one_family(N, sigma), seen(N, sigma, B)
    # One mini-batch for every count c of the sigma examples.
    batch = [[*range(c), *range(sigma, sigma + B - c)] for c in range(len(chance))]
    w = np.zeros((len(chance), family.dim))
    w[:, 0] = 1
    d = GD().direction(w, (), family.sample(np.array(batch)))[0]

    def contracts(eta):
        moved = gradient_descent.update(w, d, (), eta)[0][:, 0]
        return chance @ moved**2 < 1

    return bisect(contracts, 1e-6, 10.0, 1e-10)


def reported_limit(sigma, B):
    """SGD's reported threshold."""
    return coherence_step(N, sigma, B)


def exact_limit(sigma, B):
    r"""$1/(1 + (n/\sigma - 1)\frac{n-B}{B(n-1)})$."""
    return mean_square_limit(N, sigma, B)


def fits(sigma, B):
    r"""$\sigma < n$, and the batch has room for the $\sigma$ and for others."""
    return sigma < N and sigma <= B < N and B <= N - sigma


def spread(sigma, B, rho, eta, steps, runs, seed, level):
    r"""SAM's $E\|w_T\|^2$."""
    family = rank_one_family(N, sigma)
    w, _ = starts(family, runs, seed)
    *_, size = sizes(family, SAM(rho), w, eta, B, steps, seed)
    return interval.mean(size**2, level)


def contraction(sigma, B, rho, eta, steps):
    """The bound by SGD's own contraction."""
    return sam_mean_square(N, sigma, B, eta, rho, steps)


def contracts(sigma, B, rho, eta, steps):
    """SGD contracts in mean square, in the first and in the other coordinates."""
    return eta < min(mean_square_limit(N, sigma, B), mean_square_limit(N, 1, B) * sigma)


def sgd(quick):
    """At the threshold and above it."""
    case = {"how": "SGD", "rho": 0.0, "steps": 1000}
    for sigma, B in ((4, 20),) if quick else ((2, 5), (4, 20), (2, 40), (10, 20)):
        for k in (1.001, 1.5):
            eta = k * coherence_step(N, sigma, B)
            yield case | {"sigma": sigma, "B": B, "eta": eta}


def sam(quick, how="SAM"):
    """Far above the threshold."""
    case = {"how": how, "sigma": 4, "B": 20, "steps": 300 if quick else 1000}
    for eta, rho in ((0.3, 20.0),) if quick else ((0.3, 20.0), (0.2, 40.0)):
        yield case | {"eta": eta, "rho": rho}


def frozen(quick):
    """The same with the gradient's norm of the start."""
    yield from sam(quick, "frozen")


def grid(quick):
    """Coherences and batches."""
    for sigma in (1, 4) if quick else (1, 2, 4, 10):
        for B in (20, 50) if quick else (10, 20, 40, 50):
            yield {"sigma": sigma, "B": B}


def bounded(quick):
    """Reported to diverge, and bounded."""
    case = {"sigma": 4, "B": 20, "steps": 60 if quick else 200}
    for eta, rho in ((0.3, 20.0), (0.4, 20.0)):
        yield case | {"eta": eta, "rho": rho}


SHARE = {
    "relation": ">=",
    "measured": diverged,
    "bound": most,
    "within": predicted,
    "loose": "where it diverges every run does",
    "runs": (40, 160, 640),
}


def l23():
    """The statement."""
    return Statement(
        id="L23",
        title="coherent Hessians make stochastic steps diverge; SAM's do not follow",
        source="Chang and Khanna, arXiv 2511.17378 (as reported)",
        grade="C",
        claims=(
            Claim(
                id="L23.reported",
                says=r"SAM diverges if $\lambda_{\max} \ge \frac\sigma\eta"
                r"(\frac nB - 1)^{-1/2}(1 + \rho\lambda_{\min}/\alpha)^{-1}$",
                expected="refuted",
                cases=sam,
                **SHARE,
            ),
            Claim(
                id="L23.frozen",
                says=r"so does SAM with its ascent divided for ever by the first "
                r"gradient's norm, $\alpha = \lVert Hw_0\rVert$",
                expected="supported",
                cases=frozen,
                **SHARE,
            ),
            Claim(
                id="L23.sgd",
                says=r"SGD diverges if $\lambda_{\max} \ge \frac\sigma\eta"
                r"(\frac nB - 1)^{-1/2}$",
                expected="supported",
                cases=sgd,
                **SHARE,
            ),
            Claim(
                id="L23.limit",
                says=r"SGD contracts $e_1$ in mean square iff $\eta < "
                r"1/(1 + (\frac n\sigma - 1)\frac{n-B}{B(n-1)})$",
                expected="holds",
                measured=limit,
                bound=exact_limit,
                cases=grid,
                within=fits,
                rtol=1e-9,  # the bracket's width
                proof="paper_notes.md, L23",
                grade="T",
            ),
            Claim(
                id="L23.mean_square",
                says=r"that limit is at most $\frac\sigma2(\frac nB - 1)^{-1/2}$, so "
                r"above the reported threshold SGD does diverge in mean square",
                expected="holds",
                relation="<=",
                measured=limit,
                bound=reported_limit,
                cases=grid,
                within=fits,
                tight=0.99,
                proof="paper_notes.md, L23",
                grade="T",
            ),
            Claim(
                id="L23.bounded",
                says=r"SAM stays bounded in mean square wherever SGD contracts: "
                r"$(E\lVert w_T\rVert^2)^{1/2} \le q^T + \eta\rho\Lambda/(1-q)$",
                expected="holds",
                relation="<=",
                measured=spread,
                bound=contraction,
                cases=bounded,
                within=contracts,
                loose="the triangle inequality adds kicks that partly cancel",
                runs=(1000, 4000),
                proof="paper_notes.md, L23",
                grade="T",
            ),
        ),
        code=("theory/diffusion.py", "landscapes/rank_one_family.py"),
        notes="Diverged: a thousand times as far as the start, within 1000 steps. The "
        "reported condition divides the ascent by $\\alpha$; we take the first "
        "gradient's norm, at most 2 here. SAM's ascent has length $\\rho$ however far "
        "the run is, so it adds at most $\\eta\\rho\\lambda_{\\max}(H_S)$ to a step of "
        "SGD and cannot make a contracting map diverge.",
    )
