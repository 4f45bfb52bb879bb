"""L22: the smaller the micro-batch of the ascent, the more its noise flattens."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np

from landscapes.draw import tau_nice, with_replacement
from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from theory import interval
from theory.claim import Claim, Statement
from theory.diffusion import sharpness_drift
from theory.methods.gd import GD
from theory.methods.usam import USAM
from theory.runs import last

LOSSES = ("square", "logistic", "log_cosh")


def data(kind, N, seed):
    """Five to nine examples in the plane; labels for the logistic loss."""
    rng = np.random.default_rng([22, seed])
    X, y = rng.normal(size=(N, 2)), rng.normal(size=N)
    return FiniteSum(X, np.sign(y) if kind == "logistic" else y, loss(kind))


def micro_batches(N, m, replacement):
    """All equally likely micro-batches of m out of N examples, one a row."""
    every = product(range(N), repeat=m) if replacement else combinations(range(N), m)
    return np.array(list(every))


def drift(kind, N, m, replacement, rho, seed):
    r"""$(E\,d - g)/\rho$ at ten points, over all micro-batches; m = N is n-USAM."""
    f = data(kind, N, seed)
    x = np.random.default_rng(seed).normal(size=(10, 1, 2))
    d, g, _ = USAM(rho).direction(
        x, (), f.sample(micro_batches(N, m, replacement)[None, :, :])
    )
    return ((d - g).mean(axis=1) / rho).ravel()


def potential(kind, N, m, replacement, rho, seed):
    r"""$\nabla(\frac12\|\nabla f\|^2 + \frac{c}{2m}\operatorname{tr}V)$ there."""
    f, x = data(kind, N, seed), np.random.default_rng(seed).normal(size=(10, 2))
    return (sharpness_drift(f, x, 1.0, m, replacement) - f.gradient(x)).ravel()


def mean_path(N, m, replacement, rho, eta, steps, runs, seed, level):
    """How far USAM on random micro-batches ends from SGD on the same, on average."""
    f = data("square", N, 0)

    def sample(t):
        draw = with_replacement if replacement else tau_nice
        return f.sample(draw(N, m, np.random.default_rng([22, seed, t]), (runs,)), t)

    x = np.ones((runs, 2))
    usam, sgd = (last(f, m, x, eta, steps, sample=sample).x for m in (USAM(rho), GD()))
    return interval.mean(usam - sgd, level / 2)


def flow(N, m, replacement, rho, eta, steps):
    """The same of gradient descent on the two potentials."""
    f = data("square", N, 0)
    w = v = np.ones(2)
    for _ in range(steps):
        w = w - eta * sharpness_drift(f, w, rho, m, replacement)
        v = v - eta * f.gradient(v)
    return w - v


def first_order(kind, N, m, replacement, rho, seed):
    r"""$\rho \to 0$; on least squares any radius."""
    return rho <= 1e-5 or kind == "square"


def stable(N, m, replacement, rho, eta, steps):
    r"""Least squares: no assumption."""
    return eta > 0


def one_step(full):
    """All micro-batches of every size, or the full batch."""

    def cases(quick):
        for kind in LOSSES:
            for seed in range(1 if quick else 4):
                for m in (6,) if full else (1, 2, 3):
                    case = {"kind": kind, "N": 6, "m": m, "seed": seed}
                    case["rho"] = 0.5 if kind == "square" else 1e-6
                    yield case | {"replacement": False}
                    if not full:
                        yield case | {"replacement": True}

    return cases


def paths(quick):
    """With and without replacement, micro-batches of one and of three."""
    case = {"N": 6, "rho": 0.3, "eta": 0.05, "steps": 20}
    for m in (3,) if quick else (1, 3):
        for replacement in (False, True):
            yield case | {"m": m, "replacement": replacement}


DRIFT = {
    "expected": "holds",
    "measured": drift,
    "bound": potential,
    "within": first_order,
    "rtol": 1e-4,  # rho = 1e-6: terms of order rho, and rounding over rho
    "atol": 1e-5,
    "proof": "paper_notes.md, L22",
}


def l22():
    """The statement."""
    return Statement(
        id="L22",
        title="micro-batches in the ascent add their gradients' variance to f",
        source="Luo et al., arXiv 2509.18001 (as reported)",
        grade="C",
        claims=(
            Claim(
                id="L22.full",
                says=r"n-USAM's drift is $-\nabla(f + "
                r"\frac\rho2\lVert\nabla f\rVert^2)$ to first order in $\rho$",
                cases=one_step(True),
                **DRIFT,
            ),
            Claim(
                id="L22.micro",
                says=r"m-USAM's potential has $\frac{\rho}{2m}\mathrm{tr}V$ more with "
                r"replacement, without it $\frac{N-m}{N-1}$ times that",
                cases=one_step(False),
                **DRIFT,
            ),
            Claim(
                id="L22.path",
                says=r"on least squares the mean path of m-USAM is gradient descent on "
                r"that potential, for every $\eta$ and $\rho$",
                expected="holds",
                measured=mean_path,
                bound=flow,
                cases=paths,
                within=stable,
                runs=(4000, 16000, 64000, 256000),
                rtol=0.04,  # the interval; without tr V it is off by 20 % and more
                proof="paper_notes.md, L22",
                grade="T",
            ),
        ),
        code=("theory/diffusion.py", "landscapes/finite_sum.py"),
        notes="m-USAM: every step draws a micro-batch of m of the N examples and makes "
        "USAM's ascent and descent on it; averaging USAM over the micro-batches of a "
        "permutation has the same mean. $E\\,d = g + \\rho E\\,H_Sg_S + O(\\rho^2)$ "
        "and $H_Sg_S = \\frac12\\nabla\\lVert g_S\\rVert^2$, whose mean is "
        "$\\lVert g\\rVert^2$ plus the variance of $g_S$.",
    )
