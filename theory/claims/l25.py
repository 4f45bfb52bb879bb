"""L25: for which radii hallucinated minimisers exist, and whether warm starts help."""

from __future__ import annotations

from functools import cache

import numpy as np

from landscapes.cosine import cosine
from landscapes.himmelblau import himmelblau
from landscapes.six_hump_camel import six_hump_camel
from theory.claim import Claim, Statement
from theory.hallucination import hallucinations
from theory.measured import saddles
from theory.method import norm
from theory.methods.gd import GD
from theory.methods.sam import SAM
from theory.runs import last


def hallucinated(landscape, rho, eta, w, steps):
    """Whether SAM ends where only its ascent point is critical, `(n,)`."""
    rho = np.broadcast_to(rho, w.shape[:1])[:, None]
    end = last(landscape, SAM(rho), w, eta, steps)
    return ((norm(end.d) < 1e-6) & (norm(end.g) > 1e-2))[:, 0]


def warmed(landscape, eta, w, steps):
    """Where gradient descent comes first."""
    return last(landscape, GD(), w, eta, steps).x


def found_on_cosine(rho):
    """Whether any of 16 starts ends hallucinated, radii `(n,)`."""
    # Not at the distance rho from a maximum, where the ascent ends on top of it.
    starts = np.linspace(0.0917, 6.2041, 16)
    w, radius = (v.reshape(-1, 1) for v in np.meshgrid(starts, rho))
    seen = hallucinated(cosine(), radius[:, 0], 0.5, w, 300)
    return seen.reshape(len(rho), -1).any(axis=1)


def range_on_cosine(rho):
    r"""$\pi < \rho \bmod 2\pi < 2\pi$."""
    return np.mod(rho, 2 * np.pi) > np.pi


def off_the_ends(rho):
    r"""Not so near a multiple of $\pi$ that f' is small where SAM rests."""
    return np.abs(np.sin(rho)) > 0.02


def radii(quick):
    """Radii over two periods."""
    rho = np.linspace(0.1, 4 * np.pi, 60 if quick else 600)
    yield {"rho": rho[off_the_ends(rho)]}


def count(landscape):
    """Points where SAM's direction vanishes and the gradient does not, in a search."""
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    reach = 1.5 * (landscape.box[0][1] - landscape.box[0][0])
    total = 0
    for c in landscape.critical_points:
        if c.kind == "minimum":
            distances = np.linspace(0.01, reach, 80)
            w, rho = hallucinations(landscape, c.point, angles, distances)
            d, g, _ = SAM(rho[:, None]).direction(w, (), landscape.gradient)
            total += int((norm(d) < 1e-6 * norm(g)).sum())
    return total


def surfaces(quick):
    """Surfaces with minima and maxima."""
    for landscape in (himmelblau(), six_hump_camel()):
        yield {"landscape": landscape}


def share_on_cosine(rho, w):
    """Share of the starts that hallucinate although gradient descent went before."""
    warm = warmed(cosine(), 0.1, w, 200)
    return hallucinated(cosine(), rho, 0.1, warm, 600).mean()


def cosine_starts(quick):
    """The reported remedy at a radius between pi and 2 pi."""
    yield {"rho": 4.0, "w": np.linspace(0.3, 6, 200)[:, None]}


def grid(quick):
    """Starts all over Himmelblau's box, `(n, 2)`."""
    side = np.linspace(-4.9, 4.9, 8 if quick else 25)
    return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)


@cache
def width():
    """Himmelblau's least distance of a minimum from another critical point: 1.932."""
    critical = himmelblau().critical_points
    points = np.array([c.point for c in critical], dtype=float)
    apart = np.linalg.norm(points[:, None] - points, axis=-1)
    minima = [c.kind == "minimum" for c in critical]
    return np.where(apart > 0, apart, np.inf)[minima].min()


def cold_share(rho, w):
    """Share of the starts from which SAM hallucinates."""
    return hallucinated(himmelblau(), rho, 2e-3, w, 1500).mean()


def warm_share(rho, w):
    """The same after gradient descent, which leaves a distance of about 1e-3."""
    warm = warmed(himmelblau(), 2e-3, w, 200)
    return hallucinated(himmelblau(), rho, 2e-3, warm, 1500).mean()


def narrow(quick):
    """Radii below the width."""
    for rho in (1.9,) if quick else (0.5, 1.5, 1.9):
        yield {"rho": rho, "w": grid(quick)}


def wide(quick):
    """A radius beyond every basin's width."""
    yield {"rho": 3.0, "w": grid(quick)}


def l25():
    """The statement."""
    return Statement(
        id="L25",
        title="hallucinated minimisers exist; a warm start avoids them",
        source="Park et al., arXiv 2509.21818",
        grade="A",
        claims=(
            Claim(
                id="L25.exists",
                says="surfaces with a minimiser and a maximiser have hallucinated "
                "minimisers, for some radii",
                expected="supported",
                relation=">=",
                measured=count,
                bound=lambda landscape: 1,
                cases=surfaces,
                within=lambda landscape: (
                    {"minimum", "maximum"}
                    <= {c.kind for c in landscape.critical_points}
                ),
                loose="one would do",
            ),
            Claim(
                id="L25.range",
                says=r"on $\cos$, $\eta < 2$, SAM hallucinates from an open set of "
                r"starts iff "
                r"$\pi < \rho \bmod 2\pi < 2\pi$",
                expected="holds",
                measured=found_on_cosine,
                bound=range_on_cosine,
                cases=radii,
                within=off_the_ends,
                proof="paper_notes.md, L25",
                grade="T",
            ),
            Claim(
                id="L25.warm",
                says=r"a warm start by SGD avoids them ($\cos$, $\rho = 4$: share of "
                "starts that hallucinate after it)",
                expected="refuted",
                relation="<=",
                measured=share_on_cosine,
                bound=lambda rho, w: 0.0,
                cases=cosine_starts,
                within=lambda rho, w: rho > 0,
                loose="it is claimed to be 0",
            ),
            Claim(
                id="L25.width",
                says=r"it does on Himmelblau's surface for $\rho$ below the distance "
                "of the minima from all other critical points",
                expected="supported",
                measured=warm_share,
                bound=lambda rho, w: 0.0,
                cases=narrow,
                outside=wide,
                within=lambda rho, w: rho < width(),
                grade="N",
            ),
            Claim(
                id="L25.cold",
                says="there SAM alone hallucinates, from some of the same starts",
                expected="supported",
                relation=">=",
                measured=cold_share,
                bound=lambda rho, w: 1 / len(w),
                cases=lambda quick: [{"rho": 1.9, "w": grid(quick)}],
                within=lambda rho, w: rho < width(),
                loose="one start would do",
                grade="N",
            ),
            Claim(
                id="L25.networks",
                says=r"networks: SAM's runs end at none, cold or warm, $\rho$ from .1 "
                "to 30",
                expected="supported",
                measured=saddles.hallucinated,
                bound=lambda data, rho: np.zeros(2),
                cases=lambda quick: saddles.radii(),
                within=lambda data, rho: rho > 0,
                grade="N",
            ),
        ),
        code=("theory/hallucination.py", "theory/measured/saddles.py"),
        reads=(saddles.EXPERIMENT,),
        notes=(
            "On $\\cos$, from the left of the minimum at $\\pi$, SAM is gradient "
            "descent on $\\cos(w - \\rho)$ and leaves at once: a warm start cannot "
            "help at any radius with hallucinations. It helps where the ascent from "
            "the minimum stays in the basin. Networks: " + saddles.SETTING + "12 runs "
            "at each radius; their loss, convex in the last biases, has no maximiser."
        ),
    )
