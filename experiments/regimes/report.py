"""The table and the sentence of `experiments.learning_rate_regimes`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray

from experiments.run import load
from experiments.text import align, percent
from theory.verdict import Verdict

LEVEL = 0.5  # the radius that is shown is the one nearest to so many units
WIDE = 1.05  # a bracket whose ends differ by more is printed as two numbers,
VAGUE = 1.25  # and by more than this has no part in a median
CLEAR = 0.99  # a range that is not smaller by so much is no worse
ONE = "GD"  # whose range the others are compared with
HEAD = (
    "method", "point 50%", "95%", "band 50%", "95%", "other starts", "diverges",
    "stalled", "theory", "over it",
)  # fmt: skip
NOTES = """\
point, band: largest eta up to which (no gap below) 50 % or 95 % of the starts converge
  to a minimum exactly, or stay in T5's band about one. GD: times L. The others: over
  GD's. Two numbers: what undecided runs leave open; <: all below is undecided; >: no
  eta that was tried is refuted; ?: neither; -: fewer converge even at the smallest eta.
other starts: band 50 %, by Wilson's 95 % interval for starts drawn anew; ? without end.
diverges: smallest eta L at which a run was seen to.
stalled: share of all runs, all eta and rho, that ended at a saddle or maximum.
theory: its limit times L, = exact, > guaranteed at least, < no listed minimum is stable
  above; over it: band 50 %.
rho is in units of 1/L where it is a rate, of a tenth of the box's half-width where it
  is a length."""
SIGNS = {"exact": "=", "at least": ">", "at most": "<"}


def table(dataset: xarray.Dataset) -> str:
    """One row a landscape and method."""
    if "limit_low" not in dataset:
        return _stalls(dataset)
    names, methods = _names(dataset), [str(m) for m in dataset.algorithm.values]
    rows = [_row(dataset.sel(landscape=name), m) for name in names for m in methods]
    head, *lines = align([HEAD, *rows], left=1).splitlines()
    for k, name in reversed([*enumerate(names)]):
        lines.insert(k * len(methods), _about(dataset, name))
    return "\n".join([head, *lines, "", NOTES])


def _about(dataset: xarray.Dataset, name: str) -> str:
    """One line of a landscape."""
    part = dataset.sel(landscape=name)
    lacks = "" if int(part.get("minima", 1)) else ", no minimum is known"
    return (
        f"{name} ({part.kind.item()}): L = {1 / float(part.eta_unit):.3g}, "
        f"{int(part.starts)} starts, rho {share(dataset, name):.3g}{lacks}"
    )


def _names(dataset: xarray.Dataset) -> list[str]:
    return [str(name) for name in dataset.landscape.values]


def _stalls(dataset: xarray.Dataset) -> str:
    """Without limits: how often every verdict occurred."""
    rows = [("landscape", "method", "converged", "band", "stalled", "diverged")]
    for name in dataset.landscape.values:
        for method in dataset.algorithm.values:
            part = dataset.share.sel(landscape=name, algorithm=method)
            mean = part.mean(["rho_level", "eta_level"])
            cells = (percent(mean.sel(verdict=code)) for code in (1, 2, 3, 6))
            rows.append((str(name), str(method), *cells))
    return align(rows)


def level(part: xarray.Dataset) -> int:
    """The radius that is shown of a landscape, by its position."""
    units = (part.rho / part.rho_unit).where(part.radius_unit != "none")
    if "algorithm" in units.dims:
        units = units.max("algorithm")
    if units.isnull().all() or not (units > 0).any():
        return 0
    away = np.abs(np.log(units.where(units > 0) / LEVEL))
    return int(away.argmin("rho_level"))


def share(dataset: xarray.Dataset, name: str) -> float:
    """The radius that is shown, in its units; 0 without any."""
    part = dataset.sel(landscape=name)
    units = (part.rho / part.rho_unit).isel(rho_level=level(part))
    return float(units.max())


def _row(here: xarray.Dataset, method: str) -> tuple[str, ...]:
    part = here.sel(algorithm=method).isel(rho_level=level(here))
    cells = [
        span(*factor(here, method, target, of))
        for target in ("point", "band")
        for of in (0.5, 0.95)
    ]
    theory = float(part.theory / part.eta_unit)
    told = f"{SIGNS.get(str(part.theory_kind.item()), '')}{_short(theory)}"
    seen = part.limit_low.sel(target="band", level=0.5) / part.theory
    return (
        method,
        *cells,
        _drawn(here, method),
        _number(part.diverges_high / part.eta_unit),
        percent(part.stalled),
        f"{told} {part.theory_source.item()}" if np.isfinite(theory) else "-",
        _number(seen),
    )


def factor(
    here: xarray.Dataset, method: str, target: str, of: float, kind: str = "limit"
) -> tuple[float, float]:
    """The bracket of a limit over GD's; of GD itself, or without it, times L."""
    at = here.isel(rho_level=level(here)).sel(target=target, level=of)
    low, high = (at[f"{kind}_{end}"].sel(algorithm=method) for end in ("low", "high"))
    if method == ONE or ONE not in at.algorithm.values:
        return float(low / at.eta_unit), float(high / at.eta_unit)
    least, most = (at[f"limit_{end}"].sel(algorithm=ONE) for end in ("low", "high"))
    # Where GD's own lower end is not known, nor is how many times it the other is.
    return float(low / most), float(high / least) if least > 0 else _unless(high)


