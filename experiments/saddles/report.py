"""The table and the sentence of `experiments.saddle_escape`."""

from __future__ import annotations

import numpy as np
import xarray

HEAD = (
    "landscape", "method", "saddles", "left", "held", "unsure", "median steps",
    "over theory", "trap reach", "as predicted",
)  # fmt: skip
NOTES = """\
left, held: share of the starts that left, or are at rest or in a band at the saddle
  (the rest is undecided, or found another critical point inside the ball).
median steps: of all starts, over eta and rho (> : more than half never left).
over theory: median over cells of the measured over the predicted median time
  (GD, USAM: T6, exact on quadratics; SSAM: GD's time, which T8 gives as its limit).
trap reach: smallest ||Hw|| of a start that leaves, over rho m, over all eta and rho
  (T7: 1 for SAM below its threshold, 0 above; T9: open for SSAM-N).
as predicted: cells whose 95 % interval meets T6 to T9's bounds; - where theory is
  silent (degenerate saddles, index above 1 for SAM: N5)."""


def table(dataset: xarray.Dataset) -> str:
    """One row a landscape and method, then SAM's thresholds."""
    rows = [HEAD]
    if "escaped" in dataset:
        labels = np.array([name.rsplit(" ", 1)[0] for name in dataset.saddle.values])
        for name in dict.fromkeys(labels):
            part = dataset.isel(saddle=np.flatnonzero(labels == name))
            for method in part.algorithm.values:
                rows.append(_row(name, part.sel(algorithm=method)))
    text = [_align(rows), "", NOTES]
    if "threshold_low" in dataset:
        text += ["", _thresholds(dataset)]
    return "\n".join(text)


def _row(name: str, part: xarray.Dataset) -> tuple[str, ...]:
    middle = part.time.sel(quantile=0.5, method="nearest")
    told = part.predicted_time.sel(quantile=0.5, method="nearest")
    both = np.isfinite(middle) & np.isfinite(told)
    over = (middle / told).values[both.values]
    reach = part.trap_reach.values
    reach = reach[~np.isnan(reach)]
    silent = (part.predicted_low == 0) & (part.predicted_high == 1)
    agree = agrees(part)
    count = int((~silent).sum())
    return (
        name,
        str(part.algorithm.item()),
        str(part.sizes["saddle"]),
        _percent(part.escaped),
        _percent(part.stalled),
        _percent(part.undecided),
        _steps(float(np.median(middle))),
        f"{np.median(over):.2f}" if over.size else "-",
        f"{reach.min():.2f} to {reach.max():.2f}" if reach.size else "-",
        f"{int((agree & ~silent).sum())} of {count}" if count else "-",
    )


def agrees(part: xarray.Dataset) -> xarray.DataArray:
    """Cells whose interval meets the predicted bounds."""
    return (part.escaped_high >= part.predicted_low - 1e-12) & (
        part.escaped_low <= part.predicted_high + 1e-12
    )


def _thresholds(dataset: xarray.Dataset) -> str:
    rows = [("saddle", "rho", "SAM held up to", "left from", "T7", "from / T7")]
    for saddle in dataset.saddle.values:
        part = dataset.sel(saddle=saddle)
        if "SAM" not in part.algorithm or np.isnan(part.threshold_low).all():
            continue
        for level in (0, part.sizes["rho_level"] - 1):
            at = part.isel(rho_level=level)
            told, low, high = (
                float(at[f"threshold_{k}"]) for k in ("predicted", "low", "high")
            )
            ratio = f"{low / told:.3f} to {high / told:.3f}"
            rho = float(at.rho.sel(algorithm="SAM"))
            numbers = (f"{rho:.3g}", f"{low:.4g}", f"{high:.4g}", f"{told:.4g}", ratio)
            rows.append((saddle, *numbers))
    return "SAM's learning-rate threshold, bisected (nan: not found)\n" + _align(rows)


def answer(dataset: xarray.Dataset) -> str:
    """The answer in one sentence, every number out of the data."""
    if "escaped" not in dataset:
        return "Nothing was measured at a saddle."
    part = dataset.isel(saddle=np.flatnonzero((dataset.index == 1).values))
    if not part.sizes["saddle"]:
        return "No saddle of index 1: T6 to T9 have no common answer (N5)."
    words = [f"Around {part.sizes['saddle']} saddles of index 1"]
    for method in part.algorithm.values:
        words.append(_clause(method, part.sel(algorithm=method), part))
    return "; ".join(word for word in words if word) + "."


def _clause(method: str, part: xarray.Dataset, all_of_it: xarray.Dataset) -> str:
    if method in ("USAM", "SSAM"):
        free, held = part.predicted_low == 1, part.predicted_high == 0
        return (
            f"{method} left in {_mean(part.escaped.where(free))} where rho < 1/m and "
            f"in {_mean(part.escaped.where(held))} where rho > 1/m"
        )
    if method == "SAM":
        ratio = all_of_it.threshold_high / all_of_it.threshold_predicted
        ratio = ratio.isel(rho_level=0) if "threshold_high" in all_of_it else ratio
        middle = float(ratio.median())
        low, high = float(ratio.min()), float(ratio.max())
        return (
            f"SAM left in {_mean(part.escaped)}, held near the saddle below "
            f"eta = 2m/(lam+(lam+ + m)) and not above (measured over predicted "
            f"{middle:.3f}, {low:.3f} to {high:.3f}, at the smallest rho)"
        )
    reach = part.trap_reach.values
    reach = reach[np.isfinite(reach)]
    more = f", trap reach {reach.min():.2f} to {reach.max():.2f}" if reach.size else ""
    return f"{method} left in {_mean(part.escaped)}{more}"


def _mean(values: xarray.DataArray) -> str:
    return f"{100 * float(values.mean()):.1f} %"


def _percent(values: xarray.DataArray) -> str:
    return f"{100 * float(values.mean()):.1f} %"


def _steps(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else ">"


def _align(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *rest = (
            cell.ljust(w) if i < 2 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join((first, *rest)))
    return "\n".join(lines)
