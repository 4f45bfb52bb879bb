"""Style as data, and `save`: the same bytes for the same picture."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from theory import methods
from theory.verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from theory.method import Method

WIDTH = 8.0  # inches; at 150 dots an inch as wide as a README
# What is printed in one column is drawn half as wide again as the column of 3.3 inches:
# reduced to it, 9.5 points become 6.3.
COLUMN = 1.5 * 3.3

# Only fonts that matplotlib brings along: the same picture on every machine.
SCREEN = {
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.labelsize": 8.5,
    "figure.titlesize": 10.5,
    "legend.fontsize": 8.5,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.edgecolor": "#444444",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "lines.linewidth": 1.5,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.handlelength": 1.8,
    "hatch.linewidth": 0.7,
    "figure.figsize": (WIDTH, 6.0),
    "figure.constrained_layout.use": True,
    "savefig.dpi": 150,
    "pdf.fonttype": 42,
    "svg.hashsalt": "figures",
}
PRINT = SCREEN | {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.labelsize": 9.5,
    "legend.fontsize": 9.5,
    "lines.linewidth": 1.2,
    "figure.figsize": (COLUMN, 4.0),
    "savefig.dpi": 300,
}
STYLES = {"screen": SCREEN, "print": PRINT}

# Colours of outcomes, apart from those of methods: P. Tol's muted ones, safe for the
# colour-blind, BAND lighter and DIVERGED darker, so that in grey they are 10 units of
# lightness apart but for the two that `REGIMES` gives a texture.
VERDICTS = {
    Verdict.ESCAPED: ("#E6EEF5", "left the saddle's ball"),
    Verdict.STALLED: ("#CC6677", "held in the saddle's band"),
    Verdict.CONVERGED: ("#117733", "converged to a minimum"),
    Verdict.BAND: ("#66BBAA", "bounces around a minimum"),
    Verdict.HALLUCINATED: ("#AA4499", "hallucinated minimum"),
    Verdict.CYCLING: ("#DDCC77", "cycles outside of it"),
    Verdict.DIVERGED: ("#55113A", "diverged"),
    Verdict.UNDECIDED: ("#999999", "undecided, still near"),
}
# What the same verdicts mean where starts lie anywhere, and their texture, in white.
REGIMES = {
    Verdict.CONVERGED: ("", "converges to a minimum"),
    Verdict.BAND: ("", "stays in a minimum's band"),
    Verdict.STALLED: ("", "stalls at a saddle or maximum"),
    Verdict.HALLUCINATED: ("....", "hallucinates a minimum"),
    Verdict.CYCLING: ("", "cycles elsewhere"),
    Verdict.ESCAPED: ("", "descends without end"),
    Verdict.DIVERGED: ("", "diverges"),
    Verdict.UNDECIDED: ("//////", "undecided"),
}
THEORY = "#000000"
# Colours of a claim's verdict in the ledger.
JUDGED = {
    "holds": "#117733",
    "supported": "#88CCEE",
    "open": "#999999",
    "refuted": "#CC6677",
    "failed": "#000000",
}

# Markers of critical points, by kind.
MARKERS = {"minimum": "o", "maximum": "^", "saddle": "X", "degenerate": "D"}


@contextmanager
def use(style: str) -> Iterator[None]:
    """Draws in a named style, whatever the user's own matplotlib settings are."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLES[style])
        yield


def width() -> float:
    """Inches across a picture that suits the style in use: a page's, or a column's."""
    import matplotlib

    return matplotlib.rcParams["figure.figsize"][0]


@cache
def method(label: str) -> Method:
    """The method that bears a label in a result.

    Raises:
        ValueError: no method of this version does.
    """
    for made in map(methods.make, methods.specs()):
        # Hyperparameters stand in brackets, after a label that may have some, too.
        if made.label in (label, label.partition(" (")[0]):
            return made
    raise ValueError(f"the result holds a method `{label}` that is unknown here.")


def color(label: str) -> str:
    """A method's colour by its label."""
    return method(label).color


def save(
    figure: Figure, name: str, out: Path, formats: tuple[str, ...] = ("png", "pdf")
) -> list[Path]:
    """Writes `out/NAME.png` and `.pdf`, each whole or not at all, without dates.

    Raises:
        OSError: the folder or a file cannot be written.
    """
    unsaid = {
        "png": {"Software": None},
        "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
    }
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in formats:
        content = BytesIO()
        figure.savefig(content, format=kind, metadata=unsaid[kind])
        written.append(_replace(out / f"{name}.{kind}", content.getvalue()))
    return written


def _replace(path: Path, content: bytes) -> Path:
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
