r"""T9: the edge of what SSAM-N is attracted from, in the plane, as a stable curve.

On $\mathrm{diag}(s, -1)$ with rho 1 (units of m and of $\rho m$), $e = \eta s$, in
sizes of gradients $z = (|g_+|, |g_-|)$. The cycle (5) of the notes is a fixed point P
of that map; curves through P that shrink onto it are found backwards from there.
"""

from __future__ import annotations

import numpy as np

STEP = 1e-6  # of differences
BEGIN = 1e-5  # of the straight piece at P that is continued
ENDS = 1e-2, 2.5  # least and largest |g_+|


def folded(z: np.ndarray, e: float, s: float) -> np.ndarray:
    r"""One step of SSAM-N: $g - \eta\|g\| HKg/\|Kg\|$, $K = \|g\| + H$, in sizes."""
    r = np.hypot(*z)
    kz = np.array([s + r, r - 1]) * z
    return np.abs(z - e / s * r * np.array([s, -1]) * kz / np.hypot(*kz))


def saddle(e: float) -> np.ndarray:
    r"""P: $(e/2, \sqrt{1 - e^2/4})$."""
    return np.array([e / 2, np.sqrt(1 - e**2 / 4)])


def jacobian(z: np.ndarray, e: float, s: float) -> np.ndarray:
    """Of `folded`, by central differences."""
    columns = [
        (folded(z + d, e, s) - folded(z - d, e, s)) / (2 * STEP)
        for d in STEP * np.eye(2)
    ]
    return np.stack(columns, axis=1)


def before(
    target: np.ndarray, guess: np.ndarray, e: float, s: float
) -> np.ndarray | None:
    """The point near a guess that a step brings to the target; None if none is."""
    z = guess
    for _ in range(30):
        off = folded(z, e, s) - target
        if np.abs(off).max() < 1e-14:
            break
        move = np.linalg.solve(jacobian(z, e, s), off)
        z = np.abs(z - move * min(1, 0.1 / np.abs(move).max()))
    inside = ENDS[0] < z[0] < ENDS[1]
    return z if inside and np.abs(off).max() < 1e-12 else None


def stable_curve(e: float, s: float, ratio: float = 1.1) -> np.ndarray:
    r"""Points `(n, 2)` of the curve through P, from small $|g_+|$ to large.

    A straight piece of length `BEGIN` to both sides of P, along the eigenvector of the
    multiplier in (-1, 1), is taken back step by step: what it is wrong by shrinks by
    the other multiplier each time. It ends where no point near leads to it.

    Args:
        e: in (0, 2).
        s: $\lambda_+/m$, $e < 2s$.
        ratio: of neighbouring points' distances from P, at its start.
    """
    P = saddle(e)
    values, vectors = np.linalg.eig(jacobian(P, e, s))
    least = np.abs(values).argmin()
    mu, v = values[least], vectors[:, least] * np.sign(vectors[0, least])
    count = max(2, int(np.ceil(-np.log(abs(mu)) / np.log(ratio))))
    lengths = BEGIN * abs(mu) ** (1 - np.arange(count + 1) / count)
    pieces = [P + side * lengths[:, None] * v for side in (-1, 1)]
    found = [list(piece) for piece in pieces]
    while any(len(piece) > count for piece in pieces):
        ahead = pieces if mu > 0 else pieces[::-1]
        pieces = [
            _back(target, own, count, e, s)
            for target, own in zip(ahead, pieces, strict=True)
        ]
        for whole, piece in zip(found, pieces, strict=True):
            whole += list(piece[1:])
    return np.array([*found[0][::-1], P, *found[1]])


def _back(
    target: np.ndarray, own: np.ndarray, count: int, e: float, s: float
) -> np.ndarray:
    """The next piece of a side, from its last one's end on; it may end early.

    None follows one that did.
    """
    if len(own) <= count:
        return own[:0]
    out = [own[-2], own[-1]]
    for point in target[1:]:
        z = before(point, 2 * out[-1] - out[-2], e, s)
        if z is None:
            break
        out.append(z)
    return np.array(out[1:])
