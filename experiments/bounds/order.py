"""Whose stability bound is below whose, as the number of steps grows."""

from __future__ import annotations

import numpy as np
import xarray

# Slack for factors that are equal but for the search.
SAME = 1e-9


def below(
    dataset: xarray.Dataset, first: str, second: str, visited: bool = False
) -> np.ndarray:
    r"""Whether $X/(1-c)$ of the first is smaller; where both grow, its factor c.

    Args:
        dataset: of `experiments.bound_regimes`, of one class.
        first: a method.
        second: another.
        visited: G is that of the region visited: USAM's X is $1+\rho\beta$ times GD's
            and SSAM's (T1).

    Returns:
        Of shape `(rho, eta)`.
    """
    c, longer = [], []
    for label in (first, second):
        c.append(dataset.factor.sel(algorithm=label).transpose("rho", "eta").values)
        more = visited and label == "USAM"
        longer.append(1 + dataset.rho.values[:, None] * more)
    finite = c[0] < 1 - SAME
    # X1 / (1 - c1) < X2 / (1 - c2), multiplied out.
    smaller = longer[0] * (1 - c[1]) < longer[1] * (1 - c[0]) * (1 - SAME)
    grows = c[1] >= 1 - SAME
    return np.where(grows, c[0] < c[1] - SAME, finite & smaller)
