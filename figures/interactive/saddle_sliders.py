"""The sliders of a first look, on the scales of the saddle that is looked at."""

from __future__ import annotations

from typing import Any

from experiments.saddles.site import Site, sites_of
from figures.interactive import controls
from landscapes.landscape import Landscape
from landscapes.starts import largest_curvature


def saddles(surface: Landscape) -> tuple[Site, ...]:
    """The saddles of a surface that can be dragged over.

    Raises:
        ValueError: it is not of two dimensions, or has no saddle.
    """
    if surface.dim != 2:
        raise ValueError(
            f"`{surface.name}` has {surface.dim} dimensions: a picture to drag in "
            "has 2."
        )
    found = sites_of(surface, None)
    if not found:
        raise ValueError(f"`{surface.name}` has no saddle in its box.")
    return found


def sliders(site: Site) -> dict[str, Any]:
    """Learning rate, the radii, and noise, on the scales of a saddle."""
    curvature = largest_curvature(site.landscape)
    unit = {"eta": 1 / curvature, "length": site.radius, "rate": 1 / site.descent}
    labels = {
        "eta": "learning rate η",
        "length": "ρ of SAM",
        "rate": "ρ of USAM, SSAM",
    }
    where = {
        "eta": (0.1, 0.01, 3.0),
        "length": (0.3, 0.01, 2.0),
        "rate": (0.3, 0.01, 3),
    }
    made = {
        name: controls.log_slider(
            labels[name], *(share * unit[name] for share in where[name])
        )
        for name in unit
    }
    # Up to the slope down from the saddle at the end of its ball.
    high = site.descent * site.radius
    return made | {"noise": controls.slider_from_zero("noise of SGD", high)}
