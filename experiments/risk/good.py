"""How wide the range of good learning rates is: those near the best test risk."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.risk.paired import Pairs

NEAR = 1.05  # times the least mean test risk of all methods: what is good
BOOTSTRAPS = 400
WORST = 100.0  # times the least risk: what counts as much as divergence
BEST = "own best"


def good(rest: xarray.DataArray, pairs: Pairs, seed: int) -> xarray.Dataset:
    """The stretch of learning rates whose mean test risk is near the least of all.

    Around each method's own best, with ends between two rates of the grid by the
    logarithms; without a good rate the stretch is a point. Radius by radius, and with
    the best radius at every learning rate.

    Args:
        rest: $F(w_T)$ after the last step, `(algorithm, set, rho_level, eta)`.
        pairs: who is compared with whom.
        seed: of the bootstrap over the sets, the same ones for all methods.

    Returns:
        `good_low`, `good_high` `(algorithm, radius)`: 0 and 0 without any; `wide` their
        ratio, 1 without any; `log_wider`, `log_wider_error`, the logarithm of the
        method's over the other's and its standard error, `(pair, radius)`.
    """
    rest = rest.transpose("set", "algorithm", "rho_level", "eta")
    eta, values = np.log(rest.eta.values), rest.values
    mean = values.mean(axis=0)
    values = np.minimum(values, WORST * mean.min())  # 0 times inf
    low, high, there = stretch(values.mean(axis=0), eta)
    rng = np.random.default_rng([seed, len(values)])
    weights = rng.multinomial(len(values), [1 / len(values)] * len(values), BOOTSTRAPS)
    again = np.tensordot(weights / len(values), values, axes=1)
    ends = stretch(again, eta)
    names = [str(name) for name in rest.algorithm.values]
    wide, wides = high - low, ends[1] - ends[0]
    own, other = ([names.index(pair[k]) for pair in pairs] for k in (0, 1))
    error = (wides[:, own] - wides[:, other]).std(axis=0, ddof=1)
    cell = ("algorithm", "radius")
    return xarray.Dataset(
        {
            "good_low": (cell, np.where(there, np.exp(low), 0.0)),
            "good_high": (cell, np.where(there, np.exp(high), 0.0)),
            "wide": (cell, np.exp(wide)),
            "log_wider": (("pair", "radius"), wide[own] - wide[other]),
            "log_wider_error": (("pair", "radius"), error),
        },
        coords={"radius": [*map(str, range(1, 1 + len(rest.rho_level))), BEST]},
    )


def stretch(
    risk: np.ndarray, eta: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The ends of the stretch around every method's best, in logarithms.

    Args:
        risk: mean test risks `(..., algorithm, rho, eta)`, positive.
        eta: logarithms of the learning rates, `(eta,)`.

    Returns:
        Low and high end, and whether there is a good rate, `(..., algorithm, rho + 1)`;
        the last radius is the best of each learning rate.
    """
    risk = np.concatenate([risk, risk.min(axis=-2, keepdims=True)], axis=-2)
    limit = np.log(NEAR * risk.min(axis=(-3, -2, -1), keepdims=True))
    above = np.log(risk) - limit  # <= 0 where good
    best = above.argmin(axis=-1)[..., None]
    there = above.min(axis=-1) <= 0
    high = _end(above, eta, best)
    low = -_end(above[..., ::-1], -eta[::-1], len(eta) - 1 - best)
    start = eta[best[..., 0]]
    return np.where(there, low, start), np.where(there, high, start), there


def _end(above: np.ndarray, eta: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Where `above` crosses 0 beyond the best, or the last rate."""
    count = np.arange(len(eta))
    bad = (above > 0) & (count > best)
    j = np.where(bad.any(axis=-1), bad.argmax(axis=-1), len(eta) - 1)[..., None]
    i = np.maximum(j - 1, best)
    first, last = (np.take_along_axis(above, k, axis=-1)[..., 0] for k in (i, j))
    crosses = last > 0
    apart = np.where(crosses & (last > first), last - first, 1.0)
    share = np.where(crosses, np.clip(-first / apart, 0, 1), 1.0)
    ends = eta[i[..., 0]], eta[j[..., 0]]
    return ends[0] + share * (ends[1] - ends[0])
