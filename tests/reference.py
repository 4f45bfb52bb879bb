r"""The oracle: one step on $\tfrac12 w^\top H w$ by matrix algebra, point by point.

It shares nothing with the toolkit: no Landscape, no Method, no primitive.
"""

import math

import numpy as np


def rotated(rng, spectrum):
    """A random symmetric H with these eigenvalues, and its eigenbasis Q."""
    Q = np.linalg.qr(rng.normal(size=(len(spectrum), len(spectrum))))[0]
    return Q @ np.diag(spectrum) @ Q.T, Q


def length(v):
    """Euclidean length of one vector."""
    return math.sqrt(math.fsum(float(a) ** 2 for a in v))


def gd(H, w, rho):
    """Hw."""
    return H @ w


def usam(H, w, rho):
    """(H + rho H^2) w."""
    return H @ w + rho * (H @ (H @ w))


def sam(H, w, rho):
    """Hw + rho H Hw/|Hw|."""
    g = H @ w
    return g + rho * (H @ g) / length(g) if g.any() else g


def stable(inner, cap=math.inf):
    """Any of these, rescaled to the length of Hw."""

    def direction(H, w, rho):
        d = inner(H, w, rho)
        size = length(d)
        return d * min(length(H @ w) / size, cap) if size else d

    return direction


NAMED = {
    "gd": gd,
    "sam": sam,
    "usam": usam,
    "ssam": stable(usam),
    "ssam-n": stable(sam),
}


def oracle(spec):
    """The reference of a command-line name; None where there is none."""
    outer, colon, inner = spec.partition(":")
    if not colon:
        return NAMED.get(spec)
    _, _, cap = outer.partition("@")
    return stable(NAMED[inner], float(cap or math.inf)) if inner in NAMED else None


def first_exit(points, center, radius):
    """The first t whose point is not strictly inside the ball; NaN is outside."""
    for t, point in enumerate(points):
        if not length(np.asarray(point) - center) < radius:
            return t
    return None
