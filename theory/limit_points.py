"""Limit points that no landscape lists: their kind is read off the Hessian there.

Manifolds of minima (a ring, a valley, a two-layer net), degenerate minima and minima
outside the box. Above `LARGEST` dimensions nothing is said of them.
"""

from __future__ import annotations

import numpy as np

from landscapes.landscape import Landscape
from theory.window import Window, growing, norm

VANISHED = 1e-8  # a norm below this, in units of max(1, |lam|), counts as zero
AT = 1e-5  # a distance below this is at the point
LARGEST = 128  # dimensions up to which all eigenvalues are computed


def at_rest(window: Window, landscape: Landscape) -> tuple[np.ndarray, ...]:
    r"""Which of the runs, none of which moves, rest at a minimum, and which elsewhere.

    At rest: $\|g\| \le$ `VANISHED` $\max(1, |\lambda|)$ over the window, $\lambda$ the
    largest curvature at its end. A *minimum* has no negative eigenvalue, and where an
    eigenvalue is zero f does not fall along its eigenvector either, beyond what the
    gradient left allows. A run has *stalled* if f falls along one of them, the
    critical point is nearer than `AT` by Newton's step (a small gradient with a small
    negative curvature may as well be a minimum's slope), and no step towards lower
    values grew.

    Returns:
        Three masks `(n,)`; the last: at rest, but undecided, not a cycle.
    """
    x = window.x[-1]
    lam, v = landscape.curvatures(x)
    scale = np.maximum(1, np.abs(lam).max(axis=-1))
    vanished = window.g_norm.max(axis=0) <= VANISHED * scale
    falls = _falls(landscape, x, lam, v, VANISHED * scale)
    minimum = (lam >= 0).all(axis=-1) & ~falls
    toward = np.einsum("ni,nij->nj", landscape.gradient(x), v)
    newton = norm(np.divide(toward, lam, where=lam != 0, out=np.zeros_like(lam)))
    moved = np.einsum("wni,nij->wnj", np.diff(window.x, axis=0), v) * ~(lam[None] > 0)
    leaving = growing(moved, np.zeros(len(x)))
    stalled = ~minimum & (newton <= AT) & ~leaving
    return vanished & minimum, vanished & stalled, vanished & ~minimum & ~stalled


def _falls(
    landscape: Landscape,
    x: np.ndarray,
    lam: np.ndarray,
    v: np.ndarray,
    slope: np.ndarray,
) -> np.ndarray:
    """Whether f falls to either side along an eigenvector without curvature."""
    here, h, found = landscape.value(x), landscape.nearby, np.zeros(len(x), dtype=bool)
    allowed = h * slope + 1e-14 * np.abs(here)
    for i in np.flatnonzero((lam == 0).any(axis=0)):
        for side in (h, -h):
            lower = landscape.value(x + side * v[:, :, i]) < here - allowed
            found |= lower & (lam[:, i] == 0)
    return found
