"""The table and the sentence of `experiments.saddle_escape`."""

from __future__ import annotations

import numpy as np
import xarray

HEAD = (
    "landscape", "method", "saddles", "left", "held", "unsure", "median steps",
    "over theory", "trap reach", "as predicted",
)  # fmt: skip
NOTES = """\
left, held, unsure: share of the starts that left; that rest or bounce at the saddle;
  that are undecided after --steps (the remainder found another critical point).
median steps: to leave, over all starts, eta and rho (> : more than half never left).
over theory: measured over predicted median time, median over eta and rho (GD, USAM:
  T6, exact on quadratics; SSAM: GD's time, which T8 gives as the least).
trap reach: smallest ||Hw|| of a start that leaves, over rho m, where T7 or T9 says
  that starts stall: 1 is the edge ||Hw|| = rho m.
as predicted: cells (saddle, eta, rho) whose 95 % interval meets the bounds of T6 to
  T9; the others are curvature's or theory's deviations. A cell counts only where
  theory speaks (not: degenerate saddles, SAM's escape at index above 1, N5)."""


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
    reach = _reach(part)
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


def _reach(part: xarray.Dataset) -> np.ndarray:
    """Measured trap reach where theory says that starts stall inside it."""
    stalls = part.theory.astype(str).str.endswith("stalls").values
    reach = part.trap_reach.values[stalls] if "trap_reach" in part else np.empty(0)
    return reach[np.isfinite(reach)]


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
    part = dataset.isel(saddle=np.flatnonzero((dataset["index"] == 1).values))
    if not part.sizes["saddle"]:
        return "No saddle of index 1: T6 to T9 have no common answer (N5)."
    words = [_clause(name, part.sel(algorithm=name)) for name in part.algorithm.values]
    count = part.sizes["saddle"]
    return f"Around {count} saddles of index 1: {'; '.join(words)}{_threshold(part)}."


def _clause(method: str, part: xarray.Dataset) -> str:
    says = part.theory.astype(str)
    if part.escaped_inside.notnull().any():
        below = part.escaped_inside.where(says.str.endswith("stalls"))
        above = part.escaped_inside.where(says.str.endswith("leaves"))
        more = f" and {_percent(above)} above it" if above.notnull().any() else ""
        where = " below its threshold" if more else ""
        return (
            f"of the starts with ||Hw|| < rho m, {method} let {_percent(below)} leave"
            f"{where}{more}"
        )
    if not (part.rho > 0).any():
        return f"of all starts, {method} let {_percent(part.escaped)} leave"
    held = part.escaped.where(part.predicted_high == 0)
    free = part.escaped.where(part.predicted_low == 1)
    if held.notnull().any():
        return (
            f"of all starts, {method} let {_percent(held)} leave where rho > 1/m and "
            f"{_percent(free)} where rho < 1/m"
        )
    return (
        f"{method} let {_percent(free if free.notnull().any() else part.escaped)} leave"
    )


def _threshold(part: xarray.Dataset) -> str:
    if "threshold_high" not in part or "SAM" not in part.algorithm:
        return ""
    found = part.threshold_low.notnull() & part.threshold_high.notnull()
    ratio = (part.threshold_high / part.threshold_predicted).where(found)
    ratio = ratio.isel(rho_level=0)
    if ratio.isnull().all():
        return ""
    return (
        "; SAM's threshold is 2m/(lam+(lam+ + m)) times "
        f"{float(ratio.median()):.3f} ({float(ratio.min()):.3f} to "
        f"{float(ratio.max()):.3f}) at the smallest rho"
    )


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
