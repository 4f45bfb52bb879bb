r"""What T6 to T9 draw into the start plane of a saddle."""

from __future__ import annotations

import numpy as np
import xarray

from figures import style
from theory import methods, neighbourhood, quadratic

# Line styles of the predicted boundaries: what is proved is solid.
TRAP, PROVED, GUESS = "--", "-", ":"
EDGE = r"$\|H(w - w^*)\| = \rho m$ (T7)"
WORDS = {
    TRAP: EDGE,
    PROVED: "inside is held, proved (T7a, T9b)",
    GUESS: "inside is held, conjectured (T9)",
}


def spectrum(at: xarray.Dataset) -> np.ndarray:
    """Eigenvalues of the map's saddle."""
    return np.linalg.eigvalsh(at.map_hessian.values)


def steepness(at: xarray.Dataset) -> np.ndarray:
    r"""$\|H(w - w^*)\|/(\rho m)$ over the start plane, `(y, x)`."""
    plane = np.stack(np.meshgrid(at.x, at.y), axis=-1) * float(at.map_radius)
    size = np.linalg.norm(plane @ at.map_hessian.values, axis=-1)
    return size / quadratic.sam_trap(float(at.map_rho), spectrum(at))


def edges(at: xarray.Dataset) -> dict[str, float]:
    r"""Predicted boundaries, `{line style: level of steepness}`.

    For SAM the trap $\|Hw\| = \rho m$, proved where T7a's condition holds; for SSAM-N
    the same set, beside the neighbourhoods proved (T9b) and conjectured.
    """
    label, eta, lam = _case(at)
    if label == "SAM":
        proved = quadratic.sam_trap_is_invariant(eta, lam)
        return {PROVED if proved else TRAP: 1.0}
    if label != "SSAM-N":
        return {}
    m = quadratic.weakest_descent(lam)
    return {
        TRAP: 1.0,
        GUESS: neighbourhood.ssam_n_conjecture(eta, lam) / m,
        PROVED: neighbourhood.ssam_n_neighbourhood(eta, lam) / m,
    }


def says(at: xarray.Dataset) -> str:
    """What theory says of this method, learning rate and radius, in a few words."""
    label, eta, lam = _case(at)
    words = {"SAM": _sam, "USAM": _usam, "SSAM": _ssam, "SSAM-N": _ssam_n}
    return words[label](eta, float(at.map_rho), lam) if label in words else ""


def share(at: xarray.Dataset) -> str:
    """The learning rate over SAM's threshold, in words."""
    _, eta, lam = _case(at)
    return rf"$\eta = {eta / quadratic.sam_threshold(lam):.2g}\,\eta^*$"


def _sam(eta: float, rho: float, lam: np.ndarray) -> str:
    over = eta / quadratic.sam_threshold(lam)
    if np.isnan(over):
        return (
            "T7a: holds" if quadratic.sam_trap_is_invariant(eta, lam) else "T7: silent"
        )
    return rf"T7: {'holds' if over < 1 else 'leaves'}, $\eta = {over:.2g}\,\eta^*$"


def _usam(eta: float, rho: float, lam: np.ndarray) -> str:
    factors = np.abs(quadratic.multipliers(methods.make("usam", rho=rho), eta, lam))
    return "T6: attracts all" if (factors < 1).all() else "T6: leaves"


def _ssam(eta: float, rho: float, lam: np.ndarray) -> str:
    held = rho > quadratic.usam_trap(lam) and eta * np.abs(lam).max() < 2
    return "T8: attracts all" if held else "T8: leaves"


def _ssam_n(eta: float, rho: float, lam: np.ndarray) -> str:
    held = eta * np.abs(lam).max() < 2
    return "T9: attracts a part" if held else "T9: leaves"


def heading(at: xarray.Dataset) -> str:
    r"""The method and its radius in its own unit: of the ball, or of $1/m$."""
    label, rho = str(at.algorithm.item()), float(at.map_rho)
    if style.method(label).radius_unit == "length":
        return f"{label}\n" + rf"$\rho = {rho / float(at.map_radius):.2g}\,R$"
    product = rho * quadratic.weakest_descent(spectrum(at))
    sign = ">" if product > 1 else "<"
    return f"{label}\n" + rf"$\rho m = {product:.2g} {sign} 1$"


def _case(at: xarray.Dataset) -> tuple[str, float, np.ndarray]:
    return str(at.algorithm.item()), float(at.map_eta_value), spectrum(at)
