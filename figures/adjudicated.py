"""Functions that refute a lemma: pictures of `python -m theory.adjudicate --out`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures import style
from landscapes.landscape import Landscape
from landscapes.registry import from_file
from theory.base import gradient_descent
from theory.namespace import command

RESULT = "adjudicated.json"
PATTERN = "counterexample_*.py"  # pictures of theirs may stand beside them
PIXELS = 121


def adjudicated(results: Path) -> dict[str, Callable[[], Figure]]:
    """A picture of every counterexample of one or two dimensions.

    Args:
        results: folder that `--out` named.

    Raises:
        ValueError: it holds no such counterexample, or a file that is none.
    """
    modules = {path.stem: from_file(path) for path in sorted(results.glob(PATTERN))}
    for name, module in modules.items():
        if not {name, "METHOD", "ETA", "STARTS", "ratio"} <= vars(module).keys():
            raise ValueError(f"`{results / name}.py` is no counterexample.")
    found = {
        name: partial(draw, module, name)
        for name, module in modules.items()
        if vars(module)[name]().dim <= 2
    }
    if not found:
        raise ValueError(
            f"`{results}` holds no counterexample to draw: --results takes the folder "
            f"that `{command('theory.adjudicate')} --out` wrote."
        )
    return found


def draw(module: ModuleType, name: str) -> Figure:
    """The function, and the step that refutes.

    Args:
        module: a file that `theory.counterexample.save` wrote.
        name: of the function in it.
    """
    f, starts = vars(module)[name](), module.STARTS
    method = module.METHOD
    d, g, _ = method.direction(starts, method.init(starts), f.gradient)
    ends = gradient_descent.update(starts, d, (), module.ETA)[0]
    pair = f.dim == 2 and len(starts) == 2
    figure = Figure(figsize=(style.WIDTH / (1 if pair else 2), 3.4))
    axes, *beside = np.ravel(figure.subplots(1, 1 + pair))
    low, high = _frame(np.concatenate([starts, ends]), f.dim)
    if f.dim == 1:
        x = np.linspace(low[0], high[0], PIXELS)
        axes.plot(x, f.value(x[:, None]), color="#999999")
        start, end = ([*zip(p[:, 0], f.value(p), strict=True)] for p in (starts, ends))
        axes.set(xlabel="$w$", ylabel="$f$")
    else:
        levels(axes, f, low, high)
        start, end = starts, ends
    for k, (tail, head) in enumerate(zip(start, end, strict=True)):
        arrow = {"arrowstyle": "->", "color": method.color, "lw": 1.5}
        axes.annotate("", head, tail, arrowprops=arrow)
        axes.plot(*tail, "o", color=method.color, label="start" if k == 0 else None)
        axes.plot(*head, "x", color=method.color, label="end" if k == 0 else None)
    axes.legend()
    title = (
        f"{method.label}, " + rf"$\rho = {method.get('rho'):g}$, "
        rf"$\eta = {module.ETA:g}$: ratio {module.ratio():.5g}" + f"\n(curvature in "
        f"[{f.mu:g}, {f.beta:g}])"
    )
    if pair:
        differences(beside[0], starts[1] - starts[0], ends[1] - ends[0], method.color)
        figure.suptitle(title)
    else:
        axes.set_title(title)
    return figure


def differences(axes: Axes, start: np.ndarray, end: np.ndarray, color: str) -> None:
    """From one point to the other, before the step and after: which is longer."""
    angles = np.linspace(0, 2 * np.pi, PIXELS)
    size = np.linalg.norm(start)
    axes.plot(size * np.cos(angles), size * np.sin(angles), color="#BBBBBB")
    for tip, mark, label in ((start, "o", "before"), (end, "x", "after the step")):
        axes.plot([0, tip[0]], [0, tip[1]], color=color)
        axes.plot(*tip, mark, color=color, label=label)
    axes.set(xlabel="$v_1 - w_1$", ylabel="$v_2 - w_2$", aspect="equal")
    axes.set_title("from one point to the other")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))


def levels(axes: Axes, f: Landscape, low: np.ndarray, high: np.ndarray) -> None:
    """Contours, on equal axes."""
    x, y = (np.linspace(a, b, PIXELS) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    axes.contour(x, y, f.value(grid), levels=18, colors="#BBBBBB", linestyles="-")
    axes.set(xlabel="$w_1$", ylabel="$w_2$", aspect="equal")


def _frame(points: np.ndarray, dim: int) -> tuple[np.ndarray, np.ndarray]:
    """Around the steps, with a margin, square."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = (low + high) / 2, 0.75 * (high - low).max()
    return middle - half * np.ones(dim), middle + half * np.ones(dim)
