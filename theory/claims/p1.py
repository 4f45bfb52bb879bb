"""P1: SAM is more prone than SGD to getting stuck at saddle points."""

from __future__ import annotations

import numpy as np

from landscapes.linear_autoencoder import linear_autoencoder
from theory import ranges, simulate
from theory.claim import Claim, Statement
from theory.measured import saddles as networks
from theory.methods import make
from theory.quadratic import bounce_threshold, weakest_descent
from theory.settling import last, near, steepness
from theory.spectra import in_trap, saddles, strong_top


def held(spec, rho, lam, w, share):
    r"""The share of starts still near the saddle at `share` times T7's threshold."""
    eta = share * bounce_threshold(lam)
    end = last(spec, lam[:, None], eta[:, None], rho[:, None], w, 2000)
    return near(lam, rho, end).mean(axis=-1)


def more(rho, lam, w, share):
    """SAM's share less GD's."""
    return held("sam", rho, lam, w, share) - held("gd", rho, lam, w, share)


def difference(rho, lam, w, share):
    """All of SAM's and none of GD's, or none of either."""
    return np.full(len(lam), 1.0 if share < 1 else 0.0)


def index_one(rho, lam, w, share):
    r"""One negative eigenvalue, $\lambda_+ > m$, starts in $\|Hw\| < \rho m$."""
    inside = steepness(lam[:, None], w) < (rho * weakest_descent(lam))[:, None]
    return strong_top(lam) & inside.all(axis=-1)


def around(*shares):
    """Random saddles, at some multiples of the threshold."""

    def cases(quick):
        for share in shares:
            for d in (3,) if quick else (2, 3, 5):
                rng = np.random.default_rng([301, d])
                n = 20 if quick else 100
                lam, rho = saddles(rng, n, d, low=0.4), rng.uniform(0.05, 3, n)
                w = in_trap(rng, lam, rho * weakest_descent(lam), 4)
                yield {"rho": rho, "lam": lam, "w": w, "share": share}

    return cases


def leaving(spec, step, rho, w):
    r"""Steps to $\|w\| \ge 1$ from the autoencoder's saddle, from each start."""
    f = linear_autoencoder()
    eta = step / np.linalg.eigvalsh(f.second_moments)[-1]
    run = simulate.batch(
        f, make(spec), eta, rho, w, 4000, radius=1.0, window=0, engine="numpy"
    )
    return np.where(run.left, run.steps, np.inf)


def slower(step, rho, w):
    """How many times longer SAM takes than GD, from the same start."""
    return leaving("sam", step, rho, w) / leaving("gd", step, rho, w)


def images(quick):
    r"""The digits; random starts of length .05."""
    for step in (0.5, 0.9) if quick else (0.1, 0.3, 0.5, 0.7, 0.9):
        yield {"step": step, "rho": 0.2, "w": beside(4 if quick else 16)}


def large(quick):
    """The same at a large learning rate, where SAM's overshoot frees it."""
    yield {"step": 1.5, "rho": 0.2, "w": beside(4 if quick else 16)}


SADDLES = (
    "cosine", "six_hump_camel", "strict_saddle", "double_well_saddle", "himmelblau",
    "ring", "beale", "deep_linear_net",
)  # fmt: skip


def counted(spec):
    """How many of 384 runs on a surface are held, at two radii."""
    return lambda name: sum(ranges.held(name, spec, multiple) for multiple in (0.5, 2))


def surfaces(quick):
    """With saddles or maxima."""
    for name in SADDLES[: 3 if quick else None]:
        yield {"name": name}


def beside(count):
    """Random starts, `(n, d)`."""
    w = np.random.default_rng(302).normal(size=(count, linear_autoencoder().dim))
    return 0.05 * w / np.sqrt((w**2).sum(axis=-1, keepdims=True))


def p1():
    """The statement."""
    return Statement(
        id="P1",
        title="SAM is more prone than SGD to getting stuck at saddle points",
        source="Tan et al., arXiv 2401.07250 (abstract)",
        grade="A",
        claims=(
            Claim(
                id="P1.below",
                says=r"index 1, $\lambda_+ > m$, $\eta < "
                r"\frac{2m}{\lambda_+(\lambda_++m)}$: SAM stays "
                r"from all starts in $\lVert Hw\rVert<\rho m$, GD from none",
                expected="supported",
                measured=more,
                bound=difference,
                cases=around(0.3, 0.95),
                within=index_one,
                grade="N",
            ),
            Claim(
                id="P1.above",
                says=r"above it both leave from all of them",
                expected="supported",
                measured=more,
                bound=difference,
                cases=around(1.05, 1.3),
                within=index_one,
                grade="N",
            ),
            Claim(
                id="P1.data",
                says=r"an autoencoder's saddle (digits), $\rho=.2$: SAM leaves later "
                r"than GD from every start, for $\eta\lambda_1 \le .9$",
                expected="supported",
                relation=">=",
                measured=slower,
                bound=lambda step, rho, w: np.ones(len(w)),
                cases=images,
                within=lambda step, rho, w: step <= 0.9,
                outside=large,
                loose="twice as late at .9, fifty times at .1",
                grade="N",
            ),
            Claim(
                id="P1.surfaces",
                says=r"eight surfaces, $.03 \le \eta L \le 4$, two radii: saddles and "
                r"maxima hold no fewer runs of SAM than of GD",
                expected="supported",
                relation=">=",
                measured=counted("sam"),
                bound=counted("gd"),
                cases=surfaces,
                within=lambda name: True,
                loose="they hold none of GD's; SAM's on seven of the eight",
                grade="N",
            ),
            Claim(
                id="P1.networks",
                says=r"MLPs on images, $\rho = 1$: more of SAM's runs than of SGD's "
                "end above descending curvature, no better than a constant output",
                expected="supported",
                relation=">=",
                measured=networks.unlearnt,
                bound=lambda scale, method: networks.unlearnt(scale, "GD").high,
                cases=lambda quick: networks.starts("SAM"),
                within=lambda scale, method: True,
                loose="33 of 36 and 29 of 36 against none of 36",
                grade="N",
            ),
        ),
        combines=("T6", "T7", "L2"),
        code=("theory/quadratic.py", "theory/ranges.py", "theory/measured/saddles.py"),
        reads=(networks.EXPERIMENT,),
        notes="The precise forms are ours. "
        "True below a learning rate, whatever the radius; above it SAM's bounce "
        "frees it, from the autoencoder's saddle at $\\eta\\lambda_1=1.5$ even before "
        "GD. With un-normalised ascent only $\\rho > 1/m$ is a trap (T6, L2). "
        "Networks: " + networks.SETTING + "At $\\rho \\le .2$ all of both learn.",
    )
