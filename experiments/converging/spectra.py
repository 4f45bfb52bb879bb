"""Spectra of a given condition number, and the ridge that gives data one."""

from __future__ import annotations

import numpy as np

from landscapes.data import table

SHAPES = {"two": 2, "uniform": 10, "geometric": 10, "geometric 50": 50}


def spectrum(shape: str, kappa: float) -> np.ndarray | None:
    """Eigenvalues from 1/kappa to 1, ascending; None where data have a lower kappa.

    `two` has two, `uniform` and `geometric` are spaced so; a data set's are those of
    its second moments with the ridge that makes the condition kappa.
    """
    if shape in SHAPES:
        d, low = SHAPES[shape], 1 / kappa
        space = np.linspace if shape == "uniform" else np.geomspace
        return space(low, 1.0, d)
    X, _ = table(shape)
    lam = np.linalg.eigvalsh(X.T @ X / len(X))
    ridge = ridge_for(lam, kappa, 1.0)
    if ridge is None:
        return None
    lam = np.maximum(lam, 0) + ridge
    lam = lam / lam.max()
    lam[0], lam[-1] = 1 / kappa, 1.0
    return lam


def ridge_for(
    lam: np.ndarray, kappa: float, high: float, low: float = 1.0
) -> float | None:
    """The ridge that gives curvatures low lam to high lam the condition kappa."""
    if kappa <= 1:
        return None
    least, most = low * max(float(lam.min()), 0.0), high * float(lam.max())
    ridge = (most - kappa * least) / (kappa - 1)
    return ridge if ridge >= 0 else None
