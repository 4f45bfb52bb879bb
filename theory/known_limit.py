"""What theory says of the largest learning rate that converges on a landscape."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from landscapes.finite_sum import FiniteSum
from landscapes.landscape import Landscape
from landscapes.quadratic import Quadratic
from theory.method import Method
from theory.quadratic import multipliers
from theory.theorems import limit

# Where a step is stable beside a minimum: below the edge of its linear part there, of
# SAM's 2-cycle, or (on an eigenvector) of GD.
EDGES = {"GD": "T4", "USAM": "T4", "SSAM": "T5", "SAM": "T5", "SSAM-N": "T9"}


class KnownLimit(NamedTuple):
    """A learning rate, the id of its statement in `paper_notes.md`, and its kind.

    Attributes:
        eta: the rate.
        source: the id.
        kind: `exact`; `at least`: guaranteed on the whole class, so on this landscape
            (T3, T15); `at most`: no minimum is stable above it.
    """

    eta: float
    source: str
    kind: str


def known_limit(landscape: Landscape, method: Method, rho: float) -> KnownLimit | None:
    r"""The value for one method and radius; None where theory has none.

    On a positive-definite quadratic: T4's and T5's limit (SAM's: to its band). On
    another convex function T15's of its class $[\mu, \beta]$, for SSAM-N T3's. Else
    the edge of the flattest known minimum: $2/\lambda_1$, for USAM
    $2/(\lambda_1(1+\rho\lambda_1))$.

    Args:
        landscape: as it is minimised.
        method: its radius is replaced.
        rho: the radius.
    """
    method = method.having(rho=float(rho))
    spectrum = constant_spectrum(landscape)
    if spectrum is not None and spectrum.min() > 0 and method.label != "SSAM-N":
        return _edge(method, [spectrum], "exact")
    if landscape.constants.get("mu", -1.0) >= 0:
        return _guaranteed(landscape, method)
    known = [c for c in landscape.critical_points if c.kind == "minimum"]
    return _edge(method, [c.eigenvalues for c in known], "at most")


def constant_spectrum(landscape: Landscape) -> np.ndarray | None:
    """The Hessian's eigenvalues where it is the same at every point, else None."""
    if isinstance(landscape, Quadratic):
        return np.asarray(landscape.spectrum)
    squares = (
        isinstance(landscape, FiniteSum) and np.ptp(landscape.loss.curvatures) == 0
    )
    return landscape.critical_points[0].eigenvalues if squares else None


def _edge(method: Method, spectra: list, kind: str) -> KnownLimit | None:
    """The largest over the spectra; a step's slowest factor is `1 - eta k`."""
    if method.label not in EDGES or not spectra:
        return None
    if method.radius_unit == "length":  # its cycle, too, is stable as GD is
        method = method.having(rho=0.0)
    k = [1 - multipliers(method, 1.0, lam).min() for lam in spectra]
    return KnownLimit(2 / min(k), EDGES[method.label], kind)


def _guaranteed(landscape: Landscape, method: Method) -> KnownLimit | None:
    mu, beta = (landscape.constants[name] for name in ("mu", "beta"))
    measure = "descent" if method.label == "SSAM-N" else "convergence"
    told = limit(method, mu, beta, measure)
    return KnownLimit(*told, "at least") if told and told.eta > 0 else None
