"""What noise leaves: sentences out of the numbers."""

from __future__ import annotations

import numpy as np
import xarray


def on_batches(dataset: xarray.Dataset) -> str:
    """Floors on mini-batches over SGD's, at equal learning rates."""
    if (
        "noise" not in dataset
        or "GD" not in dataset.algorithm.values.astype(str).tolist()
    ):
        return ""
    words = []
    for label in dataset.algorithm.values.astype(str).tolist():
        if label == "GD":
            continue
        one, two = (dataset.noise.sel(algorithm=a, drop=True) for a in (label, "GD"))
        ratio = (one / two).values
        ratio = ratio[np.isfinite(ratio)]
        words.append(f"{label} {np.median(ratio):.3g} (to {ratio.max():.3g})")
    return f"Floors on mini-batches over SGD's, median: {', '.join(words)}."


def when_skewed(dataset: xarray.Dataset) -> str:
    """The order of the floor in rho at the smallest step."""
    if "skew" not in dataset:
        return ""
    at = dataset.sel(skewness="skewed").isel(skew_rho=-1)
    words = []
    for label in dataset.algorithm.values.astype(str):
        one = at.sel(algorithm=label)
        if label != "GD" and (one.excess_low > 0).all():
            ends = one.excess[0] / one.excess[-1]
            power = np.log(ends) / np.log(at.skew_eta[0] / at.skew_eta[-1])
            words.append(f"{label} {float(one.excess[-1]):.3g} ({float(power):.2f})")
    if not words:
        return ""
    rho, eta = float(at.skew_rho), float(at.skew_eta[-1])
    return (
        f"Under skewed noise, at rho = {rho:g} and eta = {eta:g}, floors exceed SGD's "
        f"by (in brackets the power of eta; 0: not by small steps either) "
        f"{', '.join(words)}."
    )
