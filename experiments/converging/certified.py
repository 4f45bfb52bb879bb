"""SSAM's exact worst step to the minimiser, by semidefinite programmes (N2)."""

from __future__ import annotations

import numpy as np
import xarray

from theory import certify, methods

ETA = tuple(np.linspace(0.1, 2.0, 20).tolist())


def certified(kappa: float, rho: float) -> xarray.Dataset:
    r"""SSAM's largest $\|w^+-w^*\|/\|w-w^*\|$ over the class, beta = 1.

    Args:
        kappa: of the class.
        rho: over 1/beta.

    Returns:
        `programme`, `(certified_eta)`; NaN where no solution was found.
    """
    found = [
        certify.worst_case(
            methods.make("ssam", rho=rho), mu=1 / kappa, beta=1.0, eta=eta
        ).value
        for eta in ETA
    ]
    return xarray.Dataset(
        {"programme": ("certified_eta", found)}, {"certified_eta": list(ETA)}
    )
