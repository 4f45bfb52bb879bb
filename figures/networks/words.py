"""Names and numbers as they are written beside axes."""

from __future__ import annotations

import colorsys

from matplotlib.axis import Axis
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator

from figures import style

UNITS = {"length": "length", "rate": "1/curvature", "none": r"no $\rho$"}
WORDS = {"digits": "Digits", "fashion_mnist": "Fashion-MNIST", "mlp": "MLP",
         "cnn": "CNN", "resnet": "ResNet", "relu": "ReLU", "gelu": "GELU"}  # fmt: skip
# What GD is called where it is given mini-batches.
STOCHASTIC = {"GD": "SGD"}


def plain(name: str) -> str:
    """A name of the result as it is usually written."""
    return " ".join(WORDS.get(w, w.replace("_", " ")) for w in str(name).split())


def radius(label: str) -> str:
    r"""An axis of $\rho$ with its unit."""
    made = style.method(label)
    unit = made.radius_unit if made.has_radius else "none"
    return UNITS["none"] if unit == "none" else rf"$\rho$ ({UNITS[unit]})"


def number(value: float) -> str:
    """With two digits, and never by powers of ten."""
    return f"{float(f'{value:.2g}'):.12g}"


def rate(label: str, rho: float) -> str:
    r"""A value of $\rho$, or nothing where the method has none."""
    if radius(label) == UNITS["none"]:
        return ""
    return rf"$\rho = {number(rho)}$"


def shade(color: str, level: int, of: int) -> tuple[float, float, float]:
    """One of several shades of a colour, from light to the colour itself."""
    hue, light, saturation = colorsys.rgb_to_hls(*to_rgb(color))
    part = (of - 1 - level) / of
    return colorsys.hls_to_rgb(hue, light + (0.92 - light) * part, saturation)


def drawn(label: str) -> str:
    """A method's name where it is given mini-batches."""
    return STOCHASTIC.get(str(label), str(label))


def method_lines(labels: list[str]) -> list[Line2D]:
    """A line a method given mini-batches."""
    return [Line2D([], [], color=style.color(n), label=drawn(n)) for n in labels]


def logarithmic(axis: Axis, subs: tuple[float, ...] = (1, 2, 5)) -> None:
    """Ticks at round numbers, written out, and no small ones; fewer in a column."""
    subs = subs if style.width() > 6 else subs[:1]
    axis.set_major_locator(LogLocator(subs=subs, numticks=6))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())
