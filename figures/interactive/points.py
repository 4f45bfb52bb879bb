"""The critical points of a landscape: kind, curvatures, and the traps at saddles."""

from __future__ import annotations

import numpy as np
import pandas

from landscapes.critical import CriticalPoint
from landscapes.landscape import Landscape
from theory.quadratic import sam_threshold, usam_trap

COLUMNS = (
    "kind", "at", "f", "curvatures", "linear edge 2/lam", "SAM held below eta",
    "USAM, SSAM held above rho",
)  # fmt: skip


def critical_points(landscape: Landscape) -> pandas.DataFrame:
    r"""A row a critical point, those of lowest f first.

    At a minimum: $2/\lambda_{\max}$, above which no gradient descent rests there (T4).
    At a saddle: T7's $\eta^*$, NaN where it is silent; T6's and T8's $\rho^* = 1/m$.

    Args:
        landscape: with points that are known, or few enough dimensions to search.

    Raises:
        ValueError: no critical point is known or found.
    """
    rows = [_row(landscape, point) for point in landscape.critical_points]
    if not rows:
        box = ", ".join(f"{low:g} to {high:g}" for low, high in landscape.box)
        raise ValueError(
            f"`{landscape.name}` has no critical point in its box ({box}) where it is "
            "smooth: give a larger box, or round its kinks off."
        )
    return pandas.DataFrame(rows, columns=COLUMNS).sort_values("f", ignore_index=True)


def _row(landscape: Landscape, critical: CriticalPoint) -> tuple:
    lam = critical.eigenvalues
    minimum, falls = critical.kind == "minimum", bool((lam < 0).any())
    return (
        critical.kind,
        tuple(float(f"{value:.4g}") for value in critical.point + 0.0),
        float(landscape.value(critical.point)),
        tuple(float(f"{value:.4g}") for value in lam),
        2 / float(lam.max()) if minimum else np.nan,
        float(sam_threshold(lam)) if falls else np.nan,
        float(usam_trap(lam)) if falls else np.nan,
    )
