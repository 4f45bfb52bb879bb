"""How much of a plain method's flattening the renormalised one keeps, by radius."""

from __future__ import annotations

from dataclasses import dataclass

import xarray

from theory.measured.hovering import Mean, complete, last, mean, top

# Whose flattening a renormalised method is compared with.
PLAIN = {"SSAM": "USAM", "SSAM-N": "SAM"}
SMOOTH = 5  # checks of a running mean: at the edge loss and curvature bounce


@dataclass(frozen=True)
class Kept:
    """At one radius. A rate at which a run of the three methods is lost is left out.

    Args:
        share: of the plain method's flattening over the rates, that is kept over them.
        low: the means' ratio at the rate where it is least.
        high: where it is largest.
        rates: that are left.
        loss: the renormalised method's over GD's, at these, after as many steps.
    """

    share: Mean
    low: float
    high: float
    rates: int
    loss: Mean


def pairs(part: xarray.Dataset) -> list[str]:
    """The renormalised methods that can be compared.

    Args:
        part: of one data set.
    """
    there = set(part.algorithm.values)
    return [name for name, plain in PLAIN.items() if {name, plain, "GD"} <= there]


def kept(part: xarray.Dataset, name: str, level: int, equal: str = "steps") -> Kept:
    """1 less the curvature over GD's, over what that is for the plain method.

    Args:
        part: of one data set, with GD and both methods.
        name: of the renormalised method.
        level: of the radius.
        equal: `steps`: all after the same number; or `loss`: GD and the plain method
            where they first came down to the loss at which the renormalised one ended.
    """
    own, plain = (part.sel(algorithm=n).isel(rho_level=level, drop=True)
                  for n in (name, PLAIN[name]))  # fmt: skip
    gd = part.sel(algorithm="GD").isel(rho_level=0, drop=True)
    end = last(own.loss)
    base, other = (
        last(top(run)) if equal == "steps" else curvature_at(run, end)
        for run in (gd, plain)
    )
    ended = sum(last(top(run)) for run in (gd, own, plain))
    there = complete(ended + base + other).notnull()
    gain = (1 - last(top(own)) / base).where(there)
    most = (1 - other / base).where(there)
    each = gain.mean("seed") / most.mean("seed")
    return Kept(
        mean(gain.mean("eta_level") / most.mean("eta_level")),
        float(each.min()),
        float(each.max()),
        int(each.notnull().sum()),
        mean((end / last(gd.loss)).where(there)),
    )


def curvature_at(run: xarray.Dataset, loss: xarray.DataArray) -> xarray.DataArray:
    """The largest eigenvalue where the loss first came down so far; NaN: never.

    Args:
        run: of one method, by `check`.
        loss: to which.
    """
    smooth = {"check": SMOOTH, "center": True, "min_periods": 1}
    down = run.loss.rolling(**smooth).mean() <= loss
    first = down.argmax("check")
    seen = top(run).rolling(**smooth).mean().isel(check=first)
    return seen.where(down.any("check"))
