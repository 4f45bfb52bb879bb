"""A regime map of a landscape in memory: what the experiment makes of one on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray
from ipywidgets import HTML, IntProgress

from experiments.learning_rate_regimes import Config
from experiments.regimes import plan
from experiments.regimes.limits import described, radii
from experiments.regimes.place import Place
from figures.interactive import controls
from landscapes.landscape import Landscape
from landscapes.starts import largest_curvature, starts_of
from theory import methods
from theory.decide import decide
from theory.verdict import Verdict


def chart(landscape: Landscape, **options: Any) -> xarray.Dataset:
    """The regime map of a landscape, with a bar that shows how far it is.

    Args:
        landscape: the surface.
        **options: as on the command line of `experiments.learning_rate_regimes`, for
            instance `methods=("sam", "ssam")`, `rho=("0.01:1:8",)`, `starts=32`,
            `quick=False`. Quick unless that is said.

    Returns:
        What the experiment saves: `share` of the starts with each verdict over
        `algorithm`, `rho_level`, `eta_level`, the measured limits, and theory's.

    Raises:
        BadOption: an option is out of range.
    """
    bar, words = IntProgress(max=1000), HTML()
    controls.show(controls.beside(bar, words))
    parts: list = []
    config = Config(**{"quick": True} | options)
    for share, what in pieces(landscape, config, parts):
        bar.value, words.value = round(1000 * share), what
    bar.value, words.value = bar.max, f"{landscape.name}: done"
    whole = plan.merge([plan.together(parts)], config)
    whole.attrs["config"] = json.dumps({"seed": str(config.seed)})
    return whole


def pieces(
    landscape: Landscape, config: Config, parts: list
) -> Iterator[tuple[float, str]]:
    """Charts method by method and radius by radius; yields the share done, and what.

    Args:
        landscape: the surface.
        config: the experiment's.
        parts: takes `((name, spec), result)` of every method.
    """
    here = Place(landscape.name, landscape, "own", largest_curvature(landscape))
    x = starts_of(landscape, here.starts(config), config.seed)
    for number, spec in enumerate(config.methods):
        method, rows = methods.make(spec), []
        rho = radii(here, method, config)
        for level, one in enumerate(rho):
            share = (number + level / (len(rho) + 1)) / len(config.methods)
            yield share, f"{method.label}, rho = {one:.3g}"
            eta = np.array(here.etas(config))[:, None]
            rows.append(
                decide(landscape, method, eta, one, x, here.steps(config)).verdict
            )
        yield share, f"{method.label}: limits"
        found = described(here, spec, _counted(np.array(rows)), config)
        parts.append(((landscape.name, spec), found))


def _counted(verdict: np.ndarray) -> xarray.Dataset:
    """Of verdicts `(rho, eta, start)`, what a map keeps."""
    counts = np.stack([(verdict == v).sum(axis=-1) for v in Verdict], axis=-1)
    return xarray.Dataset(
        {
            "counts": (("rho", "eta", "verdict"), counts),
            "first": (("rho", "eta"), verdict[..., 0]),
        }
    )
