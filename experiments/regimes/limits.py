"""The limits of one method on one landscape, measured and known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray

from experiments.regimes.maps import shares
from experiments.regimes.place import Place, place
from landscapes.starts import starts_of
from theory import methods
from theory.decide import decide
from theory.known_limit import known_limit
from theory.measured_limits import LEVELS, TARGETS, Limits, bracketed
from theory.method import Method
from theory.tally import Codes
from theory.verdict import Verdict

CELL = ("landscape", "algorithm", "rho_level")


def charted(name: str, spec: str, chart: xarray.Dataset, config: Any) -> xarray.Dataset:
    """What is said of one landscape, by its name; see `described`."""
    return described(place(name), spec, chart, config)


def described(
    here: Place, spec: str, chart: xarray.Dataset, config: Any
) -> xarray.Dataset:
    """What is said of one landscape and method, from its map.

    Args:
        here: the landscape.
        spec: of the method.
        chart: the counts of its map.
        config: the experiment's.

    Returns:
        Dimensions `landscape` and `algorithm` of length 1, `rho_level`, `eta_level`,
        `verdict`, `target`, `level`. A method without a radius is shown at every
        level.
    """
    method = methods.make(spec)
    shown = here.rhos(method, config)
    eta, rho = here.etas(config), radii(here, method, config)
    told = [known_limit(here.landscape, method, r) for r in rho]
    map_ = (*CELL, "eta_level")
    variables = {
        "share": ((*map_, "verdict"), shares(chart)),
        "first": (map_, chart.first.values),
        "theory": (CELL, [t.eta if t else np.nan for t in told]),
    }
    if config.limits:
        limits = measured(here, method, rho, chart.counts.values, config)
        variables |= _brackets(limits)
    whole = {
        "stalled": (CELL[:2], shares(chart)[..., Verdict.STALLED].mean()),
        "theory_source": (CELL[:2], told[0].source if told[0] else ""),
        "theory_kind": (CELL[:2], told[0].kind if told[0] else ""),
        "rho_unit": (CELL[:2], here.unit(method)),
        "eta": (("landscape", "eta_level"), eta),
        "eta_unit": ("landscape", 1 / here.curvature),
        "starts": ("landscape", here.starts(config)),
        "steps": ("landscape", here.steps(config)),
        "kind": ("landscape", here.kind),
        "minima": ("landscape", len(here.landscape.minima)),
    }
    dataset = xarray.Dataset(
        {name: _leading(*value) for name, value in (variables | whole).items()},
        coords={
            "landscape": [label(here)],
            "algorithm": [method.label],
            "verdict": np.arange(len(Verdict)),
            "target": list(TARGETS),
            "level": list(LEVELS),
        },
    )
    dataset = dataset.isel(rho_level=np.arange(len(shown)) % len(rho))
    rho = shown if method.has_radius else np.zeros(len(shown))
    unit = method.radius_unit if method.has_radius else "none"
    return dataset.assign(
        rho=_leading(CELL, rho), radius_unit=_leading("algorithm", unit)
    )


def _leading(dims: Any, values: Any) -> tuple:
    """With axes of length 1 for the landscape and the method."""
    dims = (dims,) if isinstance(dims, str) else dims
    alone = sum(dim in CELL[:2] for dim in dims)
    return dims, np.asarray(values)[(None,) * alone]


def _brackets(limits: Limits) -> dict[str, tuple]:
    cell = (*CELL, "target", "level")
    found = {
        "limit": (cell, limits.converges),
        "sampled": (cell, limits.sampled),
        "diverges": (CELL, limits.diverges),
    }
    return {
        f"{name}_{end}": (dims, getattr(interval, end))
        for name, (dims, interval) in found.items()
        for end in ("low", "high")
    }


def measured(
    here: Place, method: Method, rho: tuple[float, ...], counts: np.ndarray, config: Any
) -> Limits:
    """Brackets beyond the grid, of the same starts and steps."""
    codes = (_noisy if config.noise or config.batch else _exact)(here, method, config)
    return bracketed(codes, rho, here.etas(config), rtol=config.width, seen=counts)


def _exact(here: Place, method: Method, config: Any) -> Codes:
    x = starts_of(here.landscape, here.starts(config), config.seed)
    steps = here.steps(config)

    def codes(rho: np.ndarray, eta: np.ndarray) -> np.ndarray:
        cells = eta[:, None], rho[:, None]
        return decide(
            here.landscape, method, *cells, x, steps,
            dtype=config.dtype, device=config.device,
        ).verdict  # fmt: skip

    return codes


def _noisy(here: Place, method: Method, config: Any) -> Codes:
    """The seeds of the map, side by side with the starts."""
    from theory.stochastic import decide_noisy

    x = starts_of(here.landscape, here.starts(config), config.seed)
    seed = config.seed + np.repeat(np.arange(config.seeds), len(x))
    x, steps = np.tile(x, (config.seeds, 1)), here.steps(config)

    def codes(rho: np.ndarray, eta: np.ndarray) -> np.ndarray:
        cells = (np.repeat(v, len(x)) for v in (eta, rho))
        runs = np.tile(x, (len(eta), 1)), np.tile(seed, len(eta))
        found = decide_noisy(
            here.landscape, method, *cells, *runs, steps,
            noise=config.noise, batch=config.batch,
        )  # fmt: skip
        return found.verdict.reshape(len(eta), len(x))

    return codes


def radii(here: Place, method: Method, config: Any) -> tuple[float, ...]:
    """Those that are run: one, 0, of a method that has none."""
    return here.rhos(method, config) if method.has_radius else (0.0,)


def label(here: Place) -> str:
    """The landscape's name in tables: a file's is its own."""
    return Path(here.name).stem
