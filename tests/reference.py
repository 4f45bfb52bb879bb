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


def unified_sam(H, w, rho, lam=0.5):
    """Hw + rho ((1 - lam) + lam/|Hw|) H^2 w."""
    g = H @ w
    return g + rho * ((1 - lam) + lam / length(g)) * (H @ g) if g.any() else g


def linf_sam(H, w, rho):
    """H (w + rho s), s the signs of Hw."""
    return H @ w + rho * (H @ [math.copysign(a != 0, a) for a in H @ w])


def lookahead_sam(H, w, rho, ahead=0.05):
    """SAM's, less eta' H^2 w."""
    return sam(H, w, rho) - ahead * (H @ (H @ w))


def sam_polyak(H, w, rho, f_star=0.0, cap=1.0, normalised=True):
    """Polyak's step times H(w + e), from f(w + e) - <H(w + e), e> = (w'Hw - e'He)/2."""
    g = H @ w
    e = rho * g / (length(g) if normalised and g.any() else 1.0)
    d = g + H @ e
    gap = (w @ g - e @ (H @ e)) / 2 - f_star
    return min(max(gap / (d @ d), 0.0), cap) * d if d.any() else d


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
    "unified-sam": unified_sam,
    "linf-sam": linf_sam,
    "lookahead-sam": lookahead_sam,
    "msam": sam,
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
