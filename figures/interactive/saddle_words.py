"""What T3 and T6 to T9 say of one start beside one saddle, in words for a table."""

from __future__ import annotations

from html import escape

import numpy as np

from experiments.saddles.site import Site
from figures.interactive import controls
from figures.interactive.verdicts import SURE
from theory import neighbourhood, quadratic
from theory.method import Method
from theory.prediction import Setting, predict
from theory.theorems import limit

SILENT = "&ndash;"
RUN = ("", "this run")
HEAD = (
    "", "theory, of this start", "threshold at the saddle",
    "with the saddle's curvatures, f never rises up to &eta; =",
)  # fmt: skip


def name(method: Method) -> str:
    """The head of a method's row: its colour and its label."""
    return controls.swatch(method.color, method.label)


def row(method: Method, site: Site, eta: float, x: np.ndarray) -> tuple[str, ...]:
    """A method's row under `HEAD`: what theory says.

    Args:
        method: with its radius.
        site: the saddle and its ball.
        eta: learning rate.
        x: the start, `(d,)`.
    """
    return (
        name(method),
        predicted(site, method, eta, x, SURE),
        threshold(site, method, eta),
        class_limit(site, method),
    )


def predicted(site: Site, method: Method, eta: float, x: np.ndarray, steps: int) -> str:
    """What theory says of this very start, on the saddle's quadratic part.

    Args:
        site: the saddle and its ball.
        method: with its radius.
        eta: learning rate.
        x: the start, `(d,)`.
        steps: the most steps the run takes.
    """
    u = site.eigenbasis(x)[None]
    if np.linalg.norm(u) >= site.radius:
        return f"starts outside of the saddle's ball, R = {site.radius:.3g}"
    if not u.any():
        return "starts on the saddle"
    rho = float(method.get("rho", 0.0))
    spectrum = site.saddle.eigenvalues
    says = predict(Setting(method, eta, rho, spectrum, u, site.radius, steps))
    name, _, fate = says.source.partition(" ")
    if says.sure is not None:
        return f"{fate} ({name})" if says.sure[0] else "outside of what is proved"
    if says.low == says.high:
        return f"{'leaves' if says.low else 'is held'}{_when(says.times)} ({name})"
    if fate == "leaves":
        return f"leaves{_when(says.times, 'not before')} ({name})"
    return escape("may leave first, else held (T8)" if fate == "held" else says.source)


def _when(times: np.ndarray | None, word: str = "after") -> str:
    known = times is not None and np.isfinite(times[0])
    return f" {word} step {times[0]:.0f}" if known else ""


def threshold(site: Site, method: Method, eta: float) -> str:
    r"""The number that decides, and where the run stands: $\eta^*$, $\rho^*$, a reach.

    T7 of SAM: held below $\eta^*$. T6, T8 of USAM and SSAM: held above $\rho^*$. T9 of
    SSAM-N: held where $\|Hw\|$ is below a reach. GD has none.
    """
    lam, rho = site.saddle.eigenvalues, float(method.get("rho", 0.0))
    if site.saddle.kind == "degenerate":
        return "none known: a zero eigenvalue"
    words = {"SAM": _sam, "USAM": _ascent, "SSAM": _ascent, "SSAM-N": _ssam_n}
    if method.label == "GD":
        return "none: GD leaves at every &eta;"
    return words[method.label](eta, rho, lam) if method.label in words else SILENT


def _sam(eta: float, rho: float, lam: np.ndarray) -> str:
    at = quadratic.sam_threshold(lam)
    if np.isnan(at):
        held = quadratic.sam_trap_is_invariant(eta, lam)
        return "held (T7a)" if held else "none known of this spectrum (N5)"
    return _stands("&eta;", eta, at, "below", "T7")


def _ascent(eta: float, rho: float, lam: np.ndarray) -> str:
    return _stands("&rho;", rho, quadratic.usam_trap(lam), "above", "T6, T8")


def _ssam_n(eta: float, rho: float, lam: np.ndarray) -> str:
    if eta * np.abs(lam).max() >= 2:
        return SILENT
    reach = rho * neighbourhood.ssam_n_neighbourhood(eta, lam)
    return f"held where &Vert;Hw&Vert; &lt; {reach:.3g} (T9)"


def _stands(symbol: str, value: float, at: float, side: str, source: str) -> str:
    return (
        f"held {side} {symbol}* = {at:.3g} ({source}); "
        f"now {symbol} = {value / at:.2g} {symbol}*"
    )


def class_limit(site: Site, method: Method) -> str:
    """Up to which eta f never rises, for every f of this curvature (T3, T15)."""
    lam = site.saddle.eigenvalues
    if not lam.any():
        return SILENT
    known = limit(method, float(lam.min()), float(np.abs(lam).max()), "descent")
    return SILENT if known is None else f"{known.eta:.3g} ({known.source})"
