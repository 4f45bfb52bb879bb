"""The table and the sentence of `experiments.saddle_escape`."""

from __future__ import annotations

import numpy as np
import xarray

from experiments.text import align, percent

HEAD = (
    "landscape", "method", "count", "left", "held", "unsure", "steps", "/ theory",
    "trap", "predicted",
)  # fmt: skip
NOTES = """\
count: its saddles, taken together.
left, held, unsure: share of the starts that left; that rest or bounce at the saddle;
  that are undecided after --steps (the remainder found another critical point).
steps: to leave, median over starts, eta and rho (> : more than half never left).
/ theory: measured over predicted median time, median over eta and rho (GD, USAM:
  T6, exact on quadratics; SSAM: GD's time, where T8 gives it as the least).
trap: measured over predicted size, where theory has one. SAM, SSAM-N: smallest ||Hw||
  of a start that leaves, over rho m (T7: 1; T9: at most 1). USAM, SSAM: smallest
  distance that leaves, over the ball's radius, where rho > 1/m (T6, T8: 1, all of it).
predicted: cells (saddle, eta, rho) that agree with T6 to T9. SAM, SSAM-N: every
  single start of which they speak must stall, or leave; the others: the 95 % interval
  of the share. Not counted: cells of which theory says nothing or next to nothing
  (degenerate saddles, SAM's escape at index above 1, N5). Nor are SAM's rates above its
  threshold at which leaving takes longer than --steps; the sentence leaves them out."""


def table(dataset: xarray.Dataset) -> str:
    """One row a landscape and method, then SAM's thresholds."""
    rows = [HEAD]
    if "escaped" in dataset:
        labels = np.array([name.rsplit(" ", 1)[0] for name in dataset.saddle.values])
        for name in dict.fromkeys(labels):
            part = dataset.isel(saddle=np.flatnonzero(labels == name))
            for method in part.algorithm.values:
                rows.append(_row(name, part.sel(algorithm=method)))
    text = [align(rows), "", NOTES]
    if "threshold_low" in dataset:
        text += ["", _thresholds(dataset)]
    return "\n".join(text)


def _row(name: str, part: xarray.Dataset) -> tuple[str, ...]:
    pooled = float(np.median(part.time.dropna("quantile").values))
    middle = part.time.sel(quantile=0.5, method="nearest")
    told = part.predicted_time.sel(quantile=0.5, method="nearest")
    both = np.isfinite(middle) & np.isfinite(told)
    over = (middle / told).values[both.values]
    agree, spoken = agrees(part)
    count = int(spoken.sum())
    return (
        name,
        str(part.algorithm.item()),
        str(part.sizes["saddle"]),
        _percent(part.escaped),
        _percent(part.stalled),
        _percent(part.undecided),
        _steps(pooled),
        f"{np.median(over):.2f}" if over.size else "-",
        _span(_reach(part)),
        f"{int((agree & spoken).sum())} of {count}" if count else "-",
    )


def _reach(part: xarray.Dataset) -> np.ndarray:
    """The trap's measured size over the predicted, where theory says there is one."""
    if "trap_reach" not in part:
        return np.empty(0)
    stalls = part.theory.astype(str).str.endswith("stalls")
    reach = part.trap_reach.where(stalls).values
    radius = part.trap_radius.where(part.trap_predicted == 1).values
    both = np.concatenate([reach.ravel(), radius.ravel()])
    return both[np.isfinite(both)]


def _span(values: np.ndarray) -> str:
    return f"{values.min():.2f}-{values.max():.2f}" if values.size else "-"


