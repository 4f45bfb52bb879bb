r"""How GD's minimum is left after a late switch, and the table of it (L28)."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.text import align
from theory import methods
from theory.balance import balance
from theory.measured.departing import at_first
from theory.measured.hovering import Mean, mean, meets_itself
from theory.measured.keeping import PLAIN

HEAD = (
    "data", "switch", "rho", "over 2/eta", "at last", "over GD's", "its edge", "slope",
    "predicted", "seeds", "at first", "predicted", "cos(g,v1)", "balance",
    "loss over GD's",
)  # fmt: skip
NOTES = """\
Switch from GD, late. Largest eigenvalue over 2/eta then and at the end; over GD's: that
  of GD going on; its edge, over 2/eta (*: at the measured |g|). predicted: ln
  |multiplier| at the switch.
slope: of ln |g along v1| a step, over five steps or more of the last three decades, and
  what was predicted on the seeds that have one. A growth above 1.7 a step passes these
  in fewer steps (SAM, SSAM-N): a slope there is of what came after, when the mode has
  changed |g| (SAM) or gamma (SSAM-N), and no test of the prediction.
at first: the same over the first two changes, and all later ones until the mode is a
  hundredth of |g|, on all seeds; and what was predicted on all, where growth was.
balance: the cosine at the end at which renormalisation holds a mode of that curvature
  in a 2-cycle, the rest of g in flat directions."""


def table(dataset: xarray.Dataset) -> str:
    """A row a method and radius that is switched to."""
    return align([HEAD, *_rows(dataset)])


def words(part: xarray.Dataset) -> str:
    """How far the growth at first is from the predicted one, a method.

    Args:
        part: of one data set.
    """
    told = []
    for name in part.late_algorithm.values:
        own = part.sel(late_algorithm=name)
        rise = own.late_growth_predicted.where(own.late_growth_predicted > 0)
        if rise.notnull().any():
            off = abs(at_first(own) - rise)
            told.append(
                f"{name} {float(rise.min()):.2f} to {float(rise.max()):.2f}, at most "
                f"{float(off.max()):.2f} off ({int(off.count())} runs)"
            )
    text = " After a late switch ln |g along v1| was to grow a step, at first, by: "
    return f"{text}{'; '.join(told)}." if told else ""


def _rows(dataset: xarray.Dataset) -> list[tuple[str, ...]]:
    rows = []
    for data in dataset.data.values:
        part = dataset.sel(data=data)
        if part.late_eta.isnull():
            continue
        control = part.sel(late_algorithm="GD>GD").isel(rho_level=0)
        for name in part.late_algorithm.values:
            own = part.sel(late_algorithm=name)
            for level in range(int(own.late_rho.notnull().sum())):
                rows.append(_row(own.isel(rho_level=level), control, data, name))
    return rows


def _row(
    own: xarray.Dataset, control: xarray.Dataset, data: str, name: str
) -> tuple[str, ...]:
    first, end = (own.late_sharpness.isel(top=0, late_check=i) for i in (0, -1))
    rose, opening = own.late_growth.notnull(), at_first(own)
    gd, predicted = 2 / own.late_eta, own.late_growth_predicted
    mark = "*" if meets_itself(name.rpartition(">")[2], "edge") else ""
    return (
        data,
        name,
        f"{float(own.late_rho):.3g}",
        str(mean(first / gd)),
        str(mean(end / gd)),
        str(mean(end / control.late_sharpness.isel(top=0, late_check=-1))),
        f"{mean(own.late_edge.isel(late_check=-1) / gd)}{mark}",
        _short(mean(own.late_growth)),
        _short(mean(predicted.where(rose))),
        f"{int(rose.sum())} of {rose.size}",
        _short(mean(opening)),
        _short(mean(predicted.where(predicted > 0))),
        str(mean(own.late_cos_g_v1.isel(late_check=-1))),
        str(mean(balanced(own, name))),
        str(mean((own.late_loss / control.late_loss).isel(late_check=-1))),
    )


def _short(found: Mean) -> str:
    """Of one seed, its value."""
    return f"{found.value:.3f}" if found.count == 1 else str(found)


def balanced(own: xarray.Dataset, name: str) -> xarray.DataArray:
    """The cosine of `theory.balance` at the end; NaN without renormalisation.

    Args:
        own: a method after the switch, at one radius.
        name: as `GD>SSAM`.
    """
    _, _, label = name.partition(">")
    end = own.isel(late_check=-1)
    lam = end.late_sharpness.isel(top=0)
    if label not in PLAIN:
        return lam * np.nan
    method = methods.make(label, rho=float(own.late_rho))
    cosine = balance(method, float(own.late_eta), lam.values, end.late_g_norm.values)
    return lam.copy(data=cosine)
