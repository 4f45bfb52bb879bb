"""Around known saddles: which runs are held, which leave and when, beside theory."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import xarray

from experiments.edges.setting import one_thread
from experiments.networks.saddles.runs import (
    Ball,
    Fate,
    Kept,
    fates,
    follow,
)
from experiments.networks.saddles.sites import Site, site
from landscapes.quadratic import Quadratic
from theory import methods
from theory.method import Method
from theory.prediction import Setting, predict
from theory.quadratic import weakest_descent
from theory.share import wilson

START_LEVELS = ("near", "far")
NEAR = 0.5  # ||Hw|| of a near start, over rho m (T7's trap); ||w|| / rho where H = 0
PATIENCE = 2.0  # runs last so many times as long as GD takes from a near start
SHORTEST = 200  # steps
CELL = ("data", "saddle", "algorithm", "eta_level", "rho_level", "start_level")


def radii(here: Site, method: Method, config: Any) -> np.ndarray:
    r"""The radii of a method, NaN for one that has none.

    Lengths as given; rates over the steepest and the weakest descending curvature: half
    of $1/m_{max}$, below every trap, and 0.9 and 1.5 of $1/m$ (T6, T8).
    """
    if not method.has_radius:
        return np.full(len(config.lengths), np.nan)
    if method.radius_unit == "length":
        return np.array(config.lengths)
    lam = here.spectrum
    steep = -lam.min() if lam.size else here.curvature
    weak = weakest_descent(lam) if lam.size else here.curvature
    return np.array([0.5 / steep, 0.9 / weak, 1.5 / weak])


def patience(here: Site, eta: float, nearest: float) -> float:
    """Steps: some times as many as GD takes from a near start, T6; NaN where H = 0."""
    if not here.spectrum.size:
        return np.nan
    growth = np.log1p(-eta * here.spectrum.min())
    wait = np.log(here.radius / nearest) / growth
    return float(max(SHORTEST, np.ceil(PATIENCE * wait)))


def near(here: Site, lengths: np.ndarray) -> np.ndarray:
    r"""Of the near starts: $\|Hw\|$, or $\|w\|$ where the Hessian vanishes."""
    m = weakest_descent(here.spectrum) if here.spectrum.size else 1.0
    return NEAR * np.asarray(lengths) * m


def escape(data: str, name: str, spec: str, config: Any) -> xarray.Dataset:
    """One method at one saddle, on the grid of eta, rho and starts."""
    with one_thread():
        return _escape(data, name, spec, config)


def _escape(data: str, name: str, spec: str, config: Any) -> xarray.Dataset:
    here = site(data, name, config.samples, config.radius)
    method, lam = methods.make(spec), here.eigenvalues[here.curved]
    eta, rho = np.array(config.eta_grid) / here.curvature, radii(here, method, config)
    # A method without a radius is run once; a rate's starts are the middle length's.
    levels = rho if np.isfinite(rho).all() else np.zeros(1)
    is_length = method.radius_unit == "length" and np.isfinite(rho).all()
    scales = np.array(config.lengths)
    scales = scales if is_length else np.full(len(levels), scales[len(scales) // 2])
    size = np.stack([near(here, scales), np.full(len(levels), np.nan)], axis=-1)
    u = here.starts(size, config.starts, config.seed)  # (rho, start level, start, k)
    shape, k = u.shape[:-1], u.shape[-1]
    of_run = np.broadcast_to(levels[:, None, None], shape).ravel()
    found: dict[str, list] = {}
    for rate in eta:
        nearest = np.linalg.norm(u[:, 0], axis=-1).min()
        enough = patience(here, rate, nearest)
        steps = int(np.fmin(enough, config.steps))
        args = (method, u.reshape(-1, k), rate, of_run)
        network = follow(here.network, *args, _ball(here), steps)
        model = (
            follow(Quadratic(lam), *args, _model(here), steps) if lam.any() else None
        )
        told = _told(here, method, rate, levels, u, steps)
        args = (rate, of_run * is_length, lam, shape, not steps < enough)
        cells = _cells(network, model, told, *args)
        for key, value in (cells | {"steps": steps}).items():
            found.setdefault(key, []).append(value)
    cells = {key: np.array(value) for key, value in found.items()}
    return _dataset(data, here, method, eta, rho, cells)


def _ball(here: Site) -> Ball:
    lam = here.eigenvalues[here.curved]
    return Ball(here.point, torch.tensor(here.basis), lam, here.radius)


def _model(here: Site) -> Ball:
    """The same in the coordinates of the basis, where the loss is a quadratic."""
    lam = here.spectrum
    center, basis = torch.zeros(len(lam)), torch.eye(len(lam))
    return Ball(center.double(), basis.double(), lam, here.radius)


def _told(
    here: Site, method: Method, eta: float, rho: np.ndarray, u: np.ndarray, steps: int
) -> np.ndarray:
    """Bounds of the share that stays, T6 to T9, and the statement: (rho, start)."""
    told = np.empty(u.shape[:2], dtype=object)
    for r, s in np.ndindex(told.shape):
        if not here.spectrum.size:
            told[r, s] = (0.0, 1.0, "degenerate (N5)")
            continue
        exact = method.having(rho=float(rho[r]))
        setting = Setting(
            exact, eta, rho[r], here.spectrum, u[r, s], here.radius, steps
        )
        says = predict(setting)
        told[r, s] = (1 - says.high, 1 - says.low, says.source)
    return told


def _cells(
    network: Kept, model: Kept | None, told: np.ndarray, eta: float, rho: np.ndarray,
    lam: np.ndarray, shape: tuple[int, ...], long: bool,
) -> dict[str, np.ndarray]:  # fmt: skip
    """What is kept of one learning rate, (rho, start level).

    Where GD might be there still, at the end of runs not long enough, none is held.
    """
    codes = fates(network, eta, rho, lam).reshape(shape)
    codes[(codes == Fate.HELD) & (not long)] = Fate.UNDECIDED
    count, cells = shape[-1], {}
    for fate in Fate:
        cells[fate.name.lower()] = (codes == fate).mean(-1)
    for name, fit in (("held", [Fate.HELD]), ("stayed", [Fate.HELD, Fate.UNDECIDED])):
        hits = np.isin(codes, fit).sum(-1)
        low, high = wilson(hits, count)
        cells |= {name: hits / count, f"{name}_low": low, f"{name}_high": high}
    cells["escape_steps"] = _median(network.steps.reshape(shape))
    cells["rise"] = _mean(network.rise.reshape(-1, *shape)[-1])
    for key in ("quadratic_held", "quadratic_stayed", "quadratic_steps"):
        cells[key] = np.full(shape[:2], np.nan)
    if model is not None:
        same = fates(model, eta, rho, lam).reshape(shape)
        same[(same == Fate.HELD) & (not long)] = Fate.UNDECIDED
        cells["quadratic_held"] = (same == Fate.HELD).mean(-1)
        cells["quadratic_stayed"] = (same < Fate.ESCAPED).mean(-1)
        cells["quadratic_steps"] = _median(model.steps.reshape(shape))
    for i, key in enumerate(("predicted_low", "predicted_high", "theory")):
        kind = float if i < 2 else str
        cells[key] = np.array([[t[i] for t in row] for row in told], dtype=kind)
    low, high = cells["predicted_low"], cells["predicted_high"]
    cells["predicted_held"] = np.where(high - low < 1e-9, low, np.nan)
    return cells


def _mean(rise: np.ndarray) -> np.ndarray:
    """Of the runs that stayed; NaN where none did."""
    count = np.isfinite(rise).sum(-1)
    total = np.nansum(rise, axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _median(steps: np.ndarray) -> np.ndarray:
    """The lower median; infinite where half or more did not leave."""
    return np.sort(steps, axis=-1)[..., (steps.shape[-1] - 1) // 2]


def once(value: np.ndarray, levels: int, axis: int = 0) -> np.ndarray:
    """A method without a radius was run once: NaN (or no word) at the other levels."""
    missing = [(0, levels - n if a == axis else 0) for a, n in enumerate(value.shape)]
    fill = "" if value.dtype.kind == "U" else np.nan
    return np.pad(value, missing, constant_values=fill)


def _dataset(
    data: str, here: Site, method: Method, eta: np.ndarray, rho: np.ndarray, cells: dict
) -> xarray.Dataset:
    steps = cells.pop("steps")
    variables: dict[str, tuple] = {}
    for key, value in cells.items():
        variables[key] = (CELL, once(value, len(rho), 1)[None, None, None])
    pair, lam = ("data", "saddle"), here.eigenvalues
    down = lam[lam < 0]
    facts = {
        "index": down.size,
        "index_predicted": here.index_told,
        "nullity": int((lam == 0).sum()),
        "nullity_predicted": here.nullity_told,
        "lam_min": lam.min(),
        "lam_max": lam.max(),
        "m": -down.max() if down.size else np.nan,
        "curvature": here.curvature,
        "parameters": here.network.dim,
        "loss": float(here.network.value(here.point)),
        "gradient": float(here.network.gradient(here.point).norm()),
        "kind": here.kind,
    }
    variables |= {key: (pair, [[value]]) for key, value in facts.items()}
    variables["eigenvalue"] = ((*pair, "mode"), lam[None, None])
    variables["eta"] = ((*pair, "eta_level"), eta[None, None])
    dims = (*pair, "algorithm", "eta_level")
    variables["steps"] = (dims, steps[None, None, None])
    dims = (*pair, "algorithm", "rho_level")
    variables["rho"] = (dims, rho[None, None, None])
    return xarray.Dataset(
        variables,
        coords={
            "data": [data],
            "saddle": [here.name],
            "algorithm": [method.label],
            "start_level": list(START_LEVELS),
            "mode": np.arange(len(lam)),
        },
    )