def agrees(part: xarray.Dataset) -> tuple[xarray.DataArray, xarray.DataArray]:
    """Which cells agree with theory, and of which theory speaks.

    Where a statement names single starts (SAM, SSAM-N), all of them must stall, or all
    leave; else the interval of the share must meet the predicted one.
    """
    leaves = part.theory.astype(str).str.endswith("leaves")
    single = part.escaped_sure.notnull()
    named = part.escaped_sure == xarray.where(leaves, 1.0, 0.0)
    share = (part.escaped_high >= part.predicted_low - 1e-12) & (
        part.escaped_low <= part.predicted_high + 1e-12
    )
    teeth = part.predicted_high - part.predicted_low < 0.95
    by_share = part.radius_unit != "length"
    agree = xarray.where(single, named, share)
    return agree, single | (teeth & by_share)


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
            ratio = ratio if np.isfinite(low + high + told) else "-"
            rho = float(at.rho.sel(algorithm="SAM"))
            ends = (f"{e:.4g}" if np.isfinite(e) else "-" for e in (low, high, told))
            rows.append((saddle, f"{rho:.3g}", *ends, ratio))
    said = "SAM's learning-rate threshold, bisected (-: not found, or not one of T7's)"
    return f"{said}\n{align(rows)}"


def answer(dataset: xarray.Dataset) -> str:
    """The answer in one sentence, a line a method, every number out of the data."""
    if "escaped" not in dataset:
        return "Nothing was measured at a saddle."
    part = dataset.isel(saddle=np.flatnonzero((dataset["index"] == 1).values))
    if not part.sizes["saddle"]:
        return "No saddle of index 1: T6 to T9 have no common answer (N5)."
    words = [_clause(name, part.sel(algorithm=name)) for name in part.algorithm.values]
    words = [*words, *_threshold(part)]
    said = ";\n".join(f"  {word}" for word in words)
    return f"Around {part.sizes['saddle']} saddles of index 1:\n{said}."


def _clause(method: str, part: xarray.Dataset) -> str:
    if part.radius_unit == "none":
        return f"of all starts, {method} let {_percent(part.escaped)} leave"
    if part.radius_unit == "rate":
        return _rate_clause(method, part)
    if part.escaped_inside.isnull().all():  # rho = 0, or too small for any start
        return f"of all starts, {method} let {_percent(part.escaped)} leave"
    says = part.theory.astype(str)
    above = part.escaped_inside.where(says.str.endswith("leaves"))
    if above.notnull().any():
        below = part.escaped_inside.where(says.str.endswith("stalls"))
        return (
            f"of the starts with ||Hw|| < rho m, {method} let {_percent(below)} leave "
            f"below its threshold and {_percent(above)} above it"
        )
    shares = part.escaped_inside.mean(
        [d for d in part.escaped.dims if d != "eta_level"]
    )
    words = ", ".join(f"{100 * share:.1f}" for share in shares.values)
    rates = (part.eta * part.curvature).mean("saddle").values
    return (
        f"of the starts with ||Hw|| < rho m, {method} let {words} % leave at "
        f"eta max|lam| = {', '.join(f'{rate:.3g}' for rate in rates)}"
    )


def _rate_clause(method: str, part: xarray.Dataset) -> str:
    """Shares where rho m < 1, and else within theory's limit on eta and beyond."""
    trapped = part.rho * part.m > 1
    held = part.escaped.where(trapped & (part.predicted_high == 0))
    beyond = part.escaped.where(trapped & (part.predicted_high > 0))
    free = part.escaped.where(~trapped)
    words = [f"{_percent(free)} where rho < 1/m"] if free.notnull().any() else []
    if held.notnull().any():
        words.append(f"{_percent(held)} where rho > 1/m")
    if beyond.notnull().any():
        words.append(f"{_percent(beyond)} there beyond the limit on eta")
    return f"of all starts, {method} let {', '.join(words)} leave"


def _threshold(part: xarray.Dataset) -> list[str]:
    if "threshold_high" not in part or "SAM" not in part.algorithm:
        return []
    found = part.threshold_low.notnull() & part.threshold_high.notnull()
    ratio = (part.threshold_high / part.threshold_predicted).where(found)
    ratio = ratio.isel(rho_level=0)
    if ratio.isnull().all():
        return []
    return [
        "SAM's threshold is 2m/(lam+(lam+ + m)) times "
        f"{float(ratio.median()):.3f} ({float(ratio.min()):.3f} to "
        f"{float(ratio.max()):.3f}) at the smallest rho"
    ]


def _percent(values: xarray.DataArray) -> str:
    return percent(values.mean())


def _steps(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else ">"
