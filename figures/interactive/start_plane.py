"""Which starts of a plane end where: every start in the colour of its verdict."""

from __future__ import annotations

import numpy as np
from ipywidgets import IntProgress
from matplotlib.figure import Figure

from figures.interactive import controls
from figures.interactive.board import plain
from figures.regimes import outcomes
from figures.saddles.legends import mark
from landscapes.landscape import Landscape
from theory import methods
from theory.decide import decide

PIXELS = 40  # an even number: no start lies on an axis of symmetry
STEPS = 1024


def start_plane(
    landscape: Landscape,
    eta: float,
    *specs: str,
    pixels: int = PIXELS,
    steps: int = STEPS,
) -> Figure:
    """A picture a method: its verdict from every start of the landscape's box.

    Args:
        landscape: of two dimensions.
        eta: learning rate.
        *specs: methods with their radii, as on the command line: `sam/rho=.1`.
        pixels: starts along a side.
        steps: the most a run takes.

    Raises:
        ValueError: the landscape has not two dimensions, or no method is named.
    """
    if landscape.dim != 2 or not specs:
        raise ValueError(
            "`start_plane` takes a landscape of 2 dimensions and a method at least, "
            f"got {landscape.dim} and {len(specs)}."
        )
    bar = IntProgress(max=len(specs))
    controls.show(bar)
    ends = [np.linspace(low, high, pixels + 1) for low, high in landscape.box]
    centres = [(side[1:] + side[:-1]) / 2 for side in ends]
    starts = np.stack(np.meshgrid(*centres), axis=-1)
    figure = controls.figure(2.7 * len(specs), 3.1)
    row = figure.subplots(1, len(specs), sharey=True, squeeze=False)[0]
    seen: set = set()
    for axes, spec in zip(row, specs, strict=True):
        method = methods.make(spec)
        codes = decide(
            landscape, method, eta, method.get("rho", 0.0), starts, steps,
            engine="numpy",
        ).verdict  # fmt: skip
        outcomes.cells(axes, *ends, codes.astype(float))
        seen |= outcomes.frequent(codes.astype(float))
        for critical in landscape.critical_points:
            axes.plot(*critical.point, **mark(critical.kind))
        axes.set(title=methods.label(spec), xlabel="$w_1$")
        bar.value += 1
    row[0].set_ylabel("$w_2$")
    figure.legend(handles=outcomes.patches(seen), loc="outside lower center", ncols=4)
    bar.close()
    plain(figure.canvas)
    controls.show(controls.shown(figure), figure)
    return figure