def _unless(high: xarray.DataArray) -> float:
    """Without end, unless there is none at all."""
    return np.nan if np.isnan(high) else np.inf


def span(low: float, high: float) -> str:
    """A bracket in words."""
    if np.isnan(low):
        return "-" if np.isnan(high) else "?" if np.isinf(high) else f"<{_short(high)}"
    if np.isinf(high):
        return f">{_short(low)}" if low > 0 else "?"
    if high < WIDE * low:
        return _short((low * high) ** 0.5)
    return f"{_short(low)}-{_short(high)}"


def _drawn(here: xarray.Dataset, method: str) -> str:
    ends = factor(here, method, "band", 0.5, "sampled")
    low, high = (_short(end) if np.isfinite(end) else "?" for end in ends)
    return "-" if low == high == "?" else f"{low}-{high}"


def _short(value: float) -> str:
    """Two decimals, or three digits: .67, 1.02, .0034, 12.3."""
    text = f"{value:.2f}" if 0.1 <= value < 10 else f"{value:.3g}"
    return text.removeprefix("0") if text.startswith("0.") else text


def _number(value: xarray.DataArray) -> str:
    return _short(float(value)) if np.isfinite(value) else "-"


def answer(dataset: xarray.Dataset) -> str:
    """The answer in one sentence, every number out of the data."""
    methods = [str(m) for m in dataset.algorithm.values]
    if "limit_low" not in dataset:
        return "The limits were not asked for."
    if ONE not in methods or len(methods) < 2:
        return "GD's range and another's were not both asked for."
    names = _names(dataset)
    most = VAGUE if len(names) > 1 else np.inf
    shown = {
        m: {
            name: ends
            for name in names
            if _sharp(ends := factor(dataset.sel(landscape=name), m, "band", 0.5), most)
        }
        for m in methods
    }
    words = [_clause(m, shown[m]) for m in methods if m != ONE]
    told = "; ".join(word for word in words if word)
    if not told:
        lost = percent(dataset.share.sel(verdict=Verdict.UNDECIDED).mean())
        return (
            "No method has a range that could be compared with GD's: of all runs "
            f"{lost} are undecided after {int(dataset.steps.max())} steps."
        )
    return (
        "The learning rates that bring half of the starts to a minimum or its band "
        f"reach, over GD's: {told}{_worse(dataset, shown)}."
    )


def _sharp(ends: tuple[float, float], most: float) -> bool:
    return bool(np.isfinite(ends).all()) and 0 < ends[0] and ends[1] < most * ends[0]


def _clause(method: str, found: dict[str, tuple]) -> str:
    """Median and range over the landscapes; of a single one, its own."""
    if not found:
        return ""
    middle = {name: (low * high) ** 0.5 for name, (low, high) in found.items()}
    least, most = min(middle, key=middle.get), max(middle, key=middle.get)
    said = f"{method} {np.median([*middle.values()]):.2f}"
    if len(found) == 1:
        low, high = found[least]
        one = said if high < WIDE * low else f"{method} {low:.2f} to {high:.2f}"
        return f"{one} on {least}"
    low, high = (f"{middle[name]:.2f}" for name in (least, most))
    if low == high:
        return f"{said} on all of {len(found)} landscapes"
    return (
        f"{said} in the median of {len(found)} landscapes ({low} on {least} to {high} "
        f"on {most})"
    )


def _worse(dataset: xarray.Dataset, shown: dict[str, dict]) -> str:
    """Where SSAM's range is smaller than another's, beyond the brackets."""
    if "SSAM" not in shown:
        return ""
    words = []
    for other in (m for m in ("GD", "USAM", "SAM") if m in shown):
        names = [n for n in _names(dataset) if smaller(dataset, n, "SSAM", other)]
        words.append(f"{other}'s on {', '.join(names) or 'none'}")
    told = f"SSAM's is smaller than {', than '.join(words)}"
    return f"; beyond what undecided runs leave open, {told}"


def traced(path: Path) -> str:
    """One line of a trace."""
    trace = load(path)
    about = trace.attrs
    share = about["size"] ** 2 / about["runs"]
    ends = ", ".join(f"{about[f'dimension_{end}']:.2f}" for end in ("low", "high"))
    return (
        f"{path}: {about['landscape']}, {about['label']}: {trace.sizes['cell']} "
        f"boundary cells of {about['size']} x {about['size']}, for 1/{share:.0f} of "
        f"the runs; dimension {about['dimension']:.2f} ({ends})"
        f"{'' if about['complete'] else ' so far, not followed to its end'}; chance of "
        f"an unseen island of {percent(about['missed_area'], 2)} of the plane "
        f"{about['missed']:.2g}"
    )


def smaller(dataset: xarray.Dataset, name: str, method: str, other: str) -> bool:
    """Whether one range clearly ends before the other, or it alone is empty."""
    here = dataset.sel(landscape=name)
    at = here.isel(rho_level=level(here)).sel(target="band", level=0.5)
    low = at.limit_low.sel(algorithm=other)
    high = at.limit_high.sel(algorithm=method)
    # NaN, NaN: fewer than half converge even at the smallest rates.
    none = bool(np.isnan(high) & np.isfinite(low))
    return none or bool(high < CLEAR * low)
